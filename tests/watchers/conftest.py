from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flows.bench import Bench, open_bench
from tests.watchers.line import Line


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as opened:
        yield opened


@pytest.fixture
async def line(bench: Bench) -> AsyncIterator[Line]:
    """The order is known and its card stands with people and in the group."""
    made = Line(bench)
    await bench.see()
    await bench.read()
    await made.tell()
    made.clear()
    yield made
    await made.relay.stop()
