"""How MTPay writes a deposit order and its answer (§7), in the desk's own types."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, StrictBool

from bot.clients.gate_c2c.wire import WireModel
from bot.clients.gate_pay.wire import Moment
from bot.domain.deposits import DepositWish, Link
from bot.domain.money import plain

LONGEST_ORDER_NO = 100
LONGEST_HOOK = 200
LONGEST_CODE = 100
LONGEST_URL = 512
ABSOLUTE = re.compile(r"https?://[^/]", re.IGNORECASE)


def encode_deposit(wish: DepositWish, order_no: str, hook_url: str) -> bytes:
    """The order: compact, UTF-8, the amount a number with exactly the wish's digits.

    Raises ValueError for an amount that is no sum, and for a number or an address longer than MTPay takes.
    """
    if not wish.amount.is_finite() or wish.amount <= 0:
        raise ValueError("an amount above nothing is needed")
    if not 0 < len(order_no) <= LONGEST_ORDER_NO or not 0 < len(hook_url) <= LONGEST_HOOK:
        raise ValueError("order number or webhook address missing or too long")
    fields = {
        "client": _json({"realName": wish.payer}),
        "depositCurrency": _json(wish.currency),
        "fiatCurrency": _json(wish.fiat),
        "depositAmount": plain(wish.amount),
        "merchantOrderNo": _json(order_no),
        "webhookUrl": _json(hook_url),
        "language": _json(wish.language),
        "paymentMethod": _json({"method": int(wish.methods)}),
    }
    return ("{" + ",".join(f'"{name}":{written}' for name, written in fields.items()) + "}").encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _code(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_CODE or not value.isprintable():
        raise ValueError("no request code")
    return value


class WireLink(WireModel):
    request_code: Annotated[str, BeforeValidator(_code)] = Field(validation_alias="requestCode")
    is_available: StrictBool = Field(validation_alias="isAvailable")
    expires_at: Moment = Field(default=0, validation_alias="expiresAt")
    created_at: Moment = Field(default=0, validation_alias="createdAt")


def read_link(data: Any) -> Link:
    """The link. Raises ValueError without request code or availability, and for one that is available nowhere.

    Of an order that nobody can take an address that cannot be used is left out.
    """
    found = WireLink.model_validate(data)
    url = data.get("checkoutUrl")
    if not is_usable(url):
        if found.is_available:
            raise ValueError("no usable link")
        url = ""
    return Link(found.request_code, url, found.is_available, found.expires_at, found.created_at)


def read_request_code(data: Any) -> str:
    """The code alone, of an answer that cannot be read otherwise; "" without one."""
    try:
        return _code(data.get("requestCode")) if isinstance(data, Mapping) else ""
    except ValueError:
        return ""


def is_usable(url: Any) -> bool:
    """Whether a customer can be sent there: absolute, without user, and read alike by every reader of addresses."""
    if not isinstance(url, str) or len(url) > LONGEST_URL or not ABSOLUTE.match(url):
        return False
    if not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False
