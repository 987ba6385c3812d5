"""The loops that look for news by themselves: orders at the venue, intents without an outcome, old rows."""

import logging
from collections.abc import Awaitable, Callable

from bot.flows import housekeeping, reconcile
from bot.flows.desk import Desk
from bot.flows.watch import Watch

log = logging.getLogger("desk.rounds")


async def every(desk: Desk, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work again and again until cancelled; a failed round is logged and followed by the next."""
    while True:
        try:
            await work()
        except Exception:  # a round that fails must not be the last one
            log.exception("round failed")
        await desk.clock.sleep(seconds)


async def watch_orders(desk: Desk) -> None:
    watch = Watch(desk)
    await every(desk, desk.policy.poll_seconds, watch.round)


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
