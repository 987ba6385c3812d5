"""What somebody typed behind `/deposit`, read as a wish; every other reading is refused with its reason."""

import unicodedata
from decimal import Decimal

from bot.domain.deposits import ANY_METHOD, COIN, FIATS, LANGUAGES, NAME_COLUMNS, DepositWish, Method, Mode
from bot.domain.errors import NotAllowed
from bot.domain.money import parse_amount

FIAT_DIGITS, COIN_DIGITS = 2, 8
MOST = Decimal("100000000")


def read_deposit_wish(words: list[str]) -> DepositWish:
    """`5500.20 CNY NAME`: the customer pays exactly this. `5000 MTC CNY NAME`: we receive exactly this.

    Raises NotAllowed: "usage", "deposit_mixed", "deposit_currency", "bad_amount", "deposit_amount", "payer_…".
    """
    if len(words) < 2:
        raise NotAllowed("usage", {"command": "deposit", "given": " ".join(words)[:60]})
    number, code, *rest = words[0], _code(words[1]), *words[2:]
    if code == COIN:
        if not rest:
            raise NotAllowed("usage", {"command": "deposit", "given": " ".join(words)[:60]})
        fiat, rest = _code(rest[0]), rest[1:]
        return make_deposit_wish(Mode.RECEIVES, fiat, number, " ".join(rest))
    _check_fiat(code)
    if rest and _code(rest[0]) in (COIN, *FIATS):
        raise NotAllowed("deposit_mixed", {"given": f"{code} {_code(rest[0])}"})
    return make_deposit_wish(Mode.PAYS, code, number, " ".join(rest))


def make_deposit_wish(mode: Mode, fiat: str, number: str, payer: str) -> DepositWish:
    """The same from single words: of buttons, or of answers to the questions for amount and name."""
    _check_fiat(fiat)
    amount = read_deposit_amount(mode, fiat, number)
    language = LANGUAGES[FIATS.index(fiat)]
    return DepositWish(mode, fiat, amount, read_payer(payer), ANY_METHOD, language)


def read_deposit_amount(mode: Mode, fiat: str, number: str) -> Decimal:
    """More than nothing, and no digit that the currency cannot carry. Raises NotAllowed."""
    code = COIN if mode is Mode.RECEIVES else fiat
    typed = unicodedata.normalize("NFKC", number).strip().upper()
    typed = typed.removesuffix(code).strip() or typed
    if typed.startswith("-"):
        raise NotAllowed("amount_not_positive", {"amount": typed[:40], "code": code})
    amount = parse_amount(typed)
    digits = COIN_DIGITS if mode is Mode.RECEIVES else FIAT_DIGITS
    if amount <= 0:
        raise NotAllowed("amount_not_positive", {"amount": f"{amount:f}", "code": code})
    if amount >= MOST:
        raise NotAllowed("deposit_too_much", {"amount": f"{amount:f}", "code": code})
    if amount != round(amount, digits):
        raise NotAllowed("deposit_too_precise", {"amount": f"{amount:f}", "code": code, "digits": str(digits)})
    return amount


def read_payer(given: str) -> str:
    """The name as it was typed, on one line. Raises NotAllowed("payer_missing", "payer_too_long" or "payer_odd")."""
    name = " ".join(unicodedata.normalize("NFC", given).split())
    if not name:
        raise NotAllowed("payer_missing")
    if len(name) > NAME_COLUMNS:
        raise NotAllowed("payer_too_long", {"given": str(len(name)), "limit": str(NAME_COLUMNS)})
    if not any(char.isalpha() for char in name) or not all(_belongs_to_a_name(char) for char in name):
        raise NotAllowed("payer_odd", {"given": name})
    return name


def with_method(wish_methods: Method, method: Method) -> Method:
    """The methods with this one switched over. Raises NotAllowed("no_method") for the last one."""
    left = wish_methods ^ method
    if not left:
        raise NotAllowed("no_method")
    return left


def _belongs_to_a_name(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM" or char in " .'’·•-,"


def _code(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().upper()


def _check_fiat(code: str) -> None:
    if code not in FIATS:
        raise NotAllowed("deposit_currency", {"given": code[:20], "fiats": ", ".join(FIATS), "coin": COIN})
