"""A socket layer that remembers every connection asked for, and leads chosen public addresses to a server in here."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpcore

from tests.clients.raw_venue import Behaviour, RawVenue

TLS = Path(__file__).resolve().parents[1] / "fixtures" / "tls"
SERVER_NAME = "files.gateimg.com"


@dataclass
class Wire(httpcore.AsyncNetworkBackend):
    """`leads` maps an address to the local server behind it; every other address refuses."""

    leads: dict[str, tuple[str, int]] = field(default_factory=dict)
    connections: list[tuple[str, int]] = field(default_factory=list)
    real: httpcore.AsyncNetworkBackend = field(default_factory=httpcore.AnyIOBackend)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connections.append((host, port))
        if host not in self.leads:
            raise httpcore.ConnectError("nobody there")
        return await self.real.connect_tcp(*self.leads[host], timeout=timeout)


@dataclass
class Names:
    """A resolver: each name's answers one after the other, the last one for good."""

    answers: dict[str, list[Sequence[str]]]
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        answers = self.answers.get(host, [])
        if not answers:
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]


def trust_of_the_tests() -> ssl.SSLContext:
    """Trusts the authority of the tests and nobody else."""
    return ssl.create_default_context(cafile=str(TLS / "authority.pem"))


@contextlib.asynccontextmanager
async def tls_venue(behaviour: Behaviour) -> AsyncIterator[tuple[RawVenue, list[str | None]]]:
    """A server with a certificate for SERVER_NAME, and the names it was greeted with."""
    greeted: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "files.gateimg.com.pem")
    context.sni_callback = lambda _, name, __: greeted.append(name)
    venue = RawVenue(behaviour=behaviour)
    server = await asyncio.start_server(venue.welcome, "127.0.0.1", 0, ssl=context)
    venue.host = "{}:{}".format(*server.sockets[0].getsockname())
    try:
        yield venue, greeted
    finally:
        server.close()
        for task in venue.tasks:
            task.cancel()
        await asyncio.gather(*venue.tasks, return_exceptions=True)
