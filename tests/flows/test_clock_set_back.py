"""Clocks that were wrong, and a venue that does not say since when an order is paid: nobody waits longer for that."""

from dataclasses import replace

import pytest

from bot.domain.errors import NotAllowed, Unknown
from bot.domain.intents import State
from bot.flows import approve, assemble, bank, reconcile, snooze
from bot.flows.escalate import Escalation, unanswered
from bot.flows.outside import OutsideBell
from storage.snoozes import Snooze
from tests.flows.bench import GROUP, LEAD, OPERATOR, ORDER, OWNER, Bench, cards, notices
from tests.flows.test_escalate import FRESH, MINUTE, rung
from tests.flows.test_looking import LOST, lost_release
from tests.flows.test_outside import UNANSWERED, FakeBell

HOUR = 60 * MINUTE
UNDATED = replace(FRESH, paid_at=0, appeal_from=0)


async def seen(bench: Bench, **changes: object) -> Escalation:
    bench.add(replace(FRESH, **changes))  # type: ignore[arg-type]
    await bench.see()
    await bench.told()
    loop = Escalation(bench.desk)
    await loop.round()
    return loop


# the escalation


async def test_an_order_that_was_seen_on_a_fast_clock_waits_from_the_moment_the_clock_is_right(bench: Bench) -> None:
    bench.pass_(HOUR)
    bench.gate.skew = HOUR
    loop = await seen(bench)
    bench.gate.skew = 0
    assert await rung(bench, loop, -HOUR) == {}, "it is not paid for an hour"
    assert await rung(bench, loop, 5 * MINUTE) == {"owners": [OWNER]}
    assert await rung(bench, loop, MINUTE) == {"duty": [OPERATOR]}
    rings = FakeBell()
    bench.pass_(9 * MINUTE)
    await OutsideBell(bench.desk, rings).round()
    assert rings.kinds() == [UNANSWERED]


async def test_the_loop_looks_when_the_clock_is_set_back_though_nothing_was_written(bench: Bench) -> None:
    loop = await seen(bench)
    bench.pass_(-HOUR)
    commits = bench.store.commits
    await loop.round()
    assert bench.store.commits > commits, "what is to come was noted anew"


async def test_a_tap_on_a_fast_clock_holds_nothing_up(bench: Bench) -> None:
    loop = await seen(bench)
    bench.pass_(HOUR)
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    await bench.open_step()
    await bench.told()
    bench.pass_(-HOUR)
    assert await rung(bench, loop, 2 * MINUTE) == {}
    assert await rung(bench, loop, MINUTE) == {"claimer": [OPERATOR]}


async def test_a_step_opened_since_the_clock_is_right_is_a_tap_beside_one_that_is_to_come(bench: Bench) -> None:
    loop = await seen(bench)
    bench.pass_(HOUR)
    await bench.open_step()
    bench.pass_(-HOUR + 2 * MINUTE)
    await bench.open_step()
    await approve.step_back(bench.desk, OPERATOR, ORDER.id)
    await bench.told()
    assert await rung(bench, loop, 2 * MINUTE) == {}
    assert await rung(bench, loop, MINUTE) == {"claimer": [OPERATOR]}


async def test_a_snooze_that_rang_on_a_fast_clock_holds_nothing_up(bench: Bench) -> None:
    loop = await seen(bench)
    async with bench.store.write() as tables:
        await tables.alerts.woke(ORDER.id, bench.now + HOUR * 1000)
    assert await rung(bench, loop, 5 * MINUTE) == {"owners": [OWNER]}


async def test_a_release_that_the_venue_took_on_a_fast_clock_is_told_in_time(bench: Bench) -> None:
    loop = await seen(bench)
    bench.pass_(HOUR)
    await bench.act()
    await bench.told()
    assert await rung(bench, loop, -HOUR + 2 * MINUTE) == {"taken": [OWNER, LEAD]}


async def test_who_was_rung_on_a_fast_clock_is_rung_again(bench: Bench) -> None:
    loop = await seen(bench)
    assert await rung(bench, loop, HOUR) == {"leads": [OWNER, LEAD], "duty": [OPERATOR]}
    assert await rung(bench, loop, -HOUR + 17 * MINUTE) == {"leads": [OWNER, LEAD], "duty": [OPERATOR]}
    assert await rung(bench, loop, MINUTE) == {}


async def test_a_snooze_of_a_fast_clock_rings_at_once_and_holds_no_stage_longer_than_any_can(bench: Bench) -> None:
    loop = await seen(bench, paid_at=0, appeal_from=0)
    bench.pass_(HOUR)
    async with bench.store.write() as tables:
        await tables.alerts.note_paid(ORDER.id, bench.now)
    bench.pass_(-HOUR)
    async with bench.store.write() as tables:
        await tables.snoozes.put(Snooze(ORDER.id, OPERATOR, bench.now + HOUR * 1000))
    await snooze.ring_due(bench.desk)
    assert cards(await bench.told())[OPERATOR].ring
    async with bench.store.write() as tables:  # as long as nobody has looked after it
        await tables.snoozes.put(Snooze(ORDER.id, OPERATOR, bench.now + HOUR * 1000))
        (one,) = await unanswered(bench.desk, tables)
        assert one.outside_at <= one.since + 20 * MINUTE * 1000
        await tables.snoozes.end(ORDER.id)
    assert await rung(bench, loop, 6 * MINUTE) == {"owners": [OWNER], "duty": [OPERATOR]}


@pytest.mark.parametrize("skew", [-600, 0, 600])
async def test_the_mark_is_told_by_the_venues_clock_whatever_ours_shows(bench: Bench, skew: int) -> None:
    bench.gate.skew = skew
    loop = await seen(bench, paid_at=int(bench.seconds) - skew, appeal_from=0)
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    async with bench.store.write() as tables:  # all that holds the stages
        await tables.snoozes.put(Snooze(ORDER.id, OPERATOR, bench.now + 30 * MINUTE * 1000))
    mark = bench.seconds - 1 + 20 * MINUTE
    await bench.told()
    bench.seconds = mark - 2 * MINUTE - 2
    assert await rung(bench, loop) == {}
    assert await rung(bench, loop, 2) == {"leads": [OWNER, LEAD], "duty": [OPERATOR]}
    async with bench.store.write() as tables:
        await tables.snoozes.end(ORDER.id)
    bench.seconds = mark - 3 * MINUTE - 1
    await snooze.snooze(bench.desk, OPERATOR, ORDER.id)
    bench.pass_(2)
    with pytest.raises(NotAllowed) as no:
        await snooze.snooze(bench.desk, OPERATOR, ORDER.id)
    assert no.value.facts["until"] == str(round((mark - skew) * 1000)), "as phones show it"


# no moment of the payment


async def test_without_a_moment_of_the_payment_twenty_minutes_after_the_first_sight_are_the_mark(bench: Bench) -> None:
    loop = await seen(bench, paid_at=0, appeal_from=0)
    since = bench.seconds
    told = await assemble.show(bench.desk, OPERATOR, ORDER.id)
    assert told.forced_by == since + 20 * MINUTE
    for _ in range(17):
        bench.pass_(MINUTE)
        await bank.not_there_yet(bench.desk, OPERATOR, ORDER.id)
        await bench.told()
        assert await rung(bench, loop) == {}
    with pytest.raises(NotAllowed) as no:
        bench.pass_(1)
        await snooze.snooze(bench.desk, OPERATOR, ORDER.id)
    assert no.value.reason == "snooze_past_limit" and no.value.facts["until"] == str(int(told.forced_by * 1000))
    bench.seconds = since + 18 * MINUTE
    await loop.round()
    waiting = [one for one in await bench.told() if one.notice == "escalated_leads"]
    assert [one.facts["latest_at"] for one in waiting] == [str(int(told.forced_by * 1000))] * 2
    assert "act_at" not in waiting[0].facts
    async with bench.store.read() as tables:
        (one,) = await unanswered(bench.desk, tables)
    assert one.outside_at == (since + 20 * MINUTE) * 1000


async def test_a_card_says_the_latest_moment_only_of_a_paid_sale_without_its_own(bench: Bench) -> None:
    await seen(bench)
    assert (await assemble.show(bench.desk, OPERATOR, ORDER.id)).forced_by == 0
    for number, changes in enumerate(({"status": "unpay"}, {"status": "finished"}), start=2):
        bench.add(replace(UNDATED, id=f"6100000{number}", **changes))  # type: ignore[arg-type]
        await bench.see(f"6100000{number}")
        assert (await assemble.show(bench.desk, OPERATOR, f"6100000{number}")).forced_by == 0
    bench.add(replace(UNDATED, id="61000009"))
    for status, is_told in (("paid", True), ("finished", False)):
        await bench.see("61000009", status=status)
        assert bool((await assemble.show(bench.desk, OPERATOR, "61000009")).forced_by) is is_told


# a request without an answer


async def test_a_look_settles_what_was_sent_on_a_fast_clock(bench: Bench) -> None:
    intent = await lost_release(bench)
    bench.pass_(-HOUR)
    await bench.see(status="finished")
    assert (await bench.intent(intent.id)).state is State.DONE


async def test_looks_at_what_was_sent_on_a_fast_clock_are_counted_and_become_rare(bench: Bench) -> None:
    intent = await lost_release(bench)
    bench.pass_(-HOUR)
    asked = bench.gate.count("order")
    for _ in range(180):
        bench.pass_(1)
        await reconcile.look_at_unknown(bench.desk)
    assert bench.gate.count("order") - asked <= 8
    assert (await bench.intent(intent.id)).state is State.VOID, "three equal looks over more than a minute"


async def test_a_look_that_fails_is_not_tried_every_round_after_a_clock_was_set_back(bench: Bench) -> None:
    await lost_release(bench)
    bench.pass_(-HOUR)
    bench.gate.errors["order"] = [Unknown("gate", "order", why="server_error", status=500)] * 99
    asked = bench.gate.count("order")
    for _ in range(10):
        await reconcile.look_at_unknown(bench.desk)
        bench.pass_(0.5)
    assert bench.gate.count("order") - asked == 3, "every two seconds"


async def test_owners_hear_of_an_unknown_outcome_also_when_the_clock_was_set_back(bench: Bench) -> None:
    await lost_release(bench)
    await bench.told()
    bench.gate.errors["order"] = [LOST] * 10
    bench.pass_(-HOUR)
    for _ in range(3):
        await reconcile.look_at_unknown(bench.desk)
        bench.pass_(3)
    assert notices(await bench.told(), "unknown_long") == [GROUP, OWNER]
