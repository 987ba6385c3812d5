"""Open sales of the same sum: when a payer's name tells them apart, and what else does when names do not.

A name that the venue hides, that is missing, or that two of them share, tells nothing. Then the credit itself is
asked for, as the bank shows it: the last digits of its reference, or its time. One credit stands for one release.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from zoneinfo import ZoneInfo

from bot.domain.errors import NotAllowed
from bot.domain.folding import fold
from bot.domain.orders import Order, Side, folded, name_parts

NONE_OF_THESE = "none"
_DIGITS = re.compile(r"[0-9]{4,6}")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_WIDE = str.maketrans("０１２３４５６７８９：．", "0123456789:.")
_ACCOUNT_DIGITS = 24
ANY_ACCOUNT = "?"
"""what begins with it is an account that is not known, and may be any"""
_STARS = "*＊•●…〇"
_IN_NAMES = frozenset(" .,'’‘-‐‑–·・‧")
"""what stands in names that are told in full, beside letters, marks and digits"""
_CUT = re.compile(r"(?<![a-z'’])(?:[a-z]|x+)(?![a-z'’])|某")
"""an initial, or letters that stand for others: `Z. San`, `张X`, `张xx`, `张某`"""
CLOCKS_DIFFER = timedelta(minutes=2)
MOST_BESIDES = 8
"""orders that a card names in full: a lead's word stands against no more"""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit of this sum on one of our accounts (its digest). `day` is empty for digits of a reference, which
    `mark` holds; else `mark` is `14:02` or `14:02:31` of that day (`2026-11-21`) in the desk's time zone."""

    account: str
    fiat: str
    total: Decimal
    day: str
    mark: str

    @property
    def is_time(self) -> bool:
        return bool(self.day)


def sales_among(orders: Sequence[Order]) -> list[Order]:
    """Those whose buyers' money may be the credit: what we buy brings none."""
    return [order for order in orders if order.side is Side.SELL and not order.is_final]


def are_told_apart_by_name(orders: Sequence[Order]) -> bool:
    """True when every one has a name in full and nobody, by name or by account at the venue, is there twice."""
    names = [order.counterparty_name for order in orders]
    buyers = [order.counterparty_id for order in orders if order.counterparty_id]
    if any(is_hidden(name) for name in names) or len(set(buyers)) < len(buyers):
        return False
    return not any(_may_be_one(one, other) for one, other in combinations(names, 2))


def _may_be_one(one: str, other: str) -> bool:
    """Two ways to write one name: other order, other marks between its parts, or a part left out."""
    parts = set(name_parts(one)), set(name_parts(other))
    return parts[0] <= parts[1] or parts[1] <= parts[0] or _letters(one) == _letters(other)


def _letters(name: str) -> list[str]:
    return sorted(letter for letter in folded(name) if letter.isalnum())


def is_hidden(name: str) -> bool:
    """`张**`, `李○`, `张某`, `Z. San`: nothing, or only a part of it, is shown."""
    seen = fold(name).text
    if len(_letters(name)) < 2 or any(star in name for star in _STARS):
        return True
    if not all(sign.isalnum() or sign in _IN_NAMES or unicodedata.category(sign)[0] in "MZ" for sign in seen):
        return True
    return _CUT.search(_without_accents(seen)) is not None


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def read_mark(text: str) -> str:
    """`8821` or `14:02:31` as it is kept. Raises NotAllowed("bad_reference", given) for anything else."""
    given = "".join(text.translate(_WIDE).split())
    if _DIGITS.fullmatch(given):
        return given
    found = _TIME.fullmatch(given)
    if found is None:
        raise NotAllowed("bad_reference", {"given": " ".join(text.split())[:20]})
    hour, minute, second = found.groups()
    return f"{int(hour):02}:{minute}" + (f":{second}" if second else "")


def credit_of(order: Order, mark: str, now_ms: int, timezone: str) -> Credit:
    """The credit that a mark (see `read_mark`) means for this order now.

    Raises NotAllowed: `time_before_order` for a moment at which the order did not exist yet or that is to come,
    `time_of_two_days` when the order is so old that the clock time was met more than once.
    """
    day = "" if ":" not in mark else _day_of(order, mark, now_ms, timezone)
    return Credit(account_of(order), order.fiat, order.total, day, mark)


def account_of(order: Order) -> str:
    """A digest of our account that the buyer pays into, whatever it is listed as; ANY_ACCOUNT when the venue does not
    tell it in full."""
    account = order.main_payee.account if order.main_payee is not None else ""
    own = "".join(sign for sign in folded(account) if sign.isalnum())
    if not own or any(star in account for star in _STARS):
        return ANY_ACCOUNT
    return hashlib.sha256(own.encode("utf-8", "surrogatepass")).hexdigest()[:_ACCOUNT_DIGITS]


def _day_of(order: Order, mark: str, now_ms: int, timezone: str) -> str:
    """The only day on which the order was open at that clock time."""
    zone = ZoneInfo(timezone)
    latest = datetime.fromtimestamp(now_ms / 1000, zone) + CLOCKS_DIFFER
    earliest = datetime.fromtimestamp(order.created_at, zone) - CLOCKS_DIFFER
    hour, minute, *second = (int(part) for part in mark.split(":"))
    moments = []
    for back in range(3):
        day = latest - _DAY * back
        moment = day.replace(hour=hour, minute=minute, second=second[0] if second else 0, microsecond=0)
        if earliest <= moment + _rest(mark) and moment <= latest:
            moments.append(moment)
    if not moments:
        raise NotAllowed("time_before_order", {"order": order.id, "given": mark})
    if len(moments) > 1:
        raise NotAllowed("time_of_two_days", {"order": order.id, "given": mark})
    return moments[0].strftime("%Y-%m-%d")


def _rest(mark: str) -> timedelta:
    """A minute without its seconds lasts to its end."""
    return timedelta(seconds=59 if len(mark) < len("00:00:00") else 0)
