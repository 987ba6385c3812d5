"""R12: a full disk, an I/O error, a lock and a read-only file end in a StoreError with nothing half-written."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from storage.errors import StoreError, problem_of
from storage.store import Store

ROOT = Path(__file__).parents[2]


async def run_script(name: str, *arguments: str) -> tuple[int, str]:
    """A process of its own running a script of `tests/storage/scripts`; its exit code and output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"tests.storage.scripts.{name}",
        *arguments,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def values(store: Store) -> set[str | None]:
    async with store.read() as tables:
        return {await tables.desk.get("first"), await tables.desk.get("last")}


async def test_a_full_database_undoes_the_block_and_stays_readable(store: Store, url: str) -> None:
    async with store.write() as tables:
        await tables.desk.put("kept", "1")
    await store.close()
    small = await Store.open(url + "?max_pages=60")
    with pytest.raises(StoreError) as caught:
        async with small.write() as tables:
            await tables.desk.put("first", "1")
            for number in range(200):
                await tables.desk.put(f"filler {number}", "x" * 4000)
            await tables.desk.put("last", "1")
    assert caught.value.why == "full"
    assert await values(small) == {None}
    async with small.read() as tables:
        assert await tables.desk.get("kept") == "1"
    async with small.write() as tables:
        await tables.desk.put("first", "fits")
    assert await small.integrity() == "ok"
    await small.close()


async def test_an_io_error_at_the_commit_is_told_and_nothing_is_kept(store: Store, url: str, tmp_path: Path) -> None:
    await store.close()
    code, output = await run_script("limited", url, str((tmp_path / "desk.db").stat().st_size + 64 * 1024))
    assert code == 0, output
    assert output.split() == ["io", "None", "None"], output
    again = await Store.open(url)
    assert await values(again) == {None}
    assert await again.integrity() == "ok"
    await again.close()


async def test_another_process_that_holds_the_lock_is_told_as_locked(store: Store, url: str) -> None:
    other = await Store.open(url)
    async with other.write() as tables:
        await tables.desk.put("first", "other")
        with pytest.raises(StoreError) as caught:
            async with store.write() as mine:
                await mine.desk.put("first", "mine")
        assert caught.value.why == "locked"
        with pytest.raises(StoreError) as caught:
            await Store.open(url)
        assert caught.value.why == "locked"
    async with store.write() as tables:
        assert await tables.desk.get("first") == "other"
    await other.close()


async def test_a_lock_that_ends_soon_is_waited_for(store: Store, url: str) -> None:
    other = await Store.open(url)
    inside = asyncio.Event()

    async def holds() -> None:
        async with other.write() as tables:
            inside.set()
            await asyncio.sleep(0.1)
            await tables.desk.put("first", "other")

    task = asyncio.create_task(holds())
    await inside.wait()
    async with store.write() as tables:
        assert await tables.desk.get("first") == "other"
    await task
    await other.close()


async def test_a_read_only_database_is_refused_at_the_start(store: Store, url: str) -> None:
    await store.close()
    with pytest.raises(StoreError) as caught:
        await Store.open(url + "?mode=ro")
    assert caught.value.why == "read_only"


async def test_a_read_only_database_that_is_missing_is_not_made(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        await Store.open(url + "?mode=ro")
    assert caught.value.why == "cannot_open"
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "url",
    [
        "desk.db",
        "postgresql://localhost/desk",
        "sqlite://",
        "sqlite:///",
        "sqlite:///desk.db?cache=shared",
        "sqlite:///desk.db?max_pages=many",
        "sqlite:///a%00b",
    ],
)
async def test_an_address_that_is_not_understood_is_refused(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        await Store.open(url)
    assert caught.value.why == "bad_url"


async def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        await Store.open(f"sqlite:///{tmp_path}/missing/desk.db")
    assert caught.value.why == "cannot_open"


async def test_a_folder_is_not_a_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        await Store.open(f"sqlite:///{tmp_path}")
    assert caught.value.why == "cannot_open"


async def test_a_file_that_is_no_database_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(b"dear diary " * 500)
    with pytest.raises(StoreError) as caught:
        await Store.open(url)
    assert caught.value.why == "not_a_database"
    assert path.read_bytes() == b"dear diary " * 500


async def test_a_name_with_odd_characters_is_only_a_name(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path}/a%20%23%3F 张.db")
    await store.close()
    assert (tmp_path / "a #? 张.db").is_file()


async def points_of_one_write(url: str) -> list[str]:
    code, output = await run_script("killed", url, "")
    assert code == 0, output
    return output.split("\n")[:-1]


async def test_a_kill_at_any_point_of_a_write_leaves_all_or_nothing(tmp_path: Path) -> None:
    points = await points_of_one_write(f"sqlite:///{tmp_path}/count.db")
    assert len(points) == 8
    for number, point in enumerate(points):
        url = f"sqlite:///{tmp_path}/{number}.db"
        code, output = await run_script("killed", url, point)
        assert code == -signal.SIGKILL, output
        store = await Store.open(url)
        expected = {"1"} if point == "after:commit" else {None}
        assert await values(store) == expected, point
        await store.close()


def test_an_error_the_driver_has_no_number_for_is_still_ours() -> None:
    assert problem_of(RuntimeError("odd")).why == "other"
    assert str(StoreError("locked")) == "the database is locked by another process"
