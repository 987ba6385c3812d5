"""The judge of off-ramps is judged itself: a desk that breaks a promise is noticed, by the rule that it breaks."""

import asyncio

from tests.crash.cells import NONE
from tests.crash.conftest import Ground
from tests.crash.otc_cells import OtcCell, Scene
from tests.crash.otc_run import run_otc_cell

ACKNOWLEDGED_FIRST = "before:insert callbacks#1"
# How the desk misbehaves, where that shows, and the rules that must say so.
MISLED = (
    ("", OtcCell(Scene.POLL, "act_and_drop"), set[str]()),
    ("", OtcCell(Scene.PLAIN, NONE, ACKNOWLEDGED_FIRST), set[str]()),
    ("CreatesAgain", OtcCell(Scene.POLL, "drop_before"), {"R1"}),
    ("CreatesUnderAnotherNumber", OtcCell(Scene.POLL, "error_500"), {"R1", "R4"}),
    ("SellsMore", OtcCell(Scene.POLL), {"R6"}),
    ("ForgetsTheOrder", OtcCell(Scene.POLL, "act_and_500"), {"R3"}),
    ("SeesTheEnd", OtcCell(Scene.POLL), {"R3"}),
    ("HastyDoor", OtcCell(Scene.PLAIN, NONE, ACKNOWLEDGED_FIRST), {"R7"}),
)


async def test_a_desk_that_sends_twice_forgets_or_says_what_is_not_so_is_noticed(ground: Ground) -> None:
    found = await asyncio.gather(
        *(
            run_otc_cell(ground.nursery, ground.template, ground.folder / f"cell{number}", cell, wrong=wrong)
            for number, (wrong, cell, _) in enumerate(MISLED)
        )
    )
    for (wrong, cell, rules), (verdict, _) in zip(MISLED, found, strict=True):
        assert set(verdict.broken) >= rules, f"{wrong} {cell.name}: {verdict.broken}"
        assert rules or not verdict.broken, f"{cell.name}: {verdict.broken}"
