"""S6: secrets that are easy to find again are given to the desk, and then looked for wherever it leaves words.

Not looked at here: the environment of the desk's own process and of its children, which holds what the technician put
there.
"""

import asyncio
import io
import logging
import os
import sys
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import _secrets
from bot.clients.gate_c2c.client import GateC2C
from bot.clients.http import Http
from bot.clients.telegram import Telegram
from bot.domain.errors import DeskError
from bot.logs import QUIET, start_log
from bot.settings import SettingsError, build
from bot.views.card import Card
from tests.security.stand import message
from tests.support.desk import RunningDesk, running_desk, settings_for
from tests.support.sandbox import CHECKOUT, LEAD, OPERATOR, OWNER, Sandbox, running_sandbox

TOKEN = "424242:CanaryTokenCanaryTokenCanary_-77"
KEY = "canarykey00112233445566778899aabb"
SECRET = "canarySecret/with+odd=chars=="
ODD_TOKEN = "canary token of no known shape"
CANARIES = (TOKEN, TOKEN.partition(":")[2], KEY, SECRET, "CanaryToken", "canarykey", "canarySecret")


def hits(text: str | bytes) -> list[str]:
    """The canaries that stand in it."""
    if isinstance(text, bytes):
        return [canary for canary in CANARIES if canary.encode() in text]
    return [canary for canary in CANARIES if canary in text]


def in_files(folder: Path) -> list[str]:
    """The canaries in the database and whatever else was written beside it."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    return [canary for file in files for canary in hits(file.read_bytes())]


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    arguments = ("--bot-token", TOKEN, "--gate-key", KEY, "--gate-secret", SECRET)
    async with running_sandbox(arguments=arguments) as sandbox:
        await sandbox.telegram.flood(False)
        yield sandbox


@dataclass
class Log:
    """What the desk's own log would print."""

    stream: io.StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()


@pytest.fixture
def log() -> Iterator[Log]:
    """The log as `run --log DEBUG` starts it, into a text."""
    root, made = logging.getLogger(), Log(io.StringIO())
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in QUIET}
    stderr, sys.stderr = sys.stderr, made.stream
    try:
        start_log([TOKEN, KEY, SECRET], "DEBUG")
    finally:
        sys.stderr = stderr
    try:
        yield made
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, was in levels.items():
            logging.getLogger(name).setLevel(was)


async def sell(desk: RunningDesk, amount: str) -> str:
    """A sale up to the confirming tap, whatever comes of it."""
    box = desk.box
    since = max((shown.id for shown in await box.telegram.messages(OPERATOR)), default=0)
    order = await box.gate.open_order(amount=amount, paid=True)
    bell = await box.telegram.wait_for_message(OPERATOR, contains="Paid – check the bank", after=since)
    await desk.press(OPERATOR, bell, "Release…")
    with suppress(AssertionError):
        confirm = await box.telegram.wait_for_message(OPERATOR, contains="It cannot be undone", after=since, timeout=2)
        await desk.settle(0.4)
        await box.telegram.tap(OPERATOR, OPERATOR, confirm, text="I saw it: release")
        await desk.settle(0.3)
    return order


GATE_TROUBLE = ("label:INVALID_KEY", "error_500", "html", "truncated", "reset", "redirect")


async def test_a_day_of_trouble_at_debug_leaves_no_secret_in_log_or_database(
    box: Sandbox, tmp_path: Path, log: Log
) -> None:
    async with running_desk(box, tmp_path / "desk.db", speed=5) as desk:
        assert _secrets(desk.application.settings) == [
            TOKEN, SECRET, box.pay_secret, box.mtpay_secret, KEY, box.mtpay_access_key,
        ]  # fmt: skip
        await sell(desk, "1000.00")
        for number, kind in enumerate(GATE_TROUBLE):
            await box.gate.fault("confirm-receipt", kind, times=1, to="http://127.0.0.1:9/elsewhere")
            await sell(desk, f"10{number}.00")
        await box.gate.fault("*", "label:INVALID_SIGNATURE", times=5)
        for kind in ("500", "429", "bad_request:can't parse entities", "forbidden:bot was blocked by the user"):
            await box.telegram.fault("sendMessage", kind, times=1, seconds=0)
            await box.telegram.write(LEAD, LEAD, "/orders")
        await box.telegram.fault("getUpdates", "502", times=2)
        broken = message(LEAD, LEAD, "/orders", date="no date", photo=7, reply_to_message="x")
        await box.controls.post("telegram/act/raw_update", {"update": {"message": broken}})
        await box.telegram.write(OWNER, OWNER, f"/staff invite {TOKEN[:20]}")
        await box.gate.away()
        await box.telegram.away()
        await desk.settle(1.5)
        await box.telegram.away(False)
        await box.gate.away(False)
        await desk.settle(1)
        assert in_files(tmp_path) == [], "while it runs"
    assert "Traceback" in log.text and "DEBUG" in log.text and "HTTP 500" in log.text
    assert hits(log.text) == []
    assert in_files(tmp_path) == []


def words_of(error: BaseException) -> str:
    """Everything a log or a person could be shown of an exception and of what stands behind it."""
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain:
        chain.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    told = [f"{one!s} {one!r} {one.args!r} {vars(one)!r}" for one in chain]
    return "\n".join([*told, *traceback.format_exception(error)])


async def raised(work: Awaitable[Any]) -> BaseException | None:
    try:
        await work
    except Exception as error:  # whatever it is, its words are looked at
        return error
    return None


async def test_no_exception_of_the_venues_client_says_a_secret(box: Sandbox) -> None:
    async with Http("gate", clock=lambda: 1.8e9) as http:
        clients = [
            GateC2C(http, box.gate_url, KEY, SECRET, time.time),
            GateC2C(http, box.gate_url, KEY, SECRET[:-2], time.time),
            GateC2C(http, box.gate_url, KEY + "x", SECRET, time.time),
            GateC2C(http, "http://127.0.0.1:9/api/v4", KEY, SECRET, time.time),
        ]
        seen = 0
        for kind in ("error_500", "html", "truncated", "reset", "drop_before", "redirect", "label:INVALID_KEY", "429"):
            for client in clients:
                await box.gate.clear_faults()
                await box.gate.fault("*", kind, times=-1, to="http://127.0.0.1:9/elsewhere", seconds=0)
                calls: list[Callable[[GateC2C], Awaitable[Any]]] = [
                    lambda one: one.order(order_id="61000001"),
                    lambda one: one.release(order_id="61000001"),
                ]
                for call in calls:
                    error = await raised(call(client))
                    assert isinstance(error, DeskError), kind
                    assert hits(words_of(error)) == []
                    seen += 1
        assert seen == 64
        assert hits(f"{clients} {http!r} {vars(http)!r}") == []


@pytest.mark.parametrize("token", [TOKEN + "x", TOKEN, ODD_TOKEN])
async def test_no_exception_of_telegrams_client_says_the_token(box: Sandbox, token: str) -> None:
    card = Card("<b>x</b>")
    errors = []
    for url in (box.telegram_url, "http://127.0.0.1:9"):
        telegram = Telegram(token, url)
        for kind in ("500", "429", "bad_request:x", "forbidden:x", "drop_after"):
            await box.telegram.clear_faults()
            await box.telegram.fault("*", kind, times=-1, seconds=0)
            for work in (telegram.start(), telegram.updates(None, 0, ("message",)), telegram.send(OWNER, card)):
                errors.append(await raised(work))
        await telegram.stop()
        assert hits(f"{telegram!r}") == [] and token not in f"{telegram!r}"
    await box.telegram.clear_faults()
    told = [words_of(error) for error in errors if error is not None]
    assert len(told) > 20
    for words in told:
        assert hits(words) == [] and token not in words


def test_settings_and_their_refusals_say_no_secret(tmp_path: Path) -> None:
    good = {"TELEGRAM_TOKEN": TOKEN, "DESK_OWNERS": "1001", "GATE_API_KEY": KEY, "GATE_API_SECRET": SECRET}
    settings = build(good)
    assert hits(f"{settings!r} {settings}") == []
    wrong = (
        {"POLL_SECONDS": SECRET}, {"DESK_OWNERS": TOKEN}, {"GATE_API_URL": SECRET}, {"DATABASE_URL": "", "X": SECRET},
        {"GATE_API_SECRET": ""}, {"GATE_API_KEY": ""}, {"DESK_TIMEZONE": SECRET}, {"DESK_MARKETS": TOKEN},
    )  # fmt: skip
    for change in wrong:
        with pytest.raises(SettingsError) as refused:
            build(good | change)
        assert hits(words_of(refused.value)) == []


@pytest.mark.parametrize("what", ["right", "wrong token", "wrong secret", "nobody there"])
async def test_the_command_line_prints_no_secret(box: Sandbox, tmp_path: Path, what: str) -> None:
    given = settings_for(box, tmp_path / "desk.db").model_dump()
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(CHECKOUT),
        "TELEGRAM_TOKEN": TOKEN + "x" if what == "wrong token" else TOKEN,
        "TELEGRAM_API_URL": "http://127.0.0.1:9" if what == "nobody there" else box.telegram_url,
        "GATE_API_URL": "http://127.0.0.1:9/api/v4" if what == "nobody there" else box.gate_url,
        "GATE_API_KEY": KEY,
        "GATE_API_SECRET": SECRET[:-2] if what == "wrong secret" else SECRET,
        "DESK_OWNERS": str(OWNER),
        "DESK_CHAT_ID": str(given["desk_chat_id"]),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'desk.db'}",
    }
    others = (("staff",), ("journal",), ("export", "61000001")) if what == "right" else ()
    for words in (("check",), *others):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "--log", "DEBUG", *words, cwd=tmp_path, env=environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        printed, _ = await asyncio.wait_for(process.communicate(), 60)
        assert hits(printed) == [], words
        assert printed or words[0] in ("staff", "journal")
    assert in_files(tmp_path) == []


def test_the_log_cuts_secrets_from_messages_arguments_and_tracebacks(log: Log) -> None:
    logger = logging.getLogger("desk.anything")
    logger.info("https://api.telegram.org/bot%s/getMe with %s", TOKEN, {"KEY": KEY})
    logger.warning("another token 987654321:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr")
    try:
        raise ValueError(SECRET) from RuntimeError(TOKEN)
    except ValueError:
        logger.exception("failed")
    assert hits(log.text) == [] and "AAbbCC" not in log.text and log.text.count("[secret]") >= 5
