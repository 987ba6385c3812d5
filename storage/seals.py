"""Opened confirm steps. A seal is used once; one that was ended counts as used and can never be."""

from bot.domain.intents import Action
from bot.domain.seals import Choice, Seal
from storage.exact import facts_text, read_facts
from storage.session import Row, Session


class Seals:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, seal: Seal) -> None:
        await self._session.rows(
            "INSERT INTO seals (id, target, action, opened_by, opened_at, expires_at, shown_at, used_at, choice,"
            " facts, fingerprint) VALUES (:id, :target, :action, :opened_by, :opened_at, :expires_at, :shown_at,"
            " :used_at, :choice, :facts, :fingerprint)",
            id=seal.id,
            target=seal.target,
            action=seal.action.value,
            opened_by=seal.opened_by,
            opened_at=seal.opened_at,
            expires_at=seal.expires_at,
            shown_at=seal.shown_at,
            used_at=seal.used_at,
            choice=facts_text(seal.choice.as_arguments()),
            facts=facts_text(seal.facts),
            fingerprint=seal.fingerprint,
        )

    async def get(self, seal_id: str) -> Seal | None:
        row = await self._session.row("SELECT * FROM seals WHERE id = :id", id=seal_id)
        return _seal(row) if row else None

    async def shown(self, seal_id: str, at: int) -> None:
        """When its message was first on a screen; later times change nothing."""
        await self._session.rows(
            "UPDATE seals SET shown_at = :at WHERE id = :id AND shown_at IS NULL", id=seal_id, at=at
        )

    async def use(self, seal_id: str, at: int) -> bool:
        """True for exactly one caller. Whether it has expired is the caller's question."""
        row = await self._session.row(
            "UPDATE seals SET used_at = :at WHERE id = :id AND used_at IS NULL RETURNING id", id=seal_id, at=at
        )
        return row is not None

    async def end(self, seal_id: str, at: int) -> None:
        """Makes an unused seal unusable."""
        await self.use(seal_id, at)

    async def end_for(self, target: str, at: int) -> list[str]:
        """Makes every unused seal of that target unusable; their ids."""
        rows = await self._session.rows(
            "UPDATE seals SET used_at = :at WHERE target = :target AND used_at IS NULL RETURNING id",
            target=target,
            at=at,
        )
        return sorted(row["id"] for row in rows)

    async def open_for(self, target: str) -> list[Seal]:
        """Unused ones, expired or not, oldest first."""
        rows = await self._session.rows(
            "SELECT * FROM seals WHERE target = :target AND used_at IS NULL ORDER BY opened_at, id",
            target=target,
        )
        return [_seal(row) for row in rows]

    async def all_open(self) -> list[Seal]:
        """Unused ones of every target, expired or not, oldest first."""
        rows = await self._session.rows("SELECT * FROM seals WHERE used_at IS NULL ORDER BY opened_at, id")
        return [_seal(row) for row in rows]

    async def expired(self, now: int) -> list[Seal]:
        """Unused ones whose life is over, oldest first."""
        rows = await self._session.rows(
            "SELECT * FROM seals WHERE used_at IS NULL AND expires_at <= :now ORDER BY opened_at, id", now=now
        )
        return [_seal(row) for row in rows]

    async def purge(self, before: int) -> int:
        """Removes those that expired before then (ms); how many."""
        rows = await self._session.rows("DELETE FROM seals WHERE expires_at < :before RETURNING id", before=before)
        return len(rows)


def _seal(row: Row) -> Seal:
    return Seal(
        id=row["id"],
        target=row["target"],
        action=Action(row["action"]),
        opened_by=row["opened_by"],
        opened_at=row["opened_at"],
        expires_at=row["expires_at"],
        shown_at=row["shown_at"],
        used_at=row["used_at"],
        choice=Choice.of(read_facts(row["choice"])),
        facts=read_facts(row["facts"]),
        fingerprint=row["fingerprint"],
    )
