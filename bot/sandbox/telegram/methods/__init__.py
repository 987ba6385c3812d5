"""The Bot API methods the sandbox can do. Everything else answers 501."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.telegram.methods import callbacks, chats, edits, files, invites, media, menus, pins, sending, topics
from bot.sandbox.telegram.methods import updates as updates_methods
from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.world import TelegramWorld

Method = Callable[[TelegramWorld, Json], Any | Awaitable[Any]]

METHODS: dict[str, Method] = {
    **updates_methods.METHODS,
    **sending.METHODS,
    **media.METHODS,
    **edits.METHODS,
    **callbacks.METHODS,
    **pins.METHODS,
    **topics.METHODS,
    **chats.METHODS,
    **invites.METHODS,
    **menus.METHODS,
    **files.METHODS,
}
