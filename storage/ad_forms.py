"""New ads on their way: the forms that people fill in, and what was sent of them."""

from collections.abc import Iterable, Mapping

from pydantic import TypeAdapter

from bot.domain.ad_forms import AdForm, Step
from bot.domain.ad_sendings import AdSending
from bot.domain.ads import AdDraft
from storage.exact import facts_text, read_facts, read_texts, texts_text
from storage.session import Row, Session

_DRAFT = TypeAdapter(AdDraft)


class AdForms:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def begin(
        self, form_id: str, person: int, step: Step, answers: Mapping[str, str], at: int, *, like: str = ""
    ) -> bool:
        """A new form; False when the person has one that has not ended."""
        row = await self._session.row(
            "INSERT INTO ad_forms (id, person, step, answers, like_ad, begun_at, touched_at)"
            " VALUES (:id, :person, :step, :answers, :like, :at, :at) ON CONFLICT DO NOTHING RETURNING id",
            id=form_id,
            person=person,
            step=step.value,
            answers=facts_text(answers),
            like=like,
            at=at,
        )
        return row is not None

    async def get(self, form_id: str) -> AdForm | None:
        row = await self._session.row("SELECT * FROM ad_forms WHERE id = :id", id=form_id)
        return _form(row) if row else None

    async def open_of(self, person: int) -> AdForm | None:
        """The one form of a person that has not ended, sent or not."""
        row = await self._session.row(
            "SELECT * FROM ad_forms WHERE person = :person AND ended_at IS NULL", person=person
        )
        return _form(row) if row else None

    async def move(self, form_id: str, *, frm: Step, to: Step, answers: Mapping[str, str], at: int) -> bool:
        """To another question, with these answers; False when it stands elsewhere, was sent, or has ended."""
        row = await self._session.row(
            "UPDATE ad_forms SET step = :to, answers = :answers, touched_at = :at"
            " WHERE id = :id AND step = :frm AND sent_at IS NULL AND ended_at IS NULL RETURNING id",
            id=form_id,
            frm=frm.value,
            to=to.value,
            answers=facts_text(answers),
            at=at,
        )
        return row is not None

    async def send(self, form_id: str, at: int) -> bool:
        """It is about to leave; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE ad_forms SET sent_at = :at, touched_at = :at WHERE id = :id AND step = :step AND sent_at IS NULL"
            " AND ended_at IS NULL RETURNING id",
            id=form_id,
            step=Step.CONFIRM.value,
            at=at,
        )
        return row is not None

    async def reopen(self, form_id: str, at: int) -> bool:
        """Nothing was published: it may be changed and sent again by a person; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE ad_forms SET sent_at = NULL, touched_at = :at"
            " WHERE id = :id AND sent_at IS NOT NULL AND ended_at IS NULL RETURNING id",
            id=form_id,
            at=at,
        )
        return row is not None

    async def end(self, form_id: str, outcome: str, at: int) -> bool:
        """It is over; True for exactly one caller. What was answered stays only in what was sent."""
        row = await self._session.row(
            "UPDATE ad_forms SET ended_at = :at, outcome = :outcome, answers = '{}'"
            " WHERE id = :id AND ended_at IS NULL RETURNING id",
            id=form_id,
            outcome=outcome,
            at=at,
        )
        return row is not None

    async def left_behind(self, before: int) -> list[AdForm]:
        """Not touched since then (ms), not on its way, and not ended."""
        rows = await self._session.rows(
            "SELECT * FROM ad_forms WHERE touched_at < :before AND sent_at IS NULL AND ended_at IS NULL ORDER BY id",
            before=before,
        )
        return [_form(row) for row in rows]

    async def purge(self, before: int) -> int:
        """Removes forms that ended before then (ms) and what was sent of them; how many forms."""
        rows = await self._session.rows("DELETE FROM ad_forms WHERE ended_at < :before RETURNING id", before=before)
        await self._session.rows(
            "DELETE FROM ad_sendings WHERE next_look_at IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM ad_forms WHERE ad_forms.id = form_id)"
        )
        return len(rows)

    async def add_sending(self, sending: AdSending) -> None:
        await self._session.rows(
            "INSERT INTO ad_sendings (id, form_id, person, draft, known, sent_at, next_look_at) VALUES"
            " (:id, :form_id, :person, :draft, :known, :sent_at, :next_look_at)",
            id=sending.id,
            form_id=sending.form_id,
            person=sending.person,
            draft=_DRAFT.dump_json(sending.draft, ensure_ascii=True).decode(),
            known=texts_text(sorted(sending.known)),
            sent_at=sending.sent_at,
            next_look_at=sending.next_look_at,
        )

    async def sending(self, sending_id: str) -> AdSending | None:
        row = await self._session.row("SELECT * FROM ad_sendings WHERE id = :id", id=sending_id)
        return _sending(row) if row else None

    async def sendings_of(self, form_id: str) -> list[AdSending]:
        """Everything that was sent of a form, newest first."""
        rows = await self._session.rows(
            "SELECT * FROM ad_sendings WHERE form_id = :form ORDER BY number DESC", form=form_id
        )
        return [_sending(row) for row in rows]

    async def due(self, now: int) -> list[AdSending]:
        """Those that are to be looked for now, oldest first."""
        rows = await self._session.rows("SELECT * FROM ad_sendings WHERE next_look_at <= :now ORDER BY number", now=now)
        return [_sending(row) for row in rows]

    async def looked(
        self, sending_id: str, at: int, *, next_look_at: int | None, candidates: Mapping[str, Iterable[str]]
    ) -> None:
        """One look that did not find it; `candidates`: ads that could be it, with what differs."""
        await self._session.rows(
            "UPDATE ad_sendings SET looks = looks + 1, first_look_at = COALESCE(first_look_at, :at),"
            " next_look_at = :next_look_at, candidates = :candidates WHERE id = :id AND ad_id = ''",
            id=sending_id,
            at=at,
            next_look_at=next_look_at,
            candidates=facts_text({ad_id: ",".join(names) for ad_id, names in candidates.items()}),
        )

    async def look_at(self, sending_id: str, next_look_at: int | None) -> None:
        """When it is looked for the next time; None: never again."""
        await self._session.rows(
            "UPDATE ad_sendings SET next_look_at = :at WHERE id = :id", id=sending_id, at=next_look_at
        )

    async def disown(self, sending_id: str, ads: Iterable[str], next_look_at: int) -> bool:
        """A person says that none of these is it. False when it was found meanwhile."""
        found = await self.sending(sending_id)
        known = sorted({*(found.known if found is not None else ()), *ads})
        row = await self._session.row(
            "UPDATE ad_sendings SET known = :known, candidates = '{}', next_look_at = :next_look_at"
            " WHERE id = :id AND ad_id = '' RETURNING id",
            id=sending_id,
            known=texts_text(known),
            next_look_at=next_look_at,
        )
        return row is not None

    async def found(self, sending_id: str, ad_id: str) -> bool:
        """This is the ad it made; True for exactly one caller, and never for an ad that another one made."""
        row = await self._session.row(
            "UPDATE ad_sendings SET ad_id = :ad, next_look_at = NULL, candidates = '{}' WHERE id = :id AND ad_id = ''"
            " AND NOT EXISTS (SELECT 1 FROM ad_sendings AS other WHERE other.ad_id = :ad) RETURNING id",
            id=sending_id,
            ad=ad_id,
        )
        return row is not None

    async def claimed(self) -> frozenset[str]:
        """The ads that are known to have been made by some form."""
        rows = await self._session.rows("SELECT ad_id FROM ad_sendings WHERE ad_id <> ''")
        return frozenset(row["ad_id"] for row in rows)


def _form(row: Row) -> AdForm:
    return AdForm(
        id=row["id"],
        person=row["person"],
        step=Step(row["step"]),
        begun_at=row["begun_at"],
        touched_at=row["touched_at"],
        answers=read_facts(row["answers"]),
        like=row["like_ad"],
        sent_at=row["sent_at"],
        ended_at=row["ended_at"],
        outcome=row["outcome"],
    )


def _sending(row: Row) -> AdSending:
    candidates = read_facts(row["candidates"])
    return AdSending(
        id=row["id"],
        form_id=row["form_id"],
        person=row["person"],
        draft=_DRAFT.validate_json(row["draft"]),
        known=frozenset(read_texts(row["known"])),
        sent_at=row["sent_at"],
        next_look_at=row["next_look_at"],
        looks=row["looks"],
        first_look_at=row["first_look_at"],
        ad_id=row["ad_id"],
        candidates=tuple(candidates),
        differs=candidates,
    )
