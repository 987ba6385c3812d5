"""The public market around our own ads: ranks, spread, surplus (`api/gate-c2c.md` §3.13, §3.14)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.ad_edits import Wanted, signed_offset
from bot.domain.ads import Ad, AdState, AdStatus, MarketAd
from bot.domain.errors import NotAllowed
from bot.domain.money import plain
from bot.domain.orders import Side

CODE = re.compile(r"[A-Z0-9]{2,12}")
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Ranked:
    """An ad at its place in the market, from 1 on. `is_gap_before`: others stand between it and the one shown above."""

    rank: int
    ad: MarketAd
    is_ours: bool
    is_gap_before: bool = False


@dataclass(frozen=True, slots=True)
class MarketSide:
    """The ads of one side in the venue's order; `side` is the advertisers'. `unreadable`: how many more there are."""

    side: Side
    rows: tuple[Ranked, ...]
    unreadable: int = 0
    ours_online: int = 0
    """how many of our own ads the venue calls listed, whether or not the market shows them"""

    @property
    def best(self) -> Decimal | None:
        """What a taker would get first: the lowest price of sellers, the highest of buyers."""
        prices = [row.ad.price for row in self.rows]
        return (min(prices) if self.side is Side.SELL else max(prices)) if prices else None

    @property
    def ours(self) -> tuple[Ranked, ...]:
        return tuple(row for row in self.rows if row.is_ours)

    def around(self, most: int) -> tuple[Ranked, ...]:
        """At most so many rows: the first one, ours with its neighbours, and then from the top on."""
        wanted: list[int] = [0]
        for own in self.ours[:1]:
            wanted += [own.rank - 1, own.rank - 2, own.rank]
        wanted += range(len(self.rows))
        seen = [place for place in dict.fromkeys(wanted) if 0 <= place < len(self.rows)][:most]
        return _with_gaps([self.rows[place] for place in sorted(seen)])


@dataclass(frozen=True, slots=True)
class Market:
    """Both sides of one pair, read at `seen_at` (ms)."""

    asset: str
    fiat: str
    sellers: MarketSide
    buyers: MarketSide
    seen_at: int

    @property
    def spread(self) -> Decimal | None:
        """From the best buyer's price up to the best seller's; below zero where they cross."""
        low, high = self.buyers.best, self.sellers.best
        return None if low is None or high is None else high - low

    @property
    def spread_percent(self) -> Decimal | None:
        spread, low = self.spread, self.buyers.best
        return None if spread is None or not low else (spread / low * HUNDRED).quantize(Decimal("0.01"))


def median(prices: Sequence[Decimal]) -> Decimal | None:
    """The middle one, or half-way between the middle two; None of nothing."""
    ordered = sorted(prices)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def off_percent(price: Decimal, others: Sequence[Decimal]) -> Decimal | None:
    """How far a price is from the median of the others, in percent with a sign; None without any."""
    middle = median(others)
    return None if not middle else ((price - middle) / middle * HUNDRED).quantize(Decimal("0.1"))


def price_with(ad: Ad, wanted: Wanted) -> Decimal | None:
    """What takers would see of the ad after that change; None where it is none of the price, or cannot be told.

    A floating price is told from the present one: both offsets are percent of the same reference.
    """
    if wanted.offset is not None and ad.floating is not None:
        now = HUNDRED + signed_offset(ad.floating)
        return ad.price * (HUNDRED + wanted.offset) / now if now > 0 else None
    return ad.price if wanted.status is AdStatus.LISTED else wanted.price


def far_percent(price: Decimal, others: Sequence[Decimal], limit: Decimal) -> str | None:
    """By how many percent a price is off the median of the others, when that is more than the limit."""
    off = off_percent(price, others)
    return plain(off) if off is not None and abs(off) > limit else None


def read_pair(words: Sequence[str], default: tuple[str, str]) -> tuple[str, str]:
    """`USDT CNY` or `USDT/CNY`; nothing is the desk's first pair. Raises NotAllowed("usage")."""
    codes = [code.upper() for word in words for code in word.split("/") if code]
    if not codes:
        return default
    if len(codes) != 2 or codes[0] == codes[1] or not all(CODE.fullmatch(code) for code in codes):
        raise NotAllowed("usage", {"command": "market", "given": " ".join(words)[:60]})
    return codes[0], codes[1]


def rank(side: Side, ads: Sequence[MarketAd], own: Iterable[tuple[str, AdState]], unreadable: int) -> MarketSide:
    """The venue's order is the order in which takers see them; `own`: number and state of our ads of that side."""
    states = dict(own)
    rows = tuple(Ranked(place, ad, ad.id in states) for place, ad in enumerate(ads, start=1))
    online = sum(state is AdState.LISTED for state in states.values())
    return MarketSide(side, rows, unreadable, online)


def _with_gaps(rows: Sequence[Ranked]) -> tuple[Ranked, ...]:
    made: list[Ranked] = []
    for row in rows:
        is_gap = bool(made) and row.rank != made[-1].rank + 1
        made.append(Ranked(row.rank, row.ad, row.is_ours, is_gap))
    return tuple(made)
