"""A desk that cannot start says why in one line and ends; one that lost a part of itself does not pretend to run."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from bot.app import Application, assemble
from bot.settings import Settings, SettingsError, build, load
from tests.review.stand import OWNER

GIVEN = {"TELEGRAM_TOKEN": "1000:none", "DESK_OWNERS": str(OWNER), "TELEGRAM_API_URL": "http://127.0.0.1:9"}


def _settings(folder: Path, **changes: str) -> Settings:
    return build(GIVEN | {"DATABASE_URL": f"sqlite:///{folder}/desk.db"} | changes)


@pytest.mark.parametrize(
    "name, value",
    [("TELEGRAM_PROXY", "foo"), ("DESK_OWNERS", "-5"), ("DESK_OWNERS", "0"), ("DESK_CHAT_ID", "77")],
)
def test_a_setting_that_cannot_be_meant_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        _settings(tmp_path, **{name: value})


def test_settings_that_are_no_text_are_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"DESK_LANGUAGE=\xff\xfe\n")
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="cannot be read as text"):
        load(path, {})


def _database_threads() -> int:
    return sum("_connection_worker_thread" in thread.name for thread in threading.enumerate())


async def _threads_are(number: int) -> None:
    """A thread that was told to end takes a moment to be gone."""
    async with asyncio.timeout(5):
        while _database_threads() != number:  # noqa: ASYNC110 # a thread gives no event when it is gone
            await asyncio.sleep(0.01)


async def test_a_start_that_fails_leaves_no_open_database_behind(tmp_path: Path) -> None:
    def broken(name: str, client: object) -> object:
        raise RuntimeError(name)

    before = _database_threads()
    with pytest.raises(RuntimeError):
        await assemble(_settings(tmp_path), around=broken)  # type: ignore[arg-type]
    await _threads_are(before)


async def test_what_answers_say_of_assumptions_is_kept_also_after_the_first_time(tmp_path: Path) -> None:
    application = await assemble(_settings(tmp_path))
    try:
        said = application.observed  # what the clients were given to write into
        for key in ("number_is_remaining", "ids_are_texts"):
            said[key] = True
            await application._keep_assumptions()
        async with application.store.read() as tables:
            kept = await tables.assumptions.all()
    finally:
        await application.store.close()
    assert {"number_is_remaining", "ids_are_texts"} <= {one.key for one in kept}


class _Reachable(Application):
    async def _reach_telegram(self, stop: asyncio.Event) -> bool:
        return True


async def _application(folder: Path, kind: Callable[..., Application]) -> Application:
    made = await assemble(_settings(folder))
    return kind(**{part.name: getattr(made, part.name) for part in fields(made)})


async def test_a_desk_whose_loop_ended_ends_too(tmp_path: Path) -> None:
    class _Mute:
        async def run(self) -> None:
            raise RuntimeError("the relay has a defect")

        async def stop(self) -> None:
            return None

        async def erase(self, *_: object) -> bool:
            return True

    application = await _application(tmp_path, _Reachable)
    application.relay = _Mute()  # type: ignore[assignment]
    with pytest.raises(RuntimeError, match="defect"):
        await asyncio.wait_for(application.run(asyncio.Event()), 15)


async def test_a_desk_whose_memory_fails_at_the_start_closes_it(tmp_path: Path) -> None:
    class _Amnesia(Application):
        async def _wake_up(self) -> None:
            raise RuntimeError("no memory")

    before = _database_threads()
    application = await _application(tmp_path, _Amnesia)
    with pytest.raises(RuntimeError, match="no memory"):
        await asyncio.wait_for(application.run(asyncio.Event()), 15)
    await _threads_are(before)
