"""Amounts as Gate Pay's convert writes them: plain text, up to eight decimals."""

import re
from decimal import ROUND_DOWN, ROUND_UP, Context, Decimal

STEP = Decimal("0.00000001")
_AMOUNT = re.compile(r"\d{1,14}(\.\d{1,8})?", re.ASCII)
_EXACT = Context(prec=40)


def read(text: object) -> Decimal | None:
    """The number that a text says; None when it is no amount above 0 of at most eight decimals."""
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        return None
    return Decimal(text) or None


def plain(amount: Decimal) -> str:
    """No exponent, no needless zeros."""
    return f"{amount.normalize(_EXACT):f}"


def multiplied(amount: Decimal, rate: Decimal) -> Decimal:
    """What the merchant gets: rounded down, as every exchange does."""
    return _EXACT.multiply(amount, rate).quantize(STEP, ROUND_DOWN, context=_EXACT)


def divided(amount: Decimal, rate: Decimal) -> Decimal:
    """What the merchant gives for an exact amount: rounded up."""
    return _EXACT.divide(amount, rate).quantize(STEP, ROUND_UP, context=_EXACT)


def ratio(one: Decimal, other: Decimal) -> Decimal:
    """With the many digits that the documented order samples carry."""
    return Context(prec=16).divide(one, other)
