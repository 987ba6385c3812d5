"""The loops that look for news by themselves: orders at the venue, intents without an outcome, old rows."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.flows import fetch_files, housekeeping, lane, reconcile
from bot.flows.chat_round import ChatRound
from bot.flows.desk import Desk
from bot.flows.watch import Watch

TALK_SECONDS = 0.5

log = logging.getLogger("desk.rounds")


async def every(desk: Desk, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work again and again until cancelled; a failed round is logged and followed by the next."""
    while True:
        try:
            await work()
        except Exception:  # a round that fails must not be the last one
            log.exception("round failed")
            await desk.clock.sleep(max(1.0 - seconds, 0.0))
        await desk.clock.sleep(seconds)


async def watch_orders(desk: Desk) -> None:
    watch = Watch(desk)
    await every(desk, desk.policy.poll_seconds, watch.round)


async def watch_chats(desk: Desk) -> None:
    """Buyers' words and files, as far as the venue's limit lets us look."""
    chats = ChatRound(desk)
    while True:
        began = desk.clock.monotonic()
        try:
            await chats.round()
        except Exception:  # a round that fails must not be the last one
            log.exception("round of chats failed")
        took = desk.clock.monotonic() - began
        await desk.clock.sleep(max(desk.policy.chat_seconds - took, desk.policy.chat_seconds / 4))


async def talk(desk: Desk) -> None:
    """Send what staff said and fetch what buyers sent; woken at once when there is something."""

    async def work() -> None:
        desk.talk.wake.clear()
        await lane.round_(desk)
        await fetch_files.round_(desk)
        with suppress(TimeoutError):
            async with asyncio.timeout(TALK_SECONDS):
                await desk.talk.wake.wait()

    await every(desk, 0, work)


async def settle_intents(desk: Desk) -> None:
    async def work() -> None:
        try:
            await reconcile.look_at_unknown(desk)
        finally:
            await reconcile.end_old_steps(desk)

    await every(desk, 1.0, work)


async def keep_house(desk: Desk) -> None:
    async def work() -> None:
        await housekeeping.purge(desk)

    await every(desk, 3600.0, work)
