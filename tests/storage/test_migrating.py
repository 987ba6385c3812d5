import asyncio
import contextlib
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest

from bot.domain.chat import Author
from bot.domain.intents import Action, State
from bot.domain.money import Money
from bot.domain.quotes import OWN, Conversion, Fixed, Quote, Wish
from storage.errors import StoreError
from storage.messages import Shown
from storage.migrating import MIGRATIONS, statements_of
from storage.store import Store
from tests.storage.examples import ORDER, SEAL, intent, message, saying
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
        await tables.messages.remember(Shown(7, 1, "card", ORDER.id, 7, (), 1, ""))
    await old.close()
    new = await Store.open(url)
    async with new.write() as tables:
        stored = await tables.orders.get(ORDER.id)
        assert stored is not None and stored.order == ORDER
        assert await tables.orders.by_topic(5) == stored
        assert await tables.messages.get(7, 1) is not None
        assert len(await tables.chats.add(ORDER.id, [(message(), Author.THEM)], 1)) == 1
        assert await tables.sayings.add(saying()) is not None
    assert await new.integrity() == "ok"
    await new.close()


def old_rows(database: Path, folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """A database at step 2 with an intent in every state of that time, numbers with gaps, seals; its rows."""
    folder.mkdir()
    for step in sorted(MIGRATIONS.glob("000[12]_*.sql")):
        shutil.copy(step, folder)
    asyncio.run(open_and_close(f"sqlite:///{database}", folder))
    states = ("planned", "sent", "unknown", "done", "refused", "void")
    with contextlib.closing(sqlite3.connect(database)) as old, old:
        for number, state in enumerate(states, start=1):
            old.execute(
                "INSERT INTO intents VALUES (?, ?, 'release', ?, ?, 1001, 'operator', 7, 's1', '1000.0000000000000001',"
                " 'USDT', '{\"memo\":\"x\"}', 1000, 1001, NULL, 2, 5, 6, ?)",
                (number * 10, f"i{number}", f"t{number}", state, f"words {number}"),
            )
        for used_at in (None, 5):
            old.execute(
                "INSERT INTO seals VALUES (?, 't1', 'release', 1001, 1, 121000, 2, ?, '{}', '{\"a\":\"b\"}', 'f')",
                (f"seal {used_at}", used_at),
            )
        return {table: old.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ("intents", "seals")}


async def open_and_close(url: str, folder: Path | None = None) -> None:
    store = await (Store.open(url) if folder is None else Store.open(url, migrations=folder))
    assert await store.integrity() == "ok"
    await store.close()


def test_a_desk_from_before_conversions_keeps_every_row_and_every_number(tmp_path: Path) -> None:
    database = tmp_path / "desk.db"
    was = old_rows(database, tmp_path / "second")
    asyncio.run(open_and_close(f"sqlite:///{database}"))
    with contextlib.closing(sqlite3.connect(database)) as now:
        assert {table: now.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in was} == {
            "intents": [(*row, "") for row in was["intents"]],
            "seals": was["seals"],
        }
        names = {row[0] for row in now.execute("SELECT name FROM sqlite_master")}
    assert "intents_new" not in names


async def carry_over(url: str) -> None:
    """What the ledger of a desk that learned to convert still does and refuses."""
    store = await Store.open(url)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        tables = await stack.enter_async_context(store.write())
        for number, is_open in enumerate((True, True, True, False, False, False), start=1):
            found = await tables.intents.get(f"i{number}")
            assert found is not None and found.is_open is is_open and str(found.amount) == "1000.0000000000000001"
            again = intent(f"n{number}", target=f"t{number}", state=State.SENT)
            in_the_way = await tables.intents.plan(again)
            blocked = is_open or found.state is State.DONE
            assert (in_the_way is not None and in_the_way.id == f"i{number}") is blocked
        assert [seal.id for seal in await tables.seals.open_for("t1")] == ["seal None"]
        await tables.seals.add(SEAL)
        wish = Wish(OWN, "USDT", "BTC", Fixed.SELL, ORDER.amount)
        quote = Quote("q1", Money(ORDER.amount, "USDT"), Money(ORDER.price, "BTC"))
        await tables.conversions.add(Conversion("c1", wish, quote, 1001, None, 1, 2))
        for state in (State.TAKEN, State.ASKED):
            planned = intent(f"c {state}", action=Action.CONVERT, target=f"own/{state}", state=state)
            assert await tables.intents.plan(planned) is None
            assert await tables.intents.plan(intent(f"d {state}", target=f"own/{state}")) == planned


def test_the_ledger_of_an_older_desk_still_refuses_a_second_open_and_a_second_done(tmp_path: Path) -> None:
    database = tmp_path / "desk.db"
    old_rows(database, tmp_path / "second")
    asyncio.run(carry_over(f"sqlite:///{database}"))
    with contextlib.closing(sqlite3.connect(database)) as now:
        numbers = [row[0] for row in now.execute("SELECT number FROM intents WHERE number > 60")]
        for state, why in (("sent", "intents.target"), ("done", "intents.action, intents.target, intents.base")):
            target = {"sent": "t2", "done": "t4"}[state]
            with pytest.raises(sqlite3.IntegrityError, match=why):
                now.execute(
                    "INSERT INTO intents SELECT 5000, 'x', action, target, state, actor, actor_role, requester,"
                    " seal_id, amount, asset, arguments, planned_at, sent_at, settled_at, looks, first_look_at,"
                    " last_look_at, answer, base FROM intents WHERE target = ? AND state = ?",
                    (target, state),
                )
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            now.execute("UPDATE intents SET state = 'converted' WHERE number = 10")
    assert len(numbers) == 4, "what is new is numbered behind everything old"


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
