"""Who is let in: signature, time, nonce, client, and the account acted for."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.pay.signature import expected
from tests.sandbox.pay.merchant import SUB, Merchant, creation, fresh, signature
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

VECTORS = json.loads((Path(__file__).parents[2] / "fixtures" / "pay" / "signing_vectors.gatepay.json").read_text())
CURRENCY = "/v1/pay/convert/currency"


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
async def test_every_vector_is_reproduced(vector: dict[str, str]) -> None:
    made = expected(VECTORS["secret"], vector["timestamp"], vector["nonce"], vector["body"].encode())
    assert made == vector["signature"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-GatePay-Certificate-ClientId": "somebody"}, "400004"),
        ({"X-GatePay-Certificate-ClientId": None}, "400004"),
        ({"X-GatePay-Timestamp": "soon"}, "400003"),
        ({"X-GatePay-Timestamp": None}, "400003"),
        ({"X-GatePay-Nonce": ""}, "400020"),
        ({"X-GatePay-Nonce": "with-dash"}, "400020"),
        ({"X-GatePay-Nonce": "n" * 33}, "400020"),
        ({"X-GatePay-Signature": "0" * 128}, "400002"),
        ({"X-GatePay-Signature": None}, "400002"),
        ({"X-GatePay-On-Behalf-Of": SUB}, "400001"),
    ],
)
async def test_a_wrong_header_is_refused(merchant: Merchant, headers: dict[str, Any], code: str) -> None:
    assert await merchant.refusal("GET", CURRENCY, headers=headers) == code


@pytest.mark.parametrize("account", [None, "", "own", "2124538399"])
async def test_an_institution_call_names_a_known_sub_account(merchant: Merchant, account: str | None) -> None:
    sub = merchant.on_behalf_of(SUB)
    assert await sub.refusal("GET", CURRENCY, headers={"X-GatePay-On-Behalf-Of": account}) == "400001"


async def test_the_clock_may_differ_by_ten_seconds_and_the_date_follows_it(merchant: Merchant, box: Sandbox) -> None:
    for offset, code in ((9, "000000"), (-9, "000000"), (11, "400003"), (-11, "400003")):
        await box.pay.clock(offset)
        answer = await merchant.send("GET", CURRENCY)
        assert answer.json()["code"] == code
        shown = parsedate_to_datetime(answer.headers["Date"]).timestamp()
        assert shown == pytest.approx(time.time() + offset, abs=2)
    assert await merchant.refusal("GET", CURRENCY, at=time.time() / 1000) == "400003", "seconds are no milliseconds"


async def test_a_nonce_works_once(merchant: Merchant, box: Sandbox) -> None:
    timestamp = str(int(time.time() * 1000))
    headers = {
        "X-GatePay-Timestamp": timestamp,
        "X-GatePay-Nonce": "once",
        "X-GatePay-Signature": signature(box.pay_secret, timestamp, "once", b""),
    }
    assert (await merchant.send("GET", CURRENCY, headers=headers)).json()["code"] == "000000"
    assert await merchant.refusal("GET", CURRENCY, headers=headers) == "400020"


async def test_the_body_is_signed_byte_by_byte_and_must_be_json(merchant: Merchant, box: Sandbox) -> None:
    sub = merchant.on_behalf_of(SUB)
    timestamp = str(int(time.time() * 1000))
    signed = signature(box.pay_secret, timestamp, "bytes", b'["USDT"]')
    headers = {"X-GatePay-Timestamp": timestamp, "X-GatePay-Nonce": "bytes", "X-GatePay-Signature": signed}
    assert await sub.refusal("POST", "/v1/balance", b'["USDT"] ', headers=headers) == "400002"
    assert await sub.refusal("POST", "/v1/balance", b"[") == "400001"
    assert await sub.refusal("POST", "/v1/balance", b"[]", headers={"Content-Type": "text/plain"}) == "400007"
    assert (await sub.send("GET", "/v1/balance")).status_code == 405
    assert (await merchant.send("GET", "/v1/pay/nothing")).status_code == 404


async def test_every_request_is_noted_with_whom_it_acts_for(merchant: Merchant, box: Sandbox) -> None:
    await merchant.data("GET", CURRENCY)
    await merchant.on_behalf_of(SUB).data("GET", CURRENCY, side="buy")
    own, theirs = (await box.pay.requests())[-2:]
    assert (own["path"], own["on_behalf_of"]) == (CURRENCY, None)
    assert (theirs["path"], theirs["on_behalf_of"]) == (f"/payment/open/institution{CURRENCY}", SUB)
    assert (theirs["endpoint"], theirs["method"], theirs["query"]) == ("currency", "GET", "side=buy")


async def test_a_convert_that_is_not_let_in_is_noted_and_moves_nothing(merchant: Merchant, box: Sandbox) -> None:
    body = creation(await merchant.preview(), request_id := fresh())
    assert await merchant.refusal("POST", "/v1/pay/convert", body, headers={"X-GatePay-Signature": "00"}) == "400002"
    call = (await box.pay.convert_calls())[-1]
    assert (call["id"], call["outcome"], call["acted"]) == (request_id, "refused", False)
    assert call["why"].startswith("400002")
    assert await box.pay.executions(request_id) == []
