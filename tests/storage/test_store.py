import asyncio
import os
import stat
from pathlib import Path

import pytest

from storage.errors import StoreError
from storage.session import point_of
from storage.store import OutsideBlock, Store, Tables
from tests.storage.examples import intent, saying


class Stop(Exception):
    """What a test throws to end a block."""


async def kept(store: Store) -> dict[str, str | None]:
    async with store.read() as tables:
        return {key: await tables.desk.get(key) for key in ("a", "b")}


async def test_a_finished_block_is_kept_over_a_restart(store: Store, url: str) -> None:
    async with store.write() as tables:
        await tables.desk.put("a", "1")
    await store.close()
    again = await Store.open(url)
    assert (await kept(again))["a"] == "1"
    await again.close()


async def test_an_exception_undoes_the_whole_block(store: Store) -> None:
    with pytest.raises(Stop):
        async with store.write() as tables:
            await tables.desk.put("a", "1")
            await tables.desk.put("b", "1")
            raise Stop
    assert await kept(store) == {"a": None, "b": None}
    assert store.commits == 0


async def test_a_neighbours_insert_survives_another_tasks_rollback(store: Store) -> None:
    inside = asyncio.Event()

    async def fails() -> None:
        async with store.write() as tables:
            await tables.desk.put("a", "fails")
            inside.set()
            await asyncio.sleep(0.02)
            raise Stop

    async def succeeds() -> None:
        await inside.wait()
        async with store.write() as tables:
            await tables.desk.put("b", "kept")

    results = await asyncio.gather(fails(), succeeds(), return_exceptions=True)
    assert [type(result) for result in results] == [Stop, type(None)]
    assert await kept(store) == {"a": None, "b": "kept"}


async def test_readers_do_not_see_what_is_not_committed(store: Store) -> None:
    async with store.write() as tables:
        await tables.desk.put("a", "1")
        assert await kept(store) == {"a": None, "b": None}
    assert (await kept(store))["a"] == "1"


async def test_commits_are_counted(store: Store) -> None:
    for number in range(3):
        async with store.write() as tables:
            await tables.desk.put("a", str(number))
    await kept(store)
    assert store.commits == 3


async def test_a_reader_cannot_write(store: Store) -> None:
    async with store.read() as tables:
        with pytest.raises(StoreError) as caught:
            await tables.desk.put("a", "1")
    assert caught.value.why == "read_only"
    assert (await kept(store))["a"] is None


@pytest.mark.parametrize("door", ["write", "read"])
async def test_tables_refuse_to_work_after_their_block(store: Store, door: str) -> None:
    kept_tables: Tables
    async with store.write() if door == "write" else store.read() as tables:
        kept_tables = tables
    with pytest.raises(OutsideBlock):
        await kept_tables.desk.put("a", "1")
    with pytest.raises(OutsideBlock):
        await kept_tables.desk.get("a")


async def test_a_straggler_cannot_write_while_its_block_commits(store: Store, url: str) -> None:
    straggler: asyncio.Task[None] | None = None
    late: list[Tables] = []

    def probe(point: str) -> None:
        nonlocal straggler
        if point == "before:commit" and late:
            straggler = asyncio.ensure_future(late[0].desk.put("b", "late"))

    watched = await Store.open(url, probe)
    async with watched.write() as tables:
        late.append(tables)
        await tables.desk.put("a", "1")
    assert straggler is not None
    with pytest.raises(OutsideBlock):
        await straggler
    assert await kept(watched) == {"a": "1", "b": None}
    await watched.close()


async def test_a_write_inside_a_write_is_told_so_instead_of_waiting_for_ever(store: Store) -> None:
    async with store.write() as tables:
        await tables.desk.put("a", "1")
        with pytest.raises(OutsideBlock):
            async with store.write():
                pass
        with pytest.raises(OutsideBlock):
            await store.close()
    assert (await kept(store))["a"] == "1"


async def test_a_failure_that_was_caught_inside_still_undoes_the_block(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        async with store.write() as tables:
            await tables.desk.put("a", "1")
            with pytest.raises(StoreError):
                await tables.intents.plan(intent(planned_at=2**63))
            with pytest.raises(StoreError):
                await tables.desk.put("b", "alone")
    assert caught.value.why == "value"
    assert await kept(store) == {"a": None, "b": None}


async def test_a_cancelled_block_is_undone_and_the_next_one_works(store: Store) -> None:
    inside = asyncio.Event()

    async def hangs() -> None:
        async with store.write() as tables:
            await tables.desk.put("a", "1")
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(hangs())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.write() as tables:
        await tables.desk.put("b", "1")
    assert await kept(store) == {"a": None, "b": "1"}


@pytest.mark.parametrize("steps", range(24))
async def test_a_cancellation_after_any_number_of_steps_leaves_all_or_nothing(url: str, steps: int) -> None:
    store = await Store.open(url)

    async def both() -> None:
        async with store.write() as tables:
            await tables.desk.put("a", "1")
            await tables.desk.put("b", "1")

    task = asyncio.create_task(both())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    task.cancel()
    await asyncio.wait({task})
    async with store.write() as tables:
        values = {await tables.desk.get("a"), await tables.desk.get("b")}
    assert len(values) == 1
    assert (values == {"1"}) == (store.commits == 2)
    await store.close()


async def test_a_cancellation_during_the_commit_comes_after_it(url: str) -> None:
    writing: list[asyncio.Task[None]] = []

    def probe(point: str) -> None:
        if point == "before:commit" and writing:
            writing[0].cancel()

    store = await Store.open(url, probe)

    async def writes() -> None:
        async with store.write() as tables:
            await tables.desk.put("a", "1")

    writing.append(asyncio.create_task(writes()))
    with pytest.raises(asyncio.CancelledError):
        await writing[0]
    assert store.commits == 1
    assert (await kept(store))["a"] == "1"
    writing.clear()
    await store.close()


async def test_a_cancelled_statement_that_was_swallowed_dooms_its_block(store: Store) -> None:
    swallowed = asyncio.Event()

    async def stubborn() -> None:
        async with store.write() as tables:
            await tables.desk.put("a", "1")
            pending = asyncio.create_task(tables.desk.put("b", "1"))
            await asyncio.sleep(0)
            pending.cancel()
            await asyncio.wait({pending})
            if pending.cancelled():
                swallowed.set()

    with pytest.raises(StoreError) as caught:
        await stubborn()
    assert swallowed.is_set()
    assert caught.value.why == "cut_short"
    assert await kept(store) == {"a": None, "b": None}


async def test_every_statement_and_the_commit_tell_the_probe(url: str) -> None:
    points: list[str] = []
    store = await Store.open(url, points.append)
    points.clear()
    async with store.write() as tables:
        await tables.intents.plan(intent())
        await tables.seals.use("s1", 5)
    async with store.read() as tables:
        await tables.orders.get("1")
    names = ["begin", "insert intents", "update seals", "commit", "select orders"]
    assert points == [f"{when}:{name}" for name in names for when in ("before", "after")]
    await store.close()


def test_a_statement_that_names_no_table_is_its_verb() -> None:
    assert point_of("BEGIN IMMEDIATE") == "begin"
    assert point_of("DELETE FROM seals WHERE 1 = 1") == "delete seals"


async def test_a_probe_that_raises_undoes_the_block(url: str) -> None:
    armed: list[str] = []

    def probe(point: str) -> None:
        if point in armed:
            raise Stop

    store = await Store.open(url, probe)
    for point in ("after:begin", "before:insert desk", "after:insert desk", "before:commit"):
        armed[:] = [point]
        with pytest.raises(Stop):
            async with store.write() as tables:
                await tables.desk.put("a", point)
        armed.clear()
        assert (await kept(store))["a"] is None
    armed[:] = ["after:commit"]
    with pytest.raises(Stop):
        async with store.write() as tables:
            await tables.desk.put("a", "kept")
    assert (await kept(store))["a"] == "kept"
    await store.close()


async def test_a_closed_store_says_so(store: Store) -> None:
    await store.close()
    await store.close()
    for door in (store.write, store.read):
        with pytest.raises(StoreError) as caught:
            async with door():
                pass
        assert caught.value.why == "closed"
    with pytest.raises(StoreError) as caught:
        await store.integrity()
    assert caught.value.why == "closed"


async def test_a_read_that_outlives_the_store_says_so(store: Store) -> None:
    async with store.read() as tables:
        await store.close()
        with pytest.raises(StoreError) as caught:
            await tables.desk.get("a")
    assert caught.value.why == "closed"


async def test_closing_waits_for_the_running_write(store: Store, url: str) -> None:
    inside = asyncio.Event()

    async def slow() -> None:
        async with store.write() as tables:
            inside.set()
            await asyncio.sleep(0.02)
            await tables.desk.put("a", "1")

    task = asyncio.create_task(slow())
    await inside.wait()
    await store.close()
    await task
    again = await Store.open(url)
    assert (await kept(again))["a"] == "1"
    await again.close()


async def test_the_file_is_readable_by_its_owner_alone(store: Store, tmp_path: Path) -> None:
    async with store.write() as tables:
        await tables.desk.put("a", "1")
    for name in os.listdir(tmp_path):
        assert stat.S_IMODE(os.stat(tmp_path / name).st_mode) == 0o600, name


async def test_a_backup_is_a_whole_private_copy_and_never_overwrites(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    async with store.write() as tables:
        await tables.desk.put("a", "1")
    await store.backup(str(copy))
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    async with store.write() as tables:
        await tables.desk.put("a", "2")
    other = await Store.open(f"sqlite:///{copy}")
    assert (await kept(other))["a"] == "1"
    assert await other.integrity() == "ok"
    await other.close()
    with pytest.raises(StoreError) as caught:
        await store.backup(str(copy))
    assert caught.value.why == "exists"


async def test_a_backup_into_nowhere_says_so(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        await store.backup(str(tmp_path / "missing" / "copy.db"))
    assert caught.value.why == "cannot_open"


async def test_a_backup_brings_the_files_that_its_rows_name_and_no_others(store: Store, tmp_path: Path) -> None:
    receipt, page = await store.files.put(b"receipt"), await store.files.put(b"page")
    await store.files.put(b"nobody's")
    async with store.write() as tables:
        await tables.files.want("1", 1, ["https://f/1", "https://f/2"], 0)
        await tables.files.kept(1, receipt, "image/png", 7)
        await tables.sayings.add(saying("w1", content=page))
    copy = tmp_path / "copy.db"
    await store.backup(str(copy))
    names = set(os.listdir(tmp_path / "copy.db.files"))
    assert names == {receipt, page}
    assert stat.S_IMODE(os.stat(f"{copy}.files").st_mode) == 0o700
    assert {stat.S_IMODE(os.stat(tmp_path / "copy.db.files" / name).st_mode) for name in names} == {0o600}
    assert not any(name.startswith("copy.db-") for name in os.listdir(tmp_path))
    restored = await Store.open(f"sqlite:///{copy}")
    async with restored.read() as tables:
        assert [file.sha256 for file in await tables.files.of_order("1")] == [receipt, ""]
    assert [await restored.files.get(name) for name in (receipt, page)] == [b"receipt", b"page"]
    await restored.close()


async def test_a_backup_does_without_a_file_that_is_lost_or_damaged(store: Store, tmp_path: Path) -> None:
    lost, hurt = await store.files.put(b"lost"), await store.files.put(b"hurt")
    async with store.write() as tables:
        for number, name in enumerate((lost, hurt), start=1):
            await tables.files.want("1", number, ["https://f/1"], 0)
            await tables.files.kept(number, name, "image/png", 4)
    await store.files.remove(lost)
    (tmp_path / "desk.db.files" / hurt).write_bytes(b"hur")
    await store.backup(str(tmp_path / "copy.db"))
    assert (tmp_path / "copy.db").exists()
    assert not (tmp_path / "copy.db.files").exists()


async def test_purging_beside_a_backup_never_leaves_a_row_of_the_copy_without_its_file(
    store: Store, tmp_path: Path
) -> None:
    names = [await store.files.put(f"file {number}".encode()) for number in range(30)]
    async with store.write() as tables:
        for number, name in enumerate(names, start=1):
            await tables.files.want("1", number, ["https://f/1"], 0)
            await tables.files.kept(number, name, "image/png", 4)

    async def forget() -> None:
        for _ in range(10_000):
            if (tmp_path / "copy.db.files").exists():
                break
            await asyncio.sleep(0)
        async with store.write() as tables:
            await tables.files.purge(1)
        for _ in range(100):
            await store.files.purge(set(), grace_seconds=-1)

    forgetting = asyncio.create_task(forget())
    await store.backup(str(tmp_path / "copy.db"))
    await forgetting
    copy = await Store.open(f"sqlite:///{tmp_path}/copy.db")
    async with copy.read() as tables:
        assert await tables.files.in_use() == set(names) == await copy.files.all()
    assert await store.files.purge(set(), grace_seconds=-1) == len(names)
    await copy.close()


async def test_a_backup_never_overwrites_a_room(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.db.files").mkdir()
    with pytest.raises(StoreError) as caught:
        await store.backup(str(tmp_path / "copy.db"))
    assert caught.value.why == "exists"
    assert not (tmp_path / "copy.db").exists()


async def test_a_cancelled_backup_leaves_no_file(store: Store, tmp_path: Path) -> None:
    task = asyncio.create_task(store.backup(str(tmp_path / "copy.db")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "copy.db" not in os.listdir(tmp_path)


async def test_integrity_is_ok_and_damage_is_not(store: Store, url: str, tmp_path: Path) -> None:
    async with store.write() as tables:
        for number in range(400):
            await tables.desk.put(f"key {number}", "x" * 200)
    assert await store.integrity() == "ok"
    await store.close()
    path = tmp_path / "desk.db"
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size - 4096 * 8)  # of the rows, which came last; without the first pages nothing opens
        file.write(os.urandom(4096 * 4))
    hurt = await Store.open(url)
    try:
        assert await hurt.integrity() != "ok"
    except StoreError as error:
        assert error.why == "damaged"
    await hurt.close()


async def test_a_second_running_desk_on_one_database_is_refused_and_the_command_line_is_not(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    first, second = await Store.open(url), await Store.open(url)
    first.hold_alone()
    with pytest.raises(StoreError) as refused:
        second.hold_alone()
    assert refused.value.why == "in_use"
    async with second.write() as tables:
        await tables.desk.put("checked_at", "1")
    await first.close()
    second.hold_alone()
    await second.close()
