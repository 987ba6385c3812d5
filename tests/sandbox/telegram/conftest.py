"""The sandbox's Telegram on real sockets, and a python-telegram-bot Bot that has no idea it is local."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest_asyncio
from starlette.applications import Starlette
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.sandbox.serving import Listener
from bot.sandbox.telegram import TelegramWorld, telegram_app, telegram_control_routes

OWNER, OPERATOR, STRANGER = 1001, 1003, 1999
DESK = -1001000000001
TOKEN = "1000:sandbox-token-not-secret"


@dataclass
class Local:
    """A running sandbox Telegram: the world behind it, a bot, and the control door."""

    world: TelegramWorld
    url: str
    bot: Bot = field(repr=False)
    client: httpx.AsyncClient = field(repr=False)
    control_url: str
    listener: Listener

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A raw Bot API call with a JSON body: what no careful library would send."""
        answer = await self.client.post(f"{self.url}/bot{TOKEN}/{method}", json=params)
        body: dict[str, Any] = answer.json()
        return body

    async def act(self, kind: str, user: int, chat: int, /, **body: Any) -> dict[str, Any]:
        return await self.post(f"act/{kind}", {"user_id": user, "chat_id": chat, **body})

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.post(f"{self.control_url}/{path}", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = await self.client.get(f"{self.control_url}/{path}", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def seen(self, chat: int, viewer: int, since: int = 0) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await self.get(f"chats/{chat}/messages", viewer=viewer, since=since))["messages"]
        return rows

    async def refused(self, path: str, body: dict[str, Any]) -> str:
        answer = await self.client.post(f"{self.control_url}/{path}", json=body)
        assert answer.status_code == 400, answer.text
        return str(answer.json()["error"])

    def violated(self) -> list[str]:
        return [row["kind"] for row in self.world.violations]


def new_bot(url: str) -> Bot:
    request = HTTPXRequest(connection_pool_size=4, httpx_kwargs={"trust_env": False})
    polling = HTTPXRequest(connection_pool_size=2, httpx_kwargs={"trust_env": False})
    return Bot(
        TOKEN, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot", request=request, get_updates_request=polling
    )


@pytest_asyncio.fixture
async def local() -> AsyncIterator[Local]:
    world = TelegramWorld(enforce_flood=False)
    world.add_user(OWNER, "Owner", username="desk_owner", language_code="zh", started=True)
    world.add_user(OPERATOR, "Operator", username="desk_operator", language_code="en", started=True)
    world.add_user(STRANGER, "Stranger")
    world.add_group("C2C Desk", [OWNER, OPERATOR], chat_id=DESK, forum=True)
    listener = Listener(telegram_app(world))
    control = Listener(Starlette(routes=telegram_control_routes(world)))
    await listener.start()
    await control.start()
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client, new_bot(listener.url) as bot:
        yield Local(world, listener.url, bot, client, f"{control.url}/control/telegram", listener)
    world.updates.stop()
    await control.stop()
    await listener.stop()
