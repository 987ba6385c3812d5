"""What tells a copy of the memory from the memory itself."""

import os
from pathlib import Path

from storage.copying import COPIED_AT
from storage.store import Store

NOON, LATER = 1_790_000_000_000, 1_790_000_600_000


async def at(path: Path, now: int) -> Store:
    return await Store.open(f"sqlite:///{path}", now=lambda: now)


async def made_at(store: Store) -> str | None:
    async with store.read() as tables:
        return await tables.desk.get(COPIED_AT)


async def test_a_copy_knows_when_it_was_made_and_the_original_is_none(tmp_path: Path) -> None:
    store = await at(tmp_path / "desk.db", NOON)
    await store.backup(str(tmp_path / "copy.db"))
    assert await made_at(store) is None
    await store.close()
    assert sorted(name for name in os.listdir(tmp_path) if name.startswith("copy")) == ["copy.db"]
    copy = await at(tmp_path / "copy.db", LATER)
    assert (await made_at(copy), await copy.integrity()) == (str(NOON), "ok")
    await copy.close()


async def test_a_copy_of_a_copy_is_as_old_as_the_first_one(tmp_path: Path) -> None:
    store = await at(tmp_path / "desk.db", NOON)
    await store.backup(str(tmp_path / "copy.db"))
    await store.close()
    copy = await at(tmp_path / "copy.db", LATER)
    await copy.backup(str(tmp_path / "second.db"))
    await copy.close()
    second = await at(tmp_path / "second.db", LATER)
    assert await made_at(second) == str(NOON)
    await second.close()
