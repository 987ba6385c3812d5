"""What the buyer chat needs besides the desk's memory: the ways files come and go, and what is worth a look now."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from cachetools import TTLCache

from bot.clients.file_hosts import Fetched
from bot.domain.attachments import Prepared
from bot.domain.day_chart import ChartPlan, Drawn


class Phone(Protocol):
    """Telegram, as far as files from staff are concerned."""

    async def download(self, file_id: str, max_bytes: int) -> bytes: ...


class Hosts(Protocol):
    """Where the venue keeps the files of its chats."""

    def allow(self, host: str) -> None: ...

    async def fetch(self, url: str) -> Fetched: ...


class Bench(Protocol):
    """Makes a file fit for the venue, in a process of its own."""

    async def prepare(self, content: bytes, name: str = "") -> list[Prepared]: ...


class Easel(Protocol):
    """Draws a day, in a process of its own."""

    async def draw(self, plan: ChartPlan) -> Drawn: ...


@dataclass
class Talk:
    """`hints` are orders whose chat is worth reading at once; `unread` what the list last counted, by order.

    `lanes` are the orders whose sayings are being sent right now, `fetching` the files on their way with
    their orders. `wake` is set when there is something to send or to read before the next round. `whole_reads` is when
    each chat was last read without a cursor (ms), `requests` how many pages of chats were asked for.
    """

    phone: Phone | None = None
    hosts: Hosts | None = None
    bench: Bench | None = None
    easel: Easel | None = None
    own_id: str = ""
    own_name: str = ""
    requests: int = 0
    hints: set[str] = field(default_factory=set)
    unread: dict[str, int] = field(default_factory=dict)
    lanes: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)
    fetching: dict[int, str] = field(default_factory=dict)
    whole_reads: TTLCache[str, int] = field(default_factory=lambda: TTLCache(maxsize=1024, ttl=3600))
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def has_counts(self) -> bool:
        """Whether the list tells how much is unread."""
        return bool(self.unread)

    def heed(self, order_id: str, unread: int | None) -> None:
        """Take note of a row's unread count; one that rose or changed is worth a look."""
        if unread is None:
            return
        if unread and unread != self.unread.get(order_id):
            self.hint(order_id)
        self.unread[order_id] = unread

    def hint(self, order_id: str) -> None:
        self.hints.add(order_id)
        self.wake.set()

    def forget(self, order_id: str) -> None:
        self.unread.pop(order_id, None)
