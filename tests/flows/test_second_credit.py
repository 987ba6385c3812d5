"""Two credits of one minute and one sum: a lead's word, with a reason, lets the second order go on, once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.errors import NotAllowed, Unknown, Unreachable
from bot.domain.intents import Intent, State
from bot.domain.orders import Order
from bot.domain.twins import MOST_BESIDES, Credit, account_of
from bot.flows import assemble, confirm, housekeeping, second_credit, which_payer
from bot.flows.absorb import look
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, Bench, cards, notices
from tests.flows.step_up_bench import SECOND as SECOND_PIN
from tests.flows.step_up_bench import prove, set_pin, set_second

SECOND = replace(ORDER, id="61000430")
THIRD = replace(ORDER, id="61000431")
REASON = "the statement has two lines of this minute"


async def refused(work: Awaitable[object]) -> NotAllowed:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value


def minute(bench: Bench) -> str:
    return datetime.fromtimestamp(bench.seconds, UTC).strftime("%H:%M")


async def named(bench: Bench, mark: str, order: Order = ORDER, by: int = OPERATOR) -> str:
    return await bench.open_step(order.id, choice=which_payer.credit_named(mark), by=by)


async def first_released(bench: Bench, mark: str = "") -> str:
    """Three orders of one buyer, the first of them released by this mark, or by its minute."""
    for order in (ORDER, SECOND, THIRD):
        await look(bench.desk, bench.add(order))
    mark = mark or minute(bench)
    assert (await bench.confirm(await named(bench, mark))).state is State.DONE
    return mark


async def said(bench: Bench, order: Order = SECOND, by: int = LEAD) -> None:
    _, step = await second_credit.open_step(bench.desk, by, order.id, REASON)
    await second_credit.carry_out(bench.desk, by, step.id)


async def test_without_a_leads_word_the_second_of_a_minute_is_released_by_nothing(bench: Bench) -> None:
    mark = await first_released(bench)
    for given, reason in ((mark, "reference_used"), (f"{mark}:07", "reference_used"), ("8821", "reference_as_time")):
        for by in (OPERATOR, LEAD, OWNER):
            no = await refused(named(bench, given, SECOND, by))
            assert (no.reason, no.facts["other"], no.facts["order"]) == (reason, ORDER.id[-4:], SECOND.id)
    assert bench.gate.count("release") == 1


@pytest.mark.parametrize("given", ["the minute", "the second", "digits"])
async def test_a_leads_word_lets_it_be_named_and_no_third_stands_on_either(bench: Bench, given: str) -> None:
    mark = await first_released(bench)
    await said(bench)
    own = {"the minute": mark, "the second": f"{mark}:00", "digits": "8821"}[given]
    intent = await bench.confirm(await named(bench, own, SECOND))
    assert (intent.state, intent.arguments["reference"]) == (State.DONE, own)
    for again in (mark, f"{mark}:00", "8821", "448821"):
        assert (await refused(named(bench, again, THIRD))).reason in (
            "reference_used", "reference_as_time", "reference_as_digits",
        )  # fmt: skip
    assert bench.gate.count("release") == 2


async def test_a_word_for_one_order_is_none_for_another_and_none_against_later_credits(bench: Bench) -> None:
    mark = await first_released(bench)
    await said(bench)
    await said(bench, THIRD)  # both stand against the first one's credit alone
    assert (await bench.confirm(await named(bench, mark, SECOND))).state is State.DONE
    no = await refused(named(bench, mark, THIRD))
    assert (no.reason, no.facts["other"]) == ("reference_used", SECOND.id[-4:])
    await said(bench, THIRD)
    assert (await bench.confirm(await named(bench, mark, THIRD))).state is State.DONE
    assert bench.gate.count("release") == 3


@pytest.mark.parametrize("mark", ["", "8821"])
async def test_two_staff_at_once_make_one_release_of_the_second_credit(bench: Bench, mark: str) -> None:
    mark = await first_released(bench, mark)
    await said(bench)
    await said(bench, THIRD)
    one, other = await named(bench, mark, SECOND), await named(bench, mark, THIRD, by=OPERATOR_2)
    both = await asyncio.gather(
        confirm.confirm(bench.desk, OPERATOR, one, bench.now),
        confirm.confirm(bench.desk, OPERATOR_2, other, bench.now),
        return_exceptions=True,
    )
    await bench.desk.drain(5)
    assert sum(isinstance(end, Intent) for end in both) == 1 and bench.gate.count("release") == 2
    assert [end.reason for end in both if isinstance(end, NotAllowed)] == ["reference_used"]


async def test_one_step_pressed_twice_at_once_is_said_once(bench: Bench) -> None:
    await first_released(bench)
    _, step = await second_credit.open_step(bench.desk, LEAD, SECOND.id, REASON)
    twice = await asyncio.gather(
        *(second_credit.carry_out(bench.desk, LEAD, step.id) for _ in range(2)), return_exceptions=True
    )
    assert [one.reason for one in twice if isinstance(one, NotAllowed)] == ["seal_used"]
    assert await bench.outcomes("second_credit", SECOND.id) == ["done"]


async def test_it_is_a_leads_with_a_reason_by_a_step_of_their_own_and_journalled(bench: Bench) -> None:
    assert (await refused(second_credit.begin(bench.desk, LEAD, ORDER.id))).reason == "order_unknown"
    mark = await first_released(bench)
    for by in (OPERATOR, AGENT):
        assert (await refused(second_credit.begin(bench.desk, by, SECOND.id))).reason == "role_too_low"
        assert (await refused(second_credit.open_step(bench.desk, by, SECOND.id, REASON))).reason == "role_too_low"
    for words in ("", "..", "x" * 201):
        assert (await refused(second_credit.open_step(bench.desk, LEAD, SECOND.id, words))).reason == "reason_in_words"
    _, old = await second_credit.open_step(bench.desk, LEAD, SECOND.id, REASON)
    _, step = await second_credit.open_step(bench.desk, LEAD, SECOND.id, f" {REASON}\n")
    assert (await refused(second_credit.carry_out(bench.desk, LEAD, old.id))).reason == "seal_expired"
    assert (await refused(second_credit.carry_out(bench.desk, OWNER, step.id))).reason == "not_your_step"
    assert (await refused(second_credit.carry_out(bench.desk, OPERATOR, step.id))).reason == "role_too_low"
    assert (await refused(second_credit.carry_out(bench.desk, LEAD, "unheard-of"))).reason == "stale_button"
    assert (await refused(named(bench, mark, SECOND))).reason == "reference_used", "an opened step says nothing yet"
    await bench.told()
    situation = await second_credit.carry_out(bench.desk, LEAD, step.id)
    shown = situation.doubts.second_credit
    assert shown is not None and (shown.by_name, shown.reason) == ("lead 2", REASON)
    line = next(one for one in await bench.journal(SECOND.id) if one.action == "second_credit")
    assert (line.actor, line.outcome, line.facts) == (LEAD, "done", {"step": step.id, "besides": ORDER.id})
    assert any(one.ring for one in cards(await bench.told(), SECOND.id).values()), "whoever waits for it hears it"
    _, late = await second_credit.open_step(bench.desk, LEAD, SECOND.id, REASON)
    bench.pass_(bench.desk.policy.approval_seconds)
    assert (await refused(second_credit.carry_out(bench.desk, LEAD, late.id))).reason == "seal_expired"


async def test_the_leads_pin_is_asked_for_it_each_time(bench: Bench) -> None:
    mark = await first_released(bench)
    bench.desk.policy = replace(bench.desk.policy, step_up="required")
    _, step = await second_credit.open_step(bench.desk, LEAD, SECOND.id, REASON)
    assert (await refused(second_credit.carry_out(bench.desk, LEAD, step.id))).reason == "pin_missing"
    bench.desk.policy = replace(bench.desk.policy, step_up="optional")
    await set_pin(bench, by=LEAD)
    for order in (SECOND, THIRD):
        _, step = await second_credit.open_step(bench.desk, LEAD, order.id, REASON)
        assert (await refused(second_credit.carry_out(bench.desk, OPERATOR, step.id))).reason == "role_too_low"
        await prove(bench, second_credit.carry_out(bench.desk, LEAD, step.id), by=LEAD)
        assert (await refused(named(bench, mark, order))).reason == "reference_used", "nothing is said by the PIN alone"
        assert (await second_credit.carry_out(bench.desk, LEAD, step.id)).doubts.second_credit is not None


async def test_a_lead_who_is_forced_says_nothing_by_the_second_pin(bench: Bench) -> None:
    await first_released(bench)
    await set_pin(bench, by=LEAD)
    await set_second(bench, by=LEAD)
    _, step = await second_credit.open_step(bench.desk, LEAD, SECOND.id, REASON)
    await prove(bench, second_credit.carry_out(bench.desk, LEAD, step.id), SECOND_PIN, by=LEAD)
    with pytest.raises(Unreachable):
        await second_credit.carry_out(bench.desk, LEAD, step.id)
    assert (await assemble.show(bench.desk, OWNER, SECOND.id)).doubts.second_credit is None


async def test_where_no_credit_of_the_sum_is_used_there_is_nothing_to_say(bench: Bench) -> None:
    for order in (ORDER, SECOND):
        await look(bench.desk, bench.add(order))
    assert (await refused(second_credit.begin(bench.desk, LEAD, SECOND.id))).reason == "no_other_credit"
    await bench.confirm(await named(bench, "8821"))
    own = await refused(second_credit.begin(bench.desk, LEAD, ORDER.id))
    assert own.reason in ("no_other_credit", "already_final"), "its own is none beside it"
    await bench.see(SECOND.id, status="cancel")
    assert (await refused(second_credit.begin(bench.desk, LEAD, SECOND.id))).reason == "already_final"


async def test_a_first_one_that_is_carried_out_late_has_its_own_again_beside_the_second(bench: Bench) -> None:
    for order in (ORDER, SECOND, THIRD):
        await look(bench.desk, bench.add(order))
    mark = minute(bench)
    bench.gate.errors["release"], bench.gate.acts = [Unknown("gate", "confirm-receipt", why="timeout")], False
    seal = await named(bench, mark)
    assert (await bench.confirm(seal)).state is State.UNKNOWN
    await said(bench)
    for _ in range(4):
        bench.pass_(30)
        await look(bench.desk, ORDER.id)
    bench.gate.acts = True
    assert (await bench.confirm(await named(bench, mark, SECOND))).state is State.DONE
    await bench.told()
    await bench.see(ORDER.id, status="finished")
    assert await bench.outcomes("credit_twice") == [] == notices(await bench.told(), "credit_twice")
    assert (await refused(named(bench, mark, THIRD))).reason == "reference_used"


async def void(bench: Bench, mark: str, order: Order = ORDER, *, before: Awaitable[object] | None = None) -> None:
    """A release that stands on this credit and is lost; what is to come before the desk knows, then: it is void."""
    bench.gate.errors["release"], bench.gate.acts = [Unknown("gate", "confirm-receipt", why="timeout")], False
    intent = await bench.confirm(await named(bench, mark, order))
    assert intent.state is State.UNKNOWN
    if before is not None:
        await before
    for _ in range(4):
        bench.pass_(30)
        await look(bench.desk, order.id)
    assert (await bench.intent(intent.id)).state is State.VOID
    bench.gate.acts = True


@pytest.mark.parametrize("named_later", ["the minute", "digits"])
async def test_a_word_is_none_against_what_its_orders_name_after_it(bench: Bench, named_later: str) -> None:
    for order in (ORDER, SECOND, THIRD):
        await look(bench.desk, bench.add(order))
    await void(bench, minute(bench), before=said(bench))
    later = minute(bench)
    assert (
        await bench.confirm(await named(bench, later if named_later == "the minute" else "8821"))
    ).state is State.DONE
    no = await refused(named(bench, later, SECOND))
    assert no.reason == ("reference_used" if named_later == "the minute" else "reference_as_digits")
    assert (no.facts["other"], bench.gate.count("release")) == (ORDER.id[-4:], 2)
    await said(bench)
    assert (await bench.confirm(await named(bench, later, SECOND))).state is State.DONE


async def test_three_releases_on_two_credits_of_one_minute_are_told_when_the_first_went_late(bench: Bench) -> None:
    fourth = replace(ORDER, id="61000432")
    for order in (ORDER, SECOND, THIRD, fourth):
        await look(bench.desk, bench.add(order))
    mark = minute(bench)
    await void(bench, mark, before=second_while_unknown(bench, mark))
    await said(bench, THIRD)
    assert (await bench.confirm(await named(bench, mark, THIRD))).state is State.DONE
    await bench.told()
    await bench.see(ORDER.id, status="finished")
    assert await bench.outcomes("credit_twice") == ["seen"]
    assert notices(await bench.told(), "credit_twice") == [GROUP, OWNER, LEAD]


async def second_while_unknown(bench: Bench, mark: str) -> None:
    await said(bench)
    bench.gate.acts = True
    assert (await bench.confirm(await named(bench, mark, SECOND))).state is State.DONE
    bench.gate.acts = False


@pytest.mark.parametrize("given", ["digits", "the minute"])
async def test_a_late_one_whose_credit_may_be_used_by_its_other_name_is_told(bench: Bench, given: str) -> None:
    for order in (ORDER, SECOND, THIRD):
        await look(bench.desk, bench.add(order))
    marks = [minute(bench), "8821"] if given == "digits" else ["8821", minute(bench)]
    await void(bench, marks[0])
    assert (await bench.confirm(await named(bench, marks[1], SECOND))).state is State.DONE
    await bench.told()
    await bench.see(ORDER.id, status="finished")
    assert await bench.outcomes("credit_twice") == ["seen"]
    assert notices(await bench.told(), "credit_twice") == [GROUP, OWNER, LEAD]
    assert (await refused(named(bench, marks[0], THIRD))).reason == "reference_used", "it is taken again all the same"


async def test_one_that_a_lead_saw_beside_the_late_one_is_not_told(bench: Bench) -> None:
    for order in (ORDER, SECOND):
        await look(bench.desk, bench.add(order))
    await void(bench, minute(bench), before=said(bench))
    assert (await bench.confirm(await named(bench, "8821", SECOND))).state is State.DONE
    await bench.see(ORDER.id, status="finished")
    assert await bench.outcomes("credit_twice") == []


async def test_a_word_stands_against_what_was_used_since_the_order_was_opened_newest_first(bench: Bench) -> None:
    await before_it_was_opened(bench, "448821")
    assert (await refused(second_credit.begin(bench.desk, LEAD, SECOND.id))).reason == "no_other_credit"
    for order, mark in ((THIRD, "5501"), (ORDER, "5502")):
        assert (await bench.confirm(await named(bench, mark, order))).state is State.DONE
        bench.pass_(1)
    _, step = await second_credit.open_step(bench.desk, LEAD, SECOND.id, REASON)
    assert step.besides == (ORDER.id, THIRD.id)


async def test_an_older_credit_that_its_mark_was_refused_for_is_among_them(bench: Bench) -> None:
    await before_it_was_opened(bench, "448821")
    assert (await refused(named(bench, "8821", SECOND))).facts["other"] == OLD.id[-4:]
    _, step = await second_credit.open_step(bench.desk, LEAD, SECOND.id, REASON)
    assert step.besides == (OLD.id,)
    await second_credit.carry_out(bench.desk, LEAD, step.id)
    assert (await bench.confirm(await named(bench, "8821", SECOND))).state is State.DONE


async def test_a_lead_stands_against_no_more_than_the_card_can_name(bench: Bench) -> None:
    many = [replace(ORDER, id=f"610005{at:02}") for at in range(MOST_BESIDES + 1)]
    for order in (ORDER, SECOND, *many):
        await look(bench.desk, bench.add(order))
    for at, order in enumerate(many):
        async with bench.store.write() as tables:
            credit = Credit(account_of(order), order.fiat, order.total, "", f"77{at:02}")
            assert await tables.credits.use(credit, f"intent {at}", order.id, bench.now)
        if at < MOST_BESIDES:
            await second_credit.begin(bench.desk, LEAD, SECOND.id)
    no = await refused(second_credit.open_step(bench.desk, LEAD, SECOND.id, REASON))
    assert (no.reason, no.facts) == ("credits_too_many", {"order": SECOND.id, "most": str(MOST_BESIDES)})


OLD = replace(ORDER, id="61000429")


async def before_it_was_opened(bench: Bench, mark: str) -> None:
    """A credit of another order stands for it since a day before the three of these tests were opened."""
    at = bench.desk.clock.moment_of(ORDER.created_at - 86_400)
    for order in (ORDER, SECOND, THIRD):
        await look(bench.desk, bench.add(order))
    async with bench.store.write() as tables:
        credit = Credit(account_of(OLD), OLD.fiat, OLD.total, "", mark)
        assert await tables.credits.use(credit, "intent of old", OLD.id, at)


async def test_the_word_is_forgotten_in_its_time(bench: Bench) -> None:
    await first_released(bench)
    await said(bench)
    assert (await assemble.show(bench.desk, LEAD, SECOND.id)).doubts.second_credit is not None
    bench.pass_((bench.desk.policy.retention_days + 1) * 86_400)
    await housekeeping.purge(bench.desk)
    assert (await assemble.show(bench.desk, LEAD, SECOND.id)).doubts.second_credit is None
