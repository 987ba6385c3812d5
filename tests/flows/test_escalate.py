"""A paid order that nobody answers rings louder and louder, each stage once at each person, over restarts, too."""

from dataclasses import replace

import pytest

from bot.domain.alerts import AlertKind, Loudness, QuietHours
from bot.domain.chat import ChatKind
from bot.domain.orders import Side
from bot.domain.situations import LockReason
from bot.flows import alerts, approve, bank, deliver, snooze, unlock
from bot.flows.duty import set_duty
from bot.flows.escalate import Escalation, unanswered
from storage.outbox import Delivery
from storage.snoozes import Snooze
from storage.store import StoreError
from tests.flows.bench import (
    AGENT,
    GROUP,
    LEAD,
    NOW,
    OPERATOR,
    OPERATOR_2,
    ORDER,
    OWNER,
    RELEASE,
    VIEWER,
    Bench,
    cards,
    notices,
)
from tests.flows.test_alerts import duty
from tests.flows.test_looking import lost_release

FRESH = replace(ORDER, paid_at=NOW, appeal_from=NOW + 1200)
MINUTE = 60


@pytest.fixture
async def paid(bench: Bench) -> Escalation:
    """An order that was just seen paid, told, and the loop at its start."""
    bench.add(FRESH)
    await bench.see()
    await bench.told()
    return Escalation(bench.desk)


async def rung(bench: Bench, loop: Escalation, seconds: float = 0) -> dict[str, list[int]]:
    """What rings after that time: the chats by the stage of their notice; each comes with the card, loud and anew."""
    bench.pass_(seconds)
    await loop.round()
    told = await bench.told()
    said = [one for one in told if one.notice.startswith("escalated_")]
    loud = {one.chat_id: one for one in told if one.kind == "card" and one.ring}
    assert {one.chat_id for one in said} == set(loud)
    assert all(one.ring for one in said) and all(one.repost for one in loud.values())
    found: dict[str, list[int]] = {}
    for one in said:
        found.setdefault(one.notice.removeprefix("escalated_"), []).append(one.chat_id)
    return {stage: sorted(chats) for stage, chats in found.items()}


async def test_nobody_taps_and_it_gets_louder_stage_by_stage(bench: Bench, paid: Escalation) -> None:
    assert await rung(bench, paid, 4.5 * MINUTE) == {}, "nobody has claimed it"
    assert await rung(bench, paid, 0.6 * MINUTE) == {"owners": [OWNER]}
    assert await rung(bench, paid, MINUTE) == {"duty": [OPERATOR]}
    assert await rung(bench, paid, 3.5 * MINUTE) == {}
    assert await rung(bench, paid, MINUTE) == {"leads": [OWNER, LEAD]}
    for _ in range(20):
        assert await rung(bench, paid, MINUTE) == {}
    assert await bench.outcomes("escalated") == ["rung"] * 3


async def test_the_claimer_is_rung_first_and_a_tap_starts_the_waiting_anew(bench: Bench, paid: Escalation) -> None:
    bench.pass_(60)
    await bank.claim(bench.desk, OPERATOR_2, ORDER.id)
    await bench.told()
    assert await rung(bench, paid, 179) == {}
    assert await rung(bench, paid, 1) == {"claimer": [OPERATOR_2]}
    bench.pass_(5)
    await bank.not_there_yet(bench.desk, OPERATOR_2, ORDER.id)
    await bench.told()
    assert await rung(bench, paid, 3 * MINUTE - 1) == {}
    assert await rung(bench, paid, 1) == {"claimer": [OPERATOR_2]}, "another silence is another ring"
    assert await rung(bench, paid, 10 * MINUTE) == {"leads": [OWNER, LEAD], "duty": [OPERATOR]}


async def test_who_was_rung_at_every_stage_is_rung_again_before_the_mark_when_a_tap_is_followed_by_silence(
    bench: Bench, paid: Escalation
) -> None:
    bench.pass_(MINUTE)
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    await bench.told()
    heard = {3: {"claimer": [OPERATOR]}, 6: {"duty": [OPERATOR]}, 10: {"leads": [OWNER, LEAD]}}
    for minute in range(1, 11):
        assert await rung(bench, paid, MINUTE) == heard.get(minute, {}), minute
    bench.pass_(MINUTE)
    await bank.not_there_yet(bench.desk, OPERATOR, ORDER.id)
    await bench.told()
    assert await rung(bench, paid, 2.9 * MINUTE) == {}
    assert await rung(bench, Escalation(bench.desk), 0.1 * MINUTE) == {"claimer": [OPERATOR]}
    assert await rung(bench, Escalation(bench.desk)) == {}, "a restart remembers this waiting, too"
    assert bench.desk.clock.moment_of(FRESH.may_be_forced_at) - bench.now > 2 * MINUTE * 1000
    found = await rung(bench, paid, 3 * MINUTE)
    assert found == {"leads": [OWNER, LEAD], "duty": [OPERATOR]}, "two minutes before the mark"
    commits = bench.store.commits
    for _ in range(300):
        bench.pass_(1)
        await paid.round()
    assert bench.store.commits == commits, "and never in a loop"


async def test_from_two_minutes_before_the_mark_on_no_tap_rings_anybody_a_second_time(
    bench: Bench, paid: Escalation
) -> None:
    assert await rung(bench, paid, 10 * MINUTE) == {"leads": [OWNER, LEAD], "duty": [OPERATOR]}
    bench.pass_(5)
    await bank.not_there_yet(bench.desk, OPERATOR, ORDER.id)
    await bench.told()
    assert await rung(bench, paid, 8 * MINUTE) == {"leads": [OWNER, LEAD], "duty": [OPERATOR]}
    for _ in range(30):
        await bank.not_there_yet(bench.desk, OPERATOR, ORDER.id)
        await bench.told()
        assert await rung(bench, paid, MINUTE / 3) == {}


async def test_a_snooze_that_holds_beyond_what_rang_rings_nobody_each_second(bench: Bench, paid: Escalation) -> None:
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    await bench.told()
    assert await rung(bench, paid, 3 * MINUTE) == {"claimer": [OPERATOR]}
    async with bench.store.write() as tables:
        await tables.snoozes.put(Snooze(ORDER.id, OPERATOR, bench.now + 3_600_000))
    found = [await rung(bench, paid, 10) for _ in range(6 * 20)]
    assert [one for one in found if one] == [{"leads": [OWNER, LEAD], "duty": [OPERATOR]}]


async def test_everybody_on_duty_hears_it_also_who_comes_later(bench: Bench, paid: Escalation) -> None:
    await duty(bench, AGENT, True)
    await rung(bench, paid, 5 * MINUTE)
    assert await rung(bench, paid, MINUTE) == {"duty": [OPERATOR, AGENT]}
    await duty(bench, OPERATOR_2, True)
    assert await rung(bench, paid, 1) == {"duty": [OPERATOR_2]}
    assert await rung(bench, paid, 1) == {}


@pytest.mark.parametrize("tap", ["claim", "look", "step", "words", "lock"])
async def test_every_kind_of_tap_counts(bench: Bench, paid: Escalation, tap: str) -> None:
    bench.pass_(4.5 * MINUTE)
    if tap == "claim":
        await bank.claim(bench.desk, OPERATOR, ORDER.id)
    elif tap == "look":
        await bank.not_there_yet(bench.desk, OPERATOR, ORDER.id)
    elif tap == "step":
        await bench.open_step()
    elif tap == "words":
        await bench.say("one moment")
    else:
        await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    await bench.told()
    assert await rung(bench, paid, 2 * MINUTE) == {}


async def test_what_only_a_lead_may_let_go_on_rings_at_leads_alone(bench: Bench, paid: Escalation) -> None:
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    await bench.told()
    assert await rung(bench, paid, 9.9 * MINUTE) == {}
    assert await rung(bench, paid, 0.1 * MINUTE) == {"leads": [OWNER, LEAD]}
    for _ in range(20):
        assert await rung(bench, paid, MINUTE) == {}


async def test_what_is_stopped_late_rings_at_leads_alone_before_the_mark(bench: Bench, paid: Escalation) -> None:
    bench.pass_(15 * MINUTE)
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.NAME_DIFFERS)
    await bench.told()
    assert await rung(bench, paid, 2.9 * MINUTE) == {}
    assert await rung(bench, paid, 0.1 * MINUTE) == {"leads": [OWNER, LEAD]}


async def test_a_lead_who_lets_it_go_on_has_tapped_and_the_stages_wait_anew(bench: Bench, paid: Escalation) -> None:
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    bench.pass_(7 * MINUTE)
    _, step = await unlock.open_step(bench.desk, LEAD, ORDER.id, "the bank shows it")
    await unlock.carry_out(bench.desk, LEAD, step.id)
    await bench.told()
    assert await rung(bench, paid, 2.9 * MINUTE) == {}
    assert await rung(bench, paid, 0.1 * MINUTE) == {"claimer": [OPERATOR]}


async def test_what_was_to_be_said_to_its_claimer_is_not_said_of_a_sale_stopped_meanwhile(
    bench: Bench, paid: Escalation
) -> None:
    bench.pass_(10 * MINUTE)
    await paid.round()
    waiting = [one for one in await bench.outbox() if one.kind == "notice" and one.ring]
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    tasks = await deliver.take(bench.desk, waiting)
    assert {task.delivery.notice for task in tasks} == {"escalated_leads"}


async def test_a_step_opened_by_whoever_has_the_order_already_is_a_tap_too(bench: Bench, paid: Escalation) -> None:
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    bench.pass_(2.5 * MINUTE)
    await bench.open_step()
    await approve.step_back(bench.desk, OPERATOR, ORDER.id)
    await bench.told()
    assert await rung(bench, paid, 2 * MINUTE) == {}
    assert await rung(bench, paid, MINUTE) == {"claimer": [OPERATOR]}


async def test_a_buyers_words_are_no_tap(bench: Bench, paid: Escalation) -> None:
    bench.pass_(4.5 * MINUTE)
    bench.writes("hello?", kind=ChatKind.TEXT)
    await bench.read()
    await bench.told()
    assert await rung(bench, paid, MINUTE) == {"owners": [OWNER]}


async def test_a_snooze_holds_the_stages_but_never_beyond_two_minutes_before_the_mark(
    bench: Bench, paid: Escalation
) -> None:
    bench.pass_(60)
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    async with bench.store.write() as tables:
        await tables.snoozes.put(Snooze(ORDER.id, OPERATOR, bench.now + 3_600_000))
    await bench.told()
    assert await rung(bench, paid, 16 * MINUTE) == {}
    assert await rung(bench, paid, MINUTE) == {"leads": [OWNER, LEAD], "duty": [OPERATOR]}


async def test_a_snooze_that_rang_starts_the_waiting_anew(bench: Bench, paid: Escalation) -> None:
    bench.pass_(60)
    await snooze.snooze(bench.desk, OPERATOR, ORDER.id)
    bench.pass_(3 * MINUTE)
    await snooze.ring_due(bench.desk)
    assert cards(await bench.told())[OPERATOR].ring
    assert await rung(bench, paid, 2.9 * MINUTE) == {}, "not twice in a minute"
    assert await rung(bench, paid, 0.2 * MINUTE) == {"claimer": [OPERATOR]}


async def test_an_order_paid_long_ago_is_everybodys_at_once_when_the_mark_is_near(bench: Bench) -> None:
    bench.add(replace(ORDER, paid_at=NOW - 1081, appeal_from=0))
    await bench.see()
    await bench.told()
    loop = Escalation(bench.desk)
    assert await rung(bench, loop) == {"leads": [OWNER, LEAD], "duty": [OPERATOR]}
    assert await rung(bench, loop, 600) == {}


async def test_a_person_hears_several_stages_that_fall_together_once(bench: Bench, paid: Escalation) -> None:
    await duty(bench, LEAD, True)
    await bank.claim(bench.desk, LEAD, ORDER.id)
    await bench.told()
    assert await rung(bench, paid, 20 * MINUTE) == {"leads": [OWNER, LEAD], "duty": [OPERATOR]}
    assert await rung(bench, paid, MINUTE) == {}


async def test_nobody_on_duty_the_owners_are_told_at_once_and_rung_again_after_five_minutes(bench: Bench) -> None:
    await duty(bench, OPERATOR, False)
    bench.add(FRESH)
    await bench.see()
    assert cards(await bench.told())[OWNER].ring
    loop = Escalation(bench.desk)
    assert await rung(bench, loop, 4.9 * MINUTE) == {}, "they were told already"
    assert await rung(bench, loop, MINUTE) == {"owners": [OWNER]}


async def test_the_last_one_leaves_duty_and_the_owners_are_rung_once(bench: Bench, paid: Escalation) -> None:
    await set_duty(bench.desk, OPERATOR, False)
    assert cards(await bench.told())[OWNER].ring
    assert await rung(bench, paid, 2) == {}


async def test_whoever_was_on_duty_is_gone_and_the_owners_who_were_not_told_are_rung(
    bench: Bench, paid: Escalation
) -> None:
    await duty(bench, OPERATOR, False)
    assert await rung(bench, paid, 2) == {"alone": [OWNER]}
    assert await rung(bench, paid, 2) == {}


async def test_quiet_hours_and_choices_do_not_silence_it(bench: Bench) -> None:
    await duty(bench, OPERATOR, False)
    await alerts.set_quiet(bench.desk, OWNER, QuietHours(1, 0))
    await alerts.choose(bench.desk, OWNER, AlertKind.NOTICE, Loudness.OFF)
    bench.add(FRESH)
    await bench.see()
    assert not cards(await bench.told())[OWNER].ring
    assert await rung(bench, Escalation(bench.desk), 5 * MINUTE) == {"owners": [OWNER]}


async def test_nothing_rings_for_what_is_released_over_or_bought(bench: Bench) -> None:
    ids = [f"6100000{number}" for number in range(1, 5)]
    for order_id in ids:
        total = FRESH.total + int(order_id[-1])
        bench.add(replace(FRESH, id=order_id, total=total))
        await bench.see(order_id)
    await bench.act(ids[0])
    await bench.see(ids[0], status="finished")
    bench.gate.errors["release"], bench.gate.acts = [], True
    await bench.see(ids[1], status="cancel")
    await bench.see(ids[2], status="finished")
    await bench.see(ids[3], side=Side.BUY)
    await bench.told()
    assert await rung(bench, Escalation(bench.desk), 20 * MINUTE) == {}


async def test_a_release_that_the_venue_took_and_does_not_show_is_told_to_leads_once_and_not_sent_again(
    bench: Bench, paid: Escalation
) -> None:
    bench.pass_(16.5 * MINUTE)
    await bench.act()
    await bench.told()
    assert (await bench.stored()).order.status == "paid"
    assert await rung(bench, paid, 1.9 * MINUTE) == {}, "two minutes before the mark"
    assert await rung(bench, paid, 0.2 * MINUTE) == {"taken": [OWNER, LEAD]}
    for _ in range(20):
        assert await rung(bench, Escalation(bench.desk), MINUTE) == {}
    assert bench.gate.count("release") == 1
    async with bench.store.read() as tables:
        assert await unanswered(bench.desk, tables) == []


async def test_an_unknown_release_is_nobodys_to_answer(bench: Bench, paid: Escalation) -> None:
    await lost_release(bench)
    await bench.told()
    assert await rung(bench, paid, 20 * MINUTE) == {}


async def test_who_has_the_step_open_keeps_it_under_the_thumb(bench: Bench, paid: Escalation) -> None:
    bench.pass_(17.5 * MINUTE)
    await bench.open_step(action=RELEASE)
    await bench.told()
    found = await rung(bench, paid, 0.6 * MINUTE)
    assert OPERATOR not in [chat for chats in found.values() for chat in chats] and LEAD in found["leads"]
    assert await rung(bench, paid, 2 * MINUTE) == {"duty": [OPERATOR]}, "when the step has ended"


async def test_frozen_unreachable_and_reading_people_are_left_out(bench: Bench, paid: Escalation) -> None:
    async with bench.store.write() as tables:
        await tables.orders.claim(ORDER.id, VIEWER, bench.now)
        await tables.staff.set_reachable(OWNER, False)
        await tables.staff.set_frozen(LEAD, True, bench.now)
        await bench.desk.read_people(tables)
    assert await rung(bench, paid, 20 * MINUTE) == {"duty": [OPERATOR]}


async def test_a_new_desk_goes_on_where_the_old_one_died(bench: Bench, paid: Escalation) -> None:
    await rung(bench, paid, 5.1 * MINUTE)
    assert await rung(bench, Escalation(bench.desk)) == {}
    assert await rung(bench, Escalation(bench.desk), MINUTE) == {"duty": [OPERATOR]}


@pytest.mark.parametrize("point", ["before:commit", "before:insert escalation_rings", "before:insert journal"])
async def test_a_desk_that_dies_while_ringing_rings_once(bench: Bench, paid: Escalation, point: str) -> None:
    bench.pass_(5.1 * MINUTE)
    bench.broken.add(point)
    with pytest.raises(StoreError):
        await paid.round()
    bench.broken.clear()
    assert await bench.told() == []
    assert await rung(bench, Escalation(bench.desk)) == {"owners": [OWNER]}
    assert await rung(bench, Escalation(bench.desk)) == {}


async def test_orders_that_were_paid_before_the_desk_knew_of_this_wait_from_now_on(bench: Bench) -> None:
    bench.add(replace(FRESH, appeal_from=0, paid_at=0))
    await bench.see()
    await bench.told()
    async with bench.store.write() as tables:
        await tables.alerts._session.rows("DELETE FROM paid_orders")
    bench.pass_(3600)
    loop = Escalation(bench.desk)
    assert await rung(bench, loop) == {}
    assert await rung(bench, loop, 5.1 * MINUTE) == {"owners": [OWNER]}


async def test_a_quiet_desk_asks_nothing_and_writes_nothing(bench: Bench, paid: Escalation) -> None:
    await rung(bench, paid)
    await paid.round()
    commits = bench.store.commits
    bench.broken |= {"before:select seals", "before:select escalation_rings", "before:begin"}
    for _ in range(20):
        bench.pass_(1)
        await paid.round()
    assert bench.store.commits == commits
    bench.broken.clear()


async def test_what_is_seen_paid_once_more_does_not_wait_anew(bench: Bench, paid: Escalation) -> None:
    await bench.see(status="unconfirmed")
    await bench.see(unread=4)
    await bench.told()
    assert await rung(bench, paid, 5 * MINUTE) == {"owners": [OWNER]}


async def test_the_settings_minutes_are_the_stages(bench: Bench, paid: Escalation) -> None:
    bench.desk.policy = replace(bench.desk.policy, escalate_minutes=(1, 2, 4))
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    await bench.told()
    assert await rung(bench, paid, 60) == {"claimer": [OPERATOR]}
    assert await rung(bench, paid, 60) == {"duty": [OPERATOR]}
    assert await rung(bench, paid, 120) == {"leads": [OWNER, LEAD]}


async def test_the_group_stays_silent(bench: Bench, paid: Escalation) -> None:
    bench.pass_(20 * MINUTE)
    await paid.round()
    told: list[Delivery] = await bench.told()
    assert GROUP not in {one.chat_id for one in told} and notices(told, "escalated_duty") == [OPERATOR]


async def test_what_could_not_be_said_in_time_is_not_said_of_an_order_that_is_over(
    bench: Bench, paid: Escalation
) -> None:
    bench.pass_(6 * MINUTE)
    await paid.round()
    waiting = [one for one in await bench.outbox() if one.chat_id == OPERATOR]
    assert {one.kind for one in waiting if one.ring} == {"notice", "card"}
    await bench.see(status="finished")
    tasks = await deliver.take(bench.desk, waiting)
    assert [(task.delivery.kind, task.delivery.ring) for task in tasks] == [("card", False)]


async def test_what_is_said_in_time_is_loud(bench: Bench, paid: Escalation) -> None:
    bench.pass_(6 * MINUTE)
    await paid.round()
    waiting = [one for one in await bench.outbox() if one.chat_id == OPERATOR]
    tasks = await deliver.take(bench.desk, waiting)
    assert {(task.delivery.kind, task.delivery.ring) for task in tasks} == {("card", True), ("notice", True)}


async def test_a_desk_that_is_killed_while_telling_tells_it_once_more_and_rings_nobody_anew(
    bench: Bench, paid: Escalation
) -> None:
    bench.pass_(6 * MINUTE)
    await paid.round()
    waiting = await bench.outbox()
    await deliver.take(bench.desk, waiting)
    assert await bench.outbox() == []
    await deliver.recover(bench.desk)
    again = await bench.outbox()
    assert sorted(one.id for one in again) == sorted(one.id for one in waiting) and all(one.repeated for one in again)
    assert await rung(bench, Escalation(bench.desk)) == {"owners": [OWNER], "duty": [OPERATOR]}
    assert await rung(bench, Escalation(bench.desk), MINUTE) == {}
