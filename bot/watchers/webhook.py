"""Webhook mode: Telegram is asked to bring updates, proves itself with a secret, and is looked after."""

import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.clients.telegram import Telegram
from bot.clock import Clock
from bot.domain.reach import NotReached
from bot.domain.situations import Notice
from bot.domain.updates import ALLOWED_UPDATES
from bot.flows.hearing import Hearing
from bot.flows.receipts import Receipt

CONNECTIONS = 10
"""so many updates come at once at most: as many as people of a desk can tap in the time one takes to be stored"""
LOOK_SECONDS, URGENT_LOOK_SECONDS = 60, 3
COUNT_EVERY_SECONDS = 60
LOOKS_BETWEEN_ALARMS = 5

log = logging.getLogger("desk.webhook")

Take = Callable[[Mapping[str, Any]], Awaitable[None]]
Alarm = Callable[[Notice], Awaitable[None]]


class Webhook:
    """`secret` is new at every start and stands nowhere else: neither a copy of the database nor the bot's token lets
    anybody speak as Telegram. `take` returns once an update is stored; `alarm` hears when none can arrive.
    """

    def __init__(self, telegram: Telegram, url: str, secret: str, take: Take, alarm: Alarm) -> None:
        self._telegram = telegram
        self.url = url
        self._secret = secret.encode()
        self._take = take
        self._alarm = alarm
        self._troubled_looks = 0
        self._set_at = 0.0
        self._counted_at: float | None = None
        self._uncounted = 0
        self.refused = 0
        """requests that did not know the secret"""

    async def ask(self) -> None:
        """Telegram brings updates from now on. Raises Rejected when it will not, Offline or Slow when it cannot now."""
        await self._telegram.set_webhook(self.url, self._secret.decode(), ALLOWED_UPDATES, CONNECTIONS)
        self._set_at = time.time()

    def is_genuine(self, secrets: Sequence[str]) -> bool:
        """Whether the values of the header are the one secret. A wrong one takes as long as the right one."""
        given = secrets[0].encode("latin-1", "replace") if len(secrets) == 1 else b""
        if hmac.compare_digest(given, self._secret):
            return True
        self._count()
        return False

    async def take(self, raw: bytes) -> Receipt:
        """Of a genuine request. Raises Closed or StoreError when it is not stored: it must come again."""
        try:
            update = json.loads(raw)
        except (ValueError, RecursionError):
            return Receipt.UNREADABLE
        if not isinstance(update, dict) or type(update.get("update_id")) is not int:
            return Receipt.UNREADABLE
        await self._take(update)
        return Receipt.KEPT

    async def has_brought_all(self) -> bool:
        """Only whether Telegram has nothing more to bring; it sets nothing and cries nothing."""
        try:
            seen = await self._telegram.webhook()
        except NotReached as away:
            log.info("Telegram cannot be asked what waits: %s", away)
            return False
        return seen.url == self.url and seen.waiting == 0

    def _count(self) -> None:
        """Told in the log, seldom: whoever knocks must not be able to fill the disk."""
        self.refused += 1
        self._uncounted += 1
        now = time.monotonic()
        if self._counted_at is None or now - self._counted_at >= COUNT_EVERY_SECONDS:
            log.warning("refused without Telegram's secret: %s (%s since the start)", self._uncounted, self.refused)
            self._counted_at, self._uncounted = now, 0

    async def look(self) -> bool:
        """Set it again where somebody took it away, and cry when nothing arrives for longer than a look.

        True when Telegram has nothing more to bring.
        """
        try:
            seen = await self._telegram.webhook()
            if seen.url != self.url:
                log.warning("the webhook was taken away by another program with this bot's token; it is set again")
                await self.ask()
                await self._alarm(Notice("webhook_taken", {}))
                return False
        except NotReached as away:
            log.warning("Telegram cannot be asked about the webhook: %s", away)
            return False
        if seen.waiting == 0 or seen.error_at <= self._set_at:
            self._troubled_looks = 0
            return seen.waiting == 0
        log.warning("Telegram cannot bring %s updates: %s", seen.waiting, seen.error)
        self._troubled_looks += 1
        if self._troubled_looks % LOOKS_BETWEEN_ALARMS == 2:
            await self._alarm(Notice("deaf", {"why": seen.error[:100]}))
        return False


class Looks:
    """`round`, to be called every `URGENT_LOOK_SECONDS`, looks after the webhook once a minute.

    While something goes out by itself once all taps are heard, each round asks whether Telegram has more.
    """

    def __init__(self, webhook: Webhook, hearing: Hearing, clock: Clock) -> None:
        self._webhook = webhook
        self._hearing = hearing
        self._clock = clock
        self._looked_at: float | None = None

    async def round(self) -> None:
        """One of them, or nothing when neither is due."""
        seconds, asked_at = self._clock.monotonic(), self._clock.now()
        is_whole = self._looked_at is None or seconds - self._looked_at >= LOOK_SECONDS
        if is_whole:
            self._looked_at = seconds
            is_all = await self._webhook.look()
        else:
            is_all = self._hearing.urgent.is_set() and await self._webhook.has_brought_all()
        if is_all:
            self._hearing.heard(asked_at)
