"""What an answer may be taken to say of an assumption, and when it says nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain import assumptions
from bot.domain.assumptions import ASSUMPTIONS, BY_KEY
from bot.domain.chat import ChatKind, ChatMessage
from bot.domain.money import Money
from bot.domain.orders import Order, OrderRow, Side
from bot.domain.quotes import ConvertOrder, Pair
from bot.views.check_words import ASSUMPTIONS as SENTENCES

ROW = OrderRow(
    id="61000002", side=Side.SELL, asset="USDT", fiat="CNY", amount=Decimal(1000), price=Decimal("7.20"),
    total=Decimal(7200), status="paid", created_at=1790000000, counterparty_id="u", counterparty_nick="n",
    counterparty_name="张三丰", is_cancelable=False, in_appeal=False, unread=1,
)  # fmt: skip
ORDER = Order(
    id="61000002", side=Side.SELL, asset="USDT", fiat="CNY", amount=Decimal(1000), price=Decimal("7.20"),
    total=Decimal("7200.00"), status="paid", created_at=1, pay_deadline=2, paid_at=3, appeal_from=0, in_appeal=False,
    is_cancelable=False, can_release_in_appeal=False, hides_payment=False, counterparty_id="u", counterparty_nick="n",
    counterparty_name="张三丰", own_name="李四", chosen_method="bank", methods=("bank",), payees=(), vouchers=(),
    unread=0, has_traded=False, terms="", verdict="", cancel_reason="", ad_id="", kind=1,
)  # fmt: skip


def message(at: int, name: str = "Self", author_id: str = "me") -> ChatMessage:
    return ChatMessage("61000002", ChatKind.TEXT, "hello", at, author_id, name)


def test_every_assumption_has_its_own_key_sentence_and_section() -> None:
    assert len(BY_KEY) == len(ASSUMPTIONS)
    assert len({assumption.sentence for assumption in ASSUMPTIONS}) == len(ASSUMPTIONS)
    assert all(assumption.section.startswith("§") for assumption in ASSUMPTIONS)
    assert set(SENTENCES) == set(BY_KEY)


@pytest.mark.parametrize(
    ("refusal", "verdict"),
    [(None, True), ("X missing trade_id", False), ("MISSING_REQUIRED_PARAM", False), ("-1 ORDER_STATUS_ERROR", None)],
)
def test_an_accepted_order_action_confirms_the_key(refusal: str | None, verdict: bool | None) -> None:
    assert assumptions.order_key_is_txid(refusal) is verdict


@pytest.mark.parametrize(
    ("side", "counterparty", "verdict"),
    [
        (Side.SELL, "张三丰", True),
        (Side.BUY, "张三丰", False),
        (Side.BUY, "李四", True),
        (Side.SELL, "李四", False),
        (Side.SELL, "王五", None),
        (Side.SELL, "", None),
    ],
)
def test_the_names_of_a_row_judge_its_side(side: Side, counterparty: str, verdict: bool | None) -> None:
    assert assumptions.row_side_is_ours(side, counterparty=counterparty, buyer="张三丰", seller="李四") is verdict


def test_names_that_are_the_same_judge_nothing() -> None:
    assert assumptions.row_side_is_ours(Side.BUY, counterparty="A b", buyer="a B", seller="ab") is None


def test_the_details_judge_the_side_of_their_own_row_only() -> None:
    assert assumptions.row_side_agrees_with_details(ROW, ORDER) is True
    assert assumptions.row_side_agrees_with_details(ROW, replace(ORDER, side=Side.BUY)) is False
    assert assumptions.row_side_agrees_with_details(ROW, replace(ORDER, id="1")) is None


def test_two_times_of_one_row_judge_the_zone() -> None:
    assert assumptions.times_are_utc(1790000000, 1790000000) is True
    assert assumptions.times_are_utc(1790000000, 1790028800) is False
    assert assumptions.times_are_utc(0, 1790000000) is None
    assert assumptions.times_are_utc(1790000000, 0) is None


@pytest.mark.parametrize("word", ["paid", "unconfirmed", " PAID "])
def test_a_paid_word_without_a_time_of_payment_speaks_against_it(word: str) -> None:
    assert assumptions.both_paid_words_mean_paid(replace(ORDER, status=word)) is True
    assert assumptions.both_paid_words_mean_paid(replace(ORDER, status=word, paid_at=0)) is False


def test_other_words_say_nothing_of_payment() -> None:
    assert assumptions.both_paid_words_mean_paid(replace(ORDER, status="locked")) is None


def test_the_total_is_price_times_amount_within_rounding() -> None:
    assert assumptions.total_is_price_times_amount(ORDER) is True
    assert assumptions.total_is_price_times_amount(replace(ORDER, total=Decimal("7200.01"))) is True
    assert assumptions.total_is_price_times_amount(replace(ORDER, total=Decimal("1000"))) is False


def test_the_chosen_method_is_one_of_the_supported() -> None:
    assert assumptions.chosen_method_is_supported(ORDER) is True
    assert assumptions.chosen_method_is_supported(replace(ORDER, methods=("alipay",))) is False
    assert assumptions.chosen_method_is_supported(replace(ORDER, methods=())) is None
    assert assumptions.chosen_method_is_supported(replace(ORDER, chosen_method="")) is None


def test_vouchers_are_links_or_keys() -> None:
    assert assumptions.vouchers_are_links(ORDER) is None
    assert assumptions.vouchers_are_links(replace(ORDER, vouchers=("https://f.invalid/1",))) is True
    assert assumptions.vouchers_are_links(replace(ORDER, vouchers=("c2cchat_image/1|b",))) is False


def test_rows_tell_unread_messages_or_not() -> None:
    assert assumptions.rows_tell_unread([]) is None
    assert assumptions.rows_tell_unread([ROW]) is True
    assert assumptions.rows_tell_unread([ROW, replace(ROW, unread=None)]) is False


@pytest.mark.parametrize(
    ("rows", "counted", "verdict"), [(2, 3, False), (2, 2, None), (2, None, None), (201, 201, True), (200, 200, None)]
)
def test_a_count_above_the_rows_says_that_the_list_is_cut(rows: int, counted: int | None, verdict: bool | None) -> None:
    assert assumptions.list_is_complete(rows, counted) is verdict


@pytest.mark.parametrize(
    ("rows", "counted", "page", "verdict"),
    [(10, 25, 1, True), (10, 10, 1, None), (10, 10, 2, False), (1, 201, 2, True), (0, 0, 1, None), (5, None, 1, None)],
)
def test_a_total_is_larger_than_a_page_with_neighbours(
    rows: int, counted: int | None, page: int, verdict: bool | None
) -> None:
    assert assumptions.count_is_total(rows, counted, page=page) is verdict


def test_a_message_of_the_second_asked_from_makes_the_cursor_inclusive() -> None:
    assert assumptions.chat_cursor_is_exclusive([message(6)], 5) is True
    assert assumptions.chat_cursor_is_exclusive([message(5), message(6)], 5) is False
    assert assumptions.chat_cursor_is_exclusive([], 5) is None
    assert assumptions.chat_cursor_is_exclusive([message(5)], None) is None


def test_our_own_messages_judge_our_chat_id() -> None:
    assert assumptions.own_chat_id_is_profile_id([message(1)], "me") is True
    assert assumptions.own_chat_id_is_profile_id([message(1, author_id="7700001")], "me") is False
    assert assumptions.own_chat_id_is_profile_id([message(1)], "") is None
    assert assumptions.own_chat_id_is_profile_id([message(1, author_id=""), message(1, "Other", "x")], "me") is None


@pytest.mark.parametrize(("number", "verdict"), [(1790000005321, True), (1790000005, False), (0, None)])
def test_the_size_of_the_number_tells_the_unit(number: int, verdict: bool | None) -> None:
    assert assumptions.sent_time_is_milliseconds(number) is verdict


@pytest.mark.parametrize(
    ("written", "verdict"), [(["1", "2.5"], True), (["1", 2], False), ([Decimal("2.5")], False), ([], None)]
)
def test_one_json_number_says_that_numbers_are_not_always_text(written: list[object], verdict: bool | None) -> None:
    assert assumptions.pay_numbers_are_text(written) is verdict


def test_a_row_without_the_coin_asked_for_breaks_the_filter() -> None:
    assert assumptions.pair_filter_holds([Pair("GT", "USDT"), Pair("BTC", "GT")], "GT") is True
    assert assumptions.pair_filter_holds([Pair("GT", "USDT"), Pair("BTC", "USDT")], "GT") is False
    assert assumptions.pair_filter_holds([], "GT") is None


@pytest.mark.parametrize(
    ("listed", "was_offered", "verdict"),
    [
        ({("GT", "USDT"), ("USDT", "GT")}, False, True),
        ({("GT", "USDT"), ("USDT", "GT")}, True, True),
        ({("USDT", "GT")}, True, False),
        ({("USDT", "GT")}, False, None),
        ({("GT", "USDT")}, True, None),
        (set(), True, None),
    ],
)
def test_an_offer_for_the_unlisted_direction_says_that_rows_count_both_ways(
    listed: set[tuple[str, str]], was_offered: bool, verdict: bool | None
) -> None:
    assert assumptions.pair_rows_are_directed(listed, "GT", "USDT", was_offered=was_offered) is verdict


def test_the_names_of_rate_and_order_id_are_told_by_the_keys() -> None:
    assert assumptions.convert_rate_key(["rate", "price"]) is True
    assert assumptions.convert_rate_key(["price"]) is False
    assert assumptions.convert_rate_key([]) is None
    assert assumptions.convert_order_key_snake(["order_id"]) is True
    assert assumptions.convert_order_key_snake(["orderId"]) is False
    assert assumptions.convert_order_key_snake([]) is None


@pytest.mark.parametrize(("status", "verdict"), [(1, True), (3, True), (6, True), (2, False), (0, False)])
def test_only_three_status_numbers_are_listed(status: int, verdict: bool) -> None:
    order = ConvertOrder("1", status, Money(Decimal(1), "GT"), Money(Decimal(1), "USDT"), "q")
    assert assumptions.convert_status_is_listed(order) is verdict


def test_what_an_edit_calls_its_number_shows_once_an_order_holds_a_part() -> None:
    assert assumptions.ad_number_is_remaining(Decimal(700), Decimal(700), Decimal(300)) is True
    assert assumptions.ad_number_is_remaining(Decimal(700), Decimal(400), Decimal(300)) is False
    assert assumptions.ad_number_is_remaining(Decimal(700), Decimal(650), Decimal(300)) is None
    assert assumptions.ad_number_is_remaining(Decimal(700), Decimal(700), Decimal(0)) is None


def test_whose_side_the_market_is_asked_for_shows_where_our_own_ads_stand() -> None:
    ours = {"1": Side.SELL, "2": Side.BUY}
    assert assumptions.market_side_is_the_advertisers(Side.SELL, ["1", "9"], ours) is True
    assert assumptions.market_side_is_the_advertisers(Side.SELL, ["2", "9"], ours) is False
    assert assumptions.market_side_is_the_advertisers(Side.SELL, ["9"], ours) is None
