"""The wrong-order brake: does a text for one buyer speak of another order?

People answer several buyers at once. What gives a slip away is another order's number, sum or name in the text. Four
digits are often a time, a sum or the tail of a bank account, so they count only where they can hardly be one of those.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

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

_LONG_GAP = re.compile(r"\s{3,}")

NEAR = 40
"""characters beside four digits that tell what they are"""
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


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text as it is compared with every other order: whatever can be found out beforehand.

    `runs` holds all long digit runs, `fours` what can be an order's last four digits, `sums` the codes each amount may
    be in (None: any). `strangers` is the text without the names of this order, `letters` the same without white space.
    """

    runs: str
    fours: frozenset[str]
    sums: dict[Decimal, list[set[str] | None]]
    own_sums: frozenset[Decimal]
    own_names: frozenset[str]
    strangers: str
    letters: str


def names_other_order(text: str, order: Order, others: Sequence[Order]) -> Order | None:
    """The first of the other orders that the text speaks of: by number, by verified name, by total; None for none.

    What this order has itself (number, sums, names, accounts) never counts. `others` are the open orders; `order` may
    be among them.
    """
    others = [other for other in others if other.id != order.id]
    if not others or not text.strip():
        return None
    reading = _read(text, order, {other.short_id for other in others} - {order.short_id})
    for names in (_names_number, _names_person, _names_total):
        for other in others:
            if names(reading, other):
                return other
    return None


def _read(text: str, order: Order, short_ids: Collection[str]) -> _Reading:
    plain = _LONG_GAP.sub("  ", fold(text).text)
    own_names = _own_names(order)
    strangers = plain
    for known in sorted(own_names, key=len, reverse=True):
        strangers = _as_word(known).sub(" ", strangers)
    return _Reading(
        runs="|".join(run for found in _RUN.finditer(plain) if len(run := _digits(found[0])) >= LEAST_OF_AN_ID),
        fours=_fours(plain, order, short_ids),
        sums=_sums(plain),
        own_sums=_own_sums(order),
        own_names=frozenset(map(folded, own_names)),
        strangers=strangers,
        letters="".join(strangers.split()),
    )


def _names_number(reading: _Reading, other: Order) -> bool:
    if len(other.id) >= LEAST_OF_AN_ID and other.id in reading.runs:
        return True
    return other.short_id in reading.fours


def _fours(text: str, order: Order, short_ids: Collection[str]) -> frozenset[str]:
    """Which of these last four digits stand in the text for an order."""
    text = _RUN.sub(lambda run: "x" * len(run[0]) if len(_digits(run[0])) >= LEAST_OF_A_CARD else run[0], text)
    tails = tuple(_digits(payee.account)[-4:] for payee in order.payees)
    found: set[str] = set()
    for four in _FOUR.finditer(text):
        if four[0] in short_ids and four[0] not in found and _can_be_a_number(text, four, order, tails):
            found.add(four[0])
    return frozenset(found)


def _can_be_a_number(text: str, four: re.Match[str], order: Order, tails: Collection[str]) -> bool:
    """Four digits that stand for an order: called one, or not to be read as a sum, a time or an account's tail."""
    start, end = four.span()
    before, after = text[max(0, start - NEAR) : start], text[end : end + NEAR]
    if _ORDER_BEFORE.search(before) or _ORDER_AFTER.match(after):
        return True
    if _TAIL_BEFORE.search(before) or _is_counted(four[0], before, after):
        return False
    if four[0] in tails:
        return False
    if _is_time(four[0]) and _TIME_BEFORE.search(before):
        return False
    return Decimal(four[0]) not in _own_sums(order)


def _is_counted(four: str, before: str, after: str) -> bool:
    """So many of something. Nobody writes a sum with a zero in front."""
    return four[0] != "0" and bool(_UNIT_AFTER.match(after) or _MONEY_BEFORE.search(before))


def _is_time(four: str) -> bool:
    return four[:2] < "24" and four[2:] < "60"


def _names_person(reading: _Reading, other: Order) -> bool:
    """A verified name, unless it is also one of this order's or a word of everyday."""
    name = _plain(other.counterparty_name)
    letters = folded(name)
    if len(letters) < 2 or "*" in letters or letters in ALSO_WORDS or letters in reading.own_names:
        return False
    return letters in reading.letters and _as_word(name).search(reading.strangers) is not None


def _own_names(order: Order) -> list[str]:
    payees = [word for payee in order.payees for word in (payee.holder, payee.name, payee.branch)]
    return [_plain(known) for known in (order.counterparty_name, order.own_name, *payees) if known.strip()]


@lru_cache(maxsize=2048)
def _plain(name: str) -> str:
    return fold(name).text


@lru_cache(maxsize=2048)
def _as_word(name: str) -> re.Pattern[str]:
    """A name with any white space between its parts; one of letters only as a word of its own."""
    parts = r"\s+".join(re.escape(part) for part in name.split())
    if name.isascii():
        return re.compile(rf"(?<![a-z0-9]){parts}(?![a-z0-9])")
    return re.compile(r"\s*".join(re.escape(char) for char in folded(name)))


def _names_total(reading: _Reading, other: Order) -> bool:
    """The other's total with a currency, or written as only a sum is written (`7,200` or `7200.00`)."""
    if other.total in reading.own_sums:
        return False
    return any(codes is None or other.fiat.upper() in codes for codes in reading.sums.get(other.total, ()))


def _sums(text: str) -> dict[Decimal, list[set[str] | None]]:
    """Every amount that is written as a sum, and the codes it may be in; None for any."""
    sums: dict[Decimal, list[set[str] | None]] = {}
    for found in _SUM.finditer(text):
        unit = (found["after"] or found["before"] or "").upper()
        digits = found["digits"]
        if not unit and "," not in digits and not re.fullmatch(r"[0-9]+\.[0-9]{2,}", digits):
            continue
        amount = Decimal(digits.replace(",", "")) * (10_000 if unit.startswith("万") else 1)
        codes = _CODES_OF.get(unit.lstrip("万").replace("块", "元").replace("圆", "元"), {unit})
        sums.setdefault(amount, []).append(codes if unit else None)
    return sums


def _own_sums(order: Order) -> frozenset[Decimal]:
    return frozenset((order.total, order.amount, order.price))


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
