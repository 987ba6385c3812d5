"""When a day of talk is over: nothing is on its way any more, on either side."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from tests.crash.chat_play import Play

LOOK_SECONDS = 0.2
AT_WORK = ("received", "waiting", "to act late")
BUSY = (
    "SELECT (SELECT COUNT(*) FROM inbox WHERE handled_at IS NULL)"
    " + (SELECT COUNT(*) FROM outbox WHERE state IN ('pending', 'sending'))"
    " + (SELECT COUNT(*) FROM files WHERE state = 'wanted')"
    " + (SELECT COUNT(*) FROM sayings WHERE state IN ('planned', 'sent', 'unknown')) AS busy,"
    " (SELECT COUNT(*) FROM chat_messages) AS heard"
)


async def _nothing() -> None:
    pass


async def settle(play: Play, seconds: float, meanwhile: Callable[[], Awaitable[None]] = _nothing) -> bool:
    """Until all is quiet, False when that took longer. `meanwhile` is done before every look."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await meanwhile()
        if is_quiet(play):
            return True
        await asyncio.sleep(LOOK_SECONDS)
    return False


def is_quiet(play: Play) -> bool:
    made = play.stage
    if made.box.world.updates.pending or play.undecided():
        return False
    if any(call.outcome in AT_WORK for call in made.box.venue.chat_sends.calls):
        return False
    [now] = made.ask(BUSY)
    return now["busy"] == 0 and int(now["heard"]) >= sum(len(order.chat.messages) for order in play.orders)
