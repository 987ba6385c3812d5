"""An off-ramp in a real browser: quote, order, and its end by callback; the phone shows what the bank got."""

from __future__ import annotations

import re
from decimal import Decimal

from playwright.async_api import Page, expect

from tests.browser.opening import SLOW, demo, newest, opened, picture


async def test_a_lead_sells_a_thousand_usdt_and_a_callback_tells_the_end() -> None:
    async with demo("--scenario", "off-ramp") as (address, _), opened(address, "lead") as page:
        await say(page, "/otc 1000 USDT")
        choosing = newest(page, "Off-ramp to which account?")
        await expect(choosing).to_be_visible(timeout=SLOW)
        await choosing.get_by_role("button", name=re.compile("··2345")).click()
        quote = newest(page, "Bank gets")
        await expect(quote).to_be_visible(timeout=SLOW)
        await expect(quote).to_contain_text("cannot be undone")
        await expect(quote).to_contain_text("Sell 1,000.00 USDT")
        got = re.search(r"Bank gets ([0-9.,]+) USD before fee", await quote.inner_text())
        assert got is not None
        await picture(quote, "otc-en")
        await page.wait_for_timeout(1400)
        await quote.get_by_role("button", name=re.compile("Sell 1,000.00 USDT")).click()
        final = f"{Decimal(got[1].replace(',', '')) - 5:,f}"
        done = newest(page, f"Bank got {final} USD")
        await expect(done).to_be_visible(timeout=SLOW)
        await expect(done).to_contain_text("Off-ramp done")
        await expect(done).to_contain_text("Fee 5.00 USD")
        orders = page.get_by_test_id("otc-orders").locator("[data-testid^=otc-order-]")
        await expect(orders).to_have_count(1)
        callbacks = page.get_by_test_id("otc-callbacks").locator("[data-testid^=callback-]")
        await expect(callbacks).to_have_count(2)
        for row in await callbacks.all():
            await expect(row).to_have_class("acted")


async def say(page: Page, words: str) -> None:
    await page.get_by_test_id("message-text").fill(words)
    await page.get_by_test_id("message-send").click()
