"""Who does not know the secret of this start is not heard at the webhook, however near the guess."""

import hmac
import io
import logging
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from bot.logs import start_log
from bot.watchers import webhook as module
from bot.watchers.http import SECRET_HEADER
from tests.watchers.brought import SECRET, Brought, brought, message


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Brought]:
    async with brought(tmp_path) as made:
        yield made


WRONG: dict[str, list[tuple[str, str | bytes]]] = {
    "missing": [],
    "empty": [(SECRET_HEADER, "")],
    "another": [(SECRET_HEADER, "x" * len(SECRET))],
    "one short": [(SECRET_HEADER, SECRET[:-1])],
    "without its first": [(SECRET_HEADER, SECRET[1:])],
    "one more": [(SECRET_HEADER, SECRET + "x")],
    "twice in one": [(SECRET_HEADER, SECRET + SECRET)],
    "small letters": [(SECRET_HEADER, SECRET.lower())],
    "capitals": [(SECRET_HEADER, SECRET.upper())],
    "in quotes": [(SECRET_HEADER, f'"{SECRET}"')],
    "as a bearer": [("authorization", f"Bearer {SECRET}")],
    "under another name": [("x-telegram-bot-api-secret", SECRET)],
    "under its name without x": [("telegram-bot-api-secret-token", SECRET)],
    "in a cookie": [("cookie", f"{SECRET_HEADER}={SECRET}")],
    "two, one right": [(SECRET_HEADER, SECRET), (SECRET_HEADER, "wrong")],
    "the right one twice": [(SECRET_HEADER, SECRET), (SECRET_HEADER, SECRET)],
    "a list": [(SECRET_HEADER, f"{SECRET}, {SECRET}")],
    "bytes": [(SECRET_HEADER, SECRET.encode() + b"\xff")],
    "a look-alike": [(SECRET_HEADER, SECRET.replace("e", "é").encode("latin-1"))],
    "very long": [(SECRET_HEADER, "x" * 30_000)],
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_wrong_secret_is_refused_and_counted_and_has_no_effect(desk: Brought, what: str) -> None:
    given: list[tuple[bytes, bytes]] = [
        (name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in WRONG[what]
    ]
    answer = await desk.client.post(
        f"http://127.0.0.1:{desk.door.port}/telegram", content=b'{"update_id": 5}', headers=given
    )
    assert (answer.status_code, answer.content) == (401, b"")
    assert desk.webhook.refused == 1
    assert (await desk.post(message(6))).status_code == 200 and await desk.until_handled(1) == [6] == await desk.kept()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/telegra",
        "/telegram/",
        "/telegram/x",
        "/Telegram",
        "/telegram%00",
        "/callbacks/telegram",
        "/callbacks/../telegram/x",
        f"/telegram?secret_token={SECRET}x",
    ],
)
async def test_the_right_secret_at_a_wrong_path_opens_nothing(desk: Brought, path: str) -> None:
    secret = None if "?" in path else SECRET
    answer = await desk.post(message(5), path=path, secret=secret)
    assert answer.status_code in (401, 404, 307) and await desk.kept() == []


@pytest.mark.parametrize("path", ["/callbacks/gatepay", "/callbacks/mtpay/x"])
async def test_the_right_secret_opens_no_other_door(desk: Brought, path: str) -> None:
    assert (await desk.post(message(5), path=path)).status_code in (401, 404)
    assert await desk.kept() == []


async def test_the_body_of_who_does_not_know_the_secret_is_never_read(desk: Brought) -> None:
    for body in (b"x" * 5_000_000, b"not JSON", b""):
        began = time.monotonic()
        with suppress(httpx.TransportError):  # the connection may be closed before all of it was sent
            assert (await desk.post(body, secret="wrong")).status_code == 401
        assert time.monotonic() - began < 5
    assert await desk.kept() == []


def test_secrets_are_compared_in_constant_time_and_nowhere_else() -> None:
    """The source says so: a measured difference would be noise on a shared machine."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert module.hmac.compare_digest is hmac.compare_digest  # type: ignore[attr-defined] # the very function
    assert source.count("compare_digest(given, self._secret)") == 1
    assert "== self._secret" not in source and "self._secret ==" not in source and "in self._secret" not in source


async def test_a_flood_of_forgeries_is_counted_and_fills_no_log(desk: Brought) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("desk.webhook")
    logger.addHandler(handler)
    try:
        for _ in range(50):
            assert (await desk.post(message(5), secret="wrong")).status_code == 401
    finally:
        logger.removeHandler(handler)
    assert desk.webhook.refused == 50 and stream.getvalue().count("\n") == 1
    assert await desk.kept() == [] and desk.handled == []


async def test_the_secret_stands_in_no_log_no_word_and_no_file(tmp_path: Path) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    start_log([], "DEBUG")
    stream = io.StringIO()
    watching = logging.StreamHandler(stream)
    root.addHandler(watching)
    try:
        async with brought(tmp_path) as desk:
            await desk.webhook.ask()
            desk.bench.broken.add("before:commit")
            await desk.post(message(1))
            desk.bench.broken.clear()
            for body, secret in ((message(1), SECRET), (b"no", SECRET), (message(2), "wrong")):
                await desk.post(body, secret=secret)
            said = repr(desk.webhook) + repr(desk.door) + repr(desk.inbox)
            await desk.until_handled(1)
    finally:
        root.removeHandler(watching)
        root.handlers[:], root.level = before, level
    assert "could not be stored" in stream.getvalue()
    assert SECRET not in stream.getvalue() + said
    assert _files_with(tmp_path, SECRET) == []


def _files_with(folder: Path, words: str) -> list[str]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    return [file.name for file in files if words.encode() in file.read_bytes()]
