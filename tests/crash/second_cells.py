"""What is tried where one yes is not enough: two people, or one whose release is armed; faults, and where we die."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from bot.domain.intents import Action
from tests.crash.cells import AWAY, FAULTS, NONE, Cell, kind_of

DURING = "during:gate.release#1"
OUR_WORK = (
    "approvals", "intents", "seals", "gate.release", "gate.order", "journal", "outbox", "inbox", "orders", "commit",
    "telegram.",
)  # fmt: skip
MOST_PASSES = 12


class Scene(StrEnum):
    """Which yes the points are counted from; ARMED: one person alone, and the release goes out by itself."""

    FIRST = "from the first yes"
    SECOND = "from the second yes"
    ARMED = "armed"


@dataclass(frozen=True)
class SecondCell:
    """`kill`: `point#n`, `during` the request, "" for none."""

    scene: Scene
    fault: str = NONE
    reads: str = "fresh"
    kill: str = ""

    @property
    def name(self) -> str:
        return " / ".join((self.scene.value, self.fault, self.reads, self.kill or "no kill"))

    @property
    def post_point(self) -> str:
        """What is passed right before the request whose port closes."""
        return "before:gate.release#1"

    @property
    def release(self) -> Cell:
        """The same as a plain release: what its judge wants to know."""
        return Cell(Action.RELEASE, self.fault, self.reads, kill=self.kill)


def numbering() -> list[SecondCell]:
    """Runs without a kill: they are cells themselves, and what they pass are the points to die at."""
    fresh = [SecondCell(scene, fault) for scene in Scene for fault in FAULTS]
    stale = [SecondCell(scene, fault, "stale") for scene in Scene for fault in (NONE, "act_and_drop", "act_and_500")]
    return fresh + stale


def all_kills(cell: SecondCell, trace: list[str]) -> list[SecondCell]:
    """Every point that the run without a kill passed, as far as it belongs to the two yes and what they send."""
    during = [DURING] if cell.fault.endswith("slow") else []
    points = [point for point in dict.fromkeys(trace) if _is_ours(point)]
    return [replace(cell, kill=kill) for kill in [*during, *points]]


def _is_ours(point: str) -> bool:
    kind, _, number = point.partition("#")
    return int(number) <= MOST_PASSES and any(work in kind for work in OUR_WORK)


def choose(traces: dict[SecondCell, list[str]], count: int, seed: int) -> list[SecondCell]:
    """`count` kills: around each change of an approval and each request first, then other kinds of points, by lot."""
    lot = Random(seed)
    kills = [kill for cell, trace in traces.items() for kill in all_kills(cell, trace)]
    lot.shuffle(kills)
    first: dict[tuple[Scene | None, str], SecondCell] = {}
    for kill in kills:
        first.setdefault((kill.scene if is_worst(kill) else None, kind_of(kill.kill)), kill)
    return sorted(first.values(), key=lambda kill: not is_worst(kill))[:count]


def is_worst(cell: SecondCell) -> bool:
    """What was sent or approved and not written down, or the other way round."""
    changes = ("insert approvals", "update approvals", "insert intents", "gate.release")
    return cell.kill == DURING or any(change in cell.kill for change in changes)


__all__ = ["AWAY", "Scene", "SecondCell", "all_kills", "choose", "numbering"]
