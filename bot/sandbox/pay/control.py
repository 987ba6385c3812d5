"""The control door of Gate Pay: its true state as JSON, and everything that nobody can do through its API."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import fault_from
from bot.sandbox.pay.amounts import plain
from bot.sandbox.pay.answers import Json
from bot.sandbox.pay.book import Order, Quote
from bot.sandbox.pay.control_body import body_of, number_of
from bot.sandbox.pay.otc_control import OtcControl
from bot.sandbox.pay.refusals import No
from bot.sandbox.pay.venue import REPEATS, PayVenue

_Handler = Callable[[Request], Awaitable[Response]]


def pay_control_routes(venue: PayVenue) -> list[Route]:
    """Routes under `/control/pay/`; wrong requests get 400 with {"error"}. `away` is the listener's matter."""
    control, otc = _Control(venue), OtcControl(venue)
    posts = {
        "balances": control.set_balance,
        "rates": control.move_rate,
        "quotes": control.expire_quotes,
        "orders/{order_id}": control.set_order,
        "variants": control.switch_variants,
        "faults": control.add_fault,
        "clock": control.set_clock,
        "repeat": control.set_repeat,
        **otc.posts,
    }
    gets = {"state": control.state, "requests": control.requests, **otc.gets}
    return [
        *(Route(f"/control/pay/{path}", _guarded(handler), methods=["GET"]) for path, handler in gets.items()),
        Route("/control/pay/faults", _guarded(control.clear_faults), methods=["DELETE"]),
        *(Route(f"/control/pay/{path}", _guarded(handler), methods=["POST"]) for path, handler in posts.items()),
    ]


class _Control:
    def __init__(self, venue: PayVenue) -> None:
        self.venue = venue

    async def state(self, _: Request) -> Response:
        venue = self.venue
        venue.tick()
        return JSONResponse(
            {
                "now": venue.now(),
                "away": venue.away,
                "offset": venue.offset,
                "accounts": list(venue.balances),
                "balances": self._balances(),
                "prices": {code: plain(venue.market.price(code)) for code in venue.market.coins},
                "quotes": [self._quote(quote) for quote in venue.quotes.values()],
                "orders": [_order(order) for order in venue.orders.values()],
                "executions": [asdict(execution) for execution in venue.executions],
                "convert_calls": venue.convert_calls.as_json(),
                "calls": dict(venue.calls),
                "faults": venue.faults.as_json(),
                "variants": vars(venue.variants),
                "repeat": venue.repeat,
            }
        )

    async def requests(self, _: Request) -> Response:
        return JSONResponse({"requests": self.venue.requests.as_json()})

    async def set_balance(self, request: Request) -> Response:
        """{"account", "currency", "available"}, or "add" (may be negative) instead of "available"."""
        body = await body_of(request)
        account, code = str(body.get("account", "")), str(body.get("currency", ""))
        if account not in self.venue.balances:
            raise ValueError(f"no such account: {account!r}; known: {', '.join(self.venue.balances)}")
        self.venue.market.coin(code)
        held = self.venue.balances[account]
        wanted = (
            number_of(body["available"]) if "available" in body else held.get(code, Decimal(0)) + number_of(body["add"])
        )
        if wanted < 0:
            raise ValueError("a balance is not below 0")
        held[code] = wanted
        return JSONResponse(self._balances())

    async def move_rate(self, request: Request) -> Response:
        """{"currency", "percent"} or {"currency", "price"} (in USDT)."""
        body = await body_of(request)
        percent, price = (number_of(body[name]) if name in body else None for name in ("percent", "price"))
        code = str(body.get("currency", ""))
        moved = self.venue.market.move(code, percent=percent, price=price)
        return JSONResponse({"currency": code, "price": plain(moved)})

    async def expire_quotes(self, request: Request) -> Response:
        """{"expire": true}: every quote ends now."""
        if (await body_of(request)).get("expire") is not True:
            raise ValueError('expected {"expire": true}; their life is the variant quote_seconds')
        self.venue.expire_quotes()
        return JSONResponse({"quotes": [self._quote(quote) for quote in self.venue.quotes.values()]})

    async def set_order(self, request: Request) -> Response:
        """{"status": N}: 3 brings the bought coins, 6 gives the sold ones back, others only show."""
        status = (await body_of(request)).get("status")
        if not isinstance(status, int) or isinstance(status, bool):
            raise ValueError("status is a whole number")
        self.venue.tick()
        order = self.venue.order(request.path_params["order_id"])
        self.venue.set_status(order, status)
        return JSONResponse(_order(order))

    async def switch_variants(self, request: Request) -> Response:
        self.venue.variants.switch(await body_of(request))
        self.venue.market.is_steady = self.venue.variants.steady
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

    async def set_repeat(self, request: Request) -> Response:
        mode = (await body_of(request)).get("mode")
        if mode not in REPEATS:
            raise ValueError(f"mode is one of {', '.join(REPEATS)}")
        self.venue.repeat = str(mode)
        return JSONResponse({"repeat": self.venue.repeat})

    def _balances(self) -> Json:
        return {
            account: {code: plain(amount) for code, amount in held.items()}
            for account, held in self.venue.balances.items()
        }

    def _quote(self, quote: Quote) -> Json:
        return asdict(quote) | {"price": plain(quote.price), "is_over": self.venue.wall_clock() >= quote.ends_at}


def _order(order: Order) -> Json:
    quote = order.quote
    return {
        "id": order.id,
        "account": quote.account,
        "client_req_id": order.client_req_id,
        "quote_id": quote.id,
        "sell": quote.sell,
        "buy": quote.buy,
        "sell_amount": plain(order.sell_amount),
        "buy_amount": plain(order.buy_amount),
        "status": order.status,
        "created_at": order.created_at,
    }


def _guarded(handler: _Handler) -> _Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except (No, ValueError, TypeError, KeyError) as wrong:
            return JSONResponse({"error": str(wrong) or type(wrong).__name__}, 400)

    return answer
