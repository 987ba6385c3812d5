"""The hand with which a scenario moves both worlds, over the same controls as the page's buttons."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

NAMES = ("张三丰", "李四", "王五")
LOOK_SECONDS = 0.3
PATIENCE_SECONDS = 900.0
APPROVED, UNDER_REVIEW = 1, 2  # of a bank account


class Controls(Protocol):
    async def get(self, path: str) -> Any: ...
    async def post(self, path: str, body: dict[str, Any]) -> Any: ...


@dataclass
class Left:
    """What the next story must not find any more: open orders, and what these people take back by a command."""

    orders: list[str] = field(default_factory=list)
    words: list[tuple[int, str]] = field(default_factory=list)


class Story:
    """The hand a scenario moves things with, and the line it tells about each step, in both languages."""

    def __init__(
        self,
        controls: Controls,
        tell: Callable[[str, str], None],
        pace: float = 1.0,
        left: Left | None = None,
    ) -> None:
        self._controls, self.tell, self._pace = controls, tell, pace
        self.left = left or Left()

    def quietly(self) -> Story:
        """The same hand, telling nothing."""
        return Story(self._controls, lambda _english, _chinese: None, self._pace, self.left)

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self._pace)

    async def open(self, name: str = NAMES[0], *, side: str = "sell", amount: str = "1000.00", **facts: Any) -> str:
        """A counterparty takes our ad; `side` as the desk sees it. The order's id."""
        body = {"side": side, "amount": amount, "price": "7.20", "asset": "USDT", "fiat": "CNY", "name": name, **facts}
        order = str((await self._controls.post("gate/orders", body))["id"])
        self.left.orders.append(order)
        self.tell(f"{name} opens {order[-4:]}: {amount} USDT", f"{name} 下单 {order[-4:]}:{amount} USDT")
        return order

    async def pay(self, order: str, name: str = NAMES[0]) -> None:
        await self.act(order, "pay")
        self.tell(f"{name} says it is paid · {order[-4:]}", f"{name} 标记已付款 · {order[-4:]}")

    async def write(self, order: str, text: str) -> None:
        await self.act(order, "write", text=text)
        self.tell(f"Buyer writes in {order[-4:]}", f"买家在 {order[-4:]} 留言")

    async def send(self, order: str, sample: str) -> None:
        """A file that the sandbox draws: receipt, receipt-2 or film."""
        await self.act(order, "file", sample=sample)
        self.tell(f"Buyer sends a picture in {order[-4:]}", f"买家在 {order[-4:]} 发送图片")

    async def show(self, order: str, picture: bytes) -> None:
        """Exactly these bytes, a PNG."""
        await self.act(order, "file", base64=base64.b64encode(picture).decode(), content_type="image/png")
        self.tell(f"Buyer sends a picture in {order[-4:]}", f"买家在 {order[-4:]} 发送图片")

    async def say(self, person: int, text: str) -> None:
        """Somebody writes to the bot, in their direct message."""
        await self._controls.post("telegram/act/write", {"user_id": person, "chat_id": person, "text": text})

    async def tap(self, person: int, order: str, *labels: str, seconds: float = 10.0) -> bool:
        """Press this button, in whichever language, of the order's newest card there, as soon as it has it; False when
        it never does."""
        for _ in range(1 + int(seconds * self._pace / LOOK_SECONDS)):
            found = (await self._controls.get(f"telegram/chats/{person}/messages?viewer={person}"))["messages"]
            for message in reversed(found):
                shown = [button["text"] for row in message.get("buttons") or [] for button in row]
                label = next((one for one in labels if one in shown), None)
                if label is not None and order[-4:] in str(message.get("text")).partition("\n")[0]:
                    body = {"user_id": person, "chat_id": person, "message_id": message["message_id"], "text": label}
                    await self._controls.post("telegram/act/tap", body)
                    return True
            await asyncio.sleep(LOOK_SECONDS)
        return False

    async def act(self, order: str, act: str, **body: Any) -> None:
        await self._controls.post(f"gate/orders/{order}/{act}", body)

    async def fault(self, **body: Any) -> None:
        await self._controls.post("gate/faults", body)

    async def away(self, who: str, away: bool) -> None:
        """`who`: gate or telegram; its port is closed, or opened again."""
        await self._controls.post(f"{who}/away", {"away": away})
        en, zh = ("the venue", "交易平台") if who == "gate" else ("Telegram", "Telegram")
        self.tell(f"{en} is {'away' if away else 'back'}", f"{zh}{'断开' if away else '恢复'}")

    async def move_rate(self, currency: str, percent: str) -> None:
        """Gate Pay's price of a coin, by so many percent."""
        price = (await self._controls.post("pay/rates", {"currency": currency, "percent": percent}))["price"]
        self.tell(f"{currency} {percent} %: {price} USDT", f"{currency} {percent} %：{price} USDT")

    async def bring(self, amount: str, currency: str) -> None:
        """Coins arrive on the merchant's own payment account."""
        await self._controls.post("pay/balances", {"account": "own", "currency": currency, "add": amount})
        self.tell(f"{amount} {currency} arrive in Gate Pay", f"{amount} {currency} 已转入 Gate Pay")

    async def move_dollar(self, currency: str, percent: str) -> None:
        """The OTC desk's rate of a coin, by so many percent."""
        price = (await self._controls.post("pay/otc/rates", {"currency": currency, "percent": percent}))["price"]
        self.tell(f"1 {currency} = {price} USD", f"1 {currency} = {price} USD")

    async def market(self, act: str = "", **body: Any) -> dict[str, Any]:
        """The market of others at Gate: pace, seed; move, undercut, trap, clear, rivals."""
        return dict(await self._controls.post(f"gate/market/{act}".rstrip("/"), body))

    async def colleague(self, ad: str, act: str, **facts: Any) -> None:
        """Somebody of ours edits an ad in Gate's app, or sets its status."""
        await self._controls.post(f"gate/ads/{ad}/{act}", facts)

    async def ads(self) -> list[dict[str, Any]]:
        """Our ads as the venue has them, oldest first."""
        return list((await self._controls.get("gate/ads"))["ads"])

    async def until_priced(self, ad: str, price: str) -> bool:
        """Wait until our ad has another price than this, at most 15 minutes; whether it has."""
        for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
            if any(row["id"] == ad and row["price"] != price for row in await self.ads()):
                return True
            await asyncio.sleep(LOOK_SECONDS)
        return False

    async def otc(self, **switches: Any) -> None:
        await self._controls.post("pay/otc/variants", switches)

    async def approve_banks(self) -> None:
        """Every bank account under review passes."""
        for bank in (await self._controls.get("pay/otc/state"))["banks"]:
            if bank["status"] == UNDER_REVIEW:
                await self._controls.post(f"pay/otc/banks/{bank['id']}", {"status": APPROVED})
                self.tell(f"Gate approves {bank['bank']}", f"Gate 审核通过 {bank['bank']}")

    async def next_deposit(self) -> dict[str, Any] | None:
        """Waits for a payment link that MTPay does not have yet, at most 15 minutes; None when nobody asked for one."""
        known = len((await self._controls.get("mtpay/state"))["orders"])
        for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
            orders = (await self._controls.get("mtpay/state"))["orders"]
            if len(orders) > known:
                return dict(orders[-1])
            await asyncio.sleep(LOOK_SECONDS)
        return None

    async def payer(self, code: str, act: str, **body: Any) -> dict[str, Any]:
        """What a payer does at MTPay: match, pay, cancel or let_end; the order then."""
        return dict(await self._controls.post(f"mtpay/orders/{code}/{act}", body))

    async def status(self, order: str) -> str:
        rows = (await self._controls.get("gate/state"))["orders"]
        return next(str(row["status"]) for row in rows if str(row["id"]) == order)

    async def until(self, order: str, *statuses: str) -> str:
        """Wait until the order shows one of the statuses, at most 15 minutes; the status it then has."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE_SECONDS
        status = await self.status(order)
        while status not in statuses and loop.time() < end:
            await asyncio.sleep(LOOK_SECONDS)
            status = await self.status(order)
        return status

    async def until_confirm_open(self, order: str) -> None:
        """Wait until the bot has shown a last-step (red) button on a card of this order."""
        calls = (await self._controls.get("telegram/calls"))["calls"]
        seen = max((int(call["n"]) for call in calls), default=0)
        for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
            for call in (await self._controls.get(f"telegram/calls?since={seen}"))["calls"]:
                seen = max(seen, int(call["n"]))
                words = str(call.get("params"))
                if "danger" in words and order[-4:] in words:
                    return
            await asyncio.sleep(LOOK_SECONDS)
