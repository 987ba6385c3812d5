"""Editing and deleting messages, and reactions."""

from __future__ import annotations

from bot.sandbox.telegram import shapes
from bot.sandbox.telegram.keyboards import checked_markup
from bot.sandbox.telegram.methods.media import NOT_MIXED, medium_of
from bot.sandbox.telegram.methods.sending import checked_caption, checked_text, count, refuse_not_built
from bot.sandbox.telegram.model import Chat, Json, Message
from bot.sandbox.telegram.reactions import EMOJI
from bot.sandbox.telegram.refusals import Violation, bad_request, not_built
from bot.sandbox.telegram.rights import reachable
from bot.sandbox.telegram.world import TelegramWorld

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TWO_DAYS = 48 * 3600
REPLACEABLE = ("photo", "video", "animation", "document", "audio")


def _to_edit(world: TelegramWorld, params: Json) -> tuple[Chat, Message]:
    refuse_not_built(params)
    if "inline_message_id" in params:
        raise not_built("inline messages")
    if "chat_id" not in params or "message_id" not in params:
        raise bad_request("message identifier is not specified")
    chat = reachable(world, params["chat_id"])
    message = chat.live(params["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    is_own = message.sender_id == world.bot.id or (chat.type == "channel" and message.sender_chat_id == chat.id)
    if not is_own or message.service:
        raise bad_request("message can't be edited")
    return chat, message


def _change(world: TelegramWorld, chat: Chat, message: Message, new: Json, *, is_content: bool = True) -> Json:
    if all(getattr(message, name) == value for name, value in new.items()):
        raise bad_request(NOT_MODIFIED)
    count(world, chat)
    for name, value in new.items():
        setattr(message, name, value)
    if is_content:
        message.edit_date = world.now
    world.touch(message)
    return shapes.message(world, message)


def edit_text(world: TelegramWorld, params: Json) -> Json:
    if "rich_message" in params or "text" not in params:
        raise not_built("rich messages") if "rich_message" in params else bad_request("message text is empty")
    text, entities = checked_text(params, "editMessageText.text")
    chat, message = _to_edit(world, params)
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    markup = checked_markup(params.get("reply_markup"), chat)
    return _change(world, chat, message, {"text": text, "entities": entities, "markup": markup})


def edit_caption(world: TelegramWorld, params: Json) -> Json:
    caption, marks = checked_caption(params, "editMessageCaption.caption")
    chat, message = _to_edit(world, params)
    if message.media_kind is None:
        raise bad_request("there is no caption in the message to edit")
    markup = checked_markup(params.get("reply_markup"), chat)
    return _change(world, chat, message, {"caption": caption, "caption_entities": marks, "markup": markup})


def edit_media(world: TelegramWorld, params: Json) -> Json:
    """A text becomes a medium, and a medium another one; there is no way back."""
    chat, message = _to_edit(world, params)
    given = params["media"]
    caption, marks = checked_caption(given, "editMessageMedia.media.caption")
    _check_replaceable(message, given["type"])
    kind, media, file = medium_of(world, given["type"], given)
    new = {
        "media_kind": kind,
        "media": media,
        "file": file,
        "text": None,
        "entities": [],
        "caption": caption,
        "caption_entities": marks,
        "markup": checked_markup(params.get("reply_markup"), chat),
    }
    return _change(world, chat, message, new)


def _check_replaceable(message: Message, kind: str) -> None:
    if kind == "live_photo":
        raise not_built("live photos")
    old = message.media_kind
    if old is not None and old not in REPLACEABLE:
        raise bad_request("message media can't be edited")
    if message.media_group_id is None or old == kind:
        return
    if kind == "animation":
        raise bad_request("message content type can't be used in an album")
    if {old, kind} & set(NOT_MIXED):
        raise bad_request("can't change media type in the album")


def edit_markup(world: TelegramWorld, params: Json) -> Json:
    chat, message = _to_edit(world, params)
    markup = checked_markup(params.get("reply_markup"), chat)
    return _change(world, chat, message, {"markup": markup}, is_content=False)


def delete_message(world: TelegramWorld, params: Json) -> bool:
    chat = reachable(world, params["chat_id"])
    message = chat.live(params["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    _check_deletable(world, chat, message)
    world.delete(chat, message)
    return True


def delete_messages(world: TelegramWorld, params: Json) -> bool:
    """Messages that are not there are passed over, as on Telegram."""
    chat = reachable(world, params["chat_id"])
    found = [message for number in params["message_ids"] if (message := chat.live(number)) is not None]
    for message in found:
        _check_deletable(world, chat, message)
    for message in found:
        world.delete(chat, message)
    return True


def _check_deletable(world: TelegramWorld, chat: Chat, message: Message) -> None:
    if chat.member(world.bot.id).may("can_delete_messages") and "forum_topic_created" not in message.service:
        return
    is_own = message.sender_id == world.bot.id
    if "forum_topic_created" in message.service or not (is_own or chat.is_private):
        raise bad_request("message can't be deleted")
    if world.now - message.date > TWO_DAYS:
        raise bad_request("message can't be deleted for everyone")


def set_reaction(world: TelegramWorld, params: Json) -> bool:
    chat = reachable(world, params["chat_id"])
    message = chat.live(params["message_id"])
    if message is None:
        raise bad_request("message to react not found")
    bot = chat.member(world.bot.id)
    if not chat.is_private and bot.status == "restricted" and not bot.rights.get("can_react_to_messages", True):
        raise bad_request("not enough rights to react to messages")
    message = _first_of_group(chat, message)
    reactions = params.get("reaction", [])
    if len(reactions) > 1:
        raise Violation("limit", "setMessageReaction.reaction", "REACTIONS_TOO_MANY")
    for reaction in reactions:
        _check_reaction(chat, reaction)
    message.reactions[world.bot.id] = reactions
    world.touch(message)
    return True


def _first_of_group(chat: Chat, message: Message) -> Message:
    """A reaction to any message of an album goes to its first message that is still there."""
    if message.media_group_id is None:
        return message
    album = [one for one in chat.messages.values() if one.media_group_id == message.media_group_id]
    return next(one for one in album if not one.is_deleted)


def _check_reaction(chat: Chat, reaction: Json) -> None:
    if reaction["type"] != "emoji":
        raise bad_request("REACTION_INVALID")
    if reaction["emoji"] not in EMOJI:
        raise Violation("choice", "setMessageReaction.reaction", "REACTION_INVALID")
    if chat.allowed_reactions is not None and reaction["emoji"] not in chat.allowed_reactions:
        raise bad_request("REACTION_INVALID")


METHODS = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageMedia": edit_media,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "setMessageReaction": set_reaction,
}
