"""The page in a real browser: what a newcomer sees and taps reaches both worlds."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.browsing import Bot
from tests.support.sandbox import DESK, OPERATOR, OWNER, STRANGER, Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

KEYS = [
    [{"text": "Copy 7,200.00", "copy_text": {"text": "7200.00"}}],
    [{"text": "Release…", "callback_data": "r:1", "style": "danger"}],
]


async def test_a_tap_reaches_the_bot_and_its_answer_reaches_the_thumb(page: Page, bot: Bot) -> None:
    number = await bot.say(OPERATOR, "<b>Paid</b> · 0417", reply_markup={"inline_keyboard": KEYS})
    card = page.get_by_test_id(f"message-{number}")
    await expect(card.locator("b")).to_have_text("Paid")
    await card.get_by_role("button", name="Release…").click()
    query = (await bot.next_update())["callback_query"]
    assert (query["data"], query["from"]["id"], query["message"]["message_id"]) == ("r:1", OPERATOR, number)
    await bot.call("answerCallbackQuery", callback_query_id=query["id"], text="Wait a moment")
    await expect(page.get_by_test_id("toast")).to_have_text("Wait a moment")
    await card.get_by_role("button", name="Release…").click()
    query = (await bot.next_update())["callback_query"]
    await bot.call("answerCallbackQuery", callback_query_id=query["id"], text="Stop", show_alert=True)
    await expect(page.get_by_test_id("alert")).to_contain_text("Stop")


async def test_a_copy_button_says_what_it_copied_and_tells_the_bot_nothing(page: Page, bot: Bot) -> None:
    await bot.say(OPERATOR, "card", reply_markup={"inline_keyboard": KEYS})
    await page.get_by_role("button", name="Copy 7,200.00").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("7200.00")
    assert await bot.call("getUpdates", timeout=0) == []


async def test_names_and_texts_with_markup_stay_text(page: Page, bot: Bot) -> None:
    evil = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
    safe = evil.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    number = await bot.say(OPERATOR, f"<blockquote>{safe}</blockquote>")
    await expect(page.get_by_test_id(f"message-{number}").locator("blockquote")).to_have_text(evil)
    order = await bot.box.gate.open_order(name=evil)
    await bot.box.gate.act(order, "write", text=evil)
    await expect(page.get_by_test_id("buyer-chat")).to_contain_text(evil)
    await expect(page.get_by_test_id(f"order-{order}")).to_contain_text(evil)
    assert await page.title() == "C2C Desk · sandbox"
    assert await page.locator("img[src='x']").count() == 0


async def test_a_loud_message_rings_and_a_silent_one_does_not(page: Page, bot: Bot) -> None:
    loud = await bot.say(OPERATOR, "loud")
    quiet = await bot.say(OPERATOR, "quiet", disable_notification=True)
    await expect(page.get_by_test_id(f"message-{loud}").locator("[data-rang]")).to_have_attribute("data-rang", "true")
    await expect(page.get_by_test_id(f"message-{quiet}").locator("[data-rang]")).to_have_attribute("data-rang", "false")
    await bot.say(OWNER, "for the owner")
    await expect(page.get_by_test_id("person-owner").get_by_title("rang")).to_have_text("1")
    await page.get_by_test_id("person-owner").click()
    await expect(page.get_by_test_id("person-owner").get_by_title("rang")).to_have_count(0)


async def test_what_a_person_writes_arrives_from_that_person(page: Page, bot: Bot) -> None:
    number = await bot.say(OPERATOR, "what shall I say?", reply_markup={"force_reply": True})
    await expect(page.locator("#replying")).to_contain_text("what shall I say?")
    await page.get_by_test_id("message-text").fill("已放币")
    await page.get_by_test_id("message-text").press("Enter")
    said = (await bot.next_update())["message"]
    assert (said["text"], said["from"]["id"]) == ("已放币", OPERATOR)
    assert said["reply_to_message"]["message_id"] == number
    await page.get_by_test_id("person-stranger").click()
    await page.get_by_test_id("message-text").fill("hello")
    await page.get_by_test_id("message-send").click()
    assert (await bot.next_update())["message"]["from"]["id"] == STRANGER


async def test_topics_of_the_group_are_apart_and_the_stranger_sees_none(page: Page, bot: Bot) -> None:
    topic = await bot.call("createForumTopic", chat_id=DESK, name="0417 张三丰")
    await bot.say(DESK, "in general")
    await bot.say(DESK, "in the topic", message_thread_id=topic["message_thread_id"])
    await page.get_by_test_id("chat-group").click()
    await expect(page.locator("#messages")).to_contain_text("in general")
    await expect(page.locator("#messages")).not_to_contain_text("in the topic")
    await page.get_by_test_id(f"topic-{topic['message_thread_id']}").click()
    await expect(page.locator("#messages")).to_contain_text("in the topic")
    await page.get_by_test_id("message-text").fill("inner talk")
    await page.get_by_test_id("message-text").press("Enter")
    await expect(page.locator("#messages")).to_contain_text("inner talk")
    await page.get_by_test_id("person-stranger").click()
    await expect(page.locator("#messages")).to_contain_text("Not a member")
    await expect(page.get_by_test_id("message-text")).to_be_disabled()


async def test_a_stranger_who_gets_into_the_group_taps_as_a_stranger(page: Page, bot: Bot) -> None:
    number = await bot.say(DESK, "card", reply_markup={"inline_keyboard": KEYS})
    await page.get_by_test_id("person-stranger").click()
    await page.get_by_test_id("chat-group").click()
    await page.get_by_test_id("group-join").click()
    await page.get_by_test_id(f"message-{number}").get_by_role("button", name="Release…").click()
    update = await bot.next_update()
    while "callback_query" not in update:
        update = await bot.next_update()
    assert update["callback_query"]["from"]["id"] == STRANGER
    await page.get_by_test_id("commands").click()
    await page.get_by_test_id("group-leave").click()
    await expect(page.get_by_test_id("group-join")).to_be_visible()


async def test_the_buyers_buttons_move_the_venue(page: Page, box: Sandbox) -> None:
    order = await box.gate.open_order(name="李四")
    await expect(page.get_by_test_id("buyer-name")).to_contain_text("李四")
    await page.get_by_test_id("buyer-pay").click()
    await expect(page.get_by_test_id(f"status-{order}")).to_have_text("paid")
    await page.get_by_test_id("buyer-text").fill("已付款")
    await page.get_by_test_id("buyer-write").click()
    await expect(page.get_by_test_id("buyer-chat")).to_contain_text("已付款")
    await expect(page.get_by_test_id(f"coins-released-{order}")).to_have_text("0")
    await page.get_by_text("Unusual things").click()
    await page.get_by_test_id("buyer-close_elsewhere").click()
    await expect(page.get_by_test_id(f"coins-released-{order}")).to_have_text("1000.00")
    await expect(page.get_by_test_id("buyer-pay")).to_be_disabled()
    await expect(page.get_by_test_id("money-calls")).to_contain_text("None yet")


async def test_a_story_is_chosen_on_the_page_and_away_is_shown(page: Page, box: Sandbox) -> None:
    await page.get_by_test_id("scenario-twins").click()
    await expect(page.get_by_test_id("scenario-twins")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#orders tr")).to_have_count(3)
    await page.get_by_test_id("gate-away").click()
    await expect(page.get_by_test_id("gate-away")).to_contain_text("away")
    assert (await box.gate.state())["away"] is True


async def test_an_invite_link_pasted_by_a_stranger_starts_the_bot_with_it(page: Page, bot: Bot) -> None:
    await page.get_by_test_id("person-stranger").click()
    await page.get_by_test_id("message-text").fill("https://t.me/c2c_desk_sandbox_bot?start=in_abc123")
    await page.get_by_test_id("message-text").press("Enter")
    said = (await bot.next_update())["message"]
    assert (said["text"], said["from"]["id"]) == ("/start in_abc123", STRANGER)


@pytest.mark.parametrize("view", ["phone", "buyer", "venue"])
async def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page, box: Sandbox, view: str) -> None:
    await box.gate.open_order(name="张三丰" * 5, amount="123456789.123456")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.locator(f"[data-view-to={view}]").click()
    await asyncio.sleep(1)
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_both_languages_of_the_page(page: Page) -> None:
    await page.get_by_test_id("page-language").click()
    await expect(page.get_by_test_id("scenario-happy-sale")).to_have_text("正常出售")
    await page.get_by_test_id("page-language").click()
    await expect(page.get_by_test_id("scenario-happy-sale")).to_have_text("Happy sale")
