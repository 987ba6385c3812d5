"""When which stage rings, against a judge that knows nothing of the formula: it walks through time second by second."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.escalation import OF_APPEALS, Stage, Waiting, Whose, due, outside_at

MINUTES = (3, 6, 10)
PAID = 1_790_000_000_000
M = 60_000


def first_second(is_time: Callable[[int], bool], begin: int, end: int) -> int | None:
    """The first whole second from `begin` on at which the rule says ring."""
    return next((at for at in range(begin, end, 1000) if is_time(at)), None)


def judged(w: Waiting, minutes: tuple[int, int, int], stage: Stage, at: int) -> bool:
    """The rule as people say it: nobody tapped for so long, or the venue may act within two minutes."""
    if at < w.paid_at:
        return False
    answered = w.tapped_at is not None and w.tapped_at >= w.paid_at
    if stage is Stage.OWNERS and answered:
        return False
    if stage is Stage.ALONE and w.is_attended:
        return False
    if w.forced_at is not None and at >= w.forced_at - 2 * M:
        return True
    if w.snoozed_until is not None and at < w.snoozed_until:
        return False
    waits = {
        Stage.CLAIMER: minutes[0], Stage.DUTY: minutes[1], Stage.LEADS: minutes[2], Stage.OWNERS: 5,
        Stage.ALONE: minutes[0] if answered else 0,
    }  # fmt: skip
    moments = [w.paid_at, w.tapped_at, w.snoozed_until, w.woken_at]
    return all(moment is None or at - moment >= waits[stage] * M for moment in moments)


seconds = st.integers(-600, 1800).map(lambda number: PAID + number * 1000)
waitings = st.builds(
    Waiting,
    paid_at=st.just(PAID),
    tapped_at=st.none() | seconds,
    snoozed_until=st.none() | seconds,
    woken_at=st.none() | seconds,
    forced_at=st.none() | seconds,
    is_attended=st.booleans(),
)
ladders = st.lists(st.integers(1, 20), min_size=3, max_size=3, unique=True).map(lambda three: tuple(sorted(three)))


@settings(max_examples=150, deadline=None)
@given(waitings, ladders, st.sampled_from(Whose.ANYBODY.stages))
def test_every_stage_rings_in_the_first_second_in_which_the_rule_says_so(
    w: Waiting, minutes: tuple[int, int, int], stage: Stage
) -> None:
    expected = first_second(lambda at: judged(w, minutes, stage, at), PAID, PAID + 4000 * 1000)
    assert due(w, minutes).get(stage) == expected


@given(waitings, ladders)
def test_no_stage_waits_beyond_two_minutes_before_the_mark_and_none_rings_before_it_is_paid(
    w: Waiting, minutes: tuple[int, int, int]
) -> None:
    for moment in due(w, minutes).values():
        assert moment >= w.paid_at
        assert w.forced_at is None or moment <= max(w.forced_at - 2 * M, w.paid_at)


@given(waitings, ladders)
def test_no_stage_is_due_before_its_waiting_began_so_that_what_rang_counts_for_it(
    w: Waiting, minutes: tuple[int, int, int]
) -> None:
    assert w.paid_at <= w.began <= min(due(w, minutes).values())


@given(waitings, seconds)
def test_a_tap_begins_a_waiting_until_two_minutes_before_the_mark_and_none_from_then_on(w: Waiting, at: int) -> None:
    tapped = replace(w, tapped_at=at)
    if w.latest is not None and at >= w.latest:
        assert tapped.began == replace(w, tapped_at=None).began
    else:
        assert tapped.began >= at


@given(waitings, ladders)
def test_louder_stages_never_come_before_the_quieter_ones(w: Waiting, minutes: tuple[int, int, int]) -> None:
    found = due(w, minutes)
    assert found[Stage.CLAIMER] <= found[Stage.DUTY] <= found[Stage.LEADS]


@given(waitings, ladders)
def test_the_bell_outside_comes_after_the_last_stage_and_not_later_than_five_minutes(
    w: Waiting, minutes: tuple[int, int, int]
) -> None:
    moment, leads = outside_at(w, minutes), due(w, minutes)[Stage.LEADS]
    assert moment is not None and leads <= moment <= max(leads, w.quiet_since) + 5 * M


@pytest.mark.parametrize(
    ("w", "expected"),
    [
        (Waiting(PAID), {Stage.CLAIMER: 3, Stage.OWNERS: 5, Stage.DUTY: 6, Stage.LEADS: 10}),
        (Waiting(PAID, tapped_at=PAID - 1), {Stage.CLAIMER: 3, Stage.OWNERS: 5, Stage.DUTY: 6, Stage.LEADS: 10}),
        (Waiting(PAID, tapped_at=PAID + 2 * M), {Stage.CLAIMER: 5, Stage.DUTY: 8, Stage.LEADS: 12}),
        (
            Waiting(PAID, tapped_at=PAID + M, snoozed_until=PAID + 4 * M),
            {Stage.CLAIMER: 7, Stage.DUTY: 10, Stage.LEADS: 14},
        ),
        (Waiting(PAID, forced_at=PAID + 7 * M), {Stage.CLAIMER: 3, Stage.OWNERS: 5, Stage.DUTY: 5, Stage.LEADS: 5}),
        (
            Waiting(PAID, tapped_at=PAID + 17 * M, snoozed_until=PAID + 30 * M, forced_at=PAID + 20 * M),
            {Stage.CLAIMER: 18, Stage.DUTY: 18, Stage.LEADS: 18},
        ),
        (
            Waiting(PAID, is_attended=False),
            {Stage.ALONE: 0, Stage.CLAIMER: 3, Stage.OWNERS: 5, Stage.DUTY: 6, Stage.LEADS: 10},
        ),
        (
            Waiting(PAID, tapped_at=PAID + M, is_attended=False),
            {Stage.ALONE: 4, Stage.CLAIMER: 4, Stage.DUTY: 7, Stage.LEADS: 11},
        ),
        (Waiting(PAID, tapped_at=PAID + M, is_attended=False, whose=Whose.LEAD), {Stage.LEADS: 11}),
        (Waiting(PAID, tapped_at=PAID + M, forced_at=PAID + 7 * M, whose=Whose.LEAD), {Stage.LEADS: 5}),
        (
            Waiting(PAID, tapped_at=PAID + M, forced_at=PAID + 20 * M, whose=Whose.VENUE),
            {Stage.ANSWER: 0, Stage.MARK: 18},
        ),
        (Waiting(PAID, forced_at=PAID - M, whose=Whose.VENUE), {Stage.ANSWER: 0, Stage.MARK: 0}),
        (Waiting(PAID, whose=Whose.VENUE), {Stage.ANSWER: 0}),
        (Waiting(PAID, forced_at=PAID + 20 * M, whose=Whose.NOBODY, taken_at=PAID + 4 * M), {Stage.TAKEN: 6}),
    ],
)
def test_minutes_after_it_is_paid(w: Waiting, expected: dict[Stage, int]) -> None:
    assert {stage: (at - PAID) / M for stage, at in due(w, MINUTES).items()} == expected


@pytest.mark.parametrize(
    ("w", "minutes"),
    [
        (Waiting(PAID), 15),
        (Waiting(PAID, tapped_at=PAID + 12 * M), 27),
        (Waiting(PAID, forced_at=PAID + 20 * M), 15),
        (Waiting(PAID, forced_at=PAID + 7 * M), 7),
        (Waiting(PAID, tapped_at=PAID + 19 * M, forced_at=PAID + 20 * M), 20),
        (Waiting(PAID, tapped_at=PAID + 21 * M, forced_at=PAID + 20 * M), 26),
        (Waiting(PAID, forced_at=PAID - M), 5),
        (Waiting(PAID, tapped_at=PAID + M, forced_at=PAID + 30 * M, whose=Whose.LEAD), 30),
        (Waiting(PAID, tapped_at=PAID + 31 * M, forced_at=PAID + 30 * M, whose=Whose.LEAD), 36),
        (Waiting(PAID, tapped_at=PAID + M, whose=Whose.LEAD), 20),
        (Waiting(PAID, forced_at=PAID + 20 * M, whose=Whose.VENUE), 20),
        (Waiting(PAID, tapped_at=PAID + M, forced_at=PAID + 20 * M, whose=Whose.VENUE), 20),
        (Waiting(PAID, tapped_at=PAID + 21 * M, forced_at=PAID + 20 * M, whose=Whose.VENUE), 26),
    ],
)
def test_the_bell_outside_never_waits_beyond_the_mark_unless_somebody_tapped_after_it(w: Waiting, minutes: int) -> None:
    moment = outside_at(w, MINUTES)
    assert moment is not None and (moment - PAID) / M == minutes


def test_what_the_venue_took_is_nobodys_outside() -> None:
    assert outside_at(Waiting(PAID, forced_at=PAID, whose=Whose.NOBODY, taken_at=PAID), MINUTES) is None


@given(waitings, ladders, st.sampled_from(Whose))
def test_nothing_is_due_that_may_not_ring(w: Waiting, minutes: tuple[int, int, int], whose: Whose) -> None:
    assert due(replace(w, whose=whose), minutes).keys() <= set(whose.stages)


@given(waitings, st.sampled_from([Whose.VENUE, Whose.NOBODY]))
def test_what_nobody_here_can_let_go_on_is_one_waiting_whatever_is_tapped(w: Waiting, whose: Whose) -> None:
    assert replace(w, whose=whose).began == w.paid_at
    assert not set(OF_APPEALS) & set(Whose.ANYBODY.stages)
