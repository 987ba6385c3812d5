"""A buyer's words reach the people and the topic in order, whatever Telegram does; our own words get their mark."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.attachments import NotFetched
from bot.domain.chat import ChatKind
from bot.domain.errors import Refused, Unknown
from bot.domain.reach import MessageGone, NotReached, Offline, Rejected, Slow, TopicGone
from bot.domain.sayings import ALBUM_SECONDS, State
from bot.domain.situations import Notice
from bot.flows import deliver, lane, say, saying_outcome, tell_chat
from bot.flows.announce import announce_now
from bot.flows.read_chat import put
from bot.flows.saying_outcome import ANSWER_WAIT_MS
from bot.views.card import Card
from bot.watchers.relay import Relay
from storage.outbox import Delivery
from tests.flows.bench import GROUP, OPERATOR, ORDER, Bench
from tests.support.fake_telegram import FakeTelegram

HOST = "files.example"


class Line:
    """A relay that is run step by step: `tell` delivers everything that is due now."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.telegram = bench, FakeTelegram()
        self.relay = Relay(bench.desk, self.telegram, bench.clock.monotonic)

    async def tell(self, seconds: float = 0) -> None:
        self.bench.pass_(seconds)
        self.bench.clock.is_moved_by_sleep = True
        for _ in range(12):
            for chat in await deliver.chats_due(self.bench.desk):
                self.bench.pass_(4)
                await asyncio.wait_for(self.relay._serve(chat), 5)
            if not await deliver.chats_due(self.bench.desk):
                break
        self.bench.clock.is_moved_by_sleep = False

    def fill(self, chat: int) -> None:
        """So much was said there lately that news has to wait."""
        self.relay.pace.hold(chat, 5)

    async def heralds(self) -> bool:
        """Whether the group got a digest of words now."""
        self.bench.clock.is_moved_by_sleep = True
        done = await self.relay._herald(GROUP)
        self.bench.clock.is_moved_by_sleep = False
        return done

    async def one(self, chat: int, kind: str = "chat") -> Delivery:
        """What waits of that kind for this chat."""
        (found,) = [one for one in await self.bench.outbox() if one.chat_id == chat and one.kind == kind]
        return found

    def clear(self) -> None:
        for memory in (self.telegram.shown, self.telegram.files, self.telegram.reactions):
            memory.clear()

    def texts(self, chat: int) -> list[str]:
        """What was posted or changed there, without the order's card."""
        return [text for text in self.telegram.said(chat) if "(verified name)" not in text]

    def calls(self, chat: int) -> list[str]:
        return [call for call, to, _, _, _, _ in self.telegram.shown if to == chat]


@pytest.fixture
async def line(bench: Bench) -> AsyncIterator[Line]:
    """The order is known and its card stands with people and in the group."""
    made = Line(bench)
    await bench.see()
    await bench.read()
    await made.tell()
    made.clear()
    yield made
    await made.relay.stop()


async def hears(line: Line, *texts: str, **changes: object) -> None:
    line.bench.pass_(1)
    line.bench.writes(*texts, **changes)  # type: ignore[arg-type]
    await line.bench.read()


async def gets_file(line: Line, name: str = "1.jpg", kind: str = "image/jpeg", content: bytes = b"pic") -> str:
    """The other side sends a file; it is wanted, and not fetched yet."""
    url = f"https://{HOST}/{name}"
    line.bench.hosts.files[url] = (content, kind)
    await hears(line, "", kind=ChatKind.FILE, file_key=name, file_url=url)
    return url


async def another_hears(line: Line, text: str) -> None:
    """Words in the chat of a second order; one order alone has no digest."""
    line.bench.add(replace(ORDER, id="62000002"))
    await line.bench.see("62000002")
    line.bench.writes(text, order_id="62000002")
    await line.bench.read("62000002")


def order_of(text: str, *words: str) -> bool:
    """All of these stand in the text, in this order."""
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


async def told(line: Line, chat: int) -> int | None:
    async with line.bench.store.read() as tables:
        return await tables.chats.told(chat, ORDER.id)


async def test_words_that_follow_each_other_are_one_message_in_order(line: Line) -> None:
    await hears(line, "alpha", "beta", "gamma")
    await line.tell()
    (text,) = line.texts(OPERATOR)
    assert order_of(text, "alpha", "beta", "gamma")
    assert order_of(line.texts(GROUP)[0], "alpha", "beta", "gamma")
    assert await line.bench.outbox() == []


async def test_the_person_is_rung_and_the_topic_is_not(line: Line) -> None:
    await hears(line, "alpha")
    await line.tell()
    silent = {chat: silent for _, chat, _, _, silent, _ in line.telegram.shown}
    assert silent[OPERATOR] is False and silent[GROUP] is True


async def test_words_in_a_direct_message_hang_on_the_card_and_can_be_answered(line: Line) -> None:
    await hears(line, "alpha")
    await line.tell()
    _, _, number, card, _, topic = next(one for one in line.telegram.shown if one[1] == OPERATOR)
    shown = await deliver.shown_at(line.bench.desk, OPERATOR, number)
    assert topic is None and shown is not None and isinstance(card, Card)
    assert (shown.kind, shown.order_id, shown.data) == (tell_chat.SAID, ORDER.id, card.data) and shown.data


async def test_the_first_words_open_a_topic_with_the_whole_chat_and_the_card_moves_there(line: Line) -> None:
    await hears(line, "alpha")
    await line.tell()
    topics = {topic for call, chat, _, card, _, topic in line.telegram.shown if chat == GROUP and "alpha" in card.plain}
    assert topics == {501} and len(line.telegram.topics) == 1
    assert (await line.bench.stored()).topic_id == 501
    assert any(chat == GROUP and topic == 501 and "alpha" not in card.plain
               for _, chat, _, card, _, topic in line.telegram.shown)  # fmt: skip
    await hears(line, "beta")
    await line.tell()
    assert len(line.telegram.topics) == 1


async def test_more_than_one_message_holds_is_told_in_several_and_nothing_twice(line: Line) -> None:
    words = [f"<{number}>" for number in range(40)]
    await hears(line, *words)
    await line.tell()
    text = "\n".join(line.texts(OPERATOR))
    assert len(line.texts(OPERATOR)) >= 3 and order_of(text, *words)
    assert all(text.count(word) == 1 for word in words)


async def test_long_words_are_split_over_messages_without_loss(line: Line) -> None:
    words = [f"{number}" * 490 for number in range(9)]
    await hears(line, *words)
    await line.tell()
    text = "\n".join(line.texts(OPERATOR)).replace("\n", "")
    assert order_of(text, *words) and len(line.texts(OPERATOR)) >= 2


async def test_lines_of_many_rows_that_one_card_cannot_hold_are_split_again(line: Line) -> None:
    await hears(line, *(("x\n" * 200) + f"end {number}" for number in range(11)))
    await line.tell()
    text = "\n".join(line.texts(OPERATOR))
    assert order_of(text, *(f"end {number}" for number in range(11)))


async def test_what_we_said_from_here_is_not_told_here_but_elsewhere(line: Line) -> None:
    await hears(line, "alpha")
    await line.tell()
    line.clear()
    await line.bench.say("our answer")
    await line.bench.send()
    await line.bench.read()
    await hears(line, "omega")
    await line.tell()
    assert not any("our answer" in text for text in line.texts(OPERATOR))
    assert order_of("\n".join(line.texts(GROUP)), "operator 3", "our answer", "omega")
    assert await told(line, OPERATOR) == await told(line, GROUP)


async def test_words_of_ours_between_theirs_are_left_out_of_the_place_they_came_from(line: Line) -> None:
    await hears(line, "alpha")
    await line.bench.say("our answer")
    await line.bench.send()
    await hears(line, "omega")
    await line.tell()
    (text,) = line.texts(OPERATOR)
    assert order_of(text, "alpha", "omega") and "our answer" not in text
    assert order_of(line.texts(GROUP)[0] + line.texts(GROUP)[-1], "alpha", "our answer", "omega")


async def test_only_words_from_here_are_passed_over_in_silence(line: Line) -> None:
    await hears(line, "alpha")
    await line.tell()
    line.clear()
    await line.bench.say("our answer")
    await line.bench.send()
    await line.bench.read()
    async with line.bench.store.write() as tables:
        for chat, person in ((OPERATOR, OPERATOR), (GROUP, None)):
            await put(line.bench.desk, tables, chat, person, ORDER.id)
    await line.tell()
    assert not any("our answer" in text for text in line.texts(OPERATOR))
    assert any("our answer" in text for text in line.texts(GROUP)) and await line.bench.lines() == {}


async def test_after_a_crash_in_the_middle_the_words_come_once_more_and_say_so(line: Line) -> None:
    await hears(line, "alpha")
    await deliver.take(line.bench.desk, [await line.one(OPERATOR)])
    assert await deliver.recover(line.bench.desk) == 1
    await line.tell()
    assert "may be a repeat" in line.texts(OPERATOR)[0] and "may be a repeat" not in line.texts(GROUP)[0]
    line.clear()
    await hears(line, "beta")
    await line.tell()
    assert "may be a repeat" not in line.texts(OPERATOR)[0]


@pytest.mark.parametrize("trouble", [Offline("away"), Slow(3)])
async def test_words_that_telegram_does_not_take_now_come_later_once(line: Line, trouble: NotReached) -> None:
    await hears(line, "alpha")
    line.telegram.errors["send"] = [trouble]
    await line.relay._tell([await line.one(OPERATOR)])
    assert line.texts(OPERATOR) == []
    await hears(line, "beta")
    await line.tell(4)
    assert order_of("\n".join(line.texts(OPERATOR)), "alpha", "beta")
    assert "\n".join(line.texts(OPERATOR)).count("alpha") == 1


async def test_words_for_somebody_who_may_not_read_any_more_are_dropped(line: Line) -> None:
    await hears(line, "alpha")
    line.bench.desk.people[OPERATOR] = replace(line.bench.desk.people[OPERATOR], is_frozen=True)
    await line.tell()
    assert line.texts(OPERATOR) == [] and await line.bench.outbox() == []


async def test_a_topic_that_was_deleted_is_made_anew_and_gets_the_whole_chat(line: Line) -> None:
    await hears(line, "alpha")
    await line.tell()
    await hears(line, "beta")
    line.clear()
    line.telegram.errors["send"] = [TopicGone("thread not found")]
    await line.relay._tell([await line.one(GROUP)])
    assert (await line.bench.stored()).topic_id is None and await told(line, GROUP) == 0
    await line.tell()
    said = [(card.plain, topic) for _, chat, _, card, _, topic in line.telegram.shown if chat == GROUP]
    words = "\n".join(text for text, topic in said if topic == 502)
    assert order_of(words, "alpha", "beta") and len(line.telegram.topics) == 2


async def test_a_file_that_is_on_its_way_is_waited_for_and_keeps_its_place(line: Line) -> None:
    await hears(line, "alpha")
    await gets_file(line)
    await hears(line, "omega")
    await line.relay._tell([await line.one(OPERATOR)])
    assert "alpha" in line.texts(OPERATOR)[0] and "omega" not in line.texts(OPERATOR)[0]
    await line.relay._tell([await line.one(OPERATOR)])
    assert len(line.texts(OPERATOR)) == 1
    waiting = await line.one(OPERATOR)
    assert waiting.next_at - line.bench.desk.now() == 500
    await line.bench.fetch()
    await line.tell(1)
    assert line.calls(OPERATOR) == ["send", "send_file", "send"]
    assert "omega" in line.texts(OPERATOR)[2]
    sent = next(file for file in line.telegram.files if file.chat_id == OPERATOR)
    assert (sent.form, sent.name) == ("photo", "picture.jpg")


async def test_the_second_chat_gets_a_file_by_telegrams_own_id(line: Line) -> None:
    await gets_file(line)
    await line.bench.fetch()
    await line.tell(1)
    first, second = line.telegram.files
    assert {first.chat_id, second.chat_id} == {OPERATOR, GROUP}
    assert first.content == b"pic" and second.content == first.file_id
    assert second.topic_id == 501 or first.topic_id == 501


@pytest.mark.parametrize(
    ("kind", "form", "name"),
    [("image/png", "photo", "picture.png"), ("image/webp", "document", "picture.webp"),
     ("video/mp4", "video", "video.mp4"), ("application/pdf", "document", "document.pdf"),
     ("application/x-odd", "document", "file.bin")],
)  # fmt: skip
async def test_every_kind_of_file_has_its_form(line: Line, kind: str, form: str, name: str) -> None:
    await gets_file(line, kind=kind)
    await line.bench.fetch()
    await line.tell(1)
    assert {(file.form, file.name) for file in line.telegram.files} == {(form, name)}


async def test_a_picture_too_large_for_a_photo_is_a_document(line: Line) -> None:
    await gets_file(line, content=b"x" * 10_000_001)
    await line.bench.fetch()
    await line.tell(1)
    assert {file.form for file in line.telegram.files} == {"document"}


async def test_several_vouchers_are_several_files_with_the_words_under_the_first(line: Line) -> None:
    urls = tuple(f"https://{HOST}/v{number}.jpg" for number in range(2))
    for number, url in enumerate(urls):
        line.bench.hosts.files[url] = (f"v{number}".encode(), "image/jpeg")
    line.bench.pass_(1)
    line.bench.gate.said(ORDER.id, "paid", by="System", kind=ChatKind.STATUS, status="paid", vouchers=urls)
    await line.bench.read()
    await line.bench.fetch()
    await line.tell(1)
    mine = [file for file in line.telegram.files if file.chat_id == OPERATOR]
    assert [file.content for file in mine if isinstance(file.content, bytes)] in ([b"v0", b"v1"], [])
    assert len(mine) == 2 and mine[0].card.plain and mine[1].card.plain == ""


async def test_a_file_that_cannot_be_had_is_said_in_its_line_and_later_words_go_on(line: Line) -> None:
    url = await gets_file(line)
    line.bench.hosts.errors[url] = [NotFetched("too_big", HOST, is_final=True)]
    await line.bench.fetch()
    await hears(line, "omega")
    await line.tell(1)
    assert line.telegram.files == []
    assert order_of("\n".join(line.texts(OPERATOR)), "📎", "omega") or "omega" in line.texts(OPERATOR)[-1]
    assert len(line.texts(OPERATOR)) == 2


async def test_a_file_whose_host_is_allowed_later_follows_where_its_line_stands(line: Line) -> None:
    await gets_file(line)
    line.bench.hosts.hosts.clear()
    await line.bench.fetch()
    await line.tell(1)
    line.clear()
    line.bench.hosts.allow(HOST)
    async with line.bench.store.write() as tables:
        await tables.files.retry_host(HOST, line.bench.desk.now())
    await line.bench.fetch()
    await line.tell(1)
    assert {file.chat_id for file in line.telegram.files} == {OPERATOR, GROUP}
    assert all(file.silent for file in line.telegram.files)
    assert await line.bench.outbox() == []


async def test_a_late_file_of_a_line_that_is_gone_or_has_none_is_shown_nowhere(line: Line) -> None:
    await hears(line, "alpha")
    await line.tell()
    line.clear()
    for message in ("9999", str((await line.bench.heard())[0].number)):
        async with line.bench.store.write() as tables:
            await tables.outbox.put_line(
                chat_id=OPERATOR, person_id=OPERATOR, kind="file", key=f"file:{message}", order_id=ORDER.id,
                facts={"message": message}, ring=False, priority=7, at=line.bench.desk.now(),
            )  # fmt: skip
    await line.tell()
    assert line.telegram.shown == [] and await line.bench.outbox() == []


async def test_a_file_that_telegram_refuses_is_said_in_words_instead(line: Line) -> None:
    await gets_file(line)
    await line.bench.fetch()
    line.telegram.errors["send_file"] = [Rejected("wrong type"), Rejected("wrong type")]
    await line.tell(1)
    assert line.telegram.files == []
    assert line.calls(OPERATOR) == ["send"] and await line.bench.lines() == {}


@pytest.mark.parametrize("trouble", [Offline("away"), Slow(2), MessageGone("gone")])
async def test_a_file_that_cannot_be_shown_now_is_shown_later(line: Line, trouble: NotReached) -> None:
    await gets_file(line)
    await line.bench.fetch()
    line.telegram.errors["send_file"] = [trouble]
    await line.relay._tell([await line.one(OPERATOR)])
    assert line.telegram.files == [] and OPERATOR in await line.bench.lines()
    await line.tell(3)
    assert {file.chat_id for file in line.telegram.files} == {OPERATOR, GROUP}


async def test_a_file_id_that_telegram_forgot_is_sent_as_bytes_again(line: Line) -> None:
    await gets_file(line)
    await line.bench.fetch()
    await line.tell(1)
    line.clear()
    await gets_file(line, name="2.jpg")
    await line.bench.fetch()
    line.telegram.errors["send_file"] = [Rejected("wrong file identifier")]
    await line.relay._tell([await line.one(OPERATOR)])
    assert [file.content for file in line.telegram.files] == [b"pic"]


async def test_a_file_id_that_telegram_forgot_when_the_bytes_are_gone_is_said_in_words(line: Line) -> None:
    await gets_file(line)
    await line.bench.fetch()
    await line.tell(1)
    line.clear()
    await gets_file(line, name="2.jpg")
    await line.bench.fetch()
    for sha256 in await line.bench.store.files.all():
        await line.bench.store.files.remove(sha256)
    line.telegram.errors["send_file"] = [Rejected("wrong file identifier")]
    await line.relay._tell([await line.one(OPERATOR)])
    assert line.calls(OPERATOR) == ["send"] and line.telegram.files == []


async def test_a_file_that_is_gone_from_the_room_is_said_in_words(line: Line) -> None:
    await gets_file(line)
    await line.bench.fetch()
    for sha256 in await line.bench.store.files.all():
        await line.bench.store.files.remove(sha256)
    await line.tell(1)
    assert line.telegram.files == [] and line.calls(OPERATOR) == ["send"]


async def test_words_that_wait_for_a_group_s_turn_come_in_one_digest_first(line: Line) -> None:
    await hears(line, "alpha", "beta")
    await another_hears(line, "zeta")
    line.fill(GROUP)
    assert await line.heralds()
    (text,) = line.texts(GROUP)
    assert "alpha" in text and "1" in text
    assert not await line.heralds(), "not again within its pause"
    line.bench.pass_(9)
    assert not await line.heralds(), "nothing new"
    await hears(line, "gamma")
    await another_hears(line, "omega")
    line.relay.pace.hold(GROUP, 5)
    assert await line.heralds()
    assert "gamma" in line.texts(GROUP)[1] and "alpha" not in line.texts(GROUP)[1]
    line.clear()
    await line.tell(60)
    assert order_of("\n".join(line.texts(GROUP)), "alpha", "beta", "gamma"), "the digest stands for nothing"


@pytest.mark.parametrize("trouble", [Offline("away"), Slow(5)])
async def test_a_digest_that_cannot_be_shown_costs_no_word(line: Line, trouble: NotReached) -> None:
    await hears(line, "alpha")
    await another_hears(line, "zeta")
    line.fill(GROUP)
    line.telegram.errors["send"] = [trouble]
    assert await line.heralds()
    assert line.texts(GROUP) == []
    if isinstance(trouble, Slow):
        assert line.relay.pace.wait(GROUP, is_answer=True) > 3
    await line.tell(61)
    assert any("alpha" in text for text in line.texts(GROUP))


async def test_many_orders_words_are_heralded_order_by_order_and_the_rest_next_time(line: Line) -> None:
    bench = line.bench
    ids = [f"6200{number:04}" for number in range(tell_chat.MOST_HERALDED + 3)]
    for order_id in ids:
        bench.add(replace(ORDER, id=order_id))
        await bench.see(order_id)
        bench.writes(f"from {order_id}", order_id=order_id)
        await bench.read(order_id)
    talk = [one for one in await bench.outbox() if one.chat_id == GROUP and one.kind == "chat"]
    chunks, upto = await tell_chat.to_herald(bench.desk, GROUP, talk)
    assert [chunk.situation.order.id for chunk in chunks] == ids[: tell_chat.MOST_HERALDED]
    await tell_chat.heralded(bench.desk, GROUP, upto)
    rest, _ = await tell_chat.to_herald(bench.desk, GROUP, talk)
    assert [chunk.situation.order.id for chunk in rest] == ids[tell_chat.MOST_HERALDED :]


async def test_turns_that_say_nothing_are_given_back(line: Line) -> None:
    await gets_file(line)
    pace = line.relay.pace
    line.bench.clock.is_moved_by_sleep = True
    for _ in range(15):
        await pace.turn(OPERATOR, is_answer=False)
        await line.relay._tell([await line.one(OPERATOR)])
    assert pace.wait(OPERATOR, is_answer=False) == 0, "a file that is waited for uses up nobody's turn"


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


async def test_notices_and_words_of_one_chat_go_by_their_urgency(line: Line) -> None:
    await hears(line, "alpha")
    await announce_now(line.bench.desk, Notice("started", {}), [line.bench.desk.people[OPERATOR]])
    await line.tell()
    assert "alpha" in line.texts(OPERATOR)[1]


async def test_a_shown_file_reaches_the_person_it_is_for(line: Line) -> None:
    await line.relay.show_file(OPERATOR, Card("pack"), b"zip", "order.zip", order_id=ORDER.id)
    (file,) = line.telegram.files
    assert (file.chat_id, file.content, file.form, file.name, file.silent) == (
        OPERATOR, b"zip", "document", "order.zip", True,
    )  # fmt: skip


async def test_a_crash_between_a_word_and_its_mark_still_marks_it(line: Line) -> None:
    await line.bench.say("hello", message_id=5)
    await line.bench.send()
    marks = [one for one in await deliver.due(line.bench.desk, OPERATOR) if one.kind == "mark"]
    taken = await deliver.take(line.bench.desk, marks)
    assert taken and await deliver.recover(line.bench.desk) == 1
    assert await lane.adopt(line.bench.desk) == 0
    await line.tell()
    assert line.telegram.reactions == [(OPERATOR, 5, "👌")]


async def test_the_words_of_one_order_alone_have_no_digest_and_are_not_asked_for_every_second(line: Line) -> None:
    await hears(line, "alpha")
    line.fill(GROUP)
    assert not await line.heralds() and line.texts(GROUP) == []
    assert line.relay.pace.herald_wait(GROUP) > 5
    await another_hears(line, "zeta")
    assert not await line.heralds()
    line.bench.pass_(9)
    line.fill(GROUP)
    assert await line.heralds() and order_of(line.texts(GROUP)[0], "alpha", "zeta")
