"""When no answer came: the one repeat that a person may press, and the word of a lead who looked into Gate Pay.

The repeat is the same bytes with a fresh signature. What it is answered says something of the first request only when
the venue names an order, or knows the request's id already; any other refusal leaves the outcome unknown.
"""

from bot.domain.errors import NotAllowed, Unknown
from bot.domain.intents import Action, Event, Intent, State
from bot.domain.quotes import Conversion, ConvertOrder, Standing, facts_of_quote
from bot.domain.seals import Choice, Seal, fingerprint
from bot.domain.staff import Person, Right
from bot.flows.approve import check_not_frozen
from bot.flows.confirm import check_seal, seal_of
from bot.flows.convert import AGAIN, keep_named, keep_order, record, send, told_of
from bot.flows.convert_quote import check_quote_limit
from bot.flows.convert_view import standing_of, stored_conversion, tell
from bot.flows.desk import Desk
from bot.flows.duress import GATE_PAY
from bot.flows.outcome import attempt, keep_until_stored
from bot.flows.quoted import make_seal, of_quote
from bot.flows.settling import check_may_settle, settle_by_word
from bot.flows.starting import Waits
from storage.store import Tables

AGAIN_AFTER_SECONDS = 20
"""twice the life of a signature: until then the first request itself may still arrive"""
OUTCOMES = {"done": Event.FOUND_DONE, "nothing": Event.FOUND_UNTOUCHED}


async def open_again(desk: Desk, user_id: int, conversion_id: str) -> tuple[Standing, Seal]:
    """Open the confirm step of *Ask Gate again*. Raises NotAllowed."""
    desk.need(user_id, Right.CONVERT)
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.CONVERT)
        conversion, intent = await _unknown(tables, conversion_id)
        await _check_again(desk, tables, conversion, intent)
        limit = await check_quote_limit(desk, tables, person, conversion)
        await tables.seals.end_for(conversion.id, desk.now())
        seal = _seal(desk, person, limit, conversion, intent)
        await tables.seals.add(seal)
        standing = await standing_of(desk, tables, conversion)
    return standing, seal


async def ask_again(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> Standing:
    """Send the stored bytes a second and last time. Raises NotAllowed: then nothing was sent."""
    seal = await seal_of(desk, seal_id)
    try:
        person = desk.need(user_id, Right.CONVERT)
        if seal.choice.answer != AGAIN:
            raise NotAllowed("stale_button")
        await check_seal(desk, seal, person, tapped_at)
        async with desk.store.write() as tables:
            intent = await _decide(desk, tables, user_id, seal)
            standing = await standing_of(desk, tables, await stored_conversion(tables, seal.target))
    except NotAllowed as error:
        no = of_quote(error, seal, "conversion")
        await _journal_refusal(desk, user_id, seal, no)
        raise no from None
    desk.spawn(_perform(desk, intent), f"convert again {intent.target}")
    desk.wake_relay.set()
    return standing


async def _journal_refusal(desk: Desk, user_id: int, seal: Seal, no: NotAllowed) -> None:
    async with desk.store.write() as tables:
        conversion = await tables.conversions.get(seal.target)
        await tables.journal.add(
            at=desk.now(), actor=user_id, action="ask_again",
            target=conversion.target if conversion is not None else seal.target,
            facts={"reason": no.reason, **no.facts}, outcome="not_allowed",
        )  # fmt: skip


async def settle(desk: Desk, user_id: int, conversion_id: str, outcome: str) -> Standing:
    """A lead has looked into Gate Pay: it was `done`, or `nothing` happened. No request is sent."""
    desk.need(user_id, Right.SETTLE)
    event = OUTCOMES.get(outcome)
    if event is None:
        raise NotAllowed("stale_button")
    await check_may_settle(desk, user_id, f"conversion/{conversion_id}")
    async with desk.store.write() as tables:
        conversion, intent = await _unknown(tables, conversion_id)
        if event is Event.FOUND_UNTOUCHED:
            _check_arrived(desk, conversion, intent)
        await settle_by_word(desk, tables, user_id, intent, outcome, event, record)
        standing = await standing_of(desk, tables, await stored_conversion(tables, conversion_id))
    desk.wake_relay.set()
    return standing


async def may_settle(desk: Desk, user_id: int, conversion_id: str) -> Standing:
    """The conversion, for the question before `settle`."""
    await check_may_settle(desk, user_id, f"conversion/{conversion_id}")
    async with desk.store.read() as tables:
        conversion, _ = await _unknown(tables, conversion_id)
        return await standing_of(desk, tables, conversion)


async def _unknown(tables: Tables, conversion_id: str) -> tuple[Conversion, Intent]:
    conversion = await stored_conversion(tables, conversion_id)
    intent = await tables.intents.get(conversion_id)
    if intent is None or intent.state is not State.UNKNOWN:
        raise NotAllowed("not_unknown", {"conversion": conversion_id})
    return conversion, intent


async def _check_again(desk: Desk, tables: Tables, conversion: Conversion, intent: Intent) -> None:
    await check_not_frozen(desk, tables, Waits.WHILE_GATE_ANSWERS, venue=GATE_PAY)
    if conversion.is_named_only:
        raise NotAllowed("order_named", {"conversion": conversion.id})
    if conversion.asked_again_at is not None:
        raise NotAllowed("asked_again_already", {"conversion": conversion.id})
    _check_arrived(desk, conversion, intent)


def _check_arrived(desk: Desk, conversion: Conversion, intent: Intent) -> None:
    """Until then nobody can know that nothing happened: the request may still be on its way."""
    left_at = max(intent.sent_at or intent.planned_at, conversion.asked_again_at or 0)
    free_at = left_at + AGAIN_AFTER_SECONDS * 1000
    if desk.now() < free_at:
        raise NotAllowed("again_too_early", {"conversion": conversion.id, "at": str(free_at)})


def _seal(desk: Desk, person: Person, limit: str, conversion: Conversion, intent: Intent) -> Seal:
    facts = _facts(conversion, intent, person, limit)
    expires_at = desk.now() + desk.policy.approval_seconds * 1000
    choice = Choice(answer=AGAIN, requester=conversion.requester)
    return make_seal(desk, person, Action.CONVERT, conversion.id, facts, expires_at=expires_at, choice=choice)


def _facts(conversion: Conversion, intent: Intent, person: Person, limit: str) -> dict[str, str]:
    facts = facts_of_quote(conversion, approver=person.id, role=person.role.word, limit=limit, action="ask_again")
    return facts | {"request": intent.arguments["client_req_id"], "body": intent.arguments["body"]}


async def _decide(desk: Desk, tables: Tables, user_id: int, seal: Seal) -> Intent:
    """One transaction: that nobody asked before, and that it is asked now."""
    person = desk.need(user_id, Right.CONVERT)
    conversion, intent = await _unknown(tables, seal.target)
    await _check_again(desk, tables, conversion, intent)
    limit = await check_quote_limit(desk, tables, person, conversion)
    if fingerprint(_facts(conversion, intent, person, limit)) != seal.fingerprint:
        raise NotAllowed("quote_changed")
    if not await tables.seals.use(seal.id, desk.now()):
        raise NotAllowed("quote_used", {"who": ""})
    if not await tables.conversions.ask_again(conversion.id, desk.now()):
        raise NotAllowed("asked_again_already")
    moved = await tables.intents.move(intent.id, frm=State.UNKNOWN, event=Event.ASKING_AGAIN, at=desk.now())
    if moved is None:
        raise NotAllowed("not_unknown")
    await tables.seals.end_for(conversion.id, desk.now())
    await tables.journal.add(
        at=desk.now(), actor=user_id, action="ask_again", target=conversion.target,
        facts={"intent": intent.id, "request": intent.arguments["client_req_id"]}, outcome="sent",
    )  # fmt: skip
    await tell(desk, tables, conversion, priority=0)
    return moved


async def _perform(desk: Desk, intent: Intent) -> None:
    found: list[ConvertOrder] = []
    lost: list[Unknown] = []

    async def request() -> None:
        found.append(await send(desk, intent))

    event, why = await attempt(request(), f"convert again {intent.target}", lost=lost.append)

    async def keep(tables: Tables) -> None:
        if event is Event.ACCEPTED:
            await keep_order(desk, tables, intent, found[0], frm=State.ASKED)
            return
        if not await keep_named(desk, tables, intent, lost, frm=State.ASKED):
            answer, detail = told_of(lost, why)
            await keep_unanswered(desk, tables, intent, event, answer, detail)

    await keep_until_stored(desk, keep, f"convert again {intent.target} ({event})")


async def keep_unanswered(
    desk: Desk, tables: Tables, intent: Intent, event: Event, answer: str, detail: str = ""
) -> None:
    """The repeat taught nothing certain: unknown still, with what it was told; one that never left may be repeated."""
    if event is Event.NEVER_LEFT:
        await tables.conversions.not_asked_again(intent.id)
    else:
        await tables.conversions.again_answered(intent.id, answer)
    moved = await tables.intents.move(intent.id, frm=State.ASKED, event=event, at=desk.now())
    if moved is None:
        return
    facts = {"intent": intent.id, "answer": answer[:300]}
    if detail not in ("", answer):
        facts["detail"] = detail[:300]
    await tables.journal.add(
        at=desk.now(), actor=intent.actor, action="ask_again", target=intent.target, facts=facts, outcome=event.value
    )
    await tell(desk, tables, await stored_conversion(tables, intent.id), priority=0)
