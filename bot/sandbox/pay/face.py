"""The HTTP face of Gate Pay: who asks and for whom, what goes wrong on the way, and the answer."""

import json
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox import injection
from bot.sandbox.answers import JSON_TYPE, Answer
from bot.sandbox.faults import Fault
from bot.sandbox.injection import Manner
from bot.sandbox.pay import answers
from bot.sandbox.pay.call_log import ConvertCall
from bot.sandbox.pay.calls import Call
from bot.sandbox.pay.endpoints import ENDPOINTS, Endpoint
from bot.sandbox.pay.otc_endpoints import OTC_ENDPOINTS
from bot.sandbox.pay.otc_form import Form, read_form
from bot.sandbox.pay.refusals import CONTENT_TYPE, INVALID, RATE_MOVED, No
from bot.sandbox.pay.venue import OWN, PayVenue

ON_BEHALF_OF = "X-GatePay-On-Behalf-Of"
PREFIXES = {"new": "/payment/open/institution", "old": "/transfer/open/institution"}


def pay_app(venue: PayVenue) -> Starlette:
    """Serves `/v1/pay/...` and the OTC desk for the merchant's own account, and both institution prefixes."""
    routes = []
    for each in (*ENDPOINTS, *OTC_ENDPOINTS):
        if OWN in each.families:
            routes.append(Route(each.path, _Door(venue, each, "")))
        if "institution" in each.families:
            routes += [Route(prefix + each.path, _Door(venue, each, age)) for age, prefix in PREFIXES.items()]

    async def no_route(request: Request, exc: Exception) -> Response:
        status = exc.status_code if isinstance(exc, HTTPException) else 500
        return _sent(answers.refusal(No(str(status), "no such call", status=status)), venue)

    return Starlette(routes=routes, exception_handlers={HTTPException: no_route})


def _sent(answer: Answer, venue: PayVenue) -> Response:
    answers.stamp(answer, venue.now())
    return Response(answer.body, answer.status, answer.headers, answer.content_type)


class _Door:
    """One endpoint under one path; an ASGI object, as a plain function would be held to GET by the router."""

    def __init__(self, venue: PayVenue, endpoint: Endpoint, age: str) -> None:
        self.venue, self.endpoint = venue, endpoint
        self._age = age
        """of the institution prefix; "" for the own family"""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        response = _sent(answer, self.venue) if isinstance(answer, Answer) else answer
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Answer | ASGIApp:
        venue, name = self.venue, self.endpoint.name
        raw = await request.body()
        entry = self._logged(request, raw)
        try:
            account = self._let_in(request, raw)
            body, form = _parsed(self.endpoint, request, raw)
        except No as no:
            if entry is not None:
                entry.refused(str(no))
            return answers.refusal(no)
        if entry is not None:
            entry.account = account

        def act() -> Answer:
            stale = venue.faults.stale(name, venue.now())
            return self._act(Call(venue, account, request.query_params, body, stale, entry, form))

        fault = venue.faults.take(name)
        answer = act() if fault is None else await injection.spoil(fault, _PayManner(venue), act, entry, request)
        if name == "otc_create" and venue.otc.variants.early_callback:
            await venue.callbacks.first_answers()
        return answer

    def _logged(self, request: Request, raw: bytes) -> ConvertCall | None:
        venue, name, headers = self.venue, self.endpoint.name, request.headers
        venue.calls[name] += 1
        who, nonce = headers.get(ON_BEHALF_OF), headers.get("X-GatePay-Nonce", "")
        venue.requests.add(venue.now(), name, request.method, request.url.path, request.url.query, who, nonce)
        log = {"convert": venue.convert_calls, "otc_create": venue.otc_calls}.get(name)
        return log.receive(name, raw, venue.now()) if log is not None else None

    def _let_in(self, request: Request, raw: bytes) -> str:
        """The account this request may act for."""
        venue = self.venue
        if self._age and venue.variants.prefix not in (self._age, "both"):
            raise No("404", "no such call", status=404)
        if request.method != self.endpoint.method:
            raise No("405", f"{self.endpoint.method} only", status=405)
        is_signed = request.method == "POST" and not self.endpoint.is_form
        venue.gatekeeper.check(request.headers, raw if is_signed else b"", venue.now())
        who = request.headers.get(ON_BEHALF_OF)
        if not self._age:
            if who is not None:
                raise No(INVALID, f"{ON_BEHALF_OF} is not for this call")
            return OWN
        if who is None or who == OWN or who not in venue.balances:
            raise No(INVALID, f"{ON_BEHALF_OF} missing or unknown")
        return who

    def _act(self, call: Call) -> Answer:
        """What Gate Pay really does and would answer; the state changes here and nowhere else."""
        self.venue.tick()
        try:
            if self.endpoint in OTC_ENDPOINTS:
                self.venue.otc.throttle()
            data = self.endpoint.serve(call)
        except No as no:
            if call.entry is not None:
                call.entry.refused(str(no))
            return answers.refusal(no)
        return answers.success(data, self.venue.variants)


class _PayManner(Manner):
    def __init__(self, venue: PayVenue) -> None:
        self._venue = venue

    def refusal(self, fault: Fault) -> tuple[Answer, str]:
        code = RATE_MOVED if fault.code == -1 else str(fault.code)
        no = No(code, fault.message, status=fault.status)
        return answers.refusal(no), str(no)

    def error(self, status: int, label: str, words: str) -> Answer:
        return answers.refusal(No(str(status), words, label=label, status=status))

    def too_many(self, fault: Fault) -> Answer:
        return self.error(fault.status or 429, "TOO_MANY_REQUESTS", "slow down")

    def status_of(self, label: str) -> int:
        return 500

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        self._venue.later(seconds, act)


def _parsed(endpoint: Endpoint, request: Request, raw: bytes) -> tuple[object, Form | None]:
    """What the JSON of a POST says, or its form."""
    if request.method != "POST":
        return None, None
    content_type = request.headers.get("content-type", "")
    if endpoint.is_form:
        return None, read_form(content_type, raw)
    if content_type.split(";")[0].strip().lower() != JSON_TYPE:
        raise No(CONTENT_TYPE)
    try:
        return json.loads(raw), None
    except ValueError:
        raise No(INVALID, "the body is no JSON") from None
