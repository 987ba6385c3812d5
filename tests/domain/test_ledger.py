"""The ledger's table, pair by pair, and what a look may conclude."""

from dataclasses import replace
from itertools import product

import pytest

from bot.domain.actions import Finding, check_action, found
from bot.domain.errors import NotAllowed, TransitionError
from bot.domain.intents import OPEN, ORDER_ACTIONS, Action, Event, State, after, proves_untouched
from bot.domain.orders import Order, Side
from bot.domain.seals import Choice, same_file
from bot.domain.situations import LockReason
from bot.domain.staff import Person, Role
from tests.views.samples import order as sample

ALLOWED = {
    (State.PLANNED, Event.SENDING): State.SENT,
    (State.PLANNED, Event.ABANDONED): State.VOID,
    (State.SENT, Event.ACCEPTED): State.DONE,
    (State.SENT, Event.REFUSED): State.REFUSED,
    (State.SENT, Event.NEVER_LEFT): State.VOID,
    (State.SENT, Event.NO_ANSWER): State.UNKNOWN,
    (State.SENT, Event.TAKEN): State.TAKEN,
    (State.TAKEN, Event.FOUND_DONE): State.DONE,
    (State.TAKEN, Event.FOUND_OTHERWISE): State.REFUSED,
    (State.TAKEN, Event.NO_ANSWER): State.UNKNOWN,
    (State.UNKNOWN, Event.ASKING_AGAIN): State.ASKED,
    (State.ASKED, Event.ACCEPTED): State.DONE,
    (State.ASKED, Event.TAKEN): State.TAKEN,
    (State.ASKED, Event.FOUND_OTHERWISE): State.REFUSED,
    (State.ASKED, Event.REFUSED): State.UNKNOWN,
    (State.ASKED, Event.NEVER_LEFT): State.UNKNOWN,
    (State.ASKED, Event.NO_ANSWER): State.UNKNOWN,
    (State.UNKNOWN, Event.TAKEN): State.TAKEN,
    (State.UNKNOWN, Event.FOUND_DONE): State.DONE,
    (State.UNKNOWN, Event.FOUND_OTHERWISE): State.REFUSED,
    (State.UNKNOWN, Event.FOUND_UNTOUCHED): State.VOID,
    (State.VOID, Event.FOUND_LATE): State.DONE,
    (State.VOID, Event.TAKEN): State.TAKEN,
    (State.REFUSED, Event.FOUND_LATE): State.DONE,
    (State.REFUSED, Event.TAKEN): State.TAKEN,
}
STATUSES = (
    "unpay", "hide_payment", "paid", "unconfirmed", "locked", "finished", "bclosed", "cancel", "sclosed", "expired",
    "never seen",
)  # fmt: skip
LEAD, OPERATOR = Person(2, Role.LEAD, "", "en", "UTC"), Person(3, Role.OPERATOR, "", "en", "UTC")


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_pair_of_state_and_event_leads_where_it_must_or_is_a_defect(state: State, event: Event) -> None:
    if (state, event) in ALLOWED:
        assert after(state, event) is ALLOWED[state, event]
    else:
        with pytest.raises(TransitionError, match=event.value):
            after(state, event)


def test_what_is_done_is_over_and_only_what_did_not_happen_may_turn_out_otherwise() -> None:
    assert {State.PLANNED, State.SENT, State.TAKEN, State.ASKED, State.UNKNOWN} == OPEN
    leaving = {(state, to) for (state, _), to in ALLOWED.items() if state not in OPEN}
    assert leaving == set(product((State.VOID, State.REFUSED), (State.DONE, State.TAKEN)))


@pytest.mark.parametrize(
    ("looks", "first", "now", "proves"),
    [
        (3, 0, 60_001, True), (3, 0, 60_000, False), (2, 0, 600_000, False), (4, 1, 60_001, False),
        (3, None, 60_001, False), (9, 5, 70_000, True),
    ],
)  # fmt: skip
def test_three_looks_over_more_than_sixty_seconds_prove(looks: int, first: int | None, now: int, proves: bool) -> None:
    assert proves_untouched(looks, first, now) is proves


FINDINGS = {
    Action.RELEASE: {"finished": "done", "bclosed": "done", "cancel": "otherwise", "sclosed": "otherwise",
                     "expired": "otherwise"},
    Action.CANCEL: {"finished": "otherwise", "bclosed": "otherwise", "cancel": "done", "sclosed": "done",
                    "expired": "otherwise"},
    Action.MARK_PAID: {"paid": "done", "unconfirmed": "done", "locked": "done", "finished": "done", "bclosed": "done",
                       "cancel": "otherwise", "sclosed": "otherwise", "expired": "otherwise"},
}  # fmt: skip


@pytest.mark.parametrize(("action", "status"), list(product(ORDER_ACTIONS, STATUSES)))
def test_what_a_look_says_of_each_action_in_each_status(action: Action, status: str) -> None:
    expected = FINDINGS[action].get(status, "untouched")
    assert found(sample(status=status), action) is Finding(expected)


def test_a_lock_before_the_payment_does_not_say_that_it_was_marked() -> None:
    assert found(sample(status="locked", paid_at=0), Action.MARK_PAID) is Finding.UNTOUCHED


SELL, BUY = sample(status="paid"), replace(sample(Side.BUY, status="unpay"), paid_at=0)
NO = [
    (SELL, Action.RELEASE, Choice(), LockReason.OTHER_PAYER, "locked_for_lead"),
    (BUY, Action.RELEASE, Choice(), None, "wrong_side"),
    (replace(SELL, status="unpay"), Action.RELEASE, Choice(), None, "not_paid"),
    (replace(SELL, status="never seen"), Action.RELEASE, Choice(), None, "not_paid"),
    (replace(SELL, in_appeal=True), Action.RELEASE, Choice(), None, "in_appeal"),
    (replace(SELL, status="locked"), Action.RELEASE, Choice(), None, "in_appeal"),
    (replace(SELL, status="finished"), Action.RELEASE, Choice(), None, "already_final"),
    (replace(SELL, in_appeal=True, can_release_in_appeal=True), Action.RELEASE, Choice(), LockReason.NAME_DIFFERS,
     "locked_for_lead"),
    (replace(SELL, status="unpay", in_appeal=True, can_release_in_appeal=True), Action.RELEASE, Choice(), None,
     "not_paid"),
    (replace(SELL, status="never seen", in_appeal=True, can_release_in_appeal=True), Action.RELEASE, Choice(), None,
     "not_paid"),
    (SELL, Action.MARK_PAID, Choice(), None, "wrong_side"),
    (replace(BUY, status="paid"), Action.MARK_PAID, Choice(), None, "not_unpaid"),
    (replace(BUY, in_appeal=True), Action.MARK_PAID, Choice(), None, "not_unpaid"),
    (replace(BUY, hides_payment=True), Action.MARK_PAID, Choice(), None, "hides_payment"),
    (BUY, Action.MARK_PAID, Choice(method="cash"), None, "method_unknown"),
    (replace(BUY, counterparty_name="王五"), Action.MARK_PAID, Choice(), None, "holder_differs"),
    (replace(BUY, counterparty_name=""), Action.MARK_PAID, Choice(), None, "holder_differs"),
    (replace(BUY, is_cancelable=False), Action.CANCEL, Choice(reason="1"), None, "not_cancelable"),
    (BUY, Action.CANCEL, Choice(reason="13"), None, "reason_unknown"),
    (BUY, Action.CANCEL, Choice(reason="9", memo="  "), None, "words_needed"),
    (replace(BUY, status="expired"), Action.CANCEL, Choice(reason="1"), None, "already_final"),
]  # fmt: skip


@pytest.mark.parametrize(("order", "action", "choice", "lock", "reason"), NO)
def test_what_does_not_fit_an_order_is_refused_by_its_reason(
    order: Order, action: Action, choice: Choice, lock: LockReason | None, reason: str
) -> None:
    with pytest.raises(NotAllowed) as no:
        check_action(order, action, choice, OPERATOR, lock)
    assert no.value.reason == reason


@pytest.mark.parametrize(
    ("order", "action", "choice", "person"),
    [
        (SELL, Action.RELEASE, Choice(), OPERATOR),
        (replace(SELL, status="unconfirmed"), Action.RELEASE, Choice(), OPERATOR),
        (replace(SELL, in_appeal=True, can_release_in_appeal=True), Action.RELEASE, Choice(), OPERATOR),
        (replace(SELL, status="locked", can_release_in_appeal=True), Action.RELEASE, Choice(), OPERATOR),
        (BUY, Action.MARK_PAID, Choice(method="alipay"), OPERATOR),
        (BUY, Action.MARK_PAID, Choice(), OPERATOR),
        (replace(BUY, counterparty_name="王五"), Action.MARK_PAID, Choice(), LEAD),
        (BUY, Action.CANCEL, Choice(reason="9", memo="closed"), OPERATOR),
        (BUY, Action.CANCEL, Choice(), OPERATOR),
    ],
)
def test_what_fits_passes(order: Order, action: Action, choice: Choice, person: Person) -> None:
    check_action(order, action, choice, person, None)


def test_a_receipt_or_qr_link_that_is_signed_anew_is_the_same_file() -> None:
    assert same_file("https://files.example/a.jpg?sig=1") == same_file("https://files.example/a.jpg?sig=2")
    assert same_file("https://files.example/a.jpg") != same_file("https://files.example/b.jpg")
