"""A rule as people write it, in any order and in both languages, and what is no rule."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.errors import NotAllowed
from bot.domain.repricing import Aim, Rule
from bot.domain.rule_words import read_number, read_rule

PLAIN = Rule(Aim.RANK, Decimal("7.15"), Decimal("7.30"), 2)


def read(text: str, base: Rule | None = None) -> Rule:
    return read_rule(text.split(), base)


def no(text: str, base: Rule | None = None) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        read(text, base)
    return caught.value


@pytest.mark.parametrize(
    "text",
    ["rank 2 floor 7.15 ceiling 7.30", "ceiling 7.30 floor 7.15 rank 2", "RANK 2 Min 7.15 max 7.30",
     "排名 2 最低 7.15 最高 7.30", "follow 2 floor 7.15 ceiling 7.30"],
)  # fmt: skip
def test_words_stand_in_any_order_and_language(text: str) -> None:
    assert read(text) == PLAIN


def test_everything_can_be_said_and_some_of_it_be_unsaid() -> None:
    full = read("undercut 0.01 floor 7.15 ceiling 7.30 every 30s surplus 500 order 1,000 traps 2.5% band 1%")
    assert full == Rule(
        Aim.UNDERCUT, Decimal("7.15"), Decimal("7.30"), 1, Decimal("0.01"), Decimal(500), Decimal(1000),
        Decimal("2.5"), 30, Decimal(1),
    )  # fmt: skip
    assert read("surplus off order 0 band none", full) == replace(
        full, least_surplus=Decimal(0), least_order=Decimal(0), band_percent=None
    )


def test_a_change_keeps_what_is_not_named_and_an_aim_replaces_the_other() -> None:
    assert read("floor 7.10", PLAIN) == replace(PLAIN, floor=Decimal("7.10"))
    cut = read("undercut 0.02", PLAIN)
    assert (cut.aim, cut.step, cut.rank, cut.floor) == (Aim.UNDERCUT, Decimal("0.02"), 1, Decimal("7.15"))
    assert (read("rank 3", cut).aim, read("rank 3", cut).rank, read("rank 3", cut).step) == (Aim.RANK, 3, Decimal(0))


def test_a_change_that_would_cross_the_bounds_is_refused() -> None:
    assert no("floor 7.31", PLAIN).reason == "rule_bounds"
    assert no("ceiling 7.14", PLAIN).facts == {"floor": "7.15", "ceiling": "7.14"}
    assert read("floor 7.30", PLAIN).floor == Decimal("7.30")


@pytest.mark.parametrize(
    ("text", "word"), [("rank 1 ceiling 7", "floor"), ("rank 1 floor 7", "ceiling"), ("floor 7 ceiling 8", "rank")]
)
def test_what_is_missing_is_named(text: str, word: str) -> None:
    refused = no(text)
    assert (refused.reason, refused.facts["word"]) == ("rule_missing", word)


@pytest.mark.parametrize("typed", ["0", "-1", "+1", "1e5", "NaN", "Infinity", "٣", "1.00001", "9" * 41, "", "1,0"])
def test_no_number_but_a_plain_one_above_nought_is_taken(typed: str) -> None:
    with pytest.raises(NotAllowed):
        read_number("floor", typed, 4)


@given(some.lists(some.text(max_size=8), max_size=8))
def test_whatever_is_typed_is_a_rule_or_a_refusal(words: list[str]) -> None:
    for base in (None, PLAIN):
        try:
            rule = read_rule(words, base)
        except NotAllowed:
            continue
        assert 0 < rule.floor <= rule.ceiling and rule.rank >= 1 and rule.every_seconds >= 10
