"""The small crash sweep of off-ramps: real SIGKILLs at points found by running, times faults of the money call."""

import pytest

from tests.crash.cells import AWAY, NONE
from tests.crash.conftest import Ground
from tests.crash.frame import run_cells
from tests.crash.otc_cells import OtcCell, Scene, choose
from tests.crash.otc_sweep import OFF_RAMPS, OtcResults

SEED = 5
KILLS = 12
ALL_AT_ONCE = 8
NUMBERED = (
    (Scene.QUOTE, NONE),
    (Scene.CALLBACK, "act_and_drop"),
    (Scene.CALLBACK, "act_and_slow"),
    (Scene.CALLBACK, "refuse"),
    (Scene.POLL, AWAY),
    (Scene.POLL, "drop_before"),
    (Scene.POLL, "used_number"),
    (Scene.POLL, "act_late"),
    (Scene.LOOK, "stale"),
    (Scene.FAILED, NONE),
)


@pytest.mark.timeout(360)
async def test_whatever_breaks_and_wherever_the_desk_dies_there_is_one_order_and_people_are_told(
    ground: Ground,
) -> None:
    results = OtcResults()
    without = [OtcCell(scene, fault) for scene, fault in NUMBERED]
    await run_cells(OFF_RAMPS, without, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    assert results.broken() == []
    kills = choose(results.traces, KILLS, SEED)
    await run_cells(OFF_RAMPS, kills, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    posts = sum(verdict.posts for _, verdict in results.verdicts)
    print(f"\noff-ramps: {len(results.verdicts)} cells, {results.died} kills, {posts} POSTs, 0 broken")
    assert results.broken() == []
    assert len(results.verdicts) >= 20
    assert results.died >= len(kills) * 0.8
