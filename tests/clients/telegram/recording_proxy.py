"""A proxy on this machine for HTTP and SOCKS5: it leads everything to one port and remembers what it was asked."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PART = 65_536
CLOSE = "connection"


@dataclass
class Proxy:
    """`asked` holds (kind, host:port) of every connection or request; kind is http, connect or socks5."""

    target: int
    password: str = ""
    """NAME:PASSWORD, when one is wanted"""
    asked: list[tuple[str, str]] = field(default_factory=list)
    refused: int = 0
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.readexactly(1)
            await (self._socks(reader, writer) if first == b"\x05" else self._http(first, reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the other side is gone, or the test is over
        finally:
            writer.close()

    async def _http(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        start, *lines = head.rstrip("\r\n").split("\r\n")
        method, address, version = start.split(" ")
        given = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}
        wanted = f"Basic {base64.b64encode(self.password.encode()).decode()}"
        if self.password and given.get("proxy-authorization") != wanted:
            self.refused += 1
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            return
        if method == "CONNECT":
            self.asked.append(("connect", address))
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await self._lead(b"", reader, writer)
            return
        host, _, path = address.removeprefix("http://").partition("/")
        self.asked.append(("http", host))
        kept = [line for line in lines if line.partition(":")[0].lower() not in (CLOSE, "proxy-authorization")]
        rewritten = "\r\n".join([f"{method} /{path} {version}", *kept, "connection: close", "", ""])
        await self._lead(rewritten.encode("latin-1"), reader, writer)

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\x05\x02" if self.password else b"\x05\x00")
        if self.password and not await self._is_known(reader, writer):
            return
        await reader.readexactly(3)
        kind = (await reader.readexactly(1))[0]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = ".".join(str(byte) for byte in await reader.readexactly(4))
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append(("socks5", f"{host}:{port}"))
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        await self._lead(b"", reader, writer)

    async def _is_known(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await reader.readexactly(1)
        name = await reader.readexactly((await reader.readexactly(1))[0])
        word = await reader.readexactly((await reader.readexactly(1))[0])
        is_known = f"{name.decode()}:{word.decode()}" == self.password
        self.refused += not is_known
        writer.write(b"\x01\x00" if is_known else b"\x01\x01")
        await writer.drain()
        return is_known

    async def _lead(self, begun: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to = await asyncio.open_connection("127.0.0.1", self.target)
        to.write(begun)
        out = asyncio.create_task(_pour(reader, to))
        await _pour(there, writer)
        out.cancel()
        await asyncio.gather(out, return_exceptions=True)
        to.close()


async def _pour(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    while part := await source.read(PART):
        into.write(part)
        await into.drain()


@asynccontextmanager
async def recording_proxy(target: int, password: str = "") -> AsyncIterator[Proxy]:
    """`target`: the port of this machine to which everything leads, whatever was asked for."""
    proxy = Proxy(target, password)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await proxy.serve(reader, writer)
        tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
