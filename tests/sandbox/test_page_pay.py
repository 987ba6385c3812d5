"""Gate Pay on the page: balances, conversions, and hands on rates, quotes and the wire."""

from __future__ import annotations

import itertools
from decimal import Decimal

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.sandbox.pay.merchant import SUB, Merchant, creation, fresh
from tests.support.controls import until
from tests.support.sandbox import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_balances_and_conversions_of_every_account_are_seen(page: Page, box: Sandbox) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        merchant = Merchant(client, box).on_behalf_of(SUB)
        await expect(page.get_by_test_id("pay-balance-own")).to_contain_text("5,000 USDT")
        await expect(page.locator("#pay-balances li").first).to_contain_text("Own account")
        await expect(page.get_by_test_id("pay-orders")).to_contain_text("/convert 100 USDT BTC")
        await box.pay.variants(ends_as=1)
        order = (await merchant.convert(await merchant.preview("USDT", "DOGE"), fresh()))["order_id"]
        await expect(page.get_by_test_id(f"pay-balance-{SUB}")).to_contain_text("1,900 USDT")
        status = page.get_by_test_id(f"pay-status-{order}")
        await expect(page.get_by_test_id(f"pay-order-{order}")).to_contain_text(SUB)
        for number, words in ((2, "2"), (6, "failed"), (3, "done")):
            await box.pay.set_order_status(order, number)
            await expect(status).to_have_text(words)
    await page.get_by_test_id("page-language").click()
    await expect(page.get_by_test_id("pay-balance-own")).to_contain_text("主账户")
    await expect(page.get_by_test_id("pay-expire")).to_have_text("所有报价失效")
    await expect(page.get_by_test_id("pay-repeat")).to_contain_text("再次执行")


async def test_a_rate_is_moved_and_quotes_expire_by_hand(page: Page, box: Sandbox) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        merchant = Merchant(client, box)
        await box.pay.variants(steady=True)
        before = await box.pay.price("ETH")
        await page.get_by_test_id("pay-coin").select_option("ETH")
        await page.get_by_test_id("pay-move2").click()
        await expect(page.get_by_test_id("pay-price")).to_have_text("2,529.60 USDT")
        assert await box.pay.price("ETH") == before * Decimal("1.02")
        quote = await merchant.preview()
        await page.get_by_test_id("pay-expire").click()

        async def ended() -> bool | None:
            return True if all(row["is_over"] for row in await box.pay.quotes()) else None

        await until(ended, "the end of every quote")
        assert await merchant.refusal("POST", "/v1/pay/convert", creation(quote, fresh())) == "400622"


async def test_faults_repeats_and_the_wire_are_switched_and_a_second_execution_is_marked(
    page: Page, box: Sandbox
) -> None:
    await page.get_by_test_id("pay-repeat").select_option("executed")
    await page.get_by_test_id("pay-lostConvert").click()
    await expect(page.locator("#pay-armed")).to_have_text("convert: act_and_drop")
    await page.get_by_test_id("fault-clear").click()
    await expect(page.locator("#pay-armed")).to_have_text("")
    async with httpx.AsyncClient(trust_env=False) as client:
        merchant = Merchant(client, box)
        quote, request_id = await merchant.preview(), fresh()
        for mark in ("", "×2"):
            order = (await merchant.convert(quote, request_id))["order_id"]
            await expect(page.get_by_test_id(f"pay-order-{order}")).to_contain_text(f"Own account{mark}")
    await page.get_by_test_id("pay-away").click()
    await expect(page.get_by_test_id("pay-away")).to_have_attribute("aria-pressed", "true")
    assert (await box.pay.state())["away"] is True


async def test_the_panel_fits_and_covers_nothing(page: Page, box: Sandbox) -> None:
    await box.gate.open_order()
    await box.pay.set_balance("SHIB", "1234567890.12345678", SUB)
    for width in (390, 900):
        await page.set_viewport_size({"width": width, "height": 844})
        if width == 390:
            await page.locator("[data-view-to=venue]").click()
        await expect(page.get_by_test_id(f"pay-balance-{SUB}")).to_contain_text("SHIB")
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        places = await page.evaluate(
            "[...document.querySelectorAll('.column > .card')].map((card) => card.getBoundingClientRect())"
            ".filter((box) => box.height).map((box) => [box.top, box.bottom])"
        )
        assert all(below[0] >= above[1] for above, below in itertools.pairwise(sorted(places)))
