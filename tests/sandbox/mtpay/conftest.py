"""One sandbox for a module; every test finds it as it starts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from bot.sandbox.mtpay.variants import MtpayVariants
from tests.sandbox.mtpay.merchant import Ear, Merchant, an_ear
from tests.support.sandbox import Sandbox, running_sandbox

AS_IT_STARTS: dict[str, bool | float | str] = vars(MtpayVariants()) | {"ends_as": "InProgress", "gap_seconds": 0.05}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_box() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as box:
        yield box


@pytest_asyncio.fixture(loop_scope="module")
async def box(shared_box: Sandbox) -> Sandbox:
    mtpay = shared_box.mtpay
    await mtpay.clear_faults()
    await mtpay.variants(**AS_IT_STARTS)
    await mtpay.aim_webhooks("")
    await mtpay.clock(0)
    await mtpay.away(False)
    return shared_box


@pytest_asyncio.fixture(loop_scope="module")
async def merchant(box: Sandbox) -> AsyncIterator[Merchant]:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        yield Merchant(client, box)


@pytest_asyncio.fixture(loop_scope="module")
async def ear(box: Sandbox) -> AsyncIterator[Ear]:
    async with an_ear() as ear:
        yield ear
