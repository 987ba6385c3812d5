"""A short day in the suite; `python -m tests.simulated_day` plays a whole one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.simulated_day.__main__ import judged, wrong
from tests.simulated_day.day import Report, Rings, play, rings_of
from tests.simulated_day.plan import TWINS, Kind, day
from tests.support.sandbox import AGENT, LEAD, OPERATOR_2, Call

ORDERS, SEED = 12, 5
"""with twins, a purchase and somebody who walks away among them"""


@pytest.mark.timeout(400)  # people wait for their phones, and end by themselves after END_SECONDS
async def test_a_day_with_a_handover_takes_three_taps_a_release_and_rings_whom_it_concerns() -> None:
    report = await play(ORDERS, SEED)
    assert wrong(report) == []
    assert report.orders == ORDERS and report.taps and report.twin_taps


def test_the_same_seed_brings_the_same_day_and_equal_totals_among_twins_only() -> None:
    for seed in range(20):
        groups = list(day(200, seed))
        assert groups == list(day(200, seed))
        assert sum(len(group) for group in groups) == 200
        totals = [group[0].amount for group in groups]
        assert len(set(totals)) == len(totals)
        assert all(len(group) == (TWINS if group[0].kind is Kind.TWINS else 1) for group in groups)


def test_every_broken_promise_of_a_day_is_named_and_fails_the_run() -> None:
    quiet = Rings(0, 0, 0, [], [])
    good = Report(
        orders=2, seconds=1.0, taps=[3], twin_taps=[4], to_release=2, released=2, posted_twice=[], released_wrongly=[],
        left_open=[], rings={1: quiet}, refused=0, violations=0, to_group=1,
    )  # fmt: skip
    assert wrong(good) == [] and judged(good) == 0
    for broken in (
        replace(good, taps=[4, 4]), replace(good, twin_taps=[5]), replace(good, released=1),
        replace(good, posted_twice=["1"]), replace(good, released_wrongly=["1"]), replace(good, left_open=["1"]),
        replace(good, rings={1: replace(quiet, strange=1)}),
        replace(good, rings={1: replace(quiet, others=["👋"], astray=["👋"])}),
        replace(good, refused=1), replace(good, violations=1),
    ):  # fmt: skip
        assert len(wrong(broken)) == 1 and judged(broken) == 1


def test_what_rings_whom_it_does_not_concern_is_counted() -> None:
    handover = (100.0, 101.0)

    def rings(person: int, line: str, at: float) -> Rings:
        call = Call(1, "sendMessage", {"chat_id": person, "text": line}, True, None, {"at": at})
        return rings_of([call], person, handover, {"61000042"})

    for person, line, at in (
        (OPERATOR_2, "💬 Buyer", 200.0),
        (AGENT, "🔒 Release stopped", 50.0),
        (LEAD, "👋 x", 50.0),
        (OPERATOR_2, "⏰ Nobody answers · #0042", 50.0),
        (OPERATOR_2, "🔒 Stopped: another payer", 50.0),
        (LEAD, "⏰ Still nobody answers · #0041", 50.0),
    ):
        assert rings(person, line, at).astray == [line]
    for person, line, at in (
        (OPERATOR_2, "💬 Buyer", 50.0),
        (LEAD, "🔒 Stopped", 50.0),
        (LEAD, "🤝 x", 50.0),
        (LEAD, "⏰ Still nobody answers · #0042", 50.0),
    ):
        assert rings(person, line, at).astray == []
