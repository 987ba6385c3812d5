"""Each fault does what its name says to Gate Pay, and the logs tell the truth about it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.sandbox.pay.merchant import SUB, Merchant, creation, fresh
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

CREATE = "/v1/pay/convert"


async def seen(box: Sandbox, request_id: str) -> tuple[int, str]:
    """How often it was executed, and what the log says of its last POST."""
    call = [call for call in await box.pay.convert_calls() if call["id"] == request_id][-1]
    return len(await box.pay.executions(request_id)), call["outcome"]


@pytest.mark.parametrize(
    ("kind", "error", "times", "outcome"),
    [
        ("drop_before", httpx.RemoteProtocolError, 0, "dropped"),
        ("act_and_drop", httpx.RemoteProtocolError, 1, "acted and dropped"),
        ("reset", httpx.ReadError, 0, "reset"),
    ],
)
async def test_a_lost_answer(
    merchant: Merchant, box: Sandbox, kind: str, error: type[Exception], times: int, outcome: str
) -> None:
    body = creation(await merchant.preview(), request_id := fresh())
    await box.pay.fault("convert", kind)
    with pytest.raises(error):
        await merchant.send("POST", CREATE, body)
    assert await seen(box, request_id) == (times, outcome)
    assert (await merchant.send("POST", CREATE, body)).json()["code"] == "000000"
    assert (await seen(box, request_id))[0] == 1


@pytest.mark.parametrize(
    ("kind", "more", "status", "code", "times"),
    [
        ("error_500", {}, 500, "500", 0),
        ("act_and_500", {}, 500, "500", 1),
        ("429", {}, 429, "429", 0),
        ("html", {}, 502, None, 0),
        ("truncated", {}, 200, None, 1),
        ("redirect", {"to": "http://127.0.0.1:9/"}, 302, None, 0),
        ("drip", {"seconds": 0.05}, 200, "000000", 1),
        ("refuse", {}, 200, "400622", 0),
        ("refuse", {"code": "550018", "message": "later"}, 200, "550018", 0),
        ("refuse", {"code": "300000"}, 500, "300000", 0),
        ("refuse", {"code": "400000", "acts": True, "status": 200}, 200, "400000", 0),
        ("label:MAINTENANCE", {"status": 503}, 503, "503", 0),
    ],
)
async def test_a_wrong_answer(
    merchant: Merchant, box: Sandbox, kind: str, more: dict[str, Any], status: int, code: str | None, times: int
) -> None:
    body = creation(await merchant.preview(), request_id := fresh())
    await box.pay.fault("convert", kind, **more)
    response = await merchant.send("POST", CREATE, body)
    assert response.status_code == status
    assert (await seen(box, request_id))[0] == times
    if code is None:
        with pytest.raises(ValueError, match=r"."):
            response.json()
    else:
        assert response.json()["code"] == code


async def test_a_refusal_by_a_known_code_has_the_documents_words(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.refuse("preview", "400611")
    body = {"sellCurrency": "USDT", "buyCurrency": "BTC", "sellAmount": "100"}
    answer = (await merchant.send("POST", "/v1/pay/convert/preview", body)).json()
    assert answer == {
        "status": "FAIL",
        "code": "400611",
        "label": "INSUFFICIENT_BALANCE",
        "errorMessage": "insufficient balance",
        "data": None,
    }


async def test_an_answer_may_be_late_or_the_act_may_be(merchant: Merchant, box: Sandbox) -> None:
    body = creation(await merchant.preview(), request_id := fresh())
    await box.pay.fault("convert", "act_late", seconds=0.15)
    with pytest.raises(httpx.RemoteProtocolError):
        await merchant.send("POST", CREATE, body)
    assert await seen(box, request_id) == (0, "to act late")
    await asyncio.sleep(0.25)
    assert await seen(box, request_id) == (1, "acted late")
    await box.pay.fault("convert", "delay", seconds=0.15, acts=True)
    body = creation(await merchant.preview(), request_id := fresh())
    waiting = asyncio.create_task(merchant.send("POST", CREATE, body))
    await asyncio.sleep(0.08)
    assert await seen(box, request_id) == (1, "done")
    assert (await waiting).json()["code"] == "000000"


async def test_a_late_order_read_does_not_know_the_end_yet(merchant: Merchant, box: Sandbox) -> None:
    order = await merchant.convert(await merchant.preview(), fresh())
    await box.pay.fault("order", "stale")
    shown = [(await merchant.order(order["order_id"]))["status"] for _ in range(2)]
    assert shown == [1, 3]


async def test_a_fault_hits_every_family_and_its_own_endpoint_only(merchant: Merchant, box: Sandbox) -> None:
    sub = merchant.on_behalf_of(SUB)
    await box.pay.fault("*", "error_500", times=4)
    for who, method, path, body in (
        (merchant, "GET", "/v1/pay/convert/currency", None),
        (sub, "GET", "/v1/pay/convert/currency", None),
        (merchant, "GET", "/v1/pay/balance", None),
        (sub, "POST", "/v1/balance", ["USDT"]),
    ):
        assert (await who.send(method, path, body)).status_code == 500
    await box.pay.fault("balance", "error_500", times=-1)
    await merchant.data("GET", "/v1/pay/convert/currency")
    assert (await merchant.send("GET", "/v1/pay/balance/query")).status_code == 500
    await box.pay.clear_faults()
    await merchant.data("GET", "/v1/pay/balance/query")


async def test_gate_pay_goes_away_by_itself_and_comes_back(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.away()
    assert (await box.pay.state())["away"] is True
    with pytest.raises(httpx.ConnectError):
        await merchant.send("GET", "/v1/pay/balance")
    assert (await merchant.client.get(f"{box.gate_url}/spot/time")).status_code == 200
    await box.pay.away(False)
    await merchant.data("GET", "/v1/pay/balance")
