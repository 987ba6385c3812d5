"""What MTPay tells: signed as documented, sent again until acknowledged, and every forged kind on demand."""

from __future__ import annotations

import itertools
import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.mtpay.forgeries import FORGERIES
from tests.sandbox.mtpay.merchant import Ear, Heard, Merchant, asked, signature
from tests.support.controls import until
from tests.support.sandbox import Json, Sandbox, SandboxError

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLES = Path(__file__).parents[2] / "fixtures" / "pay_mtpay"
LATER = {"success": False}


def sample(name: str) -> Json:
    return dict(json.loads((SAMPLES / f"mtpay.webhook.{name}.json").read_text()))


def is_genuine(box: Sandbox, heard: Heard) -> bool:
    """As the document says: over key and time, not over what is told."""
    stamp = str(heard.message["timestamp"])
    is_fresh = abs(time.time() * 1000 - int(stamp)) < 300_000
    return is_fresh and heard.message["signature"] == signature(box.mtpay_access_key, box.mtpay_secret, stamp)


async def linked(merchant: Merchant, ear: Ear, **changed: Any) -> str:
    return str((await merchant.link(webhookUrl=ear.url, **changed))["requestCode"])


@pytest.mark.parametrize(
    ("end", "name"), [("Finished", "finished"), ("Failed", "failed"), ("Cancelled", "cancelled"), ("", "inprogress")]
)
async def test_a_webhook_says_what_the_documented_one_says(
    merchant: Merchant, box: Sandbox, ear: Ear, end: str, name: str
) -> None:
    code = await linked(merchant, ear)
    await box.mtpay.match(code, "7.28")
    await box.mtpay.pay(code)
    if end:
        await box.mtpay.end_payment(code, end)
    await box.mtpay.wait_for_deliveries(code, *["delivered"] * (2 if end else 1))
    told = sample(f"deposit_{name}")
    # Two that leave within a moment may arrive the other way round
    heard = next(one for one in ear.heard if one.data["requestStatus"] == told["data"]["requestStatus"])
    own = {key: heard.data[key] for key in ("requestCode", "merchantOrderNo", "internalOrderNo", "clientName")}
    assert heard.data == told["data"] | own
    assert [type(value) for value in heard.data.values()] == [type(value) for value in told["data"].values()]
    assert heard.message.keys() == told.keys() and isinstance(heard.message["timestamp"], int)
    assert is_genuine(box, heard) and own["requestCode"] == code and own["clientName"] == "张三丰"


async def test_a_payment_ends_by_itself_as_the_variant_says(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    await box.mtpay.variants(ends_as="Failed", finish_seconds=0.05)
    code = await linked(merchant, ear)
    await box.mtpay.pay(code)
    await box.mtpay.wait_for_deliveries(code, "delivered", "delivered")
    assert [each.data["requestStatus"] for each in ear.heard] == ["InProgress", "Failed"]
    other = await linked(merchant, ear)
    await box.mtpay.pay(other, ends_as="Finished")
    assert (await box.mtpay.wait_for_status(other, "Finished")).received == Decimal("147.83")


async def test_the_coin_mode_fixes_the_coins_and_the_fiat_follows_the_rate(
    merchant: Merchant, box: Sandbox, ear: Ear
) -> None:
    code = await linked(merchant, ear, depositCurrency="MTC", depositAmount=5000)
    assert (await box.mtpay.order(code)).payment is None
    await box.mtpay.match(code)
    await box.mtpay.pay(code)
    order = await box.mtpay.order(code)
    assert (order.payment, order.transaction, order.fee) == (Decimal(36000), Decimal(5000), Decimal(175))
    await box.mtpay.wait_for_deliveries(code, "delivered")
    assert (ear.heard[-1].data["requestAmount"], ear.heard[-1].data["requestCurrency"]) == (5000, "MTC")


async def test_another_amount_is_told_as_it_was_paid(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    code = await linked(merchant, ear)
    await box.mtpay.pay(code, "720")
    await box.mtpay.wait_for_deliveries(code, "delivered")
    data = ear.heard[-1].data
    assert (data["requestAmount"], data["paymentAmount"], data["transactionAmount"]) == (1103, 720, 100)
    coins = await linked(merchant, ear, depositCurrency="MTC", depositAmount=5000)
    await box.mtpay.pay(coins, "7200")
    await box.mtpay.wait_for_deliveries(coins, "delivered")
    data = ear.heard[-1].data
    assert (data["requestAmount"], data["paymentAmount"], data["transactionAmount"]) == (5000, 7200, 1000)


@pytest.mark.parametrize(("variant", "rate"), [("zero", 0), ("null", None), ("absent", "-")])
async def test_a_payer_cancels_before_a_rate_is_known(
    merchant: Merchant, box: Sandbox, ear: Ear, variant: str, rate: object
) -> None:
    await box.mtpay.variants(unknown_numbers=variant)
    code = await linked(merchant, ear)
    await box.mtpay.cancel(code)
    await box.mtpay.wait_for_deliveries(code, "delivered")
    data = ear.heard[-1].data
    assert (data["requestStatus"], data["message"]) == ("Cancelled", "cancelled by client")
    assert (data.get("unitPrice", "-"), data["paymentAmount"]) == (rate, 1103)


async def test_a_link_that_ends_unused_is_not_told_unless_the_variant_says_so(
    merchant: Merchant, box: Sandbox, ear: Ear
) -> None:
    code = await linked(merchant, ear)
    await box.mtpay.let_end(code)
    with pytest.raises(SandboxError, match="Ended"):
        await box.mtpay.pay(code)
    assert await box.mtpay.deliveries(code) == []
    await box.mtpay.variants(end_webhook="Cancelled", life_seconds=0.01)
    other = await linked(merchant, ear)
    assert (await box.mtpay.wait_for_status(other, "Ended")).message == "order expired"
    await box.mtpay.wait_for_deliveries(other, "delivered")


@pytest.mark.parametrize(
    "no",
    [
        JSONResponse(LATER),
        JSONResponse({"success": "true"}),
        JSONResponse({"success": True}, 500),
        PlainTextResponse("success"),
        JSONResponse([True]),
    ],
)
async def test_it_tells_again_until_success_is_said(merchant: Merchant, box: Sandbox, ear: Ear, no: Response) -> None:
    ear.answers = [no, no]
    code = await linked(merchant, ear)
    await box.mtpay.pay(code)
    (row,) = await box.mtpay.wait_for_deliveries(code, "delivered")
    assert row["tries"] == len(ear.heard) == 3
    assert all(is_genuine(box, heard) for heard in ear.heard)
    assert ear.heard[0].message["timestamp"] < ear.heard[2].message["timestamp"]
    assert ear.heard[0].data == ear.heard[2].data


async def test_it_gives_up_after_its_tries_with_the_first_stamp_if_so_switched(
    merchant: Merchant, box: Sandbox, ear: Ear
) -> None:
    await box.mtpay.variants(tries=3, gap_seconds=0.01, retry_stamp="old")
    ear.answers = [JSONResponse(LATER) for _ in range(9)]
    code = await linked(merchant, ear)
    await box.mtpay.pay(code)
    await box.mtpay.wait_for_deliveries(code, "given up")
    assert len({heard.raw for heard in ear.heard}) == 1 and len(ear.heard) == 3


async def test_a_closed_port_and_a_slow_answer_count_as_none(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    await box.mtpay.variants(answer_seconds=0.1, tries=2)
    nobody = str((await merchant.link())["requestCode"])
    await box.mtpay.pay(nobody)
    await box.mtpay.wait_for_deliveries(nobody, "given up")
    assert (await box.mtpay.attempts(nobody))[0]["error"].startswith("ConnectError")
    ear.gate.clear()
    code = await linked(merchant, ear)
    await box.mtpay.pay(code)
    await box.mtpay.wait_for_deliveries(code, "given up")
    assert [row["status"] for row in await box.mtpay.attempts(code)] == [0, 0]


async def test_nothing_leaves_this_machine_but_can_be_sent_to_a_port_of_it(
    merchant: Merchant, box: Sandbox, ear: Ear
) -> None:
    url = "https://desk.example/callbacks/mtpay/token-7"
    code = str((await merchant.link(webhookUrl=url))["requestCode"])
    await box.mtpay.pay(code)
    await box.mtpay.wait_for_deliveries(code, "off")
    assert [tuple(row) for row in await box.mtpay.forge(code)] == [(0, "")]
    await box.mtpay.aim_webhooks(ear.origin)
    await box.mtpay.end_payment(code, "Finished")
    await box.mtpay.wait_for_deliveries(code, "off", "delivered")
    assert ear.heard[-1].path == "/callbacks/mtpay/token-7"
    with pytest.raises(SandboxError, match="webhooks go to"):
        await box.mtpay.aim_webhooks("https://desk.example")


async def test_webhooks_are_switched_off_and_on(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    await box.mtpay.turn_webhooks(False)
    code = await linked(merchant, ear)
    await box.mtpay.pay(code)
    await box.mtpay.turn_webhooks(True)
    await box.mtpay.end_payment(code, "Finished")
    await box.mtpay.wait_for_deliveries(code, "off", "delivered")
    assert [heard.data["requestStatus"] for heard in ear.heard] == ["Finished"]


@pytest.mark.parametrize(
    ("how", "genuine"),
    [
        ("now", [True]),
        ("twice", [True, True]),
        ("replayed", [True, True]),
        ("reordered", [True, True]),
        ("changed", [True]),
        ("missing", [True]),
        ("replay_changed", [True, True]),
        ("outgoing", [True]),
        ("tampered", [False]),
        ("moved_time", [False]),
        ("unsigned", [False]),
        ("old", [False]),
        ("future", [False]),
        ("withdraw", [True]),
        ("text_numbers", [True]),
        ("other_address", [True]),
        ("huge", [True]),
    ],
)
async def test_each_webhook_by_hand_is_what_its_name_says(
    merchant: Merchant, box: Sandbox, ear: Ear, how: str, genuine: list[bool]
) -> None:
    code = await linked(merchant, ear)
    field = "requestAmount" if how == "missing" else ""
    answers = await box.mtpay.forge(code, how, field=field)
    assert [is_genuine(box, heard) for heard in ear.heard] == genuine
    assert [tuple(row) for row in answers] == [(200, '{"success":true}')] * len(genuine)
    assert (await box.mtpay.order(code)).status == "Open"
    first, last = ear.heard[0], ear.heard[-1]
    if how == "replayed":
        assert first.raw == last.raw
    if how == "reordered":
        assert [heard.data["requestStatus"] for heard in ear.heard] == ["Finished", "InProgress"]
    if how == "replay_changed":
        assert first.message["signature"] == last.message["signature"]
        assert (first.data["receivedAmount"], last.data["receivedAmount"]) == (0, 999999)
    if how == "outgoing":
        sent = (await box.mtpay.posts())[-1]["headers"]
        assert (str(last.message["timestamp"]), last.message["signature"]) == (sent["timestamp"], sent["signature"])
    if how == "missing":
        assert "requestAmount" not in last.data
    if how == "withdraw":
        assert last.data["tradeType"] == "Withdraw"
    if how == "text_numbers":
        assert {type(value) for value in last.data.values()} == {str}
    if how == "other_address":
        assert last.path != first.path.replace(last.path, "") and not last.path.endswith("/token")
    if how == "huge":
        assert len(last.raw) > 2_000_000


async def test_every_way_of_forging_is_tested_above() -> None:
    tested = next(
        mark.args[1]
        for mark in test_each_webhook_by_hand_is_what_its_name_says.pytestmark  # type: ignore[attr-defined]
        if mark.name == "parametrize"
    )
    assert {how for how, _ in tested} | {"not_json"} == set(FORGERIES)


async def test_what_is_no_json_is_sent_too(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    assert len(await box.mtpay.forge(await linked(merchant, ear), "not_json")) == 1
    assert ear.heard[0].raw == b"<xml>hello</xml>"


@pytest.mark.parametrize(
    ("field", "value"),
    [("tradeType", "Withdraw"), ("merchantOrderNo", "D0000"), ("requestCode", "0" * 32), ("requestAmount", 1103.01),
     ("requestCurrency", "HKD"), ("requestStatus", "Done"), ("paymentAmount", None), ("unitPrice", True)],
)  # fmt: skip
async def test_one_field_is_changed_and_no_other(
    merchant: Merchant, box: Sandbox, ear: Ear, field: str, value: object
) -> None:
    code = await linked(merchant, ear)
    await box.mtpay.forge(code, "now")
    await box.mtpay.forge(code, "changed", field=field, value=value)
    true, forged = (heard.data for heard in ear.heard)
    assert {name for name in true if true[name] != forged[name] or type(true[name]) is not type(forged[name])} == {
        field
    }
    assert forged[field] == value and is_genuine(box, ear.heard[-1])


async def test_a_report_another_address_and_an_age_are_chosen(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    code = await linked(merchant, ear)
    await box.mtpay.forge(code, "other_address", report="Failed", url=f"{ear.origin}/callbacks/mtpay/other")
    assert (ear.heard[0].path, ear.heard[0].data["requestStatus"]) == ("/callbacks/mtpay/other", "Failed")
    await box.mtpay.forge(code, "old", seconds=200)
    assert is_genuine(box, ear.heard[1])
    with pytest.raises(SandboxError, match="no such webhook"):
        await box.mtpay.forge(code, "magic")


async def test_a_signature_covers_the_data_if_so_switched(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    await box.mtpay.variants(signs_body=True, timestamp_as="text", log_extras=True)
    code = await linked(merchant, ear)
    await box.mtpay.forge(code, "replay_changed")
    assert [is_genuine(box, heard) for heard in ear.heard] == [False, False]
    matches = []
    for heard in ear.heard:
        data = heard.raw.decode().split('"data":', 1)[1].rsplit(',"latency"', 1)[0]
        stamp = heard.message["timestamp"]
        assert isinstance(stamp, str) and heard.message["status_code"] == 200
        expected = signature(box.mtpay_access_key, box.mtpay_secret, stamp, data)
        matches.append(heard.message["signature"] == expected)
    assert matches == [True, False]


async def test_only_what_can_happen_to_an_order_does(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    code = await linked(merchant, ear, paymentMethod={"method": 2})
    refused: list[tuple[str, Json, str]] = [
        ("end", {"status": "Finished"}, "Open"),
        ("match", {"rate": "0"}, "rate"),
        ("match", {"rate": "NaN"}, "no number"),
        ("pay", {"amount": "-1"}, "amount"),
        ("pay", {"method": 1}, "method"),
        ("pay", {"ends_as": "Lost"}, "ends_as"),
    ]
    for act, body, words in refused:
        with pytest.raises(SandboxError, match=words):
            await box.controls.post(f"mtpay/orders/{code}/{act}", body)
    with pytest.raises(SandboxError, match="no order"):
        await box.mtpay.pay("0" * 32)
    await box.mtpay.pay(code, method=2)
    await box.mtpay.cancel(code, "changed my mind")
    for hand in (box.mtpay.match, box.mtpay.pay, box.mtpay.cancel, box.mtpay.let_end):
        with pytest.raises(SandboxError, match="Cancelled"):
            await hand(code)
    await box.mtpay.wait_for_deliveries(code, "delivered", "delivered")
    assert {heard.data["paymentMethod"] for heard in ear.heard} == {"WeChatPay"}
    assert ear.heard[-1].data["message"] == "changed my mind"


async def test_numbers_of_orders_never_repeat(merchant: Merchant, box: Sandbox) -> None:
    for _ in range(3):
        await merchant.send(asked())
    orders = (await box.mtpay.state())["orders"]
    for one, other in itertools.combinations(orders, 2):
        assert one["code"] != other["code"] and one["internal_no"] != other["internal_no"]


async def test_mtpays_clock_is_its_own(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    code = await linked(merchant, ear)
    await box.mtpay.clock(600)
    assert (await merchant.refused(asked()))[1] == "INVALID_TIMESTAMP"
    await box.mtpay.forge(code)
    assert not is_genuine(box, ear.heard[-1])
    await box.mtpay.clock(7201)

    async def ended() -> bool | None:
        return True if (await box.mtpay.order(code)).status == "Ended" else None

    await until(ended, "the end of the link")
