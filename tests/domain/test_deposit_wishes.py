"""What people type behind `/deposit`: a wish to the last digit, or a no with its reason."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from bot.domain.deposit_wishes import (
    make_deposit_wish,
    read_deposit_amount,
    read_deposit_wish,
    read_payer,
    with_method,
)
from bot.domain.deposits import ANY_METHOD, COIN, FIATS, LANGUAGES, DepositWish, Method, Mode
from bot.domain.errors import NotAllowed

PAYS, RECEIVES = Mode.PAYS, Mode.RECEIVES
FIXED = DepositWish(PAYS, "CNY", Decimal("5500.20"), "张三丰", ANY_METHOD, "zh_CN")


def read(text: str) -> DepositWish:
    return read_deposit_wish(text.split())


def reason(text: str) -> str:
    with pytest.raises(NotAllowed) as no:
        read(text)
    return no.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "5500.20 CNY 张三丰",
        "5,500.20 cny 张三丰",
        "５５００.２０ ＣＮＹ 张三丰",
        "5500.20CNY CNY 张三丰",
        "  5500.20   CNY   张三丰  ",
    ],
)
def test_every_way_to_say_it_lets_the_customer_pay_exactly_this(text: str) -> None:
    wish = read(text)
    assert wish == FIXED and f"{wish.amount:f}" == "5500.20" and wish.payer == "张三丰"


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("5500.20 HKD Chan Tai Man", DepositWish(PAYS, "HKD", Decimal("5500.20"), "Chan Tai Man", ANY_METHOD, "zh_TW")),
        ("5000 MTC CNY 李四", DepositWish(RECEIVES, "CNY", Decimal(5000), "李四", ANY_METHOD, "zh_CN")),
        ("0.00000001 mtc hkd O'Neill-Wu Jr.", DepositWish(
            RECEIVES, "HKD", Decimal("0.00000001"), "O'Neill-Wu Jr.", ANY_METHOD, "zh_TW")),
        ("1 CNY CNYZ", DepositWish(PAYS, "CNY", Decimal(1), "CNYZ")),
        ("1 MTC CNY MTC", DepositWish(RECEIVES, "CNY", Decimal(1), "MTC")),
    ],
)  # fmt: skip
def test_the_code_behind_the_amount_tells_which_amount_is_fixed(text: str, wish: DepositWish) -> None:
    assert read(text) == wish


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "usage"),
        ("5500.20", "usage"),
        ("CNY", "usage"),
        ("5000 MTC", "usage"),
        ("CNY 5500.20", "deposit_currency"),
        ("5000 MTC 张三丰", "deposit_currency"),
        ("5000 USDT 张三丰", "deposit_currency"),
        ("5000 USD 张三丰", "deposit_currency"),
        ("5000 张三丰", "deposit_currency"),
        ("5000 MTC MTC 张三丰", "deposit_currency"),
        ("5000 CNY MTC 张三丰", "deposit_mixed"),
        ("5000 CNY HKD 张三丰", "deposit_mixed"),
        ("5000 CNY CNY 张三丰", "deposit_mixed"),
        ("5000 CNY mtc", "deposit_mixed"),
        ("5500.20 CNY", "payer_missing"),
        ("5000 MTC CNY", "payer_missing"),
        ("5500.20 CNY " + "x" * 61, "payer_too_long"),
        ("5500.20 CNY 123", "payer_odd"),
        ("5500.20 CNY ···", "payer_odd"),
        ("5500.20 CNY 张三丰2", "payer_odd"),
        ("5500.20 CNY <b>", "payer_odd"),
        ("5500.20 CNY 张\u202e三", "payer_odd"),
        ("5500.20 CNY 张\x00三", "payer_odd"),
        ("5500.20 CNY 张\u200b三", "payer_odd"),
        ("many CNY 张三丰", "bad_amount"),
        ("5500,20 CNY 张三丰", "bad_amount"),
        ("1e3 CNY 张三丰", "bad_amount"),
        ("nan CNY 张三丰", "bad_amount"),
        ("+5 CNY 张三丰", "bad_amount"),
        ("½ CNY 张三丰", "bad_amount"),
        ("٣ CNY 张三丰", "bad_amount"),
        ("-5 CNY 张三丰", "amount_not_positive"),
        ("0 CNY 张三丰", "amount_not_positive"),
        ("0.00 MTC CNY 张三丰", "amount_not_positive"),
        ("5500.201 CNY 张三丰", "deposit_too_precise"),
        ("1.000000001 MTC CNY 张三丰", "deposit_too_precise"),
        ("100000000 CNY 张三丰", "deposit_too_much"),
        ("100000000 MTC CNY 张三丰", "deposit_too_much"),
        ("1" * 27 + " CNY 张三丰", "deposit_too_much"),
        ("9" * 38 + " MTC CNY 张三丰", "deposit_too_much"),
    ],
)
def test_everything_else_is_refused_with_its_reason(text: str, why: str) -> None:
    assert reason(text) == why


def test_the_last_amount_that_is_taken_is_one_digit_below_the_most() -> None:
    assert read("99999999.99 CNY 张三丰").amount == Decimal("99999999.99")
    assert read("99999999.99999999 MTC CNY 张三丰").amount == Decimal("99999999.99999999")


def test_zeros_behind_the_last_digit_are_no_precision() -> None:
    assert f"{read('5500.200 CNY 张三丰').amount:f}" == "5500.200"


def test_a_refusal_quotes_what_was_typed_and_no_more_than_fits() -> None:
    for text, length in (("x", 60), ("1000 " + "E" * 500 + " a", 20), ("-" + "1" * 90 + " CNY a", 40)):
        with pytest.raises(NotAllowed) as no:
            read(text)
        assert max(len(fact) for fact in no.value.facts.values()) <= max(length, 20)
    with pytest.raises(NotAllowed) as no:
        read("5 EUR 张三丰")
    assert no.value.facts == {"given": "EUR", "fiats": "CNY, HKD", "coin": COIN}


def test_a_name_is_one_line_of_its_composed_letters() -> None:
    assert read_payer(" Jose\u0301 \n\t de  la Cruz ") == "José de la Cruz"
    assert read_payer("x" * 60) == "x" * 60
    with pytest.raises(NotAllowed) as no:
        read_payer("x" * 61)
    assert no.value.facts == {"given": "61", "limit": "60"}


@pytest.mark.parametrize("given", ["", "   ", "\n", "\u3000"])
def test_a_name_of_nothing_is_missing(given: str) -> None:
    with pytest.raises(NotAllowed) as no:
        read_payer(given)
    assert no.value.reason == "payer_missing"


@pytest.mark.parametrize(("fiat", "language"), list(zip(FIATS, LANGUAGES, strict=False)))
def test_the_page_begins_in_the_language_of_the_currency(fiat: str, language: str) -> None:
    for mode in Mode:
        assert make_deposit_wish(mode, fiat, "5", "张三丰").language == language


@pytest.mark.parametrize(("mode", "typed"), [(PAYS, "5 cny"), (PAYS, "5CNY"), (RECEIVES, "5 MTC"), (RECEIVES, "5")])
def test_the_question_for_an_amount_is_answered_with_or_without_its_code(mode: Mode, typed: str) -> None:
    assert read_deposit_amount(mode, "CNY", typed) == 5


@pytest.mark.parametrize(("mode", "typed"), [(PAYS, "5 HKD"), (PAYS, "5 MTC"), (RECEIVES, "5 CNY"), (PAYS, "CNY")])
def test_the_code_behind_an_amount_must_be_the_one_that_was_asked_for(mode: Mode, typed: str) -> None:
    with pytest.raises(NotAllowed) as no:
        read_deposit_amount(mode, "CNY", typed)
    assert no.value.reason == "bad_amount"


def test_a_method_is_switched_over_and_the_last_one_stays() -> None:
    without = with_method(ANY_METHOD, Method.BANK_CARD)
    assert without == Method.WECHAT | Method.ALIPAY and with_method(without, Method.BANK_CARD) == ANY_METHOD
    with pytest.raises(NotAllowed) as no:
        with_method(Method.ALIPAY, Method.ALIPAY)
    assert no.value.reason == "no_method"


@settings(max_examples=80, deadline=None)
@given(some.sampled_from(Mode), some.sampled_from(FIATS), some.integers(1, 10**16 - 1))
def test_an_amount_is_taken_to_its_last_digit(mode: Mode, fiat: str, digits: int) -> None:
    places = 8 if mode is RECEIVES else 2
    amount = Decimal(digits % 10 ** (8 + places) or 1).scaleb(-places)
    words = [f"{amount:f}", COIN, fiat, "李四"] if mode is RECEIVES else [f"{amount:f}", fiat, "李四"]
    wish = read_deposit_wish(words)
    assert f"{wish.amount:f}" == f"{amount:f}" and str(wish.money) == f"{amount:f} {wish.currency}"
    assert (wish.mode, wish.fiat, wish.payer) == (mode, fiat, "李四")


@settings(max_examples=60, deadline=None)
@given(some.text(alphabet=some.characters(categories=("L", "M")), min_size=1, max_size=20))
def test_a_name_of_letters_is_taken_as_it_is(name: str) -> None:
    composed = unicodedata.normalize("NFC", name)
    assume(any(char.isalpha() for char in composed) and composed.strip() == composed)
    assume(unicodedata.normalize("NFKC", name).strip().upper() not in (COIN, *FIATS))
    assert read_deposit_wish(["5", "CNY", name]).payer == composed


PIECES = some.sampled_from(
    ["100", "0", "-1", "-", "1,000", "1e9", "MTC", "cny", "HKD", "EUR", "１", "½", "²", "\u202e", "\x00", "NaN", "∞",
     "ﬁ", "张三丰", "CNY", "5.5"]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(some.lists(some.one_of(PIECES, some.text(max_size=12)), max_size=6))
def test_whatever_is_typed_is_a_wish_or_a_no(words: list[str]) -> None:
    try:
        wish = read_deposit_wish(words)
    except NotAllowed as no:
        assert no.reason and all(isinstance(fact, str) for fact in no.facts.values())
        return
    assert 0 < wish.amount < 10**8 and wish.fiat in FIATS and wish.payer.isprintable() and wish.methods == ANY_METHOD
