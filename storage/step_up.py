"""PINs, the questions for them, what a right one counts for; the paper card; messages that must be taken away."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.step_up import Pins, Prompt, Shift, Step
from storage.exact import facts_text, read_facts, read_texts, texts_text
from storage.session import Row, Session, Value


@dataclass(frozen=True, slots=True)
class FreezeCard:
    """`hash` is HMAC-SHA-256 in hex over the secret, under `key` (hex). Times are Unix ms."""

    key: str
    hash: str
    made_by: int
    made_at: int


@dataclass(frozen=True, slots=True)
class Erasure:
    """A message that is to be taken away at `due_at` (ms)."""

    chat_id: int
    message_id: int
    due_at: int
    tries: int = 0


class StepUp:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def pins(self, person: int) -> Pins | None:
        row = await self._session.row("SELECT * FROM pins WHERE person = :person", person=person)
        return _pins(row) if row else None

    async def shift(self, person: int) -> Shift:
        row = await self._session.row("SELECT on_duty, duty_at FROM staff WHERE id = :person", person=person)
        return Shift(bool(row["on_duty"]), row["duty_at"]) if row else Shift()

    async def begin(self, person: int, salt: str) -> Pins:
        """The person's row, made with this salt when there was none."""
        row = await self._session.row(
            "INSERT INTO pins (person, salt) VALUES (:person, :salt)"
            " ON CONFLICT (person) DO UPDATE SET person = excluded.person RETURNING *",
            person=person,
            salt=salt,
        )
        assert row is not None
        return _pins(row)

    async def set_first(self, person: int, first: str, past: tuple[str, ...], at: int) -> None:
        """A new PIN, proven by typing it; `past` are the hashes that may not come again."""
        await self._set(
            "first = :first, past = :past, set_at = :at, proven_at = :at, acted_at = NULL, wrong = 0",
            person, first=first, past=texts_text(past), at=at,
        )  # fmt: skip

    async def set_second(self, person: int, second: str) -> None:
        await self._set("second = :second", person, second=second)

    async def take_away(self, person: int) -> None:
        """Both PINs; the past ones stay refused."""
        await self._set("first = '', second = '', proven_at = NULL, acted_at = NULL, wrong = 0", person)

    async def try_(self, person: int, most: int) -> bool:
        """Counts a try before it is judged, so that nobody gets one for free; False when there is none left."""
        row = await self._session.row(
            "UPDATE pins SET wrong = wrong + 1 WHERE person = :person AND locked_at IS NULL AND wrong < :most"
            " RETURNING wrong",
            person=person,
            most=most,
        )
        return row is not None

    async def prove(self, person: int, at: int) -> None:
        await self._set("wrong = 0, proven_at = :at", person, at=at)

    async def act(self, person: int, at: int) -> None:
        """A money tap was let through."""
        await self._set("acted_at = :at", person, at=at)

    async def lock(self, person: int, at: int) -> bool:
        """True for exactly one caller."""
        row = await self._session.row(
            "UPDATE pins SET locked_at = :at WHERE person = :person AND locked_at IS NULL RETURNING person",
            person=person,
            at=at,
        )
        return row is not None

    async def unlock(self, person: int) -> bool:
        """The count begins anew; True when the person was locked."""
        row = await self._session.row(
            "UPDATE pins SET locked_at = NULL, wrong = 0 WHERE person = :person AND locked_at IS NOT NULL"
            " RETURNING person",
            person=person,
        )
        return row is not None

    async def quiet(self, person: int, at: int) -> None:
        await self._set("quiet_at = :at", person, at=at)

    async def pretend(self, person: int, what: str) -> None:
        await self._set("pretends = :what", person, what=what)

    async def stopped(self) -> dict[int, int]:
        """Who typed the second PIN or is locked, since when (ms)."""
        rows = await self._session.rows(
            "SELECT person, COALESCE(quiet_at, locked_at) AS since FROM pins"
            " WHERE quiet_at IS NOT NULL OR locked_at IS NOT NULL"
        )
        return {row["person"]: int(row["since"]) for row in rows}

    async def end_quiet(self) -> None:
        """Whoever was under duress sees things as they are again."""
        await self._session.rows("UPDATE pins SET quiet_at = NULL, pretends = '' WHERE quiet_at IS NOT NULL")

    async def forget(self, person: int) -> None:
        """Everything about the person, who is no longer of the staff or begins anew."""
        await self._session.rows("DELETE FROM pins WHERE person = :person", person=person)
        await self._session.rows("DELETE FROM pin_prompts WHERE person = :person", person=person)
        await self._session.rows("DELETE FROM pin_proofs WHERE person = :person", person=person)

    async def _set(self, change: str, person: int, **values: Value) -> None:
        await self._session.rows(f"UPDATE pins SET {change} WHERE person = :person", person=person, **values)  # noqa: S608 our own words

    async def ask(self, prompt: Prompt) -> None:
        """A new question; the person's older ones are over."""
        await self.end_prompts(prompt.person, prompt.asked_at)
        await self._session.rows(
            "INSERT INTO pin_prompts (id, person, step, about, facts, draft, asked_at, ends_at)"
            " VALUES (:id, :person, :step, :about, :facts, :draft, :asked_at, :ends_at)",
            id=prompt.id,
            person=prompt.person,
            step=prompt.step.value,
            about=prompt.about,
            facts=facts_text(prompt.facts),
            draft=prompt.draft,
            asked_at=prompt.asked_at,
            ends_at=prompt.ends_at,
        )

    async def prompt(self, prompt_id: str) -> Prompt | None:
        row = await self._session.row("SELECT * FROM pin_prompts WHERE id = :id", id=prompt_id)
        return _prompt(row) if row else None

    async def open_prompt(self, person: int) -> Prompt | None:
        row = await self._session.row(
            "SELECT * FROM pin_prompts WHERE person = :person AND ended_at IS NULL ORDER BY asked_at DESC",
            person=person,
        )
        return _prompt(row) if row else None

    async def was_asked(self, person: int, since: int) -> bool:
        """Whether this person was asked for a PIN then (ms) or later."""
        row = await self._session.row(
            "SELECT id FROM pin_prompts WHERE person = :person AND asked_at >= :since", person=person, since=since
        )
        return row is not None

    async def end_prompt(self, prompt_id: str, at: int) -> bool:
        """Answered: no second answer counts. True for exactly one caller."""
        row = await self._session.row(
            "UPDATE pin_prompts SET ended_at = :at, draft = '' WHERE id = :id AND ended_at IS NULL RETURNING id",
            id=prompt_id,
            at=at,
        )
        return row is not None

    async def end_prompts(self, person: int, at: int) -> None:
        await self._session.rows(
            "UPDATE pin_prompts SET ended_at = :at, draft = '' WHERE person = :person AND ended_at IS NULL",
            person=person,
            at=at,
        )

    async def add_proof(self, about: str, person: int, wish: str, at: int) -> None:
        await self._session.rows(
            "INSERT INTO pin_proofs (about, person, wish, proven_at) VALUES (:about, :person, :wish, :at)"
            " ON CONFLICT (about) DO UPDATE SET person = excluded.person, wish = excluded.wish,"
            " proven_at = excluded.proven_at",
            about=about,
            person=person,
            wish=wish,
            at=at,
        )

    async def is_proven(self, about: str, person: int, since: int) -> bool:
        """Whether this person gave the right PIN for this very thing, not before then (ms)."""
        row = await self._session.row(
            "SELECT about FROM pin_proofs WHERE about = :about AND person = :person AND proven_at >= :since",
            about=about,
            person=person,
            since=since,
        )
        return row is not None

    async def use_proof(self, about: str, person: int, since: int) -> bool:
        """The same, and it counts no second time; True for exactly one caller."""
        row = await self._session.row(
            "DELETE FROM pin_proofs WHERE about = :about AND person = :person AND proven_at >= :since RETURNING about",
            about=about,
            person=person,
            since=since,
        )
        return row is not None

    async def take_over_proof(self, about: str, person: int, wish: str, since: int) -> bool:
        """A PIN that was given for a seal of the same wish which led to nothing counts for this seal instead."""
        row = await self._session.row(
            "UPDATE pin_proofs SET about = :about WHERE about = (SELECT pin_proofs.about FROM pin_proofs"
            " WHERE person = :person AND wish = :wish AND proven_at >= :since AND NOT EXISTS"
            " (SELECT 1 FROM intents WHERE intents.seal_id = pin_proofs.about) ORDER BY proven_at DESC LIMIT 1)"
            " RETURNING about",
            about=about,
            person=person,
            wish=wish,
            since=since,
        )
        return row is not None

    async def card(self) -> FreezeCard | None:
        row = await self._session.row("SELECT * FROM freeze_cards")
        return FreezeCard(row["key"], row["hash"], row["made_by"], row["made_at"]) if row else None

    async def put_card(self, card: FreezeCard) -> None:
        """The one before it works no longer."""
        await self._session.rows(
            "INSERT INTO freeze_cards (one, key, hash, made_by, made_at) VALUES (1, :key, :hash, :made_by, :made_at)"
            " ON CONFLICT (one) DO UPDATE SET key = excluded.key, hash = excluded.hash, made_by = excluded.made_by,"
            " made_at = excluded.made_at",
            key=card.key,
            hash=card.hash,
            made_by=card.made_by,
            made_at=card.made_at,
        )

    async def end_card(self) -> bool:
        row = await self._session.row("DELETE FROM freeze_cards RETURNING one")
        return row is not None

    async def erase_later(self, chat_id: int, message_id: int, due_at: int) -> None:
        await self._session.rows(
            "INSERT INTO erasures (chat_id, message_id, due_at) VALUES (:chat_id, :message_id, :due_at)"
            " ON CONFLICT (chat_id, message_id) DO UPDATE SET due_at = excluded.due_at",
            chat_id=chat_id,
            message_id=message_id,
            due_at=due_at,
        )

    async def erasures(self, now: int, limit: int = 20) -> list[Erasure]:
        """Those whose time has come, oldest first."""
        rows = await self._session.rows(
            "SELECT * FROM erasures WHERE due_at <= :now ORDER BY due_at LIMIT :limit", now=now, limit=limit
        )
        return [Erasure(row["chat_id"], row["message_id"], row["due_at"], row["tries"]) for row in rows]

    async def erased(self, chat_id: int, message_id: int) -> None:
        await self._session.rows(
            "DELETE FROM erasures WHERE chat_id = :chat_id AND message_id = :message_id",
            chat_id=chat_id,
            message_id=message_id,
        )

    async def erase_again(self, chat_id: int, message_id: int, due_at: int) -> None:
        await self._session.rows(
            "UPDATE erasures SET due_at = :due_at, tries = tries + 1 WHERE chat_id = :chat_id"
            " AND message_id = :message_id",
            chat_id=chat_id,
            message_id=message_id,
            due_at=due_at,
        )

    async def purge(self, before: int) -> None:
        """Questions and proofs of before then (ms)."""
        await self._session.rows("DELETE FROM pin_prompts WHERE asked_at < :before", before=before)
        await self._session.rows("DELETE FROM pin_proofs WHERE proven_at < :before", before=before)


def _pins(row: Row) -> Pins:
    return Pins(
        person=row["person"],
        salt=row["salt"],
        first=row["first"],
        second=row["second"],
        past=read_texts(row["past"]),
        set_at=row["set_at"],
        wrong=row["wrong"],
        locked_at=row["locked_at"],
        proven_at=row["proven_at"],
        acted_at=row["acted_at"],
        quiet_at=row["quiet_at"],
        pretends=row["pretends"],
    )


def _prompt(row: Row) -> Prompt:
    facts: Mapping[str, str] = read_facts(row["facts"])
    return Prompt(
        id=row["id"],
        person=row["person"],
        step=Step(row["step"]),
        about=row["about"],
        facts=dict(facts),
        draft=row["draft"],
        asked_at=row["asked_at"],
        ends_at=row["ends_at"],
        ended_at=row["ended_at"],
    )
