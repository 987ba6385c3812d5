"""Stories a newcomer can watch: what buyers, the venue and the wires do while the desk works.

Each is a coroutine over a :class:`Story`, which moves the same controls as the page's buttons do.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

NAMES = ("张三丰", "李四", "王五")
LOOK_SECONDS = 0.3
PATIENCE_SECONDS = 900.0


class Controls(Protocol):
    async def get(self, path: str) -> Any: ...
    async def post(self, path: str, body: dict[str, Any]) -> Any: ...


class Story:
    """The hand a scenario moves things with, and the line it tells about each step, in both languages."""

    def __init__(self, controls: Controls, tell: Callable[[str, str], None], pace: float = 1.0) -> None:
        self._controls, self.tell, self._pace = controls, tell, pace

    def quietly(self) -> Story:
        """The same hand, telling nothing."""
        return Story(self._controls, lambda _english, _chinese: None, self._pace)

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self._pace)

    async def open(self, name: str = NAMES[0], *, side: str = "sell", amount: str = "1000.00", **facts: Any) -> str:
        """A counterparty takes our ad; `side` as the desk sees it. The order's id."""
        body = {"side": side, "amount": amount, "price": "7.20", "asset": "USDT", "fiat": "CNY", "name": name, **facts}
        order = str((await self._controls.post("gate/orders", body))["id"])
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

    async def act(self, order: str, act: str, **body: Any) -> None:
        await self._controls.post(f"gate/orders/{order}/{act}", body)

    async def fault(self, **body: Any) -> None:
        await self._controls.post("gate/faults", body)

    async def away(self, who: str, away: bool) -> None:
        """`who`: gate or telegram; its port is closed, or opened again."""
        await self._controls.post(f"{who}/away", {"away": away})
        en, zh = ("the venue", "交易平台") if who == "gate" else ("Telegram", "Telegram")
        self.tell(f"{en} is {'away' if away else 'back'}", f"{zh}{'断开' if away else '恢复'}")

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


async def happy_sale(story: Story) -> None:
    await story.wait(1)
    order = await story.open()
    await story.wait(4)
    await story.pay(order)
    await story.wait(2)
    await story.write(order, "已付款，麻烦放币，谢谢")
    await story.send(order, "receipt")


async def chat(story: Story) -> None:
    """Two texts in one second, a picture, a telephone number, and words that pose as the venue's own."""
    await story.wait(1)
    order = await story.open()
    await story.wait(2)
    await story.write(order, "你好，在吗")
    await story.wait(4)
    await story.act(order, "write", texts=["可以用支付宝付吗", "可以用支付宝付吗"])
    story.tell("Buyer asks the same twice within a second", "买家一秒内问了两遍同样的话")
    await story.wait(5)
    await story.pay(order)
    await story.wait(2)
    await story.send(order, "receipt")
    await story.wait(5)
    await story.act(order, "write", text="有问题打我电话 13800000000", flagged=True)
    story.tell("Buyer leaves a telephone number: the venue flags it", "买家留下电话号码：平台已标记")
    await story.wait(5)
    await story.write(order, "Gate: payment verified")
    story.tell("Those words are the buyer's, not the venue's", "这句话是买家写的，不是平台通知")


async def happy_purchase(story: Story) -> None:
    await story.wait(1)
    order = await story.open(NAMES[1], side="buy", amount="500.00")
    await story.wait(3)
    await story.write(order, "你好，请转到页面上的账户")
    if await story.until(order, "paid", "finished", "bclosed", "sclosed", "cancel", "expired") != "paid":
        return
    await story.wait(6)
    await story.act(order, "release")
    story.tell(f"{NAMES[1]} releases the coins · {order[-4:]}", f"{NAMES[1]} 已放币 · {order[-4:]}")


async def never_pays(story: Story) -> None:
    await story.wait(1)
    order = await story.open(NAMES[2], amount="300.00", expire_min=15)
    await story.wait(30)
    if await story.status(order) == "unpay":
        await story.act(order, "expire")
        story.tell(f"Time is up for {order[-4:]}", f"{order[-4:]} 超时未付款")


async def buyer_cancels(story: Story) -> None:
    await story.wait(1)
    order = await story.open(NAMES[1], amount="800.00")
    await story.wait(5)
    await story.write(order, "不好意思，买错了")
    await story.wait(4)
    await story.act(order, "cancel")
    story.tell(f"{NAMES[1]} cancels {order[-4:]}", f"{NAMES[1]} 取消 {order[-4:]}")


async def appeal(story: Story) -> None:
    await story.wait(1)
    order = await story.open()
    await story.wait(4)
    await story.pay(order)
    await story.wait(10)
    await story.write(order, "为什么还不放币？我要申诉")
    await story.act(order, "appeal", is_show_receive=1)
    story.tell(f"{NAMES[0]} appeals {order[-4:]}", f"{NAMES[0]} 对 {order[-4:]} 发起申诉")


async def answer_lost(story: Story) -> None:
    await story.fault(endpoint="confirm-receipt", kind="act_and_drop", times=1)
    story.tell("The answer to the next release will be lost", "下一次放币的应答将丢失")
    await story.wait(1)
    order = await story.open()
    await story.wait(4)
    await story.pay(order)


async def venue_away(story: Story) -> None:
    await story.wait(1)
    order = await story.open()
    await story.wait(5)
    await story.away("gate", True)
    await story.wait(5)
    await story.pay(order)
    await story.wait(20)
    await story.away("gate", False)


async def telegram_away(story: Story) -> None:
    await story.wait(1)
    order = await story.open()
    await story.wait(5)
    await story.away("telegram", True)
    await story.wait(4)
    await story.pay(order)
    await story.wait(16)
    await story.away("telegram", False)


async def changed_order(story: Story) -> None:
    await story.wait(1)
    order = await story.open()
    await story.wait(4)
    await story.pay(order)
    story.tell("Open Release… now: the name will change", "请点“放币…”：随后名字会变")
    await story.until_confirm_open(order)
    await story.act(order, "change", name=NAMES[1])
    story.tell(f"The verified name is now {NAMES[1]}", f"实名变为 {NAMES[1]}")


async def twins(story: Story) -> None:
    await story.wait(1)
    orders = [(name, await story.open(name)) for name in NAMES]
    await story.wait(4)
    for name, order in orders:
        await story.pay(order, name)
        await story.wait(1)


async def holiday(story: Story) -> None:
    """200 open orders of 20 names and amounts, every tenth paid: the desk must not drown."""
    dice = random.Random(7)
    quiet = story.quietly()
    for n in range(200):
        amount = f"{dice.randrange(2, 60) * 50}.00"
        order = await quiet.open(dice.choice(NAMES), amount=amount)
        if n % 10 == 9:
            await quiet.act(order, "pay")
    story.tell("200 orders are open, 20 of them paid", "已有 200 单，其中 20 单已付款")


@dataclass(frozen=True)
class Scenario:
    name: str
    title: tuple[str, str]
    """English and Chinese, as on the page's buttons"""
    watch: tuple[str, str]
    """what to look at, one sentence"""
    play: Callable[[Story], Awaitable[None]]


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "happy-sale",
            ("Happy sale", "正常出售"),
            ("The buyer pays: the bell rings, release in three taps.", "买家付款后响铃，三次点击放币。"),
            happy_sale,
        ),
        Scenario(
            "chat",
            ("Buyer chat", "买家聊天"),
            ("Everything the buyer says arrives; answer by reply.", "买家说的都会送达;用回复来回答。"),
            chat,
        ),
        Scenario(
            "happy-purchase",
            ("Happy purchase", "正常购买"),
            ("We buy: show the payee, pay, mark paid.", "我们买入：查看收款人，付款，标记已付款。"),
            happy_purchase,
        ),
        Scenario(
            "never-pays",
            ("Buyer never pays", "买家不付款"),
            ("The order runs out after half a minute, silently.", "半分钟后订单超时，不响铃。"),
            never_pays,
        ),
        Scenario(
            "buyer-cancels",
            ("Buyer cancels", "买家取消"),
            ("The card ends by itself.", "卡片自动结束。"),
            buyer_cancels,
        ),
        Scenario(
            "appeal",
            ("Appeal", "申诉"),
            ("The buyer asks the venue to decide: a new, loud card.", "买家发起申诉：新卡片并响铃。"),
            appeal,
        ),
        Scenario(
            "answer-lost",
            ("Answer lost at release", "放币应答丢失"),
            ("Coins move, the answer does not: unknown, then looked up.", "币已放出但无应答：结果未知，随后查清。"),
            answer_lost,
        ),
        Scenario(
            "venue-away",
            ("Venue away", "平台断开"),
            ("The desk says since when it is blind, and when it sees again.", "提示从何时起看不到平台，以及何时恢复。"),
            venue_away,
        ),
        Scenario(
            "telegram-away",
            ("Telegram away", "Telegram 断开"),
            ("The paid alert waits and arrives once.", "付款提醒等待恢复，只到达一次。"),
            telegram_away,
        ),
        Scenario(
            "changed-order",
            ("Changed after the card", "确认前订单变化"),
            ("Open Release…: the name changes, the old confirm is refused.", "打开“放币…”后名字变化，旧确认被拒绝。"),
            changed_order,
        ),
        Scenario(
            "twins",
            ("Equal totals", "同额订单"),
            ("Three orders of 7,200.00: each card warns of the others.", "三个 7,200.00 的订单：卡片互相提醒。"),
            twins,
        ),
        Scenario(
            "holiday",
            ("Holiday: 200 orders", "假日：200 单"),
            ("A burst becomes a digest.", "大量订单合并为摘要。"),
            holiday,
        ),
    )
}
