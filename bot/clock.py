"""Time comes in as an argument. `speed` lets a test live through minutes in seconds; it is 1 everywhere else.

`start` (Unix seconds) is where the faster time began: a restarted desk of the same test must not fall back behind it.
"""

import asyncio
import time
from collections.abc import Callable


class Clock:
    """Unix milliseconds and sleeping, on one scale."""

    def __init__(self, speed: float = 1.0, source: Callable[[], float] = time.time, start: float | None = None) -> None:
        self._speed = speed
        self._source = source
        self._start = source() if start is None else start

    def now(self) -> int:
        """Unix milliseconds."""
        if self._speed == 1.0:
            return int(self._source() * 1000)
        return int((self._start + (self._source() - self._start) * self._speed) * 1000)

    def moment_of(self, unix_seconds: float) -> int:
        """A moment that somebody else's clock tells, as Unix milliseconds of this scale."""
        if self._speed == 1.0:
            return int(unix_seconds * 1000)
        return int((self._start + (unix_seconds - self._start) * self._speed) * 1000)

    def wall_seconds(self, moment: int) -> float:
        """The Unix seconds at which other clocks show this moment of our scale."""
        if self._speed == 1.0:
            return moment / 1000
        return self._start + (moment / 1000 - self._start) / self._speed

    def monotonic(self) -> float:
        """Seconds that nobody can set, at the same speed."""
        return time.monotonic() * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)
