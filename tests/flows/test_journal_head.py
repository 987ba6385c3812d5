"""Once a day every owner is told the end of the chain, quietly."""

from dataclasses import replace

from bot.domain.journal_chain import Head, verify
from bot.domain.staff import Role
from bot.flows import housekeeping, journal
from storage.errors import StoreError
from storage.outbox import Delivery
from tests.flows.bench import LEAD, OPERATOR, OWNER, Bench

HOUR = 3600
DAY = 24 * HOUR


async def told(bench: Bench) -> list[Delivery]:
    """What waits to be sent about the head; it is sent hereby."""
    due = [one for one in await bench.outbox() if one.notice == journal.HEAD_NOTICE]
    async with bench.store.write() as tables:
        await tables.outbox.sent([one.id for one in due], bench.now)
    return due


async def add(bench: Bench) -> Head:
    async with bench.store.write() as tables:
        await tables.journal.add(at=bench.now, actor=LEAD, action="freeze", target="desk", facts={}, outcome="done")
        return await tables.journal.head()


def until_midnight(bench: Bench) -> float:
    return DAY - bench.seconds % DAY


async def test_a_day_with_rows_ends_with_its_head_at_every_owner_and_nobody_else(bench: Bench) -> None:
    bench.desk.people[OPERATOR] = replace(bench.desk.people[OPERATOR], role=Role.OWNER)
    end = await add(bench)
    assert not await journal.tell_head(bench.desk) and await told(bench) == []
    bench.pass_(until_midnight(bench) - 1)
    assert not await journal.tell_head(bench.desk)
    bench.pass_(2)
    await housekeeping.purge(bench.desk)
    found = await told(bench)
    assert {one.chat_id for one in found} == {OWNER, OPERATOR} and not any(one.ring for one in found)
    assert found[0].facts == {
        "day": "2026-09-22", "at": str(bench.now), "rows": "1", "last": "1", "hash": end.hash,
    }  # fmt: skip
    assert verify([link async for link in journal.links(bench.desk)], found[0].facts["hash"]).head_row == 1


async def test_it_is_told_once_a_day_and_only_when_there_are_rows_since(bench: Bench) -> None:
    assert not await journal.tell_head(bench.desk), "an empty journal has no end"
    await add(bench)
    bench.pass_(DAY)
    assert await journal.tell_head(bench.desk)
    newer = await add(bench)
    assert not await journal.tell_head(bench.desk)
    await told(bench)
    bench.pass_(DAY)
    assert await journal.tell_head(bench.desk)
    assert [one.facts["hash"] for one in await told(bench)] == [newer.hash]
    bench.pass_(3 * DAY)
    assert not await journal.tell_head(bench.desk), "nothing was written since"
    bench.pass_(-10 * DAY)
    await add(bench)
    assert not await journal.tell_head(bench.desk), "a clock that was set back is no new day"


async def test_a_head_that_was_not_sent_yet_gives_way_to_the_next(bench: Bench) -> None:
    for _ in range(2):
        end = await add(bench)
        bench.pass_(DAY)
        await journal.tell_head(bench.desk)
    assert [one.facts["hash"] for one in await told(bench)] == [end.hash]


async def test_the_day_is_that_of_the_desks_time_zone(bench: Bench) -> None:
    bench.desk.policy = replace(bench.desk.policy, timezone="Asia/Shanghai")
    bench.pass_(until_midnight(bench) - 9 * HOUR)
    await add(bench)
    bench.pass_(HOUR - 1)
    assert not await journal.tell_head(bench.desk)
    bench.pass_(2)
    assert await journal.tell_head(bench.desk), "16:00 UTC is midnight there"
    assert (await told(bench))[0].facts["day"] == "2026-09-22"


async def test_a_memory_that_fails_tells_nobody_and_the_next_round_does(bench: Bench) -> None:
    await add(bench)
    bench.pass_(DAY)
    bench.broken.add("before:commit")
    try:
        await journal.tell_head(bench.desk)
    except StoreError:
        bench.broken.clear()
    assert await told(bench) == [] and await journal.tell_head(bench.desk)
    assert len(await told(bench)) == 1
