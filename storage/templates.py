"""Texts for buyers that leads have prepared."""

from bot.domain.conversation import Template
from storage.session import Row, Session


class Templates:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def all(self) -> list[Template]:
        """In the order in which they were first put."""
        return [_template(row) for row in await self._session.rows("SELECT * FROM templates ORDER BY number")]

    async def get(self, number: int) -> Template | None:
        row = await self._session.row("SELECT * FROM templates WHERE number = :number", number=number)
        return _template(row) if row else None

    async def put(self, label: str, language: str, text: str, at: int, by: int) -> Template:
        """The text of that label in that language from now (ms) on; an older one keeps its number."""
        rows = await self._session.rows(
            "INSERT INTO templates (label, language, text, put_at, put_by)"
            " VALUES (:label, :language, :text, :at, :by) ON CONFLICT (label, language) DO UPDATE SET"
            " text = excluded.text, put_at = excluded.put_at, put_by = excluded.put_by RETURNING *",
            label=label,
            language=language,
            text=text,
            at=at,
            by=by,
        )
        return _template(rows[0])

    async def remove(self, number: int) -> bool:
        """Whether it was there."""
        row = await self._session.row("DELETE FROM templates WHERE number = :number RETURNING number", number=number)
        return row is not None


def _template(row: Row) -> Template:
    return Template(number=row["number"], label=row["label"], language=row["language"], text=row["text"])
