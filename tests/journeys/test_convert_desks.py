"""Desks of one journey each: restarted with a conversion on its way, without Gate Pay, and with a wrong clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.journeys.counter import CONVERT, PEOPLE, Counter, as_it_was, close_counter, labels, prepare
from tests.journeys.shop import open_desk
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OPERATOR, OPERATOR_2, Message, Sandbox, running_sandbox, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


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
async def first_desk(box: Sandbox, folder: Path, speed: float = 1.0, **changes: str) -> AsyncIterator[Counter]:
    async with open_desk(box, folder, speed=speed, **({"quote_seconds": "120"} | changes)) as shop:
        await prepare(shop)
        yield Counter(shop)


@asynccontextmanager
async def next_desk(box: Sandbox, folder: Path, speed: float = 20.0) -> AsyncIterator[Counter]:
    """On the same database; its time goes on from now, so that it must not follow a desk with a higher speed."""
    async with open_desk(box, folder, speed=speed, quote_seconds="120") as shop:
        yield Counter(shop)


async def killed_on_the_way(posts: Callable[[], Awaitable[int]], number: int) -> None:
    """Gate Pay has the request, and what waits for its answer is cut off without a word."""

    async def arrived() -> bool | None:
        return await posts() == number or None

    await until(arrived, f"{number} requests")
    for task in asyncio.all_tasks():
        if task.get_name().startswith("convert "):
            task.cancel()


@pytest.mark.parametrize("acts", [True, False])
async def test_sent_when_the_desk_ended_is_unknown_afterwards_and_not_sent_again(
    box: Sandbox, tmp_path: Path, acts: bool
) -> None:
    async with first_desk(box, tmp_path) as counter:
        card, quote = await counter.preview("/convert 10 USDT BTC")
        await box.pay.repeat("executed")
        await box.pay.fault("convert", "delay", seconds=1.0, acts=acts)
        await counter.considered()
        await box.telegram.tap(OPERATOR, OPERATOR, card.id, text="Convert 10.00")
        await killed_on_the_way(lambda: posts_of(counter, quote), 1)
    async with next_desk(box, tmp_path) as counter:
        unknown = await counter.shows(card, "No answer from Gate")
        assert labels(unknown) == ["Ask Gate again"]
        await box.telegram.wait_for_message(DESK_GROUP, contains="No answer to a conversion")
        await asyncio.sleep(1.5)
        assert len(await counter.posts(quote)) == 1
        assert await counter.executions(quote) <= 1
        assert [line.outcome for line in await counter.journal(quote)] == ["sent", "unknown"]


async def posts_of(counter: Counter, quote: str) -> int:
    return len(await counter.posts(quote))


async def test_taken_when_the_desk_ended_is_followed_to_its_end(box: Sandbox, tmp_path: Path) -> None:
    await box.pay.variants(ends_as=1)
    async with first_desk(box, tmp_path) as counter:
        await box.pay.variants(ends_as=1)
        card, quote = await counter.preview("/convert 10 USDT BTC")
        await counter.take(card)
        await counter.shows(card, "Gate works on it")
        order = (await counter.stored(quote)).order_id
    await box.pay.set_order_status(order, 3)
    async with next_desk(box, tmp_path) as counter:
        await counter.shows(card, "✅ Converted", timeout=15)
        assert len(await counter.posts(quote)) == 1 == await counter.executions(quote)


async def test_asked_again_when_the_desk_ended_stays_unknown_and_is_asked_no_third_time(
    box: Sandbox, tmp_path: Path
) -> None:
    async with first_desk(box, tmp_path, speed=20.0) as counter:
        await box.telegram.start(LEAD)
        card, quote = await counter.preview("/convert 10 USDT BTC")
        await box.pay.fault("convert", "act_and_drop")
        await counter.take(card)
        await counter.shows(card, "Ask Gate again")
        await asyncio.sleep(1.1)
        await box.pay.fault("convert", "delay", seconds=1.0)
        await counter.press(card, "Ask Gate again")
        confirm = await counter.shows(card, "Ask again: 10.00")
        await counter.considered()
        await box.telegram.tap(OPERATOR, OPERATOR, confirm.id, text="Ask again: 10.00")
        await killed_on_the_way(lambda: posts_of(counter, quote), 2)
        group = await box.telegram.wait_for_message(DESK_GROUP, contains="No answer to a conversion", button="Open")
        conversion = (await counter.stored(quote)).id
    async with next_desk(box, tmp_path, speed=1.0) as counter:
        told = await counter.shows(card, "Asked again")
        assert labels(told) == []
        assert await counter.forge(card, f"vg:{conversion}") != ""
        mine = await opened_in_group(box, LEAD, group)
        assert labels(mine) == ["It was done", "Nothing happened"]
        await asyncio.sleep(0.5)
        assert len(await counter.posts(quote)) == 2 and await counter.executions(quote) == 1
        assert await counter.state(quote) == "unknown"


async def opened_in_group(box: Sandbox, person: int, record: Message) -> Message:
    before = max((one.id for one in await box.telegram.messages(person)), default=0)
    await box.telegram.press(person, DESK_GROUP, record, text="Open")
    return await box.telegram.wait_for_message(person, after=before, contains="No answer from Gate")


async def test_an_open_quote_does_not_outlive_a_restart_and_gate_is_not_asked_again_too_early(
    box: Sandbox, tmp_path: Path
) -> None:
    async with first_desk(box, tmp_path) as counter:
        lost, gone = await counter.preview("/convert 11 USDT BTC")
        await box.pay.fault("convert", "drop_before")
        await counter.take(lost)
        await counter.shows(lost, "Ask Gate again")
        said = await counter.press(lost, "Ask Gate again")
        told = said or (await box.telegram.wait_for_message(OPERATOR, after=lost, contains="again from")).text
        stored = await counter.stored(gone)
        assert ":" in told and len(await counter.posts(gone)) == 1, stored
        card, quote = await counter.preview("/convert 10 USDT BTC")
        seal = card.button("Convert ").data or ""
    async with next_desk(box, tmp_path, speed=1.0) as counter:
        await counter.considered()
        await counter.forge(card, seal)
        await counter.shows(card, "Quote ended")
        assert await counter.posts(quote) == []


OFF = {"en": ("Convert is not set up on this desk.", "technician"), "zh": ("闪兑", "技术")}


@LANGUAGES
async def test_without_gate_pay_the_command_says_so(box: Sandbox, tmp_path: Path, language: str) -> None:
    nothing = {"gatepay_client_id": "", "gatepay_secret": ""}
    async with first_desk(box, tmp_path, speed=8.0, **nothing) as counter:
        person, asked = PEOPLE[language], len(await box.pay.requests())
        for words in ("/convert", "/convert 100 USDT BTC"):
            said = await counter.ask(words, person=person)
            assert all(one in said.text for one in OFF[language]) and labels(said) == []
        assert len(await box.pay.requests()) == asked


SKEWED = {"en": ("8 s is the most", "NTP"), "zh": ("最多允许 8 秒", "NTP")}


@LANGUAGES
async def test_eleven_seconds_off_neither_quotes_nor_converts(box: Sandbox, tmp_path: Path, language: str) -> None:
    person = PEOPLE[language]
    other = next(one for one in (OPERATOR, OPERATOR_2) if one != person)
    async with first_desk(box, tmp_path, speed=8.0) as counter:
        card, quote = await counter.preview("/convert 100 USDT BTC", person=person)
        await box.pay.clock(11)
        first = await counter.ask("/convert 6 USDT BTC", person=other)
        assert labels(first) == [], "Gate Pay's answer to this told its time"
        asked = len(await box.pay.requests())
        said = await counter.ask("/convert 7 USDT BTC", person=other)
        assert all(words in said.text for words in SKEWED["zh" if language == "en" else "en"])
        await counter.take(card, person=person, language=language)
        await counter.reaches(quote, "void")
        assert len(await box.pay.requests()) == asked, "nothing at all is sent"
        said = await counter.ask("/convert 8 USDT BTC", person=person)
        assert all(words in said.text for words in SKEWED[language])
        assert await counter.posts(quote) == [] and await counter.executions(quote) == 0


async def test_a_clock_that_goes_wrong_between_quote_and_tap_converts_nothing(box: Sandbox, tmp_path: Path) -> None:
    """Only Gate Pay can know it first: it refuses the signature's time."""
    async with first_desk(box, tmp_path, speed=8.0) as counter:
        card, quote = await counter.preview("/convert 100 USDT BTC")
        await box.pay.clock(11)
        await counter.take(card)
        refused = await counter.shows(card, "Gate refused")
        assert "400003" in refused.text and CONVERT["en"] not in "".join(labels(refused))
        assert await counter.executions(quote) == 0
        await close_counter(counter)
