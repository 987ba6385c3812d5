"""The public market around the desk's ads: rivals, a reference price, and how they move (contract 3.14)."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from bot.sandbox.gate import market_walk
from bot.sandbox.gate.ads import LISTED, Ad, AdBook, priced, with_facts
from bot.sandbox.gate.fields import INVALID, Json, Refusal

Pair = tuple[str, str]
ANSWERS = ("live", "stale", "empty")
FIRST_STRANGER = 2147483640  # eight newcomers below 2^31, all others above
MOST_STEPS_AT_ONCE = 40  # of a market that nobody looked at for long
EVENTS = 60
_TRAP_PERCENT = Decimal(12)


class Market:
    """
    Stands still until `pace` (seconds a step) is set, and moves when somebody looks: no task of its own. The same
    seed, rivals and own ads give the same steps. `answers`: what `ads_list` says, "stale" = as it was when that was
    set, "empty" = nobody. `clock` gives Unix seconds that no test shifts.
    """

    def __init__(self, own: AdBook, clock: Callable[[], float], decimals: Callable[[str], int]) -> None:
        self._own, self._clock, self.decimals = own, clock, decimals
        self.rivals: dict[int, Ad] = {}
        self.traps: set[int] = set()
        self.references: dict[Pair, Decimal] = {("USDT", "CNY"): Decimal("7.15"), ("USDT", "USD"): Decimal("1")}
        self.events: deque[Json] = deque(maxlen=EVENTS)
        self.steps = 0
        self.pace = 0.0
        self.answers = "live"
        self._kept: list[Ad] = []
        self._moved_at = clock()
        self._next_stranger = FIRST_STRANGER
        self.reseed(7)

    def seconds(self) -> int:
        return int(self._clock())

    def reseed(self, seed: int) -> None:
        self.seed, self.dice = seed, random.Random(seed)

    def set_pace(self, seconds: float) -> None:
        """0 stands still."""
        self.catch_up()
        self.pace, self._moved_at = seconds, self._clock()

    def answer(self, how: str) -> None:
        if how not in ANSWERS:
            raise ValueError(f"answers is one of {', '.join(ANSWERS)}")
        self._kept = [] if how != "stale" else [*self._own.all(), *self.rivals.values()]
        self.answers = how

    def catch_up(self) -> None:
        """The steps that time has brought since the last look."""
        if self.pace <= 0:
            return
        due = int((self._clock() - self._moved_at) / self.pace)
        self._moved_at += due * self.pace
        self.move(min(due, MOST_STEPS_AT_ONCE))

    def move(self, steps: int) -> None:
        for _ in range(steps):
            self.steps += 1
            market_walk.step(self)
            self._follow()

    def set_reference(self, pair: Pair, price: Decimal) -> None:
        self.references[pair] = price
        self._follow()

    def reference(self, asset: str, fiat: str) -> Decimal | None:
        return self.references.get((asset, fiat))

    def floated(self, ad: Ad) -> Ad:
        """A floating ad at the price its reference gives it; any other ad unchanged."""
        reference = self.reference(ad.asset, ad.fiat)
        if ad.rate_fixed or reference is None:
            return ad
        offset = Decimal(ad.rate_offset or "0") / 100
        price = reference * (1 - offset if ad.float_trend else 1 + offset)
        return priced(ad, self.rounded(price, ad.fiat))

    def _follow(self) -> None:
        for ad in self._own.all():
            self._own.add(self.floated(ad))

    def rounded(self, price: Decimal, fiat: str) -> str:
        return f"{max(price, self.tick(fiat)).quantize(self.tick(fiat)):f}"

    def tick(self, fiat: str) -> Decimal:
        return Decimal(1).scaleb(-self.decimals(fiat))

    def listed(self, side: str, asset: str, fiat: str) -> list[Ad]:
        """As the public list shows one side. The side is the advertiser's: what sells is best when cheap, what buys
        is best when dear; of equal prices the older ad stands first."""
        if self.answers == "empty":
            return []
        return _side_of(self._kept, side, asset, fiat) if self.answers == "stale" else self.true_side(side, asset, fiat)

    def true_side(self, side: str, asset: str, fiat: str) -> list[Ad]:
        return _side_of([*self._own.all(), *self.rivals.values()], side, asset, fiat)

    def ours(self, side: str, asset: str, fiat: str) -> Ad | None:
        """The best listed ad of the desk on that side."""
        return min(self._own.listed(side, asset, fiat), key=rank_of, default=None)

    def others(self, side: str, asset: str, fiat: str) -> list[Ad]:
        found = [ad for ad in self.rivals.values() if ad.market == (side, asset, fiat)]
        return sorted(found, key=rank_of)

    def rival(self, number: int) -> Ad:
        if number not in self.rivals:
            raise Refusal(f"{INVALID}: no such rival")
        return self.rivals[number]

    def join(self, ad: Ad, why: str = "join") -> Ad:
        """`ad.id` 0 takes the next number of a stranger."""
        if ad.id == 0:
            ad = replace(ad, id=self._next_stranger)
            self._next_stranger += 1
        self.rivals[ad.id] = ad
        self.tell(why, ad)
        return ad

    def change(self, ad: Ad, why: str) -> Ad:
        self.rivals[ad.id] = ad
        self.tell(why, ad)
        return ad

    def leave(self, number: int, why: str = "leave") -> None:
        ad = self.rival(number)
        del self.rivals[number]
        self.traps.discard(number)
        self.tell(why, ad)

    def clear(self) -> None:
        for number in list(self.rivals):
            self.leave(number)

    def undercut(self, ad: Ad) -> Ad:
        """A rival that stood behind this ad of ours, or else the best or a new one, goes one tick better than it."""
        better = -self.tick(ad.fiat) if ad.side == "sell" else self.tick(ad.fiat)
        price = self.rounded(Decimal(ad.price) + better, ad.fiat)
        honest = [rival for rival in self.others(*ad.market) if rival.id not in self.traps]
        if not honest:
            return self.join(priced(market_walk.stranger(self, *ad.market), price), "undercut")
        behind = [rival for rival in honest if rank_of(rival)[0] >= rank_of(ad)[0]]
        return self.change(priced((behind or honest)[0], price), "undercut")

    def trap(self, side: str, asset: str, fiat: str, **facts: object) -> Ad:
        """A rival with hardly any coins at a price that nobody could match without loss."""
        reference = self.reference(asset, fiat) or Decimal(1)
        lure = 1 - _TRAP_PERCENT / 100 if side == "sell" else 1 + _TRAP_PERCENT / 100
        bait = market_walk.stranger(self, side, asset, fiat)
        bait = replace(bait, nick="too_good", amount="3.00", min_amount="1", max_amount="3")
        bait = priced(bait, self.rounded(reference * lure, fiat))
        bait = self.join(with_facts(bait, facts), "trap")
        self.traps.add(bait.id)
        return bait

    def tell(self, kind: str, ad: Ad) -> None:
        facts = {"id": str(ad.id), "nick": ad.nick, "side": ad.side, "asset": ad.asset, "fiat": ad.fiat}
        self.events.append({"at": self._clock(), "step": self.steps, "kind": kind, "price": ad.price, **facts})


def _side_of(ads: list[Ad], side: str, asset: str, fiat: str) -> list[Ad]:
    shown = [ad for ad in ads if ad.market == (side, asset, fiat) and ad.status == LISTED]
    return sorted(shown, key=rank_of)


def rank_of(ad: Ad) -> tuple[Decimal, int]:
    price = Decimal(ad.price)
    return (price if ad.side == "sell" else -price, ad.created_at)
