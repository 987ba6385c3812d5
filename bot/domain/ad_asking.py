"""What the questions of a new ad are asked with, and the summary that its confirm stands under."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.ad_forms import AdForm, Method, Step
from bot.domain.ads import AdDraft
from bot.domain.seals import Seal

DONE = "done"
"""what is pressed when all methods are chosen"""


@dataclass(frozen=True, slots=True)
class Prices:
    """What the others ask or offer on our side; None where nobody else does."""

    best: Decimal | None
    middle: Decimal | None
    others: int


@dataclass(frozen=True, slots=True)
class Distance:
    """How a wanted price stands to the market. `off` percent with a sign, None when nobody else is there.

    `is_far`: more than the desk's limit off, or the market cannot be read (`prices` None). `is_offset_far`: the offset
    of a floating price is larger than that limit.
    """

    prices: Prices | None
    off: Decimal | None
    is_far: bool
    is_offset_far: bool = False

    @property
    def asks_twice(self) -> bool:
        return self.is_far or self.is_offset_far


@dataclass(frozen=True, slots=True)
class Asking:
    """Where a form stands, with what its question needs: the market for a price, our methods for methods.

    `off_percent`: how far the price just given is from the market's middle, when that is far.
    """

    form: AdForm
    prices: Prices | None = None
    offered: tuple[Method, ...] = ()
    markets: tuple[tuple[str, str], ...] = ()
    spoilt: tuple[Step, ...] = ()
    off_percent: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything as it would be sent. No `seal`: its price must be meant first (see `mean`)."""

    form: AdForm
    draft: AdDraft
    distance: Distance
    seal: Seal | None
    is_watched: bool
    """whether the desk looks for orders of this pair"""


def digest_of(method: Method) -> str:
    """What stands for it in a button: kinds and ids are the venue's own words."""
    return _short(f"{method.kind}/{method.id}")


def digest_of_ads(ads: Sequence[str]) -> str:
    """Which ads a card spoke of."""
    return _short(",".join(sorted(ads)))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
