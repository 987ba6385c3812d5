"""What is tried with off-ramps: a scene, what becomes of one call of the OTC desk, and where the desk dies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any

from tests.crash.cells import FAULTS, NONE, kind_of

DURING = "during"
OUR_WORK = (
    "otc.", "telegram.", "off_ramp", "callbacks", "intents", "seals", "outbox", "inbox", "journal", "messages",
    "commit",
)  # fmt: skip
MOST_PASSES = 12


class Scene(StrEnum):
    """From where on points are counted, how the desk hears of the order's way, and how that ends."""

    QUOTE = "quote"  # from the command on, with faults of the quote
    CALLBACK = "sell, called back"
    POLL = "sell, not called back"
    FAILED = "sell, fails at the bank"
    LOOK = "faults of looks"
    PLAIN = "callbacks"  # from here on points are counted from the first callback on
    TWICE = "callbacks, each four times"
    REORDERED = "callbacks, the end first"
    EARLY = "callback before the create is answered"


ENDPOINTS = {Scene.QUOTE: "otc_quote", Scene.LOOK: "otc_order"}
OF_CALLBACKS = (Scene.PLAIN, Scene.TWICE, Scene.REORDERED)
"""the order stands still until the trap is set, and is then moved by hand"""
SPOILT_CREATE = (Scene.CALLBACK, Scene.POLL, Scene.FAILED, Scene.EARLY)
OTC_FAULTS: dict[str, dict[str, Any]] = FAULTS | {
    "refuse": {"kind": "refuse", "code": "550313"},
    "used_number": {"kind": "refuse", "code": "5502761"},
    "idempotency": {"kind": "refuse", "code": "550314"},
    "no_balance": {"kind": "refuse", "code": "400611"},
    "server_code": {"kind": "refuse", "code": "300001", "status": 200},
    "stale": {"kind": "stale", "seconds": 1.2},
    "no_such_order": {"kind": "refuse", "code": "550175"},
}
OF_READS = (NONE, "reset", "drop_before", "error_500", "429", "html", "cut_answer", "slow", "redirect")
OF_LOOKS = (*OF_READS, "stale", "no_such_order")
OF_CREATES = tuple(fault for fault in OTC_FAULTS if fault not in ("stale", "no_such_order"))
TOO_LATE = "act_very_late"  # more than a minute: only a callback can tell of that


@dataclass(frozen=True)
class OtcCell:
    """`kill`: `point#n`, `during` the request, "" for none."""

    scene: Scene
    fault: str = NONE
    kill: str = ""

    @property
    def name(self) -> str:
        return " / ".join((self.scene.value, self.fault, self.kill or "no kill"))

    @property
    def endpoint(self) -> str:
        return ENDPOINTS.get(self.scene, "otc_create")

    @property
    def facts(self) -> dict[str, Any]:
        fault = OTC_FAULTS[self.fault]
        times = {"times": 3} if self.scene is Scene.LOOK and fault["kind"] != "stale" else {}
        return {"endpoint": self.endpoint, **times, **fault}

    @property
    def post_point(self) -> str:
        """What is passed right before the request whose port closes."""
        return "before:otc.create#1"


def numbering() -> list[OtcCell]:
    """Runs without a kill: they are cells themselves, and what they pass are the points to die at."""
    made = [OtcCell(scene) for scene in OF_CALLBACKS]
    made += [OtcCell(Scene.QUOTE, fault) for fault in OF_READS]
    made += [OtcCell(Scene.LOOK, fault) for fault in OF_LOOKS]
    return made + [
        OtcCell(scene, fault)
        for scene in SPOILT_CREATE
        for fault in OF_CREATES
        if fault != TOO_LATE or scene is not Scene.POLL
    ]


def all_kills(cell: OtcCell, trace: list[str]) -> list[OtcCell]:
    """Every point that the run without a kill passed, as far as it belongs to off-ramps."""
    during = [DURING] if cell.endpoint == "otc_create" and cell.fault.endswith("slow") else []
    points = [point for point in dict.fromkeys(trace) if _is_ours(point)]
    return [replace(cell, kill=kill) for kill in [*during, *points]]


def _is_ours(point: str) -> bool:
    kind, _, number = point.partition("#")
    return int(number) <= MOST_PASSES and any(work in kind for work in OUR_WORK)


def choose(traces: dict[OtcCell, list[str]], count: int, seed: int) -> list[OtcCell]:
    """`count` kills: around every request of the money call first, then every other kind once, by lot."""
    lot = Random(seed)
    kills = [kill for cell, trace in traces.items() for kill in all_kills(cell, trace)]
    lot.shuffle(kills)
    first: dict[tuple[Scene | None, str], OtcCell] = {}
    for kill in kills:
        first.setdefault((kill.scene if _is_worst(kill) else None, kind_of(kill.kill)), kill)
    return sorted(first.values(), key=lambda kill: not _is_worst(kill))[:count]


def _is_worst(cell: OtcCell) -> bool:
    """What was sent or done and not written down is the worst moment to die."""
    return cell.kill == DURING or "otc.create#" in cell.kill or kind_of(cell.kill) == "after:insert intents"


def receive_kills(cell: OtcCell, trace: list[str]) -> list[OtcCell]:
    """Around every statement about callbacks, the commit that follows it, and the look that confirms it."""
    at = [number for number, point in enumerate(trace) if " callbacks" in point]
    near = {near for number in at for near in (number, number + 1, number + 2)}
    points = [point for number, point in enumerate(trace) if number in near or "otc.order#" in point]
    return [
        replace(cell, kill=point) for point in dict.fromkeys(points) if int(point.rpartition("#")[2]) <= MOST_PASSES
    ]


def choose_receive(traces: dict[OtcCell, list[str]], count: int, seed: int) -> list[OtcCell]:
    """Every kind of point once, those that store a callback in every scene, by lot."""
    lot = Random(seed)
    kills = [kill for cell, trace in traces.items() for kill in receive_kills(cell, trace)]
    lot.shuffle(kills)
    first: dict[tuple[Scene | None, str], OtcCell] = {}
    for kill in kills:
        is_storing = "insert callbacks" in kill.kill
        first.setdefault((kill.scene if is_storing else None, kind_of(kill.kill)), kill)
    return sorted(first.values(), key=lambda kill: "insert callbacks" not in kill.kill)[:count]
