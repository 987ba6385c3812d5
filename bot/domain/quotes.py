"""Coins for coins: what the venue exchanges, what a person asked for, what was offered, and what became of it."""

import re
from dataclasses import dataclass, field
from decimal import Context, Decimal
from enum import IntEnum, StrEnum

from bot.domain.errors import NotAllowed
from bot.domain.intents import Intent
from bot.domain.money import Money, plain
from bot.domain.seals import Seal

OWN = "own"
"""the merchant's own payment account; every other account is a sub-account's id"""
LIMIT_CODE = "USDT"
MOST_DECIMALS = 8
MOST_DIGITS = 20
APART_MS = 10_000
OTHER_QUOTE = "order {} of another quote"
IS_OTHER_QUOTE = re.compile(r"order (.+) of another quote")
"""the ledger's words for an answer with an order that is not this quote's"""
TURNED_AWAY = frozenset({"400002", "400003", "400020", "TOO_MANY_REQUESTS", "5503001"})
"""codes of a venue that threw a request away before it read what it asks for (§2): signature, time, nonce, too many"""
_EXACT = Context(prec=200)
"""the usual 28 digits would round what was typed, or a balance, before it is judged"""


class Fixed(StrEnum):
    """Which of the two amounts the person named; the venue finds the other."""

    SELL = "sell"
    BUY = "buy"


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of what the venue exchanges, with the bounds of both coins; None where it tells none (§3 C2)."""

    sell: str
    buy: str
    sell_min: Decimal | None = None
    sell_max: Decimal | None = None
    buy_min: Decimal | None = None
    buy_max: Decimal | None = None

    @property
    def turned(self) -> "Pair":
        """The same row read from the other side: bounds belong to coins."""
        return Pair(self.buy, self.sell, self.buy_min, self.buy_max, self.sell_min, self.sell_max)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for: give `sell` for `buy`, with exactly one amount fixed."""

    account: str
    sell: str
    buy: str
    fixed: Fixed
    amount: Decimal

    @property
    def fixed_money(self) -> Money:
        return Money(self.amount, self.sell if self.fixed is Fixed.SELL else self.buy)


@dataclass(frozen=True, slots=True)
class Quote:
    """The venue's offer: `id` is its own, both amounts as it gave them. Its rate is never calculated with (§3)."""

    id: str
    sell: Money
    buy: Money
    rate: Decimal | None = None


class Progress(IntEnum):
    """The venue's numbers; every other number is kept and shown, and is no end."""

    CREATED = 1
    SUCCESS = 3
    FAILED = 6


@dataclass(frozen=True, slots=True)
class ConvertOrder:
    """The venue's record of an executed quote. `status` is its number; `created_at` Unix milliseconds, 0 = absent."""

    id: str
    status: int
    sell: Money
    buy: Money
    quote_id: str
    created_at: int = 0
    rate: Decimal | None = None

    @property
    def is_success(self) -> bool:
        return self.status == Progress.SUCCESS

    @property
    def is_failed(self) -> bool:
        return self.status == Progress.FAILED

    @property
    def is_final(self) -> bool:
        return self.is_success or self.is_failed


@dataclass(frozen=True, slots=True)
class Conversion:
    """One quote that was shown to a person, and everything that came of it. `id` is ours; times are Unix ms.

    `instead_of`: the conversion whose quote it replaces; `before`: what that one offered of the coin not fixed.
    `request`: the conversion whose owner asked a lead; it is carried out once, whoever of them is quicker.
    `order_id`, `status` and the executed amounts are the venue's, once it took the quote; without a status only the
    order's number could be read. `asked_again_at`: the one
    repeat was sent then. Balances are those of the sold and the bought coin, when quoted and at the last look.
    """

    id: str
    wish: Wish
    quote: Quote
    person: int
    requester: int | None
    asked_at: int
    ends_at: int
    instead_of: str = ""
    request: str = ""
    before: Decimal | None = None
    ended_at: int | None = None
    order_id: str = ""
    status: int | None = None
    executed: tuple[Money, Money] | None = None
    looked_at: int | None = None
    looks: int = 0
    asked_again_at: int | None = None
    again_answer: str = ""
    balances_before: tuple[Decimal, Decimal] | None = None
    balances_now: tuple[Decimal, Decimal] | None = None

    @property
    def has_moved_exactly(self) -> bool:
        """Both balances changed by the quote's amounts, to the last digit."""
        if self.balances_before is None or self.balances_now is None:
            return False
        sold = _EXACT.subtract(self.balances_before[0], self.balances_now[0])
        bought = _EXACT.subtract(self.balances_now[1], self.balances_before[1])
        return (sold, bought) == (self.quote.sell.amount, self.quote.buy.amount)

    @property
    def is_named_only(self) -> bool:
        """The venue named an order, and nothing else of it could be read yet."""
        return bool(self.order_id) and self.status is None

    @property
    def was_turned_away(self) -> bool:
        """The venue did not read the repeat: it tells nothing, and was the only one."""
        return self.again_answer.partition(":")[0] in TURNED_AWAY

    @property
    def target(self) -> str:
        """What the ledger knows it by: the venue's quote on that account, which can be executed once."""
        return f"{self.wish.account}/{self.quote.id}"

    @property
    def free_money(self) -> Money:
        """The side that the venue filled in."""
        return self.quote.buy if self.wish.fixed is Fixed.SELL else self.quote.sell

    def is_of_the_first(self, order: ConvertOrder) -> bool:
        """Whether the order can only be the first request's: without a repeat, or made well before it.

        Clocks differ by 8 s at most, and the repeat leaves 20 s after the first request at the earliest.
        """
        asked = self.asked_again_at
        return asked is None or 0 < order.created_at < asked - APART_MS

    @property
    def differs(self) -> bool:
        """The venue says that it executed other amounts than the quote's."""
        return self.executed is not None and self.executed != (self.quote.sell, self.quote.buy)

    @property
    def change_percent(self) -> Decimal | None:
        """How much more (or less) of the free side than the quote before; None without one."""
        if not self.before:
            return None
        return (self.free_money.amount - self.before) / self.before * 100


@dataclass(frozen=True, slots=True)
class Standing:
    """A conversion now. `open_seal` is the live confirm step; `unanswered`: others of this account without outcome.

    `refusal`: the venue's words to the quote that this one replaces. `has_accounts`: there is more than one account.
    """

    conversion: Conversion
    intent: Intent | None = None
    open_seal: Seal | None = None
    person_name: str = ""
    requester_name: str = ""
    has_accounts: bool = False
    unanswered: int = 0
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be chosen in one step of the buttons: codes of one page, and the pairs used last (sell, buy)."""

    account: str
    codes: tuple[str, ...]
    page: int
    pages: int
    sell: str = ""
    last: tuple[tuple[str, str], ...] = ()
    accounts: tuple[str, ...] = field(default=())


def limit_value(quote: Quote) -> Decimal | None:
    """What counts against a limit, in USDT: the sold side. None when neither side is USDT: then a lead decides."""
    for side in (quote.sell, quote.buy):
        if side.code == LIMIT_CODE:
            return side.amount
    return None


def check_amount(amount: Decimal, code: str) -> None:
    """Raises NotAllowed for an amount that no venue takes, before anything is asked."""
    if amount <= 0:
        raise NotAllowed("amount_not_positive", {"amount": plain(amount)[:40], "code": code})
    exact = amount.normalize(_EXACT).as_tuple()
    exponent = exact.exponent
    if isinstance(exponent, int) and -exponent > MOST_DECIMALS:
        raise NotAllowed("amount_too_precise", {"amount": plain(amount)[:40], "code": code, "most": str(MOST_DECIMALS)})
    if len(exact.digits) > MOST_DIGITS or amount >= Decimal(10) ** (MOST_DIGITS - 6):
        raise NotAllowed("amount_too_large", {"amount": plain(amount)[:40], "code": code})


def check_bounds(pair: Pair, *, sell: Decimal | None = None, buy: Decimal | None = None) -> None:
    """Raises NotAllowed("below_minimum" or "above_maximum") with the numbers of the coin in question."""
    sides = ((sell, pair.sell, pair.sell_min, pair.sell_max), (buy, pair.buy, pair.buy_min, pair.buy_max))
    for amount, code, least, most in sides:
        if amount is None:
            continue
        facts = {"amount": plain(amount), "code": code, "pair": f"{pair.sell} → {pair.buy}"}
        if least is not None and amount < least:
            raise NotAllowed("below_minimum", facts | {"limit": plain(least)})
        if most is not None and amount > most:
            raise NotAllowed("above_maximum", facts | {"limit": plain(most)})


def facts_of_quote(
    conversion: Conversion, *, approver: int, role: str, limit: str, action: str = "convert"
) -> dict[str, str]:
    """Every fact that an approval of this quote rests on, as exact text: what a seal is taken over."""
    quote = conversion.quote
    return {
        "conversion": conversion.id,
        "account": conversion.wish.account,
        "quote": quote.id,
        "sell": str(quote.sell),
        "buy": str(quote.buy),
        "fixed": conversion.wish.fixed.value,
        "ends_at": str(conversion.ends_at),
        "action": action,
        "approver": str(approver),
        "role": role,
        "limit": limit,
        "requester": str(conversion.requester or ""),
    }
