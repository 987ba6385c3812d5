"""The rounds of rules: dry runs that say and send nothing, armed ones that send, alarms, and what costs nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.errors import Unreachable
from bot.domain.orders import Side
from bot.domain.repricing import Why
from bot.flows import ad_rule, rule_view
from bot.flows.reprice import Repricing
from tests.flows.ad_bench import AD, BUYING, SECOND
from tests.flows.bench import GROUP, LEAD, OWNER
from tests.flows.rule_bench import RANK_1, Rules, open_rules

AWAY = Unreachable("gate", "ads_list", "away")


@pytest.fixture
async def rules(tmp_path: Path) -> AsyncIterator[Rules]:
    async with open_rules(tmp_path) as opened:
        yield opened


async def test_without_a_rule_a_round_asks_the_venue_nothing_and_writes_nothing(rules: Rules) -> None:
    rules.gate.calls.clear()
    before = rules.desk.store.commits
    await rules.turns(30)
    assert rules.gate.calls == [] and rules.desk.store.commits == before


async def test_a_dry_run_says_once_what_it_would_do_and_sends_nothing(rules: Rules) -> None:
    made = await rules.make()
    await rules.told()
    await rules.turns(200, 5)
    (told,) = await rules.notices()
    assert (told.chat_id, told.notice, told.ring) == (LEAD, "rule_would", False)
    assert (told.facts["ours"], told.facts["price"], told.facts["best"]) == ("7.20", "7.22", "7.22")
    await rules.turns(130, 5)
    assert await rules.notices() == []
    rules.others("7.21", "7.23")
    await rules.turns(120, 5)
    (told,) = await rules.notices()
    assert told.facts["price"] == "7.21" and rules.edits() == [] and rules.price == Decimal("7.20")
    rule = await rules.rule(made.rule.id)
    assert (rule.why, rule.wished, rule.best) == (Why.AIM, Decimal("7.21"), Decimal("7.21"))


async def test_an_armed_rule_sets_the_price_keeps_it_and_follows_at_most_once_in_its_interval(rules: Rules) -> None:
    await rules.armed()
    await rules.turn()
    assert rules.edits() == [Decimal("7.22")] and rules.price == Decimal("7.22")
    await rules.turns(70)
    assert len(rules.edits()) == 1
    sent_at = rules.bench.now
    for price in ("7.21", "7.19", "7.18", "7.16", "7.15", "7.14"):
        rules.others(price, "7.24")
        await rules.turns(20)
    changes = rules.edits()[1:]
    assert 1 <= len(changes) <= 1 + (rules.bench.now - sent_at) // 60_000
    await rules.turns(70)
    assert rules.price == Decimal("7.14")


@pytest.mark.parametrize("is_another", [False, True])
async def test_an_interval_is_not_cut_short_by_arming_a_rule_anew(rules: Rules, is_another: bool) -> None:
    standing = await rules.make()
    await rules.arm(standing)
    await rules.turn()
    assert rules.edits() == [Decimal("7.22")]
    await ad_rule.halt(rules.desk, LEAD, standing.rule.id)
    await rules.arm(await rules.make() if is_another else standing)
    rules.repricing = Repricing(rules.desk)
    rules.others("7.21", "7.24")
    await rules.turns(40)
    assert len(rules.edits()) == 1, "at most once in 60 s, whoever armed it when"
    await rules.turns(40)
    assert rules.edits() == [Decimal("7.22"), Decimal("7.21")]


async def test_every_change_is_in_the_ledger_and_journalled_under_the_seal_that_armed_it(rules: Rules) -> None:
    rule_id = await rules.armed()
    await rules.turn()
    (intent,) = await rules.intents()
    rule = await rules.rule(rule_id)
    assert (intent.actor, intent.seal_id, intent.arguments["rule"]) == (LEAD, rule.seal_id, rule_id)
    deeds = [(line.actor, line.action, line.outcome) for line in reversed(await rules.journal())]
    assert [deed for deed in deeds if deed[1] == "reprice"] == [
        (LEAD, "reprice", "made"), (LEAD, "reprice", "armed"), (LEAD, "reprice", "done"),
    ]  # fmt: skip
    assert (LEAD, "ad", "sent") in deeds


async def test_bounds_hold_however_low_the_market_falls(rules: Rules) -> None:
    await rules.armed()
    await rules.turn()
    for price in ("7.15", "7.05", "6.90"):
        rules.others(price, price, "7.16")
        await rules.turns(61, 5)
    assert rules.edits() and min(rules.edits()) >= Decimal("7.10") and rules.price >= Decimal("7.10")


async def test_our_own_ads_are_not_competed_with_and_two_rules_leave_each_other_alone(rules: Rules) -> None:
    rules.elsewhere(SECOND, status="OPEN", price=Decimal("7.21"))
    rules.others("7.22", "7.23", ours=(AD, SECOND))
    for ad_id in (AD, SECOND):
        made = await rules.make("undercut 0.01 floor 7.10 ceiling 7.30 every 10", ad_id)
        await rules.arm(made)
    for _ in range(20):
        await rules.turn(10)
        rules.others("7.22", "7.23", ours=(AD, SECOND))
    assert {ad.price for ad in rules.gate.mine if ad.side is Side.SELL} == {Decimal("7.21")}
    assert rules.edits() == [Decimal("7.21")]


async def test_rules_of_one_side_share_one_read_of_the_market(rules: Rules) -> None:
    rules.elsewhere(SECOND, status="OPEN")
    rules.others("7.22", ours=(AD, SECOND))
    await rules.make()
    await rules.make(RANK_1, SECOND)
    rules.gate.calls.clear()
    await rules.turn()
    assert (rules.gate.count("market_ads"), rules.gate.count("my_ads")) == (1, 1)
    await rules.turns(58)
    assert rules.gate.count("market_ads") == 1
    await rules.turns(3)
    assert rules.gate.count("market_ads") == 2


async def test_a_read_of_a_moment_ago_serves_a_rule_that_is_due_a_little_later(rules: Rules) -> None:
    rules.elsewhere(SECOND, status="OPEN")
    rules.others("7.22", ours=(AD, SECOND))
    await rules.make()
    await rules.turn()
    await rules.make(RANK_1, SECOND)
    rules.gate.calls.clear()
    await rules.turn(2)
    assert rules.gate.count("market_ads") == 0
    rule = await rule_view.of_ad(rules.desk, LEAD, SECOND)
    assert rule is not None and rule.rule.why == Why.AIM


async def test_after_a_restart_the_interval_still_counts_from_the_last_change(rules: Rules) -> None:
    await rules.armed()
    await rules.turn()
    rules.others("7.21")
    rules.repricing = Repricing(rules.desk)
    await rules.turns(50)
    assert len(rules.edits()) == 1
    await rules.turns(15)
    assert rules.edits()[1:] == [Decimal("7.21")]


async def test_each_rule_has_an_interval_of_its_own(rules: Rules) -> None:
    await rules.make("rank 1 floor 7.10 ceiling 7.30 every 10")
    rules.gate.calls.clear()
    await rules.turns(40)
    assert rules.gate.count("market_ads") == 4


async def test_a_rule_of_a_buying_ad_looks_at_buyers(rules: Rules) -> None:
    rules.elsewhere(BUYING, price=Decimal("7.00"))
    rules.others("7.05", "7.04", side=Side.BUY, ours=(BUYING,))
    await rules.arm(await rules.make("rank 1 floor 6.90 ceiling 7.10", BUYING))
    await rules.turn()
    assert rules.ad(BUYING).price == Decimal("7.05")


async def test_our_price_outside_its_band_is_told_once_and_once_when_it_is_back(rules: Rules) -> None:
    await rules.make("rank 1 floor 7.10 ceiling 7.30 every 10 band 1")
    await rules.told()
    await rules.turns(30)
    assert await rules.notices("rule_adrift", "rule_back") == []
    rules.others("7.00", "7.01", "7.02")
    await rules.turns(60)
    told = await rules.notices("rule_adrift", "rule_back")
    assert sorted((one.chat_id, one.notice) for one in told) == [
        (GROUP, "rule_adrift"), (OWNER, "rule_adrift"), (LEAD, "rule_adrift"),
    ]  # fmt: skip
    assert (told[0].facts["percent"], told[0].facts["best"], told[0].facts["band"]) == ("2.86", "7.00", "1")
    rules.others("7.20", "7.21")
    await rules.turns(60)
    assert await rules.notices("rule_adrift", "rule_back") == []  # at most one line in fifteen minutes
    await rules.turns(900, 10)
    assert {one.notice for one in await rules.notices("rule_adrift", "rule_back")} == {"rule_back"}


async def test_a_band_that_flaps_gives_one_line_in_fifteen_minutes(rules: Rules) -> None:
    await rules.make("rank 1 floor 7.10 ceiling 7.30 every 10 band 1")
    await rules.told()
    for number in range(90):
        rules.others(*(("7.00", "7.01") if number % 2 else ("7.20", "7.21")))
        await rules.turn(10)
    assert len(await rules.notices("rule_adrift", "rule_back")) <= 3


async def test_after_a_restart_an_armed_rule_goes_on_only_until_its_end(rules: Rules) -> None:
    rule_id = await rules.armed()
    rules.repricing = Repricing(rules.desk)
    await rules.turn()
    assert rules.edits() == [Decimal("7.22")]
    rules.repricing = Repricing(rules.desk)
    rules.others("7.21")
    rules.bench.pass_(3600)
    await rules.turns(61)
    rule = await rules.rule(rule_id)
    assert not rule.is_armed and rule.stopped_why == "ended" and len(rules.edits()) == 1


async def test_a_market_that_cannot_be_read_moves_nothing_and_a_short_while_of_it_stops_nothing(rules: Rules) -> None:
    rule_id = await rules.armed()
    rules.gate.errors["market_ads"] = [AWAY] * 5
    await rules.turns(45)
    assert rules.edits() == [] and (await rules.rule(rule_id)).is_armed
    await rules.turns(10)
    assert rules.edits() == [Decimal("7.22")]


async def test_one_odd_pair_does_not_keep_the_others_from_their_turn(rules: Rules) -> None:
    rules.elsewhere(BUYING, price=Decimal("7.00"), fiat="HKD")
    other = await rules.make("rank 1 floor 6.90 ceiling 7.10 every 10", BUYING)
    await rules.armed()
    await rules.turn()
    assert rules.edits() == [Decimal("7.22")] and (await rules.rule(other.rule.id)).why == Why.NOT_LISTED


async def test_a_list_that_lags_behind_a_change_is_waited_for(rules: Rules) -> None:
    rule_id = await rules.armed("rank 1 floor 7.10 ceiling 7.30 every 10")
    await rules.turn()
    real = rules.gate.mine
    rules.gate.mine = [replace(ad, price=Decimal("7.20")) if ad.id == AD else ad for ad in real]
    await rules.turn(10)
    assert (await rules.rule(rule_id)).is_armed and len(rules.edits()) == 1
    rules.gate.mine = real
    await rules.turn(10)
    assert (await rules.rule(rule_id)).is_armed and len(rules.edits()) == 1
