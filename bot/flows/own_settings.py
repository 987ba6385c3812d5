"""What everybody sets for themselves: language, time zone, and that the bot may write to them."""

from dataclasses import replace
from zoneinfo import available_timezones

from bot.domain.errors import NotAllowed
from bot.domain.staff import Person, Right
from bot.flows.desk import Desk
from bot.flows.people import OWNER_UNNAMED


async def started(desk: Desk, user_id: int, name: str) -> None:
    """The person pressed Start: from now on the bot can write to them. An owner's shown name is learnt here."""
    person = desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        await tables.staff.set_reachable(user_id, True)
        if person.name == OWNER_UNNAMED and name:
            await tables.staff.put(replace(person, name=name[:64]), desk.now(), user_id)
            await desk.read_people(tables)


async def set_language(desk: Desk, user_id: int, language: str) -> Person:
    desk.need(user_id, Right.READ)
    if language not in ("en", "zh"):
        raise NotAllowed("usage", {"command": "language", "given": language[:20]})
    async with desk.store.write() as tables:
        await tables.staff.set_language(user_id, language)
        await desk.read_people(tables)
    return desk.people[user_id]


async def set_timezone(desk: Desk, user_id: int, timezone: str) -> Person:
    desk.need(user_id, Right.READ)
    if timezone not in available_timezones():
        raise NotAllowed("usage", {"command": "timezone", "given": timezone[:40]})
    async with desk.store.write() as tables:
        await tables.staff.set_timezone(user_id, timezone)
        await desk.read_people(tables)
    return desk.people[user_id]
