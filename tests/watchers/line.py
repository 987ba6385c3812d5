"""The relay and the chats it tells, run step by step."""

import asyncio
from dataclasses import replace

from bot.domain.chat import ChatKind
from bot.flows import deliver
from bot.watchers.relay import Relay
from storage.outbox import Delivery
from tests.flows.bench import GROUP, ORDER, Bench
from tests.support.fake_telegram import FakeTelegram

HOST = "files.example"


class Line:
    """A relay that is run step by step: `tell` delivers everything that is due now."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.telegram = bench, FakeTelegram()
        self.relay = Relay(bench.desk, self.telegram, bench.clock.monotonic)

    async def tell(self, seconds: float = 0) -> None:
        self.bench.pass_(seconds)
        self.bench.clock.is_moved_by_sleep = True
        for _ in range(12):
            for chat in await deliver.chats_due(self.bench.desk):
                self.bench.pass_(4)
                await asyncio.wait_for(self.relay._serve(chat), 5)
            if not await deliver.chats_due(self.bench.desk):
                break
        self.bench.clock.is_moved_by_sleep = False

    def fill(self, chat: int) -> None:
        """So much was said there lately that news has to wait."""
        self.relay.pace.hold(chat, 5)

    async def heralds(self) -> bool:
        """Whether the group got a digest of words now."""
        self.bench.clock.is_moved_by_sleep = True
        done = await self.relay._herald(GROUP)
        self.bench.clock.is_moved_by_sleep = False
        return done

    async def one(self, chat: int, kind: str = "chat") -> Delivery:
        """What waits of that kind for this chat."""
        (found,) = [one for one in await self.bench.outbox() if one.chat_id == chat and one.kind == kind]
        return found

    def clear(self) -> None:
        for memory in (self.telegram.shown, self.telegram.files, self.telegram.reactions):
            memory.clear()

    def texts(self, chat: int) -> list[str]:
        """What was posted or changed there, without the order's card."""
        return [text for text in self.telegram.said(chat) if "(verified name)" not in text]

    def calls(self, chat: int) -> list[str]:
        return [call for call, to, _, _, _, _ in self.telegram.shown if to == chat]


async def hears(line: Line, *texts: str, **changes: object) -> None:
    line.bench.pass_(1)
    line.bench.writes(*texts, **changes)  # type: ignore[arg-type]
    await line.bench.read()


async def gets_file(line: Line, name: str = "1.jpg", kind: str = "image/jpeg", content: bytes = b"pic") -> str:
    """The other side sends a file; it is wanted, and not fetched yet."""
    url = f"https://{HOST}/{name}"
    line.bench.hosts.files[url] = (content, kind)
    await hears(line, "", kind=ChatKind.FILE, file_key=name, file_url=url)
    return url


async def another_hears(line: Line, text: str) -> None:
    """Words in the chat of a second order; one order alone has no digest."""
    line.bench.add(replace(ORDER, id="62000002"))
    await line.bench.see("62000002")
    line.bench.writes(text, order_id="62000002")
    await line.bench.read("62000002")


def order_of(text: str, *words: str) -> bool:
    """All of these stand in the text, in this order."""
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


async def told(line: Line, chat: int) -> int | None:
    async with line.bench.store.read() as tables:
        return await tables.chats.told(chat, ORDER.id)
