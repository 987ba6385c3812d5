"""Who listens for the bell: the test bell before it, the handover after it, and the open money between the two."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import NotAllowed
from bot.domain.orders import Phase, Side
from bot.domain.seals import Seal
from bot.domain.situations import Situation
from bot.domain.staff import Person

BELL_MS = 60_000
OFFER_MS = 600_000
MOST_NOTE = 500
"""characters of the notes of a handover"""
SPOKEN = {"on": "on", "off": "off", "over": "over", "上班": "on", "下班": "off", "交班": "over"}
"""what people write behind /duty, in either language"""


class BellState(StrEnum):
    WAITING = "waiting"
    HEARD = "heard"
    MISSED = "missed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Bell:
    """The test bell of one person; times in ms."""

    id: str
    person: int
    asked_at: int
    ends_at: int
    state: BellState

    @property
    def is_waiting(self) -> bool:
        return self.state is BellState.WAITING

    @property
    def open_seal(self) -> Seal | None:
        """No money moves by it."""
        return None


class OfferState(StrEnum):
    """`void`: one of the two left, was frozen, or went off duty meanwhile."""

    DRAFT = "draft"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    UNANSWERED = "unanswered"
    VOID = "void"


OPEN_OFFER = frozenset({OfferState.DRAFT, OfferState.WAITING})


@dataclass(frozen=True, slots=True)
class Handover:
    """One person's open money, offered to another. `orders` are the ids that the offer was about; times in ms."""

    id: str
    giver: int
    taker: int
    note: str
    orders: tuple[str, ...]
    state: OfferState
    made_at: int
    ends_at: int
    ended_at: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_OFFER


@dataclass(frozen=True, slots=True)
class OpenMoney:
    """What whoever is on duty looks after. `orders` need somebody, the most pressing first.

    `unread` buyers wait for a word, `unknown` outcomes are known to nobody, `stopped` sales are locked.
    """

    orders: tuple[Situation, ...] = ()
    unread: int = 0
    unknown: int = 0
    stopped: int = 0

    def __bool__(self) -> bool:
        return bool(self.orders or self.unknown)

    @property
    def paid(self) -> tuple[Situation, ...]:
        """Sales for which the buyer says the money is there."""
        return tuple(s for s in self.orders if s.order.side is Side.SELL and s.order.phase is Phase.PAID)


@dataclass(frozen=True, slots=True)
class Watchman:
    """One person and duty, now. `others` are everybody else on duty, `claims` the orders this person is on."""

    person: Person
    others: tuple[str, ...]
    money: OpenMoney
    claims: tuple[Situation, ...]
    looked_at: int | None
    blind_since: int | None
    is_frozen: bool
    bell: Bell | None = None
    handover: Handover | None = None
    taker_name: str = ""

    @property
    def is_last(self) -> bool:
        """Nobody would be left but the owners, and there is money to look after."""
        return self.person.on_duty and not self.others and bool(self.money)


@dataclass(frozen=True, slots=True)
class Offer:
    """A handover as the two of them see it.

    `claimed` are the giver's orders; `came` and `went` count what needs somebody since the offer.
    """

    handover: Handover
    giver_name: str
    taker_name: str
    money: OpenMoney
    claimed: int = 0
    came: int = 0
    went: int = 0

    @property
    def open_seal(self) -> Seal | None:
        """No money moves by it."""
        return None


def note_of(text: str) -> str:
    """The notes as they are kept: one line. Raises NotAllowed when there are none, or too many."""
    note = " ".join(text.split())
    if not note:
        raise NotAllowed("duty_note_empty")
    if len(note) > MOST_NOTE:
        raise NotAllowed("duty_note_long", {"given": str(len(note)), "most": str(MOST_NOTE)})
    return note
