"""Take in what the venue shows: the one place where a fresh look at an order becomes memory, outcome and news."""

from dataclasses import replace

from bot.domain.actions import Finding, found
from bot.domain.alerts import AlertKind, kind_of
from bot.domain.intents import Action, Event, Intent, State, proves_untouched
from bot.domain.orders import Order, OrderRow, Phase, Side
from bot.domain.seals import same_file
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.announce import announce, announce_order, with_role
from bot.flows.desk import Desk
from bot.flows.pay_reminder import remind_to_pay
from bot.flows.standing import end_if_fallen
from bot.flows.twin_question import settle_credit, settle_credit_elsewhere
from storage.orders import StoredOrder
from storage.store import Tables

REOPENED_AFTER_SECONDS = 600


async def look(desk: Desk, order_id: str, row: OrderRow | None = None) -> Order:
    """Read the truth from the venue, keep it, settle what it settles, and queue the news. Raises VenueError.

    The list row that asked for it is kept as seen, unless the details lag behind it.
    """
    asked_at = desk.now()
    order = await desk.venue.order(order_id=order_id)
    async with desk.store.write() as tables:
        before = await tables.orders.get(order_id)
        await absorb(desk, tables, order, asked_at=asked_at)
        if row is not None and row.phase is order.phase:
            await tables.orders.set_row(order_id, row.signature)
    desk.starting.looked(order_id)
    if before is None or before.order.status != order.status or order.unread > before.order.unread:
        desk.talk.hint(order_id)  # what changed is often explained in the chat
    desk.wake_relay.set()
    return order


async def absorb(desk: Desk, tables: Tables, order: Order, *, asked_at: int) -> None:
    """Inside a transaction: store the order, settle an intent without an answer, announce what changed."""
    before = await tables.orders.get(order.id)
    if before is not None and (
        asked_at < before.seen_at <= desk.now()
        or (before.order.is_final and not order.is_final and not _is_reopened(before, order, asked_at))
    ):
        return  # an older answer, or a stale one: what is final stays final
    await tables.orders.put(order, asked_at)
    intent = await tables.intents.open_for(order.id)
    if intent is not None and intent.state is State.UNKNOWN and _was_asked_after(asked_at, intent, desk.now()):
        intent = await settle_by_look(desk, tables, intent, order)
    if _asks_for_money(order) and (before is None or not _asks_for_money(before.order)):
        await tables.alerts.note_paid(order.id, desk.now())
    if _is_ours_to_pay(order) and (before is None or before.order.pay_deadline != order.pay_deadline):
        await remind_to_pay(desk, tables, order)
    if before is None:
        await _announce_new(desk, tables, order)
    elif _news(before.order) != _news(order):
        await _announce_change(desk, tables, before, order)
    if order.side is Side.SELL and order.is_final is not (before is None or before.order.is_final):
        await _tie_twins(desk, tables, order)


def _was_asked_after(asked_at: int, intent: Intent, now: int) -> bool:
    """A request that is still to be sent left before the clock was set back; what is asked since then is newer."""
    sent_at = intent.sent_at or 0
    return asked_at >= sent_at or asked_at <= now < sent_at


async def _tie_twins(desk: Desk, tables: Tables, order: Order) -> None:
    """Whoever looks into the bank for one of the same total reads of this one, or no more of it."""
    for twin in await tables.orders.twins(order):
        if _asks_for_money(twin.order):
            await announce_order(desk, tables, twin.order.id)


def _is_reopened(before: StoredOrder, order: Order, asked_at: int) -> bool:
    """An appeal long after the end is news; an answer from before the end is never that old."""
    ended_at = before.final_at
    return order.in_appeal and ended_at is not None and asked_at - ended_at >= REOPENED_AFTER_SECONDS * 1000


async def settle_by_look(desk: Desk, tables: Tables, intent: Intent, order: Order) -> Intent | None:
    """Count the look, and move the intent when the look says how it ended."""
    now = desk.now()
    finding = found(order, intent.action)
    answer = f"look: {order.status}"
    if finding is Finding.DONE:
        moved = await tables.intents.move(intent.id, frm=State.UNKNOWN, event=Event.FOUND_DONE, at=now, answer=answer)
    elif finding is Finding.OTHERWISE:
        moved = await tables.intents.move(
            intent.id, frm=State.UNKNOWN, event=Event.FOUND_OTHERWISE, at=now, answer=answer
        )
    else:
        counted = await tables.intents.count_look(intent.id, now)
        moved = None
        if proves_untouched(counted.looks, counted.first_look_at, now):
            moved = await tables.intents.move(
                intent.id, frm=State.UNKNOWN, event=Event.FOUND_UNTOUCHED, at=now, answer=answer
            )
    if moved is not None:
        await record_outcome(desk, tables, moved)
    else:
        await announce_order(desk, tables, order.id)
    return moved


async def record_outcome(desk: Desk, tables: Tables, intent: Intent) -> None:
    """Journal the outcome of an intent and bring the cards up to date; an unknown one rings."""
    await settle_credit(desk, tables, intent)
    await tables.journal.add(
        at=desk.now(),
        actor=intent.actor,
        action=intent.action.value,
        target=intent.target,
        facts={"intent": intent.id, "answer": intent.answer[:300]},
        outcome=intent.state.value,
    )
    if intent.state is State.DONE and intent.action is not Action.MARK_PAID:
        await tables.seals.end_for(intent.target, desk.now())
    is_unknown = intent.state is State.UNKNOWN
    if is_unknown:
        await tables.orders.need_topic(intent.target)
    kind = AlertKind.UNKNOWN if is_unknown else None
    await announce_order(desk, tables, intent.target, ring=is_unknown, group_rings=is_unknown, kind=kind)
    await tables.outbox.put_card(
        chat_id=intent.actor, person_id=intent.actor, order_id=intent.target, repost=False, ring=is_unknown,
        priority=0, at=desk.now(),
    )  # fmt: skip


async def lost_answer(desk: Desk, tables: Tables, intent: Intent, answer: str) -> Intent:
    """The answer to a `sent` intent is lost: unknown, unless a look since then already shows how it ended.

    Without this a person could be told "unknown" of an order whose end the desk has read.
    """
    moved = await tables.intents.move(intent.id, frm=State.SENT, event=Event.NO_ANSWER, at=desk.now(), answer=answer)
    if moved is None:
        return intent
    stored = await tables.orders.get(intent.target)
    if stored is not None and stored.seen_at >= (moved.sent_at or 0):
        finding = found(stored.order, moved.action)
        event = {Finding.DONE: Event.FOUND_DONE, Finding.OTHERWISE: Event.FOUND_OTHERWISE}.get(finding)
        if event is not None:
            seen = f"look: {stored.order.status}"
            known = await tables.intents.move(moved.id, frm=State.UNKNOWN, event=event, at=desk.now(), answer=seen)
            moved = known or moved
    await record_outcome(desk, tables, moved)
    return moved


def _without_signatures(order: Order) -> tuple[object, ...]:
    """Payees and receipts, whose links may be signed anew at every look."""
    payees = tuple(replace(payee, qr_url=same_file(payee.qr_url)) for payee in order.payees)
    return payees, tuple(same_file(voucher) for voucher in order.vouchers)


def _news(order: Order) -> tuple[object, ...]:
    """What of an order is news on a card. Clocks that run by themselves are not."""
    return (
        order.status, order.in_appeal, order.is_cancelable, order.can_release_in_appeal, order.hides_payment,
        order.amount, order.price, order.total, order.asset, order.fiat, order.side, order.counterparty_name,
        order.counterparty_id, _without_signatures(order), order.methods, order.unread, order.pay_deadline,
        order.paid_at, order.chosen_method, order.warnings, order.verdict, order.cancel_reason, order.own_name,
    )  # fmt: skip


async def _announce_new(desk: Desk, tables: Tables, order: Order) -> None:
    rings = not order.is_final and (order.in_appeal or _asks_for_money(order) or _is_ours_to_pay(order))
    if order.in_appeal and not order.is_final:
        await tables.orders.need_topic(order.id)
    if order.is_final and await _was_done_elsewhere(tables, None, order):
        await _say_done_elsewhere(desk, tables, order)
    await _settle_its_credit(desk, tables, None, order)
    await announce_order(desk, tables, order.id, repost=True, ring=rings, kind=kind_of(order))


def _is_ours_to_pay(order: Order) -> bool:
    """We buy: the clock runs against us from the first moment."""
    return order.side is Side.BUY and order.phase is Phase.UNPAID


def _asks_for_money(order: Order) -> bool:
    return order.phase is Phase.PAID and order.side is Side.SELL


async def _announce_change(desk: Desk, tables: Tables, before: StoredOrder, order: Order) -> None:
    old = before.order
    if _sealed_facts_moved(old, order):
        await tables.seals.end_for(order.id, desk.now())
    await end_if_fallen(desk, tables, order.id)
    now_paid = _asks_for_money(order) and not _asks_for_money(old)
    now_appeal = order.in_appeal and not old.in_appeal and not order.is_final
    if now_appeal:
        await tables.orders.need_topic(order.id)
    late = await _explained_late(desk, tables, order)
    if not late and await _was_done_elsewhere(tables, old, order):
        await _say_done_elsewhere(desk, tables, order)
    await _settle_its_credit(desk, tables, old, order)
    rings = now_paid or now_appeal
    has_ended = order.is_final and not old.is_final
    kind = None if order.is_final and not has_ended else kind_of(order)
    await announce_order(desk, tables, order.id, repost=rings, ring=rings, kind=kind)


async def _say_done_elsewhere(desk: Desk, tables: Tables, order: Order) -> None:
    await tables.orders.mark_done_elsewhere(order.id)
    facts = {"order": order.id, "status": order.status}
    await tables.journal.add(
        at=desk.now(), actor=None, action="done_elsewhere", target=order.id, facts=facts, outcome="seen"
    )
    await announce(desk, tables, Notice("done_elsewhere", facts), with_role(desk, Role.OWNER), group=True)


async def _settle_its_credit(desk: Desk, tables: Tables, old: Order | None, order: Order) -> None:
    """However a sale was completed, by arbitration too, the coins left for the credit that was named for it."""
    is_completed = order.phase is Phase.FINISHED and (old is None or old.phase is not Phase.FINISHED)
    if order.side is Side.SELL and is_completed:
        await settle_credit_elsewhere(desk, tables, order.id)


def _sealed_facts_moved(old: Order, order: Order) -> bool:
    return order.is_final or old.status != order.status or old.in_appeal != order.in_appeal


async def _explained_late(desk: Desk, tables: Tables, order: Order) -> bool:
    """A request that three looks found without effect was carried out after all: say so, and call it done."""
    intent = await tables.intents.latest_for(order.id)
    if intent is None or intent.state is not State.VOID or not intent.looks:
        return False
    if found(order, intent.action) is not Finding.DONE:
        return False
    moved = await tables.intents.move(
        intent.id, frm=State.VOID, event=Event.FOUND_LATE, at=desk.now(), answer=f"late: {order.status}"
    )
    if moved is not None:
        await record_outcome(desk, tables, moved)
    return moved is not None


async def _was_done_elsewhere(tables: Tables, old: Order | None, order: Order) -> bool:
    """True when the order took a step that only the desk's account can take, and no intent of ours explains it.

    `old` is None for an order that came and ended while nobody looked.
    """
    if order.side is Side.SELL:
        stepped, action = (
            order.status.strip().lower() == "finished" and (old is None or not old.is_final),
            Action.RELEASE,
        )
    else:
        was_unpaid = old is None or old.phase is Phase.UNPAID
        stepped = was_unpaid and order.phase in (Phase.PAID, Phase.FINISHED)
        action = Action.MARK_PAID
    if not stepped:
        return False
    intent = await tables.intents.latest_for(order.id)
    return intent is None or intent.action is not action or intent.state in (State.REFUSED, State.VOID)
