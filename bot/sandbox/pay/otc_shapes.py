"""Quotes, orders, bank accounts and callbacks of the OTC desk as the wire shows them (contract sections 4 and 5)."""

import json
from decimal import Decimal

from bot.sandbox.pay.amounts import plain
from bot.sandbox.pay.answers import Json
from bot.sandbox.pay.otc_book import DISPATCHED, DONE, FAIL, BankAccount, OtcOrder, OtcQuote
from bot.sandbox.pay.otc_countries import COUNTRIES
from bot.sandbox.pay.otc_variants import OtcVariants

SALE = "SELL"
EVENTS = {DISPATCHED: "WITHDRAW_DISPATCHED", DONE: "WITHDRAW_SUCCESS", FAIL: "WITHDRAW_FAIL"}
SLIP = "https://example.invalid/slip.pdf"


def quote(made: OtcQuote, variants: OtcVariants) -> Json:
    """cryptoRate is rounded, and so is not the inverse of fiatRate, as in the samples."""
    currencies = {"cryptoCurrency": made.crypto, "fiatCurrency": made.fiat} if variants.echo_currency else {}
    return {
        **currencies,
        "cryptoAmount": plain(made.crypto_amount),
        "fiatAmount": plain(made.fiat_amount),
        "fiatRate": plain(made.rate),
        "cryptoRate": f"{(1 / made.rate).quantize(Decimal('0.00000001')):f}",
        "validPeriod": made.valid_seconds,
        "quoteToken": made.token,
    }


def created(order: OtcOrder) -> Json:
    """Always as it was created, whatever it has become meanwhile."""
    return {
        "orderId": order.id,
        "status": "PROCESSING",
        "createTime": _ms(order.created_at),
        "clientOrderId": order.client_order_id,
    }


def order(shown: OtcOrder, variants: OtcVariants, id_name: str = "orderId") -> Json:
    made = shown.quote
    plainly = {
        "cryptoCurrency": made.crypto,
        "fiatCurrency": made.fiat,
        "cryptoAmount": plain(made.crypto_amount),
        "fiatAmount": plain(made.fiat_amount),
        id_name: shown.id,
        "status": shown.status,
        "createTime": _ms(shown.created_at),
        "updateTime": _ms(shown.updated_at),
        "bankAccountId": shown.bank_id,
        "type": SALE,
        "fiatRate": plain(made.rate),
        "clientOrderId": shown.client_order_id,
    }
    if variants.details == "older":
        return plainly
    slip = SLIP if shown.status in (DISPATCHED, DONE) else ""
    end = {"errMsg": shown.error, "bankSlipInfo": slip, "promCode": made.promotion}
    return plainly | end | _fees(shown, variants)


def bank(account: BankAccount, variants: OtcVariants) -> Json:
    row: Json = {
        "bankAccountId": int(account.id) if variants.bank_ids == "number" else account.id,
        "bankAccountName": account.holder,
        "bankName": account.bank,
        "countryId": account.country_id,
        "countryName": COUNTRIES[account.country_id][0],
        "address": account.address,
        "iban": f"{account.iban[:4]}****{account.iban[-4:]}" if variants.masked_iban else account.iban,
        "swift": account.swift,
        "remittanceLineNumber": account.line,
        "agentBankName": account.agent_bank,
        "agentBankSwift": account.agent_swift,
    }
    return row | {"status": account.status, "memo": account.memo} if variants.bank_status else row


def countries() -> list[Json]:
    return [
        {"countryId": number, "countryCn": chinese, "countryName": name}
        for number, (name, chinese) in COUNTRIES.items()
    ]


def callback(shown: OtcOrder, event: str, client_id: str, variants: OtcVariants) -> Json:
    """What is sent about an order; `event` may be another than its status would give."""
    made = shown.quote
    moment = _ms(shown.updated_at) // (1000 if variants.callback_time == "s" else 1)
    data = {
        "orderId": shown.id,
        "clientOrderId": shown.client_order_id,
        "fiatRate": plain(made.rate),
        "type": SALE,
        "fiatCurrency": made.fiat,
        "fiatAmount": plain(made.fiat_amount),
        "cryptoCurrency": made.crypto,
        "cryptoAmount": plain(made.crypto_amount),
        "updateTime": str(moment),
        "errMsg": shown.error,
    }
    if variants.details == "newer":
        slip = SLIP if event != EVENTS[FAIL] else ""
        data |= {"promoCode": made.promotion, "bankSlipInfo": slip, **_fees(shown, variants)}
    is_text = variants.callback_data == "text"
    who = {} if variants.callback_client == "absent" else {variants.callback_client: client_id}
    head = {"bizType": "OTC", "bizId": shown.id, "bizStatus": event, **who}
    return head | {"data": json.dumps(data, separators=(",", ":")) if is_text else data}


def _fees(shown: OtcOrder, variants: OtcVariants) -> Json:
    if shown.status == DONE or (shown.status == DISPATCHED and variants.fees == "dispatched"):
        return {"tradeFee": plain(shown.fee), "finalFiatAmount": plain(shown.final_fiat)}
    return {}


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
