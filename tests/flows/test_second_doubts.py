"""An answer about the bank that contradicts a first yes ends that yes, whatever question it was given to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.intents import State
from bot.domain.two_people import Approval, Waiting
from bot.flows import confirm, two_people, which_payer
from bot.flows.absorb import look
from bot.flows.which_payer import Asked
from tests.flows.bench import LEAD, OPERATOR, ORDER, OWNER, Bench, notices

TWIN = replace(ORDER, id="61000422", counterparty_id="c4", counterparty_name="李四")


async def asked(bench: Bench, by: int) -> Asked:
    question = await which_payer.ask(bench.desk, by, ORDER.id)
    assert question is not None
    return question


async def pick(bench: Bench, by: int, order_id: str) -> str:
    """The seal behind the name that was picked."""
    question = await asked(bench, by)
    at = [payer.order_id for payer in question.payers].index(order_id)
    _, choice = await which_payer.answer(bench.desk, by, question.question, str(at))
    return await bench.open_step(choice=choice, by=by)


@pytest.fixture
async def first_yes(bench: Bench) -> Approval:
    """An operator says that the bank shows the right name, where two people are needed."""
    bench.desk.policy = replace(bench.desk.policy, two_people_above=Decimal("500"))
    for order in (ORDER, TWIN):
        await look(bench.desk, bench.add(order))
    decided = await confirm.confirm(bench.desk, OPERATOR, await pick(bench, OPERATOR, ORDER.id), bench.now)
    assert isinstance(decided, Waiting)
    await bench.told()
    return decided.approval


@pytest.mark.parametrize(("answer", "why"), [("none", "payer_not_listed"), ("other", "wrong_payer")])
async def test_none_of_these_and_another_name_end_the_first_yes_and_its_person_hears_so(
    bench: Bench, first_yes: Approval, answer: str, why: str
) -> None:
    question = await asked(bench, LEAD)
    index = [payer.order_id for payer in question.payers].index(TWIN.id)
    with pytest.raises(NotAllowed) as no:
        await which_payer.answer(bench.desk, LEAD, question.question, "none" if answer == "none" else str(index))
    assert no.value.reason == why
    async with bench.store.read() as tables:
        ended = await tables.approvals.get(first_yes.id)
    assert ended is not None and (ended.why, ended.ended_by, ended.because) == ("doubt", LEAD, why)
    assert notices(await bench.told(), "approval_ended") == [OPERATOR]
    with pytest.raises(NotAllowed) as over:
        await two_people.wanted(bench.desk, OWNER, first_yes.id)
    assert over.value.reason == "approval_over"
    assert bench.gate.count("release") == 0


async def test_the_same_name_from_the_second_person_completes_it(bench: Bench, first_yes: Approval) -> None:
    intent = await bench.confirm(await pick(bench, LEAD, ORDER.id), LEAD)
    assert intent.state is State.DONE and intent.arguments["first"] == str(first_yes.first)
