"""What people chose to hear of, since when paid orders wait, who was rung for them, and the bell outside Telegram."""

from dataclasses import dataclass

from bot.domain.alerts import AlertKind, Loudness, QuietHours, Wishes
from bot.domain.escalation import Stage
from bot.domain.orders import Order
from bot.domain.outside import OutsideRing
from storage import order_facts
from storage.session import Row, Session

PAID = (
    "orders.is_final = 0 AND (orders.phase IN ('paid', 'locked')"
    " OR (orders.phase = 'unknown' AND json_extract(orders.facts, '$.in_appeal')))"
)
"""nobody knows how the venue shows an order in an appeal: one that is neither unpaid nor over counts as paid"""
_NEVER = 2**62


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """An open order that is paid, or locked by the venue, with the last moments of taps. Unix ms; None: never.

    `seen_at` is None for one that the desk has not noted as paid yet. `is_acting`: a request of ours is under way.
    `released_at`: when the venue took our release, which it does not show yet.
    """

    order: Order
    seen_at: int | None
    claimed_by: int | None
    tapped_at: int | None
    snoozed_until: int | None
    woken_at: int | None
    is_locked: bool
    is_acting: bool
    released_at: int | None = None


class Alerts:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def wishes(self) -> dict[int, Wishes]:
        """Of everybody who chose anything."""
        choices: dict[int, dict[AlertKind, Loudness]] = {}
        for row in await self._session.rows("SELECT person_id, kind, loudness FROM alert_choices"):
            choices.setdefault(row["person_id"], {})[AlertKind(row["kind"])] = Loudness(row["loudness"])
        quiet = {
            int(row["person_id"]): QuietHours(row["begins"], row["ends"])
            for row in await self._session.rows("SELECT person_id, begins, ends FROM quiet_hours")
        }
        return {id_: Wishes(choices.get(id_, {}), quiet.get(id_)) for id_ in choices.keys() | quiet.keys()}

    async def choose(self, person_id: int, kind: AlertKind, loudness: Loudness, at: int) -> None:
        await self._session.rows(
            "INSERT INTO alert_choices (person_id, kind, loudness, set_at) VALUES (:person, :kind, :loudness, :at)"
            " ON CONFLICT (person_id, kind) DO UPDATE SET loudness = excluded.loudness, set_at = excluded.set_at",
            person=person_id,
            kind=kind.value,
            loudness=loudness.value,
            at=at,
        )

    async def set_quiet(self, person_id: int, quiet: QuietHours | None, at: int) -> None:
        if quiet is None:
            await self._session.rows("DELETE FROM quiet_hours WHERE person_id = :person", person=person_id)
            return
        await self._session.rows(
            "INSERT INTO quiet_hours (person_id, begins, ends, set_at) VALUES (:person, :begins, :ends, :at)"
            " ON CONFLICT (person_id) DO UPDATE SET begins = excluded.begins, ends = excluded.ends,"
            " set_at = excluded.set_at",
            person=person_id,
            begins=quiet.begins,
            ends=quiet.ends,
            at=at,
        )

    async def note_paid(self, order_id: str, at: int) -> None:
        """The order waits from now on; the first sight stays, unless it is to come on a clock that was set back."""
        await self._session.rows(
            "INSERT INTO paid_orders (order_id, seen_at) VALUES (:id, :at)"
            " ON CONFLICT (order_id) DO UPDATE SET seen_at = MIN(seen_at, excluded.seen_at)",
            id=order_id,
            at=at,
        )

    async def woke(self, order_id: str, at: int) -> None:
        """A snooze of it is over and has rung: the waiting begins anew."""
        await self._session.rows("UPDATE paid_orders SET woken_at = :at WHERE order_id = :id", id=order_id, at=at)

    async def paid_since(self, order_id: str) -> int | None:
        """When the desk first saw the order paid (ms); None: not noted."""
        row = await self._session.row("SELECT seen_at FROM paid_orders WHERE order_id = :id", id=order_id)
        return None if row is None else int(row["seen_at"])

    async def paid(self, now: int = _NEVER) -> list[PaidOrder]:
        """Every open order that is paid, or in an appeal about that, whoever sells, oldest first.

        A tap later than now (ms) was made before the clock was set back: nobody knows when, so it counts for nothing.
        """
        rows = await self._session.rows(
            "SELECT orders.facts, orders.claimed_by, orders.claimed_at, orders.looked_at, orders.locked_at,"  # noqa: S608
            " orders.lock_reason IS NOT NULL AS is_locked,"
            " paid_orders.seen_at, paid_orders.woken_at,"
            " (SELECT MAX(opened_at) FROM seals WHERE target = orders.id AND opened_at <= :now) AS opened_at,"
            " (SELECT MAX(said_at) FROM sayings WHERE order_id = orders.id AND said_at <= :now"
            " AND state NOT IN ('held', 'dropped')) AS said_at,"
            " (SELECT MAX(asked_at) FROM twin_questions WHERE order_id = orders.id AND asked_at <= :now) AS asked_at,"
            " (SELECT MAX(given_at) FROM approvals WHERE order_id = orders.id AND given_at <= :now) AS approved_at,"
            " (SELECT MAX(done_at) FROM unlocks WHERE order_id = orders.id AND done_at <= :now) AS unlocked_at,"
            " (SELECT until FROM snoozes WHERE order_id = orders.id) AS snoozed_until,"
            " EXISTS (SELECT 1 FROM intents WHERE target = orders.id"
            " AND state IN ('planned', 'sent', 'unknown'))"
            " OR EXISTS (SELECT 1 FROM approvals WHERE order_id = orders.id AND ended_at IS NULL"
            " AND due_at IS NOT NULL)"
            " AS is_acting,"
            " (SELECT MAX(settled_at) FROM intents WHERE target = orders.id AND state = 'done' AND action = 'release')"
            " AS released_at"
            " FROM orders LEFT JOIN paid_orders ON paid_orders.order_id = orders.id"
            f" WHERE {PAID}",
            now=now,
        )
        return sorted((_paid(row, now) for row in rows), key=lambda paid: (paid.order.created_at, paid.order.id))

    async def remind(self, order_id: str, ring_at: int) -> None:
        """A purchase has to be paid; a newer deadline takes the place of an older one."""
        await self._session.rows(
            "INSERT INTO pay_reminders (order_id, ring_at) VALUES (:id, :at)"
            " ON CONFLICT (order_id) DO UPDATE SET ring_at = excluded.ring_at",
            id=order_id,
            at=ring_at,
        )

    async def reminders(self) -> dict[str, int]:
        """When each purchase is rung for, by its id, the nearest first."""
        rows = await self._session.rows("SELECT order_id, ring_at FROM pay_reminders ORDER BY ring_at, order_id")
        return {row["order_id"]: int(row["ring_at"]) for row in rows}

    async def end_reminder(self, order_id: str) -> None:
        await self._session.rows("DELETE FROM pay_reminders WHERE order_id = :id", id=order_id)

    async def rung(self, order_id: str, since: int, until: int) -> dict[tuple[Stage, int], int]:
        """When each stage rang at whom between these moments (ms): what is to come is from another clock."""
        rows = await self._session.rows(
            "SELECT stage, person_id, rung_at FROM escalation_rings"
            " WHERE order_id = :id AND rung_at BETWEEN :since AND :until",
            id=order_id,
            since=since,
            until=until,
        )
        return {(Stage(row["stage"]), int(row["person_id"])): int(row["rung_at"]) for row in rows}

    async def ring(self, order_id: str, stage: Stage, person_id: int, at: int) -> None:
        """The last one per order, stage and person is kept."""
        await self._session.rows(
            "INSERT INTO escalation_rings (order_id, stage, person_id, rung_at) VALUES (:id, :stage, :person, :at)"
            " ON CONFLICT (order_id, stage, person_id) DO UPDATE SET rung_at = excluded.rung_at",
            id=order_id,
            stage=stage.value,
            person=person_id,
            at=at,
        )

    async def ringing_since(self) -> int | None:
        """Since when the oldest loud message for a person waits to be shown."""
        row = await self._session.row(
            "SELECT MIN(created_at) AS since FROM outbox"
            " WHERE ring = 1 AND chat_id > 0 AND state IN ('pending', 'sending')"
        )
        return None if row is None or row["since"] is None else int(row["since"])

    async def outside(self) -> dict[str, OutsideRing]:
        """By cause: everything that the bell outside was rung for and that lasts."""
        return {row["cause"]: _outside(row) for row in await self._session.rows("SELECT * FROM outside_rings")}

    async def put_outside(self, ring: OutsideRing) -> None:
        await self._session.rows(
            "INSERT INTO outside_rings (cause, since, rung, rung_at, tried_at, failed)"
            " VALUES (:cause, :since, :rung, :rung_at, :tried_at, :failed)"
            " ON CONFLICT (cause) DO UPDATE SET since = excluded.since, rung = excluded.rung,"
            " rung_at = excluded.rung_at, tried_at = excluded.tried_at, failed = excluded.failed",
            cause=ring.cause,
            since=ring.since,
            rung=ring.rung,
            rung_at=ring.rung_at,
            tried_at=ring.tried_at,
            failed=ring.failed,
        )

    async def end_outside(self, cause: str) -> None:
        await self._session.rows("DELETE FROM outside_rings WHERE cause = :cause", cause=cause)

    async def purge(self, before: int) -> None:
        """Forgets who was rung before then (ms), but for orders that are still open."""
        for table, column in (("paid_orders", "seen_at"), ("escalation_rings", "rung_at")):
            await self._session.rows(
                f"DELETE FROM {table} WHERE {column} < :before"  # noqa: S608 our own words
                " AND order_id NOT IN (SELECT id FROM orders WHERE is_final = 0)",
                before=before,
            )


TAPS = ("claimed_at", "looked_at", "locked_at", "unlocked_at", "opened_at", "said_at", "asked_at", "approved_at")
"""when somebody took care of a paid order, each in its own way"""


def _paid(row: Row, now: int) -> PaidOrder:
    taps = [row[name] for name in TAPS]
    return PaidOrder(
        order=order_facts.decode(row["facts"]),
        seen_at=row["seen_at"],
        claimed_by=row["claimed_by"],
        tapped_at=max((tap for tap in taps if tap is not None and tap <= now), default=None),
        snoozed_until=row["snoozed_until"],
        woken_at=row["woken_at"],
        is_locked=bool(row["is_locked"]),
        is_acting=bool(row["is_acting"]),
        released_at=row["released_at"],
    )


def _outside(row: Row) -> OutsideRing:
    return OutsideRing(row["cause"], row["since"], row["rung"], row["rung_at"], row["tried_at"], row["failed"])
