"""MTPay as a cell sees it: every request, what came of it, what the customer does, and the reports of that."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.faults import fault_from
from bot.sandbox.mtpay.book import FINISHED, IN_PROGRESS, OPEN, DepositCall, Order
from bot.sandbox.mtpay.venue import MtpayVenue
from bot.sandbox.mtpay.webhooks import Attempt
from tests.crash.cells import AWAY, NONE
from tests.crash.deposit_cells import DEPOSIT_FAULTS, ODD, OF_REPORTS, DepositCell, Scene
from tests.crash.stage import Stage

FINISH_SECONDS = 0.15
TIMES = 4
ON_THE_WAY = ("received", "waiting", "to act late")


@dataclass(frozen=True)
class Deposits:
    """The venue's side of one stage. Made before the desk is started."""

    stage: Stage
    cell: DepositCell

    @classmethod
    def on(cls, stage: Stage, cell: DepositCell) -> Deposits:
        made = cls(stage, cell)
        # "new": a second request would make a second order, so that it is seen
        made.venue.variants.switch(
            {"repeat": "new", "finish_seconds": FINISH_SECONDS, "gap_seconds": 0.1, "tries": 1000}
            | {"answer_seconds": 3.0}
            | ODD.get(cell.fault, {})
        )
        return made

    @property
    def venue(self) -> MtpayVenue:
        return self.stage.box.mtpay_venue

    @property
    def posts(self) -> list[DepositCall]:
        return self.venue.posts.calls

    @property
    def orders(self) -> list[Order]:
        return list(self.venue.orders.values())

    @property
    def attempts(self) -> list[Attempt]:
        return [each for each in self.venue.webhooks.attempts if each.kind == "event"]

    @property
    def acknowledged(self) -> set[tuple[str, str]]:
        """(our number, what was reported) of which the desk said that it has it."""
        numbers = {order.code: order.order_no for order in self.orders}
        return {(numbers[each.code], each.report) for each in self.attempts if each.is_acknowledged}

    @property
    def undelivered(self) -> list[str]:
        """Reports that nobody has acknowledged yet."""
        return [each.report for each in self.venue.webhooks.deliveries if each.state not in ("delivered", "off")]

    @property
    def is_at_work(self) -> bool:
        """A request is on its way, a payment has not ended, or a report is to be told again."""
        is_moving = any(order.status == IN_PROGRESS for order in self.orders)
        return any(call.outcome in ON_THE_WAY for call in self.posts) or is_moving or bool(self.undelivered)

    @property
    def awaits_payer(self) -> bool:
        """A customer would pay by it now, or give it up."""
        is_open = any(order.status == OPEN and order.is_available for order in self.orders)
        return is_open and self.cell.scene is not Scene.NOBODY

    def set_trap(self) -> None:
        fault = DEPOSIT_FAULTS.get(self.cell.fault, {})
        if self.cell.fault not in (NONE, AWAY) and fault:
            self.venue.faults.add(fault_from({"endpoint": "deposit", **fault}, self.venue.now()))

    async def away(self, is_away: bool) -> None:
        await (self.stage.box.mtpay.go_away() if is_away else self.stage.box.mtpay.come_back())
        self.venue.away = is_away

    def customer_acts(self) -> None:
        """As soon as there is something to pay; in a scene of reports the run says when."""
        for order in self.orders:
            if order.status != OPEN or not order.is_available or self.cell.scene in (Scene.NOBODY, *OF_REPORTS):
                continue
            if self.cell.scene is Scene.CANCELLED:
                self.venue.cancel(order)
            else:
                self.venue.pay(order)

    def tell(self) -> None:
        """The customer pays, and the desk hears of it as often and in the order that the scene says."""
        (order,) = self.orders
        told = self.venue.webhooks
        told.is_on = self.cell.scene is not Scene.REORDERED
        for report in (IN_PROGRESS, FINISHED):
            if report == IN_PROGRESS:
                self.venue.pay(order, ends_as=IN_PROGRESS)
            else:
                self.venue.end_payment(order, FINISHED)
            for _ in range(TIMES - 1 if told.is_on else 0):
                told.tell(order, report)
        if not told.is_on:
            told.is_on = True
            told.tell(order, FINISHED)
            told.tell(order, IN_PROGRESS)
