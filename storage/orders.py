"""Orders as the venue last told them, with what the desk itself knows of each."""

from dataclasses import dataclass

from bot.domain.orders import Order, Phase
from bot.domain.situations import LockReason
from storage import order_facts
from storage.exact import equal_text, read_facts
from storage.session import Row, Session, Value


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """Times are Unix ms; people are Telegram ids. `lock` is (reason, by, at), `bank_look` is (by, at)."""

    order: Order
    row_signature: str
    seen_at: int
    first_seen_at: int
    final_at: int | None
    claimed_by: int | None
    claimed_at: int | None
    lock: tuple[LockReason, int, int] | None
    bank_look: tuple[int, int] | None
    is_done_elsewhere: bool
    topic_id: int | None
    needs_topic: bool
    requested_by: int | None


@dataclass(frozen=True, slots=True)
class Followed:
    """As much of an order as tells how often to look at it. `final_at` in ms, None while it is not final."""

    order_id: str
    phase: Phase
    is_final: bool
    in_appeal: bool
    final_at: int | None


class Orders:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, order_id: str) -> StoredOrder | None:
        row = await self._session.row("SELECT * FROM orders WHERE id = :id", id=order_id)
        return _stored(row) if row else None

    async def put(self, order: Order, seen_at: int) -> None:
        """Keeps the facts. The first sight stays; the moment of the end stays until the venue takes it back."""
        await self._session.rows(
            "INSERT INTO orders (id, phase, is_final, fiat, total_key, created_at, facts,"
            " seen_at, first_seen_at, final_at)"
            " VALUES (:id, :phase, :is_final, :fiat, :total_key, :created_at, :facts,"
            " :seen_at, :seen_at, :final_at)"
            " ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, is_final = excluded.is_final,"
            " fiat = excluded.fiat, total_key = excluded.total_key, created_at = excluded.created_at,"
            " facts = excluded.facts, seen_at = excluded.seen_at, purged_at = NULL,"
            " final_at = CASE WHEN excluded.is_final = 0 THEN NULL"
            " ELSE COALESCE(orders.final_at, excluded.final_at) END",
            id=order.id,
            phase=order.phase.value,
            is_final=order.is_final,
            fiat=order.fiat,
            total_key=equal_text(order.total),
            created_at=order.created_at,
            facts=order_facts.encode(order),
            seen_at=seen_at,
            final_at=seen_at if order.is_final else None,
        )

    async def set_row(self, order_id: str, signature: str) -> None:
        """Remembers the list row whose details are stored; nothing happens for an order that is not."""
        await self._set("row_signature = :signature", order_id, signature=signature)

    async def row_signatures(self) -> dict[str, str]:
        """By order id, of the orders that are not final."""
        rows = await self._session.rows("SELECT id, row_signature FROM orders WHERE is_final = 0")
        return {row["id"]: row["row_signature"] for row in rows}

    async def open_orders(self) -> list[StoredOrder]:
        """Those that are not final, oldest first."""
        return _all(await self._session.rows("SELECT * FROM orders WHERE is_final = 0 ORDER BY created_at, id"))

    async def bought_and_unpaid(self) -> list[Order]:
        """What we buy and have not marked paid, in an appeal or not; oldest first."""
        rows = await self._session.rows(
            "SELECT facts FROM orders WHERE is_final = 0 AND phase = 'unpaid' AND json_extract(facts, '$.side') = 'buy'"
            " ORDER BY created_at, id"
        )
        return [order_facts.decode(row["facts"]) for row in rows]

    async def bought_and_paid(self) -> list[Order]:
        """What we buy and have marked paid, as far as the seller has not released it; oldest first."""
        rows = await self._session.rows(
            "SELECT facts FROM orders WHERE is_final = 0 AND phase = 'paid' AND json_extract(facts, '$.side') = 'buy'"
            " ORDER BY created_at, id"
        )
        return [order_facts.decode(row["facts"]) for row in rows]

    async def followed_briefly(self, since_ms: int) -> list[Followed]:
        """Those that are not final or became so since then, oldest first, for whoever asks every few seconds."""
        # Sorted here: asked to sort, SQLite reads every order there ever was
        rows = await self._session.rows(
            "SELECT id, phase, is_final, final_at, created_at, CASE WHEN is_final = 0 THEN facts ELSE '' END AS facts"
            " FROM orders WHERE final_at IS NULL OR final_at >= :since",
            since=since_ms,
        )
        rows.sort(key=lambda row: (row["created_at"], row["id"]))
        return [
            Followed(
                row["id"],
                Phase(row["phase"]),
                bool(row["is_final"]),
                bool(row["facts"]) and bool(read_facts(row["facts"])["in_appeal"]),
                row["final_at"],
            )
            for row in rows
        ]

    async def by_topic(self, topic_id: int) -> StoredOrder | None:
        """The newest order that has that topic."""
        row = await self._session.row(
            "SELECT * FROM orders WHERE topic_id = :topic_id ORDER BY created_at DESC, id DESC LIMIT 1",
            topic_id=topic_id,
        )
        return _stored(row) if row else None

    async def by_suffix(self, digits: str, limit: int = 10) -> list[StoredOrder]:
        """Orders whose id ends in (or is) these digits, newest first."""
        if not digits:
            return []
        return _all(
            await self._session.rows(
                "SELECT * FROM orders WHERE id LIKE :ending ESCAPE '!' ORDER BY created_at DESC, id DESC LIMIT :limit",
                ending="%" + digits.replace("!", "!!").replace("%", "!%").replace("_", "!_"),
                limit=limit,
            )
        )

    async def recent(self, limit: int, offset: int) -> list[StoredOrder]:
        """All orders, newest first."""
        return _all(
            await self._session.rows(
                "SELECT * FROM orders ORDER BY created_at DESC, id DESC LIMIT :limit OFFSET :offset",
                limit=limit,
                offset=offset,
            )
        )

    async def twins(self, order: Order) -> list[StoredOrder]:
        """Other open orders with numerically the same fiat total, oldest first."""
        return _all(
            await self._session.rows(
                "SELECT * FROM orders WHERE is_final = 0 AND fiat = :fiat AND total_key = :total AND id <> :id"
                " ORDER BY created_at, id",
                fiat=order.fiat,
                total=equal_text(order.total),
                id=order.id,
            )
        )

    async def claim(self, order_id: str, by: int, at: int) -> None:
        await self._set("claimed_by = :by, claimed_at = :at", order_id, by=by, at=at)

    async def unclaim(self, order_id: str) -> None:
        await self._set("claimed_by = NULL, claimed_at = NULL", order_id)

    async def lock(self, order_id: str, reason: LockReason, by: int, at: int) -> None:
        await self._set(
            "lock_reason = :reason, locked_by = :by, locked_at = :at", order_id, reason=reason, by=by, at=at
        )

    async def unlock(self, order_id: str) -> None:
        await self._set("lock_reason = NULL, locked_by = NULL, locked_at = NULL", order_id)

    async def look(self, order_id: str, by: int, at: int) -> None:
        """Somebody looked into the bank and saw nothing yet."""
        await self._set("looked_by = :by, looked_at = :at", order_id, by=by, at=at)

    async def mark_done_elsewhere(self, order_id: str) -> None:
        await self._set("is_done_elsewhere = 1", order_id)

    async def set_topic(self, order_id: str, topic_id: int | None) -> None:
        await self._set("topic_id = :topic_id", order_id, topic_id=topic_id)

    async def need_topic(self, order_id: str) -> None:
        await self._set("needs_topic = 1", order_id)

    async def set_requester(self, order_id: str, by: int | None) -> None:
        await self._set("requested_by = :by", order_id, by=by)

    async def purge(self, before_ms: int) -> int:
        """Forgets the people of orders that were final before then; how many orders that were."""
        rows = await self._session.rows(
            "SELECT * FROM orders WHERE is_final = 1 AND final_at < :before AND purged_at IS NULL", before=before_ms
        )
        for row in rows:
            bare = order_facts.without_people(order_facts.decode(row["facts"]))
            await self._set(
                "facts = :facts, row_signature = '', purged_at = :before",
                row["id"],
                facts=order_facts.encode(bare),
                before=before_ms,
            )
        return len(rows)

    async def _set(self, change: str, order_id: str, **values: Value) -> None:
        await self._session.rows(f"UPDATE orders SET {change} WHERE id = :id", id=order_id, **values)  # noqa: S608 our own words


def _all(rows: list[Row]) -> list[StoredOrder]:
    return [_stored(row) for row in rows]


def _stored(row: Row) -> StoredOrder:
    lock = (LockReason(row["lock_reason"]), row["locked_by"], row["locked_at"]) if row["lock_reason"] else None
    return StoredOrder(
        order=order_facts.decode(row["facts"]),
        row_signature=row["row_signature"],
        seen_at=row["seen_at"],
        first_seen_at=row["first_seen_at"],
        final_at=row["final_at"],
        claimed_by=row["claimed_by"],
        claimed_at=row["claimed_at"],
        lock=lock,
        bank_look=None if row["looked_at"] is None else (row["looked_by"], row["looked_at"]),
        is_done_elsewhere=bool(row["is_done_elsewhere"]),
        topic_id=row["topic_id"],
        needs_topic=bool(row["needs_topic"]),
        requested_by=row["requested_by"],
    )
