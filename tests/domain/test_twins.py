"""When names tell equal totals apart, and what of a bank's statement names one credit."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.orders import Order, Payee, Side
from bot.domain.twins import (
    ANY_ACCOUNT,
    account_of,
    are_told_apart_by_name,
    credit_of,
    is_hidden,
    read_mark,
    sales_among,
)
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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zhang\u200bSan", "ZhangSan"), ("Ｚｈａｎｇ　Ｓａｎ", "Zhang San"), ("San Zhang", "Zhang San"),
        ("SanZhang", "Zhang San"), ("ZHANG, San", "zhang san"), ("O’Brien-Smith Al", "Al OBrien Smith"),
        ("José Ruiz", "Jose\u0301 Ruiz"), ("John Michael Wang", "John Wang"), ("张\u2060三", "张三"), ("ｱﾘ", "アリ"),
    ],
)  # fmt: skip
def test_what_may_be_one_name_written_twice_tells_nothing(one: str, other: str) -> None:
    two = [sale(counterparty_name=one), sale(counterparty_name=other, counterparty_id="c2")]
    assert not are_told_apart_by_name(two)


def test_names_that_share_a_part_or_a_sound_are_told_apart() -> None:
    names = ("Zhang San", "Zhang Sang", "Li San", "张三", "张三丰", "O'Brien-Smith", "D'Angelo Rossi", "José Ruiz")
    assert are_told_apart_by_name([sale(counterparty_name=name, counterparty_id=name) for name in names])


def test_one_buyer_at_the_venue_is_one_however_the_name_is_written() -> None:
    assert not are_told_apart_by_name([sale(counterparty_name="Wang"), sale(counterparty_name="John Wang")])


@pytest.mark.parametrize(
    "name",
    ["张**", "B*** S***", "李○", "李〇", "张×", "张X", "张xx", "张某", "张某某", "Z. San", "Zhang S", "S Zhang",
     "J. R. Wang", "张?", "张＿", "□三", "张…", "张•", "张", "\u200b", "",
     "Á. San", "王小○", "王小?", "Li S□n", "王小〇"],
)  # fmt: skip
def test_what_the_venue_hides_or_cuts_is_no_name(name: str) -> None:
    assert is_hidden(name)


@pytest.mark.parametrize(
    "name", ["张三丰", "O'Brien-Smith", "D’Angelo Li", "José Ruiz", "阿卜杜拉·买买提", "Max Xu", "Xi Li", "Noël Ré"]
)
def test_a_name_in_full_is_one(name: str) -> None:
    assert not is_hidden(name)


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


def on(account: str, method: str = "bank", **changes: object) -> Order:
    return sale(payees=(Payee(method, "ICBC", "holder", account),), chosen_method=method, **changes)


def test_an_account_is_its_own_number_whatever_it_is_listed_as_and_stands_nowhere_in_clear() -> None:
    card = account_of(on("6222020200008821"))
    for same in (on("6222 0202-0000 8821"), on("6222020200008821", "other_bank"), on("６２２２020200008821")):
        assert account_of(same) == card
    assert account_of(on("Shop@Mail.example", "alipay")) == account_of(on(" shop@mail.example", "pay_others"))
    assert account_of(on("6222020200008822")) != card
    assert "8821" not in card and "6222" not in card


@pytest.mark.parametrize("account", ["", "  ", "--", "6222****8821", "\u200b"])
def test_an_account_that_the_venue_does_not_tell_may_be_any(account: str) -> None:
    assert account_of(on(account)) == ANY_ACCOUNT == account_of(sale(payees=()))
