"""What somebody typed about an ad, read as a change; every other reading is refused with its reason."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from bot.domain.ad_edits import Part, Wanted
from bot.domain.ads import Ad, AdStatus
from bot.domain.errors import NotAllowed
from bot.domain.money import parse_amount

NUMBER = re.compile(r"[1-9][0-9]{0,18}")
BETWEEN = re.compile(r"\s*(?:~|–|—|-|\.\.|\bto\b|到|至|\s)\s*", re.IGNORECASE)
MINUTES = re.compile(r"([0-9]{1,5})\s*(?:m|min|minutes?|分钟|分)?", re.IGNORECASE)
MINUS = str.maketrans("−–—", "---")
EMPTY = frozenset({"-", "none", "empty", "无", "清空"})


def read_price(words: Sequence[str]) -> tuple[str, str | None]:
    """`/price 7.21` or `/price 7.21 2130000011`: the price as typed and the ad. Raises NotAllowed("usage")."""
    if len(words) not in (1, 2) or (len(words) == 2 and not NUMBER.fullmatch(words[1])):
        raise NotAllowed("usage", {"command": "price", "given": " ".join(words)[:60]})
    return words[0], words[1] if len(words) == 2 else None


def price_of(ad: Ad, text: str) -> Wanted:
    """A price as typed: fiat for a fixed ad, percent from its reference for a floating one (`+0.5%`, `-1`).

    Raises NotAllowed, "ad_bare_offset" for a bare number of a floating ad: `7.21` may be meant as its price.
    """
    typed = _plain(text)
    if ad.floating is None:
        return Wanted(ad.id, price=_number(typed, ad.fiat))
    return Wanted(ad.id, offset=_offset(typed, ad))


def read_part(part: Part, text: str, ad: Ad) -> Wanted:
    """The answer to the question for one part of an ad. Raises NotAllowed with a sentence's facts."""
    typed = _plain(text)
    if part in (Part.PRICE, Part.OFFSET):
        return price_of(ad, text)
    if part is Part.AMOUNT:
        return Wanted(ad.id, amount=_number(typed, ad.asset))
    if part is Part.LIMITS:
        return Wanted(ad.id, limits=_limits(typed, ad))
    if part is Part.WINDOW:
        found = MINUTES.fullmatch(typed)
        if found is None:
            raise NotAllowed("ad_bad_window", {"given": text[:20]})
        return Wanted(ad.id, window=int(found[1]))
    if part is Part.TERMS:
        return Wanted(ad.id, terms=_words(text))
    if part is Part.AUTO_REPLY:
        return Wanted(ad.id, auto_reply=_words(text))
    raise NotAllowed("stale_button")


def read_status(ad_id: str, code: str) -> Wanted:
    """The state that a button leads to."""
    try:
        return Wanted(ad_id, status=AdStatus(int(code)))
    except ValueError:
        raise NotAllowed("stale_button") from None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _number(typed: str, code: str) -> Decimal:
    """A plain number, perhaps with its currency behind it: `7.21 CNY`."""
    if typed.startswith("-"):
        raise NotAllowed("ad_not_positive", {"amount": typed[:40], "code": code})
    return parse_amount(without_code(typed, code) or typed)


def without_code(text: str, code: str) -> str:
    """`7.21 CNY` or `7.21 cny` is 7.21; everything else stays as it was typed, so that it can be said back."""
    return text[: len(text) - len(code)].strip() if text.upper().endswith(code.upper()) else text


def _offset(typed: str, ad: Ad) -> Decimal:
    text = typed.translate(MINUS)
    sign, number = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    try:
        value = parse_amount(number.removesuffix("%").strip())
    except NotAllowed:
        raise NotAllowed("ad_offset", {"ad": ad.id, "given": typed[:20]}) from None
    if not sign and not number.endswith("%"):
        raise NotAllowed("ad_bare_offset", {"ad": ad.id, "given": typed[:20]})
    return -value if sign == "-" else value


def _limits(typed: str, ad: Ad) -> tuple[Decimal, Decimal]:
    """`100-5000`, `100 5000`, `100~5,000 CNY`."""
    bare = without_code(typed, ad.limit_code)
    if bare.startswith("-"):
        raise NotAllowed("ad_not_positive", {"amount": bare[:40], "code": ad.limit_code})
    parts = [part for part in BETWEEN.split(bare) if part]
    if len(parts) != 2:
        raise NotAllowed("ad_bad_limits", {"given": typed[:40]})
    return _number(parts[0], ad.limit_code), _number(parts[1], ad.limit_code)


def _words(text: str) -> str:
    """A text for buyers; one of the words for nothing empties it."""
    return "" if text.strip().lower() in EMPTY else text.strip()
