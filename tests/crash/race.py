"""The ground of the quote race: a desk, a Gate Pay over sockets, and one hand that moves the time of both.

Nothing waits for time to pass, so that each cell puts the end of the quote exactly where it wants it: before the tap,
after it, or between two statements of the desk that handles it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bot.app import Application, assemble
from bot.clock import Clock
from bot.demo import demo_settings, seed
from bot.domain.quotes import OWN
from bot.sandbox.pay.book import Execution
from bot.sandbox.pay.call_log import ConvertCall, ConvertLog
from bot.sandbox.pay.face import pay_app
from bot.sandbox.pay.venue import PayVenue
from bot.sandbox.people import PAY_CLIENT_ID, PAY_SECRET
from bot.sandbox.serving import Listener
from bot.watchers import rounds
from bot.watchers.going import Going

QUICKER = 20
NOBODY = {
    "bot_token": "1000:sandbox-token-not-secret",
    "telegram_url": "http://127.0.0.1:9",
    "gate_url": "http://127.0.0.1:9/api/v4",
    "gate_key": "none",
    "gate_secret": "none",
    "pay_client_id": PAY_CLIENT_ID,
    "pay_secret": PAY_SECRET,
}
"""addresses where nobody listens: the race is between the desk and Gate Pay alone"""


class Hand(Clock):
    """Unix seconds that stand still until they are moved. `passed` moves them at the point that was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.at = time.time()
        self._jump_in, self._jump = -1, 0.0
        self.points = 0
        self.left: dict[str, list[float]] = {}
        """by quote, when each request was handed to the wire"""

    def move(self, seconds: float) -> None:
        self.at += seconds

    def now(self) -> int:
        return round(self.at * 1000)

    def monotonic(self) -> float:
        return self.at

    def seconds(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / QUICKER)

    def jump(self, points: int, seconds: float) -> None:
        """At that many points from now: before or after a statement, or around the request."""
        self._jump_in, self._jump, self.points = points, seconds, 0

    def passed(self, point: str) -> None:
        if self.points == self._jump_in:
            self.move(self._jump)
            self._jump_in = -1
        self.points += 1


class _Executions(list[Execution]):
    """Knows what the hand showed at each of them."""

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        self._hand = hand
        self.moments: list[float] = []

    def append(self, one: Execution) -> None:
        self.moments.append(self._hand.at)
        super().append(one)


class _Posts(ConvertLog):
    """Moves the hand while the venue thinks."""

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        self._hand = hand
        self.delay = 0.0

    def receive(self, endpoint: str, raw: bytes, at: float) -> ConvertCall:
        self._hand.move(self.delay)
        return super().receive(endpoint, raw, at)


class _Venue(PayVenue):
    """Quotes live by the hand; `Date` and signatures go on by the real time, off by `offset`."""

    def now(self) -> float:
        return time.time() + self.offset


@dataclass
class Racer:
    """One desk with a Gate Pay of its own."""

    venue: PayVenue
    application: Application
    hand: Hand
    posts: _Posts
    executions: _Executions

    def begin(self, skew: float) -> None:
        self.hand.at = time.time()
        self.hand.jump(-1, 0.0)
        self.venue.offset, self.posts.delay = skew, 0.0

    def move_to(self, moment: float) -> None:
        self.hand.move(moment - self.hand.at)

    def posts_of(self, quote_id: str) -> list[ConvertCall]:
        return [call for call in self.posts.calls if _quote_of(call.body) == quote_id]

    def executions_of(self, quote_id: str) -> list[tuple[Execution, float]]:
        together = zip(self.executions, self.executions.moments, strict=True)
        return [(one, at) for one, at in together if one.quote_id == quote_id]


def _quote_of(body: object) -> str:
    return str(body.get("quoteId", "")) if isinstance(body, dict) else ""


class _Around:
    """Tells the hand of the moment before the request leaves and of the one after its answer."""

    def __init__(self, client: object, hand: Hand) -> None:
        self._client, self._hand = client, hand

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)

    async def convert(self, *, account: str, body: bytes) -> object:
        self._hand.left.setdefault(_quote_of(json.loads(body)), []).append(self._hand.at)
        self._hand.passed("before:gate_pay.convert")
        try:
            return await self._client.convert(account=account, body=body)  # type: ignore[attr-defined]
        finally:
            self._hand.passed("after:gate_pay.convert")


@contextlib.asynccontextmanager
async def racer(database: Path, quote_seconds: int) -> AsyncIterator[Racer]:
    """Until the block ends; quotes are ended and conversions followed by the desk's own loop."""
    hand = Hand()
    venue, posts, executions = (
        _Venue(PAY_CLIENT_ID, PAY_SECRET, (), wall_clock=hand.seconds),
        _Posts(hand),
        _Executions(hand),
    )
    venue.convert_calls, venue.executions = posts, executions
    venue.balances[OWN] = {"USDT": Decimal(100_000), "BTC": Decimal(10)}
    listener = Listener(pay_app(venue))
    await listener.start()
    settings = demo_settings(NOBODY | {"pay_url": listener.url}, database, "en")
    settings = settings.model_copy(update={"quote_seconds": quote_seconds})

    def around(name: str, client: object) -> object:
        return _Around(client, hand) if name == "gate_pay" else client

    application = await assemble(settings, clock=hand, probe=hand.passed, around=around)  # type: ignore[arg-type]
    await seed(application, "en")
    following = asyncio.create_task(rounds.follow_conversions(application.desk, Going(application.desk)))
    try:
        yield Racer(venue, application, hand, posts, executions)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await application.http.aclose()
        await application.pay_http.aclose()
        await application.store.close()
        await listener.stop()
        await venue.close()
