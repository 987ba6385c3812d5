"""One shop per module; after every journey no fault is left, and no call to Telegram was wrong."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, open_shop
from tests.support.sandbox import Sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(opened_shop: Shop) -> AsyncIterator[Shop]:
    yield opened_shop
    await tidy(opened_shop.box)


async def tidy(box: Sandbox) -> None:
    """What every journey must leave behind: nothing broken, nothing open, no wrong call."""
    await box.gate.clear_faults()
    await box.telegram.clear_faults()
    assert await box.telegram.violations() == []
