"""What goes on by itself for every deal that began with a quote: quotes end, orders are followed, none is forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from bot.domain.intents import Action, Event, Intent, State
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk, StoreError, log
from bot.flows.side_by_side import few_at_once
from storage.store import Tables

RETRY_SECONDS = 5
RETRY_AFTER_SECONDS = (RETRY_SECONDS, 10, 30, 60, 180, 300, 600, 1800)
"""how long a look that failed is not made again, the first time, the second, …"""
LONGEST_UNKNOWN_SECONDS = 60
"""the longest such pause while nobody knows whether anything happened"""
FAILED_LOOKS = 8
"""so many in a row, most of an hour, and owners hear that an order cannot be looked at"""
STUCK_SECONDS = 86_400
"""so long after it was sent, and owners hear that the venue does not end an order"""
LOOKS_AT_ONCE = 4
QUOTES_END_EVERY_SECONDS = 1.0
LONGEST_WAIT_MS = 3_600_000
"""a moment further away than any wait is one from before the clock was set back"""

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Kind(Generic[D]):
    """One kind of deal: how it is stored, looked at, ended and told. `due_at`: its next look in ms, None for none.

    Owners hear by `long_notice` of an outcome that stays unknown, by `stuck_notice` of an order that comes to no end.
    """

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
    stuck_notice: str = ""


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
    """Once a second: what is over ends, what is due is looked at. Quotes end in time also while a look hangs."""
    await _end_quotes(desk, kind)
    looks = asyncio.ensure_future(_look_at_all(desk, kind))
    try:
        while not (await asyncio.wait({looks}, timeout=QUOTES_END_EVERY_SECONDS))[0]:
            await _end_quotes(desk, kind)
    finally:
        looks.cancel()
        await asyncio.gather(looks, return_exceptions=True)
    looks.result()


async def _look_at_all(desk: Desk, kind: Kind[D]) -> None:
    async with desk.store.read() as tables:
        going = [(one, await kind.stored(tables, one.id)) for one in await open_of(tables, kind.action)]
    await few_at_once((partial(_look_after, desk, kind, intent, deal) for intent, deal in going), LOOKS_AT_ONCE)


async def _look_after(desk: Desk, kind: Kind[D], intent: Intent, deal: D) -> None:
    if kind.is_on(desk) and _is_due(desk, kind, intent, deal):
        await _look_guarded(desk, kind, intent, deal)
    await _say_when_long(desk, kind, intent)


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
    failed = desk.exchange.failed_looks
    try:
        await kind.look(desk, intent, deal)
    except StoreError:
        raise
    except Exception as error:  # what is odd about one order must not keep the others from being followed
        log.warning("look at %s %s failed: %r", kind.action, intent.target, error)
        failed[intent.id] = failed.get(intent.id, 0) + 1
        desk.exchange.look_not_before[intent.id] = desk.now() + _pause(intent, failed[intent.id]) * 1000
    else:
        failed.pop(intent.id, None)


def _pause(intent: Intent, failures: int) -> int:
    """Seconds until a look that failed so often in a row is made again."""
    longest = LONGEST_UNKNOWN_SECONDS if intent.state is State.UNKNOWN else RETRY_AFTER_SECONDS[-1]
    return min(RETRY_AFTER_SECONDS[min(failures, len(RETRY_AFTER_SECONDS)) - 1], longest)


async def _say_when_long(desk: Desk, kind: Kind[D], intent: Intent) -> None:
    """Owners hear once of an outcome that stays unknown for long, and once of an order that comes to no end."""
    if not _worth_telling(desk, kind, intent):
        return
    async with desk.store.write() as tables:
        now = await tables.intents.get(intent.id)  # the look of this very round may have settled it
        notice = _worth_telling(desk, kind, now) if now is not None else ""
        told = f"{notice}:{intent.id}" if notice != kind.long_notice else f"unknown_told:{intent.id}"
        if now is None or not notice or await tables.desk.get(told) is not None:
            return
        await tables.desk.put(told, str(desk.now()))
        facts = kind.facts(desk, await kind.stored(tables, now.id), now)
        facts |= {"since": str(now.sent_at or now.planned_at)}
        await announce(desk, tables, Notice(notice, facts), with_role(desk, Role.OWNER), group=True)
    desk.wake_relay.set()


def _worth_telling(desk: Desk, kind: Kind[D], intent: Intent) -> str:
    """The notice that owners are due of it, "" for none."""
    age = desk.now() - (intent.sent_at or intent.planned_at)
    if intent.state is State.UNKNOWN:
        return kind.long_notice if age >= desk.policy.unknown_long_seconds * 1000 else ""
    if intent.state is not State.TAKEN:
        return ""
    has_failed = desk.exchange.failed_looks.get(intent.id, 0) >= FAILED_LOOKS
    return kind.stuck_notice if has_failed or age >= STUCK_SECONDS * 1000 else ""
