"""A form is answered step by step, waits as long as it must, and asks with the market and our own accounts."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.ad_asking import digest_of
from bot.domain.ad_forms import DEMANDS, MEANT, OPTIONAL, Step
from bot.domain.ads import AdStatus, Demands
from bot.domain.errors import Unknown, Unreachable
from bot.domain.listing import Listing
from bot.domain.orders import Side
from bot.flows import ad_form, ad_publish, ad_publish_follow, freeze
from tests.flows.ad_bench import OURS
from tests.flows.ad_form_bench import ALIPAY, ANSWERS, BANK, Stall, open_stall
from tests.flows.bench import LEAD, OPERATOR, OWNER, VIEWER
from tests.flows.convert_bench import no

AWAY = Unreachable("gate", "market_ads", "refused")


@pytest.fixture
async def stall(tmp_path: Path) -> AsyncIterator[Stall]:
    async with open_stall(tmp_path) as opened:
        yield opened


async def test_every_question_is_asked_once_and_the_summary_is_the_end(stall: Stall) -> None:
    form, is_new = await ad_form.begin(stall.desk, LEAD)
    asked = []
    while form.step is not Step.CONFIRM:
        asked.append(form.step)
        form = (await stall.answer(form, ANSWERS.get(form.step, ""))).form
    assert is_new and asked == [step for step in Step if step not in (Step.OFFSET, Step.CONFIRM)]
    assert form.answers["limits"] == "100~5000" and form.answers["verified"] == ""


async def test_a_form_goes_on_where_it_was_left_also_after_a_restart(stall: Stall) -> None:
    form = await stall.fill(upto=Step.LIMITS)
    again, is_new = await ad_form.begin(stall.desk, LEAD)
    assert not is_new and again == form
    assert await ad_form.parked(stall.desk, LEAD) == form
    assert await ad_form.go_on(stall.desk, LEAD, form.id) == form


async def test_two_people_fill_in_a_form_each(stall: Stall) -> None:
    mine, others = await stall.fill(upto=Step.PRICE), await stall.fill(upto=Step.AMOUNT, by=OWNER)
    assert mine.id != others.id
    refused = await no(ad_form.answer(stall.desk, OWNER, mine.id, Step.PRICE, "7.25"))
    assert refused.reason == "ad_form_over"
    assert (await ad_form.go_on(stall.desk, LEAD, mine.id)).step is Step.PRICE


@pytest.mark.parametrize("by", [OPERATOR, VIEWER])
async def test_below_a_lead_nobody_makes_an_ad(stall: Stall, by: int) -> None:
    assert (await no(ad_form.begin(stall.desk, by))).reason == "role_too_low"
    assert (await no(ad_form.like(stall.desk, by, OURS.id))).reason == "role_too_low"


async def test_a_bad_answer_keeps_the_question_and_everything_before_it(stall: Stall) -> None:
    form = await stall.fill(upto=Step.LIMITS)
    assert (await no(ad_form.answer(stall.desk, LEAD, form.id, Step.LIMITS, "5000-100"))).reason == "ad_limits_order"
    assert await ad_form.go_on(stall.desk, LEAD, form.id) == form and stall.gate.drafts == []


async def test_an_answer_to_a_question_that_is_over_changes_nothing(stall: Stall) -> None:
    form = await stall.fill(upto=Step.AMOUNT)
    assert (await no(ad_form.answer(stall.desk, LEAD, form.id, Step.PRICE, "9"))).reason == "ad_form_moved"
    assert (await no(ad_form.choose(stall.desk, LEAD, form.id, Step.PRICE, "9"))).reason == "ad_form_moved"
    assert await ad_form.go_on(stall.desk, LEAD, form.id) == form


async def test_two_answers_at_one_moment_are_one(stall: Stall) -> None:
    form = await stall.fill(upto=Step.AMOUNT)
    work = (ad_form.answer(stall.desk, LEAD, form.id, Step.AMOUNT, text) for text in ("10000", "20000"))
    ended = await asyncio.gather(*work, return_exceptions=True)
    assert sum(isinstance(one, Exception) for one in ended) == 1
    assert (await ad_form.go_on(stall.desk, LEAD, form.id)).step is Step.BASIS


async def test_a_price_is_asked_with_the_best_and_the_middle_of_our_side(stall: Stall) -> None:
    asking = await ad_form.asking(stall.desk, await stall.fill(upto=Step.PRICE))
    assert asking.prices is not None
    assert (asking.prices.best, asking.prices.middle, asking.prices.others) == (Decimal("7.20"), Decimal("7.22"), 3)
    bought = await ad_form.change(stall.desk, LEAD, asking.form.id, Step.SIDE)
    form = (await ad_form.choose(stall.desk, LEAD, bought.form.id, Step.SIDE, "buy")).form
    again = await ad_form.asking(stall.desk, form)
    assert again.prices is not None and again.prices.best == Decimal("7.24")


async def test_our_own_ads_are_no_market(stall: Stall) -> None:
    cheap = replace(stall.gate.market[Side.SELL][0], id=OURS.id, price=Decimal("6"))
    stall.gate.market[Side.SELL].append(cheap)
    stall.gate.mine = [OURS]
    asking = await ad_form.asking(stall.desk, await stall.fill(upto=Step.PRICE))
    assert asking.prices is not None and asking.prices.best == Decimal("7.20")


async def test_a_market_that_cannot_be_read_or_has_nobody_still_takes_a_price(stall: Stall) -> None:
    stall.gate.errors["market_ads"] = [AWAY]
    form = await stall.fill(upto=Step.PRICE)
    assert (await ad_form.asking(stall.desk, form)).prices is not None
    stall.gate.errors["market_ads"] = [AWAY]
    assert (await ad_form.asking(stall.desk, form)).prices is None
    stall.gate.market = {}
    asking = await ad_form.asking(stall.desk, form)
    assert asking.prices is not None and asking.prices.best is None
    assert (await stall.answer(form, "7.25")).form.step is Step.AMOUNT


async def test_accounts_are_offered_masked_and_one_of_a_kind_is_taken(stall: Stall) -> None:
    form = await stall.fill(upto=Step.METHODS)
    asking = await ad_form.asking(stall.desk, form)
    assert [one.shown for one in asking.offered] == ["ICBC ··8821", "ABC ··1234", "Alipay ··-two"]
    form = await stall.tick(form, "ICBC ··8821", "ABC ··1234", "Alipay ··-two")
    assert [(one.kind, one.id) for one in form.methods] == [("bank", "20012"), ("alipay", "30001")]


async def test_a_method_that_is_tapped_twice_is_out_again_and_none_is_not_done(stall: Stall) -> None:
    form = await stall.fill(upto=Step.METHODS)
    first = (await ad_form.asking(stall.desk, form)).offered[0]
    for _ in range(2):
        form = (await ad_form.choose(stall.desk, LEAD, form.id, Step.METHODS, digest_of(first))).form
    assert form.methods == () and form.step is Step.METHODS
    refused = await no(ad_form.choose(stall.desk, LEAD, form.id, Step.METHODS, "done"))
    assert refused.reason == "ad_answer_no_method"
    assert (await no(ad_form.choose(stall.desk, LEAD, form.id, Step.METHODS, "0" * 8))).reason == "stale_button"


async def test_who_buys_names_kinds_only(stall: Stall) -> None:
    form = await stall.fill(upto=Step.METHODS, side="buy")
    asking = await ad_form.asking(stall.desk, form)
    assert [(one.kind, one.id) for one in asking.offered] == [("bank", ""), ("alipay", "")]
    form = await stall.fill(side="buy", methods="bank alipay")
    summary = await stall.confirm(form)
    assert summary.draft.methods == ("bank", "alipay") and summary.draft.method_ids == {}


async def test_accounts_without_details_have_no_number_in_their_words(stall: Stall) -> None:
    bare = replace(BANK, name="6222020200008821", accounts=())
    stall.gate.methods = Listing([bare])
    asking = await ad_form.asking(stall.desk, await stall.fill(upto=Step.METHODS))
    assert [(one.id, one.shown) for one in asking.offered] == [("20011", "…"), ("20012", "…")]


async def test_nothing_is_demanded_with_one_tap(stall: Stall) -> None:
    form = await stall.fill(upto=Step.VERIFIED)
    asking = await ad_form.demand_nothing(stall.desk, LEAD, form.id)
    assert asking.form.step is Step.WINDOW
    assert all(asking.form.answers[step.value] == "" for step in DEMANDS)
    assert (await no(ad_form.demand_nothing(stall.desk, LEAD, form.id))).reason == "ad_form_moved"


async def test_every_demand_can_be_made(stall: Stall) -> None:
    given = {
        "verified": "2", "registered": "30", "least_done": "5", "most_done": "500", "rate": "95", "open_orders": "2",
        "country": "CN", "tier": "1", "traders": "yes", "polymarket": "yes",
    }  # fmt: skip
    summary = await stall.confirm(await stall.fill(Step.CONFIRM, LEAD, **given))
    assert summary.draft.demands == Demands(1, 2, 30, 5, 500, Decimal("95"), 2, "CN", True, True)


async def test_only_what_is_optional_is_passed_over(stall: Stall) -> None:
    form = await stall.fill(upto=Step.WINDOW)
    assert Step.WINDOW not in OPTIONAL
    assert (await no(ad_form.skip(stall.desk, LEAD, form.id, Step.WINDOW))).reason == "ad_answer_empty"


async def test_back_keeps_what_was_answered_and_keep_goes_on(stall: Stall) -> None:
    form = await stall.fill(upto=Step.BASIS)
    for step in (Step.AMOUNT, Step.PRICE, Step.PRICING):
        form = (await ad_form.back(stall.desk, LEAD, form.id)).form
        assert form.step is step and form.has
    assert (await ad_form.keep(stall.desk, LEAD, form.id, Step.PRICING)).form.step is Step.BASIS


async def test_one_line_of_the_summary_is_changed_and_the_summary_stands_again(stall: Stall) -> None:
    form = await stall.fill()
    assert (await ad_form.change(stall.desk, LEAD, form.id, Step.TERMS)).form.step is Step.TERMS
    form = (await ad_form.answer(stall.desk, LEAD, form.id, Step.TERMS, "others")).form
    assert form.step is Step.CONFIRM and form.answer(Step.TERMS) == "others"
    assert (await no(ad_form.change(stall.desk, LEAD, form.id, Step.OFFSET))).reason == "stale_button"


async def test_an_amount_that_makes_the_limits_impossible_asks_for_them_again(stall: Stall) -> None:
    form = await stall.fill()
    await ad_form.change(stall.desk, LEAD, form.id, Step.AMOUNT)
    asking = await ad_form.answer(stall.desk, LEAD, form.id, Step.AMOUNT, "10")
    assert asking.form.step is Step.LIMITS and asking.spoilt == (Step.LIMITS,)


async def test_a_form_that_is_dropped_is_forgotten(stall: Stall) -> None:
    form = await stall.fill()
    await ad_form.drop(stall.desk, LEAD, form.id)
    assert (await stall.now(form.id)).form.answers == {}
    assert (await no(ad_form.go_on(stall.desk, LEAD, form.id))).reason == "ad_form_over"
    assert await stall.outcomes(form.id, "ad_form") == ["begun", "dropped"]
    assert (await ad_form.begin(stall.desk, LEAD))[1]


async def test_a_form_that_nobody_touches_for_a_day_is_over(stall: Stall) -> None:
    form = await stall.fill(upto=Step.TERMS)
    stall.bench.pass_(86_000)
    await stall.answer(form, "still here")
    await stall.rounds(1)
    assert await ad_form.parked(stall.desk, LEAD) is not None
    stall.bench.pass_(86_401)
    await stall.rounds(1)
    assert await ad_form.parked(stall.desk, LEAD) is None
    assert (await stall.outcomes(form.id, "ad_form"))[-1] == "expired"


async def test_like_an_old_ad_everything_stands_at_the_summary(stall: Stall) -> None:
    old = stall.elsewhere("77", methods=("bank", "alipay"), method_count=2,
                          method_ids={"bank": "20012", "alipay": "30001"})  # fmt: skip
    form, is_new = await ad_form.like(stall.desk, LEAD, "77")
    assert is_new and form.step is Step.CONFIRM and form.like == "77"
    summary = await stall.confirm(form)
    assert summary.draft.ad_id is None and summary.draft.terms == old.terms and summary.draft.demands == old.demands
    assert summary.draft.method_ids == {"bank": "20012", "alipay": "30001"}
    assert [one.shown for one in form.methods] == ["ABC ··1234", "Alipay ··-two"]


async def test_an_account_that_is_ours_no_more_is_asked_anew(stall: Stall) -> None:
    stall.elsewhere("77", method_ids={"bank": "99"})
    form, _ = await ad_form.like(stall.desk, LEAD, "77")
    assert form.step is Step.METHODS


async def test_a_closed_ad_is_a_template_too(stall: Stall) -> None:
    stall.elsewhere("77")
    await stall.gate.set_ad_status(ad_id="77", status=AdStatus.CLOSED)
    form, _ = await ad_form.like(stall.desk, LEAD, "77")
    assert form.step is Step.CONFIRM


async def test_somebody_elses_ad_is_no_template(stall: Stall) -> None:
    stall.gate.closed = [replace(OURS, id="78", status="OPEN")]
    assert (await no(ad_form.like(stall.desk, LEAD, "78"))).reason == "not_our_ad"
    assert await ad_form.parked(stall.desk, LEAD) is None


async def test_a_form_that_was_left_comes_before_a_new_one(stall: Stall) -> None:
    left = await stall.fill(upto=Step.PRICE)
    stall.elsewhere("77")
    form, is_new = await ad_form.like(stall.desk, LEAD, "77")
    assert not is_new and form == left


async def test_a_price_near_the_market_is_confirmed_at_once(stall: Stall) -> None:
    summary = await stall.confirm(await stall.fill(price="7.43"))
    assert summary.seal is not None and summary.distance.off == Decimal("2.9")


@pytest.mark.parametrize("price", ["7.44", "7.00", "70", "0.72"])
async def test_a_price_far_from_the_market_is_asked_twice(stall: Stall, price: str) -> None:
    form = await stall.fill(price=price, limits="1-700", amount="100000")
    assert (await stall.confirm(form)).seal is None
    assert (await no(ad_form.mean(stall.desk, LEAD, form.id, "7.25"))).reason == "ad_form_moved"
    form = await ad_form.mean(stall.desk, LEAD, form.id, price)
    assert (await stall.confirm(form)).seal is not None
    await ad_form.change(stall.desk, LEAD, form.id, Step.PRICE)
    form = (await stall.answer(await ad_form.go_on(stall.desk, LEAD, form.id), "7.50")).form
    assert MEANT not in form.answers and (await stall.confirm(form)).seal is None


async def test_an_offset_far_from_its_reference_is_asked_twice_and_anew_when_it_is_another(stall: Stall) -> None:
    form = await stall.fill(pricing="gate", offset="-30")
    summary = await stall.confirm(form)
    assert summary.seal is None and summary.distance.is_offset_far and not summary.distance.is_far
    assert (await no(ad_form.mean(stall.desk, LEAD, form.id, "7.25"))).reason == "ad_form_moved"
    form = await ad_form.mean(stall.desk, LEAD, form.id, "7.25_-30")
    assert (await stall.confirm(form)).seal is not None
    await ad_form.change(stall.desk, LEAD, form.id, Step.OFFSET)
    form = (await stall.answer(await ad_form.go_on(stall.desk, LEAD, form.id), "-31")).form
    assert MEANT not in form.answers and (await stall.confirm(form)).seal is None
    await ad_form.change(stall.desk, LEAD, form.id, Step.OFFSET)
    form = (await stall.answer(await ad_form.go_on(stall.desk, LEAD, form.id), "+3")).form
    assert (await stall.confirm(form)).seal is not None


async def test_a_price_without_a_market_is_asked_twice_and_one_without_rivals_is_not(stall: Stall) -> None:
    form = await stall.fill()
    stall.gate.errors["market_ads"] = [Unknown("gate", "market_ads", why="timeout")]
    summary = await stall.confirm(form)
    assert summary.seal is None and summary.distance.prices is None
    stall.gate.market = {}
    assert (await stall.confirm(form)).seal is not None


async def test_a_pair_that_the_desk_does_not_watch_is_said(stall: Stall) -> None:
    assert (await stall.confirm(await stall.fill())).is_watched
    await ad_form.drop(stall.desk, LEAD, (await ad_form.begin(stall.desk, LEAD))[0].id)
    assert not (await stall.confirm(await stall.fill(pair="BTC USD"))).is_watched


async def test_a_frozen_desk_lets_people_write_but_confirms_nothing(stall: Stall) -> None:
    await freeze.freeze_desk(stall.desk, OWNER)
    form = await stall.fill()
    assert (await no(ad_publish.to_confirm(stall.desk, LEAD, form.id))).reason == "desk_frozen"


async def test_an_unfinished_form_has_no_confirm(stall: Stall) -> None:
    form = await stall.fill(upto=Step.TERMS)
    assert (await no(ad_publish.to_confirm(stall.desk, LEAD, form.id))).reason == "ad_form_moved"


async def test_housekeeping_and_rounds_leave_a_form_alone(stall: Stall) -> None:
    form = await stall.fill(upto=Step.TERMS)
    await ad_publish_follow.round_(stall.desk)
    async with stall.bench.store.write() as tables:
        assert await tables.ad_forms.purge(stall.bench.now) == 0
    assert await ad_form.go_on(stall.desk, LEAD, form.id) == form
    assert ALIPAY.method == "alipay"
