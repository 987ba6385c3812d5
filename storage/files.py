"""Files of the venue's chats: which are wanted, kept (their bytes lie in the file room) or cannot be had."""

from collections.abc import Sequence

from bot.domain.attachments import FileState, KeptFile
from storage.retention import ENDED, UNHEARD_OF
from storage.session import Row, Session, Value

_SELECT = (
    "SELECT files.*, (SELECT others.order_id FROM files AS others WHERE files.state = 'kept'"
    " AND others.state = 'kept' AND others.sha256 = files.sha256 AND others.order_id <> files.order_id"
    " AND others.place < files.place ORDER BY others.place LIMIT 1) AS seen_on FROM files"
)
_IN_USE = (
    "SELECT sha256 FROM files WHERE state = 'kept' UNION SELECT content FROM sayings WHERE content <> ''"
    " UNION SELECT statement FROM bank_forms WHERE statement <> ''"
)

FARTHEST_MS = 3_600_000


class Files:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def want(self, order_id: str, message_number: int, urls: Sequence[str], at: int) -> None:
        """These are to be fetched from now (ms) on; one that is known of that message stays as it is."""
        for url in urls:
            await self._session.rows(
                "INSERT INTO files (order_id, message_number, url, wanted_at, next_at)"
                " VALUES (:order_id, :message_number, :url, :at, :at)"
                " ON CONFLICT (order_id, message_number, url) DO NOTHING",
                order_id=order_id,
                message_number=message_number,
                url=url,
                at=at,
            )

    async def wanted(self, now: int) -> list[KeptFile]:
        """What may be fetched now, the longest due first; what is put off by over an hour was so by a wrong clock."""
        return await self._where(
            "files.state = 'wanted' AND (files.next_at <= :now OR files.next_at > :far)",
            "files.next_at, files.number",
            now=now,
            far=now + FARTHEST_MS,
        )

    async def get(self, number: int) -> KeptFile | None:
        found = await self._where("files.number = :number", number=number)
        return found[0] if found else None

    async def message_of(self, number: int) -> int | None:
        """The number of the chat message that names this file."""
        row = await self._session.row("SELECT message_number FROM files WHERE number = :number", number=number)
        return int(row["message_number"]) if row else None

    async def of_message(self, message_number: int, order_id: str = "") -> tuple[KeptFile, ...]:
        """In the order in which the message names them. Number 0 is no message: files that the order itself names."""
        condition, number = "files.message_number = :number", message_number
        if order_id:
            condition = f"files.order_id = :order_id AND {condition}"
            return tuple(await self._where(condition, number=number, order_id=order_id))
        return tuple(await self._where(condition, number=number))

    async def of_order(self, order_id: str) -> list[KeptFile]:
        """Oldest first."""
        return await self._where("files.order_id = :order_id", order_id=order_id)

    async def kept(self, number: int, sha256: str, content_type: str, size: int) -> None:
        """Its bytes (`size` of them) are in the room."""
        await self._session.rows(
            "UPDATE files SET state = 'kept', sha256 = :sha256, content_type = :content_type, size = :size,"
            " why = '', host = '', place = (SELECT MAX(others.place) + 1 FROM files AS others)"
            " WHERE number = :number AND state <> 'kept'",
            number=number,
            sha256=sha256,
            content_type=content_type,
            size=size,
        )

    async def later(self, number: int, next_at: int, why: str, host: str) -> None:
        """It could not be had this time: not again before then (ms)."""
        await self._session.rows(
            "UPDATE files SET attempts = attempts + 1, next_at = :next_at, why = :why, host = :host"
            " WHERE number = :number AND state = 'wanted'",
            number=number,
            next_at=next_at,
            why=why,
            host=host,
        )

    async def want_again(self, number: int, at: int) -> None:
        """Somebody asks for what could not be had."""
        await self._session.rows(
            "UPDATE files SET state = 'wanted', next_at = :at, attempts = 0, why = '', host = ''"
            " WHERE number = :number AND state = 'failed'",
            number=number,
            at=at,
        )

    async def failed(self, number: int, why: str, host: str) -> None:
        """It cannot be had."""
        await self._session.rows(
            "UPDATE files SET state = 'failed', attempts = attempts + 1, why = :why, host = :host"
            " WHERE number = :number AND state = 'wanted'",
            number=number,
            why=why,
            host=host,
        )

    async def retry_host(self, host: str, at: int) -> int:
        """The host is allowed now: what failed because it was not known is wanted again; how many."""
        rows = await self._session.rows(
            "UPDATE files SET state = 'wanted', next_at = :at, attempts = 0, why = '', host = ''"
            " WHERE state = 'failed' AND why = 'unknown_host' AND host = :host RETURNING number",
            host=host,
            at=at,
        )
        return len(rows)

    async def file_id(self, sha256: str, form: str) -> str | None:
        """Telegram's id of these bytes sent in that form (photo, document, video)."""
        row = await self._session.row(
            "SELECT file_id FROM file_ids WHERE sha256 = :sha256 AND form = :form", sha256=sha256, form=form
        )
        return row["file_id"] if row else None

    async def remember_file_id(self, sha256: str, form: str, file_id: str) -> None:
        await self._session.rows(
            "INSERT INTO file_ids (sha256, form, file_id) VALUES (:sha256, :form, :file_id)"
            " ON CONFLICT (sha256, form) DO UPDATE SET file_id = excluded.file_id",
            sha256=sha256,
            form=form,
            file_id=file_id,
        )

    async def in_use(self) -> set[str]:
        """The SHA-256 of everything in the file room that a row still names."""
        return {row["sha256"] for row in await self._session.rows(_IN_USE)}

    async def purge(self, before: int) -> int:
        """Forgets the files of orders that ended before then (ms); how many. The room is cleared by `FileRoom`."""
        rows = await self._session.rows(
            f"DELETE FROM files WHERE {ENDED} OR (wanted_at < :before AND {UNHEARD_OF}) RETURNING number",  # noqa: S608 our own words
            before=before,
        )
        await self._session.rows(f"DELETE FROM file_ids WHERE sha256 NOT IN ({_IN_USE})")  # noqa: S608 our own words
        return len(rows)

    async def _where(self, condition: str, order: str = "files.number", **values: Value) -> list[KeptFile]:
        rows = await self._session.rows(f"{_SELECT} WHERE {condition} ORDER BY {order}", **values)
        return [_file(row) for row in rows]


def _file(row: Row) -> KeptFile:
    return KeptFile(
        number=row["number"],
        order_id=row["order_id"],
        url=row["url"],
        state=FileState(row["state"]),
        sha256=row["sha256"],
        content_type=row["content_type"],
        size=row["size"],
        why=row["why"],
        host=row["host"],
        attempts=row["attempts"],
        seen_on=row["seen_on"] or "",
        is_of_chat=row["message_number"] != 0,
    )
