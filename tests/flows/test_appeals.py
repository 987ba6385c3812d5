"""What happens after we marked a purchase as paid, and how often we cancel."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.intents import Action
from bot.domain.orders import Payee, Side
from bot.domain.seals import Choice
from bot.flows import assemble, cancelling, queue
from bot.flows.appeals import Appeals
from storage.outbox import Delivery
from tests.flows.bench import NOW, OPERATOR, ORDER, Bench

BUY = replace(
    ORDER, side=Side.BUY, status="unpay", paid_at=0, appeal_from=0, payees=(Payee("bank", "ICBC", "张三丰", "62220"),)
)
MOMENT = NOW + 1200


async def bought(bench: Bench, **changes: object) -> None:
    bench.add(BUY)
    await bench.see()
    bench.gate.move(ORDER.id, **{"status": "paid", "paid_at": NOW, "appeal_from": MOMENT} | changes)
    await bench.see()
    await bench.told()


async def cards(bench: Bench) -> list[Delivery]:
    return [one for one in await bench.told() if one.kind == "card"]


async def test_the_card_comes_anew_with_sound_once_and_the_order_needs_somebody_when_we_may_appeal(
    bench: Bench,
) -> None:
    await bought(bench)
    appeals = Appeals(bench.desk)
    await appeals.round()
    assert await cards(bench) == []
    listed = await queue.queue(bench.desk, OPERATOR)
    assert not listed.now and [s.may_appeal for s in listed.waiting] == [False]
    bench.seconds = MOMENT
    await appeals.round()
    told = {one.chat_id: one for one in await cards(bench)}
    assert told[OPERATOR].ring and told[OPERATOR].repost
    listed = await queue.queue(bench.desk, OPERATOR)
    assert not listed.waiting and [s.may_appeal for s in listed.now] == [True]
    bench.pass_(60)
    await appeals.round()
    assert await cards(bench) == []


async def test_the_memory_is_not_asked_while_nothing_is_written_and_no_moment_has_come(bench: Bench) -> None:
    await bought(bench)
    appeals = Appeals(bench.desk)
    await appeals.round()
    before = bench.store.commits
    for _ in range(20):
        bench.pass_(30)
        await appeals.round()
    assert bench.store.commits == before


async def test_a_restart_tells_it_again_without_a_sound_and_a_new_moment_is_a_new_one(bench: Bench) -> None:
    await bought(bench)
    bench.seconds = MOMENT + 5
    await Appeals(bench.desk).round()
    assert await cards(bench)
    again = Appeals(bench.desk)
    await again.round()
    told = await cards(bench)
    assert told, "a card that stands already is not touched, but one that was not reached is"
    assert not any(one.ring or one.repost for one in told)
    await bench.see(appeal_from=MOMENT + 600)
    await again.round()
    await bench.told()
    assert not (await assemble.show(bench.desk, OPERATOR, ORDER.id)).may_appeal
    bench.seconds = MOMENT + 600
    await again.round()
    assert any(one.ring for one in await cards(bench))


async def test_a_sale_an_appeal_and_an_order_without_a_moment_have_none(bench: Bench) -> None:
    await bought(bench, appeal_from=0)
    bench.add(replace(ORDER, id="61000002"))
    await bench.see("61000002", paid_at=NOW)
    bench.add(replace(BUY, id="61000003", status="paid", paid_at=NOW, appeal_from=MOMENT, in_appeal=True))
    await bench.see("61000003")
    await bench.told()
    bench.seconds = MOMENT + 60
    await Appeals(bench.desk).round()
    assert await cards(bench) == []


async def test_a_completed_order_ends_the_row_of_cancels_but_not_the_days_number(bench: Bench) -> None:
    for number in range(4):
        bench.add(replace(BUY, id=f"6100010{number}"))
    assert await cancelling.cancels(bench.desk) == (0, 0)
    for number in range(2):
        await bench.act(f"6100010{number}", Action.CANCEL, Choice(reason="1"))
    assert await cancelling.cancels(bench.desk) == (2, 2)
    await bench.see(ORDER.id)
    await bench.see(ORDER.id, status="finished")
    assert await cancelling.cancels(bench.desk) == (2, 0)
    await bench.act("61000102", Action.CANCEL, Choice(reason="1"))
    assert await cancelling.cancels(bench.desk) == (3, 1)
    await bench.see("61000103")
    await bench.see("61000103", status="expired")
    assert await cancelling.cancels(bench.desk) == (3, 1), "what expires completes nothing"
    bench.pass_(86_400)
    assert await cancelling.cancels(bench.desk) == (0, 0)
