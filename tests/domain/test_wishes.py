"""What people type behind `/convert`: a wish to the last digit, or a no with its reason."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.domain.errors import NotAllowed
from bot.domain.quotes import OWN, Fixed, Wish
from bot.domain.wishes import LINKS, make_wish, read_wish

BTC = Wish(OWN, "USDT", "BTC", Fixed.SELL, Decimal(100))


def read(text: str) -> Wish:
    return read_wish(text.split(), OWN)


def reason(text: str) -> str:
    with pytest.raises(NotAllowed) as no:
        read(text)
    return no.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "100 USDT BTC",
        "100 usdt btc",
        "100.00 Usdt bTc",
        "１００ ＵＳＤＴ ＢＴＣ",
        "100 USDT to BTC",
        "100 USDT into BTC",
        "100 USDT for BTC",
        "100 USDT -> BTC",
        "100 USDT → BTC",
        "100 USDT => BTC",
        "100 USDT = BTC",
        "100 USDT 换 BTC",
        "100 USDT 换成 BTC",
        "100 USDT 兑 BTC",
        "100 USDT 到 BTC",
    ],
)
def test_every_way_to_say_it_gives_exactly_a_hundred(text: str) -> None:
    assert read(text) == BTC


@pytest.mark.parametrize("text", ["USDT 0.01 BTC", "usdt to 0.01 btc", "USDT 换 ０.０１ BTC", "USDT -> 0.01 -> BTC"])
def test_a_number_before_the_second_coin_is_what_is_got(text: str) -> None:
    assert read(text) == Wish(OWN, "USDT", "BTC", Fixed.BUY, Decimal("0.01"))
    assert str(read(text).fixed_money) == "0.01 BTC"


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1,000 USDT BTC", "1000"), ("1,234,567.50 USDT BTC", "1234567.50"), ("１，０００ USDT BTC", "1000")],
)
def test_commas_stand_between_thousands(text: str, amount: str) -> None:
    assert str(read(text).amount) == amount


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "usage"),
        ("100", "usage"),
        ("USDT BTC", "usage"),
        ("100 USDT", "usage"),
        ("100 USDT BTC now", "usage"),
        ("to 100 USDT BTC", "usage"),
        ("100 USDT 0.01 BTC", "two_amounts"),
        ("100 USDT to 0.01 BTC", "two_amounts"),
        ("hundred USDT BTC", "bad_amount"),
        ("1,5 USDT BTC", "bad_amount"),
        ("10,00 USDT BTC", "bad_amount"),
        ("1e3 USDT BTC", "bad_amount"),
        ("+100 USDT BTC", "bad_amount"),
        ("100. USDT BTC", "bad_amount"),
        (".5 USDT BTC", "bad_amount"),
        ("1.2.3 USDT BTC", "bad_amount"),
        ("nan USDT BTC", "bad_amount"),
        ("٣ USDT BTC", "bad_amount"),
        ("1" * 41 + " USDT BTC", "bad_amount"),
        ("-5 USDT BTC", "amount_not_positive"),
        ("USDT -5 BTC", "amount_not_positive"),
        ("0 USDT BTC", "amount_not_positive"),
        ("0.00 USDT BTC", "amount_not_positive"),
        ("1.123456789 USDT BTC", "amount_too_precise"),
        ("100000000000000 USDT BTC", "amount_too_large"),
        ("100 USDT USDT", "equal_currencies"),
        ("100 usdt Usdt", "equal_currencies"),
        ("100 U$DT BTC", "unknown_currency"),
        ("100 USDT 比特币", "unknown_currency"),
        ("100 USDT B", "unknown_currency"),
        ("100 USDT ABCDEFGHIJKLM", "unknown_currency"),
        ("100 USDT BTC:x", "unknown_currency"),
    ],
)
def test_everything_else_is_refused_with_its_reason(text: str, why: str) -> None:
    assert reason(text) == why


def test_a_refusal_quotes_what_was_typed_and_no_more_than_fits() -> None:
    with pytest.raises(NotAllowed) as no:
        read("100 USDT to 0.01 BTC")
    assert no.value.facts == {"given": "100 USDT to 0.01 BTC"}
    with pytest.raises(NotAllowed) as no:
        read("x " * 500)
    assert len(no.value.facts["given"]) == 60 and no.value.facts["command"] == "convert"


@pytest.mark.parametrize("typed", ["100", " 100 ", "100 USDT", "100usdt", "１００ ＵＳＤＴ", "100\u00a0USDT"])
def test_the_question_for_an_amount_is_answered_with_or_without_the_coin(typed: str) -> None:
    assert make_wish(OWN, "USDT", "BTC", Fixed.SELL, typed) == BTC


def test_the_coin_behind_an_amount_must_be_the_one_that_was_asked_for() -> None:
    with pytest.raises(NotAllowed) as no:
        make_wish(OWN, "USDT", "BTC", Fixed.SELL, "100 BTC")
    assert no.value.reason == "bad_amount"


def test_a_coin_of_digits_takes_no_digit_from_the_amount() -> None:
    assert read("1000 00 BTC").amount == Decimal(1000)


def test_digits_behind_the_exact_ones_are_not_rounded_away_unseen() -> None:
    assert reason("1000000000000.00000000000000000001 USDT BTC") == "amount_too_precise"
    assert reason("0.000000010000000000000000000000000001 USDT BTC") == "amount_too_precise"


CODES = some.from_regex(r"[A-Z][A-Z0-9]{1,11}", fullmatch=True)
AMOUNTS = some.decimals(min_value="0.00000001", max_value="99999999999", places=8, allow_nan=False)
PIECES = some.sampled_from(
    [
        "100",
        "0",
        "-1",
        "1,000",
        "1e9",
        "USDT",
        "BTC",
        "usdt",
        "00",
        "１",
        "½",
        "²",
        "\u202e",
        "\x00",
        "NaN",
        "∞",
        *LINKS,
    ]
)
WORDS = some.lists(some.one_of(PIECES, some.text(max_size=12)), max_size=6)


@settings(max_examples=60, deadline=None)
@given(WORDS)
def test_whatever_is_typed_is_a_wish_or_a_no(words: list[str]) -> None:
    try:
        wish = read_wish(words, OWN)
    except NotAllowed as no:
        assert no.reason and all(isinstance(fact, str) for fact in no.facts.values())
        return
    assert wish.amount > 0 and wish.sell != wish.buy


@settings(max_examples=60, deadline=None)
@given(some.sampled_from(list(Fixed)), some.text(max_size=60))
def test_whatever_answers_the_question_for_an_amount_is_a_wish_or_a_no(fixed: Fixed, text: str) -> None:
    try:
        wish = make_wish(OWN, "USDT", "BTC", fixed, text)
    except NotAllowed:
        return
    assert wish.amount > 0 and wish.fixed is fixed


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, CODES, CODES, some.sampled_from(sorted(LINKS)), some.booleans())
def test_an_amount_is_taken_to_its_last_digit(amount: Decimal, sell: str, buy: str, link: str, gets: bool) -> None:
    if sell == buy or buy in LINKS or sell in LINKS:
        return
    typed = [sell, link, f"{amount:f}", buy] if gets else [f"{amount:f}", sell, link, buy]
    wish = read_wish(typed, OWN)
    assert (wish.sell, wish.buy, f"{wish.amount:f}") == (sell, buy, f"{amount:f}")
    assert wish.fixed is (Fixed.BUY if gets else Fixed.SELL)
