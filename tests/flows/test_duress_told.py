"""Under duress each refusal looks like something ordinary that could have happened to that very deed."""

from collections.abc import Awaitable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.errors import DeskError, Unreachable
from bot.domain.step_up import Step
from bot.domain.two_people import Waiting
from bot.flows import ads_all, approve, banks, confirm, freeze, pin_questions, settling
from bot.flows.duress import as_shown
from tests.flows.ad_bench import open_shelf
from tests.flows.bank_bench import open_counter
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, RELEASE, Bench, notices
from tests.flows.convert_bench import open_deal
from tests.flows.deposit_bench import open_links
from tests.flows.step_up_bench import SECOND, no, prove, reply, set_pin, set_second
from tests.flows.test_ads_all import ask, tap


async def force(bench: Bench, by: int) -> None:
    """This person types the second PIN."""
    await set_pin(bench, by=by)
    await set_second(bench, by=by)
    await reply(bench, await pin_questions.ask(bench.desk, by, Step.PROVE, "x"), SECOND)


async def shown(bench: Bench, work: Awaitable[object], by: int) -> DeskError:
    """What the refusal of it looks like to this person."""
    try:
        await work
    except DeskError as error:
        return await as_shown(bench.desk, by, error)
    raise AssertionError("it went on")


async def away(bench: Bench, work: Awaitable[object], by: int) -> str:
    """Who, by that, cannot be reached."""
    seen = await shown(bench, work, by)
    assert isinstance(seen, Unreachable), seen
    return seen.venue


async def test_a_convert_says_that_gate_pay_is_away_at_its_quote_and_at_its_tap(tmp_path: Path) -> None:
    async with open_deal(tmp_path) as deal:
        lost = (await deal.lose(acts=False)).id
        standing = await deal.quote()
        await force(deal.bench, OPERATOR)
        assert await away(deal.bench, deal.tap(standing), OPERATOR) == "gate_pay"
        assert await away(deal.bench, deal.quote(), OPERATOR) == "gate_pay"
        assert await away(deal.bench, deal.again(lost), OPERATOR) == "gate_pay"


async def test_a_payment_link_says_that_mtpay_is_away(tmp_path: Path) -> None:
    async with open_links(tmp_path) as links:
        standing = await links.ask()
        await force(links.bench, LEAD)
        assert await away(links.bench, links.tap(standing), LEAD) == "mtpay"
        assert await away(links.bench, links.ask(), LEAD) == "mtpay"


async def test_bank_accounts_say_that_gate_pay_is_away(tmp_path: Path) -> None:
    async with open_counter(tmp_path) as counter:
        await force(counter.bench, OWNER)
        assert await away(counter.bench, banks.doomed(counter.desk, OWNER, "501"), OWNER) == "gate_pay"
        assert await away(counter.bench, banks.delete(counter.desk, OWNER, "501", "4410"), OWNER) == "gate_pay"


@pytest.mark.parametrize(
    ("target", "venue"), [("conversion/1", "gate_pay"), ("off_ramp/1", "gate_pay"), ("deposit/1", "mtpay")]
)
async def test_a_word_on_what_has_no_outcome_names_the_venue_that_was_asked(
    bench: Bench, target: str, venue: str
) -> None:
    await force(bench, LEAD)
    assert await away(bench, settling.check_may_settle(bench.desk, LEAD, target), LEAD) == venue


async def test_orders_and_ads_say_that_gate_is_away(tmp_path: Path) -> None:
    async with open_shelf(tmp_path) as shelf:
        bench = shelf.bench
        bench.add(ORDER)
        seal = await bench.open_step(by=LEAD)
        off = await ask(shelf, "off")
        await force(bench, LEAD)
        assert await away(bench, bench.confirm(seal, by=LEAD), LEAD) == "gate"
        assert await away(bench, approve.open_step(bench.desk, LEAD, ORDER.id, RELEASE), LEAD) == "gate"
        assert await away(bench, tap(shelf, off), LEAD) == "gate"
        assert await away(bench, ask(shelf, "off"), LEAD) == "gate"


async def test_what_asks_no_venue_looks_like_a_write_that_failed_and_its_line_is_kept_from_the_person(
    bench: Bench,
) -> None:
    await force(bench, OWNER)
    bench.pass_(200)
    await prove(bench, freeze.unfreeze_desk(bench.desk, OWNER), SECOND, by=OWNER)
    refused = await no(freeze.unfreeze_desk(bench.desk, OWNER))
    assert (refused.reason, refused.facts) == ("database", {})
    assert (await bench.journal())[0].facts["reason"] == "pin_2"


async def test_the_end_of_a_quiet_freeze_is_told_to_those_who_saw_it_and_to_nobody_else(bench: Bench) -> None:
    await force(bench, OPERATOR)
    await bench.told()
    await freeze.unfreeze_desk(bench.desk, OWNER)
    told = await bench.told()
    assert sorted(notices(told, "desk_unfrozen")) == sorted([LEAD, OPERATOR_2, AGENT])
    assert not [one for one in told if one.chat_id in (OPERATOR, GROUP) and "froz" in one.notice]


async def test_a_loud_freeze_over_a_quiet_one_ends_for_all_to_see(bench: Bench) -> None:
    await force(bench, OPERATOR)
    await freeze.freeze_desk(bench.desk, LEAD)
    await bench.told()
    await freeze.unfreeze_desk(bench.desk, OWNER)
    assert {OPERATOR, GROUP} <= set(notices(await bench.told(), "desk_unfrozen"))


async def test_a_first_yes_that_ends_with_a_quiet_freeze_tells_its_giver_nothing_of_a_freeze(bench: Bench) -> None:
    bench.desk.policy = replace(bench.desk.policy, two_people_above=Decimal(500))
    seal = await bench.open_step()
    assert isinstance(await confirm.confirm(bench.desk, OPERATOR, seal, bench.now), Waiting)
    await force(bench, OPERATOR)
    await bench.told()
    await freeze.unfreeze_desk(bench.desk, OWNER)
    (ended,) = [one for one in await bench.told() if one.notice == "approval_ended"]
    assert ended.chat_id == OPERATOR
    assert (ended.facts["why"], ended.facts["because"], ended.facts["who"]) == ("not_now", "", "")
    async with bench.store.read() as tables:
        found = await tables.approvals.latest_for(ORDER.id)
    assert found is not None and found.why == "not_now", "a later tap shows it, too"


async def test_a_bulk_move_of_ads_that_a_quiet_freeze_cut_looks_like_a_line_that_broke(tmp_path: Path) -> None:
    async with open_shelf(tmp_path) as shelf:
        off = await ask(shelf, "off")
        async with shelf.desk.store.write() as tables:
            await tables.ad_changes.end_move(off.move.id, shelf.bench.now, sent=True)
            intents = await ads_all.plan_all(shelf.desk, tables, shelf.desk.people[LEAD], off.move, seal_id="s")
        await force(shelf.bench, OPERATOR)
        await ads_all.perform_all(shelf.desk, off.move.id, intents)
        assert {intent.answer for intent in await shelf.intents()} == {"no connection"} and shelf.posts() == []
        assert not [line for line in await shelf.journal() if "frozen" in line.facts.values()]
