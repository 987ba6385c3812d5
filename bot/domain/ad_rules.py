"""A rule about one of our ads as the desk keeps it: what it may do, who armed it until when, and what it last saw."""

from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum

from bot.domain.ad_changes import AdChange
from bot.domain.ad_edits import facts_of as facts_of_ad
from bot.domain.ads import Ad
from bot.domain.intents import Intent, State
from bot.domain.money import plain
from bot.domain.orders import Side
from bot.domain.repricing import Rule
from bot.domain.seals import Seal

HOURS = (1, 4, 12, 24)
"""for how long a rule can be armed"""
HOUR_MS = 3_600_000
MOST_REFUSALS = 3


class Stop(StrEnum):
    """Why an armed rule is one in dry run again."""

    BY_PERSON = "by_person"
    CHANGED = "changed"
    DROPPED = "dropped"
    ENDED = "ended"
    FROZEN = "frozen"
    PERSON = "person"
    STALE = "stale"
    REFUSED = "refused"
    EDITED = "edited"
    OFFLINE = "offline"
    FLOATS = "floats"
    NOT_ALLOWED = "not_allowed"


EXPECTED = frozenset({Stop.BY_PERSON, Stop.CHANGED, Stop.DROPPED, Stop.ENDED})
"""stops that somebody has decided on, so that they ring nobody"""


@dataclass(frozen=True, slots=True)
class AdRule:
    """Times are Unix ms. `armed_price` is our price at arming; `ours`, `best`, `wished` and `why` are of the last look
    that showed something new. `told_price`: the last one that a dry run has told. `step_ends_at`: a confirm is open.
    """

    id: str
    number: int
    ad_id: str
    side: Side
    asset: str
    fiat: str
    rule: Rule
    person: int
    made_at: int
    is_meant: bool
    ours: Decimal
    ended_at: int | None = None
    step_ends_at: int | None = None
    seal_id: str = ""
    armed_by: int | None = None
    armed_at: int | None = None
    armed_until: int | None = None
    armed_price: Decimal | None = None
    stopped_at: int | None = None
    stopped_why: str = ""
    why: str = ""
    wished: Decimal | None = None
    best: Decimal | None = None
    decided_at: int | None = None
    told_price: Decimal | None = None
    is_adrift: bool = False
    adrift_told_at: int | None = None

    @property
    def pair(self) -> str:
        return f"{self.asset}/{self.fiat}"

    @property
    def is_live(self) -> bool:
        return self.is_meant and self.ended_at is None

    @property
    def is_armed(self) -> bool:
        return self.is_live and self.armed_until is not None

    @property
    def target(self) -> str:
        """What its seals and its lines of the journal are about."""
        return f"reprice/{self.id}"

    @property
    def last(self) -> tuple[str, Decimal | None, Decimal, Decimal | None]:
        return self.why, self.wished, self.ours, self.best


class Mode(StrEnum):
    """Where a rule is, for its card."""

    ASKED = "asked"
    DRY = "dry"
    ARMED = "armed"
    PAUSED = "paused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """A rule now. `open_seal` is an open confirm to arm it; `waits`: a change of the ad has no outcome yet."""

    rule: AdRule
    open_seal: Seal | None = None
    person_name: str = ""
    armer_name: str = ""
    waits: bool = False

    @property
    def mode(self) -> Mode:
        if self.rule.ended_at is not None:
            return Mode.GONE
        if not self.rule.is_meant:
            return Mode.ASKED
        if not self.rule.is_armed:
            return Mode.DRY
        return Mode.PAUSED if self.waits else Mode.ARMED


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger tells of an armed rule: `price` is the one that it left the ad with, `moved_at` when anybody last
    changed the ad (ms), `refusals` how many in a row were refused. `waits`: the ad's last change has no outcome that
    was looked at."""

    price: Decimal
    moved_at: int | None = None
    refusals: int = 0
    waits: bool = False
    was: Decimal | None = None
    """our price before the last change, and below when the venue was seen to have made it (ms)"""
    checked_at: int | None = None


def read_ledger(rule: AdRule, changes: list[tuple[AdChange, Intent]]) -> Ledger:
    """`changes` of the ad that were sent, newest first. Those of a time before it was armed are not the rule's, but its
    interval counts from the newest of all: arming anew, or another rule, does not cut it short."""
    price, refusals, was, checked_at = rule.armed_price or rule.ours, 0, None, None
    own = [(one, intent) for one, intent in changes if one.rule == rule.id and one.asked_at >= (rule.armed_at or 0)]
    for change, intent in own:
        if intent.state is State.DONE:
            price, was, checked_at = change.wanted.price or price, change.ad.price, change.checked_at
            break
        refusals += intent.state is State.REFUSED
    waits = any(intent.is_open for _, intent in changes[:1])
    is_unseen = bool(own) and own[0][1].state is State.DONE and own[0][0].checked_at is None
    return Ledger(price, changes[0][0].asked_at if changes else None, refusals, waits or is_unseen, was, checked_at)


def facts_of_rule(rule: AdRule) -> dict[str, str]:
    """Everything that a rule may do, as exact text."""
    made = {field.name: getattr(rule.rule, field.name) for field in fields(Rule) if field.name != "moved_at"}
    return {f"rule_{name}": _text(value) for name, value in made.items()} | {"rule": rule.id, "ad": rule.ad_id}


def facts_of_arming(rule: AdRule, ad: Ad, *, until: int, approver: int, role: str) -> dict[str, str]:
    """What the approval of every change until then rests on: the ad, the rule with its bounds, the end."""
    person = {"until": str(until), "approver": str(approver), "role": role}
    return facts_of_ad(ad) | facts_of_rule(rule) | person


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    return "" if value is None else str(value)
