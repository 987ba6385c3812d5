"""Faults a test or the page orders for coming calls: refusals, 5xx, lost answers, slowness."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.telegram.refusals import Refusal, bad_request, forbidden, too_many_requests

KINDS = ("429", "500", "502", "drop_before", "drop_after", "reset", "slow", "bad_request", "forbidden", "html")
FILE_KINDS = ("429", "500", "502", "html", "drop_before", "reset", "slow", "404", "cut", "drip")

NOT_ALL = ("getUpdates", "file")


@dataclass
class Fault:
    """`method`: a Bot API method, "*" (every method but getUpdates) or "file" (downloads). `times` -1: until cleared.

    `seconds`: of `slow` and `drip`, and the `retry_after` of `429`.
    """

    method: str
    kind: str
    times: int = 1
    seconds: float = 1.0
    text: str = ""
    hits: int = 0

    def refusal(self) -> Refusal | None:
        if self.kind == "429":
            return too_many_requests(max(1, int(self.seconds)))
        if self.kind == "404":
            return Refusal(404, "Not Found")
        if self.kind == "500":
            return Refusal(500, "Internal Server Error")
        if self.kind == "bad_request":
            return bad_request(self.text)
        return forbidden(self.text) if self.kind == "forbidden" else None


@dataclass
class Faults:
    ordered: list[Fault] = field(default_factory=list)

    def order(self, method: str, kind: str, times: int = 1, seconds: float = 1.0) -> Fault:
        """`kind` may carry a text after a colon: `bad_request:message thread not found`."""
        name, _, text = kind.partition(":")
        known = FILE_KINDS if method == "file" else KINDS
        if name not in known:
            raise ValueError(f"unknown fault {kind!r}: one of {', '.join(known)}")
        fault = Fault(method, name, times, seconds, text)
        self.ordered.append(fault)
        return fault

    def take(self, method: str) -> Fault | None:
        """The first fault ordered for this method, counted down."""
        for fault in self.ordered:
            if fault.method.lower() == method.lower() or (fault.method == "*" and method not in NOT_ALL):
                fault.hits += 1
                if fault.times > 0:
                    fault.times -= 1
                    if fault.times == 0:
                        self.ordered.remove(fault)
                return fault
        return None
