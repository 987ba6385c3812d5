"""One life of the desk in a process of its own: the same `assemble` and `Application.run`, with points to die at."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bot.app import assemble
from bot.clock import Clock
from bot.settings import build
from tests.crash.points import Points


@dataclass(frozen=True)
class Life:
    """How one process of the desk lives. `start` is the Unix second at which its faster time began."""

    folder: str
    settings: dict[str, str]
    start: float
    speed: float = 25.0
    armed: bool = False
    kill: str = ""
    hold: str = ""
    fail: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Life:
        return cls(**json.loads(text))


async def live(life: Life) -> None:
    """Until killed or told to end by SIGTERM. SIGUSR1 arms the points."""
    points = Points(Path(life.folder), armed=life.armed, kill=life.kill, hold=life.hold, fail=life.fail)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    signal.signal(signal.SIGUSR1, lambda *_: points.arm())
    clock = Clock(life.speed, start=life.start)
    application = await assemble(build(life.settings), clock=clock, probe=points.passed, around=points.around)
    await application.run(stop)


def main(life: Life) -> None:
    """Everything the desk says goes to a file of its own."""
    log = os.open(Path(life.folder) / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, force=True)
    for noisy in ("httpx", "httpcore", "telegram"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    asyncio.run(live(life))
