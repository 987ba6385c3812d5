"""The rows of the room: two renames and no third, states that are left once, one pinned message per group."""

import pytest

from storage.store import Store
from storage.topics import Topic, TopicState

CHAT, TOPIC, ORDER = -100123, 501, "61000001"
MADE = 1_790_000_000_000


async def topic(store: Store) -> Topic:
    async with store.read() as tables:
        found = await tables.topics.get(CHAT, TOPIC)
    assert found is not None
    return found


@pytest.fixture
async def made(store: Store) -> Store:
    async with store.write() as tables:
        await tables.topics.add(CHAT, TOPIC, ORDER, "0001", 0, MADE)
    return store


async def test_two_renames_are_counted_and_a_third_is_refused(made: Store) -> None:
    for stage, name in ((1, "⚖ 0001"), (2, "✅ 0001")):
        async with made.write() as tables:
            begun = await tables.topics.begin_rename(await topic(made), name, stage, MADE + stage)
            assert begun is not None and (begun.name, begun.renames, begun.is_named) == (name, stage, False)
            await tables.topics.renamed(begun, MADE + stage)
    async with made.write() as tables:
        assert await tables.topics.begin_rename(await topic(made), "again", 1, MADE + 3) is None
    assert (await topic(made)).name == "✅ 0001"


async def test_a_state_is_left_once(made: Store) -> None:
    before = await topic(made)
    async with made.write() as tables:
        assert await tables.topics.move(before, TopicState.ENDING, MADE + 1)
        assert not await tables.topics.move(before, TopicState.ENDING, MADE + 2)
    assert (await topic(made)).state is TopicState.ENDING


async def test_lost_ones_are_gone_and_forgotten_in_time(made: Store) -> None:
    async with made.write() as tables:
        await tables.topics.lost(ORDER, MADE + 5)
        assert await tables.topics.purge(MADE + 5) == 0
        assert await tables.topics.purge(MADE + 6) == 1
        assert await tables.topics.of_order(ORDER) == []


async def test_one_that_still_stands_is_never_forgotten(made: Store) -> None:
    async with made.write() as tables:
        assert await tables.topics.purge(MADE * 2) == 0


async def refused(store: Store) -> bool:
    async with store.write() as tables:
        return await tables.pinned_queue.refused(CHAT)


async def test_a_group_has_one_pinned_message_whose_refusal_outlives_it(store: Store) -> None:
    async with store.write() as tables:
        await tables.pinned_queue.posted(CHAT, 7, "a", MADE)
    assert [await refused(store), await refused(store)] == [True, False]
    async with store.write() as tables:
        await tables.pinned_queue.posted(CHAT, 9, "b", MADE + 1)
    assert not await refused(store), "said already"
    async with store.write() as tables:
        await tables.pinned_queue.pinned(CHAT, MADE + 2)
        found = await tables.pinned_queue.get(CHAT)
    assert found is not None and (found.message_id, found.is_pinned, found.is_refused) == (9, True, False)


async def test_a_line_about_another_pinning_is_not_ours(store: Store) -> None:
    async with store.write() as tables:
        await tables.pinned_queue.posted(CHAT, 7, "a", MADE)
        assert not await tables.pinned_queue.say_service(CHAT, 8, 20)
        assert await tables.pinned_queue.say_service(CHAT, 7, 20)
        await tables.pinned_queue.gone(CHAT)
        found = await tables.pinned_queue.get(CHAT)
    assert found is not None and (found.message_id, found.service_id) == (0, None)
