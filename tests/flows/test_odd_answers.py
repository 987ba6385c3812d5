"""A venue that answers oddly: one order that cannot be read, details that lag, lists with strange entries."""

from dataclasses import replace

import pytest

from bot.domain.errors import Unknown
from bot.domain.listing import Listing
from bot.domain.orders import OrderRow
from bot.flows.watch import Watch
from tests.flows.bench import ORDER, Bench, notices
from tests.support.fake_gate import row_of

UNREADABLE = Unknown("gate", "order", why="unreadable", detail="ValueError in data")


async def rounds(bench: Bench, watch: Watch, number: int, seconds: float = 3) -> None:
    for _ in range(number):
        await watch.round()
        bench.pass_(seconds)


async def test_an_order_that_stays_unreadable_is_said_once_and_asked_for_less_often(bench: Bench) -> None:
    bench.add(replace(ORDER, id="61000002"))
    watch = Watch(bench.desk)
    bench.gate.errors["order"] = [UNREADABLE]
    await watch.round()
    assert (await bench.stored("61000002")).order.id, "the others are read"
    assert not bench.desk.blind_since and bench.desk.looked_at is not None
    bench.pass_(3)
    bench.gate.errors["order"] = [UNREADABLE] * 9
    await rounds(bench, watch, 8)
    told = await bench.told()
    unreadable = {delivery.facts["order"] for delivery in told if delivery.notice == "unreadable_order"}
    assert unreadable == {ORDER.id}
    assert len(notices(told, "unreadable_order")) == len(set(notices(told, "unreadable_order"))), "said once"
    assert len(bench.gate.errors["order"]) > 1, "asked for less often after a while"
    bench.gate.errors["order"] = []
    bench.pass_(600)
    await rounds(bench, watch, 2, 60)
    assert (await bench.stored()).order.status == "paid"


async def test_a_defect_of_ours_with_one_order_does_not_hide_the_others(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.add(replace(ORDER, id="61000002"))
    watch = Watch(bench.desk)
    seen: list[int] = []

    def fail() -> None:
        seen.append(1)
        if len(seen) == 1:
            raise KeyError("odd")

    bench.gate.before_answer = fail
    await watch.round()
    assert (await bench.stored("61000002")).order.id
    bench.pass_(3)
    await watch.round()
    assert (await bench.stored()).order.id


async def test_several_orders_that_cannot_be_read_are_the_venues_trouble(bench: Bench) -> None:
    for number in range(4):
        bench.add(replace(ORDER, id=f"6200000{number}"))
    watch = Watch(bench.desk)
    await watch.round()
    for order_id in list(bench.gate.orders):
        bench.gate.move(order_id, unread=1)
    bench.gate.errors["order"] = [Unknown("gate", "order", why="server_error", status=500)] * 30
    bench.pass_(16)
    await watch.round()
    assert bench.desk.blind_since is not None
    assert notices(await bench.told(), "unreadable_order") == []


async def test_details_that_lag_behind_the_list_are_asked_again_until_they_agree(bench: Bench) -> None:
    bench.gate.move(ORDER.id, status="unpay")
    watch = Watch(bench.desk)
    await watch.round()
    true_rows = bench.gate.pending_orders

    async def ahead(**wanted: object) -> Listing[OrderRow]:
        rows = await true_rows(**wanted)  # type: ignore[arg-type]
        return Listing(replace(row, status="paid") for row in rows)

    bench.gate.pending_orders = ahead  # type: ignore[method-assign]
    asked = bench.gate.count("order")
    bench.pass_(3)
    await rounds(bench, watch, 2)
    assert bench.gate.count("order") == asked + 2, "the row says paid, the details not yet"
    bench.gate.move(ORDER.id, status="paid")
    await rounds(bench, watch, 3)
    assert (await bench.stored()).order.status == "paid"
    settled = bench.gate.count("order")
    await rounds(bench, watch, 3)
    assert bench.gate.count("order") == settled


async def test_a_list_entry_that_cannot_be_read_is_said_once(bench: Bench) -> None:
    async def odd(**wanted: object) -> Listing[OrderRow]:
        return Listing([row_of(ORDER)], unreadable=("61000077",))

    bench.gate.pending_orders = odd  # type: ignore[method-assign]
    await rounds(bench, Watch(bench.desk), 3)
    told = [delivery for delivery in await bench.told() if delivery.notice == "unreadable_order"]
    assert {delivery.facts["order"] for delivery in told} == {"61000077"}
    assert len(told) == len({delivery.chat_id for delivery in told})
    assert (await bench.stored()).order.id


async def test_a_desk_that_ended_blind_starts_blind_and_says_the_end(bench: Bench) -> None:
    watch = Watch(bench.desk)
    await watch.round()
    bench.gate.errors["pending_orders"] = [Unknown("gate", "x", why="timeout")] * 9
    bench.pass_(20)
    await watch.round()
    since = bench.desk.blind_since
    assert since is not None
    await bench.told()
    bench.desk.blind_since = None
    again = Watch(bench.desk)
    bench.gate.errors["pending_orders"] = []
    await again.round()
    assert notices(await bench.told(), "blind_over") != [] and bench.desk.blind_since is None
