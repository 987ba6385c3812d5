"""A warm process from which desks are forked: each life costs milliseconds instead of a second of imports.

It reads one life per line and says when it began and when it ended. It has no threads and no event loop, so what is
forked from it starts as clean as a new process. Its desks end with it. It is itself forked from a process that did the
imports, so that every test has one of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import select
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx

from bot.clients.trust import certificates
from bot.settings import build
from bot.texts.catalogue import texts_for
from tests.crash import child
from tests.crash.child import Life
from tests.support.warm import PR_SET_PDEATHSIG, forge

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

    def __init__(self, words: asyncio.StreamReader, lives: asyncio.StreamWriter) -> None:
        self._words, self._lives = words, lives
        self._births: dict[int, asyncio.Future[Alive]] = {}
        self._alive: dict[int, Alive] = {}
        self._number = 0
        self._reader = asyncio.create_task(self._read())

    async def start(self, life: Life) -> Alive:
        """Fork a desk."""
        self._number += 1
        born = self._births[self._number] = asyncio.get_running_loop().create_future()
        self._lives.write(f"{self._number} {life.text()}\n".encode())
        await self._lives.drain()
        return await asyncio.wait_for(born, BIRTH_SECONDS)

    async def _read(self) -> None:
        async for line in self._words:
            word, number, value = line.decode().split()
            if word == "born":
                alive = Alive(int(value), asyncio.get_running_loop().create_future())
                self._alive[alive.pid] = alive
                self._births.pop(int(number)).set_result(alive)
            else:
                self._alive.pop(int(number)).ended.set_result(int(value))

    async def stop(self) -> None:
        """Waits until it and all its desks are gone: all of them hold the other end."""
        self._lives.write_eof()
        await self._reader
        self._lives.close()


@contextlib.asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """A warm process until the block ends; its desks end with it."""
    ours, theirs = socket.socketpair()
    with theirs:
        forge(__name__).fork(theirs.fileno())
    found = Nursery(*await asyncio.open_connection(sock=ours))
    try:
        yield found
    finally:
        await found.stop()


def live(_arguments: list[str], channel: int) -> None:
    """Fork for every line, tell of every end, until the other end is closed."""
    os.dup2(channel, 0)
    os.dup2(channel, 1)
    os.close(channel)
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


def warm_up() -> None:
    """What every desk would read or import in its first second is read once."""
    certificates()
    build({"TELEGRAM_TOKEN": "1000:none", "DESK_OWNERS": "1", "DESK_TIMEZONE": "Asia/Shanghai"})
    for language in ("en", "zh"):
        texts_for(language)
    with contextlib.suppress(httpx.HTTPError):
        asyncio.run(_call_nobody())


async def _call_nobody() -> None:
    """The client imports parts of itself only when it connects."""
    async with httpx.AsyncClient(verify=certificates(), trust_env=False) as client:
        await client.get("http://127.0.0.1:9/")


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
