"""What the tests of Gate Pay's OTC client share: its samples, a client against a raw venue, one call of every kind."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.clients.gate_pay.otc import GatePayOtc
from bot.clients.http import Http
from bot.domain.errors import DeskError
from bot.domain.money import Money
from bot.domain.off_ramps import BankForm, Country, OffRampQuote, OffRampSide, OffRampWish
from tests.clients.pay_samples import CLIENT_ID, SECRET, Clock, no_pause
from tests.clients.raw_venue import Behaviour, RawVenue, Request, raw_venue

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "pay_otc"
TOKEN = "canary-token-qdfh34543"
CLIENT_ORDER, ORDER = "7490324045", "2016768770965639168"
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8 + b"\r\n--boundary\r\n\x00"
WISH = OffRampWish("USDT", "USD", OffRampSide.CRYPTO, Decimal(1000))
QUOTE = OffRampQuote(TOKEN, Money(Decimal(10000), "USDT"), Money(Decimal(9800), "USD"), 300)
FORM = BankForm(
    holder="bank001",
    bank="bankName01",
    country=Country(260, "Afghanistan", "阿富汗"),
    address="123",
    iban="123213213",
    swift="21321",
    remittance_line="312",
    agent_bank="213",
    agent_swift="454",
    statement=JPEG,
    statement_name="bank.jpg",
)


def body_of(otc: GatePayOtc) -> bytes:
    return otc.order_body(quote=QUOTE, bank_id="2897434", client_order_id=CLIENT_ORDER)


Verb = Callable[[GatePayOtc], Awaitable[Any]]

READS: dict[str, tuple[Verb, str]] = {
    "quote": (lambda otc: otc.quote(wish=WISH), "otc.quote.res.standard"),
    "order": (lambda otc: otc.order(order_id=ORDER), "otc.order_detail.res.dispatched"),
    "find": (lambda otc: otc.find(client_order_id="980932433"), "otc.order_list.res"),
    "orders": (lambda otc: otc.orders(size=10), "otc.order_list.res"),
    "countries": (lambda otc: otc.countries(), "otc.bank_country_list.res"),
    "banks": (lambda otc: otc.banks(holder="张 三&iban=1"), "otc.bank_list.res.status"),
}
ACTS: dict[str, tuple[Verb, str]] = {
    "create": (lambda otc: otc.create(body=body_of(otc)), "otc.order_create.res"),
    "add_bank": (lambda otc: otc.add_bank(form=FORM), "otc.bank_create.res"),
    "delete_bank": (lambda otc: otc.delete_bank(sent_id=796), "otc.bank_delete.res"),
}
CALLS = READS | ACTS
"""every verb of the client with an answer it can read"""


def fixture(name: str) -> Any:
    return json.loads(sample(name), parse_float=Decimal)


def sample(name: str) -> bytes:
    """The bytes as they stand in the file."""
    return (FIXTURES / f"{name}.json").read_bytes()


@asynccontextmanager
async def client(venue: RawVenue, clock: Callable[[], float] | None = None, **more: Any) -> AsyncIterator[GatePayOtc]:
    clock = clock or Clock()
    async with Http("gate_pay", clock=clock, sleep=no_pause) as http:
        yield GatePayOtc(http, f"http://{venue.host}", CLIENT_ID, SECRET, clock, **more)


async def ended(behaviour: Behaviour, verb: str | Verb, **more: Any) -> tuple[Any, list[Request]]:
    """What a call ended with (its error, or what it returned) and what the venue got."""
    call = CALLS[verb][0] if isinstance(verb, str) else verb
    async with raw_venue(behaviour) as venue, client(venue, **more) as otc:
        try:
            return await call(otc), venue.requests
        except DeskError as error:
            return error, venue.requests
