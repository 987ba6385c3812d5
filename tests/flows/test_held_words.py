"""A question about somebody's own words is asked once more, and ends with the person's place in the staff."""

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.sayings import PhoneFile, State
from bot.flows import albums, say, words_of_the_gone
from bot.flows.say import Spoken
from bot.flows.saying_outcome import REMIND_MS, REMINDER
from tests.flows.bench import AGENT, GROUP, OPERATOR, OWNER, Bench

CONTACT = "call 13800138000"


@pytest.fixture(autouse=True)
async def known(bench: Bench) -> None:
    await bench.see()
    await bench.read()
    await bench.told()


async def reminders(bench: Bench) -> list[tuple[int, int]]:
    """Where each goes, and after how many ms."""
    return [(one.chat_id, one.next_at - one.created_at) for one in await bench.outbox() if one.kind == REMINDER]


async def leave(bench: Bench, person_id: int) -> None:
    async with bench.store.write() as tables:
        await tables.staff.remove(person_id)
        await bench.desk.read_people(tables)
    await words_of_the_gone.round_(bench.desk)


async def test_what_is_held_is_asked_about_again_where_it_was_said(bench: Bench) -> None:
    await bench.say(CONTACT, by=AGENT, chat_id=GROUP)
    await bench.say("hello")
    assert await reminders(bench) == [(GROUP, REMIND_MS)]


async def test_an_album_is_asked_about_again_as_one(bench: Bench) -> None:
    for name in "ab":
        await bench.say(CONTACT, file=bench.picture(name), album="A")
    assert await reminders(bench) == [(OPERATOR, REMIND_MS)]


async def test_held_words_of_somebody_who_left_are_never_sent_and_journalled(bench: Bench) -> None:
    (held,) = await bench.say(CONTACT, by=AGENT)
    (other,) = await bench.say(CONTACT)
    await leave(bench, AGENT)
    assert {one.id: one.state for one in await bench.sayings()} == {held.id: State.DROPPED, other.id: State.HELD}
    assert (await bench.outcomes("say"))[-1] == "dropped"
    with pytest.raises(NotAllowed):
        await say.approve(bench.desk, AGENT, held.id)
    assert len(await say.approve(bench.desk, OPERATOR, other.id)) == 1


async def test_who_comes_back_finds_nothing_to_send(bench: Bench) -> None:
    (held,) = await bench.say(CONTACT, by=AGENT)
    before = bench.desk.people[AGENT]
    await leave(bench, AGENT)
    async with bench.store.write() as tables:
        await tables.staff.put(before, bench.now, OWNER)
        await bench.desk.read_people(tables)
    with pytest.raises(NotAllowed, match="saying_gone"):
        await say.approve(bench.desk, AGENT, held.id)


async def test_waiting_pieces_of_somebody_who_left_are_forgotten(bench: Bench) -> None:
    for by in (AGENT, OPERATOR):
        spoken = Spoken("", by, 5, bench.now, PhoneFile("f", "photo"), "A")
        await albums.wait(bench.desk, by, spoken, reason="", topic_id=None)
    await leave(bench, AGENT)
    async with bench.store.read() as tables:
        left = [len(await tables.albums.waiting(by, "A", by)) for by in (AGENT, OPERATOR)]
    assert left == [0, 1]


async def test_a_round_without_anything_to_end_writes_nothing(bench: Bench) -> None:
    await bench.say(CONTACT)
    before = bench.store.commits
    await words_of_the_gone.round_(bench.desk)
    assert bench.store.commits == before and await bench.states() == [State.HELD]
