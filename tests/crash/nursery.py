"""A warm process from which desks are forked: each life costs milliseconds instead of a second of imports.

`python -m tests.crash.nursery` reads one life per line and says when it began and when it ended. It has no threads and
no event loop, so what is forked from it starts as clean as a new process. Its desks end with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import os
import select
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from telegram.request import HTTPXRequest

from tests.crash import child
from tests.crash.child import Life

CHECKOUT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1
BIRTH_SECONDS = 60.0  # the first one waits for the imports


@dataclass
class Alive:
    """A desk that was started. `ended` is set with its wait status once it is gone."""

    pid: int
    ended: asyncio.Future[int] = field(repr=False)

    @property
    def is_gone(self) -> bool:
        return self.ended.done()

    def arm(self) -> None:
        self._send(signal.SIGUSR1)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if not self.is_gone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def gone(self, seconds: float = 5.0) -> int:
        """Waits for its end. Raises TimeoutError."""
        return await asyncio.wait_for(asyncio.shield(self.ended), seconds)

    async def end(self) -> None:
        self.kill()
        await self.gone()


class Nursery:
    """The other end of the nursery's pipe."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._births: dict[int, asyncio.Future[Alive]] = {}
        self._alive: dict[int, Alive] = {}
        self._number = 0
        self._reader = asyncio.create_task(self._read())

    async def start(self, life: Life) -> Alive:
        """Fork a desk."""
        self._number += 1
        born = self._births[self._number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        self._process.stdin.write(f"{self._number} {life.text()}\n".encode())
        await self._process.stdin.drain()
        return await asyncio.wait_for(born, BIRTH_SECONDS)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            word, number, value = line.decode().split()
            if word == "born":
                alive = Alive(int(value), asyncio.get_running_loop().create_future())
                self._alive[alive.pid] = alive
                self._births.pop(int(number)).set_result(alive)
            else:
                self._alive.pop(int(number)).ended.set_result(int(value))

    async def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        self._reader.cancel()


@contextlib.asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """A warm process until the block ends; its desks end with it."""
    command = [sys.executable, "-m", "tests.crash.nursery"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=CHECKOUT, stdin=pipe, stdout=pipe)
    found = Nursery(process)
    try:
        yield found
    finally:
        await found.stop()


def _serve() -> None:
    """Fork for every line, tell of every end, until the other end closes the pipe."""
    _warm_up()
    wake, woken = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken)
    alive: set[int] = set()
    buffer = b""
    while True:
        readable, _, _ = select.select([0, wake], [], [])
        if wake in readable:
            os.read(wake, 4096)
            _bury(alive)
        if 0 in readable:
            chunk = os.read(0, 65536)
            if not chunk:
                break
            *lines, buffer = (buffer + chunk).split(b"\n")
            for line in lines:
                _bear(line.decode(), alive)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _warm_up() -> None:
    HTTPXRequest()  # reads the certificates once, so that no desk has to
    gc.collect()
    gc.freeze()


def _bear(line: str, alive: set[int]) -> None:
    number, _, text = line.partition(" ")
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        status = 1
        try:
            child.main(Life.of(text))
            status = 0
        finally:
            os._exit(status)
    alive.add(pid)
    _say("born", number, pid)


def _bury(alive: set[int]) -> None:
    for pid in list(alive):
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            alive.discard(pid)
            _say("gone", str(pid), status)


def _say(word: str, number: str, value: int) -> None:
    print(word, number, value, flush=True)


if __name__ == "__main__":
    _serve()
