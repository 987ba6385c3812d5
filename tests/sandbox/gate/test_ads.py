import json
from typing import Any

import pytest

from tests.sandbox.gate.desk import Desk
from tests.sandbox.gate.situations import AD


async def mine(desk: Desk) -> dict[str, Any]:
    return {ad["id"]: ad for ad in (await desk.call("my_ads_list", {}))["lists"]}


async def test_an_ad_is_published_edited_delisted_and_closed(desk: Desk) -> None:
    await desk.call("place_biz_push_order", AD)
    number = max(await mine(desk))
    await desk.call("place_biz_push_order", {**AD, "type": "2", "oid": number, "unitPrice": "1.05"})
    ad = (await mine(desk))[number]
    assert (ad["rate"], ad["status"], ad["limit_total"], ad["total"]) == ("1.05", "OPEN", "50~500", "1050.00")
    await desk.call("ads_update_status", {"adv_no": int(number), "adv_status": 3})
    assert (await mine(desk))[number]["status"] == "OFFLIN"
    market = {"asset": "USDT", "fiat_unit": "USD", "trade_type": "sell"}
    assert await desk.call("ads_list", market) == []
    await desk.call("ads_update_status", {"adv_no": int(number), "adv_status": 4})
    assert number not in await mine(desk)
    assert await desk.refusal("ads_update_status", {"adv_no": int(number), "adv_status": 1}) == "ORDER_STATUS_ERROR"


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "4"},
        {"unitPrice": 1.01},
        {"unitPrice": "0"},
        {"payType": ""},
        {"minAmount": "600"},
        {"maxAmount": "1001"},
        {"minAmount": None},
        {"limitBasis": 1},
        {"pay_type_json": json.dumps({"alipay": "20013"})},
        {"pay_type_json": json.dumps({"bank": "20012"})},
        {"pay_type_json": "{"},
        {"type": "2"},
        {"type": "2", "oid": "1"},
        {"type": "3", "oid": "2130000011"},
        {"type": "2", "oid": "2130000011", "limitBasis": 1, "fiatMinAmount": "50", "fiatMaxAmount": "60"},
        {"expire_min": "soon"},
    ],
)
async def test_an_ad_the_contract_does_not_allow_is_refused(desk: Desk, wrong: Any) -> None:
    before = await mine(desk)
    assert (await desk.refusal("place_biz_push_order", {**AD, **wrong})).startswith("Invalid parameter value")
    assert await mine(desk) == before


async def test_contacts_in_an_ad_are_refused_with_their_own_code(desk: Desk) -> None:
    answer = (await desk.post("place_biz_push_order", {**AD, "auto_reply": "telegram me"})).json()
    assert answer["code"] == 70305102
    event = answer["data"]["risk_event"]
    assert (event["content_risk_type"], bool(event["auto_reply"]), event["trade_tips"]) == ("auto_reply", True, "")
    assert len(await mine(desk)) == 2


async def test_the_market_is_sorted_for_the_taker(desk: Desk) -> None:
    market = {"asset": "USDT", "fiat_unit": "CNY"}
    selling = await desk.call("ads_list", {**market, "trade_type": "sell"})
    buying = await desk.call("ads_list", {**market, "trade_type": "buy"})
    assert [ad["price"] for ad in selling] == ["7.19", "7.20", "7.22"]
    assert [ad["price"] for ad in buying] == ["7.12", "7.10", "7.05"]
    assert [ad["index"] for ad in selling] == [1, 2, 3]


async def test_work_hours_answer_whether_one_works_now(desk: Desk) -> None:
    always = {"cycle_type": "Daily", "time_zone": "0", "start_time": "00:00", "end_time": "23:59"}
    assert await desk.call("set_merchant_work_hours", {"work_status": 2, **always}) == {"work_status": 3}
    info = await desk.call("get_user_info")
    assert (info["work_status"], info["work_hours"]["cycle_type"]) == (3, "Daily")
    assert await desk.call("set_merchant_work_hours", {"work_status": 0}) == {"work_status": 0}
    wrong = {**always, "start_time": "20:00", "end_time": "08:00"}
    assert (await desk.refusal("set_merchant_work_hours", {"work_status": 2, **wrong})).startswith("Invalid")
