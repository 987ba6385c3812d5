"""A sale of one sum that ended without its credit being named: what the bank shows may be its own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.intents import State
from bot.domain.orders import Order
from bot.flows import assemble, confirm, second_credit, which_payer
from bot.flows.absorb import look
from tests.flows.bench import LEAD, NOW, OPERATOR, OPERATOR_2, ORDER, Bench, cards
from tests.flows.test_twin_question import SAME_BUYER, TWIN, meet, named, refused

THIRD = replace(ORDER, id="61000431")
REASON = "the statement has two lines"


async def said(bench: Bench, order: Order = SAME_BUYER) -> None:
    _, step = await second_credit.open_step(bench.desk, LEAD, order.id, REASON)
    await second_credit.carry_out(bench.desk, LEAD, step.id)


@pytest.mark.parametrize("status", ["finished", "bclosed"])
@pytest.mark.parametrize(
    "other",
    [SAME_BUYER, replace(TWIN, counterparty_name="李**"), replace(TWIN, counterparty_name="")],
    ids=["same buyer", "hidden", "no name"],
)
async def test_what_ended_elsewhere_may_have_had_the_only_credit(bench: Bench, status: str, other: Order) -> None:
    await meet(bench, other)
    await bench.told()
    await bench.see(ORDER.id, status=status)
    assert other.id in {card.order_id for card in await bench.told()}, "whoever looks into the bank for it reads of it"
    assert (await assemble.show(bench.desk, LEAD, other.id)).ended_alike == (ORDER.id,)
    for attempt in (bench.open_step(other.id), named(bench, "8821", other.id, by=LEAD)):
        no = await refused(attempt)
        assert (no.reason, no.facts["other"], no.facts["order"]) == ("credit_unnamed", ORDER.id[-4:], other.id)
    assert (await refused(which_payer.ask(bench.desk, OPERATOR, other.id))).reason == "credit_unnamed"
    assert bench.gate.count("release") == 0


@pytest.mark.parametrize("status", ["finished", "bclosed"])
async def test_a_leads_word_stands_against_it_and_the_credit_is_named_all_the_same(bench: Bench, status: str) -> None:
    await meet(bench, SAME_BUYER, THIRD)
    await bench.see(ORDER.id, status=status)
    _, step = await second_credit.open_step(bench.desk, LEAD, SAME_BUYER.id, REASON)
    assert step.besides == (ORDER.id,)
    await second_credit.carry_out(bench.desk, LEAD, step.id)
    assert (await refused(bench.open_step(SAME_BUYER.id))).reason == "reference_needed"
    assert (await bench.confirm(await named(bench, "8821", SAME_BUYER.id))).state is State.DONE
    assert (await refused(named(bench, "8830", THIRD.id))).reason == "credit_unnamed", "a word is for one order"
    await said(bench, THIRD)
    assert (await bench.confirm(await named(bench, "8830", THIRD.id))).state is State.DONE


async def test_a_word_stands_against_no_later_end(bench: Bench) -> None:
    await meet(bench, SAME_BUYER, THIRD)
    await bench.see(ORDER.id, status="finished")
    await said(bench)
    await bench.see(THIRD.id, status="finished")
    no = await refused(named(bench, "8821", SAME_BUYER.id))
    assert (no.reason, no.facts["other"]) == ("credit_unnamed", THIRD.id[-4:])
    await said(bench)
    assert (await bench.confirm(await named(bench, "8821", SAME_BUYER.id))).state is State.DONE


@pytest.mark.parametrize("is_seen_finished", [True, False])
async def test_what_the_desk_released_before_it_saw_the_twin_counts_as_well(
    bench: Bench, is_seen_finished: bool
) -> None:
    await meet(bench)
    assert (await bench.act()).state is State.DONE, "nothing was asked: it was alone"
    if is_seen_finished:
        await look(bench.desk, ORDER.id)
    await look(bench.desk, bench.add(SAME_BUYER))
    assert (await refused(bench.open_step(SAME_BUYER.id))).reason == "credit_unnamed"
    await said(bench)
    assert (await refused(bench.open_step(SAME_BUYER.id))).reason == "reference_needed", "by name it may be either's"
    bench.pass_(1)
    await look(bench.desk, ORDER.id)  # its end is read after the word, and is the one that the lead was shown
    assert (await bench.confirm(await named(bench, "8821", SAME_BUYER.id))).state is State.DONE


async def test_an_end_between_the_step_and_its_confirm_stops_the_confirm(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    seal = await named(bench, "8821", SAME_BUYER.id)
    bench.gate.move(ORDER.id, status="finished")
    await look(bench.desk, ORDER.id)
    assert (await refused(confirm.confirm(bench.desk, OPERATOR, seal, bench.now))).reason == "credit_unnamed"
    assert bench.gate.count("release") == 0


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ({"status": "cancel"}, SAME_BUYER),
        ({"status": "expired"}, SAME_BUYER),
        ({"status": "finished"}, TWIN),
        ({"status": "finished"}, replace(SAME_BUYER, total=ORDER.total + 1)),
        ({"status": "finished"}, replace(SAME_BUYER, fiat="HKD")),
        ({"status": "finished"}, replace(SAME_BUYER, created_at=NOW + 200)),
    ],
    ids=["cancelled", "expired", "another name", "another sum", "another currency", "opened after it"],
)
async def test_what_cannot_have_had_the_credit_asks_nothing(
    bench: Bench, first: dict[str, object], other: Order
) -> None:
    await meet(bench)
    await bench.see(ORDER.id, **first)
    if other.created_at > NOW:
        bench.pass_(200)
    await look(bench.desk, bench.add(other))
    assert (await assemble.show(bench.desk, LEAD, other.id)).ended_alike == ()
    assert (await bench.act(other.id)).state is State.DONE


@pytest.mark.parametrize("how", ["named", "elsewhere"])
async def test_a_clock_that_is_far_behind_hides_no_credit(bench: Bench, how: str) -> None:
    ahead = replace(SAME_BUYER, created_at=NOW + 600)  # by Gate's clock, which ours is ten minutes behind
    await meet(bench, ahead)
    if how == "named":
        assert (await bench.confirm(await named(bench, "8821"))).state is State.DONE
        await bench.see(ORDER.id, status="finished")
    else:
        await bench.see(ORDER.id, status="finished")
    expected = "reference_needed" if how == "named" else "credit_unnamed"
    assert (await refused(bench.open_step(ahead.id))).reason == expected


async def test_a_first_yes_is_not_completed_over_it(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    bench.desk.policy = replace(bench.desk.policy, two_people_above=Decimal(500))
    seal = await named(bench, "8821", SAME_BUYER.id)
    await confirm.confirm(bench.desk, OPERATOR, seal, bench.now)
    await bench.see(ORDER.id, status="finished")
    with pytest.raises(NotAllowed, match="credit_unnamed"):
        await bench.open_step(SAME_BUYER.id, by=OPERATOR_2)
    assert (await assemble.show(bench.desk, LEAD, SAME_BUYER.id)).approval is None, "it is over, and told"
    assert cards(await bench.told(), SAME_BUYER.id)
