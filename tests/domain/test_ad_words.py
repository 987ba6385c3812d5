"""What is typed about an ad and is no such thing is said back as it was typed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.ad_edits import Part
from bot.domain.ad_words import price_of, read_part
from bot.domain.ads import Floating, Reference
from bot.domain.errors import NotAllowed
from tests.flows.ad_bench import OURS

FLOATS = replace(OURS, floating=Floating(Reference.GATE, Decimal("0.5"), is_discount=False))


@pytest.mark.parametrize(
    ("part", "text", "reason", "given"),
    [
        (Part.PRICE, "seven", "bad_amount", "seven"),
        (Part.PRICE, "7.21 usd", "bad_amount", "7.21 usd"),
        (Part.AMOUNT, "usdt", "bad_amount", "usdt"),
        (Part.LIMITS, "few many", "bad_amount", "few"),
        (Part.LIMITS, "few", "ad_bad_limits", "few"),
        (Part.WINDOW, "Soon", "ad_bad_window", "Soon"),
    ],
)
def test_what_is_not_understood_is_said_back_as_it_was_typed(part: Part, text: str, reason: str, given: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        read_part(part, text, OURS)
    assert (refused.value.reason, refused.value.facts["given"]) == (reason, given)


@pytest.mark.parametrize("text", ["7.21", "7.21 CNY", "7.21cny", " 7.21 Cny ", "７.２１"])
def test_a_price_may_have_its_currency_behind_it(text: str) -> None:
    assert str(read_part(Part.PRICE, text, OURS).price) == "7.21"


def test_a_number_below_nought_is_told_in_the_words_of_ads() -> None:
    for part, text in ((Part.PRICE, "-7.21"), (Part.AMOUNT, "-1"), (Part.LIMITS, "-1 100")):
        with pytest.raises(NotAllowed) as refused:
            read_part(part, text, OURS)
        assert refused.value.reason == "ad_not_positive"


@pytest.mark.parametrize(
    ("text", "offset"),
    [("+0.8", "0.8"), ("0.8%", "0.8"), ("-1 %", "-1"), ("−0.3", "-0.3"), ("＋0.5％", "0.5"), ("0%", "0")],
)
def test_an_offset_has_a_sign_or_a_percent_sign(text: str, offset: str) -> None:
    for wanted in (price_of(FLOATS, text), read_part(Part.OFFSET, text, FLOATS), read_part(Part.PRICE, text, FLOATS)):
        assert (wanted.offset, wanted.price) == (Decimal(offset), None)


@pytest.mark.parametrize("text", ["7.21", "0.5", "0", "1e1"])
def test_a_bare_number_for_a_floating_price_may_be_meant_as_a_price(text: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        price_of(FLOATS, text)
    reason = "ad_offset" if "e" in text else "ad_bare_offset"
    assert (refused.value.reason, refused.value.facts) == (reason, {"ad": OURS.id, "given": text})
