"""Listeners that can really go away: a closed port refuses, a cut connection breaks, and both come back.

A handler reaches the connection its request came over with :func:`transport_of`, so that a fault can be a fault
of the wire (`.close()`: dropped without an answer; :func:`reset_connection`: a TCP reset) and not a made-up status.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Receive, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

Address = tuple[str, int]
Scope = MutableMapping[str, Any]

IDLE_SECONDS = 75
"""How long an idle keep-alive connection stays open; longer than any client pool of ours keeps one."""

_transports: dict[tuple[Address, Address], asyncio.Transport] = {}


def transport_of(scope: Scope) -> asyncio.Transport | None:
    """The open connection this request came over; None when it is already gone."""
    client, server = scope.get("client"), scope.get("server")
    if client is None or server is None:
        return None
    return _transports.get(((client[0], client[1]), (server[0], server[1])))


def drop_connection(scope: Scope) -> None:
    """Close the connection without an answer: the caller reads an orderly end where the answer should be."""
    transport = transport_of(scope)
    if transport is not None:
        transport.abort()


def reset_connection(scope: Scope) -> None:
    """Break the connection: the caller reads `connection reset by peer`."""
    transport = transport_of(scope)
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class _Connection(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, findable by its two addresses while it is open."""

    _key: tuple[Address, Address] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        if self.client is not None and self.server is not None and self.server[1] is not None:
            self._key = (self.client, (self.server[0], self.server[1]))
            _transports[self._key] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._key is not None:
            _transports.pop(self._key, None)
        super().connection_lost(exc)


class Listener:
    """One ASGI app on one loopback port; the port number stays the same however often it goes away.

    No signal handlers, no access log, no lifespan events. Must live in one event loop.
    """

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> None:
        self._config = Config(
            self._until_stopped(app),
            log_config=None,
            access_log=False,
            lifespan="off",
            proxy_headers=False,
            timeout_keep_alive=IDLE_SECONDS,
            server_header=False,
        )
        self._state = ServerState()
        self._host, self._port = host, port
        self._reservation: socket.socket | None = None
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash at the end; the port is known after `start`."""
        return f"http://{self._host}:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    @property
    def is_away(self) -> bool:
        return self._server is None

    async def start(self) -> None:
        """Take the port and listen. Raises OSError when the port is taken."""
        self._config.load()
        self._state.default_headers = self._config.encoded_headers
        self._reserve()
        await self.come_back()

    async def go_away(self) -> None:
        """Refuse new connections and cut the open ones, at once. Handlers in flight run on, unheard."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for connection in list(self._state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)

    async def come_back(self) -> None:
        """Listen again on the same port; nothing happens when it already does."""
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self._config, self._state, {}), sock=self._bound(), backlog=512
        )

    async def stop(self) -> None:
        """Go away, end the handlers in flight, and give the port back."""
        await self.go_away()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._reservation is not None:
            self._reservation.close()
            self._reservation = None

    def _until_stopped(self, app: ASGIApp) -> ASGIApp:
        """The app, whose handlers end without a word when `stop` cancels them: nobody is left to be answered."""

        async def quiet(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await app(scope, receive, send)
            except asyncio.CancelledError:
                if not self.is_away:
                    raise

        return quiet

    def _reserve(self) -> None:
        """Hold the port by a socket that never listens, so that nobody takes it while we are away."""
        self._reservation = self._bound()
        self._port = self._reservation.getsockname()[1]

    def _bound(self) -> socket.socket:
        # Named as TCP, so that asyncio turns Nagle's delay off: else every small answer waits some 40 ms.
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((self._host, self._port))
        except OSError as taken:
            sock.close()
            raise OSError(taken.errno, f"port {self._port} on {self._host} cannot be taken: {taken.strerror}") from None
        sock.setblocking(False)
        return sock
