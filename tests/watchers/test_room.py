"""The group beside its news: topics renamed and removed, the pinned queue, all of it behind everything else."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.reach import MessageGone, Moved, NoRight, Offline, Rejected, Slow, TopicGone
from bot.domain.updates import read_update
from bot.flows import admit, deliver
from bot.flows.topics import TopicState
from bot.views.buttons import Verb
from bot.watchers.pace import Pace
from bot.watchers.room import Room
from storage.pinned_queue import Pinned
from storage.store import StoreError
from tests.flows.bench import GROUP, ORDER, OWNER, Bench, notices
from tests.support.fake_telegram import FakeTelegram

TOPIC = 501


class Place:
    """A room run round by round, each long enough after the last that its pace does not matter."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.telegram = bench, FakeTelegram()
        self.pace = Pace(bench.clock.monotonic, bench.clock.sleep)
        self.room = Room(bench.desk, self.telegram, self.pace)

    async def rounds(self, number: int = 1, seconds: float = 16) -> None:
        """Whatever waits to be told is told before."""
        for _ in range(number):
            await self.bench.told()
            self.bench.pass_(seconds)
            await self.room.round()

    async def anew(self) -> None:
        """The desk is started again; Telegram stays what it is."""
        self.room = Room(self.bench.desk, self.telegram, self.pace)

    def queue(self) -> list[str]:
        """Every look of the pinned message, oldest first."""
        return [text for text in self.telegram.said(GROUP) if "Now " in text]

    async def pinned(self) -> Pinned:
        async with self.bench.store.read() as tables:
            found = await tables.pinned_queue.get(GROUP)
        assert found is not None
        return found

    def done(self, call: str) -> list[tuple[str | int, ...]]:
        return [one[1:] for one in self.telegram.room if one[0] == call]


@pytest.fixture
async def place(bench: Bench) -> AsyncIterator[Place]:
    """Nothing is known of any order yet."""
    yield Place(bench)


@pytest.fixture
async def ended(place: Place) -> Place:
    """An order that was cancelled and has a topic, to be removed at once."""
    bench = place.bench
    bench.desk.policy = replace(bench.desk.policy, topic_keep_hours=0)
    await bench.see()
    await deliver.topic_made(bench.desk, ORDER.id, TOPIC, name="0001 · 7,200.00 CNY")
    await bench.see(status="cancel")
    await bench.read()
    return place


async def state(place: Place) -> TopicState:
    async with place.bench.store.read() as tables:
        found = await tables.topics.get(GROUP, TOPIC)
    assert found is not None
    return found.state


async def test_a_desk_without_orders_pins_nothing(place: Place) -> None:
    await place.rounds(3)
    assert place.telegram.shown == []


async def test_the_queue_is_posted_silently_pinned_and_edited_only_when_it_changed(place: Place) -> None:
    await place.bench.see()
    await place.rounds(6)
    ((call, chat, number, card, silent, topic),) = place.telegram.shown
    assert (call, chat, silent, topic) == ("send", GROUP, True, None)
    assert "Now 1" in card.plain and "张三丰" not in card.plain and "Looked at" not in card.plain
    assert place.done("pin") == [(GROUP, number)]
    await place.bench.see(status="cancel")
    await place.rounds(4)
    assert [call for call, *_ in place.telegram.shown] == ["send", "edit"]
    assert "Now 0" in place.queue()[-1]


async def test_it_is_edited_at_most_every_fifteen_seconds(place: Place) -> None:
    await place.bench.see()
    await place.rounds(3)
    for is_in_appeal in (True, False):
        await place.bench.see(in_appeal=is_in_appeal)
        await place.rounds(1, 3)
    assert [one[0] for one in place.telegram.shown] == ["send", "edit"]
    await place.rounds(1, 16)
    assert len(place.queue()) == 3 and "💰" in place.queue()[-1]


async def test_its_buttons_open_cards_and_move_no_money(place: Place) -> None:
    await place.bench.see()
    await place.rounds(1)
    ((_, _, _, card, _, _),) = place.telegram.shown
    data = [button.data for row in card.rows for button in row]
    assert data and all(one.split(":")[0] in (Verb.OPEN, Verb.WAITING, Verb.QUEUE) for one in data), data
    shown = await deliver.shown_at(place.bench.desk, GROUP, place.telegram.shown[0][2])
    assert shown is not None and list(shown.data) == data and shown.person_id is None


async def test_while_anything_waits_for_the_group_it_lets_that_go_first(place: Place) -> None:
    await place.bench.see()
    place.bench.pass_(16)
    await place.room.round()
    assert place.telegram.shown == [], "the order's own card waits"
    await place.rounds(1)
    assert len(place.telegram.shown) == 1


async def test_in_a_loud_minute_it_stays_as_it_is(place: Place) -> None:
    await place.bench.see()
    await place.rounds(2)
    await place.bench.see(status="cancel")
    place.bench.pass_(16)
    for _ in range(3):
        place.pace.wait(GROUP, is_answer=False)
        place.pace.spend(GROUP)
    await place.rounds(1, 4)
    assert len(place.queue()) == 1
    await place.rounds(1, 61)
    assert len(place.queue()) == 2


async def test_a_restart_neither_posts_nor_pins_nor_edits_again(place: Place) -> None:
    await place.bench.see()
    await place.rounds(3)
    await place.anew()
    await place.rounds(3)
    assert len(place.telegram.shown) == 1 and len(place.done("pin")) == 1


async def test_a_deleted_one_is_posted_and_pinned_anew_once_a_minute_at_most(place: Place) -> None:
    await place.bench.see()
    await place.rounds(3)
    for _ in range(2):
        place.telegram.pinned = None
        place.telegram.errors["pin"] = [MessageGone("message to pin not found")]
        before = len(place.queue())
        await place.rounds(12)
        assert len(place.queue()) == before + 1
    assert (await place.pinned()).is_pinned and place.telegram.pinned == place.telegram.shown[-1][2]


async def test_one_that_was_deleted_is_found_out_by_the_next_edit_as_well(place: Place) -> None:
    await place.bench.see()
    await place.rounds(3)
    await place.bench.see(status="cancel")
    place.telegram.errors["edit"] = [MessageGone("message to edit not found")]
    await place.rounds(1)
    assert (await place.pinned()).message_id == 0
    await place.rounds(1, 4)
    assert [call for call, *_ in place.telegram.shown] == ["send"], "not a minute after the first"
    await place.rounds(5)
    assert [call for call, *_ in place.telegram.shown] == ["send", "send"]


async def test_one_that_people_unpinned_is_pinned_again_once_a_minute_at_most(place: Place) -> None:
    await place.bench.see()
    await place.rounds(3)
    for pins in (2, 3):
        place.telegram.pinned = None
        await place.rounds(9)
        assert len(place.done("pin")) == pins
    assert len(place.telegram.shown) == 1


async def test_a_pin_of_somebody_else_above_it_is_left_alone(place: Place) -> None:
    await place.bench.see()
    await place.rounds(3)
    place.telegram.pinned = 7
    await place.rounds(9)
    assert len(place.done("pin")) == 1


async def test_without_the_right_to_pin_it_stays_unpinned_and_owners_hear_it_once(place: Place) -> None:
    await place.bench.see()
    place.telegram.errors["pin"] = [NoRight("not enough rights to manage pinned messages in the chat")]
    await place.rounds(1)
    place.bench.pass_(16)
    await place.room.round()
    assert notices(await place.bench.told(), "queue_not_pinned") == [OWNER]
    await place.rounds(6)
    assert place.done("pin") == [] and len(place.queue()) == 1
    place.telegram.errors["pin"] = [NoRight("not enough rights to manage pinned messages in the chat")]
    await place.anew()
    await place.rounds(1)
    assert await place.bench.told() == [], "said once, a restart does not say it again"
    place.bench.desk.standing_changed_at = place.bench.desk.now() + 1
    await place.rounds(2)
    assert len(place.done("pin")) == 1 and not (await place.pinned()).is_refused


async def test_telegrams_line_about_the_pinning_is_deleted_only_when_it_is_about_ours(place: Place) -> None:
    await place.bench.see()
    await place.rounds(2)
    number = place.telegram.shown[0][2]
    await admit.admit(place.bench.desk, [pinning(1, number + 1, 4711), pinning(2, number + 2, number, is_bot=False)])
    await place.rounds(1)
    assert place.done("delete") == []
    assert await admit.admit(place.bench.desk, [pinning(3, number + 3, number)]) == []
    place.telegram.errors["delete"] = [Offline("away")]
    await place.rounds(1)
    await place.rounds(2, 31)
    assert place.done("delete") == [(GROUP, number + 3)]


def pinning(update_id: int, service_id: int, message_id: int, *, is_bot: bool = True) -> dict[str, object]:
    chat = {"id": GROUP, "type": "supergroup"}
    sender = {"id": 1000 if is_bot else OWNER, "is_bot": is_bot, "first_name": "x"}
    body = {"message_id": service_id, "chat": chat, "from": sender, "pinned_message": {"message_id": message_id}}
    update: dict[str, object] = {"update_id": update_id, "message": body}
    assert read_update(update).is_service
    return update


async def test_a_desk_without_a_group_does_nothing_of_it(place: Place) -> None:
    await place.bench.see()
    place.bench.desk.desk_chat_id = None
    await place.rounds(5)
    assert place.telegram.shown == [] and place.telegram.room == []


async def test_an_upgraded_group_gets_its_own(place: Place) -> None:
    await place.bench.see()
    place.telegram.errors["send"] = [Moved(GROUP - 1)]
    await place.rounds(3)
    assert place.bench.desk.desk_chat_id == GROUP - 1
    assert [chat for _, chat, *_ in place.telegram.shown] == [GROUP - 1]


async def test_a_telegram_that_is_away_or_asks_to_wait_is_asked_again_later(place: Place) -> None:
    await place.bench.see()
    place.telegram.errors["send"] = [Offline("away"), Slow(5)]
    await place.rounds(8)
    assert len(place.telegram.shown) == 1


async def test_an_ended_order_leaves_one_line_and_then_its_topic_is_deleted(ended: Place) -> None:
    ended.bench.pass_(16)
    await ended.bench.told()
    await ended.room.round()
    (line,) = await ended.bench.outbox()
    assert line.notice == "topic_ended" and ended.done("delete_topic") == []
    await ended.room.round()
    assert ended.done("delete_topic") == [], "the line was not told yet"
    await ended.rounds(3)
    assert ended.done("delete_topic") == [(GROUP, TOPIC)]
    assert (await ended.bench.stored()).topic_id is None


async def test_one_that_people_deleted_before_is_as_good_as_deleted(ended: Place) -> None:
    ended.telegram.errors["delete_topic"] = [TopicGone("message thread not found")]
    await ended.rounds(4)
    assert await state(ended) is TopicState.GONE


@pytest.mark.parametrize("no", [NoRight("not enough rights to delete the topic"), Rejected("TOPIC_CANNOT")])
async def test_one_that_may_not_be_deleted_is_closed_and_tried_again_when_the_standing_changed(
    ended: Place, no: NoRight | Rejected
) -> None:
    ended.telegram.errors["delete_topic"] = [no]
    await ended.rounds(6)
    assert await state(ended) is TopicState.CLOSED and ended.done("close_topic") == [(GROUP, TOPIC)]
    assert ended.done("delete_topic") == []
    ended.bench.desk.standing_changed_at = ended.bench.desk.now() + 1
    await ended.rounds(2)
    assert await state(ended) is TopicState.GONE


async def test_one_that_can_be_neither_deleted_nor_closed_is_let_be(ended: Place) -> None:
    ended.telegram.errors["delete_topic"] = [NoRight("not enough rights")]
    ended.telegram.errors["close_topic"] = [NoRight("not enough rights")]
    await ended.rounds(6)
    assert await state(ended) is TopicState.CLOSED


async def test_a_closed_one_is_opened_again_with_its_order(ended: Place) -> None:
    ended.telegram.errors["delete_topic"] = [NoRight("not enough rights to delete the topic")]
    await ended.rounds(6)
    ended.bench.pass_(700)
    await ended.bench.see(status="paid", in_appeal=True)
    await ended.rounds(2)
    assert ended.done("reopen_topic") == [(GROUP, TOPIC)]
    assert ended.done("rename_topic") == [(GROUP, TOPIC, "⚖ 0001 · 7,200.00 CNY")]


async def test_a_topic_is_renamed_for_trouble_and_for_the_end(place: Place) -> None:
    await place.bench.see()
    await deliver.topic_made(place.bench.desk, ORDER.id, TOPIC, name="0001 · 7,200.00 CNY")
    await place.bench.see(in_appeal=True)
    place.telegram.errors["rename_topic"] = [Offline("lost", may_be_shown=True)]
    await place.rounds(4, 31)
    await place.bench.see(status="cancel")
    await place.rounds(4, 31)
    names = [name for _, _, name in place.done("rename_topic")]
    assert names == ["⚖ 0001 · 7,200.00 CNY", "🚫 0001 · 7,200.00 CNY"]


async def test_a_topic_that_keeps_its_name_is_not_asked_again(place: Place) -> None:
    await place.bench.see()
    await deliver.topic_made(place.bench.desk, ORDER.id, TOPIC, name="0001 · 7,200.00 CNY")
    await place.bench.see(in_appeal=True)
    place.telegram.errors["rename_topic"] = [NoRight("not enough rights to edit the topic")]
    await place.rounds(4, 31)
    assert place.done("rename_topic") == []


async def test_a_topic_that_people_deleted_is_forgotten_when_it_is_to_be_renamed(place: Place) -> None:
    await place.bench.see()
    await deliver.topic_made(place.bench.desk, ORDER.id, TOPIC, name="0001 · 7,200.00 CNY")
    await place.bench.see(in_appeal=True)
    place.telegram.errors["rename_topic"] = [TopicGone("message thread not found")]
    await place.rounds(1, 31)
    stored = await place.bench.stored()
    assert stored.topic_id is None and deliver.wants_topic(place.bench.desk, stored)


async def test_nothing_is_asked_of_the_memory_while_nothing_was_written(place: Place) -> None:
    await place.bench.see()
    await place.rounds(4)
    place.bench.broken.add("before:select outbox")
    for _ in range(4):
        place.bench.pass_(1)
        await place.room.round()
    place.bench.pass_(2)
    with pytest.raises(StoreError):
        await place.room.round()
