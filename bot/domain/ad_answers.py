"""What somebody wrote in answer to a question about a new ad, as it is kept; anything else is refused with why."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from bot.domain.ad_edits import (
    COIN_PLACES,
    FIAT_PLACES,
    HUNDRED,
    LONGEST_WINDOW,
    PERCENT_PLACES,
    PRICE_PLACES,
    TEXT_CHARACTERS,
    check_limits,
    check_number,
)
from bot.domain.ad_forms import CHOICES, AdForm, Method, Step, draft_of_answers, methods_text
from bot.domain.ad_words import BETWEEN, MINUS, MINUTES, without_code
from bot.domain.errors import NotAllowed
from bot.domain.market import CODE
from bot.domain.money import parse_amount, plain

OFFSET = re.compile(r"([+-]?)\s*([0-9]{1,6}(?:\.[0-9]{1,8})?)\s*%?")
WHOLE = re.compile(r"[0-9]{1,9}")
COUNTRY = re.compile(r"[A-Za-z0-9 ,._\-]{1,60}")
WHOLES = {
    Step.VERIFIED: (0, 10),
    Step.REGISTERED: (0, 10_000),
    Step.LEAST_DONE: (0, 1_000_000),
    Step.MOST_DONE: (0, 1_000_000),
    Step.OPEN_ORDERS: (1, 1000),
    Step.TIER: (0, 100),
}
"""least and most; no document tells the venue's own"""
ZERO_IS_NOTHING = frozenset({Step.VERIFIED, Step.REGISTERED, Step.LEAST_DONE, Step.TIER})
ASKED_AGAIN = frozenset(
    {"ad_not_positive", "bad_amount", "ad_too_precise", "ad_too_much", "ad_limits_order", "ad_limits_beyond"}
)
"""reasons that are not ours alone; all that begin with `ad_answer_` are"""
OF_ANSWERS = "ad_answer_"


def is_no_answer(no: NotAllowed) -> bool:
    """What was written cannot be an answer: the same question again."""
    return no.reason.startswith(OF_ANSWERS) or no.reason in ASKED_AGAIN


def read(form: AdForm, typed: str) -> str:
    """The answer to the form's own question as it is kept. Raises NotAllowed (see `is_no_answer`)."""
    step, text = form.step, _plain(typed)
    if step in (Step.TERMS, Step.AUTO_REPLY):
        return _words(typed)
    if not text:
        raise NotAllowed("ad_answer_empty")
    if step in CHOICES:
        return _choice(step, text)
    if step is Step.PAIR:
        return _pair(text)
    if step is Step.OFFSET:
        return _offset(text)
    if step is Step.PRICE:
        return _number(text, form.fiat, PRICE_PLACES)
    if step is Step.AMOUNT:
        return _number(text, form.asset, COIN_PLACES)
    if step is Step.LIMITS:
        return _limits(form, text)
    return _demand(form, text)


def _demand(form: AdForm, text: str) -> str:
    step = form.step
    if step in WHOLES:
        return _whole(form, text)
    if step is Step.RATE:
        return _rate(text)
    if step is Step.COUNTRY:
        if not COUNTRY.fullmatch(text):
            raise NotAllowed("ad_answer_country", {"given": text[:40]})
        return text
    if step is Step.WINDOW:
        return _window(text)
    raise NotAllowed("ad_answer_press")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(MINUS).strip()


def _words(typed: str) -> str:
    text = unicodedata.normalize("NFC", typed).strip()
    if not text:
        raise NotAllowed("ad_answer_empty")
    if not all(char.isprintable() or char in "\n\t" for char in text):
        raise NotAllowed("ad_answer_hidden")
    if len(text) > TEXT_CHARACTERS:
        raise NotAllowed("ad_answer_long", {"given": str(len(text)), "limit": str(TEXT_CHARACTERS)})
    return text


def _choice(step: Step, text: str) -> str:
    if text.lower() not in CHOICES[step]:
        raise NotAllowed("ad_answer_press")
    return text.lower()


def _pair(text: str) -> str:
    codes = [code for code in re.split(r"[\s/\-]+", text.upper()) if code]
    if len(codes) != 2 or codes[0] == codes[1] or not all(CODE.fullmatch(code) for code in codes):
        raise NotAllowed("ad_answer_pair", {"given": text[:40]})
    return "/".join(codes)


def _offset(text: str) -> str:
    found = OFFSET.fullmatch(text)
    value = Decimal(found[2]) if found is not None else HUNDRED
    if found is None or value >= HUNDRED:
        raise NotAllowed("ad_answer_offset", {"given": text[:20]})
    if value:
        check_number(value, "%", PERCENT_PLACES)
    return plain(-value if found[1] == "-" and value else value)


def _number(text: str, code: str, places: int) -> str:
    """A plain number, perhaps with its currency behind it: `7.21 CNY`."""
    if text.startswith("-"):
        raise NotAllowed("ad_not_positive", {"amount": text[:40], "code": code})
    value = parse_amount(without_code(text, code) or text)
    check_number(value, code, places)
    return plain(value)


def _limits(form: AdForm, text: str) -> str:
    """`100-5000`, `100 5000`, `100~5,000 CNY`. The price of a floating ad moves; it is checked as it stands."""
    code = form.limit_code
    bare = without_code(text, code)
    if bare.startswith("-"):
        raise NotAllowed("ad_not_positive", {"amount": bare[:40], "code": code})
    parts = [part for part in BETWEEN.split(bare) if part]
    if len(parts) != 2:
        raise NotAllowed("ad_answer_limits", {"given": text[:40]})
    places = FIAT_PLACES if code == form.fiat else COIN_PLACES
    limits = "~".join(_number(part, code, places) for part in parts)
    check_limits(draft_of_answers({**form.answers, Step.LIMITS.value: limits}))
    return limits


def _whole(form: AdForm, text: str) -> str:
    """A count; what is below its least or above its most is no answer. 0 asks for nothing where that is meant by it."""
    least, most = WHOLES[form.step]
    floor = form.answer(Step.LEAST_DONE)
    if form.step is Step.MOST_DONE and floor:
        least = int(floor)
    if not WHOLE.fullmatch(text) or not least <= int(text) <= most:
        raise NotAllowed("ad_answer_whole", {"given": text[:20], "least": str(least), "most": str(most)})
    return "" if form.step in ZERO_IS_NOTHING and not int(text) else str(int(text))


def _rate(text: str) -> str:
    try:
        value = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= HUNDRED or len(text) > 10:
        raise NotAllowed("ad_answer_rate", {"given": text[:20]})
    if value:
        check_number(value, "%", PERCENT_PLACES)
    return plain(value) if value else ""


def _window(text: str) -> str:
    found = MINUTES.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= LONGEST_WINDOW:
        raise NotAllowed("ad_answer_window", {"given": text[:20], "limit": str(LONGEST_WINDOW)})
    return str(int(found[1]))


def named(typed: str, offered: Sequence[Method]) -> str:
    """Methods written by name, `bank, ICBC ··8821`, each one of those that are offered. Raises NotAllowed."""
    chosen: dict[str, Method] = {}
    for part in re.split(r"[,，;；\n]+", _plain(typed)):
        for word in [part.strip()] if _fitting(part.strip(), offered) else part.split():
            found = _fitting(word, offered)
            if len(found) != 1:
                raise NotAllowed("ad_answer_which" if found else "ad_answer_method", {"given": word[:20]})
            chosen.setdefault(found[0].kind, found[0])
    if not chosen:
        raise NotAllowed("ad_answer_empty")
    return methods_text(list(chosen.values()))


def _fitting(word: str, offered: Sequence[Method]) -> list[Method]:
    return [one for one in offered if word.lower() in (one.kind.lower(), one.shown.lower())]


def toggled(chosen: Sequence[Method], method: Method) -> str:
    """In, or out again; of one kind there is one account at most (§3.10)."""
    if method in chosen:
        return methods_text([one for one in chosen if one != method])
    return methods_text([*(one for one in chosen if one.kind != method.kind), method])
