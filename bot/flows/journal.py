"""Reading the journal: for leads in the chat, for the technician on the command line; its head for the owners."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.journal import Entry
from bot.domain.journal_chain import Head, Link
from bot.domain.situations import Notice
from bot.domain.staff import Right, Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk
from bot.flows.duress import kept_from
from storage.store import Tables

PAGE = 10
TOLD = "journal_head_told"
"""in the desk's memory: `2026-11-21 HASH`, the day on which owners were last told a head, and which"""
HEAD_NOTICE = "journal_head"


async def page(desk: Desk, user_id: int, number: int, target: str | None = None) -> list[Entry]:
    """Ten entries, newest first; page numbers start at 0."""
    desk.need(user_id, Right.JOURNAL)
    async with desk.store.read() as tables:
        without = await kept_from(tables, user_id)
        return await tables.journal.page(limit=PAGE, offset=max(number, 0) * PAGE, target=target, without=without)


async def everything(desk: Desk) -> list[Entry]:
    """All entries in order."""
    async with desk.store.read() as tables:
        return list(await tables.journal.all())


async def links(desk: Desk) -> AsyncIterator[Link]:
    """All rows as they are stored, with their hashes, a page of them in memory at a time."""
    async with desk.store.read() as tables:
        async for link in tables.journal.links():
            yield link


async def head(desk: Desk) -> Head:
    async with desk.store.read() as tables:
        return await tables.journal.head()


async def tell_head(desk: Desk) -> bool:
    """Once a day, after rows of an earlier day: the end of the chain goes to every owner, quietly. True when it went.

    What was told lies on other machines: nobody can cut off or write anew what came before it unseen.
    """
    async with desk.store.read() as tables:
        if not await _is_due(desk, tables):
            return False
    async with desk.store.write() as tables:
        if not await _is_due(desk, tables):
            return False
        end, today = await tables.journal.head(), _day(desk, desk.now())
        facts = {"day": today, "at": str(desk.now()), "rows": str(end.rows), "last": str(end.last), "hash": end.hash}
        owners = with_role(desk, Role.OWNER)
        await announce(desk, tables, Notice(HEAD_NOTICE, facts), owners, ring=False, key=HEAD_NOTICE)
        await tables.desk.put(TOLD, f"{today} {end.hash}")
    desk.wake_relay.set()
    return True


async def _is_due(desk: Desk, tables: Tables) -> bool:
    """A day has begun since the last telling (never told: since the first row), and there are rows since then."""
    told_day, _, told_hash = (await tables.desk.get(TOLD) or "").partition(" ")
    if not told_day:
        first = await tables.journal.first()
        return first is not None and _day(desk, first.at) < _day(desk, desk.now())
    return told_day < _day(desk, desk.now()) and await tables.journal.last_hash() != told_hash


def _day(desk: Desk, at: int) -> str:
    """`2026-11-21` in the desk's time zone."""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(desk.policy.timezone)).date().isoformat()
