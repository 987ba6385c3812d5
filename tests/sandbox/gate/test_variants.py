"""What the documents leave open can be switched, one at a time."""

from typing import Any

from tests.sandbox.gate.desk import Desk


async def on(desk: Desk, *names: str) -> None:
    await desk.control("variants", dict.fromkeys(names, True))


async def test_digits_come_as_text(desk: Desk) -> None:
    order_id = await desk.order()
    await on(desk, "stringly_typed", "php_empty_arrays", "ids_as_strings")
    answer = await desk.pending()
    (row,) = answer["list"]
    assert (row["txid"], row["type_buy"], row["convert_info"]) == (order_id, "0", [])
    assert isinstance(answer["trans_time"][0]["od_time"], str)
    assert (await desk.details(order_id))["is_sell"] == "1"
    assert (await desk.call("get_myself_payment", {}))[0]["ids"] == ["20011"]
    await desk.control(f"orders/{order_id}/pay")
    assert await desk.call("confirm-receipt", {"txid": order_id}) == []


async def test_old_spellings_come_back(desk: Desk) -> None:
    order_id = await desk.order(paid=True)
    await on(desk, "legacy_keys")
    (row,) = (await desk.pending())["list"]
    assert (row["currencyType"], row["order_status"], "currency_type" in row) == ("USDT", "PAID", False)
    details = await desk.details(order_id)
    assert (details["currencyType"], details["state"]) == ("USDT", "PAID")


async def test_paid_has_a_second_name_and_statuses_may_be_unheard_of(desk: Desk) -> None:
    order_id = await desk.order(paid=True)
    await on(desk, "unconfirmed")
    assert (await desk.details(order_id))["status"] == "unconfirmed"
    await on(desk, "unknown_status")
    assert (await desk.pending())["list"][0]["status"] == "under_inspection"


async def test_unread_counts_may_stand_in_rows_and_survive_a_read(desk: Desk) -> None:
    order_id = await desk.order()
    await desk.control(f"orders/{order_id}/write", {"text": "hello"})
    await on(desk, "im_unread_in_rows", "unread_stays")
    await desk.call("get_chats_list", {"txid": int(order_id)})
    assert (await desk.pending())["list"][0]["im_unread"] == 1


async def test_moments_change_their_unit(desk: Desk) -> None:
    order_id = int(await desk.order())
    sent = await desk.call("send_chat_message", {"txid": order_id, "message": "hello"})
    read = await desk.call("get_chats_list", {"txid": order_id})
    assert sent["SRVTM"] > 10**12 > read["SRVTM"]
    await on(desk, "srvtm_seconds", "srvtm_ms")
    sent = await desk.call("send_chat_message", {"txid": order_id, "message": "hello"})
    read = await desk.call("get_chats_list", {"txid": order_id})
    assert read["SRVTM"] > 10**12 > sent["SRVTM"]


async def test_envelopes_shrink_and_refusals_lose_their_data(desk: Desk) -> None:
    order_id = await desk.order(paid=True)
    await on(desk, "minimal_envelope", "null_data")
    assert (await desk.post("confirm-receipt", {"txid": order_id})).json() == {"code": 0, "message": "ok"}
    assert (await desk.post("confirm-receipt", {"txid": order_id})).json()["data"] is None


async def test_money_calls_may_want_the_old_key(desk: Desk) -> None:
    order_id = await desk.order(paid=True)
    await on(desk, "trade_id")
    assert (await desk.refusal("confirm-receipt", {"txid": order_id})).startswith("Invalid parameter value")
    await desk.call("confirm-receipt", {"trade_id": order_id})


async def test_rows_may_contradict_details(desk: Desk) -> None:
    order_id = await desk.order(side="sell")
    await on(desk, "type_buy_inverted", "masked_names")
    (row,) = (await desk.pending())["list"]
    assert (row["type_buy"], (await desk.details(order_id))["is_sell"]) == (1, 1)
    assert row["its_realname"] == "张*丰"


async def test_an_account_may_have_no_access(desk: Desk) -> None:
    await on(desk, "no_access")
    assert await desk.refusal("get_user_info") == "NO_ACCESS"
    await on(desk, "read_only_key")
    response = await desk.post("get_user_info")
    assert (response.status_code, response.json()["label"]) == (403, "READ_ONLY")


async def test_an_unknown_variant_changes_nothing(desk: Desk) -> None:
    async def switch(body: Any) -> int:
        return (await desk.client.post(f"{desk.control_url}/control/gate/variants", json=body)).status_code

    assert await switch({"unconfirmed": True, "nonsense": True}) == 400
    assert (await desk.state())["variants"]["unconfirmed"] is False
