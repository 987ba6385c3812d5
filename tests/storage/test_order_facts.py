import json
from dataclasses import fields, replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.money import plain
from bot.domain.orders import Order, Payee, Side
from storage import order_facts
from storage.exact import equal_text, exact_sum
from tests.storage.examples import ORDER

ANY_TEXT = st.text(st.characters(), max_size=20)
MONEY = st.builds(lambda units, places: Decimal(f"{units}e-{places}"), st.integers(0, 10**40), st.integers(0, 18))
PAYEES = st.builds(Payee, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
TEXTS = st.lists(ANY_TEXT, max_size=3).map(tuple)
ORDERS = st.builds(
    Order,
    id=ANY_TEXT,
    side=st.sampled_from(Side),
    amount=MONEY,
    price=MONEY,
    total=MONEY,
    status=ANY_TEXT,
    created_at=st.integers(0, 2**63 - 1),
    counterparty_name=ANY_TEXT,
    terms=ANY_TEXT,
    methods=TEXTS,
    vouchers=TEXTS,
    warnings=TEXTS,
    payees=st.lists(PAYEES, max_size=3).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(order=ORDERS)
def test_every_order_comes_back_digit_for_digit(order: Order) -> None:
    back = order_facts.decode(order_facts.encode(order))
    assert back == order
    for name in ("amount", "price", "total"):
        assert plain(getattr(back, name)) == plain(getattr(order, name))


def test_every_field_of_an_order_is_kept() -> None:
    assert set(json.loads(order_facts.encode(ORDER))) == {field.name for field in fields(Order)}


def test_an_order_without_people_keeps_its_books() -> None:
    bare = order_facts.without_people(ORDER)
    text = order_facts.encode(bare)
    for personal in ("张三丰", "李四", "zsf", "6222", "third party", "https://files"):
        assert json.dumps(personal)[1:-1] not in text
    kept = ("id", "side", "asset", "fiat", "amount", "price", "total", "status", "created_at", "paid_at")
    assert all(getattr(bare, name) == getattr(ORDER, name) for name in kept)


@given(units=st.integers(0, 10**30), places=st.integers(0, 18), more=st.integers(0, 6))
def test_equal_money_has_equal_text(units: int, places: int, more: int) -> None:
    amount = Decimal(f"{units}e-{places}")
    longer = Decimal(f"{units}{'0' * more}e-{places + more}")
    assert equal_text(amount) == equal_text(longer)
    assert Decimal(equal_text(amount)) == amount
    assert equal_text(amount) != equal_text(Decimal(f"{units}1e-{places + 1}"))


def test_zero_has_one_text() -> None:
    assert {equal_text(Decimal(zero)) for zero in ("0", "0.00", "-0", "-0.0")} == {"0"}


@given(units=st.lists(st.integers(0, 10**38), max_size=8))
def test_a_sum_is_never_rounded(units: list[int]) -> None:
    assert exact_sum(Decimal(f"{n}e-18") for n in units) == Decimal(f"{sum(units)}e-18")


def test_a_changed_fact_is_another_text() -> None:
    assert order_facts.encode(replace(ORDER, unread=3)) != order_facts.encode(ORDER)
