"""What a change of an ad looks like now, and who is told when something comes of it."""

from bot.domain.ad_changes import AdChange, AdStanding
from bot.domain.ad_edits import told
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, Intent, State
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Person, Right, Role
from bot.flows import past_deals
from bot.flows.announce import announce, with_role
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from bot.flows.past_deals import Telling
from storage.store import Tables

AD = "ad"
"""the kind of a delivery and of a shown message; its `order_id` is the change's id"""
ALL = "ads_all"
"""the same of several behind one confirm; its `order_id` is the move's id"""


async def stored_change(tables: Tables, change_id: str) -> AdChange:
    """Raises NotAllowed("stale_button") for an id we never gave."""
    found = await tables.ad_changes.get(change_id)
    if found is None:
        raise NotAllowed("stale_button")
    return found


async def standing_of(desk: Desk, tables: Tables, change: AdChange) -> AdStanding:
    """The change now, from the desk's memory only."""
    intent = await tables.intents.get(change.id)
    seals = await tables.seals.open_for(change.id) if intent is None else []
    return AdStanding(
        change=change,
        intent=intent,
        open_seal=seals[-1] if seals else None,
        person_name=name_of(desk, change.person),
    )


async def show(desk: Desk, user_id: int, change_id: str) -> AdStanding:
    """The change for somebody who may read it."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_change(tables, change_id))


async def tell(desk: Desk, tables: Tables, change: AdChange, *, priority: int = 1) -> None:
    """Every card of it is brought up to date; one of several is on the card of all, what a rule did on none."""
    move = await tables.ad_changes.move(change.move) if change.move else None
    if move is not None and move.person is not None:
        await past_deals.tell_cards(desk, tables, ALL, move.id, move.person, priority=priority)
    elif not change.rule and not change.move:
        await past_deals.tell_cards(desk, tables, AD, change.id, change.person, priority=priority)


async def record(desk: Desk, tables: Tables, intent: Intent) -> None:
    """Journal what became of it, and tell whoever has it before them; what is not known rings."""
    change = await stored_change(tables, intent.id)
    facts = {"intent": intent.id, "answer": intent.answer[:300]}
    await tables.journal.add(
        at=desk.now(), actor=intent.actor, action=Action.AD.value, target=intent.target, facts=facts,
        outcome=intent.state.value,
    )  # fmt: skip
    await tell(desk, tables, change, priority=0)
    if intent.state is State.UNKNOWN:
        notice = Notice("ad_unknown", facts_for(desk, change, intent))
        await announce(desk, tables, notice, askers(desk, change), group=True)


def askers(desk: Desk, change: AdChange) -> list[Person]:
    """Who hears of it: whoever asked for it, or the owners once that person may not read it any more."""
    asker = desk.people.get(change.person)
    return [asker] if asker is not None and not asker.is_frozen else with_role(desk, Role.OWNER)


def facts_for(desk: Desk, change: AdChange, intent: Intent) -> dict[str, str]:
    """What a notice about it says; `what` holds `part=value` as exact text, long texts cut."""
    return {
        "ad": change.ad.id,
        "pair": change.ad.pair,
        "side": change.ad.side.value,
        "change": change.id,
        "what": "; ".join(f"{part}={told(part, change.wanted)[:40]}" for part in change.wanted.parts),
        "who": name_of(desk, intent.actor),
        "rule": change.rule,
    }


async def next_telling(desk: Desk, chat_id: int, person_id: int | None, change_id: str) -> Telling[AdStanding] | None:
    """None when there is nothing to show: nobody reads it, or it ended before anything was sent."""
    person = desk.people.get(person_id or 0)
    if person is None or person.is_frozen:
        return None
    async with desk.store.read() as tables:
        change = await tables.ad_changes.get(change_id)
        if change is None:
            return None
        standing = await standing_of(desk, tables, change)
        there = await past_deals.messages_in(tables, chat_id, AD, [change_id])
    if not there and standing.intent is None:
        return None
    return Telling(standing, Reader(person.language, person.timezone, person), there[0] if there else None)
