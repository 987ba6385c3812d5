"""What an off-ramp looks like now, who is told when it changes, and the list of past ones."""

import json
from dataclasses import dataclass

from bot.domain.errors import NotAllowed
from bot.domain.intents import Intent, State
from bot.domain.off_ramps import OffRamp, OffRampStanding
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Right
from bot.flows import past_deals
from bot.flows.announce import announce
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from bot.flows.past_deals import Fetch, Telling
from storage.store import Tables

OFF_RAMP = "off_ramp"
"""the kind of a delivery and of a shown message; its `order_id` is the off-ramp's id"""
NOTICES = {
    State.DONE: "otc_done",
    State.REFUSED: "otc_failed",
    State.UNKNOWN: "otc_unknown",
    State.VOID: "otc_void",
}
FILTERS = {
    "all": tuple(State),
    "done": (State.DONE,),
    "open": (State.PLANNED, State.SENT, State.TAKEN, State.UNKNOWN, State.ASKED),
    "failed": (State.REFUSED, State.VOID),
}


@dataclass(frozen=True, slots=True)
class OddWords:
    """What the venue said of one off-ramp that moves no status: `now`, "" for nothing, and all that was told."""

    now: str = ""
    told: tuple[str, ...] = ()


async def odd_words(tables: Tables, off_ramp_id: str) -> OddWords:
    kept = await tables.desk.get(f"otc_odd:{off_ramp_id}")
    if kept is None:
        return OddWords()
    found = json.loads(kept)
    return OddWords(found["now"], tuple(found["told"]))


async def keep_odd_words(tables: Tables, off_ramp_id: str, words: OddWords) -> None:
    await tables.desk.put(f"otc_odd:{off_ramp_id}", json.dumps({"now": words.now, "told": words.told}))


async def stored_off_ramp(tables: Tables, off_ramp_id: str) -> OffRamp:
    """Raises NotAllowed("stale_button") for an id we never gave."""
    found = await tables.off_ramps.get(off_ramp_id)
    if found is None:
        raise NotAllowed("stale_button")
    return found


async def standing_of(desk: Desk, tables: Tables, off_ramp: OffRamp) -> OffRampStanding:
    """The off-ramp now, from the desk's memory only."""
    intent = await tables.intents.get(off_ramp.id)
    seals = await tables.seals.open_for(off_ramp.id)
    before = await tables.intents.get(off_ramp.instead_of) if off_ramp.instead_of else None
    return OffRampStanding(
        off_ramp=off_ramp,
        intent=intent,
        open_seal=seals[-1] if seals and intent is None else None,
        person_name=name_of(desk, intent.actor if intent is not None else off_ramp.person),
        requester_name=name_of(desk, off_ramp.requester),
        unanswered=await tables.off_ramps.without_outcome() if intent is None else 0,
        refusal=before.answer if before is not None and before.state is State.REFUSED else "",
        odd_status=(await odd_words(tables, off_ramp.id)).now if off_ramp.order_id else "",
    )


async def show(desk: Desk, user_id: int, off_ramp_id: str) -> OffRampStanding:
    """The off-ramp for somebody who may read it."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_off_ramp(tables, off_ramp_id))


async def find(desk: Desk, user_id: int, digits: str) -> list[OffRampStanding]:
    """Sent ones whose order number, or ours, ends so. Raises NotAllowed when there is none."""
    desk.need(user_id, Right.READ)
    if not digits.isascii() or not digits.isdigit() or not 3 <= len(digits) <= 30:
        raise NotAllowed("usage", {"command": "otc", "given": digits[:40]})
    async with desk.store.read() as tables:
        found = [await standing_of(desk, tables, one) for one in await tables.off_ramps.by_suffix(digits)]
    if not found:
        raise NotAllowed("off_ramp_unknown", {"given": digits})
    return found


async def tell(desk: Desk, tables: Tables, off_ramp: OffRamp, *, priority: int = 1) -> None:
    """Every card of it is brought up to date; whoever decided on it gets one, if it was sent."""
    await past_deals.tell_cards(desk, tables, OFF_RAMP, off_ramp.id, off_ramp.person, priority=priority)


async def tell_outcome(desk: Desk, tables: Tables, off_ramp: OffRamp, intent: Intent) -> None:
    """The group's record, who decided, and who asked for it; a failure and an unknown outcome ring."""
    await tell(desk, tables, off_ramp, priority=0)
    kind = NOTICES.get(intent.state)
    was_doubted = intent.state is not State.VOID or intent.looks > 0 or intent.is_by_word
    if kind is None or not was_doubted or (intent.state is State.REFUSED and not off_ramp.order_id):
        return  # what moved nothing, and was never told as unknown, its card says, and the journal
    people = [person for person in map(desk.people.get, {intent.actor, off_ramp.requester or 0}) if person is not None]
    notice, rings = Notice(kind, facts_for(desk, off_ramp, intent)), intent.state in (State.REFUSED, State.UNKNOWN)
    await announce(desk, tables, notice, people, ring=rings, group=True)


def facts_for(desk: Desk, off_ramp: OffRamp, intent: Intent) -> dict[str, str]:
    """What a notice about it says; amounts of fee and final in fiat, empty when not told."""
    fiat = off_ramp.quote.get.code
    return {
        "off_ramp": off_ramp.id,
        "who": name_of(desk, intent.actor),
        "asked": name_of(desk, off_ramp.requester),
        "sell": str(off_ramp.quote.sell),
        "get": str(off_ramp.quote.get),
        "bank": off_ramp.bank,
        "fee": f"{off_ramp.fee:f} {fiat}" if off_ramp.fee is not None else "",
        "final": f"{off_ramp.final:f} {fiat}" if off_ramp.final is not None else "",
        "why": (off_ramp.error or intent.answer)[:100],
        "status": off_ramp.status,
        "by_word": "yes" if intent.is_by_word else "",
    }


async def next_telling(
    desk: Desk, chat_id: int, person_id: int | None, off_ramp_id: str
) -> Telling[OffRampStanding] | None:
    """None when there is nothing to show: nobody reads it, it was never sent, or a newer quote stands in its place."""
    person = desk.people.get(person_id or 0)
    if person is None or person.is_frozen:
        return None
    async with desk.store.read() as tables:
        off_ramp = await tables.off_ramps.get(off_ramp_id)
        if off_ramp is None:
            return None
        standing = await standing_of(desk, tables, off_ramp)
        there = await past_deals.messages_in(tables, chat_id, OFF_RAMP, _ids(standing))
        is_overtaken = await _is_overtaken(tables, standing)
    if (is_overtaken and (not there or chat_id == off_ramp.person)) or (not there and _is_past(standing)):
        return None
    reader = Reader(person.language, person.timezone, person)
    return Telling(standing, reader, there[0] if there else None, tuple(there[1:]))


def _ids(standing: OffRampStanding) -> list[str]:
    """Whose messages it may show itself in; a quote that follows a refusal takes the place of what was refused."""
    off_ramp = standing.off_ramp
    return [off_ramp.id, off_ramp.instead_of] if standing.refusal and off_ramp.instead_of else [off_ramp.id]


async def was_overtaken(desk: Desk, standing: OffRampStanding) -> bool:
    """Refused, and a newer quote stands in its place already: that one shows itself there."""
    async with desk.store.read() as tables:
        return await _is_overtaken(tables, standing)


async def _is_overtaken(tables: Tables, standing: OffRampStanding) -> bool:
    intent, off_ramp = standing.intent, standing.off_ramp
    is_refusal = intent is not None and intent.state is State.REFUSED and not off_ramp.order_id
    return is_refusal and await tables.off_ramps.is_replaced(off_ramp.id)


def _is_past(standing: OffRampStanding) -> bool:
    """Nothing that is worth a message of its own: a quote that ended."""
    return standing.intent is None and standing.open_seal is None


async def history(desk: Desk, user_id: int, wanted: str, page: int) -> tuple[list[OffRampStanding], bool]:
    """One page of what was sent to the venue, newest first, and whether there is more."""
    return await past_deals.page_of(desk, user_id, page, _fetch(wanted), standing_of)


async def all_for_csv(desk: Desk, user_id: int, wanted: str) -> list[OffRampStanding]:
    """Everything of that filter as far as one file takes it; that it was handed out is journalled."""
    return await past_deals.all_of(desk, user_id, "otc", _fetch(wanted), standing_of)


def _fetch(wanted: str) -> Fetch[OffRamp]:
    if wanted not in FILTERS:
        raise NotAllowed("usage", {"command": "otc", "given": wanted[:20]})
    return lambda tables, limit, offset: tables.off_ramps.history(FILTERS[wanted], limit, offset)
