"""What a fresh look at an order becomes: memory, outcome, news."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.domain.intents import Action, Event, Intent, State
from bot.domain.orders import Order, Side
from bot.flows import absorb, deliver, reconcile
from tests.flows.bench import AGENT, GROUP, OPERATOR, OPERATOR_2, ORDER, OWNER, Bench, cards, notices

BUY = replace(ORDER, side=Side.BUY, status="unpay", paid_at=0)
LOST = Unknown("gate", "release", why="timeout")


async def lost_release(bench: Bench) -> Intent:
    bench.gate.errors["release"], bench.gate.acts = [LOST], False
    return await bench.act()


async def elsewhere(bench: Bench) -> list[int]:
    return notices(await bench.told(), "done_elsewhere")


@pytest.mark.parametrize(
    ("order", "rings"),
    [
        (ORDER, True),
        (replace(ORDER, status="unconfirmed"), True),
        (replace(ORDER, status="unpay"), False),
        (replace(ORDER, status="unpay", in_appeal=True), True),
        (replace(ORDER, status="cancel", in_appeal=True), False),
        (BUY, True),
        (replace(BUY, status="paid"), False),
    ],
)
async def test_a_new_order_rings_only_when_it_is_our_move_or_in_an_appeal(
    bench: Bench, order: Order, rings: bool
) -> None:
    bench.add(order)
    await bench.see()
    told = cards(await bench.told())
    assert set(told) == {OPERATOR, GROUP}
    assert told[OPERATOR].repost and told[OPERATOR].ring is rings and not told[GROUP].ring
    assert (await bench.stored()).needs_topic is (order.in_appeal and not order.is_final)


async def test_becoming_paid_is_posted_anew_with_sound_and_once(bench: Bench) -> None:
    bench.add(replace(ORDER, status="unpay"))
    await bench.see()
    await bench.told()
    await bench.see(status="paid")
    assert cards(await bench.told())[OPERATOR].ring
    await bench.see(status="unconfirmed")
    told = cards(await bench.told())
    assert told and not told[OPERATOR].repost, "both words mean paid: told once"
    await bench.see(in_appeal=True)
    assert cards(await bench.told())[OPERATOR].ring


async def test_nothing_new_is_no_news(bench: Bench) -> None:
    await bench.see()
    await bench.told()
    await bench.see(has_traded=False, terms="other", appeal_from=7)
    assert await bench.told() == []
    await bench.see(unread=3)
    told = cards(await bench.told())
    assert not told[OPERATOR].repost and not told[OPERATOR].ring


async def test_an_older_answer_never_overwrites_a_newer_one(bench: Bench) -> None:
    await bench.see()
    asked = bench.now - 500
    async with bench.store.write() as tables:
        await absorb.absorb(bench.desk, tables, replace(ORDER, status="unpay"), asked_at=asked)
    assert (await bench.stored()).order.status == "paid"


async def test_what_is_final_stays_final_and_verdicts_may_still_change_it(bench: Bench) -> None:
    await bench.see(status="finished")
    await bench.told()
    await bench.see(status="paid")
    assert (await bench.stored()).order.status == "finished"
    assert await bench.told() == []
    await bench.see(status="bclosed")
    assert (await bench.stored()).order.status == "bclosed"


async def test_a_clock_that_was_set_back_does_not_blind_the_desk(bench: Bench) -> None:
    await bench.see()
    bench.pass_(-3600)
    await bench.see(status="finished")
    assert (await bench.stored()).order.status == "finished"


async def test_every_copy_of_a_card_follows_and_leavers_get_nothing(bench: Bench) -> None:
    await bench.see()
    for person in (AGENT, OPERATOR_2, 99):
        shown = deliver.Shown(person, 10, "card", ORDER.id, person, (), bench.now, "x")
        await deliver.remember(bench.desk, shown)
    await bench.told()
    await bench.see(status="finished")
    told = cards(await bench.told())
    assert set(told) == {OPERATOR, AGENT, OPERATOR_2, GROUP}
    assert not told[AGENT].repost and not told[AGENT].ring


async def test_nobody_on_duty_means_the_owners_and_the_frozen_are_not_rung(bench: Bench) -> None:
    async with bench.store.write() as tables:
        await tables.staff.set_frozen(OPERATOR, True, bench.now)
        await bench.desk.read_people(tables)
    await bench.see()
    assert set(cards(await bench.told())) == {OWNER, GROUP}


async def test_without_a_group_everything_is_in_direct_messages(bench: Bench) -> None:
    bench.desk.desk_chat_id = None
    await bench.see(status="finished")
    told = await bench.told()
    assert {delivery.chat_id for delivery in told} == {OPERATOR, OWNER}


@pytest.mark.parametrize(
    ("before", "after", "is_elsewhere"),
    [
        (ORDER, {"status": "finished"}, True),
        (replace(ORDER, status="unpay"), {"status": "finished"}, True),
        (ORDER, {"status": "bclosed"}, False),
        (ORDER, {"status": "cancel"}, False),
        (ORDER, {"status": "expired"}, False),
        (BUY, {"status": "paid"}, True),
        (BUY, {"status": "finished"}, True),
        (BUY, {"status": "cancel"}, False),
        (replace(BUY, status="paid"), {"status": "finished"}, False),
    ],
)
async def test_only_steps_of_the_desks_own_account_count_as_done_elsewhere(
    bench: Bench, before: Order, after: dict[str, object], is_elsewhere: bool
) -> None:
    bench.add(before)
    await bench.see()
    await bench.told()
    await bench.see(ORDER.id, **after)
    assert await elsewhere(bench) == ([GROUP, OWNER] if is_elsewhere else [])
    assert (await bench.stored()).is_done_elsewhere is is_elsewhere


@pytest.mark.parametrize(
    ("order", "is_elsewhere"),
    [
        (replace(ORDER, status="finished"), True),
        (replace(ORDER, status="cancel"), False),
        (replace(BUY, status="finished"), True),
        (replace(BUY, status="paid"), False),
    ],
)
async def test_an_order_that_ended_before_it_was_ever_seen_is_told_as_done_elsewhere(
    bench: Bench, order: Order, is_elsewhere: bool
) -> None:
    bench.add(order)
    await bench.see()
    assert await elsewhere(bench) == ([GROUP, OWNER] if is_elsewhere else [])


async def test_our_own_release_is_never_done_elsewhere_and_another_verb_does_not_explain_it(bench: Bench) -> None:
    await bench.act()
    await bench.see()
    assert await elsewhere(bench) == []
    other = bench.add(replace(ORDER, id="61000002"))
    bench.gate.errors["cancel"], bench.gate.acts = [Refused("gate", "cancel", code="1", detail="", status=200)], False
    await bench.act(other, Action.CANCEL)
    await bench.see(other, status="finished")
    assert await elsewhere(bench) == [GROUP, OWNER]


async def test_a_refused_release_that_happens_anyway_was_done_elsewhere(bench: Bench) -> None:
    bench.gate.errors["release"], bench.gate.acts = [Refused("gate", "r", code="1", detail="", status=200)], False
    await bench.act()
    await bench.see(status="finished")
    assert await elsewhere(bench) == [GROUP, OWNER]


@pytest.mark.parametrize(
    ("status", "state"), [("finished", State.DONE), ("bclosed", State.DONE), ("cancel", State.REFUSED)]
)
async def test_a_look_settles_an_unknown_outcome(bench: Bench, status: str, state: State) -> None:
    intent = await lost_release(bench)
    await bench.see(status=status)
    assert (await bench.intent(intent.id)).state is state
    assert await elsewhere(bench) == []


async def test_three_equal_looks_over_more_than_a_minute_prove_that_nothing_happened(bench: Bench) -> None:
    intent = await lost_release(bench)
    for wait, looks in ((0, 1), (29, 2), (29, 3), (0, 4)):
        bench.pass_(wait)
        await bench.see()
        now = await bench.intent(intent.id)
        assert now.looks == looks
        assert now.state is (State.VOID if looks == 4 else State.UNKNOWN), looks
    assert (await bench.act(by=OPERATOR)).state is State.DONE, "a person may open a new step"
    assert bench.gate.count("release") == 2


async def test_a_release_carried_out_after_all_is_ours_and_late(bench: Bench) -> None:
    intent = await lost_release(bench)
    for _ in range(3):
        bench.pass_(31)
        await bench.see()
    assert (await bench.intent(intent.id)).state is State.VOID
    await bench.told()
    await bench.see(status="finished")
    assert (await bench.intent(intent.id)).state is State.DONE
    assert await elsewhere(bench) == []
    assert (await bench.outcomes("release"))[-1] == "done"


async def test_a_request_that_never_left_does_not_explain_a_release(bench: Bench) -> None:
    bench.gate.errors["release"], bench.gate.acts = [Unreachable("gate", "release", "no")], False
    await bench.act()
    await bench.see(status="finished")
    assert await elsewhere(bench) == [GROUP, OWNER]


async def test_a_look_asked_before_the_request_left_settles_nothing(bench: Bench) -> None:
    intent = await lost_release(bench)
    async with bench.store.write() as tables:
        await absorb.absorb(bench.desk, tables, ORDER, asked_at=(intent.sent_at or 0) - 1)
    assert (await bench.intent(intent.id)).looks == 0


async def test_after_a_restart_every_request_on_its_way_is_unknown_and_a_planned_one_is_void(bench: Bench) -> None:
    intent = await bench.act()
    sent, planned = replace(intent, id="s", target="s", state=State.SENT), replace(intent, id="p", target="p")
    async with bench.store.write() as tables:
        await tables.orders.put(replace(ORDER, id="s"), bench.now)
        await tables.orders.put(replace(ORDER, id="p"), bench.now)
        await tables.intents.plan(sent)
        await tables.intents.plan(replace(planned, state=State.PLANNED, sent_at=None))
    assert await reconcile.adopt(bench.desk) == 2
    assert (await bench.intent("s")).state is State.UNKNOWN
    assert (await bench.intent("p")).state is State.VOID
    assert await reconcile.adopt(bench.desk) == 0
    assert bench.gate.count("release") == 1, "nothing is sent again"


async def test_looks_are_due_at_once_then_rarer(bench: Bench) -> None:
    intent = await lost_release(bench)
    sent = intent.sent_at or 0
    due = [
        (reconcile.next_look_at(replace(intent, looks=looks, last_look_at=sent)) - sent) // 1000 for looks in range(6)
    ]
    assert due == [1, 5, 20, 62, 60, 60]
    assert reconcile.next_look_at(replace(intent, sent_at=None, planned_at=7000)) == 8000


async def test_rounds_look_when_due_and_a_failed_look_counts_for_nothing(bench: Bench) -> None:
    intent = await lost_release(bench)
    asked = bench.gate.count("order")
    await reconcile.look_at_unknown(bench.desk)
    assert bench.gate.count("order") == asked, "not due yet"
    bench.pass_(1.1)
    bench.gate.errors["order"] = [Unknown("gate", "order", why="server_error", status=500)]
    await reconcile.look_at_unknown(bench.desk)
    await reconcile.look_at_unknown(bench.desk)
    assert bench.gate.count("order") == asked + 1, "after a failure it waits a little"
    assert (await bench.intent(intent.id)).looks == 0
    bench.pass_(2)
    await reconcile.look_at_unknown(bench.desk)
    assert (await bench.intent(intent.id)).looks == 1


async def test_owners_hear_once_when_an_outcome_stays_unknown(bench: Bench) -> None:
    await lost_release(bench)
    bench.gate.errors["order"] = [LOST] * 10
    await bench.told()
    bench.pass_(119)
    await reconcile.look_at_unknown(bench.desk)
    assert notices(await bench.told(), "unknown_long") == []
    bench.pass_(2)
    for _ in range(3):
        await reconcile.look_at_unknown(bench.desk)
        bench.pass_(3)
    assert notices(await bench.told(), "unknown_long") == [GROUP, OWNER]


async def test_steps_whose_life_is_over_give_the_card_back(bench: Bench) -> None:
    await bench.open_step()
    await bench.told()
    await reconcile.end_old_steps(bench.desk)
    assert await bench.told() == []
    bench.pass_(120)
    await reconcile.end_old_steps(bench.desk)
    assert OPERATOR in cards(await bench.told())
    await reconcile.end_old_steps(bench.desk)
    assert await bench.told() == []


async def test_a_person_may_ask_for_a_look(bench: Bench) -> None:
    await reconcile.look_now(bench.desk, AGENT, ORDER.id)
    assert bench.gate.count("order") == 1
    with pytest.raises(NotAllowed):
        await reconcile.look_now(bench.desk, 999, ORDER.id)


async def test_a_task_that_fails_is_logged_and_a_hanging_one_is_ended(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise RuntimeError("broken")

    async def hang() -> None:
        await asyncio.sleep(3600)

    bench.desk.spawn(fail(), "failing")
    bench.desk.spawn(hang(), "hanging")
    await bench.desk.drain(0.05)
    assert "failing failed" in caplog.text
    assert not bench.desk._tasks


async def test_news_that_joins_a_card_just_before_it_is_sent_keeps_its_bell(bench: Bench) -> None:
    bench.add(replace(ORDER, status="unpay"))
    await bench.see()
    due = [delivery for delivery in await bench.outbox() if delivery.chat_id == OPERATOR]
    assert not due[0].ring
    await bench.see(status="paid")
    tasks = await deliver.take(bench.desk, due)
    assert tasks[0].delivery.ring and tasks[0].situation is not None
    assert tasks[0].situation.order.status == "paid"
    assert await deliver.take(bench.desk, due) == [], "taken once"


def test_every_event_of_the_ledger_is_reached_by_a_flow() -> None:
    assert {event.value for event in Event} == {
        "sending", "accepted", "refused", "never_left", "no_answer", "found_done", "found_otherwise",
        "found_untouched", "found_late", "abandoned", "taken", "asking_again",
    }  # fmt: skip
