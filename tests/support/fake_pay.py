"""Gate Pay in memory with the client's own types, for tests of flows. Answers and faults are set, never guessed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.clients.gate_pay.client import GatePay
from bot.domain.errors import DeskError, Unknown
from bot.domain.listing import Listing
from bot.domain.money import Money
from bot.domain.quotes import ConvertOrder, Fixed, Pair, Progress, Quote, Wish

SUB, OTHER_SUB = "2124538349", "2124538350"
PAIRS = (
    Pair("USDT", "BTC", Decimal("10"), Decimal("5000"), Decimal("0.0001"), Decimal("0.04")),
    Pair("USDT", "ETH", Decimal("10"), Decimal("5000")),
    Pair("BTC", "ETH", Decimal("0.0001"), Decimal("2")),
)


class FakePay(GatePay):
    """`errors[call]` are raised one after the other; `calls` are (call, account, about), the money posts also `posts`.

    `price` is what one sold coin brings. `offer` changes a quote before it is given, `answer` the order of a convert.
    `acts`: a convert moves the balances, also when an error is raised (its answer is what got lost). `status` is what
    a new order has. `during[call]` runs inside that call, before it answers.
    """

    def __init__(self) -> None:
        self.errors: dict[str, list[DeskError | Exception]] = defaultdict(list)
        self.calls: list[tuple[str, str, str]] = []
        self.posts: list[tuple[str, bytes]] = []
        self.orders: dict[str, ConvertOrder] = {}
        self.held: dict[str, Decimal] = {"USDT": Decimal("1000"), "BTC": Decimal("0.5"), "ETH": Decimal("3")}
        self.listed: list[Pair] = list(PAIRS)
        self.price = Decimal("0.00001")
        self.status: int = Progress.SUCCESS
        self.acts = True
        self.offer: Callable[[Quote], Quote] = lambda quote: quote
        self.answer: Callable[[ConvertOrder], ConvertOrder] = lambda order: order
        self.during: dict[str, Callable[[], Awaitable[object]]] = {}
        self.skew = 0.0

    @property
    def skew_seconds(self) -> float:
        return self.skew

    def count(self, call: str) -> int:
        return sum(1 for name, _, _ in self.calls if name == call)

    async def _called(self, call: str, account: str, about: str = "") -> None:
        self.calls.append((call, account, about))
        if call in self.during:
            await self.during[call]()
        if self.errors[call]:
            raise self.errors[call].pop(0)

    async def currencies(self, *, account: str, side: str | None = None) -> Listing[str]:
        await self._called("currencies", account, side or "")
        return Listing(dict.fromkeys(code for pair in self.listed for code in (pair.sell, pair.buy)))

    async def pairs(self, *, account: str, currency: str, side: str | None = None) -> Listing[Pair]:
        await self._called("pairs", account, currency)
        return Listing(pair for pair in self.listed if currency in (pair.sell, pair.buy))

    async def preview(self, *, wish: Wish) -> Quote:
        await self._called("preview", wish.account, str(wish.fixed_money))
        if wish.fixed is Fixed.SELL:
            sell, buy = wish.amount, wish.amount * self.price
        else:
            sell, buy = wish.amount / self.price, wish.amount
        return self.offer(Quote(f"q{self.count('preview')}", Money(sell, wish.sell), Money(buy, wish.buy), self.price))

    async def convert(self, *, account: str, body: bytes) -> ConvertOrder:
        asked = json.loads(body)
        self.posts.append((account, body))
        sell = Money(Decimal(asked["sellAmount"]), asked["sellCurrency"])
        buy = Money(Decimal(asked["buyAmount"]), asked["buyCurrency"])
        if self.acts:
            self._move(sell, buy)
        await self._called("convert", account, asked["quoteId"])
        order = self.answer(ConvertOrder(f"o{len(self.posts)}", self.status, sell, buy, asked["quoteId"], 1))
        self.orders[order.id] = order
        return order

    def _move(self, sell: Money, buy: Money) -> None:
        self.held[sell.code] = self.held.get(sell.code, Decimal(0)) - sell.amount
        self.held[buy.code] = self.held.get(buy.code, Decimal(0)) + buy.amount

    async def order(self, *, account: str, order_id: str) -> ConvertOrder:
        await self._called("order", account, order_id)
        return self.orders[order_id]

    async def balances(self, *, account: str, codes: Sequence[str] = ()) -> dict[str, Decimal]:
        await self._called("balances", account, ",".join(codes))
        return {code: amount for code, amount in self.held.items() if not codes or code in codes}

    @staticmethod
    def order_of(body: bytes, order_id: str, status: int, quote_id: str) -> ConvertOrder:
        """What Gate would have made of such a request."""
        asked = json.loads(body)
        sell = Money(Decimal(asked["sellAmount"]), asked["sellCurrency"])
        buy = Money(Decimal(asked["buyAmount"]), asked["buyCurrency"])
        return ConvertOrder(order_id, status, sell, buy, quote_id, 1)

    def order_is(self, order_id: str, **changes: object) -> None:
        """The order is different from now on."""
        self.orders[order_id] = replace(self.orders[order_id], **changes)  # type: ignore[arg-type]


LOST = Unknown("gate_pay", "convert", why="timeout")
