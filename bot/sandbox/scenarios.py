"""The table of stories a newcomer can watch.

Each is a coroutine over a :class:`Story`, the hand that moves things.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.sandbox.shop_story import shop
from bot.sandbox.stories import (
    answer_lost,
    appeal,
    buyer_cancels,
    changed_order,
    chat,
    convert,
    deposit,
    happy_purchase,
    happy_sale,
    holiday,
    never_pays,
    off_ramp,
    telegram_away,
    twins,
    venue_away,
)
from bot.sandbox.story import Story
from bot.sandbox.trick_stories import fake_receipt, handover, pressure, stolen_phone, third_party


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
            (
                "We buy: Show payee (account, QR code, terms), pay, mark paid, wait for the coins.",
                "我们买入：查看收款人（账户、二维码、条款），付款，标记已付款，等对方放币。",
            ),
            happy_purchase,
        ),
        Scenario(
            "convert",
            ("Convert coins", "闪兑"),
            (
                "The rate moves: /convert 100 USDT BTC, then exactly the quote shown.",
                "汇率变动中：/convert 100 USDT BTC，只按所示报价成交。",
            ),
            convert,
        ),
        Scenario(
            "off-ramp",
            ("Off-ramp to the bank", "出金到银行"),
            (
                "/otc 1000 USDT: sell at the quote shown, then watch it go to the bank.",
                "/otc 1000 USDT：按所示报价卖出，随后跟踪到账。",
            ),
            off_ramp,
        ),
        Scenario(
            "deposit",
            ("Payment link", "收款链接"),
            (
                "/deposit 5500.20 CNY 张三丰: confirm, and watch what MTPay reports.",
                "/deposit 5500.20 CNY 张三丰：确认后，查看 MTPay 的通知。",
            ),
            deposit,
        ),
        Scenario(
            "shop",
            ("Market and ads", "行情与广告"),
            (
                "The market moves: /market, then /price 7.18: look at the diff, confirm.",
                "行情变动：先 /market，再 /price 7.18，核对变更后确认。",
            ),
            shop,
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
            ("The desk says since when it is blind, and when it sees again.", "提示从何时起连不上平台，以及何时恢复。"),
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
            (
                "Three of 7,200.00, then one buyer twice: Release… asks which payer, or which credit, the bank shows.",
                "三个 7,200.00，随后同一买家两单：“放币…”会问银行显示哪个付款人、哪笔入账。",
            ),
            twins,
        ),
        Scenario(
            "third-party",
            ("Third-party payer", "第三方付款"),
            (
                "The receipt names somebody else, the buyer pushes: tap Other payer, nothing is released.",
                "截图上是别人的名字，买家催放：点“非本人付款”，不放币。",
            ),
            third_party,
        ),
        Scenario(
            "fake-receipt",
            ("One receipt twice", "同一截图用两次"),
            (
                "Two orders, one picture: under the second stands where it was seen before.",
                "两个订单同一张图：第二张下面写明在哪单见过。",
            ),
            fake_receipt,
        ),
        Scenario(
            "pressure",
            ("Pressure in chat", "聊天施压"),
            (
                "Threats and “Gate: payment verified”: all of it stands in a quote, only the bank counts.",
                "威胁和“平台已核实”都只在引用框里：只看银行。",
            ),
            pressure,
        ),
        Scenario(
            "stolen-phone",
            ("Stolen phone", "手机被偷"),
            (
                "A stranger gets silence; a thief opens Release…, the owner freezes, the next tap is refused.",
                "陌生人得不到回应；小偷点开“放币…”，老板冻结，再点被拒绝。",
            ),
            stolen_phone,
        ),
        Scenario(
            "handover",
            ("Shift handover", "交接班"),
            (
                "Open money, and a shift that ends: hand over, accept, the next payment rings the other.",
                "有未完成的钱就要下班：交班、接受，下一笔付款响在对方手机上。",
            ),
            handover,
        ),
        Scenario(
            "holiday",
            ("Holiday: 200 orders", "假日：200 单"),
            ("A burst becomes a digest.", "大量订单合并为摘要。"),
            holiday,
        ),
    )
}
