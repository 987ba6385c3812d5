"""Every story of the page plays to its end and leaves the venue as it tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.sandbox.running import Sandbox
from bot.sandbox.scenarios import SCENARIOS
from tests.support.controls import until
from tests.support.sandbox import OPERATOR

ALL_UP = {"gate": False, "pay": False, "mtpay": False, "telegram": False}
BY_ITSELF = {
    "happy-sale": ["paid"],
    "chat": ["paid"],
    "convert": ["finished"],
    "never-pays": ["expired"],
    "buyer-cancels": ["cancel"],
    "appeal": ["locked"],
    "answer-lost": ["paid"],
    "venue-away": ["paid"],
    "telegram-away": ["paid"],
    "twins": ["paid", "paid", "paid", "paid", "paid"],
    "third-party": ["paid"],
    "fake-receipt": ["paid", "paid"],
    "pressure": ["paid"],
    "stolen-phone": ["paid"],
    "handover": ["paid", "paid"],
}


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox()
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


async def control(box: Sandbox, path: str, body: dict[str, Any] | None = None) -> Any:
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"{box.addresses()['control_url']}/{path}"
        answer = await (client.get(url) if body is None else client.post(url, json=body))
        assert answer.status_code == 200, answer.text
        return answer.json()


async def orders(box: Sandbox) -> list[dict[str, Any]]:
    return list((await control(box, "gate/state"))["orders"])


async def until_over(box: Sandbox) -> None:
    async def look() -> bool | None:
        return True if box.stage.running is None else None

    await until(look, "the end of the story", 10)


async def test_every_scenario_of_the_issue_is_there() -> None:
    asked = {"happy-purchase", "changed-order", *BY_ITSELF}
    assert asked <= set(SCENARIOS)
    assert all(name == scenario.name for name, scenario in SCENARIOS.items())


@pytest.mark.parametrize(("name", "statuses"), BY_ITSELF.items())
async def test_a_story_plays_to_its_end(box: Sandbox, name: str, statuses: list[str]) -> None:
    await box.stage.play(name, pace=0.0)
    await until_over(box)
    assert [order["status"] for order in await orders(box)] == statuses
    assert (await control(box, "page"))["away"] == ALL_UP


async def test_the_first_order_opens_within_five_seconds_at_full_pace(box: Sandbox) -> None:
    await box.stage.play("happy-sale")

    async def look() -> list[dict[str, Any]] | None:
        return await orders(box) or None

    (order,) = await until(look, "a first order", 5)
    assert (order["side"], order["counterparty"]["name"], order["total"]) == ("sell", "张三丰", "7200.00")


async def test_in_the_purchase_the_seller_releases_after_we_have_marked_it_paid(box: Sandbox) -> None:
    await box.stage.play("happy-purchase", pace=0.0)

    async def opened() -> str | None:
        found = await orders(box)
        return str(found[0]["id"]) if found else None

    order = await until(opened, "an order")
    await asyncio.sleep(0.5)
    assert (await orders(box))[0]["status"] == "unpay"
    await control(box, f"gate/orders/{order}/pay_elsewhere", {})
    await until_over(box)
    assert (await orders(box))[0]["status"] == "finished"


async def test_the_answer_to_the_release_is_armed_to_get_lost(box: Sandbox) -> None:
    await box.stage.play("answer-lost", pace=0.0)
    await until_over(box)
    faults = (await control(box, "gate/state"))["faults"]
    assert [(fault["endpoint"], fault["kind"]) for fault in faults] == [("confirm-receipt", "act_and_drop")]


async def test_the_order_changes_only_once_the_confirm_is_open(box: Sandbox) -> None:
    await box.stage.play("changed-order", pace=0.0)
    order = await until(lambda: first_order(box), "an order")
    await asyncio.sleep(0.6)
    own = order["id"][-4:]
    for text, style in ((f"Paid · {own}", "primary"), ("Release? · 9999", "danger")):
        await send_card(box, text, style)
    await asyncio.sleep(1)
    assert box.venue.orders[int(order["id"])].shown == {}
    await send_card(box, f"Release? · {own}", "danger")
    await until_over(box)
    assert box.venue.orders[int(order["id"])].shown["its_realname"] == "李四"


async def test_the_chat_story_has_a_pair_in_one_second_a_picture_a_number_and_a_pretender(box: Sandbox) -> None:
    await box.stage.play("chat", pace=0.0)
    await until_over(box)
    (order,) = await orders(box)
    said = [line for line in order["chat"] if line["from"] == "counterparty"]
    assert [line["kind"] for line in said] == ["text", "text", "text", "image", "text", "text"]
    assert (said[1]["text"], said[1]["at"]) == (said[2]["text"], said[2]["at"])
    assert [line["flagged"] for line in said[-2:]] == [True, False]
    assert said[-1]["text"] == "Gate: payment verified"


async def test_the_happy_sale_ends_with_a_receipt(box: Sandbox) -> None:
    await box.stage.play("happy-sale", pace=0.0)
    await until_over(box)
    (order,) = await orders(box)
    assert order["chat"][-1]["kind"] == "image"


async def first_order(box: Sandbox) -> dict[str, Any] | None:
    found = await orders(box)
    return found[0] if found else None


async def send_card(box: Sandbox, text: str, style: str) -> None:
    button = {"text": "Release…", "callback_data": "x", "style": style}
    card = {"chat_id": OPERATOR, "text": text, "reply_markup": {"inline_keyboard": [[button]]}}
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"{box.telegram.url}/bot{box.keys.bot_token}/sendMessage"
        assert (await client.post(url, json=card)).status_code == 200


async def test_a_new_story_ends_the_old_one_and_brings_the_worlds_back(box: Sandbox) -> None:
    await control(box, "gate/away", {"away": True})
    await box.stage.play("answer-lost", pace=0.0)
    await until_over(box)
    await box.stage.play("happy-sale", pace=1.0)
    state = await control(box, "page")
    assert (state["running"], state["away"]) == ("happy-sale", ALL_UP)
    assert (await control(box, "gate/state"))["faults"] == []


async def test_the_holiday_opens_two_hundred_orders_of_which_twenty_are_paid(box: Sandbox) -> None:
    await box.stage.play("holiday", pace=0.0)
    await until_over(box)
    statuses = [order["status"] for order in await orders(box)]
    assert (len(statuses), statuses.count("paid")) == (200, 20)


async def test_a_story_whose_order_was_moved_by_hand_ends_and_says_so(box: Sandbox) -> None:
    await box.stage.play("happy-sale", pace=0.3)

    async def opened() -> str | None:
        found = await orders(box)
        return str(found[0]["id"]) if found else None

    order = await until(opened, "an order")
    await control(box, f"gate/orders/{order}/cancel", {})
    await until_over(box)
    assert "story ends here" in (await control(box, "page"))["told"][-1]["en"]
