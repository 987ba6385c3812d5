"""The calls of the OTC desk by hand, on top of the signed merchant."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.serving import Listener
from tests.sandbox.pay.merchant import Merchant, fresh, signature
from tests.support.sandbox import Json

PREFIX = "/withdraw/open/otc/api"
QUOTE, CREATE, DETAIL, LIST = (
    f"{PREFIX}/{path}" for path in ("v1/quote", "order/create", "order/detail", "order/list")
)
COUNTRIES, BANKS, ADD_BANK, DELETE_BANK, SUPPLEMENT = (
    f"{PREFIX}/bank/{path}" for path in ("country/list", "list", "create", "delete", "material/supplement")
)
BANK, OTHER_BANK, REVIEWED_BANK, REFUSED_BANK = "2897434", "2897435", "2897436", "2897437"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + b"\r\n--no-boundary\r\n\r\n"
FIELDS = {
    "bankAccountName": "Demo Ltd",
    "bankName": "Bänk & Söhne",
    "countryId": "70",
    "address": "Straße 1",
    "iban": "NEWDEMO0001",
    "swift": "DEMODEFF",
}


def asked(**changed: str) -> Json:
    plain = {"cryptoCurrency": "USDT", "fiatCurrency": "USD", "cryptoAmount": "100", "side": "CRYPTO", "type": "SELL"}
    return {name: text for name, text in (plain | changed).items() if text}


def order_of(quote: Json, number: str, **changed: object) -> Json:
    five = ("quoteToken", "cryptoCurrency", "fiatCurrency", "cryptoAmount", "fiatAmount")
    rest = {"type": "SELL", "bankAccountId": BANK, "clientOrderId": number}
    return {name: quote[name] for name in five} | rest | changed


async def sold(merchant: Merchant, number: str = "", **changed: str) -> Json:
    quote = await merchant.data("POST", QUOTE, asked(**changed))
    return dict(await merchant.data("POST", CREATE, order_of(quote, number or fresh())))


def form(
    fields: Json, file: bytes | None = PNG, name: str = "statement.png", boundary: str = "b0undary"
) -> tuple[bytes, dict[str, str]]:
    """Body and header of a form, written out by hand."""
    parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{text}'.encode() for key, text in fields.items()]
    if file is not None:
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
        parts.append(head.encode() + file)
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


async def send_form(merchant: Merchant, raw: bytes, headers: dict[str, str], path: str = ADD_BANK) -> Json:
    """Signed as if the body were empty."""
    timestamp, nonce = str(int(time.time() * 1000)), fresh()
    made = {
        "X-GatePay-Certificate-ClientId": merchant.box.pay_client_id,
        "X-GatePay-Timestamp": timestamp,
        "X-GatePay-Nonce": nonce,
        "X-GatePay-Signature": signature(merchant.box.pay_secret, timestamp, nonce, b""),
    }
    answer = await merchant.client.post(merchant.box.pay_url + path, content=raw, headers=made | headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@dataclass
class Heard:
    headers: dict[str, str]
    raw: bytes


@dataclass
class Ear:
    """Hears callbacks; answers by `answers`, one after the other, then always as the contract wants."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, request: Request) -> Response:
        self.heard.append(Heard(dict(request.headers), await request.body()))
        await self.gate.wait()
        good = JSONResponse({"returnCode": "SUCCESS", "returnMessage": ""})
        return self.answers.pop(0) if self.answers else good


@asynccontextmanager
async def an_ear() -> AsyncIterator[Ear]:
    ear = Ear()
    ear.gate.set()
    listener = Listener(Starlette(routes=[Route("/callbacks/gatepay", ear.hear, methods=["POST"])]))
    await listener.start()
    ear.url = f"{listener.url}/callbacks/gatepay"
    yield ear
    await listener.stop()
