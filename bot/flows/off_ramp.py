"""The confirming tap of an off-ramp: this token, these amounts, this account, once, or nothing."""

import asyncio
import json
import zlib
from dataclasses import replace

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, Event, Intent, State, after
from bot.domain.off_ramps import (
    OffRamp,
    OffRampOrder,
    OffRampStanding,
    facts_of_off_ramp,
    hash_of_token,
    is_newer,
    is_odd,
)
from bot.domain.seals import Seal, fingerprint
from bot.domain.situations import Notice
from bot.domain.staff import Person, Right, Role
from bot.flows.announce import announce, with_role
from bot.flows.approve import check_not_frozen
from bot.flows.assemble import name_of
from bot.flows.confirm import HEAD_START_SECONDS, check_seal, seal_of
from bot.flows.desk import Desk, log
from bot.flows.duress import GATE_PAY
from bot.flows.off_ramp_quote import check_not_carried_out, take_quote
from bot.flows.off_ramp_view import (
    OFF_RAMP,
    OddWords,
    facts_for,
    keep_odd_words,
    odd_words,
    standing_of,
    stored_off_ramp,
    tell,
    tell_outcome,
)
from bot.flows.outcome import attempt, keep_until_stored
from bot.flows.quoted import ENDS_THE_QUOTE, is_over, of_quote
from bot.flows.starting import Waits
from storage.store import Tables

MEANS_LOOK = ("5502761", "550314")
"""a repeated number, a failed idempotency check: the request, or one like it, is there already (§4)"""


async def sell(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> OffRampStanding:
    """Turn an open quote into one order; the request runs beside. Raises NotAllowed: then nothing was sent."""
    seal = await seal_of(desk, seal_id)
    try:
        person = desk.need(user_id, Right.OFF_RAMP)
        if seal.action is not Action.OFF_RAMP:
            raise NotAllowed("stale_button")
        await check_seal(desk, seal, person, tapped_at)
        async with desk.store.write() as tables:
            intent, body = await _decide(desk, tables, user_id, seal)
    except NotAllowed as error:
        no = of_quote(error, seal, "off_ramp")
        await _refused(desk, user_id, seal, no)
        raise no from None
    request = desk.spawn(_perform(desk, intent, body), f"otc {intent.target}")
    await asyncio.wait({request}, timeout=HEAD_START_SECONDS)
    desk.wake_relay.set()
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_off_ramp(tables, intent.id))


async def _refused(desk: Desk, user_id: int, seal: Seal, no: NotAllowed) -> None:
    """What the seal can no longer carry ends here; a tap that was only too quick leaves it open."""
    async with desk.store.write() as tables:
        if no.reason in ENDS_THE_QUOTE:
            await tables.seals.end(seal.id, desk.now())
            off_ramp = await tables.off_ramps.get(seal.target)
            if await tables.off_ramps.end(seal.target, desk.now()) and off_ramp is not None:
                await tell(desk, tables, off_ramp)  # the answer to the tap may never reach its card
        await tables.journal.add(
            at=desk.now(), actor=user_id, action=Action.OFF_RAMP.value, target=f"otc/{seal.target}",
            facts={"reason": no.reason, **no.facts}, outcome="not_allowed",
        )  # fmt: skip


async def _decide(desk: Desk, tables: Tables, user_id: int, seal: Seal) -> tuple[Intent, bytes]:
    """One transaction: every check again, the seal used, our number stored, the intent written as sent."""
    person = desk.need(user_id, Right.OFF_RAMP)
    off_ramp = await stored_off_ramp(tables, seal.target)
    fresh = await tables.seals.get(seal.id)
    if fresh is None or fresh.used_at is not None or off_ramp.ended_at is not None:
        raise await _why_ended(desk, tables, off_ramp)
    if is_over(desk, off_ramp.id, off_ramp.asked_at, off_ramp.ends_at):
        raise NotAllowed("quote_ended")
    await check_not_frozen(desk, tables, Waits.WHILE_GATE_ANSWERS, venue=GATE_PAY)
    await check_not_carried_out(desk, tables, off_ramp.request)
    facts = facts_of_off_ramp(off_ramp, approver=person.id, role=person.role.word)
    if fingerprint(facts) != fresh.fingerprint or hash_of_token(off_ramp.quote.token) != off_ramp.token_hash:
        raise NotAllowed("quote_changed")
    client_order_id = f"{desk.now()}{zlib.crc32(off_ramp.id.encode()) % 1_000_000:06d}"
    body = desk.exchange.off_ramp.order_body(
        quote=off_ramp.quote, bank_id=json.loads(off_ramp.bank_id), client_order_id=client_order_id
    )
    if not await tables.seals.use(seal.id, desk.now()) or not await tables.off_ramps.end(off_ramp.id, desk.now()):
        raise NotAllowed("quote_used", {"who": ""})
    await tables.off_ramps.sent_as(off_ramp.id, client_order_id)
    intent = _intent(desk, person, fresh, off_ramp, client_order_id)
    conflict = await tables.intents.plan(intent)
    if conflict is not None:
        raise NotAllowed("quote_used", {"who": name_of(desk, conflict.actor)})
    await tables.journal.add(
        at=desk.now(), actor=person.id, action=Action.OFF_RAMP.value, target=off_ramp.target,
        facts=facts | {"intent": intent.id, "seal": seal.fingerprint, "number": client_order_id}, outcome="sent",
    )  # fmt: skip
    return intent, body


async def _why_ended(desk: Desk, tables: Tables, off_ramp: OffRamp) -> NotAllowed:
    intent = await tables.intents.get(off_ramp.id)
    return NotAllowed("quote_used", {"who": name_of(desk, intent.actor)}) if intent else NotAllowed("quote_ended")


def _intent(desk: Desk, person: Person, seal: Seal, off_ramp: OffRamp, client_order_id: str) -> Intent:
    """`planned` and `sent` in one commit. The body is not kept: it holds the token, and it is never sent again."""
    now = desk.now()
    return Intent(
        id=off_ramp.id,
        action=Action.OFF_RAMP,
        target=off_ramp.target,
        state=after(State.PLANNED, Event.SENDING),
        actor=person.id,
        actor_role=person.role.word,
        requester=off_ramp.requester,
        seal_id=seal.id,
        amount=off_ramp.quote.sell.amount,
        asset=off_ramp.quote.sell.code,
        arguments={"client_order_id": client_order_id},
        planned_at=now,
        sent_at=now,
        settled_at=None,
        looks=0,
        first_look_at=None,
        last_look_at=None,
        answer="",
    )


async def _perform(desk: Desk, intent: Intent, body: bytes) -> None:
    """Send the one request of a `sent` intent and keep its outcome; whatever happens, never a second time."""
    found: list[OffRampOrder] = []

    async def request() -> None:
        deadline = desk.exchange.deadlines.get(intent.id)
        if deadline is None or desk.clock.monotonic() >= deadline:
            raise NotAllowed("quote_ended")  # storing the decision took longer than the quote lived
        found.append(await desk.exchange.off_ramp.create(body=body))

    event, answer = await attempt(request(), f"otc {intent.target}")
    if event is Event.REFUSED and answer.split(":")[0] in MEANS_LOOK:
        event = Event.NO_ANSWER

    async def keep(tables: Tables) -> None:
        if event is Event.ACCEPTED:
            await apply(desk, tables, intent.id, found[0])
            return
        moved = await tables.intents.move(intent.id, frm=State.SENT, event=event, at=desk.now(), answer=answer)
        if moved is not None:
            await record(desk, tables, moved)

    await keep_until_stored(desk, keep, f"otc {intent.target} ({event})")
    if event is Event.REFUSED:
        await _quote_anew(desk, intent)


AFTER: dict[State, tuple[Event, Event | None, Event | None]] = {
    State.SENT: (Event.ACCEPTED, Event.REFUSED, Event.TAKEN),
    State.UNKNOWN: (Event.FOUND_DONE, Event.FOUND_OTHERWISE, Event.TAKEN),
    State.TAKEN: (Event.FOUND_DONE, Event.FOUND_OTHERWISE, None),
    State.VOID: (Event.FOUND_LATE, None, Event.TAKEN),
    State.REFUSED: (Event.FOUND_LATE, None, Event.TAKEN),
}
"""what an order that is done, failed, or under way means for an intent in that state"""


async def apply(desk: Desk, tables: Tables, off_ramp_id: str, order: OffRampOrder) -> None:
    """The venue's order as it is now, from whatever told it: never backwards, each end told once."""
    off_ramp, intent = await stored_off_ramp(tables, off_ramp_id), await tables.intents.get(off_ramp_id)
    if intent is None:
        return
    status = order.status if is_newer(order.status, off_ramp.status) else off_ramp.status
    if order.status not in (status, off_ramp.status):
        log.info("off-ramp %s: %s after %s is kept out", off_ramp.target, order.status, off_ramp.status)
    kept = await tables.off_ramps.keep_order(off_ramp_id, _with_what_differs(off_ramp, order), status, desk.now())
    if kept is None:
        return
    await _hear_odd_word(desk, tables, kept, intent, order.status if is_odd(order.status, off_ramp.status) else "")
    event = _event(intent.state, status)
    if event is None:
        if kept != off_ramp:
            await tell(desk, tables, kept)
        return
    answer = f"order {kept.order_id}: {status}" + (f", {order.error}" if order.error else "")
    moved = await tables.intents.move(intent.id, frm=intent.state, event=event, at=desk.now(), answer=answer)
    if moved is not None:
        await record(desk, tables, moved)


async def _hear_odd_word(desk: Desk, tables: Tables, off_ramp: OffRamp, intent: Intent, word: str) -> None:
    """A word that moves nothing stands beside the status for as long as the venue says it; owners hear of it once."""
    words = await odd_words(tables, off_ramp.id)
    if word == words.now:
        return
    is_news = word not in ("", *words.told)
    await keep_odd_words(tables, off_ramp.id, OddWords(word, (*words.told, word) if is_news else words.told))
    if not is_news:
        return
    await tables.journal.add(
        at=desk.now(), actor=None, action="otc_odd", target=off_ramp.target,
        facts={"intent": intent.id, "order": off_ramp.order_id, "status": word}, outcome="seen",
    )  # fmt: skip
    facts = facts_for(desk, off_ramp, intent) | {"status": word}
    await announce(desk, tables, Notice("otc_odd", facts), with_role(desk, Role.OWNER), group=True)


def _with_what_differs(off_ramp: OffRamp, order: OffRampOrder) -> OffRampOrder:
    """An order over other amounts than the quote's is said where its error would stand."""
    told = (order.sell or off_ramp.quote.sell, order.get or off_ramp.quote.get)
    if order.error or told == (off_ramp.quote.sell, off_ramp.quote.get):
        return order
    return replace(order, error=f"Gate's order: {told[0]} → {told[1]}")


def _event(state: State, status: str) -> Event | None:
    done, failed, going = AFTER.get(state, (None, None, None))
    return {"DONE": done, "FAIL": failed}.get(status, going)


async def record(desk: Desk, tables: Tables, intent: Intent) -> None:
    """Journal what became of it, and tell whoever has it before them."""
    off_ramp = await stored_off_ramp(tables, intent.id)
    facts = {"intent": intent.id, "answer": intent.answer[:300]}
    if off_ramp.order_id:
        facts |= {"order": off_ramp.order_id, "status": off_ramp.status}
    if off_ramp.final is not None:
        facts["final"] = f"{off_ramp.final:f} {off_ramp.quote.get.code}"
    await tables.journal.add(
        at=desk.now(), actor=intent.actor, action=Action.OFF_RAMP.value, target=intent.target, facts=facts,
        outcome=intent.state.value,
    )  # fmt: skip
    await tell_outcome(desk, tables, off_ramp, intent)


async def _quote_anew(desk: Desk, intent: Intent) -> None:
    """After a refusal: a fresh quote in place of the old card, with what changed. It is never sent by itself."""
    async with desk.store.read() as tables:
        old, now = await stored_off_ramp(tables, intent.id), await tables.intents.get(intent.id)
    if now is None or now.state is not State.REFUSED:
        return  # a callback was quicker than the refusal, and knew better
    try:
        bank_id = str(json.loads(old.bank_id))
        standing = await take_quote(desk, intent.actor, old.request, bank_id, instead_of=old, is_unasked=True)
    except Exception as error:  # the card already says that nothing was sold, and has *New quote*
        log.info("no fresh quote after a refusal: %r", error)
        return
    async with desk.store.write() as tables:
        await tables.messages.hand_on(old.id, OFF_RAMP, standing.off_ramp.id)
        await tell(desk, tables, standing.off_ramp, priority=0)
    desk.wake_relay.set()
