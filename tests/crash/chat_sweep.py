"""The crash sweep of the buyer chat: `python -m tests.crash.chat_sweep --minutes 30` goes on where it ended."""

from __future__ import annotations

import sys
from typing import Any

from tests.crash.chat_cells import Act, ChatCell, all_kills, numbering
from tests.crash.chat_run import ChatVerdict, run_chat_cell
from tests.crash.frame import Kind, Results, main

ChatResults = Results[ChatCell, ChatVerdict]
RULES = {
    "to a buyer more than once": "",
    "silent": "neither there nor its loss said",
    "said to have arrived and did not": "",
    "sent again by itself": "",
    "to a wrong order": "",
    "not settled": "",
}


def _cell_of(found: dict[str, Any]) -> ChatCell:
    return ChatCell(**(found | {"act": Act(found["act"])}))


CHAT: Kind[ChatCell, ChatVerdict] = Kind("chat-sweep", RULES, numbering, all_kills, run_chat_cell, _cell_of)

if __name__ == "__main__":
    sys.exit(main(CHAT, "tests.crash.chat_sweep"))
