"""What the messages of MTPay say."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clients.mtpay.webhooks import read_webhook
from bot.domain.deposits import Webhook
from tests.clients.mtpay.hooks import MOMENT, SIGNATURE, VECTORS, genuine, message
from tests.clients.mtpay.samples import sample

FINISHED = Webhook(
    trade_type="Deposit",
    order_no="demo-0001",
    request_code="0123456789abcdef0123456789abcdef",
    amount=Decimal(1103),
    currency="CNY",
    status="Finished",
    message="",
    method="BankCard",
    fiat="CNY",
    unit_price=Decimal("7.28"),
    transaction_amount=Decimal("151.51"),
    received=Decimal("146.21"),
    fee=Decimal("5.3"),
    payment_amount=Decimal(1103),
)
SAMPLES: dict[str, dict[str, Any]] = {
    "deposit_inprogress": {"status": "InProgress"},
    "deposit_finished": {"status": "Finished"},
    "deposit_failed": {"status": "Failed", "message": "payment not received"},
    "deposit_cancelled": {"status": "Cancelled", "message": "cancelled by client"},
    "withdraw_finished": {"trade_type": "Withdraw", "order_no": "demo-w-0001"},
    "tampered_amount": {"received": Decimal("999999.0")},
}
"""what every sample says otherwise than the first"""
AMOUNTS = {
    "requestAmount": "amount", "unitPrice": "unit_price", "transactionAmount": "transaction_amount",
    "receivedAmount": "received", "transactionFee": "fee", "paymentAmount": "payment_amount",
}  # fmt: skip
WORDS = {
    "tradeType": "trade_type", "merchantOrderNo": "order_no", "requestCode": "request_code",
    "requestCurrency": "currency", "requestStatus": "status", "fiatCurrency": "fiat",
}  # fmt: skip
LINES = {"message": "message", "paymentMethod": "method"}


def told(**data: Any) -> Webhook:
    return read_webhook(message(data=data))[2]


def written(**data: str) -> Webhook:
    """The same with values as they stand in the JSON."""
    fields = ",".join(f'"{name}":{value}' for name, value in data.items())
    return read_webhook(f'{{"data":{{{fields}}}}}'.encode())[2]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_genuine_and_read_to_its_last_field(name: str) -> None:
    raw = sample(f"mtpay.webhook.{name}")
    signature, timestamp, webhook = read_webhook(raw)
    expected = {field: getattr(FINISHED, field) for field in Webhook.__slots__} | SAMPLES[name]
    assert webhook == Webhook(**expected)
    assert str(webhook.received) == str(expected["received"])
    assert {"signature": signature, "timestamp": timestamp}.items() <= {**fixture_of(timestamp)}.items()
    assert genuine(raw, int(timestamp))


def fixture_of(timestamp: str) -> dict[str, str]:
    return next(vector for vector in VECTORS if vector["timestamp"] == timestamp)


@pytest.mark.parametrize("field", AMOUNTS)
@pytest.mark.parametrize(
    ("given_as", "expected"),
    [
        ("1103", "1103"), ("1103.0", "1103.0"), ("0.1", "0.1"), ("0", "0"), ("-5.3", "-5.3"), ('"7.280"', "7.280"),
        ("12345678901234567890.12345678", "12345678901234567890.12345678"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("1E+5", "100000"), ("5e-8", "0.00000005"),
    ],
)  # fmt: skip
def test_an_amount_is_read_exactly(field: str, given_as: str, expected: str) -> None:
    found = getattr(written(**{field: given_as}), AMOUNTS[field])
    assert (type(found), str(found) if "5e" not in given_as else f"{found:f}") == (Decimal, expected)


@pytest.mark.parametrize("field", AMOUNTS)
@pytest.mark.parametrize(
    "given_as",
    ["null", "true", "false", "NaN", "Infinity", "-Infinity", "1e999999", "1e-999999", "1e99", "1e25", "1e-25",
     "1" * 31, "1" * 100_000, "0." + "1" * 31, "1e99999999999999999999", '"NaN"', '"Infinity"', '""', '" 5"', '"5\\n"',
     '"1,103"', '"1_103"', '"١٢"', '"0x10"', '"+5"', '".5"', '"5."', '"abc"', "[5]", '{"a":5}', '"\\ud800"'],
)  # fmt: skip
def test_what_is_no_sensible_number_is_none(field: str, given_as: str) -> None:
    assert getattr(written(**{field: given_as}), AMOUNTS[field]) is None


@pytest.mark.parametrize("field", WORDS)
@pytest.mark.parametrize(
    ("given_as", "expected"),
    [
        ("Finished", "Finished"), (" Finished", " Finished"), ("Finished\n", "Finished?"),
        ("Fini\u200bshed", "Fini?shed"),
        ("\u202eX", "?X"), ("\ud800", "?"), ("", ""), (None, ""), (7, "7"), (True, "?"), ([], "?"), (["CNY"], "?"),
        ({"a": 1}, "?"), ("x" * 5000, "x" * 120),
    ],
)  # fmt: skip
def test_a_word_is_compared_as_it_is_and_an_odd_one_equals_nothing(field: str, given_as: Any, expected: str) -> None:
    assert getattr(told(**{field: given_as}), WORDS[field]) == expected


@pytest.mark.parametrize("field", LINES)
@pytest.mark.parametrize(
    ("given_as", "expected"),
    [
        ("cancelled by client", "cancelled by client"), (" a\r\n b\x00\u202ec ", "a b c"), ("付款", "付款"),
        ("\ud800x", "x"), ("", ""), (None, ""), (7, "7"), (True, ""), (["a"], ""), ({"method": 7}, ""),
        ("x" * 5000, "x" * 500),
    ],
)  # fmt: skip
def test_words_to_be_shown_are_cut_and_on_one_line(field: str, given_as: Any, expected: str) -> None:
    assert getattr(told(**{field: given_as}), LINES[field]) == expected


def test_a_message_without_any_field_says_nothing() -> None:
    assert read_webhook(b'{"data":{}}') == ("", "", Webhook("", "", "", None, "", ""))


@pytest.mark.parametrize(
    "raw",
    [b"", b" ", b"null", b"[]", b"1", b'"text"', b"{", b"{}{}", b"<html>", b"\xff\xfe", b"\xef\xbb\xbf{}", b"{}",
     '{"data":{}}'.encode("utf-16"), b"[" * 1_000_000, b'{"data":' * 200_000, b'{"data":{"a":"\x00"}}',
     b'{"data":null}', b'{"data":[]}', b'{"data":"{}"}', b'{"data":1}', b'{"data":{},"data":{}}',
     b'{"data":{"requestAmount":1,"requestAmount":2}}', b'{"signature":"a","signature":"b","data":{}}',
     b'{"data":{},"\\u0064ata":{}}'],
)  # fmt: skip
def test_what_is_no_message_is_a_value_error_and_not_genuine(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_webhook(raw)
    assert type(caught.value) in (ValueError, json.JSONDecodeError, UnicodeDecodeError)
    assert not genuine(raw)
    assert not genuine(raw, covers_body=True)


@pytest.mark.parametrize(
    "raw",
    [
        message(data={"message": "m" * 1_000_000, "paymentMethod": "\x00" * 1_000_000}),
        b'{"data":{"requestAmount":' + b"1" * 1_000_000 + b',"requestCode":' + b"9" * 1_000_000 + b"}}",
        b'{"data":{' + b",".join(b'"%d":"%d"' % (n, n) for n in range(50_000)) + b"}}",
        b'{"signature":"' + b"A" * 1_000_000 + b'","timestamp":' + b"1" * 1_000_000 + b',"data":{}}',
        b"{" + b",".join(b'"%d":{"data":1}' % n for n in range(50_000)) + b',"data":{}}',
    ],
    ids=["texts", "digits", "fields", "head", "neighbours"],
)
def test_a_huge_message_is_read_quickly_into_something_small(raw: bytes) -> None:
    started = time.perf_counter()
    signature, timestamp, webhook = read_webhook(raw)
    assert not genuine(raw, covers_body=True)
    assert time.perf_counter() - started < 2
    assert len(repr(webhook)) + len(signature) + len(timestamp) < 3000


NAMES = st.sampled_from(["signature", "timestamp", "data", *AMOUNTS, *WORDS, *LINES])
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
)


@given(VALUES | st.fixed_dictionaries({"data": st.dictionaries(NAMES, VALUES)}))
@settings(max_examples=200, deadline=None)
def test_whatever_comes_is_a_message_or_a_value_error(document: Any) -> None:
    raw = json.dumps(document).encode()
    assert not genuine(raw)
    assert not genuine(raw, covers_body=True)
    if isinstance(document, dict) and isinstance(document.get("data"), dict):
        signature, timestamp, webhook = read_webhook(raw)
        words = [signature, timestamp, *(getattr(webhook, name) for name in {**WORDS, **LINES}.values())]
        assert all(isinstance(word, str) and word.isprintable() for word in words)
        found = [getattr(webhook, name) for name in AMOUNTS.values()]
        assert all(number is None or (isinstance(number, Decimal) and number.is_finite()) for number in found)
    else:
        with pytest.raises(ValueError, match=r"object|data"):
            read_webhook(raw)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@settings(max_examples=150, deadline=None)
def test_no_bytes_are_too_odd_to_be_refused(raw: bytes) -> None:
    assert not genuine(raw)
    with pytest.raises(ValueError, match=r"."):
        read_webhook(raw)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_sample_with_one_byte_changed_is_a_message_or_a_value_error(data: st.DataObject) -> None:
    raw = bytearray(sample("mtpay.webhook.deposit_finished"))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        signature, timestamp, _ = read_webhook(bytes(raw))
    except ValueError:
        return
    is_untouched = (signature.upper(), timestamp) == (SIGNATURE, MOMENT)
    assert genuine(bytes(raw)) is is_untouched
