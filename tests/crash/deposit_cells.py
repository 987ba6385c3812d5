"""What is tried with payment links: a scene, what becomes of the one request, and where the desk dies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any

from tests.crash.cells import AWAY, FAULTS, NONE, kind_of

DURING = "during"
OUR_WORK = (
    "mtpay.", "telegram.", "deposit", "callbacks", "intents", "seals", "outbox", "inbox", "journal", "messages",
    "commit",
)  # fmt: skip
MOST_PASSES = 12


class Scene(StrEnum):
    """What the customer does, when MTPay reports it, and from where on points are counted."""

    NOBODY = "nobody pays"  # from the confirming tap on
    EARLY = "reported as soon as it is made"  # before the answer, where that is slow or lost
    CANCELLED = "cancelled as soon as it is made"
    TWICE = "each report four times"  # from here on points are counted from the first report on
    REORDERED = "the end reported first"


OF_REPORTS = (Scene.TWICE, Scene.REORDERED)
"""the order stands still until the desk has an outcome, or knows that it has none"""
DEPOSIT_FAULTS: dict[str, dict[str, Any]] = FAULTS | {
    "refuse_200": {"kind": "refuse", "code": "CLIENT_NAME_INVALID", "status": 200},
    "server_code": {"kind": "refuse", "code": "SYSTEM_ERROR", "status": 200},
}
ODD: dict[str, dict[str, Any]] = {
    "no_code": {"odd_answer": "no_code"},
    "script_url": {"odd_answer": "script_url"},
    "unavailable": {"available": False},
}
"""what MTPay answers otherwise than documented, or against the wish; it has the order all the same"""
NOT_MADE = (
    AWAY, "refuse", "refuse_200", "server_code", "reset", "drop_before", "error_500", "429", "html", "redirect",
)  # fmt: skip
"""the venue never has an order; "slow" alone acts after all"""
UNPAYABLE = (*NOT_MADE, "unavailable")


@dataclass(frozen=True)
class DepositCell:
    """`kill`: `point#n`, `during` the request, "" for none."""

    scene: Scene
    fault: str = NONE
    kill: str = ""

    @property
    def name(self) -> str:
        return " / ".join((self.scene.value, self.fault, self.kill or "no kill"))

    @property
    def post_point(self) -> str:
        """What is passed right before the request whose port closes."""
        return "before:mtpay.deposit#1"


def numbering() -> list[DepositCell]:
    """Runs without a kill: they are cells themselves, and what they pass are the points to die at."""
    return [
        DepositCell(scene, fault)
        for scene in Scene
        for fault in (*DEPOSIT_FAULTS, *ODD)
        if scene is Scene.NOBODY or fault not in UNPAYABLE
    ]


def all_kills(cell: DepositCell, trace: list[str]) -> list[DepositCell]:
    """Every point that the run without a kill passed, as far as it belongs to payment links."""
    is_slow = cell.fault.endswith("slow") and cell.scene not in OF_REPORTS
    points = [point for point in dict.fromkeys(trace) if _is_ours(point)]
    return [replace(cell, kill=kill) for kill in [*([DURING] if is_slow else []), *points]]


def _is_ours(point: str) -> bool:
    kind, _, number = point.partition("#")
    return int(number) <= MOST_PASSES and any(work in kind for work in OUR_WORK)


def choose(traces: dict[DepositCell, list[str]], count: int, seed: int) -> list[DepositCell]:
    """`count` kills: around the request and the storing of a report in every scene, then other kinds once, by lot."""
    lot = Random(seed)
    kills = [kill for cell, trace in traces.items() for kill in all_kills(cell, trace)]
    lot.shuffle(kills)
    first: dict[tuple[Scene | None, str], DepositCell] = {}
    for kill in kills:
        first.setdefault((kill.scene if _is_worst(kill) else None, kind_of(kill.kill)), kill)
    return sorted(first.values(), key=lambda kill: not _is_worst(kill))[:count]


def _is_worst(cell: DepositCell) -> bool:
    """What was sent, done or acknowledged and not written down is the worst moment to die."""
    is_request = cell.kill == DURING or "mtpay.deposit#" in cell.kill or kind_of(cell.kill) == "after:insert intents"
    is_report = "insert callbacks" in cell.kill and cell.scene in OF_REPORTS
    return is_request or is_report
