"""Looking at the market: by whom, and what of it is ours."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.ads import Ad, Demands, LimitBasis, MarketAd
from bot.domain.errors import NotAllowed, Unreachable
from bot.domain.orders import Side
from bot.flows import market
from tests.flows.bench import VIEWER, Bench, open_bench

OTHER = MarketAd("5", 1, Side.SELL, "USDT", "CNY", Decimal("7.19"), Decimal(10), None, None, None, None, "x", ())
OURS = Ad(
    "7", Side.SELL, "USDT", "CNY", Decimal("7.20"), Decimal(10), Decimal(10), Decimal(0), None, None, None, None,
    LimitBasis.CRYPTO, "OPEN", 0, {}, None, 15, "", "", Demands(),
)  # fmt: skip


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as opened:
        opened.gate.market = {Side.SELL: [OTHER, replace(OTHER, id="7", rank=2)]}
        opened.gate.mine = [OURS, replace(OURS, id="8", side=Side.BUY)]
        yield opened


async def test_ours_are_known_by_their_numbers_on_their_own_side(bench: Bench) -> None:
    found = await market.look(bench.desk, VIEWER, "USDT", "CNY")
    assert [(row.rank, row.is_ours) for row in found.sellers.rows] == [(1, False), (2, True)]
    assert (found.buyers.rows, found.buyers.ours_online) == ((), 1)
    assert (found.asset, found.fiat, found.seen_at) == ("USDT", "CNY", bench.now)


async def test_strangers_and_a_desk_without_gate_are_refused_and_what_the_venue_says_is_passed_on(bench: Bench) -> None:
    with pytest.raises(NotAllowed):
        await market.look(bench.desk, 4711, "USDT", "CNY")
    assert bench.gate.calls == []
    bench.gate.errors["market_ads"] = [Unreachable("gate_c2c", "market_ads", "away")]
    with pytest.raises(Unreachable):
        await market.look(bench.desk, VIEWER, "USDT", "CNY")
    bench.desk.gate = None
    with pytest.raises(NotAllowed) as no:
        await market.look(bench.desk, VIEWER, "USDT", "CNY")
    assert no.value.reason == "venue_off"
