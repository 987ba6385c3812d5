"""The ledger's state machine: one recorded decision to act once on one target.

An intent is written before the request (`planned`), committed as `sent` before the first byte leaves, and ends in
one of four ways. `done` and `refused` are the venue's own word. `void` means that nothing happened: the request never
left, or three equal looks over more than a minute showed the target untouched. `unknown` is not an end: people are
told so, the venue is looked at until it is settled, and nothing is ever sent again from it. A venue may still carry
out late what looks had found untouched: then `void` becomes `done`, because that is what happened.

The table below is the only place that knows which event may follow which state; the diagrams in the docs are drawn
from it, and an unknown pair raises.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.domain.errors import TransitionError


class Action(StrEnum):
    """The money verbs that need an intent."""

    RELEASE = "release"
    MARK_PAID = "mark_paid"
    CANCEL = "cancel"


class State(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"
    VOID = "void"


class Event(StrEnum):
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NEVER_LEFT = "never_left"
    NO_ANSWER = "no_answer"
    FOUND_DONE = "found_done"
    FOUND_OTHERWISE = "found_otherwise"
    FOUND_UNTOUCHED = "found_untouched"
    FOUND_LATE = "found_late"
    ABANDONED = "abandoned"


OPEN = frozenset({State.PLANNED, State.SENT, State.UNKNOWN})

TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.PLANNED, Event.SENDING): State.SENT,
    (State.PLANNED, Event.ABANDONED): State.VOID,
    (State.SENT, Event.ACCEPTED): State.DONE,
    (State.SENT, Event.REFUSED): State.REFUSED,
    (State.SENT, Event.NEVER_LEFT): State.VOID,
    (State.SENT, Event.NO_ANSWER): State.UNKNOWN,
    (State.UNKNOWN, Event.FOUND_DONE): State.DONE,
    (State.UNKNOWN, Event.FOUND_OTHERWISE): State.REFUSED,
    (State.UNKNOWN, Event.FOUND_UNTOUCHED): State.VOID,
    (State.VOID, Event.FOUND_LATE): State.DONE,
}

LOOKS_NEEDED = 3
LOOKS_SPAN_SECONDS = 60


def after(state: State, event: Event) -> State:
    """The state that follows. Raises TransitionError for a pair that is not in the table."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise TransitionError(f"{event} is not possible in {state}") from None


@dataclass(frozen=True, slots=True)
class Intent:
    """One row of the ledger. Times are Unix milliseconds; `amount` is in coins and counts against limits."""

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

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def proves_untouched(looks: int, first_look_at: int | None, now: int) -> bool:
    """True when enough equal looks over more than a minute found the target as it was (times in ms)."""
    return looks >= LOOKS_NEEDED and first_look_at is not None and now - first_look_at > LOOKS_SPAN_SECONDS * 1000
