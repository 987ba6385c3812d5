"""Gate Pay as a cell of conversions sees it: every convert POST with its exact bytes, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.sandbox.faults import fault_from
from bot.sandbox.gate.call_log import CallLog
from bot.sandbox.pay.book import FAILED, SUCCESS, Execution
from bot.sandbox.pay.call_log import ConvertCall, ConvertLog
from tests.crash.cells import AWAY, NONE
from tests.crash.convert_cells import ConvertCell, Scene
from tests.crash.stage import Stage

SETTLE_SECONDS = 0.3
PLENTY_SECONDS = 3600.0
ON_THE_WAY = ("received", "waiting", "to act late")


class ByteLog(ConvertLog):
    """Keeps what stood on the wire beside what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes: list[bytes] = []

    def receive(self, endpoint: str, raw: bytes, at: float) -> ConvertCall:
        self.bytes.append(raw)
        return CallLog.receive(self, endpoint, raw, at) if not _is_json(raw) else super().receive(endpoint, raw, at)


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Pay:
    """The venue's side of one stage. Made before the desk is started."""

    stage: Stage
    log: ByteLog

    @classmethod
    def on(cls, stage: Stage, cell: ConvertCell) -> Pay:
        venue, log = stage.box.pay_venue, ByteLog()
        venue.convert_calls = log
        venue.variants.switch(
            {
                "quote_seconds": PLENTY_SECONDS,
                "settle_seconds": SETTLE_SECONDS,
                "ends_as": FAILED if cell.scene is Scene.FAILED else SUCCESS,
            }
        )
        return cls(stage, log)

    @property
    def posts(self) -> list[ConvertCall]:
        return self.log.calls

    @property
    def executions(self) -> list[Execution]:
        return self.stage.box.pay_venue.executions

    @property
    def is_at_work(self) -> bool:
        """A request is on its way, or an order has not ended."""
        venue = self.stage.box.pay_venue
        return any(call.outcome in ON_THE_WAY for call in self.posts) or any(
            order.settles_at is not None for order in venue.orders.values()
        )

    def statuses(self, client_req_id: str) -> list[int]:
        """Of every order that this request led to, oldest first."""
        venue = self.stage.box.pay_venue
        venue.tick()
        return [order.status for order in venue.orders_of(client_req_id)]

    def add_fault(self, facts: dict[str, object]) -> None:
        venue = self.stage.box.pay_venue
        venue.faults.add(fault_from(dict(facts), venue.now()))

    def set_trap(self, cell: ConvertCell) -> None:
        if cell.fault not in (NONE, AWAY):
            self.add_fault(cell.facts)

    async def away(self, is_away: bool) -> None:
        await (self.stage.box.pay.go_away() if is_away else self.stage.box.pay.come_back())
        self.stage.box.pay_venue.away = is_away
