"""A price in a real browser: /price, a cent more by a tap, one confirm, and the venue's own page shows it."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.browser.opening import SLOW, demo, newest, opened, picture

SALE = "2130000011"


async def test_a_price_is_written_stepped_and_confirmed_and_the_venue_shows_it() -> None:
    async with demo("--scenario", "deposit") as (address, _), opened(address, "lead") as page:
        await expect(page.get_by_test_id(f"ad-price-{SALE}")).to_have_text("7.20", timeout=SLOW)
        await say(page, f"/price 7.21 {SALE}")
        diff = newest(page, "7.20 → 7.21 CNY")
        await expect(diff).to_be_visible(timeout=SLOW)
        await diff.get_by_role("button", name="+0.01").click()
        stepped = newest(page, "7.20 → 7.22 CNY")
        await expect(stepped).to_be_visible(timeout=SLOW)
        await expect(stepped).to_contain_text("Others sell from")
        await expect(page.get_by_test_id(f"ad-price-{SALE}")).to_have_text("7.20")
        await picture(stepped, "ads-price-en")
        await page.wait_for_timeout(1400)
        await stepped.get_by_role("button", name=re.compile("Set price 7.22")).click()
        done = newest(page, "Gate shows: price 7.22 CNY")
        await expect(done).to_be_visible(timeout=SLOW)
        await expect(done).to_contain_text("Ad changed")
        await expect(page.get_by_test_id(f"ad-price-{SALE}")).to_have_text("7.22", timeout=SLOW)
        await expect(page.get_by_test_id(f"offer-{SALE}")).to_contain_text("7.22")
        await expect(page.get_by_test_id("ad-posts").locator("li")).to_have_count(1)


async def say(page: Page, words: str) -> None:
    await page.get_by_test_id("message-text").fill(words)
    await page.get_by_test_id("message-send").click()
