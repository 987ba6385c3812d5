"""When the bell outside Telegram is rung: per cause once in five minutes, twelve times at most, until it is over.

An order that joins a cause which lasts has its own twelve times: one that nobody answers must not use up all others'.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

EVERY_MS = 5 * 60_000
AGAIN_MS = 30_000
"""so long after a try that nobody took the next one is made"""
MOST_RINGS = 12
AWAY_MS = 60_000
"""so long does a loud message wait for Telegram before something else rings"""


class Cause(StrEnum):
    """What the ring tells as its kind."""

    UNANSWERED = "paid_order_unanswered"
    TELEGRAM = "telegram_away"
    BLIND = "gate_not_seen"
    OWNER = "look_after_the_owner"
    """forced or locked, with nobody else to be told of it: one word for both, for it may be read over a shoulder"""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A cause that lasts now. `since` in Unix ms; `orders` are full ids, of which only the last four digits leave."""

    cause: Cause
    since: int
    orders: tuple[str, ...] = ()

    def place_of(self, order_id: str) -> str:
        """Under which name it is kept that this is rung for that order, too."""
        return f"{self.cause.value}/{order_id}"

    def told(self, now: int, number: int) -> dict[str, object]:
        """What leaves the desk: a kind, counts and times in whole Unix seconds; no name, no amount, no full id."""
        return {
            "kind": self.cause.value,
            "since": self.since // 1000,
            "at": now // 1000,
            "ring": number,
            "of": MOST_RINGS,
            "orders": len(self.orders),
            "last_digits": [order[-4:] for order in self.orders[:20]],
        }


@dataclass(frozen=True, slots=True)
class OutsideRing:
    """What was done about a cause. `rung` counts the rings that were taken, `failed` the tries since the last of them.

    Moments in Unix ms. One whose cause is an `Alarm.place_of` only says that it rings for that order.
    """

    cause: str
    since: int
    rung: int = 0
    rung_at: int | None = None
    tried_at: int | None = None
    failed: int = 0

    def is_due(self, now: int) -> bool:
        """A clock that was set back must not silence it: then it rings once too often."""
        if self.rung >= MOST_RINGS:
            return False
        if self.rung_at is not None and 0 <= now - self.rung_at < EVERY_MS:
            return False
        return not self.failed or self.tried_at is None or not 0 <= now - self.tried_at < AGAIN_MS

    def may_be_forgotten(self, now: int) -> bool:
        """The cause is over, and when it comes back it may ring at once: its last ring is long ago."""
        return self.rung_at is None or not 0 <= now - self.rung_at < EVERY_MS

    @property
    def ended(self) -> "OutsideRing":
        """The cause is over; its last ring counts for what may come next, so that a cause that flickers is no alarm."""
        return replace(self, rung=0, failed=0)

    def after(self, now: int, *, is_taken: bool) -> "OutsideRing":
        if is_taken:
            return replace(self, rung=self.rung + 1, rung_at=now, tried_at=now, failed=0)
        return replace(self, tried_at=now, failed=self.failed + 1)
