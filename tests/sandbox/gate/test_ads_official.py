"""The venue's own client publishes, edits, lists, closes and reads the market, whatever the ids."""

import json
from collections.abc import Iterator
from typing import Any

import gate_api
import pytest

from tests.sandbox.gate.ads_hand import NEW, hand_of
from tests.sandbox.gate.desk import Desk
from tests.sandbox.gate.test_official_client import Official

NAMES = {value: key for key, value in gate_api.PlaceBizPushOrder.attribute_map.items()}


@pytest.fixture
def official(desk: Desk) -> Iterator[Official]:
    client = Official(desk)
    yield client
    client.api.api_client.close()


def order(**wire: str) -> gate_api.PlaceBizPushOrder:
    return gate_api.PlaceBizPushOrder(**{NAMES[name]: value for name, value in {**NEW, **wire}.items()})


async def mine(official: Official, number: str) -> Any:
    wanted = gate_api.MyAdsListRequest(asset="USDT", fiat_unit="CNY")
    lists = (await official.call("books_my_ads_list", my_ads_list_request=wanted)).lists
    (found,) = [row for row in lists if row.id == number]
    return found


async def test_an_ads_whole_life_beyond_an_int32(desk: Desk, official: Official) -> None:
    hand = hand_of(desk)
    await hand.next_id(2**31 + 5)
    number = str(2**31 + 5)
    await official.call("books_place_biz_push_order", order())
    await official.call("books_place_biz_push_order", order(type="2", oid=number, unitPrice="7.25", expire_min="45"))
    row = await mine(official, number)
    assert (row.rate, row.expire_min, row.min_completed_limit, row.user_orders_limit) == ("7.25", "45", 5, 2)
    for status, text in ((3, "OFFLIN"), (1, "OPEN"), (4, "CLOSED")):
        change = gate_api.AdsUpdateStatus(adv_no=int(number), adv_status=status)
        assert (await official.call("books_ads_update_status", change)).status == status
        detail = await official.call("books_ads_detail", gate_api.AdsDetailRequest(adv_no=number))
        assert (detail.status, detail.trade_tips) == (text, "own-name accounts only")
    assert [post.body["oid"] for post in await hand.posts("place_biz_push_order") if post.id] == [number]


async def test_a_moving_market_is_read(desk: Desk, official: Official) -> None:
    hand = hand_of(desk)
    await hand.move(40)
    await hand.trap(price="5.55")
    wanted = gate_api.AdsListRequest(asset="USDT", fiat_unit="CNY", trade_type="sell")
    rows = await official.call("books_ads_list", wanted)
    assert [(row.price, row.surplus_amount) for row in rows[:1]] == [("5.55", "3.00")]
    assert [str(row.adv_no) for row in rows] == [row.id for row in await hand.side()]
    assert all(row.nick_name and row.trade_methods for row in rows)


async def test_the_filters_no_reaches_it_with_its_event(desk: Desk, official: Official) -> None:
    body = order(trade_tips="call 13800000000")
    with pytest.raises(AssertionError, match="70305102"):
        await official.call("books_place_biz_push_order", body)
    assert len(await hand_of(desk).mine()) == 2


async def test_own_methods_of_an_unknown_kind_and_the_margin_are_read(desk: Desk, official: Official) -> None:
    await hand_of(desk).add_method(32, "paylah")
    await hand_of(desk).profile(need_replenish=1)
    wanted = gate_api.GetMyselfPaymentRequest()
    methods = await official.call("account_get_myself_payment", get_myself_payment_request=wanted)
    assert [method.pay_type for method in methods][-1] == "paylah"
    assert (await official.call("account_get_user_info")).need_replenish == 1
    assert json.loads(NEW["pay_type_json"])["bank"] in {str(number) for number in methods[0].ids}
