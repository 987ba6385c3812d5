"""Gate's rate limits: reads wait or stay at home, money never waits, endpoints do not share."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.clients.gate_c2c.client import GateC2C
from bot.clients.http import Http
from bot.domain.errors import Refused
from tests.clients.raw_venue import KEY, SECRET, RawVenue, fixture, raw_venue, says, yes

ORDER = "61000002"
DETAILS = fixture("get_transaction_details")["response"]["data"]


class Naps:
    """Sleeps that are only written down."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@asynccontextmanager
async def client(venue: RawVenue, naps: Naps | None = None) -> AsyncIterator[GateC2C]:
    naps = naps or Naps()
    async with Http("gate", clock=time.time, sleep=naps) as http:
        yield GateC2C(http, venue.url, KEY, SECRET, time.time, sleep=naps)


def left(remaining: int, seconds: float) -> dict[str, str]:
    return {
        "X_Gate_RateLimit_Requests_Remain": str(remaining),
        "X_Gate_RateLimit_Limit": "150",
        "X_Gate_RateLimit_Reset_Timestamp": str(int(time.time() + seconds)),
    }


async def test_a_read_does_not_go_when_its_limit_is_used_up_for_long() -> None:
    async with raw_venue(yes(DETAILS, **left(0, 9))) as venue, client(venue) as gate:
        await gate.order(order_id=ORDER)
        with pytest.raises(Refused) as caught:
            await gate.order(order_id=ORDER)
        assert caught.value.is_throttled
        assert caught.value.retry_after == pytest.approx(9, abs=2.5)
        assert len(venue.requests) == 1


async def test_a_read_waits_when_its_limit_comes_back_soon() -> None:
    naps = Naps()
    async with raw_venue(yes(DETAILS, **left(0, 2))) as venue, client(venue, naps=naps) as gate:
        await gate.order(order_id=ORDER)
        await gate.order(order_id=ORDER)
        assert len(naps.taken) == 1
        assert 0 < naps.taken[0] <= 2.0
        assert len(venue.requests) == 2


async def test_parallel_reads_share_what_is_left() -> None:
    async with raw_venue(yes(DETAILS, **left(1, 9))) as venue, client(venue) as gate:
        await gate.order(order_id=ORDER)
        venue.behaviour = yes(DETAILS, Date="")
        await gate.order(order_id=ORDER)
        with pytest.raises(Refused):
            await gate.order(order_id=ORDER)


async def test_money_never_waits_for_a_limit() -> None:
    naps = Naps()
    async with raw_venue(yes({}, **left(0, 9))) as venue, client(venue, naps=naps) as gate:
        for _ in range(2):
            await gate.release(order_id=ORDER)
        assert len(venue.requests) == 2
        assert naps.taken == []


async def test_other_endpoints_are_not_held_back() -> None:
    async with raw_venue(yes(DETAILS, **left(0, 9))) as venue, client(venue) as gate:
        await gate.order(order_id=ORDER)
        await gate.pending_orders(asset="USDT", fiat="USD")
        assert len(venue.requests) == 2


async def test_odd_limit_headers_hold_nothing_back() -> None:
    headers = {"X_Gate_RateLimit_Requests_Remain": "many", "X_Gate_RateLimit_Reset_Timestamp": "1e400"}
    async with raw_venue(yes(DETAILS, **headers)) as venue, client(venue) as gate:
        for _ in range(3):
            await gate.order(order_id=ORDER)
        assert len(venue.requests) == 3


async def test_a_throttled_read_stays_at_home_until_the_limit_comes_back() -> None:
    throttled = says(429, {"label": "TOO_MANY_REQUESTS"}, Retry_After="7")
    async with raw_venue(throttled) as venue, client(venue) as gate:
        for _ in range(2):
            with pytest.raises(Refused) as caught:
                await gate.order(order_id=ORDER)
            assert caught.value.retry_after == pytest.approx(7, abs=1.5)
        assert len(venue.requests) == 1
