"""A day in a real browser: equal totals ask whose money it is, then the lead sees what the day came to."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.opening import SLOW, demo, newest, opened, picture
from tests.browser.test_price import say

PAYERS = ("张三丰", "李四", "王五")


async def test_a_twin_is_released_to_whom_the_bank_shows_and_the_day_counts_it() -> None:
    async with demo("--scenario", "twins") as (address, _), opened(address, "operator") as page:
        bell = newest(page, "Paid – check the bank")
        await expect(bell).to_be_visible(timeout=SLOW)
        await expect(bell).to_contain_text("Same total", timeout=SLOW)
        payer = await verified_name(bell)
        taps = await release(page, bell, payer)
        assert taps + 1 == 4, "with the tap on the bell"
        await expect(newest(page, "Released")).to_contain_text(payer, timeout=SLOW)
        await expect(page.get_by_test_id("money-calls").locator("li").filter(has_text="confirm-receipt")).to_have_count(
            1
        )

        await page.get_by_test_id("person-lead").click()
        await say(page, "/today")
        today = newest(page, "Today")
        await expect(today).to_be_visible(timeout=SLOW)
        await today.get_by_role("button", name="Picture").click()
        drawn = page.locator(".messages img").last
        await expect(drawn).to_be_visible(timeout=SLOW)
        await picture(drawn, "day-en")


async def verified_name(card: Locator) -> str:
    words = await card.inner_text()
    return next(name for name in PAYERS if re.search(rf"from {name}", words))


async def release(page: Page, bell: Locator, payer: str) -> int:
    """The question, the confirm; how many taps it took."""
    await bell.get_by_role("button", name="Release…").click()
    question = newest(page, "Which payer does the bank show?")
    await expect(question).to_be_visible(timeout=SLOW)
    await picture(question, "twins-en")
    await question.get_by_role("button", name=payer).click()
    confirm = newest(page, "It cannot be undone")
    await expect(confirm).to_be_visible(timeout=SLOW)
    await page.wait_for_timeout(1400)
    await confirm.get_by_role("button", name=re.compile("I saw it: release")).click()
    return 3
