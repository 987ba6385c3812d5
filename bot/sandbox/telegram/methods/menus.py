"""The bot's commands, names and descriptions, by scope and language."""

from __future__ import annotations

import json

from bot.sandbox.telegram.model import Chat, Json
from bot.sandbox.telegram.rights import reachable
from bot.sandbox.telegram.world import TelegramWorld

DEFAULT_SCOPE = '{"type": "default"}'


def _key(world: TelegramWorld, params: Json) -> tuple[str, str]:
    scope = params.get("scope") or {"type": "default"}
    if "chat_id" in scope:
        reachable(world, scope["chat_id"])
    return json.dumps(scope, sort_keys=True), params.get("language_code", "")


def set_commands(world: TelegramWorld, params: Json) -> bool:
    world.commands[_key(world, params)] = params["commands"]
    world.revision += 1
    return True


def get_commands(world: TelegramWorld, params: Json) -> list[Json]:
    return world.commands.get(_key(world, params), [])


def delete_commands(world: TelegramWorld, params: Json) -> bool:
    world.commands.pop(_key(world, params), None)
    world.revision += 1
    return True


def commands_for(world: TelegramWorld, chat: Chat, user_id: int) -> list[Json]:
    """The menu a person sees in a chat: the narrowest scope first, in each the person's language before none."""
    language = world.users[user_id].language_code or ""
    for scope in _scopes(chat, user_id):
        for code in (language, ""):
            found = world.commands.get((json.dumps(scope, sort_keys=True), code))
            if found:
                return found
    return []


def _scopes(chat: Chat, user_id: int) -> list[Json]:
    own: list[Json] = [{"type": "chat", "chat_id": chat.id}]
    default: Json = {"type": "default"}
    if chat.is_private:
        return [*own, {"type": "all_private_chats"}, default]
    scopes: list[Json] = [{"type": "chat_member", "chat_id": chat.id, "user_id": user_id}]
    if chat.member(user_id).is_admin:
        scopes += [{"type": "chat_administrators", "chat_id": chat.id}, *own, {"type": "all_chat_administrators"}]
    else:
        scopes += own
    return [*scopes, {"type": "all_group_chats"}, default]


def set_name(world: TelegramWorld, params: Json) -> bool:
    return _set(world, "name", params)


def get_name(world: TelegramWorld, params: Json) -> Json:
    return _get(world, "name", params) if _get(world, "name", params)["name"] else {"name": world.bot_name}


def set_description(world: TelegramWorld, params: Json) -> bool:
    return _set(world, "description", params)


def get_description(world: TelegramWorld, params: Json) -> Json:
    return _get(world, "description", params)


def set_short_description(world: TelegramWorld, params: Json) -> bool:
    return _set(world, "short_description", params)


def get_short_description(world: TelegramWorld, params: Json) -> Json:
    return _get(world, "short_description", params)


def _set(world: TelegramWorld, what: str, params: Json) -> bool:
    world.profile[what, params.get("language_code", "")] = params.get(what, "")
    return True


def _get(world: TelegramWorld, what: str, params: Json) -> Json:
    language = params.get("language_code", "")
    return {what: world.profile.get((what, language)) or world.profile.get((what, ""), "")}


METHODS = {
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    "setMyName": set_name,
    "getMyName": get_name,
    "setMyDescription": set_description,
    "getMyDescription": get_description,
    "setMyShortDescription": set_short_description,
    "getMyShortDescription": get_short_description,
}
