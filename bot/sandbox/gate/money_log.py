"""Every request that moves money or ends an order, logged when it arrives, whatever becomes of it."""

import json
from dataclasses import asdict, dataclass

from bot.sandbox.gate.fields import Json

MONEY_ENDPOINTS = ("confirm-payment", "confirm-receipt", "cancel")


@dataclass
class MoneyCall:
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


class MoneyLog:
    def __init__(self) -> None:
        self.calls: list[MoneyCall] = []

    def receive(self, endpoint: str, raw: bytes, at: float) -> MoneyCall:
        body: object
        try:
            body = json.loads(raw)
        except ValueError:
            body = raw.decode("utf-8", "replace")
        order_id = ""
        if isinstance(body, dict):
            order_id = str(body.get("txid", body.get("trade_id", "")))
        call = MoneyCall(len(self.calls) + 1, at, endpoint, order_id, body)
        self.calls.append(call)
        return call

    def as_json(self) -> list[Json]:
        return [asdict(call) for call in self.calls]
