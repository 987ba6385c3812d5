"""After a start nothing is sent before every order that was open has been looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed, Refused, Unknown
from bot.domain.intents import Action, State
from bot.domain.orders import Side
from bot.domain.staff import Right
from bot.flows import approve, confirm, reconcile
from bot.flows.approve import check_not_frozen
from bot.flows.starting import Starting, Waits
from bot.flows.watch import Watch
from tests.flows.bench import LEAD, OPERATOR, ORDER, RELEASE, Bench, open_bench

OTHER = replace(ORDER, id="61000002", total=ORDER.total + 1)


@pytest.fixture
async def started(tmp_path: Path) -> AsyncIterator[Bench]:
    """A desk that knew two paid orders when it ended, and has just started again."""
    async with open_bench(tmp_path) as bench:
        bench.add(OTHER)
        first = Watch(bench.desk)
        await first.round()
        await restart(bench)
        yield bench


async def restart(bench: Bench) -> None:
    bench.pass_(2)
    bench.desk.starting = Starting()
    await reconcile.adopt(bench.desk)
    await reconcile.hold_until_seen(bench.desk)


async def no(work: Awaitable[object]) -> NotAllowed:
    with pytest.raises(NotAllowed) as refused:
        await work
    return refused.value


async def may(bench: Bench, waits: Waits) -> bool:
    async with bench.store.read() as tables:
        try:
            await check_not_frozen(bench.desk, tables, waits)
        except NotAllowed:
            return False
    return True


async def test_a_market_that_gate_refuses_to_list_keeps_nobody_from_the_others(started: Bench) -> None:
    started.desk.policy = replace(started.desk.policy, markets=(("USDT", "VND"), ("USDT", "CNY")))
    started.gate.errors["pending_orders"] = [
        Refused("gate", "pending_orders", code="70000001", detail="no such market", status=200)
    ]
    await Watch(started.desk).round()
    assert started.gate.errors["pending_orders"] == [] and await may(started, Waits.FOR_ORDERS)


async def test_until_then_a_step_is_refused_with_how_many_orders_are_left(started: Bench) -> None:
    refused = await no(approve.open_step(started.desk, OPERATOR, ORDER.id, RELEASE))
    assert (refused.reason, refused.facts["count"]) == ("starting", "1"), "the order itself was just looked at"
    assert started.gate.count("release") == 0
    assert (await started.outcomes("release")) == ["not_allowed"]


async def test_one_round_lets_everything_go_on(started: Bench) -> None:
    await Watch(started.desk).round()
    assert not started.desk.starting.is_waiting
    assert (await started.act()).state is State.DONE


async def test_a_step_that_was_opened_before_the_end_sends_nothing_before_the_round(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        bench.add(OTHER)
        await Watch(bench.desk).round()
        seal = await bench.open_step()
        await restart(bench)
        refused = await no(confirm.confirm(bench.desk, OPERATOR, seal, bench.now))
        assert refused.reason == "starting" and bench.gate.count("release") == 0


async def test_orders_that_the_list_shows_unchanged_cost_no_call_of_their_own(started: Bench) -> None:
    before = started.gate.count("order")
    await Watch(started.desk).round()
    assert started.gate.count("order") == before


async def test_an_order_that_left_the_list_or_its_market_is_looked_at(started: Bench) -> None:
    started.gate.unlisted.add(ORDER.id)
    started.gate.move(OTHER.id, fiat="EUR")
    before = len(started.gate.calls)
    await Watch(started.desk).round()
    assert {about for call, about in started.gate.calls[before:] if call == "order"} == {ORDER.id, OTHER.id}
    assert not started.desk.starting.is_waiting


async def test_an_order_whose_request_has_no_outcome_needs_more_than_the_list(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await Watch(bench.desk).round()
        bench.gate.errors["release"] = [Unknown("gate", "release", why="timeout")]
        bench.gate.acts = False
        assert (await bench.act()).state is State.UNKNOWN
        await restart(bench)
        before = bench.gate.count("order")
        bench.gate.errors["order"] = [Unknown("gate", "order", why="timeout")]
        await Watch(bench.desk).round()
        assert bench.gate.count("order") == before + 1 and bench.desk.starting.is_waiting
        await Watch(bench.desk).round()
        assert not bench.desk.starting.is_waiting


async def test_a_venue_that_is_away_holds_its_own_actions_but_not_those_of_others(started: Bench) -> None:
    assert not await may(started, Waits.WHILE_GATE_ANSWERS), "as long as Gate may answer all wait together"
    started.gate.errors["pending_orders"] = [Unknown("gate", "pending_orders", why="timeout")] * 3
    watch = Watch(started.desk)
    await watch.round()
    assert await may(started, Waits.WHILE_GATE_ANSWERS) and not await may(started, Waits.FOR_ORDERS)
    assert await may(started, Waits.FOR_NOTHING)
    started.gate.errors["pending_orders"] = []
    await watch.round()
    assert await may(started, Waits.FOR_ORDERS)


async def test_an_order_that_gate_refuses_to_show_holds_nobody_for_ever(started: Bench) -> None:
    started.gate.unlisted.add(ORDER.id)
    started.gate.errors["order"] = [Refused("gate", "order", code="1", detail="no such order", status=200)]
    await Watch(started.desk).round()
    assert not started.desk.starting.is_waiting


async def test_an_order_that_stays_unreadable_is_said_and_holds_nobody_for_ever(started: Bench) -> None:
    started.gate.unlisted.add(ORDER.id)
    started.gate.errors["order"] = [Unknown("gate", "order", why="unreadable")] * 30
    watch = Watch(started.desk)
    for _ in range(4):
        await watch.round()
        started.pass_(40)
    assert not started.desk.starting.is_waiting
    assert "unreadable_order" in {one.notice for one in await started.told()}


async def test_a_desk_without_orders_waits_for_the_list_alone(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await restart(bench)
        refused = await no(approve.prepare(bench.desk, LEAD, ORDER.id, RELEASE))
        assert refused.reason == "starting_list"
        await Watch(bench.desk).round()
        await approve.prepare(bench.desk, LEAD, ORDER.id, RELEASE)


async def test_reading_looking_and_freezing_do_not_wait(started: Bench) -> None:
    await reconcile.look_now(started.desk, OPERATOR, ORDER.id)
    assert started.desk.need(OPERATOR, Right.CLAIM)
    started.gate.move(ORDER.id, side=Side.BUY)
    refused = await no(approve.prepare(started.desk, OPERATOR, ORDER.id, Action.CANCEL))
    assert refused.reason == "starting"
