"""What the venue refuses of an ad, each as a business error that leaves everything as it was."""

from typing import Any

import pytest

from tests.sandbox.gate.ads_hand import NEW, PUBLISH, SALE, detail, hand_of, rows
from tests.sandbox.gate.desk import Desk
from tests.support.controls import SandboxError


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"unitPrice": "7.215"}, "Price allows 2 decimals"),
        ({"unitPrice": "3.50"}, "Price must be between 3.58 and 10.72 CNY"),
        ({"unitPrice": "71.50"}, "Price must be between"),
        ({"unitPrice": "-7.21"}, "Invalid parameter value: unitPrice"),
        ({"number": "0.5", "minAmount": "0.1", "maxAmount": "0.5"}, "Quantity must not be below 1 USDT"),
        ({"number": "1000.123456789"}, "Invalid parameter value: number"),
        ({"minAmount": "501"}, "Invalid parameter value: minAmount is above maxAmount"),
        ({"maxAmount": "1000.01"}, "Invalid parameter value: maxAmount is above the whole"),
        ({"expire_min": "17"}, "Payment window must be one of 10, 15, 20"),
        ({"payType": "bank,cash"}, "Invalid parameter value: payType"),
        ({"payType": "wechat", "pay_type_json": "{}"}, "Invalid parameter value: payType"),
        ({"pay_type_json": '{"bank":"90011"}'}, "Invalid parameter value: pay_type_json"),
        ({"rateFixed": "0", "rateOffset": "much"}, "Invalid parameter value: rateOffset"),
        ({"type": "2", "oid": "2130000050"}, "Invalid parameter value: adv_no"),
    ],
)
async def test_what_no_venue_would_list_is_refused_in_words(desk: Desk, wrong: dict[str, str], words: str) -> None:
    before = await rows(desk)
    await desk.order(name="张三丰")
    assert words in await desk.refusal(PUBLISH, {**NEW, **wrong})
    assert (await rows(desk)).keys() == before.keys()
    (post,) = await hand_of(desk).posts()
    assert (post.acted, post.outcome, words in post.why, post.ad_id) == (False, "refused", True, "")


async def test_who_buys_may_name_pay_types_that_he_has_no_account_for(desk: Desk) -> None:
    await desk.call(PUBLISH, {**NEW, "type": "1", "unitPrice": "7.08", "payType": "wechat", "pay_type_json": "{}"})


async def test_no_more_ads_are_listed_than_the_rules_say_on_one_side(desk: Desk) -> None:
    hand = hand_of(desk)
    await hand.rules(listed_ads=2)
    await desk.call(PUBLISH, NEW)
    assert "No more than 2 ads" in await desk.refusal(PUBLISH, NEW)
    await desk.call("ads_update_status", {"adv_no": int(SALE), "adv_status": 3})
    await desk.call(PUBLISH, NEW)
    assert "No more than 2 ads" in await desk.refusal("ads_update_status", {"adv_no": int(SALE), "adv_status": 1})
    assert (await hand.ad(SALE)).status == "OFFLIN"
    await desk.call(PUBLISH, {**NEW, "type": "1", "unitPrice": "7.08"})


async def test_rules_are_set_by_hand_and_wrong_ones_change_nothing(desk: Desk) -> None:
    hand = hand_of(desk)
    before = await hand.rules()
    for wrong in ({"listed_ads": "2"}, {"colour": 1}, {"band_percent": "x"}, {"windows": ["15"]}, {"words": [""]}):
        with pytest.raises(SandboxError):
            await hand.rules(**{"least_amount": "5", **wrong})
    assert await hand.rules() == before
    await hand.rules(windows=[33], amount_decimals=2, price_decimals={"": 3}, band_percent="1")
    await desk.call(PUBLISH, {**NEW, "expire_min": "33", "unitPrice": "7.201"})
    assert "Quantity allows 2" in await desk.refusal(PUBLISH, {**NEW, "expire_min": "33", "number": "1000.001"})
    assert "between 7.079 and 7.221" in await desk.refusal(PUBLISH, {**NEW, "expire_min": "33", "unitPrice": "7.23"})


@pytest.mark.parametrize("fields", [("trade_tips",), ("auto_reply",), ("trade_tips", "auto_reply")])
async def test_the_text_filter_names_the_field_and_nothing_is_saved(desk: Desk, fields: tuple[str, ...]) -> None:
    hand = hand_of(desk)
    await hand.rules(words=["VIP group"])
    before = await rows(desk)
    for text in ("call 13800000000", "join our vip GROUP"):
        for more in ({}, {"type": "2", "oid": SALE}):
            answer = (await desk.post(PUBLISH, {**NEW, **dict.fromkeys(fields, text), **more})).json()
            event: Any = answer["data"]["risk_event"]
            assert (answer["code"], event["content_risk_type"]) == (70305102, "_".join(fields))
            assert [name for name in ("trade_tips", "auto_reply") if event[name]] == list(fields)
    assert await rows(desk) == before


async def test_the_text_filter_may_refuse_any_text(desk: Desk) -> None:
    await hand_of(desk).rules(refuses_texts=True)
    assert (await desk.post(PUBLISH, NEW)).json()["code"] == 70305102
    await desk.call(PUBLISH, {**NEW, "trade_tips": "", "auto_reply": ""})


async def test_a_closed_ad_is_neither_edited_nor_opened(desk: Desk) -> None:
    await desk.call("ads_update_status", {"adv_no": int(SALE), "adv_status": 4})
    assert await desk.refusal(PUBLISH, {**NEW, "type": "2", "oid": SALE}) == "ORDER_STATUS_ERROR"
    assert await desk.refusal("ads_update_status", {"adv_no": int(SALE), "adv_status": 1}) == "ORDER_STATUS_ERROR"


async def test_ads_of_others_are_not_ours_to_change(desk: Desk) -> None:
    rival = (await hand_of(desk).rivals())[0].id
    for name, body in (
        (PUBLISH, {**NEW, "type": "2", "oid": rival}),
        ("ads_update_status", {"adv_no": int(rival), "adv_status": 4}),
        ("ads_detail", {"adv_no": rival}),
    ):
        assert await desk.refusal(name, body) == "Invalid parameter value: adv_no"
    await desk.control("variants", {"rival_details_shown": True})
    assert (await detail(desk, rival))["rate"] == "7.19"


@pytest.mark.parametrize("wrong", [{"adv_no": SALE}, {"adv_no": 1}, {"adv_status": 2}, {"adv_status": "3"}, {}])
async def test_a_status_is_set_by_the_documented_types_alone(desk: Desk, wrong: dict[str, Any]) -> None:
    body = {"adv_no": int(SALE), "adv_status": 3, **wrong} if wrong else {}
    assert (await desk.refusal("ads_update_status", body)).startswith("Invalid parameter value")
    assert (await hand_of(desk).ad(SALE)).status == "OPEN"
