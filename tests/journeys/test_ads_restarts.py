"""A desk that ends while an ad is being changed, and another that begins on the same database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.journeys.ad_window import AdWindow, prepare, yes_of
from tests.journeys.shop import open_desk, tidy
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, Sandbox, running_sandbox, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW = {"price": "7.24", "fiat_min_amount": "362.00", "fiat_max_amount": "3620.00"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def box() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        await prepare(box)
        yield box


async def cut_off(name: str) -> None:
    """The request is on its way, and what waits for its answer ends without a word."""

    async def hangs() -> bool | None:
        return any(task.get_name() == name for task in asyncio.all_tasks()) or None

    await until(hangs, f"a task {name}")
    await asyncio.sleep(0.1)
    for task in asyncio.all_tasks():
        if task.get_name() == name:
            task.cancel()


@pytest.mark.parametrize("arrived", [True, False], ids=["arrived", "lost on the way"])
async def test_what_was_sent_when_the_desk_ended_is_looked_at_and_not_sent_again(
    box: Sandbox, tmp_path: Path, arrived: bool
) -> None:
    async with open_desk(box, tmp_path, speed=8.0) as shop:
        window = AdWindow(shop)
        ad_id = await window.begin()
        group = await shop.newest(DESK_GROUP)
        card = await window.say("/price 7.24", "7.21 → 7.24")
        await box.gate.fault("place_biz_push_order", "delay", seconds=20, acts=arrived)
        await window.considered()
        await box.telegram.tap(LEAD, LEAD, card.id, text="Set price 7.24")
        await cut_off(f"ad/{ad_id}")
    async with open_desk(box, tmp_path, speed=30.0) as shop:
        after = AdWindow(shop, made=window.made, sent_before=window.sent_before, _was=window._was)
        title = "✅ Ad changed" if arrived else "↩ Nothing was changed"
        await after.shows(card, title, timeout=20)
        record = await after.record("No answer to a change", group)
        assert f"··{ad_id[-4:]}" in record.text
        if arrived:
            await after.only(ad_id, **NEW)
        else:
            assert [post.acted for post in await after.sent()] == [False] and await after.changed() == {}
        await after.close()
    await tidy(box)


async def test_a_diff_does_not_outlive_a_restart_and_a_question_does(box: Sandbox, tmp_path: Path) -> None:
    async with open_desk(box, tmp_path, speed=8.0) as shop:
        window = AdWindow(shop)
        ad_id = await window.begin()
        question = await window.ask(ad_id, "price")
        card = await window.say("/price 7.24", "7.21 → 7.24")
        old = yes_of(card).data or ""
    async with open_desk(box, tmp_path, speed=8.0) as shop:
        after = AdWindow(shop, made=window.made, sent_before=window.sent_before, _was=window._was)
        await after.considered()
        await after.forge(card, old)
        await after.untouched()
        await after.confirmed(await after.answer(question, "7.24", "→"))
        await after.only(ad_id, **NEW)
        await after.close()
    await tidy(box)
