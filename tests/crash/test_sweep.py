"""The small crash sweep: real SIGKILLs at points found by running, times faults of the wire, for three actions."""

import pytest

from bot.domain.intents import ORDER_ACTIONS, Action
from tests.crash.cells import AWAY, Cell, choose, kind_of, numbering
from tests.crash.conftest import Ground
from tests.crash.frame import run_cells
from tests.crash.run import run_cell
from tests.crash.sweep import ACTIONS, Results

SEED = 20
KILLS = 72
NUMBERED = ("none", "act_and_drop", "drop_before", "act_and_slow", "act_late", "act_very_late", "refuse", AWAY)
ALL_AT_ONCE = 8


@pytest.mark.timeout(480)
async def test_whatever_breaks_and_wherever_the_desk_dies_it_acts_once_and_says_what_became_of_it(
    ground: Ground,
) -> None:
    results = Results()
    without = [cell for cell in numbering() if cell.fault in NUMBERED]
    await run_cells(ACTIONS, without, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    assert results.broken() == []
    kills = choose(results.traces, KILLS, SEED)
    passed = {kind_of(point) for trace in results.traces.values() for point in trace}
    assert passed <= {kind_of(cell.kill) for cell in kills}
    await run_cells(ACTIONS, kills, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    assert results.broken() == []
    assert len(results.verdicts) >= 100
    assert results.died >= len(kills) * 0.8


@pytest.mark.parametrize("action", ORDER_ACTIONS)
async def test_an_outcome_that_is_quicker_than_the_card_of_its_tap_is_not_painted_over(
    ground: Ground, action: Action
) -> None:
    verdict, _ = await run_cell(ground.nursery, ground.template, ground.folder / "cell", Cell(action, AWAY))
    assert verdict.outcome == "void"
    assert verdict.broken == {}
