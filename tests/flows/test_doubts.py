"""Doubts at the bank: not there yet and not now, another payer's name, a lead's reason, and the buyer's next order."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.orders import Side
from bot.domain.situations import LockReason
from bot.flows import assemble, bank, housekeeping, snooze, unlock
from bot.flows.absorb import look
from storage.store import Store
from tests.flows.bench import AGENT, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, VIEWER, Bench, cards

TWIN = replace(ORDER, id="61000422", counterparty_id="c4", counterparty_name="李四")
LATER = replace(ORDER, id="61000500", total=ORDER.total + 1)


async def refused(work: Awaitable[object]) -> NotAllowed:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value


# not now


async def test_a_snooze_is_on_the_card_and_rings_only_who_wanted_it_after_three_minutes(bench: Bench) -> None:
    await look(bench.desk, ORDER.id)
    situation = await snooze.snooze(bench.desk, OPERATOR_2, ORDER.id)
    assert situation.doubts.snoozed_until == bench.now + 180_000 and situation.claimed_by == OPERATOR_2
    await bench.told()
    bench.pass_(179)
    await snooze.ring_due(bench.desk)
    assert await bench.told() == []
    bench.pass_(1)
    await snooze.ring_due(bench.desk)
    told = cards(await bench.told())
    assert {chat for chat, one in told.items() if one.ring and one.repost} == {OPERATOR_2}
    assert (await assemble.show(bench.desk, LEAD, ORDER.id)).doubts.snoozed_until is None
    bench.pass_(600)
    await snooze.ring_due(bench.desk)
    assert await bench.told() == [], "it rings once"


async def test_a_snooze_survives_a_restart(bench: Bench, tmp_path: Path) -> None:
    await look(bench.desk, ORDER.id)
    await snooze.snooze(bench.desk, OPERATOR, ORDER.id)
    async with bench.store.read() as tables:
        until, kinds = await tables.snoozes.until(ORDER.id), await tables.going.kinds()
    assert until == bench.now + 180_000 and "snoozes" in kinds
    again = await Store.open(f"sqlite:///{tmp_path / 'desk.db'}")
    try:
        async with again.read() as tables:
            assert [one.person_id for one in await tables.snoozes.due(until)] == [OPERATOR]
    finally:
        await again.close()


@pytest.mark.parametrize(("seconds", "may"), [(0, True), (1200 - 60 - 180, True), (1200 - 60 - 179, False)])
async def test_nothing_waits_past_the_moment_from_which_gate_may_act(bench: Bench, seconds: int, may: bool) -> None:
    await look(bench.desk, ORDER.id)  # paid a minute ago, so that Gate may act 1140 s from now
    bench.pass_(seconds)
    if may:
        await snooze.snooze(bench.desk, OPERATOR, ORDER.id)
        return
    no = await refused(snooze.snooze(bench.desk, OPERATOR, ORDER.id))
    assert no.reason == "snooze_past_limit" and no.facts["until"] == str(ORDER.may_be_forced_at * 1000)
    assert (await bench.stored()).claimed_by is None and await bench.outcomes("snooze") == []


async def test_what_nobody_may_release_is_not_snoozed(bench: Bench) -> None:
    await look(bench.desk, ORDER.id)
    assert (await refused(snooze.snooze(bench.desk, VIEWER, ORDER.id))).reason == "role_too_low"
    await bench.see(status="unpay")
    assert (await refused(snooze.snooze(bench.desk, OPERATOR, ORDER.id))).reason == "not_paid"
    bought = bench.add(replace(ORDER, id="61000009", side=Side.BUY))
    await look(bench.desk, bought)
    assert (await refused(snooze.snooze(bench.desk, OPERATOR, bought))).reason == "wrong_side"
    await bench.see(status="finished")
    assert (await refused(snooze.snooze(bench.desk, OPERATOR, ORDER.id))).reason == "already_final"


@pytest.mark.parametrize("meanwhile", ["released", "stopped", "over"])
async def test_what_needs_nobody_any_more_does_not_ring(bench: Bench, meanwhile: str) -> None:
    await look(bench.desk, ORDER.id)
    await snooze.snooze(bench.desk, OPERATOR, ORDER.id)
    if meanwhile == "stopped":
        await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    else:
        await bench.see(status="finished" if meanwhile == "released" else "cancel")
    await bench.told()
    bench.pass_(200)
    await snooze.ring_due(bench.desk)
    assert [one for one in await bench.told() if one.ring] == []
    async with bench.store.read() as tables:
        assert await tables.snoozes.until(ORDER.id) is None


async def test_whoever_left_meanwhile_is_stood_in_for(bench: Bench) -> None:
    await look(bench.desk, ORDER.id)
    await snooze.snooze(bench.desk, OPERATOR_2, ORDER.id)
    async with bench.store.write() as tables:
        await tables.staff.remove(OPERATOR_2)
        await bench.desk.read_people(tables)
    await bench.told()
    bench.pass_(181)
    await snooze.ring_due(bench.desk)
    assert {chat for chat, one in cards(await bench.told()).items() if one.ring} == {OPERATOR}


# another payer


async def test_who_paid_instead_is_kept_for_staff_and_forgotten_with_the_order(bench: Bench) -> None:
    await look(bench.desk, ORDER.id)
    assert (await refused(bank.keep_payer(bench.desk, OPERATOR, ORDER.id, "王五"))).reason == "not_locked"
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    for empty in ("", "  ", "--", "…"):
        assert (await refused(bank.keep_payer(bench.desk, OPERATOR, ORDER.id, empty))).reason == "payer_name"
    assert (await refused(bank.keep_payer(bench.desk, VIEWER, ORDER.id, "王五"))).reason == "role_too_low"
    situation = await bank.keep_payer(bench.desk, AGENT, ORDER.id, "  王 \n五 ")
    assert situation.doubts.payer == "王 五"
    assert "王" not in str([line.facts for line in await bench.journal(ORDER.id)])
    await bench.see(status="finished")
    bench.pass_((bench.desk.policy.retention_days + 1) * 86_400)
    await housekeeping.purge(bench.desk)
    async with bench.store.read() as tables:
        assert (await tables.doubts.about(ORDER.id, "c1")).payer == ""


@pytest.mark.parametrize("reason", list(LockReason))
async def test_the_buyers_next_order_says_what_happened_before(bench: Bench, reason: LockReason) -> None:
    for order in (ORDER, LATER, TWIN):
        await look(bench.desk, bench.add(order))
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, reason)
    mark = (await assemble.show(bench.desk, LEAD, LATER.id)).doubts.mark
    assert mark is not None and (mark.reason, mark.order_id, mark.at) == (reason, ORDER.id, bench.now)
    assert (await assemble.show(bench.desk, LEAD, ORDER.id)).doubts.mark is None, "its own card says more"
    assert (await assemble.show(bench.desk, LEAD, TWIN.id)).doubts.mark is None, "another buyer"
    bench.pass_((bench.desk.policy.retention_days + 1) * 86_400)
    await housekeeping.purge(bench.desk)
    assert (await assemble.show(bench.desk, LEAD, LATER.id)).doubts.mark is None


async def test_a_buyer_whom_gate_does_not_name_marks_nobody(bench: Bench) -> None:
    for order in (replace(ORDER, counterparty_id=""), replace(LATER, counterparty_id="")):
        await look(bench.desk, bench.add(order))
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    assert (await assemble.show(bench.desk, LEAD, LATER.id)).doubts.mark is None


# a lead's reason


async def locked(bench: Bench) -> None:
    await look(bench.desk, ORDER.id)
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)


async def test_a_reason_in_words_is_kept_and_only_its_step_unlocks(bench: Bench) -> None:
    await locked(bench)
    for words in ("", "..", "ab", "x" * 201):
        assert (await refused(unlock.open_step(bench.desk, LEAD, ORDER.id, words))).reason == "reason_in_words"
    for person in (OPERATOR, AGENT):
        assert (await refused(unlock.open_step(bench.desk, person, ORDER.id, "a reason"))).reason == "role_too_low"
    situation, step = await unlock.open_step(bench.desk, LEAD, ORDER.id, "  his  wife\npaid ")
    assert situation.lock is not None and step.reason == "his wife paid"
    assert (await refused(unlock.carry_out(bench.desk, OWNER, step.id))).reason == "not_your_step"
    assert (await refused(unlock.carry_out(bench.desk, OPERATOR, step.id))).reason == "role_too_low"
    situation = await unlock.carry_out(bench.desk, LEAD, step.id)
    assert situation.lock is None and situation.doubts.unlocked is not None
    assert (situation.doubts.unlocked.by_name, situation.doubts.unlocked.reason) == ("lead 2", "his wife paid")
    line = (await bench.journal(ORDER.id))[0]
    assert (line.action, line.actor, line.facts) == ("unlock", LEAD, {"unlock": step.id, "lock": "other_payer"})
    assert (await refused(unlock.carry_out(bench.desk, LEAD, step.id))).reason == "seal_used"
    assert (await bench.act()).state.value == "done"


@pytest.mark.parametrize("when", ["before the stop", "before the stop, then once more", "while it was stopped"])
async def test_an_unlock_answers_what_was_asked_since_the_stop_and_nothing_older(bench: Bench, when: str) -> None:
    await look(bench.desk, ORDER.id)
    if when != "while it was stopped":
        await bank.ask_lead(bench.desk, OPERATOR, ORDER.id, "release")
        bench.pass_(5)
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    bench.pass_(5)
    if when != "before the stop":
        await bank.ask_lead(bench.desk, OPERATOR, ORDER.id, "release")
    _, step = await unlock.open_step(bench.desk, LEAD, ORDER.id, "his wife paid")
    await unlock.carry_out(bench.desk, LEAD, step.id)
    if when == "while it was stopped":
        assert (await bench.act()).state.value == "done", "the unlock was what they asked for"
    else:
        assert (await refused(bench.open_step())).reason == "asked_by_you"
        assert bench.gate.count("release") == 0


async def test_a_step_that_is_old_or_about_another_lock_unlocks_nothing(bench: Bench) -> None:
    await locked(bench)
    _, first = await unlock.open_step(bench.desk, LEAD, ORDER.id, "one reason")
    _, second = await unlock.open_step(bench.desk, LEAD, ORDER.id, "another reason")
    assert (await refused(unlock.carry_out(bench.desk, LEAD, first.id))).reason == "seal_expired"
    bench.pass_(bench.desk.policy.approval_seconds)
    assert (await refused(unlock.carry_out(bench.desk, LEAD, second.id))).reason == "seal_expired"
    _, third = await unlock.open_step(bench.desk, LEAD, ORDER.id, "a third reason")
    bench.pass_(1)
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.NAME_DIFFERS)
    assert (await refused(unlock.carry_out(bench.desk, LEAD, third.id))).reason == "order_changed"
    assert (await refused(unlock.carry_out(bench.desk, LEAD, "unheard-of"))).reason == "stale_button"
    assert (await bench.stored()).lock is not None


async def test_only_what_is_locked_is_unlocked_and_the_reason_goes_in_its_time(bench: Bench) -> None:
    await look(bench.desk, ORDER.id)
    assert (await refused(unlock.begin(bench.desk, LEAD, ORDER.id))).reason == "not_locked"
    assert (await refused(unlock.begin(bench.desk, OPERATOR, ORDER.id))).reason == "role_too_low"
    await locked(bench)
    _, step = await unlock.open_step(bench.desk, LEAD, ORDER.id, "his wife paid")
    await unlock.carry_out(bench.desk, LEAD, step.id)
    bench.pass_((bench.desk.policy.retention_days + 1) * 86_400)
    await housekeeping.purge(bench.desk)
    async with bench.store.read() as tables:
        assert await tables.doubts.unlock(step.id) is None


# tied


async def test_a_paid_card_is_drawn_again_when_a_twin_comes_or_ends(bench: Bench) -> None:
    await look(bench.desk, ORDER.id)
    await bench.told()
    await look(bench.desk, bench.add(TWIN))
    first = cards(await bench.told()).get(OPERATOR)
    assert first is not None and not first.ring and not first.repost
    await bench.see(TWIN.id, unread=1)
    assert OPERATOR not in cards(await bench.told())
    await bench.see(TWIN.id, status="cancel")
    assert OPERATOR in cards(await bench.told())
