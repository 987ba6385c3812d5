"""Messages, edits, taps and topics through an unmodified python-telegram-bot Bot."""

from __future__ import annotations

import asyncio

import pytest
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from tests.sandbox.telegram.conftest import DESK, OPERATOR, OWNER, STRANGER, Local

CARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Copy 7,200.00", copy_text=CopyTextButton("7200.00"))],
        [InlineKeyboardButton("Release…", callback_data="release:1", api_kwargs={"style": "danger"})],
    ]
)


async def test_a_card_is_sent_tapped_answered_and_edited(local: Local) -> None:
    sent = await local.bot.send_message(OPERATOR, "<b>Paid</b> &amp; <i>checked</i>", ParseMode.HTML, reply_markup=CARD)
    assert sent.text_html == "<b>Paid</b> &amp; <i>checked</i>"
    shown = (await local.seen(OPERATOR, OPERATOR))[-1]
    assert shown["html"] == "<b>Paid</b> &amp; <i>checked</i>"
    assert [[(key["kind"], key["style"], key["data"]) for key in row] for row in shown["buttons"]] == [
        [("copy", None, "7200.00")],
        [("callback", "danger", "release:1")],
    ]
    tapped = await local.act("tap", OPERATOR, OPERATOR, message_id=sent.message_id, row=1, column=0)
    (update,) = await local.bot.get_updates(timeout=2)
    assert update.callback_query is not None and update.callback_query.data == "release:1"
    assert await update.callback_query.answer("Looking…", show_alert=True)
    answer = await local.get(f"callbacks/{tapped['callback_id']}")
    assert (answer["answered"], answer["text"], answer["alert"]) == (True, "Looking…", True)
    await update.callback_query.edit_message_text("Done")
    shown = (await local.seen(OPERATOR, OPERATOR))[-1]
    assert (shown["text"], shown["edited"], shown["buttons"]) == ("Done", True, [])
    assert local.violated() == []


async def test_a_tap_is_answered_once_and_in_time(local: Local) -> None:
    sent = await local.bot.send_message(OPERATOR, "card", reply_markup=CARD)
    for late in (False, True):
        query = (await local.act("tap", OPERATOR, OPERATOR, message_id=sent.message_id, data="release:1"))[
            "callback_id"
        ]
        if late:
            await local.post("clock", {"offset": 120})
        else:
            await local.bot.answer_callback_query(query)
        with pytest.raises(
            BadRequest, match=r"(?i)query is too old and response timeout expired or query id is invalid"
        ):
            await local.bot.answer_callback_query(query)


async def test_unchanged_missing_and_foreign_messages_cannot_be_edited(local: Local) -> None:
    sent = await local.bot.send_message(OPERATOR, "card", reply_markup=CARD)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await local.bot.edit_message_text("card", OPERATOR, sent.message_id, reply_markup=CARD)
    await local.bot.edit_message_reply_markup(OPERATOR, sent.message_id)
    await local.bot.delete_message(OPERATOR, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await local.bot.edit_message_text("new", OPERATOR, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await local.bot.delete_message(OPERATOR, sent.message_id)
    foreign = await local.act("write", OPERATOR, OPERATOR, text="mine")
    with pytest.raises(BadRequest, match=r"(?i)message can't be edited"):
        await local.bot.edit_message_text("yours", OPERATOR, foreign["message_id"])


async def test_who_never_started_the_bot_or_blocked_it_cannot_be_written_to(local: Local) -> None:
    with pytest.raises(Forbidden, match=r"(?i)bot can't initiate conversation with a user"):
        await local.bot.send_message(STRANGER, "hello")
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await local.bot.send_message(4242, "hello")
    await local.act("start", STRANGER, STRANGER, payload="invite")
    await local.bot.send_message(STRANGER, "hello")
    await local.act("block", STRANGER, STRANGER)
    with pytest.raises(Forbidden, match=r"(?i)bot was blocked by the user"):
        await local.bot.send_message(STRANGER, "hello")
    updates = await local.bot.get_updates(timeout=1)
    assert updates[0].message is not None and updates[0].message.text == "/start invite"
    assert updates[1].my_chat_member is not None and updates[1].my_chat_member.new_chat_member.status == "kicked"


async def test_in_a_topic_a_message_that_replies_to_nothing_replies_to_the_topics_birth(local: Local) -> None:
    topic = await local.bot.create_forum_topic(DESK, "0417 张三丰")
    await local.act("write", OPERATOR, DESK, text="inner talk", thread_id=topic.message_thread_id)
    born, talk = await local.bot.get_updates(timeout=1)
    assert born.message is not None and born.message.forum_topic_created is not None
    assert talk.message is not None and talk.message.reply_to_message is not None
    assert talk.message.reply_to_message.message_id == topic.message_thread_id
    assert talk.message.reply_to_message.forum_topic_created is not None
    sent = await local.bot.send_message(DESK, "notice", message_thread_id=topic.message_thread_id)
    answer = await local.act("write", OPERATOR, DESK, text="to you", reply_to=sent.message_id)
    assert answer["thread_id"] == topic.message_thread_id


async def test_a_deleted_topic_takes_its_messages_along_and_is_not_found(local: Local) -> None:
    topic = await local.bot.create_forum_topic(DESK, "0417")
    await local.bot.send_message(DESK, "notice", message_thread_id=topic.message_thread_id)
    await local.bot.close_forum_topic(DESK, topic.message_thread_id)
    assert "closed" in await local.refused(
        "act/write", {"user_id": OPERATOR, "chat_id": DESK, "text": "x", "thread_id": topic.message_thread_id}
    )
    await local.act("write", OWNER, DESK, text="an administrator may", thread_id=topic.message_thread_id)
    await local.bot.reopen_forum_topic(DESK, topic.message_thread_id)
    await local.bot.edit_forum_topic(DESK, topic.message_thread_id, name="0417 done")
    await local.bot.delete_forum_topic(DESK, topic.message_thread_id)
    with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
        await local.bot.send_message(DESK, "notice", message_thread_id=topic.message_thread_id)
    assert [row for row in await local.seen(DESK, OPERATOR) if not row["deleted"]] == []


async def test_replies_name_their_message_and_a_missing_one_is_refused(local: Local) -> None:
    first = await local.bot.send_message(OPERATOR, "first")
    reply = await local.bot.send_message(OPERATOR, "second", reply_parameters=ReplyParameters(first.message_id))
    assert reply.reply_to_message is not None and reply.reply_to_message.text == "first"
    with pytest.raises(BadRequest, match=r"(?i)message to be replied not found"):
        await local.bot.send_message(OPERATOR, "third", reply_parameters=ReplyParameters(999))
    loose = ReplyParameters(999, allow_sending_without_reply=True)
    assert (await local.bot.send_message(OPERATOR, "third", reply_parameters=loose)).reply_to_message is None


async def test_several_messages_sent_at_once_keep_distinct_numbers(local: Local) -> None:
    sent = await asyncio.gather(*(local.bot.send_message(OPERATOR, f"n {number}") for number in range(8)))
    assert len({message.message_id for message in sent}) == 8
