"""The loops of the bell: louder for what nobody answers, and outside Telegram for what nobody can hear."""

from bot.flows.desk import Desk
from bot.flows.escalate import Escalation
from bot.flows.outside import OutsideBell
from bot.watchers.going import Going
from bot.watchers.rounds import every

ROUND_SECONDS = 1.0
OUTSIDE_SECONDS = 5.0


async def escalate(desk: Desk, going: Going) -> None:
    """Once a second, as long as an order is paid."""
    escalation = Escalation(desk)

    async def work() -> None:
        if await going.is_worth_it("paid"):
            await escalation.round()

    await every(desk, ROUND_SECONDS, work)


async def ring_outside(desk: Desk, bell: OutsideBell, going: Going) -> None:
    """Runs while Telegram and Gate are away, too: for these it is made."""

    async def work() -> None:
        await bell.round(
            may_be_paid=await going.is_worth_it("paid"),
            may_ring=await going.is_worth_it("ringing"),
            may_be_forced=await going.is_worth_it("forced"),
        )

    await every(desk, OUTSIDE_SECONDS, work)
