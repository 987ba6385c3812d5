"""A PIN goes the whole way through the desk and stands nowhere afterwards: in no file, in no log at DEBUG."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.logs import QUIET, start_log
from tests.support.desk import DESK_GROUP, RunningDesk, running_desk
from tests.support.sandbox import OPERATOR, OWNER, Message, Sandbox, until

FIRST, WRONG, SECOND, PLAIN, IN_GROUP, LOOSE = (
    "904173580261", "604918273554", "770419358216", "123456904173", "350917284406", "918273640455"
)  # fmt: skip
CANARIES = (FIRST, WRONG, SECOND, PLAIN, IN_GROUP, LOOSE)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The desk's log as `run --log DEBUG` starts it, into a text."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in QUIET}
    stderr, sys.stderr = sys.stderr, stream
    try:
        start_log([], "DEBUG")
    finally:
        sys.stderr = stderr
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, was in levels.items():
            logging.getLogger(name).setLevel(was)


def in_files(folder: Path) -> list[str]:
    """The PINs, and the card's secret, that stand in the database or in what lies beside it."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    return [canary for file in files for canary in CANARIES if canary.encode() in file.read_bytes()]


async def ask(desk: RunningDesk, person: int, text: str, contains: str) -> Message:
    before = await newest(desk, person)
    await desk.box.telegram.write(person, person, text)
    return await see(desk, person, contains, before)


async def answer(desk: RunningDesk, prompt: Message, pin: str, contains: str) -> Message:
    before = await newest(desk, OPERATOR)
    await desk.box.telegram.reply(OPERATOR, OPERATOR, prompt, pin)
    return await see(desk, OPERATOR, contains, before)


async def newest(desk: RunningDesk, chat: int) -> int:
    return max((message.id for message in await desk.box.telegram.messages(chat)), default=0)


async def see(desk: RunningDesk, person: int, contains: str, after: int) -> Message:
    return await desk.box.telegram.wait_for_message(
        person, contains=contains, after=after, where=lambda message: bool(message.sender.get("is_bot"))
    )


async def test_a_pin_stands_nowhere(box: Sandbox, tmp_path: Path, log: io.StringIO) -> None:
    async with running_desk(box, tmp_path / "desk.db", speed=4, desk_step_up_above="1") as desk:
        prompt = await ask(desk, OPERATOR, "/pin", "Choose a PIN")
        prompt = await answer(desk, prompt, PLAIN, "tried first")
        prompt = await answer(desk, prompt, FIRST, "once more")
        await answer(desk, prompt, FIRST, "Your PIN is set")
        prompt = await ask(desk, OPERATOR, "/pin duress", "Your PIN, first")
        prompt = await answer(desk, prompt, FIRST, "Choose a second PIN")
        prompt = await answer(desk, prompt, SECOND, "once more")
        await answer(desk, prompt, SECOND, "second PIN is set")
        before = await newest(desk, OPERATOR)
        await box.telegram.write(OPERATOR, DESK_GROUP, f"/pin {IN_GROUP}")
        await see(desk, OPERATOR, "never stands in the group", before)
        shown = await ask(desk, OPERATOR, "/pin", "Change PIN")
        await box.telegram.press(OPERATOR, OPERATOR, shown, text="Change PIN")
        prompt = await see(desk, OPERATOR, "PIN of now", shown.id)
        await ask(desk, OPERATOR, LOOSE, "Reply to the question")
        prompt = await answer(desk, prompt, WRONG, "Wrong PIN")
        await box.telegram.fault("deleteMessage", "500", times=2)
        await answer(desk, prompt, SECOND, "Choose a PIN")
        await see(desk, OWNER, "🆘", 0)
        await ask(desk, OPERATOR, "/orders", "Now")

        async def clean() -> bool | None:
            return not in_files(tmp_path) or None

        await until(clean, "no PIN in any file while the desk runs", 15)
    assert in_files(tmp_path) == []
    text = log.getvalue()
    assert "DEBUG" in text and [canary for canary in CANARIES if canary in text] == []


async def test_whoever_is_told_an_error_is_told_no_pin(box: Sandbox, tmp_path: Path, log: io.StringIO) -> None:
    """What breaks on the way is logged with its trace; a trace shows code and names, no values."""
    broken = False

    def probe(point: str) -> None:
        if broken and point == "before:update pin_prompts":
            raise RuntimeError("a defect")

    async with running_desk(box, tmp_path / "desk.db", speed=4, probe=probe) as desk:
        prompt = await ask(desk, OPERATOR, "/pin", "Choose a PIN")
        broken = True
        await box.telegram.reply(OPERATOR, OPERATOR, prompt, FIRST)
        await desk.settle(1)
        broken = False
        await ask(desk, OPERATOR, "/orders", "Now")

        async def clean() -> bool | None:
            return not in_files(tmp_path) or None

        await until(clean, "no PIN in any file while the desk runs", 15)
    text = log.getvalue()
    assert "a defect" in text and [canary for canary in CANARIES if canary in text] == []
    assert in_files(tmp_path) == []
