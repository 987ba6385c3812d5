"""Open, confirm, settle: at most one request per approved step, and every way it can end."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable, VenueError
from bot.domain.intents import Action, State
from bot.domain.orders import Side
from bot.domain.seals import Choice
from bot.domain.situations import LockReason
from bot.flows import approve, bank, cancelling, confirm, payee, unlock
from storage.store import StoreError
from tests.flows.bench import (
    AGENT,
    GROUP,
    LEAD,
    OPERATOR,
    OPERATOR_2,
    ORDER,
    OWNER,
    VIEWER,
    Bench,
    cards,
    notices,
)  # fmt: skip

BUY = replace(ORDER, side=Side.BUY, status="unpay", paid_at=0)
LOST = Unknown("gate", "release", why="timeout")


async def refused(work: object) -> NotAllowed:
    with pytest.raises(NotAllowed) as no:
        await work  # type: ignore[misc]
    return no.value


async def test_a_confirmed_release_is_one_request_and_one_line_of_journal_each(bench: Bench) -> None:
    intent = await bench.act()
    assert intent.state is State.DONE and intent.amount == Decimal("1000.00") and intent.actor == OPERATOR
    assert bench.gate.count("release") == 1
    assert await bench.outcomes("release") == ["sent", "done"]
    sent = next(line for line in await bench.journal(ORDER.id) if line.outcome == "sent")
    assert "张三丰" not in str(sent.facts) and sent.facts["amount"] == "1000.00"


@pytest.mark.parametrize(
    ("error", "acts", "state", "answer"),
    [
        (Refused("gate", "release", code="1", detail="no", status=200), False, State.REFUSED, "1: no"),
        (Unreachable("gate", "release", "no route"), False, State.VOID, "gate release: no route"),
        (LOST, False, State.UNKNOWN, "timeout"),
        (LOST, True, State.UNKNOWN, "timeout"),
        (VenueError("gate", "release", "odd"), False, State.UNKNOWN, "gate release: odd"),
    ],
)
async def test_every_answer_has_its_state(
    bench: Bench, error: VenueError, acts: bool, state: State, answer: str
) -> None:
    bench.gate.errors["release"] = [error]
    bench.gate.acts = acts
    intent = await bench.act()
    assert (intent.state, intent.answer) == (state, answer)
    assert bench.gate.count("release") == 1


async def test_marking_paid_and_cancelling_send_what_was_chosen(bench: Bench) -> None:
    bench.add(BUY)
    assert (await bench.act(action=Action.MARK_PAID, choice=Choice(method="alipay"))).state is State.DONE
    other = bench.add(replace(BUY, id="61000002"))
    intent = await bench.act(other, Action.CANCEL, Choice(reason="9", memo="closed"))
    assert intent.state is State.DONE and intent.arguments == {"reason": "9", "memo": "closed"}
    assert await cancelling.cancels(bench.desk) == (1, 1)
    sent = next(line for line in await bench.journal(other) if line.outcome == "sent")
    assert "closed" not in str(sent.facts), "words are kept where they have a retention time"


async def test_an_unknown_outcome_rings_everybody_and_the_group_and_wants_a_topic(bench: Bench) -> None:
    bench.gate.errors["release"], bench.gate.acts = [LOST], False
    seal = await bench.open_step()
    await bench.told()
    await bench.confirm(seal)
    told = cards(await bench.told())
    assert told[OPERATOR].ring and told[GROUP].ring
    assert (await bench.stored()).needs_topic


async def test_a_step_is_confirmed_by_its_opener_only(bench: Bench) -> None:
    seal = await bench.open_step()
    no = await refused(confirm.confirm(bench.desk, OPERATOR_2, seal, bench.now))
    assert no.reason == "not_your_step" and no.facts["who"] == "operator 3"
    no = await refused(confirm.confirm(bench.desk, AGENT, seal, bench.now))
    assert no.reason == "role_too_low"
    no = await refused(confirm.confirm(bench.desk, 999, seal, bench.now))
    assert no.reason == "no_right_here"
    assert (await bench.confirm(seal)).state is State.DONE


async def test_an_unknown_seal_is_a_stale_button(bench: Bench) -> None:
    assert (await refused(confirm.confirm(bench.desk, OPERATOR, "never", bench.now))).reason == "stale_button"


async def test_a_used_seal_names_who_used_it(bench: Bench) -> None:
    seal = await bench.open_step()
    await bench.confirm(seal)
    no = await refused(confirm.confirm(bench.desk, OPERATOR, seal, bench.now))
    assert no.reason == "seal_used" and no.facts["who"] == "operator 3"
    assert bench.gate.count("release") == 1


async def test_a_seal_that_died_without_an_intent_names_nobody(bench: Bench) -> None:
    seal = await bench.open_step()
    await approve.step_back(bench.desk, OPERATOR, ORDER.id)
    no = await refused(confirm.confirm(bench.desk, OPERATOR, seal, bench.now))
    assert no.reason == "seal_used" and no.facts["who"] == ""


async def test_back_closes_only_ones_own_step(bench: Bench) -> None:
    mine = await bench.open_step()
    theirs = await bench.open_step(by=OPERATOR_2)
    await approve.step_back(bench.desk, OPERATOR, ORDER.id)
    assert (await refused(confirm.confirm(bench.desk, OPERATOR, mine, bench.now))).reason == "seal_used"
    assert (await bench.confirm(theirs, OPERATOR_2)).state is State.DONE


@pytest.mark.parametrize(
    ("wait", "tapped", "reason"), [(119, 0, "seal_expired"), (0, -200, ""), (119, -119, "seal_expired")]
)
async def test_an_expired_seal_is_refused_by_tap_time_and_by_now(
    bench: Bench, wait: float, tapped: float, reason: str
) -> None:
    seal = await bench.open_step()
    bench.pass_(wait)
    at = bench.now + int(tapped * 1000)
    if not reason:
        assert (await refused(confirm.confirm(bench.desk, OPERATOR, seal, at))).reason == "too_quick"
        return
    assert (await refused(confirm.confirm(bench.desk, OPERATOR, seal, at))).reason == reason
    assert bench.gate.count("release") == 0


async def test_a_thumb_that_is_still_on_the_button_before_decides_nothing(bench: Bench) -> None:
    _, seal = await approve.open_step(bench.desk, OPERATOR, ORDER.id, Action.RELEASE)
    bench.pass_(5)
    async with bench.store.write() as tables:
        await tables.seals.shown(seal.id, bench.now)
    bench.pass_(1.1)
    assert (await refused(confirm.confirm(bench.desk, OPERATOR, seal.id, bench.now))).reason == "too_quick"
    bench.pass_(0.2)
    assert (await bench.confirm(seal.id)).state is State.DONE


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Decimal("1000.01")}, {"price": Decimal("7.21")}, {"total": Decimal("7200.01")},
        {"counterparty_name": "王五"}, {"counterparty_id": "c2"}, {"payees": ()}, {"methods": ("bank",)},
        {"own_name": "别人"}, {"vouchers": ("x",)}, {"pay_deadline": 1}, {"terms": "new"}, {"is_cancelable": False},
        {"warnings": ("risk",)}, {"asset": "BTC"}, {"fiat": "USD"}, {"hides_payment": True}, {"paid_at": 5},
        {"can_release_in_appeal": True}, {"chosen_method": "alipay"},
    ],
)  # fmt: skip
async def test_a_fact_that_moved_refuses_the_tap_and_names_it(bench: Bench, change: dict[str, object]) -> None:
    seal = await bench.open_step()
    bench.gate.move(ORDER.id, **change)
    with pytest.raises(confirm.Changed) as no:
        await confirm.confirm(bench.desk, OPERATOR, seal, bench.now)
    assert no.value.names
    assert bench.gate.count("release") == 0
    assert (await bench.outcomes("release"))[-1] == "not_allowed"
    again = await refused(confirm.confirm(bench.desk, OPERATOR, seal, bench.now))
    assert again.reason == "seal_used", "the step is over"


@pytest.mark.parametrize("change", [{"unread": 9}, {"has_traded": False}, {"appeal_from": 9}, {"verdict": "x"}])
async def test_what_is_shown_but_not_sealed_stops_nobody(bench: Bench, change: dict[str, object]) -> None:
    seal = await bench.open_step()
    bench.gate.move(ORDER.id, **change)
    assert (await bench.confirm(seal)).state is State.DONE


async def test_a_status_that_moved_while_we_looked_is_a_change_too(bench: Bench) -> None:
    seal = await bench.open_step()
    bench.gate.move(ORDER.id, status="unconfirmed")
    with pytest.raises(confirm.Changed) as no:
        await confirm.confirm(bench.desk, OPERATOR, seal, bench.now)
    assert no.value.names == ("status",)


async def test_a_colleague_who_was_quicker_is_named(bench: Bench) -> None:
    mine, theirs = await bench.open_step(), await bench.open_step(by=OPERATOR_2)
    taken = (await bench.stored()).claimed_by
    assert taken == OPERATOR_2
    await bench.confirm(theirs, OPERATOR_2)
    no = await refused(confirm.confirm(bench.desk, OPERATOR, mine, bench.now))
    assert no.facts.get("who") == "operator 6" and bench.gate.count("release") == 1


async def test_what_was_done_once_is_not_done_again_even_if_the_venue_still_shows_it_open(bench: Bench) -> None:
    bench.gate.acts = False
    await bench.act()
    no = await refused(approve.open_step(bench.desk, OPERATOR, ORDER.id, Action.RELEASE))
    assert no.reason == "already_done" and bench.gate.count("release") == 1


async def test_while_an_outcome_is_unknown_no_other_verb_may_start(bench: Bench) -> None:
    bench.gate.errors["release"], bench.gate.acts = [LOST], False
    await bench.act()
    for action in (Action.RELEASE, Action.CANCEL):
        no = await refused(approve.open_step(bench.desk, LEAD, ORDER.id, action))
        assert no.reason == "already_open" and no.facts["who"] == "operator 3" and no.facts["state"] == "unknown"
    no = await refused(bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER))
    assert no.reason == "already_open"


async def test_limits_count_what_was_done_and_what_may_still_happen(bench: Bench) -> None:
    big = bench.add(replace(ORDER, id="61000009", amount=Decimal("2000.01"), total=Decimal("14400.07")))
    no = await refused(approve.open_step(bench.desk, OPERATOR, big, Action.RELEASE))
    assert no.reason == "over_limit" and no.facts["order"] == big and no.facts["action"] == "release"
    assert (await bench.outcomes("release", big)) == ["not_allowed"]
    for number in range(1, 6):
        await bench.act(bench.add(replace(ORDER, id=f"6200000{number}", total=Decimal(number))))
    no = await refused(approve.open_step(bench.desk, OPERATOR, ORDER.id, Action.RELEASE))
    assert no.reason == "over_daily_limit" and no.facts["used"] == "5000.00"
    assert (await bench.act(by=LEAD)).state is State.DONE, "leads are above limits"
    bench.pass_(86_400)
    await bench.act(bench.add(replace(ORDER, id="63000000", total=Decimal(7))))


async def test_a_frozen_or_halted_desk_opens_and_confirms_nothing(bench: Bench) -> None:
    seal = await bench.open_step()
    async with bench.store.write() as tables:
        await tables.desk.put("frozen", "1")
    assert (await refused(confirm.confirm(bench.desk, OPERATOR, seal, bench.now))).reason == "desk_frozen"
    async with bench.store.write() as tables:
        await tables.desk.delete("frozen")
    bench.desk.is_halted = True
    assert (await refused(approve.open_step(bench.desk, OPERATOR, ORDER.id, Action.RELEASE))).reason == "halted"
    assert bench.gate.count("release") == 0


async def test_a_venue_that_is_not_set_up_is_said(bench: Bench) -> None:
    bench.desk.gate = None
    assert (await refused(approve.open_step(bench.desk, OPERATOR, ORDER.id, Action.RELEASE))).reason == "venue_off"


async def test_somebody_without_the_right_learns_it_before_the_venue_is_asked(bench: Bench) -> None:
    for person in (VIEWER, AGENT):
        no = await refused(approve.prepare(bench.desk, person, ORDER.id, Action.RELEASE))
        assert no.reason == "role_too_low" and no.facts["action"] == "release"
    assert bench.gate.count("order") == 0


async def test_a_request_is_carried_with_the_lead_who_was_asked(bench: Bench) -> None:
    await bench.see()
    await bank.ask_lead(bench.desk, OPERATOR, ORDER.id, "release")
    told = await bench.told()
    assert notices(told, "ask_lead") == [OWNER, LEAD]
    assert (await bench.act(by=LEAD)).requester == OPERATOR
    own = bench.add(replace(ORDER, id="61000003", total=Decimal(7201)))
    await bench.see(own)
    await bank.ask_lead(bench.desk, LEAD, own, "release")
    assert (await refused(bench.open_step(own, by=LEAD))).reason == "asked_by_you"
    assert (await bench.act(own, by=OWNER)).requester == LEAD
    final = bench.add(replace(ORDER, id="61000004", status="finished"))
    no = await refused(approve.open_step(bench.desk, LEAD, final, Action.RELEASE))
    assert no.reason == "already_final"
    for work in (bank.ask_lead(bench.desk, OPERATOR, final, "release"), bank.claim(bench.desk, OPERATOR, final)):
        assert (await refused(work)).reason == "already_final"


async def test_the_bank_answers_lock_and_only_a_lead_unlocks(bench: Bench) -> None:
    seal = await bench.open_step()
    await bench.told()
    situation = await bank.stop_release(bench.desk, AGENT, ORDER.id, LockReason.NAME_DIFFERS)
    assert situation.lock is not None and situation.lock.by_name == "agent 4"
    assert notices(await bench.told(), "release_locked") == [OWNER, LEAD]
    assert (await refused(confirm.confirm(bench.desk, OPERATOR, seal, bench.now))).reason == "seal_used"
    for person in (OPERATOR, LEAD):
        no = await refused(approve.open_step(bench.desk, person, ORDER.id, Action.RELEASE))
        assert no.reason == "locked_for_lead" and no.facts["lock"] == "name_differs"
    assert (await refused(unlock.open_step(bench.desk, OPERATOR, ORDER.id, "his wife"))).reason == "role_too_low"
    await bench.told()
    _, step = await unlock.open_step(bench.desk, LEAD, ORDER.id, "his wife paid")
    assert (await unlock.carry_out(bench.desk, LEAD, step.id)).lock is None
    assert {one.chat_id for one in await bench.told() if one.ring and one.repost} == {OPERATOR}, "who waits hears it"
    assert (await refused(unlock.begin(bench.desk, LEAD, ORDER.id))).reason == "not_locked"
    assert (await bench.act()).state is State.DONE


async def test_not_there_yet_claims_and_is_kept(bench: Bench) -> None:
    await bench.open_step(by=OPERATOR_2)
    situation = await bank.not_there_yet(bench.desk, OPERATOR, ORDER.id)
    assert situation.last_look is not None and situation.last_look.by_name == "operator 3"
    assert situation.claimed_by == OPERATOR
    bench.add(BUY)
    await approve.prepare(bench.desk, OPERATOR, ORDER.id, Action.CANCEL)
    assert (await refused(bank.not_there_yet(bench.desk, OPERATOR, ORDER.id))).reason == "wrong_side"


async def test_the_payee_is_shown_to_operators_and_journalled_and_a_strange_holder_to_leads_only(bench: Bench) -> None:
    bench.add(BUY)
    await approve.prepare(bench.desk, OPERATOR, ORDER.id, Action.MARK_PAID)
    assert (await payee.show_payee(bench.desk, OPERATOR, ORDER.id))[0].order.main_payee == BUY.payees[0]
    assert await bench.outcomes("show_payee") == ["done"]
    assert (await refused(payee.show_payee(bench.desk, AGENT, ORDER.id))).reason == "role_too_low"
    assert await bench.outcomes("show_payee") == ["done", "not_allowed"]
    odd = replace(BUY, id="61000005", payees=(replace(BUY.payees[0], holder="王五"),))
    bench.add(odd)
    await approve.prepare(bench.desk, LEAD, odd.id, Action.MARK_PAID)
    assert (await refused(payee.show_payee(bench.desk, OPERATOR, odd.id))).reason == "holder_differs"
    await payee.show_payee(bench.desk, LEAD, odd.id)
    hidden = bench.add(replace(BUY, id="61000006", hides_payment=True))
    no = await refused(approve.prepare(bench.desk, LEAD, hidden, Action.MARK_PAID))
    assert no.reason == "hides_payment"
    assert (await refused(payee.show_payee(bench.desk, LEAD, hidden))).reason == "hides_payment"
    sale = bench.add(replace(ORDER, id="61000007"))
    await approve.prepare(bench.desk, LEAD, sale, Action.RELEASE)
    assert (await refused(payee.show_payee(bench.desk, LEAD, sale))).reason == "wrong_side"
    bench.gate.move(sale, status="finished")
    await refused(approve.prepare(bench.desk, LEAD, sale, Action.RELEASE))
    assert (await refused(bank.not_there_yet(bench.desk, LEAD, sale))).reason == "already_final"
    assert (await refused(bank.claim(bench.desk, LEAD, "no such"))).reason == "order_unknown"


async def test_an_outcome_that_cannot_be_stored_halts_the_desk_until_it_can(bench: Bench) -> None:
    seal = await bench.open_step()
    failures = 2

    def fail(point: str) -> None:
        nonlocal failures
        if point == "before:commit" and bench.gate.count("release") and failures:
            failures -= 1
            halted.append(bench.desk.is_halted)
            raise StoreError("full", "no space")

    halted: list[bool] = []
    slept: list[bool] = []

    async def sleep(seconds: float) -> None:
        slept.append(bench.desk.is_halted)

    bench.desk.clock.sleep = sleep  # type: ignore[method-assign]
    probe: Callable[[str], None] = fail
    bench.store._probe = probe
    intent = await bench.confirm(seal)
    assert slept and all(slept), "no money moves while an outcome cannot be stored"
    assert intent.state is State.DONE and not bench.desk.is_halted
    assert bench.gate.count("release") == 1


async def test_without_a_durable_intent_nothing_is_sent(bench: Bench) -> None:
    seal = await bench.open_step()

    def fail(point: str) -> None:
        if point == "before:commit":
            raise StoreError("full", "no space")

    bench.store._probe = fail
    with pytest.raises(StoreError):
        await confirm.confirm(bench.desk, OPERATOR, seal, bench.now)
    await bench.desk.drain(1)
    assert bench.gate.count("release") == 0
