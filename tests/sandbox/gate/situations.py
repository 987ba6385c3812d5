"""For every documented-shape answer: the situation at the venue in which it is given, and the request for it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.sandbox.gate.desk import Desk

Request = tuple[str, dict[str, Any] | None]
Situation = Callable[[Desk], Awaitable[Request]]

SITUATIONS: dict[tuple[str, str], Situation] = {}
MARKET = {"crypto_currency": "USDT", "fiat_currency": "CNY"}
PNG = "iVBORw0KGgo="
VOUCHER = {"base64": PNG, "content_type": "image/png"}


def answers_like(endpoint: str, *variants: str) -> Callable[[Situation], Situation]:
    def keep(situation: Situation) -> Situation:
        SITUATIONS.update({(endpoint, variant): situation for variant in variants})
        return situation

    return keep


def _fixed(endpoint: str, variant: str, body: dict[str, Any] | None) -> None:
    async def situation(desk: Desk) -> Request:
        return endpoint, body

    SITUATIONS[endpoint, variant] = situation


AD = {
    "currencyType": "USDT",
    "exchangeType": "USD",
    "type": "0",
    "unitPrice": "1.01",
    "number": "1000",
    "payType": "bank,swift",
    "pay_type_json": json.dumps({"bank": "20011", "swift": "20012"}),
    "rateFixed": "1",
    "minAmount": "50",
    "maxAmount": "500",
    "limitBasis": 0,
    "expire_min": "15",
    "trade_tips": "own-name accounts only",
    "auto_reply": "thanks, details are on the order page",
    "user_order_limit": "2",
}
_NO_LIMITS = {key: value for key, value in AD.items() if key not in ("minAmount", "maxAmount")}
FLOATING = {"rateFixed": "0", "rateReferenceId": "3", "rateOffset": "0.5", "float_trend": "1"}

_fixed("get_user_info", "base", None)
_fixed("get_myself_payment", "base", {"fiat": "USD"})
_fixed("set_merchant_work_hours", "base", {"work_status": 1})
_WEEK = {"day_of_week": "1,2,3,4,5", "time_zone": "3", "start_time": "09:00", "end_time": "18:00"}
_fixed("set_merchant_work_hours", "custom_weekly", {"work_status": 2, "cycle_type": "Weekly", **_WEEK})
_fixed("get_pending_transaction_list", "empty", {**MARKET})
_fixed("my_ads_list", "base", {"asset": "USDT", "fiat_unit": "CNY", "trade_type": "sell"})
_fixed("my_ads_list", "no_filters", {})
_fixed("ads_list", "base", {"asset": "USDT", "fiat_unit": "CNY", "trade_type": "sell"})
_fixed("ads_detail", "base", {"adv_no": "2130000011"})
for _name, _status in (("base", 3), ("relist", 1), ("close", 4)):
    _fixed("ads_update_status", _name, {"adv_no": 2130000011, "adv_status": _status})
_fixed("place_biz_push_order", "base", AD)
_fixed("place_biz_push_order", "edit_sell", {**AD, "type": "2", "oid": "2130000011", "unitPrice": "1.02"})
_fixed(
    "place_biz_push_order", "floating_buy", {**AD, "type": "1", "payType": "bank", "pay_type_json": "{}", **FLOATING}
)
_fixed(
    "place_biz_push_order",
    "fiat_limits",
    {**_NO_LIMITS, "limitBasis": 1, "fiatMinAmount": "50", "fiatMaxAmount": "1000"},
)
_fixed("place_biz_push_order", "content_risk_rejected", {**AD, "trade_tips": "write me: telegram @desk_one"})
for _name, _kind in (("base", "image/png"), ("jpeg", "image/jpeg"), ("video", "video/mp4")):
    _fixed("upload_chat_file", _name, {"image_content_type": _kind, "base64_img": PNG})


@answers_like("ads_detail", "floating_delisted")
async def floating(desk: Desk) -> Request:
    await desk.call("place_biz_push_order", {**AD, **FLOATING})
    await desk.call("ads_update_status", {"adv_no": 2130000013, "adv_status": 3})
    return "ads_detail", {"adv_no": "2130000013"}


@answers_like("get_counterparty_user_info", "base", "fresh_unverified")
async def stranger(desk: Desk) -> Request:
    details = await desk.details(await desk.order(profile={"verified": "0", "registration_days": 1}))
    return "get_counterparty_user_info", {"biz_uid": details["its_uid"]}


@answers_like("get_pending_transaction_list", "base")
async def two_sales(desk: Desk) -> Request:
    await desk.order()
    await desk.order(paid=True)
    return "get_pending_transaction_list", {**MARKET, "order_tab": "pending", "select_type": "sell", "status": ""}


@answers_like("get_pending_transaction_list", "minimal_request")
async def both_sides(desk: Desk) -> Request:
    await desk.order(side="buy")
    await two_sales(desk)
    return "get_pending_transaction_list", {**MARKET}


@answers_like("get_pending_transaction_list", "dispute_tab")
async def in_dispute(desk: Desk) -> Request:
    await desk.control(f"orders/{await desk.order(paid=True)}/appeal")
    return "get_pending_transaction_list", {**MARKET, "order_tab": "dispute"}


@answers_like("get_completed_transaction_list", "base", "second_page_short", "flash_swap_row")
async def finished_sales(desk: Desk) -> Request:
    for _ in range(3):
        order_id = await desk.order(paid=True, supported_pay_types=["bank", "swift"])
        await desk.call("confirm-receipt", {"txid": order_id})
    return "get_completed_transaction_list", {**MARKET, "status": "closed", "page": 2, "per_page": 2}


@answers_like("get_completed_transaction_list", "cancelled")
async def cancelled_sale(desk: Desk) -> Request:
    await desk.control(f"orders/{await desk.order()}/cancel")
    return "get_completed_transaction_list", {**MARKET, "status": "cancel"}


@answers_like("get_completed_transaction_list", "expired")
async def expired_sale(desk: Desk) -> Request:
    await desk.control(f"orders/{await desk.order()}/expire")
    return "get_completed_transaction_list", {**MARKET, "status": "cancel"}


@answers_like("get_completed_transaction_list", "arbitrated_both_ways")
async def arbitrated(desk: Desk) -> Request:
    for winner in ("buyer", "seller"):
        order_id = await desk.order(paid=True, supported_pay_types=["bank", "swift"])
        await desk.control(f"orders/{order_id}/appeal")
        await desk.control(f"orders/{order_id}/verdict", {"for": winner})
    return "get_completed_transaction_list", {**MARKET}


def _details(order_id: str) -> Request:
    return "get_transaction_details", {"txid": int(order_id), "channel": ""}


@answers_like("get_transaction_details", "base")
async def paid_sale(desk: Desk) -> Request:
    order_id = await desk.order()
    await desk.control(f"orders/{order_id}/pay", VOUCHER)
    return _details(order_id)


@answers_like("get_transaction_details", "sell_unpaid")
async def unpaid_sale(desk: Desk) -> Request:
    return _details(await desk.order())


@answers_like("get_transaction_details", "buy_unpaid_with_payee")
async def unpaid_purchase(desk: Desk) -> Request:
    return _details(await desk.order(side="buy", supported_pay_types=["bank", "paypal"]))


@answers_like("get_transaction_details", "buy_hidden_payment")
async def hidden_purchase(desk: Desk) -> Request:
    return _details(await desk.order(side="buy", hide_payment=True))


@answers_like("get_transaction_details", "buy_waiting_release")
async def paid_purchase(desk: Desk) -> Request:
    await desk.control("variants", {"unconfirmed": True})
    order_id = await desk.order(side="buy", supported_pay_types=["bank", "paypal"])
    await desk.call("confirm-payment", {"txid": order_id})
    return _details(order_id)


@answers_like("get_transaction_details", "sell_in_dispute")
async def disputed_sale(desk: Desk) -> Request:
    _, body = await paid_sale(desk)
    assert body is not None
    await desk.control(f"orders/{body['txid']}/appeal", {"is_show_receive": 1})
    return "get_transaction_details", body


@answers_like("get_transaction_details", "finished")
async def finished_sale(desk: Desk) -> Request:
    _, body = await paid_sale(desk)
    assert body is not None
    await desk.call("confirm-receipt", {"txid": str(body["txid"])})
    return "get_transaction_details", body


@answers_like("get_transaction_details", "cancelled_by_buyer")
async def cancelled_details(desk: Desk) -> Request:
    order_id = await desk.order()
    await desk.control(f"orders/{order_id}/cancel")
    return _details(order_id)


@answers_like("get_transaction_details", "expired")
async def expired_details(desk: Desk) -> Request:
    order_id = await desk.order(seconds_ago=901)
    return _details(order_id)


@answers_like("confirm-receipt", "base")
async def releasing(desk: Desk) -> Request:
    return "confirm-receipt", {"txid": await desk.order(paid=True)}


@answers_like("confirm-payment", "base", "without_method")
async def paying(desk: Desk) -> Request:
    return "confirm-payment", {"txid": await desk.order(side="buy")}


@answers_like("cancel", "base", "minimal")
async def cancelling(desk: Desk) -> Request:
    return "cancel", {"txid": await desk.order(side="buy"), "reason_id": "9", "reason_memo": "free text"}


async def _lively_chat(desk: Desk, **order: Any) -> str:
    order_id = await desk.order(**order)
    await desk.control(f"orders/{order_id}/write", {"text": "sent, please look"})
    await desk.control(f"orders/{order_id}/file", VOUCHER)
    await desk.control(f"orders/{order_id}/share_payment")
    return order_id


@answers_like("get_chats_list", "base", "incremental", "older_page", "latest_order")
async def talked_about_sale(desk: Desk) -> Request:
    order_id = await _lively_chat(desk)
    await desk.control(f"orders/{order_id}/pay", VOUCHER)
    await desk.call("send_chat_message", {"txid": int(order_id), "message": "looking"})
    return "get_chats_list", {"txid": int(order_id)}


@answers_like("get_chats_list", "buyer_cancelled")
async def cancelled_chat(desk: Desk) -> Request:
    order_id = await desk.order()
    await desk.control(f"orders/{order_id}/cancel")
    return "get_chats_list", {"txid": int(order_id)}


@answers_like("get_chats_list", "risk_flagged_text")
async def flagged_chat(desk: Desk) -> Request:
    order_id = int(await desk.order())
    await desk.call("send_chat_message", {"txid": order_id, "message": "call +86 138 0013 8000"})
    return "get_chats_list", {"txid": order_id}


@answers_like("get_chats_list", "video")
async def video_chat(desk: Desk) -> Request:
    order_id = await desk.order(side="buy")
    await desk.control(f"orders/{order_id}/file", {"base64": PNG, "content_type": "video/mp4"})
    return "get_chats_list", {}


@answers_like("send_chat_message", "base")
async def writing(desk: Desk) -> Request:
    return "send_chat_message", {"txid": int(await desk.order()), "type": 0, "message": "received, releasing now"}


@answers_like("send_chat_message", "file")
async def sending_a_file(desk: Desk) -> Request:
    upload = await desk.call("upload_chat_file", {"image_content_type": "image/png", "base64_img": PNG})
    return "send_chat_message", {"txid": int(await desk.order()), "type": 1, "message": upload["file_key"]}


@answers_like("send_chat_message", "risk_hit")
async def writing_a_contact(desk: Desk) -> Request:
    return "send_chat_message", {"txid": int(await desk.order()), "message": "write me on another app"}
