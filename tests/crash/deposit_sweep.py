"""The crash sweep of payment links: `python -m tests.crash.deposit_sweep --minutes 30` goes on where it ended."""

from __future__ import annotations

import sys
from typing import Any

from tests.crash.deposit_cells import DepositCell, Scene, all_kills, numbering
from tests.crash.deposit_judge import DepositVerdict
from tests.crash.deposit_run import run_deposit_cell
from tests.crash.frame import Kind, Results, main

DepositResults = Results[DepositCell, DepositVerdict]
RULES = {
    "R1": "second POST or second order",
    "R2": "outcome not told",
    "R3": "false statement, or backwards",
    "R4": "sent again by itself",
    "R6": "other facts than shown",
    "R7": "report lost, or handled twice",
    "leak": "a name, a link or an address outside",
}


def _cell_of(found: dict[str, Any]) -> DepositCell:
    return DepositCell(**(found | {"scene": Scene(found["scene"])}))


DEPOSITS: Kind[DepositCell, DepositVerdict] = Kind(
    "deposit-sweep", RULES, numbering, all_kills, run_deposit_cell, _cell_of
)

if __name__ == "__main__":
    sys.exit(main(DEPOSITS, "tests.crash.deposit_sweep"))
