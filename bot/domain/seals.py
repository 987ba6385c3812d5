"""A seal is the fingerprint of what the approver saw. At the tap the venue is looked at again; a difference refuses.

Sealed is everything that would make a careful person stop. Shown but not sealed: unread messages, minutes left,
reputation, because a chatty buyer must not be able to block a release.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.intents import Action
from bot.domain.money import plain
from bot.domain.orders import Order, Payee
from bot.domain.staff import Limit, Person

TOO_QUICK_MS = 1200


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person decided in the steps before the confirm. Texts of the venue's own vocabulary.

    About the bank: `payer` is the id of the order whose buyer it shows, `among` the ids (joined by commas) of all that
    were asked about, `reference` the credit's mark (see `twins.read_mark`).
    `requester`: who asked a lead for it; `first`: who approved it before, when two people are needed.
    """

    method: str = ""
    reason: str = ""
    memo: str = ""
    answer: str = ""
    payer: str = ""
    among: str = ""
    reference: str = ""
    requester: int | None = None
    first: int | None = None

    def as_arguments(self) -> dict[str, str]:
        values = {"method": self.method, "reason": self.reason, "memo": self.memo, "answer": self.answer}
        values |= {"payer": self.payer, "among": self.among, "reference": self.reference}
        if self.requester is not None:
            values["requester"] = str(self.requester)
        if self.first is not None:
            values["first"] = str(self.first)
        return {key: value for key, value in values.items() if value}

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> "Choice":
        requester, first = arguments.get("requester"), arguments.get("first")
        return cls(
            method=arguments.get("method", ""),
            reason=arguments.get("reason", ""),
            memo=arguments.get("memo", ""),
            answer=arguments.get("answer", ""),
            payer=arguments.get("payer", ""),
            among=arguments.get("among", ""),
            reference=arguments.get("reference", ""),
            requester=int(requester) if requester else None,
            first=int(first) if first else None,
        )


@dataclass(frozen=True, slots=True)
class Seal:
    """One opened confirm step on an order, a quote, …: `target`. Times are Unix milliseconds.

    `facts` is what `fingerprint` was taken over.
    """

    id: str
    target: str
    action: Action
    opened_by: int
    opened_at: int
    expires_at: int
    shown_at: int | None
    used_at: int | None
    choice: Choice
    facts: dict[str, str]
    fingerprint: str

    def is_expired(self, now: int) -> bool:
        return now >= self.expires_at

    def is_too_quick(self, now: int) -> bool:
        """True within the moment in which a thumb may still be on the button before."""
        return now - (self.shown_at if self.shown_at is not None else self.opened_at) < TOO_QUICK_MS


def facts_of(order: Order, action: Action, approver: Person, limit: Limit, choice: Choice) -> dict[str, str]:
    """Every fact the approval rests on, as exact text."""
    facts = {
        "order": order.id,
        "side": order.side.value,
        "status": order.status,
        "asset": order.asset,
        "fiat": order.fiat,
        "amount": plain(order.amount),
        "price": plain(order.price),
        "total": plain(order.total),
        "chosen_method": order.chosen_method,
        "methods": ",".join(order.methods),
        "payees": "; ".join(_payee_text(payee) for payee in order.payees),
        "own_name": order.own_name,
        "counterparty": order.counterparty_id,
        "counterparty_name": order.counterparty_name,
        "in_appeal": str(order.in_appeal),
        "can_release_in_appeal": str(order.can_release_in_appeal),
        "cancelable": str(order.is_cancelable),
        "hides_payment": str(order.hides_payment),
        "vouchers": ",".join(same_file(voucher) for voucher in order.vouchers),
        "deadline": str(order.pay_deadline),
        "paid_at": str(order.paid_at),
        "terms": order.terms,
        "warnings": ",".join(order.warnings),
        "action": action.value,
        "approver": str(approver.id),
        "role": approver.role.word,
        "limit": f"{plain(limit.per_action)}/{plain(limit.per_day)}",
    }
    return facts | {f"choice_{key}": value for key, value in choice.as_arguments().items()}


def _payee_text(payee: Payee) -> str:
    parts = (payee.method, payee.name, payee.holder, payee.account, payee.branch, payee.memo, same_file(payee.qr_url))
    return " / ".join(parts)


def same_file(link: str) -> str:
    """A link without its query: a venue may sign the same file anew at every look, which changes nothing."""
    return link.partition("?")[0]


def fingerprint(facts: Mapping[str, str]) -> str:
    """SHA-256 in hex over the canonical JSON of the facts."""
    canonical = json.dumps(dict(facts), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def differences(sealed: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the facts that are not what they were, in a stable order."""
    return tuple(key for key in sorted(set(sealed) | set(now)) if sealed.get(key) != now.get(key))
