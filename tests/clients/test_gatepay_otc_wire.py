"""The OTC desk's data in every type it may come in: each digit kept, nothing guessed, one odd row hides no other."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clients.gate_c2c.wire import decode
from bot.clients.gate_pay import wire_otc
from bot.clients.gate_pay.otc import GatePayOtc
from bot.clients.http import Http
from bot.domain.errors import Unknown
from bot.domain.money import Money, plain
from bot.domain.off_ramps import OffRampSide
from tests.clients.otc_samples import QUOTE, TOKEN, WISH, ended, fixture
from tests.clients.pay_samples import Clock, yes

OFFER = fixture("otc.quote.res.standard")["data"]
ORDER = fixture("otc.order_detail.res.dispatched")["data"]
BANK = fixture("otc.bank_list.res.status")["data"][0]
NO_AMOUNTS: list[Any] = [
    " ", True, False, -1, "-1", "NaN", "Infinity", "1_000", "1,000", "١٢", "0x10", "one", [], {}, ["1"],
    Decimal("NaN"), "1e999", 10**40, "9" * 60, 1.5,
]  # fmt: skip


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


async def body_of(**more: Any) -> bytes:
    clock = Clock()
    async with Http("gate_pay", clock=clock) as http:
        otc = GatePayOtc(http, "http://127.0.0.1:1", "c", "s", clock)
        return otc.order_body(**{"quote": QUOTE, "bank_id": "1", "client_order_id": "r", **more})


@pytest.mark.parametrize("written", ["1.10", "0.00000001", "12345678901234.12345678", "0.1234567890123456789"])
def test_an_amount_keeps_its_digits_as_text_and_as_a_number(written: str) -> None:
    for shape in (f'"{written}"', written):
        data = decode(json.dumps(without(OFFER, "fiatAmount"))[:-1].encode() + f',"fiatAmount":{shape}}}'.encode())
        assert str(wire_otc.read_off_ramp_quote(data, WISH).get.amount) == str(Decimal(written))


@given(st.decimals(min_value="0.00000001", max_value="99999999999999", places=8))
@settings(max_examples=50, deadline=None)
def test_any_amount_is_read_digit_by_digit(amount: Decimal) -> None:
    found = wire_otc.read_off_ramp_quote(OFFER | {"cryptoAmount": plain(amount)}, WISH)
    assert plain(found.sell.amount) == plain(amount)


async def test_the_body_is_exactly_these_bytes() -> None:
    quote = replace(QUOTE, sell=Money(Decimal("1E+2"), "USDT"), get=Money(Decimal("0.10"), "USD"))
    expected = (
        b'{"cryptoCurrency":"USDT","fiatCurrency":"USD","cryptoAmount":"100","fiatAmount":"0.10","type":"SELL",'
        b'"quoteToken":"canary-token-qdfh34543","bankAccountId":%b,"clientOrderId":"r"}'
    )
    assert await body_of(quote=quote, bank_id="7") == expected % b'"7"'
    assert await body_of(quote=quote, bank_id=7) == expected % b"7"


@pytest.mark.parametrize("side", OffRampSide)
async def test_a_promotion_is_only_sent_when_there_is_one(side: OffRampSide) -> None:
    for promotion, sent in (("", None), ("SPRING 1", "SPRING 1")):
        wish = replace(WISH, side=side, amount=Decimal("1E+3"), promotion=promotion)
        _, [request] = await ended(yes(OFFER), lambda otc, wish=wish: otc.quote(wish=wish))  # type: ignore[misc]
        assert request.fields.get("promotionCode") == sent
        assert request.fields.get("cryptoAmount") == ("1000" if side is OffRampSide.CRYPTO else None)
        assert request.fields.get("fiatAmount") == (None if side is OffRampSide.CRYPTO else "1000")


@pytest.mark.parametrize("value", [*NO_AMOUNTS, None, "", "0", "0.00", 0])
@pytest.mark.parametrize("name", ["cryptoAmount", "fiatAmount"])
def test_an_offer_without_two_amounts_is_no_answer(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        wire_otc.read_off_ramp_quote(OFFER | {name: value}, WISH)


@pytest.mark.parametrize(
    "value", [None, "", 0, "0", -1, "-60", "soon", True, False, [], {}, 59.5, Decimal("59.5"), "60.0", "6e1",
              Decimal("NaN"), Decimal("1e999"), 10**8, "٦٠", "1_0"],
)  # fmt: skip
def test_an_offer_of_which_nobody_knows_how_long_it_holds_is_no_answer(value: Any) -> None:
    with pytest.raises(ValueError, match=r"validPeriod|lifetime"):
        wire_otc.read_off_ramp_quote(OFFER | {"validPeriod": value}, WISH)
    with pytest.raises(ValueError, match="validPeriod"):
        wire_otc.read_off_ramp_quote(without(OFFER, "validPeriod"), WISH)


@pytest.mark.parametrize("value", [60, "60", " 60 ", Decimal("60.0"), Decimal("6E+1")])
def test_the_time_an_offer_holds_is_whole_seconds(value: Any) -> None:
    assert wire_otc.read_off_ramp_quote(OFFER | {"validPeriod": value}, WISH).valid_seconds == 60


@pytest.mark.parametrize(
    "echo", [{"cryptoCurrency": None}, {"cryptoCurrency": ""}, {"fiatCurrency": None, "cryptoCurrency": " "}]
)
def test_an_offer_need_not_repeat_its_currencies(echo: dict[str, Any]) -> None:
    found = wire_otc.read_off_ramp_quote(OFFER | echo, WISH)
    assert (found.sell, found.get) == (Money(Decimal(1000), "USDT"), Money(Decimal("989.87"), "USD"))


@pytest.mark.parametrize(
    "echo",
    [{"cryptoCurrency": "USDC"}, {"fiatCurrency": "EUR"}, {"cryptoCurrency": "USD", "fiatCurrency": "USDT"},
     {"cryptoCurrency": "usdt"}, {"fiatCurrency": 5}, {"fiatCurrency": ["USD"]}],
)  # fmt: skip
async def test_an_offer_of_other_currencies_is_no_answer(echo: dict[str, Any]) -> None:
    result, requests = await ended(yes(OFFER | echo), "quote")
    assert isinstance(result, Unknown)
    assert result.why == "unreadable"
    assert len(requests) == 1


async def test_the_detail_of_an_unreadable_offer_names_the_fields_and_nothing_in_them() -> None:
    result, _ = await ended(yes(OFFER | {"quoteToken": TOKEN, "fiatCurrency": "EUR"}), "quote")
    assert result.detail == "other currencies than asked for"
    result, _ = await ended(yes(OFFER | {"quoteToken": TOKEN, "validPeriod": TOKEN, "fiatAmount": TOKEN}), "quote")
    assert result.detail == "cannot read fiatAmount, validPeriod"


@pytest.mark.parametrize("token", [None, "", " ", 7, True, [], "a\nb", "t" * 4001])
def test_an_offer_without_a_token_is_no_answer(token: Any) -> None:
    with pytest.raises(ValueError, match="quoteToken"):
        wire_otc.read_off_ramp_quote(OFFER | {"quoteToken": token}, WISH)


def test_a_token_goes_back_as_it_came_and_is_not_shown() -> None:
    found = wire_otc.read_off_ramp_quote(OFFER | {"quoteToken": f" {TOKEN}=+/ "}, WISH)
    assert found.token == f" {TOKEN}=+/ "
    assert TOKEN not in repr(found)


def test_an_offer_of_another_amount_or_of_an_odd_rate_is_passed_on() -> None:
    found = wire_otc.read_off_ramp_quote(OFFER | {"cryptoAmount": "10000", "fiatRate": "odd"}, WISH)
    assert (found.sell.amount, found.rate) == (Decimal(10000), None)


@pytest.mark.parametrize(
    "ids", [{"order_id": "77"}, {"orderId": "77"}, {"orderId": 77}, {"order_id": "", "orderId": "77"},
            {"order_id": None, "orderId": " 77 "}, {"order_id": "77", "orderId": 77}],
)  # fmt: skip
def test_the_order_id_has_two_names(ids: dict[str, Any]) -> None:
    assert wire_otc.read_off_ramp_order(without(ORDER, "orderId") | ids).id == "77"


@pytest.mark.parametrize(
    "odd",
    [{"orderId": None}, {"orderId": ""}, {"orderId": True}, {"orderId": Decimal("2.01E+18")}, {"orderId": {}},
     {"order_id": "78"}, {"status": None}, {"status": ""}, {"status": 3}, {"status": "DONE!"}, {"status": ["DONE"]},
     {"status": "D" * 41}, {"type": "BUY"}, {"clientOrderId": []}, {"clientOrderId": "a\nb"},
     {"cryptoCurrency": "US DT"}, *({"fiatAmount": value} for value in NO_AMOUNTS[1:])],
)  # fmt: skip
def test_an_order_that_is_not_sure_is_none(odd: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        wire_otc.read_off_ramp_order(ORDER | odd)


@pytest.mark.parametrize(("status", "kept"), [("DONE", "DONE"), ("done", "DONE"), (" ON_HOLD ", "ON_HOLD")])
def test_a_status_is_kept_whatever_it_is(status: str, kept: str) -> None:
    assert wire_otc.read_off_ramp_order(ORDER | {"status": status}).status == kept


def test_fee_final_amount_error_and_account_are_optional_and_hide_nothing_when_odd() -> None:
    names = ("tradeFee", "finalFiatAmount", "errMsg", "bankAccountId")
    bare = wire_otc.read_off_ramp_order(without(ORDER, *names))
    assert (bare.fee, bare.final, bare.error, bare.bank_account) == (None, None, "", "")
    odds: list[Any] = [None, "", [], {}, "\x00"]
    for odd in odds:
        found = wire_otc.read_off_ramp_order(ORDER | dict.fromkeys(names, odd))
        assert (found.fee, found.final) == (None, None)
    found = wire_otc.read_off_ramp_order(ORDER | {"tradeFee": 0, "finalFiatAmount": Decimal("9976.10")})
    assert (str(found.fee), str(found.final)) == ("0", "9976.10")


def test_amounts_are_never_found_from_a_rate() -> None:
    found = wire_otc.read_off_ramp_order(without(ORDER, "fiatAmount"))
    assert (found.sell, found.get) == (Money(Decimal(10000), "USDT"), None)


@pytest.mark.parametrize(
    ("written", "moment"),
    [(1769670119407, 1769670119407), ("1769670119407", 1769670119407), (1769670119, 1769670119000),
     ("1769670119", 1769670119000), (None, 0), ("", 0), ("today", 0), (True, 0), (-5, 0), (10**16, 0), ({}, 0), (0, 0)],
)  # fmt: skip
def test_times_come_in_seconds_or_milliseconds(written: Any, moment: int) -> None:
    found = wire_otc.read_off_ramp_order(ORDER | {"createTime": written, "updateTime": written})
    assert (found.created_at, found.updated_at) == (moment, moment)


def test_one_odd_order_hides_no_other_and_is_counted() -> None:
    rows = [ORDER, ORDER | {"status": None}, 7, None, [], "x", {"order_id": "5"}, ORDER | {"type": "BUY"}]
    found = wire_otc.read_off_ramp_orders({"data": rows, "total": "8"})
    assert [row.id for row in found] == [ORDER["orderId"]]
    assert found.unreadable == (ORDER["orderId"], "", "", "", "", "5", ORDER["orderId"])
    assert found.counted == 8


@pytest.mark.parametrize("total", [None, "", True, -1, "many", [], 1.5, 10**12])
def test_a_total_that_is_none_is_not_told(total: Any) -> None:
    assert wire_otc.read_off_ramp_orders({"data": None, "total": total}).counted is None


@pytest.mark.parametrize("data", [None, [], {}, "x", {"data": {}}, {"data": "x"}, {"total": 0}])
def test_what_is_no_list_of_orders_is_no_answer(data: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        wire_otc.read_off_ramp_orders(data)


@pytest.mark.parametrize(("sent_id", "known_as"), [(642, "642"), ("642", "642"), ("0642", "0642"), (" 7 ", "7")])
def test_a_bank_accounts_id_is_kept_in_the_form_it_came(sent_id: Any, known_as: str) -> None:
    [bank] = wire_otc.read_banks([BANK | {"bankAccountId": sent_id}])
    assert (bank.id, bank.sent_id, type(bank.sent_id)) == (known_as, sent_id, type(sent_id))


@pytest.mark.parametrize(
    ("status", "review", "is_usable"),
    [(1, 1, True), ("1", 1, True), (None, None, True), (0, 0, False), (2, 2, False), ("99", 99, False), (7, 7, False)],
)
def test_only_an_account_that_is_approved_or_of_which_nothing_is_told_can_be_used(
    status: Any, review: int | None, is_usable: bool
) -> None:
    [bank] = wire_otc.read_banks([BANK | {"status": status}])
    assert (bank.review, bank.is_usable) == (review, is_usable)


@pytest.mark.parametrize("status", ["", "approved", True, -1, [], Decimal("1.0"), "1.0"])
def test_a_review_that_is_told_but_odd_never_makes_an_account_usable(status: Any) -> None:
    found = wire_otc.read_banks([BANK | {"status": status}, BANK])
    assert (len(found), found.unreadable) == (1, (BANK["bankAccountId"],))


@pytest.mark.parametrize("odd", [None, "", 0, True, [], Decimal("2.5"), "a\nb"])
def test_an_account_without_an_id_is_left_out_and_counted(odd: Any) -> None:
    found = wire_otc.read_banks([BANK | {"bankAccountId": odd}, BANK, 7])
    assert (len(found), len(found.unreadable)) == (1, 2)


def test_a_country_has_at_least_one_name() -> None:
    rows = [
        {"countryId": "3", "countryName": "Albania"}, {"countryId": 4, "countryCn": "阿尔及利亚"},
        {"countryId": 5}, {"countryName": "Nowhere"}, {"countryId": "x", "countryName": "X"}, None,
    ]  # fmt: skip
    found = wire_otc.read_countries(rows)
    assert [(row.id, row.name, row.name_zh) for row in found] == [
        (3, "Albania", "Albania"), (4, "阿尔及利亚", "阿尔及利亚"),
    ]  # fmt: skip
    assert len(found.unreadable) == 4


@pytest.mark.parametrize("read", [wire_otc.read_countries, wire_otc.read_banks])
def test_null_is_an_empty_list_and_anything_else_is_none(read: Any) -> None:
    assert read(None) == []
    others: list[Any] = [{}, "x", 5, {"data": []}]
    for data in others:
        with pytest.raises(ValueError, match="not a list"):
            read(data)


@pytest.mark.parametrize(
    ("told", "expected"),
    [({}, False), ({"needSupplementMaterial": None}, False), ({"needSupplementMaterial": True}, True),
     ({"needSupplementMaterial": "true"}, True), ({"needSupplementMaterial": "false"}, False),
     ({"needSupplementMaterial": 0}, False), ({"needSupplementMaterial": "perhaps"}, True)],
)  # fmt: skip
def test_whether_more_material_is_wanted_is_told_by_the_newer_contract(told: dict[str, Any], expected: bool) -> None:
    assert wire_otc.read_added({"bankAccountId": 5} | told) == ("5", expected)


@pytest.mark.parametrize("data", [None, {}, [], "5", {"bankAccountId": ""}, {"bankAccountId": False}])
async def test_an_added_account_without_its_id_is_no_answer(data: Any) -> None:
    result, requests = await ended(yes(data), "add_bank")
    assert isinstance(result, Unknown)
    assert len(requests) == 1
