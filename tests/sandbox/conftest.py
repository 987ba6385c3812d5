"""The page in a real browser, a sandbox process behind it, the bot's side by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.sandbox.browsing import Bot
from tests.support.browser_setup import CHROMIUM
from tests.support.sandbox import Sandbox, running_sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def box() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as box:
        yield box


@pytest_asyncio.fixture(loop_scope="module")
async def bot(box: Sandbox) -> AsyncIterator[Bot]:
    async with httpx.AsyncClient(trust_env=False, timeout=15) as client:
        yield Bot(client, box)


@pytest_asyncio.fixture(loop_scope="module")
async def page(box: Sandbox, browser: Browser) -> AsyncIterator[Page]:
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(box.page_url)
    await page.get_by_test_id("person-operator").click()
    yield page
    await page.close()
    assert errors == []
