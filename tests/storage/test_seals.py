import asyncio

from storage.store import Store
from tests.storage.examples import SEAL, seal


async def test_a_seal_comes_back_as_it_was(store: Store) -> None:
    async with store.write() as tables:
        await tables.seals.add(SEAL)
        assert await tables.seals.get("s1") == SEAL
        assert await tables.seals.get("s2") is None


async def test_only_the_first_showing_counts(store: Store) -> None:
    async with store.write() as tables:
        await tables.seals.add(SEAL)
        await tables.seals.shown("s1", 10)
        await tables.seals.shown("s1", 20)
        assert await tables.seals.get("s1") == seal(shown_at=10)


async def test_of_many_taps_one_uses_the_seal(store: Store) -> None:
    async with store.write() as tables:
        await tables.seals.add(SEAL)

    async def tap(at: int) -> bool:
        async with store.write() as tables:
            return await tables.seals.use("s1", at)

    used = await asyncio.gather(*(tap(at) for at in range(10, 16)))
    assert used.count(True) == 1
    async with store.read() as tables:
        assert await tables.seals.get("s1") == seal(used_at=10 + used.index(True))


async def test_an_ended_or_missing_seal_cannot_be_used(store: Store) -> None:
    async with store.write() as tables:
        await tables.seals.add(SEAL)
        await tables.seals.end("s1", 10)
        await tables.seals.end("s1", 20)
        assert await tables.seals.get("s1") == seal(used_at=10)
        assert not await tables.seals.use("s1", 30)
        assert not await tables.seals.use("s2", 30)


async def test_ending_an_orders_seals_names_the_unused_ones(store: Store) -> None:
    async with store.write() as tables:
        await tables.seals.add(seal("b", opened_at=1))
        await tables.seals.add(seal("a", opened_at=2))
        await tables.seals.add(seal("used", used_at=3))
        await tables.seals.add(seal("other", target="27182818"))
        assert [found.id for found in await tables.seals.open_for(SEAL.target)] == ["b", "a"]
        assert await tables.seals.end_for(SEAL.target, 9) == ["a", "b"]
        assert await tables.seals.end_for(SEAL.target, 10) == []
        assert await tables.seals.open_for(SEAL.target) == []
        assert await tables.seals.get("used") == seal("used", used_at=3)
        assert await tables.seals.use("other", 11)


async def test_purging_removes_what_expired_before(store: Store) -> None:
    async with store.write() as tables:
        await tables.seals.add(seal("old", expires_at=99))
        await tables.seals.add(seal("young", expires_at=100))
        assert await tables.seals.purge(100) == 1
        assert await tables.seals.get("old") is None
        assert await tables.seals.get("young") is not None


async def test_expired_ones_are_the_unused_whose_life_is_over(store: Store) -> None:
    async with store.write() as tables:
        await tables.seals.add(seal("b", opened_at=1, expires_at=100))
        await tables.seals.add(seal("a", opened_at=2, expires_at=99))
        await tables.seals.add(seal("young", expires_at=101))
        await tables.seals.add(seal("used", expires_at=50, used_at=3))
        assert [found.id for found in await tables.seals.expired(100)] == ["b", "a"]
