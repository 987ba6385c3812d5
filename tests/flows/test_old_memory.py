"""A memory from before the newest steps, with requests on their way: new code brings them to their end."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.intents import Action, Intent, State
from bot.domain.orders import Order, Side
from bot.flows import reconcile
from bot.flows.watch import Watch
from storage.migrating import MIGRATIONS
from storage.store import Store
from tests.flows.bench import NOW, OPERATOR, ORDER, open_bench

BUY = replace(ORDER, id="61000002", side=Side.BUY, status="unpay", paid_at=0)
THIRD = replace(BUY, id="61000003")
AGO = (NOW - 30) * 1000
LAST_OLD_STEP = "0009"


def begun(order: Order, action: Action, state: State) -> Intent:
    return Intent(
        id=f"old-{order.id}", action=action, target=order.id, state=state, actor=OPERATOR, actor_role="operator",
        requester=None, seal_id="s", amount=order.amount, asset=order.asset, arguments={"method": "bank"},
        planned_at=AGO, sent_at=None if state is State.PLANNED else AGO, settled_at=None, looks=0, first_look_at=None,
        last_look_at=None, answer="",
    )  # fmt: skip


async def old_memory(folder: Path, *intents: Intent) -> None:
    """As a desk of that time left it when it was killed."""
    steps = folder / "steps"
    steps.mkdir()
    for step in sorted(MIGRATIONS.glob("*.sql")):
        if step.name[:4] <= LAST_OLD_STEP:
            shutil.copy(step, steps)
    store = await Store.open(f"sqlite:///{folder / 'desk.db'}", migrations=steps)
    async with store.write() as tables:
        for order in (ORDER, BUY, THIRD):
            await tables.orders.put(order, AGO)
        for intent in intents:
            assert await tables.intents.plan(intent) is None
    await store.close()


@pytest.mark.parametrize("sent", [State.SENT, State.UNKNOWN])
async def test_open_requests_of_an_old_memory_end_without_a_second_one(tmp_path: Path, sent: State) -> None:
    intents = (
        begun(ORDER, Action.RELEASE, sent),
        begun(BUY, Action.MARK_PAID, sent),
        begun(THIRD, Action.CANCEL, State.PLANNED),
    )
    await old_memory(tmp_path, *intents)
    async with open_bench(tmp_path) as bench:
        for order, changes in ((ORDER, {"status": "finished"}), (BUY, {"status": "paid", "paid_at": NOW}), (THIRD, {})):
            bench.add(replace(order, **changes))
        await reconcile.adopt(bench.desk)
        await reconcile.hold_until_seen(bench.desk)
        await Watch(bench.desk).round()
        bench.pass_(2)
        await reconcile.look_at_unknown(bench.desk)
        states = [(await bench.intent(intent.id)).state for intent in intents]
        assert states == [State.DONE, State.DONE, State.VOID]
        assert not bench.desk.starting.is_waiting
        assert [bench.gate.count(call) for call in ("release", "mark_paid", "cancel")] == [0, 0, 0]
        assert (await bench.act(THIRD.id, Action.CANCEL)).state is State.DONE, "what never left may be decided anew"
