"""The clients of the venues, as far as the settings name them. `observed` takes what answers say of assumptions."""

import time
from collections.abc import Callable

from bot.clients.gate_c2c.client import GateC2C
from bot.clients.gate_pay.client import GatePay
from bot.clients.gate_pay.otc import GatePayOtc
from bot.clients.http import Http
from bot.clients.mtpay.client import MtPay
from bot.clients.mtpay.webhooks import proof_of
from bot.domain.deposits import Proof
from bot.settings import Settings


def gate_c2c(settings: Settings, http: Http, observed: dict[str, bool]) -> GateC2C | None:
    """Gate's merchant interface, None without its key."""
    if settings.gate_api_key is None or settings.gate_api_secret is None:
        return None
    return GateC2C(
        http,
        settings.gate_api_url,
        settings.gate_api_key,
        settings.gate_api_secret.get_secret_value(),
        time.time,
        observe=observed.__setitem__,
    )


def gate_pay(settings: Settings, http: Http, observed: dict[str, bool]) -> GatePay | None:
    """Conversions, None without a client id."""
    if settings.gatepay_client_id is None or settings.gatepay_secret is None:
        return None
    return GatePay(
        http,
        settings.gatepay_api_url,
        settings.gatepay_client_id,
        settings.gatepay_secret.get_secret_value(),
        time.time,
        accounts=settings.gatepay_on_behalf_of,
        prefix=settings.gatepay_institution_prefix,
        observe=observed.__setitem__,
    )


def gate_pay_otc(settings: Settings, http: Http, observed: dict[str, bool]) -> GatePayOtc | None:
    """The OTC desk, None without a client id."""
    if settings.gatepay_client_id is None or settings.gatepay_secret is None:
        return None
    return GatePayOtc(
        http,
        settings.gatepay_api_url,
        settings.gatepay_client_id,
        settings.gatepay_secret.get_secret_value(),
        time.time,
        observe=observed.__setitem__,
    )


def mtpay(settings: Settings, http: Http, observed: dict[str, bool]) -> MtPay | None:
    """Payment links, None without address and keys."""
    if settings.mtpay_api_url is None or settings.mtpay_access_key is None or settings.mtpay_secret_key is None:
        return None
    return MtPay(
        http,
        settings.mtpay_api_url,
        settings.mtpay_access_key,
        settings.mtpay_secret_key.get_secret_value(),
        time.time,
        observe=observed.__setitem__,
    )


def judge_of_reports(settings: Settings) -> Callable[[bytes], Proof]:
    """Tells whether MTPay signed a body, and when; its age is measured on the machine's own clock."""
    key, secret = settings.mtpay_access_key, settings.mtpay_secret_key

    def proof_of_report(raw: bytes) -> Proof:
        if key is None or secret is None:
            return Proof.NONE
        now_ms, covers_body = time.time_ns() // 1_000_000, settings.mtpay_webhook_covers_body
        return proof_of(key, secret.get_secret_value(), raw, now_ms=now_ms, covers_body=covers_body)

    return proof_of_report
