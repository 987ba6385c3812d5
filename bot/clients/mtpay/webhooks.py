"""The messages that MTPay sends by itself (§7): who may have sent one, and what it says. Always a hint only.

The documented signature does not cover what is said, and whoever saw one of our own requests can repeat it.
"""

import hmac
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.clients.mtpay.signing import mac, sign
from bot.domain.deposits import Proof, Webhook
from bot.domain.money import plain

MAX_AGE_MS = 5 * 60 * 1000
SIGNATURE = re.compile(r"[0-9a-fA-F]{64}")
TIMESTAMP = re.compile(r"[0-9]{1,16}")
NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")
MAX_MAGNITUDE = 24
LONGEST_WORD = 120
LONGEST_LINE = 500
BETWEEN = re.compile(r"[ \t\r\n]*[{:,]?[ \t\r\n]*")


def proof_of(access_key: str, secret: str, raw: bytes, *, now_ms: int, covers_body: bool = False) -> Proof:
    """Whether whoever sent these bytes knew a signature, found out in constant time, and of when it is.

    One of the last five minutes is fresh, an older one old: whether a retry carries its first time is not known (§7).
    One of a time to come is none. `covers_body`: ask for one over what is said, too. Its text is our guess,
    `access_key_timestamp_data` with data as it is written in the message; the venue's page says "and the payload" and
    no more (§7).
    """
    try:
        text = raw.decode("utf-8")
        document = _object(text)
    except ValueError:
        return Proof.NONE
    signature, timestamp = _word(document.get("signature")), _word(document.get("timestamp"))
    is_formed = SIGNATURE.fullmatch(signature) and TIMESTAMP.fullmatch(timestamp)
    if not access_key or not secret or not is_formed or int(timestamp) - now_ms > MAX_AGE_MS:
        return Proof.NONE
    expected = sign(access_key, secret, timestamp)
    if covers_body:
        expected = mac(secret, f"{access_key}_{timestamp}_{_data_as_written(text)}".encode())
    if not hmac.compare_digest(expected.encode(), signature.upper().encode()):
        return Proof.NONE
    return Proof.OLD if now_ms - int(timestamp) > MAX_AGE_MS else Proof.FRESH


def read_webhook(raw: bytes) -> tuple[str, str, Webhook]:
    """(signature, timestamp, message); the first two as written, "" where absent. Raises ValueError for what is none.

    Words that nobody could have meant keep a `?` in place of every odd character, so that they equal nothing of ours.
    """
    document = _object(raw.decode("utf-8"))
    data = document.get("data")
    if not isinstance(data, dict):
        raise ValueError("a message without data")
    webhook = Webhook(
        trade_type=_word(data.get("tradeType")),
        order_no=_word(data.get("merchantOrderNo")),
        request_code=_word(data.get("requestCode")),
        amount=_number(data.get("requestAmount")),
        currency=_word(data.get("requestCurrency")),
        status=_word(data.get("requestStatus")),
        message=_line(data.get("message")),
        method=_line(data.get("paymentMethod")),
        fiat=_word(data.get("fiatCurrency")),
        unit_price=_number(data.get("unitPrice")),
        transaction_amount=_number(data.get("transactionAmount")),
        received=_number(data.get("receivedAmount")),
        fee=_number(data.get("transactionFee")),
        payment_amount=_number(data.get("paymentAmount")),
    )
    return _word(document.get("signature")), _word(document.get("timestamp")), webhook


def _object(text: str) -> Mapping[str, Any]:
    """Numbers stay as written: none is too long to read, none is rounded. Raises ValueError for what is no object."""
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(document, dict):
        raise ValueError("no object")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two fields of one name another reader might see the other one."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("one name twice")
    return fields


def _data_as_written(text: str) -> str:
    """The very characters of `data`, in a text that is known to be an object. "" without one."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
    at = _after(text, 0)
    while text[at] == '"':
        name, at = decoder.raw_decode(text, at)
        start = _after(text, at)
        _, at = decoder.raw_decode(text, start)
        if name == "data":
            return text[start:at]
        at = _after(text, at)
    return ""


def _after(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at


def _number(value: Any) -> Decimal | None:
    """Exactly what is written, as number or as text; a few bytes of exponent never become a gigabyte of digits."""
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        return None
    number = Decimal(value)
    return Decimal(plain(number)) if abs(number.adjusted()) <= MAX_MAGNITUDE else None


def _word(value: Any) -> str:
    """To be compared with what is ours, so that nothing is tidied away: not even a space."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return "?"
    return "".join(char if char.isprintable() else "?" for char in value[:LONGEST_WORD])


def _line(value: Any) -> str:
    """Words to be shown, on one line; "" for what is none."""
    text = value[: 2 * LONGEST_LINE] if isinstance(value, str) else ""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:LONGEST_LINE]
