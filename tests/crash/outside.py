"""What the outside does while a cell runs: the kill in flight, the venue's port that closes and opens, a next life."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from tests.crash.cells import AWAY_SECONDS
from tests.crash.stage import NotSeen, Stage


class Running(Protocol):
    """A cell while it runs. `last_birth` and `away_until` are monotonic seconds."""

    stage: Stage
    last_birth: float
    away_until: float


class Venue(Protocol):
    away: bool


def nothing() -> None:
    """Between two lives of most cells."""


async def go_on(
    run: Running,
    *,
    dies: bool = False,
    closes: bool = False,
    port: Callable[[bool], Awaitable[None]] | None = None,
    venue: Venue | None = None,
    again: str = "",
    between: Callable[[], None] = nothing,
    **life: Any,
) -> None:
    """Called again and again. `dies`: the first life ends now. `closes`: `port` closes where the desk is held.

    `again`: where the second life dies. `between`: looked at before each next life, which is made of `life`.
    """
    made = run.stage
    assert made.desk is not None
    port, venue = port or made.venue_away, venue or made.box.venue
    if dies and made.lives == 1:
        await made.desk.end()
    if closes and not run.away_until and (made.folder / "held").exists():
        await port(True)
        run.away_until = time.monotonic() + AWAY_SECONDS
        (made.folder / "go").touch()
    if venue.away and time.monotonic() > run.away_until:
        await port(False)
    if made.desk.is_gone:
        if made.lives > (2 if again else 1):
            raise NotSeen(f"the desk ended by itself: {made.shown()}")
        between()
        if again:
            life |= {"armed": made.lives == 1, "kill": again}
        await made.open_desk(**life)
        run.last_birth = time.monotonic()
