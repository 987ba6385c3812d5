"""Who did what on what evidence. Rows are added and read; the database itself refuses to change or remove one."""

from collections.abc import Mapping

from bot.domain.journal import Entry
from storage.exact import facts_text, read_facts
from storage.session import Row, Session


class Journal:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(
        self, *, at: int, actor: int | None, action: str, target: str, facts: Mapping[str, str], outcome: str
    ) -> None:
        await self._session.rows(
            "INSERT INTO journal (at, actor, action, target, facts, outcome)"
            " VALUES (:at, :actor, :action, :target, :facts, :outcome)",
            at=at,
            actor=actor,
            action=action,
            target=target,
            facts=facts_text(facts),
            outcome=outcome,
        )

    async def page(self, limit: int, offset: int, target: str | None = None) -> list[Entry]:
        """Newest first, of one target or of all."""
        rows = await self._session.rows(
            "SELECT * FROM journal WHERE (:target IS NULL OR target = :target)"
            " ORDER BY id DESC LIMIT :limit OFFSET :offset",
            target=target,
            limit=limit,
            offset=offset,
        )
        return [_entry(row) for row in rows]

    async def all(self) -> list[Entry]:
        """Oldest first."""
        return [_entry(row) for row in await self._session.rows("SELECT * FROM journal ORDER BY id")]


def _entry(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        at=row["at"],
        actor=row["actor"],
        action=row["action"],
        target=row["target"],
        facts=read_facts(row["facts"]),
        outcome=row["outcome"],
    )
