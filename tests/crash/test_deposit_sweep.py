"""The small crash sweep of payment links: real SIGKILLs at points found by running, times faults of the request."""

import pytest

from tests.crash.cells import AWAY, NONE
from tests.crash.conftest import Ground
from tests.crash.deposit_cells import DepositCell, Scene, choose
from tests.crash.deposit_sweep import DEPOSITS, DepositResults
from tests.crash.frame import run_cells

SEED = 6
KILLS = 15
ALL_AT_ONCE = 8
NUMBERED = (
    (Scene.NOBODY, AWAY),
    (Scene.NOBODY, "drop_before"),
    (Scene.NOBODY, "unavailable"),
    (Scene.EARLY, "act_and_slow"),
    (Scene.CANCELLED, "act_late"),
    (Scene.TWICE, NONE),
    (Scene.TWICE, "act_and_drop"),
    (Scene.REORDERED, "act_and_500"),
)


@pytest.mark.timeout(360)
async def test_whatever_breaks_and_wherever_the_desk_dies_there_is_one_order_and_no_report_is_lost(
    ground: Ground,
) -> None:
    results = DepositResults()
    without = [DepositCell(scene, fault) for scene, fault in NUMBERED]
    await run_cells(DEPOSITS, without, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    assert results.broken() == []
    kills = choose(results.traces, KILLS, SEED)
    assert any(kill.kill.startswith("after:insert callbacks") for kill in kills)
    await run_cells(DEPOSITS, kills, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    posts = sum(verdict.posts for _, verdict in results.verdicts)
    reports = sum(verdict.reports for _, verdict in results.verdicts)
    print(
        f"\npayment links: {len(results.verdicts)} cells, {results.died} kills, {posts} POSTs, {reports} reports,"
        " 0 second orders, 0 lost"
    )
    assert results.broken() == []
    assert results.died >= len(kills) * 0.8
