"""Every sample of Gate Pay parses, or is what we send."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from bot.clients.gate_c2c.wire import decode
from bot.clients.gate_pay import wire, wire_others
from bot.clients.gate_pay.client import GatePay
from bot.clients.gate_pay.envelope import data_of
from bot.clients.http import Answer
from bot.domain.errors import Refused, Unknown
from bot.domain.money import Money
from bot.domain.quotes import OWN, Fixed, Pair, Quote, Wish
from tests.clients.pay_samples import FIXTURES, SUB, client, fixture, outcome, sample, wish
from tests.clients.raw_venue import Request, raw_venue, says

SOLD, BOUGHT = Money(Decimal("0.04464002"), "GT"), Money(Decimal(1), "USDT")
RATE = Decimal("22.40142365527614")


def data(name: str) -> Any:
    return data_of("call", Answer(200, {}, sample(name)), ("prepayId",))


def refused(name: str) -> str:
    with pytest.raises(Refused) as caught:
        data(name)
    return caught.value.code


def order(name: str) -> tuple[Any, ...]:
    found = wire.read_order(data(name))
    assert str(found.sell.amount) == str(fixture(name)["data"]["sellAmount"])
    return found.id, found.status, found.sell, found.buy, found.quote_id, found.created_at, found.rate


def quote(name: str) -> bool:
    found = wire.read_quote(data(name), wish())
    expected = Quote("PAY-16991c65", Money(Decimal("0.04466796"), "GT"), BOUGHT, Decimal("22.38741462"))
    return found == expected


def pairs() -> bool:
    found = wire.read_pairs(data("convert.pair.res"))
    bounds = (Decimal(410), Decimal(100000))
    assert found[1] == Pair("BNB", "USDT", Decimal("0.1"), bounds[0], Decimal(10), bounds[1])
    return (len(found), found.unreadable) == (2, ())


def created(status: int) -> tuple[Any, ...]:
    return "327196066546229248", status, SOLD, BOUGHT, "PAY-2a5743d8", 1739971221273, RATE


def failed() -> tuple[Any, ...]:
    sold, bought = Money(Decimal(1), "USDT"), Money(Decimal("0.04369692"), "GT")
    rate = Decimal("22.884908135401762")
    return "326850433152987136", 6, sold, bought, "PAY-52f30798", 1739888815851, rate


def system_trouble() -> bool:
    with pytest.raises(Unknown, match="300000") as caught:
        data("err.300000_system.res")
    return caught.value.why == "server_error"


def account_callback() -> bool:
    found = wire_others.read_told(fixture("institution.account_callback"))
    assert (found.kind, found.client_id) == ("INSTITUTION", "ktBVqBBHrEHJmfZH")
    return (found.status, found.data["account_id"]) == ("INSTITUTION_ACCOUNT_SUCCESS", "2124543768")


def payout() -> bool:
    found = wire_others.read_payout(fixture("payout.callback"))
    part = wire_others.PayoutPart("30969031299072", "USDT", Decimal("2362.1"), Decimal(1), "DONE")
    return found == wire_others.Payout("831618381568", "SUCCESS", (part,), 0)


def rate() -> bool:
    expected = wire_others.ReferenceRate("EUR", "USDT", Decimal("0.021"), 1770000000000)
    return wire_others.read_reference_rate(data("rate.query.res")) == expected


def body() -> Any:
    return decode(GatePay.convert_body(Quote("PAY-2a5743d8", SOLD, BOUGHT, RATE), "181147"))


def old_body() -> bool:
    """The older sample has the price too; the newer table leaves it out, and so do we."""
    old = fixture("convert.create.req.with_price")
    return bool(old.pop("price") == "22.40142565" and old == body())


ANSWERS: dict[str, Callable[[], bool]] = {
    "balance.list_camel.res": lambda: (
        wire.read_balances(data("balance.list_camel.res")) == {"BTC": Decimal("0.01"), "USDT": Decimal("12.34411")}
    ),
    "balance.list_snake.res": lambda: (
        wire.read_balances(data("balance.list_snake.res")) == {"DOGE": Decimal("1843.32095"), "FORG": Decimal("3.02")}
    ),
    "balance.map.res": lambda: wire.read_balances(data("balance.map.res"))["USDT"] == Decimal("1000.50"),
    "convert.create.req": lambda: body() == fixture("convert.create.req"),
    "convert.create.req.with_price": old_body,
    "convert.create.res.all_strings": lambda: order("convert.create.res.all_strings") == created(1),
    "convert.create.res.created": lambda: order("convert.create.res.created") == created(1),
    "convert.currency.res": lambda: wire.read_currencies(data("convert.currency.res"))[-1] == "SHIB",
    "convert.order.res.failed": lambda: order("convert.order.res.failed") == failed(),
    "convert.order.res.success": lambda: order("convert.order.res.success") == created(3),
    "convert.order.res.unknown_status": lambda: order("convert.order.res.unknown_status") == created(2),
    "convert.pair.res": pairs,
    "convert.pair.res.empty": lambda: wire.read_pairs(data("convert.pair.res.empty")) == [],
    "convert.preview.res.price": lambda: quote("convert.preview.res.price"),
    "convert.preview.res.rate": lambda: quote("convert.preview.res.rate"),
    "err.300000_system.res": system_trouble,
    "err.400002_signature.res": lambda: refused("err.400002_signature.res") == "400002",
    "err.400003_timestamp.res": lambda: refused("err.400003_timestamp.res") == "400003",
    "err.400020_nonce.res": lambda: refused("err.400020_nonce.res") == "400020",
    "err.400611_balance.res": lambda: refused("err.400611_balance.res") == "400611",
    "err.400622_rate_moved.res": lambda: refused("err.400622_rate_moved.res") == "400622",
    "err.code_null.res": lambda: refused("err.code_null.res") == "INVALID_REQUEST",
    "institution.account_callback": account_callback,
    "ok.code_null.res": lambda: data("ok.code_null.res") == {"prepayId": "123456789"},
    "payout.callback": payout,
    "rate.query.req": lambda: fixture("rate.query.req") == {"sourceCurrency": "EUR", "targetCurrency": "USDT"},
    "rate.query.res": rate,
}


async def currency_request() -> bool:
    _, [request] = await outcome(says(200, sample("convert.currency.res")), "currencies")
    return bool(_as_written(request) == fixture("convert.currency.req"))


async def pair_request() -> bool:
    _, [request] = await outcome(says(200, sample("convert.pair.res")), "pairs")
    return bool(_as_written(request) == fixture("convert.pair.req"))


async def order_request() -> bool:
    asked = "326850433152987136"
    async with raw_venue(says(200, sample("convert.order.res.failed"))) as venue, client(venue) as pay:
        await pay.order(account=OWN, order_id=asked)
        return bool(_as_written(venue.requests[0]) == fixture("convert.order.req"))


async def buy_request() -> bool:
    _, [request] = await outcome(says(200, sample("convert.preview.res.rate")), "preview")
    return bool(request.fields == fixture("convert.preview.req.buy") and request.method == "POST")


async def sell_request() -> bool:
    async with raw_venue(says(200, sample("convert.preview.res.rate"))) as venue, client(venue) as pay:
        with pytest.raises(Unknown):
            await pay.preview(wish=Wish(OWN, "USDT", "GT", Fixed.SELL, Decimal(100)))
        return bool(venue.requests[0].fields == fixture("convert.preview.req.sell"))


async def balance_request() -> bool:
    _, [request] = await outcome(says(200, sample("balance.list_camel.res")), "balances", SUB)
    asked: Any = request.fields
    return bool(asked == fixture("balance.institution.req") and request.path == "/payment/open/institution/v1/balance")


async def institution_request() -> bool:
    whole = fixture("institution.convert.create.http")
    async with raw_venue(says(200, sample("convert.create.res.created"))) as venue, client(venue) as pay:
        sent = pay.convert_body(Quote("PAY-2a5743d8", SOLD, BOUGHT), "181147")
        await pay.convert(account=whole["headers"]["X-GatePay-On-Behalf-Of"], body=sent)
        request = venue.requests[0]
    assert {name.lower() for name in whole["headers"]} <= set(request.headers)
    assert request.headers["x-gatepay-on-behalf-of"] == whole["headers"]["X-GatePay-On-Behalf-Of"]
    assert len(request.headers["x-gatepay-signature"]) == 128
    return bool(whole["url"].endswith(request.path) and request.fields == whole["body"])


REQUESTS = {
    "balance.institution.req": balance_request,
    "convert.currency.req": currency_request,
    "convert.order.req": order_request,
    "convert.pair.req": pair_request,
    "convert.preview.req.buy": buy_request,
    "convert.preview.req.sell": sell_request,
    "institution.convert.create.http": institution_request,
}
VECTORS = "signing_vectors.gatepay"  # read in test_gatepay_signing.py


def _as_written(request: Request) -> dict[str, Any]:
    path, _, query = request.path.partition("?")
    pairs = dict(part.split("=") for part in query.split("&"))
    return {"method": request.method, "path": path, "query": pairs, "body": request.body or None}


def test_no_sample_is_left_unread() -> None:
    assert {path.stem for path in FIXTURES.iterdir()} == {*ANSWERS, *REQUESTS, VECTORS}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_sample_parses_to_the_last_digit(name: str) -> None:
    assert ANSWERS[name]()


@pytest.mark.parametrize("name", REQUESTS)
async def test_what_we_send_is_the_sample(name: str) -> None:
    assert await REQUESTS[name]()
