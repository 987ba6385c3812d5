"""Put together what a card is drawn from: an order, who is on it, what was decided, what the venue said."""

from bot.domain.errors import NotAllowed, VenueError
from bot.domain.intents import Intent
from bot.domain.orders import Order, Profile, Side
from bot.domain.payees import is_to_pay
from bot.domain.situations import BankDoubts, BankLook, Lock, LockReason, OtherAnswer, Situation, Twin, Unlocked
from bot.domain.staff import Right
from bot.flows.desk import Desk, log
from bot.flows.forced import forced_mark
from bot.flows.twin_question import other_sales, unnamed_ends
from storage.orders import StoredOrder
from storage.store import Tables


def name_of(desk: Desk, person_id: int | None) -> str:
    """The shown name of a person; the bare id once they have left."""
    if person_id is None:
        return ""
    person = desk.people.get(person_id)
    return person.name if person is not None else str(person_id)


async def situation_of(desk: Desk, tables: Tables, stored: StoredOrder) -> Situation:
    """The order now, from the desk's memory only."""
    order = stored.order
    intent = await tables.intents.latest_for(order.id)
    approval = await tables.approvals.open_for(order.id)
    approval = approval if approval is not None and approval.is_live(desk.now()) else None
    lock = None
    if stored.lock is not None:
        reason, by, at = stored.lock
        lock = Lock(LockReason(reason), by, name_of(desk, by), at)
    look = None
    if stored.bank_look is not None:
        look = BankLook(name_of(desk, stored.bank_look[0]), stored.bank_look[1])
    twins = await twins_of(tables, stored)
    ended = await _ended_alike(desk, tables, stored)
    reading = await tables.chats.reading(order.id)
    return Situation(
        order=order,
        seen_at=stored.seen_at,
        profile=desk.profiles.get(order.counterparty_id),
        claimed_by=stored.claimed_by,
        claimed_name=name_of(desk, stored.claimed_by),
        lock=lock,
        last_look=look,
        intent=intent,
        actor_name=name_of(desk, intent.actor if intent else None),
        approval=approval,
        first_name=name_of(desk, approval.first if approval else _first_of(intent)),
        requester_name=name_of(desk, (intent.requester if intent else None) or stored.requested_by),
        is_done_elsewhere=stored.is_done_elsewhere,
        twins=twins,
        ended_alike=ended,
        doubts=await doubts_of(desk, tables, stored),
        topic_url=topic_url(desk, stored.topic_id),
        chat_read_at=reading.read_at if reading is not None else None,
        has_unread_counts=desk.talk.has_counts,
        on_duty=sum(person.on_duty and person.may(Right.CLAIM) for person in desk.people.values()),
        may_appeal=order.may_appeal_at is not None and order.may_appeal_at * 1000 <= desk.now(),
        forced_by=await _forced_by(desk, tables, order),
        is_too_late=is_too_late(desk, order),
    )


def is_too_late(desk: Desk, order: Order) -> bool:
    """Whether what we buy is unpaid and its time to be paid is over."""
    is_over = bool(order.pay_deadline) and desk.clock.moment_of(order.pay_deadline) <= desk.now()
    return is_over and is_to_pay(order)


async def _forced_by(desk: Desk, tables: Tables, order: Order) -> int:
    if order.side is not Side.SELL or order.is_final or order.paid_at:
        return 0
    seen_at = await tables.alerts.paid_since(order.id)
    return forced_mark(desk, order, seen_at).shown if seen_at is not None else 0


async def doubts_of(desk: Desk, tables: Tables, stored: StoredOrder) -> BankDoubts:
    """Only of what may still be released: a card that is over says nothing of them."""
    order = stored.order
    if order.side is not Side.SELL or order.is_final:
        return BankDoubts()
    about = await tables.doubts.about(order.id, order.counterparty_id)
    unlocked = answered = None
    if about.unlock is not None and about.unlock.done_at is not None:
        unlocked = Unlocked(name_of(desk, about.unlock.asked_by), about.unlock.done_at, about.unlock.reason)
    if about.answered is not None:
        by, at, other_id = about.answered
        other = await tables.orders.get(other_id)
        name = other.order.counterparty_name if other is not None else ""
        answered = OtherAnswer(name_of(desk, by), at, other_id if other is not None else "", name)
    said = await tables.credits.second_of(order.id)
    second = Unlocked(name_of(desk, said.asked_by), said.done_at or said.asked_at, said.reason) if said else None
    return BankDoubts(about.snoozed_until, about.payer, about.mark, unlocked, answered, second)


def _first_of(intent: Intent | None) -> int | None:
    """Who approved it before its actor did."""
    first = intent.arguments.get("first") if intent is not None else None
    return int(first) if first else None


async def twins_of(tables: Tables, stored: StoredOrder) -> tuple[Twin, ...]:
    """Sales whose buyers' money may be the same credit: what the question about the payer would ask about, too."""
    if stored.order.side is not Side.SELL:
        return ()
    return tuple(Twin(other.id, other.counterparty_name) for other in await other_sales(tables, stored.order))


async def _ended_alike(desk: Desk, tables: Tables, stored: StoredOrder) -> tuple[str, ...]:
    """Only of what may still be released."""
    if stored.order.side is not Side.SELL or stored.order.is_final:
        return ()
    return tuple(end.order.id for end in await unnamed_ends(desk, tables, stored.order))


def topic_url(desk: Desk, topic_id: int | None) -> str:
    """A link into the desk group's topic, or nothing; a topic has the number of the message that opened it."""
    return message_url(desk.desk_chat_id or 0, topic_id) if topic_id else ""


def message_url(chat_id: int, message_id: int) -> str:
    """A link to a message; only those of private supergroups can have one."""
    chat = str(chat_id)
    return f"https://t.me/c/{chat[4:]}/{message_id}" if chat.startswith("-100") else ""


async def stored_order(tables: Tables, order_id: str) -> StoredOrder:
    """The order as last seen. Raises NotAllowed("order_unknown")."""
    stored = await tables.orders.get(order_id)
    if stored is None:
        raise NotAllowed("order_unknown", {"given": order_id[:40]})
    return stored


async def show(desk: Desk, user_id: int, order_id: str) -> Situation:
    """The order for somebody who may read it."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        return await situation_of(desk, tables, await stored_order(tables, order_id))


async def order_of_topic(desk: Desk, topic_id: int) -> str | None:
    """The order whose topic that is."""
    async with desk.store.read() as tables:
        stored = await tables.orders.by_topic(topic_id)
    return stored.order.id if stored is not None else None


async def learn_profile(desk: Desk, counterparty_id: str) -> Profile | None:
    """The counterparty's reputation, cached: it only adorns a card, so a failure costs nothing but the line."""
    known = desk.profiles.get(counterparty_id)
    if known is not None or desk.gate is None or not counterparty_id:
        return known
    try:
        profile = await desk.gate.counterparty(counterparty_id=counterparty_id)
    except (VenueError, NotAllowed) as error:
        log.info("profile of %s not read: %s", counterparty_id, error)
        return None
    desk.profiles[counterparty_id] = profile
    return profile


async def find(desk: Desk, user_id: int, given: str) -> list[Situation]:
    """Orders whose id is, or ends with, the given digits; newest first. Raises NotAllowed when there is none."""
    desk.need(user_id, Right.READ)
    digits = given.strip().lstrip("#")
    if not digits.isdigit() or not digits.isascii() or len(digits) > 20 or len(digits) < 3:
        raise NotAllowed("usage", {"command": "order", "given": given[:40]})
    async with desk.store.read() as tables:
        found = await tables.orders.by_suffix(digits)
        if not found:
            raise NotAllowed("order_unknown", {"given": digits})
        return [await situation_of(desk, tables, stored) for stored in found]
