"""The small crash sweep of our ads: real SIGKILLs at points found by running, times faults of the requests."""

import pytest

from tests.crash.ad_cells import AdCell, Scene, choose
from tests.crash.ad_sweep import ADS, AdResults
from tests.crash.cells import AWAY
from tests.crash.conftest import Ground
from tests.crash.frame import run_cells

SEED = 7
KILLS = 12
ALL_AT_ONCE = 8
NUMBERED = (
    AdCell(Scene.PRICE, "act_late"),
    AdCell(Scene.PRICE, AWAY),
    AdCell(Scene.STATUS, "act_and_slow", "stale"),
    AdCell(Scene.OFF, "act_and_drop"),
    AdCell(Scene.NEW, "drop_before"),
    AdCell(Scene.NEW, "act_and_500", "stale"),
)


@pytest.mark.timeout(360)
async def test_whatever_breaks_and_wherever_the_desk_dies_no_ad_is_doubled_and_no_edit_done_twice(
    ground: Ground,
) -> None:
    results = AdResults()
    await run_cells(ADS, NUMBERED, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    assert results.broken() == []
    kills = choose(results.traces, KILLS, SEED)
    assert {kill.scene for kill in kills} == {*Scene}
    assert any(kill.again for kill in kills)
    await run_cells(ADS, kills, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    posts = sum(verdict.posts for _, verdict in results.verdicts)
    acts = sum(verdict.acts for _, verdict in results.verdicts)
    print(f"\nads: {len(results.verdicts)} cells, {results.died} kills, {posts} POSTs, {acts} acts, 0 doubled ads")
    assert results.broken() == []
    assert results.died >= len(kills) * 0.8, [cell.name for cell, one in results.verdicts if not one.reached]
