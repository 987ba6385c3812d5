"""Whom the bot can reach and what it may do there."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.model import Chat, Member
from bot.sandbox.telegram.refusals import bad_request, forbidden
from bot.sandbox.telegram.world import TelegramWorld


def reachable(world: TelegramWorld, chat_id: Any) -> Chat:
    """The chat of a call. Refuses unknown, upgraded, blocked, never started and left chats as Telegram words it."""
    chat = world.chats.get(chat_id) if isinstance(chat_id, int) else None
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        words = "group chat was upgraded to a supergroup chat"
        raise bad_request(words, migrate_to_chat_id=chat.migrated_to)
    if chat.is_private:
        _check_person(world, chat.id)
        return chat
    status = chat.member(world.bot.id).status
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status == "left":
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


def _check_person(world: TelegramWorld, user_id: int) -> None:
    person = world.users[user_id]
    if person.is_deleted:
        raise forbidden("user is deactivated")
    if person.is_bot:
        raise forbidden("bot can't send messages to bots")
    if person.has_blocked:
        raise forbidden("bot was blocked by the user")
    if not person.has_started:
        raise forbidden("bot can't initiate conversation with a user")


def bot_member(world: TelegramWorld, chat: Chat) -> Member:
    return chat.member(world.bot.id)


def need(world: TelegramWorld, chat: Chat, right: str, refusal: str) -> None:
    if not bot_member(world, chat).may(right):
        raise bad_request(refusal)


def check_may_write(world: TelegramWorld, chat: Chat) -> None:
    if chat.type == "channel":
        need(world, chat, "can_post_messages", "need administrator rights in the channel chat")
    bot = bot_member(world, chat)
    if bot.status == "restricted" and not bot.rights.get("can_send_messages", True):
        raise bad_request("not enough rights to send text messages to the chat")


def forum(chat: Chat) -> Chat:
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    return chat


def topic_for_writing(world: TelegramWorld, chat: Chat, thread_id: int | None) -> int | None:
    """The thread a message goes to; ordinary chats ignore it.

    None is a forum's General topic. Its number, 1, is refused like an unknown one, as Telegram does for messages.
    """
    if not chat.is_forum or thread_id is None:
        return None
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.is_closed and not bot_member(world, chat).may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return topic.thread_id
