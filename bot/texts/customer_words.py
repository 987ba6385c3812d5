"""What a customer reads, in the language of the page that he is sent to. The catalogue speaks to the staff only."""

from dataclasses import dataclass
from typing import Final

PAGE_LANGUAGES: Final = {"zh_CN": "简体", "zh_TW": "繁體", "en": "English"}
"""each by the name its own readers know, short enough for three buttons in a row"""


@dataclass(frozen=True, slots=True)
class CustomerWords:
    """Sentences with open placeholders; `methods` by the venue's bits."""

    pays: str
    receives: str
    ways: str
    own_name: str
    ends: str
    scan: str
    methods: dict[int, str]
    comma: str


CUSTOMER_WORDS: Final = {
    "en": CustomerWords(
        pays="{name}, please pay exactly {amount} on this page:",
        receives="{name}, please pay on this page. It shows your amount in {fiat}:",
        ways="Ways to pay: {methods}",
        own_name="Please pay from an account in your own name, {name}.",
        ends="The page closes at {time} (UTC+8).",
        scan="Scan to pay",
        methods={1: "bank card", 2: "WeChat Pay", 4: "Alipay"},
        comma=", ",
    ),
    "zh_CN": CustomerWords(
        pays="{name}，请在此页面准确支付 {amount}：",
        receives="{name}，请在此页面付款，应付的 {fiat} 金额以页面显示为准：",
        ways="付款方式：{methods}",
        own_name="请使用 {name} 本人名下的账户付款。",
        ends="页面将于 {time}（北京时间）关闭。",
        scan="请扫码付款",
        methods={1: "银行卡", 2: "微信支付", 4: "支付宝"},
        comma="、",
    ),
    "zh_TW": CustomerWords(
        pays="{name}，請在此頁面準確支付 {amount}：",
        receives="{name}，請在此頁面付款，應付的 {fiat} 金額以頁面顯示為準：",
        ways="付款方式：{methods}",
        own_name="請使用 {name} 本人名下的帳戶付款。",
        ends="頁面將於 {time}（UTC+8）關閉。",
        scan="請掃碼付款",
        methods={1: "銀行卡", 2: "微信支付", 4: "支付寶"},
        comma="、",
    ),
}
