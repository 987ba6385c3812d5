"""One order that nobody answers must not use up the bell outside for those that come after it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.outside import MOST_RINGS
from bot.domain.situations import LockReason
from bot.flows import bank
from bot.flows.outside import OutsideBell
from tests.flows.bench import NOW, OPERATOR, ORDER, Bench
from tests.flows.test_escalate import FRESH, MINUTE
from tests.flows.test_outside import UNANSWERED, FakeBell, paid

OTHER = "61000500"
NIGHT = 6 * 60


@pytest.fixture
async def rings() -> FakeBell:
    return FakeBell()


async def night(bench: Bench, bell: OutsideBell, minutes: int) -> None:
    for _ in range(minutes):
        bench.pass_(MINUTE)
        await bell.round()


async def comes_in(bench: Bench) -> None:
    paid_at = int(bench.seconds)
    bench.add(replace(FRESH, id=OTHER, total=FRESH.total + 1, paid_at=paid_at, appeal_from=paid_at + 1200))
    await bench.see(OTHER)
    await bench.told()


async def test_an_order_paid_at_three_rings_though_a_stopped_one_rang_all_night(bench: Bench, rings: FakeBell) -> None:
    await paid(bench)
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    await bench.told()
    bell = OutsideBell(bench.desk, rings)
    await night(bench, bell, NIGHT)
    assert rings.kinds() == [UNANSWERED] * MOST_RINGS
    await comes_in(bench)
    await night(bench, bell, 14)
    assert rings.told == []
    await night(bench, bell, 1)
    (ring,) = rings.told
    assert ring["last_digits"] == ["0001", "0500"] and ring["ring"] == 1
    await night(bench, OutsideBell(bench.desk, rings), NIGHT)
    assert rings.kinds() == [UNANSWERED] * MOST_RINGS, "neither a restart nor the older order gives more"


async def test_one_that_joins_rings_with_the_others_and_not_more_often(bench: Bench, rings: FakeBell) -> None:
    await paid(bench)
    bench.seconds = NOW + 15 * MINUTE
    await comes_in(bench)
    bell = OutsideBell(bench.desk, rings)
    await night(bench, bell, 14)
    assert [ring["orders"] for ring in rings.told] == [1, 1, 1]
    await night(bench, bell, 5)
    assert [(ring["orders"], ring["ring"]) for ring in rings.told[3:]] == [(2, 1)]


async def test_a_ring_that_nobody_takes_is_no_ring_for_whoever_joined(bench: Bench, rings: FakeBell) -> None:
    await paid(bench)
    bell = OutsideBell(bench.desk, rings)
    bench.pass_(15 * MINUTE)
    await night(bench, bell, 61)
    assert rings.kinds() == [UNANSWERED] * MOST_RINGS
    await comes_in(bench)
    rings.is_away = True
    await night(bench, bell, 16)
    assert rings.tries > MOST_RINGS
    rings.is_away = False
    await night(bench, bell, 1)
    assert rings.kinds() == [UNANSWERED]


async def test_nothing_is_kept_of_an_order_that_is_answered(bench: Bench, rings: FakeBell) -> None:
    await paid(bench)
    bell = OutsideBell(bench.desk, rings)
    await night(bench, bell, 16)
    assert rings.kinds() == [UNANSWERED]
    await bench.see(status="finished")
    await bench.told()
    await night(bench, bell, 6)
    async with bench.store.read() as tables:
        assert await tables.alerts.outside() == {}
