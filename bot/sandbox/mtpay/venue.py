"""The state of a local MTPay: deposit orders, what payers do with them, and what is told of it."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal
from secrets import token_hex

from bot.sandbox.faults import FaultBox
from bot.sandbox.mtpay.book import (
    CANCELLED,
    ENDED,
    FAILED,
    FINISHED,
    IN_PROGRESS,
    MATCHED,
    METHODS,
    OPEN,
    OVER,
    DepositLog,
    Order,
)
from bot.sandbox.mtpay.refusals import DUPLICATE, No
from bot.sandbox.mtpay.request import Wanted
from bot.sandbox.mtpay.shapes import first_method, page_language
from bot.sandbox.mtpay.variants import MtpayVariants
from bot.sandbox.mtpay.webhooks import Webhooks
from bot.sandbox.pay.answers import Json

MOST = Decimal(10) ** 9
CANCEL_WORDS, FAIL_WORDS, END_WORDS = "cancelled by client", "payment not received", "order expired"


@dataclass
class Creation:
    """One order that really came about; `times`: of this merchantOrderNo by then."""

    n: int
    at: float
    order_no: str
    code: str
    amount: str
    currency: str
    fiat: str
    times: int


class MtpayVenue:
    """
    Key and secret are what requests must be signed with. `wall_clock` gives Unix seconds; MTPay shows that plus
    `offset`. Needs an event loop for webhooks and for acts that come late, for nothing else.
    """

    def __init__(self, access_key: str, secret: str, *, wall_clock: Callable[[], float] = time.time) -> None:
        self.access_key, self.secret = access_key, secret
        self._wall_clock = wall_clock
        self.offset = 0.0
        self.away = False
        self.orders: dict[str, Order] = {}
        self.created: list[Creation] = []
        self.variants = MtpayVariants()
        self.faults = FaultBox()
        self.posts = DepositLog()
        self.calls: Counter[str] = Counter()
        self.webhooks = Webhooks(access_key, secret, self.now, self.variants)
        self._late: set[asyncio.Task[None]] = set()

    def now(self) -> float:
        return self._wall_clock() + self.offset

    def deposit(self, wanted: Wanted, base_url: str, stamp: tuple[str, str]) -> tuple[Order, bool]:
        """The order and whether it is a new one. `base_url` without a slash at the end. Raises No."""
        same = self.orders_of(wanted.order_no)
        if same and self.variants.repeat == "refused":
            raise No(DUPLICATE, f"merchantOrderNo was used before: {wanted.order_no}")
        if same and self.variants.repeat == "same":
            return same[0], False
        now, code = self.now(), token_hex(16)
        url = f"{base_url}/api/buy-coin/{code}?lang={page_language(wanted.language)}"
        order = Order(
            **asdict(wanted),
            code=code,
            internal_no=f"AT-D-{len(self.orders) + 1:09d}",
            url=url,
            is_available=self.variants.available,
            created_at=now,
            ends_at=now + self.variants.life_seconds,
            times=len(same) + 1,
            stamp=stamp,
            fee_percent=Decimal(self.variants.fee_percent),
        )
        self.orders[code] = order
        amount = f"{order.amount:f}"
        row = (len(self.created) + 1, now, order.order_no, code, amount, order.currency, order.fiat, order.times)
        self.created.append(Creation(*row))
        return order, True

    def order(self, code: str) -> Order:
        """Raises ValueError when there is none."""
        found = self.orders.get(code)
        if found is None:
            raise ValueError(f"MTPay has no order {code!r}")
        self.tick()
        return found

    def orders_of(self, order_no: str) -> list[Order]:
        return [order for order in self.orders.values() if order.order_no == order_no]

    def tick(self) -> None:
        """Ends are looked at when somebody looks."""
        now = self.now()
        for order in self.orders.values():
            if order.status in (OPEN, MATCHED) and now >= order.ends_at:
                self._end(order)

    def match(self, order: Order, rate: Decimal | None = None) -> None:
        """An advert takes the order at this rate (fiat for one coin), by default the variant's."""
        self._check(order, OPEN, MATCHED)
        wanted = self.variants.rate(order.fiat) if rate is None else rate
        if not 0 < wanted < MOST:
            raise ValueError("a rate is above 0")
        order.rate, order.status = wanted, MATCHED

    def pay(self, order: Order, amount: Decimal | None = None, method: int = 0, ends_as: str = "") -> None:
        """The payer says so much was paid; the end follows by itself. Matches first what was not matched."""
        self._check(order, OPEN, MATCHED)
        if amount is not None and not 0 < amount < MOST:
            raise ValueError("an amount is above 0")
        if method and not (method in METHODS and order.methods & method):
            raise ValueError("no method of this order")
        if order.rate is None:
            self.match(order)
        order.paid = order.due if amount is None else amount
        order.method = METHODS[method] if method else first_method(order.methods)
        self._become(order, IN_PROGRESS)
        end = ends_as or self.variants.ends_as
        if end != IN_PROGRESS:
            self.later(self.variants.finish_seconds, lambda: self._finish(order, end))

    def end_payment(self, order: Order, status: str, message: str = "") -> None:
        """By hand: Finished, Failed or Cancelled, of what is in progress."""
        self._check(order, IN_PROGRESS)
        if status not in (FINISHED, FAILED, CANCELLED):
            raise ValueError("a payment ends as Finished, Failed or Cancelled")
        self._become(order, status, message or {FAILED: FAIL_WORDS, CANCELLED: CANCEL_WORDS}.get(status, ""))

    def cancel(self, order: Order, message: str = "") -> None:
        """The payer gives up, before or after having said to have paid."""
        self._check(order, OPEN, MATCHED, IN_PROGRESS)
        self._become(order, CANCELLED, message or CANCEL_WORDS)

    def let_end(self, order: Order) -> None:
        self._check(order, OPEN, MATCHED)
        self._end(order)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Runs an act after the given time."""
        task = asyncio.get_running_loop().create_task(_after(seconds, act))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def close(self) -> None:
        """Ends what was to come late, and webhooks that still wait."""
        await self.webhooks.close()
        late = list(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def as_json(self, order: Order) -> Json:
        """Amounts as exact texts, "" where unknown."""
        amounts = ("amount", "rate", "paid", "due", "payment", "transaction", "fee", "received", "fee_percent")
        texts = {name: _text(getattr(order, name)) for name in amounts}
        return asdict(order) | texts | {"is_over": order.status in OVER}

    def _finish(self, order: Order, status: str) -> None:
        if order.status == IN_PROGRESS:
            self.end_payment(order, status)

    def _end(self, order: Order) -> None:
        order.ends_at = min(order.ends_at, self.now())
        told = self.variants.end_webhook
        if told:
            self._become(order, told, END_WORDS)
        order.status = ENDED

    def _become(self, order: Order, status: str, message: str = "") -> None:
        order.status, order.message = status, message
        self.webhooks.tell(order, status)

    def _check(self, order: Order, *statuses: str) -> None:
        self.tick()
        if not order.is_available:
            raise ValueError("nobody can take this payment")
        if order.status not in statuses:
            raise ValueError(f"not with an order that is {order.status}")


async def _after(seconds: float, act: Callable[[], None]) -> None:
    await asyncio.sleep(seconds)
    act()


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"
