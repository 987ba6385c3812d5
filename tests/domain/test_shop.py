"""What a look says of a wish, and how that ends, over every answer there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import WorkHours, WorkStatus
from bot.domain.intents import Event
from bot.domain.shop import End, Finding, Standing, Wish, end_of, found

HOURS = WorkHours("Weekly", (1, 2), "8", "09:00", "18:00")
OTHER = WorkHours("Daily", (), "8", "09:00", "18:00")
REST, WORK, CUSTOM = Wish(WorkStatus.REST), Wish(WorkStatus.WORK), Wish(WorkStatus.CUSTOM, HOURS)


@pytest.mark.parametrize(
    ("wish", "standing", "finding"),
    [
        (REST, Standing(0), Finding.DONE),
        (REST, Standing(0, HOURS), Finding.DONE),
        (REST, Standing(1), Finding.OTHERWISE),
        (REST, Standing(2, HOURS), Finding.OTHERWISE),
        (REST, Standing(-1), Finding.OTHERWISE),
        (WORK, Standing(1), Finding.DONE),
        (WORK, Standing(3, HOURS), Finding.OTHERWISE),
        (CUSTOM, Standing(2, HOURS), Finding.DONE),
        (CUSTOM, Standing(3, HOURS), Finding.DONE),
        (CUSTOM, Standing(3, OTHER), Finding.OTHERWISE),
        (CUSTOM, Standing(3), Finding.UNSEEN),
        (CUSTOM, Standing(1, HOURS), Finding.OTHERWISE),
        (CUSTOM, Standing(7, HOURS), Finding.OTHERWISE),
    ],
)
def test_a_look_finds_the_wish_or_something_else(wish: Wish, standing: Standing, finding: Finding) -> None:
    assert found(wish, standing) is finding


@pytest.mark.parametrize(
    ("event", "now", "end"),
    [
        (Event.ACCEPTED, Standing(0), End.DONE),
        (Event.ACCEPTED, Standing(1), End.DIFFERS),
        (Event.ACCEPTED, None, End.NOT_SEEN),
        (Event.NO_ANSWER, Standing(0), End.DONE_LATE),
        (Event.NO_ANSWER, Standing(1), End.UNKNOWN),
        (Event.NO_ANSWER, None, End.UNKNOWN),
        (Event.REFUSED, Standing(1), End.REFUSED),
        (Event.REFUSED, None, End.REFUSED),
        (Event.NEVER_LEFT, Standing(1), End.NEVER_LEFT),
    ],
)
def test_an_answer_and_a_look_make_one_end(event: Event, now: Standing | None, end: End) -> None:
    assert end_of(event, REST, now) is end


def test_hours_that_are_not_shown_are_not_called_done() -> None:
    assert end_of(Event.ACCEPTED, CUSTOM, Standing(3)) is End.UNSEEN
    assert end_of(Event.NO_ANSWER, CUSTOM, Standing(3)) is End.UNKNOWN


@given(
    st.integers(-1, 9),
    st.none()
    | st.builds(WorkHours, st.text(), st.lists(st.integers(0, 9)).map(tuple), st.text(), st.text(), st.text()),
)
def test_a_standing_survives_being_written_down(working: int, hours: WorkHours | None) -> None:
    standing = Standing(working, hours)
    if "|" not in "".join((hours.cycle, hours.zone, hours.start, hours.end)) if hours else True:
        assert Standing.read(standing.text) == standing
    assert Standing.read(Standing.read(standing.text).text) == Standing.read(standing.text)


@pytest.mark.parametrize("wish", [REST, WORK, CUSTOM])
def test_a_wish_survives_being_written_down(wish: Wish) -> None:
    assert Wish.read(wish.text) == wish


def test_a_decision_does_not_rest_on_whether_own_hours_are_working_just_now() -> None:
    assert Standing(2, HOURS).base == Standing(3, HOURS).base != Standing(3, OTHER).base
    assert len({Standing(working).base for working in (-1, 0, 1, 2)}) == 4
