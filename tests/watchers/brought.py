"""A desk that Telegram brings updates to: the door on a real socket, real memory, hands that only remember."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.domain.situations import Notice
from bot.domain.updates import WEBHOOK_PATH
from bot.flows import admit
from bot.flows.admit import Admitted
from bot.watchers.http import SECRET_HEADER, HttpDoor
from bot.watchers.inbox import Inbox
from bot.watchers.webhook import Webhook
from tests.flows.bench import OPERATOR, Bench, open_bench
from tests.support.fake_telegram import FakeTelegram

SECRET = "Right-secret_of-this-start_0123456789"
URL = "https://desk.example/telegram"


def message(number: int, person: int = OPERATOR, text: str = "x") -> dict[str, Any]:
    chat = {"id": person, "type": "private"}
    return {"update_id": number, "message": {"message_id": number, "from": {"id": person}, "chat": chat, "text": text}}


@dataclass
class Brought:
    """`handled` holds numbers in the order in which they were handled; a gate holds one up."""

    bench: Bench
    folder: Path
    telegram: FakeTelegram = field(default_factory=FakeTelegram)
    handled: list[int] = field(default_factory=list)
    cried: list[str] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    gates: dict[int, asyncio.Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.bench.desk, self.telegram, self._handle, self._cry)
        self.webhook = Webhook(self.telegram, URL, SECRET, self.inbox.receive, self._tell)
        self.door = HttpDoor(self.bench.desk, "127.0.0.1", 0, self.webhook)
        self.listening: asyncio.Task[None] | None = None
        self.client = httpx.AsyncClient(timeout=10, trust_env=False)

    async def _handle(self, update: Admitted) -> None:
        if update.update_id in self.gates:
            await self.gates[update.update_id].wait()
        self.handled.append(update.update_id)

    async def _cry(self, why: str) -> None:
        self.cried.append(why)

    async def _tell(self, notice: Notice) -> None:
        self.told.append(notice)

    async def listen(self) -> None:
        self.listening = asyncio.create_task(self.inbox.listen())
        for _ in range(500):
            if self.inbox._arrivals._is_open:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("the inbox does not open")

    async def post(
        self,
        body: dict[str, Any] | bytes,
        *,
        secret: str | None = SECRET,
        path: str = WEBHOOK_PATH,
        method: str = "POST",
        headers: list[tuple[str, str]] | None = None,
    ) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        if headers is None:
            headers = [] if secret is None else [(SECRET_HEADER, secret)]
        return await self.client.request(
            method, f"http://127.0.0.1:{self.door.port}{path}", content=raw, headers=headers
        )

    async def kept(self) -> list[int]:
        """The numbers of all stored updates, in the order in which they were stored."""
        rows = await asyncio.to_thread(self._rows)
        return [int(row[0]) for row in rows]

    def _rows(self) -> list[tuple[int]]:
        with closing(sqlite3.connect(self.folder / "desk.db")) as connection:
            return connection.execute("SELECT update_id FROM inbox ORDER BY number").fetchall()

    async def until_handled(self, count: int) -> list[int]:
        for _ in range(500):
            if len(self.handled) >= count and not await admit.unhandled(self.bench.desk):
                return self.handled
            await asyncio.sleep(0.01)
        raise AssertionError(f"only {self.handled} were handled")

    async def end(self) -> None:
        self.inbox.close()
        await self.door.stop()
        if self.listening is not None:
            self.listening.cancel()
            await asyncio.gather(self.listening, return_exceptions=True)
        await self.inbox.stop(1)
        await self.client.aclose()


@asynccontextmanager
async def brought(folder: Path, *, is_listening: bool = True) -> AsyncIterator[Brought]:
    async with open_bench(folder) as bench:
        made = Brought(bench, folder)
        await made.door.start()
        if is_listening:
            await made.listen()
        try:
            yield made
        finally:
            await made.end()
