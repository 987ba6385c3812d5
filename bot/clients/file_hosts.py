"""Files of the venue's chat: fetched from the hosts we know, from a checked address, and from nowhere else.

A buyer decides what stands in a chat, and so where a fetch would go. Therefore: only hosts of the list; every address
a name resolves to must be public; the connection goes to the very address that was checked, while name, certificate
and `Host` stay the host's; no redirect is followed; nothing of ours is sent along. httpcore instead of httpx, because
it does none of that by itself: no environment, cookies, redirects, decompression.

Entries: `host` (https, port 443), `host:port` (https there), `.suffix` (the name itself and all below it, port 443).
An exact `host:port` of this very machine, given at the start, is the demo's own: it alone may be loopback and http.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpcore

from bot.clients.file_addresses import (
    OddAddress,
    Target,
    entry_of,
    is_loopback,
    is_public,
    suffix_of,
    target_of,
)
from bot.clients.trust import certificates
from bot.domain.attachments import MAX_FROM_VENUE_BYTES, NotFetched

CONNECT_SECONDS = 5.0
AT_ONCE = 4
MAX_ADDRESSES = 3
AGAIN_LATER = (408, 425, 429)
MP4_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash")

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""A name and a port as addresses, the best first. Raises OSError when there are none."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file. `content_type` is what the bytes are, whatever the server says, `application/octet-stream` else."""

    content: bytes = field(repr=False)
    content_type: str = "application/octet-stream"


class FileHosts:
    """`seconds` is for one whole fetch. ValueError for an entry that is no host."""

    def __init__(
        self,
        hosts: Sequence[str],
        *,
        resolve: Resolve | None = None,
        max_bytes: int = MAX_FROM_VENUE_BYTES,
        seconds: float = 20.0,
        trust: ssl.SSLContext | None = None,
        sockets: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._resolve = resolve or addresses_of
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._exact: set[tuple[str, int | None]] = set()
        self._suffixes: set[str] = set()
        for entry in hosts:
            self._add(entry)
        self._own = frozenset((host, port) for host, port in self._exact if port is not None and is_loopback(host))
        self._turns = asyncio.Semaphore(AT_ONCE)
        # A kept connection belongs to an address and not to a name: the certificate would be checked for one name only.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust or certificates(), max_keepalive_connections=0, network_backend=sockets
        )

    def _add(self, entry: str) -> None:
        if entry.strip().startswith("."):
            self._suffixes.add(suffix_of(entry))
            return
        self._exact.add(entry_of(entry))

    def allow(self, host: str) -> None:
        """An owner adds exactly this host (`host` or `host:port`). It never opens our own network."""
        self._exact.add(entry_of(host))

    def allows(self, url: str) -> bool:
        """Whether the list lets us ask; the addresses behind the name are only seen by `fetch`."""
        try:
            self._checked(url)
        except NotFetched:
            return False
        return True

    def _checked(self, url: str) -> Target:
        try:
            target = target_of(url)
        except OddAddress:
            raise NotFetched("bad_address", is_final=True) from None
        host, port = target.host, target.port
        if (host, port) in self._own:
            return target
        if target.is_single_word or (target.literal is not None and not is_public(target.literal)):
            raise NotFetched("bad_address", target.authority, is_final=True)
        if target.scheme != "https":
            raise NotFetched("not_https", host, is_final=True)
        if not self._is_listed(host, port):
            raise NotFetched("unknown_host", target.authority, is_final=True)
        return target

    def _is_listed(self, host: str, port: int) -> bool:
        if (host, port) in self._exact:
            return True
        is_below = any(host == suffix or host.endswith(f".{suffix}") for suffix in self._suffixes)
        return port == 443 and (is_below or (host, None) in self._exact)

    async def fetch(self, url: str) -> Fetched:
        """The file, whole. Raises NotFetched."""
        target = self._checked(url)
        async with self._turns:
            try:
                async with asyncio.timeout(self._seconds):
                    content = await self._from_any(target, await self._addresses(target))
            except TimeoutError:
                raise NotFetched("slow", target.authority, is_final=False) from None
        if not content:
            raise NotFetched("empty", target.authority, is_final=False)
        return Fetched(content, content_type_of(content))

    async def _addresses(self, target: Target) -> list[str]:
        """What the name resolves to, all of it public (or, for the demo's own host, all of it this machine)."""
        if target.literal is not None:
            return [target.host]
        try:
            found = list(await self._resolve(target.host, target.port))
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise NotFetched("away", target.authority, is_final=False)
        is_own = (target.host, target.port) in self._own
        if not all(_is_fit(address, is_own) for address in found):
            raise NotFetched("bad_address", target.authority, is_final=True)
        return found[:MAX_ADDRESSES]

    async def _from_any(self, target: Target, addresses: Sequence[str]) -> bytes:
        """From the first of the checked addresses that takes the connection."""
        for address in addresses:
            try:
                return await self._from(target, address)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        raise NotFetched("away", target.authority, is_final=False)

    async def _from(self, target: Target, address: str) -> bytes:
        is_begun = False
        try:
            async with self._asked(target, address) as response:
                is_begun = True
                _check_head(response, target.authority, self._max_bytes)
                return await self._body(response, target)
        except (httpcore.ConnectError, httpcore.ConnectTimeout):
            raise
        except httpcore.TimeoutException:
            raise NotFetched("slow", target.authority, is_final=False) from None
        except (httpcore.NetworkError, httpcore.ProtocolError):
            raise NotFetched("cut" if is_begun else "away", target.authority, is_final=False) from None

    def _asked(self, target: Target, address: str) -> contextlib.AbstractAsyncContextManager[httpcore.Response]:
        limits = {"connect": min(CONNECT_SECONDS, self._seconds), "read": self._seconds, "write": self._seconds}
        return self._pool.stream(
            "GET",
            httpcore.URL(scheme=target.scheme, host=address, port=target.port, target=target.path),
            headers=[
                ("Host", target.authority),
                ("User-Agent", "c2c-desk"),
                ("Accept", "*/*"),
                ("Accept-Encoding", "identity"),
                ("Connection", "close"),
            ],
            extensions={"sni_hostname": target.host, "timeout": limits},
        )

    async def _body(self, response: httpcore.Response, target: Target) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_stream():
            body += chunk
            if len(body) > self._max_bytes:
                raise NotFetched("too_big", target.authority, is_final=True)
        return bytes(body)

    async def aclose(self) -> None:
        await self._pool.aclose()


def _check_head(response: httpcore.Response, host: str, max_bytes: int) -> None:
    """Everything but a plain 200 whose end can be told from a cut ends here."""
    status = response.status
    headers = {name.lower(): value.strip().lower() for name, value in response.headers}
    if 300 <= status < 400:
        raise NotFetched("redirected", host, is_final=True)
    if status >= 500:
        raise NotFetched("away", host, is_final=False)
    if status in (204, 205):
        raise NotFetched("empty", host, is_final=False)
    if status != 200 or headers.get(b"content-encoding", b"identity") != b"identity":
        raise NotFetched("refused", host, is_final=status not in AGAIN_LATER)
    length = headers.get(b"content-length")
    if length is not None and length.isdigit() and int(length) > max_bytes:
        raise NotFetched("too_big", host, is_final=True)
    if length is None and b"transfer-encoding" not in headers:
        raise NotFetched("cut", host, is_final=False)


def _is_fit(address: str, is_own: bool) -> bool:
    try:
        literal = ipaddress.ip_address(address)
    except ValueError:
        return False
    return literal.is_loopback if is_own else is_public(literal)


def host_of(url: str) -> str:
    """The host as it would be allowed (`host`, `host:port`), "" when the address cannot be read."""
    try:
        return target_of(url).authority
    except OddAddress:
        return ""


def content_type_of(content: bytes) -> str:
    """What the first bytes say a file is."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in MP4_BRANDS:
        return "video/mp4"
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    return "application/octet-stream"


async def addresses_of(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
