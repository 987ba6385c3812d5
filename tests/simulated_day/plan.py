"""Who comes in a day: seeded, so that the same seed brings the same day."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

NAMES = ("张三丰", "李四", "王五")
TWINS = 2
"""orders of a kind that come together with the same total"""
SHARES = (("sale", 70), ("twins", 12), ("purchase", 8), ("walks away", 6), ("other payer", 4))
"""of a hundred orders"""


class Kind(StrEnum):
    SALE = "sale"
    TWINS = "twins"
    PURCHASE = "purchase"
    WALKS_AWAY = "walks away"
    OTHER_PAYER = "other payer"


@dataclass(frozen=True)
class Customer:
    """One order to come. `amount` in coins, exact text; `name` as verified; `paid_by` whom the bank shows."""

    kind: Kind
    amount: str
    name: str
    paid_by: str


def day(orders: int, seed: int) -> Iterator[tuple[Customer, ...]]:
    """Those who come together, one group after the other. Totals repeat among twins only."""
    dice = random.Random(seed)
    kinds, weights = [Kind(kind) for kind, _ in SHARES], [weight for _, weight in SHARES]
    number = 0
    while number < orders:
        kind = dice.choices(kinds, weights)[0]
        if kind is Kind.TWINS and orders - number >= TWINS:
            names = dice.sample(NAMES, TWINS)
            yield tuple(Customer(kind, _amount(number), name, name) for name in names)
            number += TWINS
            continue
        kind = Kind.SALE if kind is Kind.TWINS else kind
        name = dice.choice(NAMES)
        other = next(one for one in NAMES if one != name)
        yield (Customer(kind, _amount(number), name, other if kind is Kind.OTHER_PAYER else name),)
        number += 1


def _amount(number: int) -> str:
    """Below what an operator may release alone, and of another total than any before."""
    return f"{50 + number}.00"
