"""The wrong-order brake: does a text for one buyer speak of another order?

People answer several buyers at once. What gives a slip away is another order's number, sum or name in the text. Four
digits are often a time, a sum or the tail of a bank account, so they count only where they can hardly be one of those.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from bot.domain.folding import fold
from bot.domain.orders import Order, folded

_CODE = r"(?:cny|rmb|usdt?|usdc|eur|gbp|hkd|twd|jpy|krw|vnd|idr|php|thb|inr|ngn|rub|try|btc|eth|u)"
_WORDS_FOR_ORDER = r"(?:\border\b|\borders\b|\bid\b|\bno\b|订单|单号|尾单|#|№)"
_ORDER_BEFORE = re.compile(rf"{_WORDS_FOR_ORDER}\s*(?:号|number|no)?\s*[:.#]*\s*$")
_ORDER_AFTER = re.compile(r"\s*(?:号单|这单|那单|订单|单(?!价)|order\b)")
_TAIL_BEFORE = re.compile(
    r"(?:·|\*|x{2,}|尾号|末四位|后四位|卡号|账号|账户|卡|\bcard|\bending(?: in| with)?|\baccount|\btail"
    r"|\blast (?:4|four)(?: digits)?|\ba/c)\s*(?:为|是|is|no|number)?\s*[:.]*\s*$"
)
_MONEY_BEFORE = re.compile(
    rf"(?:[¥$€£]|{_CODE}|金额|合计|共|付|转|收|\bpay|\bpaid|\bsend|\bsent|\bamount|\btotal)\s*:?\s*$"
)
_UNIT_AFTER = re.compile(
    rf"\s*(?:{_CODE}(?![a-z])|元|块|圆|刀|万|w(?![a-z])|k(?![a-z])|%|年|月|点|时|分|秒|天|个|次|笔|小时"
    r"|(?:minutes?|mins?|seconds?|hours?|days?|times|orders|trades)\b)"
)
_TIME_BEFORE = re.compile(r"(?:\bat|\bbefore|\buntil|\btill|\bby|\bsince|\bafter)\s*$")
_FOUR = re.compile(r"(?<![0-9a-z])(?<![0-9][.,:/\-])[0-9]{4}(?![0-9a-z]|[.,:/\-][0-9])")
_RUN = re.compile(r"(?<![0-9])[0-9](?:[ \-]?[0-9])*(?![0-9])")
_SUM = re.compile(
    rf"(?P<before>[¥$€£]|(?<![a-z]){_CODE}(?![a-z]))?\s*(?<![0-9.,])(?P<digits>[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?"
    rf"|[0-9]+(?:\.[0-9]+)?)(?![0-9]|[.,][0-9])(?:\s*(?P<after>万?(?:元|块|圆)|{_CODE}(?![a-z])))?"
)
_CODES_OF = {"¥": {"CNY", "JPY"}, "$": {"USD", "HKD", "TWD"}, "€": {"EUR"}, "£": {"GBP"}, "RMB": {"CNY"}, "元": {"CNY"}}

LEAST_OF_A_CARD = 13
LEAST_OF_AN_ID = 6

ALSO_WORDS = frozenset(
    [
        "安全", "安心", "平安", "方便", "高兴", "高明", "谢谢", "明白", "时间", "成功", "金额",
        "钱包", "关于", "于是", "万一", "全部", "单号", "应该", "应付", "应收", "温馨", "何时",
        "何况", "任何", "包括", "包含", "费用", "马上", "马虎", "常用", "向上", "和气", "水平",
        "文明", "计算", "易于", "白天", "支持", "支付", "付款", "周一", "周二", "周三", "周四",
        "周五", "周六", "周日",
    ]
)  # fmt: skip
"""words of everyday that would also make a name of two characters"""


def names_other_order(text: str, order: Order, others: Sequence[Order]) -> Order | None:
    """The first of the other orders that the text speaks of: by number, by verified name, by total; None for none.

    What this order has itself (number, sums, names, accounts) never counts. `others` are the open orders; `order` may
    be among them.
    """
    others = [other for other in others if other.id != order.id]
    plain = fold(text).text
    for names in (_names_number, _names_person, _names_total):
        for other in others:
            if names(plain, order, other):
                return other
    return None


def _names_number(text: str, order: Order, other: Order) -> bool:
    if len(other.id) >= LEAST_OF_AN_ID and any(other.id in _digits(run[0]) for run in _RUN.finditer(text)):
        return True
    if other.short_id == order.short_id or len(other.short_id) < 4:
        return False
    text = _RUN.sub(lambda run: "x" * len(run[0]) if len(_digits(run[0])) >= LEAST_OF_A_CARD else run[0], text)
    return any(four[0] == other.short_id and _can_be_a_number(text, four, order) for four in _FOUR.finditer(text))


def _can_be_a_number(text: str, four: re.Match[str], order: Order) -> bool:
    """Four digits that stand for an order: called one, or not to be read as a sum, a time or an account's tail."""
    before, after = text[: four.start()], text[four.end() :]
    if _ORDER_BEFORE.search(before) or _ORDER_AFTER.match(after):
        return True
    if _TAIL_BEFORE.search(before) or _is_counted(four[0], before, after):
        return False
    if any(_digits(payee.account).endswith(four[0]) for payee in order.payees):
        return False
    if _is_time(four[0]) and _TIME_BEFORE.search(before):
        return False
    return Decimal(four[0]) not in _own_sums(order)


def _is_counted(four: str, before: str, after: str) -> bool:
    """So many of something. Nobody writes a sum with a zero in front."""
    return four[0] != "0" and bool(_UNIT_AFTER.match(after) or _MONEY_BEFORE.search(before))


def _is_time(four: str) -> bool:
    return four[:2] < "24" and four[2:] < "60"


def _names_person(text: str, order: Order, other: Order) -> bool:
    """A verified name, unless it is also one of this order's or a word of everyday."""
    name = folded(fold(other.counterparty_name).text)
    own = [fold(known).text for known in (order.counterparty_name, order.own_name, *_holders(order)) if known.strip()]
    if len(name) < 2 or "*" in name or name in ALSO_WORDS or name in map(folded, own):
        return False
    for known in sorted(own, key=len, reverse=True):
        text = re.sub(_as_word(known), " ", text)
    return re.search(_as_word(fold(other.counterparty_name).text), text) is not None


def _holders(order: Order) -> list[str]:
    return [word for payee in order.payees for word in (payee.holder, payee.name, payee.branch)]


def _as_word(name: str) -> str:
    """A name with any white space between its parts; one of letters only as a word of its own."""
    parts = r"\s+".join(re.escape(part) for part in name.split())
    if name.isascii():
        return rf"(?<![a-z0-9]){parts}(?![a-z0-9])"
    return r"\s*".join(re.escape(char) for char in folded(name))


def _names_total(text: str, order: Order, other: Order) -> bool:
    """The other's total with a currency, or written as only a sum is written (`7,200` or `7200.00`)."""
    if other.total in _own_sums(order):
        return False
    return any(_is_sum_of(found, other) for found in _SUM.finditer(text))


def _is_sum_of(found: re.Match[str], other: Order) -> bool:
    unit = (found["after"] or found["before"] or "").upper()
    digits = found["digits"]
    if not unit and "," not in digits and not re.fullmatch(r"[0-9]+\.[0-9]{2,}", digits):
        return False
    amount = Decimal(digits.replace(",", "")) * (10_000 if unit.startswith("万") else 1)
    codes = _CODES_OF.get(unit.lstrip("万").replace("块", "元").replace("圆", "元"), {unit})
    return amount == other.total and (not unit or other.fiat.upper() in codes)


def _own_sums(order: Order) -> frozenset[Decimal]:
    return frozenset((order.total, order.amount, order.price))


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
