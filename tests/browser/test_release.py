"""A newcomer's first minutes in a real browser: `python -m bot demo`, the operator's phone, two taps, coins once."""

from __future__ import annotations

import asyncio
import re
import signal
import time

from playwright.async_api import Locator, Page, expect

from tests.browser.opening import SLOW, demo, newest, opened, picture


async def test_the_operator_releases_once_and_the_stranger_changes_nothing() -> None:
    async with demo() as (address, process), opened(address, "operator") as page:
        started = time.monotonic()
        bell = newest(page, "Paid – check the bank")
        await expect(bell).to_be_visible(timeout=SLOW)
        assert time.monotonic() - started < 10
        await picture(bell, "card-paid-en")

        await stranger_tries(page, address, int((await bell.get_attribute("data-testid") or "").split("-")[1]))

        taps = 0
        await page.get_by_test_id("person-operator").click()
        await newest(page, "Paid – check the bank").get_by_role("button", name="Release…").click()
        taps += 1
        confirm = newest(page, "It cannot be undone")
        await expect(confirm).to_be_visible(timeout=SLOW)
        for words in ("Release 1,000.00 USDT?", "张三丰", "+7,200.00 CNY", "8821"):
            await expect(confirm).to_contain_text(words)
        await picture(confirm, "confirm-en")
        await page.wait_for_timeout(1400)
        await confirm.get_by_role("button", name=re.compile("I saw it: release")).click()
        taps += 1
        await expect(newest(page, "Released 1,000.00 USDT")).to_be_visible(timeout=SLOW)
        assert taps <= 3
        await expect(page.locator("[data-testid^=coins-released-]").first).to_have_text(re.compile("1,?000"))
        await expect(money_calls(page)).to_have_count(1)
        await picture(page, "released-en")
        await stops_quickly(process)


def money_calls(page: Page) -> Locator:
    return page.get_by_test_id("money-calls").locator("li").filter(has_text="confirm-receipt")


async def stranger_tries(page: Page, address: str, bell: int) -> None:
    """Whatever a stranger writes, and a tap on the operator's own button under the stranger's name, meet silence."""
    data = await page.evaluate(
        """async ([address, bell]) => {
            const shown = await (await fetch(`${address}control/telegram/chats/1003/messages?viewer=1003`)).json()
            const rows = shown.messages.find(message => message.message_id === bell).buttons
            return rows.flat().find(button => button.text.startsWith("Release")).data
        }""",
        [address, bell],
    )
    for chat in (1003, 1999):
        tap = {"user_id": 1999, "chat_id": chat, "message_id": bell, "data": data, "forged": True}
        status = await page.evaluate(
            """async ([address, tap]) => (await fetch(`${address}control/telegram/act/tap`, {
                method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify(tap)
            })).status""",
            [address, tap],
        )
        assert status == 200
    await page.get_by_test_id("person-stranger").click()
    await page.get_by_test_id("message-text").fill("/orders")
    await page.get_by_test_id("message-send").click()
    await page.wait_for_timeout(1500)
    await expect(page.locator("[data-testid^=message-]").filter(has_text="Queue")).to_have_count(0)
    await expect(page.get_by_text("It cannot be undone")).to_have_count(0)
    await expect(money_calls(page)).to_have_count(0)


async def stops_quickly(process: asyncio.subprocess.Process) -> None:
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.wait(), 10)
    assert time.monotonic() - started < 5


async def test_the_same_in_chinese_on_a_narrow_phone() -> None:
    async with demo("--language", "zh") as (address, _), opened(address, "operator", "zh-CN", 390) as page:
        bell = newest(page, "买家已付款")
        await expect(bell).to_be_visible(timeout=SLOW)
        await picture(page, "demo-zh")
        await bell.get_by_role("button", name="放币…").click()
        confirm = newest(page, "放出后无法撤回")
        await expect(confirm).to_be_visible(timeout=SLOW)
        await picture(confirm, "confirm-zh")
        await page.wait_for_timeout(1400)
        await confirm.get_by_role("button", name=re.compile("已看到")).click()
        await expect(newest(page, "已放币")).to_be_visible(timeout=SLOW)
