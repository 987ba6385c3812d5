from tests.sandbox.gate.desk import Desk


async def test_a_sale_goes_from_opened_over_paid_to_released_once(desk: Desk) -> None:
    order_id = await desk.order(side="sell", amount="1000.00", price="7.20", name="张三丰")
    (row,) = (await desk.pending())["list"]
    assert (row["txid"], row["status"], row["total"]) == (int(order_id), "unpay", "7200.00")
    await desk.control(f"orders/{order_id}/pay")
    details = await desk.details(order_id)
    assert (details["status"], details["is_sell"], details["its_realname"]) == ("paid", 1, "张三丰")
    assert details["dispute_time"] == details["timest_paid"] + 1200

    assert await desk.call("confirm-receipt", {"txid": order_id}) == {}

    state = await desk.order_state(order_id)
    assert (state["status"], state["coins_released"], state["released_times"]) == ("finished", "1000.00", 1)
    assert (await desk.pending())["list"] == []
    assert (await desk.details(order_id))["status"] == "finished"


async def test_a_second_release_is_refused_and_logged(desk: Desk) -> None:
    order_id = await desk.order(paid=True)
    await desk.call("confirm-receipt", {"txid": order_id})
    assert await desk.refusal("confirm-receipt", {"txid": order_id}) == "ORDER_STATUS_ERROR"
    state = await desk.state()
    assert [call["outcome"] for call in state["money_calls"]] == ["done", "refused"]
    assert [call["body"] for call in state["money_calls"]] == [{"txid": order_id}] * 2
    assert state["orders"][0]["released_times"] == 1
