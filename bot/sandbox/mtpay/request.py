"""The body of a deposit call, read strictly as it is documented."""

import json
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from bot.sandbox.mtpay.book import COIN, FIATS, LANGUAGES
from bot.sandbox.mtpay.refusals import AMOUNT, CURRENCY, PARAMETER, No
from bot.sandbox.pay.answers import Json

NUMBER_LETTERS, URL_LETTERS, NAME_LETTERS = 100, 200, 100
ANY_METHOD = 7
MOST = Decimal(10) ** 9
DIGITS = {COIN: 8}
FIAT_DIGITS = 2


@dataclass(frozen=True)
class Wanted:
    currency: str
    fiat: str
    amount: Decimal
    order_no: str
    hook_url: str
    payer: str
    language: str
    methods: int


def read_deposit(raw: bytes) -> Wanted:
    """Raises No for the first thing that is not as documented."""
    body = _object(raw)
    currency, fiat = _text(body, "depositCurrency"), _text(body, "fiatCurrency")
    if fiat not in FIATS or currency not in (COIN, fiat):
        raise No(CURRENCY, f"not supported: {currency} paid in {fiat}")
    url = _text(body, "webhookUrl", URL_LETTERS)
    target = urlsplit(url)
    if target.scheme not in ("http", "https") or not target.hostname:
        raise No(PARAMETER, "webhookUrl is no absolute http(s) address")
    language = body.get("language", LANGUAGES[0])
    if language not in LANGUAGES:
        raise No(PARAMETER, f"language is one of {', '.join(LANGUAGES)}")
    return Wanted(
        currency=currency,
        fiat=fiat,
        amount=_amount(body.get("depositAmount"), currency),
        order_no=_text(body, "merchantOrderNo", NUMBER_LETTERS),
        hook_url=url,
        payer=_payer(body.get("client")),
        language=language,
        methods=_methods(body.get("paymentMethod")),
    )


def _object(raw: bytes) -> Json:
    try:
        body = json.loads(raw, parse_float=Decimal)
    except (ValueError, ArithmeticError):
        raise No(PARAMETER, "the body is no JSON") from None
    if not isinstance(body, dict):
        raise No(PARAMETER, "the body is no JSON object")
    return body


def _text(body: Json, name: str, most: int = NAME_LETTERS) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise No(PARAMETER, f"{name} is required")
    if len(value) > most:
        raise No(PARAMETER, f"{name} has more than {most} letters")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise No(PARAMETER, f"{name} is no text")
    return value


def _payer(client: object) -> str:
    if not isinstance(client, dict):
        raise No(PARAMETER, "client is required")
    registered = client.get("registeredAt")
    if registered is not None and (isinstance(registered, bool) or not isinstance(registered, int)):
        raise No(PARAMETER, "client.registeredAt is a time in ms")
    return _text(client, "realName")


def _amount(value: object, currency: str) -> Decimal:
    """A JSON number; a text of digits is none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise No(AMOUNT, "depositAmount is a number")
    amount = Decimal(value)
    if not amount.is_finite() or not 0 < amount < MOST:
        raise No(AMOUNT, f"depositAmount is above 0 and below {MOST:f}")
    exponent = amount.normalize().as_tuple().exponent
    digits = DIGITS.get(currency, FIAT_DIGITS)
    if not isinstance(exponent, int) or -exponent > digits:
        raise No(AMOUNT, f"depositAmount has at most {digits} decimals")
    return amount


def _methods(value: object) -> int:
    if value is None:
        return ANY_METHOD
    method = value.get("method") if isinstance(value, dict) else None
    if isinstance(method, bool) or not isinstance(method, int) or not 1 <= method <= ANY_METHOD:
        raise No(PARAMETER, "paymentMethod.method is a sum of 1, 2 and 4")
    return method
