"""What MTPay tells by itself: signed as documented, sent again until it is acknowledged, and logged."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit, urlunsplit

import httpx

from bot.sandbox.mtpay import shapes
from bot.sandbox.mtpay.book import Order
from bot.sandbox.mtpay.signature import signed
from bot.sandbox.mtpay.variants import MtpayVariants
from bot.sandbox.pay.answers import Json, written

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
KEPT_WORDS = 400
LOOK_SECONDS = 0.1


@dataclass
class Attempt:
    """One message sent. `kind`: "event", or what was done by hand; `status` 0 with `error` when no answer came."""

    n: int
    at: float
    code: str
    report: str
    kind: str
    tries: int
    url: str
    raw: str
    status: int = 0
    answer: str = ""
    error: str = ""
    is_acknowledged: bool = False


@dataclass
class Delivery:
    """One event on its way: "waiting", then "delivered", "given up", or "off" when it may not leave this machine."""

    n: int
    code: str
    order_no: str
    report: str
    state: str = "waiting"
    tries: int = 0


class Webhooks:
    """`now` gives MTPay's clock in seconds. Deliveries need a running loop and end with `close`."""

    def __init__(self, access_key: str, secret: str, now: Callable[[], float], variants: MtpayVariants) -> None:
        self._access_key, self._secret, self._now, self._variants = access_key, secret, now, variants
        self.origin = ""
        """where webhooks really go, whatever host an order names; "": to that host, if it is this machine"""
        self.is_on = True
        self.attempts: list[Attempt] = []
        self.deliveries: list[Delivery] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None

    def aim(self, origin: str) -> None:
        """Raises ValueError for anything but `http://127.0.0.1:PORT`; "" leaves every order's address as it is."""
        target = urlsplit(origin)
        is_here = target.scheme in ("http", "https") and target.hostname in LOOPBACK
        if origin and not (is_here and target.path in ("", "/")):
            raise ValueError("webhooks go to http://127.0.0.1:PORT only")
        self.origin = origin.rstrip("/")

    def tell(self, order: Order, report: str) -> None:
        """Begins to tell what an order has just become; what it says is fixed now."""
        delivery = Delivery(len(self.deliveries) + 1, order.code, order.order_no, report)
        self.deliveries.append(delivery)
        if not self.is_on or not self.target(order):
            delivery.state = "off"
            return
        data = shapes.report(order, report, self._variants)
        task = asyncio.get_running_loop().create_task(self._deliver(delivery, order, data))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def target(self, order: Order, url: str = "") -> str:
        """The address a webhook of this order is sent to; "" when it is of no machine but another."""
        wanted = urlsplit(url or order.hook_url)
        if self.origin:
            own = urlsplit(self.origin)
            return urlunsplit((own.scheme, own.netloc, wanted.path, wanted.query, ""))
        return urlunsplit(wanted) if wanted.hostname in LOOPBACK else ""

    def stamp(self, data: Json, at: float | None = None) -> tuple[str, str]:
        """Timestamp in ms and a signature, of now or of a moment in Unix seconds."""
        timestamp = str(int((self._now() if at is None else at) * 1000))
        covered = written(data) if self._variants.signs_body else None
        return timestamp, signed(self._access_key, self._secret, timestamp, covered)

    def message(self, data: Json, stamp: tuple[str, str]) -> Json:
        timestamp, signature = stamp
        is_text = self._variants.timestamp_as == "text" or not timestamp.isdecimal()
        extras = {"latency": 35, "status_code": 200} if self._variants.log_extras else {}
        return {"signature": signature, "timestamp": timestamp if is_text else int(timestamp), "data": data, **extras}

    async def send(self, raw: bytes, order: Order, report: str, kind: str, *, url: str = "", tries: int = 1) -> Attempt:
        """One try; what came back is in the log. `url`: another address than the order's own."""
        target = self.target(order, url)
        shown = raw.decode("utf-8", "replace")[: 10 * KEPT_WORDS]
        attempt = Attempt(len(self.attempts) + 1, self._now(), order.code, report, kind, tries, target, shown)
        self.attempts.append(attempt)
        if not target:
            attempt.error = "not an address of this machine"
            return attempt
        headers = {"Content-Type": "application/json"}
        try:
            answer = await self._http().post(
                target, content=raw, headers=headers, timeout=self._variants.answer_seconds
            )
        except (httpx.HTTPError, httpx.InvalidURL) as wrong:
            attempt.error = f"{type(wrong).__name__} {wrong}".strip()
        else:
            attempt.status, attempt.answer = answer.status_code, answer.text[:KEPT_WORDS]
            attempt.is_acknowledged = answer.status_code == httpx.codes.OK and _is_success(answer)
        return attempt

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
            "origin": self.origin,
            "on": self.is_on,
            "deliveries": [asdict(each) for each in self.deliveries],
            "attempts": [asdict(each) for each in self.attempts],
        }

    async def _deliver(self, delivery: Delivery, order: Order, data: Json) -> None:
        stamp = self.stamp(data)
        began = time.monotonic()
        while delivery.state == "waiting":
            if delivery.tries and self._variants.retry_stamp == "new":
                stamp = self.stamp(data)
            if self.is_on:
                tried = delivery.tries + 1
                raw = written(self.message(data, stamp)).encode()
                attempt = await self.send(raw, order, delivery.report, "event", tries=tried)
                delivery.tries = tried
                if attempt.is_acknowledged:
                    delivery.state = "delivered"
                    return
            if delivery.tries >= self._variants.tries:
                delivery.state = "given up"
                return
            await self._pause(began)
            began = time.monotonic()

    async def _pause(self, began: float) -> None:
        """Looks at the gap again and again, so that a shorter one counts at once."""
        while (left := began + self._variants.gap_seconds - time.monotonic()) > 0:  # noqa: ASYNC110 # a switch is no event
            await asyncio.sleep(min(left, LOOK_SECONDS))
        await asyncio.sleep(0.01)  # else a gap of 0 with webhooks switched off would never give way

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # Only this machine is called; reading the world's certificates would hold the whole sandbox up.
            self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False, verify=False)  # noqa: S501
        return self._client


def _is_success(answer: httpx.Response) -> bool:
    try:
        said = json.loads(answer.content)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("success") is True
