"""One line of the journal, inside the transaction of what it tells."""

from bot.flows.desk import Desk
from storage.store import Tables


async def journal(
    desk: Desk, tables: Tables, actor: int | None, action: str, target: str, facts: dict[str, str], outcome: str
) -> None:
    await tables.journal.add(at=desk.now(), actor=actor, action=action, target=target, facts=facts, outcome=outcome)
