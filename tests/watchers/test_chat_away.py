"""A buyer's words for somebody who blocked the bot and has nobody to stand in wait until they are back."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.reach import Blocked
from bot.domain.staff import Role
from bot.flows.announce import announce_order
from bot.watchers.mishaps import AWAY_SECONDS
from storage.outbox import Delivery
from tests.flows.bench import GROUP, LEAD, OPERATOR, ORDER, OWNER, Bench
from tests.watchers.line import Line, gets_file, hears


@pytest.fixture
async def line(bench: Bench) -> AsyncIterator[Line]:
    """No group, nobody on duty: the owner alone hears, and has blocked the bot."""
    bench.desk.desk_chat_id = None
    async with bench.store.write() as tables:
        await tables.staff.set_duty(OPERATOR, False, bench.now)
        await bench.desk.read_people(tables)
    made = Line(bench)
    await bench.see()
    await made.tell()
    made.clear()
    yield made
    await made.relay.stop()


async def fails(line: Line, call: str = "send") -> None:
    """What is due for the owner meets a phone that blocked the bot."""
    line.telegram.errors[call] = [Blocked("bot was blocked by the user")]
    await line.relay._tell(await line.relay._due(OWNER))
    assert not line.telegram.errors[call]


async def waiting(line: Line, kind: str = "chat", chat: int = OWNER) -> list[Delivery]:
    return [one for one in await line.bench.outbox() if one.chat_id == chat and one.kind == kind]


async def test_words_for_the_only_owner_are_told_when_they_are_back(line: Line) -> None:
    await hears(line, "I paid, wrong amount")
    for _ in range(3):
        await fails(line)
        (kept,) = await waiting(line)
        assert kept.next_at - line.bench.desk.now() == AWAY_SECONDS * 1000 and kept.attempts == 0
        line.bench.pass_(AWAY_SECONDS + 1)
    await line.tell()
    assert "I paid, wrong amount" in line.texts(OWNER)[0] and await line.bench.outbox() == []


async def test_a_picture_for_the_only_owner_is_shown_when_they_are_back(line: Line) -> None:
    url = await gets_file(line)
    picture = line.bench.hosts.files.pop(url)
    await line.tell(60)
    line.bench.hosts.files[url] = picture
    await line.bench.fetch()
    await fails(line, "send_file")
    assert await waiting(line, "file")
    await line.tell(AWAY_SECONDS + 1)
    assert [file.chat_id for file in line.telegram.files] == [OWNER]


async def test_other_owners_are_told_once_that_somebody_is_away_however_often_it_is_tried(line: Line) -> None:
    line.bench.desk.people[LEAD] = replace(line.bench.desk.people[LEAD], role=Role.OWNER)
    async with line.bench.store.write() as tables:
        await tables.staff.set_reachable(LEAD, False)
    await hears(line, "hello")
    said = []
    for _ in range(3):
        await fails(line)
        notices = await waiting(line, "notice", LEAD)
        said.append(len(notices))
        async with line.bench.store.write() as tables:
            await tables.outbox.sent([one.id for one in notices], line.bench.now)
        line.bench.pass_(AWAY_SECONDS + 1)
    assert said == [1, 0, 0]
    assert [one for one in await line.bench.journal() if one.action == "delivery_failed"] == [], "it is not given up"
    await line.relay._tell(await line.relay._due(OWNER))
    assert "hello" in line.texts(OWNER)[0]
    await hears(line, "again")
    await fails(line)
    assert len(await waiting(line, "notice", LEAD)) == 1, "away anew"


async def test_what_waits_for_somebody_away_goes_to_who_comes_on_duty(line: Line) -> None:
    await hears(line, "hello")
    await fails(line)
    async with line.bench.store.write() as tables:
        await tables.staff.set_duty(OPERATOR, True, line.bench.now)
        await line.bench.desk.read_people(tables)
    line.bench.pass_(AWAY_SECONDS + 1)
    await fails(line)
    await line.tell()
    assert "hello" in line.texts(OPERATOR)[0] and await waiting(line) == []


async def test_a_card_for_somebody_away_is_given_up_as_before(line: Line) -> None:
    async with line.bench.store.write() as tables:
        await announce_order(line.bench.desk, tables, ORDER.id, repost=True, ring=True)
    await fails(line)
    assert await waiting(line, "card") == [] and line.calls(GROUP) == []
