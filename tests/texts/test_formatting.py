"""Amounts and moments become text in one place, without losing a digit."""

from decimal import Decimal

import pytest

from bot.domain.money import Money
from bot.texts import formatting as form

AT = 1_763_733_722_000


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("7200.00", "7,200.00"), ("1000", "1,000.00"), ("0.1", "0.10"),
        ("123456789012.345678", "123,456,789,012.345678"),
        ("0.000000000000000001", "0.000000000000000001"), ("987654321098765432.10", "987,654,321,098,765,432.10"),
    ],
)  # fmt: skip
def test_money_is_grouped_and_keeps_every_digit(amount: str, text: str) -> None:
    assert form.money(Money(Decimal(amount), "CNY")) == f"{text} CNY"


def test_a_clock_is_the_readers() -> None:
    assert form.clock(AT, "UTC", seconds=True) == "14:02:02"
    assert form.clock(AT, "Asia/Shanghai") == "22:02"
    assert form.clock(AT, "No/Where") == "14:02"


def test_a_moment_of_another_day_carries_its_date() -> None:
    assert form.clock(AT, "UTC", near_ms=AT + 3_600_000) == "14:02"
    assert form.clock(AT, "UTC", near_ms=AT + 86_400_000) == "11-21 14:02"
    assert form.clock(AT, "Asia/Shanghai", near_ms=AT + 3 * 3_600_000) == "11-21 22:02"


def test_an_order_is_known_by_its_last_four_digits() -> None:
    assert form.short_id("2089000000000000417") == "0417"


def test_zones_are_known_or_not() -> None:
    assert form.is_timezone("Asia/Shanghai")
    assert not any(form.is_timezone(name) for name in ("Mars/Base", "", "../etc/passwd", "/etc/passwd"))
