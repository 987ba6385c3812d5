"""The bot's side by hand, for the page's tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.sandbox import Json, Sandbox


@dataclass
class Bot:
    """The bot's side, by hand: one Bot API call at a time."""

    client: httpx.AsyncClient
    box: Sandbox
    offset: int = 0

    async def call(self, method: str, **params: Any) -> Any:
        url = f"{self.box.telegram_url}/bot{self.box.bot_token}/{method}"
        answer = (await self.client.post(url, json=params)).json()
        assert answer["ok"], answer
        return answer["result"]

    async def say(self, chat: int, text: str, **more: Any) -> int:
        sent = await self.call("sendMessage", chat_id=chat, text=text, parse_mode="HTML", **more)
        return int(sent["message_id"])

    async def next_update(self) -> Json:
        (update,) = await self.call("getUpdates", offset=self.offset, limit=1, timeout=5)
        self.offset = update["update_id"] + 1
        return dict(update)
