"""Updates that were received, stored before they are acknowledged and handled once by their id."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.exact import facts_text, read_facts
from storage.session import Session, Value

ROWS_PER_INSERT = 100


@dataclass(frozen=True, slots=True)
class Stored:
    """One update as it came. `key` orders the handling (same key, same order of handling); `received_at` in ms."""

    update_id: int
    key: str
    payload: dict[str, Any]
    received_at: int


class Inbox:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, batch: Sequence[Stored]) -> list[Stored]:
        """Stores the batch; those of it that were not known, in its order."""
        fresh: list[Stored] = []
        for start in range(0, len(batch), ROWS_PER_INSERT):
            fresh += await self._add(batch[start : start + ROWS_PER_INSERT])
        if batch:
            await self.passed(max(stored.update_id for stored in batch))
        return fresh

    async def _add(self, batch: Sequence[Stored]) -> list[Stored]:
        values: dict[str, Value] = {}
        for place, stored in enumerate(batch):
            values |= {
                f"update_id_{place}": stored.update_id,
                f"key_{place}": stored.key,
                f"payload_{place}": facts_text(stored.payload),
                f"received_at_{place}": stored.received_at,
            }
        places = ", ".join(f"(:update_id_{n}, :key_{n}, :payload_{n}, :received_at_{n})" for n in range(len(batch)))
        rows = await self._session.rows(
            f"INSERT INTO inbox (update_id, key, payload, received_at) VALUES {places}"  # noqa: S608 numbers only
            " ON CONFLICT (update_id) DO NOTHING RETURNING update_id",
            **values,
        )
        new = {row["update_id"] for row in rows}
        fresh: list[Stored] = []
        for stored in batch:
            if stored.update_id in new:
                new.discard(stored.update_id)
                fresh.append(stored)
        return fresh

    async def passed(self, update_id: int) -> None:
        """This was the last of the newest batch, stored or not."""
        # Not the greatest ever: after a quiet week Telegram may start its numbers anew, and lower
        await self._session.rows(
            "INSERT INTO inbox_last (one, update_id) VALUES (1, :update_id)"
            " ON CONFLICT (one) DO UPDATE SET update_id = excluded.update_id",
            update_id=update_id,
        )

    async def unhandled(self) -> list[Stored]:
        """In the order in which they were stored."""
        rows = await self._session.rows("SELECT * FROM inbox WHERE handled_at IS NULL ORDER BY number")
        return [Stored(row["update_id"], row["key"], read_facts(row["payload"]), row["received_at"]) for row in rows]

    async def payload(self, update_id: int) -> dict[str, Any] | None:
        """What is kept of it; None for one that is not here."""
        row = await self._session.row("SELECT payload FROM inbox WHERE update_id = :update_id", update_id=update_id)
        return read_facts(row["payload"]) if row else None

    async def rewrite(self, update_id: int, payload: dict[str, Any]) -> None:
        """Something of it may not be kept."""
        await self._session.rows(
            "UPDATE inbox SET payload = :payload WHERE update_id = :update_id AND handled_at IS NULL",
            update_id=update_id,
            payload=facts_text(payload),
        )

    async def handled(self, update_id: int, at: int) -> None:
        """Its number is kept for a while, so that it is handled once; what it said is not needed any more."""
        await self._session.rows(
            "UPDATE inbox SET handled_at = :at, payload = '{}' WHERE update_id = :update_id AND handled_at IS NULL",
            update_id=update_id,
            at=at,
        )

    async def last_update_id(self) -> int | None:
        """The greatest id of the newest batch, also after its rows are gone."""
        row = await self._session.row("SELECT update_id FROM inbox_last")
        return int(row["update_id"]) if row else None

    async def purge(self, before: int) -> int:
        """Removes what was handled before then (ms); how many. What is unhandled stays."""
        rows = await self._session.rows("DELETE FROM inbox WHERE handled_at < :before RETURNING number", before=before)
        return len(rows)
