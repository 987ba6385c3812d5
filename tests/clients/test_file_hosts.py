"""S8, S9: a buyer decides what stands in a chat, and nothing of it leads us outside the list or back to ourselves."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence

import pytest

from bot.clients.file_hosts import FileHosts, content_type_of, host_of
from bot.domain.attachments import NotFetched
from tests.clients.raw_venue import Behaviour, drips, hangs_up, raw_venue, resets, response, says, stays_silent
from tests.sandbox.telegram.pictures import PNG
from tests.support.wire import SERVER_NAME, Names, Wire, tls_venue, trust_of_the_tests

PUBLIC, OTHER_PUBLIC, PUBLIC_6 = "93.184.215.14", "151.101.1.69", "2606:4700::6810:84e5"
LIST = (".gateimg.com", "chat.gate.io", "files.gate.com:8443")

HOSTILE = [
    # the list
    ("https://evil.example/a.jpg", "unknown_host"),
    ("https://evilgateimg.com/a.jpg", "unknown_host"),
    ("https://gateimg.com.evil.example/a.jpg", "unknown_host"),
    ("https://gateimg.co/a.jpg", "unknown_host"),
    ("https://a.chat.gate.io/a.jpg", "unknown_host"),
    ("https://gate.io/a.jpg", "unknown_host"),
    ("https://www.gateimg.com:8443/a.jpg", "unknown_host"),
    ("https://chat.gate.io:22/a.jpg", "unknown_host"),
    ("https://files.gate.com/a.jpg", "unknown_host"),
    ("https://evil.example?.gateimg.com/a.jpg", "unknown_host"),
    ("https://evil.example#.gateimg.com", "unknown_host"),
    ("https://evil.example/.gateimg.com", "unknown_host"),
    (f"https://{PUBLIC}/a.jpg", "unknown_host"),
    (f"https://[{PUBLIC_6}]/a.jpg", "unknown_host"),
    ("https://xn--gateimg-x1a.com/a.jpg", "unknown_host"),
    # the way there
    ("http://www.gateimg.com/a.jpg", "not_https"),
    ("http://www.gateimg.com:443/a.jpg", "not_https"),
    ("HTTP://WWW.GATEIMG.COM/a.jpg", "not_https"),
    ("http://files.gate.com:8443/a.jpg", "not_https"),
    ("ftp://www.gateimg.com/a.jpg", "bad_address"),
    ("file:///etc/passwd", "bad_address"),
    ("gopher://www.gateimg.com/_x", "bad_address"),
    ("data:image/png;base64,AAAA", "bad_address"),
    ("//www.gateimg.com/a.jpg", "bad_address"),
    ("www.gateimg.com/a.jpg", "bad_address"),
    ("https:www.gateimg.com/a.jpg", "bad_address"),
    ("https:///www.gateimg.com/a.jpg", "bad_address"),
    ("", "bad_address"),
    # two readings
    ("https://gateimg.com@evil.example/", "bad_address"),
    ("https://user:word@www.gateimg.com/", "bad_address"),
    ("https://evil.example\\@www.gateimg.com/", "bad_address"),
    ("https://www.gateimg.com\\.evil.example/", "bad_address"),
    ("https:\\\\www.gateimg.com/a.jpg", "bad_address"),
    ("https://www.gateimg.com/a\\..\\b", "bad_address"),
    ("https://evil.example%2f.gateimg.com/", "bad_address"),
    ("https://evil.example%00.gateimg.com/", "bad_address"),
    ("https://evil.example\x00.gateimg.com/", "bad_address"),
    ("https://evil.example\t.gateimg.com/", "bad_address"),
    ("https://www.gateimg.com/a\r\nHost: evil.example", "bad_address"),
    (" https://www.gateimg.com/a.jpg", "bad_address"),
    ("https://www.gateimg.com:443:8080/", "bad_address"),
    ("https://www.gateimg.com:/a.jpg", "bad_address"),
    ("https://www.gateimg.com:0/a.jpg", "bad_address"),
    ("https://www.gateimg.com:99999/a.jpg", "bad_address"),
    ("https://www.gateimg.com:４４３/a.jpg", "bad_address"),
    ("https://-www.gateimg.com/a.jpg", "bad_address"),
    ("https://www..gateimg.com/a.jpg", "bad_address"),
    ("https://www.gateimg.com../a.jpg", "bad_address"),
    ("https://evil.example。gateimg.com/", "bad_address"),
    ("https://ｗｗｗ.gateimg.com/", "bad_address"),
    ("https://gаteimg.com/", "bad_address"),
    ("https://" + "a" * 64 + ".gateimg.com/", "bad_address"),
    ("https://www.gateimg.com/" + "a" * 9000, "bad_address"),
    # ourselves
    ("http://2130706433/", "bad_address"),
    ("https://2130706433/", "bad_address"),
    ("https://0x7f000001/", "bad_address"),
    ("https://0x7f.1/", "bad_address"),
    ("https://0177.0.0.1/", "bad_address"),
    ("https://127.1/", "bad_address"),
    ("https://127.0.0.1/", "bad_address"),
    ("https://127.0.0.1:8080/callbacks/gatepay", "bad_address"),
    ("https://0.0.0.0/", "bad_address"),
    ("https://10.0.0.1/", "bad_address"),
    ("https://192.168.0.1/", "bad_address"),
    ("http://169.254.169.254/latest/meta-data/", "bad_address"),
    ("https://100.100.100.200/", "bad_address"),
    ("https://[::1]/", "bad_address"),
    ("https://[::]/", "bad_address"),
    ("https://[::ffff:127.0.0.1]/", "bad_address"),
    ("https://[::127.0.0.1]/", "bad_address"),
    ("https://[fe80::1]/", "bad_address"),
    ("https://[fe80::1%25eth0]/", "bad_address"),
    ("https://[64:ff9b::7f00:1]/", "bad_address"),
    ("https://localhost/", "bad_address"),
    ("https://gate/", "bad_address"),
    ("https://a.localhost/", "bad_address"),
]

NOT_PUBLIC = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1",
    "198.51.100.7", "203.0.113.9", "168.63.129.16", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", f"::ffff:{PUBLIC}", "fe80::1", "fe80::1%eth0", "fec0::1",
    "fc00::1", "fd00:ec2::254", "ff02::1", "2002:7f00:1::", "2002:5db8:d70e::1", "2001::1", "2001:db8::1", "3fff::1",
    "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "5f00::1", "2606:4700::1%eth0", "not an address", "",
]  # fmt: skip


def failed(raised: pytest.ExceptionInfo[NotFetched]) -> tuple[str, bool]:
    return raised.value.why, raised.value.is_final


@pytest.mark.parametrize(("url", "why"), HOSTILE)
async def test_a_hostile_address_makes_no_connection_and_no_lookup(url: str, why: str) -> None:
    wire, names = Wire(), Names({})
    hosts = FileHosts([*LIST, "127.0.0.1:9"], resolve=names, sockets=wire)
    with pytest.raises(NotFetched) as raised:
        await hosts.fetch(url)
    assert failed(raised) == (why, True)
    assert not hosts.allows(url)
    assert (wire.connections, names.asked) == ([], [])


@pytest.mark.parametrize("address", NOT_PUBLIC)
@pytest.mark.parametrize("place", [0, 1])
async def test_a_name_that_leads_into_our_own_network_makes_no_connection(address: str, place: int) -> None:
    answer = [PUBLIC]
    answer.insert(place, address)
    for answers in ([address], answer):
        wire = Wire()
        hosts = FileHosts(LIST, resolve=Names({"www.gateimg.com": [answers]}), sockets=wire)
        with pytest.raises(NotFetched) as raised:
            await hosts.fetch("https://www.gateimg.com/a.jpg")
        assert failed(raised) == ("bad_address", True)
        assert wire.connections == []


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_6, "8.8.8.8", "47.74.0.1", "2400:3200::1"])
async def test_a_public_address_is_asked_as_it_was_checked(address: str) -> None:
    wire = Wire()
    hosts = FileHosts(LIST, resolve=Names({"files.gate.com": [[address]]}), sockets=wire)
    with pytest.raises(NotFetched) as raised:
        await hosts.fetch("https://files.gate.com:8443/a.jpg")
    assert (*failed(raised), raised.value.host) == ("away", False, "files.gate.com:8443")
    assert wire.connections == [(address, 8443)]


@pytest.fixture
async def png() -> AsyncIterator[tuple[FileHosts, Wire, Names]]:
    """The list's own host behind TLS, as the world sees it: a name, a public address, a certificate."""
    async with tls_venue(says(200, PNG)) as (venue, _):
        host, _, port = venue.host.partition(":")
        wire = Wire({PUBLIC: (host, int(port)), OTHER_PUBLIC: (host, int(port))})
        names = Names({SERVER_NAME: [[PUBLIC]], "www.gateimg.com": [[PUBLIC]]})
        hosts = FileHosts(LIST, resolve=names, sockets=wire, trust=trust_of_the_tests())
        yield hosts, wire, names
        await hosts.aclose()


async def test_a_file_comes_over_tls_with_the_name_of_its_host_and_nothing_of_ours() -> None:
    async with tls_venue(says(200, PNG, Set_Cookie="a=b", Content_Type="text/html")) as (venue, greeted):
        host, _, port = venue.host.partition(":")
        wire, names = Wire({PUBLIC: (host, int(port))}), Names({SERVER_NAME: [[PUBLIC]]})
        hosts = FileHosts(LIST, resolve=names, sockets=wire, trust=trust_of_the_tests())
        for _ in range(2):
            fetched = await hosts.fetch(f"https://{SERVER_NAME.upper()}./c2c/图 1.png?X-Sig=a%2Fb+c&e=1#part")
        await hosts.aclose()
    assert (fetched.content, fetched.content_type) == (PNG, "image/png")
    assert greeted == [SERVER_NAME, SERVER_NAME]
    assert wire.connections == [(PUBLIC, 443), (PUBLIC, 443)]
    assert [request.path for request in venue.requests] == ["/c2c/%E5%9B%BE%201.png?X-Sig=a%2Fb+c&e=1"] * 2
    assert [request.headers for request in venue.requests] == [
        {
            "host": SERVER_NAME,
            "user-agent": "c2c-desk",
            "accept": "*/*",
            "accept-encoding": "identity",
            "connection": "close",
        }
    ] * 2


async def test_a_name_that_changes_its_answer_does_not_move_the_connection(png: tuple[FileHosts, Wire, Names]) -> None:
    hosts, wire, names = png
    names.answers[SERVER_NAME] = [[PUBLIC], ["127.0.0.1"]]
    assert (await hosts.fetch(f"https://{SERVER_NAME}/a.png")).content == PNG
    assert (names.asked, wire.connections) == ([(SERVER_NAME, 443)], [(PUBLIC, 443)])
    with pytest.raises(NotFetched) as raised:
        await hosts.fetch(f"https://{SERVER_NAME}/a.png")
    assert failed(raised) == ("bad_address", True)
    assert wire.connections == [(PUBLIC, 443)]


async def test_a_certificate_for_another_name_is_refused_also_after_a_good_one(
    png: tuple[FileHosts, Wire, Names],
) -> None:
    hosts, wire, _ = png
    assert (await hosts.fetch(f"https://{SERVER_NAME}/a.png")).content == PNG
    with pytest.raises(NotFetched) as raised:
        await hosts.fetch("https://www.gateimg.com/a.png")
    assert failed(raised) == ("away", False)
    assert len(wire.connections) == 2


async def test_a_certificate_nobody_vouches_for_is_refused(png: tuple[FileHosts, Wire, Names]) -> None:
    _, wire, names = png
    hosts = FileHosts(LIST, resolve=names, sockets=wire)
    with pytest.raises(NotFetched) as raised:
        await hosts.fetch(f"https://{SERVER_NAME}/a.png")
    assert failed(raised) == ("away", False)


async def test_the_next_checked_address_is_tried_when_one_does_not_answer(png: tuple[FileHosts, Wire, Names]) -> None:
    hosts, wire, names = png
    names.answers[SERVER_NAME] = [[PUBLIC_6, OTHER_PUBLIC, PUBLIC]]
    assert (await hosts.fetch(f"https://{SERVER_NAME}/a.png")).content == PNG
    assert wire.connections == [(PUBLIC_6, 443), (OTHER_PUBLIC, 443)]


async def test_a_name_nobody_knows_is_away(png: tuple[FileHosts, Wire, Names]) -> None:
    hosts, wire, names = png
    names.answers.clear()
    with pytest.raises(NotFetched) as raised:
        await hosts.fetch(f"https://{SERVER_NAME}/a.png")
    assert failed(raised) == ("away", False)
    assert wire.connections == []


async def test_the_environment_cannot_lead_the_way_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_venue(hangs_up) as proxy, raw_venue(says(200, PNG)) as venue:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        hosts = FileHosts([venue.host])
        assert (await hosts.fetch(f"http://{venue.host}/a.png")).content == PNG
        await hosts.aclose()
    assert (proxy.connections, venue.connections) == (0, 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with raw_venue(says(200, PNG)) as inner, raw_venue() as venue:
        venue.behaviour = says(status, b"", Location=f"http://{inner.host}/a.png")
        hosts = FileHosts([venue.host, inner.host])
        with pytest.raises(NotFetched) as raised:
            await hosts.fetch(f"http://{venue.host}/a.png")
    assert failed(raised) == ("redirected", True)
    assert inner.connections == 0


async def bomb(writer: asyncio.StreamWriter) -> None:
    writer.write(response(200, gzip.compress(bytes(40_000_000)), Content_Encoding="gzip"))


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
        await writer.drain()


async def without_an_end(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + PNG)
    writer.close()


async def cut_between_chunks(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n")
    writer.close()


async def announced(writer: asyncio.StreamWriter) -> None:
    writer.write(response(200, b"", length=10_000_000))


async def two_lengths(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 500\r\n\r\n12345")


async def noise(writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    writer.close()


@pytest.mark.parametrize(
    ("behaviour", "why", "is_final"),
    [
        (says(404, b"no"), "refused", True),
        (says(403, b"no"), "refused", True),
        (says(429, b"no"), "refused", False),
        (says(206, b"half"), "refused", True),
        (says(500, b"no"), "away", False),
        (says(503, b"no"), "away", False),
        (says(200, b""), "empty", False),
        (says(204, b""), "empty", False),
        (says(200, b"12345", length=500), "cut", False),
        (cut_between_chunks, "cut", False),
        (without_an_end, "cut", False),
        (announced, "too_big", True),
        (says(200, bytes(100_001)), "too_big", True),
        (endless, "too_big", True),
        (bomb, "refused", True),
        (hangs_up, "away", False),
        (resets, "away", False),
        (two_lengths, "away", False),
        (noise, "away", False),
        (drips, "slow", False),
        (stays_silent, "slow", False),
    ],
)
async def test_only_a_whole_file_within_the_limits_is_a_file(behaviour: Behaviour, why: str, is_final: bool) -> None:
    async with raw_venue(behaviour) as venue:
        hosts = FileHosts([venue.host], max_bytes=100_000, seconds=0.7 if why == "slow" else 5)
        with pytest.raises(NotFetched) as raised:
            await hosts.fetch(f"http://{venue.host}/a.png")
        await hosts.aclose()
    assert (*failed(raised), raised.value.host) == (why, is_final, venue.host)


async def test_a_file_of_exactly_the_limit_passes_also_in_chunks() -> None:
    async def chunked(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n5\r\n67890\r\n0\r\n\r\n")

    for behaviour in (chunked, says(200, b"1234567890")):
        async with raw_venue(behaviour) as venue:
            fetched = await FileHosts([venue.host], max_bytes=10).fetch(f"http://{venue.host}/a")
        assert (fetched.content, fetched.content_type) == (b"1234567890", "application/octet-stream")


async def test_a_resolver_that_never_answers_is_slow() -> None:
    async def never(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    wire = Wire()
    with pytest.raises(NotFetched) as raised:
        await FileHosts(LIST, resolve=never, sockets=wire, seconds=0.2).fetch("https://gateimg.com/a")
    assert failed(raised) == ("slow", False)
    assert wire.connections == []


async def test_slow_files_leave_room_for_the_next_ones() -> None:
    async with raw_venue(stays_silent) as silent, raw_venue(says(200, PNG)) as venue:
        hosts = FileHosts([silent.host, venue.host], seconds=0.5)
        slow = [asyncio.ensure_future(hosts.fetch(f"http://{silent.host}/a")) for _ in range(6)]
        await asyncio.sleep(0.05)
        assert (await hosts.fetch(f"http://{venue.host}/a")).content == PNG
        outcomes = await asyncio.gather(*slow, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == [f"slow {silent.host}"] * 6


async def test_the_demos_own_host_is_reached_on_its_port_only() -> None:
    async with raw_venue(says(200, PNG)) as venue, raw_venue(says(200, PNG)) as neighbour:
        hosts = FileHosts([venue.host])
        assert (await hosts.fetch(f"http://{venue.host}/a.png")).content == PNG
        for url in (
            f"http://{neighbour.host}/",
            f"https://{neighbour.host}/",
            "http://127.0.0.1/",
            "http://localhost/",
        ):
            with pytest.raises(NotFetched) as raised:
                await hosts.fetch(url)
            assert failed(raised) == ("bad_address", True)
        port = int(venue.host.partition(":")[2])
        named = FileHosts([f"localhost:{port}"], resolve=Names({"localhost": [["127.0.0.1"], [PUBLIC]]}))
        assert (await named.fetch(f"http://localhost:{port}/a.png")).content == PNG
        with pytest.raises(NotFetched, match="bad_address"):
            await named.fetch(f"http://localhost:{port}/a.png")
    assert neighbour.connections == 0


async def test_a_loopback_host_without_a_port_lifts_nothing() -> None:
    hosts = FileHosts(["127.0.0.1", "localhost", "10.0.0.1:8080"], sockets=(wire := Wire()))
    for url in ("http://127.0.0.1/", "https://127.0.0.1/", "https://localhost/", "http://10.0.0.1:8080/"):
        with pytest.raises(NotFetched, match="bad_address"):
            await hosts.fetch(url)
    assert wire.connections == []


async def test_what_an_owner_adds_is_that_host_and_never_our_own_network() -> None:
    async with raw_venue(says(200, PNG)) as venue:
        wire = Wire()
        hosts = FileHosts(LIST, resolve=Names({"cdn.example": [[PUBLIC]], "in.example": [["10.0.0.1"]]}), sockets=wire)
        assert not hosts.allows("https://cdn.example/a")
        for host in ("CDN.example", "in.example", "old.example:8443", venue.host, "localhost:8080"):
            hosts.allow(host)
        assert hosts.allows("https://cdn.example/a") and hosts.allows("https://old.example:8443/a")
        for url in (
            "https://a.cdn.example/a",
            "https://cdn.example:8443/a",
            "http://cdn.example/",
            "https://old.example/",
        ):
            assert not hosts.allows(url)
        for url in (f"http://{venue.host}/a", "http://localhost:8080/", "https://in.example/"):
            with pytest.raises(NotFetched, match="bad_address"):
                await hosts.fetch(url)
    assert (venue.connections, wire.connections) == (0, [])


def test_a_suffix_is_the_name_itself_and_all_below_it() -> None:
    hosts = FileHosts(LIST)
    for host in ("gateimg.com", "www.gateimg.com", "a.b.c.gateimg.com", "WWW.GateImg.com.", "chat.gate.io"):
        assert hosts.allows(f"https://{host}/a.jpg") and hosts.allows(f"https://{host}:443/a.jpg")


@pytest.mark.parametrize(
    "entry", ["", ".", ".com", "https://gateimg.com", "a/b", "a b.com", "гейт.com", "host:0", "host:99999", ".1.2.3.4"]
)
def test_an_entry_that_is_no_host_is_refused(entry: str) -> None:
    with pytest.raises(ValueError):
        FileHosts([entry])


@pytest.mark.parametrize("entry", [".gateimg.com", "", "https://gateimg.com", "*"])
def test_an_owner_adds_hosts_and_no_patterns(entry: str) -> None:
    with pytest.raises(ValueError):
        FileHosts([]).allow(entry)


def test_the_host_of_an_address_is_the_entry_that_would_allow_it() -> None:
    shown = {
        "https://CDN.Example./a": "cdn.example",
        "https://cdn.example:443/a": "cdn.example",
        "https://cdn.example:8443/a": "cdn.example:8443",
        f"https://[{PUBLIC_6}]:8443/": f"[{PUBLIC_6}]:8443",
        "https://a@b/": "",
        "nonsense": "",
    }
    assert {url: host_of(url) for url in shown} == shown
    for url, host in list(shown.items())[:4]:
        hosts = FileHosts([])
        hosts.allow(host)
        assert hosts.allows(url)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (PNG, "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVE", "application/octet-stream"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x20ftypheic", "application/octet-stream"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<html>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_bytes_say_what_a_file_is(start: bytes, kind: str) -> None:
    assert content_type_of(start) == kind
