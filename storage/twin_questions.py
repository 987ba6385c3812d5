"""Which payer the bank shows: what was asked, in which order the names stood, and what was answered."""

from dataclasses import dataclass

from storage.exact import read_texts, texts_text
from storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class TwinQuestion:
    """`offered` are order ids in the order of their buttons; `answer` one of them, or `none`. Times in ms."""

    id: str
    order_id: str
    asked_by: int
    asked_at: int
    offered: tuple[str, ...]
    answer: str = ""
    answered_at: int | None = None


class TwinQuestions:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, question: TwinQuestion) -> None:
        await self._session.rows(
            "INSERT INTO twin_questions (id, order_id, asked_by, asked_at, offered)"
            " VALUES (:id, :order_id, :asked_by, :asked_at, :offered)",
            id=question.id,
            order_id=question.order_id,
            asked_by=question.asked_by,
            asked_at=question.asked_at,
            offered=texts_text(question.offered),
        )

    async def get(self, question_id: str) -> TwinQuestion | None:
        row = await self._session.row("SELECT * FROM twin_questions WHERE id = :id", id=question_id)
        return _question(row) if row else None

    async def answer(self, question_id: str, answer: str, at: int) -> bool:
        """True for the first answer only."""
        row = await self._session.row(
            "UPDATE twin_questions SET answer = :answer, answered_at = :at"
            " WHERE id = :id AND answered_at IS NULL RETURNING id",
            id=question_id,
            answer=answer,
            at=at,
        )
        return row is not None

    async def is_asked(self, order_id: str, person_id: int, since_ms: int) -> bool:
        """Whether a question of this person, asked since then, waits for its answer."""
        row = await self._session.row(
            "SELECT 1 FROM twin_questions WHERE order_id = :order_id AND asked_by = :person_id"
            " AND asked_at >= :since AND answered_at IS NULL LIMIT 1",
            order_id=order_id,
            person_id=person_id,
            since=since_ms,
        )
        return row is not None

    async def purge(self, before_ms: int) -> None:
        await self._session.rows("DELETE FROM twin_questions WHERE asked_at < :before", before=before_ms)


def _question(row: Row) -> TwinQuestion:
    return TwinQuestion(
        id=row["id"],
        order_id=row["order_id"],
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        offered=read_texts(row["offered"]),
        answer=row["answer"],
        answered_at=row["answered_at"],
    )
