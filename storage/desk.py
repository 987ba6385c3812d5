"""Single facts of the whole desk: frozen or not, cursors, what was asked last."""

from storage.session import Session


class Desk:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, key: str) -> str | None:
        row = await self._session.row("SELECT value FROM desk WHERE key = :key", key=key)
        return None if row is None else str(row["value"])

    async def put(self, key: str, value: str) -> None:
        await self._session.rows(
            "INSERT INTO desk (key, value) VALUES (:key, :value)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key=key,
            value=value,
        )

    async def delete(self, key: str) -> None:
        await self._session.rows("DELETE FROM desk WHERE key = :key", key=key)
