"""The demo as a person starts it, and its page in a real browser."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SLOW = 20_000
TAKE = bool(os.environ.get("C2C_DESK_SCREENSHOTS"))


@asynccontextmanager
async def demo(*arguments: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """The demo as a person starts it; its address and its process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", "0", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        while line := (await asyncio.wait_for(process.stdout.readline(), 30)).decode():
            if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                break
        yield found[0], process  # type: ignore[index]
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await asyncio.wait_for(process.wait(), 10)


@asynccontextmanager
async def opened(address: str, person: str, locale: str = "en-GB", width: int = 1280) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = await browser.new_page(viewport={"width": width, "height": 860}, locale=locale)
        await page.goto(address)
        await page.get_by_test_id(f"person-{person}").click()
        yield page
        await browser.close()


async def picture(target: Page | Locator, name: str) -> None:
    """Kept in docs/ when C2C_DESK_SCREENSHOTS is set, else only taken."""
    path = str(PICTURES / f"{name}.png") if TAKE else None
    await target.screenshot(path=path)


def newest(page: Page, words: str) -> Locator:
    """The newest message of the open chat with these words."""
    said = page.locator(".words").filter(has_text=words)
    return page.locator(".messages > .row").filter(has=said).last
