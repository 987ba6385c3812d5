"""What the tests of Gate Pay's client share: a venue over real sockets, samples, and one call of every kind."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.clients.gate_pay.client import GatePay
from bot.clients.http import Http
from bot.domain.errors import DeskError
from bot.domain.quotes import OWN, Fixed, Wish
from tests.clients.raw_venue import Behaviour, RawVenue, Request, raw_venue, says

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "pay"
CLIENT_ID, SECRET = "canary-client-0042", "canary-secret-f00d_0123456789="
SUB = "2124538349"
PREFIX = "/payment/open/institution"
BODY = b'{"clientReqId":"181147","quoteId":"PAY-2a5743d8"}'


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_bytes(), parse_float=Decimal)


def sample(name: str) -> bytes:
    """The bytes of an answer as they stand in the file."""
    return (FIXTURES / f"{name}.json").read_bytes()


def wish(account: str = OWN, fixed: Fixed = Fixed.BUY, amount: str = "1") -> Wish:
    return Wish(account, "GT", "USDT", fixed, Decimal(amount))


Verb = Callable[[GatePay, str], Awaitable[Any]]

CALLS: dict[str, tuple[Verb, str]] = {
    "currencies": (lambda pay, account: pay.currencies(account=account, side="sell"), "convert.currency.res"),
    "pairs": (lambda pay, account: pay.pairs(account=account, currency="GT", side="buy"), "convert.pair.res"),
    "preview": (lambda pay, account: pay.preview(wish=wish(account)), "convert.preview.res.rate"),
    "convert": (lambda pay, account: pay.convert(account=account, body=BODY), "convert.create.res.created"),
    "order": (
        lambda pay, account: pay.order(account=account, order_id="327196066546229248"),
        "convert.order.res.success",
    ),
    "balances": (lambda pay, account: pay.balances(account=account, codes=["USDT", "BTC"]), "balance.list_camel.res"),
}
"""every verb of the client with an answer it can read"""


class Clock:
    """Our clock, `offset` seconds ahead of the true one."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def __call__(self) -> float:
        return time.time() + self.offset


async def no_pause(seconds: float) -> None:
    """A read is tried again at once."""


@asynccontextmanager
async def client(venue: RawVenue, clock: Callable[[], float] | None = None, **more: Any) -> AsyncIterator[GatePay]:
    clock = clock or Clock()
    async with Http("gate_pay", clock=clock, sleep=no_pause) as http:
        yield GatePay(http, f"http://{venue.host}", CLIENT_ID, SECRET, clock, **{"accounts": [SUB], **more})


async def outcome(behaviour: Behaviour, name: str, account: str = OWN, **more: Any) -> tuple[Any, list[Request]]:
    """What a call ended with (its error, or what it returned) and what the venue got."""
    async with raw_venue(behaviour) as venue, client(venue, **more) as pay:
        try:
            return await CALLS[name][0](pay, account), venue.requests
        except DeskError as error:
            return error, venue.requests


def yes(data: Any) -> Behaviour:
    return says(200, {"status": "SUCCESS", "code": "000000", "errorMessage": "", "data": data})


def no(code: Any, status: int = 200, **more: Any) -> Behaviour:
    return says(
        status, {"status": "FAIL", "code": code, "label": "LABEL", "errorMessage": "words", "data": None} | more
    )
