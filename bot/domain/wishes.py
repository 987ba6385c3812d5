"""What somebody typed behind `/convert`, read as a wish; every other reading is refused with its reason."""

import re
import unicodedata

from bot.domain.errors import NotAllowed
from bot.domain.money import parse_amount
from bot.domain.quotes import Fixed, Wish, check_amount

CODE = re.compile(r"[A-Z0-9]{2,12}\Z")
NUMBER = re.compile(r"[-+]?[0-9.,]+\Z")
LINKS = frozenset({"TO", "INTO", "FOR", "->", "→", "=>", "=", "换", "换成", "兑", "到"})


def read_wish(words: list[str], account: str) -> Wish:
    """`100 USDT BTC` gives exactly 100 USDT, `USDT 0.01 BTC` gets exactly 0.01 BTC; a link word may stand between.

    Raises NotAllowed: "usage", "two_amounts", "bad_amount", "equal_currencies" or one of `check_amount`.
    """
    typed = [unicodedata.normalize("NFKC", word).upper() for word in words]
    given = " ".join(words)[:60]
    parts = [word for number, word in enumerate(typed) if word not in LINKS or number == 0]
    if len(parts) == 4 and _is_number(parts[0]) and _is_number(parts[2]):
        raise NotAllowed("two_amounts", {"given": given})
    if len(parts) != 3:
        raise NotAllowed("usage", {"command": "convert", "given": given})
    fixed = Fixed.BUY if _is_number(parts[1]) and not _is_number(parts[0]) else Fixed.SELL
    number, sell, buy = (parts[1], parts[0], parts[2]) if fixed is Fixed.BUY else parts
    return make_wish(account, sell, buy, fixed, number)


def make_wish(account: str, sell: str, buy: str, fixed: Fixed, number: str) -> Wish:
    """The same from single words: of buttons, or of an answer to the question for the amount."""
    number = unicodedata.normalize("NFKC", number).strip().upper()
    sell, buy = sell.upper(), buy.upper()
    # `100 USDT`, as people answer the question for an amount
    coin = sell if fixed is Fixed.SELL else buy
    if not coin.isdecimal():
        number = number.removesuffix(coin).strip() or number
    if number.startswith("-"):
        raise NotAllowed("amount_not_positive", {"amount": number[:40], "code": coin[:20]})
    amount = parse_amount(number)
    for code in (sell, buy):
        if not CODE.match(code):
            raise NotAllowed("unknown_currency", {"given": code[:20]})
    if sell == buy:
        raise NotAllowed("equal_currencies", {"code": sell})
    check_amount(amount, coin)
    return Wish(account, sell, buy, fixed, amount)


def _is_number(word: str) -> bool:
    return bool(NUMBER.match(word))
