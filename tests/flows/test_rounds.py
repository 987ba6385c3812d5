"""The rounds that look by themselves: what moved, what was missed, blindness, a drifting clock."""

from dataclasses import replace

from bot.domain.errors import Refused, Unreachable
from bot.flows.watch import APPEAL_LOOK_SECONDS, Watch
from tests.flows.bench import GROUP, LEAD, OPERATOR, ORDER, OWNER, Bench, notices
from tests.support.fake_gate import row_of

AWAY = Unreachable("gate", "pending_orders", "refused")


async def test_the_round_reads_details_only_for_what_moved(bench: Bench) -> None:
    watch = Watch(bench.desk)
    await watch.round()
    await watch.round()
    await bench.desk.drain(1)
    assert bench.gate.count("order") == 1 and bench.gate.count("counterparty") == 1
    bench.gate.move(ORDER.id, unread=1)
    bench.pass_(3)
    await watch.round()
    assert bench.gate.count("order") == 2
    assert bench.gate.count("pending_orders") == 6
    again = Watch(bench.desk)
    await again.round()
    assert bench.gate.count("order") == 2, "what was seen is kept over a restart"


async def test_in_an_appeal_the_details_are_read_again_and_again(bench: Bench) -> None:
    bench.gate.move(ORDER.id, in_appeal=True)
    watch = Watch(bench.desk)
    await watch.round()
    asked = bench.gate.count("order")
    bench.gate.move(ORDER.id, can_release_in_appeal=True)
    bench.pass_(APPEAL_LOOK_SECONDS + 1)
    await watch.round()
    await watch.round()
    assert bench.gate.count("order") == asked + 1
    assert (await bench.stored()).order.can_release_in_appeal


async def test_an_order_that_left_the_list_is_asked_for_by_itself(bench: Bench) -> None:
    watch = Watch(bench.desk)
    await watch.round()
    bench.gate.unlisted.add(ORDER.id)
    bench.pass_(3)
    await watch.round()
    assert not (await bench.stored()).order.is_final, "absence alone proves nothing"
    bench.gate.move(ORDER.id, status="expired")
    bench.pass_(3)
    await Watch(bench.desk).round()
    assert (await bench.stored()).order.status == "expired"
    asked = bench.gate.count("order")
    await watch.round()
    await watch.round()
    assert bench.gate.count("order") <= asked + 1


async def test_an_order_of_another_market_is_left_alone(bench: Bench) -> None:
    other = bench.add(replace(ORDER, id="62000000", fiat="USD"))
    await bench.see(other)
    asked = bench.gate.count("order")
    await Watch(bench.desk).round()
    assert bench.gate.count("order") == asked + 1, "only the order of the watched market"


async def test_one_unreadable_order_does_not_stop_the_others(bench: Bench) -> None:
    bench.add(replace(ORDER, id="61000002"))
    bench.gate.errors["order"] = [Refused("gate", "order", code="5", detail="bad", status=200)]
    watch = Watch(bench.desk)
    await watch.round()
    assert bench.gate.count("order") == 2 and (await bench.stored("61000002")).order.id
    await watch.round()
    assert (await bench.stored()).order.id, "tried again next round"


async def test_too_many_requests_end_the_round(bench: Bench) -> None:
    bench.add(replace(ORDER, id="61000002"))
    bench.gate.errors["order"] = [Refused("gate", "order", code="x", detail="", status=429, retry_after=1)]
    await Watch(bench.desk).round()
    assert bench.gate.count("order") == 1 and bench.desk.looked_at is None


async def test_blindness_is_said_once_after_a_while_and_its_end_too(bench: Bench) -> None:
    watch = Watch(bench.desk)
    await watch.round()
    await bench.told()
    last = bench.desk.looked_at
    bench.gate.errors["pending_orders"] = [AWAY] * 4
    for _ in range(3):
        bench.pass_(7.5)
        await watch.round()
    told = await bench.told()
    assert notices(told, "blind") == [GROUP, OWNER, LEAD, OPERATOR]
    assert bench.desk.blind_since == last
    bench.pass_(10)
    await watch.round()
    assert await bench.told() == []
    bench.pass_(10)
    await watch.round()
    assert notices(await bench.told(), "blind_over") == [GROUP, OWNER, LEAD, OPERATOR]
    assert bench.desk.blind_since is None


async def test_a_desk_that_never_saw_the_venue_is_blind_since_its_start(bench: Bench) -> None:
    bench.gate.errors["pending_orders"] = [AWAY] * 3
    watch = Watch(bench.desk)
    await watch.round()
    bench.pass_(16)
    await watch.round()
    assert bench.desk.blind_since == bench.desk.started_at


async def test_after_downtime_the_history_since_the_last_look_is_read_page_by_page(bench: Bench) -> None:
    await Watch(bench.desk).round()
    last = bench.now // 1000
    await bench.told()
    bench.pass_(7200)
    missed = [replace(ORDER, id=str(70000000 + number), status="cancel") for number in range(201)]
    for order in missed:
        bench.add(order)
    bench.gate.history = [[row_of(order) for order in missed[:200]], [row_of(order) for order in missed[200:]]]
    bench.desk.looked_at = None
    asked = bench.gate.count("order")
    await Watch(bench.desk).round()
    assert [about for call, about in bench.gate.calls if call == "completed_orders"] == [
        f"{last - 600}/1", f"{last - 600}/2"
    ]  # fmt: skip
    assert bench.gate.count("order") == asked + 201
    assert {delivery.order_id for delivery in await bench.told()} == {order.id for order in missed}
    bench.desk.looked_at = None
    await Watch(bench.desk).round()
    assert bench.gate.count("order") == asked + 201, "nothing is told twice"


async def test_an_order_opened_and_ended_between_two_looks_is_told_within_a_minute(bench: Bench) -> None:
    watch = Watch(bench.desk)
    await watch.round()
    between = replace(ORDER, id="70000001", status="cancel")
    bench.add(between)
    bench.gate.history = [[row_of(between)]]
    for _ in range(21):
        bench.pass_(3)
        await watch.round()
    assert {delivery.order_id for delivery in await bench.told()} >= {between.id}
    assert bench.gate.count("completed_orders") == 1


async def test_a_history_that_cannot_be_read_is_no_reason_to_stay_blind(bench: Bench) -> None:
    await Watch(bench.desk).round()
    bench.desk.looked_at = None
    bench.gate.errors["completed_orders"] = [AWAY]
    await Watch(bench.desk).round()
    assert bench.desk.looked_at == bench.now


async def test_the_first_start_reads_no_history(bench: Bench) -> None:
    await Watch(bench.desk).round()
    assert bench.gate.count("completed_orders") == 0


async def test_a_drifting_clock_is_said_once_until_it_is_right_again(bench: Bench) -> None:
    watch = Watch(bench.desk)
    for skew, told in ((5.0, False), (-5.5, True), (9.0, False), (1.0, False), (6.0, True)):
        bench.gate.skew = skew
        await watch.round()
        assert bool(notices(await bench.told(), "clock_skew")) is told, skew


async def test_the_moment_of_the_last_look_is_kept_sparingly(bench: Bench) -> None:
    watch = Watch(bench.desk)
    kept = []
    for _ in range(4):
        await watch.round()
        async with bench.store.read() as tables:
            kept.append(await tables.desk.get("looked_at"))
        bench.pass_(3)
    assert len(set(kept)) == 2 and kept[0] == kept[1]


async def test_a_profile_that_cannot_be_read_costs_only_its_line(bench: Bench) -> None:
    bench.gate.errors["counterparty"] = [AWAY]
    await Watch(bench.desk).round()
    await bench.desk.drain(1)
    assert (await bench.stored()).order.id and not bench.desk.profiles
