"""The world of one cell: a venue and a Telegram of its own in this process, a desk that lives and dies beside it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bot.app import assemble
from bot.demo import demo_settings, seed
from bot.sandbox.gate import acts as venue_acts
from bot.sandbox.gate.money_log import MoneyCall
from bot.sandbox.gate.orders import Order
from bot.sandbox.running import Sandbox
from bot.sandbox.telegram.acts import act
from bot.sandbox.telegram.model import Message
from bot.settings import build
from bot.views.buttons import Tap, Verb
from tests.crash.child import Life
from tests.crash.nursery import Alive, Nursery

OPERATOR, OPERATOR_2, LEAD, OWNER = 1003, 1006, 1002, 1001
GROUP = -1001000000001
LOOK_SECONDS = 0.01
PAYER = "张三丰"

Json = dict[str, Any]
T = TypeVar("T")


class NotSeen(AssertionError):
    """What a cell waited for did not come: a defect of the desk or of the cell; says what was there instead."""


@dataclass
class Stage:
    """One sandbox, one database, and the desk's lives so far. `start` is when the desk's faster time began."""

    box: Sandbox
    folder: Path
    nursery: Nursery
    settings: dict[str, str]
    speed: float
    start: float = field(default_factory=time.time)
    desk: Alive | None = None
    lives: int = 0
    tapped: int = 0

    @property
    def database(self) -> Path:
        return self.folder / "desk.db"

    def desk_seconds(self, seconds: float) -> float:
        """Real seconds for so many of the desk's."""
        return seconds / self.speed

    async def open_desk(self, **life: Any) -> Alive:
        """Start the desk on this stage's database."""
        self.lives += 1
        self.desk = await self.nursery.start(
            Life(str(self.folder), self.settings, self.start, speed=self.speed, **life)
        )
        return self.desk

    async def kill_desk(self) -> None:
        if self.desk is not None and not self.desk.is_gone:
            await self.desk.end()

    # the venue

    def open_order(self, side: str, *, paid: bool = False, **facts: Any) -> Order:
        wanted = {"side": side, "paid": paid, "name": PAYER, **facts}
        return venue_acts.open_order(self.box.venue, wanted)

    def venue_act(self, order: Order, kind: str, **wanted: Any) -> None:
        venue_acts.ACTS[kind](self.box.venue, order, wanted)

    def posts(self, order: Order | None = None) -> list[MoneyCall]:
        return [call for call in self.box.venue.money.calls if order is None or call.id == str(order.id)]

    async def venue_away(self, is_away: bool) -> None:
        await (self.box.gate.go_away() if is_away else self.box.gate.come_back())
        self.box.venue.away = is_away

    # people

    def messages(self, chat: int) -> list[Message]:
        """What stands in a chat now, oldest first."""
        return [one for one in self.box.world.chats[chat].messages.values() if not one.is_deleted]

    def newest(self, chat: int, verbs: Sequence[Verb]) -> tuple[Message, str] | None:
        """The newest button of the most advanced of these verbs; of payers the one who paid."""
        for verb in verbs:
            for message in reversed(self.messages(chat)):
                for row in message.inline_keyboard:
                    for button in row:
                        tap = Tap.parse(button.get("callback_data", ""))
                        if tap is not None and tap.verb is verb and _is_right(tap, button):
                            return message, button["callback_data"]
        return None

    def tap(self, person: int, message: Message, data: str) -> str:
        """The callback's id."""
        self.tapped += 1
        body = {"user_id": person, "chat_id": message.chat_id, "message_id": message.id, "data": data}
        return str(act(self.box.world, "tap", body)["callback_id"])

    async def until(self, look: Callable[[], T | None], what: str, seconds: float = 20.0) -> T:
        end = time.monotonic() + seconds
        while True:
            found = look()
            if found is not None:
                return found
            if time.monotonic() > end:
                raise NotSeen(f"waited {seconds} s for {what}; {self.shown()}")
            await asyncio.sleep(LOOK_SECONDS)

    def shown(self) -> str:
        told = [f"{chat}: {one.text!r}" for chat in (OPERATOR, GROUP) for one in self.messages(chat)[-3:]]
        return "\n".join([*told, self.log()[-3000:]])

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    # the desk's memory, from outside

    def ask(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Rows of the desk's database, read beside the desk or after its end."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(sql, values).fetchall()

    def trace(self) -> list[str]:
        """The points that were passed while armed, over all lives."""
        path = self.folder / "trace"
        return path.read_text().split("\n")[:-1] if path.exists() else []


def _is_right(tap: Tap, button: Json) -> bool:
    return tap.verb is not Verb.TWIN_PAYER or button["text"] == PAYER


async def make_template(folder: Path) -> Path:
    """A database with the demo's people, once for all cells."""
    made = folder / "template.db"
    addresses = {
        "bot_token": "1000:sandbox-token-not-secret",
        "telegram_url": "http://127.0.0.1:9",
        "gate_url": "http://127.0.0.1:9/api/v4",
        "gate_key": "none",
        "gate_secret": "none",
        "pay_url": "http://127.0.0.1:9",
        "pay_client_id": "none",
        "pay_secret": "none",
    }
    application = await assemble(demo_settings(addresses, made, "en"))
    await seed(application, "en")
    await application.http.aclose()
    await application.pay_http.aclose()
    await application.store.close()
    return made


@contextlib.asynccontextmanager
async def stage(
    nursery: Nursery, template: Path, folder: Path, *, speed: float = 25.0, **changes: str
) -> AsyncIterator[Stage]:
    """A fresh world and a fresh database until the block ends; the desk is not started yet."""
    _prepare(template, folder)
    box = Sandbox()
    box.world.enforce_flood = False
    await box.start()
    settings = _settings(box, folder / "desk.db") | changes
    build(settings)
    made = Stage(box, folder, nursery, settings, speed)
    try:
        yield made
    finally:
        await made.kill_desk()
        await box.stop()


def _prepare(template: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    shutil.copyfile(template, folder / "desk.db")


def _settings(box: Sandbox, database: Path) -> dict[str, str]:
    addresses = box.addresses()
    return {
        "TELEGRAM_TOKEN": addresses["bot_token"],
        "TELEGRAM_API_URL": addresses["telegram_url"],
        "GATE_API_URL": addresses["gate_url"],
        "GATE_API_KEY": addresses["gate_key"],
        "GATE_API_SECRET": addresses["gate_secret"],
        "DESK_OWNERS": str(OWNER),
        "DESK_CHAT_ID": str(GROUP),
        "DATABASE_URL": f"sqlite:///{database}",
        "DESK_MARKETS": "USDT/CNY",
        "GATE_FILE_HOSTS": addresses["gate_url"].split("/")[2],
        "GATEPAY_API_URL": addresses["pay_url"],
        "GATEPAY_CLIENT_ID": addresses["pay_client_id"],
        "GATEPAY_SECRET": addresses["pay_secret"],
        "HTTP_PORT": "0",
        "POLL_SECONDS": "8",
    }
