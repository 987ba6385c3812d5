from bot.domain.attachments import FileState, KeptFile
from bot.domain.sayings import State
from storage.files import Files
from storage.store import Store
from tests.storage.examples import ORDER, order, saying

ID = ORDER.id
ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64


async def keep(files: Files, order_id: str, message_number: int, sha256: str) -> KeptFile:
    await files.want(order_id, message_number, ["https://f/1"], 0)
    (file,) = await files.of_message(message_number)
    await files.kept(file.number, sha256, "image/png", 5)
    return await stored(files, file.number)


async def stored(files: Files, number: int) -> KeptFile:
    found = await files.get(number)
    assert found is not None
    return found


async def test_what_a_message_names_is_wanted_once_and_in_its_order(store: Store) -> None:
    async with store.write() as tables:
        files = tables.files
        await files.want(ID, 4, ["https://f/b", "https://f/a", "https://f/b"], 1_000)
        await files.want(ID, 4, ["https://f/a"], 9_000)
        await files.want("2", 5, ["https://f/a"], 2_000)
        assert await files.of_message(4) == (
            KeptFile(1, ID, "https://f/b", FileState.WANTED),
            KeptFile(2, ID, "https://f/a", FileState.WANTED),
        )
        assert [file.number for file in await files.of_order("2")] == [await last_number(files)]
        assert [file.order_id for file in await files.wanted(1_999)] == [ID, ID]
        assert len(await files.wanted(2_000)) == 3
        assert (await files.message_of(2), await files.message_of(99), await files.get(99)) == (4, None, None)
        assert await files.of_message(6) == ()


async def last_number(files: Files) -> int:
    return max(file.number for file in await files.wanted(10**9))


async def test_a_file_that_is_kept_says_what_it_is(store: Store) -> None:
    async with store.write() as tables:
        files = tables.files
        await files.want(ID, 4, ["https://f/b"], 1_000)
        await files.later(1, 2_000, "slow", "f")
        await files.kept(1, ONE, "image/png", 5)
        kept = KeptFile(1, ID, "https://f/b", FileState.KEPT, ONE, "image/png", 5, attempts=1)
        assert await files.of_order(ID) == [kept]
        await files.kept(1, TWO, "video/mp4", 6)
        await files.later(1, 9_000, "slow", "f")
        await files.failed(1, "slow", "f")
        assert await files.get(1) == kept
        assert await files.wanted(10**9) == []


async def test_a_try_that_failed_is_made_again_later_until_it_is_given_up(store: Store) -> None:
    async with store.write() as tables:
        files = tables.files
        await files.want(ID, 4, ["https://f/b"], 1_000)
        for attempt in (1, 2):
            await files.later(1, 5_000, "away", "f")
            found = await stored(files, 1)
            assert (found.attempts, found.why, found.host) == (attempt, "away", "f")
        assert await files.wanted(4_999) == []
        assert len(await files.wanted(5_000)) == 1
        await files.failed(1, "refused", "f")
        assert await files.wanted(9_000) == []
        assert (await stored(files, 1)).state is FileState.FAILED
        await files.later(1, 0, "away", "f")
        assert (await stored(files, 1)).why == "refused"


async def test_a_host_that_is_allowed_gives_its_files_another_chance(store: Store) -> None:
    async with store.write() as tables:
        files = tables.files
        whys = (("unknown_host", "f"), ("unknown_host", "g"), ("refused", "f"))
        await files.want(ID, 4, ["https://f/1", "https://g/2", "https://f/3"], 1_000)
        for number, (why, host) in enumerate(whys, start=1):
            await files.failed(number, why, host)
        assert await files.retry_host("f", 7_000) == 1
        assert await files.wanted(6_999) == []
        assert await files.wanted(7_000) == [KeptFile(1, ID, "https://f/1", FileState.WANTED)]
        assert await files.retry_host("f", 7_000) == 0


async def test_bytes_that_were_kept_on_another_order_before_are_told_of_that_one(store: Store) -> None:
    async with store.write() as tables:
        files = tables.files
        await files.want("late", 1, ["https://f/1"], 0)
        assert (await keep(files, "a", 2, ONE)).seen_on == ""
        assert (await keep(files, "a", 3, ONE)).seen_on == ""
        assert (await keep(files, "b", 4, ONE)).seen_on == "a"
        assert (await keep(files, "c", 5, ONE)).seen_on == "a"
        assert (await keep(files, "b", 6, TWO)).seen_on == ""
        await files.kept(1, ONE, "image/png", 5)
        assert (await stored(files, 1)).seen_on == "a"
        assert [file.seen_on for file in await files.of_order("a")] == ["", ""]
        await files.want("d", 7, ["https://f/1"], 0)
        assert [file.seen_on for file in await files.of_message(7)] == [""]


async def test_telegrams_own_id_of_a_file_is_by_form(store: Store) -> None:
    async with store.write() as tables:
        files = tables.files
        assert await files.file_id(ONE, "photo") is None
        await files.remember_file_id(ONE, "photo", "old")
        await files.remember_file_id(ONE, "photo", "new")
        await files.remember_file_id(ONE, "document", "doc")
        found = [await files.file_id(ONE, form) for form in ("photo", "document", "video")]
        assert found == ["new", "doc", None]


async def test_everything_that_a_row_names_is_in_use(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.files.in_use() == set()
        await keep(tables.files, ID, 1, ONE)
        await tables.files.want(ID, 2, ["https://f/1"], 0)
        await tables.sayings.add(saying("w1", content=TWO, state=State.DELIVERED))
        await tables.sayings.add(saying("w2"))
        assert await tables.files.in_use() == {ONE, TWO}


async def test_purging_forgets_files_of_orders_that_ended_before_and_of_orders_nobody_knows(store: Store) -> None:
    async with store.write() as tables:
        files = tables.files
        await tables.orders.put(order("ended", status="FINISHED"), 1_000)
        await tables.orders.put(order("later", status="FINISHED"), 2_000)
        await tables.orders.put(order("open"), 1_000)
        await keep(files, "ended", 1, ONE)
        await keep(files, "ended", 2, TWO)
        await keep(files, "later", 3, TWO)
        await keep(files, "open", 4, THREE)
        await files.want("unknown", 5, ["https://f/1"], 1_999)
        await files.want("unknown", 6, ["https://f/1"], 2_000)
        for sha256 in (ONE, TWO):
            await files.remember_file_id(sha256, "photo", "id")
        assert await files.purge(2_000) == 3
        assert await files.in_use() == {TWO, THREE}
        assert (await files.file_id(ONE, "photo"), await files.file_id(TWO, "photo")) == (None, "id")
        left = {one: len(await files.of_order(one)) for one in ("ended", "later", "open", "unknown")}
        assert left == {"ended": 0, "later": 1, "open": 1, "unknown": 1}


async def test_what_a_wrong_clock_put_off_too_far_is_due(store: Store) -> None:
    async with store.write() as tables:
        files = tables.files
        await files.want(ID, 1, ["https://f/1"], 10_000_000)
        assert await files.wanted(10_000_000 - 3_600_000) == []
        assert len(await files.wanted(10_000_000 - 3_600_001)) == 1
