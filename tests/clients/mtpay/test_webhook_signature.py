"""Which messages may be MTPay's own."""

import hashlib
import hmac
from typing import Any

import pytest

from bot.clients.mtpay.signing import sign
from bot.clients.mtpay.webhooks import proof_of, read_webhook
from bot.domain.deposits import Proof
from tests.clients.mtpay.hooks import KEY, MOMENT, NOW, SECRET, SIGNATURE, genuine, message, proof
from tests.clients.mtpay.samples import sample

MINUTES = 60_000


def test_a_message_that_was_changed_after_signing_passes_so_that_it_can_only_be_a_hint() -> None:
    assert genuine(sample("mtpay.webhook.tampered_amount"))


def test_signature_and_time_come_as_text_or_number_in_either_case() -> None:
    assert genuine(message(SIGNATURE.lower(), str(NOW)))
    assert genuine(message(latency=12, status_code=200, more={"a": [1]}))


@pytest.mark.parametrize(("age", "expected"), [(0, True), (5, True), (-5, True)])
def test_a_message_counts_for_five_minutes_to_either_side(age: int, expected: bool) -> None:
    assert genuine(message(), NOW + age * MINUTES) is expected


@pytest.mark.parametrize("off", [5 * MINUTES + 1, -5 * MINUTES - 1, 60 * MINUTES, -NOW])
def test_an_older_one_or_one_of_the_future_does_not(off: int) -> None:
    assert not genuine(message(), NOW + off)
    assert proof(message(), NOW + off) is (Proof.OLD if off > 0 else Proof.NONE)


@pytest.mark.parametrize("age", [5, 6, 60, 525_600])
def test_however_old_it_is_every_digit_of_an_old_signature_counts_too(age: int) -> None:
    later = NOW + age * MINUTES + 1
    assert proof(message(), later) is Proof.OLD
    for place in range(64):
        other = "0" if SIGNATURE[place] != "0" else "1"
        assert proof(message(SIGNATURE[:place] + other + SIGNATURE[place + 1 :]), later) is Proof.NONE
    assert proof(message(timestamp=NOW + 1), later) is Proof.NONE


@pytest.mark.parametrize("place", range(64))
def test_every_digit_of_the_signature_counts(place: int) -> None:
    other = "0" if SIGNATURE[place] != "0" else "1"
    assert not genuine(message(SIGNATURE[:place] + other + SIGNATURE[place + 1 :]))


@pytest.mark.parametrize("place", range(13))
def test_every_digit_of_the_time_counts(place: int) -> None:
    moment = int(MOMENT[:place] + str((int(MOMENT[place]) + 1) % 10) + MOMENT[place + 1 :])
    assert not genuine(message(timestamp=moment), moment)


@pytest.mark.parametrize(
    "signature",
    ["", None, 7, True, [], {}, SIGNATURE[:-1], SIGNATURE + "0", SIGNATURE + "\n", " " + SIGNATURE, "0" * 64, "x" * 64,
     SIGNATURE[:-1] + "Ｄ", "sha256=" + SIGNATURE, SIGNATURE * 1000],
)  # fmt: skip
def test_an_odd_signature_is_not_genuine(signature: Any) -> None:
    assert not genuine(message(signature))


@pytest.mark.parametrize(
    "timestamp", ["", None, True, [], {}, " " + MOMENT, MOMENT + "\n", "+" + MOMENT, "-" + MOMENT, "0" + MOMENT,
                  NOW + 0.5, float(NOW), NOW // 1000, "١٧٥٠٠٠٠١٢٣٤٥٦", "1" * 10_000, "NaN"],
)  # fmt: skip
def test_an_odd_time_is_not_genuine(timestamp: Any) -> None:
    assert not genuine(message(timestamp=timestamp))


@pytest.mark.parametrize("timestamp", ["\ud800", "1_750000123456", "1750000123456_"])
def test_not_even_a_signed_odd_time_is_genuine(timestamp: str) -> None:
    signed = hmac.new(SECRET.encode(), f"{KEY}_{timestamp}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    assert not genuine(message(signed, timestamp))


@pytest.mark.parametrize(
    ("key", "secret"),
    [(KEY[:-1], SECRET), (KEY, SECRET[:-1]), (KEY, SECRET + "\n"), (SECRET, KEY), (KEY.upper(), SECRET)],
)
def test_another_key_or_secret_is_not_genuine(key: str, secret: str) -> None:
    assert proof_of(key, secret, message(), now_ms=NOW) is Proof.NONE


@pytest.mark.parametrize(("key", "secret"), [("", SECRET), (KEY, ""), ("", "")])
def test_without_key_or_secret_nothing_is_genuine(key: str, secret: str) -> None:
    signature = hmac.new(secret.encode(), f"{key}_{MOMENT}".encode(), hashlib.sha256).hexdigest()
    assert proof_of(key, secret, message(signature), now_ms=NOW) is Proof.NONE


def test_a_message_without_a_signature_can_be_read_but_is_not_genuine() -> None:
    raw = b'{"data":{"requestStatus":"Finished"}}'
    assert read_webhook(raw)[:2] == ("", "")
    assert not genuine(raw)


def signed_over(data: str, before: str = "", after: str = "") -> bytes:
    text = f"{KEY}_{MOMENT}_{data}".encode()
    signature = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest().upper()
    return f'{{{before} "signature" : "{signature}","timestamp":{MOMENT} ,\n"data"\t: {data} {after}}}'.encode()


@pytest.mark.parametrize(
    "data",
    ['{"requestAmount":1103.10,"clientName":"张三丰"}', '{ "requestAmount" : 1103 }', "{}",
     '{"a":{"data":{"b":"}\\""}},"x":[1,{"y":null}]}'],
)  # fmt: skip
@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ('"a":{"data":{"x":1}},', ""), ('"data ":1,"b":"\\"data\\":{}",', ',"latency":7\n')]
)
def test_the_variant_that_covers_the_body_takes_it_as_it_is_written(data: str, before: str, after: str) -> None:
    raw = signed_over(data, before, after)
    assert genuine(raw, covers_body=True)
    assert not genuine(raw)
    assert proof(raw, NOW + 6 * MINUTES, covers_body=True) is Proof.OLD
    assert proof(raw, NOW + 6 * MINUTES) is Proof.NONE


def test_the_variant_that_covers_the_body_refuses_every_change_of_it() -> None:
    raw = signed_over('{"requestAmount":1103,"requestStatus":"Finished"}')
    start, end = raw.index(b'{"requestAmount"'), raw.rindex(b"}")
    for at in range(start, end):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        assert not genuine(changed, covers_body=True), at
    assert not genuine(raw.replace(b":1103", b": 1103"), covers_body=True)
    assert not genuine(sample("mtpay.webhook.deposit_finished"), covers_body=True)
    assert not genuine(b'{"signature":"%s","timestamp":%s}' % (SIGNATURE.encode(), MOMENT.encode()), covers_body=True)


def test_our_own_request_vouches_for_any_message_which_is_why_it_is_a_hint() -> None:
    assert genuine(message(sign(KEY, SECRET, MOMENT), data={"receivedAmount": 999_999}))
