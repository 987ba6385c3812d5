"""One life of the desk in a process of its own: the same `assemble` and `Application.run`, with points to die at."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bot.app import Around, assemble
from bot.clock import Clock
from bot.settings import build
from bot.watchers.room import Room
from tests.crash.ad_wrong import AD_WRONG
from tests.crash.convert_wrong import WRONG
from tests.crash.otc_wrong import OTC_WRONG, WRONG_DOORS
from tests.crash.points import Points


@dataclass(frozen=True)
class Life:
    """How one process of the desk lives. `start` is the Unix second at which its faster time began.

    `wrong`: what of `convert_wrong`, `otc_wrong` or `ad_wrong` breaks a promise, to see it noticed.
    """

    folder: str
    settings: dict[str, str]
    start: float
    speed: float = 25.0
    armed: bool = False
    kill: str = ""
    hold: str = ""
    fail: str = ""
    wrong: str = ""

    def text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Life:
        return cls(**json.loads(text))


class QuietRoom(Room):
    """What can wait for ever waits here: its moments would be other ones in every life, and no money hangs on them."""

    async def round(self) -> None: ...


async def live(life: Life) -> None:
    """Until killed or told to end by SIGTERM. SIGUSR1 arms the points."""
    points = Points(Path(life.folder), armed=life.armed, kill=life.kill, hold=life.hold, fail=life.fail)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    signal.signal(signal.SIGUSR1, lambda *_: points.arm())
    clock = Clock(life.speed, start=life.start)
    around = _misled(_misled(points.around, "gate_pay", WRONG, life.wrong), "otc", OTC_WRONG, life.wrong)
    around = _misled(around, "gate", _ad_wrong(Path(life.folder)), life.wrong)
    application = await assemble(build(life.settings), clock=clock, probe=points.passed, around=around)
    application.room = QuietRoom(application.desk, application.telegram, application.relay.pace)
    if life.wrong in WRONG_DOORS:
        settings = application.settings
        application.door = WRONG_DOORS[life.wrong](application.desk, settings.http_host, settings.http_port)
    await application.run(stop)


def _ad_wrong(folder: Path) -> dict[str, Callable[[Any], Any]]:
    """Some of them outlive their process."""
    return {name: partial(wrong, folder=folder) for name, wrong in AD_WRONG.items()}


def _misled(around: Around, client_name: str, known: Mapping[str, Callable[[Any], Any]], wrong: str) -> Around:
    """The client of that name misbehaves, if `wrong` is one of its ways to."""
    if wrong not in known:
        return around

    def misled(name: str, client: Any) -> Any:
        return around(name, known[wrong](client) if name == client_name else client)

    return misled


def main(life: Life) -> None:
    """Everything the desk says goes to a file of its own."""
    log = os.open(Path(life.folder) / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, force=True)
    for noisy in ("httpx", "httpcore", "telegram"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        asyncio.run(live(life))
    except BaseException:  # the nursery ends this process without a word
        logging.exception("the desk ended")
        raise
