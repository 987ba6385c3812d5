from pathlib import Path

import pytest

from bot.domain.journal import Entry
from storage.errors import StoreError
from storage.migrating import MIGRATIONS
from storage.store import Store, Tables


async def add(tables: Tables, number: int, target: str = "31415926") -> None:
    await tables.journal.add(
        at=number,
        actor=2**62,
        action="release",
        target=target,
        facts={"name": "张三丰", "n": str(number)},
        outcome="done",
    )


async def test_entries_come_back_newest_first_page_by_page(store: Store) -> None:
    async with store.write() as tables:
        for number in range(1, 6):
            await add(tables, number, "a" if number % 2 else "b")
        assert [entry.at for entry in await tables.journal.page(2, 1)] == [4, 3]
        assert [entry.at for entry in await tables.journal.page(10, 0, "a")] == [5, 3, 1]
        assert [entry.at for entry in await tables.journal.page(10, 0, "c")] == []
        assert [entry.at for entry in await tables.journal.all()] == [1, 2, 3, 4, 5]


async def test_an_entry_comes_back_as_it_was(store: Store) -> None:
    async with store.write() as tables:
        await tables.journal.add(at=9, actor=None, action="blind", target="", facts={}, outcome="")
        await add(tables, 10)
        assert await tables.journal.all() == [
            Entry(1, 9, None, "blind", "", {}, ""),
            Entry(2, 10, 2**62, "release", "31415926", {"name": "张三丰", "n": "10"}, "done"),
        ]


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE journal SET outcome = 'refused' WHERE id = 1;",
        "DELETE FROM journal;",
        "DELETE FROM journal WHERE id = 1;",
    ],
)
async def test_the_database_itself_refuses_to_change_or_remove_an_entry(
    store: Store, url: str, tmp_path: Path, forgery: str
) -> None:
    async with store.write() as tables:
        await add(tables, 1)
        kept = await tables.journal.all()
    steps = tmp_path / "steps"
    steps.mkdir()
    for step in MIGRATIONS.glob("*.sql"):
        (steps / step.name).write_text(step.read_text("utf-8"), "utf-8")
    (steps / "9999_forgery.sql").write_text(forgery)
    with pytest.raises(StoreError) as caught:
        await Store.open(url, migrations=steps)
    assert caught.value.why == "constraint"
    assert "append-only" in caught.value.detail
    async with store.read() as tables:
        assert await tables.journal.all() == kept
