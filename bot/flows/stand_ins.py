"""What a buyer said or sent and its hearer cannot be told (any more) is told to whoever stands in."""

from bot.domain.staff import Person
from bot.flows.desk import Desk
from bot.flows.fetch_files import FILE, put_late
from bot.flows.hearers import listeners
from bot.flows.read_chat import CHAT, put
from storage.orders import StoredOrder
from storage.outbox import Delivery
from storage.store import Tables


async def told_to_others(desk: Desk, tables: Tables, missed: Delivery, *, waits_for_them: bool = False) -> bool:
    """Words from where their hearer stopped, a file with the words of its line; False when nobody can be told now.

    `waits_for_them`: the hearer may read nothing any more, so that it waits for those who are out of reach instead.
    What is no word or file of a buyer, or of an order that is forgotten, has nobody to be told to: True.
    """
    if missed.kind not in (CHAT, FILE) or missed.person_id is None or missed.order_id is None:
        return True
    stored = await tables.orders.get(missed.order_id)
    if stored is None:
        return True
    others = [one for one in await listeners(desk, tables, stored) if one.id != missed.chat_id and not one.is_frozen]
    # Two people out of reach must not hand it to each other for ever
    away = await tables.staff.unreachable()
    near = [one for one in others if one.id not in away]
    for person in near or (others if waits_for_them else []):
        if missed.kind == FILE:
            await _put_file(desk, tables, person, missed)
        else:
            await _put_words(desk, tables, person, stored, missed)
    return bool(near)


async def _put_words(desk: Desk, tables: Tables, person: Person, stored: StoredOrder, missed: Delivery) -> None:
    told = await tables.chats.told(missed.chat_id, stored.order.id) or 0
    await tables.chats.begin_telling(person.id, stored.order.id, told)
    await put(desk, tables, person.id, person.id, stored.order.id, ring=missed.ring)


async def _put_file(desk: Desk, tables: Tables, person: Person, missed: Delivery) -> None:
    """Nothing for somebody to whom it comes with its line, or came by itself."""
    assert missed.order_id is not None
    message, file = int(missed.facts["message"]), missed.facts.get("file", "")
    told = await tables.chats.told(person.id, missed.order_id)
    if told is not None and told < message:
        return
    for key in (f"{FILE}:{file}", f"{FILE}:{file}:{person.id}"):
        if await tables.outbox.knows(person.id, key):
            return
    if file:
        await put_late(desk, tables, person.id, missed.order_id, message, int(file))
