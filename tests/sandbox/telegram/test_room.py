"""What is done to a group beside talking in it: pins of people, rights over topics, what counts as a message."""

from __future__ import annotations

import pytest
from telegram.error import BadRequest, RetryAfter

from tests.sandbox.telegram.conftest import DESK, OPERATOR, OWNER, Local


async def test_people_take_down_what_the_bot_pinned_and_bots_hear_of_a_pin_only(local: Local) -> None:
    sent = await local.bot.send_message(DESK, "queue")
    await local.bot.pin_chat_message(DESK, sent.message_id, disable_notification=True)
    (own,) = await local.bot.get_updates()
    assert own.message is not None and own.message.pinned_message is not None
    assert own.message.from_user is not None and own.message.from_user.is_bot
    assert [row["silent"] for row in await local.seen(DESK, OWNER)] == [False, True]
    await local.act("pin", OWNER, DESK, message_id=sent.message_id, pinned=False)
    assert (await local.bot.get_chat(DESK)).pinned_message is None
    assert await local.bot.get_updates(offset=own.update_id + 1, timeout=0) == ()
    await local.act("pin", OWNER, DESK, message_id=sent.message_id)
    (again,) = await local.bot.get_updates(offset=own.update_id + 1)
    assert again.message is not None and again.message.from_user is not None and not again.message.from_user.is_bot
    assert (await local.bot.get_chat(DESK)).pinned_message is not None


async def test_a_person_without_the_right_cannot_pin(local: Local) -> None:
    sent = await local.bot.send_message(DESK, "queue")
    body = {"user_id": OPERATOR, "chat_id": DESK, "message_id": sent.message_id}
    assert "no right to pin" in await local.refused("act/pin", body)
    assert "no message" in await local.refused("act/pin", {**body, "user_id": OWNER, "message_id": 99})


async def test_a_deleted_message_is_no_longer_pinned(local: Local) -> None:
    sent = await local.bot.send_message(DESK, "queue")
    await local.bot.pin_chat_message(DESK, sent.message_id)
    await local.act("delete", OWNER, DESK, message_id=sent.message_id)
    assert (await local.bot.get_chat(DESK)).pinned_message is None


async def test_a_bot_that_may_not_delete_messages_closes_its_topic_but_cannot_delete_it(local: Local) -> None:
    topic = await local.bot.create_forum_topic(DESK, "0417")
    rights = {"can_manage_topics": True}
    await local.act("member", OWNER, DESK, target="bot", status="administrator", rights=rights)
    with pytest.raises(BadRequest, match=r"(?i)not enough rights to delete the topic"):
        await local.bot.delete_forum_topic(DESK, topic.message_thread_id)
    await local.bot.close_forum_topic(DESK, topic.message_thread_id)
    with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
        await local.bot.close_forum_topic(DESK, topic.message_thread_id)
    await local.bot.edit_forum_topic(DESK, topic.message_thread_id, name="✅ 0417")
    with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
        await local.bot.edit_forum_topic(DESK, topic.message_thread_id, name="✅ 0417")


async def test_renames_and_pins_count_as_messages(local: Local) -> None:
    local.world.enforce_flood = True
    local.world.clock = lambda: 1_790_000_000.0
    topic = await local.bot.create_forum_topic(DESK, "0417")
    sent = await local.bot.send_message(DESK, "queue")
    await local.bot.pin_chat_message(DESK, sent.message_id)
    await local.bot.edit_forum_topic(DESK, topic.message_thread_id, name="⚖ 0417")
    await local.bot.close_forum_topic(DESK, topic.message_thread_id)
    with pytest.raises(RetryAfter):
        await local.bot.edit_forum_topic(DESK, topic.message_thread_id, name="✅ 0417")
