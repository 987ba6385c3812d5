"""What is tried with our ads: what a lead does, what becomes of the requests, what later reads show, where we die."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any

from tests.crash.cells import AWAY, FAULTS, NONE, READS, kind_of

DURING = "during"
OUR_WORK = (
    "gate.publish_ad", "gate.set_ad_status", "gate.ad", "gate.my_ads", "telegram.", "ad_changes", "ad_moves",
    "ad_forms", "ad_sendings", "intents", "seals", "outbox", "inbox", "journal", "messages", "commit",
)  # fmt: skip
MOST_PASSES = 12
AGAIN = (
    "before:update intents#1",
    "after:update intents#1",
    "after:insert journal#1",
    "after:commit#2",
    "before:gate.ad#1",
    "after:gate.my_ads#1",
    "after:telegram.edit#1",
)
"""where the second life dies: it finds what the first one left, and looks at the venue"""


class Scene(StrEnum):
    """What the lead confirms."""

    PRICE = "one price"
    STATUS = "one taken offline"
    OFF = "three taken offline"
    NEW = "one published"


ENDPOINTS = {
    Scene.PRICE: ("place_biz_push_order", "publish_ad"),
    Scene.STATUS: ("ads_update_status", "set_ad_status"),
    Scene.OFF: ("ads_update_status", "set_ad_status"),
    Scene.NEW: ("place_biz_push_order", "publish_ad"),
}
"""the venue's name of the request, and the client's"""
TIMES = {Scene.OFF: 2}
"""how many of the requests a fault hits: of three ads one has its clear answer"""
NEVER_ACTS = (AWAY, "refuse", "reset", "drop_before", "error_500", "429", "html", "redirect")
"""a stale read only tells a difference where the venue acted"""


@dataclass(frozen=True)
class AdCell:
    """`kill`: `point#n`, `during` the request, "" for none. `again`: a second kill, counted from the second birth."""

    scene: Scene
    fault: str = NONE
    reads: str = "fresh"
    kill: str = ""
    again: str = ""

    @property
    def name(self) -> str:
        parts = (self.scene.value, self.fault, self.reads, self.kill or "no kill", self.again)
        return " / ".join(part for part in parts if part)

    @property
    def facts(self) -> dict[str, Any]:
        return {"endpoint": ENDPOINTS[self.scene][0], "times": TIMES.get(self.scene, 1), **FAULTS[self.fault]}

    @property
    def post_point(self) -> str:
        """What is passed right before the request whose port closes."""
        return f"before:gate.{ENDPOINTS[self.scene][1]}#1"


def numbering() -> list[AdCell]:
    """Runs without a kill: they are cells themselves, and what they pass are the points to die at."""
    return [
        AdCell(scene, fault, reads)
        for scene in Scene
        for fault in FAULTS
        for reads in READS
        if reads == "fresh" or fault not in NEVER_ACTS
    ]


def all_kills(cell: AdCell, trace: list[str]) -> list[AdCell]:
    """Every point that the run without a kill passed, as far as it belongs to ads; the worst ones with a second."""
    during = [DURING] if cell.fault.endswith("slow") else []
    points = [point for point in dict.fromkeys(trace) if _is_ours(point)]
    once = [replace(cell, kill=kill) for kill in [*during, *points]]
    twice = [replace(kill, again=again) for kill in once if is_worst(kill) for again in AGAIN]
    return once + twice


def _is_ours(point: str) -> bool:
    kind, _, number = point.partition("#")
    return int(number) <= MOST_PASSES and any(work in kind for work in OUR_WORK)


def choose(traces: dict[AdCell, list[str]], count: int, seed: int) -> list[AdCell]:
    """`count` kills: in every scene one around a request and one followed by a second, then other kinds, by lot."""
    lot = Random(seed)
    kills = [kill for cell, trace in traces.items() for kill in all_kills(cell, trace)]
    lot.shuffle(kills)
    first: dict[tuple[Scene | None, str], AdCell] = {}
    for kill in kills:
        worst = kill.scene, "twice" if kill.again else "once"
        first.setdefault(worst if is_worst(kill) else (None, kind_of(kill.kill)), kill)
    return sorted(first.values(), key=lambda kill: not is_worst(kill))[:count]


def is_worst(cell: AdCell) -> bool:
    """What was sent or done and not written down is the worst moment to die."""
    is_request = f"gate.{ENDPOINTS[cell.scene][1]}#" in cell.kill
    return cell.kill == DURING or is_request or kind_of(cell.kill) == "after:insert intents"
