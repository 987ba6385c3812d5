"""Every sample of the OTC desk parses to the last digit, or is what we send; every callback is read in its own test."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.clients.gate_pay import wire_otc
from bot.clients.gate_pay.envelope import data_of
from bot.clients.gate_pay.otc import GatePayOtc
from bot.clients.http import Answer
from bot.domain.errors import Refused
from bot.domain.money import Money
from bot.domain.off_ramps import BankAccount, Country, OffRampOrder, OffRampQuote, OffRampSide
from tests.clients.otc_samples import CLIENT_ORDER, FIXTURES, FORM, JPEG, ORDER, QUOTE, WISH, ended, fixture, sample
from tests.clients.raw_venue import says
from tests.clients.test_gatepay_callbacks import CALLBACKS
from tests.clients.test_gatepay_otc_form import parts_of


def data(name: str) -> Any:
    return data_of("call", Answer(200, {}, sample(name)), ("quoteToken",))


def refused(name: str) -> str:
    with pytest.raises(Refused) as caught:
        data(name)
    return caught.value.code


def quote(name: str) -> OffRampQuote:
    return wire_otc.read_off_ramp_quote(data(name), WISH)


def order(name: str) -> OffRampOrder:
    return wire_otc.read_off_ramp_order(data(name))


def coins(amount: str) -> Money:
    return Money(Decimal(amount), "USDT")


def dollars(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


DISPATCHED = OffRampOrder(
    ORDER, "DISPATCHED", "980932433", coins("10000"), dollars("9981"), Decimal(5), Decimal(9976),
    bank_account="2897434", created_at=1769670119407, updated_at=1769670300606,
)  # fmt: skip
DONE = OffRampOrder(
    "35599620284481595", "DONE", CLIENT_ORDER, coins("100000"), dollars("99810.08"),
    bank_account="123141284812832183", created_at=1761205415973, updated_at=1761205416189,
)  # fmt: skip
FAILED = replace(
    DISPATCHED, id="2016768770965639169", status="FAIL", client_order_id="980932434", fee=None, final=None,
    error="bank rejected the transfer",
)  # fmt: skip


def orders() -> bool:
    found = wire_otc.read_off_ramp_orders(data("otc.order_list.res"))
    assert (found.counted, found.unreadable) == (49, ())
    assert found[0] == OffRampOrder(
        "2016769960466059264", "DONE", "980932432", coins("10000"), dollars("99810.08"),
        bank_account="2897434", created_at=1769670404763, updated_at=1769670720469,
    )  # fmt: skip
    return [row.id for row in found] == ["2016769960466059264", ORDER]


def countries() -> bool:
    found = wire_otc.read_countries(data("otc.bank_country_list.res"))
    return found == [
        Country(260, "Afghanistan", "阿富汗"), Country(3, "Albania", "阿尔巴尼亚"), Country(4, "Algeria", "阿尔及利亚"),
    ]  # fmt: skip


def old_banks() -> bool:
    found = wire_otc.read_banks(data("otc.bank_list.res.legacy"))
    assert found[1] == BankAccount(
        "642", 642, "testname", "123123", "Australia", "UYTU****GFHG", "13123", address="123123"
    )
    assert all(bank.review is None and bank.is_usable for bank in found)
    return [(bank.id, bank.sent_id) for bank in found] == [("501", 501), ("642", 642)]


def reviewed_banks() -> bool:
    found = wire_otc.read_banks(data("otc.bank_list.res.status"))
    assert [bank.review for bank in found] == [1, 2, 3, 99]
    assert [bank.is_usable for bank in found] == [True, False, False, False]
    assert [bank.memo for bank in found][2:] == ["statement older than 3 months", "name does not match identity"]
    return [bank.sent_id for bank in found] == ["2897434", "2897435", "2897436", "2897437"]


ANSWERS: dict[str, Callable[[], bool]] = {
    "otc.bank_country_list.res": countries,
    "otc.bank_create.res": lambda: wire_otc.read_added(data("otc.bank_create.res")) == ("2897434", False),
    "otc.bank_create.res.supplement": lambda: (
        wire_otc.read_added(data("otc.bank_create.res.supplement")) == ("2897434", False)
    ),
    "otc.bank_delete.res": lambda: data("otc.bank_delete.res") == {},
    "otc.bank_list.res.legacy": old_banks,
    "otc.bank_list.res.status": reviewed_banks,
    "otc.order_create.res": lambda: (
        order("otc.order_create.res") == OffRampOrder(ORDER, "PROCESSING", CLIENT_ORDER, created_at=1769670119407)
    ),
    "otc.order_create.res.dup": lambda: refused("otc.order_create.res.dup") == "5502761",
    "otc.order_create.res.expired": lambda: refused("otc.order_create.res.expired") == "550313",
    "otc.order_create.res.ratelimited": lambda: refused("otc.order_create.res.ratelimited") == "5503001",
    "otc.order_detail.res.dispatched": lambda: order("otc.order_detail.res.dispatched") == DISPATCHED,
    "otc.order_detail.res.done": lambda: order("otc.order_detail.res.done") == DONE,
    "otc.order_detail.res.fail": lambda: order("otc.order_detail.res.fail") == FAILED,
    "otc.order_detail.res.notfound": lambda: refused("otc.order_detail.res.notfound") == "550175",
    "otc.order_list.res": orders,
    "otc.quote.res.code0": lambda: (
        quote("otc.quote.res.code0")
        == OffRampQuote("qt_01JXYZABCDEF", coins("1088.42"), dollars("1000"), 60, Decimal("0.918762"))
    ),
    "otc.quote.res.empty_code": lambda: (
        quote("otc.quote.res.empty_code")
        == OffRampQuote("adhk543", coins("10000"), dollars("9898.72"), 300, Decimal("0.989872"))
    ),
    "otc.quote.res.standard": lambda: (
        quote("otc.quote.res.standard")
        == OffRampQuote("qt_demo_0001", coins("1000"), dollars("989.87"), 300, Decimal("0.98987"))
    ),
}


async def crypto_request() -> bool:
    _, [request] = await ended(says(200, sample("otc.quote.res.standard")), "quote")
    assert (request.method, request.path) == ("POST", "/withdraw/open/otc/api/v1/quote")
    return bool(request.fields == fixture("otc.quote.req.crypto"))


async def fiat_request() -> bool:
    wish = replace(WISH, side=OffRampSide.FIAT)
    _, [request] = await ended(says(200, sample("otc.quote.res.standard")), lambda otc: otc.quote(wish=wish))
    return bool(request.fields == fixture("otc.quote.req.fiat"))


async def create_request() -> bool:
    def create(otc: GatePayOtc) -> Any:
        quote = replace(QUOTE, token="qdfh34543")
        return otc.create(body=otc.order_body(quote=quote, bank_id="2897434", client_order_id=CLIENT_ORDER))

    _, [request] = await ended(says(200, sample("otc.order_create.res")), create)
    assert (request.method, request.path) == ("POST", "/withdraw/open/otc/api/order/create")
    return bool(request.fields == fixture("otc.order_create.req"))


async def list_request() -> bool:
    _, [request] = await ended(says(200, sample("otc.order_list.res")), "orders")
    assert (request.method, request.path) == ("POST", "/withdraw/open/otc/api/order/list")
    return bool(request.fields == fixture("otc.order_list.req"))


async def delete_request() -> bool:
    _, [request] = await ended(says(200, sample("otc.bank_delete.res")), "delete_bank")
    assert (request.method, request.path) == ("POST", "/withdraw/open/otc/api/bank/delete")
    return bool(request.fields == fixture("otc.bank_delete.req"))


async def form_request() -> bool:
    _, [request] = await ended(says(200, sample("otc.bank_create.res")), lambda otc: otc.add_bank(form=FORM))
    assert (request.method, request.path) == ("POST", "/withdraw/open/otc/api/bank/create")
    expected = fixture("otc.bank_create.form")
    fields, files = parts_of(request)
    assert request.headers["content-type"].startswith(f"{expected['content_type']}; boundary=")
    assert files == {"file": (expected["files"]["file"], "image/jpeg", JPEG)}
    return bool(fields == expected["fields"])


REQUESTS = {
    "otc.bank_create.form": form_request,
    "otc.bank_delete.req": delete_request,
    "otc.order_create.req": create_request,
    "otc.order_list.req": list_request,
    "otc.quote.req.crypto": crypto_request,
    "otc.quote.req.fiat": fiat_request,
}
OUR_REPLIES = {
    "callback.ack": {"returnCode": "SUCCESS", "returnMessage": ""},
    "callback.nack": {"returnCode": "FAIL", "returnMessage": "retry later"},
}
"""what the door of callbacks says back"""


def test_no_sample_is_left_unread() -> None:
    assert {path.stem for path in FIXTURES.iterdir()} == {*ANSWERS, *REQUESTS, *CALLBACKS, *OUR_REPLIES}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_sample_parses_to_the_last_digit(name: str) -> None:
    assert ANSWERS[name]()


@pytest.mark.parametrize("name", REQUESTS)
async def test_what_we_send_is_the_sample(name: str) -> None:
    assert await REQUESTS[name]()


@pytest.mark.parametrize("name", OUR_REPLIES)
def test_a_reply_of_ours_has_two_fields(name: str) -> None:
    assert fixture(name) == OUR_REPLIES[name]
