"""What staff must be told and has not been sent yet.

A row is pending, then sending, then sent or dropped. At most one pending row per chat and key: later news of the same
key joins it. A row that comes back to pending while a newer one waits joins that one, so nothing is told twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from storage.exact import facts_text, read_facts
from storage.session import Row, Session

MERGED = "merged"
CLOCK_SLACK_MS = 5000
# What was written in the future was written before the clock was set back: it must not wait until then
_IS_DUE = "(next_at <= :now OR created_at > :from_the_future)"
_INSERT = (
    "INSERT INTO outbox (chat_id, person_id, key, kind, order_id, notice, facts, repost, ring, priority,"
    " created_at, next_at) VALUES (:chat_id, :person_id, :key, :kind, :order_id, :notice, :facts, :repost, :ring,"
    " :priority, :at, :next_at) ON CONFLICT (chat_id, key) WHERE state = 'pending' DO UPDATE SET"
    " person_id = excluded.person_id, notice = excluded.notice, facts = excluded.facts,"
    " repost = CASE WHEN excluded.repost = 1 THEN 1 ELSE outbox.repost END,"
    " ring = CASE WHEN excluded.ring = 1 THEN 1 ELSE outbox.ring END,"
    " priority = CASE WHEN excluded.priority < outbox.priority THEN excluded.priority ELSE outbox.priority END,"
    " next_at = CASE WHEN excluded.next_at < outbox.next_at THEN excluded.next_at ELSE outbox.next_at END"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to send. `kind` is card, notice, chat or mark; `priority` 0 (answers, unknown, paid) to 9 (quiet).

    Times in ms. `key` is empty when nothing may replace it. `repeated`: it may have been sent before a restart.
    """

    id: int
    chat_id: int
    person_id: int | None
    key: str
    kind: str
    order_id: str | None
    notice: str
    facts: dict[str, str]
    repost: bool
    ring: bool
    priority: int
    created_at: int
    next_at: int
    attempts: int
    state: str
    repeated: bool


class Outbox:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def put_card(
        self, *, chat_id: int, person_id: int | None, order_id: str, repost: bool, ring: bool, priority: int, at: int
    ) -> None:
        """The order's card must be brought up to date there (`repost`: posted anew; `ring`: with sound)."""
        await self._session.rows(
            _INSERT,
            chat_id=chat_id,
            person_id=person_id,
            key=f"card:{order_id}",
            kind="card",
            order_id=order_id,
            notice="",
            facts="{}",
            repost=repost,
            ring=ring,
            priority=priority,
            at=at,
            next_at=at,
        )

    async def put_notice(
        self,
        *,
        chat_id: int,
        person_id: int | None,
        notice: str,
        facts: Mapping[str, str],
        ring: bool,
        priority: int,
        at: int,
        key: str | None = None,
        order_id: str | None = None,
    ) -> None:
        """A sentence. With a key it takes the place of a pending one of that key in that chat."""
        await self._session.rows(
            _INSERT,
            chat_id=chat_id,
            person_id=person_id,
            key=key,
            kind="notice",
            order_id=order_id,
            notice=notice,
            facts=facts_text(facts),
            repost=False,
            ring=ring,
            priority=priority,
            at=at,
            next_at=at,
        )

    async def put_line(
        self,
        *,
        chat_id: int,
        person_id: int | None,
        kind: str,
        key: str,
        order_id: str | None,
        facts: Mapping[str, str],
        ring: bool,
        priority: int,
        at: int,
        next_at: int | None = None,
    ) -> None:
        """Something of a buyer's chat, not before `next_at`: `chat` (there is news) or `mark` (a saying's state).

        It joins a pending one of that key in that chat: the newest facts, the earlier moment, the louder ring.
        """
        await self._session.rows(
            _INSERT,
            chat_id=chat_id,
            person_id=person_id,
            key=key,
            kind=kind,
            order_id=order_id,
            notice="",
            facts=facts_text(facts),
            repost=False,
            ring=ring,
            priority=priority,
            at=at,
            next_at=at if next_at is None else next_at,
        )

    async def due(self, now: int, limit: int = 500, chat_id: int | None = None) -> list[Delivery]:
        """What may be sent now (to that chat), most urgent first, then oldest."""
        rows = await self._session.rows(
            f"SELECT * FROM outbox WHERE state = 'pending' AND {_IS_DUE}"  # noqa: S608 our own words
            " AND (:chat_id IS NULL OR chat_id = :chat_id) ORDER BY priority, id LIMIT :limit",
            now=now,
            from_the_future=now + CLOCK_SLACK_MS,
            chat_id=chat_id,
            limit=limit,
        )
        return [_delivery(row) for row in rows]

    async def chats_due(self, now: int) -> set[int]:
        """The chats for which something is due, however much that is."""
        rows = await self._session.rows(
            f"SELECT DISTINCT chat_id FROM outbox WHERE state = 'pending' AND {_IS_DUE}",  # noqa: S608 our own words
            now=now,
            from_the_future=now + CLOCK_SLACK_MS,
        )
        return {int(row["chat_id"]) for row in rows}

    async def sending_to(self, chat_id: int) -> list[Delivery]:
        """What was begun to be sent to that chat, oldest first."""
        rows = await self._session.rows(
            "SELECT * FROM outbox WHERE state = 'sending' AND chat_id = :chat_id ORDER BY id", chat_id=chat_id
        )
        return [_delivery(row) for row in rows]

    async def knows(self, chat_id: int, key: str) -> bool:
        """Whether something of that key was told there, or is to be."""
        rows = await self._session.rows(
            "SELECT 1 FROM outbox WHERE chat_id = :chat_id AND key = :key AND state <> 'dropped' LIMIT 1",
            chat_id=chat_id,
            key=key,
        )
        return bool(rows)

    async def pending_count(self) -> int:
        rows = await self._session.rows("SELECT COUNT(*) AS pending FROM outbox WHERE state = 'pending'")
        return int(rows[0]["pending"])

    async def next_at(self) -> int | None:
        """When the next pending one may be sent."""
        rows = await self._session.rows("SELECT MIN(next_at) AS next_at FROM outbox WHERE state = 'pending'")
        return None if rows[0]["next_at"] is None else int(rows[0]["next_at"])

    async def take(self, ids: Sequence[int]) -> list[Delivery]:
        """They are being sent from now on, with everything that joined them until this moment."""
        taken = []
        for delivery_id in ids:
            row = await self._session.row(
                "UPDATE outbox SET state = 'sending' WHERE id = :id AND state = 'pending' RETURNING *", id=delivery_id
            )
            if row is not None:
                taken.append(_delivery(row))
        return taken

    async def sent(self, ids: Sequence[int], at: int) -> None:
        for delivery_id in ids:
            await self._settle(delivery_id, "sent", at, "")

    async def drop(self, delivery_id: int, at: int, error: str) -> None:
        """It cannot be delivered, or need not be."""
        await self._settle(delivery_id, "dropped", at, error)

    async def _settle(self, delivery_id: int, state: str, at: int, error: str) -> None:
        await self._session.rows(
            "UPDATE outbox SET state = :state, settled_at = :at, error = :error"
            " WHERE id = :id AND state IN ('pending', 'sending')",
            id=delivery_id,
            state=state,
            at=at,
            error=error,
        )

    async def retry(
        self, delivery_id: int, next_at: int, error: str, *, repeated: bool = False, counts: bool = True
    ) -> None:
        """It was not delivered (`repeated`: or its answer was lost): pending again, not before `next_at`.

        Only what `counts` as an attempt brings it nearer to being given up. Nothing happens to one that is settled.
        """
        row = await self._session.row(
            "SELECT * FROM outbox WHERE id = :id AND state IN ('pending', 'sending')", id=delivery_id
        )
        if row is not None:
            failed = _delivery(row)
            attempts = failed.attempts + 1 if counts else failed.attempts
            again = replace(failed, next_at=next_at, attempts=attempts, repeated=failed.repeated or repeated)
            await self._wait_again(again, error)

    async def recover(self) -> int:
        """After a restart: what was being sent is pending again, marked as repeated; how many."""
        rows = await self._session.rows("SELECT * FROM outbox WHERE state = 'sending' ORDER BY id DESC")
        for row in rows:
            await self._wait_again(replace(_delivery(row), repeated=True), row["error"])
        return len(rows)

    async def migrate(self, old_chat_id: int, new_chat_id: int) -> None:
        """The group has a new id: what waits for it is sent there."""
        rows = await self._session.rows(
            "SELECT * FROM outbox WHERE chat_id = :chat_id AND state IN ('pending', 'sending') ORDER BY id DESC",
            chat_id=old_chat_id,
        )
        for row in rows:
            moved = replace(_delivery(row), chat_id=new_chat_id)
            if moved.state == "pending":
                await self._wait_again(moved, row["error"])
            else:
                await self._save(moved, moved.state, row["error"])

    async def purge(self, before: int) -> int:
        """Removes what was sent or dropped before then (ms); how many."""
        rows = await self._session.rows("DELETE FROM outbox WHERE settled_at < :before RETURNING id", before=before)
        return len(rows)

    async def _wait_again(self, delivery: Delivery, error: str) -> None:
        row = await self._session.row(
            "SELECT * FROM outbox WHERE chat_id = :chat_id AND key = :key AND state = 'pending' AND id <> :id",
            chat_id=delivery.chat_id,
            key=delivery.key or None,
            id=delivery.id,
        )
        if row is None:
            await self._save(delivery, "pending", error)
            return
        older, newer = sorted((delivery, _delivery(row)), key=lambda one: one.id)
        # The older leaves first: two pending rows of one key are refused by the index
        await self._settle(older.id, "dropped", delivery.next_at, MERGED)
        await self._save(_joined(older, newer), "pending", error)

    async def _save(self, delivery: Delivery, state: str, error: str) -> None:
        await self._session.rows(
            "UPDATE outbox SET chat_id = :chat_id, state = :state, repost = :repost, ring = :ring,"
            " priority = :priority, created_at = :created_at, next_at = :next_at, attempts = :attempts,"
            " repeated = :repeated, error = :error WHERE id = :id",
            id=delivery.id,
            chat_id=delivery.chat_id,
            state=state,
            repost=delivery.repost,
            ring=delivery.ring,
            priority=delivery.priority,
            created_at=delivery.created_at,
            next_at=delivery.next_at,
            attempts=delivery.attempts,
            repeated=delivery.repeated,
            error=error,
        )


def _joined(older: Delivery, newer: Delivery) -> Delivery:
    """The newer one with everything the older one still owed."""
    return replace(
        newer,
        repost=older.repost or newer.repost,
        ring=older.ring or newer.ring,
        priority=min(older.priority, newer.priority),
        created_at=min(older.created_at, newer.created_at),
        next_at=max(older.next_at, newer.next_at),
        attempts=max(older.attempts, newer.attempts),
        repeated=older.repeated or newer.repeated,
    )


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row["id"],
        chat_id=row["chat_id"],
        person_id=row["person_id"],
        key=row["key"] or "",
        kind=row["kind"],
        order_id=row["order_id"],
        notice=row["notice"],
        facts=read_facts(row["facts"]),
        repost=bool(row["repost"]),
        ring=bool(row["ring"]),
        priority=row["priority"],
        created_at=row["created_at"],
        next_at=row["next_at"],
        attempts=row["attempts"],
        state=row["state"],
        repeated=bool(row["repeated"]),
    )
