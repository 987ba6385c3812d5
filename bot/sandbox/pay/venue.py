"""The state of a local Gate Pay: accounts, rates, quotes, orders, and every convert that really happened."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from secrets import token_hex

from bot.sandbox.faults import FaultBox
from bot.sandbox.pay import amounts
from bot.sandbox.pay.book import CREATED, FAILED, SUCCESS, Execution, Order, Quote
from bot.sandbox.pay.call_log import ConvertLog, OtcLog, RequestLog
from bot.sandbox.pay.market import Market
from bot.sandbox.pay.otc_callbacks import Callbacks
from bot.sandbox.pay.otc_desk import OtcDesk
from bot.sandbox.pay.refusals import AMOUNT, BALANCE, NOT_FOUND, No
from bot.sandbox.pay.shapes import amount_text
from bot.sandbox.pay.signature import Gatekeeper
from bot.sandbox.pay.variants import Variants

OWN = "own"
REPEATS = ("same", "refused", "executed")
FIRST_ORDER = 327196066546229248
_ORDER_STEP = 4127
_OWN_COINS = {"USDT": "5000", "BTC": "0.05", "ETH": "1.2", "GT": "120"}
_SUB_COINS = ({"USDT": "2000", "BTC": "0.01", "DOGE": "1843.32095"}, {"USDT": "800.50", "USDC": "300"})


class PayVenue:
    """
    Client id and secret are what requests must be signed with; `accounts` the sub-accounts' ids. `wall_clock` gives
    Unix seconds; Gate Pay shows that plus `offset`, while lives of quotes and orders pass by the wall clock.
    Needs no event loop, except for acts that come late.
    """

    def __init__(
        self, client_id: str, secret: str, accounts: Sequence[str], *, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self.wall_clock = wall_clock
        self.offset = 0.0
        self.away = False
        self.gatekeeper = Gatekeeper(client_id, secret)
        self.market = Market(wall_clock)
        self.balances: dict[str, dict[str, Decimal]] = {OWN: _coins(_OWN_COINS)}
        for place, account in enumerate(accounts):
            self.balances[account] = _coins(_SUB_COINS[place % len(_SUB_COINS)])
        self.quotes: dict[str, Quote] = {}
        self.orders: dict[str, Order] = {}
        self.executions: list[Execution] = []
        self.repeat = "same"
        self.variants = Variants()
        self.faults = FaultBox()
        self.convert_calls, self.otc_calls = ConvertLog(), OtcLog()
        self.requests = RequestLog()
        self.calls: Counter[str] = Counter()
        self._late: set[asyncio.Task[None]] = set()
        market = self.market
        self.otc = OtcDesk(wall_clock, self.now, self.balances[OWN], self.later, lambda: market.is_steady)
        self.callbacks = Callbacks(client_id, secret, self.now, self.otc.variants)
        self.otc.on_move = self.callbacks.announce

    def now(self) -> float:
        return self.wall_clock() + self.offset

    def tick(self) -> None:
        """Timers are looked at when somebody looks: orders whose time has come take their last status."""
        now = self.wall_clock()
        self.otc.tick()
        for order in self.orders.values():
            if order.settles_at is not None and now >= order.settles_at:
                self.set_status(order, order.ends_as)

    def quote(self, account: str, sell: str, buy: str, given: Decimal, *, is_sell: bool) -> Quote:
        """An offer for an exact amount of one side. Raises No outside the bounds of either side."""
        pair = self.market.pair(sell, buy)
        rate = self.market.rate(sell, buy)
        sold = given if is_sell else amounts.divided(given, rate)
        bought = amounts.multiplied(given, rate) if is_sell else given
        self._check_bounds(sell, sold)
        self._check_bounds(buy, bought)
        now = self.wall_clock()
        made = Quote(
            id=f"PAY-{token_hex(4)}",
            account=account,
            sell=sell,
            buy=buy,
            sell_amount=amount_text(sold, self.variants),
            buy_amount=amount_text(bought, self.variants),
            price=self.market.shown_price(pair),
            made_at=now,
            ends_at=now + self.variants.quote_seconds,
        )
        self.quotes[made.id] = made
        return made

    def expire_quotes(self) -> None:
        for quote in self.quotes.values():
            quote.ends_at = min(quote.ends_at, self.wall_clock())

    def execute(self, quote: Quote, client_req_id: str) -> Order:
        """Takes the coins and makes an order. Raises No when there are not enough of them; then nothing changed."""
        sold = Decimal(quote.sell_amount)
        held = self.balances[quote.account]
        if held.get(quote.sell, Decimal(0)) < sold:
            raise No(BALANCE)
        held[quote.sell] -= sold
        order = self._new_order(quote, client_req_id)
        quote.used_by = client_req_id
        self.orders[order.id] = order
        self._log(order)
        self.tick()
        return order

    def set_status(self, order: Order, status: int) -> None:
        """The coins follow: bought ones arrive with 3, sold ones come back with 6; any number ends the waiting."""
        order.settles_at = None
        quote = order.quote
        held = self.balances[quote.account]
        if order.status == SUCCESS:
            held[quote.buy] -= order.buy_amount
        elif order.status == FAILED:
            held[quote.sell] -= order.sell_amount
        order.status = status
        if status == SUCCESS:
            held[quote.buy] = held.get(quote.buy, Decimal(0)) + order.buy_amount
        elif status == FAILED:
            held[quote.sell] = held.get(quote.sell, Decimal(0)) + order.sell_amount

    def order(self, order_id: str, account: str | None = None) -> Order:
        """`account` None: anybody's. Raises No when it is not known to that account."""
        found = self.orders.get(order_id)
        if found is None or account not in (None, found.quote.account):
            raise No(NOT_FOUND)
        return found

    def orders_of(self, client_req_id: str) -> list[Order]:
        """Oldest first."""
        return [order for order in self.orders.values() if order.client_req_id == client_req_id]

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Runs an act after the given time, although its caller was told nothing good."""
        task = asyncio.get_running_loop().create_task(_after(seconds, act))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def close(self) -> None:
        """Ends what was to come late, and callbacks that still wait."""
        await self.callbacks.close()
        late = list(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _check_bounds(self, code: str, amount: Decimal) -> None:
        coin = self.market.coin(code)
        if not coin.least <= amount <= coin.most:
            limits = f"{amounts.plain(coin.least)} to {amounts.plain(coin.most)} {code}"
            raise No(AMOUNT, f"{amounts.plain(amount)} {code} is outside {limits}")

    def _new_order(self, quote: Quote, client_req_id: str) -> Order:
        now, variants = self.wall_clock(), self.variants
        sold, bought = Decimal(quote.sell_amount), Decimal(quote.buy_amount)
        if Decimal(variants.slip):
            bought = amounts.multiplied(bought, 1 - Decimal(variants.slip) / 100)
        is_base_sold = self.market.pair(quote.sell, quote.buy).base == quote.sell
        return Order(
            id=str(FIRST_ORDER + _ORDER_STEP * len(self.orders)),
            quote=quote,
            client_req_id=client_req_id,
            sell_amount=sold,
            buy_amount=bought,
            rate=amounts.ratio(bought, sold) if is_base_sold else amounts.ratio(sold, bought),
            created_at=self.now(),
            settles_at=None if variants.ends_as == CREATED else now + variants.settle_seconds,
            ends_as=variants.ends_as,
        )

    def _log(self, order: Order) -> None:
        quote = order.quote
        self.executions.append(
            Execution(
                n=len(self.executions) + 1,
                at=order.created_at,
                account=quote.account,
                client_req_id=order.client_req_id,
                quote_id=quote.id,
                order_id=order.id,
                sell=quote.sell,
                buy=quote.buy,
                sell_amount=amounts.plain(order.sell_amount),
                buy_amount=amounts.plain(order.buy_amount),
                times=len(self.orders_of(order.client_req_id)),
            )
        )


async def _after(seconds: float, act: Callable[[], None]) -> None:
    await asyncio.sleep(seconds)
    act()


def _coins(texts: dict[str, str]) -> dict[str, Decimal]:
    return {code: Decimal(text) for code, text in texts.items()}
