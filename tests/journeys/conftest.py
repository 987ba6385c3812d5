"""One shop per module; after every journey no fault is left, and no call to Telegram was wrong."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.ad_window import LANGUAGES, AdWindow, looking
from tests.journeys.shop import Shop, open_shop, tidy


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(opened_shop: Shop) -> AsyncIterator[Shop]:
    yield opened_shop
    await tidy(opened_shop.box)


@pytest_asyncio.fixture(loop_scope="module", params=LANGUAGES)
async def window(opened: Shop, request: pytest.FixtureRequest) -> AsyncIterator[AdWindow]:
    """A lead before our ads, in each language; the module opens the shop."""
    async with looking(opened, request.param) as window:
        yield window


@pytest_asyncio.fixture(loop_scope="module")
async def one(opened: Shop) -> AsyncIterator[AdWindow]:
    """The same in one language."""
    async with looking(opened) as window:
        yield window
