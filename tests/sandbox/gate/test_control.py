from typing import Any

import pytest

from tests.sandbox.gate.desk import Desk


async def test_the_state_tells_orders_money_calls_and_counts(desk: Desk) -> None:
    order_id = await desk.order(side="sell", amount="1000.00", price="7.20", name="张三丰", nick="zhang")
    await desk.details(order_id)
    await desk.post("cancel", {"txid": order_id})
    state = await desk.state()
    (order,) = state["orders"]
    assert {key: order[key] for key in ("id", "side", "amount", "price", "total", "coins_released")} == {
        "id": order_id,
        "side": "sell",
        "amount": "1000.00",
        "price": "7.20",
        "total": "7200.00",
        "coins_released": "0",
    }
    assert (order["counterparty"]["name"], order["counterparty"]["nick"]) == ("张三丰", "zhang")
    (call,) = state["money_calls"]
    assert (call["n"], call["endpoint"], call["id"], call["outcome"]) == (1, "cancel", order_id, "refused")
    assert state["calls"] == {"get_transaction_details": 1, "cancel": 1}
    assert (state["faults"], state["away"]) == ([], False)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("orders", {"side": "up"}),
        ("orders", {"amount": "-1"}),
        ("orders", {"amount": "much"}),
        ("orders/61000001/dance", {}),
        ("orders/61000009/pay", {}),
        ("orders/61000001/release", {}),
        ("orders/61000001/close_elsewhere", {}),
        ("orders/61000001/verdict", {"for": "buyer"}),
        ("orders/61000001/verdict", {"for": "nobody"}),
        ("orders/61000001/write", {}),
        ("orders/61000001/file", {"base64": "???"}),
        ("orders/61000001/change", {"no_such_fact": 1}),
        ("orders/61000001/change", {"status_raw": "SOLD"}),
        ("orders/61000001/change", {"amount": "5", "status_raw": "SOLD"}),
        ("faults", {"endpoint": "cancel", "kind": "explode"}),
        ("faults", {"kind": "delay"}),
        ("faults", {"endpoint": "cancel", "kind": "delay", "colour": "red"}),
        ("faults", {"endpoint": "cancel", "kind": "delay", "seconds": "long"}),
        ("clock", {}),
        ("variants", {"unconfirmed": 1}),
    ],
)
async def test_a_wrong_request_is_answered_400_in_words(desk: Desk, path: str, body: Any) -> None:
    await desk.order()
    before = (await desk.state())["orders"]
    response = await desk.client.post(f"{desk.control_url}/control/gate/{path}", json=body)
    assert response.status_code == 400
    assert response.json()["error"]
    assert (await desk.state())["orders"] == before


async def test_the_same_person_comes_back_with_the_same_id(desk: Desk) -> None:
    first, again = await desk.order(name="李四"), await desk.order(name="李四")
    other = await desk.order(name="李四", nick="another")
    uids = [(await desk.details(each))["its_uid"] for each in (first, again, other)]
    assert uids[0] == uids[1] != uids[2]
