"""The client tells what live answers say of our assumptions, once per verdict."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.clients.gate_c2c.client import GateC2C
from bot.clients.gate_c2c.wire_ads import read_ad
from bot.clients.http import Http
from bot.domain.ad_edits import draft_of
from bot.domain.assumptions import BY_KEY
from bot.domain.errors import DeskError
from bot.domain.orders import Side
from tests.clients.raw_venue import KEY, SECRET, Behaviour, answers_of, fixture, raw_venue, says, yes

Verb = Callable[[GateC2C], Awaitable[Any]]
ORDER = "61000002"
SIDES = "row_side_agrees_with_details"
WITH_ROW = {"verified_limit": 0, "user_country_limit": -1}


def data(name: str, variant: str = "main") -> Any:
    return dict(answers_of(name))[variant]["data"]


async def heard(*turns: tuple[Behaviour, Verb]) -> list[tuple[str, bool]]:
    told: list[tuple[str, bool]] = []
    async with raw_venue() as venue, Http("gate", clock=time.time) as http:
        gate = GateC2C(http, venue.url, KEY, SECRET, time.time, observe=lambda key, holds: told.append((key, holds)))
        for behaviour, verb in turns:
            venue.behaviour = behaviour
            try:
                await verb(gate)
            except DeskError:
                continue
    assert {key for key, _ in told} <= set(BY_KEY)
    return told


async def pending(gate: GateC2C) -> Any:
    return await gate.pending_orders(asset="USDT", fiat="USD")


async def order(gate: GateC2C) -> Any:
    return await gate.order(order_id=ORDER)


async def release(gate: GateC2C) -> Any:
    return await gate.release(order_id=ORDER)


async def test_rows_confirm_what_they_can() -> None:
    told = await heard((yes(data("get_pending_transaction_list")), pending))
    for key in ("new_spelling_is_sent", "times_are_utc", "row_side_is_ours"):
        assert (key, True) in told
    assert ("rows_tell_unread", False) in told


async def test_rows_in_the_old_spelling_refute_the_new_one() -> None:
    told = await heard((yes(data("get_pending_transaction_list", "pre_v7_2_78_keys")), pending))
    assert ("new_spelling_is_sent", False) in told
    assert ("rows_tell_unread", True) in told


async def test_a_reversed_side_and_another_zone_are_noticed() -> None:
    rows = data("get_pending_transaction_list")
    rows["list"][0] |= {"type_buy": 1, "timest": "2026-09-21 22:13:20"}
    told = await heard((yes(rows), pending))
    assert ("row_side_is_ours", False) in told
    assert ("times_are_utc", False) in told


async def test_the_side_of_a_row_is_compared_with_that_of_the_details() -> None:
    rows, details = data("get_pending_transaction_list"), data("get_transaction_details")
    rows["list"] = [rows["list"][0] | {"txid": int(ORDER), "type_buy": details["is_sell"] ^ 1}]
    alike = await heard((yes(rows), pending), (yes(details), order))
    rows["list"][0]["type_buy"] ^= 1
    contrary = await heard((yes(rows), pending), (yes(details), order))
    assert (dict(alike)[SIDES], dict(contrary)[SIDES]) == (True, False)
    assert SIDES not in dict(await heard((yes(details), order)))


async def test_odd_rows_say_nothing() -> None:
    told = await heard((yes({"list": ["odd", {"txid": 1}]}), pending))
    assert not {"times_are_utc", "row_side_is_ours"} & {key for key, _ in told}


async def test_a_verdict_is_told_once_until_it_changes() -> None:
    good = data("get_transaction_details")
    told = await heard(
        (yes(good), order), (yes(good), order), (yes(good | {"total": "1"}), order), (yes(good), order)
    )  # fmt: skip
    assert [holds for key, holds in told if key == "total_is_price_times_amount"] == [True, False, True]


async def test_an_accepted_release_confirms_the_key_of_orders() -> None:
    assert ("order_key_is_txid", True) in await heard((yes(), release))


async def test_a_release_that_misses_another_key_refutes_it() -> None:
    refusal = says(400, {"label": "MISSING_REQUIRED_PARAM", "message": "trade_id"})
    assert ("order_key_is_txid", False) in await heard((refusal, release))


async def test_the_status_of_a_business_refusal_is_noticed() -> None:
    no = {"code": -1, "message": "ORDER_STATUS_ERROR"}
    assert ("refusals_come_with_200", True) in await heard((says(200, no), release))
    assert ("refusals_come_with_200", False) in await heard((says(400, no), release))


async def test_announced_limits_are_noticed() -> None:
    assert ("limits_are_announced", False) in await heard((yes(), release))
    limited = yes({}, X_Gate_RateLimit_Requests_Remain="149")
    assert ("limits_are_announced", True) in await heard((limited, release))


async def test_a_chat_judges_cursor_and_our_id() -> None:
    chat = data("get_chats_list", "incremental")
    chat["messages"].append({"msg_type": 0, "msg": "hi", "username": "Self", "uid": "other-id", "timest": 1789999960})
    told = await heard(
        (says(200, fixture("get_user_info")["response"]), lambda gate: gate.profile()),
        (yes(chat), lambda gate: gate.chat(order_id=ORDER, after=1789999960)),
    )
    assert ("chat_cursor_is_exclusive", False) in told
    assert ("own_chat_id_is_profile_id", False) in told


async def test_pages_and_sent_times_are_judged() -> None:
    told = await heard(
        (
            yes(data("get_completed_transaction_list", "second_page_short")),
            lambda gate: gate.completed_orders(asset="USDT", fiat="USD", page=2, per_page=200),
        ),
        (yes({"SRVTM": 1790000005}), lambda gate: gate.say(order_id=ORDER, text="hello")),
    )
    assert ("count_is_total", True) in told
    assert ("sent_time_is_milliseconds", False) in told


async def test_a_failing_listener_does_not_change_what_is_told_of_money(caplog: pytest.LogCaptureFixture) -> None:
    def observe(key: str, holds: bool) -> None:
        raise RuntimeError("the listener is broken")

    async with raw_venue(yes()) as venue, Http("gate", clock=time.time) as http:
        await GateC2C(http, venue.url, KEY, SECRET, time.time, observe=observe).release(order_id=ORDER)
        assert len(venue.requests) == 1
    assert "order_key_is_txid" in caplog.text


async def test_our_own_ads_judge_the_side_of_the_market_and_the_number_of_an_edit() -> None:
    details = data("ads_detail")
    ad_id, own = str(details["orderid"]), read_ad(details | WITH_ROW)
    draft = replace(draft_of(own), amount=own.amount, ad_id=ad_id)
    market = [{"adv_no": details["orderid"], "price": "1.01", "index": 1}]
    told = await heard(
        (yes(details), lambda gate: gate.ad(ad_id=ad_id)),
        (yes(market), lambda gate: gate.market_ads(asset="USDT", fiat="USD", side=Side.SELL)),
        (yes({}), lambda gate: gate.publish_ad(draft=draft)),
        (yes(details | {"amount": "500.00"}), lambda gate: gate.ad(ad_id=ad_id)),
    )
    assert ("market_side_is_the_advertisers", True) in told
    assert ("ad_number_is_remaining", False) in told
