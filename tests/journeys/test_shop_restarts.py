"""A desk that ends while the shop is being moved: the next one looks, tells, and never sends it again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.journeys.shop import open_desk, tidy
from tests.journeys.shop_window import SET, Window
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, running_sandbox, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("arrived", "told"),
    [(True, "No answer came, but Gate shows it."), (False, "❓ Shop: no answer from Gate")],
    ids=["arrived", "still on its way"],
)
async def test_what_was_sent_when_the_desk_ended_is_looked_at_and_told(
    tmp_path: Path, arrived: bool, told: str
) -> None:
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        async with open_desk(box, tmp_path, speed=8.0) as shop:
            window = Window(shop)
            await window.begin()
            step = await window.step("rest")
            await box.gate.fault(SET, "delay", seconds=20)
            await box.telegram.press(LEAD, LEAD, step, text="Yes, rest")
            await shop.journalled("shop/0", "shop_rest", "sent")
            await until(_hanging, "a request on its way")
            for task in asyncio.all_tasks():
                if task.get_name() == "shop":
                    task.cancel()
        if arrived:
            await box.ads.work(0)
        before = await shop.newest(LEAD)
        async with open_desk(box, tmp_path, speed=20.0) as shop:
            news = await box.telegram.wait_for_message(LEAD, contains=told, after=before)
            assert "by Lead" in news.text
            await box.telegram.wait_for_message(DESK_GROUP, contains=told)
            await shop.journalled("shop/0", "shop_rest", "done_late" if arrived else "unknown")
            assert len(await box.ads.posts(SET)) <= 1
        await tidy(box)


async def _hanging() -> bool | None:
    return any(task.get_name() == "shop" for task in asyncio.all_tasks()) or None
