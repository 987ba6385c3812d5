"""Desks that are set up otherwise, end in between, or forget: nothing is sent without an address, or sent twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.clock import Clock
from bot.flows import housekeeping
from tests.journeys.cashier import (
    FINISHED,
    LANGUAGES,
    MAKE,
    NEW,
    PAYER,
    PEOPLE,
    UNKNOWN,
    Cashier,
    all_well,
    as_it_was,
    labels,
    prepare,
    yes_of,
)
from tests.journeys.shop import open_desk
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
    await running.mtpay.aim_webhooks("")
    assert await running.telegram.violations() == []


@asynccontextmanager
async def desk(box: Sandbox, folder: Path, *, speed: float = 8.0, **changes: str) -> AsyncIterator[Cashier]:
    """A desk at this sandbox, which hears the reports of older desks' links, too."""
    async with open_desk(box, folder, speed=speed, **changes) as shop:
        cashier = Cashier(shop)
        await prepare(cashier)
        door = shop.desk.application.door
        if door is not None:
            await box.mtpay.aim_webhooks(f"http://127.0.0.1:{door.port}")
        yield cashier


OFF: dict[str, tuple[dict[str, Any], str, str]] = {
    "no address": ({"public_url": ""}, "this desk has none", "PUBLIC_URL"),
    "a long address": ({"public_url": f"https://{'a' * 60}.{'b' * 60}.example/{'c' * 40}"}, "over 200", "200"),
    "no settings": (
        {"mtpay_api_url": "", "mtpay_access_key": "", "mtpay_secret_key": ""},
        "not set up here",
        "未设置收款链接",
    ),
}


@pytest.mark.parametrize("case", OFF)
async def test_without_what_mtpay_needs_it_is_off_and_says_why(box: Sandbox, tmp_path: Path, case: str) -> None:
    changes, english, chinese = OFF[case]
    posts = len(await box.mtpay.posts())
    async with desk(box, tmp_path, **changes) as cashier:
        for person, words in {LEAD: english, OWNER: chinese}.items():
            for command in ("/deposit", f"/deposit 5500.20 CNY {PAYER}"):
                said = await cashier.ask(command, person=person)
                assert words in said.text and labels(said) == [], said.text
        assert await cashier.newest_stored() is None
        listed = await cashier.ask("/deposits")
        assert "http" not in listed.text
    assert len(await box.mtpay.posts()) == posts


ENDED = {"en": "Nothing was sent", "zh": "没有提交"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_step_that_has_ended_sends_nothing(box: Sandbox, tmp_path: Path, language: str) -> None:
    person, posts = PEOPLE[language], len(await box.mtpay.posts())
    async with desk(box, tmp_path, approval_seconds="10") as cashier:
        card, deposit = await cashier.summary(f"5500.20 CNY {PAYER}", language=language)
        ended = await cashier.shows(card, ENDED[language], person=person)
        assert labels(ended) == [NEW[language]]
        await box.telegram.press(person, person, card.id, data=yes_of(card), forged=True)
        assert len(await box.mtpay.posts()) == posts and await cashier.state(deposit) == ""
        await cashier.press(ended, NEW[language], person=person)
        await cashier.bot_says(person, after=card, button=MAKE[language], contains=PAYER)
        assert len(await box.mtpay.posts()) == posts, "a new summary, and nothing is sent"


async def killed_on_the_way(cashier: Cashier, number: int) -> None:
    """MTPay has the request, and what waits for its answer is cut off without a word."""

    async def arrived() -> bool | None:
        return len(await cashier.posts()) == number or None

    await until(arrived, f"{number} requests")
    for task in asyncio.all_tasks():
        if task.get_name().startswith("deposit/"):
            task.cancel()


@pytest.mark.parametrize("acts", [True, False], ids=["acts at once", "acts late"])
async def test_sent_when_the_desk_ended_is_unknown_to_the_next_one_and_not_sent_again(
    box: Sandbox, tmp_path: Path, acts: bool
) -> None:
    async with desk(box, tmp_path) as cashier:
        posts = len(await cashier.posts())
        card, deposit = await cashier.summary(f"5500.20 CNY {PAYER}")
        await box.mtpay.fault("delay", seconds=1.0, acts=acts)
        await cashier.considered()
        await box.telegram.tap(LEAD, LEAD, card.id, text=MAKE["en"])
        await killed_on_the_way(cashier, posts + 1)
        assert await cashier.state(deposit) == "sent"
    async with desk(box, tmp_path, speed=60.0) as cashier:
        await cashier.shows(card, UNKNOWN["en"])
        label = (await cashier.stored(deposit)).label
        for person, words in {OWNER: "❓", DESK_GROUP: "❓ Still no answer"}.items():
            late = await cashier.bot_says(person, contains=words)
            assert label in late.text and PAYER not in late.text
        await asyncio.sleep(1.0 if not acts else 0)
        assert len(await cashier.posts()) == posts + 1
        order = await cashier.order(deposit)
        await box.mtpay.pay(order.code)
        await cashier.shows(card, FINISHED["en"])
        assert (await cashier.stored(deposit)).request_code == order.code
        assert len(await cashier.posts()) == posts + 1 and await cashier.orders_made(deposit) == 1


async def test_reports_of_the_time_between_are_heard_and_summaries_have_ended_at_the_next_desk(
    box: Sandbox, tmp_path: Path
) -> None:
    async with desk(box, tmp_path) as cashier:
        going, deposit = await cashier.link()
        card, summary = await cashier.summary(f"77 CNY {PAYER}")
        code = (await cashier.order(deposit)).code
        posts = len(await cashier.posts())
    await box.mtpay.variants(gap_seconds=0.2, tries=100)
    await box.mtpay.pay(code)
    await box.mtpay.wait_for_status(code, "Finished")
    async with desk(box, tmp_path, speed=20.0) as cashier:
        await cashier.shows(going, FINISHED["en"])
        assert sum(outcome == "reported_Finished" for outcome in await cashier.outcomes(deposit)) == 1
        await box.telegram.press(LEAD, LEAD, card.id, data=yes_of(card), forged=True)
        assert await cashier.state(summary) == "" and len(await cashier.posts()) == posts
        await cashier.shows(card, ENDED["en"])


DAY = 86_400


async def test_names_and_links_are_forgotten_after_their_time(box: Sandbox, tmp_path: Path) -> None:
    """What the last desk left in its files holds neither the name nor the address of the customer's page."""
    async with desk(box, tmp_path) as cashier:
        card, deposit = await cashier.link("5500.20 CNY 欧阳锋")
        stored, code = await cashier.stored(deposit), (await cashier.order(deposit)).code
        await box.mtpay.pay(code)
        await cashier.shows(card, FINISHED["en"])
        await cashier.summary("78 CNY 欧阳锋")
        inside = cashier.shop.desk.application.desk
        days = inside.policy.retention_days
        await housekeeping.purge(replace(inside, clock=Clock(source=lambda: time.time() + (days - 1) * DAY)))
        assert (await cashier.stored(deposit)).wish.payer == "欧阳锋"
        await housekeeping.purge(replace(inside, clock=Clock(source=lambda: time.time() + (days + 1) * DAY)))
        forgotten = await cashier.stored(deposit)
        assert (forgotten.wish.payer, forgotten.url) == ("", "") and forgotten.order_no == stored.order_no
        one = await cashier.ask(f"/deposit {stored.label}", contains=stored.label)
        assert "5,500.20 CNY" in one.text and labels(one) == [], "nobody to make the same link for"
        assert len(await cashier.outcomes(deposit)) == 4, "the journal stays"
        assert all_well(await box.mtpay.forge(code, "now"))
    left = await asyncio.to_thread(everything_in, tmp_path)
    assert "欧阳锋".encode() not in left and b"buy-coin" not in left and stored.order_no.encode() in left


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
