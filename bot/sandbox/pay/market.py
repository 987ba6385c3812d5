"""What can be converted at which rate: coins priced in USDT that never stand quite still, and pairs with bounds."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from bot.sandbox.pay.amounts import STEP, ratio
from bot.sandbox.pay.refusals import CURRENCY, No

UNIT = "USDT"
SPREAD = Decimal("0.999")
_SWING = 0.0004
_PERIOD_SECONDS = 3.0
_DEAREST = Decimal(10) ** 12

# Code, price in USDT, least and most that one convert takes of it.
_COINS = (
    ("USDT", "1", "1", "1980000"),
    ("BTC", "68250", "0.00002", "31"),
    ("ETH", "2480", "0.0005", "600"),
    ("GT", "22.4", "0.05", "20000"),
    ("USDC", "1.0002", "1", "500000"),
    ("SOL", "158", "0.01", "8000"),
    ("BNB", "610", "0.002", "410"),
    ("XRP", "2.2", "0.5", "400000"),
    ("DOGE", "0.31", "3", "2000000"),
    ("ADA", "0.62", "2", "900000"),
    ("LTC", "88", "0.02", "9000"),
    ("BCH", "395", "0.005", "2000"),
    ("DOT", "4.4", "0.5", "150000"),
    ("LINK", "14.5", "0.1", "40000"),
    ("AVAX", "24", "0.05", "30000"),
    ("ATOM", "4.1", "0.5", "150000"),
    ("POL", "0.42", "3", "800000"),
    ("TRX", "0.29", "4", "2000000"),
    ("ALGO", "0.19", "6", "2000000"),
    ("SHIB", "0.0000125", "90000", "10000000000"),
)
_OTHER_PAIRS = {"USDC": ("BTC", "ETH"), "BTC": ("ETH", "GT", "SOL", "LTC", "DOGE")}


@dataclass
class Coin:
    code: str
    price: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class Pair:
    """`base` priced in `quote`; converted both ways."""

    base: str
    quote: str

    @property
    def name(self) -> str:
        return f"{self.base}_{self.quote}"


class Market:
    """`clock` gives seconds; prices swing with it by a little, unless `is_steady`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.is_steady = False
        self.coins = {row[0]: Coin(row[0], *map(Decimal, row[1:])) for row in _COINS}
        against_unit = [Pair(code, UNIT) for code in self.coins if code != UNIT]
        others = [Pair(base, quote) for quote, bases in _OTHER_PAIRS.items() for base in bases]
        self.pairs = [*against_unit, *others]

    def coin(self, code: str) -> Coin:
        found = self.coins.get(code)
        if found is None:
            raise No(CURRENCY, f"currency not supported: {code}")
        return found

    def pair(self, one: str, other: str) -> Pair:
        """The pair of these two, whichever way round."""
        for code in (one, other):
            self.coin(code)
        for pair in self.pairs:
            if {pair.base, pair.quote} == {one, other}:
                return pair
        raise No(CURRENCY, f"pair not supported: {one} {other}")

    def price(self, code: str) -> Decimal:
        """In USDT, now."""
        coin = self.coins[code]
        if self.is_steady or code == UNIT:
            return coin.price
        phase = sum(code.encode())
        swing = _SWING * math.sin(self._clock() / _PERIOD_SECONDS + phase)
        return max(coin.price * (1 + Decimal(str(round(swing, 8)))), STEP)

    def rate(self, sell: str, buy: str) -> Decimal:
        """How much of `buy` one `sell` is worth, less the spread."""
        return ratio(self.price(sell), self.price(buy)) * SPREAD

    def shown_price(self, pair: Pair) -> Decimal:
        """As previews show it: by the market pair and not by who sells; near the amounts, never exactly theirs."""
        return ratio(self.price(pair.base), self.price(pair.quote)).quantize(STEP)

    def move(self, code: str, *, percent: Decimal | None = None, price: Decimal | None = None) -> Decimal:
        """The new price of a coin in USDT. Raises ValueError when there is none to move or it would not be above 0."""
        coin = self.coins.get(code)
        if coin is None or code == UNIT:
            raise ValueError(f"no price to move: {code!r}; known: {', '.join(c for c in self.coins if c != UNIT)}")
        if (percent is None) == (price is None):
            raise ValueError("either percent or price")
        moved = price if price is not None else coin.price * (1 + (percent or Decimal(0)) / 100)
        if not STEP <= moved <= _DEAREST:
            raise ValueError("a price is above 0")
        coin.price = moved.quantize(STEP)
        return coin.price
