"""A merchant of MTPay by hand: signs as the document says, asks for links, and hears webhooks."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.serving import Listener
from tests.support.sandbox import Json, Sandbox

PATH = "/api/v2/merchant/deposit"


def signature(access_key: str, secret: str, timestamp: str, data: str = "") -> str:
    text = "_".join(part for part in (access_key, timestamp, data) if part)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


def fresh() -> str:
    return f"D0612-{token_hex(6)}"


def asked(**changed: Any) -> Json:
    """A deposit body; a field given as None is left out."""
    body: Json = {
        "client": {"realName": "张三丰"},
        "depositCurrency": "CNY",
        "fiatCurrency": "CNY",
        "depositAmount": 1103,
        "merchantOrderNo": fresh(),
        "webhookUrl": "http://127.0.0.1:9/callbacks/mtpay/nobody",
        "language": "zh_CN",
        "paymentMethod": {"method": 7},
    }
    return {name: value for name, value in (body | changed).items() if value is not None}


@dataclass
class Merchant:
    client: httpx.AsyncClient
    box: Sandbox

    def headers(self, late_by: float = 0, **changed: str) -> dict[str, str]:
        stamp = str(int((time.time() - late_by) * 1000))
        made = {
            "access_key": self.box.mtpay_access_key,
            "timestamp": stamp,
            "signature": signature(self.box.mtpay_access_key, self.box.mtpay_secret, stamp),
            "Content-Type": "application/json",
        }
        return {name: value for name, value in (made | changed).items() if value}

    async def send(self, body: Json | bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post(
            self.box.mtpay_url + PATH, content=raw, headers=self.headers() if headers is None else headers
        )

    async def refused(self, body: Json | bytes, headers: dict[str, str] | None = None) -> tuple[int, str, str]:
        """HTTP status, statusCode and message of a no."""
        answer = await self.send(body, headers)
        said = answer.json()
        assert (said["isSuccess"], said["data"]) == (False, None), answer.text
        return answer.status_code, said["statusCode"], said["message"]

    async def link(self, **changed: Any) -> Json:
        """`data` of a link that was made."""
        answer = await self.send(asked(**changed))
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["data"])


@dataclass
class Heard:
    path: str
    raw: bytes

    @property
    def message(self) -> Json:
        return dict(json.loads(self.raw))

    @property
    def data(self) -> Json:
        return dict(self.message["data"])


@dataclass
class Ear:
    """Hears webhooks at `url/…`; answers by `answers`, one after the other, then always as documented."""

    origin: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"{self.origin}/callbacks/mtpay/token"

    async def hear(self, request: Request) -> Response:
        self.heard.append(Heard(request.url.path, await request.body()))
        await self.gate.wait()
        return self.answers.pop(0) if self.answers else JSONResponse({"success": True})


@asynccontextmanager
async def an_ear() -> AsyncIterator[Ear]:
    ear = Ear()
    ear.gate.set()
    listener = Listener(Starlette(routes=[Route("/callbacks/mtpay/{token}", ear.hear, methods=["POST"])]))
    await listener.start()
    ear.origin = listener.url
    yield ear
    await listener.stop()
