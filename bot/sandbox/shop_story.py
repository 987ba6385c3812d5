"""The story of the shop window: Gate's market moves while the desk handles its ads."""

from __future__ import annotations

from decimal import Decimal

from bot.sandbox.story import Story

MARKET_PACE = 4.0  # seconds between two steps of Gate's market
OTHERS = {
    "sell": (("7.22", "orchid_45"), ("7.23", "jade_12"), ("7.25", "comet_31"), ("7.28", "bamboo_77")),
    "buy": (("7.11", "magpie_66"), ("7.09", "tiger_20"), ("7.06", "willow_54"), ("7.02", "ferry_18")),
}


async def shop(story: Story) -> None:
    """A market that moves around our two ads; a rival goes past us, a trap lures, a colleague edits in Gate's app."""
    ours = next((row for row in await story.ads() if row["side"] == "sell" and row["status_text"] == "OPEN"), None)
    if ours is None:
        story.tell("No sale of ours is online", "我方没有上架的卖出广告")
        return
    await story.market("clear")
    for side, others in OTHERS.items():
        for price, nick in others:
            await story.market("rivals", side=side, price=price, nick=nick)
    await story.market(pace=MARKET_PACE)
    price, better = ours["price"], Decimal(ours["price"]) - Decimal("0.02")
    await story.wait(4)
    rival = await story.market("undercut", ad=ours["id"])
    story.tell(
        f"{rival['nick']} goes past our {price}: {rival['price']}",
        f"{rival['nick']} 以 {rival['price']} 压过我方 {price}",
    )
    command = f"/price {better} {ours['id']}"
    story.tell(f"As Lead on the phone: {command}", f"在主管的手机上输入：{command}")
    if not await story.until_priced(ours["id"], price):
        return
    now = next(row["price"] for row in await story.ads() if row["id"] == ours["id"])
    story.tell(f"Our ad is now at {now}", f"我方广告现价 {now}")
    await story.wait(6)
    trap = await story.market("trap", side="sell")
    story.tell(f"A trap: 3 USDT at {trap['price']}", f"陷阱：3 USDT 标价 {trap['price']}")
    await story.wait(12)
    words = "只收本人账户，请勿备注 · own-name accounts only"
    await story.colleague(ours["id"], "edit", trade_tips=words)
    story.tell("A colleague changed our terms in Gate's app", "同事在 Gate App 修改了广告条款")
