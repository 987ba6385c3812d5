"""The shop while Gate is away, slow, refuses, or loses its answer: what it shows is told, nothing is sent again."""

from __future__ import annotations

import pytest

from tests.journeys.shop import Shop
from tests.journeys.shop_window import SET, Window
from tests.support.sandbox import LEAD, OPERATOR, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("kind", "told", "status"),
    [
        ("act_and_drop", "No answer came, but Gate shows it.", 0),
        ("act_and_500", "No answer came, but Gate shows it.", 0),
        ("truncated", "No answer came, but Gate shows it.", 0),
        ("drop_before", "❓ Shop: no answer from Gate", 1),
        ("error_500", "❓ Shop: no answer from Gate", 1),
        ("refuse", "❌ Shop: Gate said no", 1),
        ("429", "❌ Shop: Gate said no", 1),
    ],
)
async def test_whatever_comes_back_it_was_sent_once_and_what_gate_shows_is_told(
    shop: Shop, kind: str, told: str, status: int
) -> None:
    window = Window(shop)
    await window.begin()
    step = await window.step("rest")
    await window.box.gate.fault(SET, kind)
    card = await window.tap(step, "yes_rest", contains=told)
    assert len(await window.sent()) <= 1 and (await window.box.ads.account())["work_status"] == status
    assert {0: "Working state: resting", 1: "Working state: working"}[status] in card.text


async def test_what_arrives_late_is_not_called_done_before_and_shows_on_refresh(shop: Shop) -> None:
    window = Window(shop)
    await window.begin()
    step = await window.step("rest")
    await window.box.gate.fault(SET, "act_late", seconds=1.5, answer="500")
    card = await window.tap(step, "yes_rest", contains="❓ Shop: no answer from Gate")
    assert "It may still change." in card.text and "Working state: working" in card.text
    await until(window.is_resting, "a shop that rests")
    again = await window.tap(card, "refresh", contains="Working state: resting")
    assert again.id == card.id and len(await window.sent()) == 1


async def test_an_answer_that_takes_long_comes_as_news(shop: Shop) -> None:
    window = Window(shop)
    await window.begin()
    step = await window.step("rest")
    await window.box.gate.fault(SET, "delay", seconds=2.6)
    card = await window.tap(step, "yes_rest", contains="⏳ Shop: sent, no answer yet")
    news = await window.box.telegram.wait_for_message(LEAD, contains="✅ Shop: resting", after=card)
    assert "by Lead" in news.text and len(await window.sent()) == 1


async def test_without_gate_there_is_no_account_and_no_step_and_nothing_is_sent(shop: Shop) -> None:
    window = Window(shop)
    await window.begin()
    step = await window.step("rest")
    await window.box.gate.away(True)
    try:
        alert = await window.box.telegram.press(LEAD, LEAD, step, text="Yes, rest")
        told = alert.text or (await window.box.telegram.wait_for_message(LEAD, contains="Nothing was sent")).text
        assert "Nothing was sent" in told
        assert "desk_one" not in (await shop.say("/me", person=LEAD, contains="cannot be reached")).text
    finally:
        await window.box.gate.away(False)
    assert await window.sent() == []


async def test_an_account_whose_methods_cannot_be_read_is_shown_without_them(shop: Shop) -> None:
    window = Window(shop)
    await window.begin()
    await window.box.gate.fault("get_myself_payment", "error_500", times=-1)
    assert "Payment methods cannot be read now" in (await window.me()).text


async def test_a_profile_that_cannot_be_read_is_said(shop: Shop) -> None:
    order = await shop.sale("322.00")
    await shop.tap(order, "More")
    await shop.box.gate.fault("get_counterparty_user_info", "error_500", times=-1)
    card = await shop.card(order, button="Buyer's profile")
    alert = await shop.box.telegram.press(OPERATOR, OPERATOR, card, text="Buyer's profile")
    assert "Buyer's profile" not in alert.text
    await shop.end_all()
