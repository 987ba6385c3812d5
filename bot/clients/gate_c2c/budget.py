"""What Gate's rate-limit headers say of each endpoint (§1.4), so that a read waits instead of being thrown out."""

from collections.abc import Mapping
from dataclasses import dataclass

REMAIN = "x-gate-ratelimit-requests-remain"
RESET = "x-gate-ratelimit-reset-timestamp"
LONGEST_RESET_SECONDS = 60.0
UNSAID_SECONDS = 1.0


@dataclass(slots=True)
class Left:
    """Requests left for one endpoint until `reset_at` (the venue's Unix seconds)."""

    remaining: int
    reset_at: float


class Budget:
    """One memory for all endpoints; endpoints never borrow from each other."""

    def __init__(self) -> None:
        self._left: dict[str, Left] = {}

    def learn(self, endpoint: str, headers: Mapping[str, str], *, is_throttled: bool, venue_now: float) -> None:
        """Remember what an answer's headers say. Headers that are missing or no numbers say nothing."""
        remaining, reset_at = _number(headers.get(REMAIN)), _number(headers.get(RESET))
        if remaining is None and not is_throttled:
            return
        left = 0 if is_throttled else int(remaining or 0)
        if reset_at is None:
            reset_at = venue_now + (_number(headers.get("retry-after")) or UNSAID_SECONDS)
        self._left[endpoint] = Left(left, min(reset_at, venue_now + LONGEST_RESET_SECONDS))

    def wait_seconds(self, endpoint: str, venue_now: float) -> float:
        """How long a read of this endpoint has to wait; 0 when it may go."""
        left = self._left.get(endpoint)
        if left is None or left.remaining > 0:
            return 0.0
        return max(0.0, left.reset_at - venue_now)

    def spend(self, endpoint: str, venue_now: float) -> None:
        """One request is about to go: counted at once, so that parallel reads do not all see the last one free."""
        left = self._left.get(endpoint)
        if left is None:
            return
        if left.reset_at <= venue_now and left.remaining <= 0:
            del self._left[endpoint]
        else:
            left.remaining -= 1


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < 1e11 else None
