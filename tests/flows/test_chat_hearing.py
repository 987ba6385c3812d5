"""A buyer's words whose only hearer is out of reach are told to somebody else, from where that one stopped."""

from dataclasses import replace

import pytest

from bot.domain.staff import Role
from bot.flows import deliver
from storage.outbox import Delivery
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, ORDER, OWNER, Bench


@pytest.fixture(autouse=True)
async def claimed(bench: Bench) -> None:
    """The agent is on the order and has heard everything up to now."""
    await bench.see()
    async with bench.store.write() as tables:
        await tables.orders.claim(ORDER.id, AGENT, bench.now)
    bench.writes("alpha")
    await bench.read()
    async with bench.store.write() as tables:
        await tables.chats.set_told(AGENT, ORDER.id, 1)
    await bench.told()


async def missed_by(bench: Bench, person_id: int) -> Delivery:
    return (await bench.lines())[person_id]


async def told(bench: Bench, person_id: int) -> int | None:
    async with bench.store.read() as tables:
        return await tables.chats.told(person_id, ORDER.id)


async def test_who_is_on_duty_hears_what_the_claimer_could_not(bench: Bench) -> None:
    bench.writes("beta")
    await bench.read()
    await deliver.unreachable(bench.desk, AGENT, [await missed_by(bench, AGENT)])
    heard = await missed_by(bench, OPERATOR)
    assert (heard.person_id, heard.order_id, heard.ring) == (OPERATOR, ORDER.id, False)
    assert await told(bench, OPERATOR) == 1


async def test_a_hearer_who_has_begun_already_goes_on_from_there(bench: Bench) -> None:
    async with bench.store.write() as tables:
        await tables.chats.begin_telling(OPERATOR, ORDER.id, 0)
    bench.writes("beta")
    await bench.read()
    await deliver.unreachable(bench.desk, AGENT, [await missed_by(bench, AGENT)])
    assert OPERATOR in await bench.lines() and await told(bench, OPERATOR) == 0


async def test_words_for_a_claimer_who_was_frozen_meanwhile_go_to_who_is_on_duty(bench: Bench) -> None:
    bench.writes("beta")
    await bench.read()
    bench.desk.people[AGENT] = replace(bench.desk.people[AGENT], is_frozen=True)
    assert await deliver.take(bench.desk, [await missed_by(bench, AGENT)]) == []
    assert set(await bench.lines()) == {OPERATOR, GROUP}


async def test_owners_hear_it_when_nobody_else_can(bench: Bench) -> None:
    bench.writes("beta")
    await bench.read()
    async with bench.store.write() as tables:
        await tables.staff.set_reachable(OPERATOR, False)
    await deliver.unreachable(bench.desk, AGENT, [await missed_by(bench, AGENT)])
    assert set(await bench.lines()) == {AGENT, OWNER, GROUP}, "the agent's own line is for the relay to give up"


async def test_two_owners_out_of_reach_do_not_hand_it_to_each_other_for_ever(bench: Bench) -> None:
    bench.desk.people[LEAD] = replace(bench.desk.people[LEAD], role=Role.OWNER)
    bench.desk.people[OPERATOR] = replace(bench.desk.people[OPERATOR], on_duty=False)
    bench.writes("beta")
    await bench.read()
    await deliver.unreachable(bench.desk, AGENT, [await missed_by(bench, AGENT)])
    for owner in (OWNER, LEAD, OWNER):
        for line in [line for line in await bench.told() if line.chat_id == owner and line.kind == "chat"]:
            await deliver.unreachable(bench.desk, owner, [line])
    assert OWNER not in await bench.lines() and LEAD not in await bench.lines()


async def test_words_of_an_order_that_is_forgotten_are_handed_to_nobody(bench: Bench) -> None:
    bench.writes("beta")
    await bench.read()
    missed = await missed_by(bench, AGENT)
    await bench.told()
    await deliver.unreachable(bench.desk, AGENT, [replace(missed, order_id="62000009")])
    assert await bench.lines() == {}


async def test_what_the_group_missed_is_no_business_of_a_direct_message(bench: Bench) -> None:
    bench.writes("beta")
    await bench.read()
    missed = await missed_by(bench, GROUP)
    await bench.told()
    await deliver.unreachable(bench.desk, GROUP, [missed])
    assert await bench.lines() == {}
