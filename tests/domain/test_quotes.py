"""Numbers of quotes: bounds, what counts against limits, what changed, and what a seal is taken over."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.money import Money
from bot.domain.quotes import (
    OWN,
    Conversion,
    ConvertOrder,
    Fixed,
    Pair,
    Quote,
    Wish,
    check_amount,
    check_bounds,
    facts_of_quote,
    limit_value,
)
from bot.domain.seals import fingerprint

PAIR = Pair("USDT", "BTC", Decimal("10"), Decimal("5000"), Decimal("0.0001"), Decimal("0.04"))
QUOTE = Quote("q1", Money(Decimal("100.00"), "USDT"), Money(Decimal("0.001"), "BTC"))
MADE = Conversion(
    id="c1", wish=Wish(OWN, "USDT", "BTC", Fixed.SELL, Decimal("100.00")), quote=QUOTE, person=3, requester=None,
    asked_at=1_000, ends_at=13_000,
)  # fmt: skip


def amount_reason(amount: str, code: str = "USDT") -> str | None:
    try:
        check_amount(Decimal(amount), code)
    except NotAllowed as no:
        return no.reason
    return None


def bounds(pair: Pair = PAIR, /, **amounts: str) -> dict[str, str] | None:
    try:
        check_bounds(pair, **{side: Decimal(amount) for side, amount in amounts.items()})
    except NotAllowed as no:
        return {"reason": no.reason, **no.facts}
    return None


@pytest.mark.parametrize(
    "amount",
    ["0.00000001", "1", "1.000000000", "99999999999999", "99999999999999.123456", "123456789012.345678", "1E+13"],
)
def test_an_amount_that_a_venue_can_take_is_let_through(amount: str) -> None:
    assert amount_reason(amount) is None


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        ("0", "amount_not_positive"),
        ("-0.1", "amount_not_positive"),
        ("0E-20", "amount_not_positive"),
        ("0.000000001", "amount_too_precise"),
        ("1.123456789", "amount_too_precise"),
        ("1000000000000.00000000000000000001", "amount_too_precise"),
        ("100000000000000", "amount_too_large"),
        ("99999999999999.1234567", "amount_too_large"),
        ("1E+30", "amount_too_large"),
    ],
)
def test_an_amount_that_no_venue_takes_is_refused(amount: str, why: str) -> None:
    assert amount_reason(amount) == why


def test_a_refused_amount_is_said_without_an_exponent() -> None:
    with pytest.raises(NotAllowed) as no:
        check_amount(Decimal("1E-9"), "BTC")
    assert no.value.facts == {"amount": "0.000000001", "code": "BTC", "most": "8"}


@pytest.mark.parametrize("sides", [{"sell": "10"}, {"sell": "5000"}, {"buy": "0.0001"}, {"buy": "0.04"}, {}])
def test_bounds_themselves_are_allowed(sides: dict[str, str]) -> None:
    assert bounds(**sides) is None


@pytest.mark.parametrize(
    ("side", "amount", "why", "limit", "code"),
    [
        ("sell", "9.99999999", "below_minimum", "10", "USDT"),
        ("sell", "5000.00000001", "above_maximum", "5000", "USDT"),
        ("buy", "0.00009999", "below_minimum", "0.0001", "BTC"),
        ("buy", "0.04000001", "above_maximum", "0.04", "BTC"),
    ],
)
def test_each_bound_of_each_side_is_kept_to_the_last_digit(
    side: str, amount: str, why: str, limit: str, code: str
) -> None:
    assert bounds(**{side: amount}) == {
        "reason": why, "amount": amount, "code": code, "pair": "USDT → BTC", "limit": limit,
    }  # fmt: skip


def test_both_sides_of_an_offer_are_checked() -> None:
    found = bounds(sell="100", buy="0.05")
    assert found is not None and (found["reason"], found["code"]) == ("above_maximum", "BTC")


def test_a_bound_that_nobody_told_forbids_nothing() -> None:
    assert bounds(Pair("USDT", "ETH"), sell="0.00000001", buy="99999999999999") is None


def test_a_row_read_from_the_other_side_keeps_the_bounds_of_its_coins() -> None:
    turned = PAIR.turned
    assert (turned.sell, turned.sell_min, turned.sell_max) == ("BTC", Decimal("0.0001"), Decimal("0.04"))
    assert (turned.buy, turned.buy_min, turned.buy_max) == ("USDT", Decimal("10"), Decimal("5000"))
    assert turned.turned == PAIR


@pytest.mark.parametrize(
    ("sell", "buy", "value"),
    [("USDT", "BTC", "100"), ("BTC", "USDT", "2"), ("BTC", "ETH", None), ("USDC", "DAI", None)],
)
def test_what_counts_against_a_limit_is_the_side_in_usdt(sell: str, buy: str, value: str | None) -> None:
    found = limit_value(Quote("q", Money(Decimal("100"), sell), Money(Decimal("2"), buy)))
    assert found == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("fixed", "before", "percent"),
    [
        (Fixed.SELL, "0.001", "0"),
        (Fixed.SELL, "0.00125", "-20"),
        (Fixed.SELL, "0.0008", "25"),
        (Fixed.BUY, "80.00", "25"),
        (Fixed.SELL, None, None),
        (Fixed.SELL, "0", None),
    ],
)
def test_the_change_is_of_the_side_that_the_venue_filled_in(
    fixed: Fixed, before: str | None, percent: str | None
) -> None:
    made = replace(MADE, wish=replace(MADE.wish, fixed=fixed), before=None if before is None else Decimal(before))
    assert made.change_percent == (None if percent is None else Decimal(percent))


@pytest.mark.parametrize(
    ("before", "now", "exactly"),
    [
        (("1000", "0.5"), ("900", "0.501"), True),
        (("1000.00", "0.500"), ("900.0000", "0.5010"), True),
        (("1000", "0.5"), ("899.99999999", "0.501"), False),
        (("1000", "0.5"), ("900", "0.5"), False),
        (("1000", "0.5"), ("1000", "0.5"), False),
        (("1000", "0.5"), ("1100", "0.499"), False),
        (("123456789012345678901234567890.1", "0.5"), ("123456789012345678901234567790.0", "0.501"), False),
        (("123456789012345678901234567890.1", "0.5"), ("123456789012345678901234567790.1", "0.501"), True),
    ],
)
def test_balances_moved_exactly_means_to_the_last_digit(
    before: tuple[str, str], now: tuple[str, str], exactly: bool
) -> None:
    sides = [(Decimal(pair[0]), Decimal(pair[1])) for pair in (before, now)]
    assert replace(MADE, balances_before=sides[0], balances_now=sides[1]).has_moved_exactly is exactly


def test_unread_balances_have_not_moved() -> None:
    pair = (Decimal(1), Decimal(1))
    assert not replace(MADE, balances_now=pair).has_moved_exactly
    assert not replace(MADE, balances_before=pair).has_moved_exactly


def test_the_ledger_knows_a_quote_by_its_account_and_the_venues_id() -> None:
    assert MADE.target == "own/q1"
    assert replace(MADE, wish=replace(MADE.wish, account="2124538349")).target == "2124538349/q1"
    assert replace(MADE, id="c2").target == MADE.target


def test_other_executed_amounts_than_the_quotes_are_noticed() -> None:
    assert not MADE.differs
    assert not replace(MADE, executed=(Money(Decimal("100"), "USDT"), Money(Decimal("0.0010"), "BTC"))).differs
    assert replace(MADE, executed=(QUOTE.sell, Money(Decimal("0.00099999"), "BTC"))).differs


@pytest.mark.parametrize(
    ("status", "ends"), [(1, None), (3, "success"), (6, "failed"), (0, None), (2, None), (5, None), (36, None)]
)
def test_only_three_and_six_are_ends(status: int, ends: str | None) -> None:
    order = ConvertOrder("o", status, QUOTE.sell, QUOTE.buy, "q1")
    assert (order.is_success, order.is_failed) == (ends == "success", ends == "failed")
    assert order.is_final is (ends is not None)


def sealed(made: Conversion = MADE, **changes: str) -> str:
    given = {"role": "operator", "limit": "2000/5000", "action": "convert"} | changes
    return fingerprint(facts_of_quote(made, approver=3, **given))


OTHER_QUOTES = [
    replace(MADE, id="c2"),
    replace(MADE, wish=replace(MADE.wish, account="2124538349")),
    replace(MADE, quote=replace(QUOTE, id="q2")),
    replace(MADE, quote=replace(QUOTE, sell=Money(Decimal("100.01"), "USDT"))),
    replace(MADE, quote=replace(QUOTE, sell=Money(Decimal("100.00"), "USDC"))),
    replace(MADE, quote=replace(QUOTE, buy=Money(Decimal("0.00099999"), "BTC"))),
    replace(MADE, quote=replace(QUOTE, buy=Money(Decimal("0.001"), "ETH"))),
    replace(MADE, wish=replace(MADE.wish, fixed=Fixed.BUY)),
    replace(MADE, ends_at=13_001),
    replace(MADE, requester=9),
]


def test_every_fact_of_a_quote_changes_its_seal() -> None:
    marks = [sealed(), *(sealed(other) for other in OTHER_QUOTES)]
    marks += [sealed(role="lead"), sealed(limit="2000/5001"), sealed(action="ask_again")]
    assert len(set(marks)) == len(marks)
    assert sealed(replace(MADE)) == sealed()


def test_what_becomes_known_later_does_not_change_a_seal() -> None:
    known = {"ended_at": 5, "order_id": "o", "status": 1, "looks": 3, "looked_at": 7, "again_answer": "x"}
    assert set(known) <= {one.name for one in fields(Conversion)}
    assert sealed(replace(MADE, **known)) == sealed()  # type: ignore[arg-type]
