"""Which of the messages that come in are Gate Pay's own, and what they say."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clients.gate_pay.callbacks import Event, is_genuine, read_event
from tests.clients import otc_samples, pay_samples

VECTORS = pay_samples.fixture("signing_vectors.gatepay")
SECRET = VECTORS["secret"]
VECTOR = next(vector for vector in VECTORS["vectors"] if vector["name"] == "callback_otc")
ORDER, CLIENT_ORDER = "2016768770965639168", "7490324045"
TOLD = {
    "orderId": ORDER, "clientOrderId": CLIENT_ORDER, "fiatRate": "0.98", "type": "SELL", "fiatCurrency": "USD",
    "fiatAmount": "9800", "cryptoCurrency": "USDT", "cryptoAmount": "10000", "updateTime": "1769670720469",
}  # fmt: skip
SLIP = "https://example.invalid/slip.pdf"
CALLBACKS: dict[str, tuple[str, str, int, Mapping[str, str]]] = {
    "otc.callback.client_id_snake": ("WITHDRAW_SUCCESS", "SELL", 1769670720469, TOLD),
    "otc.callback.data_object": ("WITHDRAW_SUCCESS", "SELL", 1769670720469, TOLD),
    "otc.callback.dispatched": (
        "WITHDRAW_DISPATCHED",
        "SELL",
        1769670720469,
        TOLD | {"errMsg": "", "promoCode": "", "bankSlipInfo": SLIP, "finalFiatAmount": "9795"},
    ),
    "otc.callback.fail": ("WITHDRAW_FAIL", "SELL", 1769670720469, TOLD | {"errMsg": "bank rejected the transfer"}),
    "otc.callback.recharge_success": (
        "RECHARGE_SUCCESS", "BUY", 1712989200000, TOLD | {"type": "BUY", "updateTime": "1712989200"}
    ),
    "otc.callback.success": (
        "WITHDRAW_SUCCESS", "SELL", 1769670720469, TOLD | {"errMsg": "", "tradeFee": "5", "finalFiatAmount": "9795"}
    ),
}  # fmt: skip
"""status, type, time and data of every sample"""


def genuine(**other: Any) -> bool:
    raw = other.pop("raw", VECTOR["body"].encode())
    parts = {name: VECTOR[name] for name in ("timestamp", "nonce", "signature")} | {"secret": SECRET} | other
    return is_genuine(parts["secret"], parts["timestamp"], parts["nonce"], parts["signature"], raw)


def event(**fields: Any) -> Event:
    whole = {"bizType": "OTC", "bizId": "1", "bizStatus": "WITHDRAW_SUCCESS", "data": {}} | fields
    return read_event(json.dumps(whole).encode())


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_a_vector_is_genuine(vector: dict[str, Any]) -> None:
    raw = vector["body"].encode()
    assert is_genuine(SECRET, vector["timestamp"], vector["nonce"], vector["signature"], raw)
    assert is_genuine(SECRET, vector["timestamp"], vector["nonce"], vector["signature"].upper(), raw)


@pytest.mark.parametrize(
    "other",
    [
        {"secret": SECRET.rstrip("=")},
        {"secret": SECRET + "\n"},
        {"secret": ""},
        {"timestamp": "1769670720468"},
        {"timestamp": ""},
        {"timestamp": " 1769670720469"},
        {"timestamp": "1769670720469\n"},
        {"timestamp": "١٧٦٩٦٧٠٧٢٠٤٦٩"},
        {"timestamp": "\ud800"},
        {"timestamp": "1" * 10_000},
        {"nonce": "cb0Nonce43"},
        {"nonce": ""},
        {"nonce": "cb0Nonce42\n"},
        {"nonce": "密"},
        {"nonce": "n" * 10_000},
        {"signature": ""},
        {"signature": "0" * 128},
        {"signature": VECTOR["signature"][:-1]},
        {"signature": VECTOR["signature"] + "0"},
        {"signature": VECTOR["signature"] + "\n"},
        {"signature": " " + VECTOR["signature"]},
        {"signature": VECTOR["signature"][:-1] + "ｃ"},
        {"signature": "\x00" * 128},
        {"signature": "sha512=" + VECTOR["signature"]},
        {"raw": b""},
        {"raw": VECTOR["body"].encode() + b"\n"},
        {"raw": VECTOR["body"].replace("9800", "9801").encode()},
        {"raw": json.dumps(json.loads(VECTOR["body"])).encode()},
        {"raw": b"\xff\x00"},
    ],
)
def test_anything_else_is_not_genuine(other: dict[str, Any]) -> None:
    assert genuine()
    assert not genuine(**other)


def test_an_empty_secret_vouches_for_nothing() -> None:
    signed = hmac.new(b"", b"1\nn\n{}\n", hashlib.sha512).hexdigest()
    assert not is_genuine("", "1", "n", signed, b"{}")


def test_a_line_cannot_wander_from_the_body_into_the_nonce() -> None:
    """All of these have the very same signed text."""
    head, body = VECTOR["body"][:9], VECTOR["body"][9:]
    shifted = hmac.new(SECRET.encode(), f"1\nn\n{head}\n{body}\n".encode(), hashlib.sha512).hexdigest()
    assert is_genuine(SECRET, "1", "n", shifted, f"{head}\n{body}".encode())
    assert not is_genuine(SECRET, "1", f"n\n{head}", shifted, body.encode())
    assert not is_genuine(SECRET, "1\nn", head, shifted, body.encode())


@given(st.text(max_size=140), st.text(max_size=40), st.text(max_size=40), st.binary(max_size=40))
@settings(max_examples=100, deadline=None)
def test_no_input_is_too_odd_to_be_refused(signature: str, timestamp: str, nonce: str, raw: bytes) -> None:
    assert is_genuine(SECRET, timestamp, nonce, signature, raw) is False


@pytest.mark.parametrize("name", CALLBACKS)
def test_a_sample_is_read_to_its_last_field(name: str) -> None:
    status, kind, moment, data = CALLBACKS[name]
    found = read_event(otc_samples.sample(name))
    assert (found.biz_type, found.biz_id, found.status) == ("OTC", ORDER, status)
    assert (found.client_id, found.order_id, found.client_order_id) == ("demoClient0001", ORDER, CLIENT_ORDER)
    assert (found.data, found.data["type"], found.updated_at) == (data, kind, moment)
    assert found.key == f"{ORDER}/{status}"


def test_the_signed_sample_is_read_from_the_very_bytes_that_were_verified() -> None:
    found = read_event(VECTOR["body"].encode())
    assert (found.status, found.data["finalFiatAmount"]) == ("WITHDRAW_SUCCESS", "9795")


def test_a_message_about_a_sub_account_is_read() -> None:
    found = read_event(pay_samples.sample("institution.account_callback"))
    assert (found.biz_type, found.status) == ("INSTITUTION", "INSTITUTION_ACCOUNT_SUCCESS")
    assert (found.biz_id, found.order_id, found.client_order_id) == ("35778162074976257", "", "")
    assert found.data["created"] == "1764139242707"


def test_a_payout_has_no_kind_but_is_an_event_of_its_batch() -> None:
    found = read_event(pay_samples.sample("payout.callback"))
    assert (found.biz_type, found.biz_id, found.status) == ("", "831618381568", "SUCCESS")
    assert (found.client_id, found.order_id, found.client_order_id) == ("demoClient0001", "", "")
    assert (found.data["batch_id"], found.data["merchant_withdraw_id"]) == ("831618381568", "1839295815")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"clientId": "a", "client_id": "b"}, "a"),
        ({"clientId": "", "client_id": "b"}, "b"),
        ({"clientId": None, "client_id": 12}, "12"),
        ({}, ""),
        ({"clientId": ["a"]}, ""),
    ],
)
def test_the_client_has_two_names_and_may_be_absent(fields: dict[str, Any], expected: str) -> None:
    assert event(**fields).client_id == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1769670720469", 1769670720469),
        (1769670720469, 1769670720469),
        ("1712989200", 1712989200000),
        (1712989200, 1712989200000),
        (" 1712989200 ", 1712989200000),
        ("", 0),
        (None, 0),
        ("today", 0),
        ("-5", 0),
        (1.5, 0),
        ("9" * 16, 0),
        ([], 0),
        (True, 0),
    ],
)
def test_times_come_in_seconds_or_milliseconds(written: Any, expected: int) -> None:
    assert event(data={"updateTime": written}).updated_at == expected
    assert event(data=json.dumps({"updateTime": written})).updated_at == expected
    assert event(updateTime=written).updated_at == expected


@pytest.mark.parametrize(
    "data",
    [None, "", "no json", "[1]", "1", 7, [], ["a"], True, "{", "[" * 100_000, '{"a":' * 50_000, {"a": {"b": 1}},
     {"a": [1]}, {"a": None}],
)  # fmt: skip
def test_inner_data_that_cannot_be_read_does_not_hide_the_event(data: Any) -> None:
    found = event(data=data)
    assert (found.biz_id, found.order_id, found.data) == ("1", "1", {})


def test_inner_values_are_kept_as_they_are_written() -> None:
    raw = b'{"bizId":"1","data":{"fiatAmount":9800.10,"n":1e99999999999999999999,"b":true,"s":"\\ud800x"}}'
    assert read_event(raw).data == {"fiatAmount": "9800.10", "n": "1e99999999999999999999", "b": "true", "s": "?x"}


def test_numbers_serve_as_ids() -> None:
    found = read_event(b'{"bizType":"OTC","bizId":2016768770965639168,"data":{"clientOrderId":77}}')
    assert (found.biz_id, found.order_id, found.client_order_id) == (ORDER, ORDER, "77")


def test_the_order_of_another_kind_of_message_is_only_what_it_says() -> None:
    assert event(bizType="PAY").order_id == ""
    assert event(bizType="PAY", data={"orderId": "9"}).order_id == "9"


@pytest.mark.parametrize("odd", ["x" * 121, "a\nb", "\ud800", "\u202e1", None, {}, [], True])
def test_an_odd_id_is_none_and_its_event_is_told_apart_by_its_bytes(odd: Any) -> None:
    found, other = event(bizId=odd), event(bizId=odd, more=1)
    assert (found.biz_id, found.order_id) == ("", "")
    assert found.key != other.key
    assert found.key == event(bizId=odd).key


@pytest.mark.parametrize("raw", [b"{}", b'{"main_order":1}', b'{"main_order":{},"suborders":7}', b'{"hello":"you"}'])
def test_an_object_of_any_shape_is_an_event(raw: bytes) -> None:
    found = read_event(raw)
    assert (found.biz_type, found.biz_id, found.status) == ("", "", "")


@pytest.mark.parametrize(
    "raw",
    [b"", b" ", b"null", b"[]", b"1", b'"text"', b"{", b"{}{}", b"<html>", b"\xff\xfe", b"\xef\xbb\xbf{}",
     '{"bizId":"1"}'.encode("utf-16"), b"[" * 1_000_000, b'{"a":' * 200_000, b'{"a":"\x00"}'],
)  # fmt: skip
def test_what_is_no_json_object_is_no_event(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_event(raw)
    assert type(caught.value) in (ValueError, json.JSONDecodeError, UnicodeDecodeError)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"bizId":' + b"1" * 1_000_000 + b"}",
        b'{"bizId":"1","data":{"n":' + b"1" * 1_000_000 + b".5}}",
        b'{"bizId":"1","data":"{\\"n\\":' + b"9" * 1_000_000 + b'}"}',
        b'{"data":{' + b",".join(b'"%d":"%d"' % (n, n) for n in range(50_000)) + b"}}",
        b'{"main_order":{"batch_id":"1"},"suborders":[' + b'{"merchant_withdraw_id":"1"},' * 30_000 + b"{}]}",
    ],
    ids=["whole", "fraction", "inner", "fields", "parts"],
)
def test_a_huge_message_is_read_quickly_into_something_small(raw: bytes) -> None:
    started = time.perf_counter()
    found = read_event(raw)
    assert time.perf_counter() - started < 1
    assert len(found.data) <= 100
    assert sum(map(len, found.data.values())) < 200_100


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["bizType", "bizId", "bizStatus", "data", "main_order", "suborders", "clientId", "updateTime"]),
        inner, max_size=6,
    )
)))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_whatever_is_signed_is_an_event_or_a_value_error(document: Any) -> None:
    raw = json.dumps(document).encode()
    if isinstance(document, dict):
        found = read_event(raw)
        assert all(isinstance(text, str) for text in [found.biz_id, found.key, *found.data.values()])
    else:
        with pytest.raises(ValueError, match="no event"):
            read_event(raw)


def test_an_event_shows_nothing_of_its_data() -> None:
    assert "9800" not in repr(read_event(VECTOR["body"].encode()))
