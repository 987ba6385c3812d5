"""A signed caller and a control door for the local venue, over real sockets."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette

from bot.sandbox.gate import GateVenue, gate_app, gate_control_routes
from bot.sandbox.gate.endpoints import ENDPOINTS
from bot.sandbox.serving import Listener

PATHS = {endpoint.name: endpoint.path for endpoint in ENDPOINTS}
Json = dict[str, Any]


def signed(path: str, body: bytes, key: str = "sandbox-key", secret: str = "sandbox-secret", at: float = 0) -> Json:
    moment = str(int(at or time.time()))
    text = "\n".join(("POST", path, "", hashlib.sha512(body).hexdigest(), moment))
    sign = hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()
    return {"KEY": key, "Timestamp": moment, "SIGN": sign, "Content-Type": "application/json"}


class Desk:
    """Calls the merchant API by endpoint name, and the control door by path."""

    def __init__(self, venue: GateVenue, gate_url: str, control_url: str, client: httpx.AsyncClient) -> None:
        self.venue = venue
        self.url = gate_url
        self.api_url = gate_url + "/api/v4"
        self.control_url = control_url
        self.client = client

    async def post(self, name: str, body: Json | None = None, **signing: Any) -> httpx.Response:
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = signed(PATHS[name], raw, **signing)
        return await self.client.post(self.url + PATHS[name], content=raw, headers=headers)

    async def call(self, name: str, body: Json | None = None) -> Any:
        """The `data` of a good answer."""
        answer = (await self.post(name, body)).json()
        assert answer["code"] == 0, answer
        return answer["data"]

    async def refusal(self, name: str, body: Json | None = None) -> str:
        """The message of a business refusal."""
        response = await self.post(name, body)
        assert response.status_code == 200, response.text
        answer = response.json()
        assert answer["code"] != 0
        return str(answer["message"])

    async def control(self, path: str, body: Json | None = None) -> Any:
        response = await self.client.post(f"{self.control_url}/control/gate/{path}", json=body or {})
        assert response.status_code == 200, response.text
        return response.json()

    async def order(self, **wanted: Any) -> str:
        return str((await self.control("orders", wanted))["id"])

    async def state(self) -> Any:
        return (await self.client.get(f"{self.control_url}/control/gate/state")).json()

    async def order_state(self, order_id: str) -> Any:
        return next(each for each in (await self.state())["orders"] if each["id"] == order_id)

    async def details(self, order_id: str) -> Any:
        return await self.call("get_transaction_details", {"txid": int(order_id)})

    async def pending(self, **more: Any) -> Any:
        wanted = {"crypto_currency": "USDT", "fiat_currency": "CNY", **more}
        return await self.call("get_pending_transaction_list", wanted)


@asynccontextmanager
async def open_desk(venue: GateVenue) -> AsyncIterator[Desk]:
    gate = Listener(gate_app(venue))
    control = Listener(Starlette(routes=gate_control_routes(venue)))
    await gate.start()
    await control.start()
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            yield Desk(venue, gate.url, control.url, client)
    finally:
        await venue.close()
        await gate.stop()
        await control.stop()
