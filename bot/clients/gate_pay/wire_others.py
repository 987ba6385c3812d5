"""What Gate Pay writes besides conversions: its reference rate (§6) and the messages it sends by itself (§5)."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from bot.clients.gate_c2c.wire import LooseText, WireModel, decode
from bot.clients.gate_pay.wire import Code, Id, Moment, OptionalId, Sum, read_each


@dataclass(frozen=True, slots=True)
class ReferenceRate:
    """How much `target` one `source` is, to look at only. `updated_at` is Unix milliseconds, 0 = absent."""

    source: str
    target: str
    rate: Decimal
    updated_at: int


@dataclass(frozen=True, slots=True)
class Told:
    """One message of Gate Pay. `status` is its word, e.g. `WITHDRAW_SUCCESS`; `data` as it is told, never verified."""

    kind: str
    id: str
    status: str
    client_id: str
    data: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PayoutPart:
    """One transfer of a payout."""

    id: str
    code: str
    amount: Decimal
    fee: Decimal
    status: str


@dataclass(frozen=True, slots=True)
class Payout:
    """A batch of transfers to chain addresses. `unreadable` counts the transfers that could not be read."""

    batch_id: str
    status: str
    parts: tuple[PayoutPart, ...]
    unreadable: int


class WireRate(WireModel):
    source: Code = Field(validation_alias="sourceCurrency")
    target: Code = Field(validation_alias="targetCurrency")
    rate: Sum
    updated_at: Moment = Field(default=0, validation_alias="updateTime")


def _twice(value: Any) -> Any:
    """The inner object comes as text of JSON; one page types it as an object (§5)."""
    return decode(value.encode()) if isinstance(value, str) else value


class WireTold(WireModel):
    kind: Id = Field(validation_alias="bizType")
    id: Id = Field(validation_alias="bizId")
    status: Id = Field(validation_alias="bizStatus")
    client_id: OptionalId = Field(default="", validation_alias=AliasChoices("clientId", "client_id"))
    data: Annotated[dict[str, Any], BeforeValidator(_twice)]


class WirePart(WireModel):
    id: Id = Field(validation_alias="suborder_id")
    code: Code = Field(validation_alias="currency")
    amount: Sum
    fee: Sum
    status: LooseText = ""


class WireBatch(WireModel):
    batch_id: Id
    status: LooseText = ""


class WirePayout(WireModel):
    main: WireBatch = Field(validation_alias="main_order")
    parts: list[Any] = Field(validation_alias="suborders")


def read_reference_rate(data: Any) -> ReferenceRate:
    """Raises ValueError without a rate above nothing."""
    found = WireRate.model_validate(data)
    if not found.rate:
        raise ValueError("a rate of nothing")
    return ReferenceRate(found.source, found.target, found.rate, found.updated_at)


def read_told(document: Any) -> Told:
    """Raises ValueError when kind, id, status or data are missing. Its signature has to be checked before."""
    found = WireTold.model_validate(document)
    return Told(found.kind, found.id, found.status, found.client_id, found.data)


def read_payout(document: Any) -> Payout:
    """Raises ValueError without a batch. This message has no kind and no `data` around it (§5)."""
    found = WirePayout.model_validate(document)
    parts = read_each(found.parts, _part, lambda row: row["suborder_id"])
    return Payout(found.main.batch_id, found.main.status, tuple(parts), len(parts.unreadable))


def _part(row: Any) -> PayoutPart:
    found = WirePart.model_validate(row)
    return PayoutPart(found.id, found.code, found.amount, found.fee, found.status)
