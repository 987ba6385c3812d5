"""Topics of a forum. What posts a line of Telegram's own counts as a message."""

from __future__ import annotations

from bot.sandbox.telegram.methods.sending import count
from bot.sandbox.telegram.model import Chat, Json, Topic
from bot.sandbox.telegram.news import service, tell_message
from bot.sandbox.telegram.refusals import bad_request
from bot.sandbox.telegram.rights import bot_member, forum, need, reachable
from bot.sandbox.telegram.world import TelegramWorld


def create(world: TelegramWorld, params: Json) -> Json:
    """Creating a topic is a message, too: it counts against the flood limits."""
    chat = forum(reachable(world, params["chat_id"]))
    need(world, chat, "can_manage_topics", "not enough rights to create a topic")
    count(world, chat)
    color, emoji = params.get("icon_color", 7322096), params.get("icon_custom_emoji_id")
    topic = world.add_topic(chat, params["name"].strip(), world.bot.id, color=color, emoji=emoji)
    tell_message(world, chat.messages[topic.thread_id])
    shown = {"message_thread_id": topic.thread_id, "name": topic.name, "icon_color": topic.icon_color}
    return shown | ({"icon_custom_emoji_id": emoji} if emoji else {})


def _own(world: TelegramWorld, params: Json, right: str, verb: str) -> tuple[Chat, Topic]:
    chat = forum(reachable(world, params["chat_id"]))
    topic = chat.topics.get(params["message_thread_id"])
    if topic is None:
        raise bad_request("message thread not found")
    is_creator = chat.messages[topic.thread_id].sender_id == world.bot.id and right == "can_manage_topics"
    if not is_creator or not bot_member(world, chat).is_admin:
        need(world, chat, right, f"not enough rights to {verb} the topic")
    return chat, topic


def edit(world: TelegramWorld, params: Json) -> bool:
    chat, topic = _own(world, params, "can_manage_topics", "edit")
    name = params.get("name") or topic.name
    emoji = params.get("icon_custom_emoji_id", topic.icon_custom_emoji_id)
    if (name, emoji) == (topic.name, topic.icon_custom_emoji_id):
        raise bad_request("TOPIC_NOT_MODIFIED")
    count(world, chat)
    what: Json = {"name": name} if name != topic.name else {}
    if emoji != topic.icon_custom_emoji_id:
        what["icon_custom_emoji_id"] = emoji
    topic.name, topic.icon_custom_emoji_id = name, emoji
    topic.renames += 1
    service(world, chat, world.bot.id, {"forum_topic_edited": what}, topic.thread_id)
    return True


def close(world: TelegramWorld, params: Json) -> bool:
    return _set_closed(world, params, True)


def reopen(world: TelegramWorld, params: Json) -> bool:
    return _set_closed(world, params, False)


def _set_closed(world: TelegramWorld, params: Json, closed: bool) -> bool:
    chat, topic = _own(world, params, "can_manage_topics", "edit")
    if topic.is_closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    count(world, chat)
    topic.is_closed = closed
    what: Json = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
    service(world, chat, world.bot.id, what, topic.thread_id)
    return True


def delete(world: TelegramWorld, params: Json) -> bool:
    chat, topic = _own(world, params, "can_delete_messages", "delete")
    world.delete_topic(chat, topic.thread_id)
    return True


METHODS = {
    "createForumTopic": create,
    "editForumTopic": edit,
    "closeForumTopic": close,
    "reopenForumTopic": reopen,
    "deleteForumTopic": delete,
}
