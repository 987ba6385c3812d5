"""A shop whose desk Telegram brings updates to, at one address in every life; and what a forger would send there."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.crash.otc_stage import free_port
from tests.journeys.shop import Shop, open_desk
from tests.support.desk import settings_for
from tests.support.sandbox import OPERATOR, Json, Message, Sandbox, until

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class BroughtDesk:
    """`live` runs one life of the desk; the address and the memory stay the same in all of them."""

    box: Sandbox
    folder: Path
    port: int

    @classmethod
    def on(cls, box: Sandbox, folder: Path) -> BroughtDesk:
        return cls(box, folder, free_port())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/telegram"

    @property
    def settings(self) -> dict[str, str]:
        address = f"http://127.0.0.1:{self.port}"
        return {"telegram_webhook": "true", "public_url": address, "http_port": str(self.port)}

    @asynccontextmanager
    async def live(self, *, speed: float = 8.0, **changes: str) -> AsyncIterator[Shop]:
        async with open_desk(self.box, self.folder, speed=speed, **(self.settings | changes)) as shop:
            yield shop

    async def webhook(self) -> Json:
        """What Telegram knows of it: url, secret, error, waiting, attempts."""
        found: Json = await self.box.controls.get("telegram/webhook")
        return found

    async def all_brought(self) -> None:
        async def look() -> bool | None:
            return (await self.webhook())["waiting"] == 0 or None

        await until(look, "everything brought", 15, self.webhook)

    async def post(self, update: Mapping[str, Any], secret: str | None, *, path: str = "/telegram") -> int:
        """An update of whoever; the status it was answered with."""
        headers = {} if secret is None else {SECRET_HEADER: secret}
        async with httpx.AsyncClient(trust_env=False) as client:
            address = f"http://127.0.0.1:{self.port}{path}"
            return (await client.post(address, json=update, headers=headers)).status_code

    def stored(self) -> list[int]:
        """The numbers of all updates in the memory."""
        with closing(sqlite3.connect(f"file:{self.folder}/desk.db?mode=ro", uri=True)) as connection:
            return [int(row[0]) for row in connection.execute("SELECT update_id FROM inbox ORDER BY number")]

    def environment(self, **changes: str) -> dict[str, str]:
        """What `python -m bot` needs to be this desk."""
        settings = settings_for(self.box, self.folder / "desk.db", **(self.settings | changes))
        given = {}
        for name, value in settings.model_dump().items():
            secret = getattr(value, "get_secret_value", None)
            text = ",".join(map(str, value)) if isinstance(value, tuple) else str(secret() if secret else value)
            if value is not None and value != ():
                given[name.upper()] = text.lower() if isinstance(value, bool) else text
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "PYTHONPATH")}
        return kept | given

    @property
    def program(self) -> tuple[str, ...]:
        return (sys.executable, "-m", "bot")


def tap_of(number: int, message: Message, data: str | None, person: int = OPERATOR) -> dict[str, Any]:
    """A tap as Telegram words it."""
    chat = {"id": person, "type": "private"}
    sender = {"id": person, "is_bot": False, "first_name": "x"}
    shown = {"message_id": message.id, "date": 1, "chat": chat}
    query = {"id": str(number), "from": sender, "chat_instance": "1", "message": shown, "data": data}
    return {"update_id": number, "callback_query": query}
