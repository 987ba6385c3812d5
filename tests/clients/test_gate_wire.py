"""The field types that every answer is read with: tolerant in dress, exact in value."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.clients.gate_c2c.wire import (
    Amount,
    Flag,
    Id,
    Mark,
    Moment,
    Number,
    Object,
    Objects,
    OptionalAmount,
    Text,
    Whole,
    WireModel,
    decode,
    encode,
)


class Texty(WireModel):
    it: Text


class Named(WireModel):
    it: Id


class Counted(WireModel):
    it: Whole


class Flagged(WireModel):
    it: Flag


class Marked(WireModel):
    it: Mark


class Priced(WireModel):
    it: Amount


class MaybePriced(WireModel):
    it: OptionalAmount = None


class Figured(WireModel):
    it: Number


class Timed(WireModel):
    it: Moment


class Listed(WireModel):
    it: Objects


class Nested(WireModel):
    it: Object


@pytest.mark.parametrize(
    ("model", "given", "read"),
    [
        (Texty, "x", "x"), (Texty, 5, "5"), (Texty, True, "1"), (Texty, False, "0"), (Texty, [], ""), (Texty, {}, ""),
        (Texty, Decimal("1.50"), "1.50"),
        (Named, 9223372036854775807, "9223372036854775807"), (Named, " 61 ", "61"),
        (Counted, "900", 900), (Counted, -1, -1), (Counted, "", 0), (Counted, Decimal("3.0"), 3), (Counted, True, 1),
        (Flagged, 1, True), (Flagged, "1", True), (Flagged, True, True), (Flagged, "TRUE", True), (Flagged, 2, True),
        (Flagged, 0, False), (Flagged, "0", False), (Flagged, "false", False), (Flagged, "", False),
        (Marked, "who knows", True), (Marked, 1, True), (Marked, "0", False), (Marked, [], False),
        (Priced, "1.010", Decimal("1.010")), (Priced, 5, Decimal(5)), (Priced, " 0.1 ", Decimal("0.1")),
        (MaybePriced, "", None), (MaybePriced, [], None), (MaybePriced, "3", Decimal(3)),
        (Figured, "-0.5", Decimal("-0.5")), (Figured, "", Decimal(0)), (Figured, 96, Decimal(96)),
        (Timed, 1790000000, 1790000000), (Timed, "1790000000", 1790000000), (Timed, 1790000000123, 1790000000),
        (Timed, "2026-09-21 14:13:20", 1790000000), (Timed, "2026/09/21", 1789948800),
        (Timed, "soon", 0), (Timed, "", 0),
        (Listed, {}, []), (Listed, "", []), (Listed, [1], [1]), (Nested, [], {}), (Nested, "", {}),
        (Nested, {"a": 1}, {"a": 1}),
    ],
)  # fmt: skip
def test_every_dress_of_a_value_reads_the_same(model: type[Any], given: Any, read: Any) -> None:
    assert model.model_validate({"it": given}).it == read


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (Texty, {"a": 1}), (Texty, [1]), (Texty, Decimal("1e99")), (Named, ""), (Named, 0), (Named, True), (Named, []),
        (Counted, "1.5"), (Counted, Decimal("1.5")), (Counted, "many"), (Counted, "٣"), (Counted, {"a": 1}),
        (Flagged, "perhaps"), (Priced, 1.5), (Priced, True), (Priced, "Infinity"), (Priced, "1e30"), (Priced, "-1"),
        (Priced, ""), (Priced, []), (Priced, "1 000"), (Figured, "high"), (Figured, 0.5), (Figured, {"a": 1}),
        (Listed, {"a": 1}), (Listed, "text"), (Nested, [1]), (Nested, "text"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_error_and_never_a_guess(model: type[Any], given: Any) -> None:
    with pytest.raises(ValidationError):
        model.model_validate({"it": given})


def test_a_reading_error_does_not_repeat_what_it_read() -> None:
    with pytest.raises(ValidationError) as caught:
        Priced.model_validate({"it": "张三丰"})
    assert "张三丰" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"a":NaN}', b'{"a":Infinity}', b"[" * 100_000, b"{} {}"])
def test_what_is_not_one_whole_document_is_no_document(body: bytes) -> None:
    with pytest.raises(ValueError):
        decode(body)


@given(st.decimals(min_value=0, max_value=Decimal("1e17"), places=18, allow_nan=False, allow_infinity=False))
def test_no_digit_of_an_amount_is_lost_between_wire_and_desk(amount: Decimal) -> None:
    text = format(amount, "f")
    for body in (f'{{"it":{text}}}', f'{{"it":"{text}"}}'):
        read = Priced.model_validate(decode(body.encode())).it
        assert format(read, "f") == text


@given(st.text(), st.integers(min_value=-(2**63), max_value=2**63))
def test_what_is_sent_is_what_was_meant(text: str, number: int) -> None:
    fields = {"message": text.encode("utf-8", "replace").decode(), "txid": number}
    assert json.loads(encode(fields)) == fields


def test_half_a_surrogate_pair_does_not_stop_a_message() -> None:
    assert encode({"message": "a\ud800b"}) == b'{"message":"a?b"}'


def test_a_number_beyond_all_measure_is_no_document() -> None:
    with pytest.raises(ValueError, match="beyond all measure"):
        decode(b'{"code": 1e99999999999999999999}')
