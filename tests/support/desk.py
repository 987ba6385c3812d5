"""The whole desk inside the test's event loop: the same `Application` that `run` starts, on the sandbox's sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app import Application, assemble
from bot.clock import Clock
from bot.demo import demo_settings, free_port, seed
from bot.settings import Settings, build
from bot.watchers.pace import Pace
from storage.store import Probe
from tests.support.controls import LOOK_SECONDS
from tests.support.fresh_database import lay
from tests.support.sandbox import Message, Sandbox

DESK_GROUP = -1001000000001
A_DAY_MS = 86_400_000
SHOWN_SECONDS = 3.0


@dataclass(frozen=True)
class RunningDesk:
    """A running application and the sandbox it talks to."""

    application: Application
    box: Sandbox
    database: Path

    async def card(self, chat: int, order_id: str, contains: str = "", timeout: float = 20) -> Message:
        """The newest message in a chat that is about the order and shows these words."""
        short = order_id[-4:]
        return await self.box.telegram.wait_for_message(chat, contains=contains or short, timeout=timeout)

    async def press(self, person: int, message: Message, label: str) -> str:
        """Tap a button in the person's direct message; what the small window said."""
        answer = await self.box.telegram.press(person, person, message, text=label)
        return answer.text

    async def settle(self, seconds: float = 0.3) -> None:
        await asyncio.sleep(seconds)

    async def considered(self) -> None:
        """As long as the newest open confirm wants to be read, counted as the desk counts: from when it is shown.

        One that was opened and is not shown anywhere is not waited for longer than `SHOWN_SECONDS`.
        """
        desk, end = self.application.desk, time.monotonic() + SHOWN_SECONDS
        while True:
            async with self.application.store.read() as tables:
                unused = await tables.seals.expired(desk.now() + A_DAY_MS)
            if not unused or unused[-1].shown_at is not None or time.monotonic() > end:
                break
            await asyncio.sleep(LOOK_SECONDS)
        while unused and unused[-1].is_too_quick(desk.now()):
            await desk.clock.sleep(0.1)


def settings_for(box: Sandbox, database: Path, language: str = "en", **changes: str) -> Settings:
    """The demo's settings for this sandbox, with quick polling; `changes` are names of `.env.example` in any case."""
    addresses = {
        "bot_token": box.bot_token,
        "telegram_url": box.telegram_url,
        "gate_url": box.gate_url,
        "gate_key": box.gate_key,
        "gate_secret": box.gate_secret,
        "pay_url": box.pay_url,
        "pay_client_id": box.pay_client_id,
        "pay_secret": box.pay_secret,
        "mtpay_url": box.mtpay_url,
        "mtpay_access_key": box.mtpay_access_key,
        "mtpay_secret": box.mtpay_secret,
    }
    made = demo_settings(addresses, database, language, free_port())
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


def pace_of(clock: Clock, talk: float) -> Pace:
    """Telegram's budget in minutes that are so many times shorter than those of the clock."""
    return Pace(lambda: clock.monotonic() * talk, lambda seconds: clock.sleep(seconds / talk))


@asynccontextmanager
async def running_desk(
    box: Sandbox,
    database: Path,
    *,
    language: str = "en",
    speed: float = 1.0,
    probe: Probe | None = None,
    seeded: bool = True,
    clock: Clock | None = None,
    talk: float = 1.0,
    **changes: str,
) -> AsyncIterator[RunningDesk]:
    """A desk with the demo's people (operator 1 on duty), until the block ends. `speed` makes its minutes shorter.

    With a `clock` of its own it lives in another hour than everybody else. It may `talk` to Telegram that many times
    quicker than a real one lets it.
    """
    settings = settings_for(box, database, language, **changes)
    await lay(database)
    clock = clock or Clock(speed)
    application = await assemble(settings, clock=clock, pace=pace_of(clock, talk), probe=probe)
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
