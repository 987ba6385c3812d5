"""A bell that waited for its turn asks once more, in the moment of ringing, whether there is still something to do."""

from bot.domain.situations import LockReason
from bot.domain.staff import Role
from bot.flows import bank, deliver
from bot.flows.absorb import look
from tests.flows.bench import LEAD, OPERATOR, ORDER, Bench


async def rung(bench: Bench) -> dict[int, bool]:
    """By person: whether the card of the order that waits for them makes a sound now."""
    tasks = await deliver.take(bench.desk, await deliver.due(bench.desk))
    return {
        task.delivery.person_id: task.delivery.ring
        for task in tasks
        if task.delivery.kind == deliver.CARD and task.delivery.person_id is not None
    }


async def on_duty(bench: Bench, *people: int) -> None:
    async with bench.store.write() as tables:
        for person in people:
            await tables.staff.set_duty(person, True, bench.now)
        await bench.desk.read_people(tables)


async def test_a_paid_order_that_nobody_has_touched_rings(bench: Bench) -> None:
    await bench.see()
    assert (await rung(bench))[OPERATOR]


async def test_a_release_that_gate_has_taken_since_does_not_ring_for_the_payment(bench: Bench) -> None:
    await bench.see()
    await bench.act()
    assert not (await rung(bench))[OPERATOR]


async def test_a_stopped_order_rings_only_those_who_may_let_it_go_on(bench: Bench) -> None:
    await on_duty(bench, LEAD)
    await bench.see()
    await look(bench.desk, ORDER.id)
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.NAME_DIFFERS)
    bells = await rung(bench)
    assert bench.desk.people[LEAD].role is Role.LEAD
    assert bells[LEAD] and not bells[OPERATOR]


async def test_an_appeal_rings_whatever_became_of_it_here(bench: Bench) -> None:
    await bench.see()
    await look(bench.desk, ORDER.id)
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.NAME_DIFFERS)
    await bench.see(in_appeal=True)
    assert (await rung(bench))[OPERATOR]
