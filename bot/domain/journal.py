"""One line of the journal: who did what, when, on what evidence, and how it ended. Append-only; refusals too."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """`at` is Unix milliseconds; `actor` a Telegram id, None for the desk itself; `target` an order id, person id or
    another noun's id; `facts` ready text that names nobody in full; `outcome` a state or reason key (`done`,
    `refused`, `unknown`, `void`, `over_limit`, …), empty when there is nothing to tell."""

    id: int
    at: int
    actor: int | None
    action: str
    target: str
    facts: Mapping[str, str]
    outcome: str
