"""The OTC desk as a cell sees it: every create, what came of it, and the callbacks with their answers."""

from __future__ import annotations

import socket
from dataclasses import dataclass, replace
from random import Random

from bot.sandbox.faults import fault_from
from bot.sandbox.pay.call_log import ConvertCall
from bot.sandbox.pay.otc_book import DISPATCHED, DONE, FAIL, FINAL, OtcOrder
from bot.sandbox.pay.otc_callbacks import Attempt
from bot.sandbox.pay.venue import PayVenue
from tests.crash.cells import AWAY, NONE
from tests.crash.otc_cells import OF_CALLBACKS, OtcCell, Scene
from tests.crash.stage import NotSeen, Stage

PLENTY_SECONDS = 3600.0
QUOTE_SECONDS = 120.0
STEP_SECONDS = 0.2
SLOW_STEP_SECONDS = 0.7
COMPRESS = 30.0
TIMES = 4
ON_THE_WAY = ("received", "waiting", "to act late")
# Outgoing connections get their ports above: none of them takes the door's while a desk is dead
LOWEST_PORT, HIGHEST_PORT = 15000, 31000
_LOT = Random()


def free_port() -> int:
    for _ in range(50):
        port = _LOT.randint(LOWEST_PORT, HIGHEST_PORT)
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NotSeen("no port is free")


@dataclass(frozen=True)
class Otc:
    """The venue's side of one stage. Made before the desk is started."""

    stage: Stage
    scene: Scene

    @classmethod
    def on(cls, stage: Stage, cell: OtcCell, port: int) -> Otc:
        made = cls(stage, cell.scene)
        is_still, is_polled = cell.scene in OF_CALLBACKS, cell.scene in (Scene.POLL, Scene.LOOK)
        step = PLENTY_SECONDS if is_still else SLOW_STEP_SECONDS if is_polled else STEP_SECONDS
        # What a look or a callback needs lives longer than a busy machine is slow
        made.venue.otc.variants.switch(
            {
                "quote_seconds": QUOTE_SECONDS,
                "dispatch_seconds": step,
                "done_seconds": step,
                "ends_as": FAIL if cell.scene is Scene.FAILED else DONE,
                "early_callback": cell.scene is Scene.EARLY,
                "schedule": "newer",
                "compress": COMPRESS,
                "answer_seconds": 3.0,
            }
        )
        if cell.scene is not Scene.POLL:
            made.venue.callbacks.aim(f"http://127.0.0.1:{port}/callbacks/gatepay")
        return made

    @property
    def venue(self) -> PayVenue:
        return self.stage.box.pay_venue

    @property
    def posts(self) -> list[ConvertCall]:
        return self.venue.otc_calls.calls

    @property
    def orders(self) -> list[OtcOrder]:
        return list(self.venue.otc.orders.values())

    @property
    def attempts(self) -> list[Attempt]:
        return self.venue.callbacks.attempts

    @property
    def undelivered(self) -> list[str]:
        """Events that nobody has acknowledged yet."""
        return [each.event for each in self.venue.callbacks.deliveries if each.state not in ("delivered", "off")]

    @property
    def is_at_work(self) -> bool:
        """A request is on its way, an order has not ended, or an event is to be told again."""
        is_moving = any(order.status not in FINAL for order in self.orders)
        return any(call.outcome in ON_THE_WAY for call in self.posts) or is_moving or bool(self.undelivered)

    def orders_of(self, client_order_id: str) -> list[OtcOrder]:
        self.venue.tick()
        return [order for order in self.orders if order.client_order_id == client_order_id]

    def set_trap(self, cell: OtcCell) -> None:
        if cell.fault not in (NONE, AWAY):
            self.venue.faults.add(fault_from(dict(cell.facts), self.venue.now()))

    async def away(self, is_away: bool) -> None:
        await (self.stage.box.pay.go_away() if is_away else self.stage.box.pay.come_back())
        self.venue.away = is_away

    def tell(self) -> None:
        """The order goes its way, and the desk is called: as often and in the order that the scene says."""
        (order,) = self.orders
        calls = self.venue.callbacks
        if self.scene is Scene.REORDERED:
            calls.is_on = False
            self.venue.otc.move(order, DISPATCHED)
            self.venue.otc.move(order, DONE)
            calls.is_on = True
            calls.announce(order)
            calls.announce(replace(order, status=DISPATCHED))
            return
        for status in (DISPATCHED, DONE):
            self.venue.otc.move(order, status)
            for _ in range(TIMES - 1 if self.scene is Scene.TWICE else 0):
                calls.announce(order)
