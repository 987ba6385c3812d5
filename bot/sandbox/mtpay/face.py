"""The HTTP face of MTPay: the merchant's deposit call, what goes wrong with it, and the payer's checkout page."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox import injection
from bot.sandbox.answers import JSON_TYPE, Answer
from bot.sandbox.faults import Fault
from bot.sandbox.injection import Manner
from bot.sandbox.mtpay import checkout, shapes
from bot.sandbox.mtpay.book import OPEN, DepositCall
from bot.sandbox.mtpay.refusals import PARAMETER, No
from bot.sandbox.mtpay.request import read_deposit
from bot.sandbox.mtpay.signature import check
from bot.sandbox.mtpay.venue import MtpayVenue

DEPOSIT_PATH = "/api/v2/merchant/deposit"
CHECKOUT_PATH = "/api/buy-coin/{code}"


def mtpay_app(venue: MtpayVenue) -> Starlette:
    """Serves the deposit call and the pages its answers lead to."""
    page = _Checkout(venue)

    async def no_route(request: Request, exc: Exception) -> Response:
        status = exc.status_code if isinstance(exc, HTTPException) else 500
        return _sent(shapes.refusal(No(str(status), "no such call", status), venue.variants))

    routes = [
        Route(DEPOSIT_PATH, _Door(venue)),
        Route(CHECKOUT_PATH, page.show, methods=["GET"]),
        Route(CHECKOUT_PATH + "/{act}", page.act, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: no_route})


def _sent(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers, answer.content_type)


class _Door:
    """The deposit call; an ASGI object, as a plain function would be held to GET by the router."""

    def __init__(self, venue: MtpayVenue) -> None:
        self.venue = venue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        response = _sent(answer) if isinstance(answer, Answer) else answer
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Answer | ASGIApp:
        venue = self.venue
        raw = await request.body()
        venue.calls["deposit"] += 1
        entry = venue.posts.receive("deposit", raw, venue.now())
        entry.headers = {name: request.headers.get(name, "") for name in ("access_key", "timestamp", "signature")}
        try:
            self._let_in(request)
        except No as no:
            entry.refused(str(no))
            return shapes.refusal(no, venue.variants)

        def act() -> Answer:
            return self._act(request, raw, entry)

        fault = venue.faults.take("deposit")
        return act() if fault is None else await injection.spoil(fault, _MtpayManner(venue), act, entry, request)

    def _let_in(self, request: Request) -> None:
        venue = self.venue
        if request.method != "POST":
            raise No("405", "POST only", 405)
        check(request.headers, venue.access_key, venue.secret, venue.now())
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != JSON_TYPE:
            raise No(PARAMETER, "the body is application/json", 415)

    def _act(self, request: Request, raw: bytes, entry: DepositCall) -> Answer:
        """What MTPay really does and would answer; an order comes about here and nowhere else."""
        venue = self.venue
        stamp = (request.headers["timestamp"], request.headers["signature"])
        try:
            order, is_new = venue.deposit(read_deposit(raw), str(request.base_url).rstrip("/"), stamp)
        except No as no:
            entry.refused(str(no))
            return shapes.refusal(no, venue.variants)
        if is_new:
            entry.done()
        else:
            entry.outcome = "done"
        entry.code = order.code
        return shapes.success(order, venue.variants)


class _Checkout:
    """The payer's page, and what its two buttons do."""

    def __init__(self, venue: MtpayVenue) -> None:
        self.venue = venue

    async def show(self, request: Request) -> Response:
        venue = self.venue
        venue.calls["checkout"] += 1
        order = venue.orders.get(request.path_params["code"])
        language = request.query_params.get("lang", "en")
        if order is None:
            return HTMLResponse(checkout.nothing(language), 404, checkout.HEADERS)
        venue.tick()
        if order.status == OPEN and order.is_available and venue.variants.match_on_open:
            venue.match(order)
        return HTMLResponse(checkout.page(order, language, venue.now()), 200, checkout.HEADERS)

    async def act(self, request: Request) -> Response:
        """`paid` or `cancel`; then the page again, whatever came of it."""
        venue, act = self.venue, request.path_params["act"]
        order = venue.orders.get(request.path_params["code"])
        if order is None or act not in ("paid", "cancel"):
            return HTMLResponse(checkout.nothing(request.query_params.get("lang", "en")), 404, checkout.HEADERS)
        try:
            if act == "cancel":
                venue.cancel(order)
            else:
                method = (await request.body()).decode("ascii", "replace").removeprefix("method=")
                venue.pay(order, method=int(method) if method.isdecimal() else 0)
        except ValueError:
            pass  # somebody was quicker, or the link has ended: the page shows what it is now
        return RedirectResponse(f"../{order.code}?{request.url.query}", 303)


class _MtpayManner(Manner):
    def __init__(self, venue: MtpayVenue) -> None:
        self._venue = venue

    def refusal(self, fault: Fault) -> tuple[Answer, str]:
        code = PARAMETER if fault.code == -1 else str(fault.code)
        no = No(code, fault.message or "refused", fault.status)
        return shapes.refusal(no, self._venue.variants), str(no)

    def error(self, status: int, label: str, words: str) -> Answer:
        return shapes.refusal(No(label, words, status), self._venue.variants)

    def too_many(self, fault: Fault) -> Answer:
        return self.error(fault.status or 429, "TOO_MANY_REQUESTS", "slow down")

    def status_of(self, label: str) -> int:
        return 500

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        self._venue.later(seconds, act)
