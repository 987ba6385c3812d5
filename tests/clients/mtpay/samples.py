"""What the tests of MTPay's client share: its samples, a wish, and a client against a raw venue."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.clients.http import Http
from bot.clients.mtpay.client import MtPay
from bot.domain.deposits import DepositWish, Link, Mode
from bot.domain.errors import DeskError
from tests.clients.pay_samples import Clock
from tests.clients.raw_venue import Behaviour, RawVenue, Request, raw_venue

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "pay_mtpay"
KEY, SECRET = "canary-access-0042", "canary-secret-f00d_0123456789="
PAYER, TOKEN = "张三丰", "canary-hook-qdfh34543"
HOOK = f"https://desk.example.invalid/callbacks/mtpay/{TOKEN}"
WISH = DepositWish(Mode.PAYS, "CNY", Decimal("5500.20"), PAYER)
CODE = "bbf70d22e14049dcaa973e63a1f57e4e"
URL = f"https://pay.example.invalid/api/buy-coin/{CODE}?lang=zh-CN"
LINK = Link(CODE, URL, True, 1742148645751, 1742141445751)
DATA: dict[str, Any] = {
    "checkoutUrl": URL, "requestCode": CODE, "isAvailable": True, "expiresAt": 1742148645751, "createdAt": 1742141445751
}  # fmt: skip


def sample(name: str) -> bytes:
    """The bytes as they stand in the file."""
    return (FIXTURES / f"{name}.json").read_bytes()


def fixture(name: str) -> Any:
    return json.loads(sample(name), parse_float=Decimal)


def envelope(data: Any = None, **other: Any) -> dict[str, Any]:
    """A yes with `data`, its parts replaced by `other`; a part of ... is left out."""
    whole = {"data": data, "isSuccess": True, "statusCode": "SUCCESS", "message": "", "version": "2.0"} | other
    return {name: part for name, part in whole.items() if part is not ...}


@asynccontextmanager
async def client(venue: RawVenue, clock: Callable[[], float] | None = None, **more: Any) -> AsyncIterator[MtPay]:
    clock = clock or Clock()
    async with Http("mtpay", clock=clock) as http:
        yield MtPay(http, f"http://{venue.host}/merchant-7/", KEY, SECRET, clock, **more)


async def outcome(behaviour: Behaviour, body: bytes | None = None, **more: Any) -> tuple[Any, list[Request]]:
    """What asking for a link ended with (its error, or the link) and what the venue got."""
    async with raw_venue(behaviour) as venue, client(venue, **more) as pay:
        sent = pay.deposit_body(wish=WISH, order_no="demo-0001", hook_url=HOOK) if body is None else body
        try:
            return await pay.deposit(body=sent), venue.requests
        except DeskError as error:
            return error, venue.requests
