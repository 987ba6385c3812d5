"""Sales that ended without a credit, and credits of an account that is not known: found, and never by reading all."""

import contextlib
import shutil
import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.intents import Action, State
from bot.domain.orders import Side
from bot.domain.twins import ANY_ACCOUNT, Credit
from storage.exact import equal_text
from storage.migrating import MIGRATIONS
from storage.store import Store
from tests.flows.bench import NOW, ORDER
from tests.storage.examples import intent
from tests.storage.test_credits import CREDIT, beside, use

NOWHERE = replace(CREDIT, account=ANY_ACCOUNT)
ASKED = replace(ORDER, id="asked")
AT = NOW * 1000


@pytest.mark.parametrize(("first", "second"), [(CREDIT, NOWHERE), (NOWHERE, CREDIT), (NOWHERE, NOWHERE)])
async def test_a_credit_of_an_account_that_is_not_known_may_be_of_any(
    store: Store, first: Credit, second: Credit
) -> None:
    assert await use(store, first, "1")
    for mark in ("8821", "448821"):
        again = replace(second, mark=mark)
        assert not await use(store, again, mark)
        async with store.read() as tables:
            assert await tables.credits.used(again) is not None
            assert await tables.credits.next_nth(again, beside("order 9")) == 2
    async with store.read() as tables:
        found = await tables.credits.of_total_since(second.account, "CNY", Decimal(7200), 0)
    assert [one.order_id for one in found] == ["order 1"]
    assert await use(store, replace(second, mark="8830"), "2") and await use(store, replace(second, fiat="HKD"), "3")


async def test_one_of_them_that_is_taken_again_is_not_there_twice(store: Store) -> None:
    assert await use(store, CREDIT, "1")
    async with store.write() as tables:
        await tables.credits.give_back("1", 2000)
    assert await use(store, replace(NOWHERE, mark="448821"), "2")
    async with store.write() as tables:
        assert not await tables.credits.take_again("1")


async def test_credits_from_before_stand_on_whatever_account_they_were(tmp_path: Path) -> None:
    steps, database = tmp_path / "steps", tmp_path / "old.db"
    shutil.copytree(MIGRATIONS, steps, ignore=shutil.ignore_patterns("00[2-9]*"))
    await (await Store.open(f"sqlite:///{database}", migrations=steps)).close()
    with contextlib.closing(sqlite3.connect(database)) as old, old:
        for number, account, given_back_at in (("1", "a", None), ("2", "b", None), ("3", "c", 5)):
            old.execute(
                "INSERT INTO credits (intent_id, order_id, account, fiat, total_key, day, mark, used_at, given_back_at)"
                " VALUES (?, ?, ?, 'CNY', ?, '', ?, 1000, ?)",
                (number, f"order {number}", account, equal_text(CREDIT.total), "8821", given_back_at),
            )
    store = await Store.open(f"sqlite:///{database}")
    try:
        assert not await use(store, CREDIT, "4") and not await use(store, replace(CREDIT, mark="448821"), "5")
        assert await use(store, replace(CREDIT, mark="8830"), "6")
        assert await use(store, replace(CREDIT, fiat="HKD"), "7")
        async with store.write() as tables:
            assert [one.order_id for one in await tables.credits.all_used(CREDIT)] == ["order 1", "order 2"]
            assert not await tables.credits.take_again("3"), "what was given back is another's by now"
        assert await store.integrity() == "ok"
    finally:
        await store.close()


async def ends(store: Store, since: int = 0) -> list[tuple[str, int]]:
    async with store.read() as tables:
        return [(end.order.id, end.at) for end in await tables.credits.unnamed_ends(ASKED, since)]


async def test_sales_that_ended_without_a_credit_are_found_newest_first(store: Store) -> None:
    over = replace(ORDER, status="finished")
    orders = {
        "finished": over, "judged": replace(ORDER, status="bclosed"), "cancelled": replace(ORDER, status="cancel"),
        "open": ORDER, "asked": over, "dearer": replace(over, total=Decimal("7200.01")),
        "another currency": replace(over, fiat="HKD"), "alike": replace(over, total=Decimal(7200)), "named": over,
        "bought": replace(over, side=Side.BUY),
    }  # fmt: skip
    async with store.write() as tables:
        for at, (name, order) in enumerate(orders.items()):
            await tables.orders.put(replace(order, id=name), AT + at)
        assert await tables.credits.use(CREDIT, "named", "named", AT)
    assert await ends(store) == [("alike", AT + 7), ("judged", AT + 1), ("finished", AT)]
    assert await ends(store, AT + 1) == [("alike", AT + 7), ("judged", AT + 1)]
    async with store.write() as tables:
        await tables.credits.give_back("named", AT + 20)
    assert (await ends(store))[0] == ("named", AT + 8), "its credit stands for it no more"


@pytest.mark.parametrize("status", ["paid", "finished"])
async def test_a_release_of_ours_ends_a_sale_when_gate_said_so(store: Store, status: str) -> None:
    ours = intent("i", target=ORDER.id, action=Action.RELEASE, state=State.DONE, settled_at=AT + 5)
    async with store.write() as tables:
        assert await tables.intents.plan(ours) is None
        await tables.orders.put(replace(ORDER, status=status), AT + 9)
    assert await ends(store) == [(ORDER.id, AT + 5)]


async def test_nobody_reads_all_that_ever_ended(store: Store) -> None:
    async with store.read() as tables:
        session, rows = tables.credits._session, tables.credits._session.rows
        asked: list[tuple[str, dict[str, object]]] = []

        class Watching:
            async def rows(self, sql: str, **values: str | int | None) -> list[object]:
                asked.append((sql, dict(values)))
                return list(await rows(sql, **values))

        tables.credits._session = Watching()  # type: ignore[assignment]
        await tables.credits.unnamed_ends(ASKED, 0)
        for sql, values in asked:
            plan = [str(row["detail"]) for row in await session.rows(f"EXPLAIN QUERY PLAN {sql}", **values)]  # type: ignore[arg-type]
            assert not any(line.startswith("SCAN") for line in plan), plan
            assert any("orders_by_total_and_end (fiat=? AND total_key=? AND final_at>?)" in line for line in plan), plan
    assert asked
