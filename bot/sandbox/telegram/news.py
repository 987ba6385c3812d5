"""Which of the things that happen the bot is told, and as which update."""

from __future__ import annotations

import re

from bot.sandbox.telegram import shapes
from bot.sandbox.telegram.model import Chat, Json, Member, Message
from bot.sandbox.telegram.world import TelegramWorld


def tell_message(world: TelegramWorld, message: Message, kind: str | None = None) -> int | None:
    """A new message (or `kind` edited_message …) as an update, unless the bot's privacy mode or absence hides it."""
    chat = world.chats[message.chat_id]
    if not sees(world, chat, message):
        return None
    kind = kind or ("channel_post" if chat.type == "channel" else "message")
    return world.updates.push(kind, shapes.message(world, message))


def sees(world: TelegramWorld, chat: Chat, message: Message) -> bool:
    if chat.is_private:
        return not world.users[chat.id].has_blocked
    bot = chat.member(world.bot.id)
    if not bot.is_present:
        return False
    if bot.is_admin or world.sees_all_messages or message.service:
        return True
    return _is_meant_for_bot(world, chat, message)


def _is_meant_for_bot(world: TelegramWorld, chat: Chat, message: Message) -> bool:
    replied = chat.messages.get(message.reply_to or 0)
    if replied is not None and replied.sender_id == world.bot.id:
        return True
    words = message.text or message.caption or ""
    command = re.match(r"/\w+(?:@(\w+))?", words)
    if command is not None:
        return command[1] is None or command[1].lower() == (world.bot.username or "").lower()
    return f"@{world.bot.username}".lower() in words.lower()


def service(world: TelegramWorld, chat: Chat, by: int, what: Json, thread_id: int | None = None) -> Message:
    """A service message (pinned, topic closed, member left …), also told to the bot when the bot caused it."""
    message = world.new_message(chat, sender_id=by, service=what, thread_id=thread_id)
    tell_message(world, message)
    return message


def change_member(world: TelegramWorld, chat: Chat, by: int, new: Member) -> None:
    """Put the new membership in place and tell the bot: `my_chat_member` for itself, else `chat_member`."""
    old = chat.member(new.user_id)
    chat.members[new.user_id] = new
    world.revision += 1
    payload = {
        "chat": shapes.chat(world, chat),
        "from": shapes.user(world.users[by]),
        "date": world.now,
        "old_chat_member": shapes.member(world, chat, old),
        "new_chat_member": shapes.member(world, chat, new),
    }
    if new.user_id == world.bot.id:
        world.updates.push("my_chat_member", payload)
    elif chat.member(world.bot.id).is_admin:
        world.updates.push("chat_member", payload)
    if old.is_present != new.is_present and not chat.is_private and chat.type != "channel":
        person = shapes.user(world.users[new.user_id])
        what: Json = {"new_chat_members": [person]} if new.is_present else {"left_chat_member": person}
        service(world, chat, by, what)


def block(world: TelegramWorld, user_id: int, blocked: bool) -> None:
    """A person blocks or unblocks the bot in the private chat."""
    person = world.users[user_id]
    person.has_blocked = blocked
    bot = shapes.user(world.bot)
    kicked = {"user": bot, "status": "kicked", "until_date": 0}
    present = {"user": bot, "status": "member"}
    world.updates.push(
        "my_chat_member",
        {
            "chat": shapes.chat(world, world.private_chat(user_id)),
            "from": shapes.user(person),
            "date": world.now,
            "old_chat_member": present if blocked else kicked,
            "new_chat_member": kicked if blocked else present,
        },
    )
