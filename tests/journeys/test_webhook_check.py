"""`check` says how messages reach the desk, and what Telegram says went wrong; it changes nothing there."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot import command_line
from tests.journeys.brought_desk import BroughtDesk
from tests.support.desk import settings_for
from tests.support.sandbox import OPERATOR, Sandbox, running_sandbox

Said = Callable[..., Coroutine[Any, Any, str]]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def box() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as sandbox:
        await sandbox.telegram.flood(False)
        yield sandbox


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Said:
    async def say(desk: BroughtDesk, **changes: str) -> str:
        settings = settings_for(desk.box, tmp_path / "check.db", **(desk.settings | changes))
        await command_line.check(settings, argparse.Namespace(language="en"))
        return capsys.readouterr().out

    return say


async def test_check_tells_the_whole_life_of_a_webhook_and_leaves_it_alone(
    box: Sandbox, tmp_path: Path, said: Said
) -> None:
    desk = BroughtDesk.on(box, tmp_path)
    polling = await said(desk, telegram_webhook="false")
    assert "✔ The desk asks Telegram for messages." in polling
    assert "? Telegram does not bring messages to 127.0.0.1 yet: it is told when the desk starts." in await said(desk)
    async with desk.live():
        secret = (await desk.webhook())["secret"]
        running = await said(desk)
        assert "✔ Telegram brings messages to 127.0.0.1; waiting: 0." in running and "cannot bring" not in running
        assert secret and secret not in running and "/telegram" not in running
        other = await said(desk, telegram_webhook="false")
        assert "? Telegram brings messages to 127.0.0.1. The desk ends that when it starts; waiting: 0." in other
        moved = await said(desk, public_url="http://127.0.0.1:9")
        assert "? Telegram brings messages to another address on 127.0.0.1" in moved
    await box.telegram.write(OPERATOR, OPERATOR, "/orders")
    await asyncio.sleep(0.3)
    broken = await said(desk)
    assert "✘ Telegram cannot bring messages: Connection refused (20" in broken
    after = await desk.webhook()
    assert (after["url"], after["secret"], after["waiting"]) == (desk.url, secret, 1), "nothing was changed"
    async with desk.live():
        await desk.all_brought()
        mended = await said(desk)
        assert "cannot bring" not in mended, "a webhook that is set anew has no past"
