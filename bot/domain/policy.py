"""The desk's own rules, fixed at start: what the settings said, as plain types that flows may know."""

from dataclasses import dataclass
from decimal import Decimal

SECOND_FACTOR = 5
"""somebody else has to be found, who reads and opens a step of their own"""


@dataclass(frozen=True, slots=True)
class Policy:
    """`markets` are asset/fiat pairs; `topics` is need, every or off; times are seconds.

    `topic_keep_hours`: how long the topic of an order that is over stays, 0 for not at all.
    `step_up`: whether everybody needs a PIN to move money (optional, required); a seal of more than `step_up_above` of
    its asset asks for it each time.
    `follow_hours`: how long the chat of a finished order is still read. `checkout_hosts`: where our own payment links
    lead, which must never stand in the venue's chat. `convert_accounts`: "own" or sub-account ids, in asking order.
    `price_far_percent`: a price this far off the market asks twice. `escalate_minutes`: so long without a
    tap, and a paid order rings at its claimer, at everybody on duty, at the leads. `rings_outside`: there is a bell
    beside Telegram.
    """

    owners: frozenset[int]
    markets: tuple[tuple[str, str], ...]
    desk_chat_id: int | None = None
    topics: str = "need"
    topic_keep_hours: int = 24
    language: str = "en"
    timezone: str = "UTC"
    approval_seconds: int = 120
    poll_seconds: float = 3.0
    retention_days: int = 90
    invite_seconds: int = 1800
    blind_after_seconds: float = 15.0
    unknown_long_seconds: int = 120
    follow_hours: int = 24
    longest_chat_tick_seconds: float = 3.0
    checkout_hosts: tuple[str, ...] = ()
    quote_seconds: int = 12
    convert_accounts: tuple[str, ...] = ("own",)
    price_far_percent: Decimal = Decimal(3)
    step_up: str = "optional"
    step_up_above: Decimal | None = None
    two_people_above: Decimal | None = None
    solo_release: str = "off"
    solo_stop_seconds: int = 300
    solo_daily_cap: Decimal = Decimal(0)
    escalate_minutes: tuple[int, int, int] = (3, 6, 10)
    rings_outside: bool = False

    @property
    def chat_seconds(self) -> float:
        """How often chats get their turn: orders may be polled more seldom than people wait for an answer."""
        return min(self.poll_seconds, self.longest_chat_tick_seconds)

    @property
    def second_seconds(self) -> int:
        """How long the first of two people's yes counts."""
        return self.approval_seconds * SECOND_FACTOR
