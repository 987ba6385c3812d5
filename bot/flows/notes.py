"""What staff write under an order's card in the group: for each other, never for the buyer.

A note is a reason for a topic. It is shown there as well, unless it was written there.
"""

from bot.domain.situations import Situation
from bot.domain.staff import Right
from bot.flows import deliver
from bot.flows.announce import QUIET
from bot.flows.assemble import situation_of, stored_order
from bot.flows.deliver import Delivery
from bot.flows.desk import Desk
from storage.notes import Note

__all__ = ["Note"]

NOTE = "note"
MOST_CHARACTERS = 2000


async def take(desk: Desk, user_id: int, order_id: str, text: str, topic_id: int | None) -> Note | None:
    """Keep it; None from somebody who may read nothing, for an order that is not known, or for no words."""
    person, words = desk.people.get(user_id), text.strip()[:MOST_CHARACTERS]
    if person is None or not person.may(Right.READ):
        return None
    async with desk.store.write() as tables:
        stored = await tables.orders.get(order_id)
        if stored is None or not words:
            return None
        note = await tables.notes.add(order_id, user_id, words, desk.now())
        if not stored.order.is_final:
            await tables.orders.need_topic(order_id)
        if desk.desk_chat_id is not None and (topic_id is None or topic_id != stored.topic_id):
            await tables.outbox.put_line(
                chat_id=desk.desk_chat_id, person_id=None, kind=NOTE, key=f"note:{note.number}", order_id=order_id,
                facts={"note": str(note.number)}, ring=False, priority=QUIET, at=desk.now(),
            )  # fmt: skip
    desk.wake_relay.set()
    return note


async def next_note(desk: Desk, delivery: Delivery) -> tuple[Note, Situation, int | None, bool] | None:
    """The note, its order, the order's topic, and whether it is to get one; None when the note is forgotten."""
    async with desk.store.read() as tables:
        note = await tables.notes.get(int(delivery.facts.get("note", "0")))
        if note is None:
            return None
        stored = await stored_order(tables, note.order_id)
        wants_topic = stored.topic_id is None and deliver.wants_topic(desk, stored)
        return note, await situation_of(desk, tables, stored), stored.topic_id, wants_topic
