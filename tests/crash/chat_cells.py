"""What is tried with the buyer chat: an act, what becomes of one endpoint meanwhile, and where the desk dies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any

from tests.crash.cells import AWAY, FAULTS, NONE, kind_of

MOST_PASSES = 6
DURING = "during"
SAY, UPLOAD, READ, FETCH = "send_chat_message", "upload_chat_file", "get_chats_list", "files"
NO_CHAT_FAULTS = ("act_and_html", "redirect")
NO_FETCH_FAULTS = ("refuse", "truncated")  # another file that says it is whole cannot be told from the right one
OUR_WORK = ("gate.", "telegram.", "files.", "sayings", "chat_", "files", "outbox", "inbox", "journal", "commit")


WORST = (
    "after:gate.say", "after:gate.send_file", "after:gate.upload_file", "after:telegram.send",
    "after:telegram.send_file",
)  # fmt: skip


class Act(StrEnum):
    TEXTS_IN = "texts in"
    FILE_IN = "file in"
    TEXT_OUT = "text out"
    PHOTO_OUT = "photo out"
    ALBUM_OUT = "album out"


ENDPOINTS: dict[Act, tuple[str, ...]] = {
    Act.TEXTS_IN: (READ,),
    Act.FILE_IN: (READ, FETCH),
    Act.TEXT_OUT: (SAY, READ),
    Act.PHOTO_OUT: (UPLOAD, SAY),
    Act.ALBUM_OUT: (UPLOAD, SAY),
}


@dataclass(frozen=True)
class ChatCell:
    """`fault` is a name of `FAULTS` at `endpoint`. `kill`: `point#n`, `during` a request to `endpoint`, "" for none."""

    act: Act
    endpoint: str
    fault: str
    kill: str = ""

    @property
    def name(self) -> str:
        return " / ".join((self.act.value, self.endpoint, self.fault, self.kill or "no kill"))

    @property
    def facts(self) -> dict[str, Any]:
        return FAULTS[self.fault]


def numbering(acts: tuple[Act, ...] = tuple(Act)) -> list[ChatCell]:
    """Runs without a kill: they are cells themselves, and what they pass are the points to die at."""
    return [
        ChatCell(act, endpoint, fault)
        for act in acts
        for endpoint in ENDPOINTS[act]
        for fault in FAULTS
        if fault not in (NO_FETCH_FAULTS if endpoint == FETCH else ()) and fault not in NO_CHAT_FAULTS
        if fault not in (NONE, AWAY) or endpoint == ENDPOINTS[act][0]
    ]


def all_kills(cell: ChatCell, trace: list[str]) -> list[ChatCell]:
    """Every point that the run without a kill passed, as far as it belongs to talk; each kind a few times."""
    during = [DURING] if cell.endpoint in (SAY, UPLOAD) and cell.fault != AWAY else []
    points = [point for point in dict.fromkeys(trace) if _is_ours(point)]
    return [replace(cell, kill=kill) for kill in [*during, *points]]


def _is_ours(point: str) -> bool:
    kind, _, number = point.partition("#")
    return int(number) <= MOST_PASSES and any(work in kind for work in OUR_WORK)


def choose(traces: dict[ChatCell, list[str]], count: int, seed: int) -> list[ChatCell]:
    """`count` kills, each of another kind: those during a request and those after one first, the rest by lot."""
    lot = Random(seed)
    kills = [kill for cell, trace in traces.items() for kill in all_kills(cell, trace)]
    lot.shuffle(kills)
    first: dict[tuple[Act, str], ChatCell] = {}
    for kill in sorted(kills, key=_passes):
        first.setdefault((kill.act, kind_of(kill.kill)), kill)
    places = {kill: place for place, kill in enumerate(kills)}
    return sorted(first.values(), key=lambda kill: (_rank(kill), places[kill]))[:count]


def _passes(cell: ChatCell) -> int:
    return int(cell.kill.partition("#")[2] or 0)


def _rank(cell: ChatCell) -> int:
    """What was done and not written down is the worst moment to die."""
    if cell.kill == DURING:
        return 0
    kind = kind_of(cell.kill)
    if kind in WORST and (cell.act in (Act.TEXTS_IN, Act.FILE_IN)) == ("telegram" in kind):
        return 1
    return 2
