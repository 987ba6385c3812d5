"""Profiles and payment methods as the wire shows them (contract 3.1 - 3.3)."""

from bot.sandbox.gate.fields import Json
from bot.sandbox.gate.people import OWN_BIZ_UID, OWN_NICK, OWN_UID, PAY_NAMES, Counterparty, OwnAccount, PaymentMethod

_SHARED: Json = {
    "user_timest": "2024/03/05",
    "email_verified": "1",
    "verified": "1",
    "has_phone": "1",
    "user_name": OWN_NICK,
    "user_note": "",
    "complete_transactions": "512",
    "paid_transactions": "301",
    "accepted_transactions": "211",
    "transactions_used_time": "240",
    "cancelled_used_time_month": "3",
    "complete_transactions_month": "77",
    "complete_rate_month": 98.5,
    "is_follow": 0,
    "have_traded": 0,
    "biz_uid": OWN_BIZ_UID,
    "registration_days": 940,
    "first_trade_days": 900,
    "trade_versatile": False,
}
_OWN: Json = {
    "is_self": True,
    "counterparties_num": 210,
    "orders_buy_rate_month": 41,
    "is_black": 0,
    "blue_vip": 1,
    "need_replenish": 0,
    "merchant_info": {"type": "0", "market": "CNY"},
    "online_status": 1,
    "transactions_month": 15200.25,
    "transactions_all": 412000.5,
}
_STRANGER: Json = {
    "user_timest": "2025/06/18",
    "complete_transactions": "212",
    "paid_transactions": "180",
    "accepted_transactions": "32",
    "transactions_used_time": "410",
    "cancelled_used_time_month": "2",
    "complete_transactions_month": "14",
    "complete_rate_month": 97,
    "registration_days": 420,
    "first_trade_days": 400,
}


def own_profile(account: OwnAccount) -> Json:
    hours = account.work_hours
    return {**_SHARED, **_OWN, "work_status": account.work_status, "work_hours": hours, **account.profile}


def counterparty_profile(person: Counterparty) -> Json:
    """Only what the contract gives for strangers; `profile` of the person bends single facts."""
    known = {key: value for key, value in person.profile.items() if key in _SHARED}
    return {**_SHARED, **_STRANGER, "user_name": person.nick, "biz_uid": person.uid, **known}


def payment_methods(methods: list[PaymentMethod], *, ids_as_strings: bool) -> list[Json]:
    kinds = dict.fromkeys(method.pay_type for method in methods)
    answer: list[Json] = []
    for kind in kinds:
        mine = [method for method in methods if method.pay_type == kind]
        answer.append(
            {
                "pay_type": kind,
                "pay_name": PAY_NAMES.get(kind, kind),
                "ids": [str(method.id) if ids_as_strings else method.id for method in mine],
                "list": [_bank(method) if kind == "bank" else _other(method) for method in mine],
            }
        )
    return answer


def _bank(method: PaymentMethod) -> Json:
    return {
        "uid": OWN_UID,
        "bankid": str(method.id),
        "nickname": OWN_UID,
        "bankname": method.bank_name,
        "bankbranch": method.bank_branch,
        "bankcity": "Springfield",
        "bankprov": "SP",
        "bankaddr": method.masked,
        "bankdesc": method.description,
        "hold_uid": OWN_UID,
        "hold_username": OWN_NICK,
        "real_name": method.real_name,
    }


def _other(method: PaymentMethod) -> Json:
    return {
        "id": str(method.id),
        "account_des": method.description,
        "pay_type": method.pay_type,
        "file": "",
        "file_key": "",
        "account": method.masked,
        "memo": method.memo,
        "code": "",
        "memo_ext": "",
        "trade_tips": method.trade_tips,
        "real_name": method.real_name,
    }
