"""A new ad is sent once; its number is found in the list; what has no answer is looked for and never sent again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.ad_asking import digest_of_ads
from bot.domain.ad_forms import Step
from bot.domain.ad_sendings import Phase
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.domain.intents import State
from bot.domain.orders import Side
from bot.flows import ad_form, ad_publish, ad_publish_follow, ad_publish_view, freeze
from storage.errors import StoreError
from tests.flows.ad_form_bench import Stall, open_stall
from tests.flows.bench import GROUP, LEAD, OPERATOR, OWNER, notices
from tests.flows.convert_bench import no

FILTERED = Refused("gate", "publish_ad", code="70305102", detail="risk control: remove contact details", status=200)
SEND = ad_publish.send


@pytest.fixture
async def stall(tmp_path: Path) -> AsyncIterator[Stall]:
    async with open_stall(tmp_path) as opened:
        yield opened


def ids(stall: Stall) -> list[str]:
    return [ad.id for ad in stall.gate.mine]


async def test_a_confirmed_form_is_one_request_and_its_number_is_found(stall: Stall) -> None:
    standing = await stall.send(await stall.fill())
    assert standing.phase is Phase.LOOKING and len(stall.gate.drafts) == 1
    await stall.rounds(1)
    standing = await stall.now(standing.form.id)
    assert standing.phase is Phase.PUBLISHED and standing.sending is not None
    assert ids(stall) == [standing.sending.ad_id]
    assert await stall.outcomes(standing.form.id) == ["sent", "done", "found"]
    assert notices(await stall.bench.outbox(), "ad_published") == [GROUP]
    await stall.rounds(120)
    assert len(stall.gate.drafts) == 1 and (await stall.intents(standing.form.id))[0].state is State.DONE


async def test_the_first_request_has_the_forms_own_id_and_knows_what_was_listed(stall: Stall) -> None:
    stall.elsewhere("77")
    standing = await stall.send(await stall.fill())
    (intent,) = await stall.intents(standing.form.id)
    assert intent.id == standing.form.id and intent.target == f"ad/new/{standing.form.id}"
    assert intent.arguments == {"known": "77"} and intent.amount == Decimal("1000") and intent.asset == "USDT"
    await stall.rounds(1)
    found = (await stall.now(standing.form.id)).sending
    assert found is not None and found.ad_id not in ("", "77")


async def test_everything_is_stored_before_anything_leaves(stall: Stall) -> None:
    form = await stall.fill()
    seen: list[State] = []

    async def look() -> None:
        seen.extend([one.state for one in await stall.intents(form.id)])

    stall.gate.before["publish_ad"] = look
    await stall.send(form)
    assert seen == [State.SENT]


async def test_many_taps_send_one_request(stall: Stall) -> None:
    summary = await stall.confirm(await stall.fill())
    assert summary.seal is not None
    taps = (SEND(stall.desk, LEAD, summary.seal.id, stall.bench.now) for _ in range(5))
    ended = await asyncio.gather(*taps, return_exceptions=True)
    await stall.desk.drain(5)
    assert len(stall.gate.drafts) == 1
    refused = [one.reason for one in ended if isinstance(one, NotAllowed)]
    assert len(refused) == 4 and set(refused) <= {"ad_form_used", "ad_form_sent"}


async def test_a_quick_thumb_and_a_late_one_send_nothing(stall: Stall) -> None:
    form = await stall.fill()
    quick = await stall.confirm(form, read_for=1.1)
    assert quick.seal is not None
    assert (await no(SEND(stall.desk, LEAD, quick.seal.id, stall.bench.now))).reason == "too_quick"
    late = await stall.confirm(form, read_for=stall.desk.policy.approval_seconds)
    assert late.seal is not None
    assert (await no(SEND(stall.desk, LEAD, late.seal.id, stall.bench.now))).reason == "ad_form_step_over"
    assert stall.gate.drafts == [] and (await ad_form.go_on(stall.desk, LEAD, form.id)).step is Step.CONFIRM


async def test_only_the_lead_who_filled_it_in_sends_it(stall: Stall) -> None:
    summary = await stall.confirm(await stall.fill())
    assert summary.seal is not None
    assert (await no(SEND(stall.desk, OPERATOR, summary.seal.id, stall.bench.now))).reason == "role_too_low"
    assert (await no(SEND(stall.desk, OWNER, summary.seal.id, stall.bench.now))).reason == "not_your_step"
    assert stall.gate.drafts == []


async def test_a_lead_who_lost_the_role_meanwhile_sends_nothing(stall: Stall) -> None:
    summary = await stall.confirm(await stall.fill())
    assert summary.seal is not None

    async def demote() -> None:
        stall.desk.people[LEAD] = replace(stall.desk.people[LEAD], role=stall.desk.people[OPERATOR].role)

    stall.gate.before["my_ads"] = demote
    assert (await no(SEND(stall.desk, LEAD, summary.seal.id, stall.bench.now))).reason == "role_too_low"
    assert stall.gate.drafts == []


async def test_a_frozen_desk_sends_nothing(stall: Stall) -> None:
    summary = await stall.confirm(await stall.fill())
    await freeze.freeze_desk(stall.desk, OWNER)
    assert summary.seal is not None
    assert (await no(SEND(stall.desk, LEAD, summary.seal.id, stall.bench.now))).reason == "desk_frozen"
    assert stall.gate.drafts == []


async def test_a_form_that_was_changed_after_its_confirm_is_not_sent(stall: Stall) -> None:
    form = await stall.fill()
    summary = await stall.confirm(form)
    await ad_form.change(stall.desk, LEAD, form.id, Step.TERMS)
    await ad_form.answer(stall.desk, LEAD, form.id, Step.TERMS, "others")
    assert summary.seal is not None
    assert (await no(SEND(stall.desk, LEAD, summary.seal.id, stall.bench.now))).reason == "ad_form_step_over"
    assert stall.gate.drafts == []


@pytest.mark.parametrize("key", ["price", "terms", "auto_reply", "methods", "limits", "rate", "window"])
async def test_answers_other_than_the_sealed_ones_are_not_sent(stall: Stall, key: str) -> None:
    form = await stall.fill()
    summary = await stall.confirm(form)
    others = {"methods": '[["alipay","30001","x"]]', "limits": "1~2", "price": "7.26", "rate": "9", "window": "20"}
    async with stall.bench.store.write() as tables:
        answers = {**form.answers, key: others.get(key, "others")}
        await tables.ad_forms.move(form.id, frm=form.step, to=form.step, answers=answers, at=stall.bench.now)
    assert summary.seal is not None
    assert (await no(SEND(stall.desk, LEAD, summary.seal.id, stall.bench.now))).reason == "ad_form_moved"
    assert stall.gate.drafts == []


async def test_a_list_that_cannot_be_read_before_it_leaves_sends_nothing(stall: Stall) -> None:
    summary = await stall.confirm(await stall.fill())
    assert summary.seal is not None
    stall.gate.errors["my_ads"] = [Unreachable("gate", "my_ads", "refused")]
    with pytest.raises(Unreachable):
        await SEND(stall.desk, LEAD, summary.seal.id, stall.bench.now)
    assert stall.gate.drafts == []
    await SEND(stall.desk, LEAD, summary.seal.id, stall.bench.now)
    await stall.desk.drain(5)
    assert len(stall.gate.drafts) == 1


async def test_a_full_memory_sends_nothing(stall: Stall) -> None:
    summary = await stall.confirm(await stall.fill())
    assert summary.seal is not None
    stall.bench.broken.add("before:commit")
    with pytest.raises(StoreError):
        await SEND(stall.desk, LEAD, summary.seal.id, stall.bench.now)
    stall.bench.broken.clear()
    assert stall.gate.drafts == []


async def test_what_the_filter_refuses_keeps_the_form_and_is_sent_anew_when_a_text_is_another(stall: Stall) -> None:
    stall.gate.errors["publish_ad"] = [FILTERED]
    stall.gate.drafts.clear()
    standing = await stall.send(await stall.fill(terms="write to me elsewhere"))
    assert standing.phase is Phase.REFUSED and standing.intent is not None
    assert standing.intent.answer == "70305102: risk control: remove contact details" and ids(stall) == []
    form = await ad_form.go_on(stall.desk, LEAD, standing.form.id)
    assert form.answer(Step.TERMS) == "write to me elsewhere"
    await ad_form.change(stall.desk, LEAD, form.id, Step.TERMS)
    form = (await ad_form.answer(stall.desk, LEAD, form.id, Step.TERMS, "own accounts only")).form
    again = await stall.send(form)
    await stall.rounds(1)
    assert (await stall.now(form.id)).phase is Phase.PUBLISHED and len(ids(stall)) == 1
    first, second = await stall.intents(form.id)
    assert (first.state, second.state) == (State.REFUSED, State.DONE) and first.id == form.id != second.id
    assert again.sending is not None and again.sending.id == second.id


async def test_a_refused_one_can_be_dropped_and_another_begun(stall: Stall) -> None:
    stall.gate.errors["publish_ad"] = [FILTERED]
    standing = await stall.send(await stall.fill())
    await ad_form.drop(stall.desk, LEAD, standing.form.id)
    assert (await stall.now(standing.form.id)).phase is Phase.LEFT
    assert (await ad_form.begin(stall.desk, LEAD))[1]


async def test_what_never_left_is_void_at_once_and_the_form_stands_again(stall: Stall) -> None:
    stall.gate.errors["publish_ad"] = [Unreachable("gate", "publish_ad", "refused")]
    standing = await stall.send(await stall.fill())
    assert standing.phase is Phase.VOID
    await stall.send(await ad_form.go_on(stall.desk, LEAD, standing.form.id))
    assert len(ids(stall)) == 1


async def test_a_lost_answer_is_found_in_the_list(stall: Stall) -> None:
    standing = await stall.lose(acts=True)
    assert standing.phase is Phase.UNKNOWN
    told = await stall.bench.told()
    assert notices(told, "ad_publish_unknown") == [GROUP, LEAD]
    await stall.rounds(1)
    standing = await stall.now(standing.form.id)
    assert standing.phase is Phase.PUBLISHED and standing.form.outcome == "published"
    assert await stall.outcomes(standing.form.id) == ["sent", "unknown", "done"]
    assert stall.gate.count("publish_ad") == 1


async def test_a_lost_answer_that_is_in_no_list_is_void_after_three_looks_over_a_minute(stall: Stall) -> None:
    standing = await stall.lose(acts=False)
    await stall.rounds(60)
    assert (await stall.now(standing.form.id)).phase is Phase.UNKNOWN
    await stall.rounds(70)
    standing = await stall.now(standing.form.id)
    assert standing.phase is Phase.VOID and standing.intent is not None and standing.intent.looks >= 3
    assert stall.gate.count("publish_ad") == 1
    assert await ad_form.go_on(stall.desk, LEAD, standing.form.id)


async def test_looks_that_fail_or_show_only_a_part_prove_nothing(stall: Stall) -> None:
    standing = await stall.lose(acts=False)
    stall.gate.unreadable = ("9",)
    await stall.rounds(200)
    assert (await stall.now(standing.form.id)).phase is Phase.UNKNOWN
    stall.gate.unreadable = ()
    stall.gate.errors["my_ads"] = [Unknown("gate", "my_ads", why="timeout")] * 20
    await stall.rounds(90)
    assert (await stall.now(standing.form.id)).phase is Phase.UNKNOWN
    stall.gate.errors["my_ads"] = []
    await stall.rounds(200)
    assert (await stall.now(standing.form.id)).phase is Phase.VOID


async def test_an_id_that_could_not_be_read_before_is_no_new_one(stall: Stall) -> None:
    stall.gate.unreadable = ("9",)
    standing = await stall.lose(acts=False)
    await stall.rounds(140)
    assert (await stall.now(standing.form.id)).phase is Phase.VOID


async def test_owners_hear_once_of_what_stays_unknown(stall: Stall) -> None:
    standing = await stall.lose(acts=False)
    stall.gate.errors["my_ads"] = [Unknown("gate", "my_ads", why="timeout")] * 200
    await stall.rounds(200)
    assert (await stall.now(standing.form.id)).phase is Phase.UNKNOWN
    assert len({one.chat_id for one in await stall.notices("ad_publish_unknown_long")}) == 2
    assert len(await stall.notices("ad_publish_unknown_long")) == 2


async def test_a_list_that_knows_it_late_is_looked_at_again(stall: Stall) -> None:
    standing = await stall.send(await stall.fill())
    made, stall.gate.mine = stall.gate.mine, []
    await stall.rounds(40)
    assert (await stall.now(standing.form.id)).phase is Phase.LOOKING
    stall.gate.mine = made
    await stall.rounds(40)
    assert (await stall.now(standing.form.id)).phase is Phase.PUBLISHED


async def test_what_is_accepted_and_never_listed_is_told_once(stall: Stall) -> None:
    standing = await stall.send(await stall.fill())
    stall.gate.mine = []
    await stall.rounds(900, every=20)
    assert [one.chat_id for one in await stall.notices("ad_publish_unlisted")] == [LEAD]
    assert (await stall.now(standing.form.id)).phase is Phase.LOOKING
    await stall.rounds(2 * 86_400, every=600)
    (sending,) = await stall.sendings(standing.form.id)
    assert sending.next_look_at is None and (await stall.intents(standing.form.id))[0].state is State.DONE


async def test_what_was_held_to_be_lost_and_appears_is_published_after_all(stall: Stall) -> None:
    standing = await stall.lose(acts=False)
    await stall.rounds(130)
    stall.elsewhere("77")
    await stall.rounds(130)
    standing = await stall.now(standing.form.id)
    assert standing.phase is Phase.PUBLISHED and standing.intent is not None
    assert standing.intent.state is State.DONE and standing.form.outcome == "published"
    assert notices(await stall.bench.outbox(), "ad_published_late") == [GROUP, OWNER, LEAD]
    assert (await no(ad_form.go_on(stall.desk, LEAD, standing.form.id))).reason == "ad_form_over"


async def test_before_it_is_sent_again_the_list_is_looked_at_for_the_lost_one(stall: Stall) -> None:
    standing = await stall.lose(acts=False)
    await stall.rounds(130)
    summary = await stall.confirm(await ad_form.go_on(stall.desk, LEAD, standing.form.id))
    stall.elsewhere("77")
    assert summary.seal is not None
    refused = await no(SEND(stall.desk, LEAD, summary.seal.id, stall.bench.now))
    assert (refused.reason, refused.facts["ad"]) == ("ad_form_published", "77")
    assert stall.gate.count("publish_ad") == 1


async def test_what_may_be_the_lost_one_must_be_disowned_before_it_is_sent_again(stall: Stall) -> None:
    standing = await stall.lose(acts=False)
    await stall.rounds(130)
    summary = await stall.confirm(await ad_form.go_on(stall.desk, LEAD, standing.form.id))
    stall.elsewhere("77", price=Decimal("7.26"))
    assert summary.seal is not None
    refused = await no(SEND(stall.desk, LEAD, summary.seal.id, stall.bench.now))
    assert (refused.reason, refused.facts["ads"]) == ("ad_form_maybe_there", "77")
    assert (await stall.now(standing.form.id)).phase is Phase.DOUBT
    await ad_publish_follow.disown(stall.desk, OWNER, standing.form.id, digest_of_ads(["77"]))
    stall.gate.acts = True
    again = await stall.send(await ad_form.go_on(stall.desk, LEAD, standing.form.id))
    await stall.rounds(1)
    assert (await stall.now(again.form.id)).phase is Phase.PUBLISHED and len(ids(stall)) == 2


async def test_two_that_could_be_ours_wait_for_a_lead(stall: Stall) -> None:
    standing = await stall.send(await stall.fill())
    stall.elsewhere("77")
    await stall.rounds(1)
    standing = await stall.now(standing.form.id)
    assert standing.phase is Phase.DOUBT and standing.sending is not None
    assert set(standing.sending.candidates) == set(ids(stall))
    assert notices(await stall.bench.told(), "ad_publish_doubt") == [GROUP, OWNER, LEAD]
    await stall.rounds(300)
    assert notices(await stall.bench.told(), "ad_publish_doubt") == []
    assert (await no(ad_publish_follow.pick(stall.desk, OPERATOR, standing.form.id, "77"))).reason == "role_too_low"
    assert (await no(ad_publish_follow.pick(stall.desk, LEAD, standing.form.id, "5"))).reason == "ad_form_no_doubt"
    ours = next(one for one in ids(stall) if one != "77")
    picked = await ad_publish_follow.pick(stall.desk, OWNER, standing.form.id, ours)
    assert picked.phase is Phase.PUBLISHED and picked.sending is not None and picked.sending.ad_id == ours
    lines = await stall.lines(standing.form.id)
    assert (lines[-1].outcome, lines[-1].actor, lines[-1].facts["ad"]) == ("found", OWNER, ours)
    assert (await no(ad_publish_follow.pick(stall.desk, OWNER, standing.form.id, "77"))).reason == "ad_form_no_doubt"


async def test_a_lost_one_among_two_is_settled_by_a_leads_word(stall: Stall) -> None:
    standing = await stall.lose(acts=True)
    stall.elsewhere("77")
    await stall.rounds(1)
    assert (await stall.now(standing.form.id)).phase is Phase.DOUBT
    picked = await ad_publish_follow.pick(stall.desk, LEAD, standing.form.id, "77")
    assert picked.phase is Phase.PUBLISHED and picked.intent is not None and picked.intent.state is State.DONE


async def test_an_ad_that_stands_there_otherwise_is_asked_about_and_blocks_a_void(stall: Stall) -> None:
    standing = await stall.lose(acts=False)
    stall.elsewhere("77", price=Decimal("7.26"))
    await stall.rounds(200)
    standing = await stall.now(standing.form.id)
    assert standing.phase is Phase.DOUBT and standing.sending is not None
    assert standing.sending.differs == {"77": "price"}
    stale = await no(ad_publish_follow.disown(stall.desk, LEAD, standing.form.id, digest_of_ads(["78"])))
    assert stale.reason == "ad_form_no_doubt"
    await ad_publish_follow.disown(stall.desk, LEAD, standing.form.id, digest_of_ads(["77"]))
    await stall.rounds(300)
    assert (await stall.now(standing.form.id)).phase is Phase.VOID


async def test_a_colleagues_other_ad_is_not_taken_for_ours(stall: Stall) -> None:
    standing = await stall.send(await stall.fill())
    stall.elsewhere("77", price=Decimal("7.3"))
    stall.elsewhere("78", side=Side.BUY)
    await stall.rounds(1)
    found = (await stall.now(standing.form.id)).sending
    assert found is not None and found.ad_id not in ("", "77", "78")


async def test_the_ad_it_was_begun_from_is_never_the_new_one_though_a_list_left_it_out(stall: Stall) -> None:
    old = stall.elsewhere("77")
    form, _ = await ad_form.like(stall.desk, LEAD, "77")
    stall.gate.mine = []
    standing = await stall.send(form)
    stall.gate.mine = [old, *stall.gate.mine]
    await stall.rounds(1)
    found = (await stall.now(standing.form.id)).sending
    assert found is not None and found.ad_id not in ("", "77")


async def test_two_leads_with_the_same_ad_each_get_their_own(stall: Stall) -> None:
    first = await stall.send(await stall.fill())
    await stall.rounds(1)
    second = await stall.send(await stall.fill(by=OWNER), by=OWNER)
    await stall.rounds(1)
    found = [(await stall.now(one.form.id)).sending for one in (first, second)]
    assert len({one.ad_id for one in found if one is not None}) == 2 == len(ids(stall))


async def test_two_leads_in_the_same_moment_are_asked_and_one_answer_settles_both(stall: Stall) -> None:
    mine, others = await stall.fill(), await stall.fill(by=OWNER)
    seals = [(await stall.confirm(mine)).seal, (await stall.confirm(others, OWNER)).seal]
    assert seals[0] is not None and seals[1] is not None
    await asyncio.gather(
        SEND(stall.desk, LEAD, seals[0].id, stall.bench.now), SEND(stall.desk, OWNER, seals[1].id, stall.bench.now)
    )
    await stall.desk.drain(5)
    await stall.rounds(1)
    assert (await stall.now(mine.id)).phase is (await stall.now(others.id)).phase is Phase.DOUBT
    picked, left = ids(stall)
    await ad_publish_follow.pick(stall.desk, LEAD, mine.id, picked)
    await stall.rounds(70)
    found = (await stall.now(others.id)).sending
    assert found is not None and found.ad_id == left


async def test_a_restart_while_it_is_on_its_way_sends_nothing_again(stall: Stall) -> None:
    form = await stall.fill()
    summary = await stall.confirm(form)
    stall.gate.ads_hang = asyncio.Event()
    assert summary.seal is not None
    tapped = asyncio.create_task(SEND(stall.desk, LEAD, summary.seal.id, stall.bench.now))
    await stall.gate.ads_hang.wait()
    await tapped
    await stall.desk.drain(0)
    assert (await stall.now(form.id)).phase is Phase.SENDING
    assert await ad_publish_follow.adopt(stall.desk) == 1
    assert (await stall.now(form.id)).phase is Phase.UNKNOWN
    assert stall.gate.count("publish_ad") == 1
    stall.elsewhere("77")
    await stall.rounds(1)
    assert (await stall.now(form.id)).phase is Phase.PUBLISHED


async def test_a_card_is_told_to_its_maker_and_to_nobody_below_a_lead(stall: Stall) -> None:
    standing = await stall.send(await stall.fill())
    form_id = standing.form.id
    assert await ad_publish_view.next_telling(stall.desk, LEAD, LEAD, form_id) is not None
    assert await ad_publish_view.next_telling(stall.desk, OPERATOR, OPERATOR, form_id) is None
    assert (await no(ad_publish_view.show(stall.desk, OPERATOR, form_id))).reason == "role_too_low"
    assert (await ad_publish_view.show(stall.desk, OWNER, form_id)).phase is Phase.LOOKING


async def test_the_journal_has_numbers_and_prices_but_none_of_our_texts(stall: Stall) -> None:
    standing = await stall.send(await stall.fill(terms="the secret of the house"))
    await stall.rounds(1)
    (sent, *_) = await stall.lines(standing.form.id)
    assert (sent.facts["price"], sent.facts["limits"], sent.facts["terms_length"]) == ("7.25", "100~5000", "23")
    assert "secret" not in str([line.facts for line in await stall.bench.journal()])


async def test_ended_forms_are_forgotten_with_what_was_sent_of_them(stall: Stall) -> None:
    standing = await stall.send(await stall.fill())
    await stall.rounds(1)
    async with stall.bench.store.write() as tables:
        assert await tables.ad_forms.purge(stall.bench.now + 1000) == 1
    assert await stall.sendings(standing.form.id) == []
