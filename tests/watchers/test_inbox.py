"""Stored before acknowledged, handled once, in order within a key and at the same time across keys."""

import asyncio
from typing import Any

import pytest

from bot.domain.reach import Offline, Slow
from bot.flows import admit
from bot.flows.admit import Admitted
from bot.watchers.inbox import Inbox
from storage.store import StoreError
from tests.flows.bench import LEAD, OPERATOR, Bench
from tests.support.fake_telegram import FakeTelegram


class Hands:
    """Remembers what was handled; waits where a test says so."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.done: list[int] = []
        self.cried: list[str] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.broken: set[int] = set()

    async def handle(self, update: Admitted) -> None:
        self.begun.append(update.update_id)
        if update.update_id in self.gates:
            await self.gates[update.update_id].wait()
        if update.update_id in self.broken:
            raise RuntimeError("a defect")
        self.done.append(update.update_id)

    async def cry(self, why: str) -> None:
        self.cried.append(why)


def message(number: int, user: int = OPERATOR) -> dict[str, Any]:
    chat = {"id": user, "type": "private"}
    return {"update_id": number, "message": {"message_id": number, "from": {"id": user}, "chat": chat, "text": "x"}}


def made(bench: Bench) -> tuple[Inbox, Hands, FakeTelegram]:
    hands, telegram = Hands(), FakeTelegram()
    return Inbox(bench.desk, telegram, hands.handle, hands.cry), hands, telegram


async def until(hands: Hands, number: int) -> None:
    for _ in range(500):
        if len(hands.done) >= number:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"only {hands.done} were handled")


async def test_a_batch_is_one_commit_and_only_then_confirmed(bench: Bench) -> None:
    inbox, hands, _ = made(bench)
    before = bench.store.commits
    assert await inbox.take_in([message(5), message(6, LEAD)], None) == 7
    assert bench.store.commits - before >= 1
    await until(hands, 2)
    for _ in range(500):  # the mark of the second one is written after it was handled
        if not await admit.unhandled(bench.desk):
            break
        await asyncio.sleep(0.01)
    assert await admit.unhandled(bench.desk) == []
    assert await inbox.take_in([], 7) == 7
    assert await inbox.take_in([{"odd": 1}], 7) == 7


async def test_what_cannot_be_stored_is_not_confirmed(bench: Bench) -> None:
    inbox, hands, _ = made(bench)

    def fail(point: str) -> None:
        if point == "before:commit":
            raise StoreError("full", "no space")

    bench.store._probe = fail
    with pytest.raises(StoreError):
        await inbox.take_in([message(5)], 5)
    assert hands.begun == []


async def test_one_key_is_handled_in_order_and_others_do_not_wait(bench: Bench) -> None:
    inbox, hands, _ = made(bench)
    hands.gates[1] = asyncio.Event()
    await inbox.take_in([message(1), message(2), message(3, LEAD)], None)
    await until(hands, 1)
    assert hands.done == [3] and hands.begun == [1, 3]
    hands.gates[1].set()
    await until(hands, 3)
    assert hands.done == [3, 1, 2]


async def test_a_defect_in_one_update_does_not_keep_the_next_from_being_handled(bench: Bench) -> None:
    inbox, hands, _ = made(bench)
    hands.broken = {1}
    await inbox.take_in([message(1), message(2)], None)
    await until(hands, 1)
    assert hands.done == [2]


async def test_after_a_restart_what_was_left_is_handled_first_and_nothing_twice(bench: Bench) -> None:
    await admit.admit(bench.desk, [message(1), message(2, LEAD)])
    await admit.handled(bench.desk, 1)
    inbox, hands, telegram = made(bench)
    telegram.batches = [[message(2, LEAD), message(3)]]
    running = asyncio.create_task(inbox.run())
    await until(hands, 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert hands.done == [2, 3]
    assert telegram.offsets[0] == 3


async def test_the_loop_outlives_telegram_and_the_database_and_cries_once(bench: Bench) -> None:
    inbox, hands, telegram = made(bench)
    telegram.errors["updates"] = [Offline("away"), Slow(0.01)]
    telegram.batches = [[message(1)], [message(1)]]
    failures = 1

    def fail(point: str) -> None:
        nonlocal failures
        if point == "before:commit" and failures and len(telegram.offsets) == 3:
            failures -= 1
            raise StoreError("full", "no space")

    bench.store._probe = fail
    running = asyncio.create_task(inbox.run())
    await until(hands, 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert hands.done == [1] and len(hands.cried) == 1
    assert telegram.offsets[:4] == [None] * 4, "nothing was confirmed before it was stored"


async def test_stopping_lets_running_work_end_and_keeps_the_rest(bench: Bench) -> None:
    inbox, hands, _ = made(bench)
    hands.gates[1] = asyncio.Event()
    await inbox.take_in([message(1), message(2, LEAD)], None)
    await until(hands, 1)
    await inbox.stop(0.05)
    assert hands.done == [2]
    assert [one.update_id for one in await admit.unhandled(bench.desk)] == [1]
