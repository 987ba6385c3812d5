"""The OTC desk of the sandbox's Gate Pay and its callbacks, for tests: `box.pay.otc`."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from tests.support.controls import Controls, Json, SandboxError, until


@dataclass(frozen=True)
class OtcOrder:
    """An off-ramp as Gate Pay itself knows it. `fee` and `final_fiat` in dollars, whether shown yet or not."""

    id: str
    client_order_id: str
    token: str
    bank_id: str
    crypto: str
    crypto_amount: Decimal
    fiat: str
    fiat_amount: Decimal
    fee: Decimal
    final_fiat: Decimal
    status: str
    error: str
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class OtcCreation:
    """An order that really came about; `times`, `token_times`: of its clientOrderId and of its token by then."""

    n: int
    at: float
    client_order_id: str
    token: str
    order_id: str
    bank_id: str
    crypto: str
    crypto_amount: Decimal
    fiat: str
    fiat_amount: Decimal
    times: int
    token_times: int


@dataclass(frozen=True)
class CallbackAttempt:
    """One message that was sent; `status` 0 with `error` when nobody answered."""

    n: int
    at: float
    order_id: str
    event: str
    kind: str
    tries: int
    status: int
    return_code: str
    answer: str = field(repr=False)
    error: str = ""
    seconds: float = 0.0

    @property
    def is_acknowledged(self) -> bool:
        return self.status == 200 and self.return_code == "SUCCESS"


class OtcControl:
    """What nobody can do through the API, and what really happened."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    async def state(self) -> Json:
        """rates, quotes, orders, created, create_calls, banks, callback, variants."""
        return cast(Json, await self._controls.get("pay/otc/state"))

    async def variants(self, **switches: bool | float | str) -> Json:
        """Names and values: bot/sandbox/pay/otc_variants.py."""
        return cast(Json, await self._controls.post("pay/otc/variants", switches))

    async def set_rate(self, currency: str, price: Decimal | str) -> None:
        """Dollars for one; it still swings a little unless `box.pay.variants(steady=True)`."""
        await self._controls.post("pay/otc/rates", {"currency": currency, "price": str(price)})

    async def move_rate(self, currency: str, percent: Decimal | str | int) -> Decimal:
        moved = await self._controls.post("pay/otc/rates", {"currency": currency, "percent": str(percent)})
        return Decimal(moved["price"])

    async def expire_quotes(self) -> None:
        """Every quote so far ends now; `variants(quote_seconds=…)` sets the life of those to come."""
        await self._controls.post("pay/otc/quotes", {"expire": True})

    async def orders(self) -> list[OtcOrder]:
        """Oldest first."""
        amounts = ("crypto_amount", "fiat_amount", "fee", "final_fiat")
        return [OtcOrder(**_decimals(row, *amounts)) for row in (await self.state())["orders"]]

    async def order(self, order_id: str = "", client_order_id: str = "") -> OtcOrder:
        for order in await self.orders():
            if order_id in ("", order.id) and client_order_id in ("", order.client_order_id):
                return order
        raise SandboxError(f"the OTC desk has no order {order_id}{client_order_id}")

    async def move(self, order_id: str, status: str, error: str = "") -> None:
        """PROCESSING, DISPATCHED, DONE or FAIL (coins come back); called back, and nothing more by itself."""
        await self._controls.post(f"pay/otc/orders/{order_id}", {"status": status, "error": error})

    async def wait_for_status(self, order_id: str, status: str, timeout: float = 20) -> OtcOrder:
        async def look() -> OtcOrder | None:
            order = await self.order(order_id)
            return order if order.status == status else None

        return await until(look, f"OTC order {order_id} {status}", timeout, self.orders)

    async def created(self, client_order_id: str | None = None) -> list[OtcCreation]:
        """Every order that really came about, oldest first."""
        rows = [row for row in (await self.state())["created"] if client_order_id in (None, row["client_order_id"])]
        return [OtcCreation(**_decimals(row, "crypto_amount", "fiat_amount")) for row in rows]

    async def create_calls(self) -> list[Json]:
        """order/create POSTs received, oldest first: n, at, id (clientOrderId), body, outcome, why, acted, order_id."""
        return list((await self.state())["create_calls"])

    async def banks(self) -> list[Json]:
        """id, holder, bank, country_id, address, iban, swift, status, memo, statement_name, statement_bytes…"""
        return list((await self.state())["banks"])

    async def review(self, bank_id: str, status: int, memo: str = "") -> None:
        """1 approved, 2 under review, 3 more wanted, 99 refused."""
        await self._controls.post(f"pay/otc/banks/{bank_id}", {"status": status, "memo": memo})

    async def aim_callbacks(self, url: str, *, on: bool = True) -> None:
        """Where events go: an address of this machine, "" for nowhere."""
        await self._controls.post("pay/callback", {"url": url, "on": on})

    async def turn_callbacks(self, on: bool) -> None:
        """Events that come while they are off are never told."""
        await self._controls.post("pay/callback", {"on": on})

    async def call_back(
        self, order_id: str, act: str = "now", *, event: str = "", times: int = 1
    ) -> list[CallbackAttempt]:
        """
        Send by hand and wait for the answers: now, twice, replayed, reordered, forged, unsigned, tampered, old,
        other_type, recharge, unknown, huge, not_json. `event` WITHDRAW_…; by default as the order's status says.
        """
        body = {"act": act, "event": event, "times": times}
        sent = await self._controls.post(f"pay/otc/orders/{order_id}/callback", body)
        return [CallbackAttempt(**row) for row in sent["attempts"]]

    async def attempts(self, order_id: str | None = None) -> list[CallbackAttempt]:
        rows = (await self.state())["callback"]["attempts"]
        return [CallbackAttempt(**row) for row in rows if order_id in (None, row["order_id"])]

    async def deliveries(self, order_id: str | None = None) -> list[Json]:
        """Events: n, order_id, client_order_id, event, tries, state (waiting, delivered, given up, off)."""
        rows = (await self.state())["callback"]["deliveries"]
        return [row for row in rows if order_id in (None, row["order_id"])]


def _decimals(row: Json, *names: str) -> dict[str, Any]:
    return row | {name: Decimal(row[name]) for name in names}
