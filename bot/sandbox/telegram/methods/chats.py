"""Chats and their members."""

from __future__ import annotations

from bot.sandbox.telegram import shapes
from bot.sandbox.telegram.model import Chat, Json, Member
from bot.sandbox.telegram.news import change_member
from bot.sandbox.telegram.refusals import bad_request
from bot.sandbox.telegram.rights import need, reachable
from bot.sandbox.telegram.world import TelegramWorld

NO_RIGHT = "not enough rights to restrict/unrestrict chat member"
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def get_chat(world: TelegramWorld, params: Json) -> Json:
    chat = reachable(world, params["chat_id"])
    shown = shapes.chat(world, chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, False),
    }
    if not chat.is_private:
        shown["permissions"] = dict.fromkeys(shapes.PERMISSIONS, True)
    if chat.allowed_reactions is not None:
        shown["available_reactions"] = [{"type": "emoji", "emoji": emoji} for emoji in chat.allowed_reactions]
    if chat.pinned:
        shown["pinned_message"] = shapes.message(world, chat.messages[chat.pinned[-1]], with_reply=False)
    return shown


def get_chat_member(world: TelegramWorld, params: Json) -> Json:
    chat = reachable(world, params["chat_id"])
    if params["user_id"] not in world.users:
        raise bad_request("user not found")
    if chat.is_private:
        is_inside = params["user_id"] in (chat.id, world.bot.id)
        return shapes.member(world, chat, Member(params["user_id"], "member" if is_inside else "left"))
    return shapes.member(world, chat, chat.member(params["user_id"]))


def get_chat_administrators(world: TelegramWorld, params: Json) -> list[Json]:
    chat = reachable(world, params["chat_id"])
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    return [shapes.member(world, chat, one) for one in chat.members.values() if one.is_admin]


def get_chat_member_count(world: TelegramWorld, params: Json) -> int:
    chat = reachable(world, params["chat_id"])
    return 2 if chat.is_private else sum(one.is_present for one in chat.members.values())


def _group_member(world: TelegramWorld, params: Json) -> tuple[Chat, Member]:
    chat = reachable(world, params["chat_id"])
    if chat.is_private:
        raise bad_request("method is available only for supergroups and channel chats")
    need(world, chat, "can_restrict_members", NO_RIGHT)
    if params["user_id"] not in world.users:
        raise bad_request("user not found")
    one = chat.member(params["user_id"])
    if one.status == "creator":
        raise bad_request("can't remove chat owner")
    if one.status == "administrator":
        raise bad_request("user is an administrator of the chat")
    return chat, one


def ban(world: TelegramWorld, params: Json) -> bool:
    chat, one = _group_member(world, params)
    if one.status != "kicked":
        change_member(world, chat, world.bot.id, Member(one.user_id, "kicked", until_date=params.get("until_date", 0)))
    return True


def unban(world: TelegramWorld, params: Json) -> bool:
    """Without `only_if_banned` a present member is removed, as on Telegram."""
    chat, one = _group_member(world, params)
    if one.status == "kicked" or (one.is_present and not params.get("only_if_banned", False)):
        change_member(world, chat, world.bot.id, Member(one.user_id, "left"))
    return True


def leave(world: TelegramWorld, params: Json) -> bool:
    chat = reachable(world, params["chat_id"])
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    change_member(world, chat, world.bot.id, Member(world.bot.id, "left"))
    return True


METHODS = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "banChatMember": ban,
    "unbanChatMember": unban,
    "leaveChat": leave,
}
