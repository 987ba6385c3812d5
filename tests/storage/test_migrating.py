import asyncio
import contextlib
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest

from bot.domain.chat import Author
from storage.errors import StoreError
from storage.messages import Shown
from storage.migrating import MIGRATIONS, statements_of
from storage.store import Store
from tests.storage.examples import ORDER, intent, message, saying
from tests.storage.test_faults import run_script


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """A folder with the real migrations, to which a test adds."""
    folder = tmp_path / "steps"
    shutil.copytree(MIGRATIONS, folder)
    return folder


async def test_a_fresh_database_gets_every_step_and_an_old_one_none(url: str) -> None:
    first: list[str] = []
    await (await Store.open(url, first.append)).close()
    again: list[str] = []
    await (await Store.open(url, again.append)).close()
    assert first.count("after:insert migrations") == len(list(MIGRATIONS.glob("*.sql")))
    assert "before:insert migrations" not in again


async def test_opening_is_not_counted_as_a_commit(store: Store) -> None:
    assert store.commits == 0


async def test_a_new_step_is_applied_once_and_the_rows_stay(url: str, steps: Path) -> None:
    old = await Store.open(url, migrations=steps)
    async with old.write() as tables:
        await tables.desk.put("a", "1")
    await old.close()
    (steps / "9999_later.sql").write_text("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;\n")
    for _ in range(2):
        new = await Store.open(url, migrations=steps)
        async with new.read() as tables:
            assert await tables.desk.get("a") == "1"
        await new.close()


async def test_a_desk_from_before_the_buyer_chat_keeps_its_rows_and_learns_to_chat(url: str, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    shutil.copy(MIGRATIONS / "0001_first_desk.sql", tmp_path / "first")
    old = await Store.open(url, migrations=tmp_path / "first")
    async with old.write() as tables:
        await tables.orders.put(ORDER, 1_000)
        await tables.orders.set_topic(ORDER.id, 5)
        await tables.intents.plan(intent())
        await tables.messages.remember(Shown(7, 1, "card", ORDER.id, 7, (), 1, ""))
    await old.close()
    new = await Store.open(url)
    async with new.write() as tables:
        followed = await tables.orders.followed(0)
        assert [one.order for one in followed] == [ORDER]
        assert await tables.orders.by_topic(5) == followed[0]
        assert await tables.intents.get("i1") == intent()
        assert await tables.messages.newest(7, "card") is not None
        assert len(await tables.chats.add(ORDER.id, [(message(), Author.THEM)], 1)) == 1
        assert await tables.sayings.add(saying()) is not None
    assert await new.integrity() == "ok"
    await new.close()


async def test_a_database_newer_than_the_code_is_refused(url: str, steps: Path) -> None:
    (steps / "9999_later.sql").write_text("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;\n")
    await (await Store.open(url, migrations=steps)).close()
    with pytest.raises(StoreError) as caught:
        await Store.open(url)
    assert caught.value.why == "newer"


async def test_a_step_that_fails_half_way_leaves_nothing_of_itself(url: str, steps: Path) -> None:
    await (await Store.open(url)).close()
    step = steps / "9999_later.sql"
    step.write_text("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;\nINSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(StoreError):
        await Store.open(url, migrations=steps)
    step.write_text("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;\n")
    await (await Store.open(url, migrations=steps)).close()


@pytest.mark.parametrize(
    "point",
    [
        "after:create migrations",
        "before:create orders",
        "after:create journal",
        "before:create sayings",
        "after:create templates",
        "after:insert migrations",
    ],
)
async def test_a_kill_in_the_middle_is_healed_by_the_next_start(url: str, point: str) -> None:
    code, output = await run_script("migrating", url, point)
    assert code == -signal.SIGKILL, output
    store = await Store.open(url)
    async with store.write() as tables:
        await tables.journal.add(at=1, actor=None, action="start", target="", facts={}, outcome="")
    assert await store.integrity() == "ok"
    await store.close()


async def test_two_that_start_at_once_apply_each_step_once(url: str) -> None:
    stores = await asyncio.gather(Store.open(url), Store.open(url))
    for store in stores:
        assert await store.integrity() == "ok"
        await store.close()


async def test_somebody_elses_database_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "desk.db")) as foreign:
        foreign.execute("CREATE TABLE cats (id INTEGER PRIMARY KEY)")
        foreign.commit()
    with pytest.raises(StoreError) as caught:
        await Store.open(url)
    assert caught.value.why == "not_a_database"
    with contextlib.closing(sqlite3.connect(tmp_path / "desk.db")) as foreign:
        assert foreign.execute("SELECT name FROM sqlite_master").fetchall() == [("cats",)]


def test_a_script_is_cut_at_statements_and_not_inside_a_trigger() -> None:
    script = (
        "-- a comment\nCREATE TABLE a (b TEXT);\n\n"
        "CREATE TRIGGER t BEFORE DELETE ON a BEGIN\n    SELECT 1;\n    SELECT 2;\nEND;\n"
    )
    assert [statement.split()[1] for statement in statements_of(script)] == ["TABLE", "TRIGGER"]


def test_a_script_that_ends_too_early_is_refused() -> None:
    with pytest.raises(StoreError):
        list(statements_of("CREATE TABLE a (b TEXT"))
