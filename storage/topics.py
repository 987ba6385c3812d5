"""The topics that the desk made in its group: what each is called, how often it was renamed, and whether it is gone."""

from dataclasses import dataclass
from enum import StrEnum

from storage.retention import ENDED, UNHEARD_OF
from storage.session import Row, Session

MOST_RENAMES = 2
_IS_TROUBLED = (
    "(json_extract(orders.facts, '$.in_appeal') OR EXISTS (SELECT 1 FROM intents WHERE intents.target = orders.id"
    " AND intents.state = 'unknown'))"
)
# Nothing of the order is under way, unsaid, unread or untold: what stands in the topic is kept by the desk
_IS_SETTLED = (
    "NOT EXISTS (SELECT 1 FROM intents WHERE intents.target = orders.id"
    " AND intents.state IN ('planned', 'sent', 'unknown'))"
    " AND NOT EXISTS (SELECT 1 FROM sayings WHERE sayings.order_id = orders.id"
    " AND sayings.state IN ('held', 'planned', 'sent', 'unknown'))"
    " AND NOT EXISTS (SELECT 1 FROM files WHERE files.state = 'wanted' AND files.order_id = orders.id)"
    " AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.state IN ('pending', 'sending')"
    " AND outbox.chat_id = topics.chat_id AND outbox.order_id = orders.id)"
)
_IS_READ = (
    "EXISTS (SELECT 1 FROM chat_readings WHERE chat_readings.order_id = orders.id"
    " AND chat_readings.read_at >= orders.final_at)"
)
_IS_OVER = f"orders.is_final = 1 AND orders.final_at <= :ended_before AND {_IS_SETTLED} AND {_IS_READ}"
_JOINED = "FROM topics JOIN orders ON orders.id = topics.order_id WHERE topics.chat_id = :chat_id AND topics.state"
# ruff: noqa: S608 every word of the statements below is our own


class TopicState(StrEnum):
    """`ending`: its line for the main view is on its way, or it is about to be deleted. `closed`: it may not be."""

    OPEN = "open"
    ENDING = "ending"
    CLOSED = "closed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Topic:
    """`stage` is what its name says: 0 going on, 1 in trouble, 2 over. Times are Unix ms."""

    chat_id: int
    topic_id: int
    order_id: str
    state: TopicState
    name: str
    stage: int
    renames: int
    is_named: bool
    made_at: int
    changed_at: int


class Topics:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, chat_id: int, topic_id: int, order_id: str, name: str, stage: int, at: int) -> None:
        await self._session.rows(
            "INSERT INTO topics (chat_id, topic_id, order_id, state, name, stage, made_at, changed_at)"
            " VALUES (:chat_id, :topic_id, :order_id, 'open', :name, :stage, :at, :at)"
            " ON CONFLICT (chat_id, topic_id) DO UPDATE SET order_id = excluded.order_id, state = 'open',"
            " name = excluded.name, stage = excluded.stage, renames = 0, is_named = 1, made_at = excluded.made_at,"
            " changed_at = excluded.changed_at",
            chat_id=chat_id,
            topic_id=topic_id,
            order_id=order_id,
            name=name,
            stage=stage,
            at=at,
        )

    async def get(self, chat_id: int, topic_id: int) -> Topic | None:
        row = await self._session.row(
            "SELECT * FROM topics WHERE chat_id = :chat_id AND topic_id = :topic_id", chat_id=chat_id, topic_id=topic_id
        )
        return _topic(row) if row else None

    async def of_order(self, order_id: str) -> list[Topic]:
        """Oldest first, those that are gone, too."""
        rows = await self._session.rows(
            "SELECT * FROM topics WHERE order_id = :order_id ORDER BY made_at, topic_id", order_id=order_id
        )
        return [_topic(row) for row in rows]

    async def to_rename(self, chat_id: int, *, at_end: bool = True) -> list[Topic]:
        """Open ones whose name may no longer fit (`at_end`: because the order is over, too), and those whose new name
        Telegram has not confirmed."""
        return await self._all(
            f"SELECT topics.* {_JOINED} = 'open' AND (topics.is_named = 0 OR (topics.renames < {MOST_RENAMES}"
            " AND ((:at_end = 1 AND orders.is_final = 1 AND topics.stage < 2)"
            f" OR (orders.is_final = 0 AND topics.stage <> 1 AND {_IS_TROUBLED})))) ORDER BY topics.changed_at LIMIT 1",
            chat_id=chat_id,
            at_end=at_end,
        )

    async def to_end(self, chat_id: int, ended_before: int, order_id: str | None = None) -> list[Topic]:
        """Open and ending ones whose order was over before then (ms) with nothing left to be said or read."""
        return await self._all(
            f"SELECT topics.* {_JOINED} IN ('open', 'ending') AND {_IS_OVER}"
            " AND (:order_id IS NULL OR topics.order_id = :order_id)"
            " ORDER BY topics.state = 'open', orders.final_at LIMIT 1",
            chat_id=chat_id,
            ended_before=ended_before,
            order_id=order_id,
        )

    async def to_take_up(self, chat_id: int) -> list[Topic]:
        """Ending and closed ones whose order goes on again."""
        return await self._all(
            f"SELECT topics.* {_JOINED} IN ('ending', 'closed') AND orders.is_final = 0"
            " ORDER BY topics.made_at LIMIT 1",
            chat_id=chat_id,
        )

    async def closed(self, chat_id: int, ended_before: int) -> list[Topic]:
        """Those that could only be closed and whose order is still over."""
        return await self._all(
            f"SELECT topics.* {_JOINED} = 'closed' AND {_IS_OVER} ORDER BY topics.changed_at LIMIT 1",
            chat_id=chat_id,
            ended_before=ended_before,
        )

    async def to_read(self, chat_id: int, ended_before: int, limit: int = 10) -> list[str]:
        """The orders of those that stay only because the chat was not read since the end, longest over first."""
        rows = await self._session.rows(
            f"SELECT topics.order_id {_JOINED} = 'open' AND orders.is_final = 1 AND orders.final_at <= :ended_before"
            f" AND {_IS_SETTLED} AND NOT {_IS_READ} ORDER BY orders.final_at LIMIT :limit",
            chat_id=chat_id,
            ended_before=ended_before,
            limit=limit,
        )
        return [row["order_id"] for row in rows]

    async def begin_rename(self, topic: Topic, name: str, stage: int, at: int) -> Topic | None:
        """Counted before Telegram is asked; None, and nothing changed, when it has had its two."""
        row = await self._session.row(
            "UPDATE topics SET name = :name, stage = :stage, renames = renames + 1, is_named = 0, changed_at = :at"
            " WHERE chat_id = :chat_id AND topic_id = :topic_id AND state = 'open'"
            f" AND renames < {MOST_RENAMES} RETURNING *",
            chat_id=topic.chat_id,
            topic_id=topic.topic_id,
            name=name,
            stage=stage,
            at=at,
        )
        return _topic(row) if row else None

    async def renamed(self, topic: Topic, at: int) -> None:
        await self._session.rows(
            "UPDATE topics SET is_named = 1, changed_at = :at WHERE chat_id = :chat_id AND topic_id = :topic_id",
            chat_id=topic.chat_id,
            topic_id=topic.topic_id,
            at=at,
        )

    async def move(self, topic: Topic, to: TopicState, at: int) -> bool:
        """False, and nothing changed, when it is no longer in the state in which it was read."""
        row = await self._session.row(
            "UPDATE topics SET state = :to, changed_at = :at"
            " WHERE chat_id = :chat_id AND topic_id = :topic_id AND state = :frm RETURNING topic_id",
            chat_id=topic.chat_id,
            topic_id=topic.topic_id,
            frm=topic.state.value,
            to=to.value,
            at=at,
        )
        return row is not None

    async def lost(self, order_id: str, at: int) -> None:
        """People deleted what the order had."""
        await self._session.rows(
            "UPDATE topics SET state = 'gone', changed_at = :at WHERE order_id = :order_id AND state <> 'gone'",
            order_id=order_id,
            at=at,
        )

    async def purge(self, before: int) -> int:
        """Forgets those of orders that ended before then (ms); how many."""
        rows = await self._session.rows(
            f"DELETE FROM topics WHERE state = 'gone' AND changed_at < :before AND ({ENDED} OR {UNHEARD_OF})"
            " RETURNING topic_id",
            before=before,
        )
        return len(rows)

    async def _all(self, sql: str, **values: int | str | None) -> list[Topic]:
        return [_topic(row) for row in await self._session.rows(sql, **values)]


def _topic(row: Row) -> Topic:
    return Topic(
        chat_id=row["chat_id"],
        topic_id=row["topic_id"],
        order_id=row["order_id"],
        state=TopicState(row["state"]),
        name=row["name"],
        stage=row["stage"],
        renames=row["renames"],
        is_named=bool(row["is_named"]),
        made_at=row["made_at"],
        changed_at=row["changed_at"],
    )
