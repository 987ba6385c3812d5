"""What can go wrong with the desk's memory. Nothing outside `storage` ever sees a driver's exception."""

import sqlite3
from typing import Literal

from bot.domain.errors import DeskError

Why = Literal[
    "locked", "full", "read_only", "io", "damaged", "not_a_database", "newer", "cannot_open", "bad_url",
    "exists", "constraint", "value", "missing", "cut_short", "closed", "in_use", "other",
]  # fmt: skip

WORDS: dict[Why, str] = {
    "locked": "the database is locked by another process",
    "full": "the disk (or the database's size limit) is full",
    "read_only": "the database is read-only",
    "io": "the disk reported an error",
    "damaged": "the database is damaged",
    "not_a_database": "the file is not a database of this desk",
    "newer": "the database was written by a newer version of the desk",
    "cannot_open": "the database cannot be opened",
    "bad_url": "the database address is not understood",
    "exists": "the file exists already",
    "constraint": "the database refused the change",
    "value": "a value does not fit into the database",
    "missing": "there is no such row",
    "cut_short": "a statement was cut short, so the whole write is given up",
    "closed": "the database is closed",
    "in_use": "another desk is running on this database",
    "other": "the database failed",
}

_PRIMARY: dict[int, Why] = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_PERM: "read_only",
    sqlite3.SQLITE_IOERR: "io",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "not_a_database",
    sqlite3.SQLITE_CANTOPEN: "cannot_open",
    sqlite3.SQLITE_CONSTRAINT: "constraint",
    sqlite3.SQLITE_MISMATCH: "value",
    sqlite3.SQLITE_TOOBIG: "value",
}


class StoreError(DeskError):
    """The write (or read) did not happen: nothing of its block is kept. `why` is a word of `WORDS`."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{WORDS[why]}: {detail}" if detail else WORDS[why])
        self.why: Why = why
        self.detail = detail


class OutsideBlock(DeskError):
    """Tables were used after their block ended, or a block was opened inside another: a defect of ours."""


def problem_of(error: Exception) -> StoreError:
    """The StoreError that stands for a driver's exception."""
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int):
        return StoreError(_PRIMARY.get(code & 0xFF, "other"), str(error))
    if isinstance(error, OverflowError):
        return StoreError("value", str(error))
    if isinstance(error, ValueError):
        return StoreError("closed", str(error))
    return StoreError("other", str(error))
