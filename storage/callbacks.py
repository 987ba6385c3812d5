"""Callbacks of venues, as they came: stored before they are acknowledged, handled once per event."""

from dataclasses import dataclass

from storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class Callback:
    """`event` tells one from another (bizId and bizStatus); `times`: how often it came; times are Unix ms."""

    number: int
    venue: str
    event: str
    timestamp: str
    nonce: str
    body: str
    received_at: int
    times: int
    attempts: int
    handled_at: int | None
    outcome: str


class Callbacks:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def keep(self, *, venue: str, event: str, timestamp: str, nonce: str, body: str, at: int) -> Callback:
        """Stores it, or counts one more arrival of the same event: the first body stays."""
        row = await self._session.row(
            "INSERT INTO callbacks (venue, event, timestamp, nonce, body, received_at, next_at)"
            " VALUES (:venue, :event, :timestamp, :nonce, :body, :at, :at)"
            " ON CONFLICT (venue, event) DO UPDATE SET times = callbacks.times + 1 RETURNING *",
            venue=venue,
            event=event,
            timestamp=timestamp,
            nonce=nonce,
            body=body,
            at=at,
        )
        assert row is not None
        return _callback(row)

    async def count(self, venue: str, prefix: str) -> int:
        """How many different events with such a beginning are kept."""
        rows = await self._session.rows(
            "SELECT COUNT(*) AS n FROM callbacks WHERE venue = :venue AND substr(event, 1, length(:prefix)) = :prefix",
            venue=venue,
            prefix=prefix,
        )
        return int(rows[0]["n"])

    async def due(self, now: int, limit: int = 50, *, venue: str = "") -> list[Callback]:
        """Not handled yet and due, oldest first; of one venue when it is named."""
        rows = await self._session.rows(
            "SELECT * FROM callbacks WHERE handled_at IS NULL AND next_at <= :now AND :venue IN ('', venue)"
            " ORDER BY number LIMIT :limit",
            now=now,
            limit=limit,
            venue=venue,
        )
        return [_callback(row) for row in rows]

    async def later(self, number: int, next_at: int) -> None:
        """It could not be confirmed at the venue yet."""
        await self._session.rows(
            "UPDATE callbacks SET attempts = attempts + 1, next_at = :next_at WHERE number = :number",
            number=number,
            next_at=next_at,
        )

    async def handled(self, number: int, outcome: str, at: int) -> bool:
        """True for exactly one caller."""
        row = await self._session.row(
            "UPDATE callbacks SET handled_at = :at, outcome = :outcome WHERE number = :number AND handled_at IS NULL"
            " RETURNING number",
            number=number,
            outcome=outcome,
            at=at,
        )
        return row is not None

    async def purge(self, before: int) -> int:
        """Removes those that were handled before then (ms); how many."""
        rows = await self._session.rows(
            "DELETE FROM callbacks WHERE handled_at < :before RETURNING number", before=before
        )
        return len(rows)


def _callback(row: Row) -> Callback:
    return Callback(
        number=row["number"],
        venue=row["venue"],
        event=row["event"],
        timestamp=row["timestamp"],
        nonce=row["nonce"],
        body=row["body"],
        received_at=row["received_at"],
        times=row["times"],
        attempts=row["attempts"],
        handled_at=row["handled_at"],
        outcome=row["outcome"],
    )
