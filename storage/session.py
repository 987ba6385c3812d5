"""One block's hold on a connection: every statement of every table goes through here.

A failed or cancelled statement ends the block's chances: SQLite may already have rolled back by itself, so anything
that ran afterwards would be committed alone. Later statements and the commit therefore repeat the first failure.
"""

import asyncio
import functools
import re
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiosqlite

from storage.errors import OutsideBlock, StoreError, problem_of
from storage.exact import storable

Probe = Callable[[str], None]
Row = sqlite3.Row
Value = str | int | None
T = TypeVar("T")

_NAMED = re.compile(r"\b(?:INTO|FROM|UPDATE|TABLE|INDEX|TRIGGER)\s+(\w+)", re.IGNORECASE)


@functools.lru_cache(maxsize=512)
def point_of(sql: str) -> str:
    """The name of a statement's probe point: `insert intents`, `select orders`, `commit`."""
    words = sql.split(None, 1)
    named = _NAMED.search(sql)
    verb = words[0].lower()
    return f"{verb} {named.group(1).lower()}" if named else verb


async def to_the_end(work: Awaitable[T]) -> T:
    """The result of `work`, which is waited for even when the waiter is cancelled; the cancellation comes after it."""
    task = asyncio.ensure_future(work)
    was_cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            was_cancelled = True
    if was_cancelled:
        raise asyncio.CancelledError from task.exception()
    return task.result()


class Session:
    """Statements of one block. `rows` raises StoreError for anything the database could not do."""

    __slots__ = ("_connection", "_failure", "_is_open", "_probe", "_undoes")

    def __init__(self, connection: aiosqlite.Connection, probe: Probe) -> None:
        self._connection = connection
        self._probe = probe
        self._is_open = True
        self._failure: StoreError | None = None
        self._undoes: list[Callable[[], None]] = []

    def if_undone(self, work: Callable[[], None]) -> None:
        """`work` is called, the newest first, when the block does not become durable: what it changed beside is undone.

        Still behind the lock, so that the next block finds things as they were. It must not fail.
        """
        self._undoes.append(work)

    async def rows(self, sql: str, **values: Value) -> list[Row]:
        """Runs one statement with named parameters to its end; its rows, also those of RETURNING."""
        if not self._is_open:
            raise OutsideBlock("tables may only be used inside their `async with store...` block")
        return await self._run(sql, {name: _bound(value) for name, value in values.items()})

    async def row(self, sql: str, **values: Value) -> Row | None:
        """The first row, if any."""
        found = await self.rows(sql, **values)
        return found[0] if found else None

    async def begin(self) -> None:
        await self._run("BEGIN IMMEDIATE", {})

    async def commit(self, committed: Callable[[], None]) -> None:
        """Commits, tells so, and ends the block; raises the block's first failure instead when there was one."""
        self.end()
        point = "commit"
        if self._failure is not None:
            raise self._failure
        self._probe(f"before:{point}")
        try:
            await self._connection.execute_fetchall("COMMIT")
        except (sqlite3.Error, ValueError) as error:
            raise problem_of(error) from error
        committed()
        self._undoes.clear()
        self._probe(f"after:{point}")

    async def rollback(self) -> None:
        """Undoes what is open, if anything is. Should even that fail, the next BEGIN is refused, loudly."""
        self.end()
        while self._undoes:
            self._undoes.pop()()
        try:
            await self._connection.rollback()
        except (sqlite3.Error, ValueError) as error:
            raise problem_of(error) from error

    def end(self) -> None:
        """From now on the tables of this block refuse to work."""
        self._is_open = False

    async def _run(self, sql: str, values: dict[str, Value]) -> list[Row]:
        if self._failure is not None:
            raise self._failure
        point = point_of(sql)
        try:
            self._probe(f"before:{point}")
            found = list(await self._connection.execute_fetchall(sql, values))
            self._probe(f"after:{point}")
        except (sqlite3.Error, OverflowError, ValueError) as error:
            self._failure = problem_of(error)
            raise self._failure from error
        except BaseException as error:  # cancelled, or stopped by a probe: whether it ran is not known here
            self._failure = StoreError("cut_short", point)
            raise error
        return found


def _bound(value: Value) -> Value:
    if isinstance(value, str):
        return storable(value)
    return int(value) if isinstance(value, bool) else value
