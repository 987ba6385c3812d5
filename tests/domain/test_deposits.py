"""The words of a payment link: what may follow what, what a report must match, what is sealed and what never shown."""

from dataclasses import fields, replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from bot.domain.deposits import (
    ANY_METHOD,
    ENDS,
    Deposit,
    DepositStanding,
    DepositWish,
    Link,
    Method,
    Mode,
    Phase,
    Report,
    Webhook,
    differences,
    facts_of_deposit,
    hash_of_hook,
    may_follow,
    without_name,
)
from bot.domain.intents import Action, State
from tests.storage.examples import intent, seal

PAYER = "canary 张三丰"
WISH = DepositWish(Mode.PAYS, "CNY", Decimal("5500.20"), PAYER)
COINS = DepositWish(Mode.RECEIVES, "CNY", Decimal("5000"), PAYER)
MADE = Deposit(
    id="d1",
    number=612,
    wish=WISH,
    person=2,
    asked_at=1_000,
    ends_at=121_000,
    order_no="D0612-d1",
    hook_hash="h",
    request_code="c1",
    url="https://canary.example/c1",
    is_available=True,
    expires_at=7_200_000,
)
TOLD = Webhook("Deposit", "D0612-d1", "c1", Decimal("5500.20"), "CNY", "Finished", fiat="CNY")


@pytest.mark.parametrize(("report", "before"), list(product(Report, ["", *Report])))
def test_states_only_go_forward(report: Report, before: str) -> None:
    assert may_follow(report, before) is (before == "" or (before == "InProgress" and report in ENDS))


def test_three_reports_are_ends() -> None:
    assert {"Finished", "Failed", "Cancelled"} == ENDS


def test_the_currency_tells_the_two_modes_apart() -> None:
    assert (WISH.currency, COINS.currency) == ("CNY", "MTC")
    assert (str(WISH.money), str(COINS.money)) == ("5500.20 CNY", "5000 MTC")


@pytest.mark.parametrize(("number", "label"), [(1, "D0001"), (612, "D0612"), (12345, "D12345")])
def test_people_call_it_by_its_number(number: int, label: str) -> None:
    assert replace(MADE, number=number).label == label and MADE.target == "deposit/d1"


@pytest.mark.parametrize("field", ["payer", "url", "link"])
def test_neither_name_nor_link_stands_in_a_repr(field: str) -> None:
    told = {"payer": repr(WISH), "url": repr(MADE), "link": repr(Link("c1", "https://canary.example/c1"))}[field]
    assert "canary" not in told


@pytest.mark.parametrize(
    ("wish", "payment", "traded", "differs"),
    [
        (WISH, "5500.2", "755", False),
        (WISH, "5500.21", "755", True),
        (WISH, None, "5500.21", False),
        (COINS, "36400", "5000.00", False),
        (COINS, "36400", "4999.99", True),
        (COINS, "1", None, False),
    ],
)
def test_another_payment_is_seen_in_the_currency_that_was_fixed(
    wish: DepositWish, payment: str | None, traded: str | None, differs: bool
) -> None:
    amounts = [None if text is None else Decimal(text) for text in (payment, traded)]
    made = replace(MADE, wish=wish, payment_amount=amounts[0], transaction_amount=amounts[1])
    assert made.has_other_payment is differs


@pytest.mark.parametrize(("report", "differs"), [("Finished", True), ("Cancelled", False), ("Failed", False)])
def test_nothing_paid_is_another_payment_only_of_what_is_finished(report: str, differs: bool) -> None:
    assert replace(MADE, wish=WISH, payment_amount=Decimal("0.00"), report=report).has_other_payment is differs


DONE = {"intent": intent("d1", action=Action.DEPOSIT, state=State.DONE)}
BARE = replace(MADE, url="", request_code="", expires_at=0, is_available=None)
PHASES: dict[str, tuple[dict[str, Any], Phase]] = {
    "a step stands": ({"open_seal": seal()}, Phase.SUMMARY),
    "no step stands": ({}, Phase.LEFT),
    "made": (DONE, Phase.WAITING),
    "made without a link": (DONE | {"deposit": BARE}, Phase.MADE),
    "nobody can take it": (DONE | {"deposit": replace(MADE, is_available=False)}, Phase.UNAVAILABLE),
    "over": (DONE | {"deposit": replace(MADE, over_at=5)}, Phase.OVER),
    "nobody could take it and it is over": (
        DONE | {"deposit": replace(MADE, is_available=False, over_at=5)},
        Phase.UNAVAILABLE,
    ),
    "over, then reported": (DONE | {"deposit": replace(MADE, over_at=5, report="Failed")}, Phase.FAILED),
    "not available, then reported": (
        DONE | {"deposit": replace(MADE, is_available=False, report="Finished")},
        Phase.FINISHED,
    ),
}


@pytest.mark.parametrize("what", PHASES)
def test_a_reader_sees_what_counts_first(what: str) -> None:
    changes, phase = PHASES[what]
    assert DepositStanding(**({"deposit": MADE} | changes)).phase is phase


@pytest.mark.parametrize("state", State)
def test_a_state_of_the_ledger_comes_before_every_report(state: State) -> None:
    standing = DepositStanding(replace(MADE, report="Finished"), intent("d1", state=state), seal())
    wanted = {
        State.DONE: Phase.FINISHED,
        State.REFUSED: Phase.REFUSED,
        State.UNKNOWN: Phase.UNKNOWN,
        State.VOID: Phase.VOID,
    }
    assert standing.phase is wanted.get(state, Phase.SENDING)


@pytest.mark.parametrize("report", Report)
def test_every_report_has_a_phase(report: Report) -> None:
    standing = DepositStanding(replace(MADE, report=report.value), DONE["intent"])
    assert standing.phase.value == {"InProgress": "in_progress"}.get(report.value, report.value.lower())


def test_a_report_that_repeats_what_we_stored_differs_in_nothing() -> None:
    assert differences(MADE, TOLD) == {}
    assert differences(MADE, replace(TOLD, amount=Decimal("5500.2"), fiat="")) == {}
    coins = replace(TOLD, amount=Decimal("5000.000"), currency="MTC")
    assert differences(replace(MADE, wish=COINS), coins) == {}


@pytest.mark.parametrize("status", Report)
def test_every_known_status_fits(status: Report) -> None:
    assert differences(MADE, replace(TOLD, status=status.value)) == {}


WRONG: dict[str, tuple[dict[str, Any], str, tuple[str, str]]] = {
    "withdrawal": ({"trade_type": "Withdraw"}, "tradeType", ("Deposit", "Withdraw")),
    "type in small": ({"trade_type": "deposit"}, "tradeType", ("Deposit", "deposit")),
    "no type": ({"trade_type": ""}, "tradeType", ("Deposit", "")),
    "other number": ({"order_no": "D0613-d2"}, "merchantOrderNo", ("D0612-d1", "D0613-d2")),
    "a space behind the number": ({"order_no": "D0612-d1 "}, "merchantOrderNo", ("D0612-d1", "D0612-d1 ")),
    "no number": ({"order_no": ""}, "merchantOrderNo", ("D0612-d1", "")),
    "other code": ({"request_code": "c2"}, "requestCode", ("c1", "c2")),
    "no code": ({"request_code": ""}, "requestCode", ("c1", "")),
    "other amount": ({"amount": Decimal("5500.21")}, "requestAmount", ("5500.20", "5500.21")),
    "a hair more": ({"amount": Decimal("5500.2000000001")}, "requestAmount", ("5500.20", "5500.2000000001")),
    "no amount": ({"amount": None}, "requestAmount", ("5500.20", "")),
    "other currency": ({"currency": "MTC"}, "requestCurrency", ("CNY", "MTC")),
    "no currency": ({"currency": ""}, "requestCurrency", ("CNY", "")),
    "paid in another fiat": ({"fiat": "HKD"}, "fiatCurrency", ("CNY", "HKD")),
    "odd status": ({"status": "Done"}, "requestStatus", ("–", "Done")),
    "status in small": ({"status": "finished"}, "requestStatus", ("–", "finished")),
    "no status": ({"status": ""}, "requestStatus", ("–", "")),
}


@pytest.mark.parametrize("what", WRONG)
def test_each_field_that_differs_is_named_with_ours_and_theirs(what: str) -> None:
    changes, field, values = WRONG[what]
    assert differences(MADE, replace(TOLD, **changes)) == {field: values}


def test_a_code_that_we_never_learnt_is_whatever_is_told_but_not_nothing() -> None:
    assert differences(BARE, replace(TOLD, request_code="anything")) == {}
    assert differences(BARE, replace(TOLD, request_code="")) == {"requestCode": ("–", "")}


def test_the_sealed_facts_name_every_choice_and_hide_the_name() -> None:
    facts = facts_of_deposit(MADE, approver=2, role="lead")
    assert "canary" not in "".join(facts.values()) and PAYER not in "".join(facts.values())
    wish: dict[str, dict[str, Any]] = {
        "amount": {"amount": Decimal("5500.21")},
        "payer": {"payer": PAYER + "丰"},
        "methods": {"methods": ANY_METHOD ^ Method.WECHAT},
        "language": {"language": "en"},
    }
    changes: dict[str, dict[str, Any]] = {"deposit": {"id": "d2"}, "ends_at": {"ends_at": 1}}
    changes |= {fact: {"wish": replace(WISH, **change)} for fact, change in wish.items()}
    for fact, change in changes.items():
        other = facts_of_deposit(replace(MADE, **change), approver=2, role="lead")
        assert {name for name in facts if facts[name] != other[name]} == {fact}
    others = [facts_of_deposit(MADE, approver=3, role="lead"), facts_of_deposit(MADE, approver=2, role="owner")]
    others += [facts_of_deposit(replace(MADE, wish=replace(WISH, **one)), approver=2, role="lead")
               for one in ({"mode": Mode.RECEIVES}, {"fiat": "HKD"})]  # fmt: skip
    assert all(other != facts for other in others)
    assert {field.name for field in fields(DepositWish)} <= set(facts)


def test_without_its_salt_nobody_can_try_names_on_what_was_sealed() -> None:
    salted, bare = (
        facts_of_deposit(replace(MADE, name_salt=salt), approver=2, role="lead")["payer"] for salt in ("s1", "")
    )
    assert salted != bare


@pytest.mark.parametrize(
    ("name", "told", "kept"),
    [
        ("张三丰", "客户张三丰已付款", "客户…已付款"),
        ("Chan Tai Man", "paid by CHAN  TAI MAN late", "paid by … late"),
        ("Li", "client LI paid", "client … paid"),
        ("", "nobody's words", "nobody's words"),
        ("O'Neill (Jr.", "from O'Neill (Jr.", "from …"),
    ],
)
def test_a_name_is_not_kept_in_the_venues_free_words(name: str, told: str, kept: str) -> None:
    found = without_name(replace(TOLD, message=told, method=told), name)
    assert (found.message, found.method) == (kept, kept) and differences(MADE, found) == {}


def test_the_end_of_an_address_is_stored_as_a_hash_only() -> None:
    assert hash_of_hook("token") != hash_of_hook("token ") and "token" not in hash_of_hook("token")
    assert len(hash_of_hook("")) == 64
