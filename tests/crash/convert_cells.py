"""What is tried with conversions: a scene, what becomes of one call of Gate Pay, and where the desk dies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any

from tests.crash.cells import FAULTS, NONE, kind_of

DURING = "during"
OUR_WORK = (
    "gate_pay.", "telegram.", "conversions", "intents", "seals", "outbox", "inbox", "journal", "messages", "commit",
)  # fmt: skip
MOST_PASSES = 12


class Scene(StrEnum):
    """From where on points are counted: the command, the confirming tap, or the first tap of *Ask Gate again*."""

    QUOTE = "quote"
    CONVERT = "convert"
    FOLLOW = "follow"
    FAILED = "failed at the venue"
    SAME = "again, same order"
    REFUSED = "again, refused"
    EXECUTED = "again, executed"
    NOTHING = "again, never arrived"


AGAIN = {
    Scene.SAME: ("same", "act_and_drop"),
    Scene.REFUSED: ("refused", "act_and_drop"),
    Scene.EXECUTED: ("executed", "act_and_drop"),
    Scene.NOTHING: ("same", "drop_before"),
}
"""how the venue takes a repeat, and what became of the first request"""
ENDPOINTS = {Scene.QUOTE: "preview", Scene.FOLLOW: "order", Scene.FAILED: "order"}
PAY_FAULTS: dict[str, dict[str, Any]] = FAULTS | {
    "server_code": {"kind": "refuse", "code": "300001", "status": 200},  # "refuse" itself says 400622
    "no_balance": {"kind": "refuse", "code": "400611"},
}
OF_READS = (NONE, "refuse", "reset", "drop_before", "error_500", "429", "html", "cut_answer", "slow", "redirect")
FAULT_TIMES = {Scene.FOLLOW: 3, Scene.FAILED: 3}


@dataclass(frozen=True)
class ConvertCell:
    """`kill`: `point#n`, `during` the request, "" for none."""

    scene: Scene
    fault: str
    kill: str = ""

    @property
    def name(self) -> str:
        return " / ".join((self.scene.value, self.fault, self.kill or "no kill"))

    @property
    def endpoint(self) -> str:
        return ENDPOINTS.get(self.scene, "convert")

    @property
    def facts(self) -> dict[str, Any]:
        return {"endpoint": self.endpoint, "times": FAULT_TIMES.get(self.scene, 1), **PAY_FAULTS[self.fault]}

    @property
    def post_point(self) -> str:
        """What is passed right before the request whose port closes."""
        return "before:gate_pay.convert#1"


def numbering() -> list[ConvertCell]:
    """Runs without a kill: they are cells themselves, and what they pass are the points to die at."""
    return [
        ConvertCell(scene, fault)
        for scene in Scene
        for fault in PAY_FAULTS
        if scene not in ENDPOINTS or fault in OF_READS
    ]


def all_kills(cell: ConvertCell, trace: list[str]) -> list[ConvertCell]:
    """Every point that the run without a kill passed, as far as it belongs to conversions."""
    during = [DURING] if cell.endpoint == "convert" and cell.fault.endswith("slow") else []
    points = [point for point in dict.fromkeys(trace) if _is_ours(point)]
    return [replace(cell, kill=kill) for kill in [*during, *points]]


def _is_ours(point: str) -> bool:
    kind, _, number = point.partition("#")
    return int(number) <= MOST_PASSES and any(work in kind for work in OUR_WORK)


def choose(traces: dict[ConvertCell, list[str]], count: int, seed: int) -> list[ConvertCell]:
    """`count` kills: around every request of the money call first, then every other kind once, by lot."""
    lot = Random(seed)
    kills = [kill for cell, trace in traces.items() for kill in all_kills(cell, trace)]
    lot.shuffle(kills)
    first: dict[tuple[Scene | None, str], ConvertCell] = {}
    for kill in kills:
        first.setdefault((kill.scene if _is_worst(kill) else None, kind_of(kill.kill)), kill)
    return sorted(first.values(), key=lambda kill: not _is_worst(kill))[:count]


def _is_worst(cell: ConvertCell) -> bool:
    """What was sent or done and not written down is the worst moment to die."""
    return cell.kill == DURING or "gate_pay.convert#" in cell.kill or kind_of(cell.kill) == "after:insert intents"
