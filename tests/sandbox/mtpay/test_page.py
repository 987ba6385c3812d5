"""MTPay on the page, the page behind a link in a browser, and the story of one."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from playwright.async_api import Page, expect

from bot.sandbox.running import Sandbox as OwnSandbox
from tests.sandbox.mtpay.merchant import PATH, Ear, Merchant, asked, signature
from tests.support.controls import until
from tests.support.sandbox import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_links_are_matched_paid_and_ended_by_hand(page: Page, merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    await box.mtpay.variants(repeat="new")
    first, second, third = [(await merchant.link(webhookUrl=ear.url))["requestCode"] for _ in range(3)]
    for hand, words in (("match", "matched"), ("pay", "said paid"), ("finish", "finished")):
        await page.get_by_test_id(f"link-{hand}-{first}").click()
        await expect(page.get_by_test_id(f"link-status-{first}")).to_have_text(words)
    await expect(page.get_by_test_id(f"link-{first}")).to_contain_text("1,103.00 CNY ↔ 153.19 MTC @ 7.2 张三丰")
    await expect(page.get_by_test_id(f"link-{first}").get_by_role("button")).to_have_count(0)
    await page.get_by_test_id(f"link-other-{second}").click()
    await expect(page.get_by_test_id(f"link-{second}")).to_contain_text("paid instead: 992.70 CNY")
    await page.get_by_test_id(f"link-letEnd-{third}").click()
    await expect(page.get_by_test_id(f"link-status-{third}")).to_have_text("ended")
    await expect(page.get_by_test_id("mtpay-webhooks").get_by_text("200 success")).to_have_count(3)
    await page.get_by_text("Send one about the last link").click()
    await page.get_by_test_id("forge-tampered").click()
    await expect(page.get_by_test_id("mtpay-webhooks").locator("li").first).to_contain_text("tampered")
    assert len(ear.heard) == 4


async def test_availability_repeats_and_lost_answers_are_switched(page: Page, merchant: Merchant, box: Sandbox) -> None:
    await page.get_by_test_id("mtpay-available").select_option("no")
    await page.get_by_test_id("mtpay-repeat").select_option("new")

    async def switched() -> bool | None:
        variants = (await box.mtpay.state())["variants"]
        return True if not variants["available"] and variants["repeat"] == "new" else None

    await until(switched, "both switches")
    body = asked()
    code = (await merchant.send(body)).json()["data"]["requestCode"]
    await expect(page.get_by_test_id(f"link-status-{code}")).to_have_text("not available")
    again = (await merchant.send(body)).json()["data"]["requestCode"]
    await expect(page.get_by_test_id(f"link-{again}")).to_contain_text("×2")
    await page.get_by_test_id("mtpay-lostLink").click()
    await expect(page.locator("#mtpay-armed")).to_have_text("deposit: act_and_drop")
    with pytest.raises(httpx.RemoteProtocolError):
        await merchant.send(asked())
    await page.get_by_test_id("mtpay-away").click()
    await expect(page.get_by_test_id("mtpay-away")).to_have_text("away")
    with pytest.raises(httpx.ConnectError):
        await merchant.send(asked())


async def test_the_panel_is_in_chinese_and_fits_a_phone(page: Page, merchant: Merchant) -> None:
    code = (await merchant.link(depositCurrency="MTC", depositAmount=5000))["requestCode"]
    await page.get_by_test_id("page-language").click()
    await expect(page.get_by_test_id(f"link-status-{code}")).to_have_text("待打开")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.locator("[data-view-to=venue]").click()
    await page.get_by_test_id("mtpay-webhooks-on").scroll_into_view_if_needed()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_a_payer_pays_on_the_page_behind_the_link(page: Page, merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    await box.mtpay.variants(ends_as="Finished", finish_seconds=0.05)
    link = await merchant.link(webhookUrl=ear.url, language="zh_CN")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(link["checkoutUrl"])
    await expect(page.get_by_test_id("due")).to_have_text("1,103.00 CNY")
    left = await page.get_by_test_id("left").text_content()
    await expect(page.get_by_test_id("left")).not_to_have_text(left or "")
    await page.get_by_role("link", name="EN").click()
    await page.get_by_label("WeChat Pay").check()
    await page.get_by_test_id("paid").click()
    await box.mtpay.wait_for_deliveries(link["requestCode"], "delivered", "delivered")
    await page.reload()
    await expect(page.get_by_test_id("state")).to_have_text("Payment received. Thank you.")
    assert [heard.data["paymentMethod"] for heard in ear.heard] == ["WeChatPay"] * 2
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_the_story_pays_the_next_link(ear: Ear) -> None:
    box = OwnSandbox()
    await box.start()
    try:
        box.mtpay_venue.variants.switch({"finish_seconds": 0.0})
        await box.stage.play("deposit", pace=0.0)
        await asyncio.sleep(0.4)
        assert box.stage.running == "deposit" and "/deposit 5500.20 CNY 张三丰" in box.stage.told[-1]["en"]
        await ask_for_a_link(box, ear)

        async def over() -> bool | None:
            return True if box.stage.running is None and len(ear.heard) == 2 else None

        await until(over, "the end of the story", 10)
        assert [heard.data["requestStatus"] for heard in ear.heard] == ["InProgress", "Finished"]
        assert box.stage.told[-1]["zh"] == "张三丰 称已付款 1103.00 CNY"
    finally:
        await box.stop()


async def ask_for_a_link(box: OwnSandbox, ear: Ear) -> None:
    keys, stamp = box.keys, str(int(box.mtpay_venue.now() * 1000))
    headers = {
        "access_key": keys.mtpay_access_key,
        "timestamp": stamp,
        "signature": signature(keys.mtpay_access_key, keys.mtpay_secret, stamp),
        "content-type": "application/json",
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        content = json.dumps(asked(webhookUrl=ear.url))
        assert (await client.post(box.mtpay.url + PATH, content=content, headers=headers)).status_code == 200
