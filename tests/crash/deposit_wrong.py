"""What makes a desk break a promise of payment links, so that the judge can be judged: it stands on the desk's wire.

To MTPay and to people a desk behind it is one that sends twice, asks for more, or acknowledges what it has not kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.serving import Listener
from tests.crash.stage import Stage

HEADERS = ("access_key", "timestamp", "signature", "content-type")
LATE_SECONDS = 0.02

Send = Callable[[bytes], Awaitable[Response]]


class Wrong:
    """Passes on requests to MTPay and reports to the desk as they are."""

    async def ask(self, raw: bytes, send: Send) -> Response:
        return await send(raw)

    async def report(self, raw: bytes, send: Send) -> Response:
        return await send(raw)


class AsksAgain(Wrong):
    """Retries a request whose answer was lost."""

    async def ask(self, raw: bytes, send: Send) -> Response:
        answer = await send(raw)
        return await send(raw) if _is_lost(answer) else answer


class AsksUnderAnotherNumber(Wrong):
    """Retries as if it were something new."""

    async def ask(self, raw: bytes, send: Send) -> Response:
        answer = await send(raw)
        return await send(_with(raw, merchantOrderNo="another")) if _is_lost(answer) else answer


class AsksForMore(Wrong):
    """Sends another amount than the one that was shown."""

    async def ask(self, raw: bytes, send: Send) -> Response:
        return await send(_with(raw, depositAmount=5501))


class ForgetsTheOrder(Wrong):
    """Takes a loss for a clear no."""

    async def ask(self, raw: bytes, send: Send) -> Response:
        no = {"isSuccess": False, "statusCode": "MADE_UP", "message": "", "data": None}
        return JSONResponse(no, 400) if _is_lost(answer := await send(raw)) else answer


class MakesALinkUp(Wrong):
    """Takes a loss for a yes."""

    async def ask(self, raw: bytes, send: Send) -> Response:
        data = {"checkoutUrl": "http://127.0.0.1:9/x", "requestCode": "x", "isAvailable": True, "expiresAt": 4 * 10**12}
        yes = {"isSuccess": True, "statusCode": "SUCCESS", "message": "", "data": data}
        return JSONResponse(yes) if _is_lost(answer := await send(raw)) else answer


class SeesTheEnd(Wrong):
    """Takes whatever is reported for a payment that has arrived."""

    async def report(self, raw: bytes, send: Send) -> Response:
        message = json.loads(raw)
        return await send(json.dumps(message | {"data": message["data"] | {"requestStatus": "Finished"}}).encode())


class HastyDoor(Wrong):
    """Acknowledges first and stores afterwards."""

    def __init__(self) -> None:
        self._late: list[asyncio.Task[None]] = []

    async def report(self, raw: bytes, send: Send) -> Response:
        self._late.append(asyncio.create_task(self._store(raw, send)))
        return JSONResponse({"success": True})

    async def _store(self, raw: bytes, send: Send) -> None:
        await asyncio.sleep(LATE_SECONDS)
        await send(raw)


def mislead(wrong: Wrong) -> Callable[[Stage, int], AbstractAsyncContextManager[dict[str, str]]]:
    """What stands between the desk of a stage and its MTPay; see `deposit_run.Between`."""

    @contextlib.asynccontextmanager
    async def between(stage: Stage, port: int) -> AsyncIterator[dict[str, str]]:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:

            async def ask(request: Request) -> Response:
                return await wrong.ask(await request.body(), _sender(client, stage.box.mtpay.url, request))

            async def report(request: Request) -> Response:
                return await wrong.report(await request.body(), _sender(client, f"http://127.0.0.1:{port}", request))

            hooks = Route("/callbacks/mtpay/{token}", report, methods=["POST"])
            wire = Listener(Starlette(routes=[hooks, Route("/{path:path}", ask, methods=["POST"])]))
            await wire.start()
            stage.box.mtpay_venue.webhooks.aim(wire.url)
            try:
                yield {"MTPAY_API_URL": wire.url}
            finally:
                await wire.stop()

    return between


def _sender(client: httpx.AsyncClient, origin: str, request: Request) -> Send:
    headers = {name: request.headers[name] for name in HEADERS if name in request.headers}

    async def send(raw: bytes) -> Response:
        try:
            answer = await client.post(origin + request.url.path, content=raw, headers=headers)
        except httpx.HTTPError:
            return Response("", 502)
        return Response(answer.content, answer.status_code, media_type="application/json")

    return send


def _is_lost(answer: Response) -> bool:
    return answer.status_code >= 500


def _with(raw: bytes, **changes: Any) -> bytes:
    return json.dumps(json.loads(raw) | changes).encode()
