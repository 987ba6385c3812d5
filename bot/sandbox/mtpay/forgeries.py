"""Webhooks by hand: true ones again or out of order, and those that nobody should believe."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from bot.sandbox.mtpay import shapes
from bot.sandbox.mtpay.book import FINISHED, IN_PROGRESS, REPORTED, Order
from bot.sandbox.mtpay.venue import MtpayVenue
from bot.sandbox.mtpay.webhooks import Attempt
from bot.sandbox.pay.answers import Json, written

OLD_SECONDS = 600.0
HUGE = 2 * 1024 * 1024
FORGED_FIELD, FORGED_VALUE = "receivedAmount", 999999


@dataclass(frozen=True)
class Forgery:
    """`field`, `value`: what the message says otherwise; `report`: its requestStatus; `url`: where it goes instead."""

    order: Order
    report: str
    field: str = ""
    value: Any = None
    seconds: float = OLD_SECONDS
    url: str = ""


class Forger:
    """Each sends one try and never sends again; `FORGERIES` names them."""

    def __init__(self, venue: MtpayVenue) -> None:
        self._venue, self._webhooks = venue, venue.webhooks

    async def play(self, how: str, order: Order, wanted: Json) -> list[Attempt]:
        """
        `wanted`: report (by default what the order is, Finished for one still open), field, value, seconds, url.
        The order itself stays as it is. Raises ValueError on what is none.
        """
        if how not in FORGERIES:
            raise ValueError(f"no such webhook: {how!r}; known: {', '.join(FORGERIES)}")
        report = wanted.get("report") or (order.status if order.status in REPORTED else FINISHED)
        seconds = wanted.get("seconds", OLD_SECONDS)
        return await FORGERIES[how](
            self,
            Forgery(
                order=order,
                report=str(report),
                field=str(wanted.get("field", "")),
                value=wanted.get("value"),
                seconds=float(seconds),
                url=str(wanted.get("url", "")),
            ),
        )

    async def now(self, forgery: Forgery) -> list[Attempt]:
        """A true one."""
        return [await self._send_true(forgery, "now", self._data(forgery))]

    async def twice(self, forgery: Forgery) -> list[Attempt]:
        """The same in two messages."""
        return [await self._send_true(forgery, "twice", self._data(forgery)) for _ in range(2)]

    async def replayed(self, forgery: Forgery) -> list[Attempt]:
        """One message, two times, to the last byte."""
        data = self._data(forgery)
        stamp = self._webhooks.stamp(data)
        return [await self._send(forgery, "replayed", data, stamp) for _ in range(2)]

    async def reordered(self, forgery: Forgery) -> list[Attempt]:
        """The end before the beginning."""
        ends = self._data(forgery) | {"requestStatus": FINISHED}
        begins = self._data(forgery) | {"requestStatus": IN_PROGRESS}
        return [await self._send_true(forgery, "reordered", data) for data in (ends, begins)]

    async def changed(self, forgery: Forgery) -> list[Attempt]:
        """Truly signed, with one field that says something else."""
        return [await self._send_true(forgery, "changed", self._changed(forgery))]

    async def missing(self, forgery: Forgery) -> list[Attempt]:
        """Truly signed, with one field left out."""
        data = {name: value for name, value in self._data(forgery).items() if name != forgery.field}
        return [await self._send_true(forgery, "missing", data)]

    async def replay_changed(self, forgery: Forgery) -> list[Attempt]:
        """The signature of a message once truly sent, with another body: only its time and key are signed."""
        data = self._data(forgery)
        stamp = self._webhooks.stamp(data)
        first = await self._send(forgery, "replay_changed", data, stamp)
        return [first, await self._send(forgery, "replay_changed", self._changed(forgery), stamp)]

    async def outgoing(self, forgery: Forgery) -> list[Attempt]:
        """The signature of the merchant's own request, with a body of somebody else's making."""
        return [await self._send(forgery, "outgoing", self._changed(forgery), forgery.order.stamp)]

    async def tampered(self, forgery: Forgery) -> list[Attempt]:
        """One character of the signature is another."""
        data = self._data(forgery)
        timestamp, signature = self._webhooks.stamp(data)
        turned = ("1" if signature[0] == "0" else "0") + signature[1:]
        return [await self._send(forgery, "tampered", data, (timestamp, turned))]

    async def moved_time(self, forgery: Forgery) -> list[Attempt]:
        """A signature of long ago beside the time of now."""
        data = self._data(forgery)
        _, signature = self._webhooks.stamp(data, self._venue.now() - forgery.seconds)
        timestamp, _ = self._webhooks.stamp(data)
        return [await self._send(forgery, "moved_time", data, (timestamp, signature))]

    async def unsigned(self, forgery: Forgery) -> list[Attempt]:
        data = self._data(forgery)
        timestamp, _ = self._webhooks.stamp(data)
        return [await self._send(forgery, "unsigned", data, (timestamp, ""))]

    async def old(self, forgery: Forgery) -> list[Attempt]:
        """Truly signed, `seconds` ago."""
        data = self._data(forgery)
        stamp = self._webhooks.stamp(data, self._venue.now() - forgery.seconds)
        return [await self._send(forgery, "old", data, stamp)]

    async def future(self, forgery: Forgery) -> list[Attempt]:
        """Truly signed, `seconds` from now."""
        data = self._data(forgery)
        stamp = self._webhooks.stamp(data, self._venue.now() + forgery.seconds)
        return [await self._send(forgery, "future", data, stamp)]

    async def withdraw(self, forgery: Forgery) -> list[Attempt]:
        """Of a payout, none of a deposit's business."""
        data = self._data(forgery) | {"tradeType": "Withdraw", "internalOrderNo": "AT-W-000000001"}
        return [await self._send_true(forgery, "withdraw", data)]

    async def text_numbers(self, forgery: Forgery) -> list[Attempt]:
        """Every number as text."""
        data = {
            name: value if isinstance(value, str) or value is None else f"{value}"
            for name, value in self._data(forgery).items()
        }
        return [await self._send_true(forgery, "text_numbers", data)]

    async def other_address(self, forgery: Forgery) -> list[Attempt]:
        """This order's true webhook at `url`, another order's address, or at one that nobody was given."""
        url = forgery.url or f"{forgery.order.hook_url.rsplit('/', 1)[0]}/{token_urlsafe(24)}"
        data = self._data(forgery)
        return [await self._send(forgery, "other_address", data, self._webhooks.stamp(data), url=url)]

    async def huge(self, forgery: Forgery) -> list[Attempt]:
        """Truly signed, of 2 MB."""
        data = self._data(forgery) | {"message": "x" * HUGE}
        return [await self._send_true(forgery, "huge", data)]

    async def not_json(self, forgery: Forgery) -> list[Attempt]:
        order, report, url = forgery.order, forgery.report, forgery.url
        return [await self._webhooks.send(b"<xml>hello</xml>", order, report, "not_json", url=url)]

    def _data(self, forgery: Forgery) -> Json:
        return shapes.report(forgery.order, forgery.report, self._venue.variants)

    def _changed(self, forgery: Forgery) -> Json:
        if not forgery.field:
            return self._data(forgery) | {FORGED_FIELD: FORGED_VALUE}
        return self._data(forgery) | {forgery.field: forgery.value}

    async def _send_true(self, forgery: Forgery, kind: str, data: Json) -> Attempt:
        return await self._send(forgery, kind, data, self._webhooks.stamp(data))

    async def _send(self, forgery: Forgery, kind: str, data: Json, stamp: tuple[str, str], *, url: str = "") -> Attempt:
        raw = written(self._webhooks.message(data, stamp)).encode()
        told = str(data.get("requestStatus", ""))
        return await self._webhooks.send(raw, forgery.order, told, kind, url=url or forgery.url)


FORGERIES: dict[str, Callable[[Forger, Forgery], Awaitable[list[Attempt]]]] = {
    each.__name__: each
    for each in (
        Forger.now,
        Forger.twice,
        Forger.replayed,
        Forger.reordered,
        Forger.changed,
        Forger.missing,
        Forger.replay_changed,
        Forger.outgoing,
        Forger.tampered,
        Forger.moved_time,
        Forger.unsigned,
        Forger.old,
        Forger.future,
        Forger.withdraw,
        Forger.text_numbers,
        Forger.other_address,
        Forger.huge,
        Forger.not_json,
    )
}
