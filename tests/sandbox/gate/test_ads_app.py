"""Colleagues in Gate's app, what edits do to what they leave out, and every way in which an ad may be shown."""

import asyncio
import json
from typing import Any

import pytest

from tests.sandbox.gate.ads_hand import NEW, PUBLISH, SALE, detail, hand_of, prices, rows
from tests.sandbox.gate.desk import Desk
from tests.support.controls import SandboxError


async def published(desk: Desk, **more: Any) -> str:
    before = {ad.id for ad in await hand_of(desk).mine()}
    await desk.call(PUBLISH, {**NEW, **more})
    (number,) = {ad.id for ad in await hand_of(desk).mine()} - before
    return number


async def on(desk: Desk, **switches: Any) -> None:
    await desk.control("variants", switches)


async def test_an_edit_resets_what_it_leaves_out_and_the_variant_keeps_it(desk: Desk) -> None:
    number = await published(desk)
    short = {name: value for name, value in NEW.items() if name in list(NEW)[:10]} | {"type": "2", "oid": number}
    for keeps in (True, False):
        await on(desk, edit_keeps_left_out=keeps)
        await desk.call(PUBLISH, {**short, "unitPrice": "7.22"})
        ad = (await hand_of(desk).ad(number)).raw
        assert (ad["price"], ad["expire_min"], ad["trade_tips"], ad["min_completed_limit"], ad["tier_limit"]) == (
            ("7.22", 20, "own-name accounts only", 5, 1) if keeps else ("7.22", 15, "", -1, 0)
        )


@pytest.mark.parametrize(("reading", "left"), [("remaining", "1000"), ("total", "700.00")])
async def test_number_of_an_edit_is_what_is_left_or_the_whole(desk: Desk, reading: str, left: str) -> None:
    await desk.call("ads_update_status", {"adv_no": int(SALE), "adv_status": 3})
    number = await published(desk)
    await desk.order(amount="100.00")
    await desk.call("confirm-receipt", {"txid": await desk.order(amount="200.00", paid=True)})
    before = await detail(desk, number)
    assert (before["amount"], before["locked_amount"]) == ("700.00", "100.00")
    await on(desk, ad_number=reading)
    await desk.call(PUBLISH, {**NEW, "type": "2", "oid": number})
    after = await detail(desk, number)
    assert (after["amount"], after["locked_amount"]) == (left, "100.00")


async def test_a_colleague_publishes_edits_and_closes_without_a_post(desk: Desk) -> None:
    hand = hand_of(desk)
    number = await hand.publish_from_app(
        "buy", price="7.0512", pay_types=["bank", "paylah"], trade_tips="call 13800000000"
    )
    row = (await rows(desk))[number]
    assert (row["rate"], row["pay_type_num"], row["pay_type_json"], row["trade_tips"][:4]) == (
        "7.0512",
        "2,0",
        "{}",
        "call",
    )
    await hand.edit_from_app(number, price="7.10", amount="77", is_out_time=1)
    assert (await rows(desk))[number]["is_out_time"] == 1
    shown = await detail(desk, number)
    assert (shown["rate"], shown["amount"], shown["fiat_max_amount"], shown["trade_tips"]) == (
        "7.10", "77", "35500.00", row["trade_tips"],
    )  # fmt: skip
    for status, text in ((3, "OFFLIN"), ("OPEN", "OPEN"), (4, "CLOSED")):
        assert (await hand.set_status_from_app(number, status)).status == text
    assert await hand.posts() == []
    for wrong in ({"price": "0"}, {"colour": "red"}, {"expire_min": "soon"}):
        with pytest.raises(SandboxError):
            await hand.edit_from_app(SALE, **wrong)


async def test_fiat_limits_stay_when_the_price_moves_and_rows_carry_them_when_told(desk: Desk) -> None:
    number = await hand_of(desk).publish_from_app(
        limit_basis=1, fiat_min_amount="100", fiat_max_amount="7000", price="7.00"
    )
    await hand_of(desk).edit_from_app(number, price="7.50")
    row = (await rows(desk))[number]
    assert (row["limit_fiat"], row["max_amount"], "fiat_max_amount" in row) == ("100~7000", "933.33", False)
    await on(desk, fiat_limits_in_rows=True)
    row = (await rows(desk))[number]
    assert (row["fiat_min_amount"], row["fiat_max_amount"]) == ("100", "7000")


async def test_ids_change_their_types_and_pass_the_width_of_an_int32(desk: Desk) -> None:
    hand = hand_of(desk)
    await hand.next_id(2**31 - 1)
    numbers = [await published(desk) for _ in range(2)]
    assert numbers == ["2147483647", "2147483648"]
    for otherwise, kinds in ((False, (str, int, int)), (True, (int, str, str))):
        await on(desk, ad_ids_otherwise=otherwise)
        row = (await desk.call("my_ads_list", {}))["lists"][-1]
        shown = (await detail(desk, numbers[-1]))["orderid"]
        listed = (await desk.call("ads_list", {"asset": "USDT", "fiat_unit": "CNY", "trade_type": "sell"}))[0]["adv_no"]
        assert (type(row["id"]), type(shown), type(listed)) == kinds
        assert str(shown) == numbers[-1]
    with pytest.raises(SandboxError):
        await hand.next_id(5)


async def test_a_new_ad_is_found_only_after_a_while(desk: Desk) -> None:
    await on(desk, new_ad_delay=0.3)
    number = await published(desk)
    assert number not in await rows(desk) and SALE in await rows(desk)
    await asyncio.sleep(0.35)
    assert number in await rows(desk)


async def test_closed_ads_are_listed_or_not_and_named_in_two_ways(desk: Desk) -> None:
    status = {"adv_no": int(SALE), "adv_status": 4}
    await on(desk, ad_status_unsaid=True)
    assert await desk.call("ads_update_status", status) == {}
    assert SALE not in await rows(desk)
    await on(desk, closed_ads_listed=True)
    assert (await rows(desk))[SALE]["status"] == "CLOSED"
    await on(desk, closed_is_cancel=True)
    assert (await rows(desk))[SALE]["status"] == (await detail(desk, SALE))["status"] == "CANCEL"
    assert SALE not in [str(row.id) for row in await hand_of(desk).side()]


async def test_an_edit_may_put_an_ad_online_and_keep_another_price(desk: Desk) -> None:
    number = await published(desk)
    await desk.call("ads_update_status", {"adv_no": int(number), "adv_status": 3})
    await desk.call(PUBLISH, {**NEW, "type": "2", "oid": number})
    assert (await detail(desk, number))["status"] == "OFFLIN"
    await on(desk, edit_relists=True, ad_price_moved=True)
    await desk.call(PUBLISH, {**NEW, "type": "2", "oid": number, "unitPrice": "7.25"})
    shown = await detail(desk, number)
    assert (shown["status"], shown["rate"], shown["fiat_min_amount"]) == ("OPEN", "7.26", "363.00")


async def test_details_and_rows_each_lack_what_the_other_has(desk: Desk) -> None:
    row, shown = (await rows(desk))[SALE], await detail(desk, SALE)
    assert {"verified_limit", "user_country_limit"} <= row.keys() - shown.keys()
    assert {"polymarket_limit", "limit_basis", "fiat_min_amount"} <= shown.keys() - row.keys()
    await on(desk, legacy_keys=True)
    assert {"verified_limit", "user_country_limit"} <= (await detail(desk, SALE)).keys()


async def test_a_map_of_methods_may_lack_one_that_the_ad_has(desk: Desk) -> None:
    number = await published(desk, pay_type_json=json.dumps({"bank": "20011"}))
    row = (await rows(desk))[number]
    assert (row["pay_type_num"], json.loads(row["pay_type_json"])) == ("2,1", {"bank": "20011"})
    assert "7.21" in await prices(desk)


@pytest.mark.parametrize("wrong", [{"ad_number": "both"}, {"new_ad_delay": "1"}, {"ad_ids_otherwise": 1}])
async def test_a_variant_of_another_type_is_none(desk: Desk, wrong: dict[str, Any]) -> None:
    answer = await desk.client.post(f"{desk.control_url}/control/gate/variants", json=wrong)
    assert answer.status_code == 400
