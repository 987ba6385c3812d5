import time
from typing import Any

import httpx
import pytest

from bot.sandbox.gate import GateVenue
from tests.sandbox.gate.desk import PATHS, Desk, open_desk, signed
from tests.sandbox.gate.situations import MARKET


def label(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["label"]


async def test_the_gateway_refuses_before_the_business_sees_anything(desk: Desk) -> None:
    path = PATHS["get_user_info"]
    good = signed(path, b"")
    for name in ("KEY", "Timestamp", "SIGN"):
        headers = {key: value for key, value in good.items() if key != name}
        assert label(await desk.client.post(desk.url + path, headers=headers)) == (401, "MISSING_REQUIRED_HEADER")
    assert label(await desk.post("get_user_info", key="nobody")) == (401, "INVALID_KEY")
    assert label(await desk.post("get_user_info", secret="wrong")) == (401, "INVALID_SIGNATURE")
    assert label(await desk.post("get_user_info", at=time.time() - 62)) == (401, "REQUEST_EXPIRED")
    assert label(await desk.post("get_user_info", at=time.time() + 62)) == (401, "REQUEST_EXPIRED")
    tampered = await desk.client.post(desk.url + path, content=b"{}", headers=good)
    assert label(tampered) == (401, "INVALID_SIGNATURE")
    forged = {**good, "Timestamp": "nan"}
    assert label(await desk.client.post(desk.url + path, headers=forged)) == (401, "REQUEST_EXPIRED")


async def test_wrong_paths_methods_and_bodies_are_told_apart(desk: Desk) -> None:
    assert label(await desk.client.post(desk.api_url + "/p2p/merchant/nothing")) == (404, "NOT_FOUND")
    assert label(await desk.client.get(desk.url + PATHS["cancel"])) == (405, "METHOD_NOT_ALLOWED")
    path = PATHS["get_user_info"]
    for raw in (b"{", b"[1]", b"\xff"):
        response = await desk.client.post(desk.url + path, content=raw, headers=signed(path, raw))
        assert label(response) == (400, "INVALID_REQUEST_BODY")
    headers = signed(path, b"a=1") | {"Content-Type": "application/x-www-form-urlencoded"}
    assert label(await desk.client.post(desk.url + path, content=b"a=1", headers=headers)) == (
        400,
        "INVALID_CONTENT_TYPE",
    )


async def test_a_money_call_that_the_gateway_refuses_is_logged_as_received(desk: Desk) -> None:
    order_id = await desk.order(paid=True)
    await desk.post("confirm-receipt", {"txid": order_id}, secret="wrong")
    (call,) = (await desk.state())["money_calls"]
    assert (call["id"], call["outcome"], call["why"], call["acted"]) == (
        order_id,
        "refused",
        "INVALID_SIGNATURE",
        False,
    )


@pytest.mark.parametrize(
    ("side", "paid", "name", "body"),
    [
        ("sell", False, "confirm-receipt", {}),  # not paid yet
        ("buy", False, "confirm-receipt", {}),  # the desk is no seller
        ("sell", False, "confirm-payment", {}),  # the desk is no buyer
        ("buy", True, "confirm-payment", {}),  # paid already
        ("sell", False, "cancel", {"reason_id": "1"}),  # not cancelable
    ],
)
async def test_a_wrong_state_is_a_business_refusal(desk: Desk, side: str, paid: bool, name: str, body: Any) -> None:
    order_id = await desk.order(side=side, paid=paid)
    before = await desk.order_state(order_id)
    assert await desk.refusal(name, {"txid": order_id, **body}) == "ORDER_STATUS_ERROR"
    assert await desk.order_state(order_id) == before


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("confirm-receipt", {"txid": 61000001}),  # the contract says text here
        ("confirm-receipt", {}),
        ("confirm-receipt", {"trade_id": "61000001"}),
        ("confirm-receipt", {"txid": "1"}),
        ("confirm-payment", {"txid": "61000002", "payment_method": "alipay"}),  # not supported by this order
        ("cancel", {"txid": "61000002", "reason_id": "13"}),
        ("cancel", {"txid": "61000002", "reason_id": "9"}),  # needs words
        ("cancel", {"txid": "61000002", "reason_id": 1}),
        ("get_transaction_details", {"txid": "61000001"}),  # a number here
        ("get_transaction_details", {"txid": 0}),
        ("get_pending_transaction_list", {"crypto_currency": "USDT"}),
        ("get_pending_transaction_list", {**MARKET, "order_tab": "everything"}),
        ("get_counterparty_user_info", {"biz_uid": "0"}),
        ("get_chats_list", {"txid": 5}),
        ("send_chat_message", {"txid": 61000001, "message": "x" * 501}),
        ("send_chat_message", {"txid": 61000001, "type": 1, "message": "no-such-key"}),
        ("upload_chat_file", {"image_content_type": "application/pdf", "base64_img": "aGk="}),
        ("upload_chat_file", {"image_content_type": "image/png", "base64_img": "data:image/png;base64,aGk="}),
        ("ads_detail", {"adv_no": 2130000011}),  # text here
        ("ads_update_status", {"adv_no": 2130000011, "adv_status": 2}),
        ("set_merchant_work_hours", {"work_status": 3}),
    ],
)
async def test_a_parameter_the_contract_does_not_allow_is_refused(desk: Desk, name: str, body: Any) -> None:
    await desk.order(paid=True)
    await desk.order(side="buy", supported_pay_types=["bank"])
    assert (await desk.refusal(name, body)).startswith("Invalid parameter value")


async def test_an_expired_window_takes_no_payment(desk: Desk) -> None:
    order_id = await desk.order(side="buy", seconds_ago=901)
    assert await desk.refusal("confirm-payment", {"txid": order_id}) == "ORDER_STATUS_ERROR"


async def test_more_than_150_requests_in_ten_seconds_are_throttled_per_endpoint() -> None:
    now = [1_790_000_000.0]
    venue = GateVenue(wall_clock=lambda: now[0])
    async with open_desk(venue) as desk:
        first = await desk.post("get_user_info", at=now[0])
        assert first.headers["X-Gate-RateLimit-Limit"] == "150"
        assert first.headers["X-Gate-RateLimit-Requests-Remain"] == "149"
        assert first.headers["X-Gate-RateLimit-Reset-Timestamp"] == "1790000000"
        for _ in range(149):
            last = await desk.post("get_user_info", at=now[0])
        assert (last.status_code, last.headers["X-Gate-RateLimit-Requests-Remain"]) == (200, "0")
        excess = await desk.post("get_user_info", at=now[0])
        assert label(excess) == (429, "TOO_MANY_REQUESTS")
        assert int(excess.headers["X-Gate-RateLimit-Reset-Timestamp"]) > now[0] + 9
        assert (await desk.post("get_myself_payment", at=now[0])).status_code == 200
        now[0] += 11
        assert (await desk.post("get_user_info", at=now[0])).status_code == 200


async def test_a_throttled_money_call_does_not_act() -> None:
    async with open_desk(GateVenue(requests_per_window=1)) as desk:
        order_id = await desk.order(paid=True)
        await desk.post("confirm-receipt", {"txid": "1"})
        assert (await desk.post("confirm-receipt", {"txid": order_id})).status_code == 429
        state = await desk.state()
        assert (state["orders"][0]["released_times"], state["money_calls"][1]["why"]) == (0, "TOO_MANY_REQUESTS")


async def test_answers_carry_the_venues_clock_and_a_trace(desk: Desk) -> None:
    await desk.control("clock", {"offset": 30})
    response = await desk.post("get_user_info")
    shown = time.mktime(time.strptime(response.headers["Date"], "%a, %d %b %Y %H:%M:%S GMT")) - time.timezone
    assert 27 <= shown - time.time() <= 31
    assert len(response.headers.get_list("Date")) == 1
    assert response.headers["X-Gate-Trace-ID"]
    assert int(response.headers["X-In-Time"]) <= int(response.headers["X-Out-Time"])
    clock = (await desk.client.get(desk.api_url + "/spot/time")).json()["server_time"]
    assert 27_000 <= clock - time.time() * 1000 <= 31_000
    assert 27 <= response.json()["timestamp"] - time.time() <= 31
