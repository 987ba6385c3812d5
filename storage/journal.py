"""Who did what on what evidence. Rows are added and read; the database itself refuses to change or remove one.

Each row carries the hash of the one before it. The last one is read inside the transaction that adds the next, which
holds the database's one write lock: two processes cannot follow the same row.
"""

import json
from collections.abc import AsyncIterator, Collection, Mapping

from bot.domain.journal import Entry
from bot.domain.journal_chain import BEGAN, GENESIS, Head, Link
from storage.exact import facts_text, read_facts, storable
from storage.session import Row, Session

_LAST = "SELECT id, hash FROM journal ORDER BY id DESC LIMIT 1"
_NEXT = (
    "SELECT id, at, actor, action, target, facts, outcome, hash FROM journal WHERE id > :after ORDER BY id LIMIT :limit"
)
_WITHOUT = (
    " AND COALESCE(json_extract(facts, '$.reason'), '') NOT IN (SELECT value FROM json_each(:without))"
    " AND COALESCE(json_extract(facts, '$.because'), '') NOT IN (SELECT value FROM json_each(:without))"
    " AND COALESCE(json_extract(facts, '$.detail'), '') NOT IN (SELECT value FROM json_each(:without))"
)
_PAGE = 500
_BELOW_ALL = -(2**63)
"""a row that was forged under a number below 1 is read as well"""


class Journal:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(
        self, *, at: int, actor: int | None, action: str, target: str, facts: Mapping[str, str], outcome: str
    ) -> None:
        last = await self._session.row(_LAST)
        number, before = (0, GENESIS) if last is None else (last["id"], last["hash"])
        texts = (storable(action), storable(target), facts_text(facts), storable(outcome))
        link = Link(number + 1, at, actor, *texts)
        await self._session.rows(
            "INSERT INTO journal (id, at, actor, action, target, facts, outcome, hash)"
            " VALUES (:id, :at, :actor, :action, :target, :facts, :outcome, :hash)",
            id=link.id,
            at=link.at,
            actor=link.actor,
            action=link.action,
            target=link.target,
            facts=link.facts,
            outcome=link.outcome,
            hash=link.hash_after(before),
        )

    async def page(
        self, limit: int, offset: int, target: str | None = None, without: Collection[str] = ()
    ) -> list[Entry]:
        """Newest first, of one target or of all; `without` those whose facts give one of these reasons."""
        rows = await self._session.rows(
            f"SELECT * FROM journal WHERE (:target IS NULL OR target = :target) {_WITHOUT if without else ''}"  # noqa: S608 our own words
            " ORDER BY id DESC LIMIT :limit OFFSET :offset",
            target=target,
            **({"without": json.dumps(sorted(without))} if without else {}),
            limit=limit,
            offset=offset,
        )
        return [_entry(row) for row in rows]

    async def last_given(self, target: str, reason: str) -> str:
        """What was typed when this target was refused for this reason the last time, or ""."""
        row = await self._session.row(
            "SELECT json_extract(facts, '$.given') AS given FROM journal WHERE target = :target"
            " AND outcome = 'not_allowed' AND json_extract(facts, '$.reason') = :reason ORDER BY id DESC LIMIT 1",
            target=target,
            reason=reason,
        )
        return str(row["given"] or "") if row else ""

    async def all(self) -> list[Entry]:
        """Oldest first."""
        return [_entry(row) for row in await self._session.rows("SELECT * FROM journal ORDER BY id")]

    async def first(self) -> Entry | None:
        row = await self._session.row("SELECT * FROM journal ORDER BY id LIMIT 1")
        return None if row is None else _entry(row)

    async def last_hash(self) -> str:
        last = await self._session.row(_LAST)
        return GENESIS if last is None else str(last["hash"])

    async def head(self) -> Head:
        """The end of the chain. Counts all rows: not for every write."""
        last = await self._session.row(
            "SELECT id, hash, (SELECT COUNT(*) FROM journal) AS rows FROM journal ORDER BY id DESC LIMIT 1"
        )
        return Head(0, 0, GENESIS) if last is None else Head(last["rows"], last["id"], last["hash"])

    async def links(self) -> AsyncIterator[Link]:
        """The rows as they are stored, oldest first; those that are added meanwhile, too."""
        async for page in self._pages():
            for link in page:
                yield link

    async def chain_older_rows(self, at: int) -> None:
        """Once: gives the rows of a desk from before the chain their hashes and writes down that this was done."""
        before, last = GENESIS, 0
        async for page in self._pages():
            hashes = {}
            for link in page:
                hashes[str(link.id)] = before = link.hash_after(before)
            last = page[-1].id
            await self._session.rows(
                "UPDATE journal SET hash = made.value FROM json_each(:hashes) AS made"
                " WHERE journal.id = CAST(made.key AS INTEGER)",
                hashes=json.dumps(hashes),
            )
        if last:
            await self.add(at=at, actor=None, action=BEGAN, target="journal", facts={"last": str(last)}, outcome="done")

    async def _pages(self) -> AsyncIterator[list[Link]]:
        after = _BELOW_ALL
        while rows := await self._session.rows(_NEXT, after=after, limit=_PAGE):
            after = rows[-1]["id"]
            yield [Link(*row) for row in rows]


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
