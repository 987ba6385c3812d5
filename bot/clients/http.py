"""The way out to a venue: one warm connection pool, and every outcome of the wire turned into one of our errors.

What may be said after a failure depends on how far the request got. Until a connection stands nothing can have
happened (`Unreachable`). From the first byte on only a complete answer says anything; everything else is `Unknown`.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import httpx

from bot.clients.trust import certificates
from bot.domain.errors import Unknown, UnknownWhy, Unreachable

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
ACT_SECONDS = 20.0
KEEPALIVE_SECONDS = 50.0
CONNECTIONS = 20
MAX_BYTES = 4 * 1024 * 1024

READ_ATTEMPTS = 2
RETRY_PAUSE_SECONDS = 0.25
RETRIED: frozenset[UnknownWhy] = frozenset({"dropped", "server_error", "unreadable"})

SHARP_ROUND_TRIP_SECONDS = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request, byte for byte as it is to leave. Headers and body may hold keys and names: never shown."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer with a 2xx or 4xx status. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Http:
    """Requests to one venue. `clock` gives Unix seconds; `monotonic` seconds that no one can set."""

    def __init__(
        self,
        venue: str,
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.venue = venue
        self._clock = clock
        self._sleep = sleep
        self._max_bytes = max_bytes
        self._venue_clock = VenueClock(monotonic)
        self._monotonic = monotonic
        self._client = _pool()

    def __repr__(self) -> str:
        return f"Http({self.venue!r})"

    @property
    def skew_seconds(self) -> float:
        """How far our clock is ahead of the venue's (negative: behind), good to about a second. 0 until measured.

        Kept against the monotonic clock, so that a step of our own clock shows at once and not after the next answer.
        """
        venue_now = self._venue_clock.now()
        return 0.0 if venue_now is None else self._clock() - venue_now

    @property
    def skew_age_seconds(self) -> float:
        """How long ago an answer last told the venue's time; infinite before the first."""
        return self._venue_clock.age()

    async def read(self, call: str, make: Callable[[], Outgoing], *, seconds: float = READ_SECONDS) -> Answer:
        """Ask something that changes nothing. Tried once more after a cut or a 5xx; signed anew by `make`."""
        for attempt in range(1, READ_ATTEMPTS + 1):
            try:
                return await self._exchange(call, make(), seconds)
            except (Unreachable, Unknown) as error:
                final = attempt == READ_ATTEMPTS or (isinstance(error, Unknown) and error.why not in RETRIED)
                if final:
                    raise
                await self._sleep(RETRY_PAUSE_SECONDS)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def act(self, call: str, outgoing: Outgoing, *, seconds: float = ACT_SECONDS) -> Answer:
        """Send something that may move money: exactly one attempt, whatever happens.

        Raises Unreachable when nothing left this machine, Unknown when the venue may have acted.
        """
        return await self._exchange(call, outgoing, seconds)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _exchange(self, call: str, outgoing: Outgoing, seconds: float) -> Answer:
        started = self._monotonic()
        progress = _Progress()
        arrival = min(CONNECT_SECONDS, seconds)
        try:
            # The overall limit must not strike before those of queueing and connecting: they prove that nothing left.
            async with asyncio.timeout(2 * arrival + seconds):
                answer = await self._send(
                    call, outgoing, httpx.Timeout(seconds, connect=arrival, pool=arrival), progress
                )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise Unreachable(self.venue, call, type(error).__name__) from None
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Unknown(
                self.venue, call, why="timeout", detail=type(error).__name__, status=progress.status
            ) from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            why: UnknownWhy = "dropped" if progress.status is None else "unreadable"
            raise Unknown(self.venue, call, why=why, detail=type(error).__name__, status=progress.status) from None
        log.debug("%s %s: HTTP %s in %.3f s", self.venue, call, answer.status, self._monotonic() - started)
        return answer

    async def _send(self, call: str, outgoing: Outgoing, timeout: httpx.Timeout, progress: "_Progress") -> Answer:
        asked_at = self._monotonic()
        async with self._client.stream(
            outgoing.method, outgoing.url, headers=dict(outgoing.headers), content=outgoing.body, timeout=timeout
        ) as response:
            progress.status = response.status_code
            self._venue_clock.learn(response.headers.get("date"), asked_at, self._clock())
            self._refuse_odd_status(call, response)
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._max_bytes:
                    raise Unknown(
                        self.venue, call, why="unreadable", detail="answer too large", status=response.status_code
                    )
        return Answer(
            response.status_code, {name.lower(): value for name, value in response.headers.items()}, bytes(body)
        )

    def _refuse_odd_status(self, call: str, response: httpx.Response) -> None:
        """A 5xx and a redirect end here: neither says whether the request was acted on."""
        status = response.status_code
        if 200 <= status < 300 or 400 <= status < 500:
            return
        why: UnknownWhy = "redirected" if 300 <= status < 400 else "server_error"
        trace = response.headers.get("x-gate-trace-id", "-")
        log.warning("%s %s: HTTP %s, trace %.64s", self.venue, call, status, trace)
        raise Unknown(self.venue, call, why=why, detail=f"HTTP {status}", status=status)


@dataclass(slots=True)
class _Progress:
    """How far an exchange got: the status is known once the answer's head was read."""

    status: int | None = None


class VenueClock:
    """The venue's time, learned from `Date` headers, running on our monotonic clock in between.

    A header has whole seconds and was stamped somewhere between asking and hearing, so that one answer only gives a
    range. A quick answer sets the clock to the middle of its range; a slow one only pushes it back into the range.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._ahead: float | None = None
        self._heard_at: float | None = None

    def now(self) -> float | None:
        """The venue's Unix seconds, None before the first answer."""
        return None if self._ahead is None else self._monotonic() + self._ahead

    def age(self) -> float:
        """Seconds since the last `Date` header that could be read."""
        return math.inf if self._heard_at is None else self._monotonic() - self._heard_at

    def learn(self, header: str | None, asked_at: float, wall_now: float) -> None:
        """Take in one `Date` header. `asked_at` is monotonic; `wall_now` is the guess when nothing is known yet."""
        stamp = _stamp(header)
        if stamp is None:
            return
        heard_at = self._heard_at = self._monotonic()
        least, most = stamp - heard_at, stamp + 1.0 - asked_at
        if heard_at - asked_at <= SHARP_ROUND_TRIP_SECONDS:
            self._ahead = (least + most) / 2
        else:
            guess = wall_now - heard_at if self._ahead is None else self._ahead
            self._ahead = min(max(guess, least), most)


def _stamp(header: str | None) -> float | None:
    try:
        moment = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return (moment if moment.tzinfo else datetime.combine(moment.date(), moment.time(), UTC)).timestamp()


def _pool() -> httpx.AsyncClient:
    """No proxy, netrc or certificate file from the environment: only settings may say where signed requests go."""
    return httpx.AsyncClient(
        verify=certificates(),
        follow_redirects=False,
        trust_env=False,
        limits=httpx.Limits(
            max_connections=CONNECTIONS,
            max_keepalive_connections=CONNECTIONS,
            keepalive_expiry=KEEPALIVE_SECONDS,
        ),
        headers={"User-Agent": "c2c-desk", "Accept-Encoding": "identity"},
    )
