from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.inbox import ROWS_PER_INSERT, Stored
from storage.store import Store


def update(update_id: int, key: str = "order:1", received_at: int = 1_000) -> Stored:
    return Stored(
        update_id, key, {"update_id": update_id, "message": {"text": "张 \ud800 \0", "n": 2**62}}, received_at
    )


async def test_a_batch_is_stored_once_and_handed_back_in_its_order(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.inbox.add([update(7), update(5), update(7), update(6)]) == [update(7), update(5), update(6)]
        assert await tables.inbox.add([update(6), update(8)]) == [update(8)]
        assert await tables.inbox.unhandled() == [update(7), update(5), update(6), update(8)]


async def test_a_great_batch_is_one_commit_and_complete(store: Store) -> None:
    batch = [update(number) for number in range(2 * ROWS_PER_INSERT + 1)]
    async with store.write() as tables:
        assert await tables.inbox.add(batch) == batch
    async with store.read() as tables:
        assert await tables.inbox.unhandled() == batch
    assert store.commits == 1


async def test_a_handled_update_is_not_handed_out_again_even_when_it_comes_again(store: Store) -> None:
    async with store.write() as tables:
        await tables.inbox.add([update(5), update(6)])
        await tables.inbox.handled(5, 2_000)
        assert await tables.inbox.add([update(5)]) == []
        assert await tables.inbox.unhandled() == [update(6)]


async def test_the_last_update_is_that_of_the_newest_batch_and_outlives_its_rows(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.inbox.last_update_id() is None
        await tables.inbox.add([update(6), update(9), update(8)])
        assert await tables.inbox.add([]) == []
        assert await tables.inbox.last_update_id() == 9
        for update_id in (6, 8, 9):
            await tables.inbox.handled(update_id, 2_000)
        assert await tables.inbox.purge(3_000) == 3
        assert await tables.inbox.last_update_id() == 9
        await tables.inbox.add([update(3)])
        assert await tables.inbox.last_update_id() == 3  # the numbers may start anew


async def test_purging_leaves_the_unhandled_and_the_young(store: Store) -> None:
    async with store.write() as tables:
        await tables.inbox.add([update(number) for number in (1, 2, 3)])
        await tables.inbox.handled(1, 1_999)
        await tables.inbox.handled(2, 2_000)
        await tables.inbox.handled(1, 9_999)
        assert await tables.inbox.purge(2_000) == 1
        assert await tables.inbox.unhandled() == [update(3)]
        assert await tables.inbox.add([update(2)]) == []


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(st.integers(0, 2**63 - 1) | st.integers(0, 5), max_size=6), max_size=4))
async def test_every_update_is_new_exactly_once(store: Store, batches: list[list[int]]) -> None:
    class Undo(Exception):
        pass

    expected = list(dict.fromkeys(number for batch in batches for number in batch))
    try:
        async with store.write() as tables:
            new = [stored for batch in batches for stored in await tables.inbox.add([update(n) for n in batch])]
            assert [stored.update_id for stored in new] == expected
            assert [stored.update_id for stored in await tables.inbox.unhandled()] == expected
            raise Undo
    except Undo:
        pass
