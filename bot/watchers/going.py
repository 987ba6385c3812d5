"""Which rounds are worth their while: the desk's memory is asked again only after something was written into it."""

import asyncio

from bot.flows.desk import Desk

ANYWAY_SECONDS = 30.0
"""so long at most does a round trust that nothing goes on: another program may have written"""


class Going:
    """One for all loops of a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = asyncio.Lock()
        self._commits = -1
        self._kinds: frozenset[str] = frozenset()
        self._ran_at: dict[str, float] = {}

    async def is_worth_it(self, *kinds: str) -> bool:
        """Whether any of these goes on, or was not looked after for a long time."""
        now = self._desk.clock.monotonic()
        is_old = any(now - self._ran_at.get(kind, now - ANYWAY_SECONDS) >= ANYWAY_SECONDS for kind in kinds)
        if is_old or not (await self._read()).isdisjoint(kinds):
            self._ran_at.update(dict.fromkeys(kinds, now))
            return True
        return False

    async def _read(self) -> frozenset[str]:
        async with self._lock:
            commits = self._desk.store.commits  # before the look: what is written meanwhile is seen the next time
            if commits != self._commits:
                async with self._desk.store.read() as tables:
                    self._kinds = await tables.going.kinds()
                self._commits = commits
            return self._kinds
