"""What staff noted on an order, for each other only."""

from dataclasses import dataclass

from storage.retention import ENDED, UNHEARD_OF
from storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class Note:
    """`at` in ms; numbers grow with time."""

    number: int
    order_id: str
    person_id: int
    text: str
    at: int


class Notes:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, order_id: str, person_id: int, text: str, at: int) -> Note:
        rows = await self._session.rows(
            "INSERT INTO notes (order_id, person_id, text, at) VALUES (:order_id, :person_id, :text, :at) RETURNING *",
            order_id=order_id,
            person_id=person_id,
            text=text,
            at=at,
        )
        return _note(rows[0])

    async def get(self, number: int) -> Note | None:
        row = await self._session.row("SELECT * FROM notes WHERE number = :number", number=number)
        return _note(row) if row else None

    async def of_order(self, order_id: str) -> list[Note]:
        """Oldest first."""
        rows = await self._session.rows("SELECT * FROM notes WHERE order_id = :id ORDER BY number", id=order_id)
        return [_note(row) for row in rows]

    async def purge(self, before: int) -> int:
        """Forgets those of orders that ended before then (ms); how many."""
        rows = await self._session.rows(
            f"DELETE FROM notes WHERE {ENDED} OR (at < :before AND {UNHEARD_OF}) RETURNING number",  # noqa: S608 our own words
            before=before,
        )
        return len(rows)


def _note(row: Row) -> Note:
    return Note(row["number"], row["order_id"], row["person_id"], row["text"], row["at"])
