"""What every flow is given: the desk's memory, its venues, its rules, and the time. Wired once in `bot/app.py`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from cachetools import TTLCache

from bot.clients.gate_c2c.client import GateC2C
from bot.clock import Clock
from bot.domain.errors import NotAllowed
from bot.domain.orders import Profile
from bot.domain.policy import Policy
from bot.domain.staff import Person, Right
from bot.flows.exchange import Exchange
from bot.flows.hearing import Hearing
from bot.flows.starting import Starting
from bot.flows.talk import Talk
from storage.store import Store, StoreError, Tables

__all__ = ["Desk", "StoreError", "log"]

log = logging.getLogger("desk")


async def _unheard(why: str) -> None:
    """Nobody to cry to."""


@dataclass
class Desk:
    """`people` is the staff as last read from the store: re-read whenever a flow changes them.

    `alarm` cries past the outbox, for when the memory itself cannot be written.
    """

    store: Store
    gate: GateC2C | None
    policy: Policy
    clock: Clock
    new_id: Callable[[], str]
    people: dict[int, Person] = field(default_factory=dict)
    desk_chat_id: int | None = None
    alarm: Callable[[str], Awaitable[None]] = _unheard
    is_halted: bool = False
    cried_at: int | None = None
    started_at: int = 0
    standing_changed_at: int = 0
    looked_at: int | None = None
    blind_since: int | None = None
    profiles: "TTLCache[str, Profile]" = field(default_factory=lambda: TTLCache(maxsize=2048, ttl=86_400))
    wake_relay: asyncio.Event = field(default_factory=asyncio.Event)
    look_not_before: dict[str, int] = field(default_factory=dict)
    talk: Talk = field(default_factory=Talk)
    hearing: Hearing = field(default_factory=Hearing)
    exchange: Exchange = field(default_factory=Exchange)
    starting: Starting = field(default_factory=Starting)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def now(self) -> int:
        return self.clock.now()

    @property
    def venue(self) -> GateC2C:
        if self.gate is None:
            raise NotAllowed("venue_off", {"venue": "Gate C2C"})
        return self.gate

    def person(self, user_id: int) -> Person:
        """The person as staff, or NotAllowed: asked again inside every flow."""
        person = self.people.get(user_id)
        if person is None:
            raise NotAllowed("no_right_here")
        return person

    def need(self, user_id: int, right: Right) -> Person:
        person = self.person(user_id)
        person.need(right)
        return person

    async def read_people(self, tables: Tables) -> None:
        """As the block has them, which rights are then judged by; as they were when it does not become durable."""
        before = self.people

        def restore() -> None:
            self.people = before

        tables.staff.if_undone(restore)
        self.people = {person.id: person for person in await tables.staff.people()}

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        """Run a money request beside everything else, so that one hanging answer delays nobody."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("task %s failed", task.get_name(), exc_info=task.exception())

    async def drain(self, seconds: float) -> None:
        """Wait for running requests; what does not end in time stays `sent` and is looked at after the next start."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
