"""The one door to Gate: signs, sends, and turns every answer into data or into one of our errors (§1.5)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit

from bot.clients.gate_c2c.budget import Budget
from bot.clients.gate_c2c.evidence import Evidence
from bot.clients.gate_c2c.signing import Signer
from bot.clients.gate_c2c.wire import WHOLE, decode, encode
from bot.clients.http import ACT_SECONDS, READ_SECONDS, Answer, Http, Outgoing
from bot.domain.errors import NotAllowed, Refused, Unknown

VENUE = "gate"
MAX_SKEW_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 2.0
RISK_WORDS = ("title", "msg", "trade_tips", "auto_reply")
"""what the text filter says, of the whole and of each text"""
SERVER_LABELS = frozenset({"INTERNAL", "SERVER_ERROR", "INTERNAL_SERVER_ERROR", "TOO_BUSY"})
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}

log = logging.getLogger(__name__)


class Door:
    """Calls of one merchant account. `url` ends in the API prefix, e.g. `https://api.gateio.ws/api/v4`."""

    def __init__(
        self,
        http: Http,
        url: str,
        signer: Signer,
        clock: Callable[[], float],
        evidence: Evidence,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._prefix = urlsplit(self._url).path
        self._signer = signer
        self._clock = clock
        self._evidence = evidence
        self._sleep = sleep
        self._budget = Budget()

    async def read(self, call: str, path: str, fields: Mapping[str, Any] | None) -> Any:
        """The `data` of a call that changes nothing. Raises Refused, Unreachable or Unknown."""
        body = b"" if fields is None else encode(fields)
        await self._mind_budget(call, path)
        answer = await self._http.read(call, lambda: self._signed(path, body), seconds=READ_SECONDS)
        return self._judged(call, path, answer)

    async def act(self, call: str, path: str, fields: Mapping[str, Any], *, seconds: float = ACT_SECONDS) -> Any:
        """The `data` of a call that changes something: sent once, never delayed. Raises as `read`."""
        self._budget.spend(path, self._venue_now())
        answer = await self._http.act(call, self._signed(path, encode(fields)), seconds=seconds)
        return self._judged(call, path, answer)

    async def act_with_much(
        self, call: str, path: str, make: Callable[[], bytes], *, seconds: float = ACT_SECONDS
    ) -> Any:
        """As `act`, with a body so large that making and signing it would hold up everything else."""
        self._budget.spend(path, self._venue_now())
        outgoing = await asyncio.to_thread(lambda: self._signed(path, make()))
        answer = await self._http.act(call, outgoing, seconds=seconds)
        return self._judged(call, path, answer)

    async def move_money(self, call: str, path: str, fields: Mapping[str, Any]) -> Any:
        """As `act`, but not with a clock that Gate would hardly accept: NotAllowed("clock_skew"), nothing sent."""
        skew = self._http.skew_seconds
        if abs(skew) > MAX_SKEW_SECONDS:
            raise NotAllowed("clock_skew", {"seconds": f"{skew:+.0f}", "limit": f"{MAX_SKEW_SECONDS:.0f}"})
        return await self.act(call, path, fields)

    async def read_public(self, call: str, path: str) -> Any:
        """The whole answer of a public GET without signature and envelope."""
        answer = await self._http.read(call, lambda: Outgoing("GET", self._url + path, {"Accept": "application/json"}))
        document = self._document(call, answer)
        if answer.status >= 400:
            self._refuse_by_label(call, path, answer, document)
        return document

    def _signed(self, path: str, body: bytes) -> Outgoing:
        signature = self._signer.headers(
            method="POST", path=self._prefix + path, body=body, timestamp=str(int(self._clock()))
        )
        return Outgoing("POST", self._url + path, {**HEADERS, **signature}, body)

    def _venue_now(self) -> float:
        return self._clock() - self._http.skew_seconds

    async def _mind_budget(self, call: str, path: str) -> None:
        wait = self._budget.wait_seconds(path, self._venue_now())
        if wait > LONGEST_WAIT_SECONDS:
            raise Refused(
                VENUE, call, code="TOO_MANY_REQUESTS", detail="not sent: limit used up", status=429, retry_after=wait
            )
        if wait > 0:
            await self._sleep(wait)
        self._budget.spend(path, self._venue_now())

    def _judged(self, call: str, path: str, answer: Answer) -> Any:
        """The envelope's `data`. Only a readable `code` 0 is a yes, only a readable label or other code is a no."""
        is_throttled = answer.status == 429
        self._budget.learn(path, answer.headers, is_throttled=is_throttled, venue_now=self._venue_now())
        self._evidence.of_headers(answer.headers)
        document = self._document(call, answer)
        if answer.status >= 400:
            self._refuse_by_label(call, path, answer, document)
        code = _code(document)
        if code is None:
            self._unreadable(call, answer, "no code")
        if code != "0":
            self._evidence.of_business_refusal(answer.status)
            raise Refused(VENUE, call, code=code, detail=_words(document), status=answer.status)
        return document.get("data")

    def _document(self, call: str, answer: Answer) -> dict[str, Any]:
        try:
            document = decode(answer.body)
        except ValueError:
            if answer.status == 429:
                return {}
            self._unreadable(call, answer, "no JSON")
        if not isinstance(document, dict):
            self._unreadable(call, answer, "no object")
        return document

    def _refuse_by_label(self, call: str, path: str, answer: Answer, document: Mapping[str, Any]) -> NoReturn:
        """A 4xx. Throttling needs no words: the request was thrown away before anybody looked at it.

        Which status comes with which label is not tabulated: a label of the server's own trouble counts as a 5xx.
        """
        label = document.get("label")
        label = label[:80] if isinstance(label, str) else ""
        if answer.status == 429:
            wait = self._budget.wait_seconds(path, self._venue_now()) or None
            detail = _words(document) or "too many requests"
            raise Refused(VENUE, call, code=label or "TOO_MANY_REQUESTS", detail=detail, status=429, retry_after=wait)
        code = label or _code(document)
        if code is None or code == "0":
            self._unreadable(call, answer, "no label")
        if code in SERVER_LABELS:
            raise Unknown(VENUE, call, why="server_error", detail=code, status=answer.status)
        if not label:
            self._evidence.of_business_refusal(answer.status)
        log.info("%s %s: %s, trace %.64s", VENUE, call, code, answer.headers.get("x-gate-trace-id", "-"))
        raise Refused(VENUE, call, code=code, detail=_words(document), status=answer.status)

    def _unreadable(self, call: str, answer: Answer, detail: str) -> NoReturn:
        trace = answer.headers.get("x-gate-trace-id", "-")
        log.warning("%s %s: HTTP %s, %s, trace %.64s", VENUE, call, answer.status, detail, trace)
        raise Unknown(VENUE, call, why="unreadable", detail=detail, status=answer.status)


def _code(document: Mapping[str, Any]) -> str | None:
    """The envelope's code as text, None when there is none or it is no whole number."""
    code = document.get("code")
    if isinstance(code, bool) or not isinstance(code, int | str):
        return None
    return str(int(code)) if WHOLE.fullmatch(str(code)) else None


def _words(document: Mapping[str, Any]) -> str:
    """The venue's own words, with all that its text filter says when it says something (§3.10), each once."""
    words = [document.get("message") or document.get("detail")]
    data = document.get("data")
    event = data.get("risk_event") if isinstance(data, dict) else None
    if isinstance(event, dict):
        words += [event.get(name) for name in RISK_WORDS]
    told = dict.fromkeys(word for word in words if isinstance(word, str) and word)
    return ": ".join(told)[:500]
