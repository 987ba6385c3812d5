import asyncio
import fcntl
import hashlib
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.errors import StoreError
from storage.file_room import FileRoom
from storage.store import Store
from tests.storage.test_faults import run_script

RECEIPT = b"receipt"
NAME = hashlib.sha256(RECEIPT).hexdigest()
OTHER = "0" * 64


@pytest.fixture
def room(tmp_path: Path) -> FileRoom:
    return FileRoom(str(tmp_path / "desk.db.files"))


def listed(room: FileRoom) -> list[str]:
    return sorted(os.listdir(room.folder)) if os.path.isdir(room.folder) else []


def mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def age(room: FileRoom, name: str, seconds: float) -> None:
    path = Path(room.folder) / name
    put_at = path.stat().st_mtime - seconds
    os.utime(path, (put_at, put_at))


@contextmanager
def held(room: FileRoom, lock: int) -> Iterator[None]:
    """Another process at work in the room: a lock of its own."""
    folder = os.open(room.folder, os.O_RDONLY)
    try:
        fcntl.flock(folder, lock)
        yield
    finally:
        os.close(folder)


async def test_bytes_come_back_under_their_sha256_and_lie_there_once(room: FileRoom) -> None:
    assert await room.get(NAME) is None
    assert await room.all() == set()
    assert await room.put(RECEIPT) == NAME
    assert await room.put(RECEIPT) == NAME
    empty = await room.put(b"")
    assert await room.get(NAME) == RECEIPT
    assert await room.get(empty) == b""
    assert await room.all() == {NAME, empty}
    assert listed(room) == sorted([NAME, empty])


async def test_the_room_is_for_its_owner_alone(room: FileRoom) -> None:
    await room.put(RECEIPT)
    assert (mode(room.folder), mode(f"{room.folder}/{NAME}")) == (0o700, 0o600)
    os.chmod(room.folder, 0o755)
    await room.put(b"other")
    assert mode(room.folder) == 0o700


async def test_many_that_put_the_same_at_once_agree(room: FileRoom) -> None:
    assert set(await asyncio.gather(*(room.put(RECEIPT) for _ in range(8)))) == {NAME}
    assert listed(room) == [NAME]


async def test_a_file_is_removed_once(room: FileRoom) -> None:
    assert not await room.remove(NAME)
    await room.put(RECEIPT)
    assert await room.remove(NAME)
    assert not await room.remove(NAME)
    assert await room.get(NAME) is None


@pytest.mark.parametrize("name", ["", "../desk.db", "/etc/passwd", NAME[:-1], NAME.upper(), f"{NAME}\n", f"{NAME}/.."])
async def test_what_is_no_sha256_names_no_file(room: FileRoom, name: str) -> None:
    await room.put(RECEIPT)
    for asked in (room.get, room.remove):
        with pytest.raises(StoreError) as caught:
            await asked(name)
        assert caught.value.why == "value"


async def test_a_link_in_the_place_of_a_file_is_not_followed(room: FileRoom, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    await room.put(b"other")
    (Path(room.folder) / NAME).symlink_to(secret)
    with pytest.raises(StoreError) as caught:
        await room.get(NAME)
    assert caught.value.why == "cannot_open"
    assert await room.put(RECEIPT) == NAME
    assert await room.get(NAME) == RECEIPT
    assert secret.read_bytes() == b"secret"
    (Path(room.folder) / OTHER).symlink_to(secret)
    assert await room.remove(OTHER)
    assert secret.exists()


async def test_a_link_in_the_place_of_the_room_is_refused(room: FileRoom, tmp_path: Path, url: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    os.symlink(elsewhere, room.folder)
    for work in (room.put(RECEIPT), room.get(NAME), room.all(), room.purge(set())):
        with pytest.raises(StoreError) as caught:
            await work
        assert caught.value.why == "cannot_open"
    assert os.listdir(elsewhere) == []
    with pytest.raises(StoreError):
        await Store.open(url)


async def test_a_pipe_in_the_place_of_a_file_hangs_nobody(room: FileRoom) -> None:
    await room.put(b"other")
    os.mkfifo(Path(room.folder) / NAME)
    with pytest.raises(StoreError) as caught:
        await asyncio.wait_for(room.get(NAME), 5)
    assert caught.value.why == "damaged"


async def test_a_damaged_file_is_not_given_out_and_is_healed_by_the_next_put(room: FileRoom) -> None:
    await room.put(RECEIPT)
    (Path(room.folder) / NAME).write_bytes(b"recei")
    with pytest.raises(StoreError) as caught:
        await room.get(NAME)
    assert caught.value.why == "damaged"
    await room.put(RECEIPT)
    assert await room.get(NAME) == RECEIPT


async def test_purging_takes_what_no_row_names_but_not_what_was_just_put(room: FileRoom) -> None:
    other = await room.put(b"other")
    fresh = await room.put(b"fresh")
    await room.put(RECEIPT)
    assert await room.purge({NAME}) == 0
    age(room, NAME, 9_000)
    age(room, other, 9_000)
    age(room, fresh, 60)
    assert await room.purge({NAME}) == 1
    assert await room.all() == {NAME, fresh}
    age(room, fresh, 9_000)
    await room.put(b"fresh")
    assert await room.purge({NAME}) == 0


async def test_nothing_is_taken_away_while_somebody_copies_or_writes(room: FileRoom) -> None:
    await room.put(RECEIPT)
    age(room, NAME, 9_000)
    with room.untouched():
        assert await room.purge(set()) == 0
        assert not await room.remove(NAME)
        await room.put(b"other")
    with held(room, fcntl.LOCK_SH):
        assert await room.purge(set()) == 0
    assert await room.purge(set()) == 1


async def test_a_put_waits_for_the_one_that_takes_away(room: FileRoom) -> None:
    await room.put(b"other")
    with held(room, fcntl.LOCK_EX):
        task = asyncio.create_task(room.put(RECEIPT))
        await asyncio.sleep(0.05)
        assert not task.done()
    assert await task == NAME


async def test_a_cancelled_put_leaves_the_whole_file_or_nothing(room: FileRoom) -> None:
    for steps in range(12):
        task = asyncio.create_task(room.put(RECEIPT))
        for _ in range(steps):
            await asyncio.sleep(0.0005)
        task.cancel()
        await asyncio.wait({task})
        assert listed(room) in ([], [NAME])
        await room.put(RECEIPT)
        assert await room.remove(NAME)


async def test_a_put_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def probe(point: str) -> None:
        if point == "before:rename file":
            raise StoreError("io", "the test's disk")

    room = FileRoom(str(tmp_path / "room"), probe)
    with pytest.raises(StoreError):
        await room.put(RECEIPT)
    assert listed(room) == []


@pytest.mark.parametrize("point", ["before:rename file", "after:rename file"])
async def test_a_kill_during_a_put_is_tidied_by_the_next_start(room: FileRoom, url: str, point: str) -> None:
    code, output = await run_script("room_killed", url, point)
    assert code == -signal.SIGKILL, output
    left = listed(room)
    assert len(left) == 1
    assert (left == [NAME]) == (point == "after:rename file")
    store = await Store.open(url)
    assert listed(room) == ([NAME] if point == "after:rename file" else [])
    assert await store.files.put(RECEIPT) == NAME
    assert await store.files.get(NAME) == RECEIPT
    await store.close()


async def test_a_start_beside_a_running_desk_leaves_its_unfinished_file_alone(room: FileRoom, url: str) -> None:
    await room.put(RECEIPT)
    unfinished = Path(room.folder) / "1.unfinished"
    unfinished.write_bytes(b"rec")
    with held(room, fcntl.LOCK_SH):
        await (await Store.open(url)).close()
        assert unfinished.exists()
    await (await Store.open(url)).close()
    assert listed(room) == [NAME]


async def test_a_disk_that_takes_no_more_is_told_and_nothing_half_written_stays(url: str) -> None:
    code, output = await run_script("room_limited", url)
    assert code == 0, output
    assert output.split() == ["io", "1"], output


async def test_a_room_that_may_not_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        await FileRoom(str(tmp_path / "missing" / "room")).put(RECEIPT)
    assert caught.value.why == "cannot_open"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        await FileRoom(str(tmp_path / "file")).put(RECEIPT)
    assert caught.value.why == "cannot_open"


async def test_the_store_keeps_its_room_beside_the_database(store: Store, tmp_path: Path) -> None:
    await store.files.put(RECEIPT)
    assert (tmp_path / "desk.db.files" / NAME).read_bytes() == RECEIPT
