"""Test bells, and handovers between two people."""

from bot.domain.duty import Bell, BellState, Handover, OfferState
from storage.exact import read_texts, texts_text
from storage.session import Row, Session

OPEN = "state IN ('draft', 'waiting')"


class Duty:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def ring(self, bell: Bell) -> None:
        """At most one of a person waits."""
        await self._session.rows(
            "INSERT INTO duty_bells (id, person, asked_at, ends_at, state)"
            " VALUES (:id, :person, :asked_at, :ends_at, :state)",
            id=bell.id,
            person=bell.person,
            asked_at=bell.asked_at,
            ends_at=bell.ends_at,
            state=bell.state.value,
        )

    async def bell(self, bell_id: str) -> Bell | None:
        row = await self._session.row("SELECT * FROM duty_bells WHERE id = :id", id=bell_id)
        return _bell(row) if row else None

    async def waiting_bell(self, person: int) -> Bell | None:
        row = await self._session.row(
            "SELECT * FROM duty_bells WHERE person = :person AND state = 'waiting'", person=person
        )
        return _bell(row) if row else None

    async def is_sent(self, bell_id: str, ends_at: int) -> None:
        """It leaves for the phone now, and ends then; nothing happens to one that has ended."""
        await self._session.rows(
            "UPDATE duty_bells SET ends_at = :ends_at WHERE id = :id AND state = 'waiting'", id=bell_id, ends_at=ends_at
        )

    async def hear(self, bell_id: str, tapped_at: int, at: int) -> bool:
        """True for exactly one tap, made in time, also when the bell was held to be over before it was looked at."""
        row = await self._session.row(
            "UPDATE duty_bells SET state = 'heard', ended_at = :at"
            " WHERE id = :id AND state IN ('waiting', 'missed') AND ends_at >= :tapped_at RETURNING id",
            id=bell_id,
            tapped_at=tapped_at,
            at=at,
        )
        return row is not None

    async def end_bell(self, bell_id: str, state: BellState, at: int) -> bool:
        """True for exactly one caller."""
        row = await self._session.row(
            "UPDATE duty_bells SET state = :state, ended_at = :at WHERE id = :id AND state = 'waiting' RETURNING id",
            id=bell_id,
            state=state.value,
            at=at,
        )
        return row is not None

    async def late_bells(self, now: int) -> list[Bell]:
        """Those that wait although their time is over."""
        rows = await self._session.rows(
            "SELECT * FROM duty_bells WHERE state = 'waiting' AND ends_at < :now ORDER BY ends_at", now=now
        )
        return [_bell(row) for row in rows]

    async def offer(self, handover: Handover) -> None:
        """At most one of a giver is open."""
        await self._session.rows(
            "INSERT INTO handovers (id, giver, taker, note, orders, state, made_at, ends_at)"
            " VALUES (:id, :giver, :taker, :note, :orders, :state, :made_at, :ends_at)",
            id=handover.id,
            giver=handover.giver,
            taker=handover.taker,
            note=handover.note,
            orders=texts_text(handover.orders),
            state=handover.state.value,
            made_at=handover.made_at,
            ends_at=handover.ends_at,
        )

    async def handover(self, handover_id: str) -> Handover | None:
        row = await self._session.row("SELECT * FROM handovers WHERE id = :id", id=handover_id)
        return _handover(row) if row else None

    async def open_of(self, giver: int) -> Handover | None:
        """What the giver writes or has offered."""
        row = await self._session.row(
            f"SELECT * FROM handovers WHERE giver = :giver AND {OPEN}",  # noqa: S608 our own words
            giver=giver,
        )
        return _handover(row) if row else None

    async def waiting_handovers(self) -> list[Handover]:
        """Those that were offered and have no answer, the oldest first."""
        rows = await self._session.rows("SELECT * FROM handovers WHERE state = 'waiting' ORDER BY ends_at")
        return [_handover(row) for row in rows]

    async def note(self, handover_id: str, note: str) -> bool:
        """False when it is not being written any more."""
        row = await self._session.row(
            "UPDATE handovers SET note = :note WHERE id = :id AND state = 'draft' RETURNING id",
            id=handover_id,
            note=note,
        )
        return row is not None

    async def send(self, handover_id: str, orders: tuple[str, ...], ends_at: int) -> bool:
        """Offered from now until then; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE handovers SET state = 'waiting', orders = :orders, ends_at = :ends_at"
            " WHERE id = :id AND state = 'draft' RETURNING id",
            id=handover_id,
            orders=texts_text(orders),
            ends_at=ends_at,
        )
        return row is not None

    async def end_handover(self, handover_id: str, state: OfferState, at: int) -> Handover | None:
        """As it is then, for exactly one caller; None when it was not open any more."""
        row = await self._session.row(
            f"UPDATE handovers SET state = :state, ended_at = :at WHERE id = :id AND {OPEN} RETURNING *",  # noqa: S608
            id=handover_id,
            state=state.value,
            at=at,
        )
        return _handover(row) if row else None

    async def claims_of(self, person: int) -> list[str]:
        """The open orders that the person is on, oldest first."""
        rows = await self._session.rows(
            "SELECT id FROM orders WHERE is_final = 0 AND claimed_by = :person ORDER BY created_at, id", person=person
        )
        return [str(row["id"]) for row in rows]

    async def purge(self, before: int, *, notes_before: int) -> None:
        """Removes bells that ended before then, and handovers whose notes have had their time (ms)."""
        await self._session.rows("DELETE FROM duty_bells WHERE ended_at < :before", before=before)
        await self._session.rows(
            "DELETE FROM handovers WHERE COALESCE(ended_at, ends_at) < :before", before=notes_before
        )


def _bell(row: Row) -> Bell:
    return Bell(row["id"], row["person"], row["asked_at"], row["ends_at"], BellState(row["state"]))


def _handover(row: Row) -> Handover:
    return Handover(
        id=row["id"],
        giver=row["giver"],
        taker=row["taker"],
        note=row["note"],
        orders=read_texts(row["orders"]),
        state=OfferState(row["state"]),
        made_at=row["made_at"],
        ends_at=row["ends_at"],
        ended_at=row["ended_at"],
    )
