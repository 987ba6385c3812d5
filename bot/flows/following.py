"""What goes on by itself for every deal that began with a quote: quotes end, orders are followed, none is forgotten."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.domain.intents import Action, Event, Intent, State
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk, StoreError, log
from storage.store import Tables

RETRY_SECONDS = 5
LONGEST_WAIT_MS = 3_600_000
"""a moment further away than any wait is one from before the clock was set back"""

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Kind(Generic[D]):
    """One kind of deal: how it is stored, looked at, ended and told. `due_at`: its next look in ms, None for none."""

    action: Action
    is_on: Callable[[Desk], bool]
    stored: Callable[[Tables, str], Awaitable[D]]
    over: Callable[[Tables, int], Awaitable[list[D]]]
    end_quote: Callable[[Desk, Tables, D], Awaitable[None]]
    record: Callable[[Desk, Tables, Intent], Awaitable[None]]
    due_at: Callable[[Intent, D], int | None]
    look: Callable[[Desk, Intent, D], Awaitable[None]]
    facts: Callable[[Desk, D, Intent], dict[str, str]]
    long_notice: str


async def open_of(tables: Tables, action: Action) -> list[Intent]:
    """The open intents of that action, oldest first."""
    return [intent for intent in await tables.intents.all_open() if intent.action is action]


async def adopt(desk: Desk, kind: Kind[D]) -> int:
    """At start: requests that were on their way when the process died may or may not have arrived."""
    async with desk.store.write() as tables:
        orphans = [one for one in await open_of(tables, kind.action) if one.state in (State.PLANNED, State.SENT)]
        for intent in orphans:
            event = Event.NO_ANSWER if intent.state is State.SENT else Event.ABANDONED
            moved = await tables.intents.move(
                intent.id, frm=intent.state, event=event, at=desk.now(), answer="restarted"
            )
            if moved is not None:
                await kind.record(desk, tables, moved)
    return len(orphans)


async def round_(desk: Desk, kind: Kind[D]) -> None:
    """Once a second: what is over ends, what is due is looked at."""
    await _end_quotes(desk, kind)
    async with desk.store.read() as tables:
        going = [(one, await kind.stored(tables, one.id)) for one in await open_of(tables, kind.action)]
    for intent, deal in going:
        if kind.is_on(desk) and _is_due(desk, kind, intent, deal):
            await _look_guarded(desk, kind, intent, deal)
        if intent.state is State.UNKNOWN:
            await _say_when_long(desk, kind, intent, deal)


async def _end_quotes(desk: Desk, kind: Kind[D]) -> None:
    async with desk.store.read() as tables:
        over = await kind.over(tables, desk.now())
    if not over:
        return
    async with desk.store.write() as tables:
        for deal in over:
            await kind.end_quote(desk, tables, deal)
    desk.wake_relay.set()


def _is_due(desk: Desk, kind: Kind[D], intent: Intent, deal: D) -> bool:
    due_at = kind.due_at(intent, deal)
    if due_at is None:
        return False
    due_at = max(due_at, desk.exchange.look_not_before.get(intent.id, 0))
    return desk.now() >= due_at or due_at - desk.now() > LONGEST_WAIT_MS


async def _look_guarded(desk: Desk, kind: Kind[D], intent: Intent, deal: D) -> None:
    try:
        await kind.look(desk, intent, deal)
    except StoreError:
        raise
    except Exception as error:  # what is odd about one order must not keep the others from being followed
        log.warning("look at %s %s failed: %r", kind.action, intent.target, error)
        desk.exchange.look_not_before[intent.id] = desk.now() + RETRY_SECONDS * 1000


async def _say_when_long(desk: Desk, kind: Kind[D], intent: Intent, deal: D) -> None:
    """Owners hear once of an outcome that stays unknown for long."""
    if desk.now() - (intent.sent_at or intent.planned_at) < desk.policy.unknown_long_seconds * 1000:
        return
    async with desk.store.write() as tables:
        told, now = f"unknown_told:{intent.id}", await tables.intents.get(intent.id)
        if now is None or now.state is not State.UNKNOWN or await tables.desk.get(told) is not None:
            return  # the look of this very round may have settled it
        await tables.desk.put(told, str(desk.now()))
        facts = kind.facts(desk, deal, intent) | {"since": str(intent.sent_at or intent.planned_at)}
        await announce(desk, tables, Notice(kind.long_notice, facts), with_role(desk, Role.OWNER), group=True)
    desk.wake_relay.set()
