"""A shop with nobody else, and what it has armed, in the words of a test."""

from dataclasses import replace
from decimal import Decimal

from bot.domain.intents import Action
from bot.domain.staff import Role
from bot.domain.two_people import Approval, Waiting
from bot.flows import confirm, delayed, people
from tests.flows.bench import LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, Bench

STOP = 300


async def left_alone(bench: Bench) -> Bench:
    """An owner, and nobody else who may release."""
    bench.desk.policy = replace(
        bench.desk.policy, two_people_above=Decimal(500), solo_release="delay", solo_daily_cap=Decimal(2500)
    )
    for person in (LEAD, OPERATOR, OPERATOR_2):
        await people.change_role(bench.desk, OWNER, person, Role.AGENT)
    return bench


async def armed(bench: Bench, order_id: str = ORDER.id, action: Action = Action.RELEASE) -> Approval:
    decided = await confirm.confirm(bench.desk, OWNER, await bench.open_step(order_id, action, by=OWNER), bench.now)
    assert isinstance(decided, Waiting)
    return decided.approval


async def now(bench: Bench, approval: Approval) -> Approval:
    async with bench.store.read() as tables:
        found = await tables.approvals.get(approval.id)
    assert found is not None
    return found


async def round_(bench: Bench, seconds: float = 0) -> None:
    bench.pass_(seconds)
    await delayed.round_(bench.desk)
    await bench.desk.drain(5)
