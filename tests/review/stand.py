"""A desk on a real database, with a venue in memory whose list and details can be bent one by one."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.clients.gate_c2c.client import GateC2C
from bot.clock import Clock
from bot.domain.listing import Listing
from bot.domain.orders import Order, OrderRow, Payee, Profile, Side
from bot.domain.policy import Policy
from bot.domain.staff import Limit, Person, Role
from bot.flows.desk import Desk
from storage.outbox import Delivery
from storage.store import Store

OWNER, LEAD, OPERATOR, OPERATOR_2, VIEWER = 1001, 1002, 1003, 1006, 1005
GROUP = -1001000000001
FIRST, SECOND, THIRD = "2089000000000000417", "2089000000000000518", "2089000000000000619"
AT = 1_795_226_400


class Hands(Clock):
    """Both clocks stand still until they are moved; the wall clock can be set, too."""

    def __init__(self) -> None:
        super().__init__()
        self.wall = float(AT)
        self.passed = 100.0

    def now(self) -> int:
        return int(self.wall * 1000)

    def monotonic(self) -> float:
        return self.passed

    def go_on(self, seconds: float) -> None:
        self.wall += seconds
        self.passed += seconds

    async def sleep(self, seconds: float) -> None:
        self.go_on(seconds)
        await asyncio.sleep(0)


def an_order(order_id: str = FIRST, **changes: Any) -> Order:
    """A paid sale of 1,000 USDT."""
    made = Order(
        id=order_id, side=Side.SELL, asset="USDT", fiat="CNY", amount=Decimal("1000.00"), price=Decimal("7.20"),
        total=Decimal("7200.00"), status="paid", created_at=AT - 300, pay_deadline=AT + 600, paid_at=AT - 60,
        appeal_from=0, in_appeal=False, is_cancelable=True, can_release_in_appeal=False, hides_payment=False,
        counterparty_id="c-9", counterparty_nick="lucky_8", counterparty_name="张三丰", own_name="王五",
        chosen_method="bank", methods=("bank",), payees=(Payee("bank", "工行", "王五", "6222020200008821"),),
        vouchers=(), unread=0, has_traded=True, terms="", verdict="", cancel_reason="", ad_id="7", kind=1,
    )  # fmt: skip
    return replace(made, **changes)


def row_of(order: Order) -> OrderRow:
    return OrderRow(
        order.id, order.side, order.asset, order.fiat, order.amount, order.price, order.total, order.status,
        order.created_at, order.counterparty_id, order.counterparty_nick, order.counterparty_name,
        order.is_cancelable, order.in_appeal, order.unread,
    )  # fmt: skip


@dataclass
class Venue(GateC2C):
    """`orders` are what details tell, `listed` what the list tells (the same when absent); `trouble` per order id."""

    orders: dict[str, Order] = field(default_factory=dict)
    listed: dict[str, OrderRow] = field(default_factory=dict)
    history: list[OrderRow] = field(default_factory=list)
    trouble: dict[str, Exception] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)
    posts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def skew_seconds(self) -> float:
        return 0.0

    def put(self, order: Order) -> None:
        self.orders[order.id] = order

    def _raise(self, what: str) -> None:
        if what in self.trouble:
            raise self.trouble[what]

    async def order(self, *, order_id: str) -> Order:
        self.looks.append(order_id)
        self._raise(order_id)
        return self.orders[order_id]

    async def pending_orders(
        self, *, asset: str, fiat: str, tab: Any = "pending", side: Side | None = None
    ) -> Listing[OrderRow]:
        self._raise("list")
        self._raise(asset)
        if tab != "pending":
            return Listing([])
        rows = {order.id: row_of(order) for order in self.orders.values() if not order.is_final} | self.listed
        return Listing(list(rows.values()))

    async def completed_orders(self, **_: Any) -> Listing[OrderRow]:
        self._raise("history")
        return Listing(self.history)

    async def counterparty(self, *, counterparty_id: str) -> Profile:
        return Profile(counterparty_id, "lucky_8", True, 212, 20, Decimal("98.5"), 400, True)

    async def release(self, *, order_id: str) -> None:
        self.posts.append(("release", order_id))
        self._raise("release")

    async def cancel(self, *, order_id: str, reason: str | None = None, memo: str | None = None) -> None:
        self.posts.append(("cancel", order_id))


@dataclass
class Stand:
    desk: Desk
    venue: Venue
    clock: Hands

    async def pending(self, chat_id: int | None = None) -> list[Delivery]:
        async with self.desk.store.read() as tables:
            due = await tables.outbox.due(self.desk.now() + 10_000_000)
        return [one for one in due if chat_id in (None, one.chat_id)]

    async def notices(self, kind: str) -> list[Delivery]:
        return [one for one in await self.pending() if one.notice == kind]

    async def hush(self) -> None:
        """Everything that waits counts as told."""
        async with self.desk.store.write() as tables:
            await tables.outbox.sent([one.id for one in await tables.outbox.due(10**15)], self.desk.now())


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Stand]:
    clock, venue = Hands(), Venue()
    numbers = itertools.count(1)
    policy = Policy(owners=frozenset({OWNER}), markets=(("USDT", "CNY"),), desk_chat_id=GROUP)
    store = await Store.open(f"sqlite:///{folder}/desk.db")
    desk = Desk(
        store=store, gate=venue, policy=policy, clock=clock, new_id=lambda: f"id{next(numbers)}", desk_chat_id=GROUP
    )
    desk.started_at = desk.now()
    roles = {
        OWNER: Role.OWNER,
        LEAD: Role.LEAD,
        OPERATOR: Role.OPERATOR,
        OPERATOR_2: Role.OPERATOR,
        VIEWER: Role.VIEWER,
    }
    async with store.write() as tables:
        for person_id, role in roles.items():
            await tables.staff.put(Person(person_id, role, role.word, "en", "UTC"), desk.now(), OWNER)
        await tables.staff.set_duty(OPERATOR, True, desk.now())
        for action in ("release", "cancel", "mark_paid"):
            limit = Limit(Decimal(5000), Decimal(50000))
            await tables.staff.set_limit(Role.OPERATOR, action, limit, desk.now(), OWNER)
        await desk.read_people(tables)
    try:
        yield Stand(desk, venue, clock)
    finally:
        await desk.drain(2)
        await store.close()
