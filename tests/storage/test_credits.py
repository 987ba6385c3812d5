"""One credit, one release: the database's own rule, also for two who come at the same time."""

import asyncio
import contextlib
import shutil
import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.twins import Credit
from storage.credits import SecondCredit
from storage.exact import equal_text
from storage.migrating import MIGRATIONS
from storage.store import Store

CREDIT = Credit("account", "CNY", Decimal("7200.00"), "", "8821")


async def use(store: Store, credit: Credit, intent: str, nth: int = 1) -> bool:
    async with store.write() as tables:
        return await tables.credits.use(credit, intent, f"order {intent}", 1000, nth)


def beside(order_id: str, at: int = 1000) -> SecondCredit:
    return SecondCredit("step", "2", (order_id,), "two lines", 7, at, at, at)


async def test_a_credit_is_used_once(store: Store) -> None:
    assert await use(store, CREDIT, "1")
    assert not await use(store, CREDIT, "2")
    async with store.read() as tables:
        used = await tables.credits.used(CREDIT)
    assert used is not None and used.order_id == "order 1"


async def test_of_two_programs_that_write_at_the_same_moment_one_gets_it(store: Store, url: str) -> None:
    other = await Store.open(url)
    try:
        for round_ in range(10):
            credit = replace(CREDIT, mark=f"90{round_:02}")
            got = await asyncio.gather(use(store, credit, f"a{round_}"), use(other, credit, f"b{round_}"))
            assert sorted(got) == [False, True]
    finally:
        await other.close()


@pytest.mark.parametrize(
    ("first", "second"), [("8821", "448821"), ("448821", "8821"), ("48821", "8821"), ("8821", "8821")]
)
async def test_fewer_and_more_digits_of_one_reference_are_one_credit(store: Store, first: str, second: str) -> None:
    assert await use(store, replace(CREDIT, mark=first), "1")
    longer = replace(CREDIT, mark=second)
    assert not await use(store, longer, "2")
    async with store.read() as tables:
        assert await tables.credits.used(longer) is not None, "who asks before learns the same"


@pytest.mark.parametrize(("first", "second"), [("14:02", "14:02:31"), ("14:02:31", "14:02")])
async def test_a_minute_and_a_second_of_it_are_one_credit(store: Store, first: str, second: str) -> None:
    day = replace(CREDIT, day="2026-11-21")
    assert await use(store, replace(day, mark=first), "1")
    assert not await use(store, replace(day, mark=second), "2")


@pytest.mark.parametrize(
    "other",
    [
        replace(CREDIT, mark="448822"), replace(CREDIT, mark="8822"), replace(CREDIT, account="another account"),
        replace(CREDIT, total=Decimal(5), mark="448821"), replace(CREDIT, day="2026-11-21", mark="14:02"),
        replace(CREDIT, total=Decimal(5)), replace(CREDIT, fiat="HKD"),
    ],
)  # fmt: skip
async def test_another_credit_is_another(store: Store, other: Credit) -> None:
    assert await use(store, CREDIT, "1")
    async with store.read() as tables:
        assert await tables.credits.used(other) is None
    assert await use(store, other, "2")


async def test_the_same_time_on_another_day_and_other_seconds_are_other_credits(store: Store) -> None:
    first = replace(CREDIT, day="2026-11-21", mark="14:02:31")
    assert await use(store, first, "1")
    assert await use(store, replace(first, day="2026-11-22"), "2")
    assert await use(store, replace(first, mark="14:02:32"), "3")


async def test_what_is_given_back_may_be_used_by_another_and_is_then_not_taken_again(store: Store) -> None:
    assert await use(store, CREDIT, "1")
    async with store.write() as tables:
        await tables.credits.give_back("1", 2000)
        assert await tables.credits.used(CREDIT) is None
        assert await tables.credits.take_again("1"), "carried out late, and nobody had it"
        await tables.credits.give_back("1", 2000)
    assert await use(store, CREDIT, "2")
    async with store.write() as tables:
        assert not await tables.credits.take_again("1")
        assert await tables.credits.take_again("2"), "what is its own already"
        used = await tables.credits.used(CREDIT)
    assert used is not None and used.order_id == "order 2"


@pytest.mark.parametrize(
    ("day", "first", "second"),
    [
        ("", "8821", "448821"), ("", "448821", "8821"), ("", "8821", "8821"), ("2026-11-21", "14:02", "14:02:31"),
        ("2026-11-21", "14:02:31", "14:02"),
    ],
)  # fmt: skip
async def test_what_may_be_anothers_by_now_is_not_taken_again(
    store: Store, url: str, day: str, first: str, second: str
) -> None:
    credit = replace(CREDIT, day=day)
    assert await use(store, replace(credit, mark=first), "1")
    async with store.write() as tables:
        await tables.credits.give_back("1", 2000)
    assert await use(store, replace(credit, mark=second), "2")
    async with store.write() as tables:
        assert not await tables.credits.take_again("1")
        await tables.credits.give_back("2", 3000)
    other = await Store.open(url)
    try:
        assert sorted(await asyncio.gather(take_again(store, "1"), take_again(other, "2"))) == [False, True]
    finally:
        await other.close()


async def take_again(store: Store, intent: str) -> bool:
    async with store.write() as tables:
        return await tables.credits.take_again(intent)


async def test_the_second_of_a_minute_stands_once_beside_the_first(store: Store, url: str) -> None:
    credit = replace(CREDIT, day="2026-11-21", mark="14:02")
    assert await use(store, credit, "1")
    async with store.read() as tables:
        assert await tables.credits.used(credit, beside("order 1")) is None
        assert await tables.credits.used(credit) is not None
        assert await tables.credits.used(credit, beside("order 1", at=999)) is not None, "it was not there to be seen"
        assert await tables.credits.next_nth(credit, beside("order 9")) == 2
        assert await tables.credits.next_nth(replace(credit, mark="14:03"), beside("order 1")) == 1
    other = await Store.open(url)
    try:
        for mark, got in (("14:02:31", [False, True]), ("14:02", [False, False])):
            two = [use(one, replace(credit, mark=mark), f"{mark} {n}", 2) for n, one in enumerate((store, other))]
            assert sorted(await asyncio.gather(*two)) == got
    finally:
        await other.close()
    async with store.read() as tables:
        assert await tables.credits.next_nth(credit, beside("order 9")) == 3
    async with store.write() as tables:
        await tables.credits.give_back("1", 2000)
        for intent in ("14:02:31 0", "14:02:31 1"):
            await tables.credits.give_back(intent, 2000)
        assert await tables.credits.next_nth(credit, beside("order 9")) == 1
        assert await tables.credits.next_nth(credit, beside("order 1")) == 2, "it may be carried out late"


async def test_the_word_of_a_second_credit_is_said_once_and_forgotten_in_its_time(store: Store) -> None:
    async with store.write() as tables:
        for at, step in enumerate(("s1", "s2")):
            await tables.credits.add_second(SecondCredit(step, "1", ("3", "2"), "two lines", 7, at))
        assert await tables.credits.second_of("1") is None
        assert not await tables.credits.say_second("s1", 5), "a newer step took its place"
        assert await tables.credits.say_second("s2", 5) and not await tables.credits.say_second("s2", 6)
        said = await tables.credits.second_of("1")
        assert said == SecondCredit("s2", "1", ("3", "2"), "two lines", 7, 1, 5, 5)
        assert await tables.credits.second_of("2") is None and await tables.credits.second("s3") is None
        await tables.credits.purge(2)
        assert await tables.credits.second_of("1") is None


async def test_those_of_a_sum_since_a_moment_are_found_and_old_ones_forgotten(store: Store) -> None:
    await use(store, CREDIT, "1")
    async with store.write() as tables:
        found = await tables.credits.of_total_since("account", "CNY", Decimal(7200), 1000)
        assert [one.order_id for one in found] == ["order 1"] and found[0].credit.mark == "8821"
        assert await tables.credits.of_total_since("account", "CNY", Decimal(7200), 1001) == []
        await tables.credits.purge(1001)
        assert await tables.credits.used(CREDIT) is None


async def test_a_credit_outlives_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'again.db'}"
    for intent, expected in (("1", True), ("2", False)):
        store = await Store.open(url)
        assert await use(store, CREDIT, intent) is expected
        await store.close()


async def test_credits_from_before_a_second_of_a_minute_are_first_ones(tmp_path: Path) -> None:
    steps, database = tmp_path / "steps", tmp_path / "old.db"
    shutil.copytree(MIGRATIONS, steps, ignore=shutil.ignore_patterns("001[7-9]_*", "00[2-9]*"))
    await (await Store.open(f"sqlite:///{database}", migrations=steps)).close()
    with contextlib.closing(sqlite3.connect(database)) as old, old:
        old.execute(
            "INSERT INTO credits (intent_id, order_id, account, fiat, total_key, day, mark, used_at)"
            " VALUES ('1', 'order 1', 'account', 'CNY', ?, '', '8821', 1000)",
            (equal_text(CREDIT.total),),
        )
    store = await Store.open(f"sqlite:///{database}")
    try:
        assert not await use(store, CREDIT, "2") and not await use(store, replace(CREDIT, mark="448821"), "3")
        assert await use(store, replace(CREDIT, total=Decimal(5)), "4") and await use(store, CREDIT, "5", nth=2)
        assert await store.integrity() == "ok"
    finally:
        await store.close()
