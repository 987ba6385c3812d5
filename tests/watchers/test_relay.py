"""Every way Telegram can fail to show something has its consequence; nothing is dropped in silence."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.reach import (
    Blocked,
    MessageGone,
    Moved,
    NoTopics,
    NotReached,
    Offline,
    Rejected,
    Slow,
    TopicGone,
)  # fmt: skip
from bot.domain.situations import Notice
from bot.flows import deliver
from bot.flows.announce import announce_now
from bot.views.card import Card
from bot.watchers.relay import DIGEST_FROM, Relay
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, ORDER, OWNER, Bench
from tests.support.fake_telegram import FakeTelegram


class Line:
    """A relay that is run step by step: `tell` delivers everything that is due now."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.telegram = bench, FakeTelegram()
        self.relay = Relay(bench.desk, self.telegram, bench.desk.clock.monotonic)

    async def tell(self, seconds: float = 0) -> None:
        self.bench.pass_(seconds)
        for _ in range(8):
            for chat in await deliver.chats_due(self.bench.desk):
                self.bench.pass_(4)
                await asyncio.wait_for(self.relay._serve(chat), 5)
            if not await deliver.chats_due(self.bench.desk):
                return

    def cards(self, chat: int) -> list[tuple[str, bool]]:
        return [(call, silent) for call, to, _, _, silent, _ in self.telegram.shown if to == chat]


@pytest.fixture
async def line(bench: Bench) -> AsyncIterator[Line]:
    made = Line(bench)
    bench.desk.clock.is_moved_by_sleep = True  # type: ignore[attr-defined]
    yield made
    await made.relay.stop()


async def notes(line: Line, kind: str) -> list[str]:
    return [one.action for one in await line.bench.journal() if one.action == kind]


async def test_a_paid_order_rings_in_the_direct_message_and_is_silent_in_the_group(line: Line) -> None:
    await line.bench.see()
    await line.tell()
    assert line.cards(OPERATOR) == [("send", False)] and line.cards(GROUP) == [("send", True)]
    await line.bench.see(unread=2)
    await line.tell()
    assert line.cards(OPERATOR) == [("send", False), ("edit", True)]
    assert await line.bench.outbox() == []


async def test_a_card_that_would_look_the_same_is_not_edited(line: Line) -> None:
    await line.bench.see()
    await line.tell()
    await line.bench.see(pay_deadline=ORDER.pay_deadline + 60)
    await line.tell()
    assert line.cards(OPERATOR) == [("send", False)]


async def test_a_card_posted_anew_leaves_one_line_even_if_that_fails(line: Line) -> None:
    line.bench.gate.move(ORDER.id, status="unpay")
    await line.bench.see()
    await line.tell()
    line.telegram.errors["edit"] = [Offline("away")]
    await line.bench.see(status="paid")
    await line.tell()
    assert ("send", False) in line.cards(OPERATOR)
    old = line.telegram.shown[0][2]
    shown = await deliver.shown_at(line.bench.desk, OPERATOR, old) or await deliver.shown_at(
        line.bench.desk, GROUP, old
    )
    assert shown is not None and shown.data == ()


@pytest.mark.parametrize(("trouble", "waits"), [(Offline("away"), 1), (Slow(20), 20), (Slow(3), 3)])
async def test_what_cannot_be_shown_now_is_shown_later_once(line: Line, trouble: NotReached, waits: float) -> None:
    line.bench.desk.desk_chat_id = None
    await line.bench.see()
    line.telegram.errors["send"] = [trouble]
    await asyncio.wait_for(line.relay._tell(await deliver.due(line.bench.desk, OPERATOR)), 5)
    waiting = await line.bench.outbox()
    assert len(waiting) == 1 and waiting[0].next_at == line.bench.desk.now() + waits * 1000 and waiting[0].attempts == 1
    await line.tell(waits + 1)
    assert line.cards(OPERATOR) == [("send", False)], "with its sound"
    assert await line.bench.outbox() == []


async def test_a_person_who_blocked_the_bot_is_said_to_owners_and_the_owners_are_rung(line: Line) -> None:
    await line.bench.see()
    line.telegram.errors["send"] = [Blocked("bot was blocked by the user")]
    line.bench.desk.desk_chat_id = None
    await line.relay._tell(await deliver.due(line.bench.desk, OPERATOR))
    await line.tell()
    assert await notes(line, "delivery_failed")
    assert any("did not arrive" in text for text in line.telegram.said(OWNER))
    async with line.bench.store.read() as tables:
        assert await tables.staff.unreachable() == {OPERATOR}
    assert any("Paid" in text for text in line.telegram.said(OWNER)), "an alert must ring somewhere"


async def test_a_lost_group_keeps_its_news_and_is_said_once(line: Line) -> None:
    for number in range(2):
        line.bench.add(replace(ORDER, id=f"6200000{number}", total=ORDER.total + number))
        await line.bench.see(f"6200000{number}")
        line.telegram.errors["send"] = [Blocked("bot was kicked")]
        await line.relay._tell(await deliver.due(line.bench.desk, GROUP))
    waiting = [one for one in await line.bench.outbox() if one.chat_id == GROUP]
    assert len(waiting) == 2 and all(one.attempts for one in waiting)
    assert len([one for one in await line.bench.outbox() if one.notice == "group_lost"]) == 1
    await line.tell(61)
    assert len(line.cards(GROUP)) == 2, "told when we are back"


async def test_an_upgraded_group_is_followed_at_once(line: Line) -> None:
    await line.bench.see()
    line.telegram.errors["send"] = [Moved(-100999)]
    await line.relay._tell(await deliver.due(line.bench.desk, GROUP))
    await line.tell()
    assert line.cards(-100999) == [("send", True)] and line.bench.desk.desk_chat_id == -100999


async def test_what_telegram_refuses_is_given_up_journalled_and_said(line: Line) -> None:
    await announce_now(line.bench.desk, Notice("started", {}), [line.bench.desk.people[AGENT]])
    line.telegram.errors["send"] = [Rejected("text is too long")]
    await line.relay._tell(await deliver.due(line.bench.desk, AGENT))
    assert await notes(line, "delivery_failed")
    await line.tell()
    assert any("did not arrive" in text for text in line.telegram.said(OWNER))


async def test_a_deleted_card_is_shown_anew(line: Line) -> None:
    await line.bench.see()
    await line.tell()
    line.telegram.errors["edit"] = [MessageGone("gone"), MessageGone("gone")]
    await line.bench.see(unread=5)
    await line.tell()
    assert [call for call, _ in line.cards(OPERATOR)] == ["send", "send"]


async def test_a_topic_is_made_when_needed_and_again_when_it_was_deleted(line: Line) -> None:
    await line.bench.see(in_appeal=True)
    await line.tell()
    assert len(line.telegram.topics) == 1 and (await line.bench.stored()).topic_id == 501
    await line.bench.see(in_appeal=False)
    await line.tell()
    line.telegram.errors["send"] = [TopicGone("thread not found")]
    await line.bench.see(in_appeal=True)
    await line.relay._tell(await deliver.due(line.bench.desk, GROUP))
    assert (await line.bench.stored()).topic_id is None
    await line.tell()
    assert (await line.bench.stored()).topic_id == 502
    assert line.telegram.shown[-1][5] == 502 or any(one[5] == 502 for one in line.telegram.shown)


async def test_a_group_without_topics_gets_its_cards_in_the_main_view(line: Line) -> None:
    line.telegram.errors["make_topic"] = [NoTopics("not a forum")]
    await line.bench.see(in_appeal=True)
    await line.tell()
    assert line.cards(GROUP) == [("send", True)] and line.telegram.topics == []


async def test_a_burst_is_one_message_with_a_button_per_order(line: Line) -> None:
    for number in range(DIGEST_FROM + 3):
        line.bench.add(replace(ORDER, id=f"6200000{number}"))
        await line.bench.see(f"6200000{number}")
    await line.tell()
    assert line.cards(OPERATOR) == [("send", False)]
    card = line.telegram.shown[-1][3]
    digest = next(one for _, chat, _, one, _, _ in line.telegram.shown if chat == OPERATOR)
    assert len([button for row in digest.rows for button in row]) == DIGEST_FROM + 3 and card
    assert await line.bench.outbox() == []


async def test_an_answer_replaces_the_tapped_message_or_stands_below_it(line: Line) -> None:
    card = Card("hello")
    assert await line.relay.show(OPERATOR, card, replace=55) == 55
    line.telegram.errors["edit"] = [MessageGone("gone")]
    made = await line.relay.show(OPERATOR, card, replace=55)
    assert made != 55 and await deliver.shown_at(line.bench.desk, OPERATOR, 55) is None
    line.telegram.errors["send"] = [Offline("away")]
    with pytest.raises(Offline):
        await line.relay.show(OPERATOR, card)


async def test_small_services_never_fail_whatever_telegram_says(line: Line) -> None:
    for call in ("answer", "set_commands", "remove_member", "send"):
        line.telegram.errors[call] = [Offline("away")]
    await line.relay.answer("c", "hello")
    await line.relay.show_menu(LEAD, ())
    assert not await line.relay.remove_from_group(LEAD)
    await line.relay.shout(Notice("halted", {"why": "full"}))
    await line.relay.shout(Notice("halted", {"why": "full"}))
    assert any("stopped" in text for text in line.telegram.said(OWNER))
    assert await line.relay.remove_from_group(LEAD) and line.telegram.removed == [LEAD]
    line.bench.desk.desk_chat_id = None
    assert await line.relay.remove_from_group(LEAD) and line.telegram.removed == [LEAD]
    assert line.relay.username == "desk_bot"


async def test_the_running_relay_wakes_up_for_news_and_outlives_a_defect(line: Line) -> None:
    line.telegram.errors["send"] = [RuntimeError("a defect")]
    running = asyncio.create_task(line.relay.run())
    await line.bench.see()
    line.bench.desk.wake_relay.set()
    for _ in range(200):
        if line.cards(OPERATOR) and line.cards(GROUP):
            break
        await asyncio.sleep(0.02)
        line.bench.pass_(1)
        line.bench.desk.wake_relay.set()
    assert line.cards(OPERATOR) == [("send", False)] and line.cards(GROUP) == [("send", True)]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
