"""Our standing offers, and everybody's as the market shows them (`api/gate-c2c.md` §3.10-§3.14)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, StrEnum

from bot.domain.orders import Side


class AdStatus(IntEnum):
    """What an ad can be set to; the numbers are the venue's (§2.2)."""

    LISTED = 1
    DELISTED = 3
    CLOSED = 4


class LimitBasis(IntEnum):
    """What the least and most per order are counted in; fixed for the life of an ad."""

    CRYPTO = 0
    FIAT = 1


class Reference(IntEnum):
    """The price a floating ad follows."""

    PLATFORM = 1
    GATE = 2
    SPOT = 3


class AdState(StrEnum):
    LISTED = "listed"
    DELISTED = "delisted"
    CLOSED = "closed"
    UNKNOWN = "unknown"


AD_STATES = {
    "open": AdState.LISTED,
    "1": AdState.LISTED,
    "offlin": AdState.DELISTED,
    "offline": AdState.DELISTED,
    "3": AdState.DELISTED,
    "closed": AdState.CLOSED,
    "cancel": AdState.CLOSED,
    "4": AdState.CLOSED,
}


def ad_state_of(status: str) -> AdState:
    """The state of the venue's text or number; unknown text is a state of its own, never a guess."""
    return AD_STATES.get(status.strip().lower(), AdState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Floating:
    """A price that follows a reference. `offset_percent` ≥ 0; `is_discount` takes it off instead of adding it."""

    reference: Reference
    offset_percent: Decimal
    is_discount: bool


@dataclass(frozen=True, slots=True)
class Demands:
    """What counterparties must bring; None or 0 asks for nothing."""

    vip_tier: int = 0
    verification: int = 0
    registered_days: int = 0
    least_completed: int | None = None
    most_completed: int | None = None
    completion_percent: Decimal | None = None
    open_orders: int | None = None
    country: str | None = None
    shuts_out_advertisers: bool = False
    limits_polymarket: bool = False


@dataclass(frozen=True, slots=True)
class AdDraft:
    """An ad to publish, or with `ad_id` to replace. `side` is ours.

    `price` is fiat per coin and is sent even for a floating ad; `amount` is in coins; `least` and `most` per order
    are counted in `basis`. `methods` are pay types; `method_ids` maps them to our own payment-method ids.
    """

    side: Side
    asset: str
    fiat: str
    price: Decimal
    amount: Decimal
    methods: tuple[str, ...]
    least: Decimal
    most: Decimal
    basis: LimitBasis = LimitBasis.CRYPTO
    method_ids: Mapping[str, str] = field(default_factory=dict)
    floating: Floating | None = None
    expire_minutes: int | None = None
    terms: str = ""
    auto_reply: str = ""
    demands: Demands = Demands()
    team_payee: str | None = None
    ad_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ad:
    """One of our ads. `amount` is what is left, `least` and `most` are in coins, `fiat_…` in fiat where told.

    `status` is the venue's text; `created_at` Unix seconds; `method_ids` maps pay types to our payment-method ids.
    `methods` are all pay types that can be told from the answer, `method_count` how many there are. `unread` names what
    the answer did not carry at all: that is not the same as a demand for nothing.
    """

    id: str
    side: Side
    asset: str
    fiat: str
    price: Decimal
    amount: Decimal
    total: Decimal
    locked: Decimal
    least: Decimal | None
    most: Decimal | None
    fiat_least: Decimal | None
    fiat_most: Decimal | None
    basis: LimitBasis
    status: str
    created_at: int
    method_ids: Mapping[str, str]
    floating: Floating | None
    expire_minutes: int
    terms: str
    auto_reply: str
    demands: Demands
    is_out_of_time: bool = False
    methods: tuple[str, ...] = ()
    method_count: int = 0
    unread: frozenset[str] = frozenset()

    @property
    def state(self) -> AdState:
        return ad_state_of(self.status)

    @property
    def pair(self) -> str:
        return f"{self.asset}/{self.fiat}"

    @property
    def limits(self) -> tuple[Decimal, Decimal] | None:
        """The least and most per order in the ad's own basis; None when the answer did not tell both."""
        told = (self.fiat_least, self.fiat_most) if self.basis is LimitBasis.FIAT else (self.least, self.most)
        return None if told[0] is None or told[1] is None else (told[0], told[1])

    @property
    def limit_code(self) -> str:
        return self.fiat if self.basis is LimitBasis.FIAT else self.asset


@dataclass(frozen=True, slots=True)
class MarketAd:
    """Anybody's ad in the public market; `side` is the advertiser's, `rank` the venue's order from 1."""

    id: str
    rank: int
    side: Side
    asset: str
    fiat: str
    price: Decimal
    amount: Decimal | None
    least: Decimal | None
    most: Decimal | None
    fiat_least: Decimal | None
    fiat_most: Decimal | None
    nick: str
    methods: tuple[str, ...]
