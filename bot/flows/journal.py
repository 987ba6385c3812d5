"""Reading the journal: for leads in the chat, for the technician on the command line."""

from bot.domain.journal import Entry
from bot.domain.staff import Right
from bot.flows.desk import Desk

PAGE = 10


async def page(desk: Desk, user_id: int, number: int, target: str | None = None) -> list[Entry]:
    """Ten entries, newest first; page numbers start at 0."""
    desk.need(user_id, Right.JOURNAL)
    async with desk.store.read() as tables:
        return await tables.journal.page(limit=PAGE, offset=max(number, 0) * PAGE, target=target)


async def everything(desk: Desk) -> list[Entry]:
    """All entries in order, for export."""
    async with desk.store.read() as tables:
        return list(await tables.journal.all())
