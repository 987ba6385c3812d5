"""The small crash sweep of conversions: real SIGKILLs at points found by running, times faults of the money call."""

import pytest

from tests.crash.cells import AWAY, NONE
from tests.crash.conftest import Ground
from tests.crash.convert_cells import ConvertCell, Scene, choose
from tests.crash.convert_sweep import CONVERSIONS, ConvertResults
from tests.crash.frame import run_cells

SEED = 4
KILLS = 18
ALL_AT_ONCE = 8
NUMBERED = (
    (Scene.QUOTE, NONE),
    (Scene.CONVERT, "act_and_drop"),
    (Scene.CONVERT, "act_and_slow"),
    (Scene.CONVERT, "refuse"),
    (Scene.CONVERT, AWAY),
    (Scene.FOLLOW, "error_500"),
    (Scene.FAILED, NONE),
    (Scene.SAME, NONE),
    (Scene.REFUSED, NONE),
    (Scene.EXECUTED, "act_and_500"),
    (Scene.NOTHING, "act_late"),
)


@pytest.mark.timeout(360)
async def test_whatever_breaks_and_wherever_the_desk_dies_a_quote_is_converted_once_and_people_are_told(
    ground: Ground,
) -> None:
    results = ConvertResults()
    without = [ConvertCell(scene, fault) for scene, fault in NUMBERED]
    await run_cells(CONVERSIONS, without, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    assert results.broken() == []
    kills = choose(results.traces, KILLS, SEED)
    await run_cells(CONVERSIONS, kills, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    posts = sum(verdict.posts for _, verdict in results.verdicts)
    print(f"\nconversions: {len(results.verdicts)} cells, {results.died} kills, {posts} POSTs, 0 broken")
    assert results.broken() == []
    assert len(results.verdicts) >= 25
    assert results.died >= len(kills) * 0.8
