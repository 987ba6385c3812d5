"""Pinned messages."""

from __future__ import annotations

from bot.sandbox.telegram import shapes
from bot.sandbox.telegram.methods.sending import count, refuse_not_built
from bot.sandbox.telegram.model import Chat, Json, Message
from bot.sandbox.telegram.news import service
from bot.sandbox.telegram.refusals import bad_request
from bot.sandbox.telegram.rights import need, reachable
from bot.sandbox.telegram.world import TelegramWorld

NO_RIGHT = "not enough rights to manage pinned messages in the chat"


def _chat(world: TelegramWorld, params: Json) -> Chat:
    refuse_not_built(params)
    chat = reachable(world, params["chat_id"])
    if not chat.is_private:
        right = "can_edit_messages" if chat.type == "channel" else "can_pin_messages"
        need(world, chat, right, NO_RIGHT)
    return chat


def pin(world: TelegramWorld, params: Json) -> bool:
    chat = _chat(world, params)
    message = chat.live(params["message_id"])
    if message is None:
        raise bad_request("message to pin not found")
    if message.service:
        raise bad_request("message can't be pinned")
    if message.is_pinned:
        return True
    count(world, chat)
    put_up(world, chat, message, world.bot.id, is_silent=params.get("disable_notification", False))
    return True


def put_up(world: TelegramWorld, chat: Chat, message: Message, by: int, *, is_silent: bool = False) -> None:
    """Pinned, with Telegram's own line about it: a message like any other, which may be deleted."""
    message.is_pinned = True
    chat.pinned.append(message.id)
    world.touch(message)
    shown = shapes.message(world, message, with_reply=False)
    service(world, chat, by, {"pinned_message": shown}, message.thread_id).is_silent = is_silent


def unpin(world: TelegramWorld, params: Json) -> bool:
    chat = _chat(world, params)
    number = params.get("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    message = chat.live(number)
    if message is None or not message.is_pinned:
        raise bad_request("message to unpin not found")
    take_down(world, chat, message)
    return True


def unpin_all(world: TelegramWorld, params: Json) -> bool:
    chat = _chat(world, params)
    for number in list(chat.pinned):
        take_down(world, chat, chat.messages[number])
    return True


def take_down(world: TelegramWorld, chat: Chat, message: Message) -> None:
    """Bots hear nothing of it."""
    message.is_pinned = False
    chat.pinned.remove(message.id)
    world.touch(message)


METHODS = {"pinChatMessage": pin, "unpinChatMessage": unpin, "unpinAllChatMessages": unpin_all}
