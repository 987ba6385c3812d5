"""What holds on any market: ten thousand of them, made by chance, with traps, dust, ties and our own ads among them."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as some

from bot.domain.ads import Ad, MarketAd
from bot.domain.market import median
from bot.domain.orders import Side
from bot.domain.repricing import Aim, Rule, considered, decide, largest_order, price_step
from tests.domain.test_repricing import NOW, OURS

MARKETS = 10_000
LARGE = settings(max_examples=MARKETS, deadline=None, database=None, derandomize=True)
OTHER = MarketAd("1", 1, Side.SELL, "USDT", "CNY", Decimal(7), None, None, None, None, None, "nick", ())
HEAD, ENTRY, MOST_OTHERS = 14, 5, 11
some_bytes = some.binary(min_size=HEAD, max_size=HEAD + ENTRY * MOST_OTHERS)
"""drawn in one piece, for ten thousand trees of strategies would take minutes; read by `world`"""


def price(number: int, *, is_fine: bool) -> Decimal:
    return Decimal(number).scaleb(-4) if is_fine else Decimal(number // 100).scaleb(-2)


def between(low: int, high: int, raw: bytes) -> int:
    return low + int.from_bytes(raw, "big") % (high - low + 1)


def world(raw: bytes) -> tuple[Rule, Ad, list[MarketAd], set[str]]:
    """A rule, our ad, the market with it, and our ids. Prices lie around 7 at the width of a market, or far off it."""
    floor = price(between(66_000, 74_000, raw[0:2]), is_fine=raw[2] % 4 == 0)
    rule = Rule(
        aim=Aim.RANK if raw[3] % 2 else Aim.UNDERCUT,
        floor=floor,
        ceiling=floor + price(between(0, 8_000, raw[4:6]), is_fine=raw[2] % 4 == 1),
        rank=between(1, 4, raw[3:4]),
        step=price(between(1, 300, raw[6:8]), is_fine=True),
        least_surplus=Decimal(between(0, 20, raw[8:9])),
        least_order=Decimal(between(0, 20, raw[9:10]) * 7),
        trap_percent=Decimal(between(1, 150, raw[10:11])) / 10,
    )
    side = Side.SELL if raw[11] % 2 else Side.BUY
    ad = replace(OURS, side=side, price=price(between(66_000, 74_000, raw[12:14]), is_fine=raw[11] % 8 < 2))
    market, ids = [replace(OTHER, id=ad.id, side=side, price=ad.price)], {ad.id}
    for start in range(HEAD, len(raw) - ENTRY + 1, ENTRY):
        entry, number = raw[start : start + ENTRY], str(start)
        kind, coins, fiat = entry[2] % 8, between(-1, 40, entry[3:4]), between(-1, 40, entry[4:5])
        cost = between(40_000, 99_000, entry[0:2]) if kind == 1 else between(68_000, 72_000, entry[0:2])
        market.append(
            replace(
                OTHER,
                id=number,
                side=side,
                price=price(cost, is_fine=kind == 2),
                amount=None if coins < 0 else Decimal(coins),
                fiat_most=None if fiat < 0 else Decimal(fiat * 7),
            )
        )
        if kind == 0:
            ids.add(number)
    return rule, ad, market, ids


def is_bait(rule: Rule, one: MarketAd, others: list[MarketAd]) -> bool:
    """Told anew in other words than those of the code that is judged."""
    middle = median([other.price for other in others]) or Decimal(0)
    low, high = (middle * (100 + sign * rule.trap_percent) / 100 for sign in (-1, 1))
    order = largest_order(one)
    return (
        not low <= one.price <= high
        or (rule.least_surplus > 0 and (one.amount is None or one.amount < rule.least_surplus))
        or (rule.least_order > 0 and (order is None or order < rule.least_order))
    )


def check_price(rule: Rule, ad: Ad, given_price: Decimal, honest: list[Decimal]) -> None:
    """Within the bounds, on a step, and nothing is given away but for a place that somebody honest has."""
    assert rule.floor <= given_price <= rule.ceiling and given_price > 0
    assert given_price != ad.price and given_price % price_step(ad.price) == 0
    assert honest
    is_given_away = given_price < ad.price if ad.side is Side.SELL else given_price > ad.price
    if is_given_away and rule.floor <= ad.price <= rule.ceiling:
        assert any(one <= ad.price if ad.side is Side.SELL else one >= ad.price for one in honest)


@LARGE
@given(some_bytes)
def test_no_market_moves_a_price_beyond_its_bounds_after_bait_without_need_or_twice(raw: bytes) -> None:
    rule, ad, market, ids = world(raw)
    decision = decide(rule, ad, market, ids, NOW)
    assert decision == decide(rule, ad, list(reversed(market)), ids, NOW)
    others = [one for one in market if one.id not in ids]
    honest = [one for one in others if not is_bait(rule, one, others)]
    assert sorted(considered(rule, ad, market, ids)[0]) == sorted(one.price for one in honest)
    if decision.price is None:
        return
    check_price(rule, ad, decision.price, [one.price for one in honest])
    moved = replace(ad, price=Decimal(format(decision.price.normalize(), "f")))
    shown = [replace(one, price=moved.price) if one.id == ad.id else one for one in market]
    assert decide(rule, moved, shown, ids, NOW).price is None
