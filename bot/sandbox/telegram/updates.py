"""The bot's news: an ordered queue that is emptied by `getUpdates` or by POSTs to the bot's webhook, never both."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.refusals import Refusal, conflict
from bot.sandbox.telegram.webhooks import Deliveries, Webhook

ONLY_WHEN_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}
MAX_POLL_SECONDS = 50
TWO_POLLERS = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclass
class UpdateQueue:
    """Updates are numbered from a start that differs from zero, as Telegram's are."""

    last_id: int = 730_000_000
    pending: deque[Json] = field(default_factory=deque)
    allowed: list[str] | None = None
    webhook: Webhook | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _poller: asyncio.Future[Refusal] | None = None

    def __post_init__(self) -> None:
        self.deliveries = Deliveries(self.pending, self._taken)

    def push(self, kind: str, payload: Json, *, anyway: bool = False) -> int | None:
        """Queue an update if the bot asked for its kind (`anyway`: even if not); its id."""
        wanted = kind in self.allowed if self.allowed else kind not in ONLY_WHEN_ASKED
        if not wanted and not anyway:
            return None
        self.last_id += 1
        self._queue({"update_id": self.last_id, kind: payload})
        return self.last_id

    def push_raw(self, update: Json) -> int:
        """Queue an update exactly as given, with its own `update_id` when it has one."""
        if "update_id" not in update:
            self.last_id += 1
            update = {"update_id": self.last_id} | update
        self._queue(update)
        return int(update["update_id"])

    def _queue(self, update: Json) -> None:
        self.pending.append(update)
        self._news.set()
        self.deliveries.wake()

    def _taken(self, update: Json) -> None:
        with contextlib.suppress(ValueError):  # dropped while it was on its way
            self.pending.remove(update)

    async def poll(self, offset: int, limit: int, timeout: float, allowed: list[str] | None) -> list[Json]:
        """Confirms everything below `offset`, then waits up to `timeout` seconds for news. 409 when another polls."""
        if self.webhook is not None:
            raise conflict(WEBHOOK_ACTIVE)
        self._end_poll(conflict(TWO_POLLERS))
        if allowed is not None:
            self.allowed = allowed or None
        self._confirm(offset)
        ended: asyncio.Future[Refusal] = asyncio.get_running_loop().create_future()
        self._poller = ended
        try:
            await self._wait(ended, min(timeout, MAX_POLL_SECONDS))
        finally:
            if self._poller is ended:
                self._poller = None
        if ended.done():
            raise ended.result()
        return list(self.pending)[:limit]

    async def _wait(self, ended: asyncio.Future[Refusal], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not self.pending and not ended.done() and (left := deadline - time.monotonic()) > 0:
            self._news.clear()
            news = asyncio.ensure_future(self._news.wait())
            waits: set[asyncio.Future[Any]] = {news, ended}
            try:
                await asyncio.wait(waits, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            finally:
                news.cancel()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
            return
        while self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()

    def _end_poll(self, why: Refusal) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(why)

    def set_webhook(self, webhook: Webhook | None, *, drop_pending: bool, allowed: list[str] | None) -> None:
        if webhook is not None or self.webhook is not None:
            self._end_poll(conflict("terminated by setWebhook request"))
        if allowed is not None:
            self.allowed = allowed or None
        if drop_pending:
            self.pending.clear()
        self.stop()
        self.webhook = webhook
        if webhook is not None:
            self.deliveries.start(webhook)

    def stop(self) -> None:
        """End what brings updates, if a webhook is set."""
        self.deliveries.stop()

    async def close(self) -> None:
        """The same, and wait until nothing of it is on its way."""
        await self.deliveries.close()
