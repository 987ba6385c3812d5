"""Two people above an amount: the first one's confirm is kept, and somebody else's own confirm sends it."""

from dataclasses import replace

from bot.domain.actions import RIGHTS
from bot.domain.alerts import AlertKind, Loudness
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, Intent
from bot.domain.orders import Order
from bot.domain.seals import Choice, Seal
from bot.domain.situations import LockReason, Situation
from bot.domain.staff import Person, Right
from bot.domain.two_people import (
    SAID_NO,
    TWO_PEOPLE,
    Approval,
    Waiting,
    Way,
    Why,
    answered_otherwise,
    check_alone,
    check_cap,
    check_second,
    due_at,
)
from bot.flows.announce import URGENT, announce_order, heard_as
from bot.flows.assemble import name_of, situation_of, stored_order
from bot.flows.desk import Desk
from bot.flows.locking import lock
from bot.flows.request import without_names
from bot.flows.second_person import others, to_ring, way
from bot.flows.standing import end, fallen
from bot.flows.working_day import day_start
from storage.orders import StoredOrder
from storage.store import Tables


async def check(
    desk: Desk, tables: Tables, person: Person, order: Order, stored: StoredOrder, action: Action
) -> Approval | None:
    """Whether this person may take the action's step now, as far as it depends on others. The approval to complete.

    Raises NotAllowed: own_approval, already_armed, approval_over, asked_by_you, nobody_second, solo_cap.
    """
    approval = await to_complete(desk, tables, order.id, action)
    if approval is not None:
        check_second(approval, person.id, desk.now())
        if found := await fallen(desk, tables, approval, stored):
            raise NotAllowed("approval_over", {"order": order.id, "why": found[0].value})
        return approval
    goes = await way(desk, tables, action, order, person.id)
    check_alone(desk.policy, goes, await tables.approvals.has_asked(order.id, action, person.id))
    if goes is Way.DELAY:
        used = await tables.approvals.armed_since(day_start(desk), order.asset)
        check_cap(desk.policy, order.amount, used)
    return None


async def to_complete(desk: Desk, tables: Tables, order_id: str, action: Action) -> Approval | None:
    """The approval of that action that counts now, whoever gave it."""
    if action not in TWO_PEOPLE:
        return None
    approval = await tables.approvals.open_for(order_id)
    return approval if approval is not None and approval.action is action and approval.is_live(desk.now()) else None


def with_first(approval: Approval | None, choice: Choice) -> Choice:
    """The second person's choice is the first one's, and names them. Raises when they answered otherwise."""
    if approval is None:
        return choice
    if names := answered_otherwise(approval, choice):
        raise NotAllowed("answered_otherwise", {"order": approval.order_id, "names": ",".join(names)})
    return replace(approval.choice, first=approval.first)


async def hold(desk: Desk, tables: Tables, person: Person, seal: Seal, order: Order) -> Waiting | None:
    """Inside the deciding transaction: None when it is to be sent now, else what it waits for.

    Raises NotAllowed when this step is not the one that the state asks for.
    """
    approval = await to_complete(desk, tables, order.id, seal.action)
    first = seal.choice.first
    if first is not None:
        if approval is None or approval.first != first:
            raise await _no_approval(tables, order.id)
        check_second(approval, person.id, desk.now())
        if seal.opened_at < approval.at or answered_otherwise(approval, seal.choice):
            # It was taken back and given anew: this step never saw that one
            raise NotAllowed("approved_meanwhile", {"order": order.id, "who": name_of(desk, first)})
        return None
    if approval is not None:
        raise NotAllowed("approved_meanwhile", {"order": order.id, "who": name_of(desk, approval.first)})
    goes = await way(desk, tables, seal.action, order, person.id)
    return None if goes is Way.AT_ONCE else await _keep(desk, tables, person, seal, order, goes)


async def _no_approval(tables: Tables, order_id: str) -> NotAllowed:
    approval = await tables.approvals.latest_for(order_id)
    if approval is None or approval.ended_at is None:
        return NotAllowed("approval_expired", {"order": order_id})
    return NotAllowed("approval_over", {"order": order_id, "why": approval.why})


async def _keep(desk: Desk, tables: Tables, person: Person, seal: Seal, order: Order, goes: Way) -> Waiting:
    """The first approval, or the armed action; whoever could be the second is rung."""
    stale = await tables.approvals.open_for(order.id)
    if stale is not None:
        await end(desk, tables, stale, Why.EXPIRED)  # the loop had no turn yet
    approval = _approval(desk, person, seal, order, goes)
    if not await tables.approvals.add(approval):
        raise NotAllowed("approval_expired", {"order": order.id})
    await tables.journal.add(
        at=desk.now(),
        actor=person.id,
        action=seal.action.value,
        target=order.id,
        facts=without_names(seal) | {"approval": approval.id, "until": str(approval.due_at or approval.ends_at)},
        outcome="armed" if approval.is_armed else "first_approval",
    )
    await announce_order(desk, tables, order.id)
    if goes is Way.SECOND:
        await _ring_others(desk, tables, await others(desk, tables, seal.action, order, person.id), order)
    return Waiting(approval)


async def _ring_others(desk: Desk, tables: Tables, able: list[Person], order: Order) -> None:
    """Somebody on duty can be the second: then who is off duty hears it as any paid order, in quiet hours silently."""
    wishes = await tables.alerts.wishes()
    is_somebody_on_duty = any(one.on_duty for one in able)
    for other in to_ring(able):
        wish = heard_as(desk, wishes, other, AlertKind.PAID) if is_somebody_on_duty and not other.on_duty else None
        await tables.outbox.put_card(
            chat_id=other.id, person_id=other.id, order_id=order.id, repost=True, ring=wish in (None, Loudness.ON),
            priority=URGENT, at=desk.now(),
        )  # fmt: skip


def _approval(desk: Desk, person: Person, seal: Seal, order: Order, goes: Way) -> Approval:
    now = desk.now()
    due = due_at(desk.policy, seal.action, now, order.pay_deadline) if goes is Way.DELAY else None
    return Approval(
        id=desk.new_id(),
        order_id=order.id,
        action=seal.action,
        first=person.id,
        seal_id=seal.id,
        amount=order.amount,
        asset=order.asset,
        at=now,
        ends_at=(due or now) + desk.policy.second_seconds * 1000,
        due_at=due,
        choice=seal.choice,
        facts=seal.facts,
    )


async def complete(desk: Desk, tables: Tables, intent: Intent) -> None:
    """An intent was written: the approval that it rests on is used by it; one of another action ends."""
    approval = await tables.approvals.open_for(intent.target)
    if approval is None:
        return
    if approval.action is intent.action and intent.arguments.get("first") == str(approval.first):
        await end(desk, tables, approval, Why.USED, by=intent.actor, intent_id=intent.id)
    else:
        await end(desk, tables, approval, Why.OTHER_ACTION, by=intent.actor, because=intent.action.value)


async def wanted(desk: Desk, user_id: int, approval_id: str) -> Approval:
    """The approval that somebody wants to complete or refuse; refusals are journalled. Raises NotAllowed."""
    try:
        return await _wanted(desk, user_id, approval_id)
    except NotAllowed as no:
        await _journal_refusal(desk, user_id, approval_id, no)
        raise


async def _wanted(desk: Desk, user_id: int, approval_id: str) -> Approval:
    person = desk.need(user_id, Right.RELEASE)
    async with desk.store.read() as tables:
        approval = await tables.approvals.get(approval_id)
    if approval is None:
        raise NotAllowed("stale_button")
    person.need(RIGHTS[approval.action])
    check_second(approval, user_id, desk.now())
    return approval


async def _journal_refusal(desk: Desk, user_id: int, approval_id: str, no: NotAllowed) -> None:
    async with desk.store.write() as tables:
        approval = await tables.approvals.get(approval_id)
        await tables.journal.add(
            at=desk.now(),
            actor=user_id,
            action=approval.action.value if approval is not None else "approval_end",
            target=approval.order_id if approval is not None else approval_id,
            facts={"reason": no.reason, **no.facts},
            outcome="not_allowed",
        )


async def say_no(desk: Desk, user_id: int, approval_id: str, because: str) -> Situation:
    """The second person does not agree: the approval ends with the reason; another name also locks the order."""
    if because not in SAID_NO:
        raise NotAllowed("stale_button")
    approval = await wanted(desk, user_id, approval_id)
    async with desk.store.write() as tables:
        desk.need(user_id, RIGHTS[approval.action])
        if not await end(desk, tables, approval, Why.REFUSED, by=user_id, because=because):
            raise await _no_approval(tables, approval.order_id)
        if because == "name_differs" and approval.action is Action.RELEASE:
            # As the same answer to the bank question does
            stored = await stored_order(tables, approval.order_id)
            await lock(desk, tables, user_id, stored, LockReason.NAME_DIFFERS)
        if because == "not_there" and approval.action is Action.RELEASE:
            await tables.orders.look(approval.order_id, user_id, desk.now())
        situation = await situation_of(desk, tables, await stored_order(tables, approval.order_id))
    desk.wake_relay.set()
    return situation


async def take_back(desk: Desk, user_id: int, approval_id: str) -> Situation:
    """The first person's yes is taken back, as long as nobody has completed it."""
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.RELEASE)
        approval = await tables.approvals.get(approval_id)
        if approval is None:
            raise NotAllowed("stale_button")
        if approval.first != person.id:
            raise NotAllowed("not_your_approval", {"who": name_of(desk, approval.first), "order": approval.order_id})
        if not await end(desk, tables, approval, Why.TAKEN_BACK, by=user_id):
            raise await _no_approval(tables, approval.order_id)
        situation = await situation_of(desk, tables, await stored_order(tables, approval.order_id))
    desk.wake_relay.set()
    return situation


async def stop(desk: Desk, user_id: int, approval_id: str) -> Situation:
    """What is armed is stopped by whoever sees a reason to: stopping moves nothing."""
    async with desk.store.write() as tables:
        desk.need(user_id, Right.CLAIM)
        approval = await tables.approvals.get(approval_id)
        if approval is None or not approval.is_armed:
            raise NotAllowed("stale_button")
        if not await end(desk, tables, approval, Why.STOPPED, by=user_id):
            raise await _no_approval(tables, approval.order_id)
        situation = await situation_of(desk, tables, await stored_order(tables, approval.order_id))
    desk.wake_relay.set()
    return situation
