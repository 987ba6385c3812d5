"""150 requests in 10 s per endpoint and account, told in three headers (contract 1.4)."""

from dataclasses import dataclass

REQUESTS = 150
WINDOW_SECONDS = 10


@dataclass(frozen=True)
class Allowance:
    limit: int
    remain: int
    reset_at: int
    is_spent: bool

    def headers(self) -> dict[str, str]:
        return {
            "X-Gate-RateLimit-Requests-Remain": str(self.remain),
            "X-Gate-RateLimit-Limit": str(self.limit),
            "X-Gate-RateLimit-Reset-Timestamp": str(self.reset_at),
        }


class RateLimit:
    """Fixed windows that start with the first request of an endpoint."""

    def __init__(self, requests: int = REQUESTS) -> None:
        self.requests = requests
        self._windows: dict[str, tuple[float, int]] = {}

    def count(self, endpoint: str, now: float, shown_now: float) -> Allowance:
        """Counts one request at `now`; `shown_now` is the same moment on the clock the venue shows."""
        started, used = self._windows.get(endpoint, (now, 0))
        if now - started >= WINDOW_SECONDS:
            started, used = now, 0
        used += 1
        self._windows[endpoint] = (started, used)
        is_spent = used > self.requests
        reset_at = int(started + WINDOW_SECONDS + (shown_now - now)) + 1 if is_spent else int(shown_now)
        return Allowance(self.requests, max(0, self.requests - used), reset_at, is_spent)

    def clear(self) -> None:
        self._windows.clear()
