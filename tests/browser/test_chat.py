"""Talking with the buyer in a real browser: what is said on one side stands on the other, and nothing else does."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Locator, Page, expect

from tests.browser.opening import SLOW, demo, newest, opened, picture

MAKER, PLACE = "A phone of ours", (30.0, 15.0, 12.0)
MAKER_TAG, GPS_TAG, LATITUDE_TAG = 271, 34853, 2
DELIVERED = "👌"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    """The operator's phone beside the buyer's window, in English; its tests do not look at each other's words."""
    async with demo() as (address, _), opened(address, "operator") as shown:
        yield shown


def photo() -> bytes:
    """A picture as phones take it: who made it and where stands inside."""
    taken = Image.new("RGB", (640, 480), (15, 118, 110))
    exif = taken.getexif()
    exif[MAKER_TAG] = MAKER
    exif.get_ifd(GPS_TAG)[LATITUDE_TAG] = PLACE
    made = io.BytesIO()
    taken.save(made, "JPEG", exif=exif)
    return made.getvalue()


def at_the_buyer(page: Page, words: str = "") -> Locator:
    """What the desk said, as the buyer's window shows it."""
    return page.locator("#buyer-chat .bubble.desk").filter(has_text=words)


async def number_of(row: Locator) -> str:
    return (await row.get_attribute("data-testid") or "").split("-")[1]


async def reply_to(page: Page, row: Locator) -> None:
    await row.hover()
    await page.get_by_test_id(f"reply-{await number_of(row)}").click()
    await expect(page.locator("#replying")).to_be_visible()


async def send(page: Page, words: str) -> Locator:
    """The sender's own message on the phone."""
    await page.get_by_test_id("message-text").fill(words)
    await page.get_by_test_id("message-send").click()
    return page.locator(".messages > .row.mine").filter(has=page.locator(".words").filter(has_text=words)).last


async def is_decoded(image: Locator, width: int) -> None:
    await expect(image).to_be_visible(timeout=SLOW)
    await expect(image).to_have_js_property("naturalWidth", width, timeout=SLOW)


async def bytes_of(page: Page, image: Locator) -> bytes:
    encoded = await page.evaluate(
        """async (address) => {
            const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer())
            return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
        }""",
        await image.get_attribute("src"),
    )
    return base64.b64decode(encoded)


async def test_the_phones_photo_reaches_the_buyer_and_the_buyers_receipt_the_topic(page: Page) -> None:
    receipt = newest(page, "Picture")
    await is_decoded(receipt.locator("img"), 360)
    await expect(receipt).to_contain_text("Buyer 张三丰")
    drawn = await bytes_of(page, receipt.locator("img"))
    assert drawn == await bytes_of(page, page.locator("#buyer-chat img").last)

    await reply_to(page, receipt)
    thanks = await send(page, "Thank you. We are checking the bank.")
    await expect(thanks.locator(".reaction")).to_have_text(DELIVERED, timeout=SLOW)
    await expect(at_the_buyer(page, "We are checking the bank")).to_have_count(1)
    await picture(page.locator("#phone"), "chat-en")
    await expect(page.locator(".buyer details.more summary")).to_be_in_viewport(ratio=1)
    await picture(page, "demo-en")

    await photos_lose_where_they_were_taken(page, receipt)
    await the_topic_has_the_receipt_and_keeps_its_talk(page, drawn)


async def photos_lose_where_they_were_taken(page: Page, receipt: Locator) -> None:
    """Both ways a phone sends a picture: as a photo, and as a file that Telegram leaves as it is."""
    for count, by in enumerate(("attach", "attach-file"), start=1):
        await reply_to(page, receipt)
        taken = {"name": "IMG_0417.jpg", "mimeType": "image/jpeg", "buffer": photo()}
        await page.get_by_test_id(by).set_input_files(taken)  # type: ignore[arg-type]
        await expect(at_the_buyer(page).locator("img")).to_have_count(count, timeout=SLOW)
        shown = at_the_buyer(page).locator("img").last
        await is_decoded(shown, 640)
        given = await bytes_of(page, shown)
        assert b"Exif" not in given and MAKER.encode() not in given
        assert not Image.open(io.BytesIO(given)).getexif()
        await expect(page.locator(".mine").last.locator(".reaction")).to_have_text(DELIVERED, timeout=SLOW)


async def the_topic_has_the_receipt_and_keeps_its_talk(page: Page, drawn: bytes) -> None:
    await page.get_by_test_id("chat-group").click()
    await page.locator("[data-testid^=topic-]").filter(has_text="7,200.00 CNY").click()
    # What the operator sent from the direct message is on record here, too, in words
    receipt = page.locator(".messages > .row").filter(has=page.locator("a img")).filter(has_text="Buyer").last
    await is_decoded(receipt.locator("img"), 360)
    assert await bytes_of(page, receipt.locator("img")) == drawn
    await send(page, "I do not trust this receipt")
    await reply_to(page, receipt)
    answer = await send(page, "Which bank did you pay from?")
    await expect(answer.locator(".reaction")).to_have_text(DELIVERED, timeout=SLOW)
    await expect(at_the_buyer(page, "Which bank did you pay from?")).to_have_count(1)
    await expect(at_the_buyer(page, "I do not trust")).to_have_count(0)


async def test_a_prompt_a_quick_reply_and_a_held_number_each_send_what_was_shown(page: Page) -> None:
    await page.get_by_test_id("chat-direct").click()
    words = newest(page, "已付款")
    await expect(words).to_be_visible(timeout=SLOW)

    await words.get_by_role("button", name="Write to buyer").click()
    await expect(newest(page, "Your reply here goes to the BUYER.")).to_be_visible(timeout=SLOW)
    await expect(page.locator("#replying")).to_contain_text("Write to buyer")
    asked = await send(page, "One minute, please.")
    await expect(asked.locator(".reaction")).to_have_text(DELIVERED, timeout=SLOW)
    await expect(at_the_buyer(page, "One minute, please.")).to_have_count(1)

    await quick_reply(page, words, "Quick replies", "Greeting", "Send", "Hello! Order ")
    await held(page, words, "Call 13800000000", "Not sent yet", "Don't send", "Send anyway")

    before = await at_the_buyer(page).count()
    await send(page, "nobody is addressed")
    await expect(newest(page, "This text went to nobody")).to_be_visible(timeout=SLOW)
    await expect(at_the_buyer(page)).to_have_count(before)


async def quick_reply(page: Page, words: Locator, menu: str, label: str, go: str, beginning: str) -> None:
    """What the preview shows is what the buyer reads, and not before it is sent."""
    await words.get_by_role("button", name=menu).click()
    await page.get_by_role("button", name=label, exact=True).last.click()
    preview = newest(page, beginning)
    await expect(preview).to_be_visible(timeout=SLOW)
    text = re.search(f"“({beginning}.*)”", await preview.inner_text())
    assert text is not None
    await expect(at_the_buyer(page, beginning)).to_have_count(0)
    await preview.get_by_role("button", name=go, exact=True).click()
    await expect(at_the_buyer(page, text[1])).to_have_count(1, timeout=SLOW)


async def held(page: Page, words: Locator, text: str, why: str, drop: str, go: str) -> None:
    """A number that the venue may punish waits for a second word: once refused, once sent."""
    for choice, sent in ((drop, 0), (go, 1)):
        await reply_to(page, words)
        own = await send(page, text)
        question = newest(page, why)
        await expect(question).to_be_visible(timeout=SLOW)
        await expect(question).to_contain_text("张三丰")
        await expect(at_the_buyer(page, text)).to_have_count(0)
        await question.get_by_role("button", name=choice).click()
        await expect(question).to_have_count(0, timeout=SLOW)
        await expect(at_the_buyer(page, text)).to_have_count(sent, timeout=SLOW)
    await expect(own.locator(".reaction")).to_have_text(DELIVERED, timeout=SLOW)


async def test_the_same_talk_in_chinese_on_a_narrow_phone() -> None:
    async with demo("--language", "zh") as (address, _), opened(address, "operator", "zh-CN", 390) as page:
        receipt = newest(page, "图片")
        await is_decoded(receipt.locator("img"), 360)
        await expect(receipt).to_contain_text("买家 张三丰")
        await reply_to(page, receipt)
        thanks = await send(page, "收到，正在核对到账，请稍等")
        await expect(thanks.locator(".reaction")).to_have_text(DELIVERED, timeout=SLOW)
        await picture(page.locator("#phone"), "chat-zh")

        words = newest(page, "已付款，麻烦放币")
        await words.get_by_role("button", name="给买家留言").click()
        await expect(newest(page, "回复本消息，内容会直接发给【买家】")).to_be_visible(timeout=SLOW)
        asked = await send(page, "请问是哪家银行")
        await expect(asked.locator(".reaction")).to_have_text(DELIVERED, timeout=SLOW)
        await quick_reply(page, words, "快捷回复", "问候", "发送", "您好")
        await held(page, words, "打我电话 13800000000", "还没发出", "不发送", "仍要发送")

        await page.locator("[data-view-to=buyer]").click()
        await page.get_by_test_id("buyer-text").fill("工商银行")
        await page.get_by_test_id("buyer-write").click()
        for said in ("正在核对到账", "请问是哪家银行", "13800000000"):
            await expect(at_the_buyer(page, said)).to_be_visible()
        await page.locator("[data-view-to=phone]").click()
        await expect(newest(page, "工商银行")).to_be_visible(timeout=SLOW)
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
