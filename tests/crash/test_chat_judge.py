"""The judge of the buyer chat is judged itself: what it must notice, it notices."""

import pytest

from bot.sandbox.telegram.model import Message
from tests.crash.chat_judge import Walk
from tests.crash.chat_seen import FILE_MISSING, FILE_TO_COME, Told

SAID = ["good morning", "hello?", "hello?", "#7", "I have paid"]


def told(*lines: str, is_repeat: bool = False) -> Told:
    return Told(Message(1, 1, 0), "0001", lines, is_repeat)


def walked(*chunks: Told, is_all: bool = True) -> Walk:
    walk = Walk(SAID, is_all=is_all)
    for chunk in chunks:
        walk.take(chunk)
    return walk


def test_everything_once_and_in_order_is_well() -> None:
    walk = walked(told("good morning", "hello?"), told("hello?"), told("#7"), told("I have paid"))
    assert walk.bad == []
    assert walk.place == len(SAID)


def test_a_marked_repeat_is_counted_and_an_unmarked_one_is_broken() -> None:
    marked = walked(told("good morning"), told("good morning", "hello?", is_repeat=True))
    assert (marked.marked, marked.bad) == (1, [])
    unmarked = walked(told("good morning", "hello?"), told("good morning", "hello?"))
    assert [rule for rule, _ in unmarked.bad] == ["told twice without a mark"]


@pytest.mark.parametrize(
    "chunks",
    [
        (told("good morning"), told("hello?"), told("#7")),
        (told("hello?", "good morning"),),
        (told("good morning"), told("words of another order")),
        (told("good morning", "hello?"), told("hello?"), told("#8")),
    ],
    ids=["a line lost", "out of order", "of another order", "another picture"],
)
def test_what_is_lost_out_of_order_or_foreign_is_broken(chunks: tuple[Told, ...]) -> None:
    assert walked(*chunks).bad


def test_a_person_may_begin_to_listen_anywhere_but_hears_in_order() -> None:
    assert walked(told("#7"), told("I have paid"), is_all=False).bad == []
    assert walked(told("I have paid"), told("#7"), is_all=False).bad


def test_a_picture_whose_place_was_told_in_time_may_come_later_once() -> None:
    late = walked(told("good morning", "hello?", "hello?", FILE_TO_COME), told("I have paid"), told("#7"))
    assert (late.bad, late.awaited) == ([], set())
    twice = walked(told("good morning", "hello?", "hello?", FILE_TO_COME), told("I have paid"), told("#7"), told("#7"))
    assert len(twice.bad) == 1


def test_a_picture_without_a_place_of_its_own_is_late_for_good() -> None:
    lost = walked(told("good morning", "hello?", "hello?"), told("I have paid"), told("#7"))
    assert lost.bad
    other = walked(told("good morning", "hello?", "hello?", FILE_TO_COME), told("I have paid"), told("#8"))
    assert other.bad


def test_a_late_picture_is_known_where_a_chat_began_behind_an_earlier_picture() -> None:
    said = ["#3", "good morning", "#7", "I have paid", "#9"]

    def heard(*chunks: Told) -> Walk:
        walk = Walk(said, is_all=False)
        for chunk in chunks:
            walk.take(chunk)
        return walk

    late = heard(told(FILE_TO_COME), told("I have paid"), told("#7"))
    assert (late.bad, late.covered, late.awaited) == ([], {2, 3}, set())
    assert heard(told(FILE_TO_COME), told("I have paid"), told("#9"), told("#9")).bad, "behind the words after it"
    assert heard(told(FILE_TO_COME), told("I have paid"), told("#8")).bad, "of nobody"


def test_a_picture_that_is_said_to_be_fetched_must_come_or_be_said_missing() -> None:
    promised = walked(told("good morning", "hello?", "hello?", FILE_TO_COME), told("I have paid"))
    assert promised.awaited == {3}, "the judge calls that broken"
    given_up = walked(told("good morning", "hello?", "hello?", FILE_TO_COME), told("I have paid"), told(FILE_MISSING))
    assert (given_up.bad, given_up.awaited) == ([], set())
    at_once = walked(told("good morning", "hello?", "hello?", FILE_MISSING), told("I have paid"))
    assert (at_once.bad, at_once.awaited) == ([], set())


def test_a_marked_repeat_may_bring_the_picture_that_was_to_come() -> None:
    before = (told("good morning", "hello?", "hello?"), told(FILE_TO_COME))
    walk = walked(*before, told("#7", is_repeat=True), told("I have paid"))
    assert (walk.bad, walk.awaited, walk.marked) == ([], set(), 1)
    assert walked(*before, told(FILE_TO_COME, is_repeat=True)).awaited == {3}
