"""A table of states is followed as it stands, and nothing besides."""

import pytest

from bot.domain.errors import TransitionError
from bot.domain.transitions import follow

DOOR = {("open", "push"): "closed", ("closed", "pull"): "open"}


def test_a_named_pair_leads_to_its_state() -> None:
    assert [follow(DOOR, *pair) for pair in DOOR] == ["closed", "open"]


def test_a_pair_that_is_not_named_says_both_of_its_words() -> None:
    with pytest.raises(TransitionError, match="pull is not possible in open"):
        follow(DOOR, "open", "pull")
