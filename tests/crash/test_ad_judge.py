"""The judge of ads is judged itself: a desk that breaks a promise is noticed, by the rule that it breaks."""

import asyncio

from tests.crash.ad_cells import DURING, AdCell, Scene
from tests.crash.ad_run import run_ad_cell
from tests.crash.ad_wrong import (
    AsksMore,
    Believes,
    DropsAField,
    EditsAnother,
    Forgets,
    Honest,
    NeverReturns,
    ResendsAfterRestart,
    SendsAgain,
    SendsTwice,
)
from tests.crash.conftest import Ground

# How the desk misbehaves, where that shows, and the rules that must say so.
MISLED = (
    (Honest, AdCell(Scene.NEW, "act_and_drop"), set[str]()),
    (SendsTwice, AdCell(Scene.OFF), {"R1"}),
    (SendsAgain, AdCell(Scene.NEW, "act_and_drop"), {"R1"}),
    (ResendsAfterRestart, AdCell(Scene.PRICE, "act_and_slow", kill=DURING), {"R1"}),
    (Believes, AdCell(Scene.STATUS, "drop_before"), {"R3"}),
    (Forgets, AdCell(Scene.PRICE, "act_and_drop"), {"R3"}),
    (NeverReturns, AdCell(Scene.NEW), {"R2"}),
    (DropsAField, AdCell(Scene.PRICE), {"R6"}),
    (EditsAnother, AdCell(Scene.PRICE), {"R4", "R6"}),
    (AsksMore, AdCell(Scene.NEW), {"R6"}),
)


async def test_a_desk_that_sends_twice_forgets_or_changes_something_else_is_noticed(ground: Ground) -> None:
    found = await asyncio.gather(
        *(
            run_ad_cell(ground.nursery, ground.template, ground.folder / f"cell{number}", cell, wrong=wrong.__name__)
            for number, (wrong, cell, _) in enumerate(MISLED)
        )
    )
    for (wrong, cell, rules), (verdict, _) in zip(MISLED, found, strict=True):
        assert set(verdict.broken) >= rules, f"{wrong.__name__} {cell.name}: {verdict.outcome}, {verdict.broken}"
        assert rules or not verdict.broken, f"{cell.name}: {verdict.broken}"
