"""The desk's own ads: what one is, the book of them, and what orders lock of their amount (contract 3.10 - 3.13)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from bot.sandbox.gate.fields import INVALID, WRONG_STATE, Json, Refusal, is_amount

STATUS = {1: "OPEN", 3: "OFFLIN", 4: "CLOSED"}
LISTED, DELISTED, CLOSED = STATUS
FIRST_AD = 2130000011
AMOUNTS = ("price", "amount", "min_amount", "max_amount", "fiat_min_amount", "fiat_max_amount")


@dataclass(frozen=True)
class Ad:
    """Numbers are decimal text as the wire carries them. `amount` is what is left for new orders, `locked` what open
    orders hold, `traded` what finished ones have taken. `price` of a floating ad is its present one."""

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
    traded: str = "0"
    status: int = LISTED
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
    team_payment_uid: str = ""
    is_out_time: int = 0
    nick: str = "desk_one"

    @property
    def market(self) -> tuple[str, str, str]:
        return self.side, self.asset, self.fiat


@dataclass(frozen=True)
class _Past:
    """What an ad was before a change (None: not there yet), and when that ended."""

    ad: Ad | None
    ended_at: float


class AdBook:
    """The desk's own ads by id; each change leaves its past for answers that lag behind. `clock`: venue seconds."""

    def __init__(self, clock: Callable[[], float] = lambda: 0.0) -> None:
        self._clock = clock
        self._ads: dict[int, Ad] = {}
        self._born: dict[int, float] = {}
        self._pasts: dict[str, dict[int, _Past]] = {"desk": {}, "anyone": {}}
        self.next_number = 0  # 0 = one above the highest

    def add(self, ad: Ad) -> None:
        self._ads[ad.id] = ad

    def keep(self, ad: Ad, *, by_desk: bool) -> None:
        """A new ad or a changed one; `by_desk`: over the merchant API."""
        past = _Past(self._ads.get(ad.id), self._clock())
        self._pasts["anyone"][ad.id] = past
        if by_desk:
            self._pasts["desk"][ad.id] = past
        if past.ad is None:
            self._born[ad.id] = past.ended_at
        self._ads[ad.id] = ad

    def all(self) -> list[Ad]:
        return list(self._ads.values())

    def past(self, number: int, of: str, since: float) -> tuple[bool, Ad | None]:
        """Whether that ad was changed since, and what it was before."""
        past = self._pasts[of].get(number)
        return (False, None) if past is None or past.ended_at < since else (True, past.ad)

    def born(self, number: int) -> float:
        return self._born.get(number, 0.0)

    def take_id(self) -> int:
        number = self.next_number or max(self._ads, default=FIRST_AD - 1) + 1
        self.next_number = number + 1 if self.next_number else 0
        return number

    def get(self, number: int) -> Ad:
        if number not in self._ads:
            raise Refusal(f"{INVALID}: adv_no")
        return self._ads[number]

    def listed(self, side: str, asset: str, fiat: str) -> list[Ad]:
        return [ad for ad in self._ads.values() if ad.market == (side, asset, fiat) and ad.status == LISTED]

    def serving(self, side: str, asset: str, fiat: str) -> Ad | None:
        """The listed ad an order of this market and side would come from."""
        return next(iter(self.listed(side, asset, fiat)), None)

    def set_status(self, number: int, status: int, *, by_desk: bool = True) -> int:
        ad = self.get(number)
        if status not in STATUS:
            raise Refusal(f"{INVALID}: adv_status")
        if ad.status == CLOSED:
            raise Refusal(WRONG_STATE)
        self.keep(replace(ad, status=status), by_desk=by_desk)
        return status

    def lock(self, number: int, amount: str) -> None:
        self._move(number, taken=Decimal(amount), locked=Decimal(amount))

    def unlock(self, number: int, amount: str, *, spent: bool) -> None:
        taken = Decimal(0) if spent else -Decimal(amount)
        self._move(number, taken=taken, locked=-Decimal(amount), traded=Decimal(amount) if spent else Decimal(0))

    def _move(self, number: int, *, taken: Decimal, locked: Decimal, traded: Decimal = Decimal(0)) -> None:
        ad = self._ads.get(number)
        if ad is None:
            return
        left = max(Decimal(ad.amount) - taken, Decimal(0))
        held = max(Decimal(ad.locked) + locked, Decimal(0))
        gone = Decimal(ad.traded) + traded
        self._ads[number] = replace(ad, amount=f"{left:f}", locked=f"{held:f}", traded=f"{gone:f}")


def priced(ad: Ad, price: str) -> Ad:
    """The ad at another price: the pair of limits that is not its basis is worked out anew."""
    rate = Decimal(price)
    if ad.limit_basis:
        low, high = (plain(Decimal(each) / rate) for each in (ad.fiat_min_amount, ad.fiat_max_amount))
        return replace(ad, price=price, min_amount=low, max_amount=high)
    low, high = (plain(Decimal(each) * rate) for each in (ad.min_amount, ad.max_amount))
    return replace(ad, price=price, fiat_min_amount=low, fiat_max_amount=high)


def plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.01')):f}"


_FACTS = {each.name: each.type for each in fields(Ad) if each.name not in ("id", "created_at")}


def with_facts(ad: Ad, facts: Mapping[str, Any]) -> Ad:
    """The ad with some of its facts replaced, by the names of `Ad`. Raises ValueError on a name or value that is none.

    Nothing of what the venue demands of a request is checked: this is not the merchant API.
    """
    changed = replace(ad, **{name: _fact(name, value) for name, value in facts.items()})
    derived = ("min_amount", "max_amount") if changed.limit_basis else ("fiat_min_amount", "fiat_max_amount")
    return changed if any(name in facts for name in derived) else priced(changed, changed.price)


def _fact(name: str, value: Any) -> Any:
    wanted = _FACTS.get(name)
    if wanted is None:
        raise ValueError(f"no such fact of an ad: {name}; known: {', '.join(_FACTS)}")
    if name == "pay_types":
        return tuple(str(kind) for kind in value)
    if name in AMOUNTS and not (is_amount(str(value)) or (name == "amount" and str(value) in ("0", "0.00"))):
        raise ValueError(f"{name} is a plain number above 0")
    if wanted is int:
        return int(value)
    return str(value)


def as_json(ad: Ad) -> Json:
    """Everything an ad truly is, by the names of `Ad`; the id as text."""
    return {each.name: getattr(ad, each.name) for each in fields(Ad)} | {
        "id": str(ad.id),
        "status_text": STATUS[ad.status],
    }
