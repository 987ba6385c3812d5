"""The OTC desk of a local Gate Pay: rates, quotes, orders that pass from status to status, and a log of them."""

import math
import re
from collections import deque
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_UP, Context, Decimal
from secrets import token_hex

from bot.sandbox.pay import amounts
from bot.sandbox.pay.otc_banks import Banks
from bot.sandbox.pay.otc_book import DISPATCHED, FAIL, FINAL, PROCESSING, OtcCreation, OtcOrder, OtcQuote
from bot.sandbox.pay.otc_variants import OtcVariants
from bot.sandbox.pay.refusals import (
    BALANCE,
    IDEMPOTENCY,
    INVALID,
    NOT_WITHDRAWABLE,
    OTC_NOT_FOUND,
    PROMOTION,
    QUOTE_AMOUNT,
    QUOTE_EXPIRED,
    RATE_LIMITED,
    USED_NUMBER,
    No,
)

FIAT = "USD"
FEE = Decimal(5)
LEAST, MOST = Decimal(10), Decimal(1_000_000)
PROMOTIONS = {"SANDBOX10": Decimal("0.001")}
"""what a known code adds to the rate"""
FIRST_ORDER = 2016768770965639168
_ORDER_STEP = 6151
_CENT, _MICRO, _RATE_STEP = Decimal("0.01"), Decimal("0.000001"), Decimal("0.000001")
_RATES = {"USDT": "0.99", "USDC": "0.9905"}
_SWING = 0.0003
_PERIOD_SECONDS = 5.0
_NUMBER = re.compile(r"[0-9A-Za-z_-]{1,100}", re.ASCII)
_EXACT = Context(prec=40)


class OtcDesk:
    """
    `clock` gives the wall clock's seconds, `now` Gate Pay's own; `held` are the own account's balances, which orders
    take from; `later` runs an act after so many seconds; `is_steady` says whether rates stand still.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        now: Callable[[], float],
        held: dict[str, Decimal],
        later: Callable[[float, Callable[[], None]], None],
        is_steady: Callable[[], bool],
    ) -> None:
        self._clock, self._now, self._held, self._later, self._is_steady = clock, now, held, later, is_steady
        self.variants = OtcVariants()
        self.banks = Banks(clock, self.variants)
        self.rates = {code: Decimal(text) for code, text in _RATES.items()}
        self.quotes: dict[str, OtcQuote] = {}
        self.orders: dict[str, OtcOrder] = {}
        self.created: list[OtcCreation] = []
        self.on_move: Callable[[OtcOrder], None] = lambda order: None
        self._burnt: set[str] = set()
        self._recent: deque[float] = deque()

    def tick(self) -> None:
        self.banks.tick()
        for order in self.orders.values():
            while order.steps and self._clock() >= order.steps[0][0]:
                self._become(order, order.steps.pop(0)[1])

    def throttle(self) -> None:
        """Raises No for a call beyond what a second may have."""
        most, now = self.variants.calls_per_second, self._clock()
        while self._recent and now - self._recent[0] >= 1:
            self._recent.popleft()
        if most and len(self._recent) >= most:
            raise No(RATE_LIMITED)
        self._recent.append(now)

    def rate(self, crypto: str) -> Decimal:
        """Dollars for one coin, now."""
        rate = self.rates[crypto]
        if not self._is_steady():
            swing = _SWING * math.sin(self._clock() / _PERIOD_SECONDS + sum(crypto.encode()))
            rate *= 1 + Decimal(str(round(swing, 8)))
        return rate.quantize(_RATE_STEP)

    def move_rate(self, crypto: str, rate: Decimal) -> None:
        if crypto not in self.rates or not _RATE_STEP <= rate <= MOST:
            raise ValueError(f"no rate above 0 of {', '.join(self.rates)}: {crypto!r} {rate}")
        self.rates[crypto] = rate.quantize(_RATE_STEP)

    def quote(self, crypto: str, fiat: str, given: Decimal, *, is_crypto: bool, promotion: str = "") -> OtcQuote:
        """An offer for an exact amount of one side. Raises No outside of what the desk does."""
        if crypto not in self.rates or fiat != FIAT:
            raise No(NOT_WITHDRAWABLE, f"not withdrawable: {crypto} to {fiat}")
        if promotion and promotion not in PROMOTIONS:
            raise No(PROMOTION)
        if not is_crypto and given != given.quantize(_CENT, context=_EXACT):
            raise No(INVALID, "fiatAmount has at most 2 decimals")
        if self.variants.quote_answers == "ten_times":
            given *= 10
        rate = self.rate(crypto) + PROMOTIONS.get(promotion, 0)
        sold = given if is_crypto else (given / rate).quantize(_MICRO, ROUND_UP, context=_EXACT)
        paid = amounts.multiplied(given, rate).quantize(_CENT, ROUND_DOWN, context=_EXACT) if is_crypto else given
        if not LEAST <= paid <= MOST:
            raise No(QUOTE_AMOUNT, f"{amounts.plain(paid)} {fiat} is outside {LEAST} to {MOST} {fiat}")
        now, life = self._clock(), self.variants.quote_seconds
        made = OtcQuote(f"qt_{token_hex(12)}", crypto, fiat, sold, paid, rate, promotion, now, now + life, int(life))
        self.quotes[made.token] = made
        return made

    def expire_quotes(self) -> None:
        for quote in self.quotes.values():
            quote.ends_at = min(quote.ends_at, self._clock())

    def create(self, token: str, client_order_id: str, bank_id: str, check: Callable[[OtcQuote], None]) -> OtcOrder:
        """
        Takes the coins and makes an order. `check` raises No when the request is not the quote's. A refusal changes
        nothing but that its clientOrderId is used up, as the document says.
        """
        if not _NUMBER.fullmatch(client_order_id):
            raise No(INVALID, "clientOrderId is letters, digits, - and _, at most 100")
        is_again = self.variants.repeat == "executed"
        if client_order_id in self._burnt and not is_again:
            raise No(IDEMPOTENCY if self.variants.repeat == "idempotency" else USED_NUMBER)
        try:
            quote = self._live(token, is_again)
            check(quote)
            self.banks.usable(bank_id)
            if self._held.get(quote.crypto, Decimal(0)) < quote.crypto_amount:
                raise No(BALANCE)
        except No:
            if self.variants.refused_burns_id:
                self._burnt.add(client_order_id)
            raise
        self._burnt.add(client_order_id)
        return self._carry_out(quote, client_order_id, bank_id)

    def find(self, order_id: str, client_order_id: str = "") -> OtcOrder:
        """The one with both numbers, as far as they are given. Raises No when there is none."""
        for order in self.orders.values():
            if order_id in ("", order.id) and client_order_id in ("", order.client_order_id):
                return order
        raise No(OTC_NOT_FOUND)

    def move(self, order: OtcOrder, status: str, error: str = "") -> None:
        """By hand: nothing more happens to the order by itself."""
        order.steps = []
        self._become(order, status, error)

    def _become(self, order: OtcOrder, status: str, error: str = "") -> None:
        """The coins come back with FAIL, and go again when it fails no more."""
        if status == order.status:
            return
        coin, amount = order.quote.crypto, order.quote.crypto_amount
        if status == FAIL:
            self._held[coin] = self._held.get(coin, Decimal(0)) + amount
        elif order.status == FAIL:
            self._held[coin] -= amount
        order.error = (error or self.variants.fail_words) if status == FAIL else ""
        order.status, order.updated_at = status, self._now()
        self.on_move(order)

    def _live(self, token: str, is_again: bool) -> OtcQuote:
        quote = self.quotes.get(token)
        if quote is None:
            raise No(QUOTE_EXPIRED, "quoteToken is unknown")
        if quote.used_by and not is_again:
            raise No(QUOTE_EXPIRED, "quoteToken was used")
        if not quote.used_by and self._clock() >= quote.ends_at:
            raise No(QUOTE_EXPIRED)
        return quote

    def _carry_out(self, quote: OtcQuote, client_order_id: str, bank_id: str) -> OtcOrder:
        self._held[quote.crypto] -= quote.crypto_amount
        quote.used_by = quote.used_by or client_order_id
        order = OtcOrder(
            id=str(FIRST_ORDER + _ORDER_STEP * len(self.orders)),
            quote=quote,
            client_order_id=client_order_id,
            bank_id=bank_id,
            fee=FEE,
            created_at=self._now(),
            updated_at=self._now(),
            steps=self._steps(),
        )
        self.orders[order.id] = order
        self._log(order)
        for at, _ in order.steps:
            self._later(max(0.0, at - self._clock()) + 0.005, self.tick)
        return order

    def _steps(self) -> list[tuple[float, str]]:
        variants = self.variants
        sent_at = self._clock() + (0 if variants.early_callback else variants.dispatch_seconds)
        steps = [(sent_at, DISPATCHED)] if variants.ends_as != PROCESSING else []
        return [*steps, (sent_at + variants.done_seconds, variants.ends_as)] if variants.ends_as in FINAL else steps

    def _log(self, order: OtcOrder) -> None:
        quote = order.quote
        self.created.append(
            OtcCreation(
                n=len(self.created) + 1,
                at=order.created_at,
                client_order_id=order.client_order_id,
                token=quote.token,
                order_id=order.id,
                bank_id=order.bank_id,
                crypto=quote.crypto,
                crypto_amount=amounts.plain(quote.crypto_amount),
                fiat=quote.fiat,
                fiat_amount=amounts.plain(quote.fiat_amount),
                times=sum(each.client_order_id == order.client_order_id for each in self.orders.values()),
                token_times=sum(each.quote is quote for each in self.orders.values()),
            )
        )
