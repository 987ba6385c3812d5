"""A long text in pieces: nothing lost, nothing torn, nothing too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.parts import length, split

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ALPHABET = st.sampled_from(
    ["a", "word", " ", "  ", "\n", "\n\n", "\r\n", ". ", "3.14", "。", "!", "？", "中", "文", "\u3000", "😀",
     FAMILY, "🇨🇳",
     "👍🏽", "e\u0301", "1\ufe0f\u20e3", "”"]
)  # fmt: skip


def bare(text: str) -> str:
    return "".join(text.split())


@given(st.lists(ALPHABET, max_size=80).map("".join), st.integers(16, 60))
def test_pieces_lose_only_white_space_and_keep_the_limit(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert bare("".join(pieces)) == bare(text)
    assert all(0 < length(piece) <= limit and piece.strip() == piece for piece in pieces)


@given(st.text(), st.integers(2, 12))
def test_any_text_at_all_is_cut_to_any_limit(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert bare("".join(pieces)) == bare(text)
    assert all(piece.strip() and length(piece) <= limit for piece in pieces)


@given(
    st.lists(
        st.sampled_from([FAMILY, "🇨🇳", "👍🏽", "e\u0301\u0302", "1\ufe0f\u20e3", "中", "a"]), min_size=1, max_size=60
    )
)
def test_no_character_of_several_is_torn(characters: list[str]) -> None:
    rest = list(characters)
    for piece in split("".join(characters), 16):
        seen = ""
        while rest and seen != piece:
            seen += rest.pop(0)
        assert seen == piece
    assert rest == []


def test_a_character_longer_than_the_limit_is_cut_all_the_same() -> None:
    assert split("a" + "\u0301" * 9, 5) == ["a\u0301\u0301\u0301\u0301", "\u0301" * 5]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [("one paragraph\n\nanother one here", ["one paragraph", "another one here"]),
     ("a first line\na second line", ["a first line", "a second line"]),
     ("It is paid. We release now.", ["It is paid.", "We release now."]),
     ("已经到账了。马上给您放币,请稍等一下好吗谢谢", ["已经到账了。", "马上给您放币,请稍等一下好吗谢谢"]),
     ("He said “yes.” Then he left", ["He said “yes.”", "Then he left"]),
     ("some words without any stop", ["some words without", "any stop"]),
     ("the sum is 7200.00 CNY today", ["the sum is 7200.00", "CNY today"]),
     ("a" * 25, ["a" * 20, "a" * 5]),
     ("exactly twenty chars", ["exactly twenty chars"]),
     ("exactly twenty chars ", ["exactly twenty chars"])],
)  # fmt: skip
def test_the_best_place_to_cut_is_taken(text: str, pieces: list[str]) -> None:
    assert split(text, 20) == pieces


def test_a_paragraph_at_the_very_start_is_not_worth_a_piece_of_its_own() -> None:
    assert split("Hi!\n\nword word word word word", 20)[0] == "Hi!\n\nword word word"


def test_length_counts_the_larger_unit() -> None:
    assert length("abc") == 3 and length("中文") == 2 and length("😀") == 2 and length("🇨🇳") == 4


def test_nothing_makes_no_piece() -> None:
    assert split("") == [] and split(" \n ") == []


def test_a_limit_no_character_fits_into_is_a_mistake() -> None:
    with pytest.raises(ValueError):
        split("😀😀", 1)
