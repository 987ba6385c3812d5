"""Invitations: a code is kept as its hash, is used once by one person, and settled once by the owner."""

from dataclasses import dataclass

from bot.domain.staff import Role
from storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class Invite:
    """Times are Unix ms. `outcome` is empty until settled: joined, refused or blocked."""

    id: str
    hash: str
    role: Role
    made_by: int
    made_at: int
    ends_at: int
    used_by: int | None = None
    used_name: str = ""
    used_at: int | None = None
    outcome: str = ""


class Invites:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, invite: Invite) -> None:
        await self._session.rows(
            "INSERT INTO invites (id, hash, role, made_by, made_at, ends_at, used_by, used_name, used_at, outcome)"
            " VALUES (:id, :hash, :role, :made_by, :made_at, :ends_at, :used_by, :used_name, :used_at, :outcome)",
            id=invite.id,
            hash=invite.hash,
            role=invite.role.word,
            made_by=invite.made_by,
            made_at=invite.made_at,
            ends_at=invite.ends_at,
            used_by=invite.used_by,
            used_name=invite.used_name,
            used_at=invite.used_at,
            outcome=invite.outcome,
        )

    async def get(self, invite_id: str) -> Invite | None:
        row = await self._session.row("SELECT * FROM invites WHERE id = :id", id=invite_id)
        return _invite(row) if row else None

    async def by_hash(self, code_hash: str) -> Invite | None:
        row = await self._session.row("SELECT * FROM invites WHERE hash = :hash", hash=code_hash)
        return _invite(row) if row else None

    async def use(self, code_hash: str, user_id: int, name: str, at: int) -> Invite | None:
        row = await self._session.row(
            "UPDATE invites SET used_by = :user_id, used_name = :name, used_at = :at"
            " WHERE hash = :hash AND used_by IS NULL AND outcome = '' AND ends_at > :at RETURNING *",
            hash=code_hash,
            user_id=user_id,
            name=name,
            at=at,
        )
        return _invite(row) if row else None

    async def settle(self, invite_id: str, outcome: str, at: int) -> bool:
        row = await self._session.row(
            "UPDATE invites SET outcome = :outcome, settled_at = :at"
            " WHERE id = :id AND used_by IS NOT NULL AND outcome = '' RETURNING id",
            id=invite_id,
            outcome=outcome,
            at=at,
        )
        return row is not None


def _invite(row: Row) -> Invite:
    return Invite(
        id=row["id"],
        hash=row["hash"],
        role=Role.of(row["role"]),
        made_by=row["made_by"],
        made_at=row["made_at"],
        ends_at=row["ends_at"],
        used_by=row["used_by"],
        used_name=row["used_name"],
        used_at=row["used_at"],
        outcome=row["outcome"],
    )
