"""Rounds that have nothing to do ask nothing, and none is left out when something was written."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.watchers.going import ANYWAY_SECONDS, Going
from tests.flows.bench import ORDER, Bench, open_bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as opened:
        yield opened


async def test_a_round_runs_at_first_then_only_for_what_goes_on_and_now_and_then_anyway(bench: Bench) -> None:
    going = Going(bench.desk)
    assert await going.is_worth_it("steps")
    assert not await going.is_worth_it("steps")
    bench.add(ORDER)
    await bench.see()
    await bench.open_step()
    assert await going.is_worth_it("steps") and await going.is_worth_it("steps")
    assert await going.is_worth_it("ads")
    assert not await going.is_worth_it("ads"), "its first time was the look at an unknown past"
    bench.pass_(ANYWAY_SECONDS)
    assert await going.is_worth_it("ads")


async def test_nothing_written_is_nothing_asked(bench: Bench) -> None:
    going = Going(bench.desk)
    assert await going.is_worth_it("rules")
    assert not await going.is_worth_it("rules")
    bench.broken.add("before:select intents")
    for _ in range(3):
        assert not await going.is_worth_it("rules")
    bench.broken.clear()
