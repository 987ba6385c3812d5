"""What the documents leave open, each way of it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.pay.merchant import Merchant, creation, fresh
from tests.support.sandbox import Sandbox, SandboxError

pytestmark = pytest.mark.asyncio(loop_scope="module")

PREVIEW = {"sellCurrency": "USDT", "buyCurrency": "BTC", "sellAmount": "100"}


async def exact(merchant: Merchant, method: str, path: str, body: Any) -> Any:
    """The `data`, bare numbers as Decimal."""
    text = (await merchant.send(method, path, body)).text
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)["data"]


@pytest.mark.parametrize(
    ("envelope", "status", "code"),
    [("standard", "SUCCESS", "000000"), ("empty", "", ""), ("null", "SUCCESS", None), ("zero", "success", "0")],
)
async def test_success_has_several_envelopes(
    merchant: Merchant, box: Sandbox, envelope: str, status: str, code: str | None
) -> None:
    await box.pay.variants(envelope=envelope)
    answer = (await merchant.send("POST", "/v1/pay/convert/preview", PREVIEW)).json()
    assert (answer["status"], answer["code"], answer["data"]["sellAmount"]) == (status, code, "100")


@pytest.mark.parametrize(
    ("name", "keys"), [("price", {"price"}), ("rate", {"rate"}), ("both", {"price", "rate"}), ("none", set())]
)
async def test_the_preview_calls_its_price_differently(
    merchant: Merchant, box: Sandbox, name: str, keys: set[str]
) -> None:
    await box.pay.variants(rate_key=name)
    assert set(await merchant.preview()) & {"price", "rate"} == keys


async def test_an_orders_numbers_are_numbers_or_texts(merchant: Merchant, box: Sandbox) -> None:
    order = await merchant.convert(await merchant.preview(), fresh())
    kinds = {key: type(order[key]) for key in ("order_id", "userId", "status", "rate", "createTime", "sellAmount")}
    assert kinds == {
        "order_id": str, "userId": int, "status": int, "rate": float, "createTime": int, "sellAmount": str
    }  # fmt: skip
    await box.pay.variants(numbers="strings")
    texts = await merchant.order(order["order_id"])
    assert all(isinstance(value, str) for value in texts.values())
    assert (texts["status"], texts["createTime"]) == ("3", str(order["createTime"]))


async def test_amounts_may_be_bare_numbers_with_every_digit(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.variants(numbers="numbers")
    await box.pay.set_balance("GT", "12345678901.12345678")
    assert (await exact(merchant, "GET", "/v1/pay/balance", None))["GT"] == Decimal("12345678901.12345678")
    quote = await exact(merchant, "POST", "/v1/pay/convert/preview", PREVIEW)
    assert (quote["sellAmount"], type(quote["buyAmount"])) == (Decimal(100), Decimal)
    texts = {key: str(value) for key, value in quote.items()}
    order = await exact(merchant, "POST", "/v1/pay/convert", creation(texts, fresh()))
    assert order["buyAmount"] == quote["buyAmount"]
    await box.pay.set_balance("GT", "120")


async def test_pairs_may_be_listed_one_way_only(merchant: Merchant, box: Sandbox) -> None:
    rows = await merchant.data("GET", "/v1/pay/convert/pair", currency="USDT")
    assert {row["sellCurrency"] == "USDT" for row in rows} == {True, False}
    await box.pay.variants(one_way_pairs=True)
    rows = await merchant.data("GET", "/v1/pay/convert/pair", currency="USDT")
    assert {row["buyCurrency"] for row in rows} == {"USDT"}
    assert (await merchant.preview("USDT", "BTC"))["sellAmount"] == "100"


async def test_an_order_may_execute_for_less_than_the_quote_said(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.variants(slip="1")
    quote = await merchant.preview()
    order = await merchant.convert(quote, fresh())
    assert Decimal(order["buyAmount"]) / Decimal(quote["buyAmount"]) == pytest.approx(
        Decimal("0.99"), abs=Decimal("0.0001")
    )


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("variants", {"nonsense": True}, "known: duplicate_code, eight_decimals"),
        ("variants", {"envelope": "odd"}, "envelope"),
        ("variants", {"quote_seconds": -1}, "quote_seconds"),
        ("variants", {"steady": 1}, "steady"),
        ("variants", {"slip": "much"}, "slip"),
        ("repeat", {"mode": "twice"}, "same, refused, executed"),
        ("balances", {"account": "nobody", "currency": "USDT", "add": "1"}, "2124538349"),
        ("balances", {"account": "own", "currency": "USDT", "available": "-1"}, "below 0"),
        ("balances", {"account": "own", "currency": "USDT", "available": "many"}, "no number"),
        ("rates", {"currency": "USDT", "percent": "1"}, "BTC"),
        ("rates", {"currency": "BTC", "percent": "-100"}, "above 0"),
        ("rates", {"currency": "BTC"}, "either percent or price"),
        ("quotes", {}, "quote_seconds"),
        ("orders/1", {"status": 3}, "400202"),
        ("orders/1", {"status": "3"}, "whole number"),
        ("faults", {"endpoint": "convert", "kind": "magic"}, "act_and_drop"),
        ("away", {"away": "yes"}, "away"),
    ],
)
async def test_wrong_control_requests_say_what_is_expected(
    box: Sandbox, path: str, body: dict[str, Any], words: str
) -> None:
    with pytest.raises(SandboxError, match=words):
        await box.controls.post(f"pay/{path}", body)
