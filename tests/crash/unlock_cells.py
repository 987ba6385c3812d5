"""What is tried where an order is stopped and let go on: from which tap on points are counted, and where we die."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from tests.crash.cells import kind_of

OUR_WORK = (
    "unlocks", "orders", "seals", "approvals", "payers", "buyer", "lead_requests", "journal", "outbox", "inbox",
    "messages", "commit", "begin", "telegram.",
)  # fmt: skip
MOST_PASSES = 4


class Scene(StrEnum):
    """From which word or tap on."""

    DOUBT = "from the doubt"
    REASON = "from the lead's reason"
    YES = "from the lead's yes"


@dataclass(frozen=True)
class UnlockCell:
    """`kill`: `point#n`, "" for none."""

    scene: Scene
    kill: str = ""

    @property
    def name(self) -> str:
        return f"{self.scene.value} / {self.kill or 'no kill'}"


def numbering() -> list[UnlockCell]:
    """Runs without a kill: they are cells themselves, and what they pass are the points to die at."""
    return [UnlockCell(scene) for scene in Scene]


def all_kills(cell: UnlockCell, trace: list[str]) -> list[UnlockCell]:
    """Every point that the run without a kill passed, as far as it belongs to the lock."""
    return [replace(cell, kill=point) for point in dict.fromkeys(trace) if _is_ours(point)]


def _is_ours(point: str) -> bool:
    kind, _, number = point.partition("#")
    return int(number) <= MOST_PASSES and any(work in kind for work in OUR_WORK)


def choose(traces: dict[UnlockCell, list[str]], count: int, seed: int) -> list[UnlockCell]:
    """`count` kills: around each change of a lock, of its end first, then other kinds of points, by lot."""
    lot = Random(seed)
    kills = [kill for cell, trace in traces.items() for kill in all_kills(cell, trace)]
    lot.shuffle(kills)
    first: dict[tuple[Scene | None, str], UnlockCell] = {}
    for kill in kills:
        first.setdefault((kill.scene if is_worst(kill) else None, kind_of(kill.kill)), kill)
    return sorted(first.values(), key=lambda kill: (not is_worst(kill), kill.scene is not Scene.YES))[:count]


def is_worst(cell: UnlockCell) -> bool:
    """The lock or its step written, or about to be, and not yet durable; durable, and not yet told."""
    changes = ("update unlocks", "insert unlocks", "update orders", "insert outbox")
    return any(change in cell.kill for change in changes)
