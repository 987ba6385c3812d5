"""What a card is drawn from: an order with everything the desk knows around it, and the reader's eyes."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.intents import Action, Intent, State
from bot.domain.orders import Order, Phase, Profile
from bot.domain.staff import Person
from bot.domain.two_people import Approval, Way

DONE_AT = {
    Action.RELEASE: frozenset({Phase.FINISHED}),
    Action.MARK_PAID: frozenset({Phase.PAID, Phase.LOCKED, Phase.FINISHED, Phase.CANCELLED, Phase.EXPIRED}),
    Action.CANCEL: frozenset({Phase.CANCELLED, Phase.EXPIRED}),
}
"""where Gate shows the order once it has done what we asked"""


class LockReason(StrEnum):
    """Why an order may not be released by an operator until a lead unlocks it."""

    NAME_DIFFERS = "name_differs"
    OTHER_PAYER = "other_payer"


@dataclass(frozen=True, slots=True)
class Lock:
    """Times are Unix milliseconds; `by_name` is the shown name of who stopped it."""

    reason: LockReason
    by: int
    by_name: str
    at: int


@dataclass(frozen=True, slots=True)
class BankLook:
    """Somebody looked into the bank and saw nothing yet."""

    by_name: str
    at: int


@dataclass(frozen=True, slots=True)
class BuyerMark:
    """Somebody else paid, or the name differed, in another order of the same buyer (`at` in ms)."""

    reason: LockReason
    order_id: str
    at: int


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A lead let an order go on that was stopped, or whose credit nothing told from another's."""

    by_name: str
    at: int
    reason: str


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """Asked which payer the bank shows, somebody named another order's buyer, or (empty) none of them."""

    by_name: str
    at: int
    order_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class BankDoubts:
    """What people found, or did not find, in the bank. `payer` is the name it shows; `snoozed_until` in ms."""

    snoozed_until: int | None = None
    payer: str = ""
    mark: BuyerMark | None = None
    unlocked: Unlocked | None = None
    answered: OtherAnswer | None = None
    second_credit: Unlocked | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """Another open order with the same fiat total."""

    order_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Situation:
    """One order now. `seen_at` is when the venue last told us (ms). `intent` is the open one, else the latest.

    `ended_alike`: orders of the same sum that ended for a credit nobody named, which may be this one's; newest first.
    `is_too_late`: we buy and have not paid, and the time to pay is over. `forced_by`: by when the venue may act at
    the latest (Unix seconds), where it does not say since when a sale is paid.
    """

    order: Order
    seen_at: int
    profile: Profile | None = None
    claimed_by: int | None = None
    claimed_name: str = ""
    lock: Lock | None = None
    last_look: BankLook | None = None
    intent: Intent | None = None
    actor_name: str = ""
    requester_name: str = ""
    is_done_elsewhere: bool = False
    twins: tuple[Twin, ...] = ()
    ended_alike: tuple[str, ...] = ()
    doubts: BankDoubts = BankDoubts()
    topic_url: str = ""
    chat_read_at: int | None = None
    has_unread_counts: bool = True
    on_duty: int = 0
    approval: Approval | None = None
    first_name: str = ""
    way: Way = Way.AT_ONCE
    may_appeal: bool = False
    forced_by: int = 0
    is_too_late: bool = False

    @property
    def has_open_intent(self) -> bool:
        return self.intent is not None and self.intent.is_open

    @property
    def is_settling(self) -> bool:
        """Gate accepted our action but does not show it yet: the old buttons must not come back."""
        intent = self.intent
        return intent is not None and intent.state is State.DONE and self.order.phase not in DONE_AT[intent.action]

    @property
    def is_money_waiting(self) -> bool:
        """We sell, the buyer says paid, and nobody has acted yet."""
        return self.order.phase is Phase.PAID and not self.has_open_intent and self.approval is None


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose eyes a card is for. In the group there is no person: desk language, nobody's rights, names masked."""

    language: str
    timezone: str
    person: Person | None = None

    @property
    def is_group(self) -> bool:
        return self.person is None


@dataclass(frozen=True, slots=True)
class Queue:
    """The desk's work in one look. `now` needs somebody, `waiting` does not; times in ms."""

    now: tuple[Situation, ...]
    waiting: tuple[Situation, ...]
    on_duty: tuple[str, ...]
    looked_at: int | None
    blind_since: int | None = None
    is_frozen: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something staff must be told that is not a card of an order. `kind` selects the sentence, `facts` fill it."""

    kind: str
    facts: dict[str, str] = field(default_factory=dict)
