"""Bank accounts that are being added, and those whose review is awaited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.bank_fields import Draft, Step
from storage.exact import facts_text, read_facts, read_texts, texts_text
from storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class Watch:
    """`review` is what was last seen and told, None before the first look. Times are Unix ms."""

    bank_id: str
    bank: str
    review: int | None
    added_at: int
    next_at: int


class BankForms:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def begin(self, form_id: str, person: int, at: int) -> bool:
        """An empty form; False when the person has one that has not ended."""
        row = await self._session.row(
            "INSERT INTO bank_forms (id, person, step, answers, begun_at, touched_at)"
            " VALUES (:id, :person, :step, '{}', :at, :at) ON CONFLICT DO NOTHING RETURNING id",
            id=form_id,
            person=person,
            step=Step.HOLDER.value,
            at=at,
        )
        return row is not None

    async def get(self, form_id: str) -> Draft | None:
        row = await self._session.row("SELECT * FROM bank_forms WHERE id = :id", id=form_id)
        return _draft(row) if row else None

    async def open_of(self, person: int) -> Draft | None:
        """The one form of a person that has not ended, sent or not."""
        row = await self._session.row(
            "SELECT * FROM bank_forms WHERE person = :person AND ended_at IS NULL", person=person
        )
        return _draft(row) if row else None

    async def move(
        self, form_id: str, *, frm: Step, to: Step, answers: Mapping[str, str], statement: str, at: int
    ) -> bool:
        """To another question, with these answers; False when it stands elsewhere, was sent, or has ended."""
        row = await self._session.row(
            "UPDATE bank_forms SET step = :to, answers = :answers, statement = :statement, touched_at = :at"
            " WHERE id = :id AND step = :frm AND sent_at IS NULL AND ended_at IS NULL RETURNING id",
            id=form_id,
            frm=frm.value,
            to=to.value,
            answers=facts_text(answers),
            statement=statement,
            at=at,
        )
        return row is not None

    async def send(self, form_id: str, known: Iterable[str], at: int) -> bool:
        """It is about to leave; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE bank_forms SET sent_at = :at, touched_at = :at, is_unknown = 0, looks = 0, first_look_at = NULL,"
            " last_look_at = NULL, known = :known WHERE id = :id AND step = :step AND sent_at IS NULL"
            " AND ended_at IS NULL RETURNING id",
            id=form_id,
            step=Step.CONFIRM.value,
            known=texts_text(sorted(known)),
            at=at,
        )
        return row is not None

    async def lost(self, form_id: str) -> bool:
        """No answer came to it; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE bank_forms SET is_unknown = 1 WHERE id = :id AND sent_at IS NOT NULL AND is_unknown = 0"
            " AND ended_at IS NULL RETURNING id",
            id=form_id,
        )
        return row is not None

    async def looked(self, form_id: str, at: int) -> Draft | None:
        """A look at the venue's list did not show it."""
        row = await self._session.row(
            "UPDATE bank_forms SET looks = looks + 1, first_look_at = COALESCE(first_look_at, :at),"
            " last_look_at = :at WHERE id = :id AND is_unknown = 1 AND ended_at IS NULL RETURNING *",
            id=form_id,
            at=at,
        )
        return _draft(row) if row else None

    async def reopen(self, form_id: str, at: int) -> bool:
        """Nothing was added: it may be changed and sent again by a person; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE bank_forms SET sent_at = NULL, is_unknown = 0, touched_at = :at, known = '[]'"
            " WHERE id = :id AND sent_at IS NOT NULL AND ended_at IS NULL RETURNING id",
            id=form_id,
            at=at,
        )
        return row is not None

    async def end(self, form_id: str, outcome: str, at: int) -> bool:
        """It is over, and what was answered is forgotten; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE bank_forms SET ended_at = :at, outcome = :outcome, answers = '{}', statement = '', known = '[]'"
            " WHERE id = :id AND ended_at IS NULL RETURNING id",
            id=form_id,
            outcome=outcome,
            at=at,
        )
        return row is not None

    async def sent(self) -> list[Draft]:
        """Those that were sent and have not ended."""
        rows = await self._session.rows(
            "SELECT * FROM bank_forms WHERE sent_at IS NOT NULL AND ended_at IS NULL ORDER BY sent_at, id"
        )
        return [_draft(row) for row in rows]

    async def left_behind(self, before: int) -> list[Draft]:
        """Begun before then (ms), never sent, and not ended."""
        rows = await self._session.rows(
            "SELECT * FROM bank_forms WHERE begun_at < :before AND sent_at IS NULL AND ended_at IS NULL ORDER BY id",
            before=before,
        )
        return [_draft(row) for row in rows]

    async def purge(self, before: int) -> int:
        """Removes forms that ended before then (ms); how many."""
        rows = await self._session.rows("DELETE FROM bank_forms WHERE ended_at < :before RETURNING id", before=before)
        return len(rows)

    async def watch(self, bank_id: str, bank: str, at: int) -> None:
        """The venue reviews this account from now on."""
        await self._session.rows(
            "INSERT INTO bank_watches (bank_id, bank, added_at, next_at) VALUES (:id, :bank, :at, :at)"
            " ON CONFLICT (bank_id) DO NOTHING",
            id=bank_id,
            bank=bank,
            at=at,
        )

    async def watches(self) -> list[Watch]:
        rows = await self._session.rows("SELECT * FROM bank_watches ORDER BY next_at, bank_id")
        return [Watch(row["bank_id"], row["bank"], row["review"], row["added_at"], row["next_at"]) for row in rows]

    async def seen(self, bank_id: str, review: int | None, next_at: int) -> None:
        """What a look showed; looked at again then (ms)."""
        await self._session.rows(
            "UPDATE bank_watches SET review = :review, next_at = :next_at WHERE bank_id = :id",
            id=bank_id,
            review=review,
            next_at=next_at,
        )

    async def unwatch(self, bank_id: str) -> None:
        await self._session.rows("DELETE FROM bank_watches WHERE bank_id = :id", id=bank_id)


def _draft(row: Row) -> Draft:
    return Draft(
        id=row["id"],
        person=row["person"],
        step=Step(row["step"]),
        begun_at=row["begun_at"],
        touched_at=row["touched_at"],
        answers=read_facts(row["answers"]),
        statement=row["statement"],
        sent_at=row["sent_at"],
        ended_at=row["ended_at"],
        outcome=row["outcome"],
        is_unknown=bool(row["is_unknown"]),
        looks=row["looks"],
        first_look_at=row["first_look_at"],
        last_look_at=row["last_look_at"],
        known=frozenset(read_texts(row["known"])),
    )
