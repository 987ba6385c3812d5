"""The ledger's state machine: one recorded decision to act once on one target.

An intent is written before the request (`planned`), committed as `sent` before the first byte leaves, and ends in
one of four ways. `done` and `refused` are the venue's own word. `void` means that nothing happened: the request never
left, or three equal looks over more than a minute showed the target untouched. `unknown` is not an end: people are
told so, the venue is looked at until it is settled, and nothing is sent again from it by itself. A venue may still
carry out late what looks had found untouched, or even what it had refused: then that becomes `done`, because that is
what happened.

`taken` is no end either: the venue gave the action an order of its own and works on it, and that order is followed.
`asked` is the one repeat of a convert that a person may press: the same bytes again, because no look-up exists. From
`unknown` it is reached at most once that anything left; whoever reads a refusal there, or an order of the repeat's own
that failed, learns nothing of the first try: unknown again. A deposit knows neither: a lead who has looked, or a first
report that matches, settles it.

The table below is the only place that knows which event may follow which state; the diagrams in the docs are drawn
from it, and an unknown pair raises.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.domain.transitions import follow


class Action(StrEnum):
    """The verbs that need a confirm step, and an intent: but for SHOP, which moves no money and can be read back."""

    RELEASE = "release"
    MARK_PAID = "mark_paid"
    CANCEL = "cancel"
    CONVERT = "convert"
    OFF_RAMP = "otc"
    DEPOSIT = "deposit"
    AD = "ad"
    PUBLISH_AD = "publish_ad"
    REPRICE = "reprice"
    SHOP = "shop"


ORDER_ACTIONS = (Action.RELEASE, Action.MARK_PAID, Action.CANCEL)
"""the verbs whose target is an order"""
LIMITED = (*ORDER_ACTIONS, Action.CONVERT)
"""the verbs that a role may do up to a limit; the others are for leads alone, and a limit on them would say nothing"""


class State(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    TAKEN = "taken"
    ASKED = "asked"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"
    VOID = "void"


class Event(StrEnum):
    SENDING = "sending"
    ACCEPTED = "accepted"
    TAKEN = "taken"
    ASKING_AGAIN = "asking_again"
    REFUSED = "refused"
    NEVER_LEFT = "never_left"
    NO_ANSWER = "no_answer"
    FOUND_DONE = "found_done"
    FOUND_OTHERWISE = "found_otherwise"
    FOUND_UNTOUCHED = "found_untouched"
    FOUND_LATE = "found_late"
    ABANDONED = "abandoned"


OPEN = frozenset({State.PLANNED, State.SENT, State.TAKEN, State.ASKED, State.UNKNOWN})

TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.PLANNED, Event.SENDING): State.SENT,
    (State.PLANNED, Event.ABANDONED): State.VOID,
    (State.SENT, Event.ACCEPTED): State.DONE,
    (State.SENT, Event.REFUSED): State.REFUSED,
    (State.SENT, Event.NEVER_LEFT): State.VOID,
    (State.SENT, Event.NO_ANSWER): State.UNKNOWN,
    (State.SENT, Event.TAKEN): State.TAKEN,
    (State.TAKEN, Event.FOUND_DONE): State.DONE,
    (State.TAKEN, Event.FOUND_OTHERWISE): State.REFUSED,
    (State.TAKEN, Event.NO_ANSWER): State.UNKNOWN,
    (State.UNKNOWN, Event.ASKING_AGAIN): State.ASKED,
    (State.ASKED, Event.ACCEPTED): State.DONE,
    (State.ASKED, Event.TAKEN): State.TAKEN,
    (State.ASKED, Event.FOUND_OTHERWISE): State.REFUSED,
    (State.ASKED, Event.NO_ANSWER): State.UNKNOWN,
    (State.ASKED, Event.NEVER_LEFT): State.UNKNOWN,
    (State.ASKED, Event.REFUSED): State.UNKNOWN,
    (State.UNKNOWN, Event.TAKEN): State.TAKEN,
    (State.UNKNOWN, Event.FOUND_DONE): State.DONE,
    (State.UNKNOWN, Event.FOUND_OTHERWISE): State.REFUSED,
    (State.UNKNOWN, Event.FOUND_UNTOUCHED): State.VOID,
    (State.VOID, Event.FOUND_LATE): State.DONE,
    (State.VOID, Event.TAKEN): State.TAKEN,
    (State.REFUSED, Event.FOUND_LATE): State.DONE,
    (State.REFUSED, Event.TAKEN): State.TAKEN,
}

LOOKS_NEEDED = 3
LOOKS_SPAN_SECONDS = 60


def after(state: State, event: Event) -> State:
    """The state that follows. Raises TransitionError for a pair that is not in the table."""
    return follow(TRANSITIONS, state, event)


@dataclass(frozen=True, slots=True)
class Intent:
    """One row of the ledger. Times are Unix milliseconds; `amount` is in coins and counts against limits.

    `base`: what the action is done once for beside its target, e.g. the state of an ad that a change starts from.
    """

    id: str
    action: Action
    target: str
    state: State
    actor: int
    actor_role: str
    requester: int | None
    seal_id: str
    amount: Decimal
    asset: str
    arguments: dict[str, str]
    planned_at: int
    sent_at: int | None
    settled_at: int | None
    looks: int
    first_look_at: int | None
    last_look_at: int | None
    answer: str
    base: str = ""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_by_word(self) -> bool:
        """A lead has looked and said how it ended."""
        return not self.is_open and self.answer.startswith(SETTLED_BY)


SETTLED_BY = "settled by "
"""what the answer of an intent begins with that a lead's word ended"""


def settled_by(person: int) -> str:
    return f"{SETTLED_BY}{person}"


def proves_untouched(looks: int, first_look_at: int | None, now: int) -> bool:
    """True when enough equal looks over more than a minute found the target as it was (times in ms)."""
    return looks >= LOOKS_NEEDED and first_look_at is not None and now - first_look_at > LOOKS_SPAN_SECONDS * 1000
