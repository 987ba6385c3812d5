"""The end of the process: many steps, each of which may hang, and one moment by which all of them are over."""

import asyncio
import logging
from collections.abc import Awaitable

log = logging.getLogger("desk.app")

LAST_MOMENT_SECONDS = 0.1


class Ending:
    """Begins when it is made; steps that are taken one after the other share `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._until = asyncio.get_running_loop().time() + seconds

    @property
    def left(self) -> float:
        """Seconds, at least 0."""
        return max(0.0, self._until - asyncio.get_running_loop().time())

    async def step(self, *works: Awaitable[object], most: float | None = None) -> None:
        """All of them at once, for what is left, or `most` seconds of it; never raises.

        What is not over by then is cancelled and not waited for: even its end may hang.
        """
        tasks = {asyncio.ensure_future(work) for work in works}
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=self.left if most is None else min(most, self.left))
        for task in late:
            task.cancel()
        if late:
            log.warning("%s of %s steps of the end took too long", len(late), len(tasks))
            _, late = await asyncio.wait(late, timeout=LAST_MOMENT_SECONDS)
        for task in tasks - late:
            if not task.cancelled() and (error := task.exception()) is not None:
                log.warning("a step of the end failed", exc_info=error)
