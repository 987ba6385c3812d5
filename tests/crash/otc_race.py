"""The ground of the OTC quote race: as that of conversions, with the OTC desk's tokens, orders and creates."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.app import Application, assemble
from bot.demo import demo_settings, seed
from bot.domain.quotes import OWN
from bot.sandbox.pay.call_log import ConvertCall, OtcLog
from bot.sandbox.pay.face import pay_app
from bot.sandbox.pay.otc_book import OtcCreation
from bot.sandbox.pay.venue import PayVenue
from bot.sandbox.people import PAY_CLIENT_ID, PAY_SECRET
from bot.sandbox.serving import Listener
from bot.watchers import rounds
from bot.watchers.going import Going
from tests.crash.race import NOBODY, Hand

PLENTY_SECONDS = 3600.0


class _Posts(OtcLog):
    """Moves the hand while the venue thinks."""

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        self._hand = hand
        self.delay = 0.0

    def receive(self, endpoint: str, raw: bytes, at: float) -> ConvertCall:
        self._hand.move(self.delay)
        return super().receive(endpoint, raw, at)


class _Created(list[OtcCreation]):
    """Knows what the hand showed at each of them."""

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        self._hand = hand
        self.moments: list[float] = []

    def append(self, one: OtcCreation) -> None:
        self.moments.append(self._hand.at)
        super().append(one)


class _Venue(PayVenue):
    """Quotes live by the hand; `Date` and signatures go on by the real time, off by `offset`."""

    def now(self) -> float:
        return time.time() + self.offset


class _Around:
    """Tells the hand of the moment before the request leaves and of the one after its answer."""

    def __init__(self, client: Any, hand: Hand) -> None:
        self._client, self._hand = client, hand

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def create(self, *, body: bytes) -> object:
        self._hand.left.setdefault(json.loads(body)["quoteToken"], []).append(self._hand.at)
        self._hand.passed("before:otc.create")
        try:
            return await self._client.create(body=body)
        finally:
            self._hand.passed("after:otc.create")


@dataclass
class OtcRacer:
    """One desk with a Gate Pay of its own."""

    venue: PayVenue
    application: Application
    hand: Hand
    posts: _Posts
    created: _Created

    def begin(self, skew: float, told_seconds: float) -> None:
        self.hand.at = time.time()
        self.hand.jump(-1, 0.0)
        self.venue.offset, self.posts.delay = skew, 0.0
        self.venue.otc.variants.quote_seconds = told_seconds
        self.venue.faults.clear()

    def posts_of(self, token: str) -> list[ConvertCall]:
        return [call for call in self.posts.calls if isinstance(call.body, dict) and call.body["quoteToken"] == token]

    def created_of(self, token: str) -> list[tuple[OtcCreation, float]]:
        together = zip(self.created, self.created.moments, strict=True)
        return [(one, at) for one, at in together if one.token == token]


@contextlib.asynccontextmanager
async def otc_racer(database: Path) -> AsyncIterator[OtcRacer]:
    """Until the block ends; quotes are ended and orders followed by the desk's own loop."""
    hand = Hand()
    venue = _Venue(PAY_CLIENT_ID, PAY_SECRET, (), wall_clock=hand.seconds)
    posts, created = _Posts(hand), _Created(hand)
    venue.otc_calls, venue.otc.created = posts, created
    venue.otc.variants.dispatch_seconds = PLENTY_SECONDS
    venue.balances[OWN]["USDT"] = Decimal(100_000)
    listener = Listener(pay_app(venue))
    await listener.start()

    def around(name: str, client: object) -> object:
        return _Around(client, hand) if name == "otc" else client

    settings = demo_settings(NOBODY | {"pay_url": listener.url}, database, "en")
    application = await assemble(settings, clock=hand, probe=hand.passed, around=around)  # type: ignore[arg-type]
    await seed(application, "en")
    following = asyncio.create_task(rounds.follow_off_ramps(application.desk, Going(application.desk)))
    try:
        yield OtcRacer(venue, application, hand, posts, created)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await application.http.aclose()
        await application.pay_http.aclose()
        await application.store.close()
        await listener.stop()
        await venue.close()
