"""/me on the sandbox, in both languages: what the account is, and a shop that opens, rests and keeps hours."""

from __future__ import annotations

import pytest

from tests.journeys.shop import Shop
from tests.journeys.shop_window import LANGUAGES, Window
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OPERATOR, OWNER, VIEWER

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOTH = pytest.mark.parametrize("language", LANGUAGES)
SHOWN = {
    "en": ("desk_one · Blue V", "Completed: 77 in 30 days, 512 in all", "Working state: working", "May trade: CNY"),
    "zh": ("desk_one · 蓝V", "成交：30 天 77 单，共 512 单", "接单状态：接单中", "可交易市场：CNY"),
}
MARGIN = {"en": "🔴 Gate asks for a margin top-up", "zh": "🔴 Gate 要求补缴保证金"}
RESTING = {"en": "✅ Shop: resting", "zh": "✅ 店铺：休息中"}
WORKING = {"en": "✅ Shop: working", "zh": "✅ 店铺：接单中"}
OWN_HOURS = {"en": "✅ Shop: own hours", "zh": "✅ 店铺：自定义时段"}
TYPED = {"en": "Mon-Fri 09:00-18:00", "zh": "周一至周五 09:00-18:00"}
SPAN = {"en": "Mon–Fri 09:00–18:00 (UTC+8)", "zh": "周一至周五 09:00–18:00 (UTC+8)"}
# row: (what is written, English, Chinese)
ROWS = {
    "words": ("hello", "is not understood", "看不懂"),
    "no time": ("Mon-Fri", "is not understood", "看不懂"),
    "hostile": ("<b>Mon</b> 09:00-18:00", "is not understood", "看不懂"),
    "no days": ("09:00-18:00", "Which days?", "哪几天？"),
    "no such time": ("每天 25:00-26:00", "There is no time 25:00", "没有 25:00"),
    "midnight": ("daily 09:00-24:00", "There is no time 24:00", "没有 24:00"),
    "backwards": ("Mon 18:00-09:00", "09:00 is before 18:00", "09:00 早于 18:00"),
    "nothing": ("Mon 09:00-09:00", "is no time at all", "没有时长"),
}


@BOTH
async def test_everybody_sees_the_account_and_only_leads_its_buttons(shop: Shop, language: str) -> None:
    window = Window(shop, language)
    await window.begin()
    card = await window.me()
    assert all(text in card.text for text in SHOWN[language])
    assert [label for row in card.labels for label in row] == [
        window.label(name) for name in ("refresh", "rest", "hours")
    ]
    await shop.say(f"/language {language}", person=VIEWER, contains="")
    seen = await window.me(person=VIEWER)
    assert all(text in seen.text for text in SHOWN[language]) and seen.labels == [[window.label("refresh")]]


@BOTH
async def test_a_margin_that_is_asked_for_stands_first_after_refresh(shop: Shop, language: str) -> None:
    window = Window(shop, language)
    await window.begin()
    card = await window.me()
    assert MARGIN[language] not in card.text
    await window.box.ads.profile(need_replenish=1, online_status=0)
    again = await window.tap(card, "refresh", contains=MARGIN[language])
    assert again.id == card.id and again.text.splitlines()[0] == MARGIN[language]


@BOTH
async def test_two_taps_close_the_shop_and_two_open_it_and_the_group_has_it_without_a_sound(
    shop: Shop, language: str
) -> None:
    window = Window(shop, language)
    await window.begin()
    before = await shop.newest(DESK_GROUP)
    shown = await window.step("rest")
    assert await window.sent() == []
    card = await window.tap(shown, "yes_rest", contains=RESTING[language])
    assert "desk_one" in card.text and [post.body for post in await window.sent()] == [{"work_status": 0}]
    record = await window.record("Shop: resting", before)
    assert "Lead" in record.text or "Owner" in record.text
    calls = [call for call in await window.box.telegram.calls("sendMessage") if "Shop: resting" in str(call.params)]
    assert calls and all(call.params.get("disable_notification") for call in calls)
    card = await window.tap(await window.step("work"), "yes_work", contains=WORKING[language])
    assert [post.body["work_status"] for post in await window.sent()] == [0, 1]
    assert (await window.official()).work_status == 1


@BOTH
async def test_hours_are_asked_for_read_back_and_seen_by_the_venues_own_client(shop: Shop, language: str) -> None:
    window = Window(shop, language)
    await window.begin()
    question = await window.ask_hours()
    step = await window.answer(question, TYPED[language], SPAN[language])
    assert await window.sent() == []
    await shop.desk.considered()
    card = await window.tap(step, "yes_hours", contains=OWN_HOURS[language])
    assert card.text.count(SPAN[language]) == 2
    (post,) = await window.sent()
    assert post.body == {
        "work_status": 2, "cycle_type": "Weekly", "day_of_week": "1,2,3,4,5", "time_zone": "8", "start_time": "09:00",
        "end_time": "18:00",
    }  # fmt: skip
    seen = await window.official()
    assert seen.work_status in (2, 3) and "18:00" in str(seen.work_hours)


@BOTH
async def test_hours_that_cannot_be_are_answered_with_what_is_wrong_and_the_question_stays_open(
    shop: Shop, language: str
) -> None:
    window = Window(shop, language)
    await window.begin()
    question = await window.ask_hours()
    for text, english, chinese in ROWS.values():
        await window.answer(question, text, {"en": english, "zh": chinese}[language])
    assert await window.sent() == []
    await window.answer(question, TYPED[language], SPAN[language])


@BOTH
async def test_a_clock_of_part_hours_is_told_before_anything_is_typed(shop: Shop, language: str) -> None:
    window = Window(shop, language)
    await window.begin()
    card = await window.me()
    await shop.say("/timezone Asia/Kolkata", person=window.person, contains="Asia/Kolkata")
    alert = await window.box.telegram.press(window.person, window.person, card, text=window.label("hours"))
    assert "+5:30" in alert.text and await window.sent() == []
    await shop.say("/timezone Asia/Shanghai", person=window.person, contains="Asia/Shanghai")


async def test_back_sends_nothing_and_its_step_is_dead(shop: Shop) -> None:
    window = Window(shop)
    await window.begin()
    step = await window.step("rest")
    card = await window.tap(step, "back", contains="Working state: working", button="rest")
    assert card.id == step.id and await window.sent() == []


async def test_a_shop_that_a_colleague_moved_in_the_app_is_shown_instead_of_moved_over(shop: Shop) -> None:
    window = Window(shop)
    await window.begin()
    step = await window.step("rest")
    await window.box.ads.work(3, {"cycle_type": "Daily", "start_time": "08:00", "end_time": "20:00", "time_zone": "8"})
    card = await window.tap(step, "yes_rest", contains="no longer shows what you saw")
    assert "every day 08:00–20:00" in card.text and await window.sent() == []


async def test_a_frozen_desk_may_rest_but_not_open(shop: Shop) -> None:
    window = Window(shop)
    await window.begin()
    step = await window.step("rest")
    await shop.say("/freeze", person=LEAD, contains="Desk frozen")
    try:
        await window.tap(step, "yes_rest", contains="✅ Shop: resting")
        card = await window.me()
        assert "the shop can only rest" in card.text and [row[0] for row in card.labels] == ["Refresh"]
        assert [post.body for post in await window.sent()] == [{"work_status": 0}]
    finally:
        await shop.say("/unfreeze", person=OWNER, contains="")


async def test_words_after_the_command_are_answered_with_how_it_is_written(shop: Shop) -> None:
    await shop.say("/language en", person=LEAD, contains="")
    await shop.say("/me work", person=LEAD, contains="Write just /me")


@pytest.mark.parametrize(("language", "title"), [("en", "Buyer's profile"), ("zh", "买家资料")])
async def test_the_buyers_profile_lies_behind_more_and_leads_back(shop: Shop, language: str, title: str) -> None:
    await shop.say(f"/language {language}", person=OPERATOR, contains="")
    labels = {"en": ("More", "⬅ Back"), "zh": ("更多", "⬅ 返回")}[language]
    try:
        order = await shop.sale("321.00", name="李四", nick="lucky_8")
        await shop.tap(order, labels[0])
        await shop.tap(order, title)
        card = await shop.card(order, "lucky_8")
        assert title in card.text.splitlines()[0] and "212" in card.text and "2025/06/18" in card.text
        assert card.labels == [[labels[1]]]
        await shop.tap(order, labels[1])
        await shop.card(order, button=title)
        await shop.end_all()
    finally:
        await shop.say("/language en", person=OPERATOR, contains="")
