"""Gate Pay's side of the sandbox, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from tests.support.controls import Controls, Json, SandboxError, until
from tests.support.otc_control import OtcControl


@dataclass(frozen=True)
class PayOrder:
    """A convert order as Gate Pay itself knows it."""

    id: str
    account: str
    client_req_id: str
    quote_id: str
    sell: str
    buy: str
    sell_amount: Decimal
    buy_amount: Decimal
    status: int
    raw: Json = field(repr=False)


@dataclass(frozen=True)
class Execution:
    """One convert that really moved coins; `times`: how often its clientReqId had been executed by then."""

    n: int
    at: float
    account: str
    client_req_id: str
    quote_id: str
    order_id: str
    sell: str
    buy: str
    sell_amount: Decimal
    buy_amount: Decimal
    times: int


class PayControl:
    """What nobody can do through Gate Pay's API, and what really happened there. Accounts: "own" or a sub-account."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self.otc = OtcControl(controls)

    async def state(self) -> Json:
        return cast(Json, await self._controls.get("pay/state"))

    async def balances(self, account: str = "own") -> dict[str, Decimal]:
        held = (await self.state())["balances"]
        if account not in held:
            raise SandboxError(f"Gate Pay has no account {account}; it has {', '.join(held)}")
        return {code: Decimal(text) for code, text in held[account].items()}

    async def set_balance(self, currency: str, available: Decimal | str, account: str = "own") -> None:
        body = {"account": account, "currency": currency, "available": str(available)}
        await self._controls.post("pay/balances", body)

    async def price(self, currency: str) -> Decimal:
        """In USDT, now."""
        return Decimal((await self.state())["prices"][currency])

    async def move_rate(self, currency: str, percent: Decimal | str | int) -> Decimal:
        """Move a coin's price by so many percent; the new price in USDT."""
        moved = await self._controls.post("pay/rates", {"currency": currency, "percent": str(percent)})
        return Decimal(moved["price"])

    async def set_price(self, currency: str, price: Decimal | str) -> None:
        """In USDT; it still swings a little unless `variants(steady=True)`."""
        await self._controls.post("pay/rates", {"currency": currency, "price": str(price)})

    async def expire_quotes(self) -> None:
        """Every quote so far ends now; `variants(quote_seconds=…)` sets the life of those to come."""
        await self._controls.post("pay/quotes", {"expire": True})

    async def quotes(self) -> list[Json]:
        return list((await self.state())["quotes"])

    async def orders(self) -> list[PayOrder]:
        return [_order(row) for row in (await self.state())["orders"]]

    async def order(self, order_id: str) -> PayOrder:
        for order in await self.orders():
            if order.id == order_id:
                return order
        raise SandboxError(f"Gate Pay has no order {order_id}")

    async def set_order_status(self, order_id: str, status: int) -> None:
        """3 brings the bought coins, 6 gives the sold ones back, other numbers only show; none changes by itself."""
        await self._controls.post(f"pay/orders/{order_id}", {"status": status})

    async def wait_for_status(self, order_id: str, status: int, timeout: float = 20) -> PayOrder:
        async def look() -> PayOrder | None:
            order = await self.order(order_id)
            return order if order.status == status else None

        return await until(look, f"convert order {order_id} with status {status}", timeout, self.orders)

    async def executions(self, client_req_id: str | None = None) -> list[Execution]:
        """Every convert that really happened, oldest first."""
        return [
            _execution(row)
            for row in (await self.state())["executions"]
            if client_req_id in (None, row["client_req_id"])
        ]

    async def convert_calls(self) -> list[Json]:
        """Convert POSTs received, oldest first: n, at, id (clientReqId), account, body, outcome, why, acted."""
        return list((await self.state())["convert_calls"])

    async def calls(self, endpoint: str) -> int:
        """How often currency, pair, preview, convert, order or balance was asked."""
        return int((await self.state())["calls"].get(endpoint, 0))

    async def requests(self) -> list[Json]:
        """Requests in short, oldest first: endpoint, method, path, query, on_behalf_of (None: no header), nonce."""
        return list((await self._controls.get("pay/requests"))["requests"])

    async def fault(self, endpoint: str, kind: str, *, times: int = 1, **more: Any) -> Json:
        """The next `times` calls of `endpoint` ("*" for all) fail as `kind` says; -1 until cleared."""
        body = {"endpoint": endpoint, "kind": kind, "times": times, **more}
        return cast(Json, await self._controls.post("pay/faults", body))

    async def refuse(self, endpoint: str, code: str, message: str = "", *, times: int = 1) -> Json:
        """The next `times` calls are refused with this code, and its usual words when none are given."""
        return await self.fault(endpoint, "refuse", times=times, code=code, message=message)

    async def clear_faults(self) -> None:
        await self._controls.delete("pay/faults")

    async def variants(self, **switches: bool | float | str) -> Json:
        """Names and values: bot/sandbox/pay/variants.py."""
        return cast(Json, await self._controls.post("pay/variants", switches))

    async def repeat(self, mode: str) -> None:
        """What a repeated clientReqId gets: "same" (the same order), "refused", or "executed" (again!)."""
        await self._controls.post("pay/repeat", {"mode": mode})

    async def clock(self, offset: float) -> None:
        """Shift Gate Pay's clock by so many seconds."""
        await self._controls.post("pay/clock", {"offset": offset})

    async def away(self, away: bool = True) -> None:
        """Close (or open again) Gate Pay's port, really."""
        await self._controls.post("pay/away", {"away": away})


def _order(raw: Json) -> PayOrder:
    return PayOrder(
        id=str(raw["id"]),
        account=str(raw["account"]),
        client_req_id=str(raw["client_req_id"]),
        quote_id=str(raw["quote_id"]),
        sell=str(raw["sell"]),
        buy=str(raw["buy"]),
        sell_amount=Decimal(raw["sell_amount"]),
        buy_amount=Decimal(raw["buy_amount"]),
        status=int(raw["status"]),
        raw=raw,
    )


def _execution(raw: Json) -> Execution:
    return Execution(**(raw | {key: Decimal(raw[key]) for key in ("sell_amount", "buy_amount")}))
