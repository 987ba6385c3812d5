"""The desk's own rules, fixed at start: what the settings said, as plain types that flows may know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """`markets` are asset/fiat pairs; `topics` is need, every or off; times are seconds.

    `follow_hours`: how long the chat of a finished order is still read. `checkout_hosts`: where our own payment links
    lead, which must never stand in the venue's chat.
    """

    owners: frozenset[int]
    markets: tuple[tuple[str, str], ...]
    desk_chat_id: int | None = None
    topics: str = "need"
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

    @property
    def chat_seconds(self) -> float:
        """How often chats get their turn: orders may be polled more seldom than people wait for an answer."""
        return min(self.poll_seconds, self.longest_chat_tick_seconds)
