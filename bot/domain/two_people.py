"""Two people above an amount: what the first one's yes is worth, until when, and whose second yes completes it.

Asked for before a release and before marking paid: each hands something over that nobody can take back. Not before a
cancel, which hands over nothing; not before convert and OTC, whose quotes live for seconds and are never approved for
somebody else; not before a payment link, which only brings money in, nor before a change of an ad, which moves none.

Where nobody else could be the second, the desk says what to do; or, when the settings allow it, the action is armed:
it goes out by itself after a while in which it can be stopped.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.policy import Policy
from bot.domain.seals import Choice

TWO_PEOPLE = frozenset({Action.RELEASE, Action.MARK_PAID})
SAID_NO = ("not_there", "name_differs", "other")
"""why a second person says no"""
NOT_ANSWERS = frozenset({"requester", "first", "among"})
"""of a choice: who else is in it, and between which orders the payer was picked"""
LAST_MINUTE_SECONDS = 60
SHORTEST_STOP_SECONDS = 10


class Way(StrEnum):
    """How an action goes out once a person has confirmed it."""

    AT_ONCE = "at_once"
    SECOND = "second"
    DELAY = "delay"
    NOBODY = "nobody"


class Why(StrEnum):
    """Why an approval ended."""

    USED = "used"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"
    REFUSED = "refused"
    STOPPED = "stopped"
    CHANGED = "changed"
    FIRST_OUT = "first_out"
    DOUBT = "doubt"
    OTHER_ACTION = "other_action"
    NOT_NOW = "not_now"
    TOO_LATE = "too_late"
    NOT_ALONE = "not_alone"
    RULES = "rules"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Approval:
    """The first person's confirm of an action on an order. Times are Unix milliseconds; `amount` is in coins.

    `due_at` stands for an armed one, which waits for that moment and for nobody. `facts` are those of the seal.
    `because`: what the second person or the desk says about `why` it ended, a word of ours.
    """

    id: str
    order_id: str
    action: Action
    first: int
    seal_id: str
    amount: Decimal
    asset: str
    at: int
    ends_at: int
    due_at: int | None
    choice: Choice
    facts: dict[str, str]
    ended_at: int | None = None
    ended_by: int | None = None
    why: str = ""
    because: str = ""
    intent_id: str | None = None

    @property
    def is_armed(self) -> bool:
        return self.due_at is not None

    def is_live(self, now: int) -> bool:
        """True while it counts; a moment before it was given is one of a clock that was set back."""
        return self.ended_at is None and self.at <= now < self.ends_at


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a confirm led to when nothing was sent yet: the first approval, or an armed action."""

    approval: Approval

    @property
    def target(self) -> str:
        return self.approval.order_id


def needs_two(policy: Policy, action: Action, amount: Decimal) -> bool:
    """Whether one person's yes is not enough, whoever it is: being above limits makes nobody two people."""
    above = policy.two_people_above
    return above is not None and action in TWO_PEOPLE and amount > above


def way_of(policy: Policy, action: Action, amount: Decimal, *, has_others: bool) -> Way:
    """`has_others`: somebody else of the staff has the right, and a limit that is high enough."""
    if not needs_two(policy, action, amount):
        return Way.AT_ONCE
    if has_others:
        return Way.SECOND
    return Way.DELAY if policy.solo_release == "delay" else Way.NOBODY


def check_alone(policy: Policy, way: Way, is_asker: bool) -> None:
    """Raises NotAllowed where this person's yes would be the only one, and may not be: they asked for it themselves."""
    if is_asker and way in (Way.AT_ONCE, Way.DELAY):
        raise NotAllowed("asked_by_you")
    if way is Way.NOBODY:
        raise NotAllowed("nobody_second", {"limit": format(policy.two_people_above or Decimal(0), "f")})


def check_cap(policy: Policy, amount: Decimal, used_today: Decimal) -> None:
    """Raises NotAllowed("solo_cap") with the numbers when too much would have gone out today on one person's yes."""
    if used_today + amount > policy.solo_daily_cap:
        raise NotAllowed(
            "solo_cap",
            {
                "limit": format(policy.solo_daily_cap, "f"),
                "used": format(used_today, "f"),
                "amount": format(amount, "f"),
            },
        )


def check_second(approval: Approval, person_id: int, now: int) -> None:
    """Raises NotAllowed when this person cannot complete the approval, whatever their role is by now."""
    if approval.ended_at is not None:
        raise NotAllowed("approval_over", {"why": approval.why, "order": approval.order_id})
    if not approval.is_live(now):
        raise NotAllowed("approval_expired", {"order": approval.order_id})
    if approval.is_armed:
        raise NotAllowed("already_armed", {"order": approval.order_id, "until": str(approval.due_at)})
    if approval.first == person_id:
        raise NotAllowed("own_approval", {"order": approval.order_id})


def answered_otherwise(approval: Approval, choice: Choice) -> tuple[str, ...]:
    """The names of what the second person answered, and the first otherwise; empty when they saw the same."""
    mine, theirs = choice.as_arguments(), approval.choice.as_arguments()
    return tuple(key for key in sorted(set(mine) - NOT_ANSWERS) if mine[key] != theirs.get(key, ""))


def due_at(policy: Policy, action: Action, now: int, pay_deadline: int) -> int:
    """When an armed action goes out (ms): after the stop window, but money that was sent is told before its deadline.

    `pay_deadline` in Unix seconds, 0 for none.
    """
    due = now + policy.solo_stop_seconds * 1000
    if action is Action.MARK_PAID and pay_deadline:
        due = min(due, (pay_deadline - LAST_MINUTE_SECONDS) * 1000)
    return max(due, now + SHORTEST_STOP_SECONDS * 1000)
