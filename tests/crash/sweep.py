"""The crash sweep of an order's three actions: `python -m tests.crash.sweep --minutes 30` goes on where it ended."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from bot.domain.intents import Action
from tests.crash.cells import CONFIRM, FIRST, Cell, all_kills, numbering
from tests.crash.frame import Kind, main
from tests.crash.frame import Results as AnyResults
from tests.crash.judge import Verdict
from tests.crash.run import run_cell

Results = AnyResults[Cell, Verdict]
RULES = {
    "R1": "second POST for one intent",
    "R2": "outcome not told",
    "R3": "false statement",
    "R4": "sent again by itself",
}


def _cell_of(found: dict[str, Any]) -> Cell:
    return Cell(**(found | {"action": Action(found["action"])}))


ACTIONS: Kind[Cell, Verdict] = Kind("sweep", RULES, partial(numbering, (CONFIRM, FIRST)), all_kills, run_cell, _cell_of)

if __name__ == "__main__":
    sys.exit(main(ACTIONS, "tests.crash.sweep"))
