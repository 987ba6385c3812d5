"""When a topic is renamed, told and removed: never while anything of its order goes on, never twice."""

from dataclasses import replace

import pytest

from bot.domain.errors import Unknown
from bot.domain.intents import Action
from bot.domain.orders import Order
from bot.domain.sayings import Event, State
from bot.domain.topics import Stage
from bot.flows import deliver, topics
from bot.flows.topics import Step, Topic, TopicState, Verb
from tests.flows.bench import GROUP, OPERATOR, ORDER, OWNER, Bench, notices

TOPIC, HOUR = 501, 3600
LOST = Unknown("gate", "release", why="timeout")


@pytest.fixture
async def sold(bench: Bench) -> Bench:
    """An order with a topic was released by us, and its chat is read to the end."""
    await with_topic(bench)
    await bench.act()
    await bench.see(status="finished")
    await bench.read()
    await bench.told()
    return bench


async def with_topic(bench: Bench) -> None:
    await bench.see()
    await deliver.topic_made(bench.desk, ORDER.id, TOPIC, name="0001 · 7,200.00 CNY")
    await bench.told()


async def step(bench: Bench, *, tries_closed: bool = False) -> Step | None:
    return await topics.next_step(bench.desk, tries_closed=tries_closed)


async def verb(bench: Bench, *, tries_closed: bool = False) -> Verb | None:
    found = await step(bench, tries_closed=tries_closed)
    return found.verb if found else None


async def topic(bench: Bench) -> Topic:
    async with bench.store.read() as tables:
        found = await tables.topics.get(GROUP, TOPIC)
    assert found is not None
    return found


async def renamed(bench: Bench, name: str) -> Topic:
    found = await step(bench)
    assert found is not None and found.verb is Verb.RENAME
    begun = await topics.begin_rename(bench.desk, found, name)
    assert begun is not None
    await topics.renamed(bench.desk, begun)
    return await topic(bench)


async def told_line(bench: Bench) -> None:
    """The line stands in the main view."""
    assert await topics.tell_end(bench.desk, await topic(bench))
    await bench.told()


def later(bench: Bench, hours: int = 24) -> None:
    bench.pass_(hours * HOUR)


async def test_an_order_that_goes_on_leaves_its_topic_as_it_is(bench: Bench) -> None:
    await with_topic(bench)
    later(bench, 99)
    assert await step(bench) is None


async def test_an_appeal_and_the_end_rename_it_once_each_and_nothing_a_third_time(bench: Bench) -> None:
    await with_topic(bench)
    await bench.see(in_appeal=True)
    assert (await renamed(bench, "⚖ 0001")).stage == Stage.IN_TROUBLE
    assert await step(bench) is None
    await bench.see(in_appeal=False)
    assert await step(bench) is None, "no name takes trouble back"
    await bench.see(status="cancel")
    assert (await renamed(bench, "🚫 0001")).renames == 2
    bench.pass_(700)
    await bench.see(status="paid", in_appeal=True)
    assert await step(bench) is None


async def test_trouble_that_is_over_before_its_turn_costs_no_rename(bench: Bench) -> None:
    await with_topic(bench)
    await bench.see(in_appeal=True)
    await bench.see(status="cancel")
    assert (await renamed(bench, "🚫 0001")).renames == 1


async def test_a_name_that_telegram_did_not_confirm_is_asked_for_again_and_counted_once(bench: Bench) -> None:
    await with_topic(bench)
    await bench.see(in_appeal=True)
    first = await step(bench)
    assert first is not None
    await topics.begin_rename(bench.desk, first, "⚖ 0001")
    again = await step(bench)
    assert again is not None
    begun = await topics.begin_rename(bench.desk, again, "⚖ 0001 otherwise")
    assert begun is not None and (begun.name, begun.renames) == ("⚖ 0001", 1)


async def test_a_topic_born_in_trouble_keeps_its_name_until_the_end(bench: Bench) -> None:
    await bench.see(in_appeal=True)
    await deliver.topic_made(bench.desk, ORDER.id, TOPIC, name="⚖ 0001", stage=Stage.IN_TROUBLE)
    assert await step(bench) is None
    await bench.see(status="cancel")
    assert await verb(bench) is Verb.RENAME


async def test_an_unknown_outcome_is_trouble(bench: Bench) -> None:
    await with_topic(bench)
    bench.gate.errors["release"], bench.gate.acts = [LOST], False
    await bench.act()
    assert await verb(bench) is Verb.RENAME


async def test_a_topic_that_goes_at_once_is_not_renamed_before(sold: Bench) -> None:
    keep(sold, 0)
    assert await verb(sold) is Verb.TELL


def keep(bench: Bench, hours: int) -> None:
    bench.desk.policy = replace(bench.desk.policy, topic_keep_hours=hours)


async def test_its_end_is_told_when_the_time_has_passed_and_not_before(sold: Bench) -> None:
    await renamed(sold, "✅ 0001")
    later(sold, 23)
    assert await step(sold) is None
    later(sold, 1)
    assert await verb(sold) is Verb.TELL


async def test_the_line_says_what_when_and_who_without_the_buyer_and_comes_before_the_removal(sold: Bench) -> None:
    keep(sold, 0)
    assert await topics.tell_end(sold.desk, await topic(sold))
    (line,) = await sold.outbox()
    assert (line.chat_id, line.notice, line.ring, line.order_id) == (GROUP, topics.ENDED, False, ORDER.id)
    assert line.facts["coins"] == "1000.00 USDT" and line.facts["total"] == "7200.00 CNY"
    assert line.facts["who"] == "operator 3" and "张三丰" not in str(line.facts)
    assert await step(sold) is None, "nothing is deleted while the line waits"
    await sold.told()
    assert await verb(sold) is Verb.DELETE


async def test_the_line_is_put_once(sold: Bench) -> None:
    keep(sold, 0)
    before = await topic(sold)
    assert await topics.tell_end(sold.desk, before)
    await sold.told()
    assert not await topics.tell_end(sold.desk, before)
    assert await sold.outbox() == []


async def test_a_removed_topic_is_forgotten_and_journalled(sold: Bench) -> None:
    keep(sold, 0)
    await told_line(sold)
    await topics.deleted(sold.desk, await topic(sold))
    assert (await sold.stored()).topic_id is None and (await topic(sold)).state is TopicState.GONE
    assert await sold.outcomes("topic_removed") == ["done"] and await step(sold) is None


async def test_a_kill_between_deleting_and_remembering_deletes_again_and_tells_nothing_twice(sold: Bench) -> None:
    keep(sold, 0)
    await told_line(sold)
    sold.broken.add("before:commit")
    with pytest.raises(Exception, match="full"):
        await topics.deleted(sold.desk, await topic(sold))
    sold.broken.clear()
    assert await verb(sold) is Verb.DELETE and await sold.outbox() == []


async def test_a_kill_while_the_line_is_put_leaves_neither_line_nor_mark(sold: Bench) -> None:
    keep(sold, 0)
    sold.broken.add("before:commit")
    with pytest.raises(Exception, match="full"):
        await topics.tell_end(sold.desk, await topic(sold))
    sold.broken.clear()
    assert await sold.outbox() == [] and await verb(sold) is Verb.TELL


async def test_a_line_on_its_way_at_a_kill_is_told_once_more_at_most(sold: Bench) -> None:
    keep(sold, 0)
    await topics.tell_end(sold.desk, await topic(sold))
    (line,) = await sold.outbox()
    await deliver.take(sold.desk, [line])
    assert await step(sold) is None
    await deliver.recover(sold.desk)
    (again,) = await sold.outbox()
    assert again.repeated and await step(sold) is None


async def test_a_chat_that_was_not_read_since_the_end_keeps_the_topic(bench: Bench) -> None:
    await with_topic(bench)
    await bench.read()
    await bench.see(status="cancel")
    await bench.told()
    keep(bench, 0)
    assert await step(bench) is None
    await bench.read()
    await bench.told()
    assert await verb(bench) is Verb.TELL


async def test_a_chat_too_long_to_be_read_to_its_beginning_does_not_keep_the_topic_for_ever(bench: Bench) -> None:
    await with_topic(bench)
    await bench.see(status="cancel")
    async with bench.store.write() as tables:
        await tables.chats.read(ORDER.id, bench.now + 1, active_at=None, is_complete=False)
    await bench.told()
    keep(bench, 0)
    assert await verb(bench) is Verb.TELL


async def test_words_files_and_news_under_way_keep_the_topic(sold: Bench) -> None:
    keep(sold, 0)
    sold.writes("thank you")
    await sold.read()
    assert await step(sold) is None, "told nowhere yet"
    await sold.told()
    (saying,) = await sold.say("you are welcome")
    await sold.told()
    assert saying.state is State.HELD and await step(sold) is None, "somebody is asked about words to the buyer"
    async with sold.store.write() as tables:
        await tables.sayings.move(saying.id, frm=State.HELD, event=Event.DISCARDED, at=sold.now)
    assert await verb(sold) is Verb.TELL
    async with sold.store.write() as tables:
        await tables.files.want(ORDER.id, 1, ["https://files.example/1.jpg"], sold.now)
    assert await step(sold) is None, "a file is on its way"


async def test_an_open_intent_keeps_the_topic(bench: Bench) -> None:
    """It can only be one that the end of the order left without an answer."""
    await with_topic(bench)
    bench.gate.errors["release"], bench.gate.acts = [LOST], False
    intent = await bench.act()
    async with bench.store.write() as tables:
        await tables.orders.put(order_over(), bench.now)
        await tables.chats.read(ORDER.id, bench.now + 1, active_at=None, is_complete=True)
    await bench.told()
    keep(bench, 0)
    assert intent.is_open and await step(bench) is None


def order_over() -> Order:
    return replace(ORDER, status="finished")


async def test_an_order_that_is_opened_again_before_the_removal_keeps_its_topic(sold: Bench) -> None:
    keep(sold, 0)
    await told_line(sold)
    sold.pass_(700)
    await sold.see(status="paid", in_appeal=True)
    found = await step(sold)
    assert found is not None and found.verb is Verb.TAKE_UP
    await topics.taken_up(sold.desk, found.topic)
    assert (await topic(sold)).state is TopicState.OPEN
    assert await verb(sold) is Verb.RENAME


async def test_an_order_that_is_opened_again_after_the_removal_gets_a_new_topic_with_the_whole_chat(
    sold: Bench,
) -> None:
    keep(sold, 0)
    sold.writes("thank you")
    await sold.read()
    await sold.told()
    async with sold.store.write() as tables:
        await tables.chats.set_told(GROUP, ORDER.id, 99)
    await told_line(sold)
    await topics.deleted(sold.desk, await topic(sold))
    sold.pass_(700)
    await sold.see(status="paid", in_appeal=True)
    stored = await sold.stored()
    assert stored.topic_id is None and deliver.wants_topic(sold.desk, stored)
    await sold.told()
    await deliver.topic_made(sold.desk, ORDER.id, 502, name="⚖ 0001", stage=Stage.IN_TROUBLE)
    assert sorted(await sold.lines()) == [GROUP]
    async with sold.store.read() as tables:
        assert await tables.chats.told(GROUP, ORDER.id) == 0


async def test_a_topic_that_may_not_be_deleted_is_closed_and_owners_hear_it_once(sold: Bench) -> None:
    keep(sold, 0)
    await told_line(sold)
    await topics.closed(sold.desk, await topic(sold), "not enough rights to delete the topic")
    assert notices(await sold.told(), topics.KEPT) == [OWNER]
    assert (await sold.stored()).topic_id == TOPIC, "it stands there and can be opened"
    assert await step(sold) is None
    assert await verb(sold, tries_closed=True) is Verb.DELETE
    await topics.closed(sold.desk, await topic(sold), "not enough rights to delete the topic")
    assert await sold.told() == [] and await sold.outcomes("topic_removed") == ["refused"]
    await topics.deleted(sold.desk, await topic(sold))
    assert await sold.outcomes("topic_removed") == ["refused", "done"]


async def test_topics_of_another_group_are_left_alone(sold: Bench) -> None:
    keep(sold, 0)
    sold.desk.desk_chat_id = GROUP - 1
    assert await step(sold, tries_closed=True) is None
    sold.desk.desk_chat_id = None
    assert await step(sold, tries_closed=True) is None


async def test_an_order_ended_outside_the_desk_names_nobody(bench: Bench) -> None:
    await with_topic(bench)
    await bench.see(status="finished")
    await bench.read()
    await bench.told()
    keep(bench, 0)
    assert await topics.tell_end(bench.desk, await topic(bench))
    (line,) = await bench.outbox()
    assert line.facts["who"] == ""


async def test_who_opened_a_card_is_no_part_of_it(bench: Bench) -> None:
    """A cancel by one of us names that person, too."""
    await with_topic(bench)
    await bench.act(action=Action.CANCEL, by=OPERATOR)
    await bench.see(status="cancel")
    await bench.read()
    await bench.told()
    keep(bench, 0)
    assert await topics.tell_end(bench.desk, await topic(bench))
    (line,) = await bench.outbox()
    assert (line.facts["phase"], line.facts["who"]) == ("cancelled", "operator 3")


async def test_a_chat_that_nobody_follows_any_more_is_read_once_to_its_end(bench: Bench) -> None:
    bench.desk.policy = replace(bench.desk.policy, topic_keep_hours=0, follow_hours=0)
    await with_topic(bench)
    await bench.see(status="cancel")
    bench.writes("last words")
    await bench.told()
    bench.gate.errors["chat"] = [LOST]
    tried: dict[str, int] = {}
    await topics.read_rest(bench.desk, tried)
    await topics.read_rest(bench.desk, tried)
    assert await bench.texts() == [] and await step(bench) is None, "not asked for again at once"
    bench.pass_(601)
    await topics.read_rest(bench.desk, tried)
    assert await bench.texts() == ["last words"]
    await bench.told()
    assert await verb(bench) is Verb.TELL
