"""Desks that break a promise of the OTC desk on purpose, so that the judge can be judged. Only a cell's desk is one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.clients.gate_pay.otc import GatePayOtc
from bot.domain.errors import Refused, Unknown, VenueError
from bot.domain.off_ramps import OffRampOrder, Stage
from bot.watchers.http import HttpDoor


class _Wrong:
    """Stands before the client and looks like it."""

    def __init__(self, client: GatePayOtc) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def create(self, *, body: bytes) -> OffRampOrder:
        return await self._client.create(body=body)

    async def order(self, *, order_id: str = "", client_order_id: str = "") -> OffRampOrder:
        return await self._client.order(order_id=order_id, client_order_id=client_order_id)


class CreatesAgain(_Wrong):
    """Retries a request whose answer was lost."""

    async def create(self, *, body: bytes) -> OffRampOrder:
        try:
            return await self._client.create(body=body)
        except Unknown:
            return await self._client.create(body=body)


class CreatesUnderAnotherNumber(_Wrong):
    """Retries as if it were something new."""

    async def create(self, *, body: bytes) -> OffRampOrder:
        try:
            return await self._client.create(body=body)
        except Unknown:
            fields = json.loads(body)
            return await self._client.create(body=json.dumps(fields | {"clientOrderId": "another"}).encode())


class SellsMore(_Wrong):
    """Sends other numbers than those that were shown."""

    async def create(self, *, body: bytes) -> OffRampOrder:
        return await self._client.create(body=json.dumps(json.loads(body) | {"cryptoAmount": "101"}).encode())


class ForgetsTheOrder(_Wrong):
    """Takes every loss for a clear no."""

    async def create(self, *, body: bytes) -> OffRampOrder:
        try:
            return await self._client.create(body=body)
        except VenueError:
            raise Refused("gate_pay", "off_ramp", code="550315", detail="made up", status=200) from None


class SeesTheEnd(_Wrong):
    """Takes the dispatch for the end, as the word *withdrawn* suggests."""

    async def order(self, *, order_id: str = "", client_order_id: str = "") -> OffRampOrder:
        order = await self._client.order(order_id=order_id, client_order_id=client_order_id)
        return replace(order, status=Stage.DONE)


class HastyDoor(HttpDoor):
    """Acknowledges first and stores afterwards."""

    async def _gate_pay(self, request: Request) -> Response:
        raw, headers = await request.body(), dict(request.scope["headers"])
        self._late = asyncio.create_task(self._store(raw, headers))
        return JSONResponse({"returnCode": "SUCCESS", "returnMessage": ""})

    async def _store(self, raw: bytes, headers: dict[bytes, bytes]) -> None:
        await asyncio.sleep(0.02)

        async def body() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        await super()._gate_pay(Request({"type": "http", "headers": list(headers.items())}, body))


OTC_WRONG: dict[str, Callable[[Any], Any]] = {
    one.__name__: one for one in (CreatesAgain, CreatesUnderAnotherNumber, SellsMore, ForgetsTheOrder, SeesTheEnd)
}
WRONG_DOORS: dict[str, type[HttpDoor]] = {HastyDoor.__name__: HastyDoor}
