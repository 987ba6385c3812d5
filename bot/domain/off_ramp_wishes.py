"""What somebody typed behind `/otc`, read as a wish; every other reading is refused with its reason."""

import re
import unicodedata

from bot.domain.errors import NotAllowed
from bot.domain.money import parse_amount
from bot.domain.off_ramps import COINS, FIATS, OffRampSide, OffRampWish
from bot.domain.quotes import check_amount

PROMOTION = re.compile(r"[A-Za-z0-9_-]{1,32}\Z")
CURRENCY = re.compile(r"[A-Za-z]{3}\Z")


def read_off_ramp_wish(words: list[str]) -> OffRampWish:
    """`1000 USDT` sells exactly 1000 USDT, `5000 USD` brings exactly 5000 USD; a second code or promotion may follow.

    A word of three letters in place of the second code is taken for a currency, never for a promotion: whoever wants
    euros must not be quoted dollars. Behind a second code any promotion is one.

    Raises NotAllowed: "usage", "bad_amount", "otc_currency" or one of `check_amount`.
    """
    typed = [unicodedata.normalize("NFKC", word) for word in words]
    if not 2 <= len(typed) <= 4:
        raise NotAllowed("usage", {"command": "otc", "given": " ".join(words)[:60]})
    number, code, *rest = typed
    side = side_of(code)
    others = COINS if side is OffRampSide.FIAT else FIATS
    other = _second_code(rest, others)
    promotion = rest.pop(0) if rest else ""
    if rest or (promotion and not PROMOTION.match(promotion)):
        raise NotAllowed("usage", {"command": "otc", "given": " ".join(words)[:60]})
    coin, fiat = (other, code.upper()) if side is OffRampSide.FIAT else (code.upper(), other)
    return make_off_ramp_wish(side, coin, fiat, number, promotion)


def _second_code(rest: list[str], others: tuple[str, ...]) -> str:
    """Takes it from the words if it is there. Raises NotAllowed("otc_currency") for a currency of another kind."""
    if not rest:
        return others[0]
    if rest[0].upper() in others:
        return rest.pop(0).upper()
    if CURRENCY.match(rest[0]) or rest[0].upper() in (*COINS, *FIATS):
        raise _not_traded(rest[0])
    return others[0]


def make_off_ramp_wish(side: OffRampSide, coin: str, fiat: str, number: str, promotion: str = "") -> OffRampWish:
    """The same from single words: of buttons, or of an answer to the question for the amount."""
    number = unicodedata.normalize("NFKC", number).strip().upper()
    code = coin if side is OffRampSide.CRYPTO else fiat
    number = number.removesuffix(code).strip() or number
    if number.startswith("-"):
        raise NotAllowed("amount_not_positive", {"amount": number[:40], "code": code})
    amount = parse_amount(number)
    check_amount(amount, code)
    return OffRampWish(coin, fiat, side, amount, promotion)


def side_of(code: str) -> OffRampSide:
    """Which side a typed code names. Raises NotAllowed("otc_currency")."""
    if code.upper() in COINS:
        return OffRampSide.CRYPTO
    if code.upper() in FIATS:
        return OffRampSide.FIAT
    raise _not_traded(code)


def _not_traded(code: str) -> NotAllowed:
    return NotAllowed("otc_currency", {"given": code[:20], "coins": ", ".join(COINS), "fiats": ", ".join(FIATS)})
