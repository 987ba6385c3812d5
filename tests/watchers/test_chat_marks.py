"""What staff said gets its mark, its question or its outcome, under the message it came from."""

import pytest

from bot.domain.errors import Refused, Unknown
from bot.domain.reach import MessageGone, Rejected
from bot.domain.sayings import ALBUM_SECONDS, State
from bot.flows import deliver, lane, say, saying_outcome, tell_chat
from bot.flows.saying_outcome import ANSWER_WAIT_MS
from bot.views.card import Card
from tests.flows.bench import GROUP, OPERATOR, ORDER
from tests.watchers.line import Line


async def test_a_delivered_word_is_marked_without_a_message(line: Line) -> None:
    (saying,) = await line.bench.say("hello", message_id=5)
    await line.bench.send()
    await line.tell()
    assert line.telegram.reactions == [(OPERATOR, 5, "👌")]
    assert not any("Delivered" in text for text in line.texts(OPERATOR)) and saying.id


async def test_where_reactions_are_refused_the_mark_is_said_in_words(line: Line) -> None:
    line.telegram.errors["react"] = [Rejected("reactions are off")]
    await line.bench.say("hello", message_id=5)
    await line.bench.send()
    await line.tell()
    assert any("Delivered" in text for text in line.texts(OPERATOR))


async def test_a_refusal_is_marked_and_explained_under_the_message(line: Line) -> None:
    line.bench.gate.errors["say"] = [Refused("gate", "say", code="X", detail="order is closed", status=400)]
    await line.bench.say("hello", chat_id=GROUP, message_id=5)
    await line.bench.send()
    await line.tell()
    assert line.telegram.reactions == [(GROUP, 5, "💔")]
    assert any("Not sent" in text and "order is closed" in text for text in line.texts(GROUP))


async def test_an_answer_that_is_found_at_the_first_look_is_marked_once_as_delivered(line: Line) -> None:
    line.bench.gate.lost_after = {"say"}
    await line.bench.say("hello", message_id=5)
    await line.bench.send()
    await line.relay._serve(OPERATOR)
    assert line.telegram.reactions == []
    await line.bench.read(after=2)
    await line.tell()
    assert line.telegram.reactions == [(OPERATOR, 5, "👌")]
    assert not any("No answer" in text for text in line.texts(OPERATOR))


async def test_an_answer_that_stays_away_is_said_and_its_end_too(line: Line) -> None:
    line.bench.gate.errors["say"] = [Unknown("gate", "say", why="timeout")]
    await line.bench.say("hello", message_id=5)
    await line.bench.send()
    await line.tell(ANSWER_WAIT_MS / 1000)
    assert set(line.telegram.reactions) == {(OPERATOR, 5, "👀")} and "No answer" in line.texts(OPERATOR)[-1]
    for _ in range(3):
        await line.bench.read(after=31)
    await line.tell()
    assert line.telegram.reactions[-1] == (OPERATOR, 5, "💔") and "Not in the chat" in line.texts(OPERATOR)[-1]


async def test_a_message_in_parts_is_marked_as_its_worst_part(line: Line) -> None:
    said = await line.bench.say("word " * 120, message_id=5)
    await say.approve(line.bench.desk, OPERATOR, said[0].id)
    line.bench.gate.errors["say"] = [Refused("gate", "say", code="X", detail="no", status=400)]
    await line.bench.send()
    await line.tell()
    assert (await line.bench.states())[0] is State.REFUSED
    assert {mark for _, _, mark in line.telegram.reactions} == {"💔"}


async def test_what_was_flagged_is_said_in_words(line: Line) -> None:
    line.bench.gate.flagged = {"hm"}
    await line.bench.say("hm")
    await line.bench.send()
    await line.tell()
    assert any("flagged" in text for text in line.texts(OPERATOR))


async def test_what_was_dropped_needs_no_mark(line: Line) -> None:
    (saying,) = await line.bench.say("call 13800138000")
    await say.discard(line.bench.desk, OPERATOR, saying.id)
    await line.tell()
    assert line.telegram.reactions == [] and line.texts(OPERATOR) == []


async def test_what_is_held_is_asked_under_the_message_with_live_buttons(line: Line) -> None:
    (saying,) = await line.bench.say("call 13800138000", message_id=5)
    await line.tell()
    call, _, number, card, silent, _ = next(one for one in line.telegram.shown if one[1] == OPERATOR)
    shown = await deliver.shown_at(line.bench.desk, OPERATOR, number)
    assert call == "send" and not silent and "13800138000" in card.plain and shown is not None
    assert isinstance(card, Card)
    assert shown.data == card.data and any(saying.id in data for data in shown.data)


async def test_an_album_is_asked_about_once_and_after_its_last_piece(line: Line) -> None:
    for number in range(3):
        await line.bench.say("call 13800138000", file=line.bench.picture(f"{number}"), album="A")
    await line.tell(ALBUM_SECONDS)
    assert len(line.texts(OPERATOR)) == 1 and "3" in line.texts(OPERATOR)[0]


@pytest.mark.parametrize("kind", ["mark", "held", "progress"])
async def test_a_saying_that_is_gone_is_passed_over(line: Line, kind: str) -> None:
    async with line.bench.store.write() as tables:
        await tables.outbox.put_line(
            chat_id=OPERATOR, person_id=OPERATOR, kind=kind, key=kind, order_id=ORDER.id,
            facts={"saying": "nonsense", "done": "0", "total": "1"}, ring=False, priority=1, at=line.bench.desk.now(),
        )  # fmt: skip
    await line.tell()
    assert line.telegram.shown == [] and await line.bench.outbox() == []


async def progress(line: Line, done: int, total: int) -> None:
    (saying,) = await line.bench.sayings()
    async with line.bench.store.write() as tables:
        await saying_outcome.progress(line.bench.desk, tables, saying, done, total)
    await line.tell(1)


async def test_a_long_upload_is_one_message_that_changes_and_ends_as_its_outcome(line: Line) -> None:
    await line.bench.say("", file=line.bench.picture("0"), message_id=5)
    await progress(line, 0, 2)
    await progress(line, 1, 2)
    assert line.calls(OPERATOR) == ["send", "edit"] and "1 of 2" in line.texts(OPERATOR)[0]
    assert "2 of 2" in line.texts(OPERATOR)[1]
    await line.bench.send()
    await line.tell()
    assert line.calls(OPERATOR) == ["send", "edit", "edit"] and "Delivered" in line.texts(OPERATOR)[2]
    assert await tell_chat.progress_of(line.bench.desk, (await line.bench.sayings())[0]) is None


async def test_a_short_upload_has_no_message_of_its_own(line: Line) -> None:
    await line.bench.say("", file=line.bench.picture("0"), message_id=5)
    await line.bench.send()
    await line.tell()
    assert line.texts(OPERATOR) == [] and line.telegram.reactions[-1] == (OPERATOR, 5, "👌")


async def test_a_progress_message_that_was_deleted_is_no_harm(line: Line) -> None:
    await line.bench.say("", file=line.bench.picture("0"), message_id=5)
    await progress(line, 0, 1)
    line.telegram.errors["edit"] = [MessageGone("gone")]
    await line.bench.send()
    await line.tell()
    assert await line.bench.outbox() == [] and line.calls(OPERATOR) == ["send"]


async def test_a_mark_for_an_order_that_is_forgotten_is_set_all_the_same(line: Line) -> None:
    (saying,) = await line.bench.say("hello", message_id=5)
    await line.bench.send()
    async with line.bench.store.write() as tables:
        await tables.orders._session.rows("DELETE FROM orders WHERE id = :id", id=ORDER.id)
    async with line.bench.store.read() as tables:
        marks = [one for one in await tables.outbox.due(10**18) if one.kind == "mark"]
    marked = await tell_chat.marked(line.bench.desk, marks[0])
    assert marked is not None and marked.situation is None and marked.saying.id == saying.id


async def test_a_crash_between_a_word_and_its_mark_still_marks_it(line: Line) -> None:
    await line.bench.say("hello", message_id=5)
    await line.bench.send()
    marks = [one for one in await deliver.due(line.bench.desk, OPERATOR) if one.kind == "mark"]
    taken = await deliver.take(line.bench.desk, marks)
    assert taken and await deliver.recover(line.bench.desk) == 1
    assert await lane.adopt(line.bench.desk) == 0
    await line.tell()
    assert line.telegram.reactions == [(OPERATOR, 5, "👌")]
