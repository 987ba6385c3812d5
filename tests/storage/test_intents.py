import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import TransitionError
from bot.domain.intents import OPEN, TRANSITIONS, Action, Event, Intent, State
from bot.domain.orders import Side
from storage.errors import StoreError
from storage.store import Store
from tests.storage.examples import INTENT, ORDER, intent


async def test_an_intent_comes_back_as_it_was(store: Store) -> None:
    exact = intent(
        actor=2**63 - 1,
        requester=2**62,
        amount=Decimal("123456789012345678.123456789012345678"),
        arguments={"memo": 'a "b" \0 张'},
        state=State.UNKNOWN,
        sent_at=2,
        looks=2,
        first_look_at=3,
        last_look_at=4,
        answer="no answer",
    )
    async with store.write() as tables:
        assert await tables.intents.plan(exact) is None
    async with store.read() as tables:
        assert await tables.intents.get(exact.id) == exact
        assert await tables.intents.get("other") is None


async def test_of_two_that_plan_at_once_exactly_one_is_written(store: Store) -> None:
    async def plan(number: int) -> Intent | None:
        async with store.write() as tables:
            action = Action.RELEASE if number % 2 else Action.CANCEL
            return await tables.intents.plan(intent(f"i{number}", action=action))

    answers = await asyncio.gather(*(plan(number) for number in range(8)))
    assert answers.count(None) == 1
    async with store.read() as tables:
        (written,) = await tables.intents.all_open()
    assert {answer for answer in map(_id_of, answers) if answer} == {written.id}


def _id_of(found: Intent | None) -> str | None:
    return found.id if found else None


@pytest.mark.parametrize("state", sorted(State))
@pytest.mark.parametrize("action", list(Action))
async def test_what_stands_in_the_way_of_a_release(store: Store, state: State, action: Action) -> None:
    earlier = intent("earlier", action=action, state=state)
    async with store.write() as tables:
        assert await tables.intents.plan(earlier) is None
        forbids = state in OPEN or (state is State.DONE and action is Action.RELEASE)
        assert await tables.intents.plan(intent("later")) == (earlier if forbids else None)
        assert await tables.intents.plan(intent("elsewhere", target="other")) is None


async def test_an_intent_that_is_open_is_named_before_one_that_is_done(store: Store) -> None:
    async with store.write() as tables:
        await tables.intents.plan(intent("done", state=State.DONE))
        await tables.intents.plan(intent("open", action=Action.CANCEL))
        in_the_way = await tables.intents.plan(intent("later"))
        assert in_the_way is not None and in_the_way.id == "open"


async def test_the_same_id_is_never_written_twice(store: Store) -> None:
    async with store.write() as tables:
        await tables.intents.plan(intent("i1", state=State.VOID))
        again = await tables.intents.plan(intent("i1", target="other"))
        assert again is not None and again.state is State.VOID


async def test_an_action_cannot_become_done_twice(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        async with store.write() as tables:
            await tables.intents.plan(intent("first", state=State.SENT))
            # Only a defect of ours could settle the second one: the database is the last to say no
            await tables.intents.move("first", frm=State.SENT, event=Event.REFUSED, at=5)
            await tables.intents.plan(intent("second", state=State.SENT))
            await tables.intents.plan(intent("third", state=State.DONE))
            await tables.intents.move("second", frm=State.SENT, event=Event.ACCEPTED, at=5)
    assert caught.value.why == "constraint"
    async with store.read() as tables:
        assert await tables.intents.recent(10, 0) == []


@pytest.mark.parametrize(("frm", "event"), list(TRANSITIONS))
async def test_each_transition_moves_from_its_state_only(store: Store, frm: State, event: Event) -> None:
    to = TRANSITIONS[frm, event]
    async with store.write() as tables:
        await tables.intents.plan(intent(state=frm, answer="before"))
        moved = await tables.intents.move("i1", frm=frm, event=event, at=77)
        assert moved is not None
        assert (moved.state, moved.answer) == (to, "before")
        assert moved.sent_at == (77 if to is State.SENT else None)
        assert moved.settled_at == (None if to in OPEN else 77)
        assert await tables.intents.get("i1") == moved
        assert await tables.intents.move("i1", frm=frm, event=event, at=78, answer="late") is None
        assert await tables.intents.get("i1") == moved


async def test_the_answer_is_kept_with_the_move(store: Store) -> None:
    async with store.write() as tables:
        await tables.intents.plan(intent(state=State.SENT, sent_at=5))
        moved = await tables.intents.move("i1", frm=State.SENT, event=Event.REFUSED, at=9, answer="10043: no")
        assert moved is not None
        assert (moved.answer, moved.sent_at, moved.settled_at) == ("10043: no", 5, 9)


async def test_a_pair_that_the_table_does_not_know_raises_and_changes_nothing(store: Store) -> None:
    async with store.write() as tables:
        await tables.intents.plan(INTENT)
        with pytest.raises(TransitionError):
            await tables.intents.move("i1", frm=State.PLANNED, event=Event.ACCEPTED, at=5)
        assert await tables.intents.get("i1") == INTENT


async def test_a_move_of_a_missing_intent_is_none(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.intents.move("i9", frm=State.PLANNED, event=Event.SENDING, at=5) is None


async def test_the_latest_is_the_open_one_else_the_newest(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.intents.latest_for(INTENT.target) is None
        assert await tables.intents.open_for(INTENT.target) is None
        await tables.intents.plan(intent("b", state=State.UNKNOWN))
        await tables.intents.plan(intent("a", state=State.REFUSED))
        latest, open_one = await tables.intents.latest_for(INTENT.target), await tables.intents.open_for(INTENT.target)
        assert latest == open_one == intent("b", state=State.UNKNOWN)
        await tables.intents.move("b", frm=State.UNKNOWN, event=Event.FOUND_DONE, at=5)
        latest = await tables.intents.latest_for(INTENT.target)
        assert latest is not None and latest.id == "a"
        assert await tables.intents.open_for(INTENT.target) is None


async def test_looks_are_counted_and_restarted(store: Store) -> None:
    async with store.write() as tables:
        await tables.intents.plan(intent(state=State.UNKNOWN))
        first = await tables.intents.count_look("i1", 10)
        assert (first.looks, first.first_look_at, first.last_look_at) == (1, 10, 10)
        second = await tables.intents.count_look("i1", 20)
        assert (second.looks, second.first_look_at, second.last_look_at) == (2, 10, 20)
        await tables.intents.restart_looks("i1")
        third = await tables.intents.count_look("i1", 30)
        assert (third.looks, third.first_look_at, third.last_look_at) == (1, 30, 30)
        with pytest.raises(StoreError) as caught:
            await tables.intents.count_look("i9", 30)
    assert caught.value.why == "missing"


# (state, action, actor, planned at, amount in units of 1e-18)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(State), st.sampled_from(Action), st.integers(1, 2), st.integers(0, 9), st.integers(0, 10**36)
    ),
    max_size=8,
)


class Undo(Exception):
    """Ends a block without keeping it."""


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
async def test_what_was_used_is_the_exact_sum_of_what_counts(
    store: Store, rows: list[tuple[State, Action, int, int, int]]
) -> None:
    counts = OPEN | {State.DONE}
    expected = sum(
        units
        for state, action, actor, at, units in rows
        if state in counts and action is Action.RELEASE and actor == 1 and at >= 5
    )
    with pytest.raises(Undo):
        async with store.write() as tables:
            for number, (state, action, actor, at, units) in enumerate(rows):
                facts = {"state": state, "action": action, "actor": actor, "planned_at": at}
                amount = Decimal(f"{units}e-18")
                await tables.intents.plan(intent(f"i{number}", target=str(number), amount=amount, **facts))
            assert await tables.intents.used_since(1, Action.RELEASE, 5) == Decimal(f"{expected}e-18")
            raise Undo


async def test_recent_intents_come_newest_first(store: Store) -> None:
    async with store.write() as tables:
        for number in range(4):
            await tables.intents.plan(intent(f"i{number}", target=str(number)))
        assert [found.id for found in await tables.intents.recent(2, 1)] == ["i2", "i1"]
        assert [found.id for found in await tables.intents.all_open()] == ["i0", "i1", "i2", "i3"]


async def test_cancels_of_the_desk_are_the_done_ones_since_then(store: Store) -> None:
    async with store.write() as tables:
        for number, (action, state, settled_at) in enumerate(
            [
                (Action.CANCEL, State.DONE, 100),
                (Action.CANCEL, State.DONE, 99),
                (Action.CANCEL, State.REFUSED, 100),
                (Action.RELEASE, State.DONE, 100),
                (Action.CANCEL, State.DONE, 101),
            ]
        ):
            await tables.intents.plan(
                intent(f"i{number}", target=str(number), action=action, state=state, settled_at=settled_at)
            )
        assert await tables.intents.cancels_since(100) == 2


async def test_cancels_in_a_row_are_those_after_the_last_completed_order_on_either_side(store: Store) -> None:
    async with store.write() as tables:
        for number, at in enumerate((90, 110, 130, 150)):
            row = intent(f"i{number}", target=str(number), action=Action.CANCEL, state=State.DONE, settled_at=at)
            await tables.intents.plan(row)
        counts = []
        for order_id, side, status, at in (
            ("0", Side.BUY, "cancel", 95), ("s1", Side.SELL, "finished", 100), ("b1", Side.BUY, "finished", 120),
            ("s2", Side.SELL, "expired", 160), ("s3", Side.SELL, "finished", 140),
        ):  # fmt: skip
            await tables.orders.put(replace(ORDER, id=order_id, side=side, status=status), at)
            counts.append(await tables.intents.cancels_in_a_row(80))
        assert counts == [4, 3, 2, 2, 1]
        assert [await tables.intents.cancels_in_a_row(since) for since in (130, 141, 151)] == [1, 1, 0]


@pytest.mark.parametrize("state", sorted(State))
async def test_an_intent_counts_against_the_limit_unless_nothing_was_moved(store: Store, state: State) -> None:
    async with store.write() as tables:
        await tables.intents.plan(intent(state=state))
        used = await tables.intents.used_since(INTENT.actor, INTENT.action, INTENT.planned_at)
        assert used == (0 if state in (State.REFUSED, State.VOID) else INTENT.amount)
        assert await tables.intents.used_since(INTENT.actor, INTENT.action, INTENT.planned_at + 1) == 0
        assert await tables.intents.used_since(INTENT.actor + 1, INTENT.action, INTENT.planned_at) == 0
        assert await tables.intents.used_since(INTENT.actor, Action.CANCEL, INTENT.planned_at) == 0
