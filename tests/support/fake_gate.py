"""A venue in memory with the client's own types, for tests of flows. Every failure is set, none is guessed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from bot.clients.gate_c2c.client import GateC2C
from bot.domain.accounts import OwnProfile
from bot.domain.errors import VenueError
from bot.domain.listing import Listing
from bot.domain.orders import Order, OrderRow, Profile, Side

OWN = OwnProfile("own", "Desk", True, 1, 10, 2, Decimal("99"), 400, 1, True, False, False, "c2c", None)


class FakeGate(GateC2C):
    """`orders` is the truth; `errors[call]` are raised one after the other; `calls` counts what was asked.

    `on_money` changes the order when a money call is carried out. A call named in `hidden` finds no row in any list.
    """

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.errors: dict[str, list[VenueError]] = defaultdict(list)
        self.calls: list[tuple[str, str]] = []
        self.unlisted: set[str] = set()
        self.history: list[list[OrderRow]] = []
        self.skew = 0.0
        self.acts = True
        self.gate_closed: asyncio.Event | None = None
        self.before_answer: Callable[[], None] | None = None

    @property
    def skew_seconds(self) -> float:
        return self.skew

    def count(self, call: str) -> int:
        return sum(1 for name, _ in self.calls if name == call)

    def _called(self, call: str, about: str = "") -> None:
        self.calls.append((call, about))
        if self.errors[call]:
            raise self.errors[call].pop(0)

    async def profile(self) -> OwnProfile:
        self._called("profile")
        return OWN

    async def counterparty(self, *, counterparty_id: str) -> Profile:
        self._called("counterparty", counterparty_id)
        return Profile(counterparty_id, "nick", True, 212, 20, Decimal("98"), 300, True)

    async def pending_orders(
        self, *, asset: str, fiat: str, tab: Literal["pending", "dispute"] = "pending", side: Side | None = None
    ) -> Listing[OrderRow]:
        self._called("pending_orders", f"{asset}/{fiat}/{tab}")
        return Listing(
            row_of(order)
            for order in self.orders.values()
            if order.id not in self.unlisted
            and not order.is_final
            and (order.asset, order.fiat) == (asset, fiat)
            and (tab == "dispute") is order.in_appeal
        )

    async def completed_orders(
        self,
        *,
        asset: str,
        fiat: str,
        status: str = "completed",
        page: int = 1,
        per_page: int = 50,
        start: int | None = None,
        end: int | None = None,
        side: Side | None = None,
    ) -> Listing[OrderRow]:
        self._called("completed_orders", f"{start}/{page}")
        return Listing(self.history[page - 1] if page <= len(self.history) else [])

    async def order(self, *, order_id: str) -> Order:
        self._called("order", order_id)
        if self.before_answer is not None:
            self.before_answer()
        return self.orders[order_id]

    async def release(self, *, order_id: str) -> None:
        self._money("release", order_id, "finished")

    async def mark_paid(self, *, order_id: str, method: str | None = None) -> None:
        self._money("mark_paid", order_id, "paid")

    async def cancel(self, *, order_id: str, reason: str | None = None, memo: str | None = None) -> None:
        self._money("cancel", order_id, "cancel")

    def _money(self, call: str, order_id: str, status: str) -> None:
        try:
            self._called(call, order_id)
        finally:
            if self.acts:
                self.move(order_id, status=status)

    def move(self, order_id: str, **changes: object) -> Order:
        """The order is different from now on."""
        self.orders[order_id] = replace(self.orders[order_id], **changes)  # type: ignore[arg-type]
        return self.orders[order_id]


def row_of(order: Order) -> OrderRow:
    """The list's row of an order."""
    return OrderRow(
        id=order.id, side=order.side, asset=order.asset, fiat=order.fiat, amount=order.amount, price=order.price,
        total=order.total, status=order.status, created_at=order.created_at, counterparty_id=order.counterparty_id,
        counterparty_nick=order.counterparty_nick, counterparty_name=order.counterparty_name,
        is_cancelable=order.is_cancelable, in_appeal=order.in_appeal, unread=order.unread,
    )  # fmt: skip
