"""Gate Pay's data in every type it may come in: each digit kept, nothing guessed."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clients.gate_c2c.wire import decode
from bot.clients.gate_pay import wire, wire_others
from bot.clients.gate_pay.client import GatePay
from bot.domain.errors import Unknown
from bot.domain.money import Money, plain
from bot.domain.quotes import OWN, Pair, Quote
from tests.clients.pay_samples import client, fixture, outcome, wish, yes
from tests.clients.raw_venue import raw_venue

OFFER = fixture("convert.preview.res.rate")["data"]
ORDER = fixture("convert.order.res.success")["data"] | {"rate": "22.4"}
PAIR = fixture("convert.pair.res")["data"][0]
NO_AMOUNTS: list[Any] = [
    "", " ", None, True, False, -1, "-1", "-0.1", "NaN", "Infinity", "1_000", "1,000", "١٢", "0x10", "one", "1 2", [],
    {}, ["1"], Decimal("NaN"), "1e999", Decimal("1e999"), 10**40, "9" * 60, 1.5,
]  # fmt: skip


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


@pytest.mark.parametrize(
    "written", ["1.10", "0.00000001", "12345678901234.123456789012345678", "0.1234567890123456789"]
)
def test_an_amount_keeps_its_digits_as_text_and_as_a_number(written: str) -> None:
    for shape in (f'"{written}"', written):
        data = decode(json.dumps(without(OFFER, "sellAmount"))[:-1].encode() + f',"sellAmount":{shape}}}'.encode())
        assert str(wire.read_quote(data, wish()).sell.amount) == str(Decimal(written))


@given(st.decimals(min_value="0.00000001", max_value="99999999999999", places=8), st.booleans())
def test_any_amount_comes_back_in_the_body_digit_by_digit(amount: Decimal, is_text: bool) -> None:
    written = plain(amount)
    shape = f'"{written}"' if is_text else written
    data = decode(json.dumps(without(OFFER, "sellAmount"))[:-1].encode() + f',"sellAmount":{shape}}}'.encode())
    body = json.loads(GatePay.convert_body(wire.read_quote(data, wish()), "r"))
    assert body["sellAmount"] == written


def test_small_numbers_never_leave_with_an_exponent() -> None:
    found = wire.read_quote(decode(json.dumps(OFFER | {"sellAmount": 1e-7}).encode()), wish())
    assert json.loads(GatePay.convert_body(found, "r"))["sellAmount"] == "0.0000001"


def test_the_body_is_exactly_these_bytes() -> None:
    quote = Quote("PAY-1", Money(Decimal("0.10"), "GT"), Money(Decimal("1E+2"), "USDT"), Decimal("9.9"))
    assert GatePay.convert_body(quote, "req-1") == (
        b'{"clientReqId":"req-1","sellCurrency":"GT","buyCurrency":"USDT",'
        b'"buyAmount":"100","sellAmount":"0.10","quoteId":"PAY-1"}'
    )


@pytest.mark.parametrize("value", NO_AMOUNTS)
@pytest.mark.parametrize("name", ["sellAmount", "buyAmount"])
def test_what_is_no_amount_makes_offer_and_order_unreadable(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        wire.read_quote(OFFER | {name: value}, wish())
    with pytest.raises(ValueError, match=r"."):
        wire.read_order(ORDER | {name: value})


@pytest.mark.parametrize(
    "odd",
    [
        {"sellCurrency": "USDT", "buyCurrency": "GT"},
        {"sellCurrency": "gt"},
        {"buyCurrency": "USDC"},
        {"buyCurrency": None},
        {"quoteId": ""},
        {"quoteId": None},
        {"quoteId": 0},
        {"quoteId": ["PAY-1"]},
        {"quoteId": "PAY\n1"},
        {"quoteId": "x" * 121},
        {"sellAmount": "0"},
        {"buyAmount": "0.000"},
        {"sellAmount": None},
    ],
)
async def test_an_offer_that_is_not_the_one_wished_for_is_no_answer(odd: dict[str, Any]) -> None:
    ended, requests = await outcome(yes(OFFER | odd), "preview")
    assert isinstance(ended, Unknown)
    assert ended.why == "unreadable"
    assert ended.detail not in ("", "unreadable")
    assert "PAY" not in ended.detail
    assert len(requests) == 1


async def test_the_detail_of_an_unreadable_offer_says_what_is_wrong() -> None:
    other, _ = await outcome(yes(OFFER | {"buyCurrency": "USDC"}), "preview")
    assert other.detail == "other currencies than asked for"
    lacking, _ = await outcome(yes(without(OFFER, "quoteId", "buyAmount")), "preview")
    assert lacking.detail == "cannot read buyAmount, quoteId"


async def test_another_fixed_amount_than_wished_is_passed_on() -> None:
    ended, _ = await outcome(yes(OFFER | {"buyAmount": "2"}), "preview")
    assert ended.buy == Money(Decimal(2), "USDT")


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ({"rate": "22.5"}, "22.5"),
        ({"price": 22}, "22"),
        ({"rate": None, "price": "22.5"}, "22.5"),
        ({"rate": "", "price": "22.5"}, "22.5"),
        ({"rate": "22.5", "price": "9"}, "22.5"),
        ({"rate": "odd"}, None),
        ({"rate": [1]}, None),
        ({"rate": "0"}, None),
        ({}, None),
    ],
)
def test_the_rate_has_two_names_and_hides_nothing_when_it_is_odd(rates: dict[str, Any], expected: str | None) -> None:
    plain_offer = without(OFFER, "rate")
    found = wire.read_quote(plain_offer | rates, wish())
    assert found.rate == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    "ids", [{"order_id": "77"}, {"orderId": "77"}, {"orderId": 77}, {"order_id": "", "orderId": "77"},
            {"order_id": None, "orderId": " 77 "}, {"order_id": "77", "orderId": 77}],
)  # fmt: skip
def test_the_order_id_has_two_names(ids: dict[str, Any]) -> None:
    assert wire.read_order(without(ORDER, "order_id") | ids).id == "77"


@pytest.mark.parametrize(
    "ids", [{}, {"order_id": ""}, {"order_id": "0"}, {"order_id": True}, {"order_id": Decimal("3.2E+17")},
            {"order_id": {}}, {"order_id": "77", "orderId": "78"}, {"order_id": "7\u202e7"}],
)  # fmt: skip
def test_without_one_order_id_there_is_no_order(ids: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        wire.read_order(without(ORDER, "order_id") | ids)


@pytest.mark.parametrize(("status", "number"), [(1, 1), ("3", 3), (6, 6), (" 2 ", 2), (99, 99), ("-1", -1), (0, 0)])
def test_status_numbers_are_kept_whatever_they_are(status: Any, number: int) -> None:
    found = wire.read_order(ORDER | {"status": status})
    assert (found.status, found.is_final) == (number, number in (3, 6))


@pytest.mark.parametrize("status", [None, "", True, "done", "3.0", Decimal("3.0"), 3.0, [3], "٣", 10**12, "1e1"])
def test_a_status_that_is_no_number_is_no_answer(status: Any) -> None:
    with pytest.raises(ValueError, match="status"):
        wire.read_order(ORDER | {"status": status})


@pytest.mark.parametrize(
    ("written", "moment"),
    [(1739971221273, 1739971221273), ("1739971221273", 1739971221273), (None, 0), ("", 0), ("today", 0), (True, 0),
     (-5, 0), (10**16, 0), ({}, 0), (Decimal("1.5"), 0)],
)  # fmt: skip
def test_an_odd_time_hides_no_order(written: Any, moment: int) -> None:
    assert wire.read_order(ORDER | {"createTime": written}).created_at == moment


def test_an_order_may_be_of_nothing_and_without_a_quote() -> None:
    found = wire.read_order(without(ORDER, "quoteId", "rate", "createTime") | {"buyAmount": "0", "status": 6})
    assert found.buy == Money(Decimal(0), "USDT")
    assert (found.quote_id, found.rate, found.created_at) == ("", None, 0)


async def test_the_details_of_another_order_are_no_answer() -> None:
    async with raw_venue(yes(ORDER)) as venue, client(venue) as pay:
        with pytest.raises(Unknown, match="another order"):
            await pay.order(account=OWN, order_id="1")


async def test_an_order_id_cannot_add_to_the_query() -> None:
    async with raw_venue(yes(ORDER | {"order_id": "1&x=2#/é"})) as venue, client(venue) as pay:
        await pay.order(account=OWN, order_id="1&x=2#/é")
        assert venue.requests[0].path == "/v1/pay/convert/order?orderId=1%26x%3D2%23%2F%C3%A9"


@pytest.mark.parametrize(
    ("data", "codes", "unreadable"),
    [
        ({"currency": ["USDT", "GT"]}, ["USDT", "GT"], ()),
        ({"currency": "USDT"}, ["USDT"], ()),
        ("USDT", ["USDT"], ()),
        (["USDT", "币安人生"], ["USDT", "币安人生"], ()),
        ({"currency": []}, [], ()),
        ({"currency": None}, [], ()),
        (["USDT", 1, None, "", "a b", "a:b", "x" * 21, {}, "GT"], ["USDT", "GT"], ("",) * 7),
    ],
)
def test_currencies_come_in_three_shapes(data: Any, codes: list[str], unreadable: tuple[str, ...]) -> None:
    found = wire.read_currencies(data)
    assert (list(found), found.unreadable) == (codes, unreadable)


@pytest.mark.parametrize("data", [{}, {"list": []}, 1, {"currency": {"USDT": 1}}, {"currency": 7}, True])
def test_without_a_list_there_are_no_currencies(data: Any) -> None:
    with pytest.raises(ValueError, match="list"):
        wire.read_currencies(data)


@pytest.mark.parametrize("blank", ["", " ", None])
def test_a_blank_bound_is_none(blank: Any) -> None:
    names = ("sellCurrencyMin", "sellCurrencyMax", "buyCurrencyMin", "buyCurrencyMax")
    bounded = PAIR | dict.fromkeys(names, blank)
    assert wire.read_pairs([bounded, without(PAIR, *names)]) == [Pair("BTC", "USDT"), Pair("BTC", "USDT")]


@pytest.mark.parametrize(
    "odd", [{"sellCurrency": ""}, {"buyCurrency": "BTC"}, {"sellCurrencyMin": "-1"}, {"buyCurrencyMax": "lots"},
            {"buyCurrencyMin": True}, {"sellCurrencyMax": "NaN"}],
)  # fmt: skip
def test_an_odd_row_is_named_and_hides_no_other(odd: dict[str, Any]) -> None:
    found = wire.read_pairs([PAIR | odd, "row", PAIR | {"sellCurrencyMin": 1}])
    assert found == [Pair("BTC", "USDT", Decimal(1), Decimal(31), Decimal(12), Decimal(1980000))]
    assert found.unreadable == ("BTC_USDT", "")


@pytest.mark.parametrize("data", [{}, {"list": []}, "BTC_USDT", 1])
def test_pairs_are_a_bare_array(data: Any) -> None:
    with pytest.raises(ValueError, match="list"):
        wire.read_pairs(data)


async def test_balances_are_those_that_were_asked_for() -> None:
    rows = {"balance_list": [{"currency": code, "available": "1.50"} for code in ("USDT", "GT", "BTC")]}
    async with raw_venue(yes(rows)) as venue, client(venue) as pay:
        assert await pay.balances(account=OWN, codes=["GT", "ETH"]) == {"GT": Decimal("1.50")}
        assert set(await pay.balances(account=OWN)) == {"USDT", "GT", "BTC"}
        assert [request.path for request in venue.requests] == ["/v1/pay/balance/query"] * 2


def test_a_map_of_balances_is_read_too_and_odd_rows_hide_no_other() -> None:
    rows = {"USDT": 12.5, "GT": "-1", "": "1", "BTC": "0.10", "ETH": None, "DOGE": True}
    assert wire.read_balances(decode(json.dumps(rows).encode())) == {"USDT": Decimal("12.5"), "BTC": Decimal("0.10")}


def test_no_balances_are_no_error() -> None:
    assert wire.read_balances({"balanceList": []}) == wire.read_balances({"balance_list": None}) == {}


@pytest.mark.parametrize(
    "data", [None, [], "1", {"prepayId": "x"}, {"balance_list": "x"}, {"balance_list": [{"currency": "GT"}]},
             {"balanceList": [{"currency": "GT", "available": "1"}, {"currency": "GT", "available": "2"}]}],
)  # fmt: skip
def test_what_tells_no_balance_is_an_error(data: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        wire.read_balances(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([*ORDER, *PAIR, "currency", "balance_list", "price", "suborders", "main_order", "data"]), inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_whatever_comes_is_read_or_is_a_value_error(data: Any) -> None:
    for read in (
        wire.read_currencies, wire.read_pairs, wire.read_order, wire.read_balances, wire.read_order_id,
        lambda data: wire.read_quote(data, wish()), wire_others.read_reference_rate, wire_others.read_told,
        wire_others.read_payout,
    ):  # fmt: skip
        try:
            read(data)
        except ValueError:
            continue


def test_the_inner_object_of_a_message_may_be_an_object_and_the_client_may_be_spelt_otherwise() -> None:
    told = fixture("institution.account_callback")
    inner = json.loads(told["data"])
    other = without(told, "clientId") | {"client_id": "c-1", "data": inner}
    assert wire_others.read_told(other).data == inner
    assert wire_others.read_told(other).client_id == "c-1"


@pytest.mark.parametrize("inner", ["", "{", "[1]", "7", None, 7, ["x"]])
def test_a_message_without_an_inner_object_is_unreadable(inner: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        wire_others.read_told(fixture("institution.account_callback") | {"data": inner})


def test_an_odd_transfer_hides_no_other() -> None:
    payout = fixture("payout.callback")
    payout["suborders"] += ["odd", payout["suborders"][0] | {"amount": 7}, payout["suborders"][0] | {"amount": "-7"}]
    found = wire_others.read_payout(payout)
    assert [part.amount for part in found.parts] == [Decimal("2362.1"), Decimal(7)]
    assert found.unreadable == 2
