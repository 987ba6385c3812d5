"""What a day of the desk came to: sums of what became final in it, exactly, per currency, coin, account and person.

A day is the calendar day of the desk's own time zone. An order belongs to the day in which the desk saw it end
(`final_at`), a person's release or marking paid to the day in which its outcome was known (`settled_at`), so does a
conversion or an off-ramp; a payment link to the day in which its end was reported or seen. What is open, unknown or
locked is what is so at the moment of looking, as far as it began before the day's end. Coins of different kinds and
money of different currencies are never added up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact
from enum import StrEnum

from bot.domain.intents import Action
from bot.domain.money import Money
from bot.domain.orders import Payee, Phase, Side

HOUR_MS = 3_600_000
LEAST_PLACES = 4
_SUMS = Context(prec=400, traps=[Inexact])
_SHARES = Context(prec=400, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Span:
    """A calendar day, `2026-11-21`, from its first millisecond to the next one's: 23 to 25 hours."""

    day: str
    begins_at: int
    ends_at: int

    @property
    def hours(self) -> int:
        """How many hours it has; a rest counts as one."""
        return -(-(self.ends_at - self.begins_at) // HOUR_MS)


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """Where fiat came in: method, bank's name, and the number as the venue shows it, only ever told by its end.

    Without a number it is not known which of the method's accounts it was; a purchase never has one.
    """

    method: str = ""
    name: str = ""
    number: str = field(default="", repr=False)

    @property
    def is_known(self) -> bool:
        return bool(self.number)


def receiving_account(method: str, payees: Iterable[Payee]) -> Account:
    """Our account of a sale, by the buyer's chosen method; never a guess where several accounts fit."""
    all_of_them = list(payees)
    fitting = [payee for payee in all_of_them if payee.method == method] if method else all_of_them
    if len({payee.account for payee in fitting}) != 1 or not fitting[0].account:
        return Account(method or (fitting[0].method if len(fitting) == 1 else ""))
    only = fitting[0]
    return Account(only.method, only.name, only.account)


@dataclass(frozen=True, slots=True)
class DayOrder:
    """As much of an order as its day needs. `ended_at` in ms, None while it is open.

    `is_outside`: it was done, but not by a button of the desk; `is_ours_cancelled`: it was cancelled by one.
    """

    id: str
    side: Side
    phase: Phase
    asset: str
    fiat: str
    amount: Decimal
    total: Decimal
    price: Decimal
    created_at: int
    ended_at: int | None
    account: Account
    counterparty: str = field(default="", repr=False)
    is_outside: bool = False
    is_locked: bool = False
    is_ours_cancelled: bool = False

    @property
    def coins(self) -> Money:
        return Money(self.amount, self.asset)

    @property
    def fiat_total(self) -> Money:
        return Money(self.total, self.fiat)

    @property
    def short_id(self) -> str:
        return self.id[-4:]


@dataclass(frozen=True, slots=True)
class Act:
    """A release or a marking paid of a person, known to be done at `at` (ms)."""

    person: int
    action: Action
    order_id: str
    coins: Money
    money: Money
    at: int


class DealKind(StrEnum):
    CONVERT = "convert"
    OFF_RAMP = "otc"
    DEPOSIT = "deposit"


class Outcome(StrEnum):
    """DONE and FAILED within the day; UNKNOWN and OPEN now. A link's end is only reported; FAILED: nothing came."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Deal:
    """A conversion, an off-ramp or a payment link. `given` left us, `got` came in (for a link: what is paid in)."""

    kind: DealKind
    id: str
    outcome: Outcome
    at: int
    given: Money | None
    got: Money | None
    person: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything of a day as it is remembered. `unknown`: orders whose last request has no outcome, by id."""

    span: Span
    read_at: int
    ended: tuple[DayOrder, ...] = ()
    open: tuple[DayOrder, ...] = ()
    acts: tuple[Act, ...] = ()
    deals: tuple[Deal, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """What was traded on one side in one currency and coin, through `account` (None: through all of them)."""

    side: Side
    fiat: str
    asset: str
    coins: Decimal = Decimal(0)
    money: Decimal = Decimal(0)
    count: int = 0
    account: Account | None = None

    @property
    def average(self) -> Decimal | None:
        return average(self.money, self.coins)


@dataclass(frozen=True, slots=True)
class PersonTally:
    """What one person released or marked paid, in one currency and coin."""

    person: int
    action: Action
    fiat: str
    asset: str
    coins: Decimal = Decimal(0)
    money: Decimal = Decimal(0)
    count: int = 0


@dataclass(frozen=True, slots=True)
class OpenTally:
    """Orders that were still open, on one side and in one currency; `paid` of them say that they are paid."""

    side: Side
    fiat: str
    money: Decimal = Decimal(0)
    count: int = 0
    paid: int = 0


@dataclass(frozen=True, slots=True)
class DealTally:
    """All deals of one kind and outcome; the sums per currency, in the order of the alphabet."""

    kind: DealKind
    outcome: Outcome
    count: int
    given: tuple[Money, ...]
    got: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class HourTally:
    """What ended in one hour of the day (from 0), in one currency."""

    hour: int
    sold: Decimal = Decimal(0)
    bought: Decimal = Decimal(0)
    count: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of a day without any sum: what everybody on the staff may know. Orders by id, oldest first.

    `locked`: of those that ended or are open, the ones whose payer was somebody else, also when a lead unlocked them;
    `oldest` of the open ones.
    """

    sold: int = 0
    bought: int = 0
    outside: tuple[str, ...] = ()
    open: int = 0
    oldest: tuple[str, int] | None = None
    paid: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    cancels_ours: int = 0
    cancels_theirs: int = 0
    expired: int = 0

    @property
    def cancels(self) -> int:
        return self.cancels_ours + self.cancels_theirs + self.expired


@dataclass(frozen=True, slots=True)
class DayReport:
    """`traded` per side, currency and coin, most orders first; `accounts` the same per account. `hours` by fiat."""

    span: Span
    read_at: int
    counts: Counts
    traded: tuple[Tally, ...] = ()
    accounts: tuple[Tally, ...] = ()
    people: tuple[PersonTally, ...] = ()
    open: tuple[OpenTally, ...] = ()
    deals: tuple[DealTally, ...] = ()
    hours: Mapping[str, tuple[HourTally, ...]] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.read_at >= self.span.ends_at

    @property
    def credits(self) -> tuple[Tally, ...]:
        """What each receiving account must show as credits, whatever coin it was for."""
        found: dict[tuple[str, Account], Tally] = {}
        for one in self.accounts:
            if one.side is Side.SELL and one.account is not None:
                key = (one.fiat, one.account)
                was = found.get(key, Tally(Side.SELL, one.fiat, "", account=one.account))
                found[key] = Tally(
                    Side.SELL, one.fiat, "", Decimal(0), added(was.money, one.money), was.count + one.count,
                    one.account,
                )  # fmt: skip
        return tuple(sorted(found.values(), key=lambda one: (one.fiat, one.account)))


def added(left: Decimal, right: Decimal) -> Decimal:
    """Never rounded; raises decimal.Inexact beyond 400 digits."""
    return _SUMS.add(left, right)


def average(money: Decimal, coins: Decimal) -> Decimal | None:
    """Money per coin, rounded half to even to four decimals, or to four digits of a price below 0.1."""
    if not coins:
        return None
    price = _SHARES.divide(money, coins)
    places = LEAST_PLACES if not price else max(LEAST_PLACES, LEAST_PLACES - 1 - price.adjusted())
    return price.quantize(Decimal(1).scaleb(-places), context=_SHARES)
