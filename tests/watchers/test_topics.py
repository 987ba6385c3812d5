"""Topics are made where the group can have them, asked for once where it cannot, and tried again when that changes."""

import asyncio

import pytest

from bot.domain.reach import NoTopics, Offline
from bot.flows import deliver
from bot.watchers.pace import Pace
from bot.watchers.topics import Topics
from storage.outbox import Delivery
from tests.flows.bench import GROUP, OPERATOR, ORDER, Bench
from tests.support.fake_telegram import FakeTelegram


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def topics(bench: Bench, telegram: FakeTelegram) -> Topics:
    bench.clock.is_moved_by_sleep = True
    return Topics(bench.desk, telegram, Pace(bench.clock.monotonic, bench.clock.sleep))


async def test_a_topic_is_made_with_its_name(topics: Topics, telegram: FakeTelegram) -> None:
    assert await topics.make(GROUP, "0001 张三丰") == 501 and telegram.topics == ["0001 张三丰"]


async def test_a_group_without_topics_is_asked_once_until_the_bots_standing_changes(
    bench: Bench, topics: Topics, telegram: FakeTelegram
) -> None:
    telegram.errors["make_topic"] = [NoTopics("not a forum")]
    bench.pass_(1)
    for _ in range(3):
        assert await topics.make(GROUP, "x") is None
    assert telegram.topics == []
    bench.pass_(10)
    bench.desk.standing_changed_at = bench.desk.now()
    assert await topics.make(GROUP, "x") == 501


async def test_a_telegram_that_is_away_is_no_reason_to_do_without_topics(
    topics: Topics, telegram: FakeTelegram
) -> None:
    telegram.errors["make_topic"] = [Offline("away")]
    with pytest.raises(Offline):
        await topics.make(GROUP, "x")
    assert await topics.make(GROUP, "x") == 501


async def test_making_a_topic_takes_a_turn_of_its_own(bench: Bench, topics: Topics, telegram: FakeTelegram) -> None:
    before = bench.clock.monotonic()
    for _ in range(4):
        await asyncio.wait_for(topics.make(GROUP, "x"), 5)
    assert bench.clock.monotonic() - before >= 3


async def test_an_orders_topic_is_of_the_group_alone(bench: Bench, topics: Topics) -> None:
    await bench.see()
    async with bench.store.write() as tables:
        await tables.orders.set_topic(ORDER.id, 77)
    lines: dict[int, Delivery] = {one.chat_id: one for one in await bench.outbox()}
    assert await topics.of(ORDER.id, lines[GROUP]) == 77
    assert await topics.of(ORDER.id, lines[OPERATOR]) is None
    assert await topics.of("99", lines[GROUP]) is None


async def test_a_topic_that_was_deleted_starts_its_chat_over_only_where_one_was_told(bench: Bench) -> None:
    await bench.see()
    await bench.told()
    await deliver.topic_made(bench.desk, ORDER.id, None)
    assert await bench.outbox() == []
    bench.writes("alpha")
    await bench.read()
    async with bench.store.write() as tables:
        await tables.chats.set_told(GROUP, ORDER.id, 10)
    await bench.told()
    await deliver.topic_made(bench.desk, ORDER.id, None)
    assert sorted(await bench.lines()) == [GROUP]
    async with bench.store.read() as tables:
        assert await tables.chats.told(GROUP, ORDER.id) == 0
