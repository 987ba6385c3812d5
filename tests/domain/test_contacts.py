"""What counts as a contact elsewhere, and above all what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contacts import allowed_in, find_contact, names_host
from tests.views.samples import order, payee

CONTACTS = [
    ("call me on 13800138000 please", "13800138000"),
    ("138 0013 8000", "138 0013 8000"),
    ("138-0013-8000", "138-0013-8000"),
    ("138.0013.8000", "138.0013.8000"),
    ("138,0013,8000", "138,0013,8000"),
    ("1 3 8 0 0 1 3 8 0 0 0", "1 3 8 0 0 1 3 8 0 0 0"),
    ("1-3-8-0-0-1-3-8-0-0-0", "1-3-8-0-0-1-3-8-0-0-0"),
    ("１３８００１３８０００", "１３８００１３８０００"),
    ("一三八零零一三八零零零", "一三八零零一三八零零零"),
    ("幺三八〇〇幺三八〇〇〇", "幺三八〇〇幺三八〇〇〇"),
    ("壹叁捌零零壹叁捌零零零", "壹叁捌零零壹叁捌零零零"),
    ("一三八0013八000", "一三八0013八000"),
    ("138\u200b0013\u200b8000", "138\u200b0013\u200b8000"),
    ("①③⑧⓪⓪①③⑧⓪⓪⓪", "①③⑧⓪⓪①③⑧⓪⓪⓪"),
    ("我的号:13912345678,晚上打", "13912345678"),
    ("+86 138 0013 8000", "+86 138 0013 8000"),
    ("+8613800138000", "+8613800138000"),
    ("008613800138000", "008613800138000"),
    ("+1 (555) 123-4567", "+1 (555) 123-4567"),
    ("+44 20 7946 0958", "+44 20 7946 0958"),
    ("0044 20 7946 0958", "0044 20 7946 0958"),
    ("+7 912 345-67-89", "+7 912 345-67-89"),
    ("(555) 123-4567", "(555) 123-4567"),
    ("555-123-4567", "555-123-4567"),
    ("010-12345678", "010-12345678"),
    ("客服400-820-8820", "400-820-8820"),
    ("phone: 6123 4567", "phone: 6123 4567"),
    ("电话 61234567", "电话 61234567"),
    ("卡号 6222020200001234", "6222020200001234"),
    ("6222 0202 0000 1234 567", "6222 0202 0000 1234 567"),
    ("bob@example.com", "bob@example.com"),
    ("bob@mail.example.co.uk", "bob@mail.example.co.uk"),
    ("bob @ example . com", "bob @ example . com"),
    ("bob＠example．com", "bob＠example．com"),
    ("bob (at) example (dot) com", "bob (at) example (dot) com"),
    ("bob at example dot com", "bob at example dot com"),
    ("look at https://example.org/pay?x=1", "https://example.org/pay?x=1"),
    ("hxxp://example.org", "hxxp://example.org"),
    ("https ://example.org", "https ://example.org"),
    ("www.example.org", "www.example.org"),
    ("example.com", "example.com"),
    ("打开example.com付款", "打开example.com"),
    ("example。com", "example。com"),
    ("example . com", "example . com"),
    ("example[.]com", "example[.]com"),
    ("example点com", "example点com"),
    ("pay.example.xyz/abc", "pay.example.xyz/abc"),
    ("go to bit.ly/3xYz", "bit.ly/3xYz"),
    ("t.me/desk", "t.me/desk"),
    ("T.ME/desk", "T.ME/desk"),
    ("t . me / desk", "t . me /"),
    ("wa.me/8613800138000", "wa.me/8613800138000"),
    ("tg://resolve?domain=desk", "tg://resolve?domain=desk"),
    ("write to @desk_support", "@desk_support"),
    ("联系@desk", "@desk"),
    ("加我微信", "微信"),
    ("我的微信号是abc", "微信"),
    ("薇信 abc", "薇信"),
    ("微 信", "微 信"),
    ("微-信", "微-信"),
    ("微\u200b信", "微\u200b信"),
    ("威信联系", "威信"),
    ("VX: abc123", "VX"),
    ("ｖｘ abc", "ｖｘ"),
    ("v x abc123", "v x"),
    ("wx同号", "wx"),
    ("V信 abc", "V信"),
    ("加V", "加V"),
    ("加 v abc", "加 v"),
    ("+V abc", "+V"),
    ("加微聊", "加微"),
    ("add my WeChat", "WeChat"),
    ("we chat id", "we chat"),
    ("weixin abc", "weixin"),
    ("Telegram?", "Telegram"),
    ("t e l e g r a m", "t e l e g r a m"),
    ("TG: desk", "TG"),
    ("加tg聊", "tg"),
    ("电报联系", "电报"),
    ("有飞机吗", "飞机"),
    ("纸飞机 desk", "纸飞机"),
    ("WhatsApp me", "WhatsApp"),
    ("what's app me", "what's app"),
    ("my LINE ID is abc", "my LINE"),
    ("line id abc", "line id"),
    ("LINE: abc", "LINE: a"),
    ("加line", "加line"),
    ("QQ 12345678", "QQ"),
    ("我的qq号", "qq"),
    ("扣扣 12345", "扣扣"),
    ("skype or viber", "skype"),
    ("on Signal", "on Signal"),
    ("请加我好友", "加我"),
    ("加一下我", "加一下我"),
    ("加好友再说", "加好友"),
    ("add me there", "add me"),
    ("let us talk in another app", "another app"),
]

HARMLESS = [
    "Hello! Please pay 7,200.00 CNY by 14:22.",
    "您好,请在14:22前付款7,200.00元。",
    "Order 2089000000000000417",
    "订单号:2089000000000000417",
    "Your price is 7.20, total 7200.00 CNY.",
    "单价7.20,数量1000.00 USDT",
    "0.00101234 BTC for you",
    "1,234,567,890.00 VND",
    "13800138000 VND",
    "¥13800138000",
    "+7,200.00 CNY arrived",
    "+7200.00 CNY",
    "Paid 2025-11-21 14:02:02",
    "付款时间 2025-11-21 14:02:02",
    "2025/11/21 100.00 USDT",
    "21.11.2025, 14:02",
    "14-02-2025 100 USDT",
    "2025年11月21日14点02分付款",
    "ICBC ··8821",
    "工行 尾号8821",
    "手机尾号8821",
    "请用本人账户付款,不要备注。",
    "可以用支付宝吗?",
    "可以微信支付吗?",
    "微信转账也可以",
    "WeChat Pay or Alipay?",
    "WeChat transfer is fine",
    "QQ钱包不支持",
    "稍微信任一下我们",
    "请稍微,信息马上到",
    "我们会增加我们的额度",
    "更加我们放心",
    "请附加我的回执",
    "我在飞机上,一小时后付款",
    "坐飞机中,稍后处理",
    "机票已买",
    "The bank is closed. Net amount follows tomorrow.",
    "Thanks.Me too, it is in.",
    "I can't. Me neither.",
    "sent.To be sure, please check",
    "Paid at 14:02, please release.",
    "I bought 5000 @ 7.20",
    "100 USDT @ market",
    "send it by bank wire, e.g. ICBC",
    "approx. 3.5 % more, i.e. 252 CNY",
    "The U.S. bank and the U.K. bank are closed",
    "network: USDT.TRC20",
    "receipt.pdf or photo.jpg is fine",
    "online banking, please",
    "My bank line was busy",
    "The signal here is bad",
    "what's appropriate?",
    "on 3 orders of 1000.00, 2000.00 and 3000.00",
    "1350 CNY and 720 CNY",
    "1350.00 720.00",
    "1500.00 7200.00 1000.00",
    "5000-10000 CNY per order",
    "0417, 0422, 0425",
    "第一次交易,您好!",
    "一共两笔,一笔三千,一笔五千",
    "五分钟内到账",
    "还没到账,请发银行回单的图片。",
    "请不要取消订单。",
    "已放币,感谢您的交易!",
    "Released. Thank you, see you again!",
    "Which name is on the account: 张三丰 or 李四?",
    "24/7 online, reply within 5-10 minutes",
    "TRC20 / ERC20, fee 1.00 USDT",
    "Bank: ICBC, branch 人民路支行",
    "😀👍 ok 👨‍👩‍👧",
    "…",
    "",
]


@pytest.mark.parametrize(("text", "piece"), CONTACTS)
def test_a_contact_is_found_as_it_was_written(text: str, piece: str) -> None:
    assert find_contact(text) == piece


@pytest.mark.parametrize("text", HARMLESS)
def test_what_merchants_usually_write_is_no_contact(text: str) -> None:
    assert find_contact(text, {"2089000000000000417"}) == ""


def test_numbers_of_the_order_itself_may_be_written() -> None:
    here = order(payees=(payee(), payee("bob@example.com"), payee("13800138000")))
    known = allowed_in(here)
    for text in (
        "order 2089000000000000417",
        "6222020200008821",
        "6222 0202 0000 8821",
        "bob@example.com",
        "138 0013 8000",
    ):
        assert find_contact(text) != "" and find_contact(text, known) == "", text


def test_what_is_allowed_does_not_excuse_another_contact_beside_it() -> None:
    known = allowed_in(order())
    assert find_contact("6222020200008821 or 13912345678", known) == "13912345678"
    assert find_contact("6222020200008822", known) == "6222020200008822"


def test_a_short_allowed_word_excuses_nothing() -> None:
    assert find_contact("vx 1", {"vx", ""}) == "vx"


def test_a_very_long_contact_is_told_shortened() -> None:
    assert len(find_contact("https://example.org/" + "a" * 400)) == 60


@given(st.text(max_size=200))
def test_whatever_is_written_the_piece_stands_in_it(text: str) -> None:
    assert find_contact(text) in text


@pytest.mark.parametrize(
    "text",
    ["pay.example.com", "https://pay.example.com/x?y=1", "PAY.EXAMPLE.COM", "请打开pay.example.com付款",
     "a.b.pay.example.com",
     "pay . example . com", "pay[.]example[.]com", "pay (dot) example (dot) com", "pay dot example dot com",
     "p a y . e x a m p l e . c o m", "pay。example。com", "ｐａｙ．ｅｘａｍｐｌｅ．ｃｏｍ", "pay.\u200bexample.com",
     "pay点example点com", "https%3A%2F%2Fpay%2Eexample%2Ecom", "pay.example.com.", "pay.\nexample.com",
     "(pay.example.com)"],
)  # fmt: skip
def test_our_checkout_host_is_seen_through_tricks(text: str) -> None:
    assert names_host(text, ["other.example.net", "https://Pay.Example.com/"]) == "pay.example.com"


@pytest.mark.parametrize(
    "text",
    ["", "example.com", "mypay.example.com", "pay.example.community", "pay.example.com-shop.example", "please pay",
     "pay the example, come on", "pay example com"],
)  # fmt: skip
def test_another_host_is_not_ours(text: str) -> None:
    assert names_host(text, ["pay.example.com"]) == ""


def test_no_host_of_ours_is_named_when_there_is_none() -> None:
    assert names_host("pay.example.com", []) == "" and names_host("anything at all", ["", "."]) == ""
