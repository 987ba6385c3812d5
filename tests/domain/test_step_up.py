"""What may be a PIN, and when it is asked: tables first, then whatever else there may be."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.seals import Choice, Seal
from bot.domain.step_up import (
    IDLE_MS,
    SHIFT_MS,
    Pins,
    Shift,
    Why,
    check_new,
    is_above,
    looks_like_pin,
    sealed_amount,
    typed,
    why_asked,
    wish_of,
)

NOW = 1_790_000_000_000
MINUTE, HOUR = 60_000, 3_600_000
ON = Shift(True, NOW - 2 * HOUR)


def seal(facts: dict[str, str], action: Action = Action.RELEASE, by: int = 3, seal_id: str = "s1") -> Seal:
    return Seal(seal_id, "61000001", action, by, NOW, NOW + 120_000, None, None, Choice(), facts, "f")


def pins(proven: int | None, acted: int | None = None) -> Pins:
    """Minutes ago."""
    return Pins(
        3, "00", first="h",
        proven_at=None if proven is None else NOW - proven * MINUTE,
        acted_at=None if acted is None else NOW - acted * MINUTE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kept", "shift", "above", "proven", "why"),
    [
        (pins(None), ON, False, False, Why.SHIFT),
        (pins(5), ON, False, False, None),
        (pins(119, 5), ON, False, False, None),
        (pins(121, 5), ON, False, False, Why.SHIFT),
        (pins(31), ON, False, False, Why.IDLE),
        (pins(60, 29), ON, False, False, None),
        (pins(60, 30), ON, False, False, Why.IDLE),
        (pins(5), ON, True, False, Why.ABOVE),
        (pins(None), ON, True, False, Why.ABOVE),
        (pins(5), ON, True, True, None),
        (pins(5), Shift(), False, False, None),
        (pins(12 * 60 + 1, 5), Shift(), False, False, Why.SHIFT),
        (pins(12 * 60, 5), Shift(), False, False, None),
        (pins(10, 5), Shift(False, NOW - 5 * MINUTE), False, False, Why.SHIFT),
        (pins(13 * 60, 5), Shift(True, NOW - 14 * HOUR), False, False, None),
        (pins(-5), ON, False, False, Why.SHIFT),
        (pins(40, -5), ON, False, False, Why.IDLE),
    ],
)
def test_when_it_is_asked(kept: Pins, shift: Shift, above: bool, proven: bool, why: Why | None) -> None:
    assert why_asked(kept, shift, is_above=above, is_proven=proven, now=NOW) is why


@given(
    st.integers(-SHIFT_MS, 2 * SHIFT_MS), st.integers(-SHIFT_MS, 2 * SHIFT_MS), st.booleans(),
    st.none() | st.integers(-SHIFT_MS, 2 * SHIFT_MS),
)  # fmt: skip
def test_who_is_not_asked_gave_it_in_this_shift_and_moved_lately(
    proven_ago: int, acted_ago: int, on_duty: bool, duty_ago: int | None
) -> None:
    kept = Pins(3, "00", first="h", proven_at=NOW - proven_ago, acted_at=NOW - acted_ago)
    shift = Shift(on_duty, None if duty_ago is None else NOW - duty_ago)
    why = why_asked(kept, shift, is_above=False, is_proven=False, now=NOW)
    in_shift = proven_ago >= 0 and (duty_ago is None or proven_ago <= duty_ago) and (on_duty or proven_ago <= SHIFT_MS)
    is_fresh = 0 <= min(proven_ago, acted_ago) < IDLE_MS
    assert (why is None) == (in_shift and is_fresh)


@given(st.text())
def test_what_is_typed_is_six_to_twelve_digits_or_refused_without_being_repeated(text: str) -> None:
    try:
        pin = typed(text)
    except NotAllowed as no:
        assert no.reason in ("pin_letters", "pin_length") and set(no.facts) <= {"least", "most"}
    else:
        assert pin.isascii() and pin.isdigit() and 6 <= len(pin) <= 12 and looks_like_pin(text)


@pytest.mark.parametrize(
    "pin", ["000000", "123456", "654321", "789012", "321098", "5111111", "77345678", "123456789012"]
)
def test_a_row_of_six_is_plain(pin: str) -> None:
    with pytest.raises(NotAllowed, match="pin_plain"):
        check_new(pin)


@pytest.mark.parametrize("pin", ["482913", "111112", "123457", "112233", "135791", "246802", "12345412345"])
def test_a_shorter_row_is_not(pin: str) -> None:
    check_new(pin)


@given(st.integers(0, 9), st.sampled_from((0, 1, -1)), st.text("0123456789", max_size=3), st.integers(6, 9))
def test_wherever_the_row_stands_it_is_found(start: int, step: int, before: str, length: int) -> None:
    row = "".join(str((start + step * place) % 10) for place in range(length))
    with pytest.raises(NotAllowed, match="pin_plain"):
        check_new(before + row)


@pytest.mark.parametrize(
    ("facts", "amount"),
    [
        ({"amount": "1000.00", "asset": "USDT"}, (Decimal("1000.00"), "USDT")),
        ({"sell": "100.00 USDT", "buy": "0.001 BTC"}, (Decimal("100.00"), "USDT")),
        ({"amount": "5500.20 CNY"}, (Decimal("5500.20"), "CNY")),
        ({"amount": "10000", "pair": "USDT/CNY"}, (Decimal("10000"), "USDT")),
        ({"new_amount": "5", "pair": "BTC/CNY"}, (Decimal("5"), "BTC")),
        ({"was": "rest"}, None),
        ({"amount": "NaN"}, None),
    ],
)
def test_how_much_a_seal_moves(facts: dict[str, str], amount: tuple[Decimal, str] | None) -> None:
    assert sealed_amount(seal(facts)) == amount


def test_above_is_more_than() -> None:
    for text, above in (("1000.00", False), ("1000.000000000000000001", True), ("999", False)):
        assert is_above(seal({"amount": text, "asset": "USDT"}), Decimal(1000)) is above
    assert not is_above(seal({"amount": "99999", "asset": "USDT"}), None)


QUOTE = {"account": "own", "action": "convert", "fixed": "sell", "sell": "100 USDT", "buy": "0.001 BTC"}
SALE = {"side": "fiat", "sell": "5012.63 USDT", "get": "5000.00 USD", "bank": "7", "promotion": ""}


@pytest.mark.parametrize(
    ("action", "facts", "change", "is_same"),
    [
        (Action.CONVERT, QUOTE, {"buy": "0.002 BTC"}, True),
        (Action.CONVERT, QUOTE, {"sell": "101 USDT"}, False),
        (Action.CONVERT, QUOTE, {"buy": "0.001 ETH"}, False),
        (Action.CONVERT, QUOTE, {"account": "77"}, False),
        (Action.CONVERT, QUOTE, {"action": "ask_again"}, False),
        (Action.CONVERT, QUOTE, {"fixed": "buy"}, False),
        (Action.OFF_RAMP, SALE, {"sell": "5013.00 USDT"}, True),
        (Action.OFF_RAMP, SALE, {"get": "5000.01 USD"}, False),
        (Action.OFF_RAMP, SALE, {"bank": "8"}, False),
        (Action.OFF_RAMP, SALE | {"side": "crypto"}, {"get": "4999.00 USD"}, True),
        (Action.OFF_RAMP, SALE | {"side": "crypto"}, {"sell": "5012.64 USDT"}, False),
        (Action.RELEASE, {"amount": "1", "asset": "USDT"}, {}, False),
        (Action.DEPOSIT, {"amount": "1 CNY"}, {}, False),
    ],
)
def test_only_a_quote_has_a_successor(
    action: Action, facts: dict[str, str], change: dict[str, str], is_same: bool
) -> None:
    earlier, later = seal(facts, action), seal(facts | change, action, seal_id="s2")
    assert (wish_of(earlier) == wish_of(later)) is is_same
    assert wish_of(seal(facts | change, action, by=4, seal_id="s3")) != wish_of(later)
