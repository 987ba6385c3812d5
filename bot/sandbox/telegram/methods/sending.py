"""Text messages, copies, forwards; and what every sent message has in common."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram import shapes
from bot.sandbox.telegram.entities import formatted, units
from bot.sandbox.telegram.keyboards import checked_markup
from bot.sandbox.telegram.model import Chat, Json, Message
from bot.sandbox.telegram.refusals import Violation, bad_request, not_built
from bot.sandbox.telegram.rights import check_may_write, reachable, topic_for_writing
from bot.sandbox.telegram.world import GENERAL_TOPIC, TelegramWorld

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024
NOT_BUILT = (
    "business_connection_id",
    "direct_messages_topic_id",
    "suggested_post_parameters",
    "ephemeral_message_parameters",
    "receiver_user_id",
    "callback_query_id",
    "message_effect_id",
    "allow_paid_broadcast",
)
ACTIONS = (
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
)


def checked_text(params: Json, where: str) -> tuple[str, list[Json]]:
    """The message text after parsing; 1-4096 UTF-16 units must be left."""
    text, entities = formatted(params["text"], params.get("parse_mode"), params.get("entities"), where)
    if not text:
        raise Violation("limit", where, "message text is empty" if not params["text"] else "text must be non-empty")
    if units(text) > TEXT_LIMIT:
        raise Violation("limit", where, "message is too long")
    return text, entities


def checked_caption(params: Json, where: str) -> tuple[str | None, list[Json]]:
    text, mode, given = params.get("caption"), params.get("parse_mode"), params.get("caption_entities")
    if not text:
        return None, []
    text, entities = formatted(text, mode, given, where)
    if units(text) > CAPTION_LIMIT:
        raise Violation("limit", where, "message caption is too long")
    return text or None, entities


def place(world: TelegramWorld, params: Json, messages: int = 1) -> tuple[Chat, Json]:
    """Where a message goes and the fields all kinds share. Counts it against the flood limits."""
    refuse_not_built(params)
    chat = reachable(world, params["chat_id"])
    check_may_write(world, chat)
    reply_to = _reply_to(chat, params)
    implied = chat.messages[reply_to].thread_id if reply_to is not None else None
    thread_id = topic_for_writing(world, chat, params.get("message_thread_id", implied))
    fields: Json = {
        "sender_id": world.bot.id,
        "thread_id": thread_id,
        "reply_to": reply_to,
        "markup": checked_markup(params.get("reply_markup"), chat),
        "is_silent": params.get("disable_notification", False),
        "is_protected": params.get("protect_content", False),
    }
    if chat.type == "channel":
        fields |= {"sender_id": None, "sender_chat_id": chat.id}
    count(world, chat, messages)
    return chat, fields


def refuse_not_built(params: Json) -> None:
    for name in NOT_BUILT:
        if params.get(name):
            raise not_built(f"parameter {name}")


def count(world: TelegramWorld, chat: Chat, messages: int = 1) -> None:
    if world.enforce_flood:
        world.flood.take(chat.id, messages)


def _reply_to(chat: Chat, params: Json) -> int | None:
    reply = params.get("reply_parameters") or {}
    if reply.get("chat_id") not in (None, chat.id):
        raise not_built("replies to another chat")
    message_id = reply.get("message_id") or params.get("reply_to_message_id")
    if message_id is None:
        return None
    if chat.live(message_id) is None:
        if reply.get("allow_sending_without_reply") or params.get("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    return int(message_id)


def send_message(world: TelegramWorld, params: Json) -> Json:
    text, entities = checked_text(params, "sendMessage.text")
    chat, fields = place(world, params)
    return shapes.message(world, world.new_message(chat, text=text, entities=entities, **fields))


def send_chat_action(world: TelegramWorld, params: Json) -> bool:
    if params["action"] not in ACTIONS:
        raise Violation("choice", "sendChatAction.action", "wrong parameter action in request")
    chat = reachable(world, params["chat_id"])
    if params.get("message_thread_id") != GENERAL_TOPIC:
        topic_for_writing(world, chat, params.get("message_thread_id"))
    return True


def copy_message(world: TelegramWorld, params: Json) -> Json:
    source = _source(world, params, "copy")
    chat, fields = place(world, params)
    if "caption" in params and source.media_kind is not None:
        caption, marks = checked_caption(params, "copyMessage.caption")
    else:
        caption, marks = source.caption, source.caption_entities
    copy = world.new_message(chat, **_content_of(source), caption=caption, caption_entities=marks, **fields)
    return {"message_id": copy.id}


def forward_message(world: TelegramWorld, params: Json) -> Json:
    source = _source(world, params, "forward")
    chat, fields = place(world, params)
    marks = {"caption": source.caption, "caption_entities": source.caption_entities}
    extra = source.extra | {"forward_origin": _origin(world, source)}
    message = world.new_message(chat, **(_content_of(source) | marks | fields | {"extra": extra}))
    return shapes.message(world, message)


def _source(world: TelegramWorld, params: Json, verb: str) -> Message:
    home = reachable(world, params["from_chat_id"])
    source = home.live(params["message_id"])
    if source is None:
        raise bad_request(f"message to {verb} not found")
    if source.service or source.is_protected:
        raise bad_request(f"the message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return source


def _content_of(source: Message) -> dict[str, Any]:
    names = ("text", "entities", "media_kind", "media", "file", "extra")
    return {name: getattr(source, name) for name in names}


def _origin(world: TelegramWorld, source: Message) -> Json:
    if source.sender_id is None:
        chat = shapes.chat(world, world.chats[source.chat_id])
        return {"type": "channel", "chat": chat, "message_id": source.id, "date": source.date}
    return {"type": "user", "sender_user": shapes.user(world.users[source.sender_id]), "date": source.date}


METHODS = {
    "sendMessage": send_message,
    "sendChatAction": send_chat_action,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
}
