"""A C2C order as the desk sees it: one trade with one counterparty, from our side of it.

Facts come from `api/gate-c2c.md` §3.4 (a row of the list) and §3.6 (the details, which alone decide our side).
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.domain.folding import fold
from bot.domain.money import Money


class Side(StrEnum):
    """What the desk does with the coins."""

    BUY = "buy"
    SELL = "sell"


class Phase(StrEnum):
    """Where an order stands, read from the venue's display value (§2.1); a new value is kept as UNKNOWN."""

    UNPAID = "unpaid"
    PAID = "paid"
    LOCKED = "locked"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        return self in (Phase.FINISHED, Phase.CANCELLED, Phase.EXPIRED)


PHASES = {
    "unpay": Phase.UNPAID,
    "hide_payment": Phase.UNPAID,
    "paid": Phase.PAID,
    "unconfirmed": Phase.PAID,
    "locked": Phase.LOCKED,
    "finished": Phase.FINISHED,
    "bclosed": Phase.FINISHED,
    "cancel": Phase.CANCELLED,
    "sclosed": Phase.CANCELLED,
    "expired": Phase.EXPIRED,
}


def phase_of(status: str) -> Phase:
    """The phase of a display status, tolerant of case; unknown text is a phase of its own, never a guess."""
    return PHASES.get(status.strip().lower(), Phase.UNKNOWN)


FORCED_AFTER_SECONDS = 20 * 60
"""how long after the proof of an instant payment the venue may release by itself (§5, dispute handling)"""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One row of the pending or completed list. `side` is only a hint: details decide."""

    id: str
    side: Side
    asset: str
    fiat: str
    amount: Decimal
    price: Decimal
    total: Decimal
    status: str
    created_at: int
    counterparty_id: str
    counterparty_nick: str
    counterparty_name: str
    is_cancelable: bool
    in_appeal: bool
    unread: int | None

    @property
    def phase(self) -> Phase:
        return phase_of(self.status)

    @property
    def signature(self) -> str:
        """Everything of the row whose change is news. A running clock and a reputation are not in it."""
        parts = (
            self.status, self.side, self.asset, self.fiat, self.amount, self.price, self.total,
            self.counterparty_id, self.counterparty_name, self.is_cancelable, self.in_appeal, self.unread,
        )  # fmt: skip
        return "|".join(str(part) for part in parts)


@dataclass(frozen=True, slots=True)
class Payee:
    """One account to which fiat is to be paid. `method` is the venue's pay type (`bank`, `alipay`, …)."""

    method: str
    name: str
    holder: str
    account: str
    branch: str = ""
    memo: str = ""
    qr_url: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """The details of one order: the truth a seal is made over. Times are Unix seconds, 0 = not (yet)."""

    id: str
    side: Side
    asset: str
    fiat: str
    amount: Decimal
    price: Decimal
    total: Decimal
    status: str
    created_at: int
    pay_deadline: int
    paid_at: int
    appeal_from: int
    in_appeal: bool
    is_cancelable: bool
    can_release_in_appeal: bool
    hides_payment: bool
    counterparty_id: str
    counterparty_nick: str
    counterparty_name: str
    own_name: str
    chosen_method: str
    methods: tuple[str, ...]
    payees: tuple[Payee, ...]
    vouchers: tuple[str, ...]
    unread: int
    has_traded: bool
    terms: str
    verdict: str
    cancel_reason: str
    ad_id: str
    kind: int
    warnings: tuple[str, ...] = ()

    @property
    def phase(self) -> Phase:
        return phase_of(self.status)

    @property
    def coins(self) -> Money:
        return Money(self.amount, self.asset)

    @property
    def fiat_total(self) -> Money:
        return Money(self.total, self.fiat)

    @property
    def short_id(self) -> str:
        """The last four digits, which people use among themselves."""
        return self.id[-4:]

    @property
    def is_final(self) -> bool:
        return self.phase.is_final

    @property
    def may_appeal_at(self) -> int | None:
        """From when we may appeal that the seller does not release (§3.6 `dispute_time`), Unix seconds; None: never."""
        is_ours = self.side is Side.BUY and self.phase is Phase.PAID and not self.in_appeal
        return self.appeal_from if is_ours and self.appeal_from else None

    @property
    def may_be_forced_at(self) -> int:
        """From when the venue may act on a paid order, Unix seconds; 0 when not paid, or unknown since when.

        The earlier of 20 minutes after the payment and the moment from which an appeal is possible (§3.6 `timest_paid`,
        `dispute_time`); the latter counts only where it lies after the payment, for a stale one says nothing.
        """
        if not self.paid_at:
            return 0
        forced = self.paid_at + FORCED_AFTER_SECONDS
        return min(forced, self.appeal_from) if self.appeal_from > self.paid_at else forced

    @property
    def main_payee(self) -> Payee | None:
        """The account of the chosen method, else the first one."""
        for payee in self.payees:
            if payee.method == self.chosen_method:
                return payee
        return self.payees[0] if self.payees else None

    @property
    def holder_differs(self) -> bool:
        """True when somebody who is not known to be the verified counterparty would get our fiat."""
        return bool(self.strange_payees)

    @property
    def strange_payees(self) -> tuple[Payee, ...]:
        """The accounts of a purchase whose named holder is not known to be the verified counterparty.

        The contract promises no verified name (§3.6 `its_realname`): without one nobody has compared the holder.
        """
        if self.side is not Side.BUY:
            return ()
        return tuple(
            payee
            for payee in self.payees
            if payee.holder.strip() and not is_one_name(payee.holder, self.counterparty_name)
        )


def is_one_name(one: str, other: str) -> bool:
    """Whether two names have the same letters in the same order, or the same parts in any."""
    parts = sorted(name_parts(one))
    return bool(parts) and (folded(one) == folded(other) or parts == sorted(name_parts(other)))


def folded(name: str) -> str:
    """A name for comparison: case, width, white space and what nobody sees do not count."""
    return "".join(_plain(name).split())


def name_parts(name: str) -> list[str]:
    """Its words as they are compared, without what stands between them: `Zhang, San` and `zhang san` have the same."""
    return re.findall(r"[^\W_]+", _plain(name))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", fold(name).text)


@dataclass(frozen=True, slots=True)
class Profile:
    """What the venue tells of a counterparty (§3.2). Shown, never sealed.

    `registered_on` as the venue writes it. `confirm_time` and `cancels_month` are figures whose unit the contract does
    not state. None, or an empty text: the venue did not say.
    """

    id: str
    nick: str
    is_verified: bool
    completed: int
    completed_month: int
    completion_percent: Decimal
    registered_days: int
    has_traded: bool
    registered_on: str = ""
    first_trade_days: int | None = None
    has_email: bool | None = None
    has_phone: bool | None = None
    as_buyer: int | None = None
    as_seller: int | None = None
    confirm_time: str = ""
    cancels_month: str = ""
    is_followed: bool | None = None
    note: str = ""
