from collections.abc import AsyncIterator

import pytest

from bot.sandbox.gate import GateVenue
from tests.sandbox.gate.desk import Desk, open_desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk(GateVenue()) as opened:
        yield opened
