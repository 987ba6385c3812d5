"""The loops that look for news by themselves: orders at the venue, intents without an outcome, old rows."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.flows import (
    ad_follow,
    ad_publish_follow,
    ads_all,
    bank_add,
    bank_deletions,
    callbacks,
    convert_follow,
    delayed,
    deposit_follow,
    duty,
    erasing,
    fetch_files,
    handover,
    housekeeping,
    lane,
    off_ramp_follow,
    reconcile,
    snooze,
    standing,
    words_of_the_gone,
)
from bot.flows.ads_watch import ROUND_SECONDS, AdsWatch
from bot.flows.appeals import Appeals
from bot.flows.chat_round import ChatRound
from bot.flows.desk import Desk
from bot.flows.pay_deadlines import PayDeadlines
from bot.flows.payee_ends import PayeeEnds
from bot.flows.reprice import Repricing
from bot.flows.watch import Watch
from bot.watchers.going import Going

TALK_SECONDS = 0.5
CALLBACK_SECONDS = 1.0

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


async def talk(desk: Desk, going: Going) -> None:
    """Send what staff said and fetch what buyers sent; woken at once when there is something."""

    async def work() -> None:
        desk.talk.wake.clear()
        if await going.is_worth_it("sayings"):
            await lane.round_(desk)
        if await going.is_worth_it("words_of_the_gone"):
            await words_of_the_gone.round_(desk)
        if await going.is_worth_it("files"):
            await fetch_files.round_(desk)
        with suppress(TimeoutError):
            async with asyncio.timeout(TALK_SECONDS):
                await desk.talk.wake.wait()

    await every(desk, 0, work)


async def settle_intents(desk: Desk, going: Going) -> None:
    async def work() -> None:
        try:
            if await going.is_worth_it("orders"):
                await reconcile.look_at_unknown(desk)
        finally:
            if await going.is_worth_it("steps"):
                await reconcile.end_old_steps(desk)

    await every(desk, 1.0, work)


async def follow(desk: Desk, going: Going, kind: str, *rounds: Callable[[Desk], Awaitable[None]]) -> None:
    """Once a second, as long as there is something of that kind."""

    async def work() -> None:
        if await going.is_worth_it(kind):
            for one in rounds:
                await one(desk)

    await every(desk, 1.0, work)


async def follow_approvals(desk: Desk, going: Going) -> None:
    """First approvals that have had their time, and armed actions whose time has come."""
    await follow(desk, going, "approvals", standing.round_, delayed.round_)


async def follow_conversions(desk: Desk, going: Going) -> None:
    await follow(desk, going, "conversions", convert_follow.round_)


async def follow_off_ramps(desk: Desk, going: Going) -> None:
    await follow(desk, going, "off_ramps", off_ramp_follow.round_)


async def follow_snoozes(desk: Desk, going: Going) -> None:
    """What somebody wanted to be asked about again."""
    await follow(desk, going, "snoozes", snooze.ring_due)


async def follow_duty(desk: Desk, going: Going) -> None:
    """Test bells and handovers whose time is over."""
    await follow(desk, going, "duty", duty.end_late_bells, handover.end_late)


async def follow_banks(desk: Desk, going: Going) -> None:
    await follow(desk, going, "banks", bank_add.round_, bank_deletions.round_)


async def follow_deposits(desk: Desk, going: Going) -> None:
    await follow(desk, going, "deposits", deposit_follow.round_)


async def follow_ads(desk: Desk, going: Going) -> None:
    await follow(desk, going, "ads", ad_follow.round_, ads_all.round_)


async def follow_new_ads(desk: Desk, going: Going) -> None:
    await follow(desk, going, "new_ads", ad_publish_follow.round_)


async def follow_rules(desk: Desk, going: Going) -> None:
    """What our prices should be in the market of this moment."""
    repricing = Repricing(desk)

    async def work(_desk: Desk) -> None:
        await repricing.round()

    await follow(desk, going, "rules", work)


async def follow_appeals(desk: Desk, going: Going) -> None:
    """The moment from which we may appeal for what we bought."""
    appeals = Appeals(desk)

    async def work(_desk: Desk) -> None:
        await appeals.round()

    await follow(desk, going, "paid", work)


async def follow_payees(desk: Desk, going: Going) -> None:
    """What we must pay in time, and accounts that stand on phones and may not be paid to any more."""
    deadlines, ends = PayDeadlines(desk), PayeeEnds(desk)

    async def work() -> None:
        if await going.is_worth_it("to_pay"):
            await deadlines.round()
        if await going.is_worth_it("payees"):
            await ends.round()

    await every(desk, 1.0, work)


async def watch_ads(desk: Desk) -> None:
    """Whether ads stand online while nobody looks."""
    await every(desk, ROUND_SECONDS, AdsWatch(desk).round)


async def handle_callbacks(desk: Desk, going: Going) -> None:
    """A loop for each venue: looks at one that hang do not hold up what another reports."""
    async with asyncio.TaskGroup() as loops:
        for venue in callbacks.HANDLERS:
            loops.create_task(_handle_callbacks_of(desk, going, venue), name=f"callbacks of {venue}")


async def _handle_callbacks_of(desk: Desk, going: Going, venue: str) -> None:
    """Woken when one was stored; looks by itself for those that had to wait."""

    async def work() -> None:
        desk.exchange.callback_came.clear()
        if await going.is_worth_it("callbacks"):
            await callbacks.round_(desk, (venue,))
        with suppress(TimeoutError):
            async with asyncio.timeout(CALLBACK_SECONDS):
                await desk.exchange.callback_came.wait()

    await every(desk, 0, work)


async def erase_old(desk: Desk, going: Going, take_away: erasing.Erase) -> None:
    """Messages with a secret in them that have stood long enough, or could not be taken away at once."""

    async def work() -> None:
        if await going.is_worth_it("erasures"):
            await erasing.round_(desk, take_away)

    await every(desk, 1.0, work)


async def keep_house(desk: Desk) -> None:
    async def work() -> None:
        await housekeeping.purge(desk)

    await every(desk, 3600.0, work)
