"""What is told of a chat survives topics that are gone, a group with a new id, files that stumble, and a stop."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.clients.messages import CardLike
from bot.domain.chat import ChatKind
from bot.domain.errors import Refused
from bot.domain.reach import Moved, NotReached, Offline, Slow, TopicGone
from bot.flows import deliver, members, saying_outcome
from bot.watchers.relay import Relay
from storage.outbox import Delivery
from tests.flows.bench import GROUP, OPERATOR, ORDER, Bench
from tests.support.fake_telegram import FakeTelegram

HOST = "files.example"
NEW_GROUP = -100999


class StrictTelegram(FakeTelegram):
    """Knows which topics and chats are gone, and what was answered to; sends while `is_open` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.gone_topics: set[int | None] = set()
        self.moved: dict[int, int] = {}
        self.replies: list[int | None] = []
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.is_sending = asyncio.Event()

    async def send(
        self,
        chat_id: int,
        card: CardLike,
        *,
        silent: bool = True,
        topic_id: int | None = None,
        reply_to: int | None = None,
    ) -> int:
        self._check(chat_id, topic_id)
        self.is_sending.set()
        await self.is_open.wait()
        number = await super().send(chat_id, card, silent=silent, topic_id=topic_id, reply_to=reply_to)
        self.replies.append(reply_to)
        return number

    async def react(self, chat_id: int, message_id: int, emoji: str) -> None:
        self._check(chat_id, None)
        await super().react(chat_id, message_id, emoji)

    def _check(self, chat_id: int, topic_id: int | None) -> None:
        if chat_id in self.moved:
            raise Moved(self.moved[chat_id])
        if topic_id in self.gone_topics:
            raise TopicGone("thread not found")


class Line:
    """A relay that is run step by step."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.telegram = bench, StrictTelegram()
        self.relay = Relay(bench.desk, self.telegram, bench.clock.monotonic)

    async def tell(self, seconds: float = 0) -> None:
        """Everything that is due now."""
        self.bench.pass_(seconds)
        self.bench.clock.is_moved_by_sleep = True
        for _ in range(12):
            for chat in await deliver.chats_due(self.bench.desk):
                self.bench.pass_(4)
                await asyncio.wait_for(self.relay._serve(chat), 5)
            if not await deliver.chats_due(self.bench.desk):
                break
        self.bench.clock.is_moved_by_sleep = False

    async def one(self, chat: int, kind: str = "chat") -> Delivery:
        """What waits of that kind for this chat first."""
        return next(one for one in await self.bench.outbox() if one.chat_id == chat and one.kind == kind)

    async def hears(self, text: str) -> None:
        self.bench.pass_(1)
        self.bench.writes(text)
        await self.bench.read()

    async def gets_vouchers(self, count: int) -> None:
        urls = tuple(f"https://{HOST}/v{number}.jpg" for number in range(count))
        for number, url in enumerate(urls):
            self.bench.hosts.files[url] = (f"v{number}".encode(), "image/jpeg")
        self.bench.pass_(1)
        self.bench.gate.said(ORDER.id, "paid", by="System", kind=ChatKind.STATUS, status="paid", vouchers=urls)
        await self.bench.read()
        for _ in range(count):
            await self.bench.fetch()

    def texts(self, chat: int) -> list[str]:
        return [text for text in self.telegram.said(chat) if "(verified name)" not in text]

    def captions(self, chat: int) -> list[str]:
        return [file.card.plain for file in self.telegram.files if file.chat_id == chat]

    async def send_hangs(self) -> None:
        """A worker is in the middle of telling the operator something."""
        await self.hears("omega")
        self.telegram.is_open.clear()
        self.telegram.is_sending.clear()
        self.bench.clock.is_moved_by_sleep = True
        self.relay._start_worker(OPERATOR)
        await asyncio.wait_for(self.telegram.is_sending.wait(), 3)


@pytest.fixture
async def line(bench: Bench) -> AsyncIterator[Line]:
    """The order is known, its card stands everywhere, and its chat has a topic."""
    made = Line(bench)
    await bench.see()
    await made.hears("alpha")
    await made.tell()
    made.telegram.shown.clear()
    made.telegram.replies.clear()
    yield made
    made.telegram.is_open.set()
    await made.relay.stop()


async def lose_topic(line: Line) -> None:
    topic_id = (await line.bench.stored()).topic_id
    assert topic_id is not None
    line.telegram.gone_topics = {topic_id}


async def refused(line: Line) -> None:
    """Somebody says something in the group which the venue refuses: its mark has words."""
    line.bench.gate.errors["say"] = [Refused("gate", "say", code="X", detail="order is closed", status=400)]
    await line.bench.say("hello", chat_id=GROUP, message_id=5)
    await line.bench.send()


async def test_the_words_of_a_mark_get_past_a_topic_that_is_gone(line: Line) -> None:
    await lose_topic(line)
    await refused(line)
    await line.tell()
    assert any("order is closed" in text for text in line.texts(GROUP)) and await line.bench.outbox() == []


async def test_a_question_gets_past_a_topic_that_is_gone(line: Line) -> None:
    await lose_topic(line)
    await line.bench.say("call 13800138000", chat_id=GROUP, message_id=5)
    await line.tell()
    assert any("13800138000" in text for text in line.texts(GROUP))
    assert [one.kind for one in await line.bench.outbox()] == ["held_again"]  # to be asked once more, later


async def test_the_progress_of_an_upload_gets_past_a_topic_that_is_gone(line: Line) -> None:
    await lose_topic(line)
    await line.bench.say("", file=line.bench.picture("0"), chat_id=GROUP, message_id=5)
    (saying,) = await line.bench.sayings()
    async with line.bench.store.write() as tables:
        await saying_outcome.progress(line.bench.desk, tables, saying, 0, 2)
    await line.tell()
    assert any("1 of 2" in text for text in line.texts(GROUP)) and await line.bench.outbox() == []


async def test_a_deleted_topic_of_a_finished_order_does_not_pour_its_chat_into_the_group(line: Line) -> None:
    await lose_topic(line)
    await line.bench.see(status="finished")
    await line.tell()
    await line.hears("omega")
    await line.tell()
    text = "\n".join(line.texts(GROUP))
    assert "omega" in text and "alpha" not in text and len(line.telegram.topics) == 1


async def test_marks_of_what_was_said_before_the_group_moved_end_in_the_new_one(line: Line) -> None:
    await refused(line)
    line.telegram.moved = {GROUP: NEW_GROUP}
    await members.group_migrated(line.bench.desk, NEW_GROUP)
    await line.tell()
    place = next(number for number, shown in enumerate(line.telegram.shown) if "order is closed" in shown[3].plain)
    assert line.telegram.shown[place][1] == NEW_GROUP and line.telegram.reactions == []
    assert 5 not in line.telegram.replies and await line.bench.outbox() == []


async def test_a_group_that_moved_unheard_of_costs_no_mark(line: Line) -> None:
    await refused(line)
    line.telegram.moved = {GROUP: NEW_GROUP}
    await line.tell()
    assert any("order is closed" in text for text in line.texts(NEW_GROUP)) and await line.bench.outbox() == []


async def test_what_still_waits_for_the_old_group_goes_to_the_new_one(line: Line) -> None:
    line.telegram.moved = {GROUP: NEW_GROUP}
    await members.group_migrated(line.bench.desk, NEW_GROUP)
    await line.tell()
    before = len(line.texts(NEW_GROUP))
    async with line.bench.store.write() as tables:
        await tables.outbox.put_notice(
            chat_id=GROUP, person_id=None, notice="started", facts={}, ring=False, priority=1, at=line.bench.now
        )
    await line.tell()
    assert len(line.texts(NEW_GROUP)) == before + 1 and await line.bench.outbox() == []


async def test_a_group_that_is_not_ours_any_more_does_not_take_the_place_of_ours(line: Line) -> None:
    await members.group_migrated(line.bench.desk, NEW_GROUP, -100777)
    assert line.bench.desk.desk_chat_id == GROUP


async def test_how_an_old_saying_ended_is_queued_for_the_group_as_it_is_now(line: Line) -> None:
    await line.bench.say("hello", chat_id=GROUP, message_id=5)
    await members.group_migrated(line.bench.desk, NEW_GROUP)
    await line.bench.send()
    assert {one.chat_id for one in await line.bench.outbox() if one.kind == "mark"} == {NEW_GROUP}


@pytest.mark.parametrize("trouble", [Offline("away"), Slow(3)])
async def test_a_later_file_that_stumbles_does_not_bring_the_first_again(line: Line, trouble: NotReached) -> None:
    await line.gets_vouchers(3)
    await line.relay._tell([await line.one(OPERATOR)])
    assert len(line.captions(OPERATOR)) == 1, "the others have a turn of their own"
    line.telegram.errors["send_file"] = [trouble]
    await line.tell(4)
    await line.tell(4)
    first, *others = line.captions(OPERATOR)
    assert first and others == ["", ""] and await line.bench.outbox() == []


async def test_the_files_of_a_message_come_before_the_words_that_follow(line: Line) -> None:
    await line.gets_vouchers(3)
    await line.hears("omega")
    await line.tell()
    for chat in (OPERATOR, GROUP):
        calls = [
            (call, card.plain)
            for call, to, _, card, _, _ in line.telegram.shown
            if to == chat and "(verified name)" not in card.plain
        ]
        assert [call for call, _ in calls] == ["send_file"] * 3 + ["send"] and "omega" in calls[-1][1]


async def test_a_later_file_whose_answer_was_lost_says_that_it_may_be_a_repeat(line: Line) -> None:
    await line.gets_vouchers(2)
    await line.relay._tell([await line.one(OPERATOR)])
    line.telegram.errors["send_file"] = [Offline("timeout", may_be_shown=True)]
    await line.relay._tell([await line.one(OPERATOR, "file")])
    await line.tell(4)
    first, second = line.captions(OPERATOR)
    assert "may be a repeat" not in first and "may be a repeat" in second


async def test_waiting_for_a_file_is_no_failed_attempt(line: Line) -> None:
    url = f"https://{HOST}/1.jpg"
    line.bench.hosts.files[url] = (b"pic", "image/jpeg")
    line.bench.writes("", kind=ChatKind.FILE, file_key="1.jpg", file_url=url)
    await line.bench.read()
    for _ in range(9):
        await line.relay._tell([await line.one(OPERATOR)])
    assert (await line.one(OPERATOR)).attempts == 0
    line.telegram.errors["send_file"] = [Offline("away")]
    await line.bench.fetch()
    await line.relay._tell([await line.one(OPERATOR)])
    assert (await line.one(OPERATOR)).attempts == 1


@pytest.mark.parametrize("kind", ["mark", "held", "progress", "file"])
async def test_what_has_nothing_to_say_uses_up_nobodys_turn(line: Line, kind: str) -> None:
    line.bench.clock.is_moved_by_sleep = True
    facts = {"saying": "nonsense", "done": "0", "total": "1", "message": "9999"}
    for number in range(6):
        async with line.bench.store.write() as tables:
            await tables.outbox.put_line(
                chat_id=OPERATOR, person_id=OPERATOR, kind=kind, key=f"{kind}{number}", order_id=ORDER.id,
                facts=facts, ring=False, priority=1, at=line.bench.desk.now(),
            )  # fmt: skip
        await line.relay.pace.turn(OPERATOR, is_answer=kind != "file")
        await line.relay._tell([await line.one(OPERATOR, kind)])
    assert line.relay.pace.wait(OPERATOR, is_answer=False) == 0


async def test_a_question_in_the_group_belongs_to_nobody_alone_and_one_in_a_direct_message_does(line: Line) -> None:
    """Others who tap must hear that only who wrote it decides, not that the button is old."""
    await line.bench.say("call 13800138000", chat_id=GROUP, message_id=5)
    await line.bench.say("call 13800138000", message_id=6)
    await line.tell()
    whose = {}
    for _, chat, number, card, _, _ in line.telegram.shown:
        shown = await deliver.shown_at(line.bench.desk, chat, number)
        if "13800138000" in card.plain and shown is not None:
            whose[chat] = shown.person_id
    assert whose == {GROUP: None, OPERATOR: OPERATOR}


async def test_a_stop_lets_a_message_on_its_way_arrive_and_be_remembered(line: Line) -> None:
    await line.send_hangs()
    stopping = asyncio.create_task(line.relay.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    line.telegram.is_open.set()
    await asyncio.wait_for(stopping, 1)
    assert "omega" in line.texts(OPERATOR)[-1]
    assert OPERATOR not in await line.bench.lines() and await deliver.recover(line.bench.desk) == 0


async def test_a_stop_does_not_wait_for_a_message_that_hangs(line: Line) -> None:
    await line.send_hangs()
    await asyncio.wait_for(line.relay.stop(), 3)
    assert await deliver.recover(line.bench.desk) == 1


async def test_after_a_stop_nothing_new_is_begun(line: Line) -> None:
    await line.relay.stop()
    await line.hears("omega")
    await line.tell()
    assert line.texts(OPERATOR) == []
