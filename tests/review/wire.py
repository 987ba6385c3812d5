"""A Telegram that remembers what it was asked to show and refuses what a test wants refused."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from bot.clients.messages import CardLike
from bot.clients.telegram import Telegram
from bot.watchers.relay import Relay
from tests.review.stand import Stand


@dataclass
class Wire(Telegram):
    """`refuse` may return an error for (chat, text); what passes is kept as (chat, text, silent)."""

    refuse: Callable[[int, str], Exception | None] = lambda chat_id, text: None
    sent: list[tuple[int, str, bool]] = field(default_factory=list)
    tries: int = 0
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def send(
        self, chat_id: int, card: CardLike, *, silent: bool = True, topic_id: int | None = None,
        reply_to: int | None = None,
    ) -> int:  # fmt: skip
        self.tries += 1
        refusal = self.refuse(chat_id, card.plain)
        if refusal is not None:
            raise refusal
        self.sent.append((chat_id, card.plain, silent))
        return int(next(self._numbers))

    async def edit(self, chat_id: int, message_id: int, card: CardLike) -> None:
        refusal = self.refuse(chat_id, card.plain)
        if refusal is not None:
            raise refusal

    def to(self, chat_id: int) -> list[str]:
        return [text for chat, text, _ in self.sent if chat == chat_id]


@asynccontextmanager
async def relaying(stand: Stand, wire: Wire) -> AsyncIterator[Relay]:
    relay = Relay(stand.desk, wire, stand.clock.monotonic)
    running = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await relay.stop()


async def until(stand: Stand, is_so: Callable[[], bool], seconds: float = 10) -> None:
    """Let the desk's time pass quickly until it is so."""
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.01)
            stand.clock.go_on(0.5)
            stand.desk.wake_relay.set()
