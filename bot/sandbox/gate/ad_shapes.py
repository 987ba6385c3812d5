"""Ads as the wire shows them: details (contract 3.12), own list (3.13), public market (3.14)."""

from decimal import Decimal

from bot.sandbox.gate.ads import CLOSED, STATUS, Ad
from bot.sandbox.gate.fields import Json
from bot.sandbox.gate.people import PAY_NAMES, PAY_NUMBERS
from bot.sandbox.gate.variants import Variants

_BASIS = {0: "crypto", 1: "fiat"}


def detail(ad: Ad, variants: Variants) -> Json:
    shown = _detail(ad, variants)
    if variants.legacy_keys:
        shown |= {"new_hand": 0, "verified_limit": ad.verified_limit, "user_country_limit": ad.user_country_limit}
    return shown


def _detail(ad: Ad, variants: Variants) -> Json:
    return {
        "rate": ad.price,
        "type": ad.side,
        "amount": ad.amount,
        "min_amount": ad.min_amount,
        "max_amount": ad.max_amount,
        "fiat_min_amount": ad.fiat_min_amount,
        "fiat_max_amount": ad.fiat_max_amount,
        "limit_basis": ad.limit_basis,
        "limit_basis_text": _BASIS[ad.limit_basis],
        "total": _total(ad),
        "pay_ali": int("alipay" in ad.pay_types),
        "pay_bank": int("bank" in ad.pay_types),
        "pay_paypal": int("paypal" in ad.pay_types),
        "pay_wechat": int("wechat" in ad.pay_types),
        "pay_type_num": _numbers(ad),
        "pay_type_json": ad.pay_type_json,
        "locked_amount": ad.locked,
        "orderid": str(ad.id) if variants.ad_ids_otherwise else ad.id,
        "timestamp": ad.created_at,
        "currency_type": ad.asset,
        "want_type": ad.fiat,
        "hide_rate": "0.000",
        "trade_tips": ad.trade_tips,
        "auto_reply": ad.auto_reply,
        "rate_ref_id": ad.rate_ref_id,
        "rate_offset": _number(ad.rate_offset),
        "status": _status(ad, variants),
        "rate_fixed": ad.rate_fixed,
        "float_trend": ad.float_trend,
        "expire_min": ad.expire_min,
        "tier_limit": ad.tier_limit,
        "reg_time_limit": ad.reg_time_limit,
        "advertisers_limit": ad.advertisers_limit,
        "polymarket_limit": ad.polymarket_limit,
        "min_completed_limit": ad.min_completed_limit,
        "max_completed_limit": ad.max_completed_limit,
        "user_orders_limit": ad.user_orders_limit,
        "completed_rate_limit": ad.completed_rate_limit,
        "limit_country_cn": "",
        "limit_country_en": "",
        "is_hedge": 0,
        "hide_payment": 0,
    }


def own(ad: Ad, variants: Variants) -> Json:
    shown = _own(ad, variants)
    if variants.fiat_limits_in_rows:
        shown |= {"fiat_min_amount": ad.fiat_min_amount, "fiat_max_amount": ad.fiat_max_amount}
    return shown


def _own(ad: Ad, variants: Variants) -> Json:
    return {
        "type": ad.side,
        "rate": ad.price,
        "original_rate": ad.price,
        "amount": ad.amount,
        "total": _total(ad),
        "limit_total": f"{ad.min_amount}~{ad.max_amount}",
        "limit_fiat": f"{ad.fiat_min_amount}~{ad.fiat_max_amount}",
        "min_amount": ad.min_amount,
        "max_amount": ad.max_amount,
        "pay_type_num": _numbers(ad),
        "pay_type_json": ad.pay_type_json,
        "expire_min": str(ad.expire_min),
        "tier_limit": str(ad.tier_limit),
        "advertisers_limit": ad.advertisers_limit,
        "reg_time_limit": ad.reg_time_limit,
        "verified_limit": ad.verified_limit,
        "min_completed_limit": ad.min_completed_limit,
        "max_completed_limit": ad.max_completed_limit,
        "user_country_limit": ad.user_country_limit,
        "completed_rate_limit": ad.completed_rate_limit,
        "user_orders_limit": ad.user_orders_limit,
        "hide_payment": "0",
        "currencyType": ad.asset,
        "want_type": ad.fiat,
        "trade_tips": ad.trade_tips,
        "new_hand": 0,
        "id": ad.id if variants.ad_ids_otherwise else str(ad.id),
        "status": _status(ad, variants),
        "locked_amount": ad.locked,
        "hide_rate": "0.000",
        "is_out_time": ad.is_out_time,
        "rate_ref_id": ad.rate_ref_id,
        "rate_offset": ad.rate_offset,
        "rate_fixed": ad.rate_fixed,
        "float_trend": ad.float_trend,
        "in_dispute": 0,
        "auto_reply": ad.auto_reply,
        "timestamp": ad.created_at,
        "is_hedge": 0,
    }


def market(ad: Ad, index: int, variants: Variants) -> Json:
    return {
        "index": index,
        "asset": ad.asset,
        "fiat_unit": ad.fiat,
        "adv_no": str(ad.id) if variants.ad_ids_otherwise else ad.id,
        "price": ad.price,
        "surplus_amount": ad.amount,
        "max_single_trans_amount": ad.max_amount,
        "min_single_trans_amount": ad.min_amount,
        "fiat_min_amount": ad.fiat_min_amount,
        "fiat_max_amount": ad.fiat_max_amount,
        "limit_basis": ad.limit_basis,
        "limit_basis_text": _BASIS[ad.limit_basis],
        "trade_methods": [
            {
                "icon_url_color": f"https://img.example.invalid/{kind}.png",
                "identifier": kind,
                "pay_id": PAY_NUMBERS.get(kind, "0"),
                "pay_type": kind,
                "trade_method_name": PAY_NAMES.get(kind, kind),
            }
            for kind in ad.pay_types
        ],
        "nick_name": ad.nick,
    }


def _status(ad: Ad, variants: Variants) -> str:
    return "CANCEL" if ad.status == CLOSED and variants.closed_is_cancel else STATUS[ad.status]


def _total(ad: Ad) -> str:
    return f"{Decimal(ad.amount) * Decimal(ad.price):f}"


def _numbers(ad: Ad) -> str:
    return ",".join(PAY_NUMBERS.get(kind, "0") for kind in ad.pay_types)


def _number(text: str) -> int | float:
    """A JSON number: the wire's own type for an offset in details."""
    number = Decimal(text or "0")
    return int(number) if number == number.to_integral_value() else float(number)
