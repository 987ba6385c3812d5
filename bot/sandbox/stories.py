"""What buyers, the venue and the wires do while the desk works, one coroutine per story of an everyday kind."""

from __future__ import annotations

import random
from decimal import Decimal

from bot.sandbox.story import NAMES, Story

TERMS = "仅限本人账户付款，请勿备注。\nOwn account only, no remarks."
MOVES = 220  # of a rate that a story moves, about a quarter of an hour
LATE_REVIEW = 9  # the move at which a bank account passes, after some 40 s


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
    order = await story.open(NAMES[1], side="buy", amount="500.00", qr="alipay", terms=TERMS)
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
    """Three payers whose names tell them apart; then one buyer twice, where only the credit does."""
    await story.wait(1)
    orders = [(name, await story.open(name)) for name in NAMES]
    await story.wait(4)
    for name, order in orders:
        await story.pay(order, name)
        await story.wait(1)
    await story.wait(15)
    again = [await story.open(NAMES[0], amount="300.00") for _ in range(2)]
    await story.wait(4)
    for order in again:
        await story.pay(order, NAMES[0])


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


async def convert(story: Story) -> None:
    """A purchase is over and its coins are left; Bitcoin never stands still while they wait to be converted."""
    await story.wait(1)
    order = await story.open(NAMES[1], side="buy", amount="500.00")
    await story.act(order, "pay_elsewhere")
    await story.wait(2)
    await story.act(order, "release")
    story.tell(f"{NAMES[1]} releases the coins · {order[-4:]}", f"{NAMES[1]} 已放币 · {order[-4:]}")
    await story.bring("500", "USDT")
    story.tell("Now on the phone: /convert 100 USDT BTC", "现在在手机上输入：/convert 100 USDT BTC")
    dice, quiet = random.Random(11), story.quietly()
    for _ in range(MOVES):
        await story.wait(4)
        await quiet.move_rate("BTC", dice.choice(("-0.7", "-0.4", "-0.2", "0.2", "0.4", "0.7")))


async def off_ramp(story: Story) -> None:
    """Enough coins to sell, a bank account still under review, a rate that moves, and a transfer one can watch."""
    await story.wait(1)
    await story.bring("10000", "USDT")
    await story.bring("2000", "USDC")
    await story.otc(dispatch_seconds=8.0, done_seconds=8.0, ends_as="DONE")
    story.tell("Now on the phone: /otc 1000 USDT", "现在在手机上输入：/otc 1000 USDT")
    dice, quiet = random.Random(13), story.quietly()
    for n in range(MOVES):
        await story.wait(4)
        await quiet.move_dollar("USDT", dice.choice(("-0.02", "-0.01", "0.01", "0.02")))
        if n == LATE_REVIEW:
            await story.approve_banks()


async def deposit(story: Story) -> None:
    """Somebody asks for a payment link; its payer opens it, an advert takes it, and the payer pays."""
    words = f"/deposit 5500.20 CNY {NAMES[0]}"
    story.tell(f"As Lead on the phone: {words}", f"在主管的手机上输入：{words}")
    link = await story.next_deposit()
    if link is None:
        return
    code, name = str(link["code"]), link["payer"]
    await story.wait(3)
    rate = (await story.payer(code, "match"))["rate"]
    story.tell(f"{name} opens the link: a seller at {rate}", f"{name} 打开链接，匹配汇率 {rate}")
    await story.wait(6)
    paid = await story.payer(code, "pay")
    money = f"{Decimal(paid['payment']):.2f} {paid['fiat']}"
    story.tell(f"{name} says {money} is paid", f"{name} 称已付款 {money}")
