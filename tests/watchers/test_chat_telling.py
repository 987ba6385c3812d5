"""A buyer's words reach the people and the topic in order, whatever Telegram does."""

from dataclasses import replace

import pytest

from bot.domain.reach import NotReached, Offline, Slow, TopicGone
from bot.domain.situations import Notice
from bot.flows import deliver, tell_chat
from bot.flows.announce import announce_now
from bot.flows.read_chat import put
from bot.views.card import Card
from tests.flows.bench import GROUP, OPERATOR, ORDER
from tests.watchers.line import Line, another_hears, gets_file, hears, order_of, told


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


async def test_notices_and_words_of_one_chat_go_by_their_urgency(line: Line) -> None:
    await hears(line, "alpha")
    await announce_now(line.bench.desk, Notice("started", {}), [line.bench.desk.people[OPERATOR]])
    await line.tell()
    assert "alpha" in line.texts(OPERATOR)[1]


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
