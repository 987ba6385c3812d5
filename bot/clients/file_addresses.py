"""Where the address of a buyer's file leads: read strictly, before anything is looked up or connected.

An address two programs could read in two ways is no address: no user names, no backslashes, no control characters, no
letters outside ASCII in the host, no numbers in place of a dotted quad.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote

MAX_URL = 8192
PORTS = {"http": 80, "https": 443}

WHOLE = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?(?P<rest>[/?#].*)?\Z",
    re.IGNORECASE | re.DOTALL,
)
ENTRY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?\Z", re.IGNORECASE)
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")
ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")

# What `ipaddress` calls global although it leads back into a network of ours, is shared, or carries an IPv4 address.
NOT_OURS_TO_ASK = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
UNICAST_6 = ipaddress.IPv6Network("2000::/3")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class OddAddress(ValueError):
    """Not an address of a file that every program reads alike."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart. `host` is lower case, without brackets and final dot; `path` is what is asked for."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def literal(self) -> Address | None:
        return literal_of(self.host)

    @property
    def is_single_word(self) -> bool:
        """A name without a dot, or below `localhost`: never a public one."""
        return self.literal is None and ("." not in self.host or self.host.endswith(".localhost"))

    @property
    def authority(self) -> str:
        """Host and, unless it is the scheme's own, port: the `Host` header, and the entry that would allow it."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == PORTS[self.scheme] else f"{shown}:{self.port}"


def target_of(url: str) -> Target:
    """Take a URL apart. Raises OddAddress."""
    found = WHOLE.match(url) if len(url) <= MAX_URL and not ODD.search(url) else None
    if found is None:
        raise OddAddress("not a plain address")
    scheme = found["scheme"].lower()
    port = int(found["port"]) if found["port"] else PORTS[scheme]
    if not 0 < port < 65536:
        raise OddAddress("no such port")
    wanted = (found["rest"] or "").partition("#")[0]
    path = quote(wanted if wanted.startswith("/") else f"/{wanted}", safe="!$%&'()*+,-./:;=?@_~|^`[]{}")
    return Target(scheme, name_of(found["host"]), port, path)


def entry_of(entry: str) -> tuple[str, int | None]:
    """`host`, `host:port` or `[v6]:port` as lower-case host and port; ValueError for anything else."""
    found = ENTRY.match(entry.strip())
    if found is None or (found["port"] and not 0 < int(found["port"]) < 65536):
        raise OddAddress(f"not a host: {entry!r}")
    return name_of(found["host"]), int(found["port"]) if found["port"] else None


def suffix_of(entry: str) -> str:
    """`.gateimg.com` as `gateimg.com`; a whole top-level domain is refused with ValueError."""
    name = name_of(entry.strip()[1:])
    if "." not in name or literal_of(name) is not None:
        raise OddAddress(f"too wide: {entry!r}")
    return name


def check_entry(entry: str) -> None:
    """Raises ValueError for what can never be an entry of the hosts that files may come from."""
    if entry.startswith("."):
        suffix_of(entry)
    else:
        entry_of(entry)


def name_of(host: str) -> str:
    """A host's name in the one spelling we compare. Raises OddAddress for numbers that are no dotted quad."""
    name = host.lower()
    if name.startswith("["):
        return _spelled(name[1:-1])
    name = name.removesuffix(".")
    labels = name.split(".")
    if not name or len(name) > 253 or not all(LABEL.match(label) for label in labels):
        raise OddAddress("not a host name")
    return _spelled(name) if NUMBER.match(labels[-1]) else name


def _spelled(literal: str) -> str:
    try:
        return str(ipaddress.ip_address(literal))
    except ValueError:
        raise OddAddress("a number that is no address") from None


def literal_of(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """A name or literal of this very machine."""
    literal = literal_of(host)
    return host == "localhost" if literal is None else literal.is_loopback


def is_public(address: Address) -> bool:
    """Global unicast, and no way to say an IPv4 address in IPv6."""
    if isinstance(address, ipaddress.IPv6Address) and (address.scope_id or address not in UNICAST_6):
        return False
    if any(address in network for network in NOT_OURS_TO_ASK if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
