"""What is tried: an action, what the venue or the wire does to its request, what later reads show, and where we die."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from bot.domain.intents import ORDER_ACTIONS, Action
from bot.views.buttons import Verb

ENDPOINTS = {Action.RELEASE: "confirm-receipt", Action.MARK_PAID: "confirm-payment", Action.CANCEL: "cancel"}
# The most advanced step first: what a person would press next.
STEPS = {
    Action.RELEASE: (Verb.YES, Verb.RELEASE),
    Action.MARK_PAID: (Verb.YES, Verb.METHOD, Verb.MARK_PAID),
    Action.CANCEL: (Verb.YES, Verb.REASON, Verb.CANCEL, Verb.MORE),
}
LATE_SECONDS, VERY_LATE_SECONDS = 0.5, 3.4
AWAY_SECONDS = 0.5
STALE_SECONDS = 1.2
NONE, AWAY = "none", "away"

# Times are real seconds; a desk of a sweep lives 25 times as fast. `acts`: whether the venue acts before the answer.
FAULTS: dict[str, dict[str, Any]] = {
    NONE: {},
    AWAY: {},  # the port closes at the very moment of the request
    "refuse": {"kind": "refuse"},
    "reset": {"kind": "reset"},
    "act_and_reset": {"kind": "reset", "acts": True},
    "drop_before": {"kind": "drop_before"},
    "act_and_drop": {"kind": "act_and_drop"},
    "error_500": {"kind": "error_500"},
    "act_and_500": {"kind": "act_and_500"},
    "429": {"kind": "429", "seconds": 1},
    "html": {"kind": "html"},
    "act_and_html": {"kind": "html", "acts": True},
    "truncated": {"kind": "truncated"},
    "cut_answer": {"kind": "truncated", "to": "cut"},
    "slow": {"kind": "delay", "seconds": 0.6},
    "act_and_slow": {"kind": "delay", "seconds": 0.6, "acts": True},
    "redirect": {"kind": "redirect", "to": "http://127.0.0.1:9/elsewhere"},
    "act_late": {"kind": "act_late", "seconds": LATE_SECONDS},
    "act_very_late": {"kind": "act_late", "seconds": VERY_LATE_SECONDS, "answer": "500"},
}
READS = ("fresh", "stale")
CONFIRM, FIRST = "confirm", "first"
TWINS = "twins"
DURING = "during"


@dataclass(frozen=True)
class Cell:
    """`begin`: from which tap on points are counted and faults are set. `kill`: `point#n`, empty for no kill.

    `again`: a second kill, counted from the start of the second life. `way`: with `TWINS` an order of the same total
    is open, so that a release asks for the payer first.
    """

    action: Action
    fault: str
    reads: str = "fresh"
    begin: str = CONFIRM
    kill: str = ""
    again: str = ""
    way: str = ""

    @property
    def name(self) -> str:
        parts = (self.action.value, self.fault, self.reads, self.begin, self.kill or "no kill", self.again, self.way)
        return " / ".join(part for part in parts if part)

    @property
    def steps(self) -> tuple[Verb, ...]:
        first, *rest = STEPS[self.action]
        return (first, Verb.TWIN_PAYER, *rest) if self.way == TWINS else STEPS[self.action]

    @property
    def post_point(self) -> str:
        return f"before:gate.{self.action.value}#1"

    @property
    def during(self) -> str:
        """The kill between the request and its answer; only where the answer takes its time."""
        return f"{DURING}:gate.{self.action.value}#1"


def numbering(begins: tuple[str, ...] = (CONFIRM,), reads: tuple[str, ...] = READS) -> list[Cell]:
    """Runs without a kill: they are cells themselves, and what they pass are the points to die at."""
    return [
        Cell(action, fault, read, begin)
        for begin in begins
        for fault in FAULTS
        for read in reads
        for action in ORDER_ACTIONS
        if read == "fresh" or _acts(fault)
    ]


def _acts(fault: str) -> bool:
    """A stale read only tells a difference where the venue acted."""
    return fault not in ("refuse", "reset", "drop_before", "error_500", "429", "redirect", "html", AWAY)


def kind_of(point: str) -> str:
    return point.partition("#")[0]


def all_kills(cell: Cell, trace: list[str]) -> list[Cell]:
    """Every point that the run without a kill passed."""
    slow = [cell.during] if cell.fault.endswith("slow") else []
    return [replace(cell, kill=point) for point in [*slow, *dict.fromkeys(trace)]]


def choose(traces: dict[Cell, list[str]], count: int, seed: int) -> list[Cell]:
    """`count` kills: every kind of point of every action once, then by lot; the same for the same traces."""
    lot = Random(seed)
    kills = [kill for cell, trace in traces.items() for kill in all_kills(cell, trace)]
    lot.shuffle(kills)
    wanted: dict[str, Cell] = {}
    for kill in kills:
        known = wanted.setdefault(kind_of(kill.kill), kill)
        if _number(kill) < _number(known):
            wanted[kind_of(kill.kill)] = kill
    chosen = list(wanted.values())
    rest = [kill for kill in kills if kill not in set(chosen)]
    return (chosen + rest)[: max(count, len(chosen))]


def _number(cell: Cell) -> int:
    return int(cell.kill.rpartition("#")[2])
