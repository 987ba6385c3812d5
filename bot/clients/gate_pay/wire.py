"""How Gate Pay writes currencies, pairs, quotes, orders and balances (§3, §6), into the desk's own types.

Amounts come as text or as numbers and keep every digit. What cannot be read is a ValueError; nothing is guessed.
"""

import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from bot.clients.gate_c2c.wire import END_OF_CALENDAR, Amount, WireModel
from bot.domain.listing import Listing
from bot.domain.money import Money
from bot.domain.quotes import ConvertOrder, Pair, Quote, Wish

CODE = re.compile(r"[^\W_][\w.+-]{0,19}")
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
STATUS = re.compile(r"-?[0-9]{1,9}")
MOMENT = re.compile(r"[0-9]{1,16}")
LONGEST_ID = 120

T = TypeVar("T")


def _code(value: Any) -> str:
    if not isinstance(value, str) or not CODE.fullmatch(value):
        raise ValueError("no currency code")
    return value


def _id(value: Any) -> str:
    """A text or a whole number. Never a fraction: an id that went through a float has lost its end."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("no id")
    text = str(value).strip()
    if not 0 < len(text) <= LONGEST_ID or not text.isprintable() or text == "0":
        raise ValueError("no id")
    return text


def _optional_id(value: Any) -> str:
    return "" if value in ("", None) else _id(value)


def _written(value: Any) -> Any:
    """Python reads `1_000` and `١٢` as numbers too; the venue writes neither."""
    if isinstance(value, str) and not NUMBER.fullmatch(value.strip()):
        raise ValueError("not an amount")
    return value


def _bound(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _status(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int) or not STATUS.fullmatch(str(value).strip()):
        raise ValueError("no status")
    return int(value)


def _moment(value: Any) -> int:
    """Milliseconds for a line of the card only: an odd one must not hide the order."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not MOMENT.fullmatch(str(value).strip()):
        return 0
    moment = int(value)
    return moment if moment < END_OF_CALENDAR * 1000 else 0


Code = Annotated[str, BeforeValidator(_code)]
Id = Annotated[str, BeforeValidator(_id)]
OptionalId = Annotated[str, BeforeValidator(_optional_id)]
Sum = Annotated[Amount, BeforeValidator(_written)]
Bound = Annotated[Sum | None, BeforeValidator(_bound)]
Status = Annotated[int, BeforeValidator(_status)]
Moment = Annotated[int, BeforeValidator(_moment)]


class _Rate(WireModel):
    rate: Sum


def _loose_rate(value: Any) -> Decimal | None:
    """A rate is only shown: an odd one must not hide the offer. A rate of nothing is none."""
    try:
        return _Rate.model_validate({"rate": value}).rate or None
    except ValueError:
        return None


LooseRate = Annotated[Decimal | None, BeforeValidator(_loose_rate)]


class WirePair(WireModel):
    sell: Code = Field(validation_alias="sellCurrency")
    buy: Code = Field(validation_alias="buyCurrency")
    sell_min: Bound = Field(default=None, validation_alias="sellCurrencyMin")
    sell_max: Bound = Field(default=None, validation_alias="sellCurrencyMax")
    buy_min: Bound = Field(default=None, validation_alias="buyCurrencyMin")
    buy_max: Bound = Field(default=None, validation_alias="buyCurrencyMax")

    def pair(self) -> Pair:
        if self.sell == self.buy:
            raise ValueError("a pair of one coin")
        return Pair(self.sell, self.buy, self.sell_min, self.sell_max, self.buy_min, self.buy_max)


class _WireDeal(WireModel):
    """What an offer and an order have in common. The rate has two names (§3)."""

    sell: Code = Field(validation_alias="sellCurrency")
    buy: Code = Field(validation_alias="buyCurrency")
    sell_amount: Sum = Field(validation_alias="sellAmount")
    buy_amount: Sum = Field(validation_alias="buyAmount")
    rate: LooseRate = None
    price: LooseRate = None

    def monies(self) -> tuple[Money, Money]:
        return Money(self.sell_amount, self.sell), Money(self.buy_amount, self.buy)


class WireQuote(_WireDeal):
    quote_id: Id = Field(validation_alias="quoteId")


class WireOrder(_WireDeal):
    snake_id: OptionalId = Field(default="", validation_alias="order_id")
    camel_id: OptionalId = Field(default="", validation_alias="orderId")
    status: Status
    quote_id: OptionalId = Field(default="", validation_alias="quoteId")
    created_at: Moment = Field(default=0, validation_alias="createTime")

    def order_id(self) -> str:
        ids = {self.snake_id, self.camel_id} - {""}
        if len(ids) != 1:
            raise ValueError("not one order id")
        return ids.pop()


class WireBalance(WireModel):
    code: Code = Field(validation_alias="currency")
    available: Sum


def encode_codes(codes: Sequence[str]) -> bytes:
    """The bare array that balances of a sub-account are asked with."""
    return json.dumps(list(codes), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def read_currencies(data: Any) -> Listing[str]:
    """`{currency: [...]}`, one text in its place, or a bare list. Raises ValueError when there is none of these."""
    rows = data.get("currency") if isinstance(data, dict) and "currency" in data else data
    return read_each([rows] if isinstance(rows, str) else _rows(rows), _code, lambda row: row)


def read_pairs(data: Any) -> Listing[Pair]:
    """A bare array (§3 C2). Raises ValueError only when there is no list at all."""
    return read_each(_rows(data), lambda row: WirePair.model_validate(row).pair(), lambda row: row["pair"])


def read_quote(data: Any, wish: Wish) -> Quote:
    """The offer. Raises ValueError for one of other coins than wished, of nothing, or without id or amounts."""
    found = WireQuote.model_validate(data)
    sell, buy = found.monies()
    if (sell.code, buy.code) != (wish.sell, wish.buy):
        raise ValueError("other currencies than asked for")
    if not sell.amount or not buy.amount:
        raise ValueError("an amount of nothing")
    return Quote(found.quote_id, sell, buy, found.rate or found.price)


def read_order(data: Any) -> ConvertOrder:
    """What became of a quote. Raises ValueError when id, coins, amounts or status cannot be read."""
    found = WireOrder.model_validate(data)
    sell, buy = found.monies()
    rate = found.rate or found.price
    return ConvertOrder(found.order_id(), found.status, sell, buy, found.quote_id, found.created_at, rate)


def read_order_id(data: Any) -> str:
    """The id alone, of an order that cannot be read otherwise; "" without one, and where two names tell two."""
    found = set()
    for key in ("order_id", "orderId"):
        with suppress(ValueError, KeyError, TypeError):
            found.add(_id(data[key]))
    return found.pop() if len(found) == 1 else ""


def read_balances(data: Any) -> dict[str, Decimal]:
    """What is available of each coin, from a list in either spelling or an object keyed by coin (§6).

    A row that cannot be read is left out; ValueError when none can, or when one coin has two balances.
    """
    rows = _balance_rows(data)
    found: dict[str, Decimal] = {}
    for row in read_each(rows, WireBalance.model_validate, lambda row: ""):
        if found.setdefault(row.code, row.available) != row.available:
            raise ValueError("two balances of one coin")
    if rows and not found:
        raise ValueError("no readable balance")
    return found


def _balance_rows(data: Any) -> list[Any]:
    if not isinstance(data, dict):
        raise ValueError("not an object")
    for key in ("balance_list", "balanceList"):
        if key in data:
            return _rows(data[key])
    return [{"currency": code, "available": available} for code, available in data.items()]


def _rows(value: Any) -> list[Any]:
    """Nothing is an empty list: some servers write it as null."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError("not a list")
    return value


def read_each(rows: list[Any], read: Callable[[Any], T], name: Callable[[Any], Any]) -> Listing[T]:
    """Every row that can be read, and the names of those that cannot: one odd row must not hide the others."""
    readable: list[T] = []
    unreadable: list[str] = []
    for row in rows:
        try:
            readable.append(read(row))
        except ValueError:
            unreadable.append(_name(row, name))
    return Listing(readable, unreadable=tuple(unreadable))


def _name(row: Any, name: Callable[[Any], Any]) -> str:
    try:
        return _code(name(row))
    except (ValueError, KeyError, TypeError):
        return ""
