"""What MTPay writes: the answer to a deposit call, and the message of a webhook. Numbers are numbers, exactly."""

from decimal import Decimal
from typing import Any

from bot.sandbox.answers import Answer
from bot.sandbox.mtpay.book import COIN, METHODS, Order
from bot.sandbox.mtpay.refusals import No
from bot.sandbox.mtpay.variants import MtpayVariants
from bot.sandbox.pay.answers import Json, written

VERSION = "2.0"
LONG_URL = 4000
_LANGUAGES = {"en": "en", "zh_CN": "zh-CN", "zh_TW": "zh-TW"}


def page_language(language: str) -> str:
    """As the checkout address has it."""
    return _LANGUAGES[language]


def success(order: Order, variants: MtpayVariants) -> Answer:
    data: Json = {
        "checkoutUrl": order.url if order.is_available or variants.unavailable_url else "",
        "requestCode": order.code,
        "isAvailable": order.is_available,
        "expiresAt": int(order.ends_at * 1000),
        "createdAt": int(order.created_at * 1000),
    }
    envelope = {"data": _made_odd(data, variants.odd_answer), "isSuccess": True, "statusCode": "SUCCESS"}
    return Answer(200, written(envelope | {"message": "", "version": VERSION}).encode())


def refusal(no: No, variants: MtpayVariants) -> Answer:
    envelope = {"data": None, "isSuccess": False, "statusCode": no.code, "message": no.message, "version": VERSION}
    return Answer(no.status or variants.refusal_status, written(envelope).encode())


def report(order: Order, status: str, variants: MtpayVariants) -> Json:
    """The `data` of a webhook."""
    numbers = {
        "unitPrice": order.rate,
        "transactionAmount": order.transaction,
        "receivedAmount": order.received,
        "transactionFee": order.fee,
        "paymentAmount": order.payment,
    }
    return {
        "tradeType": "Deposit",
        "requestCode": order.code,
        "merchantOrderNo": order.order_no,
        "internalOrderNo": order.internal_no,
        "source": "API_V2",
        "clientName": order.payer,
        "requestAmount": short(order.amount),
        "requestCurrency": order.currency,
        "message": order.message,
        "paymentMethod": order.method or first_method(order.methods),
        "requestStatus": status,
        **_known(numbers, variants.unknown_numbers),
        "fiatCurrency": order.fiat,
    }


def first_method(methods: int) -> str:
    return next(name for bit, name in METHODS.items() if methods & bit)


def short(number: Decimal) -> Decimal:
    """Without needless zeros, as a JSON number is usually written."""
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


def amount_words(amount: Decimal, code: str) -> str:
    """`5,500.20 CNY`; coins with as many digits as they need."""
    return f"{short(amount):,f} {code}" if code == COIN else f"{amount:,.2f} {code}"


def _known(numbers: dict[str, Decimal | None], otherwise: str) -> Json:
    found: Json = {}
    for name, number in numbers.items():
        if number is not None:
            found[name] = short(number)
        elif otherwise != "absent":
            found[name] = 0 if otherwise == "zero" else None
    return found


def _made_odd(data: Json, odd: str) -> Any:
    changes: dict[str, Json] = {
        "no_code": {"requestCode": ""},
        "no_url": {"checkoutUrl": ""},
        "relative_url": {"checkoutUrl": f"/api/buy-coin/{data['requestCode']}"},
        "script_url": {"checkoutUrl": "javascript:alert(1)"},
        "user_url": {"checkoutUrl": data["checkoutUrl"].replace("://", "://pay@", 1)},
        "long_url": {"checkoutUrl": data["checkoutUrl"] + "&x=" + "x" * LONG_URL},
        "text_times": {name: str(data[name]) for name in ("expiresAt", "createdAt")},
    }
    return None if odd == "no_data" else data | changes.get(odd, {})
