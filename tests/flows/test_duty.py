"""On duty is who heard the test bell in time; whoever goes off leaves nothing behind that nobody is rung for."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.domain.duty import BellState, Watchman
from bot.domain.errors import NotAllowed, Unknown
from bot.domain.intents import Action, State
from bot.domain.orders import Side
from bot.domain.situations import LockReason
from bot.flows import approve, bank, claims, deliver, duty, duty_view, people
from bot.flows.announce import bell
from bot.flows.desk import Desk
from bot.flows.duty_view import BELL
from tests.flows.bench import AGENT, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, VIEWER, Bench, cards


async def refused(work: Awaitable[object]) -> str:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value.reason


async def rung(bench: Bench, person: int = OPERATOR_2) -> str:
    """Asks for the bell; its id."""
    watchman = await duty.ask_bell(bench.desk, person)
    assert watchman.bell is not None
    return watchman.bell.id


async def hear(bench: Bench, bell_id: str, person: int = OPERATOR_2, at: int | None = None) -> Watchman:
    return await duty.hear(bench.desk, person, bell_id, bench.now if at is None else at)


async def restarted(bench: Bench) -> Desk:
    """The same memory in a new program."""
    desk = replace(bench.desk, people={})
    async with bench.store.write() as tables:
        await desk.read_people(tables)
    return desk


async def state_of(bench: Bench, bell_id: str) -> BellState:
    async with bench.store.read() as tables:
        found = await tables.duty.bell(bell_id)
    assert found is not None
    return found.state


async def test_a_bell_rings_loud_in_the_direct_message_and_until_it_is_heard_nobody_is_on_duty(bench: Bench) -> None:
    bell_id = await rung(bench)
    [told] = await bench.told()
    assert (told.chat_id, told.kind, told.order_id, told.ring) == (OPERATOR_2, BELL, bell_id, True)
    assert not bench.desk.people[OPERATOR_2].on_duty
    bench.pass_(59)
    watchman = await hear(bench, bell_id)
    assert watchman.person.on_duty and bench.desk.people[OPERATOR_2].on_duty
    assert await bench.outcomes("duty", str(OPERATOR_2)) == ["done"]


async def test_what_is_open_is_told_to_whoever_goes_on_duty(bench: Bench) -> None:
    await bench.see(unread=2)
    bench.add(replace(ORDER, id="61000002", side=Side.BUY, status="unpay"))
    await bench.see("61000002")
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    bench.desk.talk.heed(ORDER.id, 2)
    watchman = await hear(bench, await rung(bench))
    assert {one.order.id for one in watchman.money.orders} == {ORDER.id, "61000002"}
    assert (watchman.money.unread, watchman.money.unknown, watchman.money.stopped) == (1, 0, 1)
    assert watchman.others == (f"operator {OPERATOR}",) and watchman.blind_since is None and not watchman.is_frozen


async def test_where_the_venue_counts_nothing_a_buyer_who_wrote_last_waits(bench: Bench) -> None:
    await bench.see()
    assert (await duty.stand(bench.desk, OPERATOR)).money.unread == 0
    bench.writes("are you there?")
    await bench.read()
    assert (await duty.stand(bench.desk, OPERATOR)).money.unread == 1
    await bench.say("yes")
    await bench.send(1)
    await bench.read()
    assert (await duty.stand(bench.desk, OPERATOR)).money.unread == 0


async def test_a_tap_after_a_minute_is_too_late_and_changes_nothing(bench: Bench) -> None:
    bell_id = await rung(bench)
    bench.pass_(61)
    assert await refused(hear(bench, bell_id)) == "duty_late"
    assert not bench.desk.people[OPERATOR_2].on_duty
    assert await state_of(bench, bell_id) is BellState.MISSED
    assert await bench.outcomes("duty", str(OPERATOR_2)) == ["not_heard"]
    assert await refused(hear(bench, bell_id)) == "duty_late"


async def test_a_bell_that_nobody_taps_ends_by_itself_and_its_message_says_so(bench: Bench) -> None:
    bell_id = await rung(bench)
    await bench.told()
    bench.pass_(59)
    await duty.end_late_bells(bench.desk)
    assert await bench.told() == []
    bench.pass_(2)
    await duty.end_late_bells(bench.desk)
    assert await state_of(bench, bell_id) is BellState.MISSED
    [told] = await bench.told()
    assert (told.kind, told.ring) == (BELL, False)
    telling = await duty_view.next_bell(bench.desk, OPERATOR_2, OPERATOR_2, bell_id)
    assert telling is not None and telling.standing.state is BellState.MISSED
    commits = bench.store.commits
    await duty.end_late_bells(bench.desk)
    assert bench.store.commits == commits, "a round without a change writes nothing"


async def test_the_minute_counts_from_when_the_bell_leaves_for_the_phone(bench: Bench) -> None:
    bell_id = await rung(bench)
    bench.pass_(40)
    telling = await duty_view.next_bell(bench.desk, OPERATOR_2, OPERATOR_2, bell_id)
    assert telling is not None and telling.standing.ends_at == bench.now + 60_000
    bench.pass_(59)
    await duty.end_late_bells(bench.desk)
    assert (await hear(bench, bell_id)).person.on_duty


async def test_a_bell_that_stands_on_the_phone_gets_no_more_time_by_being_looked_at(bench: Bench) -> None:
    bell_id = await rung(bench)
    shown = deliver.Shown(OPERATOR_2, 77, BELL, bell_id, OPERATOR_2, (f"dh:{bell_id}",), bench.now, "x")
    await deliver.remember(bench.desk, shown)
    bench.pass_(50)
    telling = await duty_view.next_bell(bench.desk, OPERATOR_2, OPERATOR_2, bell_id)
    assert telling is not None and telling.standing.ends_at == bench.now + 10_000


async def test_a_tap_in_time_counts_even_when_it_is_handled_late(bench: Bench) -> None:
    bell_id = await rung(bench)
    bench.pass_(30)
    tapped_at = bench.now
    bench.pass_(60)
    await duty.end_late_bells(bench.desk)
    assert (await hear(bench, bell_id, at=tapped_at)).person.on_duty


async def test_a_restart_between_the_bell_and_the_tap_loses_nothing(bench: Bench) -> None:
    bell_id = await rung(bench)
    desk = await restarted(bench)
    bench.pass_(20)
    await duty.end_late_bells(desk)
    assert (await duty.hear(desk, OPERATOR_2, bell_id, bench.now)).person.on_duty
    again = await restarted(bench)
    assert again.people[OPERATOR_2].on_duty
    late = (await duty.ask_bell(again, AGENT)).bell
    bench.pass_(61)
    last = await restarted(bench)
    await duty.end_late_bells(last)
    assert late is not None and await state_of(bench, late.id) is BellState.MISSED


async def test_the_same_tap_handled_twice_changes_nothing_the_second_time(bench: Bench) -> None:
    bell_id = await rung(bench)
    await hear(bench, bell_id)
    assert (await hear(bench, bell_id)).person.on_duty
    assert await bench.outcomes("duty", str(OPERATOR_2)) == ["done"]


async def test_a_second_bell_takes_the_place_of_the_first(bench: Bench) -> None:
    first = await rung(bench)
    second = await rung(bench)
    assert first != second and await state_of(bench, first) is BellState.DROPPED
    assert await refused(hear(bench, first)) == "duty_late"
    assert (await hear(bench, second)).person.on_duty


async def test_nothing_rings_for_somebody_who_is_on_duty(bench: Bench) -> None:
    watchman = await duty.ask_bell(bench.desk, OPERATOR)
    assert watchman.bell is None and watchman.person.on_duty and await bench.told() == []


async def test_a_bell_is_heard_by_nobody_but_the_one_it_rang_for(bench: Bench) -> None:
    bell_id = await rung(bench)
    assert await refused(hear(bench, bell_id, AGENT)) == "stale_button"
    assert await refused(hear(bench, "nonsense")) == "stale_button"
    assert await refused(duty.ask_bell(bench.desk, VIEWER)) == "role_too_low"
    assert not (await duty.stand(bench.desk, VIEWER)).person.on_duty
    await people.freeze_person(bench.desk, LEAD, OPERATOR_2, True)
    assert await refused(hear(bench, bell_id)) == "person_frozen"


async def test_the_last_one_with_open_money_is_asked_before_going(bench: Bench) -> None:
    await bench.see()
    asked = await duty.leave(bench.desk, OPERATOR)
    assert asked.person.on_duty and asked.is_last and bench.desk.people[OPERATOR].on_duty
    await bench.told()
    gone = await duty.leave(bench.desk, OPERATOR, anyway=True)
    assert not gone.person.on_duty and not bench.desk.people[OPERATOR].on_duty
    told = cards(await bench.told())
    assert told[OWNER].ring and told[OWNER].repost, "nobody is left, so the owners are rung for what is open"


@pytest.mark.parametrize("case", ["nothing open", "somebody else"])
async def test_off_at_once_when_nothing_is_left_behind(bench: Bench, case: str) -> None:
    if case == "somebody else":
        await bench.see()
        await duty.set_duty(bench.desk, OPERATOR_2, True)
    assert not (await duty.leave(bench.desk, OPERATOR)).person.on_duty


async def test_a_colleague_whom_the_bot_cannot_reach_is_nobody_to_leave_money_with(bench: Bench) -> None:
    await bench.see()
    await duty.set_duty(bench.desk, OPERATOR_2, True)
    async with bench.store.write() as tables:
        await tables.staff.set_reachable(OPERATOR_2, False)
    assert (await duty.leave(bench.desk, OPERATOR)).person.on_duty


@pytest.mark.parametrize("kind", ["purchase", "unknown"])
async def test_an_unpaid_purchase_and_an_unknown_outcome_are_open_money_too(bench: Bench, kind: str) -> None:
    if kind == "purchase":
        bench.gate.move(ORDER.id, side=Side.BUY, status="unpay")
        await bench.see()
    else:
        await bench.see()
        bench.gate.errors["release"] = [Unknown("gate", "release", why="timeout")]
        assert (await bench.act()).state is State.UNKNOWN
    assert (await duty.leave(bench.desk, OPERATOR)).is_last


async def test_going_off_lets_claims_go_and_rings_the_next_one(bench: Bench) -> None:
    await bench.see()
    seal_id = await bench.open_step()
    await duty.set_duty(bench.desk, OPERATOR_2, True)
    await bench.told()
    gone = await duty.leave(bench.desk, OPERATOR)
    assert [one.order.id for one in gone.claims] == [ORDER.id]
    assert (await bench.stored()).claimed_by is None
    told = cards(await bench.told())
    assert told[OPERATOR_2].ring and told[OPERATOR_2].repost and OWNER not in told
    assert await refused(bench.confirm(seal_id)) == "seal_used", "the step of whoever left is closed"


async def test_going_off_while_the_bell_waits_drops_the_bell(bench: Bench) -> None:
    bell_id = await rung(bench)
    assert not (await duty.leave(bench.desk, OPERATOR_2)).person.on_duty
    assert await state_of(bench, bell_id) is BellState.DROPPED


async def test_a_bell_that_cannot_be_brought_is_no_order_for_the_owners(bench: Bench) -> None:
    bell_id = await rung(bench)
    await duty.leave(bench.desk, OPERATOR, anyway=True)
    missed = [one for one in await bench.told() if one.order_id == bell_id]
    await deliver.unreachable(bench.desk, OPERATOR_2, missed)
    assert [one for one in await bench.told() if one.order_id == bell_id] == []


async def test_each_act_on_an_order_claims_it(bench: Bench) -> None:
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "release": lambda: approve.open_step(bench.desk, OPERATOR_2, ORDER.id, Action.RELEASE),
        "not there yet": lambda: bank.not_there_yet(bench.desk, OPERATOR_2, ORDER.id),
        "reply": lambda: bench.say("one moment", by=OPERATOR_2),
        "claim": lambda: claims.claim(bench.desk, OPERATOR_2, ORDER.id),
    }
    await bench.see()
    for name, act in acts.items():
        async with bench.store.write() as tables:
            await tables.orders.unclaim(ORDER.id)
        await act()
        assert (await bench.stored()).claimed_by == OPERATOR_2, name


async def test_of_two_who_claim_the_quicker_one_has_it_and_a_reply_takes_nothing_away(bench: Bench) -> None:
    await bench.see()
    assert (await claims.claim(bench.desk, OPERATOR_2, ORDER.id)).claimed_by == OPERATOR_2
    assert await refused(claims.claim(bench.desk, AGENT, ORDER.id)) == "claim_taken"
    await bench.say("hello", by=AGENT)
    assert (await bench.stored()).claimed_by == OPERATOR_2
    assert (await claims.claim(bench.desk, OPERATOR_2, ORDER.id)).claimed_by == OPERATOR_2
    assert await bench.outcomes("claim") == ["done"]
    assert await refused(claims.claim(bench.desk, VIEWER, ORDER.id)) == "role_too_low"


async def test_how_many_are_on_duty_is_known_to_every_card(bench: Bench) -> None:
    await bench.see()
    assert (await claims.claim(bench.desk, OPERATOR, ORDER.id)).on_duty == 1
    await duty.set_duty(bench.desk, AGENT, True)
    assert (await claims.claim(bench.desk, OPERATOR, ORDER.id)).on_duty == 2
    await people.freeze_person(bench.desk, LEAD, AGENT, True)
    assert (await claims.claim(bench.desk, OPERATOR, ORDER.id)).on_duty == 1
    assert [person.id for person in bell(bench.desk)] == [OPERATOR]
