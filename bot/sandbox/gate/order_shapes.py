"""Orders as the wire shows them: list rows (contract 3.4) and details (3.6), with the tolerant variants."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bot.sandbox.gate.fields import Json
from bot.sandbox.gate.orders import Order
from bot.sandbox.gate.people import OWN_REALNAME, PAY_NAMES, PaymentMethod
from bot.sandbox.gate.variants import Variants

SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "RUB": "₽"}
DISPLAY = {
    "OPEN": "unpay",
    "PAID": "paid",
    "LOCKED": "locked",
    "TEMP": "locked",
    "ACCEPT": "finished",
    "BCLOSED": "bclosed",
    "CANCEL": "cancel",
    "SCANCEL": "cancel",
    "BECANCEL": "expired",
    "SCLOSED": "sclosed",
}
_OWN_BLOCKS = ("bank", "alipay", "wechat")
_TWINS = {
    "its_nick": "its_nickname",
    "its_nickname": "its_nick",
    "currency_type": "currencyType",
    "timestamp": "timest",
}


def display_status(order: Order, variants: Variants) -> str:
    if variants.unknown_status and order.is_live:
        return "under_inspection"
    if variants.unconfirmed and order.raw == "PAID":
        return "unconfirmed"
    return DISPLAY[order.raw]


def row(order: Order, now: int, variants: Variants, *, history: bool = False) -> Json:
    """One row of the pending or, with `history`, of the completed list."""
    buys = order.side == "buy"
    name = shown_name(order, variants)
    left = countdown(order, now)
    answer: Json = {
        "type_buy": int(buys != variants.type_buy_inverted),
        "timest": _moment(order.created_at),
        "timest_expire": _moment(order.deadline),
        "timestamp": order.created_at,
        "rate": order.price,
        "amount": order.amount,
        "total": order.total,
        "txid": order.id,
        "status": display_status(order, variants),
        "its_realname": name,
        "its_uid": order.counterparty.uid,
        "its_nick": order.counterparty.nick,
        "seller_realname": name if buys else OWN_REALNAME,
        "buyer_realname": OWN_REALNAME if buys else name,
        "cancelable": int(order.cancelable),
        "currency_type": order.asset,
        "want_type": order.fiat,
        "hide_payment": int(order.hide_payment),
        "sel_paytype": order.pay_type,
        "cd_time": left,
        "order_type": 1,
        "order_tag": [],
        "convert_info": {},
    }
    if history:
        answer["pay_others"] = [
            {"pay_type": kind, "pay_name": PAY_NAMES.get(kind, kind)}
            for kind in order.supported_pay_types
            if kind not in _OWN_BLOCKS
        ]
    if variants.im_unread_in_rows:
        answer["im_unread"] = order.chat.unread
    if variants.legacy_keys:
        _make_legacy_row(answer, order, left)
    if variants.no_unread:
        answer.pop("im_unread", None)
    _bend(answer, order)
    return _stringly(answer, "type_buy", "txid", "cd_time") if variants.stringly_typed else answer


def countdown(order: Order, now: int) -> int:
    return max(0, order.deadline - now) if order.raw == "OPEN" else 0


def details(order: Order, now: int, variants: Variants, files_url: str) -> Json:
    hidden = order.hide_payment and order.side == "buy"
    status = display_status(order, variants)
    end = order.cancellation
    answer: Json = {
        "is_sell": int(order.side == "sell"),
        "txid": order.id,
        "orderid": order.ad_id,
        "timest": order.created_at,
        "last_pay_time": order.deadline,
        "remain_pay_time": order.deadline - now,
        "currency_type": order.asset,
        "want_type": order.fiat,
        "symbol": SYMBOLS.get(order.fiat, order.fiat),
        "rate": order.price,
        "amount": order.amount,
        "total": order.total,
        "status": "hide_payment" if hidden and status == "unpay" else status,
        "reason_id": end.reason_id if end else "",
        "reason_desc": end.memo if end else "",
        "cancel_time": str(end.at) if end else "",
        "in_appeal": int(order.in_appeal),
        "dispute_time": order.dispute_at,
        "cancelable": int(order.cancelable),
        "hide_payment": int(order.hide_payment),
        "trade_tips": order.trade_tips,
        **_payee_blocks(order, files_url, hidden=hidden and order.raw == "OPEN"),
        "sel_paytype": order.pay_type,
        "its_uid": order.counterparty.uid,
        "its_nickname": order.counterparty.nick,
        "its_realname": shown_name(order, variants),
        "have_traded": int(order.counterparty.profile.get("have_traded", 0)),
        "appeal_allow_cancel": int(order.in_appeal),
        "appeal_verdict_has_open": order.verdict_text,
        "im_unread": order.chat.unread,
        "payment_voucher_url": [file.url(files_url) for file in order.vouchers],
        "timest_paid": order.paid_at,
        "own_realname": OWN_REALNAME,
        "order_type": 1,
        "is_show_receive": int(order.is_show_receive),
        "show_seller_contact_info": False,
        "supported_pay_types": list(order.supported_pay_types),
    }
    if variants.legacy_keys:
        _make_legacy_details(answer, order)
    if variants.no_unread:
        del answer["im_unread"]
    _bend(answer, order)
    return _stringly(answer, "is_sell", "txid", "in_appeal", "cancelable") if variants.stringly_typed else answer


def shown_name(order: Order, variants: Variants) -> str:
    name = order.counterparty.name
    return name[0] + "*" + name[2:] if variants.masked_names and len(name) > 1 else name


def _payee_blocks(order: Order, files_url: str, *, hidden: bool) -> Json:
    """Who is paid: the counterparty in full when we buy, our own account masked when we sell.

    The blocks of the usual pay types have no place for a QR code: an account that has one stands among the others.
    """
    ours = order.side == "sell"
    payees = {} if hidden else {payee.pay_type: payee for payee in order.payees}
    usual = {kind: payee for kind, payee in payees.items() if kind in _OWN_BLOCKS and (ours or not payee.qr)}
    bank, ali, wechat = (usual.get(kind) for kind in _OWN_BLOCKS)
    others = [_other(payee, files_url, masked=ours) for kind, payee in payees.items() if kind not in usual]
    return {
        "show_bank": "1" if bank else "0",
        "bankname": bank.bank_name if bank else "",
        "bankbranch": bank.bank_branch if bank else "",
        "bankid": (bank.masked if ours else bank.account) if bank else "",
        "bank_holder_realname": bank.real_name if bank else "",
        "show_ali": "1" if ali else "0",
        "aliname": (ali.masked if ours else ali.account) if ali else "",
        "is_alicode": 0,
        "show_wechat": "1" if wechat else "0",
        "wename": (wechat.masked if ours else wechat.account) if wechat else "",
        "show_others": "1" if others else "0",
        "pay_others": others,
    }


def _other(payee: PaymentMethod, files_url: str, *, masked: bool) -> Json:
    """As documented; the link of a code as the shape of a shared payment method has it (3.15)."""
    code = {} if masked or not payee.qr else {"file": files_url + payee.qr, "real_name": payee.real_name}
    return code | {
        "id": str(payee.id),
        "account_des": payee.description,
        "pay_type": payee.pay_type,
        "account": payee.masked if masked else payee.account,
        "memo": payee.memo,
        "trade_tips": payee.trade_tips,
        "pay_name": PAY_NAMES.get(payee.pay_type, payee.pay_type),
    }


def _make_legacy_row(answer: Json, order: Order, left: int) -> None:
    for new, old in (
        ("currency_type", "currencyType"),
        ("seller_realname", "sellerRealname"),
        ("buyer_realname", "buyerRealname"),
    ):
        answer[old] = answer.pop(new)
    bank = next((payee for payee in order.payees if payee.pay_type == "bank"), None)
    end = order.cancellation
    answer |= {
        "type": order.side,
        "trade_type": order.side,
        "order_status": order.raw,
        "user_note": "",
        "show_bank": "1" if bank else "0",
        "bankname": bank.bank_name if bank else "",
        "dispute_time": order.dispute_at,
        "is_follow": 0,
        "is_black": False,
        "im_unread": order.chat.unread,
        "in_dispute": order.in_appeal,
        "reason_id": end.reason_id if end else "",
        "reason_memo": end.memo if end else "",
        "cancel_time": str(end.at) if end else "",
        "seller_confirm": 0,
        "tier": 0,
        "blue_vip": 0,
        "od_time": left,
    }


def _make_legacy_details(answer: Json, order: Order) -> None:
    answer["currencyType"] = answer.pop("currency_type")
    answer |= {
        "state": order.raw,
        "toast_id": 0,
        "seller_confirm": 0,
        "its_is_blue_vip": 0,
        "its_tier": 0,
        "its_avatar": "",
        "is_follow": 0,
        "is_black": 0,
        "appeal_unread": 0,
        "message": "",
        "score": "",
        "complete_number": 9,
        "complete_rate_month": "75",
        "check_journal_account": False,
        "show_journal_account": False,
        "is_freeze_guarantee": 0,
        "usdt_left_guarantee": "0",
        "guarantee_curr_type": "USDT",
        "release_coin_switch": 1,
        "confirmation_use_time_month": 240,
        "is_risk_user": 0,
        "is_xt": 0,
        "is_taker": 1,
        "is_online": 1,
    }


def _bend(answer: Json, order: Order) -> None:
    for key, value in order.shown.items():
        target = key if key in answer else _TWINS.get(key, key)
        if target in answer:
            answer[target] = value


def _stringly(answer: Json, *keys: str) -> Json:
    changed: dict[str, Any] = {key: str(answer[key]) for key in keys if key in answer}
    return {**answer, **changed}


@lru_cache(maxsize=4096)
def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
