"""Somebody's address that a bell can be rung at: remembers every ring, answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outside:
    """`status` is what it answers; 0 cuts the line, negative: never answers. `told` are the bodies of the rings."""

    url: str = ""
    status: int = 204
    more: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:"))
            body = await reader.readexactly(length)
            self.heads.append(head)
            self.told.append(json.loads(body))
            if self.status < 0:
                await asyncio.sleep(30)
            if self.status > 0:
                head = f"HTTP/1.1 {self.status} X\r\ncontent-length: 0\r\n{self.more}connection: close\r\n\r\n"
                writer.write(head.encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [told for told in self.told if told["kind"] == kind]


@asynccontextmanager
async def listening(path: str = "/ring/s3cr3t") -> AsyncIterator[Outside]:
    outside = Outside()
    server = await asyncio.start_server(outside.serve, "127.0.0.1", 0)
    outside.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{path}"
    try:
        yield outside
    finally:
        server.close()
