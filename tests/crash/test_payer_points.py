"""Death between the answer about the payer and the release: nothing twice, nothing lost."""

from __future__ import annotations

import pytest

from bot.domain.intents import Action
from tests.crash.cells import FIRST, TWINS, Cell, choose
from tests.crash.conftest import Ground
from tests.crash.frame import run_cells
from tests.crash.sweep import ACTIONS, Results

SEED, KILLS = 8, 10
WITHOUT = [
    Cell(Action.RELEASE, "none", begin=FIRST, way=TWINS),
    Cell(Action.RELEASE, "act_and_drop", way=TWINS),
]


@pytest.mark.timeout(300)
async def test_a_release_after_the_question_about_the_payer_happens_once_wherever_the_desk_dies(ground: Ground) -> None:
    results = Results()
    await run_cells(ACTIONS, WITHOUT, ground.nursery, ground.folder, results, at_once=2)
    assert results.broken() == []
    kills = choose(results.traces, KILLS, SEED)
    asked = [cell for cell in kills if "twin_questions" in cell.kill]
    assert asked, "the question itself is among the points"
    others = [one for one in kills if one not in asked][:KILLS]
    await run_cells(ACTIONS, asked[:4] + others, ground.nursery, ground.folder, results, at_once=2)
    assert results.broken() == []
    assert len(results.verdicts) >= KILLS
