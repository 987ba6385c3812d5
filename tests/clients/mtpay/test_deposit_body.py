"""The bytes that ask for a link."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clients.mtpay.wire import encode_deposit
from bot.domain.deposits import DepositWish, Method, Mode
from tests.clients.mtpay.samples import HOOK, PAYER, WISH, fixture


def written(wish: DepositWish) -> str:
    """The amount as it stands in the bytes."""
    numbers: list[str] = []
    json.loads(encode_deposit(wish, "n", "h"), parse_float=numbers.append, parse_int=numbers.append)
    return numbers[0]


def test_the_body_is_these_bytes() -> None:
    assert encode_deposit(WISH, "demo-0001", HOOK).decode() == (
        f'{{"client":{{"realName":"{PAYER}"}},"depositCurrency":"CNY","fiatCurrency":"CNY","depositAmount":5500.20,'
        f'"merchantOrderNo":"demo-0001","webhookUrl":"{HOOK}","language":"zh_CN","paymentMethod":{{"method":7}}}}'
    )


def test_the_sample_is_what_we_send_except_for_the_time_of_registration() -> None:
    wish = replace(WISH, payer="USER_REAL_NAME")
    expected = fixture("mtpay.deposit.req")
    del expected["client"]["registeredAt"]
    body = encode_deposit(wish, "{MERCHANT_ORDER_ID}", "{MERCHANT_WEBHOOK_URL}")
    assert json.loads(body, parse_float=Decimal) == expected


def test_an_amount_in_the_venues_coin_names_the_coin_and_what_the_payer_pays_in() -> None:
    wish = DepositWish(Mode.RECEIVES, "CNY", Decimal(5000), "USER_REAL_NAME")
    found = json.loads(encode_deposit(wish, "demo-0001", "https://example.invalid/mtpay/unguessable"))
    assert found.pop("paymentMethod") == {"method": 7}
    assert found == fixture("mtpay.deposit.req.mtc")


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("5500.20", "5500.20"),
        ("0.1", "0.1"),
        ("5000", "5000"),
        ("5E+3", "5000"),
        ("0.00000001", "0.00000001"),
        ("1E-8", "0.00000001"),
        ("99999999.99999999", "99999999.99999999"),
        ("12345678901234567890.12345678", "12345678901234567890.12345678"),
    ],
)
def test_the_amount_is_a_number_with_exactly_the_digits_of_the_wish(amount: str, expected: str) -> None:
    assert written(replace(WISH, amount=Decimal(amount))) == expected


@given(st.decimals(min_value="0.00000001", max_value=100_000_000, places=8, allow_nan=False, allow_infinity=False))
@settings(max_examples=100, deadline=None)
def test_no_amount_is_rounded(amount: Decimal) -> None:
    text = written(replace(WISH, amount=amount))
    assert Decimal(text) == amount
    assert len(text.partition(".")[2]) == 8


@pytest.mark.parametrize("methods", [Method.BANK_CARD, Method.WECHAT, Method.ALIPAY, Method.BANK_CARD | Method.ALIPAY])
@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW"])
def test_methods_and_language_are_those_of_the_wish(methods: Method, language: str) -> None:
    found = json.loads(encode_deposit(replace(WISH, methods=methods, language=language), "n", "h"))
    assert (found["paymentMethod"], found["language"]) == ({"method": int(methods)}, language)


@pytest.mark.parametrize("payer", ['a"b', "a\\b", 'x","depositAmount":1,"y":"', "a\nb", "O’Neil", "阿·卜"])
def test_no_name_breaks_out_of_its_place(payer: str) -> None:
    found = json.loads(encode_deposit(replace(WISH, payer=payer), "n", "h"), parse_float=Decimal)
    assert (found["client"], found["depositAmount"]) == ({"realName": payer}, WISH.amount)


@pytest.mark.parametrize(
    "odd",
    [
        {"amount": Decimal(0)},
        {"amount": Decimal(-1)},
        {"amount": Decimal("NaN")},
        {"amount": Decimal("Infinity")},
        {"payer": "\ud800"},
        {"order_no": ""},
        {"order_no": "n" * 101},
        {"hook": ""},
        {"hook": "h" * 201},
    ],
)
def test_what_the_venue_cannot_take_is_no_body(odd: dict[str, Any]) -> None:
    order_no, hook = odd.pop("order_no", "n" * 100), odd.pop("hook", "h" * 200)
    with pytest.raises(ValueError, match=r"."):
        encode_deposit(replace(WISH, **odd), order_no, hook)


def test_the_longest_number_and_address_are_taken() -> None:
    assert encode_deposit(WISH, "n" * 100, "h" * 200)
