"""The judge of payment links is judged itself: a desk that breaks a promise is noticed, by the rule that it breaks."""

import asyncio

from tests.crash.cells import NONE
from tests.crash.conftest import Ground
from tests.crash.deposit_cells import DepositCell, Scene
from tests.crash.deposit_run import run_deposit_cell
from tests.crash.deposit_wrong import (
    AsksAgain,
    AsksForMore,
    AsksUnderAnotherNumber,
    ForgetsTheOrder,
    HastyDoor,
    MakesALinkUp,
    SeesTheEnd,
    Wrong,
    mislead,
)

ACKNOWLEDGED_FIRST = "before:insert callbacks#1"
# What stands on the desk's wire, where that shows, and the rules that must say so.
MISLED = (
    (Wrong, DepositCell(Scene.NOBODY, "act_and_drop"), set[str]()),
    (Wrong, DepositCell(Scene.TWICE, NONE, ACKNOWLEDGED_FIRST), set[str]()),
    (AsksAgain, DepositCell(Scene.NOBODY, "act_and_500"), {"R1"}),
    (AsksUnderAnotherNumber, DepositCell(Scene.NOBODY, "drop_before"), {"R4"}),
    (AsksForMore, DepositCell(Scene.NOBODY), {"R6"}),
    (ForgetsTheOrder, DepositCell(Scene.NOBODY, "act_and_drop"), {"R3"}),
    (MakesALinkUp, DepositCell(Scene.NOBODY, "drop_before"), {"R3"}),
    (SeesTheEnd, DepositCell(Scene.CANCELLED), {"R2", "R3"}),
    (HastyDoor, DepositCell(Scene.TWICE, NONE, ACKNOWLEDGED_FIRST), {"R7"}),
)


async def test_a_desk_that_asks_twice_forgets_or_says_what_is_not_so_is_noticed(ground: Ground) -> None:
    found = await asyncio.gather(
        *(
            run_deposit_cell(
                ground.nursery, ground.template, ground.folder / f"cell{number}", cell, between=mislead(wrong())
            )
            for number, (wrong, cell, _) in enumerate(MISLED)
        )
    )
    for (wrong, cell, rules), (verdict, _) in zip(MISLED, found, strict=True):
        assert set(verdict.broken) >= rules, f"{wrong.__name__} {cell.name}: {verdict.broken}"
        assert rules or not verdict.broken, f"{cell.name}: {verdict.broken}"
