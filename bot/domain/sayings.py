"""What staff say to a buyer: one recorded wish to put one text or one file into one order's chat.

Gate's chat knows no message ids and no idempotency: a text that is sent again may stand there twice. So a saying goes
the way of an intent. It is `sent` in the store before the first byte leaves; without an answer it is `unknown` until
the chat was read often enough; and from there nothing is ever sent again by itself. `held` waits for the person who
wrote it: something about it must be said before it may leave. `missing` means that the chat did not show it in three
looks over more than a minute; should it turn up later, it was delivered.

The table below is the only place that knows which event may follow which state.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.transitions import follow


class State(StrEnum):
    HELD = "held"
    PLANNED = "planned"
    SENT = "sent"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    REFUSED = "refused"
    MISSING = "missing"
    DROPPED = "dropped"


class Event(StrEnum):
    APPROVED = "approved"
    DISCARDED = "discarded"
    DOUBTED = "doubted"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NEVER_LEFT = "never_left"
    NO_ANSWER = "no_answer"
    SEEN = "seen"
    NOT_SEEN = "not_seen"


OPEN = frozenset({State.PLANNED, State.SENT, State.UNKNOWN})
"""what stands before the next saying of the same order"""

TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.HELD, Event.APPROVED): State.PLANNED,
    (State.HELD, Event.DISCARDED): State.DROPPED,
    (State.HELD, Event.REFUSED): State.REFUSED,
    (State.PLANNED, Event.DOUBTED): State.HELD,
    (State.PLANNED, Event.REFUSED): State.REFUSED,
    (State.PLANNED, Event.SENDING): State.SENT,
    (State.SENT, Event.ACCEPTED): State.DELIVERED,
    (State.SENT, Event.REFUSED): State.REFUSED,
    (State.SENT, Event.NEVER_LEFT): State.PLANNED,
    (State.SENT, Event.NO_ANSWER): State.UNKNOWN,
    (State.UNKNOWN, Event.SEEN): State.DELIVERED,
    (State.UNKNOWN, Event.NOT_SEEN): State.MISSING,
    (State.MISSING, Event.SEEN): State.DELIVERED,
}

LOOKS_NEEDED = 3
LOOKS_SPAN_SECONDS = 60
STALE_SECONDS = 300
TRY_FOR_SECONDS = 300
ALBUM_SECONDS = 1.5


def after(state: State, event: Event) -> State:
    """The state that follows. Raises TransitionError for a pair that is not in the table."""
    return follow(TRANSITIONS, state, event)


class SayingKind(StrEnum):
    TEXT = "text"
    FILE = "file"


class Doubt(StrEnum):
    """Why a saying is held until the person who wrote it says what to do."""

    STALE = "stale"
    CONTACT = "contact"
    CHECKOUT = "checkout"
    WRONG_ORDER = "wrong_order"
    FINISHED = "finished"
    FORWARDED = "forwarded"
    LONG = "long"
    BAD_FILE = "bad_file"
    MANY_PAGES = "many_pages"


NEVER_SENT = frozenset({Doubt.CHECKOUT})
"""there is no *Send anyway* for these"""


@dataclass(frozen=True, slots=True)
class PhoneFile:
    """A file on the way from a phone. `id` is Telegram's; `form` is photo, document or video; `size` in bytes."""

    id: str
    form: str
    name: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing for one buyer. Moments are Unix milliseconds.

    `source_chat` and `source_message` are the message on the phone, `part` its place among what came of it (0 the
    file or the text, then its caption, parts or pages), `attempt` counts what a person asked to send once more.
    `content` is the SHA-256 of the prepared file, `file_key` Gate's name for it once it was uploaded. `doubts` maps
    each doubt to what it is about; `answer` is the reason of a refusal, `answer_facts` what its sentence needs.
    """

    id: str
    number: int
    order_id: str
    person_id: int
    kind: SayingKind
    state: State
    text: str
    source_chat: int
    source_message: int
    part: int = 0
    attempt: int = 0
    album: str = ""
    file: PhoneFile | None = None
    content: str = ""
    content_type: str = ""
    file_key: str = ""
    doubts: dict[str, str] = field(default_factory=dict)
    said_at: int = 0
    not_before: int = 0
    sent_at: int | None = None
    settled_at: int | None = None
    looks: int = 0
    first_look_at: int | None = None
    answer: str = ""
    answer_facts: dict[str, str] = field(default_factory=dict)
    is_flagged: bool = False
    warning: str = ""

    @property
    def body(self) -> str:
        """What tells it from others in the chat: its words, or Gate's key of its file."""
        return self.text if self.kind is SayingKind.TEXT else self.file_key


def digest(sayings: Sequence[Saying]) -> str:
    """Twelve hex digits of the doubts of those that are held: whether a question is still the one that was read."""
    doubts = sorted({pair for one in sayings if one.state is State.HELD for pair in one.doubts.items()})
    return hashlib.sha256(json.dumps(doubts).encode()).hexdigest()[:12]


def proves_missing(looks: int, first_look_at: int | None, now: int) -> bool:
    """Three looks that did not show it, more than a minute apart in all."""
    return first_look_at is not None and looks >= LOOKS_NEEDED and now - first_look_at > LOOKS_SPAN_SECONDS * 1000


def same_words(one: str, other: str) -> bool:
    """Whether the chat shows this text: white space at line ends and around it does not count."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.replace("\r\n", "\n").strip().split("\n")]
