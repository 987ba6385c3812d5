from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.outbox import Delivery, Outbox
from storage.store import Store

CHAT = -1_001_234_567_890


async def card(outbox: Outbox, order_id: str = "1", **changes: Any) -> None:
    facts: dict[str, Any] = {
        "chat_id": CHAT,
        "person_id": None,
        "repost": False,
        "ring": False,
        "priority": 5,
        "at": 10,
    }
    await outbox.put_card(order_id=order_id, **(facts | changes))


async def notice(outbox: Outbox, text: str, **changes: Any) -> None:
    facts: dict[str, Any] = {
        "chat_id": CHAT, "person_id": None, "notice": "blind", "ring": False, "priority": 5, "at": 10,
    }  # fmt: skip
    await outbox.put_notice(facts={"text": text}, **(facts | changes))


async def due(outbox: Outbox, now: int = 10**9) -> list[Delivery]:
    return await outbox.due(now)


async def test_a_card_waits_as_it_was_asked_for(store: Store) -> None:
    async with store.write() as tables:
        await tables.outbox.put_card(
            chat_id=2**62, person_id=2**61, order_id="1", repost=True, ring=True, priority=2, at=10
        )
        assert await due(tables.outbox) == [
            Delivery(1, 2**62, 2**61, "card:1", "card", "1", "", {}, True, True, 2, 10, 10, 0, "pending", False)
        ]


async def test_a_second_card_of_the_same_order_joins_the_waiting_one(store: Store) -> None:
    async with store.write() as tables:
        outbox = tables.outbox
        await card(outbox, ring=True, priority=5, at=10)
        await card(outbox, repost=True, priority=3, at=20)
        await card(outbox, priority=9, at=5)
        (waiting,) = await due(outbox)
        assert (waiting.repost, waiting.ring, waiting.priority) == (True, True, 3)
        assert (waiting.created_at, waiting.next_at) == (10, 5)
        await card(outbox, order_id="2")
        await card(outbox, chat_id=5)
        assert await outbox.pending_count() == 3


async def test_a_line_of_a_chat_waits_until_its_moment_and_is_joined_by_the_next(store: Store) -> None:
    line: dict[str, Any] = {
        "chat_id": CHAT, "person_id": 7, "kind": "chat", "key": "chat:1", "order_id": "1", "ring": False,
        "priority": 5, "at": 10,
    }  # fmt: skip
    async with store.write() as tables:
        outbox = tables.outbox
        await outbox.put_line(**line, facts={"a": "1"}, next_at=90)
        assert (await due(outbox, 89), await outbox.next_at()) == ([], 90)
        assert await due(outbox, 90) == [
            Delivery(1, CHAT, 7, "chat:1", "chat", "1", "", {"a": "1"}, False, False, 5, 10, 90, 0, "pending", False)
        ]
        await outbox.put_line(**(line | {"at": 20, "ring": True, "priority": 2}), facts={"b": "2"})
        (waiting,) = await due(outbox, 20)
        assert (waiting.facts, waiting.ring, waiting.priority, waiting.created_at) == ({"b": "2"}, True, 2, 10)
        await outbox.put_line(**(line | {"at": 30, "next_at": 500}), facts={})
        assert len(await due(outbox, 30)) == 1
        await outbox.put_line(**(line | {"kind": "mark", "key": "mark:w1"}), facts={})
        await card(outbox)
        assert [one.kind for one in sorted(await due(outbox), key=lambda one: one.id)] == ["chat", "mark", "card"]


async def test_a_card_that_is_being_sent_is_not_joined(store: Store) -> None:
    async with store.write() as tables:
        outbox = tables.outbox
        await card(outbox)
        (first,) = await due(outbox)
        await outbox.take([first.id])
        assert await due(outbox) == []
        await card(outbox)
        (second,) = await due(outbox)
        assert second.id != first.id


async def test_notices_without_a_key_stand_alone_and_with_one_are_replaced(store: Store) -> None:
    async with store.write() as tables:
        outbox = tables.outbox
        await notice(outbox, "a")
        await notice(outbox, "a", order_id="1")
        await notice(outbox, "old", key="blind", ring=True)
        await notice(outbox, "new", key="blind", priority=1)
        waiting = await due(outbox)
        assert [(one.facts["text"], one.ring, one.priority, one.key) for one in waiting] == [
            ("new", True, 1, "blind"), ("a", False, 5, ""), ("a", False, 5, ""),
        ]  # fmt: skip
        assert [one.order_id for one in waiting] == [None, None, "1"]
        assert {(one.kind, one.notice) for one in waiting} == {("notice", "blind")}


async def test_what_is_due_comes_by_urgency_then_age_and_not_before_its_time(store: Store) -> None:
    async with store.write() as tables:
        outbox = tables.outbox
        assert await outbox.next_at() is None
        for order_id, priority, at in (("1", 9, 10), ("2", 0, 30), ("3", 5, 20), ("4", 5, 10)):
            await card(outbox, order_id, priority=priority, at=at)
        assert [one.order_id for one in await due(outbox, 29)] == ["3", "4", "1"]
        assert [one.order_id for one in await outbox.due(30, limit=2)] == ["2", "3"]
        assert await outbox.next_at() == 10
        assert await outbox.pending_count() == 4


async def test_what_was_sent_or_dropped_never_comes_back(store: Store) -> None:
    async with store.write() as tables:
        outbox = tables.outbox
        await card(outbox, "1")
        await card(outbox, "2")
        first, second = await due(outbox)
        await outbox.take([first.id, second.id])
        await outbox.sent([first.id], 50)
        await outbox.drop(second.id, 60, "chat not found")
        for delivery in (first, second):
            await outbox.retry(delivery.id, 70, "late")
            await outbox.take([delivery.id])
        assert await outbox.recover() == 0
        assert await due(outbox) == []
        assert await outbox.purge(60) == 1
        assert await outbox.purge(61) == 1


async def test_a_failed_one_waits_and_counts_its_attempts(store: Store) -> None:
    async with store.write() as tables:
        outbox = tables.outbox
        await notice(outbox, "a")
        (first,) = await due(outbox)
        await outbox.take([first.id])
        await outbox.retry(first.id, 500, "flood")
        assert await due(outbox, 499) == []
        (again,) = await due(outbox, 500)
        assert (again.id, again.attempts, again.repeated, again.state) == (first.id, 1, False, "pending")
        await outbox.retry(first.id, 600, "flood")
        assert (await due(outbox))[0].attempts == 2


async def test_a_failed_card_joins_the_newer_one_that_waits(store: Store) -> None:
    async with store.write() as tables:
        outbox = tables.outbox
        await card(outbox, ring=True, priority=2, at=10)
        (first,) = await due(outbox)
        await outbox.take([first.id])
        await card(outbox, repost=True, priority=7, at=20)
        await outbox.retry(first.id, 500, "flood")
        (joined,) = await due(outbox)
        assert joined.id > first.id
        assert (joined.repost, joined.ring, joined.priority, joined.attempts) == (True, True, 2, 1)
        assert (joined.created_at, joined.next_at) == (10, 500)
        await outbox.retry(first.id, 600, "late")
        assert len(await due(outbox)) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_two_that_fail_join_with_the_newer_ones_words(store: Store, order: tuple[int, int]) -> None:
    async with store.write() as tables:
        outbox = tables.outbox
        ids: list[int] = []
        for text in ("old", "new"):
            await notice(outbox, text, key="blind")
            ids += [one.id for one in await due(outbox)]
            await outbox.take(ids[-1:])
        for place in order:
            await outbox.retry(ids[place], 100, "flood")
        (joined,) = await due(outbox)
        assert joined.facts == {"text": "new"}


async def test_after_a_restart_what_was_being_sent_waits_again_marked_as_repeated(store: Store, url: str) -> None:
    async with store.write() as tables:
        outbox = tables.outbox
        await card(outbox, "1", ring=True)
        await card(outbox, "2")
        await notice(outbox, "old", key="blind")
        await outbox.take([one.id for one in await due(outbox)])
        await card(outbox, "1", repost=True)
        await notice(outbox, "new", key="blind")
        await outbox.take([one.id for one in await due(outbox) if one.kind == "notice"])
    await store.close()
    again = await Store.open(url)
    async with again.write() as tables:
        assert await tables.outbox.recover() == 4
        waiting = {one.key: one for one in await due(tables.outbox)}
        assert set(waiting) == {"card:1", "card:2", "blind"}
        assert all(one.repeated for one in waiting.values())
        assert (waiting["card:1"].repost, waiting["card:1"].ring) == (True, True)
        assert waiting["blind"].facts == {"text": "new"}
        assert await tables.outbox.recover() == 0
    await again.close()


async def test_a_group_with_a_new_id_gets_what_waits_for_the_old_one(store: Store) -> None:
    async with store.write() as tables:
        outbox = tables.outbox
        await card(outbox, "sending")
        (sending,) = await due(outbox)
        await outbox.take([sending.id])
        await card(outbox, "1", ring=True)
        await card(outbox, "private", chat_id=5)
        await card(outbox, "1", chat_id=-7, repost=True)
        await outbox.migrate(CHAT, -7)
        await outbox.recover()
        found = {(one.chat_id, one.order_id): one for one in await due(outbox)}
        assert set(found) == {(-7, "1"), (-7, "sending"), (5, "private")}
        assert found[-7, "1"].ring and found[-7, "1"].repost


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "take", "retry", "recover", "sent"]), st.sampled_from(["1", "2"]), st.integers(0, 9)
    ),
    max_size=20,
)


class Undo(Exception):
    """Ends a block without keeping it."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_whatever_happens_an_order_that_is_owed_a_card_waits_exactly_once(
    store: Store, steps: list[tuple[str, str, int]]
) -> None:
    owed: set[str] = set()
    taken: dict[str, list[int]] = {"1": [], "2": []}
    with pytest.raises(Undo):
        async with store.write() as tables:
            outbox = tables.outbox
            for verb, order_id, number in steps:
                waiting = [one.id for one in await due(outbox) if one.order_id == order_id]
                if verb == "put":
                    await card(outbox, order_id, priority=number)
                    owed.add(order_id)
                elif verb == "take" and waiting:
                    await outbox.take(waiting)
                    taken[order_id] += waiting
                elif verb == "retry" and taken[order_id]:
                    await outbox.retry(taken[order_id].pop(number % len(taken[order_id])), 10, "flood")
                elif verb == "sent" and waiting and not taken[order_id]:
                    await outbox.sent(waiting, 10)
                    owed.discard(order_id)
                elif verb == "recover":
                    await outbox.recover()
                    taken = {"1": [], "2": []}
            await outbox.recover()
            assert sorted(str(one.order_id) for one in await due(outbox)) == sorted(owed)
            raise Undo


async def test_it_knows_what_was_told_or_is_to_be_told_somewhere_and_not_what_was_dropped(store: Store) -> None:
    async with store.write() as tables:
        for order_id in ("1", "2", "3"):
            await card(tables.outbox, order_id)
        first, second, _ = await due(tables.outbox)
        await tables.outbox.sent([first.id], 11)
        await tables.outbox.drop(second.id, 11, "nobody may read it")
        known = [await tables.outbox.knows(CHAT, f"card:{order_id}") for order_id in ("1", "2", "3", "4")]
        assert known == [True, False, True, False] and not await tables.outbox.knows(7, "card:1")
