"""Every pair of state and event of a saying, written out here once more, and what its proofs need."""

import pytest

from bot.domain.errors import TransitionError
from bot.domain.sayings import OPEN, Event, PhoneFile, Saying, SayingKind, State, after, proves_missing, same_words

HELD, PLANNED, SENT, UNKNOWN, DELIVERED, REFUSED, MISSING, DROPPED = State
FOLLOWS = {
    HELD: {Event.APPROVED: PLANNED, Event.DISCARDED: DROPPED, Event.REFUSED: REFUSED},
    PLANNED: {Event.DOUBTED: HELD, Event.REFUSED: REFUSED, Event.SENDING: SENT},
    SENT: {
        Event.ACCEPTED: DELIVERED, Event.REFUSED: REFUSED, Event.NEVER_LEFT: PLANNED, Event.NO_ANSWER: UNKNOWN,
    },
    UNKNOWN: {Event.SEEN: DELIVERED, Event.NOT_SEEN: MISSING},
    DELIVERED: {},
    REFUSED: {},
    MISSING: {Event.SEEN: DELIVERED},
    DROPPED: {},
}  # fmt: skip


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("state", State)
def test_an_event_leads_where_the_table_says_or_nowhere(state: State, event: Event) -> None:
    follows = FOLLOWS[state].get(event)
    if follows is not None:
        assert after(state, event) is follows
        return
    with pytest.raises(TransitionError):
        after(state, event)


def test_nothing_that_may_have_left_is_ever_sent_again() -> None:
    reachable = {UNKNOWN}
    for _ in State:
        reachable |= {follows for state in reachable for follows in FOLLOWS[state].values()}
    assert reachable == {UNKNOWN, DELIVERED, MISSING}


def test_every_state_can_be_reached_and_open_ones_have_a_way_out() -> None:
    reached = {HELD, PLANNED} | {follows for row in FOLLOWS.values() for follows in row.values()}
    assert reached == set(State)
    assert {PLANNED, SENT, UNKNOWN} == OPEN and all(FOLLOWS[state] for state in OPEN)


@pytest.mark.parametrize(
    ("looks", "first", "now", "proven"),
    [(3, 0, 60_001, True), (3, 0, 60_000, False), (2, 0, 999_999, False), (3, None, 999_999, False),
     (4, 5_000, 65_001, True)],
)  # fmt: skip
def test_missing_takes_three_looks_over_more_than_a_minute(
    looks: int, first: int | None, now: int, proven: bool
) -> None:
    assert proves_missing(looks, first, now) is proven


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("hello", "hello", True), (" hello \n", "hello", True), ("a  b", "a b", True), ("a \r\n b", "a\nb", True),
     ("a\nb", "a b", False), ("Hello", "hello", False), ("a\n\nb", "a\nb", False), ("", " ", True)],
)  # fmt: skip
def test_white_space_makes_no_other_words(one: str, other: str, same: bool) -> None:
    assert same_words(one, other) is same and same_words(other, one) is same


def test_the_body_is_what_the_chat_shows() -> None:
    text = Saying("i", 1, "7", 3, SayingKind.TEXT, PLANNED, "hello", 3, 4)
    file = Saying("j", 2, "7", 3, SayingKind.FILE, PLANNED, "", 3, 4, file=PhoneFile("f", "photo"), file_key="k|b")
    assert (text.body, file.body) == ("hello", "k|b")
