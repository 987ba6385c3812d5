"""A venue made of a bare socket: it can answer, lie, fall silent and hang up at any byte."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any, cast

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "c2c"
KEY, SECRET = "demo-key", "canary-secret-f00d"

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(self.body))


@dataclass
class RawVenue:
    """`behaviour` is asked for each complete request; `accepts` False hangs up before reading a byte."""

    host: str = ""
    behaviour: Behaviour | None = None
    accepts: bool = True
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://{self.host}/api/v4"

    def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.ensure_future(self.serve(reader, writer)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while self.accepts and not writer.is_closing():
                self.requests.append(await _request(reader))
                assert self.behaviour is not None
                await self.behaviour(writer)
        writer.close()


@contextlib.asynccontextmanager
async def raw_venue(behaviour: Behaviour | None = None) -> AsyncIterator[RawVenue]:
    venue = RawVenue(behaviour=behaviour)
    server = await asyncio.start_server(venue.welcome, "127.0.0.1", 0)
    venue.host = "{}:{}".format(*server.sockets[0].getsockname())
    try:
        yield venue
    finally:
        server.close()
        for task in venue.tasks:
            task.cancel()
        await asyncio.gather(*venue.tasks, return_exceptions=True)


async def _request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, body)


def response(status: int, body: bytes, *, length: int | None = None, **headers: str) -> bytes:
    """Head and body; header names are given with underscores. `length` may lie."""
    lines = [f"HTTP/1.1 {status} Because", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def says(status: int = 200, body: Any = None, *, length: int | None = None, **headers: str) -> Behaviour:
    """Answers; a body that is no bytes is sent as JSON. `Date` is the true time unless given ("" leaves it out)."""
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()

    async def act(writer: asyncio.StreamWriter) -> None:
        stamps = {"Date": formatdate(usegmt=True)} | headers
        shown = {name: value for name, value in stamps.items() if value}
        writer.write(response(status, content, length=length, **shown))
        await writer.drain()
        if length is not None:
            writer.close()

    return act


def yes(data: Any = None, **headers: str) -> Behaviour:
    envelope = {"code": 0, "message": "success", "data": {} if data is None else data}
    return says(200, envelope, length=None, **headers)


async def hangs_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def resets(writer: asyncio.StreamWriter) -> None:
    """Closes with a reset instead of a farewell."""
    sock = cast(socket.socket, writer.get_extra_info("socket"))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def stays_silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def drips(writer: asyncio.StreamWriter) -> None:
    """Never silent for long, never done: each byte alone is in time."""
    writer.write(response(200, b"", length=1000))
    for _ in range(50):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.1)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    rest = list(behaviours)

    async def act(writer: asyncio.StreamWriter) -> None:
        await rest.pop(0)(writer)

    return act


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_bytes())


def answers_of(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Every answer of a fixture file with its name, the main one first."""
    whole = fixture(name)
    return [("main", whole["response"]), *((variant["name"], variant["response"]) for variant in whole["variants"])]
