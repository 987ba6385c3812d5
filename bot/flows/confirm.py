"""The confirming tap: look once more, compare with the seal, write the intent, send it once, keep what came back."""

import asyncio

from bot.domain.actions import RIGHTS
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable, VenueError
from bot.domain.intents import Action, Event, Intent, State, after
from bot.domain.orders import Order
from bot.domain.seals import Seal, differences, facts_of, fingerprint
from bot.domain.staff import Person
from bot.flows.absorb import absorb, lost_answer, record_outcome
from bot.flows.announce import announce_order
from bot.flows.approve import check_now
from bot.flows.assemble import name_of, stored_order
from bot.flows.desk import Desk, log
from storage.errors import StoreError
from storage.store import Tables

HEAD_START_SECONDS = 0.02
"""drawing cards takes the processor away from the request that people wait for"""


class Changed(NotAllowed):
    """The venue no longer shows what the person saw. `names` are the facts that differ."""

    def __init__(self, order_id: str, names: tuple[str, ...]) -> None:
        super().__init__("order_changed", {"order": order_id, "names": ",".join(names)})
        self.names = names


async def seal_of(desk: Desk, seal_id: str) -> Seal:
    """The opened step. Raises NotAllowed("stale_button") for an id we never gave."""
    async with desk.store.read() as tables:
        seal = await tables.seals.get(seal_id)
    if seal is None:
        raise NotAllowed("stale_button")
    return seal


async def confirm(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> Intent:
    """Turn an open step into one request. Returns the intent, already `sent`; the request runs beside.

    Raises NotAllowed (`Changed` when the facts moved) or VenueError (the look failed): then nothing was sent.
    """
    seal = await seal_of(desk, seal_id)
    person = desk.need(user_id, RIGHTS[seal.action])
    await _check_seal(desk, seal, person, tapped_at)
    asked_at = desk.now()
    order = await desk.venue.order(order_id=seal.order_id)
    no: NotAllowed | None = None
    intent: Intent | None = None
    async with desk.store.write() as tables:
        await absorb(desk, tables, order, asked_at=asked_at)
        try:
            intent = await _decide(desk, tables, user_id, seal)
        except NotAllowed as error:
            no = error
            await tables.seals.end(seal.id, desk.now())
            await _journal_refusal(desk, tables, user_id, seal, error)
    if no is not None:
        desk.wake_relay.set()
        raise no
    assert intent is not None
    request = desk.spawn(perform(desk, intent), f"{intent.action} {intent.target}")
    await asyncio.wait({request}, timeout=HEAD_START_SECONDS)
    if not request.done():
        await _show_under_way(desk, order.id)
    desk.wake_relay.set()
    return intent


async def _show_under_way(desk: Desk, order_id: str) -> None:
    """On every card; the outcome comes with its own news, so that this may fail without a word to the person."""
    try:
        async with desk.store.write() as tables:
            await announce_order(desk, tables, order_id)
    except StoreError as error:
        log.warning("cards of %s are not brought up to date: %s", order_id, error)


async def _check_seal(desk: Desk, seal: Seal, person: Person, tapped_at: int) -> None:
    """Raises NotAllowed when this tap cannot be the opener's considered confirm."""
    if seal.opened_by != person.id:
        raise NotAllowed("not_your_step", {"who": name_of(desk, seal.opened_by), "order": seal.order_id})
    if seal.used_at is not None:
        async with desk.store.read() as tables:
            intent = await tables.intents.latest_for(seal.order_id)
        raise _was_used(desk, seal, intent.actor if intent is not None else None)
    if seal.is_expired(tapped_at) or seal.is_expired(desk.now()):
        raise NotAllowed("seal_expired", {"order": seal.order_id})
    if seal.is_too_quick(tapped_at):
        raise NotAllowed("too_quick", {"order": seal.order_id})


async def _decide(desk: Desk, tables: Tables, user_id: int, seal: Seal) -> Intent:
    """The ledger's decision, in one transaction: every check again, the seal used, the intent written as sent.

    It rests on the newest look that is stored, which may be newer than the one this tap made.
    """
    person = desk.need(user_id, RIGHTS[seal.action])
    stored = await stored_order(tables, seal.order_id)
    order = stored.order
    fresh = await tables.seals.get(seal.id)
    if fresh is None or fresh.used_at is not None:
        raise await _why_used(desk, tables, seal, order)
    if fresh.is_expired(desk.now()):
        raise NotAllowed("seal_expired", {"order": order.id})
    limit = await check_now(desk, tables, person, order, stored, seal.action, seal.choice)
    facts = facts_of(order, seal.action, person, limit, seal.choice)
    if fingerprint(facts) != seal.fingerprint:
        raise Changed(order.id, differences(seal.facts, facts))
    if not await tables.seals.use(seal.id, desk.now()):
        raise NotAllowed("seal_used", {"who": "", "order": seal.order_id})
    intent = _sent_intent(desk, person, seal, order)
    conflict = await tables.intents.plan(intent)
    if conflict is not None:
        raise NotAllowed("already_done", {"who": name_of(desk, conflict.actor), "order": order.id})
    await tables.seals.end_for_order(order.id, desk.now())
    await tables.journal.add(
        at=desk.now(),
        actor=person.id,
        action=seal.action.value,
        target=order.id,
        facts=_journal_facts(intent, seal),
        outcome="sent",
    )
    return intent


def _was_used(desk: Desk, seal: Seal, actor: int | None) -> NotAllowed:
    who = name_of(desk, actor) if actor is not None else ""
    return NotAllowed("seal_used", {"who": who, "actor": str(actor or ""), "order": seal.order_id})


async def _why_used(desk: Desk, tables: Tables, seal: Seal, order: Order) -> NotAllowed:
    """The seal died while we looked: because the facts moved, or because somebody was quicker."""
    intent = await tables.intents.latest_for(seal.order_id)
    if intent is not None and (intent.is_open or intent.state is State.DONE):
        return _was_used(desk, seal, intent.actor)
    names = tuple(
        key
        for key, now in (("status", order.status), ("in_appeal", str(order.in_appeal)))
        if seal.facts.get(key) != now
    )
    return Changed(order.id, names or ("status",))


def _sent_intent(desk: Desk, person: Person, seal: Seal, order: Order) -> Intent:
    """`planned` and `sent` in one commit: a kill between the two would only cost a person a tap."""
    now = desk.now()
    return Intent(
        id=desk.new_id(),
        action=seal.action,
        target=order.id,
        state=after(State.PLANNED, Event.SENDING),
        actor=person.id,
        actor_role=person.role.word,
        requester=seal.choice.requester,
        seal_id=seal.id,
        amount=order.amount,
        asset=order.asset,
        arguments=seal.choice.as_arguments(),
        planned_at=now,
        sent_at=now,
        settled_at=None,
        looks=0,
        first_look_at=None,
        last_look_at=None,
        answer="",
    )


PERSONAL = frozenset({"counterparty_name", "own_name", "payees", "terms", "vouchers", "choice_memo"})


def _journal_facts(intent: Intent, seal: Seal) -> dict[str, str]:
    """What was approved, without names and texts: those stand in tables with a retention time."""
    kept = {key: value for key, value in seal.facts.items() if key not in PERSONAL}
    return kept | {"intent": intent.id, "seal": seal.fingerprint}


async def _journal_refusal(desk: Desk, tables: Tables, user_id: int, seal: Seal, error: NotAllowed) -> None:
    await tables.journal.add(
        at=desk.now(),
        actor=user_id,
        action=seal.action.value,
        target=seal.order_id,
        facts={"reason": error.reason, **error.facts},
        outcome="not_allowed",
    )


async def perform(desk: Desk, intent: Intent) -> None:
    """Send the one request of a `sent` intent and keep its outcome; whatever happens, never a second time."""
    event, answer = await _request(desk, intent)
    await _settle(desk, intent, event, answer)


async def _request(desk: Desk, intent: Intent) -> tuple[Event, str]:
    try:
        if intent.action is Action.RELEASE:
            await desk.venue.release(order_id=intent.target)
        elif intent.action is Action.MARK_PAID:
            await desk.venue.mark_paid(order_id=intent.target, method=intent.arguments.get("method") or None)
        else:
            await desk.venue.cancel(
                order_id=intent.target,
                reason=intent.arguments.get("reason", ""),
                memo=intent.arguments.get("memo", ""),
            )
    except Refused as no:
        return Event.REFUSED, f"{no.code}: {no.detail}"
    except (Unreachable, NotAllowed) as never:
        return Event.NEVER_LEFT, str(never)
    except Unknown as lost:
        return Event.NO_ANSWER, lost.why
    except VenueError as odd:
        return Event.NO_ANSWER, str(odd)
    except Exception as defect:  # whatever went wrong here, the request may have left, and that must be told
        log.exception("%s %s", intent.action, intent.target)
        return Event.NO_ANSWER, type(defect).__name__
    return Event.ACCEPTED, "ok"


async def _keep(desk: Desk, tables: Tables, intent: Intent, event: Event, answer: str) -> None:
    if event is Event.NO_ANSWER:
        await lost_answer(desk, tables, intent, answer)
        return
    moved = await tables.intents.move(intent.id, frm=State.SENT, event=event, at=desk.now(), answer=answer)
    if moved is not None:
        await record_outcome(desk, tables, moved)


async def _settle(desk: Desk, intent: Intent, event: Event, answer: str) -> None:
    """Commit the outcome; a memory that cannot be written stops all money, and is tried until it can."""
    while True:
        try:
            async with desk.store.write() as tables:
                await _keep(desk, tables, intent, event, answer)
            desk.is_halted = False
            desk.wake_relay.set()
            return
        except StoreError as error:
            if not desk.is_halted:
                desk.is_halted = True
                desk.spawn(_cry(desk, str(error)), "alarm")
            log.critical("outcome of %s %s (%s) cannot be stored: %s", intent.action, intent.target, event, error)
            await desk.clock.sleep(1)


async def _cry(desk: Desk, why: str) -> None:
    await desk.alarm(why)
