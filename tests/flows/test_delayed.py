"""A shop with nobody else: armed, stopped, carried out once after a look, or told why not."""

from collections.abc import Awaitable
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import NotAllowed, Unknown, Unreachable
from bot.domain.intents import Action, State
from bot.domain.orders import Side
from bot.domain.situations import LockReason
from bot.domain.staff import Role
from bot.domain.two_people import Waiting
from bot.flows import bank, confirm, duress, freeze, people, reconcile, two_people
from tests.flows.bench import AGENT, LEAD, ORDER, OWNER, VIEWER, Bench, notices
from tests.flows.delayed_bench import STOP, armed, left_alone, now, round_


@pytest.fixture
async def alone(bench: Bench) -> Bench:
    return await left_alone(bench)


async def refused(work: Awaitable[object]) -> NotAllowed:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value


def sale(bench: Bench, number: int, **changes: object) -> str:
    return bench.add(replace(ORDER, id=f"6200000{number}", total=ORDER.total + number + 1, **changes))  # type: ignore[arg-type]


async def quietly(bench: Bench) -> None:
    """Somebody is made to type a PIN, and types the second one."""
    async with bench.store.write() as tables:
        await tables.step_up.begin(AGENT, "salt")
        found = await tables.step_up.pins(AGENT)
        assert found is not None
        await duress.freeze_quietly(bench.desk, tables, found)


async def test_it_goes_out_once_when_its_time_has_come_and_never_before(alone: Bench) -> None:
    approval = await armed(alone)
    assert approval.due_at == alone.now + STOP * 1000
    looks, writes = alone.gate.count("order"), alone.store.commits
    await round_(alone, STOP - 1)
    assert (alone.gate.count("order"), alone.store.commits) == (looks, writes)
    await round_(alone, 1)
    await round_(alone, 1)
    assert alone.gate.count("release") == 1
    ended = await now(alone, approval)
    assert ended.why == "used"
    intent = await alone.intent(str(ended.intent_id))
    assert (intent.state, intent.actor, intent.amount) == (State.DONE, OWNER, Decimal("1000.00"))
    assert await alone.outcomes("release") == ["armed", "sent", "done"]
    assert await alone.outcomes("armed_end") == ["used"]


@pytest.mark.parametrize("by", [OWNER, AGENT])
async def test_whoever_sees_a_reason_stops_it_and_nothing_is_sent(alone: Bench, by: int) -> None:
    approval = await armed(alone)
    await alone.told()
    assert (await refused(two_people.stop(alone.desk, VIEWER, approval.id))).reason == "role_too_low"
    situation = await two_people.stop(alone.desk, by, approval.id)
    assert situation.approval is None
    assert notices(await alone.told(), "armed_ended") == ([] if by == OWNER else [OWNER])
    no = await refused(two_people.stop(alone.desk, by, approval.id))
    assert (no.reason, no.facts["why"]) == ("approval_over", "stopped")
    await round_(alone, STOP + 1)
    assert alone.gate.count("release") == 0
    assert await alone.outcomes("armed_end") == ["stopped"]


async def test_what_is_armed_is_not_armed_again_and_nobody_can_be_its_second(alone: Bench) -> None:
    approval = await armed(alone)
    assert (await refused(alone.open_step(by=OWNER))).reason == "already_armed"
    await alone.told()
    await people.change_role(alone.desk, OWNER, LEAD, Role.LEAD)
    assert (await refused(two_people.say_no(alone.desk, LEAD, approval.id, "other"))).reason == "already_armed"
    assert (await refused(alone.open_step(by=LEAD))).reason == "already_armed"
    ended = await now(alone, approval)
    assert ended.why == "not_alone"  # by now somebody else could look, and must
    assert notices(await alone.told(), "armed_ended") == [OWNER]
    await round_(alone, STOP)
    assert alone.gate.count("release") == 0


async def test_somebody_who_could_be_the_second_by_then_stops_it(alone: Bench) -> None:
    approval = await armed(alone)
    await people.change_role(alone.desk, OWNER, LEAD, Role.LEAD)
    await round_(alone, STOP)
    assert (await now(alone, approval)).why == "not_alone"
    assert alone.gate.count("release") == 0


@pytest.mark.parametrize(
    ("how", "why", "because"),
    [
        ("frozen", "frozen", ""), ("locked", "doubt", "name_differs"), ("changed", "changed", "amount"),
        ("appeal", "changed", ""), ("final", "changed", ""), ("looked", "doubt", "not_there_yet"),
        ("halted", "not_now", "halted"), ("cap", "not_now", "solo_cap"), ("rules", "rules", ""),
    ],
)  # fmt: skip
async def test_what_is_no_longer_so_at_the_end_stops_it_and_is_told(
    alone: Bench, how: str, why: str, because: str
) -> None:
    approval = await armed(alone)
    await alone.told()
    if how == "frozen":
        await freeze.freeze_desk(alone.desk, OWNER)
    elif how == "locked":
        await bank.stop_release(alone.desk, AGENT, ORDER.id, LockReason.NAME_DIFFERS)
    elif how == "looked":
        await bank.not_there_yet(alone.desk, AGENT, ORDER.id)
    elif how == "halted":
        alone.desk.is_halted = True
    elif how == "cap":
        alone.desk.policy = replace(alone.desk.policy, solo_daily_cap=Decimal(999))
    elif how == "rules":
        alone.desk.policy = replace(alone.desk.policy, two_people_above=None)
    else:
        changes: dict[str, dict[str, object]] = {
            "changed": {"amount": Decimal(999)}, "appeal": {"in_appeal": True, "status": "locked"},
            "final": {"status": "finished"},
        }  # fmt: skip
        alone.gate.move(ORDER.id, **changes[how])
    await round_(alone, STOP)
    ended = await now(alone, approval)
    assert ended.why == why
    assert because in ended.because
    assert alone.gate.count("release") == 0
    assert notices(await alone.told(), "armed_ended") == [OWNER]
    assert await alone.outcomes("armed_end") == [why]


async def test_who_lost_the_right_meanwhile_takes_it_along(alone: Bench) -> None:
    await people.change_role(alone.desk, OWNER, LEAD, Role.LEAD)
    alone.desk.people.pop(OWNER)
    decided = await confirm.confirm(alone.desk, LEAD, await alone.open_step(by=LEAD), alone.now)
    assert isinstance(decided, Waiting)
    async with alone.store.read() as tables:
        await alone.desk.read_people(tables)
    await people.freeze_person(alone.desk, OWNER, LEAD, True)
    assert (await now(alone, decided.approval)).why == "first_out"
    await round_(alone, STOP)
    assert alone.gate.count("release") == 0


async def test_a_venue_that_is_away_is_asked_again_until_it_is_too_late(alone: Bench) -> None:
    approval = await armed(alone)
    alone.gate.errors["order"] = [Unreachable("gate", "order", "away")]
    await round_(alone, STOP)
    assert alone.gate.count("release") == 0
    assert (await now(alone, approval)).ended_at is None
    await round_(alone, 1)
    assert alone.gate.count("release") == 0  # a moment between two looks
    await round_(alone, 3)
    assert alone.gate.count("release") == 1


@pytest.mark.parametrize(("late", "released"), [(STOP + 599, 1), (STOP + 600, 0), (86_400, 0)])
async def test_after_a_restart_it_is_carried_out_or_told_that_it_is_too_late(
    alone: Bench, late: float, released: int
) -> None:
    approval = await armed(alone)
    await alone.told()
    alone.pass_(late)
    assert await reconcile.adopt(alone.desk) == 0  # nothing was sent yet: nothing is unknown
    await round_(alone)
    assert alone.gate.count("release") == released
    assert (await now(alone, approval)).why == ("used" if released else "too_late")
    assert notices(await alone.told(), "armed_ended") == ([] if released else [OWNER])


async def test_after_a_start_it_waits_until_every_open_order_was_looked_at(alone: Bench) -> None:
    approval = await armed(alone)
    alone.desk.starting.arm([ORDER.id], [])
    await round_(alone, STOP)
    assert alone.gate.count("release") == 0
    assert (await now(alone, approval)).ended_at is None
    alone.desk.starting.looked(ORDER.id)
    alone.desk.starting.is_list_read = True
    await round_(alone, 1)
    assert alone.gate.count("release") == 1


async def test_the_days_cap_counts_what_is_armed_and_what_went_out(alone: Bench) -> None:
    first, second, third = (sale(alone, number) for number in range(3))
    stopped = await armed(alone, first)
    await two_people.stop(alone.desk, OWNER, stopped.id)  # what was stopped uses nothing
    await armed(alone, second)
    await round_(alone, STOP)
    await armed(alone, third)
    no = await refused(alone.open_step(first, by=OWNER))
    assert (no.reason, no.facts["used"], no.facts["limit"]) == ("solo_cap", "2000.00", "2500")
    await round_(alone, STOP)
    assert alone.gate.count("release") == 2
    assert (await refused(alone.open_step(first, by=OWNER))).reason == "solo_cap"
    alone.pass_(86_400)
    assert await alone.open_step(first, by=OWNER)


async def test_a_lost_answer_of_what_was_armed_is_unknown_and_never_sent_again(alone: Bench) -> None:
    await armed(alone)
    alone.gate.errors["release"] = [Unknown("gate", "release", why="timeout")]
    await round_(alone, STOP)
    for _ in range(5):
        await round_(alone, 30)
    assert alone.gate.count("release") == 1


async def test_what_was_paid_is_told_before_its_deadline(alone: Bench) -> None:
    alone.add(replace(ORDER, side=Side.BUY, status="unpay", paid_at=0, pay_deadline=int(alone.seconds) + 200))
    approval = await armed(alone, action=Action.MARK_PAID)
    assert approval.due_at == (int(alone.seconds) - 2 + 200 - 60) * 1000
    await round_(alone, 140)
    assert alone.gate.count("mark_paid") == 1


async def test_who_asks_a_lead_after_arming_it_does_not_get_it_alone(alone: Bench) -> None:
    approval = await armed(alone)
    await bank.ask_lead(alone.desk, OWNER, ORDER.id, "release")
    await round_(alone, STOP)
    ended = await now(alone, approval)
    assert (ended.why, ended.because) == ("changed", "asked_by_you")
    assert alone.gate.count("release") == 0


async def test_who_asked_a_lead_does_not_arm_it_for_themselves(alone: Bench) -> None:
    await alone.see()
    await bank.ask_lead(alone.desk, OWNER, ORDER.id, "release")
    assert (await refused(alone.open_step(by=OWNER))).reason == "asked_by_you"


async def test_duty_says_nothing_about_who_could_be_the_second(alone: Bench) -> None:
    await people.change_role(alone.desk, OWNER, LEAD, Role.LEAD)
    async with alone.store.write() as tables:
        await tables.staff.set_duty(LEAD, False, alone.now)
        await alone.desk.read_people(tables)
    decided = await confirm.confirm(alone.desk, OWNER, await alone.open_step(by=OWNER), alone.now)
    assert isinstance(decided, Waiting)
    assert not decided.approval.is_armed


async def test_a_clock_that_was_set_back_ends_what_is_armed(alone: Bench) -> None:
    approval = await armed(alone)
    alone.pass_(-3600)
    await round_(alone)
    assert (await now(alone, approval)).why == "too_late"


async def test_wrong_pins_end_what_that_person_armed(alone: Bench) -> None:
    approval = await armed(alone)
    async with alone.store.write() as tables:
        await tables.step_up.begin(OWNER, "salt")
        await tables.step_up.set_first(OWNER, "hash", (), alone.now)
        await tables.step_up.lock(OWNER, alone.now)
    await round_(alone, STOP + 1)
    ended = await now(alone, approval)
    assert alone.gate.count("release") == 0 and (ended.why, ended.because) == ("first_out", "locked")


async def test_a_freeze_inside_the_stop_window_ends_it_for_good_though_the_desk_is_unfrozen_in_time(
    alone: Bench,
) -> None:
    approval = await armed(alone)
    await alone.told()
    await freeze.freeze_desk(alone.desk, OWNER)
    await freeze.unfreeze_desk(alone.desk, OWNER)
    await round_(alone, STOP + 1)
    assert (await now(alone, approval)).why == "frozen" and alone.gate.count("release") == 0
    assert notices(await alone.told(), "armed_ended") == [OWNER], "told, though it was their own freeze"
    assert await alone.outcomes("armed_end") == ["frozen"]
    again = await armed(alone)
    await round_(alone, STOP)
    assert (await now(alone, again)).why == "used"


async def test_a_quiet_freeze_shows_nothing_and_sends_nothing_and_unfreezing_ends_what_waited(alone: Bench) -> None:
    approval = await armed(alone)
    await quietly(alone)
    await alone.told()
    await round_(alone, STOP + 1)
    for _ in range(3):
        await round_(alone, 30)
    assert alone.gate.count("release") == 0 and (await now(alone, approval)).ended_at is None
    assert notices(await alone.told(), "armed_ended") == []
    await freeze.unfreeze_desk(alone.desk, OWNER)
    await round_(alone, 30)
    assert (await now(alone, approval)).why == "not_now" and alone.gate.count("release") == 0
    assert notices(await alone.told(), "armed_ended") == [OWNER]


async def test_under_a_quiet_freeze_it_ends_with_the_words_of_a_gate_that_was_away(alone: Bench) -> None:
    approval = await armed(alone)
    await quietly(alone)
    await round_(alone, STOP + 1)
    await round_(alone, 600)
    assert (await now(alone, approval)).why == "too_late" and alone.gate.count("release") == 0


async def test_a_loud_freeze_over_a_quiet_one_ends_what_waited_at_once(alone: Bench) -> None:
    approval = await armed(alone)
    await quietly(alone)
    await freeze.freeze_desk(alone.desk, OWNER)
    assert (await now(alone, approval)).why == "frozen"


async def test_a_memory_that_cannot_be_written_is_cried_out_seldom_and_nothing_goes_out_until_it_can(
    alone: Bench,
) -> None:
    cries: list[str] = []

    async def hear(why: str) -> None:
        cries.append(why)

    alone.desk.alarm = hear
    approval = await armed(alone)
    alone.broken.add("before:update approvals")
    await round_(alone, STOP)
    for _ in range(5):
        await round_(alone, 3)
    assert len(cries) == 1 and alone.gate.count("release") == 0
    await round_(alone, 300)
    assert len(cries) == 2
    alone.broken.clear()
    await round_(alone, 3)
    assert alone.gate.count("release") == 1 and (await now(alone, approval)).why == "used"


async def test_one_that_cannot_be_carried_out_does_not_hold_up_the_others(
    alone: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    odd, fine = await armed(alone), await armed(alone, sale(alone, 1))
    alone.gate.errors["order"] = [RuntimeError("something odd")]  # type: ignore[list-item] # of no kind that is expected
    await round_(alone, STOP + 1)
    assert (await now(alone, odd)).ended_at is None and (await now(alone, fine)).why == "used"
    assert "armed release of 61000001" in caplog.text
    await round_(alone, 1)
    assert alone.gate.count("release") == 1, "a moment between two tries"
    await round_(alone, 3)
    assert (await now(alone, odd)).why == "used" and alone.gate.count("release") == 2
