"""Who counts as the second person: only somebody whose own confirm would go through."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.intents import Action
from bot.domain.two_people import Way
from bot.flows import second_person
from tests.flows.bench import LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, Bench


@pytest.fixture
def two(bench: Bench) -> Bench:
    bench.desk.policy = replace(bench.desk.policy, two_people_above=Decimal(500), solo_release="delay")
    return bench


async def seconds(bench: Bench) -> list[int]:
    """Who could complete what the operator approves."""
    async with bench.store.read() as tables:
        found = await second_person.others(bench.desk, tables, Action.RELEASE, ORDER, OPERATOR)
    return sorted(person.id for person in found)


async def goes(bench: Bench) -> Way:
    async with bench.store.read() as tables:
        return await second_person.way(bench.desk, tables, Action.RELEASE, ORDER, OPERATOR)


async def lock(bench: Bench, *people: int) -> None:
    async with bench.store.write() as tables:
        for person in people:
            await tables.step_up.begin(person, "salt")
            await tables.step_up.lock(person, bench.now)


async def test_who_is_locked_after_wrong_pins_is_no_second_until_somebody_lets_them_try_again(two: Bench) -> None:
    assert await seconds(two) == [OWNER, LEAD, OPERATOR_2]
    await lock(two, LEAD)
    assert await seconds(two) == [OWNER, OPERATOR_2]
    async with two.store.write() as tables:
        await tables.step_up.unlock(LEAD)
    assert await seconds(two) == [OWNER, LEAD, OPERATOR_2]


async def test_where_everybody_else_is_locked_it_goes_as_where_there_is_nobody_else(two: Bench) -> None:
    assert await goes(two) is Way.SECOND
    await lock(two, OWNER, LEAD, OPERATOR_2)
    assert await goes(two) is Way.DELAY


async def test_who_has_no_pin_is_no_second_where_the_desk_requires_one(two: Bench) -> None:
    two.desk.policy = replace(two.desk.policy, step_up="required")
    async with two.store.write() as tables:
        await tables.step_up.begin(LEAD, "salt")  # begun, never set
    assert await seconds(two) == []
    async with two.store.write() as tables:
        await tables.step_up.set_first(LEAD, "hash", (), two.now)
    assert await seconds(two) == [LEAD]
