"""Each fault does what its name says, once or as often as told, and the log of money calls tells the truth."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from tests.sandbox.gate.desk import PATHS, Desk, signed

RELEASE = "confirm-receipt"


@pytest.fixture
async def order_id(desk: Desk) -> str:
    return await desk.order(paid=True)


async def fault(desk: Desk, kind: str, endpoint: str = RELEASE, **more: Any) -> None:
    await desk.control("faults", {"endpoint": endpoint, "kind": kind, **more})


async def released(desk: Desk, order_id: str) -> tuple[int, str]:
    """How often the coins left, and what the log says of the last call."""
    state = await desk.state()
    (order,) = (each for each in state["orders"] if each["id"] == order_id)
    return order["released_times"], state["money_calls"][-1]["outcome"]


@pytest.mark.parametrize(
    ("kind", "error", "times", "outcome"),
    [
        ("drop_before", httpx.RemoteProtocolError, 0, "dropped"),
        ("act_and_drop", httpx.RemoteProtocolError, 1, "acted and dropped"),
        ("reset", httpx.ReadError, 0, "reset"),
    ],
)
async def test_a_lost_answer(
    desk: Desk, order_id: str, kind: str, error: type[Exception], times: int, outcome: str
) -> None:
    await fault(desk, kind)
    with pytest.raises(error):
        await desk.post(RELEASE, {"txid": order_id})
    assert await released(desk, order_id) == (times, outcome)
    again = await desk.post(RELEASE, {"txid": order_id})
    assert (again.json()["code"] == 0) is (times == 0)  # used up, and never released twice
    assert (await released(desk, order_id))[0] == 1


@pytest.mark.parametrize(
    ("kind", "status", "times", "outcome"),
    [
        ("error_500", 500, 0, "answered 500"),
        ("act_and_500", 500, 1, "acted and answered 500"),
        ("429", 429, 0, "answered 429"),
        ("html", 502, 0, "answered html"),
        ("truncated", 200, 1, "acted and answered truncated"),
        ("redirect", 302, 0, "answered redirect"),
        ("label:INVALID_KEY", 401, 0, "answered label:INVALID_KEY"),
        ("label:READ_ONLY", 403, 0, "answered label:READ_ONLY"),
        ("label:TOO_BUSY", 503, 0, "answered label:TOO_BUSY"),
        ("refuse", 200, 0, "refused"),
    ],
)
async def test_a_wrong_answer(desk: Desk, order_id: str, kind: str, status: int, times: int, outcome: str) -> None:
    await fault(desk, kind)
    response = await desk.post(RELEASE, {"txid": order_id})
    assert response.status_code == status
    assert await released(desk, order_id) == (times, outcome)


async def test_the_wrong_answers_look_like_themselves(desk: Desk, order_id: str) -> None:
    name = "get_user_info"
    await fault(desk, "html", name, status=200)
    assert "<html>" in (await desk.post(name)).text
    await fault(desk, "redirect", name, to="http://127.0.0.1:9/elsewhere")
    assert (await desk.post(name)).headers["Location"] == "http://127.0.0.1:9/elsewhere"
    await fault(desk, "truncated", name)
    with pytest.raises(ValueError, match=r"."):
        (await desk.post(name)).json()
    await fault(desk, "truncated", name, to="cut")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        await desk.post(name)
    await fault(desk, "label:IP_FORBIDDEN", name)
    assert (await desk.post(name)).json()["label"] == "IP_FORBIDDEN"
    await fault(desk, "refuse", name, code=-7, message="NO_ACCESS")
    answer = (await desk.post(name)).json()
    assert (answer["code"], answer["message"], answer["data"]) == (-7, "NO_ACCESS", {})
    await fault(desk, "429", name, seconds=3)
    limited = await desk.post(name)
    assert int(limited.headers["X-Gate-RateLimit-Reset-Timestamp"]) >= int(time.time()) + 3


async def test_any_wrong_answer_may_come_after_the_venue_acted(desk: Desk, order_id: str) -> None:
    await fault(desk, "html", acts=True)
    assert (await desk.post(RELEASE, {"txid": order_id})).status_code == 502
    assert await released(desk, order_id) == (1, "acted and answered html")


async def test_a_delay_acts_after_the_wait_even_when_the_caller_has_gone(desk: Desk, order_id: str) -> None:
    await fault(desk, "delay", seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        await desk.client.post(**_request(desk, order_id), timeout=0.1)
    assert await released(desk, order_id) == (0, "waiting")
    await asyncio.sleep(0.4)
    assert await released(desk, order_id) == (1, "done")


def _request(desk: Desk, order_id: str) -> dict[str, Any]:
    body = f'{{"txid":"{order_id}"}}'.encode()
    return {"url": desk.url + PATHS[RELEASE], "content": body, "headers": signed(PATHS[RELEASE], body)}


@pytest.mark.parametrize("answer", ["drop", "500"])
async def test_an_act_may_come_late(desk: Desk, order_id: str, answer: str) -> None:
    await fault(desk, "act_late", seconds=0.2, answer=answer)
    if answer == "drop":
        with pytest.raises(httpx.RemoteProtocolError):
            await desk.post(RELEASE, {"txid": order_id})
    else:
        assert (await desk.post(RELEASE, {"txid": order_id})).status_code == 500
    assert await released(desk, order_id) == (0, "to act late")
    assert (await desk.details(order_id))["status"] == "paid"
    await asyncio.sleep(0.3)
    assert await released(desk, order_id) == (1, "acted late")


async def test_a_late_act_that_is_overtaken_is_refused(desk: Desk, order_id: str) -> None:
    await fault(desk, "act_late", seconds=0.2, answer="500")
    await desk.post(RELEASE, {"txid": order_id})
    await desk.control(f"orders/{order_id}/close_elsewhere")
    await asyncio.sleep(0.3)
    assert await released(desk, order_id) == (1, "refused late")


async def test_stale_reads_do_not_know_the_desks_own_last_act(desk: Desk, order_id: str) -> None:
    await fault(desk, "stale", "*", times=2)
    assert (await desk.details(order_id))["status"] == "paid"  # true, so nothing is used up
    await desk.call(RELEASE, {"txid": order_id})
    assert (await desk.details(order_id))["status"] == "paid"
    assert [row["status"] for row in (await desk.pending())["list"]] == ["paid"]
    assert (await desk.details(order_id))["status"] == "finished"


async def test_stale_reads_may_last_for_seconds_and_include_the_chat(desk: Desk, order_id: str) -> None:
    await desk.call(RELEASE, {"txid": order_id})
    await fault(desk, "stale", "*", seconds=0.3)
    chat = await desk.call("get_chats_list", {"txid": int(order_id)})
    assert (chat["order_status"], chat["messages"][-1]["msg_obj"]["status"]) == ("PAID", "PAID")
    for _ in range(3):
        assert (await desk.details(order_id))["status"] == "paid"
    await asyncio.sleep(0.35)
    assert (await desk.details(order_id))["status"] == "finished"
    assert (await desk.state())["faults"] == []


async def test_stale_reads_may_be_behind_anyone(desk: Desk, order_id: str) -> None:
    await fault(desk, "stale", "get_transaction_details", of="anyone")
    assert (await desk.details(order_id))["status"] == "unpay"
    assert (await desk.details(order_id))["status"] == "paid"


async def test_faults_last_as_often_as_told_or_until_cleared(desk: Desk) -> None:
    await fault(desk, "error_500", "*", times=-1)
    statuses = [(await desk.post(name)).status_code for name in ("get_user_info", "my_ads_list", "get_user_info")]
    assert statuses == [500, 500, 500]
    assert (await desk.client.get(desk.api_url + "/spot/time")).status_code == 500
    await desk.client.delete(desk.control_url + "/control/gate/faults")
    assert (await desk.post("get_user_info")).status_code == 200


async def test_a_fault_of_another_endpoint_leaves_this_one_alone(desk: Desk, order_id: str) -> None:
    await fault(desk, "error_500", "cancel")
    assert (await desk.post(RELEASE, {"txid": order_id})).json()["code"] == 0
