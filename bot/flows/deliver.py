"""What the relay asks: what is due, what does it look like now, and remember that it was shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.alerts import AlertKind, Loudness
from bot.domain.situations import Notice, Reader, Situation
from bot.domain.staff import Right
from bot.domain.topics import Stage
from bot.flows import topics
from bot.flows.announce import hand_over, heard_as
from bot.flows.assemble import situation_of, stored_order
from bot.flows.desk import Desk
from bot.flows.erasing import note_passing
from bot.flows.escalate import is_over
from bot.flows.fetch_files import FILE
from bot.flows.read_chat import CHAT, put
from bot.flows.stand_ins import told_to_others
from storage.messages import Shown
from storage.orders import StoredOrder
from storage.outbox import Delivery
from storage.store import Tables

__all__ = ["Delivery", "Shown"]

INTO_TOPIC = 8
"""the priority of a card that only moves into its topic: no digest can stand for that"""
CARD, CONFIRM, LINE, NOTICE, DIGEST, MENU = "card", "confirm", "line", "notice", "digest", "menu"


@dataclass(frozen=True, slots=True)
class Task:
    """One delivery with the state now. `shown` is the copy of the card that this chat has, if any."""

    delivery: Delivery
    reader: Reader
    situation: Situation | None
    notice: Notice | None
    shown: Shown | None
    topic_id: int | None
    wants_topic: bool
    is_needless: bool

    @property
    def is_new_message(self) -> bool:
        return self.shown is None or self.delivery.repost


async def chats_due(desk: Desk) -> set[int]:
    """Every chat that has something to be told now."""
    async with desk.store.read() as tables:
        return await tables.outbox.chats_due(desk.now())


async def due(desk: Desk, chat_id: int | None = None) -> list[Delivery]:
    async with desk.store.read() as tables:
        return await tables.outbox.due(desk.now(), chat_id=chat_id)


async def new_cards(desk: Desk, deliveries: list[Delivery]) -> list[Delivery]:
    """Those that would be new messages in the group's main view or a direct message: what a digest can hold."""
    fresh = []
    async with desk.store.read() as tables:
        for delivery in deliveries:
            if delivery.kind != CARD or delivery.order_id is None or delivery.priority >= INTO_TOPIC:
                continue
            if delivery.repost or await tables.messages.card(delivery.chat_id, delivery.order_id) is None:
                fresh.append(delivery)
    return fresh[:60]


def reader_for(desk: Desk, person_id: int | None) -> Reader | None:
    """Whose eyes; None when the person may read nothing (any more), so that nothing is sent."""
    if person_id is None:
        return Reader(desk.policy.language, desk.policy.timezone, None)
    person = desk.people.get(person_id)
    if person is None or person.is_frozen:
        return None
    return Reader(person.language, person.timezone, person)


async def take(desk: Desk, deliveries: list[Delivery]) -> list[Task]:
    """Mark as being sent and read the state now; what nobody may read any more is dropped."""
    async with desk.store.write() as tables:
        tasks = []
        for delivery in await tables.outbox.take([delivery.id for delivery in deliveries]):
            if await is_over(tables, delivery.notice, delivery.order_id):
                await tables.outbox.drop(delivery.id, desk.now(), "over")
                continue
            task = await _task(desk, tables, delivery)
            if task is None:
                await tables.outbox.drop(delivery.id, desk.now(), "nobody may read it")
                await told_to_others(desk, tables, delivery, waits_for_them=True)
            else:
                tasks.append(task)
        return tasks


async def _task(desk: Desk, tables: Tables, delivery: Delivery) -> Task | None:
    reader = reader_for(desk, delivery.person_id)
    if reader is None:
        return None
    if delivery.kind not in (CARD, NOTICE):
        return Task(delivery, reader, None, None, None, None, False, False)
    if delivery.kind != CARD or delivery.order_id is None:
        notice = Notice(delivery.notice, delivery.facts)
        return Task(delivery, reader, None, notice, None, None, False, False)
    stored = await stored_order(tables, delivery.order_id)
    shown = await tables.messages.card(delivery.chat_id, delivery.order_id)
    if delivery.ring and stored.order.is_final and not await _wants_ends(desk, tables, delivery.person_id):
        delivery = replace(delivery, ring=False)  # it was to ring for what is over by now
    situation = await situation_of(desk, tables, stored)
    if delivery.ring and _is_in_hand(desk, delivery.person_id, situation):
        delivery = replace(delivery, ring=False)
    topic_id = stored.topic_id if delivery.person_id is None else None
    return Task(
        delivery,
        reader,
        situation,
        None,
        shown,
        topic_id,
        delivery.person_id is None and topic_id is None and wants_topic(desk, stored),
        await _is_being_confirmed(desk, tables, delivery, shown),
    )


def _is_in_hand(desk: Desk, person_id: int | None, situation: Situation) -> bool:
    """Nothing is left to do for this person since it was to ring: Gate has taken our action, or only leads may act."""
    if situation.order.in_appeal:
        return False
    person = desk.people.get(person_id or 0)
    is_stopped = situation.lock is not None and person is not None and not person.may(Right.UNLOCK)
    return situation.is_settling or is_stopped


async def _wants_ends(desk: Desk, tables: Tables, person_id: int | None) -> bool:
    person = desk.people.get(person_id or 0)
    if person is None:
        return False
    return heard_as(desk, await tables.alerts.wishes(), person, AlertKind.ENDED) is Loudness.ON


def wants_topic(desk: Desk, stored: StoredOrder) -> bool:
    if desk.policy.topics == "off" or stored.order.is_final:
        return False
    return desk.policy.topics == "every" or stored.needs_topic


async def _is_being_confirmed(desk: Desk, tables: Tables, delivery: Delivery, shown: Shown | None) -> bool:
    """A small change must not pull an open confirm away from under the thumb; its seal guards it anyway."""
    if delivery.repost or shown is None or shown.kind != CONFIRM:
        return False
    seals = await tables.seals.open_for(shown.order_id or "")
    if any(seal.opened_by == shown.person_id and not seal.is_expired(desk.now()) for seal in seals):
        return True
    since = desk.now() - desk.policy.approval_seconds * 1000
    return await tables.twin_questions.is_asked(shown.order_id or "", shown.person_id or 0, since)


async def finish(desk: Desk, deliveries: list[Delivery], shown: list[Shown]) -> None:
    """Told: the deliveries are done, and what now stands in the chat is known with its live buttons."""
    async with desk.store.write() as tables:
        for item in shown:
            await tables.messages.remember(item)
        await tables.outbox.sent([delivery.id for delivery in deliveries], desk.now())


async def remember(desk: Desk, shown: Shown, seal_id: str | None = None) -> None:
    """Something was shown outside the outbox: an answer to a tap or a command.

    A confirm may be read from when Telegram had it, however long our memory takes to note that.
    """
    async with desk.store.write() as tables:
        await tables.messages.remember(shown)
        await note_passing(tables, shown)
        if seal_id is not None:
            await tables.seals.shown(seal_id, shown.at)


async def card_in(desk: Desk, chat_id: int, order_id: str) -> Shown | None:
    async with desk.store.read() as tables:
        return await tables.messages.card(chat_id, order_id)


async def shown_at(desk: Desk, chat_id: int, message_id: int) -> Shown | None:
    async with desk.store.read() as tables:
        return await tables.messages.get(chat_id, message_id)


async def forget(desk: Desk, chat_id: int, message_id: int) -> None:
    async with desk.store.write() as tables:
        await tables.messages.forget(chat_id, message_id)


async def again(
    desk: Desk, delivery: Delivery, after_seconds: float, why: str, *, repeated: bool = False, counts: bool = True
) -> None:
    """Once more, later. `repeated`: it may have been shown, only the answer was lost. Not `counts`: it was no try."""
    async with desk.store.write() as tables:
        next_at = desk.now() + int(after_seconds * 1000)
        await tables.outbox.retry(delivery.id, next_at, why[:300], repeated=repeated, counts=counts)


async def give_up(desk: Desk, delivery: Delivery, why: str) -> None:
    """Not deliverable at all: kept as dropped, and journalled, because nothing is lost silently."""
    async with desk.store.write() as tables:
        await tables.outbox.drop(delivery.id, desk.now(), why[:300])
        facts = {"kind": delivery.notice or delivery.kind, "why": why[:200]}
        target = str(delivery.chat_id)
        await tables.journal.add(
            at=desk.now(), actor=None, action="delivery_failed", target=target, facts=facts, outcome="dropped"
        )


async def recover(desk: Desk) -> int:
    """At start: what was being sent when the process died is sent again, at most once more."""
    async with desk.store.write() as tables:
        return await tables.outbox.recover()


async def topic_made(
    desk: Desk, order_id: str, topic_id: int | None, *, name: str = "", stage: Stage = Stage.GOING_ON
) -> None:
    """The order's topic in the desk group; None when people deleted it: then a new one gets the whole chat again.

    So does the new one of an order whose old one was removed. An order that gets no new one starts nothing over: its
    chat would pour into the group's main view.
    """
    async with desk.store.write() as tables:
        stored, group = await tables.orders.get(order_id), desk.desk_chat_id
        if topic_id is None:
            await tables.orders.set_topic(order_id, None)
            await tables.topics.lost(order_id, desk.now())
            starts_over = stored is not None and wants_topic(desk, stored)
        else:
            starts_over = await topics.born(tables, group or 0, order_id, topic_id, name, stage, desk.now())
        if starts_over and group is not None and await tables.chats.told(group, order_id) is not None:
            await tables.chats.start_over(group, order_id)
            await put(desk, tables, group, None, order_id)


async def topic_of(desk: Desk, order_id: str) -> int | None:
    async with desk.store.read() as tables:
        stored = await tables.orders.get(order_id)
    return stored.topic_id if stored is not None else None


async def unreachable(desk: Desk, person_id: int, missed: list[Delivery]) -> list[Delivery]:
    """The person blocked the bot or never started it; what should have rung there must ring somewhere.

    Returns what a buyer said or sent that nobody else can be told now: it must not be given up.
    """
    async with desk.store.write() as tables:
        await tables.staff.set_reachable(person_id, False)
        unheard = []
        for delivery in missed:
            if delivery.kind not in (CHAT, FILE):
                await hand_over(desk, tables, delivery)
            elif not await told_to_others(desk, tables, delivery):
                unheard.append(delivery)
        return unheard


async def stumbled(desk: Desk, chat_id: int, waits: Sequence[float], *, is_defect: bool) -> list[Delivery]:
    """Something unforeseen happened while this chat was told something: all of it waits its turn again.

    What a defect of ours keeps from being told is given up in the end, and returned, so that the rest gets through.
    """
    async with desk.store.write() as tables:
        halted = await tables.outbox.sending_to(chat_id)
        halted = halted or await tables.outbox.due(desk.now(), limit=1, chat_id=chat_id)
        hopeless = [one for one in halted if is_defect and one.attempts >= len(waits)]
        for one in halted:
            wait = waits[min(one.attempts, len(waits) - 1)]
            await tables.outbox.retry(one.id, desk.now() + int(wait * 1000), "stumbled")
    for one in hopeless:
        await give_up(desk, one, "a defect of the desk")
    return hopeless


async def retire(desk: Desk, old: Shown) -> None:
    """A copy that was left behind: its buttons are dead from now on."""
    async with desk.store.write() as tables:
        await tables.messages.remember(replace(old, kind=LINE, data=(), at=desk.now()))
