"""The confirming tap of a conversion: this quote and these amounts, once, or nothing."""

import asyncio
import zlib
from decimal import Decimal

from bot.domain.errors import NotAllowed, Unknown
from bot.domain.intents import Action, Event, Intent, State, after
from bot.domain.money import Money
from bot.domain.quotes import (
    LIMIT_CODE,
    OTHER_QUOTE,
    Conversion,
    ConvertOrder,
    Quote,
    Standing,
    facts_of_quote,
    limit_value,
)
from bot.domain.seals import Seal, fingerprint
from bot.domain.situations import Notice
from bot.domain.staff import Person, Right, Role
from bot.flows.announce import announce, with_role
from bot.flows.approve import check_not_frozen
from bot.flows.assemble import name_of
from bot.flows.confirm import HEAD_START_SECONDS, check_seal, seal_of
from bot.flows.convert_quote import check_not_carried_out, check_quote_limit, take_quote
from bot.flows.convert_view import CONVERSION, facts_for, standing_of, stored_conversion, tell, tell_outcome
from bot.flows.desk import Desk, log
from bot.flows.duress import GATE_PAY
from bot.flows.outcome import attempt, keep_until_stored
from bot.flows.quoted import ENDS_THE_QUOTE, is_over, of_quote
from bot.flows.starting import Waits
from storage.store import Tables

AGAIN = "again"
"""the choice in a seal that asks the venue once more, with the bytes that are stored"""
ASKABLE = frozenset({"over_limit", "over_daily_limit", "limit_needs_usdt"})
"""refusals whose answer has a button for a lead, which no telling may take away"""


class OfAnotherQuote(Unknown):
    """The answer holds an order, and that is of another quote: of ours nothing is known by it."""


async def convert(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> Standing:
    """Turn an open quote into one request; the request runs beside. Raises NotAllowed: then nothing was sent."""
    seal = await seal_of(desk, seal_id)
    try:
        person = desk.need(user_id, Right.CONVERT)
        if seal.action is not Action.CONVERT or seal.choice.answer == AGAIN:
            raise NotAllowed("stale_button")
        await check_seal(desk, seal, person, tapped_at)
        async with desk.store.write() as tables:
            intent = await _decide(desk, tables, user_id, seal)
    except NotAllowed as error:
        no = of_quote(error, seal, "conversion")
        await _refused(desk, user_id, seal, no)
        raise no from None
    request = desk.spawn(_perform(desk, intent), f"convert {intent.target}")
    await asyncio.wait({request}, timeout=HEAD_START_SECONDS)
    desk.wake_relay.set()
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_conversion(tables, intent.id))


async def _refused(desk: Desk, user_id: int, seal: Seal, no: NotAllowed) -> None:
    """What the seal can no longer carry ends here; a tap that was only too quick leaves it open."""
    async with desk.store.write() as tables:
        conversion = await tables.conversions.get(seal.target)
        if no.reason in ENDS_THE_QUOTE:
            await tables.seals.end(seal.id, desk.now())
            is_news = await tables.conversions.end(seal.target, desk.now()) and no.reason not in ASKABLE
            if is_news and conversion is not None:
                await tell(desk, tables, conversion)  # the answer to the tap may never reach its card
        await tables.journal.add(
            at=desk.now(),
            actor=user_id,
            action=Action.CONVERT.value,
            target=conversion.target if conversion is not None else seal.target,
            facts={"reason": no.reason, **no.facts},
            outcome="not_allowed",
        )


async def _decide(desk: Desk, tables: Tables, user_id: int, seal: Seal) -> Intent:
    """One transaction: every check again, the seal used, the quote ended, the exact request written as sent."""
    person = desk.need(user_id, Right.CONVERT)
    conversion = await stored_conversion(tables, seal.target)
    fresh = await tables.seals.get(seal.id)
    if fresh is None or fresh.used_at is not None or conversion.ended_at is not None:
        raise await _why_ended(desk, tables, conversion)
    if is_over(desk, conversion.id, conversion.asked_at, conversion.ends_at):
        raise NotAllowed("quote_ended")
    await check_not_frozen(desk, tables, Waits.WHILE_GATE_ANSWERS, venue=GATE_PAY)
    await check_not_carried_out(desk, tables, conversion.request)
    limit = await check_quote_limit(desk, tables, person, conversion)
    facts = facts_of_quote(conversion, approver=person.id, role=person.role.word, limit=limit)
    if fingerprint(facts) != fresh.fingerprint:
        raise NotAllowed("quote_changed")
    if not await tables.seals.use(seal.id, desk.now()) or not await tables.conversions.end(conversion.id, desk.now()):
        raise NotAllowed("quote_used", {"who": ""})
    intent = _intent(desk, person, fresh, conversion)
    conflict = await tables.intents.plan(intent)
    if conflict is not None:
        raise NotAllowed("quote_used", {"who": name_of(desk, conflict.actor)})
    await tables.journal.add(
        at=desk.now(),
        actor=person.id,
        action=Action.CONVERT.value,
        target=conversion.target,
        facts=facts | {"intent": intent.id, "seal": seal.fingerprint, "request": intent.arguments["client_req_id"]},
        outcome="sent",
    )
    return intent


async def _why_ended(desk: Desk, tables: Tables, conversion: Conversion) -> NotAllowed:
    intent = await tables.intents.get(conversion.id)
    if intent is not None:
        return NotAllowed("quote_used", {"who": name_of(desk, intent.actor)})
    return NotAllowed("quote_ended")


def _intent(desk: Desk, person: Person, seal: Seal, conversion: Conversion) -> Intent:
    """`planned` and `sent` in one commit; the exact bytes are kept, so that they could be repeated and nothing else."""
    now = desk.now()
    client_req_id = f"{now}{zlib.crc32(conversion.id.encode()) % 1_000_000:06d}"
    body = desk.exchange.venue.convert_body(conversion.quote, client_req_id).decode()
    value = limit_value(conversion.quote)
    return Intent(
        id=conversion.id,
        action=Action.CONVERT,
        target=conversion.target,
        state=after(State.PLANNED, Event.SENDING),
        actor=person.id,
        actor_role=person.role.word,
        requester=conversion.requester,
        seal_id=seal.id,
        amount=value if value is not None else Decimal(0),  # what has no value in USDT counts against no limit
        asset=LIMIT_CODE,
        arguments={"client_req_id": client_req_id, "body": body, "account": conversion.wish.account},
        planned_at=now,
        sent_at=now,
        settled_at=None,
        looks=0,
        first_look_at=None,
        last_look_at=None,
        answer="",
    )


async def _perform(desk: Desk, intent: Intent) -> None:
    """Send the one request of a `sent` intent and keep its outcome; whatever happens, never a second time."""
    found: list[ConvertOrder] = []
    lost: list[Unknown] = []

    async def request() -> None:
        deadline = desk.exchange.deadlines.get(intent.id)
        if deadline is None or desk.clock.monotonic() >= deadline:
            raise NotAllowed("quote_ended")  # storing the decision took longer than the quote lived
        found.append(await send(desk, intent))

    event, why = await attempt(request(), f"convert {intent.target}", lost=lost.append)

    async def keep(tables: Tables) -> None:
        if event is Event.ACCEPTED:
            await keep_order(desk, tables, intent, found[0], frm=State.SENT)
            return
        if await keep_named(desk, tables, intent, lost, frm=State.SENT):
            return
        answer, detail = told_of(lost, why)
        moved = await tables.intents.move(intent.id, frm=State.SENT, event=event, at=desk.now(), answer=answer)
        if moved is not None:
            await record(desk, tables, moved, detail=detail)

    await keep_until_stored(desk, keep, f"convert {intent.target} ({event})")
    if event is Event.REFUSED:
        await _quote_anew(desk, intent)


async def send(desk: Desk, intent: Intent) -> ConvertOrder:
    """The stored bytes, signed afresh, on the stored account."""
    account, body = intent.arguments["account"], intent.arguments["body"].encode()
    order = await desk.exchange.venue.convert(account=account, body=body)
    if order.quote_id and intent.target != f"{account}/{order.quote_id}":
        detail = OTHER_QUOTE.format(order.id)
        raise OfAnotherQuote("gate_pay", "convert", why="unreadable", detail=detail, order_id=order.id)
    return order


def told_of(lost: list[Unknown], why: str) -> tuple[str, str]:
    """What the ledger keeps of an answer, and the detail that the journal has beside it."""
    for unknown in lost:
        return (unknown.detail, "") if isinstance(unknown, OfAnotherQuote) else (why, unknown.detail)
    return why, ""


async def keep_named(desk: Desk, tables: Tables, intent: Intent, lost: list[Unknown], *, frm: State) -> bool:
    """An answer of which only the order's number was read: the venue took it, and that order is followed."""
    named = next((one for one in lost if one.order_id and not isinstance(one, OfAnotherQuote)), None)
    if named is None:
        return False
    await tables.conversions.name_order(intent.id, named.order_id, desk.now())
    answer = f"order {named.order_id} named"
    moved = await tables.intents.move(intent.id, frm=frm, event=Event.TAKEN, at=desk.now(), answer=answer)
    if moved is not None:
        await record(desk, tables, moved, detail=named.detail)
    return True


async def keep_order(desk: Desk, tables: Tables, intent: Intent, order: ConvertOrder, *, frm: State) -> None:
    """The venue's order as it is now: done, failed, or still being worked on (then it is followed)."""
    conversion = await stored_conversion(tables, intent.id)
    is_of_the_first = conversion.is_of_the_first(order)
    if order.is_failed and not is_of_the_first:
        await _repeat_failed(desk, tables, intent, order, frm=frm)
        return
    await tables.conversions.keep_order(intent.id, order, desk.now(), executed=_executed(order, conversion.quote))
    is_answer = frm in (State.SENT, State.ASKED)
    if order.is_success:
        event = Event.ACCEPTED if is_answer else Event.FOUND_DONE
    elif order.is_failed:
        event = Event.REFUSED if frm is State.SENT else Event.FOUND_OTHERWISE
    elif is_answer or frm is State.UNKNOWN:
        event = Event.TAKEN
    else:
        await tell(desk, tables, await stored_conversion(tables, intent.id))
        return
    answer = f"order {order.id}: status {order.status}"
    moved = await tables.intents.move(intent.id, frm=frm, event=event, at=desk.now(), answer=answer)
    if moved is not None:
        await record(desk, tables, moved)
    if moved is not None and moved.state is State.DONE and not is_of_the_first:
        await _maybe_twice(desk, tables, moved)


async def _repeat_failed(desk: Desk, tables: Tables, intent: Intent, order: ConvertOrder, *, frm: State) -> None:
    """The repeat made an order of its own, and that failed: of the first request it says nothing."""
    answer = f"order {order.id} of the repeat: status {order.status}"
    if frm is not State.ASKED:
        await tables.conversions.keep_order(intent.id, order, desk.now(), executed=None)
    await tables.conversions.again_answered(intent.id, answer)
    if frm is State.UNKNOWN:
        await tell(desk, tables, await stored_conversion(tables, intent.id))
        return
    event = Event.REFUSED if frm is State.ASKED else Event.NO_ANSWER
    moved = await tables.intents.move(intent.id, frm=frm, event=event, at=desk.now(), answer=answer)
    if moved is not None:
        await record(desk, tables, moved)


async def _maybe_twice(desk: Desk, tables: Tables, intent: Intent) -> None:
    """The repeat made an order of its own: should the first request have arrived, too, it was converted twice."""
    notice = Notice("convert_maybe_twice", facts_for(desk, await stored_conversion(tables, intent.id), intent))
    actor = desk.people.get(intent.actor)
    told = {person.id: person for person in [*with_role(desk, Role.OWNER), *([actor] if actor else [])]}
    await announce(desk, tables, notice, told.values(), group=True)


def _executed(order: ConvertOrder, quote: Quote) -> tuple[Money, Money] | None:
    """The sides as we see them; the venue's own names for them are not relied on."""
    sides = {order.sell.code: order.sell, order.buy.code: order.buy}
    if set(sides) != {quote.sell.code, quote.buy.code}:
        log.warning("order %s names other coins than its quote: %s", order.id, sorted(sides))
        return None
    return sides[quote.sell.code], sides[quote.buy.code]


async def record(desk: Desk, tables: Tables, intent: Intent, *, detail: str = "") -> None:
    """Journal what became of it, and tell whoever has it before them. `detail`: why an answer is none."""
    conversion = await stored_conversion(tables, intent.id)
    facts = {"intent": intent.id, "answer": intent.answer[:300]}
    if detail not in ("", intent.answer):
        facts["detail"] = detail[:300]
    if conversion.order_id:
        facts["order"] = conversion.order_id
    if conversion.order_id and conversion.status is not None:
        facts["status"] = str(conversion.status)
    if conversion.differs and conversion.executed is not None:
        facts |= {"executed": f"{conversion.executed[0]} / {conversion.executed[1]}"}
    await tables.journal.add(
        at=desk.now(),
        actor=intent.actor,
        action=Action.CONVERT.value,
        target=intent.target,
        facts=facts,
        outcome=intent.state.value,
    )
    await tell_outcome(desk, tables, conversion, intent)


async def _quote_anew(desk: Desk, intent: Intent) -> None:
    """After a refusal: a fresh quote in place of the old card, with what changed. It is never sent by itself."""
    async with desk.store.read() as tables:
        old = await stored_conversion(tables, intent.id)
        asked = await tables.conversions.get(old.request) if old.request else None
    if old.order_id:
        return  # the venue took the quote and failed: that is no question of the rate
    try:
        standing = await take_quote(desk, intent.actor, old.wish, asked=asked, instead_of=old, is_unasked=True)
    except Exception as error:  # the card already says that nothing was converted, and has *New quote*
        log.info("no fresh quote after a refusal: %r", error)
        return
    async with desk.store.write() as tables:
        await tables.messages.hand_on(old.id, CONVERSION, standing.conversion.id)
        await tell(desk, tables, standing.conversion, priority=0)
    desk.wake_relay.set()
