"""Gate's merchant API, one typed verb per call (`api/gate-c2c.md` §3).

Every verb raises Refused (Gate said no), Unreachable (nothing left this machine) or Unknown (no usable answer). The
verbs that move money are sent exactly once and raise NotAllowed("clock_skew") before anything is sent when our clock
is more than 30 s off. Order ids are text here and a number or a text on the wire, whatever the contract asks for.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

from bot.clients.gate_c2c import wire_accounts, wire_orders
from bot.clients.gate_c2c.door import VENUE, Door
from bot.clients.gate_c2c.signing import Signer
from bot.clients.http import Http
from bot.domain.accounts import OwnProfile, PaymentMethod, WorkHours, WorkStatus
from bot.domain.errors import NotAllowed, Unknown
from bot.domain.listing import Listing
from bot.domain.orders import Order, OrderRow, Profile, Side

NUMBER = re.compile(r"[1-9][0-9]{0,18}")
MAX_PER_PAGE = 200

T = TypeVar("T")
Tab = Literal["pending", "dispute"]
Observe = Callable[[str, bool], None]


class GateC2C:
    """The C2C desk at Gate for one key. `clock` gives Unix seconds; `observe` hears what answers say of assumptions."""

    def __init__(
        self,
        http: Http,
        url: str,
        key: str,
        secret: str,
        clock: Callable[[], float],
        *,
        observe: Observe = lambda key, holds: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._door = Door(http, url, Signer(key, secret), clock, sleep)
        self._observe = observe

    def __repr__(self) -> str:
        return "GateC2C(…)"

    @property
    def skew_seconds(self) -> float:
        """How far our clock is ahead of Gate's."""
        return self._http.skew_seconds

    async def server_time(self) -> int:
        """Gate's clock in Unix milliseconds (§1.2), unsigned."""
        document = await self._door.read_public("server_time", "/spot/time")
        return _read("server_time", wire_accounts.read_server_time, document)

    async def profile(self) -> OwnProfile:
        """Our own profile (§3.1)."""
        data = await self._door.read("profile", "/p2p/merchant/account/get_user_info", None)
        return _read("profile", wire_accounts.read_own_profile, data)

    async def counterparty(self, *, counterparty_id: str) -> Profile:
        """What Gate tells of the other side (§3.2)."""
        path = "/p2p/merchant/account/get_counterparty_user_info"
        data = await self._door.read("counterparty", path, {"biz_uid": counterparty_id})
        return _read("counterparty", wire_accounts.read_profile, data)

    async def payment_methods(self, *, fiat: str | None = None) -> Listing[PaymentMethod]:
        """Our own ways to be paid (§3.3)."""
        fields = {} if fiat is None else {"fiat": fiat}
        data = await self._door.read("payment_methods", "/p2p/merchant/account/get_myself_payment", fields)
        return _read("payment_methods", wire_accounts.read_payment_methods, data)

    async def set_work_hours(self, *, status: WorkStatus, hours: WorkHours | None = None) -> int:
        """Open or close the shop (§3.18). Returns Gate's number: 0/1 rest/work, 2/3 custom rest/work, -1 unsaid."""
        fields: dict[str, Any] = {"work_status": int(status)}
        if hours is not None:
            fields["cycle_type"] = hours.cycle
            if hours.days:
                fields["day_of_week"] = ",".join(str(day) for day in hours.days)
            fields |= {"time_zone": hours.zone, "start_time": hours.start, "end_time": hours.end}
        data = await self._door.act("set_work_hours", "/p2p/merchant/account/set_merchant_work_hours", fields)
        return _read("set_work_hours", wire_accounts.read_working, data)

    async def pending_orders(
        self, *, asset: str, fiat: str, tab: Tab = "pending", side: Side | None = None
    ) -> Listing[OrderRow]:
        """The running orders of one market, or those in appeal (§3.4). No paging; `side` of a row is a hint."""
        fields: dict[str, Any] = {"crypto_currency": asset, "fiat_currency": fiat, "order_tab": tab}
        if side is not None:
            fields["select_type"] = side.value
        path = "/p2p/merchant/transaction/get_pending_transaction_list"
        data = await self._door.read("pending_orders", path, fields)
        return _read("pending_orders", lambda data: wire_orders.read_rows(data, tab), data)

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
        """One page of history (§3.5), 1-based. The last page is the one shorter than `per_page` (at most 200)."""
        fields: dict[str, Any] = {"crypto_currency": asset, "fiat_currency": fiat, "status": status}
        if side is not None:
            fields["select_type"] = side.value
        fields |= {"start_time": start} if start is not None else {}
        fields |= {"end_time": end} if end is not None else {}
        fields |= {"page": page, "per_page": min(per_page, MAX_PER_PAGE)}
        path = "/p2p/merchant/transaction/get_completed_transaction_list"
        data = await self._door.read("completed_orders", path, fields)
        return _read("completed_orders", wire_orders.read_rows, data)

    async def order(self, *, order_id: str) -> Order:
        """The details of one order (§3.6): the truth. Another order's details count as unreadable."""
        path = "/p2p/merchant/transaction/get_transaction_details"
        data = await self._door.read("order", path, {"txid": int(_order_id(order_id))})
        order = _read("order", wire_orders.read_order, data)
        if order.id != order_id:
            raise Unknown(VENUE, "order", why="unreadable", detail="another order was answered")
        return order

    async def mark_paid(self, *, order_id: str, method: str | None = None) -> None:
        """We are the buyer and say that the fiat was sent (§3.7). `method` is one of the order's `methods`."""
        fields = {"txid": _order_id(order_id)} | ({} if method is None else {"payment_method": method})
        await self._door.move_money("mark_paid", "/p2p/merchant/transaction/confirm-payment", fields)

    async def release(self, *, order_id: str) -> None:
        """We are the seller and let the coins go (§3.8). There is no way back."""
        fields = {"txid": _order_id(order_id)}
        await self._door.move_money("release", "/p2p/merchant/transaction/confirm-receipt", fields)

    async def cancel(self, *, order_id: str, reason: str | None = None, memo: str | None = None) -> None:
        """Cancel an order that is cancelable (§3.9). `reason` is a number of §2.2 as text, 9 wants a `memo`."""
        fields = {"txid": _order_id(order_id)}
        fields |= {} if reason is None else {"reason_id": reason}
        fields |= {} if memo is None else {"reason_memo": memo}
        await self._door.move_money("cancel", "/p2p/merchant/transaction/cancel", fields)


def _order_id(text: str) -> str:
    if not NUMBER.fullmatch(text):
        raise NotAllowed("bad_order_id", {"given": text[:40]})
    return text


def _read(call: str, reader: Callable[[Any], T], data: Any) -> T:
    """Data that is not what the contract says is an answer that says nothing."""
    try:
        return reader(data)
    except ValueError as error:
        raise Unknown(VENUE, call, why="unreadable", detail=f"{type(error).__name__} in data") from None
