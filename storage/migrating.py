"""Numbered steps from an empty file to today's tables, each in one transaction and each applied once."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from storage.errors import StoreError
from storage.journal import Journal
from storage.session import Session

MIGRATIONS = Path(__file__).parent / "migrations"

_RECORD = "CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    statements: tuple[str, ...]


def read_migrations(folder: Path) -> list[Migration]:
    """The steps of a folder of `0001_name.sql` files, in order."""
    return [
        Migration(int(path.stem.split("_", 1)[0]), path.stem, tuple(statements_of(path.read_text("utf-8"))))
        for path in sorted(folder.glob("[0-9]*_*.sql"))
    ]


def statements_of(script: str) -> Iterator[str]:
    """The statements of a script; a trigger's inner semicolons do not end it. Comments go."""
    lines: list[str] = []
    for line in script.splitlines():
        if line.strip() and not line.lstrip().startswith("--"):
            lines.append(line)
        if lines and sqlite3.complete_statement("\n".join(lines)):
            yield "\n".join(lines)
            lines = []
    if lines:
        raise StoreError("other", f"a migration ends in the middle of a statement: {lines[0]}")


async def applied(session: Session) -> set[int]:
    """The numbers that this database has seen. Raises StoreError for somebody else's database."""
    tables = {row["name"] for row in await session.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "migrations" in tables:
        return {row["number"] for row in await session.rows("SELECT number FROM migrations")}
    if tables:
        raise StoreError("not_a_database", "it holds tables of something else")
    await session.rows(_RECORD)
    return set()


async def prove_writable(session: Session) -> None:
    """A read-only file lets a transaction begin; only a statement that would write is refused."""
    await session.rows("UPDATE migrations SET number = number WHERE number < 0")


def refuse_newer(seen: set[int], known: list[Migration]) -> None:
    unknown = sorted(seen - {migration.number for migration in known})
    if unknown:
        raise StoreError("newer", f"it has step {unknown[-1]}, which this version does not know")


async def apply(session: Session, migration: Migration, at: int) -> None:
    """The statements of a step, then what SQL cannot do of it. `at`: Unix milliseconds."""
    for statement in migration.statements:
        await session.rows(statement)
    if migration.name in _BEYOND_SQL:
        await _BEYOND_SQL[migration.name](session, at)
    await session.rows(
        "INSERT INTO migrations (number, name, applied_at) VALUES (:number, :name, :at)",
        number=migration.number,
        name=migration.name,
        at=at,
    )


async def _chain_older_rows(session: Session, at: int) -> None:
    await Journal(session).chain_older_rows(at)


_BEYOND_SQL: Mapping[str, Callable[[Session, int], Awaitable[None]]] = {"0009_journal_chain": _chain_older_rows}
