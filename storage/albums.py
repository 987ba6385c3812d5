"""Pieces of albums of which it is not known yet whether they are for a buyer."""

from dataclasses import dataclass

from bot.domain.sayings import PhoneFile
from storage.exact import facts_text, read_facts
from storage.session import Row, Session

_OF_THE_GONE = "person_id NOT IN (SELECT id FROM staff)"


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of an album, as its person sent it. Moments in ms: when it was said, and when it was kept."""

    chat_id: int
    message_id: int
    album: str
    person_id: int
    text: str
    file: PhoneFile
    is_forwarded: bool
    said_at: int
    at: int


class Albums:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def keep(self, piece: Piece) -> None:
        """One that is kept already stays as it is."""
        file = piece.file
        await self._session.rows(
            "INSERT INTO album_pieces (chat_id, message_id, album, person_id, text, file, is_forwarded, said_at, at)"
            " VALUES (:chat_id, :message_id, :album, :person_id, :text, :file, :is_forwarded, :said_at, :at)"
            " ON CONFLICT (chat_id, message_id) DO NOTHING",
            chat_id=piece.chat_id,
            message_id=piece.message_id,
            album=piece.album,
            person_id=piece.person_id,
            text=piece.text,
            file=facts_text({"id": file.id, "form": file.form, "name": file.name, "size": file.size}),
            is_forwarded=piece.is_forwarded,
            said_at=piece.said_at,
            at=piece.at,
        )

    async def waiting(self, chat_id: int, album: str, person_id: int) -> list[Piece]:
        """That person's pieces of the album, in the order of the phone; an empty album has none."""
        rows = await self._session.rows(
            "SELECT * FROM album_pieces WHERE chat_id = :chat_id AND album = :album AND album <> ''"
            " AND person_id = :person_id ORDER BY message_id",
            chat_id=chat_id,
            album=album,
            person_id=person_id,
        )
        return [_piece(row) for row in rows]

    async def take(self, piece: Piece) -> bool:
        """It waits no more; False when it had gone already."""
        row = await self._session.row(
            "DELETE FROM album_pieces WHERE chat_id = :chat_id AND message_id = :message_id RETURNING message_id",
            chat_id=piece.chat_id,
            message_id=piece.message_id,
        )
        return row is not None

    async def has_of_the_gone(self) -> bool:
        """Whether something waits of people who are not in the staff any more."""
        row = await self._session.row(f"SELECT 1 FROM album_pieces WHERE {_OF_THE_GONE} LIMIT 1")  # noqa: S608 our own words
        return row is not None

    async def forget_the_gone(self) -> int:
        """Forgets what waits of people who are not in the staff any more; how many."""
        rows = await self._session.rows(f"DELETE FROM album_pieces WHERE {_OF_THE_GONE} RETURNING message_id")  # noqa: S608 our own words
        return len(rows)

    async def purge(self, before: int) -> int:
        """Forgets those that were kept before then (ms); how many."""
        rows = await self._session.rows(
            "DELETE FROM album_pieces WHERE at < :before RETURNING message_id", before=before
        )
        return len(rows)


def _piece(row: Row) -> Piece:
    return Piece(
        chat_id=row["chat_id"],
        message_id=row["message_id"],
        album=row["album"],
        person_id=row["person_id"],
        text=row["text"],
        file=PhoneFile(**read_facts(row["file"])),
        is_forwarded=bool(row["is_forwarded"]),
        said_at=row["said_at"],
        at=row["at"],
    )
