"""The small crash sweep of a lock and a lead's unlock: real SIGKILLs at points found by running."""

import pytest

from tests.crash.conftest import Ground
from tests.crash.frame import run_cells
from tests.crash.unlock_cells import choose, numbering
from tests.crash.unlock_sweep import UNLOCKS, UnlockResults

SEED = 8
KILLS = 16
ALL_AT_ONCE = 6


@pytest.mark.timeout(300)
async def test_a_lock_and_its_end_are_whole_or_nothing_and_told_wherever_the_desk_dies(ground: Ground) -> None:
    results = UnlockResults()
    await run_cells(UNLOCKS, numbering(), ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    assert results.broken() == []
    kills = choose(results.traces, KILLS, SEED)
    assert {"before:update unlocks#1", "after:update unlocks#1"} <= {kill.kill for kill in kills}
    await run_cells(UNLOCKS, kills, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    print(f"\nunlocks: {len(results.verdicts)} cells, {results.died} kills, 0 broken")
    assert results.broken() == []
    assert results.died >= len(kills) * 0.8
