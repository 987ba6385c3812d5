"""The messages that Gate Pay sends by itself (§5): whether one is genuine, and what it says."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.clients.gate_pay.signing import signed_text
from bot.clients.gate_pay.wire_otc import in_milliseconds

OTC = "OTC"
SIGNATURE = re.compile(r"[0-9a-fA-F]{128}")
TIMESTAMP = re.compile(r"[0-9]{1,16}")
NONCE = re.compile(r"[\x21-\x7e]{1,200}")
MOMENT = re.compile(r"[0-9]{1,15}")
LONGEST_ID = 120
LONGEST_TEXT = 2000
MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Event:
    """One message. Fields that are absent are "" or 0; `data` holds what is one text, `updated_at` is Unix ms.

    `status` is the venue's word (`bizStatus`), e.g. WITHDRAW_SUCCESS. A payout has another shape: `biz_type` "",
    `biz_id` its batch. What a message says is a hint, to be confirmed by asking the venue.
    """

    biz_type: str
    biz_id: str
    status: str
    client_id: str
    order_id: str
    client_order_id: str
    data: Mapping[str, str] = field(repr=False)
    updated_at: int
    fingerprint: str

    @property
    def key(self) -> str:
        """Tells one event from another: its id and status; of one without an id all of its bytes."""
        return f"{self.biz_id}/{self.status}" if self.biz_id else self.fingerprint


def is_genuine(secret: str, timestamp: str, nonce: str, signature: str, raw: bytes) -> bool:
    """Whether whoever sent these bytes knows the secret, found out in constant time. Says nothing about their age."""
    is_formed = TIMESTAMP.fullmatch(timestamp) and NONCE.fullmatch(nonce) and SIGNATURE.fullmatch(signature)
    if not secret or not is_formed:
        return False
    text = signed_text(timestamp=timestamp, nonce=nonce, body=raw)
    expected = hmac.new(secret.encode(), text, hashlib.sha512).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.lower().encode())


def read_event(raw: bytes) -> Event:
    """Raises ValueError for what is no JSON object. An object of any shape is an event, for its sender is known."""
    document = _object(raw.decode("utf-8"))
    if document is None:
        raise ValueError("no event")
    main = document.get("main_order")
    if "bizType" not in document and isinstance(main, dict):
        document = {"bizId": main.get("batch_id"), "bizStatus": main.get("status"), **main, "data": _payout(document)}
    data = _texts(document.get("data"))
    kind, biz_id = _word(document.get("bizType")), _word(document.get("bizId"))
    return Event(
        biz_type=kind,
        biz_id=biz_id,
        status=_word(document.get("bizStatus")),
        client_id=_word(document.get("clientId")) or _word(document.get("client_id")),
        order_id=(biz_id if kind == OTC else "") or _word(data.get("orderId")) or _word(data.get("order_id")),
        client_order_id=_word(data.get("clientOrderId")) or _word(data.get("client_order_id")),
        data=data,
        updated_at=_moment(data.get("updateTime")) or _moment(document.get("updateTime")),
        fingerprint=hashlib.sha256(raw).hexdigest(),
    )


def _object(text: str) -> dict[str, Any] | None:
    """None for JSON that is no object, ValueError for no JSON. Numbers stay as written: none is too long to read."""
    try:
        document = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return document if isinstance(document, dict) else None


def _payout(document: Mapping[str, Any]) -> dict[str, Any]:
    """What tells one payout from another: its batch and our numbers of its transfers (§5)."""
    parts = document.get("suborders")
    rows = [row for row in parts if isinstance(row, dict)] if isinstance(parts, list) else []
    numbers = [_word(row.get("merchant_withdraw_id")) for row in rows]
    return {**document["main_order"], "merchant_withdraw_id": ",".join(number for number in numbers if number)}


def _texts(value: Any) -> dict[str, str]:
    """The inner object, which comes as text of JSON or as it is (§5); what cannot be read of it is left out."""
    if isinstance(value, str):
        try:
            value = _object(value)
        except ValueError:
            return {}
    if not isinstance(value, dict):
        return {}
    pairs = [(_clean(name), item) for name, item in value.items() if isinstance(item, str | bool)]
    return {name: _clean(item if isinstance(item, str) else str(item).lower()) for name, item in pairs[:MOST_FIELDS]}


def _clean(text: str) -> str:
    """Something that can be stored and sent: half a surrogate pair becomes a `?`."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode()


def _word(value: Any) -> str:
    """An id or a status, "" for what is none."""
    text = value.strip() if isinstance(value, str) else ""
    return text if text.isprintable() and len(text) <= LONGEST_ID else ""


def _moment(value: Any) -> int:
    """Milliseconds from seconds or milliseconds, told apart by their size; 0 for what is no time."""
    text = value.strip() if isinstance(value, str) else ""
    return in_milliseconds(int(text)) if MOMENT.fullmatch(text) else 0
