"""What a venue calls us with: one effect per event, whatever comes twice, late, early, out of order or at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import NotAllowed, Unknown, Unreachable
from bot.domain.intents import State
from bot.flows import callbacks
from bot.flows.callbacks import LOOKS_BEHIND, MOST_ATTEMPTS, RETRY_SECONDS
from bot.flows.receipts import Receipt
from storage.store import StoreError
from tests.flows.bench import LEAD, OWNER
from tests.flows.off_ramp_bench import DISPATCHED, FAIL, SUCCESS, Sale, open_sale, refusal
from tests.support.fake_otc import LOST_ORDER

PAYOUT = {
    "main_order": {"batch_id": "B77", "merchant_batch_no": "m1", "status": "SUCCESS"},
    "suborders": [{"merchant_withdraw_id": "w1", "status": "DONE"}],
}


@pytest.fixture
async def sale(tmp_path: Path) -> AsyncIterator[Sale]:
    async with open_sale(tmp_path) as opened:
        yield opened


async def taken(sale: Sale) -> str:
    intent = await sale.act()
    assert intent.state is State.TAKEN
    return intent.id


async def seen(sale: Sale) -> list[dict[str, str]]:
    """What the journal has of callbacks that were not an off-ramp of ours."""
    return [dict(line.facts) for line in await sale.lines("callback")]


async def test_a_callback_is_looked_up_and_tells_the_end_that_the_venue_confirms(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status="DONE", final=Decimal("996.50"))
    assert await sale.call() is Receipt.KEPT
    assert sale.otc.count("order") == 0, "nothing but storing before it is acknowledged"
    assert sale.desk.exchange.callback_came.is_set()
    await sale.handle()
    assert await sale.state(off_ramp_id) is State.DONE and await sale.waiting() == []
    (told,) = await sale.notices("otc_done", LEAD)
    assert told.facts["final"] == "996.50 USD" and await sale.notices("callback_other") == []


@pytest.mark.parametrize("status", [SUCCESS, FAIL])
async def test_what_a_callback_says_is_not_believed_before_the_venue_confirms_it(sale: Sale, status: str) -> None:
    off_ramp_id = await taken(sale)
    await sale.call(status)
    await sale.handle()
    assert await sale.state(off_ramp_id) is State.TAKEN and await sale.notices("otc_done") == []


@pytest.mark.parametrize(
    "shape",
    ["data as an object", "client_id", "only our number", "only its number", "seconds", "extra fields", "snake"],
)
async def test_every_documented_shape_finds_its_off_ramp(sale: Sale, shape: str) -> None:
    off_ramp_id = await taken(sale)
    order = sale.otc.order_is(status="DONE")
    data: dict[str, Any] = {"orderId": order.id, "clientOrderId": order.client_order_id, "updateTime": "1790000000000"}
    body: dict[str, Any] = {"bizType": "OTC", "bizId": order.id, "bizStatus": SUCCESS, "clientId": "c"}
    if shape == "only our number":
        data, body["bizId"] = {"clientOrderId": order.client_order_id}, ""
    elif shape == "only its number":
        data = {}
    elif shape == "seconds":
        data["updateTime"] = "1790000000"
    elif shape == "extra fields":
        body |= {"new": [1, {"a": None}]}
    elif shape == "snake":
        data = {"order_id": order.id, "client_order_id": order.client_order_id}
    elif shape == "client_id":
        body["client_id"] = body.pop("clientId")
    body["data"] = data if shape == "data as an object" else json.dumps(data)
    assert await sale.receive(body) is Receipt.KEPT
    await sale.handle()
    assert await sale.state(off_ramp_id) is State.DONE and await seen(sale) == []


async def test_the_same_event_ten_times_is_one_look_and_one_effect(sale: Sale) -> None:
    await taken(sale)
    sale.otc.order_is(status="DONE")
    await asyncio.gather(*(sale.call() for _ in range(5)))
    (kept,) = await sale.waiting()
    assert kept.times == 5
    await asyncio.gather(*(callbacks.round_(sale.desk) for _ in range(3)))
    for _ in range(5):
        await sale.call()
        await sale.handle(60)
    assert await sale.waiting() == [] and len(await sale.notices("otc_done", LEAD)) == 1
    assert await sale.outcomes() == ["sent", "taken", "done"] and sale.otc.count("order") <= 3


@pytest.mark.parametrize("order", list(permutations((DISPATCHED, SUCCESS))))
async def test_events_out_of_order_end_in_what_the_venue_says_now(sale: Sale, order: tuple[str, ...]) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status="DONE")
    for status in order:
        await sale.call(status)
    await asyncio.gather(sale.handle(), sale.look(10), sale.handle())
    assert await sale.state(off_ramp_id) is State.DONE and await sale.waiting() == []
    assert len(await sale.notices("otc_done", LEAD)) == 1 and await seen(sale) == []


async def test_a_callback_with_the_venues_number_alone_is_ours_before_our_answer_came(sale: Sale) -> None:
    intent = await sale.fail(LOST_ORDER)
    order = sale.otc.order_is(status="DONE")
    await sale.call(order_id=order.id)
    await sale.handle()
    assert await sale.state(intent.id) is State.DONE and await seen(sale) == []
    assert await sale.notices("callback_other") == []


async def test_a_callback_about_a_lost_answer_settles_it(sale: Sale) -> None:
    intent = await sale.fail(LOST_ORDER)
    await sale.call(DISPATCHED)
    await sale.handle()
    assert await sale.state(intent.id) is State.TAKEN and len(sale.otc.posts) == 1


@pytest.mark.parametrize("knows", [True, False])
async def test_an_order_that_is_none_of_ours_is_looked_up_once_and_told_to_owners_once(sale: Sale, knows: bool) -> None:
    if knows:
        made = (await sale.stored(await taken(sale))).order_id
        sale.otc.made["777"] = sale.otc.order_is(made, id="777", client_order_id="strange")
        del sale.otc.made[made]
    for _ in range(3):
        assert await sale.call(order_id="777", number="other") is Receipt.KEPT
        await sale.handle(60)
    assert sale.otc.count("order") == 1 and await sale.waiting() == []
    (told,) = await sale.notices("callback_other", OWNER)
    facts = {"kind": "OTC", "id": "777", "status": SUCCESS}
    assert told.facts == facts and not told.ring and await seen(sale) == [facts]
    assert await sale.notices("callback_other", LEAD) == []


OTHERS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "on-ramp": ({"bizType": "OTC", "bizId": "9", "bizStatus": "RECHARGE_SUCCESS"}, "OTC", "9", "RECHARGE_SUCCESS"),
    "another type": ({"bizType": "PAY", "bizId": "9", "bizStatus": "PAY_SUCCESS"}, "PAY", "9", "PAY_SUCCESS"),
    "payout": (PAYOUT, "–", "B77", "SUCCESS"),
    "nothing known": ({}, "–", "", ""),
    "long": ({"bizType": "X" * 90, "bizId": "9" * 90, "bizStatus": "S" * 90}, "X" * 30, "9" * 40, "S" * 40),
}


@pytest.mark.parametrize("name", OTHERS)
async def test_other_business_is_acknowledged_and_told_to_owners_once(sale: Sale, name: str) -> None:
    body, kind, biz_id, status = OTHERS[name]
    for _ in range(3):
        assert await sale.receive(body) is Receipt.KEPT
        await sale.handle()
    (told,) = await sale.notices("callback_other", OWNER)
    assert told.facts == {"kind": kind, "id": biz_id, "status": status}
    assert await sale.waiting() == [] and sale.otc.calls == []


@pytest.mark.parametrize(
    "error",
    [Unreachable("gate_pay", "order", "x"), Unknown("gate_pay", "order", why="timeout"), refusal("550311"),
     NotAllowed("clock_skew", {}), RuntimeError("odd")],
)  # fmt: skip
async def test_a_callback_whose_look_fails_is_tried_again(sale: Sale, error: Exception) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status="DONE")
    sale.otc.errors["order"] = [error, error]
    await sale.call()
    await sale.handle()
    assert await sale.state(off_ramp_id) is State.TAKEN and len(await sale.waiting()) == 1
    await sale.handle(RETRY_SECONDS[0] - 1)
    assert sale.otc.count("order") == 1, "not at once"
    await sale.handle(1)
    await sale.handle(RETRY_SECONDS[1])
    assert await sale.state(off_ramp_id) is State.DONE and await sale.waiting() == []
    assert sale.otc.count("order") == 3 and await sale.notices("callback_other") == []


async def test_a_strange_order_is_asked_for_again_while_the_venue_is_out_of_reach(sale: Sale) -> None:
    sale.otc.errors["order"] = [Unreachable("gate_pay", "order", "x")]
    await sale.call(order_id="777", number="n")
    await sale.handle()
    assert await seen(sale) == [] and len(await sale.waiting()) == 1
    await sale.handle(RETRY_SECONDS[0])
    assert len(await seen(sale)) == 1 and await sale.waiting() == []


async def test_an_order_of_ours_that_the_venue_does_not_show_yet_is_tried_again(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status="DONE")
    sale.otc.hides = True
    await sale.call()
    for seconds in (0, *RETRY_SECONDS, RETRY_SECONDS[-1]):
        await sale.handle(seconds)
    (waiting,) = await sale.waiting()
    assert waiting.attempts == len(RETRY_SECONDS) + 2
    sale.otc.hides = False
    await sale.handle(RETRY_SECONDS[-1])
    assert await sale.state(off_ramp_id) is State.DONE


async def test_one_callback_in_trouble_does_not_hold_up_the_others(sale: Sale) -> None:
    first, second = await taken(sale), await taken(sale)
    for made in list(sale.otc.made):
        order = sale.otc.order_is(made, status="DONE")
        await sale.call(order_id=order.id, number=order.client_order_id)
    sale.otc.errors["order"] = [RuntimeError("odd")]
    await sale.handle()
    assert [await sale.state(one) for one in (first, second)] == [State.TAKEN, State.DONE]


async def test_what_cannot_be_stored_is_raised_and_leaves_nothing(sale: Sale) -> None:
    await taken(sale)
    sale.bench.broken.add("before:commit")
    with pytest.raises(StoreError):
        await sale.call()
    sale.bench.broken.clear()
    assert await sale.waiting() == []


async def test_a_memory_that_fails_while_handling_loses_nothing_and_does_nothing_twice(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status="DONE")
    await sale.call()
    commits = 0

    def fail(point: str) -> None:
        nonlocal commits
        commits += point == "before:commit"
        if point == "before:commit" and commits == 2:
            raise StoreError("full", "no space")

    sale.bench.store._probe = fail
    with pytest.raises(StoreError):
        await sale.handle()
    assert await sale.state(off_ramp_id) is State.DONE and len(await sale.waiting()) == 1
    await sale.handle()
    assert await sale.waiting() == [] and len(await sale.notices("otc_done", LEAD)) == 1


@pytest.mark.parametrize("how", ["wrong", "signature", "no secret", "nonce", "stamp"])
async def test_what_is_not_genuine_is_not_even_read(sale: Sale, how: str) -> None:
    raw = b'{"bizType": "OTC"}'
    given = {"timestamp": "1790000000000", "nonce": "n", "signature": "0" * 128}
    if how == "no secret":
        sale.desk.exchange.callback_secret = ""
    given |= {"nonce": {"nonce": ""}, "stamp": {"timestamp": "now"}, "signature": {"signature": ""}}.get(how, {})
    assert await callbacks.receive(sale.desk, **given, raw=raw) is Receipt.FORGED
    assert await sale.waiting() == []


async def test_a_genuine_callback_is_forged_when_one_byte_of_it_is_another(sale: Sale) -> None:
    kept: list[dict[str, Any]] = []
    await taken(sale)
    assert await sale.call() is Receipt.KEPT
    (row,) = await sale.waiting()
    kept.append(json.loads(row.body))
    sale.desk.exchange.callback_secret = "another secret"
    assert await sale.receive(kept[0]) is Receipt.FORGED
    (again,) = await sale.waiting()
    assert again.times == 1


async def test_two_events_of_one_order_are_two_and_each_has_its_effect_once(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    for status, event in (("DISPATCHED", DISPATCHED), ("DONE", SUCCESS)):
        sale.otc.order_is(status=status)
        for _ in range(2):
            await sale.call(event)
            await sale.handle(60)
        assert (await sale.stored(off_ramp_id)).status == status
    assert await sale.outcomes() == ["sent", "taken", "done"] and sale.otc.count("order") == 2


async def test_an_order_that_lags_behind_its_callback_is_looked_at_again_soon(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    await sale.call(SUCCESS)
    await sale.handle()
    assert await sale.state(off_ramp_id) is State.TAKEN and len(await sale.waiting()) == 1
    sale.otc.order_is(status="DONE")
    await sale.handle(RETRY_SECONDS[0] + 1)
    assert await sale.state(off_ramp_id) is State.DONE and await sale.waiting() == []
    assert len(await sale.notices("otc_done", LEAD)) == 1


async def test_an_order_that_never_says_what_its_callback_said_is_left_to_the_usual_rounds(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    await sale.call(SUCCESS)
    for _ in range(LOOKS_BEHIND + 1):
        await sale.handle(3600)
    assert await sale.waiting() == [] and await sale.state(off_ramp_id) is State.TAKEN
    assert sale.otc.count("order") == LOOKS_BEHIND + 1


async def test_a_callback_that_could_not_be_confirmed_for_a_day_is_told_to_owners(sale: Sale) -> None:
    await taken(sale)
    sale.otc.hides = True
    await sale.call(SUCCESS)
    for _ in range(MOST_ATTEMPTS):
        await sale.handle(3600)
        assert len(await sale.waiting()) == 1 and await seen(sale) == []
    await sale.handle(3600)
    assert await sale.waiting() == [] and len(await sale.notices("callback_other", OWNER)) == 1
