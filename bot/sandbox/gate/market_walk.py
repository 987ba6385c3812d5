"""One step of the market, by dice that a seed makes the same: prices drift, rivals come, go, sell out, undercut us."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.sandbox.gate.ads import Ad, plain, priced

if TYPE_CHECKING:  # the market takes its steps from here
    from bot.sandbox.gate.market import Market

NICKS = ("jade", "harbor", "lantern", "magpie", "bamboo", "comet", "tiger", "willow", "ferry", "orchid")
METHODS = (("bank",), ("alipay",), ("bank", "alipay"), ("wechat", "alipay"), ("bank", "wechat", "alipay"))
FEWEST, USUAL, MOST = 2, 6, 9  # rivals on a side
# How far from the reference a walk may lead, in percent: at worst a little across, at best a good deal apart.
NEAREST, FARTHEST = Decimal("-0.4"), Decimal("3")
SOLD_OUT = Decimal(50)


def step(market: Market) -> None:
    for pair in sorted(market.references):
        if not any((ad.asset, ad.fiat) == pair for ad in market.rivals.values()):
            continue
        _drift_reference(market, pair)
        for side in ("sell", "buy"):
            _drift(market, side, *pair)
            _trade(market, side, *pair)
            _come_and_go(market, side, *pair)


def stranger(market: Market, side: str, asset: str, fiat: str) -> Ad:
    """A new rival near the reference, still without a number."""
    dice = market.dice
    reference = market.reference(asset, fiat) or Decimal(1)
    apart = Decimal(dice.randrange(-2, 20)) * market.tick(fiat) * (1 if side == "sell" else -1)
    low, high = dice.choice((("10", "2000"), ("50", "5000"), ("100", "20000"), ("500", "50000")))
    methods = dice.choice(METHODS)
    ad = Ad(
        id=0,
        side=side,
        asset=asset,
        fiat=fiat,
        price="1",
        amount=f"{dice.randrange(int(high) // 2, int(high) * 3)}.00",
        min_amount=low,
        max_amount=high,
        pay_types=methods,
        pay_type_json="{}",
        created_at=market.seconds(),
        nick=f"{dice.choice(NICKS)}_{dice.randrange(10, 99)}",
    )
    return priced(ad, market.rounded(_bounded(reference + apart, reference, side), fiat))


def _drift_reference(market: Market, pair: tuple[str, str]) -> None:
    moved = market.references[pair] + market.dice.choice((-1, 0, 0, 1)) * market.tick(pair[1])
    market.references[pair] = max(moved, market.tick(pair[1]) * 10)


def _drift(market: Market, side: str, asset: str, fiat: str) -> None:
    """About every second honest rival moves by a tick or two."""
    reference = market.references[asset, fiat]
    for ad in market.others(side, asset, fiat):
        if ad.id in market.traps or market.dice.random() < 0.5:
            continue
        by = market.dice.choice((-2, -1, -1, 1, 1, 2)) * market.tick(fiat)
        price = market.rounded(_bounded(Decimal(ad.price) + by, reference, side), fiat)
        if price != ad.price:
            market.change(priced(ad, price), "price")


def _trade(market: Market, side: str, asset: str, fiat: str) -> None:
    """The best of a side loses coins most often; who has hardly any left is bought empty."""
    others = market.others(side, asset, fiat)
    if not others or market.dice.random() < 0.5:
        return
    ad = others[0] if market.dice.random() < 0.6 else market.dice.choice(others)
    left = Decimal(ad.amount) * Decimal(market.dice.choice(("0.9", "0.8", "0.6", "0")))
    if left < SOLD_OUT or ad.id in market.traps:
        market.leave(ad.id, "sold_out")
    else:
        most = min(Decimal(ad.max_amount), left)
        market.change(priced(replace(ad, amount=plain(left), max_amount=plain(most)), ad.price), "trade")


def _come_and_go(market: Market, side: str, asset: str, fiat: str) -> None:
    count = len(market.others(side, asset, fiat))
    luck = market.dice.random()
    if count < FEWEST or (luck < (0.15 if count >= USUAL else 0.45) and count < MOST):
        market.join(stranger(market, side, asset, fiat))
    elif 0.45 <= luck < 0.52 and count > FEWEST:
        market.leave(market.dice.choice(market.others(side, asset, fiat)).id)
    elif 0.52 <= luck < 0.60:
        _undercut_us(market, side, asset, fiat)
    elif 0.60 <= luck < 0.62 and not market.traps:
        market.trap(side, asset, fiat)


def _undercut_us(market: Market, side: str, asset: str, fiat: str) -> None:
    ours = market.ours(side, asset, fiat)
    reference = market.references[asset, fiat]
    if ours is not None and Decimal(ours.price) == _bounded(Decimal(ours.price), reference, side):
        market.undercut(ours)


def _bounded(price: Decimal, reference: Decimal, side: str) -> Decimal:
    near, far = reference * NEAREST / 100, reference * FARTHEST / 100
    low, high = (reference + near, reference + far) if side == "sell" else (reference - far, reference - near)
    return min(max(price, low), high)
