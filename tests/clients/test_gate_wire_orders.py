"""Orders in every shape that the venue is known or feared to send."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from bot.clients.gate_c2c.wire import decode
from bot.clients.gate_c2c.wire_orders import read_order, read_rows
from bot.domain.orders import Order, Payee, Phase, Side
from tests.clients.raw_venue import FIXTURES

LISTS = ("get_pending_transaction_list", "get_completed_transaction_list")


def answer(name: str, variant: str | None = None) -> Any:
    """The `data` of a fixture's answer as the client decodes it."""
    whole = decode((FIXTURES / f"{name}.json").read_bytes())
    if variant is None:
        return whole["response"]["data"]
    return next(item for item in whole["variants"] if item["name"] == variant)["response"]["data"]


def good_answers(*names: str) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for name in names:
        whole = decode((FIXTURES / f"{name}.json").read_bytes())
        found.append((name, None))
        found += [(name, item["name"]) for item in whole["variants"] if item["response"]["code"] == 0]
    return found


def details(**changes: Any) -> Any:
    return answer("get_transaction_details") | changes


def row(**changes: Any) -> dict[str, Any]:
    return dict(answer(LISTS[0])["list"][0]) | changes


def without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}


def floats_in(thing: Any) -> list[Any]:
    if isinstance(thing, float):
        return [thing]
    if isinstance(thing, list | tuple):
        return [item for part in thing for item in floats_in(part)]
    if hasattr(thing, "__dataclass_fields__"):
        return [item for part in fields(thing) for item in floats_in(getattr(thing, part.name))]
    return []


@pytest.mark.parametrize(("name", "variant"), good_answers(*LISTS))
def test_every_list_answer_is_read_whole(name: str, variant: str | None) -> None:
    data = answer(name, variant)
    rows = read_rows(data)
    assert len(rows) == len(data["list"])
    assert rows.unreadable == ()
    assert rows.counted == data["count"]
    assert floats_in(rows) == []
    for found, sent in zip(rows, data["list"], strict=True):
        assert found.id == str(sent["txid"])
        assert found.total == Decimal(sent["total"])
        assert found.status == sent["status"]
        assert (found.asset, found.fiat) == ("USDT", "USD")
        assert found.side is (Side.BUY if int(sent["type_buy"]) else Side.SELL)
        assert found.created_at == sent["timestamp"]


@pytest.mark.parametrize(("name", "variant"), good_answers("get_transaction_details"))
def test_every_detail_answer_is_read_whole(name: str, variant: str | None) -> None:
    data = answer(name, variant)
    order = read_order(data)
    assert order.side is (Side.SELL if data["is_sell"] else Side.BUY)
    assert (order.id, order.amount, order.price) == (str(data["txid"]), Decimal("250.00"), Decimal("1.010"))
    assert (order.asset, order.fiat, order.status) == ("USDT", "USD", data["status"])
    assert (order.created_at, order.pay_deadline) == (data["timest"], data["last_pay_time"])
    assert order.paid_at == data["timest_paid"]
    assert order.in_appeal is bool(data["in_appeal"])
    assert order.is_cancelable is bool(data["cancelable"])
    assert order.can_release_in_appeal is bool(data["is_show_receive"])
    assert order.methods == tuple(data["supported_pay_types"])
    assert order.counterparty_nick == data["its_nickname"]
    assert order.warnings == ()
    assert floats_in(order) == []


def test_the_old_and_the_new_spelling_read_the_same() -> None:
    new = row()
    old = without(new, "currency_type", "seller_realname", "buyer_realname") | {
        "currencyType": "USDT",
        "sellerRealname": "Desk One Ltd",
        "buyerRealname": "Buyer Seventy Seven",
    }
    assert read_rows({"list": [old]}) == read_rows({"list": [new]})
    assert read_order(without(details(), "currency_type") | {"currencyType": "USDT"}) == read_order(details())


def test_a_null_under_the_new_spelling_does_not_hide_the_old_one() -> None:
    assert read_rows({"list": [row(currency_type=None, currencyType="USDT")]})[0].asset == "USDT"


def test_numbers_as_text_and_flags_in_any_dress_read_the_same() -> None:
    dressed = details(
        is_sell="1", txid="61000002", timest="1789999600", in_appeal=False, cancelable="0", im_unread="2",
        hide_payment=0, have_traded="false", is_show_receive=None, order_type="1",
    )  # fmt: skip
    assert read_order(dressed) == read_order(details())


@pytest.mark.parametrize("nothing", [{}, [], None, ""])
def test_nothing_is_nothing_in_any_dress(nothing: Any) -> None:
    order = read_order(details(pay_others=nothing, payment_voucher_url=nothing, supported_pay_types=nothing))
    assert (order.vouchers, order.methods) == ((), ())
    assert read_rows({"list": nothing, "count": nothing}) == []


def test_an_empty_data_is_an_empty_list() -> None:
    assert read_rows([]) == []
    assert read_rows({}) == []


def test_an_eighteen_digit_amount_and_a_64_bit_id_survive() -> None:
    text = "123456789012345678.123456789012345678"
    body = f'{{"txid":9223372036854775807,"amount":{text},"rate":1.1,"total":"{text}"}}'
    wide = details() | decode(body.encode())
    order = read_order(wide)
    assert order.id == "9223372036854775807"
    assert str(order.amount) == str(order.total) == text
    assert order.price == Decimal("1.1")


def test_a_status_nobody_knows_is_kept_and_is_no_phase() -> None:
    order = read_order(details(status="SOMETHING_NEW"))
    assert (order.status, order.phase) == ("SOMETHING_NEW", Phase.UNKNOWN)


@pytest.mark.parametrize("word", ["paid", "unconfirmed"])
def test_both_paid_words_are_paid(word: str) -> None:
    assert read_order(details(status=word)).phase is Phase.PAID


@pytest.mark.parametrize("lacking", ["is_sell", "txid", "amount", "rate", "total", "status", "want_type"])
def test_details_without_what_a_seal_needs_are_unreadable(lacking: str) -> None:
    with pytest.raises(ValueError):
        read_order(without(details(), lacking))


@pytest.mark.parametrize(
    "odd",
    [
        {"is_sell": 2}, {"is_sell": ""}, {"is_sell": "yes"}, {"txid": 0}, {"txid": {}}, {"amount": "1,000"},
        {"amount": "-5"}, {"amount": "NaN"}, {"amount": "1e999999"}, {"amount": True}, {"total": ""},
        {"amount": "9" * 39}, {"status": ""}, {"currency_type": ""}, {"in_appeal": "perhaps"},
    ],
)  # fmt: skip
def test_odd_details_are_unreadable_and_never_guessed(odd: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        read_order(details(**odd))


@pytest.mark.parametrize("data", [None, [], {}, "text", 5])
def test_details_that_are_none_are_unreadable(data: Any) -> None:
    with pytest.raises(ValueError):
        read_order(data)


def test_one_odd_row_hides_no_other_and_is_named() -> None:
    odd = row(txid=61000009, amount="many")
    rows = read_rows({"list": [row(), odd, "no row", row(txid=61000010)]})
    assert [found.id for found in rows] == ["61000001", "61000010"]
    assert rows.unreadable == ("61000009", "")


def test_a_row_that_does_not_tell_the_side_is_left_to_the_details() -> None:
    assert read_rows({"list": [row(type_buy=None)]}).unreadable == ("61000001",)
    assert read_rows({"list": [row(type_buy=None, type="buy")]})[0].side is Side.BUY


def test_only_the_ids_of_unreadable_rows_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    read_rows({"list": [row(amount="many", its_realname="张三丰")]})
    assert "61000001" in caplog.text
    assert "张三丰" not in caplog.text + repr([record.args for record in caplog.records])


def test_a_row_of_the_appeal_tab_is_in_appeal_unless_it_ended() -> None:
    rows = read_rows({"list": [row(status="locked"), row(status="bclosed")]}, tab="dispute")
    assert [found.in_appeal for found in rows] == [True, False]
    assert not read_rows({"list": [row(status="locked")]})[0].in_appeal
    assert read_rows({"list": [row(in_dispute=True)]})[0].in_appeal


def test_the_creation_time_falls_back_to_the_text_in_utc() -> None:
    assert read_rows({"list": [row(timestamp=None)]})[0].created_at == 1790000000
    assert read_rows({"list": [row(timestamp=None, timest="soon")]})[0].created_at == 0


def test_a_counterparty_without_name_takes_the_name_of_its_side() -> None:
    assert read_rows({"list": [row(its_realname="")]})[0].counterparty_name == "Buyer Seventy Seven"


def payees(**changes: Any) -> tuple[Payee, ...]:
    none = {"show_bank": "0", "show_ali": "0", "show_wechat": "0", "show_others": "0"}
    return read_order(answer("get_transaction_details", "buy_unpaid_with_payee") | none | changes).payees


def test_only_marked_payee_blocks_count() -> None:
    assert payees() == ()
    assert payees(show_bank="1") == (Payee("bank", "Sample Bank", "Seller Twelve", "0011223344556677", "Central"),)
    assert payees(show_ali=1, aliname="a@example.invalid") == (Payee("alipay", "", "", "a@example.invalid"),)
    assert payees(show_wechat=True, wename="wx-1") == (Payee("wechat", "", "", "wx-1"),)
    assert payees(show_others="1") == (Payee("paypal", "PayPal", "", "seller12@example.invalid"),)


def test_an_unmarked_block_counts_when_it_names_an_account() -> None:
    assert [payee.method for payee in payees(show_bank=None, show_ali=None, show_others=None)] == ["bank", "paypal"]


def test_the_payee_of_the_chosen_method_is_the_main_one() -> None:
    order: Order = read_order(answer("get_transaction_details", "buy_unpaid_with_payee"))
    assert order.main_payee is not None
    assert order.main_payee.method == "bank"


def test_a_hidden_payee_is_said_by_flag_or_by_status() -> None:
    assert read_order(details(hide_payment="1")).hides_payment
    assert read_order(details(status="hide_payment")).hides_payment
    assert not read_order(details()).hides_payment


def test_old_risk_marks_become_warnings() -> None:
    assert read_order(details(is_risk_user=1, is_black="1")).warnings == ("risk_user", "black")


def test_an_odd_permission_is_no_permission_and_hides_no_order() -> None:
    order = read_order(details(cancelable="perhaps", is_show_receive="maybe", im_unread="many", is_black="who knows"))
    assert (order.is_cancelable, order.can_release_in_appeal, order.unread) == (False, False, 0)
    assert order.warnings == ("black",)


def test_the_reason_of_a_cancel_is_kept() -> None:
    assert read_order(answer("get_transaction_details", "cancelled_by_buyer")).cancel_reason == "changed mind"
    assert read_order(details(reason_id="7")).cancel_reason == "7"
