"""The Bot API over HTTP: `/bot{token}/{method}` and `/file/bot{token}/{path}`."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.serving import drop_connection, reset_connection
from bot.sandbox.telegram.faults import Fault
from bot.sandbox.telegram.methods import METHODS
from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.refusals import Refusal, Violation, not_built
from bot.sandbox.telegram.spec import BY_LOWER_NAME, Upload, checked
from bot.sandbox.telegram.world import Call, TelegramWorld
from bot.sandbox.wires import Drip, NoAnswer

BYTES = "application/octet-stream"
MAX_REQUEST = 60 * 1024 * 1024
HTML_502 = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>502 Bad Gateway</body>\r\n</html>\r\n"


def telegram_app(world: TelegramWorld) -> Starlette:
    """The Bot API server as an ASGI app. Method names are matched in any case, as on Telegram."""

    async def call(request: Request) -> Response:
        return await _call(world, request)

    async def file(scope: Scope, receive: Receive, send: Send) -> None:
        answer = await _file(world, Request(scope, receive))
        await answer(scope, receive, send)

    return Starlette(
        routes=[
            Route("/file/bot{token}/{path:path}", _Raw(file), methods=["GET"]),
            Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
        ]
    )


class _Raw:
    """An ASGI endpoint; a plain function would have to answer with a whole response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


async def _call(world: TelegramWorld, request: Request) -> Response:
    if request.path_params["token"] != world.token:
        return _refused(Refusal(401, "Unauthorized"))
    if int(request.headers.get("content-length", 0)) > MAX_REQUEST:
        return _refused(Refusal(413, "Request Entity Too Large"))
    given = request.path_params["method"]
    name = BY_LOWER_NAME.get(given.lower(), given)
    record = Call(world.next_number("call"), world.clock(), name, {})
    world.calls.append(record)
    try:
        raw = await _parameters(request)
        record.params = {key: _logged(value) for key, value in raw.items()}
        fault = world.faults.take(name)
        if fault is not None and fault.kind not in ("drop_after", "slow"):
            return _before(fault, request, record)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        result = await _do(world, name, raw)
    except Refusal as refusal:
        return _note(world, record, refusal)
    record.ok = True
    if fault is not None and fault.kind == "drop_after":
        record.error = "acted, answer dropped"
        drop_connection(request.scope)
    return JSONResponse({"ok": True, "result": result})


async def _do(world: TelegramWorld, name: str, raw: dict[str, Any]) -> Any:
    if name not in BY_LOWER_NAME.values():
        raise not_built(f"a method {name}")
    params = checked(name, raw)
    if name not in METHODS:
        raise not_built(f"the method {name}")
    result = METHODS[name](world, params)
    return await result if inspect.isawaitable(result) else result


def _before(fault: Fault, request: Request, record: Call) -> Response:
    """A fault that strikes before anything is done."""
    record.error = f"fault: {fault.kind}"
    refusal = fault.refusal()
    if refusal is not None:
        record.code, record.error = refusal.code, refusal.description
        return _refused(refusal)
    if fault.kind == "reset":
        reset_connection(request.scope)
    elif fault.kind == "drop_before":
        drop_connection(request.scope)
    record.code = 502
    status = 200 if fault.kind == "html" else 502
    return Response(HTML_502, status_code=status, media_type="text/html")


def _note(world: TelegramWorld, record: Call, refusal: Refusal) -> Response:
    record.code, record.error = refusal.code, refusal.description
    if isinstance(refusal, Violation):
        world.violations.append(
            {
                "n": record.n,
                "method": record.method,
                "kind": refusal.kind,
                "where": refusal.where,
                "error": refusal.description,
                "params": record.params,
            }
        )
    return _refused(refusal)


def _refused(refusal: Refusal) -> JSONResponse:
    body: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return JSONResponse(body, status_code=refusal.code)


async def _parameters(request: Request) -> dict[str, Any]:
    """Query, form, multipart or JSON, as the Bot API takes them. Forms and queries hold text and files only."""
    raw: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        body = await request.body()
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            raise Refusal(400, "Bad Request: can't parse JSON encoded parameters") from None
        if not isinstance(given, dict):
            raise Refusal(400, "Bad Request: can't parse JSON encoded parameters")
        return raw | given
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        async with request.form(max_part_size=MAX_REQUEST) as form:
            for name, value in form.multi_items():
                raw[name] = await _uploaded(value) if isinstance(value, UploadFile) else value
    return raw


async def _uploaded(file: UploadFile) -> Upload:
    return Upload(file.filename or "file", file.content_type or "", await file.read())


def _logged(value: Any) -> Any:
    """Parameters as a reader wants them in the log: JSON read, files by name and size."""
    if isinstance(value, Upload):
        return {"file": value.name, "size": len(value.content), "content_type": value.content_type}
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def _file(world: TelegramWorld, request: Request) -> Response | ASGIApp:
    if request.path_params["token"] != world.token:
        return _refused(Refusal(401, "Unauthorized"))
    found = next((file for file in world.files.values() if file.path == request.path_params["path"]), None)
    fault = world.faults.take("file")
    if fault is None or fault.kind == "slow":
        await asyncio.sleep(fault.seconds if fault else 0)
        return _refused(Refusal(404, "Not Found")) if found is None else Response(found.content, media_type=BYTES)
    if fault.kind == "drip" and found is not None:
        return Drip(found.content, BYTES, fault.seconds)
    if fault.kind == "cut" and found is not None:
        half = found.content[: len(found.content) // 2]
        return NoAnswer(reset=False, first=half, promised=len(found.content), content_type=BYTES)
    return _before(fault, request, Call(0, world.clock(), "file", {}))
