"""State as the Bot API shows it: users, chats, members, messages."""

from __future__ import annotations

from bot.sandbox.telegram.model import Chat, Json, Member, Message, User
from bot.sandbox.telegram.world import TelegramWorld


def user(person: User) -> Json:
    shown = {
        "id": person.id,
        "is_bot": person.is_bot,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "username": person.username,
        "language_code": None if person.is_bot else person.language_code,
    }
    return {key: value for key, value in shown.items() if value is not None}


def bot_itself(world: TelegramWorld) -> Json:
    return user(world.bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": world.sees_all_messages,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
    }


def chat(world: TelegramWorld, subject: Chat) -> Json:
    if subject.is_private:
        person = world.users[subject.id]
        shown = {"id": subject.id, "type": "private", "first_name": person.first_name, "username": person.username}
        return {key: value for key, value in shown.items() if value is not None}
    shown = {"id": subject.id, "type": subject.type, "title": subject.title}
    return shown | ({"is_forum": True} if subject.is_forum else {})


def member(world: TelegramWorld, subject: Chat, one: Member) -> Json:
    shown: Json = {"user": user(world.users[one.user_id]), "status": one.status}
    if one.is_admin:
        shown["is_anonymous"] = one.rights.get("is_anonymous", False)
        if one.custom_title:
            shown["custom_title"] = one.custom_title
    if one.status == "administrator":
        hidden = ("can_post_messages", "can_edit_messages") if subject.type != "channel" else ("can_pin_messages",)
        rights = {key: value for key, value in one.rights.items() if key not in (*hidden, "is_anonymous")}
        shown |= {"can_be_edited": False} | rights
    if one.status == "restricted":
        shown |= dict.fromkeys(PERMISSIONS, True) | one.rights
        shown |= {"is_member": True, "until_date": one.until_date}
    if one.status == "kicked":
        shown["until_date"] = one.until_date
    return shown


PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


def message(world: TelegramWorld, one: Message, *, with_reply: bool = True) -> Json:
    """A message as the bot sees it; the message it replies to is shown without its own reply."""
    home = world.chats[one.chat_id]
    shown: Json = {"message_id": one.id, "date": one.date, "chat": chat(world, home)}
    if one.sender_id is not None:
        shown["from"] = user(world.users[one.sender_id])
    if one.sender_chat_id is not None:
        shown["sender_chat"] = chat(world, world.chats[one.sender_chat_id])
    if one.thread_id is not None and home.is_forum:
        shown |= {"message_thread_id": one.thread_id, "is_topic_message": True}
    shown |= _content(one)
    if with_reply and (reply := _reply(world, home, one)) is not None:
        shown["reply_to_message"] = reply
    return shown


def _content(one: Message) -> Json:
    shown: Json = {
        "text": one.text,
        "entities": one.entities or None,
        "caption": one.caption,
        "caption_entities": one.caption_entities or None,
        "edit_date": one.edit_date,
        "media_group_id": one.media_group_id,
        "has_protected_content": one.is_protected or None,
        "reply_markup": one.markup if one.inline_keyboard else None,
    }
    if one.media_kind is not None:
        shown[one.media_kind] = one.media
        if one.media_kind == "animation":
            shown["document"] = one.media
    return {key: value for key, value in shown.items() if value is not None} | one.service | one.extra


def _reply(world: TelegramWorld, home: Chat, one: Message) -> Json | None:
    """In a topic a message that replies to nothing replies to the service message that made the topic."""
    if one.reply_to is not None:
        replied = home.live(one.reply_to)
    elif one.thread_id is not None and home.is_forum and one.thread_id != one.id:
        replied = home.live(one.thread_id)
    else:
        return None
    return None if replied is None else message(world, replied, with_reply=False)


def callback_message(world: TelegramWorld, home: Chat, message_id: int) -> Json:
    """The message under a tapped button, or that it cannot be seen any more."""
    one = home.live(message_id)
    if one is None:
        return {"chat": chat(world, home), "message_id": message_id, "date": 0}
    return message(world, one)
