"""Makes a fault happen to one request: on the wire, in the answer, or in the order of acting and answering."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from starlette.requests import Request
from starlette.types import ASGIApp

from bot.sandbox.answers import JSON_TYPE, Answer
from bot.sandbox.faults import Fault
from bot.sandbox.wires import Drip, NoAnswer, TooMuch

Act = Callable[[], Answer]

LATE_SECONDS = 2.0
OVERSIZE = 25 * 1024 * 1024
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Entry(Protocol):
    """The line of a log that a request has; tells what the caller was let see."""

    outcome: str

    def refused(self, why: str) -> None: ...
    def answered(self, how: str) -> None: ...
    def late(self) -> None: ...


class Manner(ABC):
    """How one venue says the wrong things: its own words for what every venue may say."""

    @abstractmethod
    def refusal(self, fault: Fault) -> tuple[Answer, str]:
        """A business no, and its words for the log."""

    @abstractmethod
    def error(self, status: int, label: str, words: str) -> Answer:
        """A no of the machinery: the status, a label, and a sentence."""

    @abstractmethod
    def too_many(self, fault: Fault) -> Answer:
        """429 and whatever headers this venue sends with it."""

    @abstractmethod
    def status_of(self, label: str) -> int:
        """The HTTP status of a `label:NAME` fault that names none."""

    @abstractmethod
    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Runs an act after the given time, although its caller was told nothing good."""


async def spoil(fault: Fault, manner: Manner, act: Act, entry: Entry | None, request: Request) -> Answer | ASGIApp:
    """`act` changes the venue and gives the true answer; whether and when it is called is the fault's matter."""
    if fault.kind == "delay":
        return await _slow(fault, act, entry)
    if fault.kind == "refuse":
        answer, words = manner.refusal(fault)
        if entry is not None:
            entry.refused(words)
        return answer
    if fault.kind == "act_late":
        return _late(fault, manner, act, entry)
    true_answer = act() if fault.acts_first else None
    if fault.kind == "drip" and true_answer is not None:
        return Drip(true_answer.body, true_answer.content_type, fault.seconds)
    wrong = _wrong(fault, true_answer, request, manner)
    if entry is not None:
        entry.answered(_OUTCOMES.get(fault.kind, f"answered {fault.kind}"))
    return wrong


_OUTCOMES = {
    "drop_before": "dropped",
    "act_and_drop": "dropped",
    "act_and_500": "answered 500",
    "error_500": "answered 500",
    "reset": "reset",
}


async def _slow(fault: Fault, act: Act, entry: Entry | None) -> Answer:
    if fault.acts_first:
        answer = act()
        await asyncio.sleep(fault.seconds)
        return answer
    if entry is not None:
        entry.outcome = "waiting"
    await asyncio.sleep(fault.seconds)
    return act()


def _late(fault: Fault, manner: Manner, act: Act, entry: Entry | None) -> Answer | ASGIApp:
    def act_now() -> None:
        act()
        if entry is not None:
            entry.late()

    if entry is not None:
        entry.outcome = "to act late"
    manner.later(fault.seconds or LATE_SECONDS, act_now)
    return _server_error(fault, manner) if fault.answer == "500" else NoAnswer(reset=False)


def _wrong(fault: Fault, true_answer: Answer | None, request: Request, manner: Manner) -> Answer | ASGIApp:
    kind = fault.kind
    if kind in ("drop_before", "act_and_drop", "reset"):
        return NoAnswer(reset=kind == "reset")
    if kind in ("error_500", "act_and_500"):
        return _server_error(fault, manner)
    if kind == "429":
        return manner.too_many(fault)
    if kind == "html":
        return Answer(fault.status or 502, _PAGE, "text/html")
    if kind == "missing":
        return manner.error(404, "NOT_FOUND", "no such file")
    if kind == "oversize":
        return TooMuch(fault.size or OVERSIZE, is_announced=fault.to != "chunked")
    if kind == "redirect":
        return Answer(fault.status or 302, b"", "text/html", {"Location": fault.to or str(request.url)})
    if kind == "truncated":
        whole = (true_answer or manner.error(200, "", "")).body
        half = whole[: len(whole) // 2]
        kind = true_answer.content_type if true_answer else JSON_TYPE
        if fault.to == "cut":
            return NoAnswer(reset=False, first=half, promised=len(whole), content_type=kind)
        return Answer(200, half, kind)
    label = kind.removeprefix("label:")
    return manner.error(fault.status or manner.status_of(label), label, fault.message or "sandbox fault")


def _server_error(fault: Fault, manner: Manner) -> Answer:
    return manner.error(fault.status or 500, "SERVER_ERROR", "sandbox fault")
