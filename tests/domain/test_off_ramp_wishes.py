"""What people type behind `/otc`: a wish to the last digit, or a no with its reason."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.domain.errors import NotAllowed
from bot.domain.off_ramp_wishes import make_off_ramp_wish, read_off_ramp_wish, side_of
from bot.domain.off_ramps import COINS, FIATS, OffRampSide, OffRampWish

CRYPTO, FIAT = OffRampSide.CRYPTO, OffRampSide.FIAT
THOUSAND = OffRampWish("USDT", "USD", CRYPTO, Decimal(1000))


def read(text: str) -> OffRampWish:
    return read_off_ramp_wish(text.split())


def reason(text: str) -> str:
    with pytest.raises(NotAllowed) as no:
        read(text)
    return no.value.reason


@pytest.mark.parametrize(
    "text",
    ["1000 USDT", "1000 usdt", "1,000 Usdt", "1000.00 USDT", "１０００ ＵＳＤＴ", "1000 USDT USD", "1000 usdt usd"],
)
def test_every_way_to_say_it_sells_exactly_a_thousand(text: str) -> None:
    assert read(text) == THOUSAND


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("1000 USDC", OffRampWish("USDC", "USD", CRYPTO, Decimal(1000))),
        ("5000 USD", OffRampWish("USDT", "USD", FIAT, Decimal(5000))),
        ("5,000.50 usd", OffRampWish("USDT", "USD", FIAT, Decimal("5000.50"))),
        ("5000 USD USDC", OffRampWish("USDC", "USD", FIAT, Decimal(5000))),
        ("5000 USD usdc spring-26", OffRampWish("USDC", "USD", FIAT, Decimal(5000), "spring-26")),
        ("1000 USDT SPRING26", OffRampWish("USDT", "USD", CRYPTO, Decimal(1000), "SPRING26")),
        ("1000 USDC USD SPRING_26", OffRampWish("USDC", "USD", CRYPTO, Decimal(1000), "SPRING_26")),
        ("5000 USD ＳＰＲＩＮＧ", OffRampWish("USDT", "USD", FIAT, Decimal(5000), "SPRING")),
        ("1000 USDT USD EUR", OffRampWish("USDT", "USD", CRYPTO, Decimal(1000), "EUR")),
    ],
)
def test_a_second_code_and_a_promotion_may_follow(text: str, wish: OffRampWish) -> None:
    assert read(text) == wish


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "usage"),
        ("1000", "usage"),
        ("USDT", "usage"),
        ("1000 USDT USD SPRING more", "usage"),
        ("1000 USDT SPRING more", "usage"),
        ("1000 USDT sprin*g", "usage"),
        ("1000 USDT 春天", "usage"),
        ("1000 USDT " + "x" * 33, "usage"),
        ("USDT 1000", "otc_currency"),
        ("1000 EUR", "otc_currency"),
        ("1000 BTC", "otc_currency"),
        ("1000 U$DT", "otc_currency"),
        ("1000 USDT EUR", "otc_currency"),
        ("1000 USDT gbp", "otc_currency"),
        ("1000 USDT USDC", "otc_currency"),
        ("1000 USDT USDT", "otc_currency"),
        ("1000 USD USD", "otc_currency"),
        ("1000 USD BTC", "otc_currency"),
        ("1000 USDT EUR SPRING", "otc_currency"),
        ("thousand USDT", "bad_amount"),
        ("1,5 USDT", "bad_amount"),
        ("1e3 USDT", "bad_amount"),
        ("+5 USDT", "bad_amount"),
        ("nan USD", "bad_amount"),
        ("٣ USDT", "bad_amount"),
        ("½ USDT", "bad_amount"),
        ("1" * 41 + " USDT", "bad_amount"),
        ("-5 USDT", "amount_not_positive"),
        ("0 USD", "amount_not_positive"),
        ("0.00 USDT", "amount_not_positive"),
        ("1.123456789 USDT", "amount_too_precise"),
        ("100000000000000 USDT", "amount_too_large"),
    ],
)
def test_everything_else_is_refused_with_its_reason(text: str, why: str) -> None:
    assert reason(text) == why


def test_a_refusal_quotes_what_was_typed_and_no_more_than_fits() -> None:
    with pytest.raises(NotAllowed) as no:
        read("x " * 500)
    assert len(no.value.facts["given"]) == 60 and no.value.facts["command"] == "otc"
    with pytest.raises(NotAllowed) as no:
        read("1000 " + "E" * 500)
    assert no.value.facts == {"given": "E" * 20, "coins": "USDT, USDC", "fiats": "USD"}


@pytest.mark.parametrize("typed", ["1000", " 1000 ", "1000 USDT", "1000usdt", "１０００ ＵＳＤＴ", "1,000\u00a0USDT"])
def test_the_question_for_an_amount_is_answered_with_or_without_the_coin(typed: str) -> None:
    assert make_off_ramp_wish(CRYPTO, "USDT", "USD", typed) == THOUSAND


@pytest.mark.parametrize("typed", ["1000 USD", "1000 USDC", "USDT", ""])
def test_the_code_behind_an_amount_must_be_the_one_that_was_asked_for(typed: str) -> None:
    with pytest.raises(NotAllowed) as no:
        make_off_ramp_wish(CRYPTO, "USDT", "USD", typed)
    assert no.value.reason == "bad_amount"


@pytest.mark.parametrize(("code", "side"), [("usdt", CRYPTO), ("USDC", CRYPTO), ("usd", FIAT)])
def test_a_code_names_its_side(code: str, side: OffRampSide) -> None:
    assert side_of(code) is side


PIECES = some.sampled_from(
    [
        "100",
        "0",
        "-1",
        "-",
        "1,000",
        "1e9",
        "USDT",
        "usdc",
        "USD",
        "EUR",
        "１",
        "½",
        "²",
        "\u202e",
        "\x00",
        "NaN",
        "∞",
        "ﬁ",
    ]
)
WORDS = some.lists(some.one_of(PIECES, some.text(max_size=12)), max_size=5)


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_whatever_is_typed_is_a_wish_or_a_no(words: list[str]) -> None:
    try:
        wish = read_off_ramp_wish(words)
    except NotAllowed as no:
        assert no.reason and all(isinstance(fact, str) for fact in no.facts.values())
        return
    assert wish.amount > 0 and wish.coin in COINS and wish.fiat in FIATS


@settings(max_examples=60, deadline=None)
@given(some.sampled_from(list(OffRampSide)), some.text(max_size=60))
def test_whatever_answers_the_question_for_an_amount_is_a_wish_or_a_no(side: OffRampSide, text: str) -> None:
    try:
        wish = make_off_ramp_wish(side, "USDT", "USD", text)
    except NotAllowed:
        return
    assert wish.amount > 0 and wish.side is side


@settings(max_examples=60, deadline=None)
@given(
    some.decimals(min_value="0.00000001", max_value="99999999999", places=8, allow_nan=False),
    some.sampled_from([*COINS, *FIATS]),
    some.from_regex(r"[A-Za-z0-9_-]{4,32}", fullmatch=True),
)
def test_an_amount_is_taken_to_its_last_digit(amount: Decimal, code: str, promotion: str) -> None:
    if promotion.upper() in (*COINS, *FIATS):
        return
    wish = read_off_ramp_wish([f"{amount:f}", code, promotion])
    assert (f"{wish.amount:f}", wish.fixed_money.code, wish.promotion) == (f"{amount:f}", code, promotion)
