"""All ads off and back on: one question, one answer per ad; and what happens to them while nobody looks."""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.ad_edits import Wanted
from bot.domain.ad_views import MoveStanding
from bot.domain.errors import NotAllowed, Unknown, Unreachable
from bot.domain.intents import Event, State
from bot.flows import ad_follow, ads_all, ads_watch, duty, freeze
from bot.flows.ads_watch import AdsWatch
from tests.flows.ad_bench import AD, BUYING, SECOND, Shelf, open_shelf
from tests.flows.bench import GROUP, LEAD, OPERATOR, OWNER, notices

LOST = Unknown("gate", "set_ad_status", why="timeout")


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with open_shelf(tmp_path) as opened:
        yield opened


async def refused(work: Awaitable[object]) -> str:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value.reason


async def ask(shelf: Shelf, way: str, by: int = LEAD) -> MoveStanding:
    standing = await ads_all.begin(shelf.desk, by, way)
    shelf.bench.pass_(2)
    return standing


async def tap(shelf: Shelf, standing: MoveStanding, by: int = LEAD) -> MoveStanding:
    assert standing.open_seal is not None
    try:
        await ads_all.move(shelf.desk, by, standing.open_seal.id, shelf.bench.clock.now())
    finally:
        await shelf.desk.drain(10)
    return await ads_all.show(shelf.desk, LEAD, standing.move.id)


def states(shelf: Shelf) -> dict[str, str]:
    return {ad.id: ad.status for ad in shelf.gate.mine}


async def test_all_that_is_online_goes_offline_by_one_request_each_and_comes_back(shelf: Shelf) -> None:
    off = await ask(shelf, "off")
    assert [ad.id for ad in off.move.ads] == [AD, BUYING]
    done = await tap(shelf, off)
    assert [one.intent.state for one in done.changes if one.intent] == [State.DONE, State.DONE]
    assert states(shelf) == {AD: "OFFLIN", SECOND: "OFFLIN", BUYING: "OFFLIN"}
    assert sorted(shelf.posts()) == [("set_ad_status", f"{AD}/3"), ("set_ad_status", f"{BUYING}/3")]
    assert notices(await shelf.told(), "ads_moved_all") == [GROUP]
    on = await ask(shelf, "on")
    assert [ad.id for ad in on.move.ads] == [AD, BUYING], "what was offline before stays offline"
    await tap(shelf, on)
    assert states(shelf) == {AD: "OPEN", SECOND: "OFFLIN", BUYING: "OPEN"}


async def test_a_result_per_ad_one_lost_one_done(shelf: Shelf) -> None:
    off = await ask(shelf, "off")
    shelf.gate.errors["set_ad_status"] = [LOST]
    done = await tap(shelf, off)
    assert sorted(one.intent.state for one in done.changes if one.intent) == [State.DONE, State.UNKNOWN]
    await shelf.rounds(80)
    done = await ads_all.show(shelf.desk, LEAD, off.move.id)
    assert sorted(one.intent.state for one in done.changes if one.intent) == [State.DONE, State.VOID]
    assert len(shelf.posts()) == 2


async def test_an_ad_on_which_something_has_no_outcome_is_left_out_and_named(shelf: Shelf) -> None:
    shelf.gate.errors["publish_ad"] = [Unknown("gate", "publish_ad", why="timeout")]
    await shelf.act(Wanted(AD, window=30))
    done = await tap(shelf, await ask(shelf, "off"))
    assert done.skipped == (AD,) and states(shelf)[BUYING] == "OFFLIN"
    assert ("set_ad_status", f"{AD}/3") not in shelf.posts()


async def test_a_market_that_moved_since_the_question_is_asked_about_anew(shelf: Shelf) -> None:
    off = await ask(shelf, "off")
    shelf.elsewhere(SECOND, status="OPEN")
    assert await refused(tap(shelf, off)) == "ads_moved"
    off = await ask(shelf, "off")
    shelf.elsewhere(AD, price=Decimal("7.33"))
    assert await refused(tap(shelf, off)) == "ads_moved"
    assert shelf.posts() == []


async def test_a_double_tap_sends_each_request_once(shelf: Shelf) -> None:
    off = await ask(shelf, "off")
    await tap(shelf, off)
    assert await refused(tap(shelf, off)) in ("ad_step_used", "ad_step_over", "ads_none_online")
    assert len(shelf.posts()) == 2


async def test_nobody_below_a_lead_and_nobody_else_confirms_and_an_old_question_ends(shelf: Shelf) -> None:
    assert await refused(ads_all.begin(shelf.desk, OPERATOR, "off")) == "role_too_low"
    assert await refused(ads_all.begin(shelf.desk, LEAD, "on")) == "ads_none_to_bring_back"
    off = await ask(shelf, "off")
    assert await refused(tap(shelf, off, OWNER)) == "not_your_step"
    await ads_all.back(shelf.desk, LEAD, off.move.id)
    assert await refused(tap(shelf, off)) in ("ad_step_used", "ad_step_over")
    late = await ask(shelf, "off")
    await shelf.rounds(130, every=5)
    assert await refused(tap(shelf, late)) in ("ad_step_used", "ad_step_over")
    assert shelf.posts() == []


async def test_a_frozen_desk_moves_none_and_one_frozen_in_between_no_more(shelf: Shelf) -> None:
    off = await ask(shelf, "off")
    await freeze.freeze_desk(shelf.desk, OWNER)
    assert await refused(tap(shelf, off)) == "desk_frozen" and shelf.posts() == []


async def test_what_was_only_planned_when_the_desk_died_is_void_and_what_was_sent_is_unknown(shelf: Shelf) -> None:
    lead = shelf.desk.people[LEAD]
    off = await ask(shelf, "off")
    async with shelf.desk.store.write() as tables:
        intents = await ads_all.plan_all(shelf.desk, tables, lead, off.move, seal_id="s")
        await tables.intents.move(intents[0].id, frm=State.PLANNED, event=Event.SENDING, at=1)
    assert await ad_follow.adopt(shelf.desk) == 2
    assert [intent.state for intent in await shelf.intents()] == [State.VOID, State.UNKNOWN]
    await shelf.rounds(80)
    assert [intent.state for intent in await shelf.intents()] == [State.VOID, State.VOID] and shelf.posts() == []


async def test_a_move_whose_desk_died_is_told_to_the_group_by_the_next_one_once(shelf: Shelf) -> None:
    lead = shelf.desk.people[LEAD]
    off = await ask(shelf, "off")
    async with shelf.desk.store.write() as tables:
        await tables.ad_changes.end_move(off.move.id, shelf.bench.now, sent=True)
        await ads_all.plan_all(shelf.desk, tables, lead, off.move, seal_id="s")
    for _ in range(2):
        await ad_follow.adopt(shelf.desk)
        await ads_all.adopt(shelf.desk)
    told = [one for one in await shelf.told() if one.notice == "ads_moved_all"]
    assert [(one.chat_id, one.facts["failed"]) for one in told] == [(GROUP, "2")]
    await tap(shelf, await ask(shelf, "off"))
    await shelf.told()
    await ads_all.adopt(shelf.desk)
    assert notices(await shelf.told(), "ads_moved_all") == []


async def watch(shelf: Shelf, guard: AdsWatch, seconds: float) -> None:
    for _ in range(int(seconds // 5)):
        shelf.bench.pass_(5)
        await guard.round()
        await shelf.desk.drain(5)


async def test_when_the_last_goes_off_duty_taking_ads_offline_is_offered_once(shelf: Shelf) -> None:
    guard = AdsWatch(shelf.desk)
    async with shelf.desk.store.write() as tables:
        await tables.staff.set_duty(OPERATOR, False, shelf.bench.now)
        await shelf.desk.read_people(tables)
    await watch(shelf, guard, 120)
    assert notices(await shelf.told(), "ads_off_offered") == [], "a shop that never uses the bell is not left alone"
    await duty.set_duty(shelf.desk, OPERATOR, True)
    await watch(shelf, guard, 10)
    await duty.set_duty(shelf.desk, OPERATOR, False)
    await watch(shelf, guard, 50)
    assert notices(await shelf.told(), "ads_off_offered") == []
    await watch(shelf, guard, 200)
    assert notices(await shelf.told(), "ads_off_offered") == [OWNER, LEAD]
    await watch(shelf, AdsWatch(shelf.desk), 200)
    assert notices(await shelf.told(), "ads_off_offered") == [], "not again after a restart"
    assert shelf.posts() == []


async def test_who_comes_and_goes_between_two_rounds_makes_the_next_absence_another_one(shelf: Shelf) -> None:
    guard = AdsWatch(shelf.desk)
    await duty.set_duty(shelf.desk, OPERATOR, False)
    await watch(shelf, guard, 120)
    assert notices(await shelf.told(), "ads_off_offered") == [OWNER, LEAD]
    await duty.set_duty(shelf.desk, OPERATOR, True)
    shelf.bench.pass_(1)
    await duty.set_duty(shelf.desk, OPERATOR, False)
    await watch(shelf, guard, 50)
    assert notices(await shelf.told(), "ads_off_offered") == [], "a minute alone, counted anew"
    await watch(shelf, guard, 60)
    assert notices(await shelf.told(), "ads_off_offered") == [OWNER, LEAD]


async def test_a_blind_desk_offers_it_and_does_it_where_an_owner_switched_that_on(shelf: Shelf) -> None:
    guard = AdsWatch(shelf.desk)
    shelf.desk.blind_since = shelf.bench.now
    await watch(shelf, guard, 120)
    assert notices(await shelf.told(), "ads_off_offered") == [OWNER, LEAD] and shelf.posts() == []
    shelf.desk.blind_since = None
    await watch(shelf, guard, 10)
    assert await refused(ads_watch.auto(shelf.desk, LEAD, ["blind"])) == "role_too_low"
    assert (await ads_watch.auto(shelf.desk, OWNER, ["blind"])).kinds == ("blind",)
    shelf.desk.blind_since = shelf.bench.now
    shelf.gate.errors["my_ads"] = [Unreachable("gate", "my_ads", "away")] * 2
    await watch(shelf, guard, 120)
    assert states(shelf)[AD] == states(shelf)[BUYING] == "OFFLIN" and len(shelf.posts()) == 2
    told = await shelf.told()
    assert notices(told, "ads_moved_all") == [GROUP, OWNER, LEAD]
    shelf.gate.mine = [replace(ad, status="OPEN") for ad in shelf.gate.mine]
    await watch(shelf, guard, 120)
    assert len(shelf.posts()) == 2, "once per absence: who brought them back meant it"


async def test_it_is_not_done_unasked_for_an_owner_who_has_left_or_on_a_frozen_desk(shelf: Shelf) -> None:
    await ads_watch.auto(shelf.desk, OWNER, ["both"])
    await freeze.freeze_desk(shelf.desk, OWNER)
    shelf.desk.blind_since = shelf.bench.now
    await watch(shelf, AdsWatch(shelf.desk), 120)
    assert shelf.posts() == [] and notices(await shelf.told(), "ads_off_offered") == [OWNER, LEAD]


async def test_what_was_switched_on_for_one_kind_of_absence_is_not_done_for_the_other(shelf: Shelf) -> None:
    await ads_watch.auto(shelf.desk, OWNER, ["duty"])
    shelf.desk.blind_since = shelf.bench.now
    await watch(shelf, AdsWatch(shelf.desk), 120)
    assert shelf.posts() == [] and notices(await shelf.told(), "ads_off_offered") == [OWNER, LEAD]
