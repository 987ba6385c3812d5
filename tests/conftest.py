"""Fixtures that every part of the suite may use."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.desk import RunningDesk, running_desk
from tests.support.sandbox import Sandbox, running_sandbox

settings.register_profile("desk", deadline=None)  # how long an example takes says more of the machine than of the code
settings.load_profile("desk")


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    """A sandbox of its own, without Telegram's flood limits, so that a test waits for nothing but the desk."""
    async with running_sandbox() as sandbox:
        await sandbox.telegram.flood(False)
        yield sandbox


@pytest.fixture
async def desk(box: Sandbox, tmp_path: Path) -> AsyncIterator[RunningDesk]:
    """A running desk with the demo's people."""
    async with running_desk(box, tmp_path / "desk.db") as running:
        yield running
