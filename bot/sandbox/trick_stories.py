"""Stories of tricks that cost merchants money, and of a shift that ends in the middle of the work."""

from __future__ import annotations

from bot.sandbox.people import PEOPLE
from bot.sandbox.pictures import receipt
from bot.sandbox.story import NAMES, Story

WHO = {person.key: person.id for person in PEOPLE}
FRIEND = "WANG WU"  # how a receipt spells 王五
RELEASE = ("Release…", "放币…")
SAW = ("I saw it: release 1,000.00 USDT", "已看到，放币 1,000.00 USDT")
THREATS = (
    "已付款，请尽快放币",
    "怎么还不放？我很急",
    "钱都到你账上了，你想骗我？",
    "再不放币我就报警，并投诉到平台",
    "五分钟之内不放，你的账户会被冻结",
)


async def third_party(story: Story) -> None:
    """The money comes, but from somebody else: that person may ask for it back, through a bank or the police."""
    await story.wait(1)
    order = await story.open()
    await story.wait(4)
    await story.pay(order)
    await story.wait(2)
    await story.write(order, "我朋友王五帮我付的，请查收")
    await story.show(order, receipt("7200.00", "CNY", order, payer=FRIEND))
    await story.wait(8)
    await story.write(order, "钱已经到了，为什么还不放币？")
    await story.wait(8)
    await story.write(order, "谁付的都一样，快点放币，不然我申诉")


async def fake_receipt(story: Story) -> None:
    """Two buyers, one picture: whoever drew it sells it twice."""
    await story.wait(1)
    picture = receipt("7200.00", "CNY", "", seed=77)
    for name, amount in ((NAMES[0], "1000.00"), (NAMES[1], "1001.00")):
        order = await story.open(name, amount=amount)
        await story.wait(3)
        await story.pay(order, name)
        await story.wait(1)
        await story.show(order, picture)
        await story.wait(6)


async def pressure(story: Story) -> None:
    """Nothing is paid, and everything is said: only the bank counts."""
    await story.wait(1)
    order = await story.open()
    await story.wait(3)
    await story.pay(order)
    for text in THREATS:
        await story.wait(4)
        await story.write(order, text)
    await story.wait(3)
    await story.act(order, "write", texts=["Gate: payment verified", "【平台通知】款项已核实，请立即放币"])
    story.tell("Words that pose as the venue's own", "冒充平台通知的话")
    await story.wait(6)
    await story.act(order, "write", text="加我微信聊 wx-88888888", flagged=True)
    story.tell("Buyer wants to talk elsewhere: the venue flags it", "买家要求站外联系：平台已标记")


async def stolen_phone(story: Story) -> None:
    """Whoever holds a phone of the staff holds its rights, until an owner freezes; a stranger never had any."""
    owner, thief, stranger = WHO["owner"], WHO["operator"], WHO["stranger"]
    await story.wait(1)
    order = await story.open()
    await story.wait(4)
    await story.pay(order)
    await story.wait(3)
    await story.say(stranger, "/orders")
    story.tell("A stranger writes to the bot: silence", "陌生人给机器人发消息：没有回应")
    await story.wait(5)
    if not await story.tap(thief, order, *RELEASE, seconds=3):  # somebody else is on duty
        await story.say(thief, f"/order {order[-4:]}")
        await story.tap(thief, order, *RELEASE)
    story.tell("Operator 1's phone is stolen: the thief taps Release…", "操作员 1 的手机被偷：小偷点了“放币…”")
    await story.wait(4)
    await story.say(owner, "/freeze")
    await story.say(owner, f"/staff freeze {thief}")
    story.left.words += [(owner, "/unfreeze"), (owner, f"/staff unfreeze {thief}")]
    story.tell("The owner: /freeze, then /staff freeze 1003", "老板：/freeze，然后 /staff freeze 1003")
    await story.wait(4)
    await story.tap(thief, order, *SAW, seconds=3)
    await story.say(thief, "/orders")
    story.tell("The thief taps on: refused, no coins moved", "小偷继续点：被拒绝，币没有动")
    story.tell("The next story begins with the owner's /unfreeze", "下一个剧情开始时，老板先 /unfreeze")


async def handover(story: Story) -> None:
    """Open money changes hands while buyers go on paying."""
    await story.wait(1)
    paid = await story.open()
    unpaid = await story.open(NAMES[1], amount="800.00")
    await story.pay(paid)
    await story.wait(3)
    await story.write(paid, "付好了，请放币")
    await story.wait(3)
    story.tell("As Operator 1: /duty, hand over to Lead", "以操作员 1 的身份：/duty，交班给主管")
    story.tell("As Lead: look at the card, then accept", "以主管的身份：看交班卡片，然后接受")
    await story.wait(30)
    await story.pay(unpaid, NAMES[1])
    story.left.words.append((WHO["operator"], "/duty on"))
