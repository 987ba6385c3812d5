"""Files on their way in memory: what phones hold, what the venue's hosts give, a workshop that does as it is told."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from bot.clients.file_hosts import Fetched
from bot.domain.attachments import NotFetched, Prepared
from bot.domain.errors import DeskError
from bot.domain.reach import FileGone, TooBig
from bot.flows.talk import Bench, Hosts, Phone

JPEG = b"\xff\xd8\xff\xe0 a picture"


class FakePhone(Phone):
    """`files` are bytes by Telegram's id; `errors[id]` are raised one after the other before the file is given."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.errors: dict[str, list[DeskError]] = defaultdict(list)
        self.asked: list[str] = []

    async def download(self, file_id: str, max_bytes: int) -> bytes:
        self.asked.append(file_id)
        if self.errors[file_id]:
            raise self.errors[file_id].pop(0)
        if file_id not in self.files:
            raise FileGone(file_id)
        if len(self.files[file_id]) > max_bytes:
            raise TooBig(file_id)
        return self.files[file_id]


class FakeHosts(Hosts):
    """`files` are (bytes, content type) by address; only addresses of an allowed host are given."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = set(hosts)
        self.files: dict[str, tuple[bytes, str]] = {}
        self.errors: dict[str, list[DeskError]] = defaultdict(list)
        self.asked: list[str] = []
        self.gate: asyncio.Event | None = None

    def allow(self, host: str) -> None:
        self.hosts.add(host)

    async def fetch(self, url: str) -> Fetched:
        """Waits for `gate` where there is one."""
        self.asked.append(url)
        if self.gate is not None:
            await self.gate.wait()
        if self.errors[url]:
            raise self.errors[url].pop(0)
        host = url.partition("://")[2].partition("/")[0]
        if host not in self.hosts:
            raise NotFetched("unknown_host", host, is_final=True)
        if url not in self.files:
            raise NotFetched("refused", host, is_final=True)
        return Fetched(*self.files[url])


class FakeBench(Bench):
    """Makes one JPEG of everything that is not told otherwise: `pages[content]` or `errors[content]`."""

    def __init__(self) -> None:
        self.pages: dict[bytes, list[Prepared]] = {}
        self.errors: dict[bytes, DeskError] = {}
        self.seen: list[tuple[bytes, str]] = []

    async def prepare(self, content: bytes, name: str = "") -> list[Prepared]:
        self.seen.append((content, name))
        if content in self.errors:
            raise self.errors[content]
        return self.pages.get(content, [Prepared(JPEG + content, "image/jpeg")])
