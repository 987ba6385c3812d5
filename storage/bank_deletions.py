"""Deletions of bank accounts: written down before the request leaves, settled by its answer or by the list."""

from dataclasses import dataclass

from storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class Deletion:
    """`bank` is the account as it is shown. `looks` at the list that did not say it is gone, the first that still had
    it at `first_look_at`. Times are Unix ms.
    """

    number: int
    bank_id: str
    bank: str
    person: int
    sent_at: int
    looks: int
    first_look_at: int | None
    last_look_at: int | None


@dataclass(frozen=True, slots=True)
class Begun:
    """`outcome` is "" while it is not known. One that was lost (`is_lost`) is told of by whoever finds it out."""

    bank: str
    outcome: str
    is_lost: bool


class BankDeletions:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def begin(self, asked: int | None, bank_id: str, bank: str, person: int, at: int) -> int | None:
        """It is about to leave; its number, None when this update (`asked`) has begun one already."""
        row = await self._session.row(
            "INSERT INTO bank_deletions (asked, bank_id, bank, person, sent_at)"
            " VALUES (:asked, :bank_id, :bank, :person, :at) ON CONFLICT (asked) DO NOTHING RETURNING number",
            asked=asked,
            bank_id=bank_id,
            bank=bank,
            person=person,
            at=at,
        )
        return int(row["number"]) if row else None

    async def begun_by(self, asked: int | None) -> Begun | None:
        """The one that this update has begun."""
        row = await self._session.row(
            "SELECT bank, outcome, is_lost FROM bank_deletions WHERE asked = :asked", asked=asked
        )
        return Begun(row["bank"], row["outcome"], bool(row["is_lost"])) if row else None

    async def is_open(self, bank_id: str) -> bool:
        """Whether one of this account has no outcome yet."""
        row = await self._session.row(
            "SELECT 1 FROM bank_deletions WHERE outcome = '' AND bank_id = :bank_id", bank_id=bank_id
        )
        return row is not None

    async def settle(self, number: int, outcome: str, at: int) -> bool:
        """What became of it; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE bank_deletions SET outcome = :outcome, settled_at = :at WHERE number = :number AND outcome = ''"
            " RETURNING number",
            number=number,
            outcome=outcome,
            at=at,
        )
        return row is not None

    async def lost(self, number: int | None = None) -> int:
        """No answer comes to it any more; without a number to all that have none. How many."""
        rows = await self._session.rows(
            "UPDATE bank_deletions SET is_lost = 1 WHERE outcome = '' AND is_lost = 0"
            " AND (:number IS NULL OR number = :number) RETURNING number",
            number=number,
        )
        return len(rows)

    async def unsettled(self) -> list[Deletion]:
        """Those without an answer, oldest first."""
        rows = await self._session.rows(
            "SELECT * FROM bank_deletions WHERE outcome = '' AND is_lost = 1 ORDER BY number"
        )
        return [_deletion(row) for row in rows]

    async def looked(self, number: int, at: int, *, is_there: bool) -> Deletion | None:
        """A look at the venue's list still showed the account (`is_there`), or could not tell."""
        row = await self._session.row(
            "UPDATE bank_deletions SET looks = looks + 1,"
            " first_look_at = COALESCE(first_look_at, CASE WHEN :is_there THEN :at END),"
            " last_look_at = :at WHERE number = :number AND outcome = '' RETURNING *",
            number=number,
            at=at,
            is_there=is_there,
        )
        return _deletion(row) if row else None

    async def purge(self, before: int) -> int:
        """Removes those that were settled before then (ms); how many."""
        rows = await self._session.rows(
            "DELETE FROM bank_deletions WHERE settled_at < :before RETURNING number", before=before
        )
        return len(rows)


def _deletion(row: Row) -> Deletion:
    return Deletion(
        number=row["number"],
        bank_id=row["bank_id"],
        bank=row["bank"],
        person=row["person"],
        sent_at=row["sent_at"],
        looks=row["looks"],
        first_look_at=row["first_look_at"],
        last_look_at=row["last_look_at"],
    )
