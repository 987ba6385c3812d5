"""A payment link in a real browser: /deposit, one tap, a payer who pays, and what MTPay reports of it."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.browser.opening import SLOW, demo, newest, opened, picture


async def test_a_link_is_made_paid_and_reported_finished() -> None:
    async with demo("--scenario", "deposit") as (address, _), opened(address, "lead") as page:
        await say(page, "/deposit 5500.20 CNY 张三丰")
        summary = newest(page, "pays exactly 5,500.20 CNY")
        await expect(summary).to_be_visible(timeout=SLOW)
        await expect(summary).to_contain_text("张三丰")
        await page.wait_for_timeout(1400)
        await summary.get_by_role("button", name=re.compile("Make link")).click()
        waiting = newest(page, "Link ends")
        await expect(waiting).to_be_visible(timeout=SLOW)
        await expect(waiting.locator("img").first).to_be_visible(timeout=SLOW)
        await picture(waiting, "deposit-en")
        done = newest(page, "Reported finished")
        await expect(done).to_be_visible(timeout=SLOW)
        await expect(done).to_contain_text("Received")


async def say(page: Page, words: str) -> None:
    await page.get_by_test_id("message-text").fill(words)
    await page.get_by_test_id("message-send").click()
