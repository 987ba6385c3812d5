"""Who hears a buyer in a direct message, how loudly, and from where on."""

from collections.abc import Set

from bot.domain.alerts import AlertKind, Loudness
from bot.domain.staff import Person, Right
from bot.flows.announce import bell, heard_as
from bot.flows.desk import Desk
from storage.orders import StoredOrder
from storage.store import Tables


async def listeners(desk: Desk, tables: Tables, stored: StoredOrder) -> list[Person]:
    """The one who is on the order, else those who are rung."""
    away = await tables.staff.unreachable()
    claimer = desk.people.get(stored.claimed_by or 0)
    if claimer is not None and claimer.may(Right.CHAT) and claimer.id not in away:
        return [claimer]
    return bell(desk, away)


async def hearers(desk: Desk, tables: Tables, stored: StoredOrder) -> list[tuple[Person, Loudness | None]]:
    """The listeners with their wishes. When the one on the order switched words off, the others on duty hear them.

    When all did, the group has the words and the card counts them. Whoever switched them off is among these, too: they
    are told nothing, but telling begins for them, so that all of it comes once they are switched on again.
    """
    wishes = await tables.alerts.wishes()
    found: dict[int, tuple[Person, Loudness | None]] = {}
    for people in (await listeners(desk, tables, stored), bell(desk, await tables.staff.unreachable())):
        found |= {person.id: (person, heard_as(desk, wishes, person, AlertKind.CHAT)) for person in people}
        if any(wish is not Loudness.OFF for _, wish in found.values()):
            break
    return list(found.values())


async def beginning(desk: Desk, tables: Tables, order_id: str, first: int) -> int:
    """The number behind which somebody begins who was told nothing of this chat; `first` is the first word for them.

    Without a group nobody else has what came before. And what waits for hearers of whom none can be told any more must
    not lie behind the beginning of whoever hears instead.
    """
    tellings = await tables.chats.tellings(order_id)
    if not tellings and desk.desk_chat_id is None:
        return 0
    people = {chat_id: number for chat_id, number in tellings.items() if chat_id > 0}
    if people and not await _is_any_told(desk, tables, people.keys()):
        return min(first - 1, max(people.values()))
    return first - 1


async def _is_any_told(desk: Desk, tables: Tables, chat_ids: Set[int]) -> bool:
    """Whether one of these people is within reach and wants to be told."""
    away, wishes = await tables.staff.unreachable(), await tables.alerts.wishes()
    people = [desk.people[chat_id] for chat_id in chat_ids - away if chat_id in desk.people]
    return any(
        not person.is_frozen and heard_as(desk, wishes, person, AlertKind.CHAT) is not Loudness.OFF for person in people
    )
