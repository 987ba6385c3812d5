"""What the page and the tests are shown: state, chats as one person sees them, the call log."""

from __future__ import annotations

from bot.sandbox.telegram import shapes
from bot.sandbox.telegram.html_view import as_html
from bot.sandbox.telegram.methods.menus import DEFAULT_SCOPE, commands_for
from bot.sandbox.telegram.model import Chat, Json, Message
from bot.sandbox.telegram.world import Call, TelegramWorld


def state(world: TelegramWorld) -> Json:
    people = [user for user in world.users.values() if not user.is_bot]
    return {
        "now": world.clock(),
        "revision": world.revision,
        "away": world.is_away,
        "flood": world.enforce_flood,
        "last_update_id": world.updates.last_id,
        "pending_updates": len(world.updates.pending),
        "webhook": world.updates.webhook.url if world.updates.webhook else "",
        "bot": {
            "id": world.bot.id,
            "name": world.bot_name,
            "username": world.bot_username,
            "commands": world.commands.get((DEFAULT_SCOPE, ""), []),
            "menus": {str(one.id): commands_for(world, world.private_chat(one.id), one.id) for one in people},
        },
        "users": [shapes.user(user) | {"started": user.has_started, "blocked": user.has_blocked} for user in people],
        "chats": [_chat(chat) for chat in world.chats.values() if not chat.is_private],
        "faults": [vars(fault) for fault in world.faults.ordered],
        "violations": len(world.violations),
    }


def _chat(chat: Chat) -> Json:
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title,
        "forum": chat.is_forum,
        "migrated_to": chat.migrated_to,
        "pinned": chat.pinned,
        "allowed_reactions": chat.allowed_reactions,
        "invite_links": list(chat.invite_links.values()),
        "members": [{"id": one.user_id, "status": one.status, "rights": one.rights} for one in chat.members.values()],
        "topics": [
            {"thread_id": topic.thread_id, "name": topic.name, "is_closed": topic.is_closed}
            for topic in chat.topics.values()
        ],
    }


def messages(world: TelegramWorld, chat: Chat, since: int) -> list[Json]:
    """Messages that changed after revision `since`, in their order, as every member sees them."""
    changed = [message for message in chat.messages.values() if message.revision > since]
    return [_message(world, message) for message in changed]


def _message(world: TelegramWorld, one: Message) -> Json:
    words, marks = (one.text, one.entities) if one.text is not None else (one.caption or "", one.caption_entities)
    shown = {
        "message_id": one.id,
        "revision": one.revision,
        "date": one.date,
        "from": _sender(world, one),
        "thread_id": one.thread_id,
        "reply_to": one.reply_to,
        "edited": one.edit_date is not None,
        "deleted": one.is_deleted,
        "pinned": one.is_pinned,
        "silent": one.is_silent,
        "is_service": bool(one.service),
    }
    if one.is_deleted:
        return shown
    return shown | {
        "text": one.text,
        "caption": one.caption,
        "html": as_html(words, marks),
        "entities": marks,
        "service": one.service or None,
        "buttons": [[_button(button, n) for n, button in enumerate(row)] for row in one.inline_keyboard],
        "media": _media(one),
        "media_group_id": one.media_group_id,
        "extra": one.extra or None,
        "reactions": [reaction["emoji"] for given in one.reactions.values() for reaction in given],
        "force_reply": bool((one.markup or {}).get("force_reply")),
        "reply_markup": one.markup if one.markup and "inline_keyboard" not in one.markup else None,
    }


def _sender(world: TelegramWorld, one: Message) -> Json:
    if one.sender_chat_id is not None:
        return {"id": one.sender_chat_id, "first_name": world.chats[one.sender_chat_id].title, "is_bot": False}
    return shapes.user(world.users[one.sender_id or world.bot.id])


def _button(button: Json, index: int) -> Json:
    shown = {"text": button["text"], "style": button.get("style"), "index": index}
    if "callback_data" in button:
        return shown | {"kind": "callback", "data": button["callback_data"]}
    if "copy_text" in button:
        return shown | {"kind": "copy", "data": button["copy_text"]["text"]}
    return shown | {"kind": "url" if "url" in button else "other", "data": button.get("url")}


def _media(one: Message) -> Json | None:
    if one.file is None:
        return None
    return {
        "kind": one.media_kind,
        "file_name": one.file.file_name,
        "mime_type": one.file.mime_type,
        "file_id": one.file.file_id,
        "url": f"/control/telegram/files/{one.file.file_id}",
        "size": len(one.file.content),
    }


def call(one: Call) -> Json:
    return vars(one) | {"at": round(one.at, 3)}
