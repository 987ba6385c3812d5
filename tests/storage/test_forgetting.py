"""What was deleted stands in no file any more once the log is cut."""

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest

from bot.domain.chat import Author
from storage.store import OutsideBlock, Store, StoreError, Tables
from tests.storage.examples import message, order

CANARY = "kanarienvogel"
ORDERS = 12


def words(folder: Path) -> dict[str, int]:
    """How often the unique words stand in each file of the database."""
    return {file.name: file.read_bytes().count(CANARY.encode()) for file in folder.glob("desk.db*") if file.is_file()}


async def talk(store: Store) -> None:
    """Short and long words, row after row, in chats of orders that end, beside one whose chat stays."""
    for number in range(ORDERS):
        async with store.write() as tables:
            await _hear(tables, str(number), CANARY)
            await _hear(tables, "stays", "staying words")
    async with store.write() as tables:
        for number in range(ORDERS):
            await tables.orders.put(order(str(number), status="FINISHED", counterparty_name=f"{CANARY} 三"), 2_000)
        await tables.orders.put(order("stays"), 2_000)


async def _hear(tables: Tables, order_id: str, text: str) -> None:
    page = [message(f"{text} {'y' * (number * 397 % 3000)}", number, order_id=order_id) for number in range(1, 25)]
    await tables.chats.add(order_id, [(one, Author.THEM) for one in page], 1_000)


async def purge(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.chats.purge(5_000) == ORDERS * 24
        assert await tables.orders.purge(5_000) == ORDERS


async def test_deleted_words_stand_in_no_file_once_the_log_is_cut(store: Store, tmp_path: Path) -> None:
    await talk(store)
    assert words(tmp_path)["desk.db-wal"]
    await purge(store)
    assert words(tmp_path)["desk.db-wal"], "the log keeps what was deleted until it is cut"
    assert await store.cut_log()
    assert not any(words(tmp_path).values())
    assert (tmp_path / "desk.db-wal").stat().st_size == 0
    async with store.read() as tables:
        assert len(await tables.chats.before("stays", None, 99)) == 24


async def test_a_log_that_somebody_reads_is_cut_the_next_time_and_writes_wait_only_a_moment(
    store: Store, tmp_path: Path
) -> None:
    await talk(store)
    other = sqlite3.connect(tmp_path / "desk.db")
    try:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM orders").fetchall()
        await purge(store)
        began = time.monotonic()
        assert not await store.cut_log()
        assert time.monotonic() - began < 1
        async with store.write() as tables:
            await tables.orders.put(order("later"), 3_000)
        other.execute("COMMIT")
    finally:
        other.close()
    assert await store.cut_log() and not any(words(tmp_path).values())


async def test_a_neighbour_that_writes_is_still_waited_for_after_the_log_was_cut(store: Store, tmp_path: Path) -> None:
    await store.cut_log()
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None, check_same_thread=False)
    try:
        other.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(0.6, other.execute, "COMMIT")
        async with store.write() as tables:
            await tables.orders.put(order("1"), 1_000)
    finally:
        other.close()


async def test_the_log_is_never_cut_while_a_write_block_is_open(store: Store) -> None:
    async with store.write() as tables:
        await tables.orders.put(order("1"), 1_000)
        with pytest.raises(OutsideBlock):
            await store.cut_log()
        cutting = asyncio.create_task(store.cut_log())
        await asyncio.sleep(0.05)
        assert not cutting.done()
        await tables.orders.put(order("2"), 1_000)
    assert await cutting
    async with store.read() as tables:
        assert [one.order.id for one in await tables.orders.open_orders()] == ["1", "2"]


async def test_a_closed_store_has_no_log_to_cut(url: str) -> None:
    store = await Store.open(url)
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.cut_log()
