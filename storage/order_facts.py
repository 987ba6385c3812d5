"""An order's facts as one JSON text, and what is left of them when its people are forgotten."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.domain.orders import Order, Payee, Side
from storage.exact import facts_text, money_text, read_facts


def encode(order: Order) -> str:
    return facts_text(
        {
            "id": order.id,
            "side": order.side.value,
            "asset": order.asset,
            "fiat": order.fiat,
            "amount": money_text(order.amount),
            "price": money_text(order.price),
            "total": money_text(order.total),
            "status": order.status,
            "created_at": order.created_at,
            "pay_deadline": order.pay_deadline,
            "paid_at": order.paid_at,
            "appeal_from": order.appeal_from,
            "in_appeal": order.in_appeal,
            "is_cancelable": order.is_cancelable,
            "can_release_in_appeal": order.can_release_in_appeal,
            "hides_payment": order.hides_payment,
            "counterparty_id": order.counterparty_id,
            "counterparty_nick": order.counterparty_nick,
            "counterparty_name": order.counterparty_name,
            "own_name": order.own_name,
            "chosen_method": order.chosen_method,
            "methods": list(order.methods),
            "payees": [_payee_facts(payee) for payee in order.payees],
            "vouchers": list(order.vouchers),
            "unread": order.unread,
            "has_traded": order.has_traded,
            "terms": order.terms,
            "verdict": order.verdict,
            "cancel_reason": order.cancel_reason,
            "ad_id": order.ad_id,
            "kind": order.kind,
            "warnings": list(order.warnings),
        }
    )


def _payee_facts(payee: Payee) -> dict[str, str]:
    return {
        "method": payee.method,
        "name": payee.name,
        "holder": payee.holder,
        "account": payee.account,
        "branch": payee.branch,
        "memo": payee.memo,
        "qr_url": payee.qr_url,
    }


def decode(text: str) -> Order:
    facts: dict[str, Any] = read_facts(text)
    return Order(
        id=facts["id"],
        side=Side(facts["side"]),
        asset=facts["asset"],
        fiat=facts["fiat"],
        amount=Decimal(facts["amount"]),
        price=Decimal(facts["price"]),
        total=Decimal(facts["total"]),
        status=facts["status"],
        created_at=facts["created_at"],
        pay_deadline=facts["pay_deadline"],
        paid_at=facts["paid_at"],
        appeal_from=facts["appeal_from"],
        in_appeal=facts["in_appeal"],
        is_cancelable=facts["is_cancelable"],
        can_release_in_appeal=facts["can_release_in_appeal"],
        hides_payment=facts["hides_payment"],
        counterparty_id=facts["counterparty_id"],
        counterparty_nick=facts["counterparty_nick"],
        counterparty_name=facts["counterparty_name"],
        own_name=facts["own_name"],
        chosen_method=facts["chosen_method"],
        methods=tuple(facts["methods"]),
        payees=tuple(Payee(**payee) for payee in facts["payees"]),
        vouchers=tuple(facts["vouchers"]),
        unread=facts["unread"],
        has_traded=facts["has_traded"],
        terms=facts["terms"],
        verdict=facts["verdict"],
        cancel_reason=facts["cancel_reason"],
        ad_id=facts["ad_id"],
        kind=facts["kind"],
        warnings=tuple(facts["warnings"]),
    )


def without_people(order: Order) -> Order:
    """The order for the books: what was traded stays, who with and through which accounts goes."""
    return replace(
        order,
        counterparty_id="",
        counterparty_nick="",
        counterparty_name="",
        own_name="",
        payees=(),
        vouchers=(),
        terms="",
        verdict="",
        cancel_reason="",
    )
