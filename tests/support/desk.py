"""The whole desk inside the test's event loop: the same `Application` that `run` starts, on the sandbox's sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app import Application, assemble
from bot.clock import Clock
from bot.demo import demo_settings, seed
from bot.settings import Settings, build
from storage.store import Probe
from tests.support.sandbox import Message, Sandbox

DESK_GROUP = -1001000000001


@dataclass(frozen=True)
class RunningDesk:
    """A running application and the sandbox it talks to."""

    application: Application
    box: Sandbox
    database: Path

    async def card(self, chat: int, order_id: str, contains: str = "", timeout: float = 10) -> Message:
        """The newest message in a chat that is about the order and shows these words."""
        short = order_id[-4:]
        return await self.box.telegram.wait_for_message(chat, contains=contains or short, timeout=timeout)

    async def press(self, person: int, message: Message, label: str) -> str:
        """Tap a button in the person's direct message; what the small window said."""
        answer = await self.box.telegram.press(person, person, message, text=label)
        return answer.text

    async def settle(self, seconds: float = 0.3) -> None:
        await asyncio.sleep(seconds)


def settings_for(box: Sandbox, database: Path, language: str = "en", **changes: str) -> Settings:
    """The demo's settings for this sandbox, with quick polling; `changes` are names of `.env.example` in any case."""
    addresses = {
        "bot_token": box.bot_token,
        "telegram_url": box.telegram_url,
        "gate_url": box.gate_url,
        "gate_key": box.gate_key,
        "gate_secret": box.gate_secret,
    }
    made = demo_settings(addresses, database, language)
    texts = {
        name.upper(): _text(value) for name, value in made.model_dump().items() if value is not None and value != ()
    } | {"POLL_SECONDS": "0.2"}
    return build(texts | {name.upper(): value for name, value in changes.items()})


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(str(item) for item in value)
    secret = getattr(value, "get_secret_value", None)
    if secret is not None:
        return str(secret())
    return str(value).lower() if isinstance(value, bool) else str(value)


@asynccontextmanager
async def running_desk(
    box: Sandbox,
    database: Path,
    *,
    language: str = "en",
    speed: float = 1.0,
    probe: Probe | None = None,
    seeded: bool = True,
    **changes: str,
) -> AsyncIterator[RunningDesk]:
    """A desk with the demo's people (operator 1 on duty), until the block ends. `speed` makes its minutes shorter."""
    settings = settings_for(box, database, language, **changes)
    application = await assemble(settings, clock=Clock(speed), probe=probe)
    if seeded:
        await seed(application, language)
    stop, started = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(application.run(stop, started.set))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=20)
    if running.done():
        waiting.cancel()
        await running
    try:
        yield RunningDesk(application, box, database)
    finally:
        stop.set()
        await asyncio.wait_for(running, 15)
