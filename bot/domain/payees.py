"""Whether a purchase may be paid now, and by whom; and why an account that was shown must not be paid any more."""

import hashlib
from enum import StrEnum

from bot.domain.errors import NotAllowed
from bot.domain.money import plain
from bot.domain.orders import Order, Payee, Phase, Side
from bot.domain.seals import same_file
from bot.domain.staff import Person, Right, Role

MARK = "payee:"
"""what the mark of an account begins with"""


class End(StrEnum):
    """Why nobody may pay to an account that was shown before."""

    CHANGED = "changed"
    LATE = "late"
    OVER = "over"
    NOT_NOW = "not_now"


ENDS = {
    "already_final": End.OVER,
    "pay_too_late": End.LATE,
    "not_unpaid": End.NOT_NOW,
    "already_open": End.NOT_NOW,
    "already_done": End.NOT_NOW,
}


def is_to_pay(order: Order) -> bool:
    """We buy, and it is our move; whether in time is another question."""
    return order.side is Side.BUY and order.phase is Phase.UNPAID and not order.in_appeal


def check_payee(order: Order, person: Person, *, is_late: bool) -> None:
    """Raises NotAllowed when this person may not see, at this moment, whom the order is to be paid to.

    `is_late`: the time to pay is over (§5: `remain_pay_time` above 0 before it is marked as paid).
    """
    person.need(Right.SHOW_PAYEE)
    if order.side is not Side.BUY:
        raise NotAllowed("wrong_side", {"order": order.id})
    if order.is_final:
        raise NotAllowed("already_final", {"order": order.id, "status": order.status})
    if not is_to_pay(order):
        raise NotAllowed("not_unpaid", {"order": order.id})
    if order.hides_payment:
        raise NotAllowed("hides_payment", {"order": order.id})
    if is_late:
        raise NotAllowed("pay_too_late", {"order": order.id})
    if order.holder_differs and person.role < Role.LEAD:
        raise NotAllowed("holder_differs", {"order": order.id})


def payee_mark(order: Order, payee: Payee) -> str:
    """Equal exactly while as much is to be paid to the same account, whatever the venue signs anew at every look."""
    parts = (
        order.id, plain(order.total), order.fiat, payee.method, payee.name, payee.holder, payee.account, payee.branch,
        payee.memo, same_file(payee.qr_url),
    )  # fmt: skip
    return MARK + hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def is_changed(order: Order, mark: str) -> bool:
    """Whether the account that was shown with this mark is none of the order's by now; False for one without a mark."""
    return mark.startswith(MARK) and all(payee_mark(order, payee) != mark for payee in order.payees)
