"""The desk's ads and its rivals': publish, edit, list, close (contract 3.10 - 3.14)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.sandbox.gate.chats import offers_contact
from bot.sandbox.gate.fields import INVALID, WRONG_STATE, Fields, Json, Refusal, is_amount

IdsOf = Callable[[str], set[str]]  # pay type -> own method ids

STATUS = {1: "OPEN", 3: "OFFLIN", 4: "CLOSED"}
FIRST_AD = 2130000011
CONTENT_RISK = 70305102


@dataclass(frozen=True)
class Ad:
    """Numbers are decimal text as the wire carries them; `locked` is what open orders hold."""

    id: int
    side: str
    asset: str
    fiat: str
    price: str
    amount: str
    min_amount: str
    max_amount: str
    pay_types: tuple[str, ...]
    pay_type_json: str
    created_at: int
    limit_basis: int = 0
    fiat_min_amount: str = ""
    fiat_max_amount: str = ""
    locked: str = "0"
    status: int = 1
    rate_fixed: int = 1
    rate_ref_id: int = -1
    rate_offset: str = "0"
    float_trend: int = 0
    expire_min: int = 15
    tier_limit: int = 0
    verified_limit: int = 0
    reg_time_limit: int = 0
    advertisers_limit: int = 0
    polymarket_limit: int = 0
    min_completed_limit: int = -1
    max_completed_limit: int = -1
    completed_rate_limit: int = -1
    user_orders_limit: int = -1
    user_country_limit: int = -1
    trade_tips: str = ""
    auto_reply: str = ""
    nick: str = "desk_one"


class AdBook:
    """The desk's own ads by id; an edit replaces, a status is set, open orders lock part of the amount."""

    def __init__(self) -> None:
        self._ads: dict[int, Ad] = {}

    def add(self, ad: Ad) -> None:
        self._ads[ad.id] = ad

    def all(self) -> list[Ad]:
        return list(self._ads.values())

    def next_id(self) -> int:
        return max(self._ads, default=FIRST_AD - 1) + 1

    def get(self, number: int) -> Ad:
        if number not in self._ads:
            raise Refusal(f"{INVALID}: adv_no")
        return self._ads[number]

    def serving(self, side: str, asset: str, fiat: str) -> Ad | None:
        """The listed ad an order of this market and side would come from."""
        fitting = (ad for ad in self._ads.values() if (ad.side, ad.asset, ad.fiat) == (side, asset, fiat))
        return next((ad for ad in fitting if ad.status == 1), None)

    def set_status(self, number: int, status: int) -> int:
        ad = self.get(number)
        if status not in STATUS:
            raise Refusal(f"{INVALID}: adv_status")
        if ad.status == 4:
            raise Refusal(WRONG_STATE)
        self._ads[number] = replace(ad, status=status)
        return status

    def lock(self, number: int, amount: str) -> None:
        self._move(number, taken=Decimal(amount), locked=Decimal(amount))

    def unlock(self, number: int, amount: str, *, spent: bool) -> None:
        self._move(number, taken=Decimal(0) if spent else -Decimal(amount), locked=-Decimal(amount))

    def _move(self, number: int, *, taken: Decimal, locked: Decimal) -> None:
        ad = self._ads.get(number)
        if ad is None:
            return
        left = max(Decimal(ad.amount) - taken, Decimal(0))
        held = max(Decimal(ad.locked) + locked, Decimal(0))
        self._ads[number] = replace(ad, amount=f"{left:f}", locked=f"{held:f}")

    def publish(self, fields: Fields, now: int, ids_of: IdsOf) -> None:
        """Type "0"/"1" publishes for sale or purchase, "2"/"3" edits; the new id is not told, as documented."""
        operation = fields.one_of("type", ("0", "1", "2", "3"))
        side = "sell" if operation in ("0", "2") else "buy"
        basis = fields.integer("limitBasis", 0)
        current = self._edited(fields, side, basis) if operation in ("2", "3") else None
        _check_content(fields)
        ad = _ad_from(fields, current.id if current else self.next_id(), side, basis, now=now, ids_of=ids_of)
        if current is not None:
            ad = replace(ad, created_at=current.created_at, status=current.status, locked=current.locked)
        self.add(ad)

    def _edited(self, fields: Fields, side: str, basis: int) -> Ad:
        ad = self.get(fields.digits("oid"))
        if ad.side != side or ad.limit_basis != basis:
            raise Refusal(f"{INVALID}: limitBasis" if ad.side == side else f"{INVALID}: type")
        if ad.status == 4:
            raise Refusal(WRONG_STATE)
        return ad


def _check_content(fields: Fields) -> None:
    found = {name: offers_contact(fields.text(name, "")) for name in ("trade_tips", "auto_reply")}
    if not any(found.values()):
        return
    event: Json = {
        "type": "modal",
        "title": "notice",
        "msg": "remove contact details",
        "action": [{"action_type": "close", "title": "ok", "mainly": 0, "action_data": {}}],
        "content_risk_type": "_".join(name for name, hit in found.items() if hit),
        **{name: "contact details found" if hit else "" for name, hit in found.items()},
    }
    raise Refusal("risk control", CONTENT_RISK, {"risk_code": 0, "risk_event": event})


def _ad_from(fields: Fields, number: int, side: str, basis: int, *, now: int, ids_of: IdsOf) -> Ad:
    price, amount = _positive(fields, "unitPrice"), _positive(fields, "number")
    pay_types = tuple(part.strip() for part in fields.needed("payType").split(",") if part.strip())
    low, high, fiat_low, fiat_high = _limits(fields, basis, Decimal(price), Decimal(amount))
    return Ad(
        id=number,
        side=side,
        asset=fields.needed("currencyType"),
        fiat=fields.needed("exchangeType"),
        price=price,
        amount=amount,
        min_amount=low,
        max_amount=high,
        fiat_min_amount=fiat_low,
        fiat_max_amount=fiat_high,
        pay_types=pay_types,
        pay_type_json=_checked_methods(fields.text("pay_type_json", "{}"), pay_types, ids_of),
        created_at=now,
        limit_basis=basis,
        rate_fixed=_whole(fields, "rateFixed", "1"),
        rate_ref_id=_whole(fields, "rateReferenceId", "-1"),
        rate_offset=fields.text("rateOffset", "0"),
        float_trend=_whole(fields, "float_trend", "0"),
        expire_min=_whole(fields, "expire_min", "15"),
        tier_limit=_whole(fields, "tierLimit", "0"),
        verified_limit=_whole(fields, "verifiedLimit", "0"),
        reg_time_limit=_whole(fields, "regTimeLimit", "0"),
        advertisers_limit=_whole(fields, "advertisersLimit", "0"),
        polymarket_limit=fields.integer("polymarket_limit", 0),
        min_completed_limit=_whole(fields, "min_completed_limit", "-1"),
        max_completed_limit=_whole(fields, "max_completed_limit", "-1"),
        completed_rate_limit=_whole(fields, "completed_rate_limit", "-1"),
        user_orders_limit=_whole(fields, "user_order_limit", "-1"),
        user_country_limit=_whole(fields, "user_country_limit", "-1"),
        trade_tips=fields.text("trade_tips", ""),
        auto_reply=fields.text("auto_reply", ""),
    )


def _limits(fields: Fields, basis: int, price: Decimal, amount: Decimal) -> tuple[str, str, str, str]:
    """Crypto limits and fiat limits, the missing pair worked out from the given one."""
    if basis not in (0, 1):
        raise Refusal(f"{INVALID}: limitBasis")
    names = ("fiatMinAmount", "fiatMaxAmount") if basis else ("minAmount", "maxAmount")
    low, high = _positive(fields, names[0]), _positive(fields, names[1])
    whole = amount * price if basis else amount
    if not Decimal(low) <= Decimal(high) <= whole:
        raise Refusal(f"{INVALID}: {names[1]}")
    if basis:
        return _plain(Decimal(low) / price), _plain(Decimal(high) / price), low, high
    return low, high, _plain(Decimal(low) * price), _plain(Decimal(high) * price)


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.01')):f}"


def _checked_methods(text: str, pay_types: tuple[str, ...], ids_of: IdsOf) -> str:
    try:
        chosen: Any = json.loads(text or "{}")
    except ValueError:
        chosen = None
    if not isinstance(chosen, dict) or not all(
        kind in pay_types and isinstance(number, str) and number in ids_of(kind) for kind, number in chosen.items()
    ):
        raise Refusal(f"{INVALID}: pay_type_json")
    return text or "{}"


def _positive(fields: Fields, name: str) -> str:
    text = fields.needed(name)
    if not is_amount(text):
        raise Refusal(f"{INVALID}: {name}")
    return text


def _whole(fields: Fields, name: str, default: str) -> int:
    text = fields.text(name, default) or default
    try:
        return int(text)
    except ValueError:
        raise Refusal(f"{INVALID}: {name}") from None
