"""What may be answered to each question of a bank account, and what cannot be an answer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bank_fields import (
    IBAN_LENGTHS,
    LENGTHS,
    SWIFT_LENGTH,
    Draft,
    Step,
    after,
    before,
    check,
    check_account,
    is_same,
    search_countries,
)
from bot.domain.errors import NotAllowed
from bot.domain.off_ramps import BankAccount, Country

IBANS = ("DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947", "MT84MALT011000012345MTLCAST001S")
COUNTRIES = [
    Country(1, "Côte d'Ivoire", "科特迪瓦"), Country(2, "Austria", "奥地利"), Country(3, "Australia", "澳大利亚"),
    Country(4, "Niger", "尼日尔"), Country(5, "Nigeria", "尼日利亚"), Country(6, "South Sudan", "南苏丹"),
    Country(7, "Sudan", "苏丹"),
]  # fmt: skip
FORM = Draft("f", 1, Step.CONFIRM, 0, 0, {"holder": "ACME LTD", "bank": "Chase", "account": "990044004410"})
LISTED = BankAccount("1", 1, "Acme Ltd", "chase", "", "9900****4410", "")


def reason(step: Step, typed: str) -> str:
    with pytest.raises(NotAllowed) as caught:
        check(step, typed)
    return caught.value.reason


@pytest.mark.parametrize("iban", IBANS)
def test_an_iban_is_taken_however_it_is_printed(iban: str) -> None:
    groups = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
    assert {check_account(one) for one in (iban, groups, iban.lower(), groups.replace(" ", "-"))} == {iban}


@pytest.mark.parametrize("iban", IBANS)
@given(place=st.integers(4, 14), other=st.sampled_from("0123456789"))
def test_one_wrong_digit_in_an_iban_is_noticed(iban: str, place: int, other: str) -> None:
    wrong = iban[:place] + other + iban[place + 1 :]
    if wrong == iban or not iban[place].isdigit():
        return
    assert reason(Step.ACCOUNT, wrong) == "bank_field_iban"


@pytest.mark.parametrize("iban", IBANS)
def test_two_digits_in_the_wrong_order_are_noticed(iban: str) -> None:
    for place in range(4, len(iban) - 1):
        wrong = iban[:place] + iban[place + 1] + iban[place] + iban[place + 2 :]
        if wrong != iban:
            assert reason(Step.ACCOUNT, wrong) == "bank_field_iban"


@pytest.mark.parametrize("wrong", ["DE8937040044053201300", "DE893704004405320130000", "GB82WEST1234569876543"])
def test_an_iban_of_another_length_than_its_country_has_is_said_to_be_one(wrong: str) -> None:
    assert reason(Step.ACCOUNT, wrong) == "bank_field_iban_length"


def test_every_known_length_looks_like_an_iban() -> None:
    assert all(15 <= length <= 34 for length in IBAN_LENGTHS.values())


@pytest.mark.parametrize("account", ["4410", "123213213", "DEMO0001", "UYTU1234GFHG", "DE12345678", "1" * 34])
def test_an_account_that_is_no_iban_has_no_check_digits(account: str) -> None:
    assert check_account(account) == account


@pytest.mark.parametrize("account", ["441", "1" * 35, "12_34", "张三丰账号", "12345€", "****4410"])
def test_what_is_no_account_is_refused(account: str) -> None:
    assert reason(Step.ACCOUNT, account) == "bank_field_account"


@pytest.mark.parametrize("step", [step for step in Step if step not in (Step.STATEMENT, Step.CONFIRM)])
@pytest.mark.parametrize("typed", ["", " \n ", "\u3000"])
def test_nothing_is_no_answer(step: Step, typed: str) -> None:
    assert reason(step, typed) == "bank_field_empty"


@pytest.mark.parametrize("typed", ["ACME\u202eDTL", "AC\x00ME", "AC\u200bME"])
def test_what_cannot_be_seen_is_no_answer(typed: str) -> None:
    assert reason(Step.HOLDER, typed) == "bank_field_hidden"


@pytest.mark.parametrize("step", list(LENGTHS))
def test_an_answer_is_as_long_as_it_may_be_and_no_longer(step: Step) -> None:
    least, most = LENGTHS[step]
    assert check(step, "A" * most)[0] == "A" * most and check(step, "A" * least)[0] == "A" * least
    assert reason(step, "A" * (most + 1)) == "bank_field_length"


@pytest.mark.parametrize(
    ("typed", "kept", "warning"),
    [
        ("chasus33", "CHASUS33", ""),
        ("CHAS US 33 XXX", "CHASUS33XXX", ""),
        ("ＣＨＡＳＵＳ３３", "CHASUS33", ""),
        ("21321", "21321", SWIFT_LENGTH),
        ("CHASUS33X", "CHASUS33X", SWIFT_LENGTH),
        ("CHAS?S33", "CHAS?S33", SWIFT_LENGTH),
    ],
)
def test_an_odd_swift_is_warned_of_and_never_in_the_way(typed: str, kept: str, warning: str) -> None:
    assert check(Step.SWIFT, typed) == check(Step.AGENT_SWIFT, typed) == (kept, warning)


def test_words_are_kept_as_written_but_for_their_gaps() -> None:
    assert check(Step.ADDRESS, " 12  Main St,\n 张三丰 路 ") == ("12 Main St, 张三丰 路", "")


def test_the_questions_follow_each_other_there_and_back() -> None:
    for answers in ({}, {"agent": "Citi"}):
        step, asked = Step.HOLDER, [Step.HOLDER]
        while step is not Step.CONFIRM:
            step = after(step, answers)
            asked.append(step)
        assert (Step.AGENT_SWIFT in asked) == bool(answers) and len(asked) == 10 + bool(answers)
        for step, preceding in zip(asked[1:], asked, strict=False):
            assert before(step, answers) is preceding
    assert before(Step.HOLDER, {}) is Step.HOLDER and after(Step.CONFIRM, {}) is Step.CONFIRM


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cote", [1]), ("IVOIRE", [1]), ("aus", [2, 3]), ("尼日", [4, 5]), ("niger", [4, 5]), ("sudan", [7, 6]),
        ("苏丹", [7, 6]), ("Atlantis", []),
    ],
)  # fmt: skip
def test_countries_are_found_by_their_letters_the_very_name_first(typed: str, found: list[int]) -> None:
    assert [country.id for country in search_countries(COUNTRIES, typed)] == found


def test_a_masked_account_is_known_by_holder_bank_and_tail() -> None:
    assert is_same(LISTED, FORM)
    for other in ({"holder": "Other"}, {"bank": "Citi"}, {"account": "990044004411"}):
        assert not is_same(LISTED, Draft("f", 1, Step.CONFIRM, 0, 0, {**FORM.answers, **other}))


@pytest.mark.parametrize(
    "changes",
    [
        {"holder": "A*** LTD"}, {"holder": "AC***"}, {"holder": "***"}, {"holder": "•••• ltd"}, {"holder": "ACME…"},
        {"holder": "ACME..."}, {"holder": ""}, {"holder": "A**E *TD"}, {"bank": "C***e"}, {"bank": "＊＊＊"},
        {"iban": "9900********"}, {"iban": "**** **** 4410"}, {"iban": "99******4*10"}, {"iban": ""},
        {"holder": "***", "bank": "***"}, {"holder": "***", "iban": "****"},
    ],
)  # fmt: skip
def test_what_a_list_hides_fits_anything(changes: dict[str, str]) -> None:
    assert is_same(replace(LISTED, **changes), FORM)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"holder": "B*** LTD"}, {"holder": "A*** GMBH"}, {"holder": "ACME LTD****X"}, {"holder": "ACME.LTD"},
        {"bank": "C***i"}, {"iban": "9900****4411"}, {"iban": "9900****44*1"}, {"iban": "4410"[:3] + "*9"},
        {"holder": "***", "bank": "***", "iban": "****"}, {"holder": "", "bank": "", "iban": ""},
    ],
)  # fmt: skip
def test_what_a_list_shows_must_fit_and_something_must_be_shown(changes: dict[str, str]) -> None:
    assert not is_same(replace(LISTED, **changes), FORM)  # type: ignore[arg-type]


def test_a_form_shows_no_answers_when_it_is_printed() -> None:
    assert "990044004410" not in repr(FORM) and "ACME" not in repr(FORM)
