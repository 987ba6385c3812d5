"""A buyer's words whose only hearer is out of reach are told to somebody else, from where that one stopped."""

from dataclasses import replace

import pytest

from bot.domain.chat import ChatKind
from bot.domain.staff import Role
from bot.flows import deliver
from bot.flows.fetch_files import FILE
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


async def receipt_told_without_its_picture(bench: Bench) -> int:
    """The agent was told of a receipt that is still being fetched; the number of its line."""
    url = "https://files.example/1.jpg"
    bench.hosts.files[url] = (b"picture", "image/jpeg")
    bench.writes("", kind=ChatKind.FILE, file_key="1.jpg", file_url=url)
    await bench.read()
    number = (await bench.heard())[-1].number
    async with bench.store.write() as tables:
        await tables.chats.set_told(AGENT, ORDER.id, number)
    await bench.told()
    return number


async def late_picture_of_the_agent(bench: Bench) -> Delivery:
    await bench.fetch()
    return (await bench.lines(FILE))[AGENT]


async def test_a_picture_that_comes_late_for_a_claimer_who_was_frozen_goes_to_who_is_on_duty(bench: Bench) -> None:
    number = await receipt_told_without_its_picture(bench)
    missed = await late_picture_of_the_agent(bench)
    bench.desk.people[AGENT] = replace(bench.desk.people[AGENT], is_frozen=True)
    assert await deliver.take(bench.desk, [missed]) == []
    line = (await bench.lines(FILE))[OPERATOR]
    assert line.facts == {"message": str(number), "file": missed.facts["file"], "late": "1"}


async def test_a_picture_goes_to_who_took_over_behind_its_line(bench: Bench) -> None:
    """Telling begins there with the next words, so that nothing else would bring it."""
    number = await receipt_told_without_its_picture(bench)
    missed = await late_picture_of_the_agent(bench)
    async with bench.store.write() as tables:
        await tables.chats.begin_telling(OPERATOR, ORDER.id, number)
    await deliver.unreachable(bench.desk, AGENT, [missed])
    assert OPERATOR in await bench.lines(FILE)


async def test_the_second_file_of_a_line_goes_to_a_stand_in_with_its_words(bench: Bench) -> None:
    number = await receipt_told_without_its_picture(bench)
    missed = replace(await late_picture_of_the_agent(bench), key=f"file:1:{AGENT}")
    missed = replace(missed, facts={"message": str(number), "file": "1"})
    await deliver.unreachable(bench.desk, AGENT, [missed])
    assert (await bench.lines(FILE))[OPERATOR].facts["late"], "the words stand at the agent only"


@pytest.mark.parametrize("own_key", ["file:1", f"file:1:{OPERATOR}"])
async def test_a_picture_that_a_stand_in_got_on_their_own_does_not_come_twice(bench: Bench, own_key: str) -> None:
    number = await receipt_told_without_its_picture(bench)
    missed = await late_picture_of_the_agent(bench)
    facts = {"message": str(number), "file": "1"}
    async with bench.store.write() as tables:
        await tables.chats.begin_telling(OPERATOR, ORDER.id, number)
        await tables.outbox.put_line(
            chat_id=OPERATOR, person_id=OPERATOR, kind=FILE, key=own_key, order_id=ORDER.id, facts=facts,
            ring=False, priority=7, at=bench.now,
        )  # fmt: skip
    await bench.told()
    await deliver.unreachable(bench.desk, AGENT, [missed])
    assert OPERATOR not in await bench.lines(FILE)


async def test_a_picture_whose_line_a_stand_in_is_still_to_be_told_comes_with_that(bench: Bench) -> None:
    number = await receipt_told_without_its_picture(bench)
    missed = await late_picture_of_the_agent(bench)
    async with bench.store.write() as tables:
        await tables.chats.begin_telling(OPERATOR, ORDER.id, number - 1)
    await deliver.unreachable(bench.desk, AGENT, [missed])
    assert OPERATOR not in await bench.lines(FILE)


async def test_who_has_nobody_to_stand_in_is_named_so_that_it_waits(bench: Bench) -> None:
    bench.writes("beta")
    await bench.read()
    missed = await missed_by(bench, AGENT)
    assert await deliver.unreachable(bench.desk, AGENT, [missed]) == []
    async with bench.store.write() as tables:
        for person in (OPERATOR, OWNER):
            await tables.staff.set_reachable(person, False)
    assert await deliver.unreachable(bench.desk, AGENT, [missed]) == [missed]
    assert await deliver.unreachable(bench.desk, AGENT, [replace(missed, order_id="62000009")]) == []
    assert await deliver.unreachable(bench.desk, AGENT, [replace(missed, kind="card")]) == []


async def test_words_of_a_frozen_claimer_wait_for_an_owner_who_is_away(bench: Bench) -> None:
    """Nobody is within reach, and the one who heard so far may read nothing any more."""
    bench.writes("beta")
    await bench.read()
    bench.desk.people[AGENT] = replace(bench.desk.people[AGENT], is_frozen=True)
    async with bench.store.write() as tables:
        for person in (OPERATOR, OWNER):
            await tables.staff.set_reachable(person, False)
    await deliver.take(bench.desk, [await missed_by(bench, AGENT)])
    assert set(await bench.lines()) == {OWNER, GROUP} and await told(bench, OWNER) == 1


async def test_words_for_an_owner_who_was_frozen_are_not_handed_back_to_them(bench: Bench) -> None:
    bench.desk.people[LEAD] = replace(bench.desk.people[LEAD], role=Role.OWNER)
    bench.writes("beta")
    await bench.read()
    async with bench.store.write() as tables:
        for person in (AGENT, OPERATOR, LEAD):
            await tables.staff.set_reachable(person, False)
    await deliver.unreachable(bench.desk, AGENT, [await missed_by(bench, AGENT)])
    owners = await missed_by(bench, OWNER)
    bench.desk.people[OWNER] = replace(bench.desk.people[OWNER], is_frozen=True)
    await deliver.take(bench.desk, [owners])
    assert set(await bench.lines()) == {AGENT, LEAD, GROUP}


async def test_who_hears_when_all_hearers_so_far_are_away_begins_where_they_stopped(bench: Bench) -> None:
    """Else what waits for those who are away would lie behind the beginning of whoever hears meanwhile."""
    bench.writes("beta")
    await bench.read()
    async with bench.store.write() as tables:
        await tables.staff.set_reachable(AGENT, False)
    bench.writes("gamma")
    await bench.read()
    assert await told(bench, OPERATOR) == 1, "the agent was told alpha alone"


async def test_who_hears_while_another_hearer_is_within_reach_begins_with_the_next_words(bench: Bench) -> None:
    bench.writes("beta")
    await bench.read()
    async with bench.store.write() as tables:
        await tables.orders.claim(ORDER.id, LEAD, bench.now)
    bench.writes("gamma")
    await bench.read()
    assert await told(bench, LEAD) == 2
