"""Callbacks by hand: true ones again or out of order, and those that nobody should believe."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.sandbox.pay.otc_book import DONE, FINAL, OtcOrder
from bot.sandbox.pay.otc_callbacks import Attempt, Callbacks, Sealed, as_bytes
from bot.sandbox.pay.otc_desk import OtcDesk
from bot.sandbox.pay.otc_shapes import EVENTS

OLD_SECONDS = 86_400.0
HUGE = 2 * 1024 * 1024
_STATUS_OF = {event: status for status, event in EVENTS.items()}


class Tricks:
    """Each sends one try and never re-sends; `TRICKS` names them."""

    def __init__(self, callbacks: Callbacks, desk: OtcDesk) -> None:
        self._callbacks, self._desk = callbacks, desk

    async def play(self, trick: str, order: OtcOrder, event: str = "", times: int = 1) -> list[Attempt]:
        """
        `event`: WITHDRAW_…, by default that of the order's status, WITHDRAW_SUCCESS for one still in work. The
        order itself stays as it is, but for `reordered`, which ends it first. Raises ValueError on what is none.
        """
        if trick not in TRICKS:
            raise ValueError(f"no such callback: {trick!r}; known: {', '.join(TRICKS)}")
        if event and event not in _STATUS_OF:
            raise ValueError(f"event is one of {', '.join(_STATUS_OF)}")
        if not self._callbacks.url:
            raise ValueError('callbacks have no address: POST /control/pay/callback {"url": …}')
        told = event or EVENTS.get(order.status, EVENTS[DONE])
        sent: list[Attempt] = []
        for _ in range(times):
            sent += await TRICKS[trick](self, order, told)
        return sent

    async def now(self, order: OtcOrder, event: str) -> list[Attempt]:
        return [await self._send(self._sealed(order, event), order, event, "now")]

    async def twice(self, order: OtcOrder, event: str) -> list[Attempt]:
        """The same event in two messages."""
        return [await self._send(self._sealed(order, event), order, event, "twice") for _ in range(2)]

    async def replayed(self, order: OtcOrder, event: str) -> list[Attempt]:
        """One message, two times, to the last byte of its headers."""
        sealed = self._sealed(order, event)
        return [await self._send(sealed, order, event, "replayed") for _ in range(2)]

    async def reordered(self, order: OtcOrder, event: str) -> list[Attempt]:
        """The end is told before the dispatch."""
        if order.status not in FINAL:
            self._end_untold(order, event)
        events = (EVENTS[order.status], EVENTS["DISPATCHED"])
        return [await self._send(self._sealed(order, each), order, each, "reordered") for each in events]

    async def forged(self, order: OtcOrder, event: str) -> list[Attempt]:
        sealed = self._sealed(order, event)
        return [await self._send(replace(sealed, signature=_turned(sealed.signature)), order, event, "forged")]

    async def unsigned(self, order: OtcOrder, event: str) -> list[Attempt]:
        return [await self._send(replace(self._sealed(order, event), signature=""), order, event, "unsigned")]

    async def tampered(self, order: OtcOrder, event: str) -> list[Attempt]:
        """The body was changed after it was signed."""
        sealed = self._sealed(order, event)
        raw = sealed.raw.replace(b'"bizType":"OTC"', b'"bizType": "OTC"')
        return [await self._send(replace(sealed, raw=raw), order, event, "tampered")]

    async def old(self, order: OtcOrder, event: str) -> list[Attempt]:
        """Truly signed, a day ago."""
        sealed = self._callbacks.sealed(self._callbacks.body(order, event), late_by=OLD_SECONDS)
        return [await self._send(sealed, order, event, "old")]

    async def other_type(self, order: OtcOrder, event: str) -> list[Attempt]:
        """A payment was refunded: none of the OTC desk's business."""
        data = json.dumps({"merchantTradeNo": order.client_order_id, "refundAmount": "1.00", "currency": "USDT"})
        message = {"bizType": "PAY_REFUND", "bizId": f"R{order.id}", "bizStatus": "REFUND_SUCCESS", "data": data}
        message["clientId"] = self._callbacks.client_id
        return [await self._send(self._callbacks.sealed(as_bytes(message)), order, "REFUND_SUCCESS", "other_type")]

    async def recharge(self, order: OtcOrder, event: str) -> list[Attempt]:
        """The same bizType, but of an on-ramp."""
        raw = self._callbacks.body(order, event).replace(event.encode(), b"RECHARGE_SUCCESS")
        return [await self._send(self._callbacks.sealed(raw), order, "RECHARGE_SUCCESS", "recharge")]

    async def unknown(self, order: OtcOrder, event: str) -> list[Attempt]:
        """Truly signed, of an order that nobody knows."""
        raw = self._callbacks.body(order, event)
        raw = raw.replace(order.id.encode(), b"9" + order.id[1:].encode())
        raw = raw.replace(order.client_order_id.encode(), b"nobody-" + order.id[-6:].encode())
        return [await self._send(self._callbacks.sealed(raw), order, event, "unknown")]

    async def huge(self, order: OtcOrder, event: str) -> list[Attempt]:
        """Truly signed, of 2 MB."""
        raw = self._callbacks.body(order, event)
        raw = raw[:-1] + b',"padding":"' + b"x" * HUGE + b'"}'
        return [await self._send(self._callbacks.sealed(raw), order, event, "huge")]

    async def not_json(self, order: OtcOrder, event: str) -> list[Attempt]:
        """Truly signed."""
        return [await self._send(self._callbacks.sealed(b"<xml>hello</xml>"), order, event, "not_json")]

    def _sealed(self, order: OtcOrder, event: str) -> Sealed:
        return self._callbacks.sealed(self._callbacks.body(order, event))

    async def _send(self, sealed: Sealed, order: OtcOrder, event: str, kind: str) -> Attempt:
        return await self._callbacks.send(sealed, order.id, event, kind)

    def _end_untold(self, order: OtcOrder, event: str) -> None:
        status = _STATUS_OF[event]
        was_on, self._callbacks.is_on = self._callbacks.is_on, False
        self._desk.move(order, status if status in FINAL else DONE)
        self._callbacks.is_on = was_on


def _turned(signature: str) -> str:
    """Another one that looks as good."""
    return ("1" if signature[0] == "0" else "0") + signature[1:]


TRICKS: dict[str, Callable[[Tricks, OtcOrder, str], Awaitable[list[Attempt]]]] = {
    trick.__name__: trick
    for trick in (
        Tricks.now,
        Tricks.twice,
        Tricks.replayed,
        Tricks.reordered,
        Tricks.forged,
        Tricks.unsigned,
        Tricks.tampered,
        Tricks.old,
        Tricks.other_type,
        Tricks.recharge,
        Tricks.unknown,
        Tricks.huge,
        Tricks.not_json,
    )
}
