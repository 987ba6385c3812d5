"""When names tell equal totals apart, and what of a bank's statement names one credit."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.orders import Order, Payee, Side
from bot.domain.twins import account_of, are_told_apart_by_name, credit_of, is_hidden, read_mark, sales_among
from tests.flows.bench import ORDER

OPENED = int(datetime(2026, 11, 21, 14, 0, 30, tzinfo=UTC).timestamp())
ZONE = "UTC"


def sale(**changes: object) -> Order:
    return replace(ORDER, created_at=OPENED, **changes)  # type: ignore[arg-type]


def at(hour: int, minute: int, second: int = 0, day: int = 21) -> int:
    return int(datetime(2026, 11, day, hour, minute, second, tzinfo=UTC).timestamp() * 1000)


def test_three_people_with_their_own_names_are_told_apart() -> None:
    names = ("张三丰", "李四", "John Wang")
    assert are_told_apart_by_name([sale(counterparty_name=name, counterparty_id=name) for name in names])


@pytest.mark.parametrize("other", ["张三丰", " 张三丰 ", "", "   ", "李**", "李＊"])
def test_a_name_that_is_there_twice_or_hidden_or_missing_tells_nothing(other: str) -> None:
    assert not are_told_apart_by_name([sale(), sale(counterparty_name=other, counterparty_id="c2")])


def test_case_and_spaces_make_no_other_name() -> None:
    two = [sale(counterparty_name="John WANG"), sale(counterparty_name="john  wang", counterparty_id="c2")]
    assert not are_told_apart_by_name(two)


def test_one_buyer_at_the_venue_is_one_however_the_name_is_written() -> None:
    assert not are_told_apart_by_name([sale(counterparty_name="Wang"), sale(counterparty_name="John Wang")])


def test_stars_hide_a_name() -> None:
    assert [is_hidden(name) for name in ("张**", "B*** S***", "张三丰", "O'Brien-Smith")] == [True, True, False, False]


def test_only_what_we_sell_and_is_not_over_can_be_paid_for() -> None:
    orders = [sale(), sale(side=Side.BUY), sale(status="cancel"), sale(status="unpay")]
    assert [order.status for order in sales_among(orders)] == ["paid", "unpay"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("8821", "8821"),
        (" 44 88 21 ", "448821"),
        ("14:02", "14:02"),
        ("9:05", "09:05"),
        ("14:02:31", "14:02:31"),
        ("１４：０２", "14:02"),
        ("８８２１", "8821"),
        ("00:00", "00:00"),
        ("23:59:59", "23:59:59"),
    ],
)
def test_digits_and_clock_times_are_read_as_people_type_them(text: str, kept: str) -> None:
    assert read_mark(text) == kept


@pytest.mark.parametrize(
    "text", ["", "882", "1234567", "abcd", "88a1", "25:00", "14:60", "14:02:61", "14.02", "1402 31x", "²²²²", "٣٤٥٦"]
)
def test_anything_else_is_refused_and_named(text: str) -> None:
    with pytest.raises(NotAllowed) as no:
        read_mark(text)
    assert no.value.reason == "bad_reference" and "given" in no.value.facts


def test_a_reference_has_no_day_and_a_time_has_the_only_one_on_which_the_order_was_open() -> None:
    assert credit_of(sale(), "8821", at(14, 10), ZONE).day == ""
    assert credit_of(sale(), "14:02", at(14, 10), ZONE).day == "2026-11-21"
    assert credit_of(sale(), "14:00", at(14, 10), ZONE).day == "2026-11-21", "the minute in which it was opened"
    past_midnight = at(0, 5, day=22)
    assert credit_of(sale(), "23:58", past_midnight, ZONE).day == "2026-11-21"
    assert credit_of(sale(), "00:04", past_midnight, ZONE).day == "2026-11-22"
    assert credit_of(sale(), "22:02", at(14, 10), "Asia/Shanghai").day == "2026-11-21", "as the desk's clock shows it"


@pytest.mark.parametrize("mark", ["13:50", "14:30", "02:00", "13:58:29"])
def test_a_time_at_which_the_order_was_not_open_is_no_credit_of_it(mark: str) -> None:
    with pytest.raises(NotAllowed) as no:
        credit_of(sale(), mark, at(14, 10), ZONE)
    assert no.value.reason == "time_before_order"


def test_a_time_that_came_twice_since_the_order_is_not_guessed() -> None:
    with pytest.raises(NotAllowed) as no:
        credit_of(sale(), "14:05", at(15, 0, day=22), ZONE)
    assert no.value.reason == "time_of_two_days"


def test_an_account_is_its_method_and_number_and_stands_nowhere_in_clear() -> None:
    same = sale(payees=(Payee("bank", "工商银行", "other holder", "6222 0202 0000 8821"),))
    assert account_of(same) == account_of(sale())
    others = [sale(payees=(Payee("bank", "ICBC", "", "6222020200008822"),)), sale(payees=()), sale(chosen_method="x")]
    assert account_of(others[0]) != account_of(sale()) != account_of(others[1])
    assert "8821" not in account_of(sale()) or "6222" not in account_of(sale())
