"""What the OTC desk tells by itself: signed, re-sent until acknowledged, and every wrong kind on demand."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from starlette.responses import JSONResponse, Response

from bot.sandbox.pay.otc_callbacks import PAUSES
from bot.sandbox.pay.otc_tricks import TRICKS
from tests.sandbox.pay.merchant import Merchant, fresh, signature
from tests.sandbox.pay.otc_seller import CREATE, QUOTE, Ear, Heard, an_ear, asked, order_of, sold
from tests.support.controls import until
from tests.support.sandbox import Json, Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLES = Path(__file__).parents[2] / "fixtures" / "pay_otc"
GOOD, FAIL = {"returnCode": "SUCCESS", "returnMessage": ""}, {"returnCode": "FAIL", "returnMessage": "later"}


@pytest_asyncio.fixture(loop_scope="module")
async def ear(box: Sandbox) -> AsyncIterator[Ear]:
    async with an_ear() as ear:
        await box.pay.otc.aim_callbacks(ear.url)
        yield ear


def is_genuine(box: Sandbox, heard: Heard) -> bool:
    stamp, nonce = heard.headers["x-gatepay-timestamp"], heard.headers["x-gatepay-nonce"]
    return heard.headers["x-gatepay-signature"] == signature(box.pay_secret, stamp, nonce, heard.raw)


def inner(heard: Heard) -> Json:
    data = json.loads(heard.raw)["data"]
    return dict(json.loads(data) if isinstance(data, str) else data)


async def settled(box: Sandbox, order_id: str, count: int, *states: str) -> list[Json]:
    async def look() -> list[Json] | None:
        rows = await box.pay.otc.deliveries(order_id)
        return rows if len(rows) == count and all(row["state"] in states for row in rows) else None

    return await until(look, f"{count} events {states}", 10, lambda: box.pay.otc.deliveries(order_id))


@pytest.mark.parametrize(
    ("ends_as", "last", "name"), [("DONE", "WITHDRAW_SUCCESS", "success"), ("FAIL", "WITHDRAW_FAIL", "fail")]
)
async def test_every_status_but_the_first_is_told_as_documented(
    merchant: Merchant, box: Sandbox, ear: Ear, ends_as: str, last: str, name: str
) -> None:
    await box.pay.otc.variants(ends_as=ends_as, dispatch_seconds=0.02, done_seconds=0.05)
    made = await sold(merchant)
    rows = await settled(box, made["orderId"], 2, "delivered")
    assert [row["event"] for row in rows] == ["WITHDRAW_DISPATCHED", last]
    assert all(is_genuine(box, heard) for heard in ear.heard)
    said = json.loads(ear.heard[-1].raw)
    documented = json.loads((SAMPLES / f"otc.callback.{name}.json").read_text())
    assert said.keys() == documented.keys() and type(said["data"]) is str
    assert (said["bizType"], said["bizId"], said["bizStatus"]) == ("OTC", made["orderId"], last)
    assert json.loads(documented["data"]).keys() <= inner(ear.heard[-1]).keys()
    assert inner(ear.heard[-1])["clientOrderId"] == made["clientOrderId"]
    stamp = int(ear.heard[-1].headers["x-gatepay-timestamp"])
    assert abs(stamp / 1000 - time.time()) < 5
    attempts = await box.pay.otc.attempts(made["orderId"])
    assert [attempt.is_acknowledged for attempt in attempts] == [True, True]


async def test_the_shape_follows_its_switches(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    order_id = (await sold(merchant))["orderId"]
    await box.pay.otc.variants(callback_data="object", callback_client="client_id", callback_time="s", details="older")
    await box.pay.otc.call_back(order_id)
    said = json.loads(ear.heard[-1].raw)
    documented = json.loads((SAMPLES / "otc.callback.data_object.json").read_text())
    assert said["client_id"] == box.pay_client_id and "clientId" not in said
    assert set(said["data"]) == {*documented["data"], "errMsg"}
    assert len(said["data"]["updateTime"]) == 10
    await box.pay.otc.variants(callback_client="absent", callback_time="ms")
    await box.pay.otc.call_back(order_id)
    assert set(json.loads(ear.heard[-1].raw)) == {"bizType", "bizId", "bizStatus", "data"}
    assert len(inner(ear.heard[-1])["updateTime"]) == 13


@pytest.mark.parametrize(
    "answer",
    [
        JSONResponse(FAIL),
        JSONResponse(GOOD, 500),
        JSONResponse(GOOD, 204),
        Response("ok"),
        JSONResponse([GOOD]),
        Response(status_code=302, headers={"location": "/elsewhere"}),
    ],
    ids=["fail", "500", "204", "no JSON", "no object", "redirect"],
)
async def test_what_is_not_acknowledged_is_sent_again_with_a_new_stamp(
    merchant: Merchant, box: Sandbox, ear: Ear, answer: Response
) -> None:
    await box.pay.otc.variants(compress=500)
    ear.answers = [answer]
    order_id = (await sold(merchant))["orderId"]
    await box.pay.otc.move(order_id, "DISPATCHED")
    [row] = await settled(box, order_id, 1, "delivered")
    assert row["tries"] == 2
    first, second = ear.heard
    assert first.raw == second.raw and is_genuine(box, second)
    assert first.headers["x-gatepay-nonce"] != second.headers["x-gatepay-nonce"]


async def test_a_repeat_may_carry_its_first_stamp(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    await box.pay.otc.variants(compress=500, retry_stamp="old")
    ear.answers = [JSONResponse(FAIL)]
    order_id = (await sold(merchant))["orderId"]
    await box.pay.otc.move(order_id, "DISPATCHED")
    await settled(box, order_id, 1, "delivered")
    first, second = ear.heard
    assert first.headers["x-gatepay-signature"] == second.headers["x-gatepay-signature"]


async def test_a_deaf_or_slow_ear_is_logged_and_tried_again(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    await box.pay.otc.variants(compress=150, answer_seconds=0.1)
    ear.gate.clear()
    order_id = (await sold(merchant))["orderId"]
    await box.pay.otc.move(order_id, "DONE")

    async def tried() -> bool | None:
        attempts = await box.pay.otc.attempts(order_id)
        return True if attempts and attempts[0].error else None

    await until(tried, "a time-out")
    ear.gate.set()
    await settled(box, order_id, 1, "delivered")
    attempts = await box.pay.otc.attempts(order_id)
    assert attempts[0].status == 0 and "Timeout" in attempts[0].error and attempts[-1].is_acknowledged


async def test_the_schedules_are_the_documented_ones() -> None:
    older = [15, 30, 180, 600, 1200, 1800, 3600, 10800, 21600]
    newer = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600]
    assert (list(PAUSES["older"]), list(PAUSES["newer"])) == (older, newer)


@pytest.mark.parametrize(("schedule", "tries"), [("older", 10), ("newer", 16)])
async def test_after_the_last_pause_it_is_given_up(
    merchant: Merchant, box: Sandbox, ear: Ear, schedule: str, tries: int
) -> None:
    await box.pay.otc.variants(compress=86400, schedule=schedule)
    ear.answers = [JSONResponse(FAIL) for _ in range(30)]
    order_id = (await sold(merchant))["orderId"]
    await box.pay.otc.move(order_id, "DONE")
    [row] = await settled(box, order_id, 1, "given up")
    attempts = await box.pay.otc.attempts(order_id)
    assert row["tries"] == len(attempts) == tries
    pauses = [after.at - before.at for before, after in itertools.pairwise(attempts)]
    assert all(pause >= documented / 86400 for pause, documented in zip(pauses, PAUSES[schedule], strict=True))


async def test_switched_off_or_without_an_address_nothing_is_told(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    order_id = (await sold(merchant))["orderId"]
    await box.pay.otc.turn_callbacks(False)
    await box.pay.otc.move(order_id, "DISPATCHED")
    await box.pay.otc.aim_callbacks("")
    await box.pay.otc.move(order_id, "DONE")
    assert [row["state"] for row in await box.pay.otc.deliveries(order_id)] == ["off", "off"]
    await asyncio.sleep(0.05)
    assert ear.heard == []
    with pytest.raises(AssertionError, match="no address"):
        await box.pay.otc.call_back(order_id)


@pytest.mark.parametrize("url", ["http://192.0.2.1/", "https://example.invalid/x", "ftp://127.0.0.1/", "127.0.0.1:80"])
async def test_only_this_machine_is_called(box: Sandbox, url: str) -> None:
    with pytest.raises(AssertionError, match=r"127\.0\.0\.1"):
        await box.pay.otc.aim_callbacks(url)


async def test_a_callback_comes_before_the_answer_of_its_create(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    await box.pay.otc.variants(early_callback=True, ends_as="DISPATCHED")
    ear.gate.clear()
    quote = await merchant.data("POST", QUOTE, asked())
    creating = asyncio.create_task(merchant.data("POST", CREATE, order_of(quote, number := fresh())))

    async def heard() -> bool | None:
        return True if ear.heard else None

    await until(heard, "the callback")
    assert inner(ear.heard[0])["clientOrderId"] == number and not creating.done()
    ear.gate.set()
    assert (await creating)["status"] == "PROCESSING"


@pytest.mark.parametrize(
    ("act", "events", "genuine"),
    [
        ("now", ["WITHDRAW_SUCCESS"], True),
        ("twice", ["WITHDRAW_SUCCESS"] * 2, True),
        ("replayed", ["WITHDRAW_SUCCESS"] * 2, True),
        ("reordered", ["WITHDRAW_SUCCESS", "WITHDRAW_DISPATCHED"], True),
        ("forged", ["WITHDRAW_SUCCESS"], False),
        ("unsigned", ["WITHDRAW_SUCCESS"], False),
        ("tampered", ["WITHDRAW_SUCCESS"], False),
        ("old", ["WITHDRAW_SUCCESS"], True),
        ("other_type", ["REFUND_SUCCESS"], True),
        ("recharge", ["RECHARGE_SUCCESS"], True),
        ("unknown", ["WITHDRAW_SUCCESS"], True),
        ("huge", ["WITHDRAW_SUCCESS"], True),
    ],
)
async def test_every_kind_is_sent_by_hand_once_and_never_again(
    merchant: Merchant, box: Sandbox, ear: Ear, act: str, events: list[str], genuine: bool
) -> None:
    made = await sold(merchant)
    ear.answers = [JSONResponse(FAIL, 401) for _ in events]
    attempts = await box.pay.otc.call_back(made["orderId"], act)
    assert [(each.event, each.kind, each.status) for each in attempts] == [(event, act, 401) for event in events]
    assert [json.loads(heard.raw)["bizStatus"] for heard in ear.heard] == events
    assert [is_genuine(box, heard) for heard in ear.heard] == [genuine] * len(events)
    assert (await box.pay.otc.order(made["orderId"])).status == ("DONE" if act == "reordered" else "PROCESSING")
    check(act, made, ear.heard)


def check(act: str, made: Json, heard: list[Heard]) -> None:
    """What each kind is about."""
    said: Any = json.loads(heard[0].raw)
    stamps = [each.headers["x-gatepay-timestamp"] for each in heard]
    nonces = {each.headers["x-gatepay-nonce"] for each in heard}
    assert len(nonces) == (1 if act == "replayed" else len(heard))
    assert (time.time() - int(stamps[0]) / 1000 > 80_000) == (act == "old")
    assert (len(heard[0].raw) > 1024 * 1024) == (act == "huge")
    assert (said["bizType"] == "OTC") == (act != "other_type")
    assert (said["bizId"] == made["orderId"]) == (act not in ("unknown", "other_type"))
    if act == "unknown":
        assert inner(heard[0])["orderId"] == said["bizId"] and inner(heard[0])["clientOrderId"] != made["clientOrderId"]


async def test_what_is_no_json_is_truly_signed(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    await box.pay.otc.call_back((await sold(merchant))["orderId"], "not_json")
    assert ear.heard[0].raw.startswith(b"<") and is_genuine(box, ear.heard[0])


async def test_any_event_can_be_sent_many_times(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    order_id = (await sold(merchant))["orderId"]
    attempts = await box.pay.otc.call_back(order_id, event="WITHDRAW_FAIL", times=5)
    assert [each.event for each in attempts] == ["WITHDRAW_FAIL"] * 5 and len(ear.heard) == 5
    for wrong in ({"act": "nonsense"}, {"event": "LOST"}, {"times": 0}):
        with pytest.raises(AssertionError, match="400"):
            await box.pay.otc.call_back(order_id, **wrong)
    assert "now" in TRICKS


async def test_the_story_brings_coins_approves_an_account_and_moves_the_rate(box: Sandbox) -> None:
    await box.pay.variants(steady=True)
    before = await box.pay.balances()
    await box.scenario("off-ramp", pace=0.0)

    async def over() -> bool | None:
        return True if (await box.controls.get("page"))["running"] is None else None

    await until(over, "the end of the story")
    after = await box.pay.balances()
    assert after["USDT"] - before["USDT"] == 10000 and after["USDC"] - before.get("USDC", 0) == 2000
    state = await box.pay.otc.state()
    assert state["rates"]["USDT"] != "0.99" and [bank["status"] for bank in state["banks"]] == [1, 1, 1, 99]
    told = [line["en"] for line in (await box.controls.get("page"))["told"]]
    assert told[0] == "Off-ramp to the bank" and "Now on the phone: /otc 1000 USDT" in told
