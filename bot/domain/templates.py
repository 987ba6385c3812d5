"""Texts that leads prepare for buyers, with gaps that the order fills."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from bot.domain.chat import MAX_TEXT
from bot.domain.contacts import find_contact
from bot.domain.conversation import Template
from bot.domain.errors import NotAllowed
from bot.domain.money import grouped
from bot.domain.orders import Order, Payee
from bot.domain.parts import length

LANGUAGES = ("en", "zh")
MAX_LABEL_COLUMNS = 16
LONGEST = {
    "order": "0417",
    "amount": "123,456,789.12345678 USDT",
    "total": "123,456,789,012.00 CNY",
    "name": "Maximiliane Alexandra Konstantinopolsky",
    "payee": "Industrial and Commercial Bank ··8821",
    "ends": "11-21 14:22",
}
"""every gap with the longest filling that is usual: what fits with these fits nearly always"""

_GAP = re.compile(r"\{([^{}]*)\}")
_TAIL = 4
_DIGEST_DIGITS = 12


def facts_of(order: Order, clock: Callable[[int], str]) -> dict[str, str]:
    """What fills the gaps; a fact that the order does not have is left out. `clock` writes Unix seconds.

    The order goes by its last four digits and the payee by its tail: to the venue's filter a long number is a contact.
    """
    facts = {
        "order": order.short_id,
        "amount": f"{grouped(order.amount)} {order.asset}",
        "total": f"{grouped(order.total)} {order.fiat}",
        "name": " ".join(order.counterparty_name.split()),
        "payee": _masked(order.main_payee),
        "ends": clock(order.pay_deadline) if order.pay_deadline else "",
    }
    return {name: fact for name, fact in facts.items() if fact}


def render(template_text: str, facts: Mapping[str, str]) -> str:
    """The text with its gaps filled. Raises NotAllowed("template_placeholder", given) for a gap without a fact."""
    text = _GAP.sub("", template_text)
    if "{" in text or "}" in text:
        raise NotAllowed("template_placeholder", {"given": "{" if "{" in text else "}"})

    def fill(gap: re.Match[str]) -> str:
        try:
            return facts[gap[1]]
        except KeyError:
            raise NotAllowed("template_placeholder", {"given": gap[0][:40]}) from None

    return _GAP.sub(fill, template_text)


def digest(rendered: str) -> str:
    """The first twelve hex digits of its SHA-256: tells whether what would be sent is what was seen."""
    return hashlib.sha256(rendered.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_DIGITS]


def lint(label: str, language: str, text: str) -> None:
    """Raises NotAllowed for what would not work or would be punished by the venue's filter.

    `template_label` (given, limit), `template_language` (given), `template_placeholder` (given), `template_text`
    (given, limit: characters of the longest rendering), `template_contact` (given).
    """
    columns = _columns(label)
    if not label.strip() or columns > MAX_LABEL_COLUMNS or "\n" in label:
        raise NotAllowed("template_label", {"given": str(columns), "limit": str(MAX_LABEL_COLUMNS)})
    if language not in LANGUAGES:
        raise NotAllowed("template_language", {"given": language[:20]})
    longest = render(text, LONGEST)
    if not text.strip() or length(longest) > MAX_TEXT:
        raise NotAllowed("template_text", {"given": str(length(longest)), "limit": str(MAX_TEXT)})
    contact = find_contact(longest) or find_contact(text)
    if contact:
        raise NotAllowed("template_contact", {"given": contact})


def _masked(payee: Payee | None) -> str:
    """`ICBC ··8821`; an account too short to hide in shows nothing of itself."""
    if payee is None:
        return ""
    digits = "".join(payee.account.split())
    tail = f"··{digits[-_TAIL:]}" if len(digits) > _TAIL else ""
    return f"{payee.name or payee.method} {tail}".strip()


def _columns(text: str) -> int:
    """Columns on a phone: wide characters and symbols take two, marks none."""
    return sum(_column(char) for char in text)


def _column(char: str) -> int:
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return 0
    return 2 if category == "So" or unicodedata.east_asian_width(char) in ("W", "F") else 1


_READY = (
    ("Greeting", "en", "Hello! Order {order}: {amount} for {total}. I am here and will help you with it."),
    ("Please pay", "en",
     "Please pay exactly {total} by {ends}, from an account in your own name ({name}). "
     "Leave the payment note empty, then mark the order as paid."),
    ("Not there yet", "en",
     "Your {total} is not in our account yet. Please send the bank receipt here as a picture. "
     "We release as soon as the money has arrived."),
    ("Do not cancel", "en",
     "If you have already paid, please do not cancel the order. We are looking for your payment now."),
    ("Other payer", "en",
     "The payment came from an account that is not in your name. We cannot take it and send it back to where it "
     "came from. Then please pay {total} from your own account."),
    ("Thank you", "en", "Released: {amount}. Thank you for the trade, see you again!"),
    ("问候", "zh", "您好！订单 {order}：{amount}，共 {total}。我在线，有问题请直接在这里留言。"),
    ("请付款", "zh",
     "请在 {ends} 前用您本人（{name}）的账户支付 {total}，金额一分不差，转账备注请留空，付好后点“我已付款”。"),
    ("还没到账", "zh", "您的 {total} 还没有到账。请在这里发一张银行回单的图片，到账后我们马上放币。"),
    ("请勿取消", "zh", "如果您已经付款，请不要取消订单。我们正在查收您的款项。"),
    ("非本人付款", "zh",
     "这笔款不是从您本人的账户转来的，我们不能收，会原路退回。请用您本人的账户重新支付 {total}。"),
    ("感谢", "zh", "已放币 {amount}。感谢您的交易，欢迎再来！"),
    ("Refund", "en",
     "The payment for order {order} came from another person's account. We cannot release for it and send it back, "
     "only to the account it came from. Please write here whose account it is and at which bank."),
    ("退款", "zh",
     "订单 {order} 的款项来自他人账户，我们不能据此放币，只能原路退回。请在这里写明付款账户的户名和开户行。"),
)  # fmt: skip
DEFAULTS = tuple(Template(number, *ready) for number, ready in enumerate(_READY, start=1))
"""to start from, numbered as storage numbers them when it takes them over"""
OCCASIONS = {
    "not_there": (("en", "Not there yet"), ("zh", "还没到账")),
    "refund": (("en", "Refund"), ("zh", "退款"), ("en", "Other payer"), ("zh", "非本人付款")),
}
"""by language and label, the better ones first: leads may have changed or removed them"""


def for_occasion(templates: Sequence[Template], occasion: str, language: str) -> Template | None:
    """The one that fits best, in this language before any other; None when there is none of them."""
    known = {(one.language, one.label): one for one in templates}
    wanted = sorted(OCCASIONS.get(occasion, ()), key=lambda one: one[0] != language)
    return next((known[one] for one in wanted if one in known), None)
