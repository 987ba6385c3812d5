"""How values that the database has no type for are kept: money as its digits, facts as ASCII JSON text.

JSON is escaped to ASCII so that whatever a counterparty calls himself (NUL, half a surrogate) is stored as it came.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, Inexact
from typing import Any

from bot.domain.money import plain

_EXACT = Context(prec=200, traps=[Inexact])


def money_text(amount: Decimal) -> str:
    """Every digit as given, `7200.00`."""
    return plain(amount)


def equal_text(amount: Decimal) -> str:
    """The same text for numerically equal amounts: `7200.00` and `7200` are both `7200`."""
    digits = plain(amount)
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits in ("-0", "") else digits


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """A sum that is never rounded; raises decimal.Inexact beyond 200 digits."""
    total = Decimal(0)
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total


def facts_text(facts: Mapping[str, Any]) -> str:
    return json.dumps(dict(facts), separators=(",", ":"))


def texts_text(texts: Iterable[str]) -> str:
    return json.dumps(list(texts), separators=(",", ":"))


def read_facts(text: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(text)
    return facts


def read_texts(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def storable(text: str) -> str:
    """The text with half surrogates replaced, which no database can keep outside JSON."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
