"""A signed caller of the local Gate Pay, over real sockets, made from the documents."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.sandbox import Json, Sandbox

NEW, OLD = "/payment/open/institution", "/transfer/open/institution"
SUB, OTHER_SUB = "2124538349", "2124538350"
_numbers = itertools.count(1)


def fresh() -> str:
    """A nonce or clientReqId that nobody has used yet."""
    return f"n{next(_numbers):09d}"


def signature(secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    text = timestamp.encode() + b"\n" + nonce.encode() + b"\n" + body + b"\n"
    return hmac.new(secret.encode(), text, hashlib.sha512).hexdigest()


@dataclass
class Merchant:
    """`account` None: the own paths without a header; else the sub-account named by it, under `prefix`."""

    client: httpx.AsyncClient
    box: Sandbox
    account: str | None = None
    prefix: str = NEW

    def on_behalf_of(self, account: str, prefix: str = NEW) -> Merchant:
        return Merchant(self.client, self.box, account, prefix)

    async def send(
        self, method: str, path: str, body: object = None, *, headers: Json | None = None, at: float = 0, **query: str
    ) -> httpx.Response:
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        timestamp, nonce = str(int((at or time.time()) * 1000)), fresh()
        made = {
            "X-GatePay-Certificate-ClientId": self.box.pay_client_id,
            "X-GatePay-Timestamp": timestamp,
            "X-GatePay-Nonce": nonce,
            "X-GatePay-Signature": signature(self.box.pay_secret, timestamp, nonce, raw),
        }
        if raw:
            made["Content-Type"] = "application/json"
        if self.account is not None:
            made["X-GatePay-On-Behalf-Of"] = self.account
        sent = {name: value for name, value in (made | (headers or {})).items() if value is not None}
        url = self.box.pay_url + (self.prefix if self.account is not None else "") + path
        return await self.client.request(method, url, content=raw, headers=sent, params=query)

    async def data(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        """The `data` of a good answer."""
        answer = (await self.send(method, path, body, **query)).json()
        assert (answer["status"], answer["code"]) == ("SUCCESS", "000000"), answer
        return answer["data"]

    async def refusal(self, method: str, path: str, body: object = None, **more: Any) -> str:
        """The code of a refusal that travels with HTTP 200."""
        response = await self.send(method, path, body, **more)
        answer = response.json()
        assert (response.status_code, answer["status"]) == (200, "FAIL"), response.text
        return str(answer["code"])

    async def preview(self, sell: str = "USDT", buy: str = "BTC", **amount: str) -> Json:
        fixed = amount or {"sellAmount": "100"}
        body = {"sellCurrency": sell, "buyCurrency": buy, **fixed}
        return dict(await self.data("POST", "/v1/pay/convert/preview", body))

    async def convert(self, quote: Json, request_id: str) -> Json:
        return dict(await self.data("POST", "/v1/pay/convert", creation(quote, request_id)))

    async def order(self, order_id: str) -> Json:
        return dict(await self.data("GET", "/v1/pay/convert/order", orderId=order_id))


def creation(quote: Json, request_id: str, **changed: str) -> Json:
    """The body of a create: five fields of the preview and an id of ours."""
    five = ("sellCurrency", "buyCurrency", "sellAmount", "buyAmount", "quoteId")
    return {"clientReqId": request_id, **{key: quote[key] for key in five}} | changed
