"""What may go wrong on the way: chosen per endpoint, used up by the requests it hits."""

from dataclasses import asdict, dataclass
from typing import Any

Json = dict[str, Any]

KINDS = (
    "delay",
    "drop_before",
    "act_and_drop",
    "act_and_500",
    "error_500",
    "429",
    "html",
    "truncated",
    "redirect",
    "stale",
    "act_late",
    "refuse",
    "reset",
    "missing",
    "drip",
    "oversize",
)
# The venue has acted before the answer is spoilt; the other kinds spoil the request.
_ACTS_BY_DEFAULT = ("act_and_drop", "act_and_500", "truncated", "drip")


@dataclass
class Fault:
    """
    `endpoint`: a call's name, `*`, `files` (any download) or `files/NAME` (that file's). `times` -1 = until cleared.
    `seconds`: the wait of `delay`, the lateness of `act_late`, the life of `stale`, how long a `drip` lasts.
    `acts`: whether the venue acts before it answers wrongly; None = as the kind says.
    `answer`: what `act_late` gives at once, "drop" or "500". `of`: whose last change a `stale` read does not know
    yet, "desk" or "anyone". `status`, `code`, `message`: of the wrong answer. `size`: bytes of `oversize`.
    `to`: where a `redirect` leads; "cut" breaks the connection of `truncated`; "chunked" leaves `oversize` unannounced.
    """

    endpoint: str
    kind: str
    times: int = 1
    seconds: float = 0.0
    to: str = ""
    acts: bool | None = None
    answer: str = "drop"
    of: str = "desk"
    status: int = 0
    code: int | str = -1
    message: str = ""
    size: int = 0
    set_at: float = 0.0

    @property
    def acts_first(self) -> bool:
        return self.kind in _ACTS_BY_DEFAULT if self.acts is None else self.acts

    def hits(self, endpoint: str) -> bool:
        # Files are another host of the venue; a fault of the whole API is none of theirs.
        if endpoint.startswith("files/"):
            return self.endpoint in (endpoint, "files")
        return self.endpoint == endpoint or (self.endpoint == "*" and endpoint != "files")


def fault_from(wanted: Json, now: float) -> Fault:
    """Raises ValueError on a kind or field that is none."""
    kind = wanted.get("kind")
    if not isinstance(kind, str) or not (kind in KINDS or kind.startswith("label:")):
        raise ValueError(f"no such fault: {kind!r}; known: {', '.join(KINDS)}, label:NAME")
    if not isinstance(wanted.get("endpoint"), str):
        raise ValueError("a fault needs an endpoint, or *")
    try:
        fault = Fault(**wanted, set_at=now)
    except TypeError as wrong:
        raise ValueError(str(wrong)) from None
    if (
        not isinstance(fault.times, int)
        or not isinstance(fault.seconds, int | float)
        or fault.answer not in ("drop", "500")
    ):
        raise ValueError("times is a whole number, seconds a number, answer drop or 500")
    if fault.of not in ("desk", "anyone"):
        raise ValueError("of is desk or anyone")
    if kind == "stale" and fault.seconds and "times" not in wanted:
        fault.times = -1
    return fault


class FaultBox:
    """First set, first used. A stale replica is looked up apart, as it spoils reads and nothing else."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, endpoint: str) -> Fault | None:
        found = next((fault for fault in self._faults if fault.kind != "stale" and fault.hits(endpoint)), None)
        if found is not None:
            self.use(found)
        return found

    def stale(self, endpoint: str, now: float) -> Fault | None:
        ended = [fault for fault in self._faults if fault.kind == "stale" and fault.seconds]
        for fault in ended:
            if now - fault.set_at >= fault.seconds:
                self._faults.remove(fault)
        return next((fault for fault in self._faults if fault.kind == "stale" and fault.hits(endpoint)), None)

    def use(self, fault: Fault) -> None:
        if fault.times > 0:
            fault.times -= 1
            if fault.times == 0:
                self._faults.remove(fault)

    def as_json(self) -> list[Json]:
        return [asdict(fault) for fault in self._faults]
