"""An appeal does not end the waiting: it rings while we may release, else leads are told to answer it in the app."""

from dataclasses import replace

import pytest

from bot.domain.situations import LockReason
from bot.flows import bank, deliver
from bot.flows.escalate import Escalation, unanswered
from bot.flows.outside import OutsideBell
from tests.flows.bench import LEAD, OPERATOR, ORDER, OWNER, Bench
from tests.flows.test_escalate import FRESH, MINUTE, rung
from tests.flows.test_outside import UNANSWERED, FakeBell


@pytest.fixture
async def loop(bench: Bench) -> Escalation:
    bench.add(FRESH)
    await bench.see()
    await bench.told()
    return Escalation(bench.desk)


async def appealed(bench: Bench, **changes: object) -> None:
    await bench.see(ORDER.id, **{"in_appeal": True} | changes)
    await bench.told()


@pytest.mark.parametrize("changes", [{}, {"in_appeal": False, "status": "locked"}, {"status": "never_met"}])
async def test_what_only_the_venue_can_end_is_told_to_leads_at_once_and_again_before_its_mark(
    bench: Bench, loop: Escalation, changes: dict[str, object]
) -> None:
    bench.pass_(3 * MINUTE)
    await appealed(bench, **changes)
    assert await rung(bench, loop) == {"answer": [OWNER, LEAD]}
    bench.pass_(5)
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    await bench.told()
    assert await rung(bench, Escalation(bench.desk), 14 * MINUTE) == {}, "a tap is no other appeal"
    assert await rung(bench, loop, MINUTE) == {"mark": [OWNER, LEAD]}
    for _ in range(20):
        assert await rung(bench, Escalation(bench.desk), MINUTE) == {}


async def test_one_that_was_in_an_appeal_at_first_sight_is_told_too(bench: Bench) -> None:
    bench.add(replace(FRESH, status="locked", in_appeal=True))
    await bench.see()
    await bench.told()
    loop = Escalation(bench.desk)
    await loop.round()
    assert await rung(bench, loop) == {"answer": [OWNER, LEAD]}


async def test_while_it_may_be_released_it_gets_louder_as_any_paid_sale(bench: Bench, loop: Escalation) -> None:
    await appealed(bench, can_release_in_appeal=True)
    assert await rung(bench, loop, 5 * MINUTE) == {"owners": [OWNER]}
    assert await rung(bench, loop, MINUTE) == {"duty": [OPERATOR]}
    assert await rung(bench, loop, 4 * MINUTE) == {"leads": [OWNER, LEAD]}


async def test_what_a_lead_has_to_unlock_in_an_appeal_rings_at_leads(bench: Bench, loop: Escalation) -> None:
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    await appealed(bench, can_release_in_appeal=True)
    assert await rung(bench, loop, 10 * MINUTE) == {"leads": [OWNER, LEAD]}


async def test_what_the_venue_gives_back_to_us_rings_anew_also_after_the_mark(bench: Bench, loop: Escalation) -> None:
    assert await rung(bench, loop, 18 * MINUTE)
    await appealed(bench)
    assert await rung(bench, loop) == {"mark": [OWNER, LEAD]}
    bench.pass_(30 * MINUTE)
    await appealed(bench, can_release_in_appeal=True)
    assert await rung(bench, loop) == {"leads": [OWNER, LEAD], "duty": [OPERATOR]}
    assert await rung(bench, loop, MINUTE) == {}


async def test_outside_it_rings_from_the_mark_on_and_where_it_is_our_move_five_minutes_after_the_last_stage(
    bench: Bench, loop: Escalation
) -> None:
    await appealed(bench)
    rings = FakeBell()
    bell = OutsideBell(bench.desk, rings)
    bench.seconds = FRESH.paid_at + 20 * MINUTE - 1
    await bell.round()
    assert rings.kinds() == []
    bench.pass_(1)
    await bell.round()
    assert rings.kinds() == [UNANSWERED]
    await appealed(bench, can_release_in_appeal=True)
    async with bench.store.read() as tables:
        (one,) = await unanswered(bench.desk, tables)
    assert one.outside_at == one.since + 15 * MINUTE * 1000


async def test_what_was_to_be_said_of_an_appeal_is_not_said_once_it_is_ours_and_the_other_way_round(
    bench: Bench, loop: Escalation
) -> None:
    async def due() -> set[str]:
        waiting = [one for one in await bench.outbox() if one.notice.startswith("escalated_")]
        assert waiting
        return {task.delivery.notice for task in await deliver.take(bench.desk, waiting)}

    await appealed(bench)
    await loop.round()
    await bench.see(ORDER.id, can_release_in_appeal=True)
    assert await due() == set()
    bench.pass_(20 * MINUTE)
    await loop.round()
    await bench.see(ORDER.id, can_release_in_appeal=False)
    assert await due() == set()
