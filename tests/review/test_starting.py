"""A desk that cannot start says why in one line and ends; one that lost a part of itself does not pretend to run."""

import asyncio
import threading
from collections.abc import Callable
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


async def test_a_start_that_fails_leaves_no_open_database_behind(tmp_path: Path) -> None:
    def broken(name: str, client: object) -> object:
        raise RuntimeError(name)

    before = _database_threads()
    with pytest.raises(RuntimeError):
        await assemble(_settings(tmp_path), around=broken)  # type: ignore[arg-type]
    assert _database_threads() == before


class _Reachable(Application):
    async def _reach_telegram(self, stop: asyncio.Event) -> bool:
        return True


async def _application(folder: Path, kind: Callable[..., Application]) -> Application:
    made = await assemble(_settings(folder))
    reached = (made.telegram, made.relay, made.inbox, made.http, made.hosts, made.bench)
    return kind(made.settings, made.desk, *reached, made.store)


async def test_a_desk_whose_loop_ended_ends_too(tmp_path: Path) -> None:
    class _Mute:
        async def run(self) -> None:
            raise RuntimeError("the relay has a defect")

        async def stop(self) -> None:
            return None

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
    assert _database_threads() == before
