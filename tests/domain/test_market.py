"""The market around our own ads: ranks, neighbours, spread, and the words that name a pair."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.ads import AdState, MarketAd
from bot.domain.errors import NotAllowed
from bot.domain.market import Market, MarketSide, rank, read_pair
from bot.domain.orders import Side

SELL, BUY = Side.SELL, Side.BUY


def ad(number: int, price: str = "7.20", side: Side = SELL) -> MarketAd:
    return MarketAd(str(number), number, side, "USDT", "CNY", Decimal(price), None, None, None, None, None, "n", ())


def side(count: int, *own: int, of: Side = SELL) -> MarketSide:
    return rank(of, [ad(number) for number in range(1, count + 1)], [(str(one), AdState.LISTED) for one in own], 0)


def places(found: MarketSide, most: int) -> list[tuple[int, bool]]:
    return [(row.rank, row.is_gap_before) for row in found.around(most)]


def test_without_an_ad_of_ours_the_first_ones_are_shown() -> None:
    assert places(side(9), 3) == [(1, False), (2, False), (3, False)] and side(9).ours == ()


def test_ours_stands_between_its_neighbours_and_the_first_is_never_left_out() -> None:
    assert places(side(20, 12), 5) == [(1, False), (2, False), (11, True), (12, False), (13, False)]
    assert places(side(20, 20), 4) == [(1, False), (2, False), (19, True), (20, False)]
    assert places(side(3, 1), 5) == [(1, False), (2, False), (3, False)]


@given(some.integers(0, 30), some.integers(1, 30), some.integers(1, 8))
def test_however_many_there_are_rows_are_in_order_and_ours_is_among_them(count: int, own: int, most: int) -> None:
    found = side(count, own)
    ranks = [rank for rank, _ in places(found, most)]
    assert ranks == sorted(set(ranks)) and len(ranks) == min(count, most)
    assert own not in range(1, count + 1) or own in ranks or most == 1
    assert [gap for _, gap in places(found, most)] == [
        place > 0 and here != ranks[place - 1] + 1 for place, here in enumerate(ranks)
    ]


def test_the_best_is_the_lowest_of_sellers_and_the_highest_of_buyers() -> None:
    prices = [ad(1, "7.3"), ad(2, "7.1"), ad(3, "7.2")]
    sellers, buyers = rank(SELL, prices, [], 0), rank(BUY, prices, [], 0)
    assert (sellers.best, buyers.best, rank(SELL, [], [], 0).best) == (Decimal("7.1"), Decimal("7.3"), None)


def test_the_spread_is_exact_and_may_be_below_zero() -> None:
    def market(high: str, low: str) -> Market:
        return Market("USDT", "CNY", rank(SELL, [ad(1, high)], [], 0), rank(BUY, [ad(2, low, BUY)], [], 0), 0)

    assert (market("7.22", "7.20").spread, market("7.22", "7.20").spread_percent) == (Decimal("0.02"), Decimal("0.28"))
    assert market("7.10", "7.20").spread == Decimal("-0.10")
    empty = Market("USDT", "CNY", side(0), side(0, of=BUY), 0)
    assert (empty.spread, empty.spread_percent) == (None, None)


def test_ours_that_the_market_does_not_show_is_counted_when_it_is_online() -> None:
    own = [("77", AdState.LISTED), ("78", AdState.DELISTED)]
    assert (rank(SELL, [ad(1)], own, 0).ours_online, rank(SELL, [ad(1)], own, 0).ours) == (1, ())


@pytest.mark.parametrize("words", [["USDT", "CNY"], ["usdt", "cny"], ["USDT/CNY"], ["usdt/", "cny"]])
def test_a_pair_may_be_written_in_several_ways(words: list[str]) -> None:
    assert read_pair(words, ("BTC", "USD")) == ("USDT", "CNY")


def test_no_words_are_the_desks_own_pair() -> None:
    assert read_pair([], ("BTC", "USD")) == ("BTC", "USD")


@pytest.mark.parametrize(
    "words", [["USDT"], ["USDT", "USDT"], ["USDT", "CNY", "X"], ["US-T", "CNY"], ["🙈", "CNY"], ["A" * 13, "CNY"]]
)
def test_anything_else_is_refused_with_what_was_written(words: list[str]) -> None:
    with pytest.raises(NotAllowed) as no:
        read_pair(words, ("BTC", "USD"))
    assert (no.value.reason, no.value.facts["command"]) == ("usage", "market")
