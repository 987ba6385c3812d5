"""The questions of a new ad: what may be answered, what a change asks again, and the draft that the answers make."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ad_answers import is_no_answer, named, read, toggled
from bot.domain.ad_forms import (
    DEMANDS,
    MEANT,
    AdForm,
    Method,
    Step,
    answers_like,
    before,
    draft_of_answers,
    methods_text,
    next_step,
    number_of,
    questions,
    with_answer,
)
from bot.domain.ads import AdDraft, Demands, Floating, LimitBasis, Reference
from bot.domain.errors import NotAllowed
from bot.domain.orders import Side
from tests.support.fake_gate import ad_of

BANK, OTHER = Method("bank", "20011", "ICBC ··8821"), Method("bank", "20012", "ABC ··1234")
ALIPAY = Method("alipay", "30001", "Alipay ··0001")
WHOLE = {
    "side": "sell", "pair": "USDT/CNY", "pricing": "fixed", "price": "7.25", "amount": "1000", "basis": "fiat",
    "limits": "100~5000", "methods": methods_text([BANK, ALIPAY]), **{step.value: "" for step in DEMANDS},
    "window": "15", "terms": "own accounts only", "auto_reply": "",
}  # fmt: skip


def form(step: Step, **answers: str) -> AdForm:
    """At that question, with what stands before it."""
    known = {key: text for key, text in (WHOLE | answers).items() if text is not None}
    known.pop(step.value, None)
    return AdForm("f1", 2, step, 0, 0, known | answers)


def why(step: Step, typed: str, **answers: str) -> str:
    with pytest.raises(NotAllowed) as caught:
        read(form(step, **answers), typed)
    assert is_no_answer(caught.value)
    return caught.value.reason


@pytest.mark.parametrize(
    ("step", "typed", "kept"),
    [
        (Step.SIDE, "Sell", "sell"),
        (Step.PAIR, "usdt eur", "USDT/EUR"),
        (Step.PAIR, " USDT/CNY", "USDT/CNY"),
        (Step.PAIR, "BTC-USD", "BTC/USD"),
        (Step.PRICING, "gate", "gate"),
        (Step.OFFSET, "+0.5%", "0.5"),
        (Step.OFFSET, "−0.3", "-0.3"),
        (Step.OFFSET, "0", "0"),
        (Step.OFFSET, "-0", "0"),
        (Step.PRICE, "7.2145", "7.2145"),
        (Step.PRICE, "7.25 cny", "7.25"),
        (Step.PRICE, "７.２５", "7.25"),
        (Step.AMOUNT, "1,000.00000001", "1000.00000001"),
        (Step.LIMITS, "100-5000", "100~5000"),
        (Step.LIMITS, "100 5,000.50 CNY", "100~5000.50"),
        (Step.LIMITS, "100～5000", "100~5000"),
        (Step.LIMITS, "100到5000", "100~5000"),
        (Step.VERIFIED, "2", "2"),
        (Step.VERIFIED, "0", ""),
        (Step.REGISTERED, "030", "30"),
        (Step.LEAST_DONE, "0", ""),
        (Step.MOST_DONE, "0", "0"),
        (Step.RATE, "95.5%", "95.5"),
        (Step.RATE, "0", ""),
        (Step.OPEN_ORDERS, "1", "1"),
        (Step.COUNTRY, "CN, HK", "CN, HK"),
        (Step.TRADERS, "yes", "yes"),
        (Step.WINDOW, "20 min", "20"),
        (Step.WINDOW, "1440", "1440"),
        (Step.TERMS, "  two\nlines ", "two\nlines"),
        (Step.AUTO_REPLY, "x" * 1000, "x" * 1000),
    ],
)
def test_what_people_write_is_read(step: Step, typed: str, kept: str) -> None:
    assert read(form(step), typed) == kept


@pytest.mark.parametrize(
    ("step", "typed", "reason"),
    [
        (Step.SIDE, "both", "ad_answer_press"),
        (Step.PAIR, "USDT", "ad_answer_pair"),
        (Step.PAIR, "USDT USDT", "ad_answer_pair"),
        (Step.PAIR, "USDT 人民币", "ad_answer_pair"),
        (Step.PAIR, "USDT CNY EUR", "ad_answer_pair"),
        (Step.OFFSET, "100", "ad_answer_offset"),
        (Step.OFFSET, "half", "ad_answer_offset"),
        (Step.OFFSET, "0.555", "ad_too_precise"),
        (Step.PRICE, "0", "ad_not_positive"),
        (Step.PRICE, "-7.25", "ad_not_positive"),
        (Step.PRICE, "7.21455", "ad_too_precise"),
        (Step.PRICE, "7,25", "bad_amount"),
        (Step.PRICE, "1e3", "bad_amount"),
        (Step.PRICE, "7.25 USD", "bad_amount"),
        (Step.PRICE, "9" * 16, "ad_too_much"),
        (Step.PRICE, " ", "ad_answer_empty"),
        (Step.AMOUNT, "0.000000001", "ad_too_precise"),
        (Step.AMOUNT, "0.00", "ad_not_positive"),
        (Step.LIMITS, "5000", "ad_answer_limits"),
        (Step.LIMITS, "1-2-3", "ad_answer_limits"),
        (Step.LIMITS, "5000-100", "ad_limits_order"),
        (Step.LIMITS, "0-100", "ad_not_positive"),
        (Step.LIMITS, "-5-100", "ad_not_positive"),
        (Step.LIMITS, "100-7250.01", "ad_limits_beyond"),
        (Step.LIMITS, "100-5000.001", "ad_too_precise"),
        (Step.LIMITS, "a-b", "bad_amount"),
        (Step.VERIFIED, "11", "ad_answer_whole"),
        (Step.VERIFIED, "1.5", "ad_answer_whole"),
        (Step.REGISTERED, "-1", "ad_answer_whole"),
        (Step.OPEN_ORDERS, "0", "ad_answer_whole"),
        (Step.RATE, "101", "ad_answer_rate"),
        (Step.RATE, "NaN", "ad_answer_rate"),
        (Step.RATE, "95.555", "ad_too_precise"),
        (Step.COUNTRY, "中国", "ad_answer_country"),
        (Step.WINDOW, "0", "ad_answer_window"),
        (Step.WINDOW, "1441", "ad_answer_window"),
        (Step.WINDOW, "soon", "ad_answer_window"),
        (Step.TERMS, "x" * 1001, "ad_answer_long"),
        (Step.TERMS, "a\u202eb", "ad_answer_hidden"),
        (Step.AUTO_REPLY, " \n", "ad_answer_empty"),
    ],
)
def test_what_can_be_no_answer_is_refused_with_its_reason(step: Step, typed: str, reason: str) -> None:
    assert why(step, typed) == reason


def test_limits_in_coins_are_held_against_the_amount() -> None:
    assert read(form(Step.LIMITS, basis="coins"), "10-1000") == "10~1000"
    assert why(Step.LIMITS, "10-1000.01", basis="coins") == "ad_limits_beyond"


def test_the_most_orders_are_not_below_the_least() -> None:
    assert why(Step.MOST_DONE, "4", least_done="5") == "ad_answer_whole"
    assert read(form(Step.MOST_DONE, least_done="5"), "5") == "5"


def test_methods_are_named_by_kind_or_as_they_are_shown() -> None:
    assert named("alipay", [BANK, OTHER, ALIPAY]) == methods_text([ALIPAY])
    assert named("ICBC ··8821, ALIPAY", [BANK, OTHER, ALIPAY]) == methods_text([BANK, ALIPAY])
    assert named("bank alipay", [BANK, ALIPAY]) == methods_text([BANK, ALIPAY])
    for typed, reason in (("bank", "ad_answer_which"), ("wechat", "ad_answer_method"), (",", "ad_answer_empty")):
        with pytest.raises(NotAllowed, match=reason):
            named(typed, [BANK, OTHER, ALIPAY])


def test_of_one_kind_one_account_is_taken() -> None:
    assert toggled([BANK, ALIPAY], OTHER) == methods_text([ALIPAY, OTHER])
    assert toggled([BANK], BANK) == ""


def test_the_first_question_without_an_answer_comes_next_and_an_offset_only_where_a_price_floats() -> None:
    assert next_step({}) is Step.SIDE
    assert next_step({"side": "sell", "pair": "USDT/CNY", "pricing": "fixed"}) is Step.PRICE
    assert next_step({"side": "sell", "pair": "USDT/CNY", "pricing": "gate"}) is Step.OFFSET
    assert next_step(WHOLE) is Step.CONFIRM
    assert before(Step.PRICE, {"pricing": "fixed"}) is Step.PRICING and before(Step.SIDE, {}) is Step.SIDE
    assert (questions(WHOLE), number_of(Step.PRICE, WHOLE)) == (21, 4)
    assert (questions({"pricing": "spot"}), number_of(Step.PRICE, {"pricing": "spot"})) == (22, 5)


def test_a_changed_answer_asks_again_only_what_it_spoils() -> None:
    assert next_step(with_answer(WHOLE, Step.TERMS, "others")) is Step.CONFIRM
    assert next_step(with_answer(WHOLE, Step.SIDE, "buy")) is Step.METHODS
    assert next_step(with_answer(WHOLE, Step.SIDE, "sell")) is Step.CONFIRM
    moved = with_answer(WHOLE, Step.PAIR, "USDT/EUR")
    assert [step for step in Step if step.value not in moved and step not in (Step.OFFSET, Step.CONFIRM)] == [
        Step.PRICE, Step.AMOUNT, Step.LIMITS, Step.METHODS,
    ]  # fmt: skip
    assert next_step(with_answer(WHOLE, Step.PRICING, "gate")) is Step.OFFSET
    assert next_step(with_answer(WHOLE, Step.BASIS, "coins")) is Step.LIMITS


def test_limits_that_fit_no_more_are_asked_again() -> None:
    assert next_step(with_answer(WHOLE, Step.AMOUNT, "100")) is Step.LIMITS
    assert next_step(with_answer(WHOLE, Step.AMOUNT, "700")) is Step.CONFIRM
    assert next_step(with_answer(WHOLE, Step.PRICE, "0.01")) is Step.LIMITS


def test_a_price_that_was_meant_is_meant_no_more_when_it_is_another() -> None:
    meant = WHOLE | {MEANT: "7.25"}
    assert AdForm("f", 2, Step.CONFIRM, 0, 0, meant).is_meant
    assert MEANT in with_answer(meant, Step.TERMS, "x")
    assert MEANT not in with_answer(meant, Step.PRICE, "7.26")


def test_the_draft_is_what_was_answered() -> None:
    draft = draft_of_answers(WHOLE | {"rate": "95.5", "least_done": "5", "traders": "yes"})
    assert draft == AdDraft(
        side=Side.SELL, asset="USDT", fiat="CNY", price=Decimal("7.25"), amount=Decimal("1000"),
        methods=("bank", "alipay"), least=Decimal("100"), most=Decimal("5000"), basis=LimitBasis.FIAT,
        method_ids={"bank": "20011", "alipay": "30001"}, expire_minutes=15, terms="own accounts only",
        demands=Demands(completion_percent=Decimal("95.5"), least_completed=5, shuts_out_advertisers=True),
    )  # fmt: skip
    floating = draft_of_answers(WHOLE | {"pricing": "spot", "offset": "-0.3", "side": "buy"})
    assert floating.floating == Floating(Reference.SPOT, Decimal("0.3"), is_discount=True)
    assert floating.method_ids == {} and floating.methods == ("bank", "alipay")


def test_nothing_is_demanded_unless_it_is_asked_for() -> None:
    assert draft_of_answers(WHOLE).demands == Demands()


counts = st.none() | st.integers(0, 1000)


@given(
    st.builds(
        AdDraft,
        side=st.sampled_from(Side), asset=st.just("USDT"), fiat=st.just("CNY"),
        price=st.decimals("0.0001", "100", places=4), amount=st.decimals("1000", "100000", places=2),
        methods=st.just(("bank", "alipay")), least=st.just(Decimal("0.01")), most=st.just(Decimal("0.1")),
        basis=st.sampled_from(LimitBasis), method_ids=st.just({"bank": "20011", "alipay": "30001"}),
        floating=st.none() | st.builds(
            Floating, st.sampled_from(Reference), st.decimals("0.01", "99", places=2), st.booleans()
        ),
        expire_minutes=st.integers(1, 1440), terms=st.sampled_from(["", "own accounts\nonly"]),
        auto_reply=st.sampled_from(["", "hello"]),
        demands=st.builds(
            Demands, st.integers(0, 9), st.integers(0, 9), st.integers(0, 999), counts, counts,
            st.none() | st.decimals("0", "100", places=1), st.none() | st.integers(1, 9), st.sampled_from([None, "CN"]),
            st.booleans(), st.booleans(),
        ),
    )
)  # fmt: skip
def test_an_ad_published_like_an_old_one_is_the_old_one(draft: AdDraft) -> None:
    methods = [BANK, ALIPAY] if draft.side is Side.SELL else [replace(BANK, id=""), replace(ALIPAY, id="")]
    answers = answers_like(ad_of(draft, None, "7"), methods)
    assert next_step(answers) is Step.CONFIRM
    again = draft_of_answers(answers)
    assert again == replace(draft, method_ids=again.method_ids)
    assert again.method_ids == (draft.method_ids if draft.side is Side.SELL else {})


def test_what_an_old_ad_does_not_tell_is_asked() -> None:
    old = ad_of(draft_of_answers(WHOLE), None, "7")
    lacking = replace(old, unread=frozenset({"verification", "country"}), amount=Decimal(0), fiat_most=None)
    answers = answers_like(lacking, [])
    missing = [step for step in Step if step.value not in answers and step not in (Step.OFFSET, Step.CONFIRM)]
    assert missing == [Step.AMOUNT, Step.LIMITS, Step.METHODS, Step.VERIFIED, Step.COUNTRY]
    assert Step.LIMITS.value not in answers_like(replace(old, amount=Decimal("1")), [BANK])
