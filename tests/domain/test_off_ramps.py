"""The words of an off-ramp: which status may follow which, which account may be paid to, and what is never shown."""

from dataclasses import fields, replace
from decimal import Decimal
from itertools import product

import pytest

from bot.domain.money import Money
from bot.domain.off_ramps import (
    BankAccount,
    BankForm,
    OffRamp,
    OffRampOrder,
    OffRampQuote,
    OffRampSide,
    OffRampWish,
    Review,
    Stage,
    facts_of_off_ramp,
    is_newer,
)

BANK = BankAccount("501", 501, "ACME LTD", "Chase", "Australia", "990044004410", "CHASUS33", Review.APPROVED)
MADE = OffRamp(
    id="r1",
    wish=OffRampWish("USDT", "USD", OffRampSide.CRYPTO, Decimal("1000"), "SPRING"),
    quote=OffRampQuote("canary-token", Money(Decimal("1000"), "USDT"), Money(Decimal("998.00"), "USD"), 30),
    token_hash="abc",
    bank_id="501",
    bank="ACME LTD · Chase ··4410",
    person=2,
    requester=3,
    asked_at=1_000,
    ends_at=31_000,
)
BEHIND = {"": 0, "ODD": 1, "PROCESSING": 2, "DISPATCHED": 3, "DONE": 4, "FAIL": 4}


@pytest.mark.parametrize(("than", "status"), list(product(BEHIND, BEHIND)))
def test_a_status_follows_only_what_lies_before_it(than: str, status: str) -> None:
    assert is_newer(status, than) is (than == "" or BEHIND[status] > BEHIND[than])


@pytest.mark.parametrize("end", [Stage.DONE, Stage.FAIL])
def test_nothing_follows_an_end(end: Stage) -> None:
    assert not any(is_newer(status, end) for status in [*Stage, "ODD", "done", ""])


@pytest.mark.parametrize(
    ("status", "is_done", "is_failed"),
    [("DONE", True, False), ("FAIL", False, True), ("PROCESSING", False, False), ("DISPATCHED", False, False)]
    + [(odd, False, False) for odd in ("", "done", "FAILED", "SUCCESS", "DONE ")],
)
def test_only_two_words_are_an_end(status: str, is_done: bool, is_failed: bool) -> None:
    order = OffRampOrder("1", status, "n")
    assert (order.is_done, order.is_failed, order.is_final) == (is_done, is_failed, is_done or is_failed)


@pytest.mark.parametrize(
    ("review", "usable"),
    [(None, True), (1, True), (2, False), (3, False), (99, False), (0, False), (4, False), (-1, False)],
)
def test_an_account_is_paid_to_when_it_is_approved_or_its_review_is_not_told(review: int | None, usable: bool) -> None:
    assert replace(BANK, review=review).is_usable is usable


@pytest.mark.parametrize(("iban", "tail"), [("990044004410", "4410"), ("12345", "2345"), ("1234", ""), ("", "")])
def test_a_short_account_shows_nothing_of_itself(iban: str, tail: str) -> None:
    assert replace(BANK, iban=iban).tail == tail


def test_the_other_amount_than_the_one_that_was_named_is_free() -> None:
    fiat = replace(MADE, wish=OffRampWish("USDT", "USD", OffRampSide.FIAT, Decimal("998.00")))
    assert (str(MADE.wish.fixed_money), str(MADE.free_money)) == ("1000 USDT", "998.00 USD")
    assert (str(fiat.wish.fixed_money), str(fiat.free_money)) == ("998.00 USD", "1000 USDT")


@pytest.mark.parametrize(
    ("before", "change"), [(None, None), ("0", None), ("998.00", "0"), ("499", "100"), ("1996", "-50")]
)
def test_a_change_is_told_in_percent_of_what_was_there_before(before: str | None, change: str | None) -> None:
    made = replace(MADE, before=None if before is None else Decimal(before))
    assert made.change_percent == (None if change is None else Decimal(change))


def test_no_token_and_no_statement_stands_in_a_repr() -> None:
    form = BankForm(statement=b"canary-picture")
    assert "canary" not in repr(MADE) + repr(MADE.quote) + repr(form) + str(MADE)


def test_the_sealed_facts_name_everything_but_the_token() -> None:
    facts = facts_of_off_ramp(MADE, approver=2, role="lead")
    assert "canary" not in "".join(facts.values())
    changes = {
        "off_ramp": {"id": "r2"},
        "token": {"token_hash": "abd"},
        "sell": {"quote": replace(MADE.quote, sell=Money(Decimal("1000.000001"), "USDT"))},
        "get": {"quote": replace(MADE.quote, get=Money(Decimal("997.99"), "USD"))},
        "side": {"wish": replace(MADE.wish, side=OffRampSide.FIAT)},
        "promotion": {"wish": replace(MADE.wish, promotion="")},
        "bank": {"bank_id": '"501"'},
        "bank_shown": {"bank": "ACME LTD · Chase ··4411"},
        "ends_at": {"ends_at": 31_001},
        "requester": {"requester": None},
    }
    for fact, change in changes.items():
        other = facts_of_off_ramp(replace(MADE, **change), approver=2, role="lead")  # type: ignore[arg-type]
        assert {name for name in facts if facts[name] != other[name]} == {fact}
    assert facts_of_off_ramp(MADE, approver=1, role="lead")["approver"] == "1"
    assert facts_of_off_ramp(MADE, approver=2, role="owner")["role"] == "owner"
    assert set(facts) == set(changes) | {"action", "approver", "role"}


def test_the_ledger_knows_it_by_its_token() -> None:
    assert MADE.target == "otc/abc" and "target" not in {field.name for field in fields(MADE)}
