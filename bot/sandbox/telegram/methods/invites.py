"""Invite links of a group."""

from __future__ import annotations

from bot.sandbox.telegram import shapes
from bot.sandbox.telegram.model import Chat, Json
from bot.sandbox.telegram.refusals import bad_request
from bot.sandbox.telegram.rights import need, reachable
from bot.sandbox.telegram.world import TelegramWorld

PRIMARY = "primary"


def _chat(world: TelegramWorld, params: Json) -> Chat:
    chat = reachable(world, params["chat_id"])
    if chat.is_private:
        raise bad_request("private chats have no invite link")
    need(world, chat, "can_invite_users", "not enough rights to manage chat invite link")
    return chat


def _new(world: TelegramWorld, chat: Chat, params: Json, *, is_primary: bool) -> Json:
    link: Json = {
        "invite_link": f"https://t.me/+{world.token_text()}",
        "creator": shapes.user(world.bot),
        "creates_join_request": params.get("creates_join_request", False),
        "is_primary": is_primary,
        "is_revoked": False,
    }
    link |= {name: params[name] for name in ("name", "expire_date", "member_limit") if name in params}
    chat.invite_links[link["invite_link"]] = link
    return link


def create(world: TelegramWorld, params: Json) -> Json:
    chat = _chat(world, params)
    if params.get("creates_join_request") and "member_limit" in params:
        raise bad_request("member limit can't be specified for links requiring administrator approval")
    return _new(world, chat, params, is_primary=False)


def export(world: TelegramWorld, params: Json) -> str:
    """A new primary link; the former one is revoked."""
    chat = _chat(world, params)
    for link in chat.invite_links.values():
        if link["is_primary"]:
            link["is_revoked"] = True
    return str(_new(world, chat, {}, is_primary=True)["invite_link"])


def revoke(world: TelegramWorld, params: Json) -> Json:
    link = _chat(world, params).invite_links.get(params["invite_link"])
    if link is None:
        raise bad_request("INVITE_HASH_EXPIRED")
    link["is_revoked"] = True
    return link


METHODS = {
    "createChatInviteLink": create,
    "exportChatInviteLink": export,
    "revokeChatInviteLink": revoke,
}
