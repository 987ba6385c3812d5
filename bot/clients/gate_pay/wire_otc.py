"""How Gate Pay writes quotes, orders, countries and bank accounts of its OTC desk (§4), into the desk's own types.

Amounts are taken as they are told and never found from a rate. What cannot be read is a ValueError.
"""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from bot.clients.gate_c2c.wire import LooseText, Mark, WireModel
from bot.clients.gate_pay.wire import Code, Id, LooseRate, Moment, OptionalId, Sum, read_each
from bot.domain.assumptions import MILLISECONDS_FROM
from bot.domain.listing import Listing
from bot.domain.money import Money
from bot.domain.off_ramps import BankAccount, Country, OffRampOrder, OffRampQuote, OffRampWish

SALE = "SELL"
LONGEST_TOKEN = 4000
SECONDS = re.compile(r"[0-9]{1,7}")
COUNT = re.compile(r"[0-9]{1,9}")
STAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


def _token(value: Any) -> str:
    """Goes back as it came, so that nothing is trimmed off."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TOKEN or not value.isprintable():
        raise ValueError("no token")
    return value


def _valid_seconds(value: Any) -> int:
    """Without it nobody knows when the quote ends, so that it must not be offered at all."""
    is_whole = isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 7 and value == int(value)
    text = str(int(value)) if is_whole else str(value).strip()
    if isinstance(value, bool) or not SECONDS.fullmatch(text) or not int(text):
        raise ValueError("no lifetime")
    return int(text)


def _code_or_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _stage(value: Any) -> str:
    if not isinstance(value, str) or not STAGE.fullmatch(value.strip()):
        raise ValueError("no status")
    return value.strip().upper()


def _review(value: Any) -> int:
    """A state that is told but cannot be read must not look like one that is not told: that would be usable."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not COUNT.fullmatch(str(value).strip()):
        raise ValueError("no review state")
    return int(value)


def _loose_sum(value: Any) -> Decimal | None:
    """Fee and final amount stand beside the matter: odd ones must not hide that an order is done."""
    try:
        return _OneSum.model_validate({"sum": value}).sum
    except ValueError:
        return None


def in_milliseconds(moment: int) -> int:
    """Times come in seconds as well (§5): told apart by their size."""
    return moment * 1000 if 0 < moment < MILLISECONDS_FROM else moment


class _OneSum(WireModel):
    sum: Sum


Echo = Annotated[Code | None, BeforeValidator(_code_or_none)]
Stamp = Annotated[Moment, AfterValidator(in_milliseconds)]
LooseSum = Annotated[Decimal | None, BeforeValidator(_loose_sum)]
OptionalSum = Annotated[Sum | None, BeforeValidator(_code_or_none)]


class WireOffRampQuote(WireModel):
    coin: Echo = Field(default=None, validation_alias="cryptoCurrency")
    fiat: Echo = Field(default=None, validation_alias="fiatCurrency")
    sell: Sum = Field(validation_alias="cryptoAmount")
    get: Sum = Field(validation_alias="fiatAmount")
    rate: LooseRate = Field(default=None, validation_alias="fiatRate")
    valid_seconds: Annotated[int, BeforeValidator(_valid_seconds)] = Field(validation_alias="validPeriod")
    token: Annotated[str, BeforeValidator(_token)] = Field(validation_alias="quoteToken", repr=False)


class WireOffRampOrder(WireModel):
    """The answer to a create only has ids, status and time; details have it all."""

    camel_id: OptionalId = Field(default="", validation_alias="orderId")
    snake_id: OptionalId = Field(default="", validation_alias="order_id")
    status: Annotated[str, BeforeValidator(_stage)]
    client_order_id: OptionalId = Field(default="", validation_alias="clientOrderId")
    kind: LooseText = Field(default="", validation_alias="type")
    coin: Echo = Field(default=None, validation_alias="cryptoCurrency")
    fiat: Echo = Field(default=None, validation_alias="fiatCurrency")
    sell: OptionalSum = Field(default=None, validation_alias="cryptoAmount")
    get: OptionalSum = Field(default=None, validation_alias="fiatAmount")
    fee: LooseSum = Field(default=None, validation_alias="tradeFee")
    final: LooseSum = Field(default=None, validation_alias="finalFiatAmount")
    error: LooseText = Field(default="", validation_alias="errMsg")
    bank_account: LooseText = Field(default="", validation_alias="bankAccountId")
    created_at: Stamp = Field(default=0, validation_alias="createTime")
    updated_at: Stamp = Field(default=0, validation_alias="updateTime")

    def order_id(self) -> str:
        ids = {self.snake_id, self.camel_id} - {""}
        if len(ids) != 1:
            raise ValueError("not one order id")
        return ids.pop()


class WireCountry(WireModel):
    id: Id = Field(validation_alias="countryId")
    name: LooseText = Field(default="", validation_alias="countryName")
    name_zh: LooseText = Field(default="", validation_alias="countryCn")


class WireBank(WireModel):
    id: Id = Field(validation_alias="bankAccountId")
    holder: LooseText = Field(default="", validation_alias="bankAccountName")
    bank: LooseText = Field(default="", validation_alias="bankName")
    country: LooseText = Field(default="", validation_alias="countryName")
    iban: LooseText = ""
    swift: LooseText = ""
    review: Annotated[int, BeforeValidator(_review)] | None = Field(default=None, validation_alias="status")
    memo: LooseText = ""
    address: LooseText = ""


class WireAdded(WireModel):
    id: Id = Field(validation_alias="bankAccountId")
    wants_more: Mark = Field(default=False, validation_alias="needSupplementMaterial")


def read_off_ramp_quote(data: Any, wish: OffRampWish) -> OffRampQuote:
    """The offer. Currencies that are not repeated are those wished for; others than those are a ValueError."""
    found = WireOffRampQuote.model_validate(data)
    if (found.coin or wish.coin, found.fiat or wish.fiat) != (wish.coin, wish.fiat):
        raise ValueError("other currencies than asked for")
    if not found.sell or not found.get:
        raise ValueError("an amount of nothing")
    sell, get = Money(found.sell, wish.coin), Money(found.get, wish.fiat)
    return OffRampQuote(found.token, sell, get, found.valid_seconds, found.rate)


def read_off_ramp_order(data: Any) -> OffRampOrder:
    """One order. Raises ValueError without id or status, for unreadable amounts, and for a purchase of coins."""
    found = WireOffRampOrder.model_validate(data)
    if found.kind.strip().upper() not in ("", SALE):
        raise ValueError("not a sale")
    return OffRampOrder(
        id=found.order_id(),
        status=found.status,
        client_order_id=found.client_order_id,
        sell=_money(found.sell, found.coin),
        get=_money(found.get, found.fiat),
        fee=found.fee,
        final=found.final,
        error=found.error.strip(),
        bank_account=found.bank_account.strip(),
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def _money(amount: Decimal | None, code: str | None) -> Money | None:
    return None if amount is None or code is None else Money(amount, code)


def read_off_ramp_orders(data: Any) -> Listing[OffRampOrder]:
    """The rows are in `data.data` (§4 O4). `counted` is the total that is told, over all pages."""
    if not isinstance(data, dict) or "data" not in data:
        raise ValueError("no list of orders")
    found = read_each(_rows(data["data"]), read_off_ramp_order, _name)
    return Listing(found, unreadable=found.unreadable, counted=_count(data.get("total")))


def _count(value: Any) -> int | None:
    is_count = not isinstance(value, bool) and isinstance(value, str | int) and COUNT.fullmatch(str(value).strip())
    return int(value) if is_count else None


def _name(row: Any) -> str:
    return str(row["orderId"] if "orderId" in row else row["order_id"])


def read_countries(data: Any) -> Listing[Country]:
    return read_each(_rows(data), _country, lambda row: row["countryName"])


def _country(row: Any) -> Country:
    found = WireCountry.model_validate(row)
    name, name_zh = found.name.strip(), found.name_zh.strip()
    if not COUNT.fullmatch(found.id) or not (name or name_zh):
        raise ValueError("no country")
    return Country(int(found.id), name or name_zh, name_zh or name)


def read_banks(data: Any) -> Listing[BankAccount]:
    """`sent_id` stays a number or a text as the list gave it (§4 quirks)."""
    return read_each(_rows(data), _bank, lambda row: str(row["bankAccountId"]))


def _bank(row: Any) -> BankAccount:
    found = WireBank.model_validate(row)
    return BankAccount(
        id=found.id,
        sent_id=row["bankAccountId"],
        holder=found.holder.strip(),
        bank=found.bank.strip(),
        country=found.country.strip(),
        iban=found.iban.strip(),
        swift=found.swift.strip(),
        review=found.review,
        memo=found.memo.strip(),
        address=found.address.strip(),
    )


def read_added(data: Any) -> tuple[str, bool]:
    """(bankAccountId, needSupplementMaterial); the older contract does not tell the second."""
    found = WireAdded.model_validate(data)
    return found.id, found.wants_more


def _rows(value: Any) -> list[Any]:
    """Nothing is an empty list: some servers write it as null."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError("not a list")
    return value
