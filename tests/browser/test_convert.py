"""A conversion in a real browser: the phone asks, the card shows, one tap converts exactly that, once."""

from __future__ import annotations

import re
from decimal import Decimal

from playwright.async_api import Locator, Page, expect

from tests.browser.opening import SLOW, demo, newest, opened, picture


async def test_a_hundred_usdt_become_bitcoin_at_the_quote_that_was_shown() -> None:
    async with demo("--scenario", "convert") as (address, _), opened(address, "operator") as page:
        await say(page, "/convert 100 USDT BTC")
        quote = newest(page, "Give 100.00 USDT")
        await expect(quote).to_be_visible(timeout=SLOW)
        await expect(quote).to_contain_text("own account")
        got = re.search(r"Get (0\.[0-9]+) BTC", await quote.inner_text())
        assert got is not None
        await picture(quote, "convert-en")
        await page.wait_for_timeout(1400)
        await quote.get_by_role("button", name=re.compile("Convert 100.00 USDT")).click()
        done = newest(page, "Converted")
        await expect(done).to_be_visible(timeout=SLOW)
        await expect(done).to_contain_text(f"Got {got[1]} BTC")
        await expect(executions(page)).to_have_count(1)
        await expect(page.get_by_test_id("pay-balance-own")).to_contain_text(f"{Decimal('0.05') + Decimal(got[1])} BTC")
        await picture(page, "demo-convert-en")


def executions(page: Page) -> Locator:
    return page.get_by_test_id("pay-orders").locator("[data-testid^=pay-order-]")


async def say(page: Page, words: str) -> None:
    await page.get_by_test_id("message-text").fill(words)
    await page.get_by_test_id("message-send").click()
