"""Where a rule would put the price of one of our ads in the market of this moment. Nothing here reads or sends.

`decide` is pure: the same market gives the same price, and a price that it has given is kept as long as the market
stands still. It looks at others only. Left out are our own ads, ads with too few coins, ads whose largest single order
is too small, and traps: prices further from the median of the others than the rule allows. What is left is put in order
by price, not by the venue's own order, which may be for sale.

Two rules of two merchants that undercut each other go on until one of them reaches its bound; the interval only makes
that slow. The bound is what a person has agreed to, and no market can move a price past it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from bot.domain.ads import Ad, AdState, MarketAd
from bot.domain.market import median
from bot.domain.orders import Side

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
ZERO = Decimal(0)


class Aim(StrEnum):
    """To have the price of the others' ad at a rank, or to be better than the best of them by a step."""

    RANK = "rank"
    UNDERCUT = "undercut"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule may do with one ad. Prices are fiat per coin, within `floor` and `ceiling`, both allowed.

    `rank` counts from 1 among the others that count; `step` is what an undercutting rule is better by. Ignored are ads
    with less than `least_surplus` coins, and those whose largest single order is under `least_order` fiat (0: none).
    `trap_percent`: prices further than that from the median of the others. `every_seconds`: at most one change in that
    time, counted from `moved_at` (ms), the last one. `band_percent`: our price further than that from the best of the
    others is told; None: never.
    """

    aim: Aim
    floor: Decimal
    ceiling: Decimal
    rank: int = 1
    step: Decimal = ZERO
    least_surplus: Decimal = ZERO
    least_order: Decimal = ZERO
    trap_percent: Decimal = Decimal(3)
    every_seconds: int = 60
    band_percent: Decimal | None = None
    moved_at: int | None = None


class Why(StrEnum):
    """The reason of a decision. The first two move the price, the last ones are no market to rest on."""

    AIM = "aim"
    BOUND = "bound"
    THERE = "there"
    AT_BOUND = "at_bound"
    NO_GAIN = "no_gain"
    TOO_FEW = "too_few"
    TOO_SOON = "too_soon"
    NO_PLACE = "no_place"
    FLOATS = "floats"
    OFFLINE = "offline"
    EMPTY = "empty"
    NOT_LISTED = "not_listed"


MOVES = frozenset({Why.AIM, Why.BOUND})
BLIND = frozenset({Why.EMPTY, Why.NOT_LISTED})
"""the market cannot be taken for the one in which our ad stands"""
UNFIT = frozenset({Why.FLOATS, Why.OFFLINE})
"""the ad is none that a rule can move"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a decision rests on. `others` are all ads but ours; the rest of them that does not count is `small`,
    `narrow` and `traps`. `best` is the best price of those that count, `wished` what the aim alone would be."""

    others: int = 0
    small: int = 0
    narrow: int = 0
    traps: int = 0
    median: Decimal | None = None
    best: Decimal | None = None
    wished: Decimal | None = None

    @property
    def counted(self) -> int:
        return self.others - self.small - self.narrow - self.traps


@dataclass(frozen=True, slots=True)
class Decision:
    """`price` is None when nothing is to be done; `why` says so in either case."""

    price: Decimal | None
    why: Why
    seen: Seen = Seen()


def decide(rule: Rule, ad: Ad, market_side_ads: Sequence[MarketAd], own_ids: Collection[str], now: int) -> Decision:
    """The price that the ad should have, or why it should keep its own. `now` in ms; no errors."""
    if ad.floating is not None:
        return Decision(None, Why.FLOATS)
    if ad.state is not AdState.LISTED:
        return Decision(None, Why.OFFLINE)
    rivals, seen = considered(rule, ad, market_side_ads, own_ids)
    if ad.id not in {one.id for one in market_side_ads}:
        return Decision(None, Why.NOT_LISTED, seen)
    if not rivals:
        return Decision(None, Why.EMPTY if not seen.others else Why.TOO_FEW, seen)
    place = rule.rank if rule.aim is Aim.RANK else 1
    if len(rivals) < place:
        return Decision(None, Why.TOO_FEW, seen)
    better = -rule.step if ad.side is Side.SELL else rule.step
    wished = rivals[place - 1] + (better if rule.aim is Aim.UNDERCUT else ZERO)
    seen = Seen(seen.others, seen.small, seen.narrow, seen.traps, seen.median, seen.best, wished)
    return _within_bounds(rule, ad, rivals, seen, wished, now)


def considered(
    rule: Rule, ad: Ad, market_side_ads: Sequence[MarketAd], own_ids: Collection[str]
) -> tuple[list[Decimal], Seen]:
    """The prices of those who count, best first, and how many do not."""
    others = [
        one
        for one in market_side_ads
        if one.id not in own_ids
        and one.id != ad.id
        and (one.side, one.asset, one.fiat) == (ad.side, ad.asset, ad.fiat)
        and one.price > 0
    ]
    middle = median([one.price for one in others])
    small = narrow = traps = 0
    rivals: list[Decimal] = []
    for one in others:
        if middle is not None and abs(one.price - middle) * HUNDRED > rule.trap_percent * middle:
            traps += 1
        elif rule.least_surplus and (one.amount is None or one.amount < rule.least_surplus):
            small += 1
        elif rule.least_order and (largest_order(one) or ZERO) < rule.least_order:
            narrow += 1
        else:
            rivals.append(one.price)
    rivals.sort(reverse=ad.side is Side.BUY)
    return rivals, Seen(len(others), small, narrow, traps, middle, rivals[0] if rivals else None)


def largest_order(ad: MarketAd) -> Decimal | None:
    """The largest single order that somebody can place on it, in fiat; None when the venue does not tell."""
    told = [ad.fiat_most, *(coins * ad.price for coins in (ad.most, ad.amount) if coins is not None)]
    limits = [limit for limit in told if limit is not None]
    return min(limits) if limits else None


def _within_bounds(rule: Rule, ad: Ad, rivals: list[Decimal], seen: Seen, wished: Decimal, now: int) -> Decision:
    step = price_step(ad.price)
    low = rule.floor.quantize(step, ROUND_CEILING)
    high = rule.ceiling.quantize(step, ROUND_FLOOR)
    if low > high or low <= 0:
        return Decision(None, Why.NO_PLACE, seen)
    # Rounded towards the better place: a price between two steps would else be followed from behind
    target = wished.quantize(step, ROUND_FLOOR if ad.side is Side.SELL else ROUND_CEILING)
    price = min(max(target, low), high)
    is_bound, is_inside = price != target, low <= ad.price <= high
    if price == ad.price:
        return Decision(None, Why.AT_BOUND if is_bound else Why.THERE, seen)
    if is_inside and not _is_worth_it(ad, price, rivals):
        return Decision(None, Why.NO_GAIN if is_bound else Why.THERE, seen)
    if is_too_soon(rule, now):
        return Decision(None, Why.TOO_SOON, seen)
    return Decision(price, Why.BOUND if is_bound else Why.AIM, seen)


def _is_worth_it(ad: Ad, price: Decimal, rivals: list[Decimal]) -> bool:
    """Whether the price is dearer to us than the present one, or buys a better place with what it gives away."""
    gives = price < ad.price if ad.side is Side.SELL else price > ad.price
    return not gives or _ahead(ad.side, price, rivals) < _ahead(ad.side, ad.price, rivals)


def _ahead(side: Side, price: Decimal, rivals: list[Decimal]) -> tuple[int, int]:
    """How many stand before that price, and how many at it."""
    before = sum(one < price if side is Side.SELL else one > price for one in rivals)
    return before, sum(one == price for one in rivals)


def is_too_soon(rule: Rule, now: int) -> bool:
    """A last change that lies in the future is one from before the clock was set back."""
    return rule.moved_at is not None and rule.moved_at <= now < rule.moved_at + rule.every_seconds * 1000


def price_step(price: Decimal) -> Decimal:
    """A cent, or the finest place that the ad's own price has."""
    exponent = price.normalize().as_tuple().exponent
    return min(CENT, Decimal(1).scaleb(exponent)) if isinstance(exponent, int) else CENT


def drift(rule: Rule, ad: Ad, market_side_ads: Sequence[MarketAd], own_ids: Collection[str]) -> Decimal | None:
    """By how many percent our price is off the best of those that count, below it negative; None without any."""
    _, seen = considered(rule, ad, market_side_ads, own_ids)
    if not seen.best:
        return None
    return ((ad.price - seen.best) / seen.best * HUNDRED).quantize(CENT)


def is_adrift(rule: Rule, off: Decimal) -> bool:
    """Whether our price has left the band that the rule watches."""
    return rule.band_percent is not None and abs(off) > rule.band_percent
