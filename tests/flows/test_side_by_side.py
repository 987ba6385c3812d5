"""A look that hangs holds up nothing else: not quotes that end, not other orders, not another venue's reports."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from bot.domain.deposits import Webhook
from bot.domain.intents import State
from bot.flows import callbacks, off_ramp_follow
from bot.flows.following import QUOTES_END_EVERY_SECONDS
from bot.flows.side_by_side import few_at_once
from bot.watchers import rounds
from bot.watchers.going import Going
from storage.store import StoreError
from tests.flows.bench import OPERATOR
from tests.flows.off_ramp_bench import Sale, open_sale


@pytest.fixture
async def sale(tmp_path: Path) -> AsyncIterator[Sale]:
    async with open_sale(tmp_path) as opened:
        yield opened


class Hanging:
    """The first look at an order hangs until `go_on` is set, or every one; `hangs` tells that it does."""

    def __init__(self, sale: Sale, *, every: bool = False) -> None:
        self.hangs, self.go_on, self.every = asyncio.Event(), asyncio.Event(), every
        sale.otc.during["order"] = self._hang

    async def _hang(self) -> None:
        if self.every or not self.hangs.is_set():
            self.hangs.set()
            await self.go_on.wait()


async def taken(sale: Sale) -> str:
    return (await sale.act()).id


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Some seconds at most."""
    for _ in range(500):
        if await holds():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


@asynccontextmanager
async def beside(task: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_quotes_end_in_time_while_a_look_hangs(sale: Sale) -> None:
    await taken(sale)
    quote, hanging = await sale.quote(by=2), Hanging(sale)
    sale.bench.pass_(20)
    async with beside(asyncio.ensure_future(off_ramp_follow.round_(sale.desk))):
        await hanging.hangs.wait()
        assert (await sale.stored(quote.off_ramp.id)).ended_at is None
        sale.bench.pass_(60)

        async def has_ended() -> bool:
            return (await sale.stored(quote.off_ramp.id)).ended_at is not None

        await until(has_ended)
    assert QUOTES_END_EVERY_SECONDS <= 1


async def test_other_orders_are_followed_while_the_look_at_one_hangs(sale: Sale) -> None:
    first, second = await taken(sale), await taken(sale)
    for order_id in sale.otc.made:
        sale.otc.order_is(order_id, status="DONE")
    sale.bench.pass_(20)
    hanging = Hanging(sale)
    task = asyncio.ensure_future(off_ramp_follow.round_(sale.desk))
    async with beside(task):

        async def is_done() -> bool:
            return await sale.state(second) is State.DONE

        await until(is_done)
        assert await sale.state(first) is State.TAKEN and not task.done()
        hanging.go_on.set()
        await task
    assert await sale.state(first) is State.DONE


async def test_a_round_that_is_stopped_leaves_no_look_behind(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status="DONE")
    sale.bench.pass_(20)
    hanging = Hanging(sale)
    task = asyncio.ensure_future(off_ramp_follow.round_(sale.desk))
    await hanging.hangs.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    hanging.go_on.set()
    await asyncio.sleep(0.05)
    assert await sale.state(off_ramp_id) is State.TAKEN


async def test_a_memory_that_fails_during_a_look_is_raised(sale: Sale) -> None:
    await taken(sale)
    sale.bench.pass_(20)

    async def break_memory() -> None:
        sale.bench.broken.add("before:commit")

    sale.otc.during["order"] = break_memory
    with pytest.raises(StoreError):
        await off_ramp_follow.round_(sale.desk)


async def a_report(sale: Sale, event: str = "d1/x") -> None:
    """One of MTPay, about a deposit that is none of ours."""
    async with sale.bench.store.write() as tables:
        await tables.callbacks.keep(
            venue="mtpay", event=event, timestamp="1", nonce="", body=REPORT, at=sale.bench.now
        )  # fmt: skip


REPORT = json.dumps({field.name: None for field in fields(Webhook)})


async def reports_waiting(sale: Sale) -> int:
    async with sale.bench.store.read() as tables:
        return len(await tables.callbacks.due(10**18, venue="mtpay"))


async def test_another_callback_is_handled_while_the_look_for_one_hangs(sale: Sale) -> None:
    first, second = await taken(sale), await taken(sale)
    for order_id in list(sale.otc.made):
        order = sale.otc.order_is(order_id, status="DONE")
        await sale.call(order_id=order.id, number=order.client_order_id)
    Hanging(sale)
    async with beside(asyncio.ensure_future(callbacks.round_(sale.desk))):

        async def is_done() -> bool:
            return State.DONE in (await sale.state(first), await sale.state(second))

        await until(is_done)


async def test_a_report_of_mtpay_does_not_wait_for_looks_at_gate_pay(sale: Sale) -> None:
    for number in range(60):
        await sale.call(order_id=f"99{number}", number=f"n{number}")
    hanging = Hanging(sale, every=True)
    async with beside(asyncio.ensure_future(rounds.handle_callbacks(sale.desk, Going(sale.desk)))):
        await hanging.hangs.wait()
        await a_report(sale)
        sale.desk.exchange.callback_came.set()

        async def is_handled() -> bool:
            return await reports_waiting(sale) == 0

        await until(is_handled)
    assert not hanging.go_on.is_set()


async def test_so_many_at_once_in_their_order_and_the_first_failure_last() -> None:
    running, most, begun = 0, 0, []

    def work(number: int) -> Callable[[], Awaitable[None]]:
        async def one() -> None:
            nonlocal running, most
            begun.append(number)
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            if number in (2, 4):
                raise ValueError(number)

        return one

    with pytest.raises(ValueError, match="2"):
        await few_at_once((work(number) for number in range(8)), 3)
    assert (most, begun, running) == (3, list(range(8)), 0)


async def test_an_operator_may_look_at_an_order_while_its_own_look_hangs(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status="DONE")
    sale.bench.pass_(20)
    hanging = Hanging(sale)
    async with beside(asyncio.ensure_future(off_ramp_follow.round_(sale.desk))):
        await hanging.hangs.wait()
        await off_ramp_follow.look_now(sale.desk, OPERATOR, off_ramp_id)
        assert await sale.state(off_ramp_id) is State.DONE
