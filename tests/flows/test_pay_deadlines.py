"""The time to pay of a purchase is over: its cards say so by themselves, and who has paid may still mark it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.intents import Action, State
from bot.domain.orders import Side
from bot.domain.seals import Choice
from bot.flows import approve, assemble
from bot.flows.deliver import Shown
from bot.flows.pay_deadlines import PayDeadlines
from bot.flows.payee import PAYEE
from bot.watchers import rounds
from bot.watchers.going import Going
from storage.outbox import Delivery
from tests.flows.bench import NOW, OPERATOR, ORDER, Bench

BUY = replace(ORDER, side=Side.BUY, status="unpay", paid_at=0, appeal_from=0, pay_deadline=NOW + 600)
LATER = NOW + 1140


async def cards(bench: Bench) -> list[Delivery]:
    return [one for one in await bench.told() if one.kind == "card"]


async def test_the_card_says_once_and_silently_that_the_time_to_pay_is_over(bench: Bench) -> None:
    bench.add(BUY)
    await bench.see()
    await bench.told()
    deadlines = PayDeadlines(bench.desk)
    bench.seconds = BUY.pay_deadline - 1
    await deadlines.round()
    assert await cards(bench) == []
    assert not (await assemble.show(bench.desk, OPERATOR, ORDER.id)).is_too_late
    bench.seconds = BUY.pay_deadline
    await deadlines.round()
    told = await cards(bench)
    assert told and not any(one.ring or one.repost for one in told)
    assert (await assemble.show(bench.desk, OPERATOR, ORDER.id)).is_too_late
    bench.pass_(60)
    await deadlines.round()
    assert await cards(bench) == []
    await bench.see(pay_deadline=BUY.pay_deadline + 600)
    assert not (await assemble.show(bench.desk, OPERATOR, ORDER.id)).is_too_late
    await bench.told()
    bench.seconds = BUY.pay_deadline + 600
    await deadlines.round()
    assert await cards(bench)


@pytest.mark.parametrize("change", [{"pay_deadline": 0}, {"in_appeal": True}, {"side": Side.SELL}], ids=str)
async def test_what_is_not_ours_to_pay_in_time_is_never_too_late(bench: Bench, change: dict[str, object]) -> None:
    bench.add(replace(BUY, **change))  # type: ignore[arg-type]
    await bench.see()
    bench.seconds = LATER
    assert not (await assemble.show(bench.desk, OPERATOR, ORDER.id)).is_too_late
    await bench.told()
    await PayDeadlines(bench.desk).round()
    assert await cards(bench) == []


async def test_who_has_paid_may_still_mark_it_when_the_time_is_over(bench: Bench) -> None:
    bench.add(BUY)
    await bench.see()
    bench.seconds = LATER
    situation, seal = await approve.open_step(bench.desk, OPERATOR, ORDER.id, Action.MARK_PAID, Choice("bank"))
    assert situation.is_too_late
    bench.pass_(2)
    assert (await bench.confirm(seal.id)).state is State.DONE
    assert bench.gate.count("mark_paid") == 1


async def test_the_memory_is_not_asked_while_nothing_is_written_and_no_deadline_has_come(bench: Bench) -> None:
    bench.add(BUY)
    await bench.see()
    deadlines = PayDeadlines(bench.desk)
    await deadlines.round()
    before = bench.store.commits
    for _ in range(20):
        bench.pass_(20)
        await deadlines.round()
    assert bench.store.commits == before


async def test_the_desk_looks_after_both_by_itself(bench: Bench) -> None:
    bench.clock.is_waited_for = True
    bench.add(BUY)
    await bench.see()
    async with bench.store.write() as tables:
        await tables.messages.remember(Shown(OPERATOR, 700, PAYEE, ORDER.id, OPERATOR, (), bench.now, "x"))
    await bench.told()
    loop = asyncio.create_task(rounds.follow_payees(bench.desk, Going(bench.desk)))
    bench.seconds = BUY.pay_deadline
    told: list[Delivery] = []
    async with asyncio.timeout(10):
        while not {"card", PAYEE, "notice"} <= {one.kind for one in told}:
            bench.pass_(1)
            await asyncio.sleep(0.05)
            told += await bench.told()
    loop.cancel()
    assert [one.notice for one in told if one.kind == "notice"] == ["payee_late"]
