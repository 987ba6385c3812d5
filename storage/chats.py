"""What was said at the venue, as far as it was read, and how far each Telegram chat was told of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.chat import Author, ChatMessage
from storage import chat_facts
from storage.retention import ENDED, UNHEARD_OF
from storage.session import Row, Session

_SELECT = (
    "SELECT chat_messages.*, sayings.person_id AS said_by FROM chat_messages"
    " LEFT JOIN sayings ON sayings.id = chat_messages.saying_id AND chat_messages.saying_id <> ''"
)

_END_OF_TIME = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of a chat. `number` grows over all orders in the order of hearing; `seen_at` is in ms.

    `saying_id` is the saying that it shows, "" when it is not one of ours, `said_by` the person who wrote that one.
    """

    number: int
    message: ChatMessage
    author: Author
    seen_at: int
    saying_id: str
    said_by: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How far an order's chat was read. Moments in ms, but `active_at`: the venue's second of its newest message.

    `rung_at` is when staff were last called by sound, `is_complete`: no message of it is known to be missing.
    """

    order_id: str
    read_at: int | None
    tried_at: int | None
    active_at: int | None
    rung_at: int | None
    is_complete: bool


class Chats:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, order_id: str, messages: Sequence[tuple[ChatMessage, Author]], seen_at: int) -> list[Heard]:
        """Keeps what is new of one page (oldest first) and returns that, in page order.

        Equal messages have equal fingerprints: the n-th one of the page is the n-th one that is kept. One without a
        time takes its place behind the one before it, or behind all that is held.
        """
        place = await self.newest_at(order_id) or 0
        held = await self._held(order_id, [message.at for message, _ in messages])
        added = []
        for message, author, fingerprint, occurrence in _counted(messages):
            place = message.at or place
            if (fingerprint, occurrence) not in held:
                number = await self._insert(order_id, message, author, (fingerprint, occurrence, place), seen_at)
                added.append(Heard(number, message, author, seen_at, "", None))
        return added

    async def _held(self, order_id: str, moments: Sequence[int]) -> set[tuple[str, int]]:
        """Those without a time may stand anywhere."""
        if not moments:
            return set()
        newest = max(moments) if all(moments) else _END_OF_TIME
        rows = await self._session.rows(
            "SELECT fingerprint, occurrence FROM chat_messages WHERE order_id = :order_id"
            " AND at BETWEEN :oldest AND :newest",
            order_id=order_id,
            oldest=min(moments),
            newest=newest,
        )
        return {(row["fingerprint"], row["occurrence"]) for row in rows}

    async def _insert(
        self, order_id: str, message: ChatMessage, author: Author, place: tuple[str, int, int], seen_at: int
    ) -> int:
        rows = await self._session.rows(
            "INSERT INTO chat_messages (order_id, fingerprint, occurrence, at, author, facts, seen_at)"
            " VALUES (:order_id, :fingerprint, :occurrence, :at, :author, :facts, :seen_at) RETURNING number",
            order_id=order_id,
            fingerprint=place[0],
            occurrence=place[1],
            at=place[2],
            author=author.value,
            facts=chat_facts.encode(message),
            seen_at=seen_at,
        )
        return int(rows[0]["number"])

    async def newest_at(self, order_id: str) -> int | None:
        """The venue's second of the newest message that is kept."""
        row = await self._session.row("SELECT MAX(at) AS at FROM chat_messages WHERE order_id = :id", id=order_id)
        return row["at"] if row else None

    async def after(self, order_id: str, number: int, limit: int) -> list[Heard]:
        """What was heard after that number, in the order of hearing."""
        return _all(
            await self._session.rows(
                f"{_SELECT} WHERE chat_messages.order_id = :id AND chat_messages.number > :number"
                " ORDER BY chat_messages.number LIMIT :limit",
                id=order_id,
                number=number,
                limit=limit,
            )
        )

    async def before(self, order_id: str, number: int | None, limit: int) -> list[Heard]:
        """The newest `limit` that were said before that one (None: of all), by (at, number), oldest first.

        Old pages are heard after new ones, so a place in the chat is a moment first and a number second.
        """
        start = await self._session.row("SELECT at FROM chat_messages WHERE number = :number", number=number)
        if number is not None and start is None:
            return []
        rows = await self._session.rows(
            f"{_SELECT} WHERE chat_messages.order_id = :id"
            " AND (:number IS NULL OR (chat_messages.at, chat_messages.number) < (:at, :number))"
            " ORDER BY chat_messages.at DESC, chat_messages.number DESC LIMIT :limit",
            id=order_id,
            number=number,
            at=start["at"] if start else None,
            limit=limit,
        )
        return _all(rows[::-1])

    async def get(self, number: int) -> Heard | None:
        row = await self._session.row(f"{_SELECT} WHERE chat_messages.number = :number", number=number)
        return _heard(row) if row else None

    async def explain(self, number: int, saying_id: str) -> bool:
        """This message of ours is that saying. Each has one other: False, and nothing changed, when one is taken."""
        row = await self._session.row(
            "UPDATE chat_messages SET saying_id = :saying_id WHERE number = :number AND saying_id = ''"
            " AND NOT EXISTS (SELECT 1 FROM chat_messages AS others"
            " WHERE others.saying_id = :saying_id AND others.saying_id <> '')"
            " RETURNING number",
            number=number,
            saying_id=saying_id,
        )
        return row is not None

    async def reading(self, order_id: str) -> Reading | None:
        row = await self._session.row("SELECT * FROM chat_readings WHERE order_id = :id", id=order_id)
        return _reading(row) if row else None

    async def readings(self, since_ms: int | None = None) -> dict[str, Reading]:
        """By order id, of the orders that are not final or became so since then (None: of all that were asked for)."""
        rows = await self._session.rows(
            "SELECT * FROM chat_readings"
            if since_ms is None
            else "SELECT chat_readings.* FROM orders CROSS JOIN chat_readings ON chat_readings.order_id = orders.id"
            " WHERE orders.final_at IS NULL OR orders.final_at >= :since",
            **({} if since_ms is None else {"since": since_ms}),
        )
        return {row["order_id"]: _reading(row) for row in rows}

    async def read(self, order_id: str, at: int, *, active_at: int | None, is_complete: bool) -> None:
        """The chat was read now. The newest `active_at` stays; `is_complete` is as given."""
        await self._session.rows(
            "INSERT INTO chat_readings (order_id, read_at, tried_at, active_at, is_complete)"
            " VALUES (:id, :at, :at, :active_at, :is_complete) ON CONFLICT (order_id) DO UPDATE SET"
            " read_at = excluded.read_at, tried_at = excluded.tried_at, is_complete = excluded.is_complete,"
            " active_at = CASE WHEN chat_readings.active_at IS NULL OR excluded.active_at > chat_readings.active_at"
            " THEN excluded.active_at ELSE chat_readings.active_at END",
            id=order_id,
            at=at,
            active_at=active_at,
            is_complete=is_complete,
        )

    async def rang(self, order_id: str, at: int) -> None:
        """Staff were called by sound for this chat."""
        await self._session.rows(
            "INSERT INTO chat_readings (order_id, rung_at) VALUES (:id, :at)"
            " ON CONFLICT (order_id) DO UPDATE SET rung_at = excluded.rung_at",
            id=order_id,
            at=at,
        )

    async def told(self, chat_id: int, order_id: str) -> int | None:
        """The number up to which that Telegram chat was told; None when telling has not begun there."""
        row = await self._session.row(
            "SELECT number FROM chat_told WHERE chat_id = :chat_id AND order_id = :order_id",
            chat_id=chat_id,
            order_id=order_id,
        )
        return row["number"] if row else None

    async def tellings(self, order_id: str) -> dict[int, int]:
        """How far each chat of ours was told of this one, by chat id."""
        rows = await self._session.rows(
            "SELECT chat_id, number FROM chat_told WHERE order_id = :order_id", order_id=order_id
        )
        return {row["chat_id"]: row["number"] for row in rows}

    async def begin_telling(self, chat_id: int, order_id: str, after_number: int) -> None:
        """From now on that chat is told what comes after the number; nothing happens where it has begun."""
        await self._session.rows(
            "INSERT INTO chat_told (chat_id, order_id, number) VALUES (:chat_id, :order_id, :number)"
            " ON CONFLICT (chat_id, order_id) DO NOTHING",
            chat_id=chat_id,
            order_id=order_id,
            number=after_number,
        )

    async def set_told(self, chat_id: int, order_id: str, number: int) -> None:
        """Told up to there. It never goes back: that would tell things twice."""
        await self._session.rows(
            "INSERT INTO chat_told (chat_id, order_id, number) VALUES (:chat_id, :order_id, :number)"
            " ON CONFLICT (chat_id, order_id) DO UPDATE SET number = excluded.number"
            " WHERE excluded.number > chat_told.number",
            chat_id=chat_id,
            order_id=order_id,
            number=number,
        )

    async def start_over(self, chat_id: int, order_id: str) -> None:
        """What was told there is gone: it is told again from the beginning."""
        await self._session.rows(
            "UPDATE chat_told SET number = 0 WHERE chat_id = :chat_id AND order_id = :order_id",
            chat_id=chat_id,
            order_id=order_id,
        )

    async def herald(self, chat_id: int, number: int) -> None:
        """A digest told that chat up to this number."""
        await self._session.rows(
            "INSERT INTO chat_heralds (chat_id, number) VALUES (:chat_id, :number)"
            " ON CONFLICT (chat_id) DO UPDATE SET number = excluded.number",
            chat_id=chat_id,
            number=number,
        )

    async def heralded(self, chat_id: int) -> int:
        row = await self._session.row("SELECT number FROM chat_heralds WHERE chat_id = :chat_id", chat_id=chat_id)
        return row["number"] if row else 0

    async def migrate(self, old_chat_id: int, new_chat_id: int) -> None:
        """The group has a new id: what it was told stays told."""
        if old_chat_id == new_chat_id:
            return
        told = await self._session.rows(
            "DELETE FROM chat_told WHERE chat_id = :id RETURNING order_id, number", id=old_chat_id
        )
        for row in told:
            await self.set_told(new_chat_id, row["order_id"], row["number"])
        heralded = max(await self.heralded(old_chat_id), await self.heralded(new_chat_id))
        await self._session.rows("DELETE FROM chat_heralds WHERE chat_id = :id", id=old_chat_id)
        if heralded:
            await self.herald(new_chat_id, heralded)

    async def purge(self, before: int) -> int:
        """Forgets the chats of orders that ended before then (ms), and who was told; how many messages."""
        gone = await self._session.rows(
            f"DELETE FROM chat_messages WHERE {ENDED} OR (seen_at < :before AND {UNHEARD_OF}) RETURNING number",  # noqa: S608 our own words
            before=before,
        )
        await self._session.rows(
            f"DELETE FROM chat_readings WHERE {ENDED}"  # noqa: S608 our own words
            f" OR (COALESCE(tried_at, rung_at) < :before AND {UNHEARD_OF})",
            before=before,
        )
        await self._session.rows(
            f"DELETE FROM chat_told WHERE {ENDED} OR ({UNHEARD_OF} AND NOT EXISTS"  # noqa: S608 our own words
            " (SELECT 1 FROM chat_readings WHERE chat_readings.order_id = chat_told.order_id))",
            before=before,
        )
        return len(gone)


def _counted(messages: Sequence[tuple[ChatMessage, Author]]) -> Iterator[tuple[ChatMessage, Author, str, int]]:
    counts: dict[str, int] = {}
    for message, author in messages:
        fingerprint = message.fingerprint
        counts[fingerprint] = counts.get(fingerprint, 0) + 1
        yield message, author, fingerprint, counts[fingerprint]


def _all(rows: list[Row]) -> list[Heard]:
    return [_heard(row) for row in rows]


def _heard(row: Row) -> Heard:
    return Heard(
        number=row["number"],
        message=chat_facts.decode(row["facts"]),
        author=Author(row["author"]),
        seen_at=row["seen_at"],
        saying_id=row["saying_id"],
        said_by=row["said_by"],
    )


def _reading(row: Row) -> Reading:
    return Reading(
        order_id=row["order_id"],
        read_at=row["read_at"],
        tried_at=row["tried_at"],
        active_at=row["active_at"],
        rung_at=row["rung_at"],
        is_complete=bool(row["is_complete"]),
    )
