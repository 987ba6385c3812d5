"""Which money action fits which order, and what a later look at the order says about an action without an answer."""

from enum import StrEnum

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.orders import Order, Phase, Side
from bot.domain.seals import Choice
from bot.domain.situations import LockReason
from bot.domain.staff import Person, Right, Role

RIGHTS = {
    Action.RELEASE: Right.RELEASE,
    Action.MARK_PAID: Right.MARK_PAID,
    Action.CANCEL: Right.CANCEL,
    Action.CONVERT: Right.CONVERT,
    Action.OFF_RAMP: Right.OFF_RAMP,
}

CANCEL_REASONS = tuple(str(number) for number in range(1, 13))
REASON_IN_WORDS = "9"


def check_action(order: Order, action: Action, choice: Choice, person: Person, lock: LockReason | None) -> None:
    """Raises NotAllowed when the order, as it stands, does not admit the action by this person."""
    if order.is_final:
        raise NotAllowed("already_final", {"order": order.id, "status": order.status})
    if action is Action.RELEASE:
        _check_release(order, lock)
    elif action is Action.MARK_PAID:
        _check_mark_paid(order, choice, person)
    elif action is Action.CANCEL:
        _check_cancel(order, choice)
    else:
        raise ValueError(f"{action} is no action of an order")


def _check_release(order: Order, lock: LockReason | None) -> None:
    if order.side is not Side.SELL:
        raise NotAllowed("wrong_side", {"order": order.id})
    if (order.in_appeal or order.phase is Phase.LOCKED) and not order.can_release_in_appeal:
        raise NotAllowed("in_appeal", {"order": order.id})
    if order.phase not in (Phase.PAID, Phase.LOCKED):
        raise NotAllowed("not_paid", {"order": order.id})
    if lock is not None:
        raise NotAllowed("locked_for_lead", {"order": order.id, "lock": lock.value})


def _check_mark_paid(order: Order, choice: Choice, person: Person) -> None:
    if order.side is not Side.BUY:
        raise NotAllowed("wrong_side", {"order": order.id})
    if order.phase is not Phase.UNPAID or order.in_appeal:
        raise NotAllowed("not_unpaid", {"order": order.id})
    if order.hides_payment:
        raise NotAllowed("hides_payment", {"order": order.id})
    if order.holder_differs and person.role < Role.LEAD:
        raise NotAllowed("holder_differs", {"order": order.id})
    if choice.method and choice.method not in order.methods:
        raise NotAllowed("method_unknown", {"order": order.id, "method": choice.method})


def _check_cancel(order: Order, choice: Choice) -> None:
    if not order.is_cancelable:
        raise NotAllowed("not_cancelable", {"order": order.id})
    if choice.reason and choice.reason not in CANCEL_REASONS:
        raise NotAllowed("reason_unknown", {"reason": choice.reason[:20]})
    if choice.reason == REASON_IN_WORDS and not choice.memo.strip():
        raise NotAllowed("words_needed", {"order": order.id})


class Finding(StrEnum):
    DONE = "done"
    OTHERWISE = "otherwise"
    UNTOUCHED = "untouched"


def found(order: Order, action: Action) -> Finding:
    """What a look says about an action whose answer was lost.

    DONE: the order is where the action leads. OTHERWISE: it ended differently, so the action cannot have been it.
    UNTOUCHED: it stands where it stood.
    """
    phase = order.phase
    if action is Action.RELEASE:
        return _by(phase, done={Phase.FINISHED}, otherwise={Phase.CANCELLED, Phase.EXPIRED})
    if action is Action.CANCEL:
        return _by(phase, done={Phase.CANCELLED}, otherwise={Phase.FINISHED, Phase.EXPIRED})
    if action is not Action.MARK_PAID:
        raise ValueError(f"{action} is no action of an order")
    if phase is Phase.LOCKED and order.paid_at:
        return Finding.DONE
    return _by(phase, done={Phase.PAID, Phase.FINISHED}, otherwise={Phase.CANCELLED, Phase.EXPIRED})


def _by(phase: Phase, *, done: set[Phase], otherwise: set[Phase]) -> Finding:
    if phase in done:
        return Finding.DONE
    return Finding.OTHERWISE if phase in otherwise else Finding.UNTOUCHED
