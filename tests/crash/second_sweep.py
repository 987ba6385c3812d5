"""The crash sweep of two people and of armed releases: `python -m tests.crash.second_sweep --minutes 30` goes on."""

from __future__ import annotations

import sys
from typing import Any

from tests.crash.frame import Kind, Results, main
from tests.crash.second_cells import Scene, SecondCell, all_kills, numbering
from tests.crash.second_judge import SecondVerdict
from tests.crash.second_run import run_second_cell

SecondResults = Results[SecondCell, SecondVerdict]
RULES = {
    "R1": "second POST for one intent",
    "R2": "outcome not told",
    "R3": "false statement",
    "R4": "sent again by itself",
    "TWO": "released on too few yes, or too early",
    "LEFT": "approved and forgotten",
}


def _cell_of(found: dict[str, Any]) -> SecondCell:
    return SecondCell(**(found | {"scene": Scene(found["scene"])}))


SECOND: Kind[SecondCell, SecondVerdict] = Kind("second-sweep", RULES, numbering, all_kills, run_second_cell, _cell_of)

if __name__ == "__main__":
    sys.exit(main(SECOND, "tests.crash.second_sweep"))
