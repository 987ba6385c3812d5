"""The desk's work in one look: what needs somebody now, then what waits."""

from bot.domain.orders import Phase, Side
from bot.domain.situations import Queue, Situation
from bot.domain.staff import Right
from bot.flows.assemble import situation_of
from bot.flows.desk import Desk
from bot.flows.duress import is_shown_frozen


def needs_somebody(situation: Situation) -> bool:
    """True when a person of the desk can or must act: paid sales, open purchases, appeals, unknown outcomes.

    A purchase that waits for its release is ours again once we may appeal.
    """
    order = situation.order
    if situation.has_open_intent or order.in_appeal or order.phase in (Phase.LOCKED, Phase.UNKNOWN):
        return True
    if order.side is Side.SELL:
        return order.phase is Phase.PAID
    return order.phase is Phase.UNPAID or situation.may_appeal


def urgency(situation: Situation) -> tuple[int, int]:
    """Unknown outcomes, then appeals, then by the moment that presses (the deadline, or since when it is paid)."""
    order = situation.order
    rank = 0 if situation.has_open_intent else 1 if order.in_appeal else 2
    return rank, order.paid_at or order.pay_deadline or order.created_at


async def queue(desk: Desk, user_id: int) -> Queue:
    """The queue for somebody who may read. What this person has claimed comes first among equals."""
    desk.need(user_id, Right.READ)
    return await queue_for(desk, user_id)


async def queue_for(desk: Desk, user_id: int | None) -> Queue:
    """The queue without asking who wants it: for the group, whose members the desk watches."""
    async with desk.store.read() as tables:
        situations = [await situation_of(desk, tables, stored) for stored in await tables.orders.open_orders()]
        is_frozen = await is_shown_frozen(tables, user_id)
    now = sorted(
        (s for s in situations if needs_somebody(s)), key=lambda s: (s.claimed_by not in (None, user_id), urgency(s))
    )
    waiting = sorted((s for s in situations if not needs_somebody(s)), key=urgency)
    return Queue(
        now=tuple(now),
        waiting=tuple(waiting),
        on_duty=tuple(person.name for person in desk.people.values() if person.on_duty),
        looked_at=desk.looked_at,
        blind_since=desk.blind_since,
        is_frozen=is_frozen,
    )
