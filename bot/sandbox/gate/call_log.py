"""Requests that matter, logged when they arrive, whatever becomes of them."""

import json
from dataclasses import asdict, dataclass
from typing import Generic, TypeVar

from bot.sandbox.gate.fields import Json


@dataclass
class LoggedCall:
    """`acted` says whether the venue's state changed by it; `outcome` what the caller was let see."""

    n: int
    at: float
    endpoint: str
    id: str
    body: object
    outcome: str = "received"
    why: str = ""
    acted: bool = False

    def done(self) -> None:
        self.acted, self.outcome = True, "done"

    def refused(self, why: str) -> None:
        self.outcome, self.why = "refused", why

    def answered(self, how: str) -> None:
        """What the caller got instead of the answer, after the venue acted, refused, or did neither."""
        before = {"done": "acted and ", "refused": "refused and "}.get(self.outcome, "")
        self.outcome = before + how

    def late(self) -> None:
        self.outcome = f"{'acted' if self.acted else 'refused'} late"


Logged = TypeVar("Logged", bound=LoggedCall)


class CallLog(Generic[Logged]):
    def __init__(self, row: type[Logged]) -> None:
        self._row = row
        self.calls: list[Logged] = []

    def receive(self, endpoint: str, raw: bytes, at: float) -> Logged:
        body: object
        try:
            body = json.loads(raw)
        except ValueError:
            body = raw.decode("utf-8", "replace")
        order_id = ""
        if isinstance(body, dict):
            order_id = str(body.get("txid", body.get("trade_id", "")))
        call = self._row(len(self.calls) + 1, at, endpoint, order_id, body)
        self.calls.append(call)
        return call

    def as_json(self) -> list[Json]:
        return [asdict(call) for call in self.calls]
