import pytest

from tests.sandbox.gate.desk import Desk
from tests.sandbox.gate.situations import MARKET, VOUCHER


async def test_a_sale_goes_from_opened_over_paid_to_released_once(desk: Desk) -> None:
    order_id = await desk.order(side="sell", amount="1000.00", price="7.20", name="张三丰")
    (row,) = (await desk.pending())["list"]
    assert (row["txid"], row["status"], row["total"]) == (int(order_id), "unpay", "7200.00")
    await desk.control(f"orders/{order_id}/pay", VOUCHER)
    details = await desk.details(order_id)
    assert (details["status"], details["is_sell"], details["its_realname"]) == ("paid", 1, "张三丰")
    assert details["dispute_time"] == details["timest_paid"] + 1200
    assert (await desk.client.get(details["payment_voucher_url"][0])).content.startswith(b"\x89PNG")

    assert await desk.call("confirm-receipt", {"txid": order_id}) == {}

    state = await desk.order_state(order_id)
    assert (state["status"], state["coins_released"], state["released_times"]) == ("finished", "1000.00", 1)
    assert (state["released_by"], state["cancelled_by"]) == ("desk", None)
    assert (await desk.pending())["list"] == []
    assert (await desk.details(order_id))["status"] == "finished"


async def test_a_purchase_is_paid_by_the_desk_and_released_by_the_seller(desk: Desk) -> None:
    order_id = await desk.order(side="buy", supported_pay_types=["bank", "paypal"])
    details = await desk.details(order_id)
    assert (details["is_sell"], details["cancelable"]) == (0, 1)
    assert details["bankid"].isdigit()  # the payee in full: the desk has to pay there
    await desk.call("confirm-payment", {"txid": order_id, "payment_method": "paypal"})
    paid = await desk.details(order_id)
    assert (paid["status"], paid["sel_paytype"]) == ("paid", "paypal")
    state = await desk.control(f"orders/{order_id}/release")
    assert (state["status"], state["released_by"], state["released_times"]) == ("finished", "counterparty", 1)


async def test_an_unpaid_order_expires_when_its_window_ends(desk: Desk) -> None:
    order_id = await desk.order(expire_min=15)
    await desk.control("clock", {"offset": 899})
    assert (await desk.order_state(order_id))["status"] == "unpay"
    await desk.control("clock", {"offset": 902})
    state = await desk.order_state(order_id)
    assert (state["status_raw"], state["status"], state["cancelled_by"]) == ("BECANCEL", "expired", "system")


async def test_a_paid_order_does_not_expire(desk: Desk) -> None:
    order_id = await desk.order(paid=True)
    await desk.control("clock", {"offset": 9000})
    assert (await desk.order_state(order_id))["status"] == "paid"


@pytest.mark.parametrize(
    ("act", "side", "raw", "by"),
    [
        ("cancel", "sell", "CANCEL", "counterparty"),
        ("cancel_elsewhere", "buy", "CANCEL", "desk"),
        ("cancel_elsewhere", "sell", "SCANCEL", "desk"),
        ("cancel_system", "sell", "SCANCEL", "system"),
    ],
)
async def test_others_may_cancel_too(desk: Desk, act: str, side: str, raw: str, by: str) -> None:
    order_id = await desk.order(side=side)
    state = await desk.control(f"orders/{order_id}/{act}")
    assert (state["status_raw"], state["status"], state["cancelled_by"]) == (raw, "cancel", by)


async def test_an_owner_may_release_in_the_venues_own_app(desk: Desk) -> None:
    order_id = await desk.order(paid=True)
    state = await desk.control(f"orders/{order_id}/close_elsewhere")
    assert (state["released_times"], state["released_by"]) == (1, "desk elsewhere")
    assert await desk.refusal("confirm-receipt", {"txid": order_id}) == "ORDER_STATUS_ERROR"
    assert (await desk.state())["money_calls"][0]["acted"] is False


async def test_an_appeal_locks_the_order_and_shows_it_in_the_dispute_tab(desk: Desk) -> None:
    order_id = await desk.order(paid=True)
    await desk.control(f"orders/{order_id}/appeal", {"is_show_receive": 0})
    details = await desk.details(order_id)
    assert [details[key] for key in ("status", "in_appeal", "is_show_receive")] == ["locked", 1, 0]
    assert [row["txid"] for row in (await desk.pending(order_tab="dispute"))["list"]] == [int(order_id)]
    assert [row["txid"] for row in (await desk.pending())["list"]] == [int(order_id)]
    await desk.control("variants", {"dispute_tab_only": True})
    assert (await desk.pending())["list"] == []


async def test_a_release_during_an_appeal_needs_is_show_receive(desk: Desk) -> None:
    order_id = await desk.order(paid=True)
    await desk.control(f"orders/{order_id}/appeal", {"is_show_receive": 0})
    assert await desk.refusal("confirm-receipt", {"txid": order_id}) == "ORDER_STATUS_ERROR"
    await desk.control(f"orders/{order_id}/change", {"is_show_receive": 1})
    await desk.call("confirm-receipt", {"txid": order_id})


@pytest.mark.parametrize(("winner", "status", "times"), [("buyer", "bclosed", 1), ("seller", "sclosed", 0)])
async def test_a_verdict_ends_the_appeal(desk: Desk, winner: str, status: str, times: int) -> None:
    order_id = await desk.order(paid=True)
    await desk.control(f"orders/{order_id}/appeal")
    state = await desk.control(f"orders/{order_id}/verdict", {"for": winner})
    assert (state["status"], state["released_times"], state["in_appeal"]) == (status, times, False)


async def test_a_finished_trade_makes_both_known_to_each_other(desk: Desk) -> None:
    first = await desk.order(paid=True, name="李四")
    assert (await desk.details(first))["have_traded"] == 0
    await desk.call("confirm-receipt", {"txid": first})
    assert (await desk.details(await desk.order(name="李四")))["have_traded"] == 1


async def test_an_open_order_locks_part_of_its_ad(desk: Desk) -> None:
    order_id = await desk.order(amount="1000.00", paid=True)
    ad = await desk.call("ads_detail", {"adv_no": "2130000011"})
    assert (ad["amount"], ad["locked_amount"]) == ("99000.00", "1000.00")
    await desk.call("confirm-receipt", {"txid": order_id})
    ad = await desk.call("ads_detail", {"adv_no": "2130000011"})
    assert (ad["amount"], ad["locked_amount"]) == ("99000.00", "0.00")


async def test_the_pending_list_is_filtered(desk: Desk) -> None:
    sale, paid = int(await desk.order()), int(await desk.order(paid=True))
    buy, euro = int(await desk.order(side="buy")), int(await desk.order(fiat="EUR"))

    async def ids(**more: object) -> list[int]:
        return [row["txid"] for row in (await desk.pending(**more))["list"]]

    assert await ids() == [buy, paid, sale]
    assert await ids(select_type="buy") == [buy]
    assert await ids(status="paid") == [paid]
    assert await ids(status="open", select_type="sell") == [sale]
    assert await ids(txid=paid) == [paid]
    assert await ids(fiat_currency="EUR") == [euro]
    assert await ids(end_time=1000) == []


async def test_the_completed_list_is_paged_and_counts_all(desk: Desk) -> None:
    for _ in range(12):
        await desk.control(f"orders/{await desk.order()}/cancel")
    first = await desk.call("get_completed_transaction_list", {**MARKET, "status": "cancel"})
    second = await desk.call("get_completed_transaction_list", {**MARKET, "status": "cancel", "page": 2})
    assert (len(first["list"]), len(second["list"]), second["count"]) == (10, 2, 12)
    assert (await desk.call("get_completed_transaction_list", {**MARKET, "status": "closed"}))["count"] == 0
    await desk.order(paid=True)
    assert (await desk.call("get_completed_transaction_list", {**MARKET, "status": "paid"}))["count"] == 1


async def test_facts_can_be_changed_between_two_looks(desk: Desk) -> None:
    order_id = await desk.order(paid=True)
    changes = {"amount": "999.00", "name": "王五", "bankid": "****0000", "nick": "another", "cancelable": 1}
    await desk.control(f"orders/{order_id}/change", changes)
    details, (row,) = await desk.details(order_id), (await desk.pending())["list"]
    assert (details["amount"], details["total"], row["total"]) == ("999.00", "7192.80", "7192.80")
    assert (details["its_realname"], row["its_realname"], row["buyer_realname"]) == ("王五",) * 3
    assert (details["bankid"], details["its_nickname"], row["its_nick"]) == ("****0000", "another", "another")
    assert (details["cancelable"], row["cancelable"]) == (1, 1)
    await desk.control(f"orders/{order_id}/change", {"bankid": None})
    assert (await desk.details(order_id))["bankid"] == "****8821"
