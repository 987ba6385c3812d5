"""The page's port: the page itself, the control routes of both worlds, away switches and scenarios."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.film import film
from bot.sandbox.people import BOT_NAME, BOT_USERNAME, DESK_ID, DESK_TIMEZONE, DESK_TITLE, PEOPLE
from bot.sandbox.pictures import receipt
from bot.sandbox.scenarios import SCENARIOS
from bot.sandbox.serving import Listener
from bot.sandbox.stage import InsideControls, Stage

PAGE = Path(__file__).parent / "page"
SCRIPTS = (
    "app.js",
    "phone.js",
    "composer.js",
    "bubble.js",
    "venue.js",
    "market.js",
    "counterparty.js",
    "pay.js",
    "otc.js",
    "mtpay.js",
    "dom.js",
    "words.js",
)
FILES = {"/": "index.html", "/style.css": "style.css", **{f"/{name}": name for name in SCRIPTS}}
LOOPBACK_NAMES = {"127.0.0.1", "localhost"}


class OnlyFromHere:
    """Refuses requests that name another host or come from another site's page: the controls move everything."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_from_here(dict(scope["headers"])):
            await _refusal("only from this machine", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


@dataclass(frozen=True)
class Away:
    """The switch that takes a world's port away and gives it back, and tells the world so."""

    listener: Listener
    mark: Callable[[bool], None]

    async def turn(self, is_away: bool) -> None:
        await (self.listener.go_away() if is_away else self.listener.come_back())
        self.mark(is_away)


def page_app(
    *, away: dict[str, Away], routes: Sequence[Route], addresses: Callable[[], dict[str, str]]
) -> tuple[Starlette, Stage]:
    """The app of the page's port, and the stage its scenarios play on.

    `away`: the switches of "gate", "pay", "mtpay" and "telegram"; `routes`: every world's control routes.
    """

    async def curtain() -> None:
        for world, switch in away.items():
            await switch.turn(False)
            await controls.delete(f"{world}/faults")

    async def turn(request: Request, switch: Away) -> Response:
        body = await _body(request)
        if not isinstance(body.get("away"), bool):
            return _refusal('expected {"away": true} or {"away": false}')
        await switch.turn(body["away"])
        return JSONResponse({"away": switch.listener.is_away})

    async def play(request: Request) -> Response:
        body = await _body(request)
        name, pace = body.get("name"), body.get("pace", 1.0)
        if name not in SCENARIOS:
            return _refusal(f"no scenario {name!r}; there are {', '.join(SCENARIOS)}")
        if not isinstance(pace, int | float) or not 0 <= pace <= 10:
            return _refusal("pace is a number from 0 to 10")
        await stage.play(str(name), float(pace))
        return JSONResponse({"running": stage.running})

    async def scenarios(_: Request) -> Response:
        return JSONResponse(_scenarios())

    async def page_state(_: Request) -> Response:
        gone = {world: switch.listener.is_away for world, switch in away.items()}
        return JSONResponse(
            {"running": stage.running, "told": list(stage.told), "away": gone, "addresses": addresses()}
        )

    switches = [
        Route(f"/control/{world}/away", partial(turn, switch=switch), methods=["POST"])
        for world, switch in away.items()
    ]
    own = [
        Route("/control/scenario", play, methods=["POST"]),
        Route("/control/scenarios", scenarios),
        Route("/control/page", page_state),
        Route("/control/people", _people),
        Route("/control/samples/{name}", _sample),
        *(Route(path, _file(name)) for path, name in FILES.items()),
    ]
    app = Starlette(routes=[*switches, *own, *routes], middleware=[Middleware(OnlyFromHere)])
    controls = InsideControls(app)
    stage = Stage(controls, curtain)
    return app, stage


async def _people(_: Request) -> Response:
    people = [{"id": person.id, "key": person.key, "name": person.first_name} for person in PEOPLE]
    desk = {"id": DESK_ID, "title": DESK_TITLE, "timezone": DESK_TIMEZONE}
    return JSONResponse({"people": people, "desk": desk, "bot": {"name": BOT_NAME, "username": BOT_USERNAME}})


def _scenarios() -> dict[str, Any]:
    rows = [
        {
            "name": row.name,
            "title": {"en": row.title[0], "zh": row.title[1]},
            "watch": {"en": row.watch[0], "zh": row.watch[1]},
        }
        for row in SCENARIOS.values()
    ]
    return {"scenarios": rows}


async def _sample(request: Request) -> Response:
    """Files for a phone that has none at hand: receipt.png, receipt-2.png, film.mp4."""
    name = request.path_params["name"]
    if name == "film.mp4":
        return Response(film(), media_type="video/mp4")
    if name not in ("receipt.png", "receipt-2.png"):
        return _refusal("no such sample", 404)
    return Response(receipt("7200.00", "CNY", "00000000", int("2" in name)), media_type="image/png")


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def serve(_: Request) -> Response:
        policy = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
        headers = {
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "content-security-policy": policy,
        }
        return FileResponse(PAGE / name, headers=headers)

    return serve


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _refusal(words: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": words}, status)


def _is_from_here(headers: dict[bytes, bytes]) -> bool:
    host = urlsplit(f"//{headers.get(b'host', b'').decode('latin-1')}").hostname
    origin = headers.get(b"origin")
    if host not in LOOPBACK_NAMES:
        return False
    return origin is None or urlsplit(origin.decode("latin-1")).netloc == headers.get(b"host", b"").decode("latin-1")
