"""The stage of the page's stories: one at a time, over the same control routes the page's buttons use."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message

from bot.sandbox.scenarios import SCENARIOS
from bot.sandbox.story import Left, Story

TOLD_LINES = 40


class ControlRefused(Exception):
    """A control request from inside was answered with an error; carries its words."""


class InsideControls:
    """The control API without a socket, for scenarios: the same routes the page uses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def get(self, path: str) -> Any:
        return await self._call("GET", path, b"")

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return await self._call("POST", path, json.dumps(body).encode())

    async def delete(self, path: str) -> Any:
        return await self._call("DELETE", path, b"")

    async def _call(self, method: str, path: str, body: bytes) -> Any:
        target = urlsplit(f"/control/{path}")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": target.path,
            "raw_path": target.path.encode(),
            "root_path": "",
            "query_string": target.query.encode(),
            "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 0),
        }
        status, chunks = 500, []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await self._app(scope, receive, send)
        answer = b"".join(chunks)
        if status >= 400:
            raise ControlRefused(f"{method} {path}: {status} {answer.decode(errors='replace')}")
        return json.loads(answer) if answer else {}


class Stage:
    """The running scenario, one at a time, and the lines it has told."""

    def __init__(self, controls: InsideControls, curtain: Callable[[], Awaitable[None]]) -> None:
        self._controls, self._curtain = controls, curtain
        self._task: asyncio.Task[None] | None = None
        self._left = Left()
        self.running: str | None = None
        self.told: deque[dict[str, Any]] = deque(maxlen=TOLD_LINES)

    async def play(self, name: str, pace: float = 1.0) -> None:
        """End the story that runs, bring both worlds back, and start this one."""
        await self.stop()
        await self._curtain()
        await self._clear()
        scenario = SCENARIOS[name]
        self.running = name
        self._tell(*scenario.title, heading=True)
        self._task = asyncio.create_task(self._run(name, Story(self._controls, self._tell, pace, self._left)))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self.running = None

    async def _clear(self) -> None:
        """What the story before left behind would stand in this one's way: equal totals and names, a frozen desk."""
        left, self._left = self._left, Left()
        for order in left.orders:
            with suppress(ControlRefused):  # it is over
                await self._controls.post(f"gate/orders/{order}/cancel", {})
        for person, words in left.words:
            await self._controls.post("telegram/act/write", {"user_id": person, "chat_id": person, "text": words})

    async def _run(self, name: str, story: Story) -> None:
        try:
            await SCENARIOS[name].play(story)
        except ControlRefused as refusal:  # somebody moved the same order by hand: the story ends, the page says so
            self._tell(f"The story ends here: {refusal}", f"剧情中止:{refusal}")
        finally:
            if self.running == name:
                self.running = None

    def _tell(self, english: str, chinese: str, heading: bool = False) -> None:
        self.told.append({"at": time.time(), "en": english, "zh": chinese, "heading": heading})
