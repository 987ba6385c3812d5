"""A first yes and who else says it, in the words of a test."""

from collections.abc import Awaitable
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.intents import Intent
from bot.domain.two_people import Approval, Waiting
from bot.flows import confirm
from tests.flows.bench import OPERATOR, Bench


def needs_two(bench: Bench, above: str = "500") -> None:
    bench.desk.policy = replace(bench.desk.policy, two_people_above=Decimal(above))


async def refused(work: Awaitable[object]) -> NotAllowed:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value


async def tap(bench: Bench, seal_id: str, by: int) -> Intent | Waiting:
    decided = await confirm.confirm(bench.desk, by, seal_id, bench.now)
    await bench.desk.drain(5)
    return decided


async def approved(bench: Bench, by: int = OPERATOR, **how: object) -> Approval:
    """The first person's whole confirm."""
    decided = await tap(bench, await bench.open_step(by=by, **how), by)  # type: ignore[arg-type]
    assert isinstance(decided, Waiting)
    return decided.approval


async def now(bench: Bench, approval: Approval) -> Approval:
    async with bench.store.read() as tables:
        found = await tables.approvals.get(approval.id)
    assert found is not None
    return found
