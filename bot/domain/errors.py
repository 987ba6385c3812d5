"""What can go wrong when the desk talks to a venue. The type says what may be done next.

```
DeskError
├── VenueError          somebody outside did not do what was asked
│   ├── Refused         the venue answered no: nothing happened, the words are the venue's
│   ├── Unreachable     the request never left this machine: nothing happened
│   └── Unknown         it may have happened or not: look, never send again
└── NotAllowed          the desk itself said no: role, limit, freeze, state, seal
```
"""

from collections.abc import Mapping
from typing import Literal

UnknownWhy = Literal["timeout", "dropped", "server_error", "unreadable", "redirected"]


class DeskError(Exception):
    """Root of everything the desk raises on purpose."""


class VenueError(DeskError):
    """A call to a venue did not end with the asked-for answer. `venue` is "gate" and so on."""

    def __init__(self, venue: str, call: str, detail: str) -> None:
        super().__init__(f"{venue} {call}: {detail}")
        self.venue = venue
        self.call = call
        self.detail = detail


class Refused(VenueError):
    """The venue answered no (gateway label or business code). Nothing happened.

    `code` is the venue's label or number as text, kept verbatim; `detail` its message; `status` the HTTP status;
    `retry_after` seconds until the limit resets, only for throttling.
    """

    def __init__(self, venue: str, call: str, *, code: str, detail: str, status: int, retry_after: float | None = None):
        super().__init__(venue, call, detail)
        self.code = code
        self.status = status
        self.retry_after = retry_after

    @property
    def is_throttled(self) -> bool:
        return self.status == 429


class Unreachable(VenueError):
    """The connection was never made: no byte of the request left. Nothing happened."""


class Unknown(VenueError):
    """The request may have been acted on: time-out, cut connection, 5xx, unreadable answer or redirect.

    `order_id`: what the venue calls the order that it made of it, where that much of the answer could be read, else "".
    """

    def __init__(
        self,
        venue: str,
        call: str,
        *,
        why: UnknownWhy,
        detail: str = "",
        status: int | None = None,
        order_id: str = "",
    ) -> None:
        super().__init__(venue, call, detail or why)
        self.why: UnknownWhy = why
        self.status = status
        self.order_id = order_id


class NotAllowed(DeskError):
    """The desk said no. `reason` is a key of the texts (`views/refusals.py`), `facts` what its sentence needs."""

    def __init__(self, reason: str, facts: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts: dict[str, str] = dict(facts or {})


class TransitionError(DeskError):
    """A state machine got an event that its table does not know in that state: a defect of ours."""
