"""The one message of the desk group that shows the queue: where it stands, and whether it is pinned."""

from dataclasses import dataclass

from storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class Pinned:
    """`message_id` is 0 after people deleted it. `service_id` is Telegram's line about the pinning. Times in ms."""

    chat_id: int
    message_id: int
    content_hash: str
    posted_at: int
    changed_at: int
    pinned_at: int | None
    is_pinned: bool
    is_refused: bool
    service_id: int | None


class PinnedQueue:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, chat_id: int) -> Pinned | None:
        row = await self._session.row("SELECT * FROM pinned_queue WHERE chat_id = :chat_id", chat_id=chat_id)
        return _pinned(row) if row else None

    async def posted(self, chat_id: int, message_id: int, content_hash: str, at: int) -> None:
        """A new message, not pinned yet; that pinning was refused before is still known."""
        await self._session.rows(
            "INSERT INTO pinned_queue (chat_id, message_id, content_hash, posted_at, changed_at)"
            " VALUES (:chat_id, :message_id, :content_hash, :at, :at)"
            " ON CONFLICT (chat_id) DO UPDATE SET message_id = excluded.message_id,"
            " content_hash = excluded.content_hash, posted_at = excluded.posted_at, changed_at = excluded.changed_at,"
            " is_pinned = 0, pinned_at = NULL, service_id = NULL",
            chat_id=chat_id,
            message_id=message_id,
            content_hash=content_hash,
            at=at,
        )

    async def changed(self, chat_id: int, content_hash: str, at: int) -> None:
        await self._session.rows(
            "UPDATE pinned_queue SET content_hash = :content_hash, changed_at = :at WHERE chat_id = :chat_id",
            chat_id=chat_id,
            content_hash=content_hash,
            at=at,
        )

    async def gone(self, chat_id: int) -> None:
        """People deleted it."""
        await self._session.rows(
            "UPDATE pinned_queue SET message_id = 0, content_hash = '', is_pinned = 0, service_id = NULL"
            " WHERE chat_id = :chat_id",
            chat_id=chat_id,
        )

    async def pinned(self, chat_id: int, at: int) -> None:
        await self._session.rows(
            "UPDATE pinned_queue SET is_pinned = 1, is_refused = 0, pinned_at = :at WHERE chat_id = :chat_id",
            chat_id=chat_id,
            at=at,
        )

    async def unpinned(self, chat_id: int) -> None:
        await self._session.rows("UPDATE pinned_queue SET is_pinned = 0 WHERE chat_id = :chat_id", chat_id=chat_id)

    async def refused(self, chat_id: int) -> bool:
        """Telegram did not let us pin it; False when that was known."""
        row = await self._session.row(
            "UPDATE pinned_queue SET is_refused = 1 WHERE chat_id = :chat_id AND is_refused = 0 RETURNING chat_id",
            chat_id=chat_id,
        )
        return row is not None

    async def say_service(self, chat_id: int, message_id: int, service_id: int) -> bool:
        """Telegram's line about the pinning of that message; False when that message is not ours."""
        row = await self._session.row(
            "UPDATE pinned_queue SET service_id = :service_id WHERE chat_id = :chat_id AND message_id = :message_id"
            " RETURNING chat_id",
            chat_id=chat_id,
            message_id=message_id,
            service_id=service_id,
        )
        return row is not None

    async def service_over(self, chat_id: int) -> None:
        await self._session.rows("UPDATE pinned_queue SET service_id = NULL WHERE chat_id = :chat_id", chat_id=chat_id)


def _pinned(row: Row) -> Pinned:
    return Pinned(
        chat_id=row["chat_id"],
        message_id=row["message_id"],
        content_hash=row["content_hash"],
        posted_at=row["posted_at"],
        changed_at=row["changed_at"],
        pinned_at=row["pinned_at"],
        is_pinned=bool(row["is_pinned"]),
        is_refused=bool(row["is_refused"]),
        service_id=row["service_id"],
    )
