"""Our account: who may look, and a change of the shop that is sealed, sent once, and looked at again."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.accounts import PayAccount, PaymentMethod, WorkHours, WorkStatus
from bot.domain.errors import NotAllowed, Unreachable
from bot.domain.intents import Action
from bot.domain.listing import Listing
from bot.domain.shop import Change, End, Standing, Wish
from bot.flows import freeze, reconcile, shop
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, OWNER, VIEWER, Bench
from tests.flows.shop_bench import AWAY, HOURS, OFFICE, REST, WORK, lines, no, opened, sends, sent


async def test_everybody_of_the_staff_sees_the_account_and_strangers_do_not(bench: Bench) -> None:
    bench.gate.methods = Listing([PaymentMethod("bank", "Bank", ("1",), (PayAccount("1", "王五", "****4321"),))])
    found = await shop.look(bench.desk, VIEWER)
    assert (found.profile.nick, found.standing, found.seen_at) == ("Desk", Standing(1), bench.now)
    assert found.methods == bench.gate.methods and not found.is_frozen
    bench.gate.calls.clear()
    assert (await no(shop.look(bench.desk, 4711))).reason == "no_right_here" and bench.gate.calls == []


async def test_without_the_methods_the_rest_is_shown_and_without_the_profile_nothing(bench: Bench) -> None:
    bench.gate.errors["payment_methods"] = [AWAY]
    assert (await shop.look(bench.desk, VIEWER)).methods is None
    bench.gate.errors["profile"] = [AWAY]
    with pytest.raises(Unreachable):
        await shop.look(bench.desk, VIEWER)
    bench.desk.gate = None
    assert (await no(shop.look(bench.desk, VIEWER))).reason == "venue_off"


@pytest.mark.parametrize(("wish", "working"), [(REST, 0), (Wish(WorkStatus.CUSTOM, HOURS), 3)])
async def test_a_change_is_sent_once_looked_at_journalled_and_stands_in_the_groups_record(
    bench: Bench, wish: Wish, working: int
) -> None:
    await bench.told()
    change = await sent(bench, wish)
    assert (change.end, change.now) == (End.DONE, Standing(working, wish.hours))
    assert (sends(bench), bench.gate.own.working, bench.gate.own.hours) == (1, working, wish.hours)
    deed = shop.DEEDS[wish.status]
    assert await lines(bench) == [(LEAD, deed, "sent"), (LEAD, deed, "done")]
    (told,) = await bench.told()
    assert (told.chat_id, told.notice, told.ring) == (GROUP, "shop_set", False)
    assert (told.facts["who"], told.facts["was"], told.facts["end"]) == ("lead 2", "1", "done")


@pytest.mark.parametrize("by", [VIEWER, AGENT, OPERATOR])
async def test_only_leads_change_the_shop(bench: Bench, by: int) -> None:
    step = await opened(bench)
    for work in (
        shop.ask(bench.desk, by, REST),
        shop.ask_hours(bench.desk, by, OFFICE),
        shop.offset(bench.desk, by),
        shop.send(bench.desk, by, step.seal.id, bench.now),
    ):
        assert (await no(work)).reason == "role_too_low"
    assert sends(bench) == 0
    assert (await shop.send(bench.desk, LEAD, step.seal.id, bench.now)).end is End.DONE


async def test_nobody_confirms_the_step_of_another_and_nobody_twice(bench: Bench) -> None:
    step = await opened(bench)
    refused = await no(shop.send(bench.desk, OWNER, step.seal.id, bench.now))
    assert (refused.reason, refused.facts["who"]) == ("not_your_step", "lead 2")
    assert (await shop.send(bench.desk, LEAD, step.seal.id, bench.now)).end is End.DONE
    assert (await no(shop.send(bench.desk, LEAD, step.seal.id, bench.now))).reason == "shop_step_over"
    assert (await no(shop.send(bench.desk, LEAD, "never", bench.now))).reason == "stale_button"
    assert sends(bench) == 1


async def test_of_confirms_at_the_same_moment_one_is_sent(bench: Bench) -> None:
    step, other = await opened(bench), await opened(bench, Wish(WorkStatus.CUSTOM, HOURS), OWNER)
    ended = await asyncio.gather(
        shop.send(bench.desk, LEAD, step.seal.id, bench.now),
        shop.send(bench.desk, LEAD, step.seal.id, bench.now),
        shop.send(bench.desk, OWNER, other.seal.id, bench.now),
        return_exceptions=True,
    )
    await bench.desk.drain(5)
    assert sends(bench) == 1 and sum(isinstance(one, Change) for one in ended) == 1
    assert {one.reason for one in ended if isinstance(one, NotAllowed)} <= {"shop_step_over", "shop_busy"}


async def test_a_tap_too_quick_leaves_the_step_open_and_one_too_late_ends_it(bench: Bench) -> None:
    step = await shop.ask(bench.desk, LEAD, REST)
    bench.pass_(1)
    assert (await no(shop.send(bench.desk, LEAD, step.seal.id, bench.now))).reason == "too_quick"
    bench.pass_(120)
    assert (await no(shop.send(bench.desk, LEAD, step.seal.id, bench.now))).reason == "shop_step_over"
    assert sends(bench) == 0


async def test_a_second_step_of_the_same_person_and_back_end_the_first(bench: Bench) -> None:
    first, second = await opened(bench), await opened(bench)
    assert (await no(shop.send(bench.desk, LEAD, first.seal.id, bench.now))).reason == "shop_step_over"
    await shop.step_back(bench.desk, LEAD)
    assert (await no(shop.send(bench.desk, LEAD, second.seal.id, bench.now))).reason == "shop_step_over"
    assert sends(bench) == 0


async def test_a_shop_that_was_changed_meanwhile_is_not_changed_over(bench: Bench) -> None:
    mine, theirs = await opened(bench, REST), await opened(bench, Wish(WorkStatus.CUSTOM, HOURS), OWNER)
    bench.gate.own = replace(bench.gate.own, working=3, hours=replace(HOURS, end="20:00"))
    assert (await no(shop.send(bench.desk, LEAD, mine.seal.id, bench.now))).reason == "shop_changed"
    bench.gate.own = replace(bench.gate.own, working=1, hours=None)
    assert (await shop.send(bench.desk, OWNER, theirs.seal.id, bench.now)).end is End.DONE
    assert sends(bench) == 1


async def test_own_hours_that_begin_between_the_two_taps_are_no_change(bench: Bench) -> None:
    bench.gate.own = replace(bench.gate.own, working=2, hours=HOURS)
    step = await opened(bench, REST)
    bench.gate.own = replace(bench.gate.own, working=3)
    assert (await shop.send(bench.desk, LEAD, step.seal.id, bench.now)).end is End.DONE


async def test_what_stands_already_is_not_asked_for(bench: Bench) -> None:
    assert (await no(shop.ask(bench.desk, LEAD, WORK))).reason == "shop_same"
    bench.gate.own = replace(bench.gate.own, working=3, hours=HOURS)
    assert (await no(shop.ask_hours(bench.desk, LEAD, OFFICE))).reason == "shop_same"
    assert sends(bench) == 0


async def test_a_frozen_desk_can_rest_and_nothing_else(bench: Bench) -> None:
    step = await opened(bench, Wish(WorkStatus.CUSTOM, HOURS))
    await freeze.freeze_desk(bench.desk, LEAD)
    assert (await no(shop.send(bench.desk, LEAD, step.seal.id, bench.now))).reason == "shop_frozen"
    for work in (shop.offset(bench.desk, LEAD), shop.ask_hours(bench.desk, LEAD, OFFICE)):
        assert (await no(work)).reason == "shop_frozen"
    bench.gate.own = replace(bench.gate.own, working=3, hours=HOURS)
    assert (await no(shop.ask(bench.desk, LEAD, WORK))).reason == "shop_frozen"
    assert sends(bench) == 0 and (await shop.look(bench.desk, VIEWER)).is_frozen
    assert (await opened(bench, REST)).is_frozen
    assert (await sent(bench, REST)).end is End.DONE


async def test_a_desk_whose_memory_cannot_be_written_changes_nothing(bench: Bench) -> None:
    step = await opened(bench)
    bench.desk.is_halted = True
    assert (await no(shop.send(bench.desk, LEAD, step.seal.id, bench.now))).reason == "halted"
    assert sends(bench) == 0


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("hello", "words"), ("09:00-18:00", "days"), ("Mon 25:00-26:00", "clock"), ("Mon 9:00-8:00", "order"),
     ("Mon 9:00-9:00", "same")],
)  # fmt: skip
async def test_hours_that_cannot_be_are_refused_before_gate_is_asked(bench: Bench, typed: str, reason: str) -> None:
    assert (await no(shop.ask_hours(bench.desk, LEAD, typed))).reason == f"shop_hours_{reason}"
    assert bench.gate.calls == []


async def test_hours_are_those_of_the_persons_own_clock(bench: Bench) -> None:
    bench.desk.people[LEAD] = replace(bench.desk.people[LEAD], timezone="Asia/Shanghai")
    step = await shop.ask_hours(bench.desk, LEAD, "每天 09:00-18:00")
    assert step.wish.hours == WorkHours("Daily", (), "8", "09:00", "18:00") and not step.is_moved
    bench.desk.people[LEAD] = replace(bench.desk.people[LEAD], timezone="America/New_York")
    step = await shop.ask_hours(bench.desk, LEAD, "daily 09:00-18:00")
    assert step.wish.hours is not None and step.wish.hours.zone in ("-4", "-5") and step.is_moved
    bench.desk.people[LEAD] = replace(bench.desk.people[LEAD], timezone="Asia/Kolkata")
    assert (await no(shop.offset(bench.desk, LEAD))).facts["offset"] == "+5:30"


async def test_a_step_that_ran_out_is_ended_and_touches_no_order(bench: Bench) -> None:
    step = await opened(bench)
    await bench.told()
    bench.pass_(300)
    await reconcile.end_old_steps(bench.desk)
    assert await bench.told() == []
    async with bench.store.read() as tables:
        seal = await tables.seals.get(step.seal.id)
    assert seal is not None and seal.used_at is not None and seal.action is Action.SHOP


async def test_refusals_are_journalled_with_who_and_why(bench: Bench) -> None:
    await no(shop.ask(bench.desk, LEAD, WORK))
    (line,) = [line for line in await bench.journal() if line.action == "shop_work"]
    assert (line.actor, line.outcome, line.facts["reason"]) == (LEAD, "not_allowed", "shop_same")
