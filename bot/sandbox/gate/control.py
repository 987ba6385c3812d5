"""The control door of the venue: its state as JSON, and everything that nobody can do through the merchant API."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.gate import acts, chat_view, order_shapes
from bot.sandbox.gate.ad_control import ad_control_routes
from bot.sandbox.gate.control_requests import body_of, guarded
from bot.sandbox.gate.faults import fault_from
from bot.sandbox.gate.fields import Json
from bot.sandbox.gate.orders import Order
from bot.sandbox.gate.venue import GateVenue

SHOWN_IN_PAGE = ("image/png", "image/jpeg", "image/jpg", "image/gif", "video/mp4")


def gate_control_routes(venue: GateVenue) -> list[Route]:
    """Routes under `/control/gate/`; wrong requests get 400 with {"error"}. `away` is the listener's matter."""
    control = _Control(venue)
    return [
        Route("/control/gate/state", guarded(control.state), methods=["GET"]),
        Route("/control/gate/orders", guarded(control.open_order), methods=["POST"]),
        Route("/control/gate/orders/{number:int}/{act}", guarded(control.act), methods=["POST"]),
        Route("/control/gate/orders/{number:int}/chat", guarded(control.chat), methods=["GET"]),
        Route("/control/gate/chat_sends", guarded(control.chat_sends), methods=["GET"]),
        Route("/control/gate/files/{name}", guarded(control.file), methods=["GET"]),
        Route("/control/gate/faults", guarded(control.add_fault), methods=["POST"]),
        Route("/control/gate/faults", guarded(control.clear_faults), methods=["DELETE"]),
        Route("/control/gate/variants", guarded(control.switch_variants), methods=["POST"]),
        Route("/control/gate/clock", guarded(control.set_clock), methods=["POST"]),
        *ad_control_routes(venue),
    ]


class _Control:
    def __init__(self, venue: GateVenue) -> None:
        self.venue = venue

    async def state(self, request: Request) -> Response:
        venue = self.venue
        venue.tick()
        return JSONResponse(
            {
                "now": venue.now(),
                "away": venue.away,
                "offset": venue.offset,
                "orders": [order_state(venue, order) for order in venue.orders.values()],
                "money_calls": venue.money.as_json(),
                "calls": dict(venue.calls),
                "faults": venue.faults.as_json(),
                "variants": vars(venue.variants),
            }
        )

    async def open_order(self, request: Request) -> Response:
        order = acts.open_order(self.venue, await body_of(request))
        return JSONResponse({"id": str(order.id)})

    async def act(self, request: Request) -> Response:
        name = request.path_params["act"]
        if name not in acts.ACTS:
            raise ValueError(f"no such act: {name}; known: {', '.join(acts.ACTS)}")
        wanted = await body_of(request)
        self.venue.tick()
        order = self.venue.order(request.path_params["number"])
        acts.ACTS[name](self.venue, order, wanted)
        return JSONResponse(order_state(self.venue, order))

    async def chat(self, request: Request) -> Response:
        """What the counterparty sees of the order's chat."""
        order = self.venue.order(request.path_params["number"])
        return JSONResponse({"messages": chat_view.chat(order), "im_unread": order.chat.unread})

    async def chat_sends(self, _: Request) -> Response:
        return JSONResponse({"chat_sends": self.venue.chat_sends.as_json()})

    async def file(self, request: Request) -> Response:
        """A chat file's content without the venue's file host, its faults and its count of calls."""
        file = self.venue.files.by_name(request.path_params["name"])
        if file is None:
            return JSONResponse({"error": "no such file"}, 404)
        kind = file.content_type if file.content_type in SHOWN_IN_PAGE else "application/octet-stream"
        return Response(file.content, media_type=kind, headers={"x-content-type-options": "nosniff"})

    async def add_fault(self, request: Request) -> Response:
        self.venue.faults.add(fault_from(await body_of(request), self.venue.now()))
        return JSONResponse({"faults": self.venue.faults.as_json()})

    async def clear_faults(self, request: Request) -> Response:
        self.venue.faults.clear()
        return JSONResponse({"faults": []})

    async def switch_variants(self, request: Request) -> Response:
        self.venue.variants.switch(await body_of(request))
        return JSONResponse(vars(self.venue.variants))

    async def set_clock(self, request: Request) -> Response:
        self.venue.offset = float((await body_of(request))["offset"])
        return JSONResponse({"now": self.venue.now(), "offset": self.venue.offset})


def order_state(venue: GateVenue, order: Order) -> Json:
    """The true state of an order, whatever stale or bent answers say."""
    person = order.counterparty
    return {
        "id": str(order.id),
        "side": order.side,
        "status_raw": order.raw,
        "status": order_shapes.display_status(order, venue.variants),
        "asset": order.asset,
        "fiat": order.fiat,
        "amount": order.amount,
        "price": order.price,
        "total": order.total,
        "pay_type": order.pay_type,
        "counterparty": {"name": person.name, "nick": person.nick, "uid": person.uid},
        "coins_released": order.released_amount,
        "released_times": order.released_times,
        "released_by": order.released_by or None,
        "cancelled_by": order.cancelled_by,
        "created_at": order.created_at,
        "paid_at": order.paid_at,
        "deadline": order.deadline,
        "in_appeal": order.in_appeal,
        "is_show_receive": order.is_show_receive,
        "cancelable": order.cancelable,
        "im_unread": order.chat.unread,
        "chat": [chat_view.line(message) for message in order.chat.messages],
    }
