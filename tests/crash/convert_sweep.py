"""The crash sweep of conversions: `python -m tests.crash.convert_sweep --minutes 30` goes on where it ended."""

from __future__ import annotations

import sys
from typing import Any

from tests.crash.convert_cells import ConvertCell, Scene, all_kills, numbering
from tests.crash.convert_judge import ConvertVerdict
from tests.crash.convert_run import run_convert_cell
from tests.crash.frame import Kind, Results, main

ConvertResults = Results[ConvertCell, ConvertVerdict]
RULES = {
    "R1": "second POST or second execution",
    "R2": "outcome not told",
    "R3": "false statement",
    "R4": "sent again by itself",
}


def _cell_of(found: dict[str, Any]) -> ConvertCell:
    return ConvertCell(**(found | {"scene": Scene(found["scene"])}))


CONVERSIONS: Kind[ConvertCell, ConvertVerdict] = Kind(
    "convert-sweep", RULES, numbering, all_kills, run_convert_cell, _cell_of
)

if __name__ == "__main__":
    sys.exit(main(CONVERSIONS, "tests.crash.convert_sweep"))
