"""Money is a Decimal plus a code, shown with the digits the venue gave; nothing here ever makes a float."""

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.errors import NotAllowed

TYPED = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
MOST_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, e.g. `Money(Decimal("7200.00"), "CNY")`."""

    amount: Decimal
    code: str

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.code}"


def plain(amount: Decimal) -> str:
    """The digits as they are, without exponent or grouping: `7200.00`. For storage, wire and copy buttons."""
    return format(amount, "f")


def grouped(amount: Decimal) -> str:
    """The digits for reading: `7,200.00`, at least two decimals, every given digit kept."""
    if amount.as_tuple().exponent != 0 and isinstance(amount.as_tuple().exponent, int):
        exponent = int(amount.as_tuple().exponent)
    else:
        exponent = 0
    return f"{amount:,f}" if exponent <= -2 else f"{amount:,.2f}"


def parse_amount(text: str) -> Decimal:
    """An amount from 0 on as a person types it (`1000`, `1,000.50`). Raises NotAllowed("bad_amount").

    Commas only between thousands, so that `1,5` is not taken for 15; no exponent, so that no short text is a huge sum.
    """
    typed = text.strip()
    if not TYPED.fullmatch(typed) or len(typed) > MOST_CHARACTERS:
        raise NotAllowed("bad_amount", {"given": text[:40]})
    return Decimal(typed.replace(",", ""))
