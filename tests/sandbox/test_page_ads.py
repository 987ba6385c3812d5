"""The market and the ads on the page: moved, bent and edited by hand, in both languages, on a phone's width."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.sandbox.gate.ads_hand import NEW, PUBLISH, SALE
from tests.sandbox.gate.desk import PATHS, signed
from tests.support.sandbox import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_the_market_is_moved_bent_and_shown_with_our_ads_in_it(page: Page, box: Sandbox) -> None:
    sales = page.get_by_test_id("market-sell").locator("li")
    await expect(sales).to_contain_text(["17.19rival_50", "27.20ours", "37.22rival_51"])
    await page.get_by_test_id("market-undercutSell").click()
    await expect(page.get_by_test_id("market-events")).to_contain_text("rival_51 goes past us at 7.19")
    await page.get_by_test_id("market-trapSell").click()
    await expect(sales.first).to_contain_text("too_good · trap")
    await page.get_by_test_id("market-moves").click()
    await expect(page.get_by_test_id("market-moves")).to_have_text("moving")
    await page.get_by_test_id("market-moves").click()
    await expect(page.get_by_test_id("market-moves")).to_have_text("stands still")
    await page.get_by_test_id("market-answers").select_option("stale")
    await page.get_by_test_id(f"app-price-{SALE}").click()
    await expect(page.get_by_test_id(f"ad-price-{SALE}")).to_have_text("7.25")
    await page.get_by_test_id(f"app-turn-{SALE}").click()
    await expect(page.get_by_test_id(f"ad-state-{SALE}")).to_have_text("offline")
    await page.get_by_test_id("text-filter").click()
    await expect(page.get_by_test_id("text-filter")).to_have_text("text filter: any text")
    assert (await box.ads.market())["answers"] == "stale"
    await refused_by_the_filter(box)
    await expect(page.get_by_test_id("ad-posts").locator("li").first).to_contain_text("risk control")
    await page.get_by_test_id("page-language").click()
    await expect(page.get_by_test_id(f"ad-state-{SALE}")).to_have_text("下架")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.locator("[data-view-to=venue]").click()
    await page.get_by_test_id("own-ads").scroll_into_view_if_needed()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def refused_by_the_filter(box: Sandbox) -> None:
    raw = httpx.Request("POST", box.gate_url, json=NEW).content
    url = box.gate_url.removesuffix("/api/v4") + PATHS[PUBLISH]
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(url, content=raw, headers=signed(PATHS[PUBLISH], raw, box.gate_key, box.gate_secret))
    assert answer.json()["code"] == 70305102
