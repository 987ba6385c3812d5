"""Updates that Telegram brings, several at once: put back in their order, stored together, acknowledged only then."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HOLD_SECONDS = 0.25
"""an update waits so long for one before it that is still on its way: Telegram numbers them without gaps"""

Update = Mapping[str, Any]


class Closed(Exception):
    """Nothing is taken now: Telegram brings it again."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    update: Update
    came_at: float
    stored: "asyncio.Future[None]"


class Arrivals:
    """`store` keeps a batch in one commit and raises when it cannot. Open while `run` runs."""

    def __init__(self, store: Callable[[Sequence[Update]], Awaitable[None]]) -> None:
        self._store = store
        self._waiting: dict[int, _Arrival] = {}
        self._came = asyncio.Event()
        self._next: int | None = None
        self._is_open = False

    async def bring(self, update: Update) -> None:
        """Returns once it is stored, now or before. Raises Closed, or what kept it from being stored."""
        if not self._is_open:
            raise Closed
        number = int(update["update_id"])
        arrival = self._waiting.get(number)
        if arrival is None:
            arrival = _Arrival(update, time.monotonic(), asyncio.get_running_loop().create_future())
            arrival.stored.add_done_callback(_seen)
            self._waiting[number] = arrival
            self._came.set()
        await asyncio.shield(arrival.stored)

    async def run(self, following: int | None) -> None:
        """Until cancelled. `following` is the number that should come next, None when that is not known."""
        self._next, self._is_open = following, True
        try:
            while True:
                await self._came.wait()
                self._came.clear()
                while self._waiting:
                    if ready := self._ready():
                        await self._keep(ready)
                    else:
                        await self._hold()
        finally:
            self.close()

    def close(self) -> None:
        """Whoever waits to be stored hears Closed."""
        self._is_open = False
        for arrival in self._waiting.values():
            _fail(arrival, Closed())
        self._waiting.clear()

    def _ready(self) -> list[int]:
        """The numbers that nothing is missing before, lowest first; all of them once one has waited long enough."""
        is_over = self._left() <= 0
        ready: list[int] = []
        for number in sorted(self._waiting):
            if not (is_over or self._next is None or number <= self._next):
                break
            ready.append(number)
            self._next = number + 1
        return ready

    def _left(self) -> float:
        return min(arrival.came_at for arrival in self._waiting.values()) + HOLD_SECONDS - time.monotonic()

    async def _hold(self) -> None:
        """For more to come, or for the time to be over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(self._left(), 0.001)):
                await self._came.wait()
        self._came.clear()

    async def _keep(self, ready: Sequence[int]) -> None:
        arrivals = [self._waiting.pop(number) for number in ready]
        try:
            await self._store([arrival.update for arrival in arrivals])
        except asyncio.CancelledError:
            for arrival in arrivals:
                _fail(arrival, Closed())
            raise
        except Exception as broken:  # whatever it was: they who brought it must bring it again
            for arrival in arrivals:
                _fail(arrival, broken)
        else:
            for arrival in arrivals:
                if not arrival.stored.done():
                    arrival.stored.set_result(None)


def _fail(arrival: _Arrival, why: Exception) -> None:
    if not arrival.stored.done():
        arrival.stored.set_exception(why)


def _seen(stored: "asyncio.Future[None]") -> None:
    """Nobody may be left to hear of it, when the connection broke."""
    if not stored.cancelled():
        stored.exception()
