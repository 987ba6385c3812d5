"""Words of staff under a card in the group: a note for the others, a topic for the order, nothing to the buyer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.reach import NoTopics, Offline
from storage.notes import Note
from tests.flows.bench import AGENT, GROUP, OPERATOR, ORDER, VIEWER, open_bench
from tests.handlers.phone import TOPIC, Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_bench(tmp_path) as bench:
        made = Desk(bench)
        await bench.see()
        await bench.read()
        await made.tell()
        yield made
        await made.relay.stop()


async def notes(desk: Desk) -> list[Note]:
    async with desk.bench.store.read() as tables:
        return await tables.notes.of_order(ORDER.id)


def in_topic(desk: Desk, topic: int) -> list[str]:
    return [card.plain for _, chat, _, card, _, place in desk.telegram.shown if (chat, place) == (GROUP, topic)]


async def test_a_note_is_kept_makes_the_topic_and_stands_there_beside_the_card(desk: Desk) -> None:
    await desk.write("his sister pays", by=AGENT, chat=GROUP, reply=desk.newest(GROUP))
    assert "This stays inside" in desk.last(GROUP)
    await desk.tell()
    assert [(note.person_id, note.text) for note in await notes(desk)] == [(AGENT, "his sister pays")]
    assert desk.telegram.topics == ["0001 · 7,200.00 CNY"]
    told = in_topic(desk, TOPIC)
    assert sum("📝 Note by agent 4 · 0001\nhis sister pays" in text for text in told) == 1
    assert sum("Collect" in text for text in told) == 1, "the card moves there, too"
    assert await desk.sent() == []


async def test_the_second_note_goes_into_the_same_topic_and_one_written_there_is_not_repeated(desk: Desk) -> None:
    await desk.write("first", chat=GROUP, reply=desk.newest(GROUP))
    await desk.tell()
    card = next(number for _, _, number, card, _, place in desk.telegram.shown if place and "Collect" in card.plain)
    await desk.write("in its topic", chat=GROUP, reply=card, topic=TOPIC)
    await desk.tell()
    assert [note.text for note in await notes(desk)] == ["first", "in its topic"]
    assert len(desk.telegram.topics) == 1
    assert not any("📝" in text and "in its topic" in text for text in in_topic(desk, TOPIC))


async def test_without_topics_the_note_stands_under_the_card_already(desk: Desk) -> None:
    desk.bench.desk.policy = replace(desk.bench.desk.policy, topics="off")
    await desk.write("his sister pays", chat=GROUP, reply=desk.newest(GROUP))
    before = len(desk.telegram.said(GROUP))
    await desk.tell()
    assert len(await notes(desk)) == 1 and len(desk.telegram.said(GROUP)) == before
    assert await desk.bench.outbox() == []


async def test_a_group_that_cannot_have_topics_loses_no_note(desk: Desk) -> None:
    desk.telegram.errors["make_topic"] = [NoTopics("not a forum")]
    await desk.write("his sister pays", chat=GROUP, reply=desk.newest(GROUP))
    await desk.tell()
    assert len(await notes(desk)) == 1 and await desk.bench.outbox() == []


async def test_a_note_that_telegram_did_not_show_is_told_again(desk: Desk) -> None:
    await desk.write("his sister pays", chat=GROUP, reply=desk.newest(GROUP))
    desk.telegram.errors["send"] = [Offline("away")]
    for _ in range(3):
        desk.bench.pass_(40)
        await desk.tell()
    assert sum("📝" in text for text in in_topic(desk, TOPIC)) == 1


@pytest.mark.parametrize("who", [OPERATOR, VIEWER])
async def test_a_frozen_person_notes_nothing_and_hears_where_the_words_stay(desk: Desk, who: int) -> None:
    people = desk.bench.desk.people
    people[who] = replace(people[who], is_frozen=who == OPERATOR)
    await desk.write("his sister pays", by=who, chat=GROUP, reply=desk.newest(GROUP))
    assert "This stays inside" in desk.last(GROUP)
    assert len(await notes(desk)) == (0 if who == OPERATOR else 1)


async def test_a_reply_in_a_direct_message_or_to_something_else_is_no_note(desk: Desk) -> None:
    await desk.write("to my own card", reply=desk.newest(OPERATOR))
    await desk.write("to nothing", chat=GROUP)
    await desk.write("to what is not known", chat=GROUP, reply=9_999)
    assert await notes(desk) == []


async def test_a_note_on_an_order_that_is_over_makes_no_topic(desk: Desk) -> None:
    await desk.bench.see(status="cancel")
    await desk.tell()
    await desk.write("why?", chat=GROUP, reply=desk.newest(GROUP))
    await desk.tell()
    assert len(await notes(desk)) == 1 and desk.telegram.topics == []


async def test_notes_are_forgotten_with_their_order(desk: Desk) -> None:
    await desk.write("his sister pays", chat=GROUP, reply=desk.newest(GROUP))
    await desk.bench.see(status="cancel")
    async with desk.bench.store.write() as tables:
        assert await tables.notes.purge(desk.bench.now - 1_000_000) == 0
        assert await tables.notes.purge(desk.bench.now + 1) == 1
    assert await notes(desk) == []
