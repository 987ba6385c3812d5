"""Taps that waited at Telegram while the desk was deaf send nothing to a buyer by themselves: it is asked anew."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import Unknown
from bot.domain.sayings import STALE_SECONDS, Doubt, State
from tests.flows.bench import open_bench
from tests.handlers.phone import CONTACT, Desk

AWAY = 7200


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """It asks Telegram for what people tapped, and has just heard all of it."""
    async with open_bench(tmp_path) as bench:
        made = Desk(bench)
        await bench.see()
        await bench.read()
        await made.tell()
        bench.desk.hearing.until = bench.now
        yield made
        await made.relay.stop()


def hears_all(desk: Desk) -> None:
    desk.bench.desk.hearing.heard(desk.bench.now)


async def asked(desk: Desk) -> None:
    """Words with a contact, and the question about them on the phone."""
    await desk.write(CONTACT, reply=await desk.hears())
    await desk.tell()
    hears_all(desk)


async def test_send_anyway_from_before_an_absence_is_asked_anew_and_then_goes(desk: Desk) -> None:
    await asked(desk)
    desk.bench.pass_(AWAY)
    await desk.tap("Send anyway")
    await desk.tap("Send anyway")
    assert await desk.sent() == [] and await desk.bench.states() == [State.HELD]
    hears_all(desk)
    await desk.tell()
    assert "120 min ago" in desk.last()
    await desk.tap("Send anyway")
    assert await desk.sent() == [CONTACT]


async def test_a_tap_while_the_desk_listens_is_no_late_one_however_old_the_question(desk: Desk) -> None:
    await asked(desk)
    desk.bench.pass_(AWAY)
    hears_all(desk)
    await desk.tap("Send anyway")
    assert await desk.sent() == [CONTACT]


async def test_a_tap_cannot_be_older_than_what_was_tapped(desk: Desk) -> None:
    desk.bench.desk.hearing.until = 0  # as after a start
    await desk.write(CONTACT, reply=await desk.hears())
    await desk.tell()
    desk.bench.pass_(STALE_SECONDS - 30)
    await desk.tap("Send anyway")
    assert await desk.sent() == [CONTACT]


async def test_a_ready_text_from_before_an_absence_is_asked_about_once(desk: Desk) -> None:
    await desk.hears()
    await desk.tap("Quick replies")
    await desk.tap("Please pay")
    hears_all(desk)
    desk.bench.pass_(AWAY)
    await desk.tap("Send")
    await desk.tap("Send")
    (held,) = await desk.bench.sayings()
    assert held.state is State.HELD and set(held.doubts) == {Doubt.STALE} and await desk.sent() == []


async def test_send_again_from_before_an_absence_waits_for_a_new_answer(desk: Desk) -> None:
    desk.bench.gate.errors["say"] = [Unknown("gate", "say", why="timeout")]
    await desk.write("hello", reply=await desk.hears())
    await desk.sent()
    for _ in range(3):
        await desk.bench.read(after=31)
    await desk.tell()
    hears_all(desk)
    desk.bench.pass_(AWAY)
    await desk.tap("Send again")
    assert "Waits for your answer" in desk.last() and await desk.sent() == []
    assert await desk.bench.states() == [State.MISSING, State.HELD]
    hears_all(desk)
    await desk.tell()
    await desk.tap("Send anyway")
    assert await desk.sent() == ["hello"]
