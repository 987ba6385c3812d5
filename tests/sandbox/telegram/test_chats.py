"""Groups: rights, removal, upgrades, members, pins, reactions, invite links, privacy, menus."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import BotCommand, BotCommandScopeChatMember
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.sandbox.telegram.conftest import DESK, OPERATOR, OWNER, STRANGER, Local


async def _bot(local: Local, status: str, **rights: bool) -> None:
    await local.act("member", OWNER, DESK, target="bot", status=status, rights=rights)


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("pinChatMessage", {"message_id": 2}, "not enough rights to manage pinned messages in the chat"),
        ("deleteMessage", {"message_id": 2}, "message can't be deleted"),
        ("createForumTopic", {"name": "x"}, "not enough rights to create a topic"),
        ("banChatMember", {"user_id": OPERATOR}, "not enough rights to restrict/unrestrict chat member"),
        ("createChatInviteLink", {}, "not enough rights to manage chat invite link"),
    ],
)
async def test_without_the_right_a_bot_is_refused_and_with_it_served(
    local: Local, method: str, params: dict[str, Any], words: str
) -> None:
    await local.act("write", OPERATOR, DESK, text="somebody's")
    await _bot(local, "administrator")
    answer = await local.call(method, chat_id=DESK, **params)
    assert answer["description"] == f"Bad Request: {words}"
    await _bot(
        local,
        "administrator",
        can_pin_messages=True,
        can_delete_messages=True,
        can_manage_topics=True,
        can_restrict_members=True,
        can_invite_users=True,
    )
    assert (await local.call(method, chat_id=DESK, **params))["ok"]
    assert local.violated() == []


async def test_a_removed_bot_is_told_and_then_forbidden(local: Local) -> None:
    await _bot(local, "kicked")
    with pytest.raises(Forbidden, match=r"(?i)bot was kicked from the supergroup chat"):
        await local.bot.send_message(DESK, "x")
    await _bot(local, "left")
    with pytest.raises(Forbidden, match=r"(?i)bot is not a member of the supergroup chat"):
        await local.bot.send_message(DESK, "x")
    updates = await local.bot.get_updates()
    assert [update.my_chat_member.new_chat_member.status for update in updates if update.my_chat_member] == [
        "kicked",
        "left",
    ]


async def test_an_upgraded_group_says_where_it_went(local: Local) -> None:
    body = {"title": "Small", "members": [OWNER, OPERATOR], "type": "group"}
    small = (await local.post("groups", body))["id"]
    await local.bot.send_message(small, "before")
    new = (await local.act("migrate", OWNER, small))["chat_id"]
    with pytest.raises(ChatMigrated) as moved:
        await local.bot.send_message(small, "after")
    assert moved.value.new_chat_id == new
    await local.bot.send_message(new, "after")
    leaving, arriving = await local.bot.get_updates()
    assert leaving.message is not None and leaving.message.migrate_to_chat_id == new
    assert arriving.message is not None and arriving.message.migrate_from_chat_id == small


async def test_members_are_known_by_status_and_bans_show(local: Local) -> None:
    assert (await local.bot.get_chat_member(DESK, OPERATOR)).status == "member"
    assert (await local.bot.get_chat_member(DESK, STRANGER)).status == "left"
    with pytest.raises(BadRequest, match=r"(?i)user not found"):
        await local.bot.get_chat_member(DESK, 4242)
    assert {one.status for one in await local.bot.get_chat_administrators(DESK)} == {"creator", "administrator"}
    with pytest.raises(BadRequest, match=r"(?i)can't remove chat owner"):
        await local.bot.ban_chat_member(DESK, OWNER)
    await local.bot.ban_chat_member(DESK, OPERATOR)
    assert (await local.bot.get_chat_member(DESK, OPERATOR)).status == "kicked"
    await local.bot.unban_chat_member(DESK, OPERATOR, only_if_banned=True)
    assert (await local.bot.get_chat_member(DESK, OPERATOR)).status == "left"
    refused = await local.client.get(f"{local.control_url}/chats/{DESK}/messages", params={"viewer": OPERATOR})
    assert refused.status_code == 400
    chat = await local.bot.get_chat(DESK)
    assert chat.is_forum and chat.title == "C2C Desk"
    assert await local.bot.get_chat_member_count(DESK) == 2
    assert await local.bot.leave_chat(DESK)


async def test_pins_leave_a_service_message_and_can_be_taken_back(local: Local) -> None:
    sent = await local.bot.send_message(DESK, "queue")
    await local.bot.pin_chat_message(DESK, sent.message_id, disable_notification=True)
    (update,) = await local.bot.get_updates()
    assert update.message is not None and update.message.pinned_message is not None
    assert [row["pinned"] for row in await local.seen(DESK, OPERATOR)] == [True, False]
    await local.bot.unpin_chat_message(DESK, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to unpin not found"):
        await local.bot.unpin_chat_message(DESK, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to pin not found"):
        await local.bot.pin_chat_message(DESK, 999)


async def test_reactions_come_from_the_fixed_list_and_groups_may_forbid_them(local: Local) -> None:
    sent = await local.act("write", OPERATOR, DESK, text="done")
    await local.bot.set_message_reaction(DESK, sent["message_id"], "👀")
    assert (await local.seen(DESK, OPERATOR))[0]["reactions"] == ["👀"]
    await local.bot.set_message_reaction(DESK, sent["message_id"])
    assert (await local.seen(DESK, OPERATOR))[0]["reactions"] == []
    await local.post(f"groups/{DESK}", {"reactions": ["👍"]})
    with pytest.raises(BadRequest, match=r"(?i)REACTION_INVALID"):
        await local.bot.set_message_reaction(DESK, sent["message_id"], "👀")
    assert local.violated() == []


async def test_invite_links_are_made_and_revoked(local: Local) -> None:
    link = await local.bot.create_chat_invite_link(DESK, name="operator 3", member_limit=1)
    assert (link.name, link.member_limit, link.is_revoked) == ("operator 3", 1, False)
    assert (await local.bot.revoke_chat_invite_link(DESK, link.invite_link)).is_revoked
    assert (await local.bot.export_chat_invite_link(DESK)).startswith("https://t.me/+")


async def test_privacy_mode_hides_talk_from_a_bot_that_is_no_administrator(local: Local) -> None:
    sent = await local.bot.send_message(DESK, "notice")
    await _bot(local, "member")
    await local.bot.get_updates(offset=local.world.updates.last_id + 1)
    for text in ("just talk", "/orders", "/orders@other_bot", "@c2c_desk_sandbox_bot look"):
        await local.act("write", OPERATOR, DESK, text=text)
    await local.act("write", OPERATOR, DESK, text="a reply", reply_to=sent.message_id)
    updates = await local.bot.get_updates()
    texts = [update.message.text for update in updates if update.message]
    assert texts == ["/orders", "@c2c_desk_sandbox_bot look", "a reply"]


async def test_anonymous_administrators_and_channels_write_as_chats(local: Local) -> None:
    await local.act("anonymous_write", OWNER, DESK, text="/freeze")
    channel = (await local.post("groups", {"title": "News", "members": [OWNER], "type": "channel"}))["id"]
    await local.act("channel_post", OWNER, channel, text="post")
    anonymous, post = await local.bot.get_updates()
    assert anonymous.message is not None and anonymous.message.from_user is not None
    assert anonymous.message.from_user.username == "GroupAnonymousBot"
    assert anonymous.message.sender_chat is not None and anonymous.message.sender_chat.id == DESK
    assert post.channel_post is not None and post.channel_post.from_user is None
    refused = {"user_id": OPERATOR, "chat_id": DESK, "text": "x"}
    assert "administrators" in await local.refused("act/anonymous_write", refused)


async def test_menus_are_found_by_scope_and_language(local: Local) -> None:
    await local.bot.set_my_commands([BotCommand("help", "Help")])
    await local.bot.set_my_commands([BotCommand("help", "帮助")], language_code="zh")
    scope = BotCommandScopeChatMember(DESK, OPERATOR)
    await local.bot.set_my_commands([BotCommand("orders", "Orders")], scope=scope)
    assert [command.command for command in await local.bot.get_my_commands(scope=scope)] == ["orders"]

    async def menu(chat: int, viewer: int) -> list[str]:
        found = await local.get(f"chats/{chat}/commands", viewer=viewer)
        return [command["description"] for command in found["commands"]]

    assert await menu(DESK, OPERATOR) == ["Orders"]
    assert await menu(OWNER, OWNER) == ["帮助"]
    assert await menu(OPERATOR, OPERATOR) == ["Help"]
    await local.bot.delete_my_commands(scope=scope)
    assert await menu(DESK, OPERATOR) == ["Help"]
    await local.bot.set_my_description("Releases coins once")
    assert (await local.bot.get_my_description()).description == "Releases coins once"


async def test_copies_and_forwards_name_or_hide_their_source(local: Local) -> None:
    source = await local.act("write", OPERATOR, OPERATOR, text="look")
    forwarded = await local.bot.forward_message(DESK, OPERATOR, source["message_id"])
    assert forwarded.text == "look" and forwarded.forward_origin is not None
    copied = await local.bot.copy_message(DESK, OPERATOR, source["message_id"])
    shown = {row["message_id"]: row for row in await local.seen(DESK, OPERATOR)}
    assert shown[copied.message_id]["text"] == "look" and shown[copied.message_id]["extra"] is None
    with pytest.raises(BadRequest, match=r"(?i)message to copy not found"):
        await local.bot.copy_message(DESK, OPERATOR, 999)


async def test_an_ordinary_group_ignores_threads_and_the_general_topic_has_no_number(local: Local) -> None:
    plain = (await local.post("groups", {"title": "Plain", "members": [OWNER]}))["id"]
    sent = await local.bot.send_message(plain, "x", message_thread_id=77)
    assert sent.message_thread_id is None
    with pytest.raises(BadRequest, match=r"(?i)the chat is not a forum"):
        await local.bot.create_forum_topic(plain, "x")
    with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
        await local.bot.send_message(DESK, "x", message_thread_id=1)
    assert await local.bot.send_chat_action(DESK, "typing", message_thread_id=1)
