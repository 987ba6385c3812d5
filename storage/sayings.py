"""What staff say to buyers: a ledger like that of the intents. `sent` is committed before the first byte leaves."""

from collections.abc import Mapping

from bot.domain.sayings import OPEN, Event, PhoneFile, Saying, SayingKind, State, after
from storage.errors import StoreError
from storage.exact import facts_text, read_facts
from storage.retention import ENDED, UNHEARD_OF
from storage.session import Row, Session, Value

_IS_OPEN = "state IN ('planned', 'sent', 'unknown')"
_MAY_STAND_THERE = "state IN ('sent', 'unknown', 'delivered', 'missing')"


class Sayings:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, saying: Saying) -> Saying | None:
        """Writes it down under a number of its own; None when that part of that message is there already."""
        row = await self._session.row(
            "INSERT INTO sayings (id, order_id, person_id, kind, state, text, source_chat, source_message, part,"
            " attempt, album, file, content, content_type, file_key, doubts, said_at, not_before, sent_at, settled_at,"
            " looks, first_look_at, answer, answer_facts, is_flagged, warning)"
            " VALUES (:id, :order_id, :person_id, :kind, :state, :text, :source_chat, :source_message, :part,"
            " :attempt, :album, :file, :content, :content_type, :file_key, :doubts, :said_at, :not_before, :sent_at,"
            " :settled_at, :looks, :first_look_at, :answer, :answer_facts, :is_flagged, :warning)"
            " ON CONFLICT (source_chat, source_message, part, attempt) DO NOTHING RETURNING *",
            **_values(saying),
        )
        return _saying(row) if row else None

    async def get(self, saying_id: str) -> Saying | None:
        row = await self._session.row("SELECT * FROM sayings WHERE id = :id", id=saying_id)
        return _saying(row) if row else None

    async def of_message(self, chat_id: int, message_id: int) -> list[Saying]:
        """Everything that came of a message on a phone, oldest first."""
        return await self._where(
            "source_chat = :chat_id AND source_message = :message_id ORDER BY number",
            chat_id=chat_id,
            message_id=message_id,
        )

    async def open_for(self, order_id: str) -> list[Saying]:
        """Planned, sent and unknown ones, oldest first."""
        return await self._where(f"order_id = :order_id AND {_IS_OPEN} ORDER BY number", order_id=order_id)

    async def of_album(self, order_id: str, album: str) -> list[Saying]:
        """In the order of the phone; an empty album is none."""
        return await self._where(
            "order_id = :order_id AND album = :album AND album <> '' ORDER BY source_message, part, attempt",
            order_id=order_id,
            album=album,
        )

    async def order_of_album(self, chat_id: int, album: str) -> str | None:
        """The order an earlier piece of the album was for; an empty album is none."""
        row = await self._session.row(
            "SELECT order_id FROM sayings WHERE source_chat = :chat_id AND album = :album AND album <> ''"
            " ORDER BY number LIMIT 1",
            chat_id=chat_id,
            album=album,
        )
        return row["order_id"] if row else None

    async def held_for(self, person_id: int, order_id: str) -> list[Saying]:
        """What waits for the person who wrote it for that order, oldest first."""
        return await self._where(
            "order_id = :order_id AND person_id = :person_id AND state = 'held' ORDER BY number",
            order_id=order_id,
            person_id=person_id,
        )

    async def held_by_the_gone(self) -> list[Saying]:
        """What waits for somebody who is not in the staff any more, oldest first."""
        return await self._where("state = 'held' AND person_id NOT IN (SELECT id FROM staff) ORDER BY number")

    async def orders_open(self) -> set[str]:
        """The orders for which something is open."""
        rows = await self._session.rows(f"SELECT DISTINCT order_id FROM sayings WHERE {_IS_OPEN}")  # noqa: S608 our own words
        return {row["order_id"] for row in rows}

    async def in_state(self, state: State) -> list[Saying]:
        """Oldest first."""
        return await self._where("state = :state ORDER BY number", state=state.value)

    async def unexplained(self, order_id: str) -> list[Saying]:
        """What stands or may stand in the chat and of which no message there is known, oldest first."""
        return await self._where(
            f"order_id = :order_id AND {_MAY_STAND_THERE} AND NOT EXISTS"  # noqa: S608 our own words
            " (SELECT 1 FROM chat_messages WHERE chat_messages.saying_id = sayings.id"
            " AND chat_messages.saying_id <> '') ORDER BY number",
            order_id=order_id,
        )

    async def of_order(self, order_id: str) -> list[Saying]:
        """Oldest first."""
        return await self._where("order_id = :order_id ORDER BY number", order_id=order_id)

    async def move(
        self,
        saying_id: str,
        *,
        frm: State,
        event: Event,
        at: int,
        answer: str = "",
        answer_facts: Mapping[str, str] | None = None,
        is_flagged: bool | None = None,
        warning: str | None = None,
    ) -> Saying | None:
        """The saying after the event; None, and nothing changed, when it was not in `frm`.

        What is not given stays as it was. Raises TransitionError for a pair the table does not know.
        """
        to = after(frm, event)
        row = await self._session.row(
            "UPDATE sayings SET state = :to,"
            " sent_at = CASE WHEN :never_left = 1 THEN NULL ELSE COALESCE(:sent_at, sent_at) END,"
            " settled_at = COALESCE(:settled_at, settled_at),"
            " answer = CASE WHEN :answer = '' THEN answer ELSE :answer END,"
            " answer_facts = COALESCE(:answer_facts, answer_facts),"
            " is_flagged = COALESCE(:is_flagged, is_flagged), warning = COALESCE(:warning, warning)"
            " WHERE id = :id AND state = :frm RETURNING *",
            id=saying_id,
            frm=frm.value,
            to=to.value,
            never_left=event is Event.NEVER_LEFT,
            sent_at=at if to is State.SENT else None,
            settled_at=None if to in OPEN or to is State.HELD else at,
            answer=answer,
            answer_facts=None if answer_facts is None else facts_text(answer_facts),
            is_flagged=is_flagged,
            warning=warning,
        )
        return _saying(row) if row else None

    async def doubt(self, saying_id: str, doubts: Mapping[str, str]) -> None:
        """These are its doubts now."""
        await self._set("doubts = :doubts", saying_id, doubts=facts_text(doubts))

    async def renew(self, saying_id: str, at: int) -> None:
        """It counts as said now (ms): its person has just said what to do, so it is not stale."""
        await self._set("said_at = :at", saying_id, at=at)

    async def postpone(self, saying_id: str, not_before: int) -> None:
        await self._set("not_before = :not_before", saying_id, not_before=not_before)

    async def postpone_album(self, order_id: str, album: str, not_before: int) -> None:
        """What has not left of the album waits until then; nothing happens for an empty album."""
        await self._session.rows(
            "UPDATE sayings SET not_before = :not_before WHERE order_id = :order_id AND album = :album"
            " AND album <> '' AND state IN ('held', 'planned')",
            order_id=order_id,
            album=album,
            not_before=not_before,
        )

    async def set_content(self, saying_id: str, sha256: str, content_type: str) -> None:
        """The prepared file, by which name it lies in the file room."""
        await self._set("content = :content, content_type = :type", saying_id, content=sha256, type=content_type)

    async def set_file_key(self, saying_id: str, file_key: str) -> None:
        await self._set("file_key = :file_key", saying_id, file_key=file_key)

    async def count_look(self, saying_id: str, at: int) -> Saying:
        """One more look at the chat that did not show it. Raises StoreError("missing")."""
        row = await self._session.row(
            "UPDATE sayings SET looks = looks + 1, first_look_at = COALESCE(first_look_at, :at)"
            " WHERE id = :id RETURNING *",
            id=saying_id,
            at=at,
        )
        if row is None:
            raise StoreError("missing", f"saying {saying_id}")
        return _saying(row)

    async def purge(self, before: int) -> int:
        """Forgets what was settled (or is held since) before then, of orders that ended before then (ms)."""
        rows = await self._session.rows(
            f"DELETE FROM sayings WHERE COALESCE(settled_at, said_at) < :before"  # noqa: S608 our own words
            f" AND NOT ({_IS_OPEN}) AND ({ENDED} OR {UNHEARD_OF}) RETURNING number",
            before=before,
        )
        return len(rows)

    async def _where(self, condition: str, **values: Value) -> list[Saying]:
        rows = await self._session.rows(f"SELECT * FROM sayings WHERE {condition}", **values)  # noqa: S608 our own words
        return [_saying(row) for row in rows]

    async def _set(self, change: str, saying_id: str, **values: Value) -> None:
        await self._session.rows(f"UPDATE sayings SET {change} WHERE id = :id", id=saying_id, **values)  # noqa: S608 our own words


def _values(saying: Saying) -> dict[str, Value]:
    file = saying.file
    return {
        "id": saying.id,
        "order_id": saying.order_id,
        "person_id": saying.person_id,
        "kind": saying.kind.value,
        "state": saying.state.value,
        "text": saying.text,
        "source_chat": saying.source_chat,
        "source_message": saying.source_message,
        "part": saying.part,
        "attempt": saying.attempt,
        "album": saying.album,
        "file": facts_text({"id": file.id, "form": file.form, "name": file.name, "size": file.size}) if file else "",
        "content": saying.content,
        "content_type": saying.content_type,
        "file_key": saying.file_key,
        "doubts": facts_text(saying.doubts),
        "said_at": saying.said_at,
        "not_before": saying.not_before,
        "sent_at": saying.sent_at,
        "settled_at": saying.settled_at,
        "looks": saying.looks,
        "first_look_at": saying.first_look_at,
        "answer": saying.answer,
        "answer_facts": facts_text(saying.answer_facts),
        "is_flagged": saying.is_flagged,
        "warning": saying.warning,
    }


def _saying(row: Row) -> Saying:
    return Saying(
        id=row["id"],
        number=row["number"],
        order_id=row["order_id"],
        person_id=row["person_id"],
        kind=SayingKind(row["kind"]),
        state=State(row["state"]),
        text=row["text"],
        source_chat=row["source_chat"],
        source_message=row["source_message"],
        part=row["part"],
        attempt=row["attempt"],
        album=row["album"],
        file=PhoneFile(**read_facts(row["file"])) if row["file"] else None,
        content=row["content"],
        content_type=row["content_type"],
        file_key=row["file_key"],
        doubts=read_facts(row["doubts"]),
        said_at=row["said_at"],
        not_before=row["not_before"],
        sent_at=row["sent_at"],
        settled_at=row["settled_at"],
        looks=row["looks"],
        first_look_at=row["first_look_at"],
        answer=row["answer"],
        answer_facts=read_facts(row["answer_facts"]),
        is_flagged=bool(row["is_flagged"]),
        warning=row["warning"],
    )
