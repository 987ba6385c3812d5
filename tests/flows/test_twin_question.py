"""Equal totals: whose name the bank shows, which credit it is, and that one credit stands for one release."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.errors import NotAllowed, Refused, Unknown
from bot.domain.intents import Action, State
from bot.domain.orders import Order, Side
from bot.domain.seals import Choice
from bot.domain.twins import account_of
from bot.flows import approve, assemble, confirm, housekeeping, which_payer
from bot.flows.absorb import look
from bot.flows.which_payer import Asked
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, RELEASE, Bench, notices

TWIN = replace(ORDER, id="61000422", counterparty_id="c4", counterparty_name="李四")
THIRD = replace(ORDER, id="61000425", counterparty_id="c5", counterparty_name="王五")
LOST = Unknown("gate", "confirm-receipt", why="timeout")
NO = Refused("gate", "confirm-receipt", code="1", detail="no", status=400)
SAME_BUYER = replace(ORDER, id="61000430")


async def refused(work: Awaitable[object]) -> NotAllowed:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value


async def meet(bench: Bench, *orders: Order) -> None:
    """The desk has seen all of them, and the first order too."""
    for order in (ORDER, *orders):
        await look(bench.desk, bench.add(order))


async def ask(bench: Bench, order_id: str = ORDER.id, by: int = OPERATOR) -> Asked:
    asked = await which_payer.ask(bench.desk, by, order_id)
    assert asked is not None
    return asked


async def pick(bench: Bench, asked: Asked, order_id: str, by: int = OPERATOR) -> Choice:
    index = [payer.order_id for payer in asked.payers].index(order_id)
    return (await which_payer.answer(bench.desk, by, asked.question, str(index)))[1]


async def named(bench: Bench, mark: str, order_id: str = ORDER.id, by: int = OPERATOR) -> str:
    """The seal of a release that stands on this credit."""
    return await bench.open_step(order_id, choice=which_payer.credit_named(mark), by=by)


async def test_nothing_is_asked_when_the_total_is_there_once(bench: Bench) -> None:
    await meet(bench, replace(TWIN, total=ORDER.total + 1))
    assert await which_payer.ask(bench.desk, OPERATOR, ORDER.id) is None
    assert (await bench.act()).state is State.DONE


async def test_the_right_name_opens_the_confirm_and_is_kept_with_the_release(bench: Bench) -> None:
    await meet(bench, TWIN, THIRD)
    asked = await ask(bench)
    assert {payer.name for payer in asked.payers} == {"张三丰", "李四", "王五"} and asked.question
    assert asked.situation.claimed_by == OPERATOR, "who is asked is on it"
    intent = await bench.act(choice=await pick(bench, asked, ORDER.id))
    assert intent.state is State.DONE and intent.arguments["payer"] == ORDER.id
    assert bench.gate.count("release") == 1
    sent = next(line for line in await bench.journal(ORDER.id) if line.outcome == "sent")
    assert sent.facts["choice_payer"] == ORDER.id and "张三丰" not in str(sent.facts)


async def test_the_names_stand_in_an_order_that_nobody_can_learn_and_that_is_kept(bench: Bench) -> None:
    await meet(bench, TWIN, THIRD)
    orders = set()
    for _ in range(40):
        asked = await ask(bench)
        orders.add(tuple(payer.order_id for payer in asked.payers))
        async with bench.store.read() as tables:
            kept = await tables.twin_questions.get(asked.question)
        assert kept is not None and kept.offered == tuple(payer.order_id for payer in asked.payers)
    assert len(orders) >= 4, "of six, in forty tries"


@pytest.mark.parametrize("answer", ["wrong", "none"])
async def test_another_payer_or_none_stops_the_release_and_stands_on_the_card(bench: Bench, answer: str) -> None:
    await meet(bench, TWIN)
    right = await bench.open_step(choice=await pick(bench, await ask(bench), ORDER.id))
    asked = await ask(bench)
    if answer == "wrong":
        no = await refused(pick(bench, asked, TWIN.id))
        assert no.reason == "wrong_payer" and no.facts["other"] == "0422"
    else:
        no = await refused(which_payer.answer(bench.desk, OPERATOR, asked.question, "none"))
        assert no.reason == "payer_not_listed"
    assert (await bench.outcomes("release"))[-1] == "not_allowed"
    assert (await bench.journal(ORDER.id))[0].facts["answer"] == (TWIN.id if answer == "wrong" else "none")
    shown = (await assemble.show(bench.desk, LEAD, ORDER.id)).doubts.answered
    assert shown is not None and (shown.by_name, shown.name) == ("operator 3", "李四" if answer == "wrong" else "")
    assert (await refused(confirm.confirm(bench.desk, OPERATOR, right, bench.now))).reason == "seal_used"
    assert bench.gate.count("release") == 0
    await pick(bench, await ask(bench), ORDER.id)
    assert (await assemble.show(bench.desk, LEAD, ORDER.id)).doubts.answered is None, "answered rightly since then"


async def test_a_question_is_answered_once_and_by_whom_it_was_asked(bench: Bench) -> None:
    await meet(bench, TWIN)
    asked = await ask(bench)
    assert (await refused(pick(bench, asked, ORDER.id, by=OPERATOR_2))).reason == "not_your_step"
    assert (await refused(pick(bench, asked, ORDER.id, by=AGENT))).reason == "role_too_low"
    for picked in ("2", "-1", "x", "²", ""):
        no = await refused(which_payer.answer(bench.desk, OPERATOR, asked.question, picked))
        assert no.reason == "stale_button"
    await pick(bench, asked, ORDER.id)
    assert (await refused(pick(bench, asked, ORDER.id))).reason == "stale_button"
    assert (await refused(which_payer.answer(bench.desk, OPERATOR, "unheard-of", "0"))).reason == "stale_button"


async def test_without_an_answer_or_with_anothers_no_step_opens(bench: Bench) -> None:
    await meet(bench, TWIN)
    assert (await refused(bench.open_step())).reason == "which_payer"
    both = f"{ORDER.id},{TWIN.id}"
    for choice, reason in (
        (Choice(payer=ORDER.id), "which_payer"),
        (Choice(payer=ORDER.id, among=ORDER.id), "which_payer"),
        (Choice(payer=TWIN.id, among=both), "wrong_payer"),
    ):
        assert (await refused(bench.open_step(choice=choice))).reason == reason
    assert bench.gate.count("release") == 0 and await bench.outcomes("release") == ["not_allowed"] * 4


@pytest.mark.parametrize("when", ["before the tap on a name", "before the confirm", "after a release without a twin"])
async def test_a_twin_that_comes_late_asks_anew(bench: Bench, when: str) -> None:
    await meet(bench, TWIN) if when != "after a release without a twin" else await meet(bench)
    if when == "before the tap on a name":
        asked = await ask(bench)
        await meet(bench, THIRD)
        choice = await pick(bench, asked, ORDER.id)
        assert (await refused(bench.open_step(choice=choice))).reason == "which_payer"
    else:
        choice = await pick(bench, await ask(bench), ORDER.id) if when == "before the confirm" else Choice()
        seal = await bench.open_step(choice=choice)
        await meet(bench, THIRD)
        assert (await refused(confirm.confirm(bench.desk, OPERATOR, seal, bench.now))).reason == "which_payer"
    assert bench.gate.count("release") == 0
    fresh = await ask(bench)
    assert THIRD.id in {payer.order_id for payer in fresh.payers}
    assert (await bench.act(choice=await pick(bench, fresh, ORDER.id))).state is State.DONE


async def test_a_twin_that_is_over_is_not_asked_about(bench: Bench) -> None:
    await meet(bench, TWIN)
    choice = await pick(bench, await ask(bench), ORDER.id)
    await bench.see(TWIN.id, status="cancel")
    assert (await bench.act(choice=choice)).state is State.DONE
    await meet(bench, THIRD)
    assert await which_payer.ask(bench.desk, OPERATOR, THIRD.id) is None, "what is released waits for no money"


async def test_what_we_buy_for_the_same_total_is_no_payer(bench: Bench) -> None:
    await meet(bench, replace(TWIN, side=Side.BUY, status="unpay"))
    assert await which_payer.ask(bench.desk, OPERATOR, ORDER.id) is None


@pytest.mark.parametrize(
    "other",
    [SAME_BUYER, replace(TWIN, counterparty_name=""), replace(TWIN, counterparty_name="李**"),
     replace(TWIN, counterparty_name="张三丰"), replace(TWIN, counterparty_id="c1")],
    ids=["same buyer", "no name", "hidden", "same name", "same account at Gate"],
)  # fmt: skip
async def test_where_names_tell_nothing_the_credit_is_asked_for(bench: Bench, other: Order) -> None:
    await meet(bench, other)
    asked = await ask(bench)
    assert asked.question == "" and len(asked.payers) == 2
    named_payer = Choice(payer=ORDER.id, among=f"{ORDER.id},{TWIN.id},{SAME_BUYER.id}")
    assert (await refused(bench.open_step(choice=named_payer))).reason == "reference_needed"
    intent = await bench.confirm(await named(bench, "8821"))
    assert intent.state is State.DONE and intent.arguments["reference"] == "8821"


async def test_a_credit_that_was_typed_for_an_old_question_is_no_answer_to_the_name(bench: Bench) -> None:
    await meet(bench, TWIN, SAME_BUYER)
    seal = await named(bench, "8821")
    await bench.see(SAME_BUYER.id, status="cancel")
    assert (await refused(named(bench, "8821"))).reason == "which_payer", "names tell the two apart by now"
    assert (await refused(confirm.confirm(bench.desk, OPERATOR, seal, bench.now))).reason == "which_payer"
    assert bench.gate.count("release") == 0
    assert (await bench.act(choice=await pick(bench, await ask(bench), ORDER.id))).state is State.DONE


async def test_a_credit_that_was_used_names_the_order_and_changes_nothing(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    await bench.confirm(await named(bench, "448821"))
    for mark in ("448821", "8821"):
        no = await refused(named(bench, mark, SAME_BUYER.id))
        assert no.reason == "reference_used" and no.facts["other"] == ORDER.id[-4:] and no.facts["given"] == mark
    assert bench.gate.count("release") == 1
    assert (await bench.confirm(await named(bench, "448830", SAME_BUYER.id))).state is State.DONE


async def test_the_second_order_of_a_buyer_still_needs_its_own_credit_when_the_first_is_over(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    await bench.confirm(await named(bench, "8821"))
    await bench.see(ORDER.id, status="finished")
    assert (await ask(bench, SAME_BUYER.id)).question == ""
    assert (await refused(bench.open_step(SAME_BUYER.id))).reason == "reference_needed"
    assert (await refused(named(bench, "8821", SAME_BUYER.id))).reason == "reference_used"


async def test_two_confirms_that_stand_on_one_credit_make_one_release(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    first, second = await named(bench, "8821"), await named(bench, "8821", SAME_BUYER.id, by=OPERATOR_2)
    assert (await bench.confirm(first)).state is State.DONE
    no = await refused(confirm.confirm(bench.desk, OPERATOR_2, second, bench.now))
    assert no.reason == "reference_used" and bench.gate.count("release") == 1


async def test_a_credit_named_by_its_time_cannot_stand_again_by_its_digits(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    time = credit_time(bench)
    await bench.confirm(await named(bench, time))
    assert (await refused(named(bench, "8821", SAME_BUYER.id))).reason == "reference_as_time"
    assert (await refused(named(bench, time, SAME_BUYER.id))).reason == "reference_used"


async def test_a_credit_named_by_its_digits_cannot_stand_again_by_its_time(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    await bench.confirm(await named(bench, "8821"))
    assert (await refused(named(bench, credit_time(bench), SAME_BUYER.id))).reason == "reference_as_digits"


def credit_time(bench: Bench) -> str:
    return datetime.fromtimestamp(bench.seconds - 30, UTC).strftime("%H:%M:%S")


async def test_a_release_that_gate_refuses_gives_the_credit_back(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    no = Refused("gate", "confirm-receipt", code="1", detail="no", status=400)
    bench.gate.errors["release"], bench.gate.acts = [no], False
    assert (await bench.confirm(await named(bench, "8821"))).state is State.REFUSED
    bench.gate.acts = True
    assert (await bench.confirm(await named(bench, "8821", SAME_BUYER.id))).state is State.DONE


async def test_an_unknown_release_keeps_its_credit_until_it_is_known_that_nothing_happened(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    bench.gate.errors["release"], bench.gate.acts = [LOST], False
    assert (await bench.confirm(await named(bench, "8821"))).state is State.UNKNOWN
    assert (await refused(named(bench, "8821", SAME_BUYER.id))).reason == "reference_used"
    for _ in range(4):
        bench.pass_(30)
        await look(bench.desk, ORDER.id)
    async with bench.store.read() as tables:
        intent = await tables.intents.latest_for(ORDER.id)
    assert intent is not None and intent.state is State.VOID
    bench.gate.acts = True
    assert (await bench.confirm(await named(bench, "8821", SAME_BUYER.id))).state is State.DONE
    await bench.told()
    await bench.see(ORDER.id, status="finished")  # Gate carried the first one out after all
    assert await bench.outcomes("credit_twice") == ["seen"]
    assert notices(await bench.told(), "credit_twice") == [GROUP, OWNER, LEAD]


async def test_a_late_release_whose_credit_nobody_took_has_it_again(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    bench.gate.errors["release"], bench.gate.acts = [LOST], False
    await bench.confirm(await named(bench, "8821"))
    for _ in range(4):
        bench.pass_(30)
        await look(bench.desk, ORDER.id)
    await bench.see(ORDER.id, status="finished")
    bench.gate.acts = True
    assert await bench.outcomes("credit_twice") == []
    assert (await refused(named(bench, "8821", SAME_BUYER.id))).reason == "reference_used"


async def in_vain(bench: Bench, mark: str = "448821", *, looks: int = 0) -> None:
    """A release of the first order that stands on this credit and does not happen: refused, or (after looks) void."""
    bench.gate.acts = False
    bench.gate.errors["release"] = [LOST if looks else NO]
    intent = await bench.confirm(await named(bench, mark))
    for _ in range(looks):
        bench.pass_(30)
        await look(bench.desk, ORDER.id)
    bench.gate.acts = True
    assert (await bench.intent(intent.id)).state is (State.VOID if looks else State.REFUSED)


async def cancelled_in_vain(bench: Bench) -> None:
    bench.gate.acts, bench.gate.errors["cancel"] = False, [NO]
    assert (await bench.act(action=Action.CANCEL, choice=Choice(reason="1"))).state is State.REFUSED
    bench.gate.acts = True


@pytest.mark.parametrize("status", ["finished", "bclosed"])
@pytest.mark.parametrize("how", ["refused", "void", "refused, then a cancel that was refused"])
async def test_a_sale_completed_elsewhere_has_its_credit_again(bench: Bench, how: str, status: str) -> None:
    await meet(bench, SAME_BUYER)
    await bench.see(ORDER.id, is_cancelable=True)
    await in_vain(bench, looks=4 if how == "void" else 0)
    if "cancel" in how:
        await cancelled_in_vain(bench)
    await bench.see(ORDER.id, status=status)
    assert await bench.outcomes("credit_twice") == []
    for mark in ("448821", "8821"):
        assert (await refused(named(bench, mark, SAME_BUYER.id))).reason == "reference_used"
    assert (await bench.confirm(await named(bench, "448830", SAME_BUYER.id))).state is State.DONE


@pytest.mark.parametrize("status", ["finished", "bclosed"])
@pytest.mark.parametrize("mark", ["448821", "8821"])
async def test_a_sale_completed_elsewhere_whose_credit_another_has_by_now_is_told_to_leads(
    bench: Bench, mark: str, status: str
) -> None:
    await meet(bench, SAME_BUYER)
    await in_vain(bench)
    assert (await bench.confirm(await named(bench, mark, SAME_BUYER.id, by=OPERATOR_2), OPERATOR_2)).state is State.DONE
    await bench.told()
    await bench.see(ORDER.id, status=status)
    assert await bench.outcomes("credit_twice") == ["seen"]
    assert await bench.outcomes("done_elsewhere") == (["seen"] if status == "finished" else []), "Gate decided that one"
    told = await bench.told()
    assert notices(told, "credit_twice") == [GROUP, OWNER, LEAD]
    await bench.see(ORDER.id, unread=3)
    assert await bench.outcomes("credit_twice") == ["seen"], "once"


@pytest.mark.parametrize("first", ["the sale ends", "the twin is released"])
async def test_the_end_elsewhere_and_another_release_of_one_credit_are_one_after_the_other(
    bench: Bench, first: str
) -> None:
    await meet(bench, SAME_BUYER)
    await in_vain(bench)
    seal = await named(bench, "8821", SAME_BUYER.id, by=OPERATOR_2)
    bench.gate.move(ORDER.id, status="finished")
    bench.pass_(1)
    works: list[Awaitable[object]] = [
        look(bench.desk, ORDER.id), confirm.confirm(bench.desk, OPERATOR_2, seal, bench.now)
    ]  # fmt: skip
    both = await asyncio.gather(*(works if first == "the sale ends" else reversed(works)), return_exceptions=True)
    await bench.desk.drain(5)
    no = [one.reason for one in both if isinstance(one, NotAllowed)]
    twice = await bench.outcomes("credit_twice")
    assert (no, twice, bench.gate.count("release")) in ((["reference_used"], [], 1), ([], ["seen"], 2))


async def test_a_cancelled_sale_takes_no_credit(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    await in_vain(bench)
    await bench.see(ORDER.id, status="cancel")
    assert (await bench.confirm(await named(bench, "8821", SAME_BUYER.id))).state is State.DONE


async def test_a_refusal_of_the_question_is_journalled_and_asks_nothing(bench: Bench) -> None:
    await meet(bench, TWIN)
    async with bench.store.write() as tables:
        await tables.desk.put("frozen", "1")
    assert (await refused(which_payer.ask(bench.desk, OPERATOR, ORDER.id))).reason == "desk_frozen"
    assert await bench.outcomes("release") == ["not_allowed"]
    assert (await refused(which_payer.ask(bench.desk, AGENT, ORDER.id))).reason == "role_too_low"
    async with bench.store.read() as tables:
        assert not await tables.twin_questions.is_asked(ORDER.id, OPERATOR, 0)


async def test_what_was_asked_and_used_is_forgotten_in_its_time(bench: Bench) -> None:
    await meet(bench, SAME_BUYER)
    await bench.confirm(await named(bench, "8821"))
    bench.pass_((bench.desk.policy.retention_days + 1) * 86_400)
    await housekeeping.purge(bench.desk)
    async with bench.store.read() as tables:
        assert await tables.credits.of_total_since(account_of(ORDER), "CNY", ORDER.total, 0) == []


async def test_the_answer_is_sealed(bench: Bench) -> None:
    await meet(bench, TWIN)
    choice = await pick(bench, await ask(bench), ORDER.id)
    _, seal = await approve.open_step(bench.desk, OPERATOR, ORDER.id, RELEASE, choice)
    assert seal.facts["choice_payer"] == ORDER.id and seal.facts["choice_among"] == f"{ORDER.id},{TWIN.id}"
