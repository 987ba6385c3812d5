"""The crash sweep of off-ramps: `python -m tests.crash.otc_sweep --minutes 30` goes on where it ended."""

from __future__ import annotations

import sys
from typing import Any

from tests.crash.frame import Kind, Results, main
from tests.crash.otc_cells import OtcCell, Scene, all_kills, numbering
from tests.crash.otc_judge import OtcVerdict
from tests.crash.otc_run import run_otc_cell

OtcResults = Results[OtcCell, OtcVerdict]
RULES = {
    "R1": "second POST or second order",
    "R2": "outcome not told",
    "R3": "false statement, or backwards",
    "R4": "sent again by itself",
    "R6": "other numbers than shown",
    "R7": "callback lost, or handled twice",
    "token": "a token that was kept",
}


def _cell_of(found: dict[str, Any]) -> OtcCell:
    return OtcCell(**(found | {"scene": Scene(found["scene"])}))


OFF_RAMPS: Kind[OtcCell, OtcVerdict] = Kind("otc-sweep", RULES, numbering, all_kills, run_otc_cell, _cell_of)

if __name__ == "__main__":
    sys.exit(main(OFF_RAMPS, "tests.crash.otc_sweep"))
