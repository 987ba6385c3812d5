"""Where a desk can die: before and after every SQL statement, every commit and every call that leaves the process.

Nothing is listed by hand. The store's probe and a proxy around each client report every point as it is passed, so that
new code is covered the day it is written.
"""

from __future__ import annotations

import inspect
import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar, cast

from storage.errors import StoreError, Why

Client = TypeVar("Client")

HOLD_SECONDS = 5.0


class Points:
    """Counts the points that are passed while armed, and dies at one of them by a real SIGKILL.

    `kill` is `before:insert intents#1`: the point and how often it was passed. `hold` waits there until a file `go`
    appears beside the trace, so that the world can be changed at that very moment. `fail` raises a StoreError there.
    """

    def __init__(self, folder: Path, *, armed: bool, kill: str, hold: str, fail: str) -> None:
        self._folder = folder
        self._kill, self._hold = kill, hold
        self._fail, _, self._why = fail.partition("=")
        self._passed: Counter[str] = Counter()
        self._trace = os.open(folder / "trace", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.is_armed = armed

    def arm(self) -> None:
        """From now on points are counted. A file `kill` beside the trace names the one to die at."""
        late = self._folder / "kill"
        if late.exists():
            self._kill = late.read_text()
            self._passed.clear()
        self.is_armed = True

    def passed(self, point: str) -> None:
        """The probe."""
        if not self.is_armed:
            return
        self._passed[point] += 1
        numbered = f"{point}#{self._passed[point]}"
        os.write(self._trace, f"{numbered}\n".encode())
        if numbered == self._kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if numbered == self._hold:
            self._wait_for_go()
        if self._fail in (numbered, point):
            raise StoreError(cast(Why, self._why), "the test's disk")

    def _wait_for_go(self) -> None:
        """Blocks the whole desk: nothing else of it may run on while the world changes."""
        (self._folder / "held").touch()
        end = time.monotonic() + HOLD_SECONDS
        while not (self._folder / "go").exists() and time.monotonic() < end:
            time.sleep(0.001)

    def around(self, name: str, client: Client) -> Client:
        """The client with a point before and after each of its calls."""
        return cast(Client, _Watched(name, client, self))


class _Watched:
    """Looks like the client it stands before; every call that awaits is told of."""

    def __init__(self, name: str, client: Any, points: Points) -> None:
        self._name, self._client, self._points = name, client, points

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._client, attribute)
        return self._told(attribute, found) if inspect.iscoroutinefunction(found) else found

    def _told(self, attribute: str, call: Any) -> Any:
        point = f"{self._name}.{attribute}"

        async def told(*args: Any, **kwargs: Any) -> Any:
            self._points.passed(f"before:{point}")
            try:
                return await call(*args, **kwargs)
            finally:
                self._points.passed(f"after:{point}")

        return told
