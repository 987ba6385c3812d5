"""The deposit call: what makes an order, what is refused, what a repeat gets, and what may go wrong on the way."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.sandbox.mtpay.signature import signed
from tests.sandbox.mtpay.merchant import PATH, Merchant, asked, fresh
from tests.support.sandbox import Json, Sandbox, SandboxError

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLES = Path(__file__).parents[2] / "fixtures" / "pay_mtpay"
LONG_URL = "http://127.0.0.1:9/" + "x" * 200


def sample(name: str) -> Json:
    return dict(json.loads((SAMPLES / f"{name}.json").read_text()))


def kinds(value: object) -> object:
    """The form of an answer without what it says."""
    return {name: kinds(inner) for name, inner in value.items()} if isinstance(value, dict) else type(value).__name__


async def test_the_published_signatures_come_out() -> None:
    for vector in sample("signing_vectors.mtpay")["vectors"]:
        assert signed(vector["access_key"], vector["secret_key"], vector["timestamp"]) == vector["signature"]


async def test_an_answer_has_the_documented_form(merchant: Merchant, box: Sandbox) -> None:
    answer = await merchant.send(asked())
    assert kinds(answer.json()) == kinds(sample("mtpay.deposit.res"))
    data = answer.json()["data"]
    assert data["checkoutUrl"] == f"{box.mtpay_url}/api/buy-coin/{data['requestCode']}?lang=zh-CN"
    assert len(data["requestCode"]) == 32 and data["expiresAt"] - data["createdAt"] == 7_200_000


async def test_a_refusal_has_the_documented_form(merchant: Merchant) -> None:
    answer = await merchant.send(asked(), merchant.headers(signature="0" * 64))
    assert (answer.status_code, answer.json()) == (401, sample("mtpay.error.res"))


@pytest.mark.parametrize(
    ("changed", "late_by", "code"),
    [
        ({"access_key": ""}, 0, "INVALID_ACCESS_KEY"),
        ({"access_key": "another"}, 0, "INVALID_ACCESS_KEY"),
        ({"timestamp": ""}, 0, "INVALID_TIMESTAMP"),
        ({"timestamp": "soon"}, 0, "INVALID_TIMESTAMP"),
        ({}, 301, "INVALID_TIMESTAMP"),
        ({}, -301, "INVALID_TIMESTAMP"),
        ({"signature": ""}, 0, "INVALID_SIGNATURE"),
    ],
)
async def test_a_request_that_is_not_ours_is_refused(
    merchant: Merchant, box: Sandbox, changed: dict[str, str], late_by: float, code: str
) -> None:
    before = len(await box.mtpay.orders())
    assert (await merchant.refused(asked(), merchant.headers(late_by, **changed)))[:2] == (401, code)
    assert len(await box.mtpay.orders()) == before


async def test_a_signature_in_small_letters_and_one_of_another_time_are_refused(merchant: Merchant) -> None:
    headers = merchant.headers()
    assert (await merchant.refused(asked(), headers | {"signature": headers["signature"].lower()}))[0] == 401
    assert (await merchant.refused(asked(), headers | {"timestamp": str(int(headers["timestamp"]) + 1)}))[0] == 401
    assert (await merchant.send(asked(), merchant.headers(299))).status_code == 200


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client": None}, "INVALID_PARAMETER"),
        ({"client": {"realName": " "}}, "INVALID_PARAMETER"),
        ({"client": {"realName": "\ud800"}}, "INVALID_PARAMETER"),
        ({"client": {"realName": "张三丰", "registeredAt": "x"}}, "INVALID_PARAMETER"),
        ({"depositCurrency": "USDT"}, "UNSUPPORTED_CURRENCY"),
        ({"depositCurrency": "HKD"}, "UNSUPPORTED_CURRENCY"),
        ({"fiatCurrency": "USD", "depositCurrency": "MTC"}, "UNSUPPORTED_CURRENCY"),
        ({"fiatCurrency": None}, "INVALID_PARAMETER"),
        ({"depositAmount": "1103"}, "INVALID_AMOUNT"),
        ({"depositAmount": True}, "INVALID_AMOUNT"),
        ({"depositAmount": 0}, "INVALID_AMOUNT"),
        ({"depositAmount": -1}, "INVALID_AMOUNT"),
        ({"depositAmount": 1.001}, "INVALID_AMOUNT"),
        ({"depositAmount": None}, "INVALID_AMOUNT"),
        ({"merchantOrderNo": None}, "INVALID_PARAMETER"),
        ({"merchantOrderNo": "x" * 101}, "INVALID_PARAMETER"),
        ({"webhookUrl": None}, "INVALID_PARAMETER"),
        ({"webhookUrl": LONG_URL}, "INVALID_PARAMETER"),
        ({"webhookUrl": "callbacks/mtpay"}, "INVALID_PARAMETER"),
        ({"language": "de"}, "INVALID_PARAMETER"),
        ({"paymentMethod": {"method": 8}}, "INVALID_PARAMETER"),
        ({"paymentMethod": {"method": 0}}, "INVALID_PARAMETER"),
        ({"paymentMethod": 7}, "INVALID_PARAMETER"),
    ],
)
async def test_a_body_that_is_not_as_documented_is_refused(
    merchant: Merchant, box: Sandbox, changed: Json, code: str
) -> None:
    body = {name: value for name, value in (asked() | changed).items() if value is not None}
    before = len(await box.mtpay.orders())
    assert (await merchant.refused(body))[:2] == (400, code)
    assert len(await box.mtpay.orders()) == before
    call = (await box.mtpay.posts())[-1]
    assert (call["outcome"], call["acted"]) == ("refused", False)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"depositAmount": NaN}', b'{"a": 1e999}', b"\xff"])
async def test_what_is_no_object_is_refused(merchant: Merchant, raw: bytes) -> None:
    assert (await merchant.refused(raw))[:2] == (400, "INVALID_PARAMETER")


async def test_only_a_post_is_a_deposit(merchant: Merchant, box: Sandbox) -> None:
    answer = await merchant.client.get(box.mtpay_url + PATH, headers=merchant.headers())
    assert (answer.status_code, answer.json()["isSuccess"]) == (405, False)
    assert (await merchant.client.get(f"{box.mtpay_url}/api/v2/merchant/orders")).status_code == 404


async def test_an_order_keeps_every_digit_and_the_post_every_byte(merchant: Merchant, box: Sandbox) -> None:
    number = fresh()
    body = json.dumps(asked(merchantOrderNo=number, depositCurrency="MTC")).replace("1103", "123456.12345678")
    assert (await merchant.send(body.encode())).status_code == 200
    order = await box.mtpay.order(order_no=number)
    assert (order.amount, order.currency, order.payer) == (Decimal("123456.12345678"), "MTC", "张三丰")
    call = (await box.mtpay.posts())[-1]
    assert (call["id"], call["raw"], call["acted"], call["code"]) == (number, body, True, order.code)


async def test_a_repeated_number_is_refused_or_the_same_or_a_second_order(merchant: Merchant, box: Sandbox) -> None:
    body = asked()
    number = body["merchantOrderNo"]
    first = (await merchant.send(body)).json()["data"]
    assert (await merchant.refused(body))[:2] == (400, "DUPLICATE_ORDER")
    await box.mtpay.variants(repeat="same")
    assert (await merchant.send(body)).json()["data"] == first
    assert [row["times"] for row in await box.mtpay.created(number)] == [1]
    await box.mtpay.variants(repeat="new")
    assert (await merchant.send(body)).json()["data"]["requestCode"] != first["requestCode"]
    assert [row["times"] for row in await box.mtpay.created(number)] == [1, 2]
    calls = [call for call in await box.mtpay.posts() if call["id"] == number]
    assert [call["acted"] for call in calls] == [True, False, False, True]


async def test_an_unavailable_link_has_an_address_or_none_and_takes_no_payment(
    merchant: Merchant, box: Sandbox
) -> None:
    await box.mtpay.variants(available=False)
    data = await merchant.link()
    assert kinds(data) == kinds(sample("mtpay.deposit.res.unavailable")["data"])
    assert (data["isAvailable"], data["checkoutUrl"]) == (False, "")
    await box.mtpay.variants(unavailable_url=True)
    other = await merchant.link()
    assert other["isAvailable"] is False and other["requestCode"] in other["checkoutUrl"]
    with pytest.raises(SandboxError, match="nobody can take"):
        await box.mtpay.pay(other["requestCode"])
    assert "Nobody can take" in (await merchant.client.get(f"{other['checkoutUrl']}&lang=en")).text


@pytest.mark.parametrize(
    ("odd", "name", "begins"),
    [
        ("no_code", "requestCode", ""),
        ("no_url", "checkoutUrl", ""),
        ("relative_url", "checkoutUrl", "/api"),
        ("script_url", "checkoutUrl", "javascript:"),
        ("user_url", "checkoutUrl", "http://pay@127"),
        ("long_url", "checkoutUrl", "http://127"),
        ("text_times", "expiresAt", "17"),
    ],
)
async def test_an_odd_answer_is_odd_and_the_order_exists(
    merchant: Merchant, box: Sandbox, odd: str, name: str, begins: str
) -> None:
    await box.mtpay.variants(odd_answer=odd)
    number = fresh()
    value = (await merchant.link(merchantOrderNo=number))[name]
    assert isinstance(value, str) and value.startswith(begins) and (begins or not value)
    assert len(await box.mtpay.created(number)) == 1


@pytest.mark.parametrize(
    ("kind", "error", "orders", "outcome"),
    [
        ("drop_before", httpx.RemoteProtocolError, 0, "dropped"),
        ("act_and_drop", httpx.RemoteProtocolError, 1, "acted and dropped"),
        ("reset", httpx.ReadError, 0, "reset"),
    ],
)
async def test_an_answer_is_lost_before_or_after_the_order(
    merchant: Merchant, box: Sandbox, kind: str, error: type[Exception], orders: int, outcome: str
) -> None:
    await box.mtpay.fault(kind)
    body = asked()
    with pytest.raises(error):
        await merchant.send(body)
    assert len(await box.mtpay.created(body["merchantOrderNo"])) == orders
    assert (await box.mtpay.posts())[-1]["outcome"] == outcome
    assert (await merchant.send(asked())).status_code == 200


@pytest.mark.parametrize(
    ("kind", "more", "status", "orders"),
    [
        ("error_500", {}, 500, 0),
        ("act_and_500", {}, 500, 1),
        ("html", {"acts": True}, 502, 1),
        ("truncated", {}, 200, 1),
        ("429", {}, 429, 0),
        ("delay", {"seconds": 0.05}, 200, 1),
    ],
)
async def test_a_wrong_answer_tells_nothing_of_the_order(
    merchant: Merchant, box: Sandbox, kind: str, more: dict[str, Any], status: int, orders: int
) -> None:
    await box.mtpay.fault(kind, **more)
    body = asked()
    assert (await merchant.send(body)).status_code == status
    assert len(await box.mtpay.created(body["merchantOrderNo"])) == orders


async def test_a_refusal_can_be_asked_for_with_any_code(merchant: Merchant, box: Sandbox) -> None:
    await box.mtpay.refuse("RISK_CONTROL", "no payer of this name")
    assert await merchant.refused(asked()) == (400, "RISK_CONTROL", "no payer of this name")
    await box.mtpay.variants(refusal_status=200)
    assert (await merchant.refused(asked(language="de")))[0] == 200


async def test_variants_that_are_none_change_nothing(box: Sandbox) -> None:
    for name, value in (
        ("repeat", "often"), ("rate_cny", "-1"), ("rate_cny", "NaN"), ("tries", 0), ("fee_percent", "101"), ("no", 1)
    ):  # fmt: skip
        switches: dict[str, Any] = {"available": False, name: value}
        with pytest.raises(SandboxError, match="no such variant"):
            await box.mtpay.variants(**switches)
    assert (await box.mtpay.state())["variants"]["available"] is True


async def test_the_port_goes_away_and_comes_back(merchant: Merchant, box: Sandbox) -> None:
    await box.mtpay.away()
    with pytest.raises(httpx.ConnectError):
        await merchant.send(asked())
    assert (await box.mtpay.state())["away"] is True
    await box.mtpay.away(False)
    assert (await merchant.send(asked())).status_code == 200
