"""A desk that ends with an off-ramp on its way: the next one looks, and never sends it again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.journeys.shop import open_desk
from tests.journeys.teller import Teller, as_it_was, prepare
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OWNER, Sandbox, running_sandbox, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        yield box


@pytest_asyncio.fixture(loop_scope="module")
async def box(running: Sandbox) -> AsyncIterator[Sandbox]:
    yield running
    await as_it_was(running)
    assert await running.telegram.violations() == []


@asynccontextmanager
async def first_desk(box: Sandbox, folder: Path) -> AsyncIterator[Teller]:
    async with open_desk(box, folder) as shop:
        teller = Teller(shop)
        await prepare(teller)
        yield teller


@asynccontextmanager
async def next_desk(box: Sandbox, folder: Path, *, callbacks: bool = False) -> AsyncIterator[Teller]:
    """On the same database, with faster time."""
    async with open_desk(box, folder, speed=20.0) as shop:
        teller = Teller(shop)
        await teller.otc.aim_callbacks(teller.address, on=callbacks)
        yield teller


async def killed_on_the_way(teller: Teller, number: int) -> None:
    """Gate Pay has the request, and what waits for its answer is cut off without a word."""

    async def arrived() -> bool | None:
        return len(await teller.posts()) == number or None

    await until(arrived, f"{number} requests")
    for task in asyncio.all_tasks():
        if task.get_name().startswith("otc "):
            task.cancel()


@pytest.mark.parametrize("acts", [True, False], ids=["acts at once", "acts late"])
async def test_sent_when_the_desk_ended_is_looked_up_and_not_sent_again(
    box: Sandbox, tmp_path: Path, acts: bool
) -> None:
    async with first_desk(box, tmp_path) as teller:
        before, posts = await teller.usdt(), len(await teller.posts())
        card, off_ramp = await teller.quote("58 USDT")
        await box.pay.fault("otc_create", "delay", seconds=1.0, acts=acts)
        await teller.considered()
        await box.telegram.tap(LEAD, LEAD, card.id, text="Sell ")
        await killed_on_the_way(teller, posts + 1)
        assert await teller.state(off_ramp) == "sent"
    async with next_desk(box, tmp_path) as teller:
        await box.telegram.wait_for_message(DESK_GROUP, contains="❓ No answer to an off-ramp")
        ended = await teller.shows(card, "✅ Off-ramp done", "↩ Nothing happened", timeout=20)
        made = await teller.orders_made(off_ramp)
        assert len(await teller.posts()) == posts + 1 and made == ("✅" in ended.text)
        assert await teller.usdt() - before == -58 * made


async def test_unknown_and_taken_are_followed_by_the_next_desk(box: Sandbox, tmp_path: Path) -> None:
    """The end came while nobody listened: its callback is lost, and looking finds it."""
    async with first_desk(box, tmp_path) as teller:
        await teller.otc.variants(ends_as="PROCESSING")
        posts = len(await teller.posts())
        going, taken = await teller.quote("41 USDT")
        await teller.sell(going)
        await teller.reaches(taken, "taken")
        lost, unknown = await teller.quote("42 USDT")
        await box.pay.fault("otc_create", "act_and_drop")
        for endpoint in ("otc_list", "otc_order"):
            await box.pay.fault(endpoint, "error_500", times=-1)
        await teller.sell(lost)
        await teller.reaches(unknown, "unknown")
    await box.pay.clear_faults()
    await box.pay.otc.turn_callbacks(False)
    for order in await box.pay.otc.orders():
        if order.status == "PROCESSING":
            await box.pay.otc.move(order.id, "DONE")
    async with next_desk(box, tmp_path) as teller:
        await teller.shows(going, "✅ Off-ramp done", timeout=20)
        await teller.shows(lost, "✅ Off-ramp done", timeout=20)
        assert len(await teller.posts()) == posts + 2
        assert await teller.orders_made(taken) == 1 == await teller.orders_made(unknown)


async def test_what_was_acknowledged_is_handled_by_the_next_desk(box: Sandbox, tmp_path: Path) -> None:
    """Stored and acknowledged while Gate Pay could not be read; the desk ends before it could look."""
    async with first_desk(box, tmp_path) as teller:
        await teller.otc.variants(ends_as="PROCESSING")
        card, off_ramp = await teller.quote("44 USDT")
        await teller.sell(card)
        await teller.reaches(off_ramp, "taken")
        order = (await teller.order(off_ramp)).id
        await box.pay.fault("otc_order", "error_500", times=-1)
        await teller.otc.move(order, "DONE")

        async def told() -> bool | None:
            return any(one.is_acknowledged for one in await teller.otc.attempts(order)) or None

        await until(told, "an acknowledged callback")
        assert await teller.state(off_ramp) == "taken"
    await box.pay.clear_faults()
    async with next_desk(box, tmp_path) as teller:
        await teller.shows(card, "✅ Off-ramp done", timeout=20)
        assert sum(line.outcome == "done" for line in await teller.journal(off_ramp)) == 1


async def test_a_form_left_half_way_is_gone_on_with_at_the_next_desk(box: Sandbox, tmp_path: Path) -> None:
    async with first_desk(box, tmp_path) as teller:
        await teller.ask("/language en", person=OWNER)
        before = await teller.shop.newest(OWNER)
        await teller.ask("/banks add", person=OWNER)
        question = await teller.hears("Whose account", person=OWNER, after=before)
        await box.telegram.reply(OWNER, OWNER, question, "Parked Ltd")
        question = await teller.hears("bank called", person=OWNER, after=question)
    async with next_desk(box, tmp_path) as teller:
        await teller.ask("/language en", person=OWNER)  # the demo's people are as at first again
        await box.telegram.reply(OWNER, OWNER, question, "Parked Bank")
        await teller.hears("which country", person=OWNER, after=question)
        listed = await teller.ask("/banks", person=OWNER, button="Go on")
        assert "A form waits for you." in listed.text
        await teller.press(listed, "Go on", person=OWNER)
        standing = await teller.shows(listed, "question 3 of 10", person=OWNER)
        assert "Parked Bank" in standing.text
        assert await teller.hears("which country", person=OWNER, after=listed)
