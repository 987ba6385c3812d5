"""How people talk beside the bot's cards: replies, albums, captions, edits, reactions."""

from __future__ import annotations

import base64

import pytest
from telegram import Message
from telegram.error import BadRequest

from tests.sandbox.telegram.conftest import DESK, OPERATOR, OWNER, Local
from tests.sandbox.telegram.pictures import PNG

PHOTO = {"kind": "photo", "base64": base64.b64encode(PNG).decode(), "file_name": "p.png"}


async def messages(local: Local) -> list[Message]:
    updates = await local.bot.get_updates(offset=-20, timeout=1)
    return [update.message for update in updates if update.message is not None]


async def test_in_a_topic_a_plain_message_replies_to_its_birth_and_a_reply_to_its_message(local: Local) -> None:
    topic = await local.bot.create_forum_topic(DESK, "0001")
    thread = topic.message_thread_id
    card = await local.bot.send_message(DESK, "card", message_thread_id=thread)
    await local.act("file", OPERATOR, DESK, **PHOTO, caption="inner", thread_id=thread)
    await local.act("file", OPERATOR, DESK, **PHOTO, caption="outer", reply_to=card.message_id)
    plain, reply = (await messages(local))[-2:]
    assert plain.reply_to_message is not None and plain.reply_to_message.forum_topic_created is not None
    assert reply.reply_to_message is not None and reply.reply_to_message.message_id == card.message_id
    assert (plain.message_thread_id, reply.message_thread_id) == (thread, thread)


async def test_an_album_in_reply_is_one_group_whose_every_message_replies(local: Local) -> None:
    card = await local.bot.send_message(DESK, "card")
    files = [PHOTO | {"caption": "both"}, PHOTO]
    await local.act("album", OPERATOR, DESK, files=files, reply_to=card.message_id)
    first, second = (await messages(local))[-2:]
    assert first.media_group_id == second.media_group_id is not None
    assert (first.caption, second.caption) == ("both", None)
    for one in (first, second):
        assert one.reply_to_message is not None and one.reply_to_message.message_id == card.message_id


async def test_an_edited_caption_comes_as_an_edited_message(local: Local) -> None:
    number = (await local.act("file", OPERATOR, DESK, **PHOTO, caption="one"))["message_id"]
    await local.act("edit", OPERATOR, DESK, message_id=number, text="two")
    *_, edited = await local.bot.get_updates(timeout=1)
    assert edited.edited_message is not None and edited.edited_message.caption == "two"
    assert edited.edited_message.edit_date is not None and edited.edited_message.photo
    foreign = {"user_id": OWNER, "chat_id": DESK, "message_id": number, "text": "three"}
    assert "is not a message of" in await local.refused("act/edit", foreign)


async def test_a_reply_to_a_prompt_tells_which_prompt(local: Local) -> None:
    prompt = await local.call("sendMessage", chat_id=OPERATOR, text="say", reply_markup={"force_reply": True})
    await local.act("write", OPERATOR, OPERATOR, text="hello", reply_to=prompt["result"]["message_id"])
    (said,) = await messages(local)
    assert said.reply_to_message is not None and said.reply_to_message.message_id == prompt["result"]["message_id"]


async def test_the_bots_mark_replaces_its_last_one_and_leaves_the_peoples(local: Local) -> None:
    number = (await local.act("write", OPERATOR, DESK, text="to the buyer"))["message_id"]
    await local.act("react", OWNER, DESK, message_id=number, emoji="👀")
    for emoji in ("✍", "👌"):
        assert await local.bot.set_message_reaction(DESK, number, emoji)
    assert sorted((await local.seen(DESK, OPERATOR))[-1]["reactions"]) == sorted(["👀", "👌"])
    await local.bot.set_message_reaction(DESK, number, [])
    assert (await local.seen(DESK, OPERATOR))[-1]["reactions"] == ["👀"]
    assert local.violated() == []


async def test_a_mark_on_any_part_of_an_album_lands_on_its_first_message(local: Local) -> None:
    numbers = (await local.act("album", OPERATOR, DESK, files=[PHOTO] * 3))["message_ids"]
    await local.bot.set_message_reaction(DESK, numbers[2], "👌")
    assert [row["reactions"] for row in (await local.seen(DESK, OPERATOR))[-3:]] == [["👌"], [], []]
    await local.act("delete", OPERATOR, DESK, message_id=numbers[0])
    await local.bot.set_message_reaction(DESK, numbers[2], "💔")
    assert [row["reactions"] for row in (await local.seen(DESK, OPERATOR))[-2:]] == [["💔"], []]


async def test_a_group_may_forbid_reactions_and_a_bot_may_lack_the_right(local: Local) -> None:
    number = (await local.act("write", OPERATOR, DESK, text="x"))["message_id"]
    await local.post(f"groups/{DESK}", {"reactions": []})
    with pytest.raises(BadRequest, match=r"(?i)REACTION_INVALID"):
        await local.bot.set_message_reaction(DESK, number, "👌")
    await local.post(f"groups/{DESK}", {"reactions": ["👌"]})
    await local.bot.set_message_reaction(DESK, number, "👌")
    local.world.chats[DESK].members[local.world.bot.id].status = "restricted"
    local.world.chats[DESK].members[local.world.bot.id].rights = {"can_react_to_messages": False}
    with pytest.raises(BadRequest, match=r"(?i)not enough rights to react"):
        await local.bot.set_message_reaction(DESK, number, "👌")
    local.world.chats[DESK].members[local.world.bot.id].rights = {}
    with pytest.raises(BadRequest, match=r"(?i)message to react not found"):
        await local.bot.set_message_reaction(DESK, 9999, "👌")


async def test_an_expandable_quote_is_shown_as_one(local: Local) -> None:
    text = "<blockquote expandable>long</blockquote><blockquote>short</blockquote>"
    await local.bot.send_message(OPERATOR, text, parse_mode="HTML")
    assert (await local.seen(OPERATOR, OPERATOR))[-1]["html"] == text
