"""Somebody else was quicker: a colleague in Gate's app, an order, another lead, the same thumb twice, a frozen desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.journeys.ad_window import AdWindow, labels, looking, open_window, yes_of
from tests.journeys.shop import Shop
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OPERATOR, OWNER, STRANGER, VIEWER

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW = {"price": "7.24", "fiat_min_amount": "362.00", "fiat_max_amount": "3620.00"}
"""all that is different of our ad at 7.24"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_window(tmp_path_factory.mktemp("ads")) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def one(opened: Shop) -> AsyncIterator[AdWindow]:
    """Where the language makes no difference."""
    async with looking(opened) as window:
        yield window


MOVED = {"en": ("changed meanwhile, nothing was sent", "price"), "zh": ("期间有变动，未发送", "价格")}


async def test_a_price_that_a_colleague_set_meanwhile_is_shown_in_a_fresh_diff(window: AdWindow) -> None:
    ad_id = await window.begin()
    card = await window.say("/price 7.24", "7.21 → 7.24")
    old = yes_of(card)
    await window.ads.edit_from_app(ad_id, price="7.30")
    await window.remember()
    await window.confirm(card)
    told, part = MOVED[window.language]
    fresh = await window.shows(card, told, part, "7.30 → 7.24 CNY")
    await window.considered()
    await window.forge(fresh, old.data or "")
    await window.untouched()
    fresh = await window.shows(card, "7.30 → 7.24 CNY", button="7.24")
    await window.confirmed(fresh)
    await window.only(ad_id, **NEW)


EDITS: dict[str, dict[str, Any]] = {
    "terms": {"trade_tips": "other words"},
    "auto reply": {"auto_reply": "other words"},
    "limits": {"max_amount": "400"},
    "methods": {"pay_types": ["bank"], "pay_type_json": '{"bank":"20011"}'},
    "window": {"expire_min": 30},
    "conditions": {"min_completed_limit": 6},
    "verification": {"verified_limit": 1},
    "state": {"status": 3},
}


@pytest.mark.parametrize("name", EDITS)
async def test_nothing_that_a_colleague_changed_meanwhile_is_overwritten(one: AdWindow, name: str) -> None:
    ad_id = await one.begin()
    card = await one.say(f"/price 7.24 {ad_id}", "7.21 → 7.24")
    await one.ads.edit_from_app(ad_id, **EDITS[name])
    await one.remember()
    await one.confirm(card)
    fresh = await one.shows(card, "changed meanwhile, nothing was sent", button="7.24")
    await one.untouched()
    await one.confirmed(fresh)
    await one.only(ad_id, **{k: v for k, v in NEW.items() if name != "limits" or k != "fiat_max_amount"} | LESS[name])


LESS: dict[str, dict[str, str]] = {name: {} for name in EDITS} | {"limits": {"fiat_max_amount": "2896.00"}}


async def test_an_order_that_takes_from_the_amount_meanwhile_does_not_stop_a_price_and_keeps_its_coins(
    window: AdWindow,
) -> None:
    ad_id = await window.begin()
    card = await window.say("/price 7.24", "7.21 → 7.24")
    order = await window.shop.sale("100.00", paid=False)
    assert (await window.ads.ad(ad_id)).raw["locked"] == "100.00"
    await window.remember()
    done = await window.confirmed(card)
    await window.only(ad_id, **NEW)
    (post,) = await window.sent()
    assert post.body["number"].rstrip("0") == "4900.5" and "🔴" not in done.text
    await window.box.gate.act(order, "cancel_elsewhere")
    assert float((await window.ads.ad(ad_id)).amount) == 5000.5


async def test_an_amount_that_an_order_moved_is_asked_about_anew(one: AdWindow) -> None:
    ad_id = await one.begin()
    card = await one.diff(ad_id, "amount", "6000")
    await one.shop.sale("100.00", paid=False)
    await one.remember()
    await one.confirm(card)
    fresh = await one.shows(
        card, "changed meanwhile, nothing was sent", "4,900.5 → 6,000", "without 100 USDT in orders"
    )
    await one.untouched()
    await one.confirmed(fresh)
    await one.only(ad_id, amount="6000")
    await one.shop.end_all()


async def test_a_double_tap_sends_one_request(one: AdWindow) -> None:
    ad_id = await one.begin()
    card = await one.say("/price 7.24", "7.21 → 7.24")
    await one.considered()
    data = yes_of(card).data
    await asyncio.gather(*(one.box.telegram.press(LEAD, LEAD, card.id, data=data, forged=True) for _ in range(2)))
    await one.shows(card, "✅ Ad changed")
    await one.only(ad_id, **NEW)


async def test_of_two_leads_at_once_one_changes_it_and_the_other_is_told(one: AdWindow) -> None:
    ad_id = await one.begin()
    await one.say("/language en", person=OWNER)
    mine = await one.say("/price 7.24", "7.21 → 7.24")
    theirs = await one.say("/price 7.26", "7.21 → 7.26", person=OWNER)
    await one.considered()
    await asyncio.gather(
        one.press(mine, yes_of(mine).text), one.press(theirs, yes_of(theirs).text, person=OWNER), return_exceptions=True
    )
    await one.ads.wait_for_ad(ad_id, lambda ad: ad.price != "7.21", "another price")
    (post,) = await one.sent()
    first, other, who = (mine, theirs, OWNER) if post.body["unitPrice"] == "7.24" else (theirs, mine, LEAD)
    await one.shows(first, "✅ Ad changed", person=LEAD if first is mine else OWNER)
    told = (await one.shop.newest(who), await one.box.telegram.message(who, who, other.id))[1]
    assert "✅" not in told.text
    await one.only(ad_id, **NEW) if post.body["unitPrice"] == "7.24" else None


async def test_the_diff_of_one_lead_is_not_confirmed_by_another(one: AdWindow) -> None:
    await one.begin()
    await one.say("/language en", person=OWNER)
    card = await one.say("/price 7.24", "7.21 → 7.24")
    theirs = await one.say("/ads", "Ads", person=OWNER)
    await one.considered()
    for person in (OWNER, OPERATOR, VIEWER, STRANGER):
        shown = theirs if person == OWNER else card
        await one.box.telegram.press(
            person, OWNER if person == OWNER else LEAD, shown.id, data=yes_of(card).data, forged=True, timeout=1
        )
    await one.untouched()


async def test_a_diff_that_was_left_is_dead(window: AdWindow) -> None:
    ad_id = await window.begin()
    card = await window.say("/price 7.24", "7.21 → 7.24")
    old = yes_of(card).data or ""
    card = await window.tap(card, "back", ad_id)
    await window.considered()
    await window.forge(card, old)
    await window.untouched()
    first = await window.say("/price 7.25", "7.21 → 7.25")
    second = await window.say("/price 7.26", "7.21 → 7.26")
    await window.considered()
    await window.forge(first, yes_of(first).data or "")
    await window.untouched()
    await window.confirmed(second)
    assert [post.body["unitPrice"] for post in await window.sent()] == ["7.26"]


FROZEN = {"en": "frozen", "zh": "冻结"}


async def test_a_frozen_desk_changes_nothing_and_shows_everything(window: AdWindow) -> None:
    ad_id = await window.begin()
    card = await window.say("/price 7.24", "7.21 → 7.24")
    await window.say("/freeze", FROZEN[window.language])
    try:
        await window.confirm(card)
        said = await window.say("/price 7.25", FROZEN[window.language])
        assert labels(said) == [] or "ey:" not in str(said.buttons)
        await window.say("/ads off", FROZEN[window.language])
        card = await window.card(ad_id)
        assert "7.21" in card.text
        await window.untouched()
    finally:
        await window.say("/unfreeze", person=OWNER)


FILTER = {"en": "remove contact details", "zh": "remove contact details"}


@pytest.mark.parametrize("part", ["terms", "auto_reply"])
async def test_gates_text_filter_is_quoted_the_text_is_kept_and_another_one_goes_through(
    window: AdWindow, part: str
) -> None:
    ad_id = await window.begin()
    text = "call me at +86 138 0013 8000 <now>"
    card = await window.diff(ad_id, part, text)
    refused = await window.confirmed(card, "refused")
    assert text in refused.text and ("contact" in refused.text or "risk" in refused.text), refused.text
    (post,) = await window.sent()
    assert post.ad_id == "" and await window.changed() == {}
    before = await window.shop.newest(window.person)
    await window.press(refused, window.label("again"))
    question = await window.hears(f"··{ad_id[-4:]}", after=before)
    assert question.asks_reply
    await window.remember()
    again = await window.answer(question, "ask me in the chat of the order", "→")
    await window.confirmed(again)
    fact = {"terms": "trade_tips", "auto_reply": "auto_reply"}[part]
    await window.only(ad_id, **{fact: "ask me in the chat of the order"})


# part: (typed, Gate's words)
RULES = {
    "price": ("7.215", "Price allows 2 decimals at most"),
    "far price": ("15.00", "Price must be between 3.58 and 10.72 CNY"),
    "window": ("17", "Payment window must be one of"),
    "small amount": ("0.5", "Quantity must not be below 1 USDT"),
}


@pytest.mark.parametrize("name", RULES)
async def test_gates_own_rules_are_told_in_its_words(window: AdWindow, name: str) -> None:
    typed, words = RULES[name]
    small = {"min_amount": "0.1", "max_amount": "0.4"} if name == "small amount" else {}
    ad_id = await window.begin(**small)
    card = await window.diff(ad_id, name.rsplit(maxsplit=1)[-1], typed)
    if name == "far price":
        card = await window.tap(card, "meant", button="15.00")
    refused = await window.confirmed(card, "refused")
    assert words in refused.text and window.label("again") in labels(refused)
    assert len(await window.sent()) == 1 and await window.changed() == {}


async def test_the_group_reads_of_a_change_without_its_texts_and_without_a_sound(one: AdWindow) -> None:
    group = await one.shop.newest(DESK_GROUP)
    ad_id = await one.begin()
    await one.confirmed(await one.diff(ad_id, "terms", "only <b>own</b> accounts"))
    record = await one.record(f"··{ad_id[-4:]}", group)
    assert record.silent and "own" not in record.text.replace("now", "") and "by Lead" in record.text
