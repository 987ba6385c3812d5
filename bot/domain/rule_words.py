"""A rule as people write it: `rank 1 floor 7.15 ceiling 7.30 every 60`, in any order, in English or Chinese."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.domain.ad_edits import COIN_PLACES, FIAT_PLACES, MOST, PERCENT_PLACES, PRICE_PLACES
from bot.domain.errors import NotAllowed
from bot.domain.money import parse_amount, plain
from bot.domain.repricing import ZERO, Aim, Rule

LEAST_SECONDS, MOST_SECONDS = 10, 3600
MOST_RANK = 50
MOST_PERCENT = Decimal(50)
NONE = frozenset({"off", "no", "none", "0", "无", "关"})
WORDS = {
    "rank": "rank", "follow": "rank", "跟": "rank", "排名": "rank",
    "undercut": "undercut", "压价": "undercut",
    "floor": "floor", "min": "floor", "最低": "floor",
    "ceiling": "ceiling", "max": "ceiling", "最高": "ceiling",
    "every": "every", "间隔": "every",
    "surplus": "surplus", "余量": "surplus",
    "order": "order", "限额": "order",
    "traps": "traps", "偏离": "traps",
    "band": "band", "报警": "band",
}  # fmt: skip
"""what may be written, and what it means"""


def read_rule(words: Sequence[str], base: Rule | None = None) -> Rule:
    """The rule that the words make, or what they make of `base`. Raises NotAllowed, "rule_…" or "usage"."""
    given = _pairs(words)
    both = "rank" in given and "undercut" in given
    if both or not given:
        raise NotAllowed("usage", {"command": "reprice", "given": " ".join(words)[:60]})
    missing = [word for word in ("floor", "ceiling") if base is None and word not in given]
    if base is None and not {"rank", "undercut"} & set(given):
        missing.insert(0, "rank")
    if missing:
        raise NotAllowed("rule_missing", {"word": missing[0]})
    rule = base or Rule(Aim.RANK, ZERO, ZERO)
    for word, typed in given.items():
        rule = READERS[word](rule, typed)
    if rule.floor > rule.ceiling:
        raise NotAllowed("rule_bounds", {"floor": plain(rule.floor), "ceiling": plain(rule.ceiling)})
    return rule


def _pairs(words: Sequence[str]) -> dict[str, str]:
    """Each word with the number behind it. Raises NotAllowed for a word that is none of ours, or is there twice."""
    given: dict[str, str] = {}
    if len(words) % 2:
        raise NotAllowed("usage", {"command": "reprice", "given": " ".join(words)[:60]})
    for name, typed in zip(words[::2], words[1::2], strict=True):
        word = WORDS.get(name.lower())
        if word is None or word in given:
            raise NotAllowed("rule_word", {"given": name[:20]})
        given[word] = typed
    return given


def read_number(word: str, typed: str, places: int, *, most: Decimal = MOST) -> Decimal:
    """A number above 0 with at most so many decimals. Raises NotAllowed("rule_number")."""
    facts = {"word": word, "given": typed[:20], "digits": str(places), "top": plain(most)}
    no = NotAllowed("rule_number" if most == MOST else "rule_percent", facts)
    try:
        number = parse_amount(typed.removesuffix("%").removesuffix("s"))
    except NotAllowed:
        raise no from None
    exponent = number.normalize().as_tuple().exponent
    if not 0 < number <= most or not isinstance(exponent, int) or -exponent > places:
        raise no
    return number


def _rank(rule: Rule, typed: str) -> Rule:
    return replace(rule, aim=Aim.RANK, rank=_whole("rank", typed, 1, MOST_RANK), step=ZERO)


def _undercut(rule: Rule, typed: str) -> Rule:
    return replace(rule, aim=Aim.UNDERCUT, rank=1, step=read_number("undercut", typed, PRICE_PLACES))


def _every(rule: Rule, typed: str) -> Rule:
    return replace(rule, every_seconds=_whole("every", typed.removesuffix("s"), LEAST_SECONDS, MOST_SECONDS))


def _whole(word: str, typed: str, least: int, most: int) -> int:
    is_whole = typed.isascii() and typed.isdigit() and len(typed) <= 6
    if not is_whole or not least <= int(typed) <= most:
        raise NotAllowed(f"rule_{word}", {"given": typed[:20], "least": str(least), "top": str(most)})
    return int(typed)


def _least(word: str, typed: str, places: int) -> Decimal:
    return ZERO if typed.lower() in NONE else read_number(word, typed, places)


def _percent(word: str, typed: str) -> Decimal:
    return read_number(word, typed, PERCENT_PLACES, most=MOST_PERCENT)


READERS: dict[str, Callable[[Rule, str], Rule]] = {
    "rank": _rank,
    "undercut": _undercut,
    "every": _every,
    "floor": lambda rule, typed: replace(rule, floor=read_number("floor", typed, PRICE_PLACES)),
    "ceiling": lambda rule, typed: replace(rule, ceiling=read_number("ceiling", typed, PRICE_PLACES)),
    "surplus": lambda rule, typed: replace(rule, least_surplus=_least("surplus", typed, COIN_PLACES)),
    "order": lambda rule, typed: replace(rule, least_order=_least("order", typed, FIAT_PLACES)),
    "traps": lambda rule, typed: replace(rule, trap_percent=_percent("traps", typed)),
    "band": lambda rule, typed: replace(rule, band_percent=None if typed.lower() in NONE else _percent("band", typed)),
}
