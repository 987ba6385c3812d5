"""The open money goes to a colleague who accepts it: all of it in one transaction, or nothing."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.duty import OfferState
from bot.domain.errors import NotAllowed
from bot.flows import bank, duty, handover, housekeeping, people
from bot.flows.duty_view import HANDOVER
from bot.flows.handover import Taken
from storage.messages import Shown
from storage.store import StoreError
from tests.flows.bench import AGENT, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, VIEWER, Bench, cards, notices
from tests.flows.test_duty import restarted

SECOND = "61000002"


async def refused(work: Awaitable[object]) -> str:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value.reason


async def offered(bench: Bench, giver: int = OPERATOR, taker: int = OPERATOR_2, note: str = "") -> str:
    """A handover that waits for its answer; what was told so far is taken out. Its id."""
    offer = await handover.write(bench.desk, giver, taker)
    if note:
        await handover.add_note(bench.desk, giver, offer.handover.id, note)
    await handover.send(bench.desk, giver, offer.handover.id)
    return offer.handover.id


async def accept(bench: Bench, handover_id: str, taker: int = OPERATOR_2) -> Taken:
    return await handover.accept(bench.desk, taker, handover_id, bench.now)


async def at_work(bench: Bench) -> None:
    """The operator is on one of two paid orders."""
    await bench.see()
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    bench.add(replace(ORDER, id=SECOND, total=Decimal("720.00")))
    await bench.see(SECOND)
    await bench.told()


async def state_of(bench: Bench, handover_id: str) -> OfferState:
    async with bench.store.read() as tables:
        found = await tables.duty.handover(handover_id)
    assert found is not None
    return found.state


async def owner_of(bench: Bench) -> int | None:
    return (await bench.stored()).claimed_by


async def test_accepting_moves_claims_and_duty_at_once_and_both_are_told(bench: Bench) -> None:
    await at_work(bench)
    handover_id = await offered(bench, note="the first one  waits\nfor the bank")
    [asked] = [one for one in await bench.told() if one.kind == HANDOVER]
    assert (asked.chat_id, asked.ring) == (OPERATOR_2, True)
    assert await owner_of(bench) == OPERATOR and bench.desk.people[OPERATOR].on_duty, "an offer moves nothing"
    bench.pass_(60)
    taken = await accept(bench, handover_id)
    assert (taken.moved, taken.offer.handover.note) == (1, "the first one waits for the bank")
    assert taken.watchman.person.id == OPERATOR_2 and taken.watchman.person.on_duty
    assert [one.order.id for one in taken.watchman.claims] == [ORDER.id]
    assert await owner_of(bench) == OPERATOR_2 and (await bench.stored(SECOND)).claimed_by is None
    assert not bench.desk.people[OPERATOR].on_duty and bench.desk.people[OPERATOR_2].on_duty
    told = await bench.told()
    assert notices(told, "duty_accepted") == [OPERATOR]
    assert OPERATOR_2 in cards(told) and OWNER not in cards(told), "nobody is rung: somebody has it"
    [line] = [line for line in await bench.journal(str(OPERATOR_2)) if line.outcome == "accepted"]
    assert line.actor == OPERATOR_2 and line.facts["giver"] == str(OPERATOR)
    assert line.facts["orders"].split() == [ORDER.id, SECOND]


async def test_the_confirm_of_whoever_gave_is_dead_and_the_claims_of_others_stay(bench: Bench) -> None:
    await at_work(bench)
    seal_id = await bench.open_step()
    await bank.claim(bench.desk, LEAD, SECOND)
    await accept(bench, await offered(bench))
    assert await refused(bench.confirm(seal_id)) in ("seal_used", "order_changed")
    assert (await bench.stored(SECOND)).claimed_by == LEAD


async def test_what_changed_since_the_offer_is_said_at_the_acceptance(bench: Bench) -> None:
    await at_work(bench)
    handover_id = await offered(bench)
    await bench.see(SECOND, status="finished")
    bench.add(replace(ORDER, id="61000003", total=Decimal("72.00")))
    await bench.see("61000003")
    taken = await accept(bench, handover_id)
    assert (taken.offer.came, taken.offer.went) == (1, 1)
    assert {one.order.id for one in taken.watchman.money.orders} == {ORDER.id, "61000003"}


async def test_if_one_write_fails_nothing_moved_and_nothing_is_told(bench: Bench) -> None:
    await at_work(bench)
    handover_id = await offered(bench)
    await bench.told()
    bench.broken.add("before:commit")
    with pytest.raises(StoreError):
        await accept(bench, handover_id)
    bench.broken.clear()
    async with bench.store.write() as tables:
        await bench.desk.read_people(tables)
    assert await owner_of(bench) == OPERATOR and await state_of(bench, handover_id) is OfferState.WAITING
    assert bench.desk.people[OPERATOR].on_duty and await bench.told() == []


async def test_a_refusal_moves_nothing_and_the_giver_hears_of_it(bench: Bench) -> None:
    await at_work(bench)
    handover_id = await offered(bench)
    await bench.told()
    assert (await handover.refuse(bench.desk, OPERATOR_2, handover_id)).handover.state is OfferState.REFUSED
    assert notices(await bench.told(), "duty_refused") == [OPERATOR]
    assert await owner_of(bench) == OPERATOR and bench.desk.people[OPERATOR].on_duty
    assert not bench.desk.people[OPERATOR_2].on_duty
    assert await refused(accept(bench, handover_id)) == "duty_offer_over"


async def test_an_offer_ends_after_ten_minutes_and_both_learn_it(bench: Bench) -> None:
    await at_work(bench)
    handover_id = await offered(bench)
    shown = Shown(OPERATOR_2, 9, HANDOVER, handover_id, OPERATOR_2, (), bench.now, "x")
    async with bench.store.write() as tables:
        await tables.messages.remember(shown)
    await bench.told()
    bench.pass_(599)
    commits = bench.store.commits
    await handover.end_late(bench.desk)
    assert await state_of(bench, handover_id) is OfferState.WAITING and bench.store.commits == commits
    bench.pass_(2)
    await handover.end_late(bench.desk)
    assert await state_of(bench, handover_id) is OfferState.UNANSWERED
    told = await bench.told()
    assert notices(told, "duty_unanswered") == [OPERATOR]
    assert [one.chat_id for one in told if one.kind == HANDOVER] == [OPERATOR_2]
    assert await refused(accept(bench, handover_id)) == "duty_offer_over"
    assert await owner_of(bench) == OPERATOR


async def test_an_acceptance_that_comes_too_late_moves_nothing_even_before_the_round(bench: Bench) -> None:
    await at_work(bench)
    handover_id = await offered(bench)
    bench.pass_(601)
    assert await refused(accept(bench, handover_id)) == "duty_offer_over"
    assert await owner_of(bench) == OPERATOR and await state_of(bench, handover_id) is OfferState.UNANSWERED


async def test_an_offer_can_be_taken_back_and_then_be_made_to_another(bench: Bench) -> None:
    await at_work(bench)
    handover_id = await offered(bench)
    assert await refused(handover.write(bench.desk, OPERATOR, LEAD)) == "duty_offered"
    assert await handover.standing(bench.desk, OPERATOR) is not None
    await bench.told()
    await handover.take_back(bench.desk, OPERATOR, handover_id)
    assert notices(await bench.told(), "duty_taken_back") == [OPERATOR_2]
    assert await refused(accept(bench, handover_id)) == "duty_offer_over"
    assert await handover.standing(bench.desk, OPERATOR) is None
    await accept(bench, await offered(bench, taker=LEAD), LEAD)
    assert await owner_of(bench) == LEAD


@pytest.mark.parametrize("who", ["giver frozen", "giver gone", "taker frozen", "taker gone", "giver off duty"])
async def test_when_one_of_the_two_cannot_any_more_nothing_moves(bench: Bench, who: str) -> None:
    await at_work(bench)
    handover_id = await offered(bench)
    await bench.told()
    person = OPERATOR if who.startswith("giver") else OPERATOR_2
    if who.endswith("frozen"):
        await people.freeze_person(bench.desk, LEAD, person, True)
    elif who.endswith("gone"):
        await people.remove(bench.desk, OWNER, person)
    else:
        await duty.leave(bench.desk, OPERATOR, anyway=True)
    before = await owner_of(bench)
    reason = await refused(accept(bench, handover_id))
    wanted = {"taker frozen": "person_frozen", "taker gone": "no_right_here"}
    assert reason == wanted.get(who, "duty_offer_over")
    await handover.end_late(bench.desk)
    assert await state_of(bench, handover_id) in (OfferState.VOID, OfferState.TAKEN_BACK)
    assert await owner_of(bench) == before != OPERATOR_2
    told = await bench.told()
    if who.startswith("taker"):
        assert notices(told, "duty_void") == [OPERATOR]
    if who == "giver off duty":
        assert notices(told, "duty_taken_back") == [OPERATOR_2]


async def test_two_acceptances_at_once_move_it_once(bench: Bench) -> None:
    await at_work(bench)
    handover_id = await offered(bench)
    both = await asyncio.gather(accept(bench, handover_id), accept(bench, handover_id))
    assert [one.watchman.person.on_duty for one in both] == [True, True]
    lines = [line for line in await bench.journal(str(OPERATOR_2)) if line.action == "handover"]
    assert [line.outcome for line in lines] == ["accepted", "waiting"]


async def test_acceptance_and_taking_back_at_once_end_in_one_of_the_two(bench: Bench) -> None:
    await at_work(bench)
    handover_id = await offered(bench)
    ends = await asyncio.gather(
        accept(bench, handover_id), handover.take_back(bench.desk, OPERATOR, handover_id), return_exceptions=True
    )
    assert sum(isinstance(end, NotAllowed) for end in ends) == 1
    moved = await state_of(bench, handover_id) is OfferState.ACCEPTED
    assert await owner_of(bench) == (OPERATOR_2 if moved else OPERATOR)


async def test_two_who_offer_to_each_other_change_once(bench: Bench) -> None:
    await at_work(bench)
    await duty.set_duty(bench.desk, OPERATOR_2, True)
    mine, theirs = await offered(bench), await offered(bench, OPERATOR_2, OPERATOR)
    await accept(bench, mine)
    assert await state_of(bench, theirs) is OfferState.VOID
    assert await refused(handover.accept(bench.desk, OPERATOR, theirs, bench.now)) == "duty_offer_over"
    assert await owner_of(bench) == OPERATOR_2 and not bench.desk.people[OPERATOR].on_duty


async def test_one_person_may_take_over_from_two(bench: Bench) -> None:
    await at_work(bench)
    await duty.set_duty(bench.desk, AGENT, True)
    await bank.claim(bench.desk, AGENT, SECOND)
    first, second = await offered(bench), await offered(bench, AGENT, OPERATOR_2)
    await accept(bench, first)
    await accept(bench, second)
    assert await owner_of(bench) == (await bench.stored(SECOND)).claimed_by == OPERATOR_2
    assert [one.id for one in bench.desk.people.values() if one.on_duty] == [OPERATOR_2]


async def test_it_survives_a_restart_at_every_step(bench: Bench) -> None:
    await at_work(bench)
    draft = await handover.write(bench.desk, OPERATOR, OPERATOR_2)
    desk = await restarted(bench)
    await handover.add_note(desk, OPERATOR, draft.handover.id, "kept")
    desk = await restarted(bench)
    await handover.send(desk, OPERATOR, draft.handover.id)
    desk = await restarted(bench)
    taken = await handover.accept(desk, OPERATOR_2, draft.handover.id, bench.now)
    assert taken.offer.handover.note == "kept" and taken.moved == 1
    desk = await restarted(bench)
    again = await handover.accept(desk, OPERATOR_2, draft.handover.id, bench.now)
    assert again.watchman.person.on_duty and desk.people[OPERATOR].on_duty is False


async def test_whom_one_cannot_hand_over_to(bench: Bench) -> None:
    await at_work(bench)
    assert await refused(handover.write(bench.desk, OPERATOR, OPERATOR)) == "duty_self"
    assert await refused(handover.write(bench.desk, OPERATOR, 999)) == "duty_nobody_known"
    assert await refused(handover.write(bench.desk, OPERATOR, VIEWER)) == "duty_taker_gone"
    await people.freeze_person(bench.desk, LEAD, OPERATOR_2, True)
    assert await refused(handover.write(bench.desk, OPERATOR, OPERATOR_2)) == "duty_taker_gone"
    assert await refused(handover.choose(bench.desk, AGENT)) == "duty_not_on"
    assert await refused(handover.write(bench.desk, AGENT, OPERATOR)) == "duty_not_on"
    _, fitting = await handover.choose(bench.desk, OPERATOR)
    assert {one.id for one in fitting} == {AGENT, LEAD, OWNER}
    draft = await handover.write(bench.desk, OPERATOR, AGENT)
    async with bench.store.write() as tables:
        for person in (AGENT, LEAD, OWNER):
            await tables.staff.set_reachable(person, False)
    assert await refused(handover.choose(bench.desk, OPERATOR)) == "duty_nobody"
    assert await refused(handover.send(bench.desk, OPERATOR, draft.handover.id)) == "duty_taker_gone"
    assert await state_of(bench, draft.handover.id) is OfferState.DRAFT


async def test_notes_have_a_length_an_owner_and_a_time(bench: Bench) -> None:
    await at_work(bench)
    draft = (await handover.write(bench.desk, OPERATOR, OPERATOR_2)).handover.id
    assert await refused(handover.add_note(bench.desk, OPERATOR, draft, "n" * 501)) == "duty_note_long"
    assert await refused(handover.add_note(bench.desk, OPERATOR, draft, " \n ")) == "duty_note_empty"
    assert await refused(handover.add_note(bench.desk, OPERATOR_2, draft, "mine")) == "stale_button"
    assert (await handover.add_note(bench.desk, OPERATOR, draft, "收" * 500)).handover.note == "收" * 500
    await handover.send(bench.desk, OPERATOR, draft)
    assert await refused(handover.add_note(bench.desk, OPERATOR, draft, "late")) == "duty_offer_over"
    await accept(bench, draft)
    bench.pass_(bench.desk.policy.retention_days * 86_400 + 1)
    await housekeeping.purge(bench.desk)
    async with bench.store.read() as tables:
        assert await tables.duty.handover(draft) is None
    assert all("收" not in str(line.facts) for line in await bench.journal())


async def test_nobody_answers_or_takes_back_what_is_not_theirs(bench: Bench) -> None:
    await at_work(bench)
    handover_id = await offered(bench)
    for person in (OPERATOR, AGENT, LEAD):
        assert await refused(accept(bench, handover_id, person)) == "stale_button"
        assert await refused(handover.refuse(bench.desk, person, handover_id)) == "stale_button"
    for person in (OPERATOR_2, AGENT):
        assert await refused(handover.take_back(bench.desk, person, handover_id)) == "stale_button"
        assert await refused(handover.send(bench.desk, person, handover_id)) in ("stale_button", "duty_not_on")
    assert await refused(accept(bench, "nonsense")) == "stale_button"
    assert await refused(handover.accept(bench.desk, VIEWER, handover_id, bench.now)) == "role_too_low"
    assert await state_of(bench, handover_id) is OfferState.WAITING


async def test_accepting_with_a_bell_that_waits_leaves_no_bell(bench: Bench) -> None:
    await at_work(bench)
    bell = (await duty.ask_bell(bench.desk, OPERATOR_2)).bell
    await accept(bench, await offered(bench))
    assert bell is not None and (await duty.stand(bench.desk, OPERATOR_2)).bell is None
