"""The venue's side of the sandbox, and the counterparties', for tests."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from tests.support.controls import Controls, Json, SandboxError, until


@dataclass(frozen=True)
class VenueOrder:
    """An order as the venue itself knows it."""

    id: str
    side: str
    status: str
    status_raw: str
    coins_released: Decimal
    released_times: int
    in_appeal: bool
    raw: Json = field(repr=False)


class GateControl:
    """The venue's side and the counterparties'."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    async def state(self) -> Json:
        return cast(Json, await self._controls.get("gate/state"))

    async def open_order(
        self,
        side: str = "sell",
        *,
        amount: str = "1000.00",
        price: str = "7.20",
        name: str = "张三丰",
        paid: bool = False,
        **facts: Any,
    ) -> str:
        """A new order, `side` as the desk sees it; its id."""
        body = {"side": side, "amount": amount, "price": price, "name": name, "paid": paid, **facts}
        return str((await self._controls.post("gate/orders", body))["id"])

    async def act(self, order_id: str, act: str, /, **body: Any) -> Json:
        """pay · cancel · appeal · release · expire · write(text=) · file(content_type=, base64=) · close_elsewhere ·
        cancel_elsewhere · verdict(**{"for": "buyer"}) · change(fact=value)"""
        return cast(Json, await self._controls.post(f"gate/orders/{order_id}/{act}", body))

    async def send_file(self, order_id: str, content: bytes, content_type: str = "image/png") -> Json:
        encoded = base64.b64encode(content).decode()
        return await self.act(order_id, "file", content_type=content_type, base64=encoded)

    async def order(self, order_id: str) -> VenueOrder:
        for row in (await self.state())["orders"]:
            if str(row["id"]) == order_id:
                return _order(row)
        raise SandboxError(f"the venue has no order {order_id}")

    async def orders(self) -> list[VenueOrder]:
        return [_order(row) for row in (await self.state())["orders"]]

    async def money_calls(self, endpoint: str | None = None, order_id: str | None = None) -> list[Json]:
        """Money POSTs the venue received, oldest first; `endpoint` such as `confirm-receipt`."""
        return [
            call
            for call in (await self.state())["money_calls"]
            if (endpoint is None or call["endpoint"] == endpoint) and (order_id is None or str(call["id"]) == order_id)
        ]

    async def wait_for_status(self, order_id: str, status: str, timeout: float = 10) -> VenueOrder:
        """Waits until the display status (`finished`, `cancel`, `paid` …) is reached."""

        async def look() -> VenueOrder | None:
            order = await self.order(order_id)
            return order if order.status == status else None

        return await until(look, f"order {order_id} {status}", timeout, lambda: self.order(order_id))

    async def wait_for_money_call(self, endpoint: str, order_id: str, timeout: float = 10) -> Json:
        async def look() -> Json | None:
            calls = await self.money_calls(endpoint, order_id)
            return calls[0] if calls else None

        return await until(look, f"a {endpoint} for {order_id}", timeout, self.money_calls)

    async def fault(self, endpoint: str, kind: str, *, times: int = 1, **more: Any) -> Json:
        """The next `times` calls of `endpoint` ("*" for all) fail as `kind` says; -1 until cleared."""
        body = {"endpoint": endpoint, "kind": kind, "times": times, **more}
        return cast(Json, await self._controls.post("gate/faults", body))

    async def clear_faults(self) -> None:
        await self._controls.delete("gate/faults")

    async def variants(self, **switches: bool) -> Json:
        return cast(Json, await self._controls.post("gate/variants", switches))

    async def away(self, away: bool = True) -> None:
        """Close (or open again) the venue's port, really."""
        await self._controls.post("gate/away", {"away": away})

    async def clock(self, offset: float) -> None:
        """Shift the venue's clock by so many seconds."""
        await self._controls.post("gate/clock", {"offset": offset})


def _order(raw: Json) -> VenueOrder:
    return VenueOrder(
        id=str(raw["id"]),
        side=str(raw["side"]),
        status=str(raw["status"]),
        status_raw=str(raw.get("status_raw")),
        coins_released=Decimal(str(raw["coins_released"])),
        released_times=int(raw["released_times"]),
        in_appeal=bool(raw.get("in_appeal")),
        raw=raw,
    )
