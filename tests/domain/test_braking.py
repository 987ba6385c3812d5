"""The wrong-order brake: what slips give away, and what only looks like it."""

import time
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.braking import names_other_order
from bot.domain.orders import Order
from tests.views.samples import order, payee

HERE = order()  # 0417, 1,000.00 USDT for 7,200.00 CNY, 张三丰, ··8821


def another(
    order_id: str = "2089000000000000422", name: str = "李四", total: str = "1450.00", fiat: str = "CNY"
) -> Order:
    return order(id=order_id, counterparty_name=name, counterparty_id="c-7", total=Decimal(total), fiat=fiat)


@pytest.mark.parametrize(
    "text",
    ["order 2089000000000000422", "2089000000000000422 1450", "2089 0000 0000 0000 422",
     "２０８９００００００００００００４２２", "0422 is paid", "about 0422",
     "#0422", "order:0422", "ID:0422", "订单0422已付款", "0422这单", "订单号:0422", "pay 0422 now", "(0422)", "0422.",
     "0422, please wait", "收到1,450.00了", "please pay 1,450.00", "1450.00", "pay 1450 CNY", "1450元", "¥1450",
     "CNY 1450",
     "rmb 1450", "李四您好", "您好,李四", "李 四", "付款人李四吗"],
)  # fmt: skip
def test_a_text_about_the_other_order_is_stopped(text: str) -> None:
    other = another()
    assert names_other_order(text, HERE, [HERE, other]) is other


@pytest.mark.parametrize(
    "text",
    ["", "order 2089000000000000417", "0417", "about 0417, please", "pay 7,200.00 CNY", "7200元", "1000.00 USDT",
     "张三丰您好",
     "price 7.20", "14220", "6222 0202 0000 0422", "0422abc", "04:22", "3.0422", "0422-1", "10,422.00", "1450",
     "1450 USDT",
     "1450 USD", "$1450", "··0422", "尾号0422", "card 0422", "account ending in 0422", "卡号末四位:0422",
     "**** 0422", "xxxx0422",
     "at 04:22", "before 0422"],
)  # fmt: skip
def test_what_belongs_here_or_is_no_number_of_an_order_passes(text: str) -> None:
    assert names_other_order(text, HERE, [HERE, another()]) is None


@pytest.mark.parametrize(
    "text",
    ["pay 1422 CNY", "1422元", "共1422", "¥1422", "send 1422", "by 1422", "at 1422", "1422 times", "1422年",
     "14:22", "1,422",
     "1422.50", "卡1422"],
)  # fmt: skip
def test_four_digits_that_are_a_sum_or_a_time_are_no_order(text: str) -> None:
    assert names_other_order(text, HERE, [another("2089000000000001422")]) is None


@pytest.mark.parametrize(
    "text", ["order 1422", "订单1422", "1422 please wait", "1422 paid?", "#1422", "order no. 1422", "1422订单"]
)
def test_four_digits_that_are_called_an_order_are_one(text: str) -> None:
    assert names_other_order(text, HERE, [another("2089000000000001422")]) is not None


def test_own_total_own_tail_and_own_account_are_not_the_other_order() -> None:
    for digits in ("7200", "1000", "8821"):
        other = another(f"208900000000000{digits}")
        assert names_other_order(f"yes, {digits}", HERE, [other]) is None
        assert names_other_order(f"order {digits}", HERE, [other]) is other
    twin = another("3089000000000000417")
    assert names_other_order("0417", HERE, [twin]) is None
    assert names_other_order("3089000000000000417", HERE, [twin]) is twin


def test_an_equal_total_tells_nothing() -> None:
    assert names_other_order("7,200.00 CNY", HERE, [another(total="7200.00")]) is None
    assert names_other_order("7200 CNY", HERE, [another(total="7200")]) is None


def test_the_currency_must_be_the_others() -> None:
    other = another(total="20000", fiat="USD")
    for text, stops in (
        ("20000 USD", True),
        ("$20,000", True),
        ("20,000", True),
        ("2万元", False),
        ("20000 CNY", False),
    ):
        assert (names_other_order(text, HERE, [other]) is other) is stops, text
    assert names_other_order("2万元", HERE, [another(total="20000.00")]) is not None


@pytest.mark.parametrize(
    ("name", "text", "stops"),
    [("Li Wei", "Dear Li Wei", True), ("Li Wei", "dear li  WEI,", True), ("Li Wei", "Li Weimin", False),
     ("Li", "please listen", False), ("Li", "Mr. Li", True), ("王", "王先生", False), ("", "anything", False),
     ("张**", "张** paid", False), ("高兴", "很高兴认识您", False), ("三丰", "张三丰您好", False), ("李掌柜",
     "我是李掌柜", False),
     ("张三丰", "张三丰", False), ("人民路", "工行人民路支行", False), ("欧阳 娜娜", "欧阳娜娜您好", True)],
)  # fmt: skip
def test_a_verified_name_of_another_buyer(name: str, text: str, stops: bool) -> None:
    other = another(name=name)
    assert (names_other_order(text, HERE, [other]) is other) is stops


def test_a_name_within_our_buyers_name_is_still_seen_elsewhere_in_the_text() -> None:
    other = another(name="张三")
    assert names_other_order("张三丰您好", HERE, [other]) is None
    assert names_other_order("张三丰您好,张三也付了", HERE, [other]) is other


def test_the_payees_holder_of_this_order_may_be_named() -> None:
    buying = replace(HERE, payees=(payee("李四"),))
    assert names_other_order("李四 is the holder", buying, [another()]) is None


def test_a_number_says_more_than_a_total() -> None:
    by_total, by_number = another(), another("2089000000000000425", "王五", "99.00")
    assert names_other_order("0425: 1,450.00 CNY", HERE, [by_total, by_number]) is by_number


def test_nothing_else_open_stops_nothing() -> None:
    assert names_other_order("0422 李四 1,450.00", HERE, [HERE]) is None


@pytest.mark.parametrize("text", ["请稍等一下我们正在查收款项" * 315, "card 9999 " * 409, "1" * 4096, " " * 4095 + "x"])
def test_a_long_text_and_many_open_orders_take_no_time_that_anybody_notices(text: str) -> None:
    others = [
        another(f"2089000000000{number:06}", f"李{chr(0x4E00 + number)}", f"{number}.17") for number in range(200)
    ]
    begun = time.process_time()
    assert names_other_order(text, HERE, others) is None
    assert time.process_time() - begun < 0.4
