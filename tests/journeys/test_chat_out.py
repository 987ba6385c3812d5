"""What staff say reaches the right buyer, once, and everything else stays inside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, open_shop, quoted, tidy
from tests.journeys.test_chat_files import picture
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import AGENT, LEAD, OPERATOR, OPERATOR_2, OWNER, VIEWER

pytestmark = pytest.mark.asyncio(loop_scope="module")

STAYS_INSIDE = "This stays inside. To write to the buyer, reply to their words, or tap Write to buyer."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=8.0, desk_follow_hours="0") as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(quick_shop: Shop) -> AsyncIterator[Shop]:
    yield quick_shop
    await quick_shop.end_all()
    await tidy(quick_shop.box)


async def test_a_reply_in_the_direct_message_arrives_once_and_claims_the_order(shop: Shop) -> None:
    order = await shop.sale("2001")
    seen = await shop.asked(order, "is it there")
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "  We look\nat it  ")
    await shop.box.gate.wait_for_text(order, "We look\nat it")
    await shop.marked(number, "👌")
    assert await shop.sent(order) == ["We look\nat it"]
    await shop.journalled(order, "say", "delivered")
    await shop.asked(order, "thank you")
    await shop.heard(order, "➡ Operator 1: “We look at it”", DESK_GROUP)
    await shop.quoted(order, ["is it there", "thank you"], DESK_GROUP)
    assert not [m for m in await shop.talk(order) if "➡" in m.text], "the writer is not told of his own words"


async def test_a_reply_in_the_topic_by_an_agent_arrives_and_is_marked_there(shop: Shop) -> None:
    order = await shop.sale("2002")
    await shop.asked(order, "anybody here")
    seen = await shop.heard(order, "anybody here", DESK_GROUP)
    number = await shop.box.telegram.reply(AGENT, DESK_GROUP, seen, "I am here")
    await shop.box.gate.wait_for_text(order, "I am here")
    await shop.marked(number, "👌", DESK_GROUP)
    assert await shop.sent(order) == ["I am here"]


async def test_write_to_buyer_asks_for_words_and_the_answer_to_it_goes_to_the_buyer(shop: Shop) -> None:
    order = await shop.sale("2003")
    card = await shop.asked(order, "hello")
    await shop.box.telegram.press(OPERATOR, OPERATOR, card, text="Write to buyer")
    prompt = await shop.card(order, "Your reply here goes to the BUYER.", after=card)
    assert prompt.asks_reply and "张三丰" in prompt.text and not quoted(prompt)
    await shop.box.telegram.reply(OPERATOR, OPERATOR, prompt, "words by prompt")
    await shop.box.gate.wait_for_text(order, "words by prompt")
    assert await shop.sent(order) == ["words by prompt"]


async def test_say_with_a_number_in_the_direct_message_and_without_one_in_the_topic(shop: Shop) -> None:
    order = await shop.sale("2004")
    await shop.asked(order, "hello")
    topic = (await shop.heard(order, "hello", DESK_GROUP)).thread_id
    await shop.box.telegram.write(OPERATOR, OPERATOR, f"/say {order[-4:]} by short number")
    await shop.box.telegram.write(OPERATOR, OPERATOR, f"/say {order}\nby full number")
    await shop.box.telegram.write(AGENT, DESK_GROUP, "/say in the topic", thread_id=topic)
    await shop.box.gate.wait_for_text(order, "by full number")
    await shop.box.gate.wait_for_text(order, "in the topic")
    assert sorted(await shop.sent(order)) == ["by full number", "by short number", "in the topic"]
    sent = await shop.box.telegram.send_photo(
        OPERATOR, OPERATOR, picture(exif=False), caption=f"/say {order[-4:]} look at this"
    )
    await shop.box.gate.wait_for_text(order, "look at this")
    lines = (await shop.box.gate.from_desk(order))[3:]
    assert [bool(line.file) for line in lines] == [True, False] and lines[1].text == "look at this"
    await shop.marked(sent, "👌")


SAYS = {
    "/say": "Say for which order: /say 0417 text. Nothing was sent.",
    "/say hello there": "Say for which order: /say 0417 text. Nothing was sent.",
    "/say 987654 hello": "No order “987654” is known. Try /order 0417 or the full id.",
    "/say {} ": "There is no text to send. Write it after the number: /say 0417 text",
    "/chat": "Write the last four digits or the full id: /chat 0417",
    "/chat 987654": "No order “987654” is known. Try /order 0417 or the full id.",
}
SAYS_ZH = {
    "/say": "请写明订单：/say 0417 内容。未发送。",
    "/say hello there": "请写明订单：/say 0417 内容。未发送。",
    "/say 987654 hello": "找不到订单“987654”，请发 /order 0417 或完整订单号。",
    "/say {} ": "没有要发送的内容，请写在单号后面：/say 0417 内容",
    "/chat": "/chat 0417",
    "/chat 987654": "找不到订单“987654”，请发 /order 0417 或完整订单号。",
}


@pytest.mark.parametrize("text", SAYS)
async def test_a_wrong_say_is_answered_with_how_it_is_written_and_nothing_is_sent(shop: Shop, text: str) -> None:
    order = await shop.sale("2005")
    await shop.card(order, "Paid – check the bank")
    sends = len(await shop.box.gate.chat_sends())
    answer = await shop.say(text.format(order[-4:]), contains=SAYS[text])
    assert answer.text.split("\n")[0] == SAYS[text]
    await shop.say("/language zh", person=AGENT, contains="中文")
    await shop.say(text.format(order[-4:]), person=AGENT, contains=SAYS_ZH[text])
    await shop.say("/language en", person=AGENT, contains="English")
    assert len(await shop.box.gate.chat_sends()) == sends


async def test_words_that_answer_no_buyer_stay_inside(shop: Shop) -> None:
    order = await shop.sale("2006")
    card = await shop.card(order, "Paid – check the bank")
    seen = await shop.asked(order, "a question")
    topic = await shop.heard(order, "a question", DESK_GROUP)
    telegram = shop.box.telegram
    await telegram.write(OPERATOR, DESK_GROUP, "the bank is slow today", thread_id=topic.thread_id)
    own = int((await telegram.write(OPERATOR, DESK_GROUP, "and who", thread_id=topic.thread_id))["message_id"])
    await telegram.reply(OPERATOR_2, DESK_GROUP, own, "not me")
    await shop.say("just thinking", contains="This text went to nobody")
    to_card = await telegram.reply(OPERATOR, OPERATOR, card, "to the card")
    assert (await shop.under(to_card)).text == STAYS_INSIDE
    record = await shop.record(order, "Paid – check the bank")
    in_group = await telegram.reply(OPERATOR, DESK_GROUP, record, "to the record")
    assert (await shop.under(in_group, chat=DESK_GROUP)).text == STAYS_INSIDE
    forwarded = await telegram.act("forward", OPERATOR, OPERATOR, from_chat_id=OPERATOR, message_id=seen.id)
    assert forwarded
    await asyncio.sleep(0.5)
    assert await shop.sent(order) == [] and await shop.box.gate.from_desk(order) == []


async def test_a_reply_to_a_notice_of_ours_stays_inside(shop: Shop) -> None:
    help_text = await shop.say("/help", contains="C2C Desk")
    sends = len(await shop.box.gate.chat_sends())
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, help_text, "to a notice")
    answer = await shop.under(number)
    assert answer.text in (STAYS_INSIDE, TOO_OLD)
    assert len(await shop.box.gate.chat_sends()) == sends


TOO_OLD = "The message you replied to is too old to know its order. Write /say 0417 and the text."


async def test_a_reply_to_a_message_that_nobody_remembers_is_not_guessed(shop: Shop) -> None:
    order = await shop.sale("2007")
    seen = await shop.asked(order, "soon forgotten")
    async with shop.desk.application.store.write() as tables:
        await tables.messages.forget(OPERATOR, seen.id)
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "to whom")
    assert (await shop.under(number)).text == TOO_OLD
    assert await shop.sent(order) == []


async def test_a_viewer_and_a_frozen_person_cannot_write_and_are_told_so(shop: Shop) -> None:
    order = await shop.sale("2008")
    seen = await shop.asked(order, "a question for many")
    topic = await shop.heard(order, "a question for many", DESK_GROUP)
    number = await shop.box.telegram.reply(VIEWER, DESK_GROUP, topic, "from a viewer")
    told = await shop.under(number, chat=DESK_GROUP)
    assert told.text.split("\n")[0] == "Your role (viewer) may not do this; it takes agent or higher. Ask a lead."
    said = await shop.say(f"/say {order[-4:]} from a viewer", person=VIEWER, contains="Your role (viewer)")
    assert "it takes agent or higher" in said.text
    await shop.say("/language en", person=OWNER, contains="English")
    await shop.say(f"/staff freeze {OPERATOR_2}", person=OWNER, contains="frozen")
    number = await shop.box.telegram.reply(OPERATOR_2, DESK_GROUP, topic, "from a frozen person")
    told = await shop.under(number, chat=DESK_GROUP)
    assert told.text == "You are frozen: you can read nothing and do nothing here. Ask an owner."
    await shop.say(f"/staff unfreeze {OPERATOR_2}", person=OWNER, contains="may work again")
    await shop.say("/language zh", person=OWNER, contains="中文")
    assert await shop.sent(order) == [] and seen


async def test_words_to_another_order_from_a_topic_are_refused(shop: Shop) -> None:
    order, other = await shop.sale("2009"), await shop.sale("2010", name="李四")
    await shop.card(other, "Paid – check the bank")
    await shop.asked(order, "here")
    topic = (await shop.heard(order, "here", DESK_GROUP)).thread_id
    sent = await shop.box.telegram.write(AGENT, DESK_GROUP, f"/say {other[-4:]} hello", thread_id=topic)
    answer = await shop.under(int(sent["message_id"]), chat=DESK_GROUP)
    assert answer.text == (
        f"This is the chat of another order. Write to {other[-4:]} in its own topic, or to me directly."
    )
    assert answer.thread_id == topic
    assert await shop.sent(order) == [] and await shop.sent(other) == []


async def test_several_orders_with_the_same_ending_are_listed_and_nothing_is_sent(shop: Shop) -> None:
    order = await shop.sale("2011")
    await shop.card(order, "Paid – check the bank")
    application = shop.desk.application
    async with application.store.write() as tables:
        stored = await tables.orders.get(order)
        assert stored is not None
        twin = order[:-5] + "9" + order[-4:]
        await tables.orders.put(replace(stored.order, id=twin), application.desk.now())
    before = await shop.newest(OPERATOR)
    await shop.box.telegram.write(OPERATOR, OPERATOR, f"/say {order[-4:]} to which")
    listed = await shop.box.telegram.wait_for_message(OPERATOR, contains="Which order? Found 2", after=before)
    assert len([label for row in listed.labels for label in row]) >= 2
    await shop.box.telegram.wait_for_message(
        OPERATOR, contains="Say for which order: /say 0417 text. Nothing was sent.", after=before
    )
    assert await shop.sent(order) == [] and await shop.sent(twin) == []


async def test_a_staff_edit_is_answered_with_what_the_buyer_still_sees(shop: Shop) -> None:
    order = await shop.sale("2012")
    seen = await shop.asked(order, "which account")
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "the first account")
    await shop.marked(number, "👌")
    await shop.box.telegram.edit_message(OPERATOR, OPERATOR, number, "the second account")
    told = await shop.under(number, "still see")
    assert told.text == "✏ They still see: “the first account”. Edits do not reach Gate."
    await shop.box.telegram.edit_message(OPERATOR, OPERATOR, number, "the third account")
    assert await shop.sent(order) == ["the first account"]


async def test_two_people_reply_at_once_and_both_arrive_once_in_order(shop: Shop) -> None:
    order = await shop.sale("2013")
    seen = await shop.asked(order, "who answers")
    topic = await shop.heard(order, "who answers", DESK_GROUP)
    await shop.box.gate.fault("send_chat_message", "delay", times=2, seconds=0.3)
    for number in range(3):
        await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, f"operator {number}")
        await shop.box.telegram.reply(AGENT, DESK_GROUP, topic, f"agent {number}")
    await shop.box.gate.wait_for_text(order, "agent 2")
    await shop.box.gate.wait_for_text(order, "operator 2")
    texts = [line.text for line in await shop.box.gate.from_desk(order)]
    assert len(texts) == 6
    assert [text for text in texts if text.startswith("op")] == [f"operator {number}" for number in range(3)]
    assert [text for text in texts if text.startswith("ag")] == [f"agent {number}" for number in range(3)]


async def test_where_the_group_allows_no_reactions_a_short_reply_says_it(shop: Shop) -> None:
    order = await shop.sale("2014")
    await shop.asked(order, "no reactions here")
    topic = await shop.heard(order, "no reactions here", DESK_GROUP)
    await shop.box.telegram.allow_reactions(DESK_GROUP, [])
    number = await shop.box.telegram.reply(AGENT, DESK_GROUP, topic, "told by words")
    told = await shop.under(number, chat=DESK_GROUP)
    assert told.text == f"👌 Delivered to 张** · {order[-4:]}" and told.thread_id == topic.thread_id
    await shop.box.telegram.allow_reactions(DESK_GROUP, None)
    assert await shop.sent(order) == ["told by words"]


async def test_a_buyer_in_the_desks_chinese_is_answered_in_chinese_words(shop: Shop) -> None:
    await shop.say("/language zh", contains="中文")
    order = await shop.sale("2015")
    seen = await shop.asked(order, "在吗")
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "请加微信 abc12345")
    held = await shop.under(number)
    labels = [label for row in held.labels for label in row]
    assert "Send" not in held.text + str(labels) and len(labels) == 2
    await shop.box.telegram.edit_message(OPERATOR, OPERATOR, number, "改了")
    assert "Edits" not in (await shop.under(number, "✏")).text
    await shop.say("/language en", contains="English")
    assert await shop.sent(order) == []


async def test_a_lead_may_write_too_and_nobody_else_is_answered_for_it(shop: Shop) -> None:
    order = await shop.sale("2016")
    await shop.card(order, "Paid – check the bank")
    before = await shop.newest(OPERATOR)
    await shop.box.telegram.write(LEAD, LEAD, f"/say {order[-4:]} from the lead")
    await shop.box.gate.wait_for_text(order, "from the lead")
    await asyncio.sleep(0.3)
    newer = [m for m in await shop.box.telegram.messages(OPERATOR) if m.id > before]
    assert not any("from the lead" in message.text for message in newer if message.text.startswith("❗"))
