"""What live answers said of our named assumptions about the venue."""

from typing import NamedTuple

from storage.session import Session


class Assumption(NamedTuple):
    """Times (ms) of the newest answer for and against; `answers` counts both."""

    key: str
    confirmed_at: int | None
    refuted_at: int | None
    answers: int


class Assumptions:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def observe(self, key: str, holds: bool, at: int) -> None:
        await self._session.rows(
            "INSERT INTO assumptions (key, confirmed_at, refuted_at, count) VALUES (:key, :confirmed, :refuted, 1)"
            " ON CONFLICT (key) DO UPDATE SET count = assumptions.count + 1,"
            " confirmed_at = COALESCE(excluded.confirmed_at, assumptions.confirmed_at),"
            " refuted_at = COALESCE(excluded.refuted_at, assumptions.refuted_at)",
            key=key,
            confirmed=at if holds else None,
            refuted=None if holds else at,
        )

    async def all(self) -> list[Assumption]:
        """By name."""
        rows = await self._session.rows("SELECT * FROM assumptions ORDER BY key")
        return [Assumption(row["key"], row["confirmed_at"], row["refuted_at"], row["count"]) for row in rows]
