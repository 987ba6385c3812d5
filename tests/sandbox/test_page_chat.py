"""Both ends of the conversation on the page: the buyer's window and the staff's phones, with files both ways."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from bot.sandbox.film import film
from bot.sandbox.pictures import receipt
from tests.sandbox.browsing import Bot
from tests.support.sandbox import DESK, OPERATOR, Json, Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PICTURE, OTHER = receipt("7200.00", "CNY", "61000001"), receipt("7200.00", "CNY", "61000001", seed=1)


def given(name: str, kind: str, content: bytes) -> Any:
    return {"name": name, "mimeType": kind, "buffer": content}


PHOTO, PHOTO_2 = given("a.png", "image/png", PICTURE), given("b.png", "image/png", OTHER)


async def is_drawn(picture: Locator) -> None:
    await expect(picture).to_have_js_property("complete", True)
    assert await picture.evaluate("(image) => image.naturalWidth") == 360


async def said(bot: Bot) -> Json:
    message: Json = (await bot.next_update())["message"]
    return message


async def test_a_photo_with_its_caption_is_sent_as_one(page: Page, bot: Bot) -> None:
    await page.get_by_test_id("message-text").fill("look")
    await page.get_by_test_id("attach").set_input_files(PHOTO)
    message = await said(bot)
    assert message["caption"] == "look"
    assert [size["width"] for size in message["photo"]] == [81, 360]
    await is_drawn(page.locator(".messages img"))
    await expect(page.get_by_test_id("message-text")).to_have_value("")


async def test_several_pictures_are_an_album_and_files_stay_files(page: Page, bot: Bot) -> None:
    await page.get_by_test_id("attach").set_input_files([PHOTO, PHOTO_2, given("v.mp4", "video/mp4", film())])
    album = [await said(bot) for _ in range(3)]
    assert len({message["media_group_id"] for message in album}) == 1
    assert [set(message) & {"photo", "video"} for message in album] == [{"photo"}, {"photo"}, {"video"}]
    await expect(page.locator(".gallery .item")).to_have_count(3)
    await page.get_by_test_id("attach-file").set_input_files(PHOTO)
    document = (await said(bot))["document"]
    assert (document["file_name"], document["mime_type"]) == ("a.png", "image/png")
    await expect(page.locator("a.file")).to_contain_text("a.png")


async def test_a_file_in_a_topic_may_answer_a_message(page: Page, bot: Bot) -> None:
    topic = (await bot.call("createForumTopic", chat_id=DESK, name="0001"))["message_thread_id"]
    card = await bot.say(DESK, "card", message_thread_id=topic)
    await page.get_by_test_id("chat-group").click()
    await page.get_by_test_id(f"topic-{topic}").click()
    await page.get_by_test_id(f"reply-{card}").click()
    await expect(page.locator("#replying")).to_contain_text("card")
    await page.get_by_test_id("attach").set_input_files(PHOTO)
    message = await said(bot)
    while "photo" not in message:
        message = await said(bot)
    assert (message["message_thread_id"], message["reply_to_message"]["message_id"]) == (topic, card)
    await expect(page.locator("#replying")).to_be_hidden()
    await expect(page.get_by_test_id(f"message-{message['message_id']}").locator(".quote")).to_have_text("card")


async def test_ones_own_words_can_be_edited_and_deleted_and_others_not(page: Page, bot: Bot) -> None:
    theirs = await bot.say(OPERATOR, "card")
    await page.get_by_test_id("message-text").fill("frist")
    await page.get_by_test_id("message-send").click()
    number = (await said(bot))["message_id"]
    await page.get_by_test_id(f"edit-{number}").click()
    await expect(page.get_by_test_id("message-text")).to_have_value("frist")
    await page.get_by_test_id("message-text").fill("first")
    await page.get_by_test_id("message-send").click()
    edited = (await bot.next_update())["edited_message"]
    assert (edited["message_id"], edited["text"]) == (number, "first")
    await expect(page.get_by_test_id(f"message-{number}")).to_contain_text("first")
    await expect(page.get_by_test_id(f"edit-{theirs}")).to_have_count(0)
    await page.get_by_test_id(f"erase-{number}").click()
    await expect(page.get_by_test_id(f"message-{number}")).to_have_count(0)
    assert await bot.call("getUpdates", offset=bot.offset, timeout=0) == []


async def test_the_bots_mark_and_the_quotes_are_seen(page: Page, bot: Bot) -> None:
    number = (await bot.box.telegram.write(OPERATOR, OPERATOR, "to the buyer"))["message_id"]
    await bot.call(
        "setMessageReaction", chat_id=OPERATOR, message_id=number, reaction=[{"type": "emoji", "emoji": "👌"}]
    )
    await expect(page.get_by_test_id(f"message-{number}").locator(".reaction")).to_have_text("👌")
    lines = "\n".join(f"line {count}" for count in range(12))
    long = await bot.say(OPERATOR, f"<blockquote expandable>{lines}</blockquote>")
    quote = page.get_by_test_id(f"message-{long}").locator("blockquote")
    folded = await quote.evaluate("(box) => box.clientHeight")
    await quote.click()
    assert await quote.evaluate("(box) => box.clientHeight") > 1.5 * folded


async def uploaded(bot: Bot, number: int, content: bytes, caption: str, keys: list[list[Json]]) -> None:
    """Put a picture into the message that stands there."""
    url = f"{bot.box.telegram_url}/bot{bot.box.bot_token}/editMessageMedia"
    media = {"type": "photo", "media": "attach://picture", "caption": caption, "parse_mode": "HTML"}
    form = {"chat_id": OPERATOR, "message_id": number, "media": json.dumps(media)}
    form["reply_markup"] = json.dumps({"inline_keyboard": keys})
    answer = await bot.client.post(url, data=form, files={"picture": ("p.png", content, "image/png")})
    assert answer.json()["ok"], answer.text


async def test_a_text_that_becomes_a_picture_shows_it_with_caption_and_buttons(page: Page, bot: Bot) -> None:
    number = await bot.say(OPERATOR, "<b>summary</b>")
    shown = page.get_by_test_id(f"message-{number}")
    await page.get_by_test_id("chat-direct").click()
    await expect(shown.locator(".words")).to_have_text("summary")
    await page.get_by_test_id(f"reply-{number}").click()
    await page.get_by_test_id("message-text").fill("about that")
    await page.get_by_test_id("message-send").click()
    reply = (await said(bot))["message_id"]
    quoted = page.get_by_test_id(f"message-{reply}").locator(".quote")
    await expect(quoted).to_have_text("summary")
    keys: list[list[Json]] = [
        [{"text": "Open ↗", "url": "https://pay.example/1"}, {"text": "Copy", "copy_text": {"text": "x"}}],
        [{"text": "QR only", "callback_data": "qr:1"}],
    ]
    await uploaded(bot, number, PICTURE, "<b>link</b> 1,000 CNY", keys)
    await is_drawn(shown.locator("img"))
    await expect(shown.locator(".words")).to_have_text("link 1,000 CNY")
    await expect(shown.locator(".words b")).to_have_text("link")
    await expect(shown.locator(".keyboard button")).to_have_text(["Open ↗", "Copy", "QR only"])
    await expect(quoted).to_have_text("link 1,000 CNY")
    first = await shown.locator("img").get_attribute("src")
    await shown.get_by_role("button", name="QR only").click()
    query = (await bot.next_update())["callback_query"]
    assert (query["data"], query["message"]["caption"]) == ("qr:1", "link 1,000 CNY")
    await bot.call("answerCallbackQuery", callback_query_id=query["id"], text="here it is")
    await expect(page.locator("#toast")).to_have_text("here it is")
    await uploaded(bot, number, OTHER, "again", [])
    await expect(shown.locator("img")).not_to_have_attribute("src", str(first))
    await is_drawn(shown.locator("img"))
    await bot.call("editMessageCaption", chat_id=OPERATOR, message_id=number, caption="ended")
    await expect(shown.locator(".words")).to_have_text("ended")
    await expect(shown.locator("img")).to_have_count(1)
    await expect(shown.locator(".keyboard")).to_have_count(0)


async def test_the_buyer_sends_a_receipt_a_video_and_a_payment_method(page: Page, box: Sandbox) -> None:
    order = await box.gate.open_order(name="李四")
    await expect(page.get_by_test_id("buyer-name")).to_contain_text("李四")
    for key, kind in (("sendReceipt", "image"), ("sendFilm", "video"), ("sharePayment", "payment")):
        await page.get_by_test_id(f"buyer-{key}").click()
        await expect(page.locator(f"#buyer-chat [data-kind={kind}]")).to_have_count(1)
    await is_drawn(page.locator("#buyer-chat [data-kind=image] img"))
    shown = page.locator("#buyer-chat video")
    await expect(shown).to_have_js_property("videoWidth", 160)
    await page.get_by_test_id("buyer-file").set_input_files(PHOTO)
    await expect(page.locator("#buyer-chat [data-kind=image]")).to_have_count(2)
    hashes = [line.file.sha256 for line in await box.gate.chat(order) if line.file is not None]
    assert hashes[-1] == hashlib.sha256(PICTURE).hexdigest()
    await page.get_by_test_id("buyer-payVoucher").click()
    await expect(page.get_by_test_id(f"status-{order}")).to_have_text("paid")
    await is_drawn(page.locator("#buyer-chat .system img"))


async def test_the_buyers_window_says_who_wrote(page: Page, box: Sandbox) -> None:
    order = await box.gate.open_order(name="王五")
    await box.gate.buyer_says(order, "13800000000", flagged=True)
    await box.gate.owner_says(order, "from the app")
    last = page.locator("#buyer-chat .bubble")
    await expect(last.filter(has_text="13800000000")).to_contain_text("王五")
    await expect(last.filter(has_text="13800000000").locator(".flag")).to_be_visible()
    await expect(last.filter(has_text="from the app")).to_contain_text("Desk, in Gate's app")
    await expect(last.filter(has_text="order opened")).to_contain_text("Venue")


@pytest.mark.parametrize("view", ["phone", "buyer"])
async def test_pictures_are_never_wider_than_a_phone(page: Page, box: Sandbox, view: str) -> None:
    order = await box.gate.open_order()
    await box.gate.buyer_sends(order, PICTURE)
    await box.gate.buyer_says(order, "x" * 300)
    await box.telegram.send_album(OPERATOR, OPERATOR, [PICTURE] * 3, caption="y" * 300)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.locator(f"[data-view-to={view}]").click()
    place = page.locator(".gallery img" if view == "phone" else "#buyer-chat img").last
    await expect(place).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    box_of = await place.bounding_box()
    assert box_of is not None and box_of["x"] >= 0 and box_of["x"] + box_of["width"] <= 390
