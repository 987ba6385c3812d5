"""The sandbox's Telegram on real sockets in this process, and our door to it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from bot.clients.telegram import Telegram
from bot.sandbox.serving import Listener
from bot.sandbox.telegram import TelegramWorld, telegram_app, telegram_control_routes
from tests.clients.telegram.telegram_box import Box, door
from tests.support.controls import Controls
from tests.support.sandbox import BOT_TOKEN, DESK, OPERATOR, OWNER
from tests.support.telegram_control import TelegramControl


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    world = TelegramWorld(token=BOT_TOKEN, enforce_flood=False)
    world.add_user(OWNER, "Owner", started=True)
    world.add_user(OPERATOR, "Operator", started=True)
    world.add_group("C2C Desk", [OWNER, OPERATOR], chat_id=DESK, forum=True)
    api, control = Listener(telegram_app(world)), Listener(Starlette(routes=telegram_control_routes(world)))
    await api.start()
    await control.start()
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        controls = Controls(client, f"{control.url}/control")
        yield Box(api.url, controls, TelegramControl(controls))
    world.updates.stop()
    await control.stop()
    await api.stop()


@pytest.fixture
async def telegram(box: Box) -> AsyncIterator[Telegram]:
    async with door(box.url, BOT_TOKEN) as telegram:
        await telegram.start()
        yield telegram
