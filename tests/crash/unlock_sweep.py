"""The crash sweep of a lock and its end: `python -m tests.crash.unlock_sweep --minutes 30` goes on where it ended."""

from __future__ import annotations

import sys
from typing import Any

from tests.crash.frame import Kind, Results, main
from tests.crash.unlock_cells import Scene, UnlockCell, all_kills, numbering
from tests.crash.unlock_judge import UnlockVerdict
from tests.crash.unlock_run import run_unlock_cell

UnlockResults = Results[UnlockCell, UnlockVerdict]
RULES = {
    "HALF": "lock, step and journal disagree",
    "TWICE": "one lock ended twice",
    "TOLD": "a card shows another state",
    "POST": "money moved",
}


def _cell_of(found: dict[str, Any]) -> UnlockCell:
    return UnlockCell(**(found | {"scene": Scene(found["scene"])}))


UNLOCKS: Kind[UnlockCell, UnlockVerdict] = Kind("unlock-sweep", RULES, numbering, all_kills, run_unlock_cell, _cell_of)

if __name__ == "__main__":
    sys.exit(main(UNLOCKS, "tests.crash.unlock_sweep"))
