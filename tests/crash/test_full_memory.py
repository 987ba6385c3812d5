"""R12: without a durable intent nothing is sent; a memory that cannot be written is said, and stops all money."""

import asyncio
import contextlib
import os
import sqlite3
from typing import Any

import pytest

from bot.domain.intents import Action
from bot.sandbox.gate.orders import Order
from bot.sandbox.telegram.acts import act
from bot.views.buttons import Verb
from tests.crash.cells import Cell
from tests.crash.conftest import Ground
from tests.crash.judge import DONE, visible
from tests.crash.second_run import leave_alone
from tests.crash.stage import GROUP, OPERATOR, OWNER, Stage, stage

RELEASE = Cell(Action.RELEASE, "none")
PAGE_BYTES = 4096
THUMB_SECONDS = 0.3  # a card is seen a moment before its buttons are known to live


async def _to_the_confirm(made: Stage, person: int = OPERATOR) -> Order:
    order = made.open_order("sell", paid=True)
    message, data = await made.until(lambda: made.newest(person, [Verb.RELEASE]), "the card")
    await asyncio.sleep(THUMB_SECONDS)
    made.tap(person, message, data)
    await made.until(lambda: made.newest(person, [Verb.YES]), "the confirm")
    await asyncio.sleep(THUMB_SECONDS)
    return order


def _press_yes(made: Stage) -> str:
    found = made.newest(OPERATOR, [Verb.YES])
    assert found is not None
    return made.tap(OPERATOR, *found)


def _words(made: Stage, callback: str) -> str:
    """Everything the operator was told: the small window and the messages."""
    texts = [one.text or "" for chat in (OPERATOR, OWNER) for one in made.messages(chat)]
    return "\n".join([made.box.world.callbacks[callback].text or "", *texts])


@pytest.mark.parametrize("why", ["full", "read_only", "io", "locked"])
@pytest.mark.parametrize("point", ["before:insert intents#1", "before:insert journal#1", "before:commit#2"])
async def test_a_write_that_fails_before_the_request_sends_nothing_and_says_so(
    ground: Ground, why: str, point: str
) -> None:
    for attempt in range(5):
        if await _met_the_tap(ground, f"cell{attempt}", f"{point}={why}"):
            return
    raise AssertionError("the fault always met another writer than the tap")


async def _met_the_tap(ground: Ground, name: str, fault: str) -> bool:
    """False when somebody else's write took the fault: that says nothing of the tap."""
    async with stage(ground.nursery, ground.template, ground.folder / name, POLL_SECONDS="60") as made:
        desk = await made.open_desk(fail=fault)
        order = await _to_the_confirm(made)
        desk.arm()
        callback = _press_yes(made)
        await made.until(lambda: made.box.world.callbacks[callback].answered_at, "an answer")

        def settled() -> str | None:
            if "desk.rounds:round" in made.log() and "the test's disk" in made.log():
                return "another writer"
            return "told" if "database" in _words(made, callback).lower() else None

        if await made.until(settled, "a word about the database") == "another writer":
            return False
        intents = made.ask("SELECT * FROM intents")
        if intents and made.posts(order):
            return False  # the tap's own write had gone through: the fault met a later one
        assert made.posts(order) == []
        assert intents == []
        return True


WHY = ["full", "read_only", "io", "locked"]
TWO: dict[str, Any] = {"DESK_TWO_PEOPLE_ABOVE": "500"}
ALONE = TWO | {"SOLO_RELEASE": "delay", "SOLO_STOP_SECONDS": "30", "SOLO_DAILY_CAP": "5000"}


@pytest.mark.parametrize("why", WHY)
async def test_a_first_yes_that_cannot_be_kept_stands_for_nothing_and_says_so(ground: Ground, why: str) -> None:
    async with stage(ground.nursery, ground.template, ground.folder / "cell", **TWO) as made:
        desk = await made.open_desk(fail=f"before:insert approvals={why}")
        order = await _to_the_confirm(made)
        desk.arm()
        callback = _press_yes(made)
        await made.until(lambda: "database" in _words(made, callback).lower() or None, "a word about the database")
        assert made.posts(order) == []
        assert made.ask("SELECT id FROM approvals UNION SELECT id FROM intents") == []


@pytest.mark.parametrize("why", WHY)
async def test_a_credit_that_cannot_be_named_releases_nothing_and_says_so(ground: Ground, why: str) -> None:
    async with stage(ground.nursery, ground.template, ground.folder / "cell") as made:
        desk = await made.open_desk(fail=f"before:insert credits={why}")
        made.open_order("sell", paid=True)
        await _to_the_question(made)
        await made.until(lambda: made.newest(OPERATOR, [Verb.YES]), "the confirm")
        await asyncio.sleep(THUMB_SECONDS)
        desk.arm()
        callback = _press_yes(made)
        await made.until(lambda: "database" in _words(made, callback).lower() or None, "a word about the database")
        assert any("insert credits" in point for point in made.trace())
        assert made.posts() == [] and made.ask("SELECT id FROM intents") == []


async def _to_the_question(made: Stage) -> None:
    """Two sales of one buyer and one sum: the digits of the credit are asked for, and given."""
    made.open_order("sell", paid=True)
    await made.until(lambda: len(made.ask("SELECT id FROM orders")) == 2 or None, "both sales")
    message, data = await made.until(lambda: made.newest(OPERATOR, [Verb.RELEASE]), "the card")
    await asyncio.sleep(THUMB_SECONDS)
    made.tap(OPERATOR, message, data)

    def asked() -> int | None:
        return next((one.id for one in made.messages(OPERATOR) if "last 4 to 6 digits" in (one.text or "")), None)

    question = await made.until(asked, "the question for the credit")
    body = {"user_id": OPERATOR, "chat_id": OPERATOR, "reply_to": question, "text": "448821"}
    act(made.box.world, "write", body)


@pytest.mark.parametrize("why", ["full", "read_only"])
async def test_an_armed_release_that_cannot_be_written_is_not_sent_and_cried_out(ground: Ground, why: str) -> None:
    async with stage(ground.nursery, ground.template, ground.folder / "cell", **ALONE) as made:
        leave_alone(made.database)
        desk = await made.open_desk(fail=f"before:update approvals={why}")
        order = await _to_the_confirm(made, OWNER)
        message, data = await made.until(lambda: made.newest(OWNER, [Verb.YES]), "the confirm")
        made.tap(OWNER, message, data)
        await made.until(lambda: made.ask("SELECT id FROM approvals WHERE due_at > 0") or None, "the armed release")
        desk.arm()
        await made.until(lambda: _cries(made) or None, "a cry")
        assert made.posts(order) == [] and made.ask("SELECT id FROM intents") == []


def _cries(made: Stage) -> list[str]:
    return [one.text or "" for one in made.messages(OWNER) if "🛑" in (one.text or "")]


async def test_a_database_that_another_process_holds_sends_nothing_and_is_cried_out(ground: Ground) -> None:
    async with stage(ground.nursery, ground.template, ground.folder / "cell", POLL_SECONDS="60") as made:
        await made.open_desk()
        order = await _to_the_confirm(made)
        with contextlib.closing(sqlite3.connect(made.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            callback = _press_yes(made)
            await made.until(lambda: "🛑" in _words(made, callback) or None, "a cry", 15)
            assert made.posts(order) == []
            other.execute("ROLLBACK")
        await made.until(lambda: order.released_times or None, "the release once the memory is back", 15)
        assert len(made.posts(order)) == 1


@pytest.mark.parametrize("pages_left", [0, 1, 2, 3])
async def test_a_full_disk_never_lets_a_request_leave_without_its_durable_intent(
    ground: Ground, pages_left: int
) -> None:
    async with stage(ground.nursery, ground.template, ground.folder / "cell", POLL_SECONDS="60") as made:
        await made.open_desk()
        order = await _to_the_confirm(made)
        await made.kill_desk()
        with contextlib.closing(sqlite3.connect(made.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        most = os.stat(made.database).st_size // PAGE_BYTES + pages_left
        made.settings["DATABASE_URL"] += f"?max_pages={most}"
        await made.open_desk()
        callback = _press_yes(made)

        def is_told() -> bool:
            told = visible(made, OPERATOR, RELEASE)
            return DONE in told or "database" in _words(made, callback).lower()

        await made.until(lambda: is_told() or None, "an outcome or a word about the database", 15)
        assert len(made.posts(order)) == len(made.ask("SELECT * FROM intents")) <= 1


async def test_an_outcome_that_cannot_be_stored_halts_the_desk_loudly_and_is_told_when_it_can(ground: Ground) -> None:
    async with stage(ground.nursery, ground.template, ground.folder / "cell", POLL_SECONDS="60") as made:
        desk = await made.open_desk(fail="before:update intents=full")
        order = await _to_the_confirm(made)
        desk.arm()
        callback = _press_yes(made)
        await made.until(lambda: order.released_times or None, "the release")
        await made.until(lambda: "🛑" in _words(made, callback) or None, "a cry", 10)
        await made.kill_desk()
        await made.open_desk()
        state = "SELECT state FROM intents WHERE state = 'done'"
        await made.until(lambda: made.ask(state) or None, "the outcome after the repair", 10)
        await made.until(lambda: DONE in visible(made, GROUP, RELEASE) or None, "the words for it", 10)
        assert len(made.posts(order)) == 1
