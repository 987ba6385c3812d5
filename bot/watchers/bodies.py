"""What somebody sends to the door: read whole, within limits of size and time."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

BODY_SECONDS = 10.0


class NotReceived(Exception):
    """`status` is what HTTP calls it."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


async def received(request: Request, most_bytes: int) -> bytes:
    """The whole body. Raises NotReceived when it is late, cut or larger than any that is meant."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            raw = await _limited(request.stream(), most_bytes)
    except (TimeoutError, ClientDisconnect):
        raise NotReceived(400, "body not received") from None
    if raw is None:
        raise NotReceived(413, "body too large")
    return raw


async def _limited(parts: AsyncIterator[bytes], most_bytes: int) -> bytes | None:
    body = bytearray()
    async for part in parts:
        body += part
        if len(body) > most_bytes:
            return None
    return bytes(body)
