"""One sandbox for a module; every test finds it as it starts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from bot.sandbox.pay.otc_variants import OtcVariants
from tests.sandbox.pay.merchant import Merchant
from tests.support.sandbox import Sandbox, running_sandbox

AS_IT_STARTS: dict[str, bool | float | str] = {
    "envelope": "standard",
    "numbers": "documented",
    "rate_key": "price",
    "prefix": "new",
    "one_way_pairs": False,
    "texts_exact": False,
    "eight_decimals": False,
    "duplicate_code": "400201",
    "quote_seconds": 20,
    "settle_seconds": 0,
    "ends_as": 3,
    "slip": "0",
    "steady": True,
}


OTC_AS_IT_STARTS: dict[str, bool | float | str] = vars(OtcVariants()) | {"ends_as": "PROCESSING", "review_as": 2}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_box() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as box:
        yield box


@pytest_asyncio.fixture(loop_scope="module")
async def box(shared_box: Sandbox) -> Sandbox:
    pay = shared_box.pay
    await pay.clear_faults()
    await pay.variants(**AS_IT_STARTS)
    await pay.repeat("same")
    await pay.otc.variants(**OTC_AS_IT_STARTS)
    await pay.otc.aim_callbacks("")
    await pay.clock(0)
    await pay.away(False)
    return shared_box


@pytest_asyncio.fixture(loop_scope="module")
async def merchant(box: Sandbox) -> AsyncIterator[Merchant]:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        yield Merchant(client, box)
