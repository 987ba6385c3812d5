"""The state of a local Gate C2C: one merchant account, its orders, chats, ads, and everything that was asked of it."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

from bot.sandbox.gate import orders
from bot.sandbox.gate.ad_log import AdLog
from bot.sandbox.gate.ad_rules import AdRules
from bot.sandbox.gate.ads import FIRST_AD, Ad, AdBook
from bot.sandbox.gate.chat_log import ChatLog
from bot.sandbox.gate.chat_shapes import shared_payment
from bot.sandbox.gate.chats import Conversation, Files, Message
from bot.sandbox.gate.faults import FaultBox
from bot.sandbox.gate.fields import INVALID, Refusal
from bot.sandbox.gate.market import Market
from bot.sandbox.gate.money_log import MoneyLog
from bot.sandbox.gate.orders import Order, Side
from bot.sandbox.gate.people import PAY_NAMES, Counterparty, OwnAccount, new_counterparty
from bot.sandbox.gate.rate_limit import REQUESTS, RateLimit
from bot.sandbox.gate.variants import Variants

FIRST_ORDER = 61000001


class GateVenue:
    """
    Key and secret are what requests must be signed with. `wall_clock` gives Unix seconds; the venue's own clock is
    that plus `offset`, and deadlines, `Date` headers and the signature's 60 s follow it. Needs no event loop, except
    for acts that come late.
    """

    def __init__(
        self,
        api_key: str = "sandbox-key",
        api_secret: str = "sandbox-secret",  # noqa: S107 - opens nothing but the sandbox
        *,
        wall_clock: Callable[[], float] = time.time,
        requests_per_window: int = REQUESTS,
    ) -> None:
        self.api_key = api_key
        self.api_secret = api_secret
        self.wall_clock = wall_clock
        self.offset = 0.0
        self.away = False
        self.orders: dict[int, Order] = {}
        self.counterparties: dict[str, Counterparty] = {}
        self.account = OwnAccount()
        self.ads = AdBook(self.now)
        self.ad_rules = AdRules()
        self.market = Market(self.ads, wall_clock, self.ad_rules.decimals)
        self.files = Files()
        self.variants = Variants()
        self.faults = FaultBox()
        self.money = MoneyLog()
        self.chat_sends = ChatLog()
        self.ad_posts = AdLog()
        self.calls: Counter[str] = Counter()
        self.rate_limit = RateLimit(requests_per_window)
        self._late: set[asyncio.Task[None]] = set()
        self._seed_ads()

    def now(self) -> float:
        return self.wall_clock() + self.offset

    def seconds(self) -> int:
        return int(self.now())

    def tick(self) -> None:
        """Timers are looked at when somebody looks: unpaid orders past their deadline are expired, the market moves."""
        self.market.catch_up()
        now = self.seconds()
        for order in self.orders.values():
            if order.raw == "OPEN" and now > order.deadline:
                self.change(order, partial(orders.expire, order, order.deadline))

    def order(self, number: int) -> Order:
        found = self.orders.get(number)
        if found is None:
            raise Refusal(f"{INVALID}: txid")
        return found

    def change(self, order: Order, act: Callable[[], None], *, by_desk: bool = False) -> None:
        """Runs one act on an order: all or nothing, its past kept for stale reads, its ad's amount moved."""
        past = order.snapshot(self.now())
        act()
        order.before_change = past
        if by_desk:
            order.before_desk_act = past
        if past.is_live and not order.is_live:
            self.ads.unlock(order.ad_id, order.amount, spent=order.raw in orders.CLOSED)
            if order.released_times:
                order.counterparty.profile["have_traded"] = 1

    def open_order(
        self,
        side: Side,
        *,
        amount: str,
        price: str,
        asset: str,
        fiat: str,
        counterparty: Counterparty,
        pay_type: str,
        supported_pay_types: list[str],
        expire_min: int | None = None,
        hide_payment: bool = False,
        seconds_ago: int = 0,
    ) -> Order:
        """A counterparty takes one of our ads. `expire_min` None = as the ad says."""
        ad = self.ads.serving(side, asset, fiat)
        created = self.seconds() - seconds_ago
        window = expire_min if expire_min is not None else (ad.expire_min if ad else 15)
        own = self.account.method(pay_type, fiat)
        theirs = [method for method in counterparty.methods if method.pay_type in supported_pay_types]
        order = Order(
            id=max(self.orders, default=FIRST_ORDER - 1) + 1,
            side=side,
            asset=asset,
            fiat=fiat,
            amount=amount,
            price=price,
            total=total_of(amount, price),
            counterparty=counterparty,
            created_at=created,
            deadline=created + window * 60,
            ad_id=ad.id if ad else FIRST_AD,
            pay_type=pay_type,
            supported_pay_types=supported_pay_types,
            payees=theirs if side == "buy" else [own] if own else [],
            trade_tips=ad.trade_tips if ad else "",
            hide_payment=hide_payment,
        )
        self.orders[order.id] = order
        self.ads.lock(order.ad_id, amount)
        _greet(order, ad.auto_reply if ad else "")
        return order

    def counterparty(self, name: str, nick: str | None = None) -> Counterparty:
        """The person of that name and nick, new when never seen."""
        known = [person for person in self.counterparties.values() if person.name == name]
        for person in known:
            if nick is None or person.nick == nick:
                return person
        number = len(self.counterparties) + 1
        person = new_counterparty(name, nick or f"trader_{number:02d}", number)
        self.counterparties[person.uid] = person
        return person

    def say(self, order: Order, message: Message) -> None:
        order.chat.add(message, unread=message.author == "counterparty")

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Runs an act after the given time, although its caller was told nothing good."""
        task = asyncio.get_running_loop().create_task(_after(seconds, act))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def close(self) -> None:
        """Ends what was to come late."""
        late = list(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _seed_ads(self) -> None:
        created = self.seconds() - 86400
        for number, side, price in ((FIRST_AD, "sell", "7.20"), (FIRST_AD + 1, "buy", "7.10")):
            self.ads.add(_standing_ad(number, side, price, created))
        for number, side, price in (
            (50, "sell", "7.19"),
            (51, "sell", "7.22"),
            (52, "buy", "7.12"),
            (53, "buy", "7.05"),
        ):
            rival = _standing_ad(2130000000 + number, side, price, created)
            self.market.rivals[rival.id] = _renamed(rival, f"rival_{number}")


async def _after(seconds: float, act: Callable[[], None]) -> None:
    await asyncio.sleep(seconds)
    act()


def total_of(amount: str, price: str) -> str:
    """Fiat total as the wire shows it: at least two decimals, no needless ones."""
    total = (Decimal(amount) * Decimal(price)).normalize()
    exponent = total.as_tuple().exponent
    return f"{total.quantize(Decimal('0.01')) if isinstance(exponent, int) and exponent > -2 else total:f}"


def _greet(order: Order, auto_reply: str) -> None:
    at = order.created_at
    order.chat = Conversation()
    if auto_reply:
        order.chat.add(Message("desk", "text", auto_reply, at))
    orders.announce(order, at, "order opened")
    order.chat.add(Message("system", "notice", "Only trust the order page. Keep payment and talk on the platform.", at))
    if order.side == "buy" and not order.hide_payment:
        for payee in order.payees[:1]:
            shared = shared_payment(payee, PAY_NAMES.get(payee.pay_type, payee.pay_type))
            order.chat.add(Message("counterparty", "payment", "", at, payload=shared))


def _standing_ad(number: int, side: str, price: str, created: int) -> Ad:
    return Ad(
        id=number,
        side=side,
        asset="USDT",
        fiat="CNY",
        price=price,
        amount="100000.00",
        min_amount="10",
        max_amount="50000",
        fiat_min_amount=total_of("10", price),
        fiat_max_amount=total_of("50000", price),
        pay_types=("bank", "alipay"),
        pay_type_json='{"bank":"20011","alipay":"20013"}',
        created_at=created,
        trade_tips="own-name accounts only",
        auto_reply="thanks, details are on the order page",
    )


def _renamed(ad: Ad, nick: str) -> Ad:
    return replace(ad, nick=nick, auto_reply="", trade_tips="")
