"""What people see on their screens, and which buttons on it are live."""

from dataclasses import dataclass

from storage.exact import read_texts, texts_text
from storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of ours. `kind` is card, confirm, menu, notice, digest...; `data` its live buttons; `at` in ms."""

    chat_id: int
    message_id: int
    kind: str
    order_id: str | None
    person_id: int | None
    data: tuple[str, ...]
    at: int
    content_hash: str


class Messages:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def remember(self, shown: Shown) -> None:
        """What the message shows now."""
        await self._session.rows(
            "INSERT INTO messages (chat_id, message_id, kind, order_id, person_id, data, at, content_hash)"
            " VALUES (:chat_id, :message_id, :kind, :order_id, :person_id, :data, :at, :content_hash)"
            " ON CONFLICT (chat_id, message_id) DO UPDATE SET kind = excluded.kind, order_id = excluded.order_id,"
            " person_id = excluded.person_id, data = excluded.data, at = excluded.at,"
            " content_hash = excluded.content_hash",
            chat_id=shown.chat_id,
            message_id=shown.message_id,
            kind=shown.kind,
            order_id=shown.order_id,
            person_id=shown.person_id,
            data=texts_text(shown.data),
            at=shown.at,
            content_hash=shown.content_hash,
        )

    async def get(self, chat_id: int, message_id: int) -> Shown | None:
        row = await self._session.row(
            "SELECT * FROM messages WHERE chat_id = :chat_id AND message_id = :message_id",
            chat_id=chat_id,
            message_id=message_id,
        )
        return _shown(row) if row else None

    async def card(self, chat_id: int, order_id: str) -> Shown | None:
        """The newest card of the order in that chat, or the confirm that stands in its place (message ids grow)."""
        row = await self._session.row(
            "SELECT * FROM messages WHERE chat_id = :chat_id AND order_id = :order_id"
            " AND kind IN ('card', 'confirm') ORDER BY message_id DESC LIMIT 1",
            chat_id=chat_id,
            order_id=order_id,
        )
        return _shown(row) if row else None

    async def cards(self, order_id: str) -> list[Shown]:
        """Every card of the order, chat by chat, newest first."""
        rows = await self._session.rows(
            "SELECT * FROM messages WHERE order_id = :order_id AND kind IN ('card', 'confirm')"
            " ORDER BY chat_id, message_id DESC",
            order_id=order_id,
        )
        return [_shown(row) for row in rows]

    async def everywhere(self, order_id: str, kind: str) -> list[Shown]:
        """Every message of that kind about it, chat by chat, newest first."""
        rows = await self._session.rows(
            "SELECT * FROM messages WHERE order_id = :order_id AND kind = :kind ORDER BY chat_id, message_id DESC",
            order_id=order_id,
            kind=kind,
        )
        return [_shown(row) for row in rows]

    async def with_staff(self, *kinds: str) -> list[Shown]:
        """Every message of these kinds that stands with somebody of the staff, person by person, newest first."""
        rows = await self._session.rows(
            "SELECT * FROM messages WHERE person_id IN (SELECT id FROM staff)"
            " AND kind IN (SELECT value FROM json_each(:kinds)) ORDER BY person_id, message_id DESC",
            kinds=texts_text(kinds),
        )
        return [_shown(row) for row in rows]

    async def hand_on(self, order_id: str, kind: str, to: str) -> None:
        """The messages of that kind are about something newer from now on, which takes their place."""
        await self._session.rows(
            "UPDATE messages SET order_id = :to WHERE order_id = :order_id AND kind = :kind",
            order_id=order_id,
            kind=kind,
            to=to,
        )

    async def of_order_in(self, chat_id: int, order_id: str, kind: str) -> list[Shown]:
        """The order's messages of that kind in that chat, newest first."""
        rows = await self._session.rows(
            "SELECT * FROM messages WHERE order_id = :order_id AND chat_id = :chat_id AND kind = :kind",
            chat_id=chat_id,
            order_id=order_id,
            kind=kind,
        )
        return sorted((_shown(row) for row in rows), key=lambda shown: shown.message_id, reverse=True)

    async def forget(self, chat_id: int, message_id: int) -> None:
        await self._session.rows(
            "DELETE FROM messages WHERE chat_id = :chat_id AND message_id = :message_id",
            chat_id=chat_id,
            message_id=message_id,
        )

    async def migrate(self, old_chat_id: int, new_chat_id: int) -> None:
        """The group has a new id, under which its old messages cannot be edited: they are forgotten."""
        if old_chat_id != new_chat_id:
            await self._session.rows("DELETE FROM messages WHERE chat_id = :chat_id", chat_id=old_chat_id)

    async def purge(self, before: int) -> int:
        """Forgets what was last changed before then (ms); how many."""
        rows = await self._session.rows("DELETE FROM messages WHERE at < :before RETURNING message_id", before=before)
        return len(rows)


def _shown(row: Row) -> Shown:
    return Shown(
        chat_id=row["chat_id"],
        message_id=row["message_id"],
        kind=row["kind"],
        order_id=row["order_id"],
        person_id=row["person_id"],
        data=read_texts(row["data"]),
        at=row["at"],
        content_hash=row["content_hash"],
    )
