"""S11 in the database: no row without its hash, no fork of two processes, no gap after a kill."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from bot.domain.journal import Entry
from bot.domain.journal_chain import BEGAN, GENESIS, Beginning, Head, Link, Verdict, verify
from storage.errors import StoreError
from storage.migrating import MIGRATIONS
from storage.store import Store
from tests.storage.test_faults import ROOT, run_script

STEP = "0009_journal_chain.sql"


async def links(store: Store) -> list[Link]:
    async with store.read() as tables:
        return [link async for link in tables.journal.links()]


async def checked(store: Store, head: str | None = None) -> Verdict:
    return verify(await links(store), head)


async def add(store: Store, *targets: str) -> None:
    async with store.write() as tables:
        for target in targets:
            await tables.journal.add(at=5, actor=7, action="claim", target=target, facts={"n": "1"}, outcome="done")


async def test_every_row_follows_the_one_before_also_within_one_write(store: Store) -> None:
    async with store.read() as tables:
        assert await tables.journal.head() == Head(0, 0, GENESIS)
    await add(store, "a", "b", "c")
    await add(store, "d")
    found = await links(store)
    assert [(link.id, link.target) for link in found] == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
    assert found[0].hash == found[0].hash_after(GENESIS)
    async with store.read() as tables:
        assert await tables.journal.head() == Head(4, 4, found[-1].hash) == verify(found).head
        assert await tables.journal.last_hash() == found[-1].hash
    assert verify(found, found[-1].hash).is_whole


async def test_what_the_database_cannot_keep_is_hashed_as_it_is_kept(store: Store) -> None:
    async with store.write() as tables:
        await tables.journal.add(
            at=1, actor=None, action="\ud800", target="a\0b\u2028", facts={"name": "张\ud800\0"}, outcome="\udfff"
        )
    assert (await links(store))[0].action == "?"
    assert (await checked(store)).is_whole


async def test_a_write_that_is_given_up_leaves_no_trace_in_the_chain(store: Store) -> None:
    await add(store, "a")
    with pytest.raises(ZeroDivisionError):
        async with store.write() as tables:
            await tables.journal.add(at=5, actor=7, action="claim", target="x", facts={}, outcome="")
            raise ZeroDivisionError
    await add(store, "b")
    assert [(link.id, link.target) for link in await links(store)] == [(1, "a"), (2, "b")]
    assert (await checked(store)).is_whole


async def test_a_long_journal_is_read_page_by_page(store: Store) -> None:
    await add(store, *(str(number) for number in range(1_201)))
    found = await links(store)
    assert [link.target for link in found] == [str(number) for number in range(1_201)]
    assert verify(found).is_whole


ROW = "at, actor, action, target, facts, outcome, hash"


@pytest.mark.parametrize(
    "forgery",
    [
        f"INSERT OR REPLACE INTO journal (id, {ROW}) SELECT 1, {ROW} FROM journal WHERE id = 2",
        f"INSERT INTO journal ({ROW}) SELECT {ROW} FROM journal WHERE id = 2",
        f"INSERT INTO journal (id, {ROW}) SELECT 9, {ROW} FROM journal WHERE id = 2",
        f"INSERT INTO journal (id, {ROW}) SELECT 0, {ROW} FROM journal WHERE id = 2",
        "INSERT INTO journal (at, actor, action, target, facts, outcome) VALUES (1, 7, 'a', '', '{}', '')",
        "INSERT INTO journal (id, at, actor, action, target, facts, outcome) VALUES (3, 1, 7, 'a', '', '{}', '')",
        "UPDATE journal SET hash = '' WHERE id = 1",
        "UPDATE OR REPLACE journal SET id = 1 WHERE id = 2",
        "DELETE FROM journal WHERE id = 2",
    ],
)
async def test_the_database_takes_only_a_next_row_with_its_hash(store: Store, tmp_path: Path, forgery: str) -> None:
    await add(store, "a", "b")
    before = await links(store)
    with contextlib.closing(sqlite3.connect(tmp_path / "desk.db")) as other:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(forgery)
        other.commit()
    assert await links(store) == before


async def test_who_takes_the_triggers_away_is_found_by_the_chain(store: Store, tmp_path: Path) -> None:
    await add(store, *"abcdef")
    with contextlib.closing(sqlite3.connect(tmp_path / "desk.db")) as other, other:
        for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            other.execute(f"DROP TRIGGER {name}")
        other.execute("UPDATE journal SET actor = 8 WHERE id = 2")
        other.execute("DELETE FROM journal WHERE id = 4")
    assert [(one.wrong, one.row) for one in (await checked(store)).findings] == [("changed", 2), ("missing", 5)]


async def writing(url: str, name: str) -> asyncio.subprocess.Process:
    """A process that adds rows until it is killed."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.scripts.journalling", url, name,
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def ended(process: asyncio.subprocess.Process) -> int:
    """Killed now; how many of its writes it had been told were durable."""
    process.kill()
    out, _ = await process.communicate()
    return int(out.split()[-1]) if out else 0


async def test_two_processes_at_once_write_one_chain(store: Store, url: str) -> None:
    """Until each has come between two writes of the other a dozen times."""
    names = ("desk", "freeze")
    both = await asyncio.gather(*(writing(url, name) for name in names))
    turns = 0
    try:
        async with asyncio.timeout(60):
            while turns < 24:
                await asyncio.sleep(0.05)
                found = await links(store)
                turns = sum(1 for one, next_ in pairwise(found) if one.action != next_.action)
    finally:
        told = await asyncio.gather(*(ended(process) for process in both))
    found = await links(store)
    assert verify(found).is_whole
    for name, durable in zip(names, told, strict=True):
        rows = sum(1 for link in found if link.action == name)
        assert rows in (2 * durable, 2 * durable + 2) and durable > 10


@pytest.mark.parametrize("seed", range(3))
async def test_a_kill_in_the_middle_of_writing_leaves_a_whole_chain_with_all_that_was_durable(
    url: str, seed: int
) -> None:
    process = await writing(url, "desk")
    assert process.stdout is not None
    told = int(await process.stdout.readline())
    await asyncio.sleep(random.Random(seed).uniform(0.05, 0.2))
    told = max(told, await ended(process))
    store = await Store.open(url)
    found = await links(store)
    assert verify(found).is_whole
    assert len(found) % 2 == 0 and told <= len(found) // 2 <= told + 1
    await add(store, "after")
    assert (await checked(store, found[-1].hash)).after_head == 1
    await store.close()


async def test_a_backup_holds_the_same_chain(store: Store, tmp_path: Path) -> None:
    await add(store, "a", "b")
    await store.backup(str(tmp_path / "copy.db"))
    await add(store, "c")
    copy = await Store.open(f"sqlite:///{tmp_path}/copy.db")
    assert await links(copy) == (await links(store))[:2]
    assert (await checked(copy)).is_whole
    await add(copy, "another way on")
    verdict = await checked(copy)
    assert verdict.is_whole and verdict.head.rows == 3
    await copy.close()


async def older_desk(database: Path, steps: Path, rows: int) -> list[tuple[object, ...]]:
    """A database with every step before the chain and that many rows; the rows."""
    shutil.copytree(MIGRATIONS, steps, ignore=lambda _, names: [name for name in names if name >= STEP])
    await (await Store.open(f"sqlite:///{database}", migrations=steps)).close()
    with contextlib.closing(sqlite3.connect(database)) as old, old:
        for number in range(rows):
            actor = None if number % 3 else 7251000001
            old.execute(
                "INSERT INTO journal (at, actor, action, target, facts, outcome) VALUES (?, ?, ?, ?, ?, ?)",
                (number, actor, "release", f"张\0{number}", '{ "a" : "\\u5f20" }', "done"),
            )
        return old.execute("SELECT * FROM journal ORDER BY id").fetchall()


async def test_the_rows_of_an_older_desk_are_chained_once_and_that_is_written_down(url: str, tmp_path: Path) -> None:
    was = await older_desk(tmp_path / "desk.db", tmp_path / "steps", 1_203)
    for _ in range(2):
        store = await Store.open(url, now=lambda: 1_790_000_000_000)
        found = await links(store)
        verdict = verify(found)
        async with store.read() as tables:
            newest = (await tables.journal.page(1, 0))[0]
        await store.close()
    assert [(one.id, one.at, one.actor, one.action, one.target, one.facts, one.outcome) for one in found[:-1]] == was
    assert verdict.is_whole and verdict.beginning == Beginning(1_203, 1_790_000_000_000)
    assert newest == Entry(1_204, 1_790_000_000_000, None, BEGAN, "journal", {"last": "1203"}, "done")
    with contextlib.closing(sqlite3.connect(tmp_path / "desk.db")) as other:
        for forgery in ("UPDATE journal SET outcome = '' WHERE id = 5", "DELETE FROM journal WHERE id = 5"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(forgery)


async def test_an_older_desk_without_rows_gets_no_row(url: str, tmp_path: Path) -> None:
    await older_desk(tmp_path / "desk.db", tmp_path / "steps", 0)
    store = await Store.open(url)
    assert await links(store) == []
    await store.close()


@pytest.mark.parametrize("point", ["after:alter journal", "before:update journal", "after:insert journal"])
async def test_a_kill_while_older_rows_are_chained_is_healed_by_the_next_start(
    url: str, tmp_path: Path, point: str
) -> None:
    was = await older_desk(tmp_path / "desk.db", tmp_path / "steps", 700)
    code, output = await run_script("migrating", url, point)
    assert code == -signal.SIGKILL, output
    store = await Store.open(url)
    verdict = await checked(store)
    assert verdict.is_whole and verdict.head.rows == len(was) + 1
    assert verdict.beginning is not None and verdict.beginning.last == 700
    await store.close()


async def test_an_older_desk_that_still_runs_may_not_add_rows_without_a_hash(url: str, tmp_path: Path) -> None:
    await older_desk(tmp_path / "desk.db", tmp_path / "steps", 2)
    store = await Store.open(url)
    row = "INSERT INTO journal (at, actor, action, target, facts, outcome) VALUES (1, 1, '', '', '', '')"
    with (
        contextlib.closing(sqlite3.connect(tmp_path / "desk.db")) as older,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        older.execute(row)
    assert (await checked(store)).is_whole
    await store.close()


async def test_a_reader_cannot_add_a_row(store: Store) -> None:
    with pytest.raises(StoreError):
        async with store.read() as tables:
            await tables.journal.add(at=1, actor=None, action="a", target="", facts={}, outcome="")
    assert await links(store) == []
