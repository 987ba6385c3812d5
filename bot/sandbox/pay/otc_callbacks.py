"""What the OTC desk tells by itself (contract section 5): signed, re-sent until it is acknowledged, and logged."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from secrets import token_hex
from urllib.parse import urlsplit

import httpx

from bot.sandbox.pay import otc_shapes as shapes
from bot.sandbox.pay.answers import Json
from bot.sandbox.pay.otc_book import OtcOrder
from bot.sandbox.pay.otc_variants import OtcVariants
from bot.sandbox.pay.signature import expected

_MIN, _HOUR = 60, 3600
PAUSES = {
    "older": (15, 30, 3 * _MIN, 10 * _MIN, 20 * _MIN, 30 * _MIN, 60 * _MIN, 3 * _HOUR, 6 * _HOUR),
    "newer": (15, 15, 30, 3 * _MIN, 10 * _MIN, 20 * _MIN, *(30 * _MIN,) * 3, 60 * _MIN, *(3 * _HOUR,) * 3)
    + (6 * _HOUR,) * 2,
}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
KEPT_WORDS = 200


@dataclass(frozen=True)
class Sealed:
    """A message ready to be sent."""

    raw: bytes
    timestamp: str
    nonce: str
    signature: str


@dataclass
class Attempt:
    """One message sent. `kind`: "event", or what was done by hand; `status` 0 with `error` when no answer came."""

    n: int
    at: float
    order_id: str
    event: str
    kind: str
    tries: int
    status: int = 0
    return_code: str = ""
    answer: str = ""
    error: str = ""
    seconds: float = 0.0

    @property
    def is_acknowledged(self) -> bool:
        return self.status == 200 and self.return_code == "SUCCESS"


@dataclass
class Delivery:
    """One event on its way: "waiting", then "delivered", "given up", or "off" when nobody was to be told."""

    n: int
    order_id: str
    client_order_id: str
    event: str
    state: str = "waiting"
    tries: int = 0


class Callbacks:
    """`now` gives Gate Pay's clock in seconds. Deliveries need a running loop and end with `close`."""

    def __init__(self, client_id: str, secret: str, now: Callable[[], float], variants: OtcVariants) -> None:
        self.client_id, self._secret, self._now, self._variants = client_id, secret, now, variants
        self.url = ""
        self.is_on = True
        self.attempts: list[Attempt] = []
        self.deliveries: list[Delivery] = []
        self._unsent: set[asyncio.Event] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None

    def aim(self, url: str) -> None:
        """Raises ValueError for anything but an address of this machine; "" aims nowhere."""
        target = urlsplit(url)
        if url and (target.scheme not in ("http", "https") or target.hostname not in LOOPBACK):
            raise ValueError("callbacks go to http://127.0.0.1:PORT/… only")
        self.url = url

    def announce(self, order: OtcOrder) -> None:
        """Tells what an order has just become, if there is a word for it, and somebody to tell."""
        event = shapes.EVENTS.get(order.status)
        if event is None:
            return
        delivery = Delivery(len(self.deliveries) + 1, order.id, order.client_order_id, event)
        self.deliveries.append(delivery)
        if not self.is_on or not self.url:
            delivery.state = "off"
            return
        sent_once = asyncio.Event()
        self._unsent.add(sent_once)
        raw = self.body(order, event)
        task = asyncio.get_running_loop().create_task(self._deliver(delivery, raw, sent_once))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def body(self, order: OtcOrder, event: str) -> bytes:
        return as_bytes(shapes.callback(order, event, self.client_id, self._variants))

    def sealed(self, raw: bytes, *, late_by: float = 0) -> Sealed:
        """Signed as requests are: over timestamp, nonce and exactly these bytes."""
        timestamp, nonce = str(int((self._now() - late_by) * 1000)), token_hex(8)
        return Sealed(raw, timestamp, nonce, expected(self._secret, timestamp, nonce, raw))

    async def send(self, sealed: Sealed, order_id: str, event: str, kind: str, tries: int = 1) -> Attempt:
        """One try; what came back is in the log."""
        attempt = Attempt(len(self.attempts) + 1, self._now(), order_id, event, kind, tries)
        self.attempts.append(attempt)
        headers = {
            "Content-Type": "application/json",
            "X-GatePay-Timestamp": sealed.timestamp,
            "X-GatePay-Nonce": sealed.nonce,
            "X-GatePay-Signature": sealed.signature,
        }
        began = time.perf_counter()
        try:
            answer = await self._http().post(
                self.url, content=sealed.raw, headers=headers, timeout=self._variants.answer_seconds
            )
        except (httpx.HTTPError, httpx.InvalidURL) as wrong:
            attempt.error = f"{type(wrong).__name__} {wrong}".strip()
        else:
            attempt.status, attempt.answer = answer.status_code, answer.text[:KEPT_WORDS]
            attempt.return_code = _return_code(answer)
        attempt.seconds = round(time.perf_counter() - began, 4)
        return attempt

    async def first_answers(self) -> None:
        """Waits until every event under way has been sent once, at most as long as an answer may take."""
        waits = [asyncio.ensure_future(event.wait()) for event in self._unsent]
        if waits:
            _, unheard = await asyncio.wait(waits, timeout=self._variants.answer_seconds)
            for wait in unheard:
                wait.cancel()

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def as_json(self) -> Json:
        return {
            "url": self.url,
            "on": self.is_on,
            "deliveries": [asdict(each) for each in self.deliveries],
            "attempts": [asdict(each) for each in self.attempts],
        }

    async def _deliver(self, delivery: Delivery, raw: bytes, sent_once: asyncio.Event) -> None:
        sealed = self.sealed(raw)
        for pause in (*PAUSES[self._variants.schedule], None):
            if self.is_on and self.url:
                tried = delivery.tries + 1
                attempt = await self.send(sealed, delivery.order_id, delivery.event, "event", tried)
                delivery.tries = tried
                sent_once.set()
                self._unsent.discard(sent_once)
                if attempt.is_acknowledged:
                    delivery.state = "delivered"
                    return
            if pause is None:
                delivery.state = "given up"
                return
            await asyncio.sleep(pause / self._variants.compress)
            if self._variants.retry_stamp == "new":
                sealed = self.sealed(raw)

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # Only this machine is called; reading the world's certificates would hold the whole sandbox up.
            self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False, verify=False)  # noqa: S501
        return self._client


def as_bytes(message: Json) -> bytes:
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()


def _return_code(answer: httpx.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        return ""
    return str(said.get("returnCode", "")) if isinstance(said, dict) else ""
