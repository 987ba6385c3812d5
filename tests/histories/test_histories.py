"""S4 in small: limits, approvals, unlocks, expiries, freezes, locks and role changes beside an independent oracle."""

import tempfile
from pathlib import Path

import pytest

from tests.flows.bench import open_bench
from tests.histories.play import play

COUNT = 250
SHARED_MEMORY = Path("/dev/shm")
MEMORY = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None


@pytest.mark.timeout(300)
async def test_random_histories_of_limits_and_approvals_go_as_the_product_page_says() -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        async with open_bench(Path(folder)) as bench:
            figures = await play(bench, COUNT, seed=8)
    print(f"\nhistories: {figures}")
    assert figures.mismatches == []
    assert figures.alone == []
    assert figures.histories == COUNT
    busy = figures.by_two, figures.armed_sent, figures.first, figures.armed, figures.frozen, figures.unlocked
    assert min(busy) > COUNT / 60 and min(figures.answered, figures.pin_locked) > 0
