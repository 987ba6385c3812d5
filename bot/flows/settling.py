"""A lead's word on what has no outcome: asked for under the PIN, journalled, and never a request."""

from collections.abc import Awaitable, Callable

from bot.domain.intents import Event, Intent, State, settled_by
from bot.domain.staff import Right
from bot.flows.desk import Desk
from bot.flows.step_up import check_deed
from storage.store import Tables

Record = Callable[[Desk, Tables, Intent], Awaitable[None]]


async def check_may_settle(desk: Desk, user_id: int, target: str) -> None:
    """Raises NotAllowed for whoever may not, and while the PIN is to be typed first."""
    desk.need(user_id, Right.SETTLE)
    await check_deed(desk, user_id, "settle", target)


async def journal_word(desk: Desk, tables: Tables, user_id: int, intent: Intent, outcome: str, **more: str) -> None:
    """Who says it has looked, and what was there. Raises NotAllowed when the right is gone by now."""
    desk.need(user_id, Right.SETTLE)
    facts = {"intent": intent.id, "outcome": outcome, "looked_by": str(user_id), **more}
    await tables.journal.add(
        at=desk.now(), actor=user_id, action="settle", target=intent.target, facts=facts, outcome=outcome
    )


async def settle_by_word(
    desk: Desk, tables: Tables, user_id: int, intent: Intent, outcome: str, event: Event, record: Record
) -> None:
    """What was unknown ends as the lead says."""
    await journal_word(desk, tables, user_id, intent, outcome)
    answer = settled_by(user_id)
    moved = await tables.intents.move(intent.id, frm=State.UNKNOWN, event=event, at=desk.now(), answer=answer)
    if moved is not None:
        await record(desk, tables, moved)
