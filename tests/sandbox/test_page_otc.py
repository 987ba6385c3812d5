"""Gate Pay's OTC desk on the page: off-ramps moved by hand, bank accounts reviewed, callbacks and their answers."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import Page, expect
from starlette.responses import JSONResponse

from tests.sandbox.pay.merchant import Merchant
from tests.sandbox.pay.otc_seller import BANK, CREATE, QUOTE, REVIEWED_BANK, an_ear, asked, order_of, sold
from tests.support.controls import until
from tests.support.sandbox import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_off_ramps_are_moved_by_hand_and_told(page: Page, box: Sandbox) -> None:
    await expect(page.get_by_test_id("otc-orders")).to_contain_text("/otc 1000 USDT")
    await box.pay.variants(steady=True)
    await box.pay.otc.variants(ends_as="PROCESSING")
    async with httpx.AsyncClient(trust_env=False) as client, an_ear() as ear:
        await box.pay.otc.aim_callbacks(ear.url)
        first, second = [(await sold(Merchant(client, box)))["orderId"] for _ in range(2)]
        status = page.get_by_test_id(f"otc-status-{first}")
        await expect(status).to_have_text("in work")
        for hand, words in (("dispatch", "dispatched"), ("done", "done")):
            await page.get_by_test_id(f"otc-{hand}-{first}").click()
            await expect(status).to_have_text(words)
        row = page.get_by_test_id(f"otc-order-{first}")
        await expect(row).to_contain_text("100 USDT → 94 USD")
        await expect(row.get_by_role("button")).to_have_count(0)
        await page.get_by_test_id(f"otc-fail-{second}").click()
        await expect(page.get_by_test_id(f"otc-order-{second}")).to_contain_text("bank rejected the transfer")
        await expect(page.get_by_test_id("otc-callbacks").get_by_text("200 SUCCESS")).to_have_count(3)
        ear.answers = [JSONResponse({"returnCode": "FAIL"}, 401)]
        await page.get_by_text("Send one about the last off-ramp").click()
        await page.get_by_test_id("callback-forged").click()
        last = page.get_by_test_id("otc-callbacks").locator("li").first
        await expect(last).to_contain_text("WITHDRAW_FAIL")
        await expect(last).to_contain_text("forged401 FAIL")


async def test_accounts_are_reviewed_callbacks_switched_and_answers_lost(page: Page, box: Sandbox) -> None:
    status = page.get_by_test_id(f"bank-status-{REVIEWED_BANK}")
    await expect(status).to_have_text("under review")
    await page.get_by_test_id(f"bank-99-{REVIEWED_BANK}").click()
    await expect(status).to_have_text("refused")
    await expect(page.get_by_test_id(f"bank-{REVIEWED_BANK}")).to_contain_text("name does not match identity")
    await page.get_by_test_id(f"bank-1-{REVIEWED_BANK}").click()
    await expect(status).to_have_text("approved")
    await page.get_by_test_id("callbacks-on").click()
    await expect(page.get_by_test_id("callbacks-on")).to_have_text("off")
    assert (await box.pay.otc.state())["callback"]["on"] is False
    await page.get_by_test_id("otc-lost").click()
    await expect(page.locator("#pay-armed")).to_have_text("otc_create: act_and_drop")
    async with httpx.AsyncClient(trust_env=False) as client:
        merchant = Merchant(client, box)
        quote = await merchant.data("POST", QUOTE, asked())
        await page.get_by_test_id("otc-expire").click()

        async def ended() -> bool | None:
            return True if all(row["is_over"] for row in (await box.pay.otc.state())["quotes"]) else None

        await until(ended, "the end of every quote")
        with pytest.raises(httpx.RemoteProtocolError):
            await merchant.send("POST", CREATE, order_of(quote, "late"))
    assert await box.pay.otc.created() == []


async def test_the_desk_is_in_chinese_fits_a_phone_and_marks_a_second_order(page: Page, box: Sandbox) -> None:
    await box.pay.otc.variants(ends_as="PROCESSING", repeat="executed")
    async with httpx.AsyncClient(trust_env=False) as client:
        merchant = Merchant(client, box)
        body = order_of(await merchant.data("POST", QUOTE, asked()), "same")
        ids = [(await merchant.data("POST", CREATE, body))["orderId"] for _ in range(2)]
    await expect(page.get_by_test_id(f"otc-order-{ids[1]}")).to_contain_text("×2")
    await page.get_by_test_id("page-language").click()
    await expect(page.get_by_test_id(f"otc-status-{ids[0]}")).to_have_text("处理中")
    await expect(page.get_by_test_id(f"bank-status-{BANK}")).to_have_text("已通过")
    await expect(page.get_by_test_id("otc-callbacks")).to_have_text("尚未发送。")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.locator("[data-view-to=venue]").click()
    await page.get_by_test_id("callbacks-on").scroll_into_view_if_needed()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
