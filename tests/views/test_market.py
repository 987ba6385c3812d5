"""The market on a phone: rank, price, surplus, limits, in both languages, whatever others wrote."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.ads import AdState, MarketAd
from bot.domain.market import Market, rank
from bot.domain.orders import Side
from bot.views.buttons import Tap, Verb
from bot.views.card import width
from bot.views.market import market_card
from tests.views.samples import NOW, reader
from tests.views.strict_html import problem

SELL = MarketAd(
    "1", 1, Side.SELL, "USDT", "CNY", Decimal("7.21"), Decimal("1200"), Decimal(10), Decimal(500), Decimal(100),
    Decimal(5000), "<b>nick</b>", ("bank",),
)  # fmt: skip


def ads(count: int, side: Side, first: str = "7.21") -> list[MarketAd]:
    step = Decimal("0.01") if side is Side.SELL else Decimal("-0.01")
    return [replace(SELL, id=str(n), side=side, price=Decimal(first) + step * n) for n in range(count)]


def market(sellers: int = 9, buyers: int = 3, own: str = "6") -> Market:
    return Market(
        "USDT", "CNY",
        rank(Side.SELL, ads(sellers, Side.SELL), [(own, AdState.LISTED)], 2),
        rank(Side.BUY, ads(buyers, Side.BUY, "7.18"), [], 0), NOW,
    )  # fmt: skip


def test_it_says_who_stands_where_what_is_between_and_when_that_was() -> None:
    lines = market_card(market(), reader("en")).plain.splitlines()
    assert lines == [
        "📊 USDT/CNY market",
        "rank · price · USDT left · CNY per order",
        "They sell USDT",
        "1 · 7.21 · 1,200 · 100–5,000",
        "2 · 7.22 · 1,200 · 100–5,000",
        "⋯",
        "6 · 7.26 · 1,200 · 100–5,000",
        "▶ 7 · 7.27 · 1,200 · 100–5,000",
        "8 · 7.28 · 1,200 · 100–5,000",
        "Ours: rank 7 of 9",
        "2 more cannot be read",
        "They buy USDT",
        "1 · 7.18 · 1,200 · 100–5,000",
        "2 · 7.17 · 1,200 · 100–5,000",
        "3 · 7.16 · 1,200 · 100–5,000",
        "None of ours is online",
        "Spread 0.03 CNY (+0.42%)",
        "read 14:02:02",
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("made", [market(), market(0, 0), market(1, 0, own="77"), market(9, 9, own="0")])
def test_every_market_is_clean_narrow_and_can_be_read_again(language: str, made: Market) -> None:
    card = market_card(made, reader(language))
    assert problem(card.text) == "" and "nick" not in card.plain
    assert all(width(line) <= 46 for line in card.plain.splitlines())
    ((button,),) = card.rows
    assert Tap.parse(button.data) == Tap(Verb.MARKET, ("USDT", "CNY"))
    assert language == "en" or not any(word in card.plain for word in ("They", "Ours", "Spread", "read", "nobody"))


def test_limits_in_coins_are_shown_where_none_in_fiat_are_told_and_nothing_is_shown_for_nothing() -> None:
    bare = replace(SELL, fiat_least=None, fiat_most=None)
    rows = [bare, replace(bare, id="2", least=None, amount=None)]
    made = Market("USDT", "CNY", rank(Side.SELL, rows, [], 0), rank(Side.BUY, [], [], 0), NOW)
    lines = market_card(made, reader("en")).plain.splitlines()
    assert lines[3:5] == ["1 · 7.21 · 1,200 · 10–500 USDT", "2 · 7.21"] and "Spread" not in "".join(lines)


def test_an_ad_of_ours_that_takers_do_not_see_is_said() -> None:
    assert "Ours is online, but not in this list" in market_card(market(own="77"), reader("en")).plain
