"""The crash sweep of our ads: `python -m tests.crash.ad_sweep --minutes 30` goes on where it ended."""

from __future__ import annotations

import sys
from typing import Any

from tests.crash.ad_cells import AdCell, Scene, all_kills, numbering
from tests.crash.ad_judge import AdVerdict
from tests.crash.ad_run import run_ad_cell
from tests.crash.frame import Kind, Results, main

AdResults = Results[AdCell, AdVerdict]
RULES = {
    "R1": "second POST, second act or second ad",
    "R2": "outcome not told",
    "R3": "false statement, or backwards",
    "R4": "sent by nobody's will",
    "R5": "not in the journal, or twice",
    "R6": "another field or ad changed",
    "T": "Telegram's rules",
}


def _cell_of(found: dict[str, Any]) -> AdCell:
    return AdCell(**(found | {"scene": Scene(found["scene"])}))


ADS: Kind[AdCell, AdVerdict] = Kind("ad-sweep", RULES, numbering, all_kills, run_ad_cell, _cell_of)

if __name__ == "__main__":
    sys.exit(main(ADS, "tests.crash.ad_sweep"))
