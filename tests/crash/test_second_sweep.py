"""The small crash sweep of two people and armed releases: real SIGKILLs at points found by running, times faults."""

import pytest

from tests.crash.cells import AWAY, NONE
from tests.crash.conftest import Ground
from tests.crash.frame import run_cells
from tests.crash.second_cells import Scene, SecondCell, choose
from tests.crash.second_sweep import SECOND, SecondResults

SEED = 8
KILLS = 14
ALL_AT_ONCE = 6
NUMBERED = (
    (Scene.FIRST, NONE),
    (Scene.SECOND, "act_and_drop"),
    (Scene.SECOND, AWAY),
    (Scene.SECOND, "act_and_slow"),
    (Scene.ARMED, NONE),
    (Scene.ARMED, "act_and_500"),
)


@pytest.mark.timeout(360)
async def test_wherever_the_desk_dies_nothing_leaves_on_fewer_yes_than_it_needs_and_people_are_told(
    ground: Ground,
) -> None:
    results = SecondResults()
    without = [SecondCell(scene, fault) for scene, fault in NUMBERED]
    await run_cells(SECOND, without, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    assert results.broken() == []
    few = [(cell.name, one.posts, one.outcome) for cell, one in results.verdicts if one.posts != (cell.fault != AWAY)]
    assert few == []
    kills = choose(results.traces, KILLS, SEED)
    await run_cells(SECOND, kills, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    posts = sum(verdict.posts for _, verdict in results.verdicts)
    print(f"\ntwo people: {len(results.verdicts)} cells, {results.died} kills, {posts} POSTs, 0 broken")
    assert results.broken() == []
    assert results.died >= len(kills) * 0.8
