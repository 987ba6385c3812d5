"""The control door of the OTC desk and its callbacks: the truth as JSON, and everything that the API cannot do."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.pay.amounts import plain
from bot.sandbox.pay.answers import Json
from bot.sandbox.pay.control_body import body_of, number_of
from bot.sandbox.pay.otc_book import STATUSES, OtcOrder, OtcQuote
from bot.sandbox.pay.otc_tricks import Tricks
from bot.sandbox.pay.venue import PayVenue

Handler = Callable[[Request], Awaitable[Response]]


class OtcControl:
    def __init__(self, venue: PayVenue) -> None:
        self.venue, self.desk = venue, venue.otc

    @property
    def gets(self) -> dict[str, Handler]:
        return {"otc/state": self.state}

    @property
    def posts(self) -> dict[str, Handler]:
        """By path below `/control/pay/`."""
        return {
            "otc/rates": self.move_rate,
            "otc/quotes": self.expire_quotes,
            "otc/orders/{order_id}": self.set_order,
            "otc/orders/{order_id}/callback": self.call_back,
            "otc/banks/{bank_id}": self.review,
            "otc/variants": self.switch_variants,
            "callback": self.aim,
        }

    async def state(self, _: Request) -> Response:
        desk = self.desk
        desk.tick()
        return JSONResponse(
            {
                "rates": {code: plain(desk.rate(code)) for code in desk.rates},
                "quotes": [self._quote(quote) for quote in desk.quotes.values()],
                "orders": [_order(order) for order in desk.orders.values()],
                "created": [asdict(row) for row in desk.created],
                "create_calls": self.venue.otc_calls.as_json(),
                "banks": [asdict(account) for account in desk.banks.accounts.values()],
                "callback": self.venue.callbacks.as_json(),
                "variants": vars(desk.variants),
            }
        )

    async def move_rate(self, request: Request) -> Response:
        """{"currency", "percent"} or {"currency", "price"} (dollars for one)."""
        body = await body_of(request)
        code = str(body.get("currency", ""))
        if "price" in body:
            rate = number_of(body["price"])
        else:
            rate = self.desk.rates.get(code, Decimal(0)) * (1 + number_of(body.get("percent")) / 100)
        self.desk.move_rate(code, rate)
        return JSONResponse({"currency": code, "price": plain(self.desk.rates[code])})

    async def expire_quotes(self, request: Request) -> Response:
        """{"expire": true}: every quote ends now."""
        if (await body_of(request)).get("expire") is not True:
            raise ValueError('expected {"expire": true}; their life is the variant quote_seconds')
        self.desk.expire_quotes()
        return JSONResponse({"quotes": [self._quote(quote) for quote in self.desk.quotes.values()]})

    async def set_order(self, request: Request) -> Response:
        """{"status", "error"?}: any of the four; it is called back, and nothing more happens by itself."""
        body = await body_of(request)
        if body.get("status") not in STATUSES:
            raise ValueError(f"status is one of {', '.join(STATUSES)}")
        self.desk.tick()
        order = self.desk.find(request.path_params["order_id"])
        self.desk.move(order, str(body["status"]), str(body.get("error", "")))
        return JSONResponse(_order(order))

    async def call_back(self, request: Request) -> Response:
        """{"act", "event"?, "times"?}: bot/sandbox/pay/otc_tricks.py; answers when all of it is sent and answered."""
        body = await body_of(request)
        times = body.get("times", 1)
        if not isinstance(times, int) or not 1 <= times <= 1000:
            raise ValueError("times is a whole number from 1 to 1000")
        order = self.desk.find(request.path_params["order_id"])
        tricks = Tricks(self.venue.callbacks, self.desk)
        sent = await tricks.play(str(body.get("act", "")), order, str(body.get("event", "")), times)
        return JSONResponse({"attempts": [asdict(attempt) for attempt in sent]})

    async def review(self, request: Request) -> Response:
        """{"status": 1, 2, 3 or 99, "memo"?}."""
        body = await body_of(request)
        account = self.desk.banks.review(
            request.path_params["bank_id"], int(body.get("status", 0)), str(body.get("memo", ""))
        )
        return JSONResponse(asdict(account))

    async def switch_variants(self, request: Request) -> Response:
        self.desk.variants.switch(await body_of(request))
        return JSONResponse(vars(self.desk.variants))

    async def aim(self, request: Request) -> Response:
        """{"url"?, "on"?}: where callbacks go, and whether any do."""
        body = await body_of(request)
        is_on = body.get("on", self.venue.callbacks.is_on)
        if not isinstance(is_on, bool):
            raise TypeError("on is true or false")
        self.venue.callbacks.aim(str(body.get("url", self.venue.callbacks.url)))
        self.venue.callbacks.is_on = is_on
        return JSONResponse({"url": self.venue.callbacks.url, "on": is_on})

    def _quote(self, quote: OtcQuote) -> Json:
        texts = {name: plain(getattr(quote, name)) for name in ("crypto_amount", "fiat_amount", "rate")}
        return asdict(quote) | texts | {"is_over": self.venue.wall_clock() >= quote.ends_at}


def _order(order: OtcOrder) -> Json:
    quote = order.quote
    return {
        "id": order.id,
        "client_order_id": order.client_order_id,
        "token": quote.token,
        "bank_id": order.bank_id,
        "crypto": quote.crypto,
        "crypto_amount": plain(quote.crypto_amount),
        "fiat": quote.fiat,
        "fiat_amount": plain(quote.fiat_amount),
        "fee": plain(order.fee),
        "final_fiat": plain(order.final_fiat),
        "status": order.status,
        "error": order.error,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
    }
