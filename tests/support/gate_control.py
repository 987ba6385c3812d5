"""The venue's side of the sandbox, and the counterparties', for tests."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from tests.support.ads_control import AdsControl
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


@dataclass(frozen=True)
class ChatFile:
    """A file of a chat; `link` is what the merchant API shows for it, absolute or from `/files/` on."""

    key: str
    name: str
    content_type: str
    size: int
    sha256: str
    link: str


@dataclass(frozen=True)
class ChatLine:
    """One message as the counterparty sees it. `author`: desk, counterparty or system; `at`: Unix seconds.

    `kind`: text, image, video, template, order, payment, status or raw. `via_api`: sent by the merchant API.
    """

    author: str
    kind: str
    text: str
    at: int
    flagged: bool
    via_api: bool
    file: ChatFile | None
    vouchers: tuple[ChatFile, ...]
    raw: Json = field(repr=False)


@dataclass(frozen=True)
class ChatSend:
    """A send_chat_message or upload_chat_file that the venue received; a text or a file (`file_key`, `sha256`)."""

    n: int
    at: float
    endpoint: str
    order_id: str
    text: str
    file_key: str
    content_type: str
    sha256: str
    size: int
    acted: bool
    delivered: bool
    outcome: str
    raw: Json = field(repr=False)


class GateControl:
    """The venue's side and the counterparties'; `ads`: the market, our ads and our account."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self.ads = AdsControl(controls)

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
        cancel_elsewhere · verdict(**{"for": "buyer"}) · change(fact=value) ·
        and those of `bot/sandbox/gate/chat_acts.py`"""
        return cast(Json, await self._controls.post(f"gate/orders/{order_id}/{act}", body))

    async def send_file(self, order_id: str, content: bytes, content_type: str = "image/png") -> Json:
        return await self.act(order_id, "file", **_file_body(content, content_type))

    async def buyer_says(self, order_id: str, *texts: str, flagged: bool = False, seconds_ago: int = 0) -> None:
        """Several texts come within one second. `seconds_ago`: their moment lies that far behind their arrival."""
        await self.act(order_id, "write", texts=list(texts), flagged=flagged, seconds_ago=seconds_ago)

    async def buyer_sends(
        self, order_id: str, content: bytes = b"", content_type: str = "image/png", **more: Any
    ) -> ChatLine:
        """A file. `url`: the chat shows this link instead; `host`: the file's link names that host (`localhost` serves
        it, too); `fault`: of this file's downloads, such as {"kind": "truncated", "to": "cut", "times": 1};
        `seconds_ago`; `from`. What the chat now shows last."""
        body = _file_body(content, content_type) | more
        await self.act(order_id, "file", **body)
        files = [line for line in await self.chat(order_id) if line.file is not None]
        return max(files, key=lambda line: line.file.name if line.file else "")

    async def buyer_shares_payment(self, order_id: str, method: str | None = None, **facts: Any) -> None:
        """A payment method (message type 4); `facts` replace fields of its object."""
        await self.act(order_id, "share_payment", msg_obj=facts, **({"method": method} if method else {}))

    async def buyer_shares_order(self, order_id: str, **facts: Any) -> None:
        """An order share (type 3); without facts a plausible object, as its shape is not documented."""
        await self.act(order_id, "share_order", msg_obj=facts)

    async def buyer_sends_template(self, order_id: str, text: str = "", **facts: Any) -> None:
        """A template (type 2), of undocumented shape as well."""
        await self.act(order_id, "template", text=text, msg_obj=facts)

    async def buyer_pays_with_vouchers(self, order_id: str, *contents: bytes, content_type: str = "image/png") -> None:
        """The paid mark, its status line (type 5) with the vouchers' links."""
        await self.act(order_id, "pay", vouchers=[_file_body(content, content_type) for content in contents])

    async def buyer_adds_vouchers(self, order_id: str, *contents: bytes, content_type: str = "image/png") -> None:
        """More of them after the paid mark: another status line with all vouchers so far."""
        await self.act(order_id, "voucher", vouchers=[_file_body(content, content_type) for content in contents])

    async def owner_says(self, order_id: str, *texts: str) -> None:
        """The desk's owner writes in the venue's own app."""
        await self.act(order_id, "write", texts=list(texts), **{"from": "desk"})

    async def notice(self, order_id: str, text: str) -> None:
        """A system notice, which lacks msg_type and is_sell."""
        await self.act(order_id, "notice", text=text)

    async def status_line(self, order_id: str, text: str, **facts: Any) -> None:
        """A status line that changes nothing."""
        await self.act(order_id, "status", text=text, **facts)

    async def chat(self, order_id: str) -> list[ChatLine]:
        """The order's whole chat as the counterparty sees it, oldest first."""
        found = await self._controls.get(f"gate/orders/{order_id}/chat")
        return [_chat_line(row) for row in found["messages"]]

    async def from_desk(self, order_id: str) -> list[ChatLine]:
        """What the merchant API has said in this chat."""
        return [line for line in await self.chat(order_id) if line.via_api]

    async def wait_for_chat(
        self, order_id: str, where: Callable[[ChatLine], bool], *, what: str = "", timeout: float = 20
    ) -> ChatLine:
        """The first line from the merchant API that fits."""

        async def look() -> ChatLine | None:
            return next((line for line in await self.from_desk(order_id) if where(line)), None)

        return await until(look, what or "a fitting line in the chat", timeout, lambda: self.chat(order_id))

    async def wait_for_text(self, order_id: str, contains: str, timeout: float = 20) -> ChatLine:
        """The first text of ours with these words."""
        return await self.wait_for_chat(order_id, lambda line: contains in line.text, what=contains, timeout=timeout)

    async def chat_sends(self, order_id: str | None = None, endpoint: str | None = None) -> list[ChatSend]:
        """Chat POSTs the venue received, oldest first; `upload_chat_file` names no order."""
        rows = (await self._controls.get("gate/chat_sends"))["chat_sends"]
        return [
            send
            for send in map(_chat_send, rows)
            if (order_id is None or send.order_id == order_id) and (endpoint is None or send.endpoint == endpoint)
        ]

    async def uploads(self) -> list[ChatSend]:
        return await self.chat_sends(endpoint="upload_chat_file")

    async def content_of(self, file: ChatFile) -> bytes:
        """The bytes the counterparty sees, whatever faults the file host has."""
        return await self._controls.content(f"gate/files/{file.name}")

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

    async def wait_for_status(self, order_id: str, status: str, timeout: float = 20) -> VenueOrder:
        """Waits until the display status (`finished`, `cancel`, `paid` …) is reached."""

        async def look() -> VenueOrder | None:
            order = await self.order(order_id)
            return order if order.status == status else None

        return await until(look, f"order {order_id} {status}", timeout, lambda: self.order(order_id))

    async def wait_for_money_call(self, endpoint: str, order_id: str, timeout: float = 20) -> Json:
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

    async def variants(self, **switches: bool | float | str) -> Json:
        return cast(Json, await self._controls.post("gate/variants", switches))

    async def away(self, away: bool = True) -> None:
        """Close (or open again) the venue's port, really."""
        await self._controls.post("gate/away", {"away": away})

    async def clock(self, offset: float) -> None:
        """Shift the venue's clock by so many seconds."""
        await self._controls.post("gate/clock", {"offset": offset})


def _file_body(content: bytes, content_type: str) -> Json:
    return {"base64": base64.b64encode(content).decode(), "content_type": content_type}


def _chat_file(raw: Json) -> ChatFile:
    return ChatFile(**{key: raw[key] for key in ("key", "name", "content_type", "size", "sha256", "link")})


def _chat_line(raw: Json) -> ChatLine:
    return ChatLine(
        author=str(raw["from"]),
        kind=str(raw["kind"]),
        text=str(raw["text"]),
        at=int(raw["at"]),
        flagged=bool(raw["flagged"]),
        via_api=bool(raw["via_api"]),
        file=_chat_file(raw["file"]) if raw["file"] else None,
        vouchers=tuple(map(_chat_file, raw["vouchers"])),
        raw=raw,
    )


def _chat_send(raw: Json) -> ChatSend:
    facts = ("n", "at", "endpoint", "text", "file_key", "content_type", "sha256", "size", "acted", "delivered")
    return ChatSend(order_id=str(raw["id"]), outcome=raw["outcome"], raw=raw, **{key: raw[key] for key in facts})


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
