"""Rules are made, changed, asked about, armed and dropped by leads only, and every odd wish is a sentence."""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.ad_rules import HOUR_MS, Mode
from bot.domain.ads import Floating, Reference
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.flows import ad_rule, freeze, rule_view
from tests.flows.ad_bench import AD, SECOND
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, OWNER, VIEWER
from tests.flows.rule_bench import RANK_1, Rules, open_rules


@pytest.fixture
async def rules(tmp_path: Path) -> AsyncIterator[Rules]:
    async with open_rules(tmp_path) as opened:
        yield opened


async def no(work: Awaitable[object]) -> str:
    with pytest.raises(NotAllowed) as caught:
        await work
    return caught.value.reason


async def test_a_rule_begins_as_a_dry_run_and_is_journalled(rules: Rules) -> None:
    made = await rules.make("undercut 0.01 floor 7.15 ceiling 7.30 every 30 surplus 500 order 1000 traps 5 band 2")
    rule = made.rule.rule
    assert (made.mode, made.rule.ours, made.rule.person) == (Mode.DRY, Decimal("7.20"), LEAD)
    assert (rule.step, rule.every_seconds, rule.least_surplus, rule.least_order) == (
        Decimal("0.01"),
        30,
        Decimal(500),
        Decimal(1000),
    )
    assert (rule.trap_percent, rule.band_percent) == (Decimal(5), Decimal(2))
    assert [(line.action, line.outcome) for line in await rules.journal()] == [("reprice", "made")]


@pytest.mark.parametrize("by", [VIEWER, AGENT, OPERATOR])
async def test_only_leads_make_arm_and_stop_and_everybody_of_the_staff_looks(rules: Rules, by: int) -> None:
    made = await rules.make()
    asked = await ad_rule.ask(rules.desk, LEAD, made.rule.id, "1")
    assert asked.open_seal is not None
    for work in (
        rules.make(by=by),
        ad_rule.offer(rules.desk, by, AD),
        ad_rule.ask(rules.desk, by, made.rule.id, "1"),
        ad_rule.arm(rules.desk, by, asked.open_seal.id, rules.bench.now),
        ad_rule.halt(rules.desk, by, made.rule.id),
        ad_rule.mean(rules.desk, by, made.rule.id),
        ad_rule.drop(rules.desk, by, made.rule.id),
    ):
        assert await no(work) == "role_too_low"
    assert len(await rule_view.listed(rules.desk, by)) == 1
    assert await no(rule_view.listed(rules.desk, 4711)) == "no_right_here"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("rank 0 floor 7.1 ceiling 7.3", "rule_rank"),
        ("rank 51 floor 7.1 ceiling 7.3", "rule_rank"),
        ("rank 1.5 floor 7.1 ceiling 7.3", "rule_rank"),
        ("rank -1 floor 7.1 ceiling 7.3", "rule_rank"),
        ("undercut 0 floor 7.1 ceiling 7.3", "rule_number"),
        ("undercut -0.01 floor 7.1 ceiling 7.3", "rule_number"),
        ("undercut 0.00001 floor 7.1 ceiling 7.3", "rule_number"),
        ("rank 1 floor 0 ceiling 7.3", "rule_number"),
        ("rank 1 floor 7.12345 ceiling 7.3", "rule_number"),
        ("rank 1 floor 7,1 ceiling 7.3", "rule_number"),
        ("rank 1 floor 1e3 ceiling 7.3", "rule_number"),
        ("rank 1 floor 7.1 ceiling 99999999999999999", "rule_number"),
        ("rank 1 floor 7.3 ceiling 7.1", "rule_bounds"),
        ("rank 1 floor 7.1", "rule_missing"),
        ("floor 7.1 ceiling 7.3", "rule_missing"),
        ("rank 1 floor 7.1 ceiling 7.3 every 9", "rule_every"),
        ("rank 1 floor 7.1 ceiling 7.3 every 3601", "rule_every"),
        ("rank 1 floor 7.1 ceiling 7.3 every x", "rule_every"),
        ("rank 1 floor 7.1 ceiling 7.3 traps 0", "rule_percent"),
        ("rank 1 floor 7.1 ceiling 7.3 traps 51", "rule_percent"),
        ("rank 1 floor 7.1 ceiling 7.3 band 0.001", "rule_percent"),
        ("rank 1 floor 7.1 ceiling 7.3 surplus -5", "rule_number"),
        ("rank 1 undercut 0.01 floor 7.1 ceiling 7.3", "usage"),
        ("rank 1 floor 7.1 ceiling", "usage"),
        ("rank 1 rank 2 floor 7.1 ceiling 7.3", "rule_word"),
        ("rank 1 flour 7.1 ceiling 7.3", "rule_word"),
        ("🙈 1", "rule_word"),
    ],
)
async def test_a_wish_that_cannot_be_is_a_sentence_and_changes_nothing(rules: Rules, words: str, reason: str) -> None:
    assert await no(rules.make(words)) == reason
    assert await rule_view.listed(rules.desk, LEAD) == [] and rules.gate.count("publish_ad") == 0


async def test_an_ad_that_is_not_ours_floats_or_is_closed_gets_no_rule(rules: Rules) -> None:
    assert await no(rules.make(ad_id="12345")) == "not_our_ad"
    rules.elsewhere(SECOND, status="CLOSED")
    assert await no(rules.make(ad_id=SECOND)) == "rule_closed"
    rules.elsewhere(SECOND, status="OPEN", floating=Floating(Reference.GATE, Decimal(1), False))
    assert await no(rules.make(ad_id=SECOND)) == "rule_floats"


async def test_bounds_beside_the_present_price_are_asked_about_first(rules: Rules) -> None:
    asked = await rules.make("rank 1 floor 7.25 ceiling 7.30")
    assert asked.mode is Mode.ASKED and await rule_view.listed(rules.desk, LEAD) == []
    assert await no(ad_rule.mean(rules.desk, OWNER, asked.rule.id)) == "not_your_step"
    meant = await ad_rule.mean(rules.desk, LEAD, asked.rule.id)
    assert meant.mode is Mode.DRY and len(await rule_view.listed(rules.desk, LEAD)) == 1
    assert await no(ad_rule.mean(rules.desk, LEAD, asked.rule.id)) == "rule_over"
    again = await rules.make("rank 1 floor 7.10 ceiling 7.15")
    assert again.mode is Mode.ASKED
    await ad_rule.drop(rules.desk, LEAD, again.rule.id)
    assert await no(ad_rule.mean(rules.desk, LEAD, again.rule.id)) == "rule_over"
    assert [one.rule.id for one in await rule_view.listed(rules.desk, LEAD)] == [asked.rule.id]


async def test_a_changed_rule_keeps_what_was_not_said_and_is_armed_by_nobody(rules: Rules) -> None:
    first = await rules.armed("rank 1 floor 7.10 ceiling 7.30 every 30 traps 5")
    changed = await rules.make("rank 2 band 1", by=OWNER)
    made = changed.rule.rule
    assert (made.rank, made.floor, made.every_seconds, made.trap_percent) == (2, Decimal("7.10"), 30, Decimal(5))
    assert changed.mode is Mode.DRY and (await rule_view.show(rules.desk, LEAD, first)).mode is Mode.GONE
    told = await rules.notices("rule_stopped")
    assert {one.facts["why"] for one in told} == {"changed"} and LEAD in [one.chat_id for one in told]
    await rules.turns(120, 5)
    assert rules.edits() == []


@pytest.mark.parametrize("hours", ["1", "4", "12", "24"])
async def test_arming_is_sealed_over_ad_rule_bounds_and_end(rules: Rules, hours: str) -> None:
    made = await rules.make()
    asked = await ad_rule.ask(rules.desk, LEAD, made.rule.id, hours)
    seal = asked.open_seal
    assert seal is not None and (seal.action, seal.target) == (Action.REPRICE, made.rule.target)
    until = rules.bench.now + int(hours) * HOUR_MS
    wanted = {"rule_floor": "7.10", "rule_ceiling": "7.30", "rule_rank": "1", "until": str(until), "ad": AD}
    assert wanted.items() <= seal.facts.items()
    rules.bench.pass_(60)
    armed = await ad_rule.arm(rules.desk, LEAD, seal.id, rules.bench.now)
    assert (armed.mode, armed.rule.armed_until, armed.rule.seal_id) == (Mode.ARMED, until, seal.id)
    told = await rules.notices("rule_armed")
    assert [(one.chat_id, one.ring) for one in told] == [(GROUP, False)]


@pytest.mark.parametrize("hours", ["0", "2", "25", "-1", "x"])
async def test_no_other_end_can_be_asked_for(rules: Rules, hours: str) -> None:
    made = await rules.make()
    assert await no(ad_rule.ask(rules.desk, LEAD, made.rule.id, hours)) == "stale_button"


async def test_a_step_is_confirmed_once_by_its_opener_not_too_quickly_and_not_too_late(rules: Rules) -> None:
    made = await rules.make()
    asked = await ad_rule.ask(rules.desk, LEAD, made.rule.id, "1")
    assert asked.open_seal is not None
    seal = asked.open_seal.id
    assert await no(ad_rule.arm(rules.desk, LEAD, seal, rules.bench.now)) == "too_quick"
    rules.bench.pass_(2)
    assert await no(ad_rule.arm(rules.desk, OWNER, seal, rules.bench.now)) == "not_your_step"
    await ad_rule.arm(rules.desk, LEAD, seal, rules.bench.now)
    assert await no(ad_rule.arm(rules.desk, LEAD, seal, rules.bench.now)) == "rule_step_over"
    assert await no(ad_rule.ask(rules.desk, OWNER, made.rule.id, "1")) == "rule_armed"
    await ad_rule.halt(rules.desk, LEAD, made.rule.id)
    late = await ad_rule.ask(rules.desk, LEAD, made.rule.id, "1")
    assert late.open_seal is not None
    rules.bench.pass_(121)
    assert await no(ad_rule.arm(rules.desk, LEAD, late.open_seal.id, rules.bench.now)) == "rule_step_over"
    assert not (await rules.rule(made.rule.id)).is_armed


async def test_back_ends_the_step(rules: Rules) -> None:
    made = await rules.make()
    asked = await ad_rule.ask(rules.desk, LEAD, made.rule.id, "1")
    assert asked.open_seal is not None and asked.mode is Mode.DRY
    rules.bench.pass_(2)
    assert (await ad_rule.back(rules.desk, LEAD, made.rule.id)).open_seal is None
    assert await no(ad_rule.arm(rules.desk, LEAD, asked.open_seal.id, rules.bench.now)) == "rule_step_over"


@pytest.mark.parametrize("changes", [{"price": Decimal("7.21")}, {"most": Decimal("400")}, {"terms": "others"}])
async def test_an_ad_that_moved_between_the_two_steps_is_not_armed(rules: Rules, changes: dict[str, Any]) -> None:
    made = await rules.make()
    asked = await ad_rule.ask(rules.desk, LEAD, made.rule.id, "1")
    assert asked.open_seal is not None
    rules.bench.pass_(2)
    rules.elsewhere(**changes)
    assert await no(ad_rule.arm(rules.desk, LEAD, asked.open_seal.id, rules.bench.now)) == "rule_moved"
    assert not (await rules.rule(made.rule.id)).is_armed


async def test_a_rule_that_was_changed_or_dropped_between_the_two_steps_is_not_armed(rules: Rules) -> None:
    for change in ("rank 2", None):
        made = await rules.make()
        asked = await ad_rule.ask(rules.desk, LEAD, made.rule.id, "1")
        assert asked.open_seal is not None
        rules.bench.pass_(2)
        await (rules.make(change, by=OWNER) if change else ad_rule.drop(rules.desk, OWNER, made.rule.id))
        assert await no(ad_rule.arm(rules.desk, LEAD, asked.open_seal.id, rules.bench.now)) == "rule_step_over"


async def test_an_ad_offline_is_armed_by_nobody_and_a_frozen_desk_arms_nothing(rules: Rules) -> None:
    made = await rules.make(RANK_1, SECOND)
    assert await no(ad_rule.ask(rules.desk, LEAD, made.rule.id, "1")) == "rule_offline"
    made = await rules.make()
    asked = await ad_rule.ask(rules.desk, LEAD, made.rule.id, "1")
    assert asked.open_seal is not None
    rules.bench.pass_(2)
    await freeze.freeze_desk(rules.desk, OWNER)
    assert await no(ad_rule.ask(rules.desk, LEAD, made.rule.id, "1")) == "desk_frozen"
    assert await no(ad_rule.arm(rules.desk, LEAD, asked.open_seal.id, rules.bench.now)) == "desk_frozen"


async def test_a_seal_of_another_verb_arms_nothing_and_this_one_changes_no_ad(rules: Rules) -> None:
    made = await rules.make()
    asked = await ad_rule.ask(rules.desk, LEAD, made.rule.id, "1")
    diff = await rules.ask()
    assert asked.open_seal is not None and diff.open_seal is not None
    rules.bench.pass_(2)
    assert await no(ad_rule.arm(rules.desk, LEAD, diff.open_seal.id, rules.bench.now)) == "stale_button"
    assert await no(rules.tap(replace(diff, open_seal=asked.open_seal))) == "stale_button"
    assert rules.edits() == []


async def test_a_step_whose_time_is_over_is_taken_off_its_cards(rules: Rules) -> None:
    made = await rules.make()
    await ad_rule.ask(rules.desk, LEAD, made.rule.id, "1")
    assert (await rules.rule(made.rule.id)).step_ends_at is not None
    await rules.turns(125, 5)
    assert (await rules.rule(made.rule.id)).step_ends_at is None
