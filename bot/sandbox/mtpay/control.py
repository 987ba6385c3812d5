"""The control door of MTPay: its true state as JSON, and everything that its API cannot do."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import fault_from
from bot.sandbox.mtpay.book import Order
from bot.sandbox.mtpay.forgeries import Forger
from bot.sandbox.mtpay.refusals import No
from bot.sandbox.mtpay.venue import MtpayVenue
from bot.sandbox.pay.answers import Json
from bot.sandbox.pay.control_body import body_of, number_of

_Handler = Callable[[Request], Awaitable[Response]]


def mtpay_control_routes(venue: MtpayVenue) -> list[Route]:
    """Routes under `/control/mtpay/`; wrong requests get 400 with {"error"}. `away` is the listener's matter."""
    control = _Control(venue)
    posts = {
        "variants": control.switch_variants,
        "faults": control.add_fault,
        "clock": control.set_clock,
        "webhooks": control.aim,
        "orders/{code}/match": control.match,
        "orders/{code}/pay": control.pay,
        "orders/{code}/end": control.end_payment,
        "orders/{code}/cancel": control.cancel,
        "orders/{code}/let_end": control.let_end,
        "orders/{code}/webhook": control.forge,
    }
    return [
        Route("/control/mtpay/state", _guarded(control.state), methods=["GET"]),
        Route("/control/mtpay/faults", _guarded(control.clear_faults), methods=["DELETE"]),
        *(Route(f"/control/mtpay/{path}", _guarded(handler), methods=["POST"]) for path, handler in posts.items()),
    ]


class _Control:
    def __init__(self, venue: MtpayVenue) -> None:
        self.venue = venue

    async def state(self, _: Request) -> Response:
        venue = self.venue
        venue.tick()
        return JSONResponse(
            {
                "now": venue.now(),
                "away": venue.away,
                "offset": venue.offset,
                "orders": [venue.as_json(order) for order in venue.orders.values()],
                "created": [asdict(row) for row in venue.created],
                "posts": venue.posts.as_json(),
                "calls": dict(venue.calls),
                "webhooks": venue.webhooks.as_json(),
                "faults": venue.faults.as_json(),
                "variants": vars(venue.variants),
            }
        )

    async def match(self, request: Request) -> Response:
        """{"rate"?}: fiat for one coin."""
        order, body = self._order(request), await body_of(request)
        self.venue.match(order, _number(body, "rate"))
        return self._shown(order)

    async def pay(self, request: Request) -> Response:
        """{"amount"?, "method"?: 1, 2 or 4, "ends_as"?}: the payer says so; the end follows by itself."""
        order, body = self._order(request), await body_of(request)
        ends_as = str(body.get("ends_as", ""))
        if ends_as not in ("", *self.venue.variants.choices["ends_as"]):
            raise ValueError("ends_as is Finished, Failed or InProgress")
        self.venue.pay(order, _number(body, "amount"), int(body.get("method", 0)), ends_as)
        return self._shown(order)

    async def end_payment(self, request: Request) -> Response:
        """{"status": Finished, Failed or Cancelled, "message"?}: of a payment in progress."""
        order, body = self._order(request), await body_of(request)
        self.venue.end_payment(order, str(body.get("status", "")), str(body.get("message", "")))
        return self._shown(order)

    async def cancel(self, request: Request) -> Response:
        """{"message"?}."""
        order, body = self._order(request), await body_of(request)
        self.venue.cancel(order, str(body.get("message", "")))
        return self._shown(order)

    async def let_end(self, request: Request) -> Response:
        order = self._order(request)
        self.venue.let_end(order)
        return self._shown(order)

    async def forge(self, request: Request) -> Response:
        """{"how", "report"?, "field"?, "value"?, "seconds"?, "url"?}; answers when all of it is answered."""
        order = self._order(request)
        wanted = json.loads(await request.body(), parse_float=Decimal)
        sent = await Forger(self.venue).play(str(wanted.get("how", "")), order, wanted)
        return JSONResponse({"attempts": [asdict(attempt) for attempt in sent]})

    async def switch_variants(self, request: Request) -> Response:
        self.venue.variants.switch(await body_of(request))
        return JSONResponse(vars(self.venue.variants))

    async def add_fault(self, request: Request) -> Response:
        self.venue.faults.add(fault_from(await body_of(request), self.venue.now()))
        return JSONResponse({"faults": self.venue.faults.as_json()})

    async def clear_faults(self, _: Request) -> Response:
        self.venue.faults.clear()
        return JSONResponse({"faults": []})

    async def set_clock(self, request: Request) -> Response:
        self.venue.offset = float((await body_of(request))["offset"])
        return JSONResponse({"now": self.venue.now(), "offset": self.venue.offset})

    async def aim(self, request: Request) -> Response:
        """{"origin"?, "on"?}: who hears every webhook, "" for each order's own address; and whether any is sent."""
        body, webhooks = await body_of(request), self.venue.webhooks
        is_on = body.get("on", webhooks.is_on)
        if not isinstance(is_on, bool):
            raise TypeError("on is true or false")
        webhooks.aim(str(body.get("origin", webhooks.origin)))
        webhooks.is_on = is_on
        return JSONResponse({"origin": webhooks.origin, "on": is_on})

    def _order(self, request: Request) -> Order:
        return self.venue.order(request.path_params["code"])

    def _shown(self, order: Order) -> Response:
        return JSONResponse(self.venue.as_json(order))


def _number(body: Json, name: str) -> Decimal | None:
    return None if body.get(name) in (None, "") else number_of(body[name])


def _guarded(handler: _Handler) -> _Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except (No, ValueError, TypeError, KeyError) as wrong:
            return JSONResponse({"error": str(wrong) or type(wrong).__name__}, 400)

    return answer
