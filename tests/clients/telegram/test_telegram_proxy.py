"""Everything that goes to Telegram goes through the proxy, of either kind: its address is known to nobody else here."""

import asyncio
import io
import logging
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from bot.clients.telegram import Telegram
from bot.domain.reach import NotReached
from bot.domain.updates import ALLOWED_UPDATES
from bot.logs import start_log
from tests.clients.telegram.recording_proxy import Proxy, recording_proxy
from tests.clients.telegram.telegram_box import Box, caption
from tests.support.sandbox import BOT_TOKEN, OPERATOR

NOWHERE = "telegram.invalid"
"""a name that is never found: who got an answer from it asked the proxy"""
PASSWORD = "desk:pr0xy-word"
KINDS = {"http": "http", "socks5": "socks5", "socks5h": "socks5"}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the desk's own log is told at DEBUG, unredacted."""
    root = logging.getLogger()
    before, level, stream = list(root.handlers), root.level, io.StringIO()
    start_log([], "DEBUG")
    root.addHandler(logging.StreamHandler(stream))
    yield stream
    root.handlers[:], root.level = before, level


def port_of(box: Box) -> int:
    return urlsplit(box.url).port or 0


def behind(proxy: Proxy, scheme: str, url: str = f"http://{NOWHERE}", login: str = "") -> Telegram:
    return Telegram(BOT_TOKEN, url, f"{scheme}://{login}127.0.0.1:{proxy.port}")


@pytest.mark.parametrize("scheme", KINDS)
async def test_calls_polls_and_files_all_go_through_the_proxy(box: Box, scheme: str) -> None:
    async with recording_proxy(port_of(box)) as proxy:
        telegram = behind(proxy, scheme)
        try:
            await telegram.start()
            assert telegram.username
            steps = [len(proxy.asked)]
            await telegram.end_webhook()
            await telegram.send(OPERATOR, caption("hello"))
            await box.telegram.write(OPERATOR, OPERATOR, "asked for")
            (update,) = await telegram.updates(None, 1, ALLOWED_UPDATES)
            assert update["message"]["text"] == "asked for"
            steps.append(len(proxy.asked))
            _, file_id = await telegram.send_file(OPERATOR, caption("file"), b"content", "document", "a.txt")
            steps.append(len(proxy.asked))
            assert await telegram.download(file_id, 100) == b"content"
            steps.append(len(proxy.asked))
        finally:
            await telegram.stop()
    assert set(proxy.asked) == {(KINDS[scheme], f"{NOWHERE}{'' if scheme == 'http' else ':80'}")}
    assert 0 < steps[0] < steps[1] <= steps[2] < steps[3], "the poll and the download had connections of their own"


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_name_and_a_password_are_given_to_the_proxy_and_to_no_log(
    box: Box, scheme: str, written: io.StringIO
) -> None:
    async with recording_proxy(port_of(box), PASSWORD) as proxy:
        telegram = behind(proxy, scheme, login=f"{PASSWORD}@")
        await telegram.start()
        await telegram.stop()
        assert proxy.asked and proxy.refused == 0
        for login in ("", "desk:wrong@"):
            stranger = behind(proxy, scheme, login=login)
            with pytest.raises(NotReached) as no:
                await asyncio.wait_for(stranger.start(), 10)
            await stranger.stop()
            assert "pr0xy-word" not in str(no.value)
    assert "pr0xy-word" not in written.getvalue()


async def test_telegrams_own_address_is_reached_by_a_tunnel(box: Box) -> None:
    """Only the way out is looked at: what answers at its end speaks no TLS."""
    for scheme, kind in (("http", "connect"), ("socks5", "socks5")):
        async with recording_proxy(port_of(box)) as proxy:
            telegram = behind(proxy, scheme, f"https://{NOWHERE}")
            with pytest.raises(NotReached):
                await asyncio.wait_for(telegram.start(), 10)
            await telegram.stop()
        assert set(proxy.asked) == {(kind, f"{NOWHERE}:443")}


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_is_away_is_telegram_that_is_away(scheme: str) -> None:
    telegram = Telegram(BOT_TOKEN, f"http://{NOWHERE}", f"{scheme}://127.0.0.1:9")
    with pytest.raises(NotReached):
        await asyncio.wait_for(telegram.start(), 10)
    await telegram.stop()
