"""A purchase whose payment deadline is near, and which is not marked paid: whoever is on it hears so, once."""

from bot.domain.alerts import ESCALATED
from bot.domain.escalation import BEFORE_DEADLINE_MS
from bot.domain.intents import State
from bot.domain.orders import Order, Phase, Side
from bot.domain.situations import Notice
from bot.domain.staff import Person, Right
from bot.flows.announce import URGENT, bell
from bot.flows.desk import Desk
from storage.orders import StoredOrder
from storage.store import Tables

DEADLINE = f"{ESCALATED}_deadline"


async def remind_to_pay(desk: Desk, tables: Tables, order: Order) -> None:
    """Inside the transaction that first saw this deadline. One that is near already has just rung as a new order."""
    ring_at = desk.clock.moment_of(order.pay_deadline) - BEFORE_DEADLINE_MS
    if order.pay_deadline and ring_at > desk.now():
        await tables.alerts.remind(order.id, ring_at)


def is_to_pay(order: Order) -> bool:
    return order.side is Side.BUY and order.phase is Phase.UNPAID and not order.in_appeal


async def round_(desk: Desk) -> int | None:
    """Ring what is due; when the next one is. Nothing is written while nothing is due."""
    async with desk.store.read() as tables:
        reminders = await tables.alerts.reminders()
    later = [at for at in reminders.values() if at > desk.now()]
    if len(later) < len(reminders):
        async with desk.store.write() as tables:
            for order_id, at in (await tables.alerts.reminders()).items():
                if at <= desk.now():
                    await tables.alerts.end_reminder(order_id)
                    await _ring(desk, tables, order_id)
        desk.wake_relay.set()
    return min(later, default=None)


async def _ring(desk: Desk, tables: Tables, order_id: str) -> None:
    stored = await tables.orders.get(order_id)
    intent = await tables.intents.latest_for(order_id)
    is_acting = intent is not None and (intent.is_open or intent.state is State.DONE)
    if stored is None or not is_to_pay(stored.order) or is_acting:
        return
    facts = {"order": order_id, "until": str(stored.order.pay_deadline * 1000)}
    people = await _whom(desk, tables, stored)
    for person in people:
        await ring_loudly(desk, tables, person, Notice(DEADLINE, facts), order_id)
    await tables.journal.add(
        at=desk.now(), actor=None, action=ESCALATED, target=order_id,
        facts={"stage": "deadline", "rung": ",".join(str(person.id) for person in people)}, outcome="rung",
    )  # fmt: skip


async def _whom(desk: Desk, tables: Tables, stored: StoredOrder) -> list[Person]:
    """Who is on it, else everybody on duty."""
    away = await tables.staff.unreachable()
    claimer = desk.people.get(stored.claimed_by or 0)
    if claimer is not None and claimer.may(Right.CLAIM) and claimer.id not in away:
        return [claimer]
    return bell(desk, away)


async def ring_loudly(desk: Desk, tables: Tables, person: Person, notice: Notice, order_id: str) -> None:
    """A sentence that says why, and the order's card anew with sound, so that it can be acted on."""
    await tables.outbox.put_notice(
        chat_id=person.id, person_id=person.id, notice=notice.kind, facts=notice.facts, ring=True, priority=URGENT,
        at=desk.now(), key=f"{ESCALATED}:{order_id}", order_id=order_id,
    )  # fmt: skip
    await tables.outbox.put_card(
        chat_id=person.id, person_id=person.id, order_id=order_id, repost=True, ring=True, priority=URGENT,
        at=desk.now(),
    )  # fmt: skip
