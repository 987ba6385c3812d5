"""MTPay's side of the sandbox, for tests: `box.mtpay`."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, cast

from tests.support.controls import Controls, Json, SandboxError, until


class Answered(NamedTuple):
    """What came back on a webhook; status 0 when nobody answered."""

    status: int
    body: str


@dataclass(frozen=True)
class MtPayOrder:
    """A deposit order as MTPay itself knows it. Amounts are None until they are known; times in Unix seconds.

    `status`: Open, Matched, InProgress, Finished, Failed, Cancelled, or Ended for a link that ended unused.
    """

    code: str
    order_no: str
    currency: str
    fiat: str
    amount: Decimal
    payer: str = field(repr=False)
    methods: int
    language: str
    hook_url: str
    url: str
    is_available: bool
    status: str
    message: str
    rate: Decimal | None
    payment: Decimal | None
    transaction: Decimal | None
    fee: Decimal | None
    received: Decimal | None
    created_at: float
    ends_at: float
    times: int


class MtPayControl:
    """What nobody can do through MTPay's API, and what really happened there. `code` is an order's requestCode."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    async def state(self) -> Json:
        """orders, created, posts, webhooks, faults, variants, calls, away, offset, now."""
        return cast(Json, await self._controls.get("mtpay/state"))

    async def variants(self, **switches: bool | float | str) -> Json:
        """Names and values: bot/sandbox/mtpay/variants.py."""
        return cast(Json, await self._controls.post("mtpay/variants", switches))

    async def orders(self) -> list[MtPayOrder]:
        """Every order that came about, oldest first."""
        return [_order(row) for row in (await self.state())["orders"]]

    async def order(self, code: str = "", *, order_no: str = "") -> MtPayOrder:
        """The last one with both numbers, as far as they are given."""
        for order in reversed(await self.orders()):
            if code in ("", order.code) and order_no in ("", order.order_no):
                return order
        raise SandboxError(f"MTPay has no order {code}{order_no}")

    async def wait_for_order(self, timeout: float = 20) -> MtPayOrder:
        """The last order, as soon as there is one."""

        async def look() -> MtPayOrder | None:
            found = await self.orders()
            return found[-1] if found else None

        return await until(look, "a deposit order", timeout)

    async def wait_for_status(self, code: str, status: str, timeout: float = 20) -> MtPayOrder:
        async def look() -> MtPayOrder | None:
            order = await self.order(code)
            return order if order.status == status else None

        return await until(look, f"deposit order {code} {status}", timeout, self.orders)

    async def created(self, order_no: str | None = None) -> list[Json]:
        """Orders that came about, oldest first: n, at, order_no, code, amount, currency, fiat, times."""
        return [row for row in (await self.state())["created"] if order_no in (None, row["order_no"])]

    async def posts(self) -> list[Json]:
        """Deposit calls received: n, at, id (merchantOrderNo), raw (exact body), body, headers, outcome, why, acted."""
        return list((await self.state())["posts"])

    async def match(self, code: str, rate: Decimal | str | None = None) -> None:
        """An advert takes the order; `rate` in fiat for one coin, by default 7.2 CNY or 7.8 HKD."""
        await self._act(code, "match", rate=None if rate is None else str(rate))

    async def pay(self, code: str, amount: Decimal | str | None = None, *, method: int = 0, ends_as: str = "") -> None:
        """The payer says so: InProgress now, and after `finish_seconds` what `ends_as` (or the variant) says."""
        await self._act(code, "pay", amount=None if amount is None else str(amount), method=method, ends_as=ends_as)

    async def end_payment(self, code: str, status: str, message: str = "") -> None:
        """Finished, Failed or Cancelled, of what is in progress."""
        await self._act(code, "end", status=status, message=message)

    async def cancel(self, code: str, message: str = "") -> None:
        await self._act(code, "cancel", message=message)

    async def let_end(self, code: str) -> None:
        """The link ends now, unused; nothing is told unless the variant `end_webhook` says so."""
        await self._act(code, "let_end")

    async def forge(
        self,
        code: str,
        how: str = "now",
        *,
        field: str = "",
        value: Any = None,
        report: str = "",
        seconds: float = 600,
        url: str = "",
    ) -> list[Answered]:
        """
        Send by hand, once, and wait for the answers: now, twice, replayed, reordered, changed, missing (`field`),
        replay_changed and outgoing (receivedAmount, or `field` and `value`), tampered, moved_time, unsigned, old and
        future (`seconds`), withdraw, text_numbers, other_address (`url`, or one nobody was given), huge, not_json.
        `report`: its requestStatus, by default as the order is, Finished for one still open.
        """
        body = {"how": how, "field": field, "value": value, "report": report, "seconds": seconds, "url": url}
        sent = await self._controls.post(f"mtpay/orders/{code}/webhook", body)
        return [Answered(row["status"], row["answer"]) for row in sent["attempts"]]

    async def deliveries(self, code: str | None = None) -> list[Json]:
        """Events: n, code, order_no, report, tries, state (waiting, delivered, given up, off)."""
        rows = (await self.state())["webhooks"]["deliveries"]
        return [row for row in rows if code in (None, row["code"])]

    async def attempts(self, code: str | None = None) -> list[Json]:
        """Messages sent: n, at, code, report, kind, tries, url, raw, status, answer, error, is_acknowledged."""
        rows = (await self.state())["webhooks"]["attempts"]
        return [row for row in rows if code in (None, row["code"])]

    async def wait_for_deliveries(self, code: str, *states: str, timeout: float = 20) -> list[Json]:
        """The events of an order, once their states are these, in order."""

        async def look() -> list[Json] | None:
            rows = await self.deliveries(code)
            return rows if tuple(row["state"] for row in rows) == states else None

        return await until(look, f"webhooks {states}", timeout, lambda: self.deliveries(code))

    async def aim_webhooks(self, origin: str, *, on: bool = True) -> None:
        """Send all webhooks to this machine's `http://127.0.0.1:PORT`, whatever host an order names; "": to that."""
        await self._controls.post("mtpay/webhooks", {"origin": origin, "on": on})

    async def turn_webhooks(self, on: bool) -> None:
        """Events that come while they are off are never told; those under way wait."""
        await self._controls.post("mtpay/webhooks", {"on": on})

    async def fault(self, kind: str, *, endpoint: str = "deposit", times: int = 1, **more: Any) -> Json:
        """The next `times` deposit calls fail as `kind` says; -1 until cleared."""
        body = {"endpoint": endpoint, "kind": kind, "times": times, **more}
        return cast(Json, await self._controls.post("mtpay/faults", body))

    async def refuse(self, code: str, message: str = "", *, times: int = 1, status: int = 0) -> Json:
        """The next `times` deposit calls are refused with this statusCode; `status` of HTTP, else the variant's."""
        return await self.fault("refuse", times=times, code=code, message=message, status=status)

    async def clear_faults(self) -> None:
        await self._controls.delete("mtpay/faults")

    async def clock(self, offset: float) -> None:
        """Shift MTPay's clock by so many seconds."""
        await self._controls.post("mtpay/clock", {"offset": offset})

    async def away(self, away: bool = True) -> None:
        """Close (or open again) MTPay's port, really."""
        await self._controls.post("mtpay/away", {"away": away})

    async def _act(self, code: str, act: str, **body: Any) -> None:
        await self._controls.post(f"mtpay/orders/{code}/{act}", body)


def _order(row: Json) -> MtPayOrder:
    unknown_or_exact = ("rate", "payment", "transaction", "fee", "received")
    amounts: Json = {name: Decimal(row[name]) if row[name] else None for name in unknown_or_exact}
    names = MtPayOrder.__dataclass_fields__.keys() - amounts.keys() - {"amount"}
    return MtPayOrder(amount=Decimal(row["amount"]), **amounts, **{name: row[name] for name in names})
