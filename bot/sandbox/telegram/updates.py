"""The bot's news: an ordered queue that is emptied by `getUpdates` or by POSTs to the bot's webhook, never both."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.refusals import Refusal, conflict

ONLY_WHEN_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}
MAX_POLL_SECONDS = 50
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
TWO_POLLERS = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclass
class Webhook:
    url: str
    secret_token: str | None = None
    max_connections: int = 40
    ip_address: str | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass
class UpdateQueue:
    """Updates are numbered from a start that differs from zero, as Telegram's are."""

    last_id: int = 730_000_000
    pending: deque[Json] = field(default_factory=deque)
    allowed: list[str] | None = None
    webhook: Webhook | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _poller: asyncio.Future[Refusal] | None = None
    _sender: asyncio.Task[None] | None = None

    def push(self, kind: str, payload: Json, *, anyway: bool = False) -> int | None:
        """Queue an update if the bot asked for its kind (`anyway`: even if not); its id."""
        wanted = kind in self.allowed if self.allowed else kind not in ONLY_WHEN_ASKED
        if not wanted and not anyway:
            return None
        self.last_id += 1
        self.pending.append({"update_id": self.last_id, kind: payload})
        self._news.set()
        return self.last_id

    def push_raw(self, update: Json) -> int:
        """Queue an update exactly as given, with its own `update_id` when it has one."""
        if "update_id" not in update:
            self.last_id += 1
            update = {"update_id": self.last_id} | update
        self.pending.append(update)
        self._news.set()
        return int(update["update_id"])

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
        self._end_poll(conflict("terminated by setWebhook request"))
        if allowed is not None:
            self.allowed = allowed or None
        if drop_pending:
            self.pending.clear()
        self.stop()
        self.webhook = webhook
        if webhook is not None:
            self._sender = asyncio.get_running_loop().create_task(self._send_all(webhook))

    def stop(self) -> None:
        """End the webhook's sender, if one runs."""
        if self._sender is not None:
            self._sender.cancel()
            self._sender = None

    async def _send_all(self, webhook: Webhook) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret_token} if webhook.secret_token else {}
        failures = 0
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            while True:
                while not self.pending:
                    self._news.clear()
                    await self._news.wait()
                update = self.pending[0]
                error = await _post(client, webhook.url, update, headers)
                if error is None:
                    failures = 0
                    with contextlib.suppress(ValueError):
                        self.pending.remove(update)
                    continue
                webhook.last_error_date, webhook.last_error_message = int(time.time()), error
                await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
                failures += 1


async def _post(client: httpx.AsyncClient, url: str, update: Json, headers: dict[str, str]) -> str | None:
    """What went wrong, in Telegram's words; None when the bot took the update."""
    try:
        answer = await client.post(url, json=update, headers=headers)
    except httpx.ConnectError:
        return "Connection refused"
    except httpx.TimeoutException:
        return "Connection timed out"
    except httpx.HTTPError as error:
        return f"Read error: {type(error).__name__}"
    if answer.is_success:
        return None
    return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
