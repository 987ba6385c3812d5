"""Doubts about a payer: who paid instead, which buyers that happened with, and why a lead let an order go on."""

from dataclasses import dataclass

from bot.domain.situations import BuyerMark, LockReason
from storage.retention import ENDED, UNHEARD_OF
from storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class Unlock:
    """A lead's step. `locked_at` says which lock it is about, `ended_at` that it can be pressed no more (ms)."""

    id: str
    order_id: str
    locked_at: int
    reason: str
    asked_by: int
    asked_at: int
    ended_at: int | None = None
    done_at: int | None = None


@dataclass(frozen=True, slots=True)
class About:
    """Doubts around one order. `answered` is (by, at, answer) when the last answer named another payer or none."""

    snoozed_until: int | None = None
    payer: str = ""
    mark: BuyerMark | None = None
    unlock: Unlock | None = None
    answered: tuple[int, int, str] | None = None


class Doubts:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def keep_payer(self, order_id: str, name: str, at: int, by: int) -> None:
        """Who the bank shows; a newer name takes the place of an older one."""
        await self._session.rows(
            "INSERT INTO payers (order_id, name, kept_at, kept_by) VALUES (:order_id, :name, :at, :by)"
            " ON CONFLICT (order_id) DO UPDATE SET name = excluded.name, kept_at = excluded.kept_at,"
            " kept_by = excluded.kept_by",
            order_id=order_id,
            name=name,
            at=at,
            by=by,
        )

    async def mark_buyer(self, order_id: str, buyer: str, reason: LockReason, at: int, by: int) -> None:
        await self._session.rows(
            "INSERT INTO buyer_marks (order_id, counterparty_id, reason, marked_at, marked_by)"
            " VALUES (:order_id, :buyer, :reason, :at, :by)"
            " ON CONFLICT (order_id) DO UPDATE SET reason = excluded.reason, marked_at = excluded.marked_at,"
            " marked_by = excluded.marked_by",
            order_id=order_id,
            buyer=buyer,
            reason=reason.value,
            at=at,
            by=by,
        )

    async def about(self, order_id: str, buyer: str) -> About:
        """Everything that a card may say of these doubts, in one look."""
        row = await self._session.row(
            "SELECT (SELECT until FROM snoozes WHERE order_id = :order_id) AS until,"
            " (SELECT name FROM payers WHERE order_id = :order_id) AS payer,"
            " m.reason AS mark_reason, m.order_id AS mark_order, m.marked_at,"
            " u.id AS unlock_id, u.locked_at, u.reason AS unlock_reason, u.asked_by, u.asked_at, u.ended_at, u.done_at,"
            " q.asked_by AS answered_by, q.answered_at, q.answer"
            " FROM (SELECT 1) LEFT JOIN (SELECT * FROM buyer_marks WHERE counterparty_id = :buyer AND :buyer <> ''"
            " AND order_id <> :order_id ORDER BY marked_at DESC, order_id LIMIT 1) m"
            " LEFT JOIN (SELECT * FROM unlocks WHERE order_id = :order_id AND done_at IS NOT NULL"
            " ORDER BY done_at DESC LIMIT 1) u"
            " LEFT JOIN (SELECT * FROM twin_questions WHERE order_id = :order_id AND answered_at IS NOT NULL"
            " ORDER BY answered_at DESC, id DESC LIMIT 1) q",
            order_id=order_id,
            buyer=buyer,
        )
        return _about(order_id, row) if row else About()

    async def add_unlock(self, unlock: Unlock) -> None:
        """An older open step of the same order is over."""
        await self._session.rows(
            "UPDATE unlocks SET ended_at = :at WHERE order_id = :order_id AND ended_at IS NULL",
            order_id=unlock.order_id,
            at=unlock.asked_at,
        )
        await self._session.rows(
            "INSERT INTO unlocks (id, order_id, locked_at, reason, asked_by, asked_at)"
            " VALUES (:id, :order_id, :locked_at, :reason, :asked_by, :asked_at)",
            id=unlock.id,
            order_id=unlock.order_id,
            locked_at=unlock.locked_at,
            reason=unlock.reason,
            asked_by=unlock.asked_by,
            asked_at=unlock.asked_at,
        )

    async def unlock(self, unlock_id: str) -> Unlock | None:
        row = await self._session.row("SELECT * FROM unlocks WHERE id = :id", id=unlock_id)
        return _unlock(row) if row else None

    async def use_unlock(self, unlock_id: str, at: int) -> bool:
        """True for exactly one caller."""
        row = await self._session.row(
            "UPDATE unlocks SET ended_at = :at, done_at = :at WHERE id = :id AND ended_at IS NULL RETURNING id",
            id=unlock_id,
            at=at,
        )
        return row is not None

    async def purge(self, before_ms: int) -> None:
        """Names go with the names of their orders, the rest by its own age."""
        await self._session.rows(
            f"DELETE FROM payers WHERE {ENDED} OR ({UNHEARD_OF} AND kept_at < :before)",  # noqa: S608 our own words
            before=before_ms,
        )
        await self._session.rows("DELETE FROM unlocks WHERE asked_at < :before", before=before_ms)
        await self._session.rows("DELETE FROM buyer_marks WHERE marked_at < :before", before=before_ms)


def _about(order_id: str, row: Row) -> About:
    mark = BuyerMark(LockReason(row["mark_reason"]), row["mark_order"], row["marked_at"]) if row["mark_order"] else None
    unlock = None
    if row["unlock_id"]:
        unlock = Unlock(
            row["unlock_id"], order_id, row["locked_at"], row["unlock_reason"], row["asked_by"], row["asked_at"],
            row["ended_at"], row["done_at"],
        )  # fmt: skip
    answered = None
    if row["answered_at"] is not None and row["answer"] != order_id:
        answered = row["answered_by"], row["answered_at"], row["answer"]
    return About(row["until"], row["payer"] or "", mark, unlock, answered)


def _unlock(row: Row) -> Unlock:
    return Unlock(
        id=row["id"],
        order_id=row["order_id"],
        locked_at=row["locked_at"],
        reason=row["reason"],
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        ended_at=row["ended_at"],
        done_at=row["done_at"],
    )
