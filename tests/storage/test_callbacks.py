"""Callbacks in the memory: an event is kept once, counted as often as it comes, and handled by exactly one."""

import asyncio
from typing import Any

from storage.callbacks import Callback
from storage.store import Store

GIVEN: dict[str, Any] = {
    "venue": "gate_pay",
    "event": "OTC/1/DONE",
    "timestamp": "17",
    "nonce": "n",
    "body": '{"a": "ä"}',
    "at": 1_000,
}


async def keep(store: Store, **changes: Any) -> Callback:
    async with store.write() as tables:
        return await tables.callbacks.keep(**(GIVEN | changes))


async def due(store: Store, now: int = 10**15, **more: Any) -> list[Callback]:
    async with store.read() as tables:
        return await tables.callbacks.due(now, **more)


async def test_it_is_kept_as_it_came(store: Store) -> None:
    kept = await keep(store)
    wanted = Callback(1, "gate_pay", "OTC/1/DONE", "17", "n", '{"a": "ä"}', 1_000, 1, 0, None, "")
    assert kept == wanted and await due(store) == [wanted]


async def test_the_same_event_is_one_that_came_several_times_and_its_first_body_stays(store: Store) -> None:
    await asyncio.gather(*(keep(store, body=str(number), at=number) for number in range(10)))
    (kept,) = await due(store)
    assert (kept.times, kept.body, kept.received_at) == (10, "0", 0)


async def test_another_status_and_another_venue_are_another_event(store: Store) -> None:
    await keep(store)
    await keep(store, event="OTC/1/FAIL")
    await keep(store, venue="other")
    assert [one.times for one in await due(store)] == [1, 1, 1]


async def test_what_is_due_comes_oldest_first_and_no_more_than_asked_for(store: Store) -> None:
    for number, at in ((1, 30), (2, 10), (3, 20)):
        await keep(store, event=str(number), at=at)
    assert [one.event for one in await due(store, 19)] == ["2"]
    assert [one.event for one in await due(store, 20)] == ["2", "3"]
    assert [one.event for one in await due(store, limit=2)] == ["1", "2"]


async def test_what_could_not_be_confirmed_waits_and_its_attempts_count(store: Store) -> None:
    number = (await keep(store)).number
    async with store.write() as tables:
        await tables.callbacks.later(number, 5_000)
    assert await due(store, 4_999) == []
    (again,) = await due(store, 5_000)
    assert (again.attempts, again.times) == (1, 1)


async def test_one_that_waits_is_not_hurried_by_coming_again(store: Store) -> None:
    number = (await keep(store)).number
    async with store.write() as tables:
        await tables.callbacks.later(number, 5_000)
    await keep(store, at=2_000)
    assert await due(store, 4_999) == [] and (await due(store, 5_000))[0].times == 2


async def test_it_is_handled_by_exactly_one_and_never_due_again(store: Store) -> None:
    number = (await keep(store)).number

    async def handle(outcome: str) -> bool:
        async with store.write() as tables:
            return await tables.callbacks.handled(number, outcome, 2_000)

    assert sorted(await asyncio.gather(handle("a"), handle("b"), handle("c"))) == [False, False, True]
    assert await due(store) == []
    again = await keep(store, at=3_000)
    assert (again.times, again.handled_at, again.outcome in "abc") == (2, 2_000, True) and await due(store) == []
    async with store.write() as tables:
        assert not await tables.callbacks.handled(99, "a", 1)


async def test_purging_forgets_only_what_was_handled_before(store: Store) -> None:
    for number, at in ((1, 10), (2, 50), (3, None)):
        kept = await keep(store, event=str(number))
        async with store.write() as tables:
            if at is not None:
                await tables.callbacks.handled(kept.number, "told", at)
    async with store.write() as tables:
        assert await tables.callbacks.purge(10) == 0
        assert await tables.callbacks.purge(50) == 1
        assert await tables.callbacks.purge(10**15) == 1
    assert [one.event for one in await due(store)] == ["3"]


async def test_different_events_with_a_beginning_are_counted_literally(store: Store) -> None:
    for venue, event in (("mtpay", "d1/a"), ("mtpay", "d1/b"), ("mtpay", "d1/b"), ("mtpay", "d10/a"), ("gate", "d1/c"),
                         ("mtpay", "%/a")):  # fmt: skip
        await keep(store, venue=venue, event=event)
    async with store.read() as tables:
        counted = {one: await tables.callbacks.count("mtpay", one) for one in ("d1/", "d10/", "d2/", "%/", "_1/", "")}
    assert counted == {"d1/": 2, "d10/": 1, "d2/": 0, "%/": 1, "_1/": 0, "": 4}
