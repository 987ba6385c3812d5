"""The HTTP face of the venue: who asks, how often, what goes wrong on the way, and the answer."""

import json
from abc import ABC, abstractmethod

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.gate import answers, injection
from bot.sandbox.gate.ad_log import AD_ENDPOINTS, AdPost
from bot.sandbox.gate.answers import Answer
from bot.sandbox.gate.call_log import LoggedCall
from bot.sandbox.gate.calls import Call
from bot.sandbox.gate.chat_log import CHAT_ENDPOINTS, ChatCall
from bot.sandbox.gate.endpoints import ENDPOINTS, Endpoint
from bot.sandbox.gate.fields import GatewayError, Json, Refusal
from bot.sandbox.gate.money_log import MONEY_ENDPOINTS
from bot.sandbox.gate.signature import Signed, check_signature
from bot.sandbox.gate.venue import GateVenue

TIME_PATH = "/api/v4/spot/time"


def gate_app(venue: GateVenue) -> Starlette:
    """Serves `/api/v4/p2p/...`, `/api/v4/spot/time` and the chat files under `/files/`."""
    routes = [Route(each.path, _Door(venue, each)) for each in ENDPOINTS]
    routes.append(Route(TIME_PATH, _Clock(venue)))
    routes.append(Route("/files/{name}", _FileHost(venue)))

    async def no_route(request: Request, exc: Exception) -> Response:
        status = exc.status_code if isinstance(exc, HTTPException) else 500
        label = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(status, "INTERNAL")
        return _sent(answers.gateway_error(GatewayError(status, label, "no such call")), venue, venue.now())

    return Starlette(routes=routes, exception_handlers={HTTPException: no_route})


def _sent(answer: Answer, venue: GateVenue, came_at: float) -> Response:
    answers.stamp(answer, came_at, venue.now())
    return Response(answer.body, answer.status, answer.headers, answer.content_type)


class _Face(ABC):
    """An ASGI endpoint; a plain function would be held to GET by the router."""

    def __init__(self, venue: GateVenue) -> None:
        self.venue = venue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        came_at = self.venue.now()
        try:
            answer = await self.answer(request)
        except GatewayError as no:
            answer = answers.gateway_error(no)
        except ClientDisconnect:
            return
        response = _sent(answer, self.venue, came_at) if isinstance(answer, Answer) else answer
        await response(scope, receive, send)

    @abstractmethod
    async def answer(self, request: Request) -> Answer | ASGIApp:
        """What this endpoint says."""

    async def spoilt(self, request: Request, name: str, good: Answer) -> Answer | ASGIApp:
        fault = self.venue.faults.take(name)
        return await injection.spoil(fault, self.venue, lambda: good, None, request) if fault else good


class _Clock(_Face):
    async def answer(self, request: Request) -> Answer | ASGIApp:
        if request.method not in ("GET", "HEAD"):
            raise GatewayError(405, "METHOD_NOT_ALLOWED", "GET only")
        self.venue.calls["time"] += 1
        return await self.spoilt(request, "time", answers.server_time(self.venue.now()))


class _FileHost(_Face):
    async def answer(self, request: Request) -> Answer | ASGIApp:
        self.venue.calls["files"] += 1
        file = self.venue.files.by_name(str(request.path_params["name"]))
        if file is None:
            raise GatewayError(404, "NOT_FOUND", "no such file")
        return await self.spoilt(request, f"files/{file.name}", Answer(200, file.content, file.content_type))


class _Door(_Face):
    """One endpoint of the API."""

    def __init__(self, venue: GateVenue, endpoint: Endpoint) -> None:
        super().__init__(venue)
        self.endpoint = endpoint

    async def answer(self, request: Request) -> Answer | ASGIApp:
        venue, name = self.venue, self.endpoint.name
        raw = await request.body()
        venue.calls[name] += 1
        entry = self._logged(raw)
        headers: dict[str, str] = {}
        try:
            headers = self._let_in(request, raw)
            body = _parsed(request, raw)
        except GatewayError as no:
            if entry is not None:
                entry.refused(no.label)
            answer = answers.gateway_error(no)
            answer.headers |= headers or (no.headers if isinstance(no, _TooMany) else {})
            return answer
        files_url = str(request.base_url) + "files/"
        fault = venue.faults.take(name)
        if fault is None:
            answer = self._act(body, files_url, entry)
        else:
            spoilt = await injection.spoil(fault, venue, lambda: self._act(body, files_url, entry), entry, request)
            if not isinstance(spoilt, Answer):
                return spoilt
            answer = spoilt
        answer.headers = headers | answer.headers
        return answer

    def _logged(self, raw: bytes) -> LoggedCall | None:
        venue, name = self.venue, self.endpoint.name
        if name in MONEY_ENDPOINTS:
            return venue.money.receive(name, raw, venue.now())
        if name in AD_ENDPOINTS:
            return venue.ad_posts.receive(name, raw, venue.now())
        return venue.chat_sends.receive(name, raw, venue.now()) if name in CHAT_ENDPOINTS else None

    def _let_in(self, request: Request, raw: bytes) -> dict[str, str]:
        """Method, signature, rate limit and permission, in this order; returns the rate-limit headers."""
        venue = self.venue
        if request.method != "POST":
            raise GatewayError(405, "METHOD_NOT_ALLOWED", "POST only")
        path = request.scope.get("raw_path", b"").decode("latin-1").split("?")[0] or request.url.path
        signed = Signed(request.method, path, request.url.query, raw, request.headers)
        check_signature(signed, venue.api_key, venue.api_secret, venue.now())
        allowance = venue.rate_limit.count(self.endpoint.name, venue.wall_clock(), venue.now())
        if allowance.is_spent:
            raise _TooMany(allowance.headers())
        if venue.variants.read_only_key:
            raise GatewayError(403, "READ_ONLY", "the key may only read")
        return allowance.headers()

    def _act(self, body: Json, files_url: str, entry: LoggedCall | None) -> Answer:
        """What the venue really does and would answer; the state changes here and nowhere else."""
        venue, endpoint = self.venue, self.endpoint
        venue.tick()
        stale = None if endpoint.writes else venue.faults.stale(endpoint.name, venue.now())
        call = Call(venue, body, files_url, stale)
        try:
            if venue.variants.no_access:
                raise Refusal("NO_ACCESS")
            data = endpoint.serve(call)
        except Refusal as no:
            if entry is not None:
                entry.refused(no.message)
            return answers.refusal(no, venue.now(), venue.variants)
        call.finish()
        if entry is not None:
            entry.done()
        if isinstance(entry, ChatCall) and isinstance(data, dict):
            held_back = "risk_type" in data and venue.variants.flagged_not_delivered
            entry.note(data, venue.files, is_held_back=held_back)
        if isinstance(entry, AdPost):
            entry.ad_id = call.ad_id
        return answers.success(data, endpoint.success, venue.now(), venue.variants)


class _TooMany(GatewayError):
    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(429, "TOO_MANY_REQUESTS", "rate limit of this endpoint exceeded")
        self.headers = headers


def _parsed(request: Request, raw: bytes) -> Json:
    if not raw:
        return {}
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != answers.JSON_TYPE:
        raise GatewayError(400, "INVALID_CONTENT_TYPE", "application/json only")
    try:
        body = json.loads(raw)
    except ValueError:
        raise GatewayError(400, "INVALID_REQUEST_BODY", "the body is no JSON") from None
    if not isinstance(body, dict):
        raise GatewayError(400, "INVALID_REQUEST_BODY", "the body is no JSON object")
    return body
