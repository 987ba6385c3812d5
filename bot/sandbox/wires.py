"""Answers that are wrong as traffic: cut off, dripping, far too large. ASGI responses for both worlds."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from bot.sandbox.serving import drop_connection, reset_connection

DROPS = 20
CHUNK = bytes(256 * 1024)


class NoAnswer:
    """An ASGI response that cuts the connection instead of answering, and waits until it is really gone."""

    def __init__(
        self, *, reset: bool, first: bytes = b"", promised: int = 0, content_type: str = "application/json"
    ) -> None:
        self._reset = reset
        self._first, self._promised, self._content_type = first, promised, content_type

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._promised:
            await send(_start(self._content_type, self._promised))
            await send({"type": "http.response.body", "body": self._first, "more_body": True})
            await asyncio.sleep(0.02)  # the first part shall arrive before the cut
        (reset_connection if self._reset else drop_connection)(scope)
        message: Message = {"type": ""}
        while message["type"] != "http.disconnect":
            message = await receive()


class Drip:
    """The right answer in small parts, spread over the given seconds."""

    def __init__(self, content: bytes, content_type: str, seconds: float) -> None:
        self._content, self._content_type, self._seconds = content, content_type, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = max(1, -(-len(self._content) // DROPS))
        await send(_start(self._content_type, len(self._content)))
        for at in range(0, len(self._content), size):
            await asyncio.sleep(self._seconds / DROPS)
            await send({"type": "http.response.body", "body": self._content[at : at + size], "more_body": True})
        await send({"type": "http.response.body", "body": b""})


class TooMuch:
    """A picture of so many bytes by its headers, all of them zero; unannounced, it has no Content-Length."""

    def __init__(self, size: int, *, is_announced: bool) -> None:
        self._size, self._is_announced = size, is_announced

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(_start("image/jpeg", self._size if self._is_announced else None))
        left = self._size
        while left > 0:
            part = CHUNK[:left]
            left -= len(part)
            await send({"type": "http.response.body", "body": part, "more_body": left > 0})
            await asyncio.sleep(0)


def _start(content_type: str, size: int | None) -> MutableMapping[str, Any]:
    headers = [(b"content-type", content_type.encode())]
    if size is not None:
        headers.append((b"content-length", str(size).encode()))
    return {"type": "http.response.start", "status": 200, "headers": headers}
