"""Orders that somebody wants to be asked about again, once their moment has come."""

from dataclasses import dataclass

from storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class Snooze:
    """`person_id` hears of the order again at `until` (ms)."""

    order_id: str
    person_id: int
    until: int


class Snoozes:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def put(self, snooze: Snooze) -> None:
        """A newer one takes the place of an older one of the same order."""
        await self._session.rows(
            "INSERT INTO snoozes (order_id, person_id, until) VALUES (:order_id, :person_id, :until)"
            " ON CONFLICT (order_id) DO UPDATE SET person_id = excluded.person_id, until = excluded.until",
            order_id=snooze.order_id,
            person_id=snooze.person_id,
            until=snooze.until,
        )

    async def until(self, order_id: str) -> int | None:
        """When the order is asked about again (ms); None without a snooze."""
        row = await self._session.row("SELECT until FROM snoozes WHERE order_id = :order_id", order_id=order_id)
        return row["until"] if row else None

    async def due(self, now: int, latest: int | None = None) -> list[Snooze]:
        """Those whose moment has come, or lies beyond the latest there can be (ms), oldest first."""
        rows = await self._session.rows(
            "SELECT * FROM snoozes WHERE until <= :now OR until > :latest ORDER BY until, order_id",
            now=now,
            latest=latest,
        )
        return [_snooze(row) for row in rows]

    async def end(self, order_id: str) -> None:
        await self._session.rows("DELETE FROM snoozes WHERE order_id = :order_id", order_id=order_id)


def _snooze(row: Row) -> Snooze:
    return Snooze(row["order_id"], row["person_id"], row["until"])
