"""The judge of conversions is judged itself: a desk that breaks a promise is noticed, by the rule that it breaks."""

import asyncio

from tests.crash.conftest import Ground
from tests.crash.convert_cells import ConvertCell, Scene
from tests.crash.convert_run import run_convert_cell

# How the desk misbehaves, where that shows, and the rules that must say so.
MISLED = (
    ("", Scene.CONVERT, "act_and_drop", set[str]()),
    ("SendsAgain", Scene.CONVERT, "drop_before", {"R1", "R4"}),
    ("SendsUnderAnotherId", Scene.CONVERT, "error_500", {"R4"}),
    ("WritesAnew", Scene.CONVERT, "none", {"R1"}),
    ("Believes", Scene.CONVERT, "drop_before", {"R3"}),
    ("Forgets", Scene.CONVERT, "act_and_500", {"R3"}),
)


async def test_a_desk_that_sends_twice_sends_something_else_or_says_what_is_not_so_is_noticed(ground: Ground) -> None:
    found = await asyncio.gather(
        *(
            run_convert_cell(
                ground.nursery, ground.template, ground.folder / f"cell{number}", ConvertCell(scene, fault), wrong=wrong
            )
            for number, (wrong, scene, fault, _) in enumerate(MISLED)
        )
    )
    noticed = [(wrong, set(verdict.broken)) for (wrong, *_), (verdict, _) in zip(MISLED, found, strict=True)]
    for (wrong, _, _, rules), (_, broken) in zip(MISLED, noticed, strict=True):
        assert broken >= rules, f"{wrong}: {noticed}"
    assert noticed[0] == ("", set())
