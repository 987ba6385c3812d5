"""JSON over HTTP/1.1 to the sandbox's control port, as a test needs it: it asks some ten thousand times per minute.

A client for every server is careful in ways that cost a millisecond per question; this one knows the other end:
a status line, `content-length`, a body, and connections that stay open.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
LONGEST_HEAD = 1 << 16


@dataclass(frozen=True)
class Reply:
    """What the other end answered."""

    status_code: int
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        return json.loads(self.content)


class LeanClient:
    """Requests to one origin over connections that are kept; as many at once as there are callers."""

    def __init__(self, origin: str, timeout: float = 20) -> None:
        parts = urlsplit(origin)
        self._host, self._port, self._timeout = parts.hostname, parts.port, timeout
        self._idle: list[Connection] = []

    async def request(
        self, method: str, url: str, *, json: Any = None, params: Mapping[str, Any] | None = None
    ) -> Reply:
        """Raises OSError or EOFError when the other end is gone, TimeoutError when it is silent."""
        head, body = self._written(method, url, json, params or {})
        async with asyncio.timeout(self._timeout):
            while self._idle:
                kept = self._idle.pop()
                if not kept[0].at_eof() and not kept[1].is_closing():
                    return await self._exchange(kept, head + body)
                kept[1].close()
            fresh = await asyncio.open_connection(self._host, self._port, limit=LONGEST_HEAD)
            return await self._exchange(fresh, head + body)

    async def get(self, url: str) -> Reply:
        return await self.request("GET", url)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    def _written(self, method: str, url: str, value: Any, params: Mapping[str, Any]) -> tuple[bytes, bytes]:
        parts = urlsplit(url)
        query = "&".join(filter(None, (parts.query, urlencode({name: _word(one) for name, one in params.items()}))))
        path = quote(parts.path, safe="/%:@!$&'()*+,;=~") + (f"?{query}" if query else "")
        body = b"" if value is None else json.dumps(value, ensure_ascii=False).encode()
        lines = [f"{method} {path} HTTP/1.1", f"host: {self._host}:{self._port}", f"content-length: {len(body)}"]
        if value is not None:
            lines.append("content-type: application/json")
        return "\r\n".join([*lines, "", ""]).encode(), body

    async def _exchange(self, connection: Connection, request: bytes) -> Reply:
        reader, writer = connection
        done = False
        try:
            writer.write(request)
            await writer.drain()
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
            fields = dict(line.split(b": ", 1) for line in lines if line)
            content = await reader.readexactly(int(fields.get(b"content-length", b"0")))
            done = fields.get(b"connection") != b"close"
        finally:
            if done:
                self._idle.append(connection)
            else:
                writer.close()
        return Reply(int(first.split()[1]), content)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
