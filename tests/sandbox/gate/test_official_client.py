"""The venue's own client, version pinned in the development requirements, is one of the judges."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import gate_api
import pytest
from gate_api.exceptions import ApiException

from tests.sandbox.gate.desk import Desk


class Official:
    """Calls the generated client in a thread, as it blocks."""

    def __init__(self, desk: Desk, secret: str = "sandbox-secret") -> None:
        self._settings = gate_api.Configuration(host=desk.api_url, key="sandbox-key", secret=secret)
        self.api = gate_api.P2pApi(gate_api.ApiClient(self._settings))

    async def call(self, name: str, *args: Any, **more: Any) -> Any:
        method: Callable[..., Any] = getattr(self.api, f"p2p_merchant_{name}")
        answer = await asyncio.to_thread(method, *args, **more)
        assert answer.code == 0, answer
        return answer.data


@pytest.fixture
def official(desk: Desk) -> Iterator[Official]:
    client = Official(desk)
    yield client
    client.api.api_client.close()


async def test_reads_of_orders_succeed(desk: Desk, official: Official) -> None:
    sale, buy = await desk.order(paid=True), await desk.order(side="buy")
    market = {"crypto_currency": "USDT", "fiat_currency": "CNY"}
    pending = await official.call(
        "transaction_get_pending_transaction_list", gate_api.GetPendingTransactionListRequest(**market)
    )
    assert {row.txid for row in pending.list} == {int(sale), int(buy)}
    done = await official.call(
        "transaction_get_completed_transaction_list",
        gate_api.GetCompletedTransactionListRequest(**market, page=1, per_page=10),
    )
    assert done.list == []
    details = await official.call(
        "transaction_get_transaction_details", gate_api.GetTransactionDetailsRequest(txid=int(sale), channel="")
    )
    assert (details.is_sell, details.status, details.amount) == (1, "paid", "1000.00")


async def test_the_three_order_actions_succeed(desk: Desk, official: Official) -> None:
    sale, buy, unwanted = await desk.order(paid=True), await desk.order(side="buy"), await desk.order(side="buy")
    await official.call("transaction_confirm_receipt", gate_api.ConfirmReceipt(txid=sale))
    await official.call("transaction_confirm_payment", gate_api.ConfirmPayment(txid=buy, payment_method="bank"))
    await official.call("transaction_cancel", gate_api.CancelOrder(txid=unwanted, reason_id="9", reason_memo="free"))
    states = [(await desk.order_state(each))["status"] for each in (sale, buy, unwanted)]
    assert states == ["finished", "paid", "cancel"]


async def test_profiles_payments_and_work_hours_succeed(desk: Desk, official: Official) -> None:
    details = await desk.details(await desk.order())
    own = await official.call("account_get_user_info")
    assert own.biz_uid == "bizuid-me-7f31"
    wanted = gate_api.GetCounterpartyUserInfoRequest(biz_uid=details["its_uid"])
    assert (await official.call("account_get_counterparty_user_info", wanted)).user_name == details["its_nickname"]
    wanted = gate_api.GetMyselfPaymentRequest(fiat="CNY")
    methods = await official.call("account_get_myself_payment", get_myself_payment_request=wanted)
    assert [method.pay_type for method in methods] == ["bank", "alipay"]
    hours = gate_api.SetMerchantWorkHoursRequest(work_status=0)
    assert (await official.call("account_set_merchant_work_hours", hours)).work_status == 0


async def test_chat_calls_succeed(desk: Desk, official: Official) -> None:
    order_id = int(await desk.order())
    upload = gate_api.UploadChatFile(image_content_type="image/png", base64_img="iVBORw0KGgo=")
    key = (await official.call("chat_upload_chat_file", upload)).file_key
    for kind, text in ((0, "received"), (1, key)):
        wanted = gate_api.SendChatMessageRequest(txid=order_id, type=kind, message=text)
        assert (await official.call("chat_send_chat_message", wanted)).srvtm > 10**12
    chat = await official.call("chat_get_chats_list", gate_api.GetChatsListRequest(txid=order_id))
    assert [(said.msg_type, said.file_key) for said in chat.messages[-2:]] == [(0, None), (1, key)]


async def test_ad_calls_succeed(desk: Desk, official: Official) -> None:
    new = gate_api.PlaceBizPushOrder(
        currency_type="USDT",
        exchange_type="CNY",
        type="0",
        unit_price="7.21",
        number="1000",
        pay_type="bank",
        pay_type_json=json.dumps({"bank": "20011"}),
        rate_fixed="1",
        min_amount="50",
        max_amount="500",
        expire_min="20",
    )
    await official.call("books_place_biz_push_order", new)
    mine = (await official.call("books_my_ads_list", my_ads_list_request=gate_api.MyAdsListRequest(asset="USDT"))).lists
    number = mine[-1].id
    detail = await official.call("books_ads_detail", gate_api.AdsDetailRequest(adv_no=number))
    assert (detail.rate, detail.expire_min, detail.status) == ("7.21", 20, "OPEN")
    change = gate_api.AdsUpdateStatus(adv_no=int(number), adv_status=3)
    assert (await official.call("books_ads_update_status", change)).status == 3
    wanted = gate_api.AdsListRequest(asset="USDT", fiat_unit="CNY", trade_type="sell")
    assert [ad.price for ad in await official.call("books_ads_list", wanted)] == ["7.19", "7.20", "7.22"]


async def test_the_time_of_the_venue_is_public(desk: Desk) -> None:
    client = gate_api.ApiClient(gate_api.Configuration(host=desk.api_url))
    answer = await asyncio.to_thread(gate_api.SpotApi(client).get_system_time)
    assert abs(answer.server_time / 1000 - desk.venue.now()) < 5


async def test_a_wrong_secret_is_refused(desk: Desk) -> None:
    with pytest.raises(ApiException) as refused:
        await Official(desk, secret="another").call("account_get_user_info")
    assert (refused.value.status, json.loads(refused.value.body)["label"]) == (401, "INVALID_SIGNATURE")


@pytest.mark.parametrize("offset", [61.5, -61.5])
async def test_a_clock_61_seconds_off_is_refused(desk: Desk, official: Official, offset: float) -> None:
    await desk.control("clock", {"offset": offset})
    with pytest.raises(ApiException) as refused:
        await official.call("account_get_user_info")
    assert (refused.value.status, json.loads(refused.value.body)["label"]) == (401, "REQUEST_EXPIRED")
    await desk.control("clock", {"offset": offset * 0.95})
    await official.call("account_get_user_info")
