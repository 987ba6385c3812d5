"""What stops an armed rule, and what only makes it wait: each is said, and nothing is sent afterwards."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.ad_edits import Wanted
from bot.domain.ad_rules import Mode
from bot.domain.ads import Ad, Floating, Reference
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable, VenueError
from bot.domain.orders import Side
from bot.domain.staff import Role
from bot.flows import ad_follow, ad_rule, freeze, rule_view
from bot.flows.reprice import Repricing, check_of
from tests.flows.ad_bench import AD
from tests.flows.bench import GROUP, LEAD, OWNER
from tests.flows.rule_bench import Rules, open_rules

NO = Refused("gate", "place_biz_push_order", code="70305001", detail="price out of range", status=200)
AWAY = Unreachable("gate", "ads_list", "away")


@pytest.fixture
async def rules(tmp_path: Path) -> AsyncIterator[Rules]:
    async with open_rules(tmp_path) as opened:
        yield opened


async def stopped(rules: Rules, rule_id: str) -> str:
    """Why it is not armed any more; a minute later it has still sent nothing more."""
    rule, sent = await rules.rule(rule_id), len(rules.edits())
    assert not rule.is_armed and rule.is_live
    rules.others("7.15", "7.16")
    await rules.turns(130, 5)
    assert len(rules.edits()) == sent
    return rule.stopped_why


async def test_a_frozen_desk_stops_every_rule_and_says_so(rules: Rules) -> None:
    rule_id = await rules.armed()
    await rules.turn()
    await freeze.freeze_desk(rules.desk, LEAD)
    await rules.turn()
    told = await rules.notices("rule_stopped")
    assert sorted(one.chat_id for one in told) == [GROUP, OWNER, LEAD] and all(one.ring for one in told)
    await freeze.unfreeze_desk(rules.desk, OWNER)
    assert await stopped(rules, rule_id) == "frozen" and len(rules.edits()) == 1


@pytest.mark.parametrize("change", [{"role": Role.OPERATOR}, {"is_frozen": True}, None])
async def test_who_armed_it_must_still_be_a_lead(rules: Rules, change: dict[str, object] | None) -> None:
    rule_id = await rules.armed()
    await rules.turn()
    if change is None:
        del rules.desk.people[LEAD]
    else:
        rules.desk.people[LEAD] = replace(rules.desk.people[LEAD], **change)  # type: ignore[arg-type]
    await rules.turn()
    told = await rules.notices("rule_stopped")
    assert OWNER in [one.chat_id for one in told] and told[0].facts["why"] == "person" and len(rules.edits()) == 1
    rule = (await rule_view.show(rules.desk, OWNER, rule_id)).rule
    assert not rule.is_armed


async def test_at_its_end_a_rule_is_a_dry_run_again_and_tells_quietly(rules: Rules) -> None:
    rule_id = await rules.armed()
    await rules.turn()
    await rules.turns(3600, 20)
    told = await rules.notices("rule_stopped")
    assert {one.facts["why"] for one in told} == {"ended"} and not any(one.ring for one in told)
    assert LEAD in [one.chat_id for one in told]
    assert await stopped(rules, rule_id) == "ended"
    assert [one.chat_id for one in await rules.notices("rule_would")] == [LEAD]


def empty(rules: Rules) -> None:
    rules.gate.market = {}


def without_ours(rules: Rules) -> None:
    rules.others("7.10", "7.11", ours=())


def only_ours(rules: Rules) -> None:
    rules.others()


def unreadable(rules: Rules) -> None:
    rules.gate.errors["market_ads"] = [AWAY] * 1000


def list_unreadable(rules: Rules) -> None:
    rules.gate.errors["my_ads"] = [AWAY] * 1000


@pytest.mark.parametrize("happens", [empty, without_ours, only_ours, unreadable, list_unreadable])
async def test_two_intervals_without_a_market_to_rest_on_stop_it(
    rules: Rules, happens: Callable[[Rules], None]
) -> None:
    rule_id = await rules.armed()
    await rules.turn()
    happens(rules)
    await rules.turns(115)
    assert (await rules.rule(rule_id)).is_armed
    await rules.turns(10)
    rules.gate.errors.clear()
    assert await stopped(rules, rule_id) == "stale" and rules.edits() == [Decimal("7.22")]
    assert {one.facts["why"] for one in await rules.notices("rule_stopped") if one.ring} == {"stale"}


async def test_a_market_that_stands_still_for_hours_is_not_stale(rules: Rules) -> None:
    rule_id = await rules.armed(hours="4")
    await rules.turns(3 * 3600, 30)
    assert (await rules.rule(rule_id)).is_armed and rules.edits() == [Decimal("7.22")]


async def test_three_refusals_in_a_row_stop_it_and_leads_hear_it(rules: Rules) -> None:
    rule_id = await rules.armed()
    rules.gate.errors["publish_ad"] = [NO, NO, NO, NO]
    await rules.turns(300, 5)
    assert rules.gate.count("publish_ad") == 3
    assert await stopped(rules, rule_id) == "refused" and rules.gate.count("publish_ad") == 3


async def test_a_success_between_refusals_begins_the_count_anew(rules: Rules) -> None:
    rule_id = await rules.armed()
    rules.gate.errors["publish_ad"] = [NO, NO]
    await rules.turns(190, 5)
    assert rules.edits() == [Decimal("7.22")]
    rules.gate.errors["publish_ad"] = [NO, NO]
    rules.others("7.21")
    await rules.turns(190, 5)
    assert rules.edits() == [Decimal("7.22"), Decimal("7.21")] and (await rules.rule(rule_id)).is_armed


async def test_a_price_that_somebody_else_set_stops_it(rules: Rules) -> None:
    rule_id = await rules.armed()
    await rules.turn()
    rules.elsewhere(price=Decimal("7.25"))
    await rules.turns(61)
    told = await rules.notices("rule_stopped")
    assert told[0].facts["why"] == "edited" and told[0].facts["ours"] and told[0].ring
    assert await stopped(rules, rule_id) == "edited" and rules.price == Decimal("7.25")


async def test_a_price_that_a_lead_set_on_the_desk_stops_it_too(rules: Rules) -> None:
    rule_id = await rules.armed()
    await rules.turn()
    await rules.act(Wanted(AD, price=Decimal("7.26")))
    await rules.turns(61)
    assert await stopped(rules, rule_id) == "edited" and rules.price == Decimal("7.26")


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"status": "OFFLIN"}, "offline"), ({"floating": Floating(Reference.GATE, Decimal(1), False)}, "floats")],
)
async def test_an_ad_offline_or_floating_stops_it(rules: Rules, changes: dict[str, Any], why: str) -> None:
    rule_id = await rules.armed()
    await rules.turn()
    rules.elsewhere(**changes)
    await rules.turns(61)
    assert await stopped(rules, rule_id) == why and len(rules.edits()) == 1


async def test_an_ad_that_is_in_no_list_any_more_stops_it(rules: Rules) -> None:
    rule_id = await rules.armed()
    rules.gate.mine, gone = [ad for ad in rules.gate.mine if ad.id != AD], rules.ad()
    rules.gate.closed = [replace(gone, status="OFFLIN")]
    await rules.turn()
    assert await stopped(rules, rule_id) == "offline" and rules.edits() == []


@pytest.mark.parametrize("is_listed", [True, False])
async def test_a_rule_of_a_closed_ad_is_told_to_have_stopped_and_ends(rules: Rules, is_listed: bool) -> None:
    rule_id = await rules.armed()
    rules.elsewhere(status="CLOSED")
    rules.gate.closed = [rules.ad()]
    if not is_listed:
        rules.gate.mine = [ad for ad in rules.gate.mine if ad.id != AD]
    await rules.turn()
    assert {one.facts["why"] for one in await rules.notices("rule_stopped")} == {"offline"}
    assert (await rule_view.show(rules.desk, LEAD, rule_id)).mode is Mode.GONE
    assert await rule_view.listed(rules.desk, LEAD) == [] and rules.edits() == []


@pytest.mark.parametrize("is_carried_out", [True, False])
async def test_an_answer_that_got_lost_is_waited_for_and_nothing_is_sent_meanwhile(
    rules: Rules, is_carried_out: bool
) -> None:
    rule_id = await rules.armed("rank 1 floor 7.10 ceiling 7.30 every 10")
    if is_carried_out:
        rules.gate.lost_after = {"publish_ad"}
    else:
        rules.gate.errors["publish_ad"] = [Unknown("gate", "publish_ad", why="timeout")]
    await rules.turn()
    rules.gate.lost_after = set()
    assert (await rule_view.show(rules.desk, LEAD, rule_id)).mode is Mode.PAUSED
    rules.others("7.21", "7.23")
    for _ in range(6):
        await rules.turn(10)
        assert rules.gate.count("publish_ad") == 1
    for _ in range(60):
        rules.bench.pass_(2)
        await ad_follow.round_(rules.desk)
    await rules.turns(12)
    assert (await rule_view.show(rules.desk, LEAD, rule_id)).mode is Mode.ARMED
    assert rules.price == Decimal("7.21")


async def test_a_change_that_was_on_its_way_when_the_desk_died_is_settled_before_the_next_one(rules: Rules) -> None:
    rule_id = await rules.armed("rank 1 floor 7.10 ceiling 7.30 every 10")
    rules.gate.ads_hang = asyncio.Event()
    rules.bench.pass_(1)
    await rules.repricing.round()
    await rules.gate.ads_hang.wait()
    await rules.desk.drain(0)  # the process ends
    rules.gate.ads_hang = None
    assert await ad_follow.adopt(rules.desk) == 1
    rules.repricing = Repricing(rules.desk)
    for _ in range(5):
        await rules.turn(10)
        assert rules.gate.count("publish_ad") == 1
    assert (await rule_view.show(rules.desk, LEAD, rule_id)).mode is Mode.PAUSED
    for _ in range(60):
        rules.bench.pass_(2)
        await ad_follow.round_(rules.desk)
    await rules.turns(12)
    assert rules.gate.count("publish_ad") == 2 and rules.price == Decimal("7.22")


async def test_a_request_that_never_left_is_no_refusal_and_is_made_anew(rules: Rules) -> None:
    rule_id = await rules.armed()
    error: VenueError = Unreachable("gate", "publish_ad", "away")
    rules.gate.errors["publish_ad"] = [error] * 4
    await rules.turns(320, 5)
    assert rules.edits() == [Decimal("7.22")] and (await rules.rule(rule_id)).is_armed


async def test_a_person_stops_it_and_nothing_more_is_sent(rules: Rules) -> None:
    rule_id = await rules.armed()
    await ad_rule.halt(rules.desk, LEAD, rule_id)
    told = await rules.notices("rule_stopped")
    assert sorted(one.chat_id for one in told) == [GROUP, OWNER] and not any(one.ring for one in told)
    assert await stopped(rules, rule_id) == "by_person" and rules.edits() == []


async def test_a_stop_while_the_ad_is_looked_at_is_not_too_late(rules: Rules) -> None:
    rule_id = await rules.armed()
    real = rules.gate.ad

    async def ad(*, ad_id: str) -> Ad:
        await ad_rule.halt(rules.desk, LEAD, rule_id)
        return await real(ad_id=ad_id)

    rules.gate.ad = ad  # type: ignore[method-assign]
    await rules.turn()
    assert rules.gate.count("publish_ad") == 0


async def test_an_ad_that_moved_after_the_list_was_read_is_not_overwritten(rules: Rules) -> None:
    await rules.armed()
    real = rules.gate.ad

    async def ad(*, ad_id: str) -> Ad:
        return replace(await real(ad_id=ad_id), price=Decimal("7.27"))

    rules.gate.ad = ad  # type: ignore[method-assign]
    await rules.turn()
    assert rules.gate.count("publish_ad") == 0


async def test_a_freeze_between_the_look_and_the_request_stops_it(rules: Rules) -> None:
    rule_id = await rules.armed()
    real = rules.gate.ad

    async def ad(*, ad_id: str) -> Ad:
        await freeze.freeze_desk(rules.desk, LEAD)
        return await real(ad_id=ad_id)

    rules.gate.ad = ad  # type: ignore[method-assign]
    await rules.turn()
    assert rules.gate.count("publish_ad") == 0 and (await rules.rule(rule_id)).stopped_why == "frozen"


async def test_a_rule_whose_ad_is_being_changed_by_a_person_waits(rules: Rules) -> None:
    rule_id = await rules.armed()
    rules.gate.errors["publish_ad"] = [Unknown("gate", "publish_ad", why="timeout")]
    await rules.act(Wanted(AD, terms="new terms"))
    await rules.turns(20)
    assert rules.gate.count("publish_ad") == 1 and (await rules.rule(rule_id)).is_armed


async def test_a_clock_that_was_set_back_before_the_arming_ends_it(rules: Rules) -> None:
    rule_id = await rules.armed()
    await rules.turn(-7200)
    assert not (await rules.rule(rule_id)).is_armed and rules.edits() == []


async def test_bounds_that_the_market_left_hold_a_buyer_too(rules: Rules) -> None:
    rules.elsewhere(price=Decimal("7.00"), side=Side.BUY)
    rules.others("7.40", "7.41", side=Side.BUY)
    await rules.arm(await rules.make("undercut 0.01 floor 6.90 ceiling 7.05"))
    await rules.turns(120, 5)
    assert rules.edits() == [] and rules.price == Decimal("7.00")


async def test_the_transaction_that_sends_asks_once_more_whether_the_seal_holds_and_the_price_is_within(
    rules: Rules,
) -> None:
    rule_id = await rules.armed()
    rule = await rules.rule(rule_id)

    async def is_let_through(price: Decimal, seal_id: str = rule.seal_id) -> bool:
        async with rules.desk.store.read() as tables:
            try:
                await check_of(rules.desk, replace(rule, seal_id=seal_id), Wanted(AD, price=price))(tables)
            except NotAllowed:
                return False
            return True

    assert await is_let_through(rule.rule.floor) and await is_let_through(rule.rule.ceiling)
    assert not await is_let_through(rule.rule.floor - Decimal("0.01"))
    assert not await is_let_through(rule.rule.ceiling + Decimal("0.01"))
    assert not await is_let_through(rule.rule.floor, "another seal")
    await ad_rule.halt(rules.desk, LEAD, rule_id)
    assert not await is_let_through(rule.rule.floor)
