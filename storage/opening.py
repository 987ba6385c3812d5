"""Finding, creating and opening the database file."""

import fcntl
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, quote, unquote, urlsplit

import aiosqlite

from storage.errors import StoreError, problem_of

BUSY_SECONDS = 2.0
LOG_SECONDS = 0.2
"""how long the log's end waits for readers: every write of ours waits with it"""
_PREFIX = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed DATABASE_URL. `max_pages` bounds the file (a page is 4096 bytes), 0 = only by the disk."""

    path: str
    is_read_only: bool
    max_pages: int

    @classmethod
    def of(cls, url: str) -> "Address":
        """`sqlite:///desk.db` (relative) or `sqlite:////abs/desk.db`, optionally `?mode=ro` and `?max_pages=N`."""
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        path = unquote(parts.path[1:])
        if not url.startswith(_PREFIX) or not path or "\0" in path or set(query) - {"mode", "max_pages"}:
            raise StoreError("bad_url", "expected sqlite:///name.db or sqlite:////folder/name.db")
        pages = query.get("max_pages", ["0"])[0]
        if not pages.isdecimal():
            raise StoreError("bad_url", "max_pages is a number")
        return cls(path, query.get("mode", ["rwc"])[0] == "ro", int(pages))


def hold_alone(address: Address) -> IO[str]:
    """A lock beside the database that ends with the process. Raises StoreError("in_use") when another one holds it."""
    handle = open(f"{address.path}.lock", "w", encoding="utf-8")  # noqa: SIM115 - held until the desk ends
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise StoreError("in_use") from None
    return handle


def create_private(path: str, *, anew: bool = False) -> None:
    """Makes the file readable by its owner alone before the first name is written into it."""
    if not anew and Path(path).is_file():
        return  # closing a file drops all locks of this process on it: another program would end the log under us
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | (os.O_EXCL if anew else 0), 0o600))
    except FileExistsError:
        raise StoreError("exists", path) from None
    except OSError as error:
        # An existing file that may only be read is told apart later, by the first write
        if not Path(path).is_file():
            raise StoreError("cannot_open", f"{path}: {error.strerror}") from error


def refuse_missing(path: str) -> None:
    if not Path(path).is_file():
        raise StoreError("cannot_open", f"{path}: no such file")


async def connect(address: Address) -> aiosqlite.Connection:
    """A connection with the desk's settings, in autocommit: transactions are begun by hand."""
    if address.is_read_only:
        refuse_missing(address.path)
    else:
        create_private(address.path)
    mode = "ro" if address.is_read_only else "rw"
    try:
        connection = await aiosqlite.connect(
            f"file:{quote(address.path)}?mode={mode}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            cached_statements=256,
        )
    except sqlite3.Error as error:
        raise problem_of(error) from error
    connection.row_factory = sqlite3.Row
    try:
        await _configure(connection, address)
    except BaseException as error:
        await connection.close()
        if isinstance(error, sqlite3.Error):
            raise problem_of(error) from error
        raise
    return connection


async def _configure(connection: aiosqlite.Connection, address: Address) -> None:
    pragmas = ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"]
    if address.max_pages:
        pragmas.append(f"max_page_count = {address.max_pages}")
    for pragma in pragmas:
        await connection.execute_fetchall(f"PRAGMA {pragma}")


async def make_query_only(connection: aiosqlite.Connection) -> None:
    await connection.execute_fetchall("PRAGMA query_only = ON")


async def cut_log(connection: aiosqlite.Connection) -> bool:
    """Empties the write-ahead log; False when another connection stood in the way. Raises StoreError."""
    try:
        await _wait_at_most(connection, LOG_SECONDS)
        try:
            found = list(await connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)"))
        finally:
            await _wait_at_most(connection, BUSY_SECONDS)
    except (sqlite3.Error, ValueError) as error:
        raise problem_of(error) from error
    return not found[0][0]


async def _wait_at_most(connection: aiosqlite.Connection, seconds: float) -> None:
    await connection.execute_fetchall(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
