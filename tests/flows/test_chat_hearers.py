"""Who hears of new words, how loudly, and which words are worth a message at all."""

from dataclasses import replace

import pytest

from bot.domain.alerts import AlertKind, Loudness
from bot.domain.chat import ChatKind
from bot.domain.staff import Role
from bot.flows import alerts
from bot.flows.read_chat import RING_EVERY_MS
from tests.flows.bench import (
    AGENT,
    GROUP,
    LEAD,
    NOW,
    OPERATOR,
    OPERATOR_2,
    ORDER,
    OWNER,
    VIEWER,
    Bench,
)


@pytest.fixture(autouse=True)
async def known(bench: Bench) -> None:
    await bench.see()
    await bench.told()


async def claim(bench: Bench, by: int) -> None:
    async with bench.store.write() as tables:
        await tables.orders.claim(ORDER.id, by, bench.now)


async def who(bench: Bench) -> list[int]:
    """The chats that hear of new words, taken out of the outbox."""
    return sorted(delivery.chat_id for delivery in await bench.told() if delivery.kind == "chat")


async def needs_topic(bench: Bench) -> bool:
    return (await bench.stored()).needs_topic


async def test_those_on_duty_and_the_group_hear_of_an_order_nobody_claimed(bench: Bench) -> None:
    bench.writes("hello")
    await bench.read()
    assert await who(bench) == [GROUP, OPERATOR] and await needs_topic(bench)


async def test_only_the_one_who_claimed_it_hears_of_it_in_a_direct_message(bench: Bench) -> None:
    await claim(bench, AGENT)
    bench.writes("hello")
    await bench.read()
    assert await who(bench) == [GROUP, AGENT]


async def test_a_claimer_who_is_frozen_demoted_gone_or_out_of_reach_is_stood_in_for(bench: Bench) -> None:
    await claim(bench, AGENT)
    person = bench.desk.people[AGENT]
    for changed in (replace(person, is_frozen=True), replace(person, role=Role.VIEWER), None):
        bench.desk.people.pop(AGENT)
        if changed is not None:
            bench.desk.people[AGENT] = changed
        bench.writes("hello")
        await bench.read()
        assert await who(bench) == [GROUP, OPERATOR]
        bench.desk.people[AGENT] = person
    async with bench.store.write() as tables:
        await tables.staff.set_reachable(AGENT, False)
    bench.writes("hello")
    await bench.read()
    assert await who(bench) == [GROUP, OPERATOR]


async def test_owners_hear_of_it_when_nobody_is_on_duty_or_all_are_out_of_reach(bench: Bench) -> None:
    async with bench.store.write() as tables:
        await tables.staff.set_reachable(OPERATOR, False)
    bench.writes("hello")
    await bench.read()
    assert await who(bench) == [GROUP, OWNER]
    async with bench.store.write() as tables:
        await tables.staff.set_reachable(OPERATOR, True)
        await tables.staff.set_duty(OPERATOR, False, bench.now)
        await bench.desk.read_people(tables)
    bench.writes("again")
    await bench.read()
    assert await who(bench) == [GROUP, OWNER]


async def test_a_viewer_on_duty_is_not_the_one_who_answers(bench: Bench) -> None:
    bench.desk.people[VIEWER] = replace(bench.desk.people[VIEWER], on_duty=True)
    bench.writes("hello")
    await bench.read()
    assert VIEWER not in await who(bench)


async def test_without_a_group_only_people_hear(bench: Bench) -> None:
    bench.desk.desk_chat_id = None
    bench.writes("hello")
    await bench.read()
    assert await who(bench) == [OPERATOR]


async def test_the_first_words_ring_and_then_no_more_than_once_in_three_minutes(bench: Bench) -> None:
    rung = []
    for wait in (1, 60, 118, 10):
        bench.pass_(wait)
        bench.writes("hello")
        await bench.read(after=0)
        rung.append((await bench.lines())[OPERATOR].ring)
        await bench.told()
    assert rung == [True, False, False, True] and RING_EVERY_MS == 180_000


async def test_the_group_is_told_without_a_sound_and_after_the_people(bench: Bench) -> None:
    bench.writes("hello")
    await bench.read()
    lines = await bench.lines()
    assert not lines[GROUP].ring and lines[GROUP].priority > lines[OPERATOR].priority


async def test_each_order_has_a_bell_of_its_own(bench: Bench) -> None:
    bench.add(replace(ORDER, id="61000002"))
    await bench.see("61000002")
    await bench.told()
    for order_id in (ORDER.id, "61000002"):
        bench.writes("hello", order_id=order_id)
        await bench.read(order_id)
        assert (await bench.told())[0].ring


async def test_old_news_is_told_in_silence_and_leaves_the_bell_for_what_is_new(bench: Bench) -> None:
    bench.writes("while we were away", at=NOW - 700)
    await bench.read()
    assert not (await bench.lines())[OPERATOR].ring
    await bench.told()
    bench.writes("now")
    await bench.read()
    assert (await bench.lines())[OPERATOR].ring


async def test_many_words_before_the_relay_comes_are_one_line(bench: Bench) -> None:
    for text in "abc":
        bench.writes(text)
        await bench.read()
    assert await who(bench) == [GROUP, OPERATOR]


async def test_status_lines_alone_make_no_topic_and_no_message(bench: Bench) -> None:
    bench.gate.said(ORDER.id, "paid", by="System", kind=ChatKind.STATUS, status="paid")
    await bench.read()
    assert await who(bench) == [] and not await needs_topic(bench)
    async with bench.store.read() as tables:
        assert await tables.chats.tellings(ORDER.id) == {}


async def test_status_lines_before_the_first_words_are_told_in_the_topic_only(bench: Bench) -> None:
    bench.gate.said(ORDER.id, "created", by="System", kind=ChatKind.STATUS, status="unpay")
    await bench.read()
    bench.writes("hello")
    await bench.read()
    async with bench.store.read() as tables:
        told = await tables.chats.tellings(ORDER.id)
    first, words = await bench.heard()
    assert told == {OPERATOR: words.number - 1, GROUP: 0} and first.number < words.number


async def test_without_a_group_status_lines_before_the_first_words_are_told_to_people(bench: Bench) -> None:
    bench.desk.desk_chat_id = None
    bench.gate.said(ORDER.id, "created", by="System", kind=ChatKind.STATUS, status="unpay")
    await bench.read()
    assert await who(bench) == []
    bench.writes("hello")
    await bench.read()
    async with bench.store.read() as tables:
        assert await tables.chats.tellings(ORDER.id) == {OPERATOR: 0}
    await claim(bench, LEAD)
    bench.writes("again")
    await bench.read()
    async with bench.store.read() as tables:
        assert (await tables.chats.tellings(ORDER.id))[LEAD] == (await bench.heard())[1].number


async def test_status_lines_after_the_first_words_go_where_those_went(bench: Bench) -> None:
    bench.writes("hello")
    await bench.read()
    await bench.told()
    bench.gate.said(ORDER.id, "paid", by="System", kind=ChatKind.STATUS, status="paid")
    await bench.read()
    lines = await bench.lines()
    assert sorted(lines) == [GROUP, OPERATOR] and not lines[OPERATOR].ring


async def test_a_voucher_in_a_status_line_is_worth_a_ring(bench: Bench) -> None:
    voucher = ("https://files.example/v.jpg",)
    bench.gate.said(ORDER.id, "paid", by="System", kind=ChatKind.STATUS, vouchers=voucher)
    await bench.read()
    lines = await bench.lines()
    assert sorted(lines) == [GROUP, OPERATOR] and lines[OPERATOR].ring and await needs_topic(bench)


@pytest.mark.parametrize(("in_appeal", "hears"), [(False, []), (True, [OPERATOR])])
async def test_the_venues_notices_are_told_to_people_during_an_appeal_only(
    bench: Bench, in_appeal: bool, hears: list[int]
) -> None:
    if in_appeal:
        await bench.see(in_appeal=True)
        await bench.told()
    bench.gate.said(ORDER.id, "Upload your proof", by="System", kind=ChatKind.NOTICE)
    await bench.read()
    lines = await bench.lines()
    assert [chat for chat in lines if chat != GROUP] == hears
    assert not any(line.ring for line in lines.values()), "the appeal itself has rung"


async def test_a_topic_that_is_there_gets_every_line(bench: Bench) -> None:
    async with bench.store.write() as tables:
        await tables.orders.set_topic(ORDER.id, 501)
    bench.gate.said(ORDER.id, "paid", by="System", kind=ChatKind.STATUS, status="paid")
    await bench.read()
    assert await who(bench) == [GROUP]


async def test_where_every_order_has_a_topic_every_line_goes_there(bench: Bench) -> None:
    bench.desk.policy = replace(bench.desk.policy, topics="every")
    bench.gate.said(ORDER.id, "paid", by="System", kind=ChatKind.STATUS, status="paid")
    await bench.read()
    assert await who(bench) == [GROUP] and not await needs_topic(bench)


async def test_words_that_nobody_can_place_count_as_theirs(bench: Bench) -> None:
    bench.gate.said(ORDER.id, "who am I", by="c77")
    await bench.read()
    assert await who(bench) == [GROUP, OPERATOR]


async def test_what_we_write_in_gates_app_rings_nobody_and_is_told_where_telling_has_begun(bench: Bench) -> None:
    bench.gate.said(ORDER.id, "from the app")
    await bench.read()
    assert await who(bench) == [] and not await needs_topic(bench)
    bench.writes("hello")
    await bench.read()
    await bench.told()
    bench.gate.said(ORDER.id, "from the app again")
    await bench.read()
    assert await who(bench) == [GROUP, OPERATOR]


async def test_somebody_who_claims_later_hears_from_the_next_words_on(bench: Bench) -> None:
    bench.writes("one")
    await bench.read()
    await claim(bench, LEAD)
    await bench.told()
    bench.writes("two")
    await bench.read()
    assert await who(bench) == [GROUP, LEAD]
    async with bench.store.read() as tables:
        told = await tables.chats.tellings(ORDER.id)
    assert told[LEAD] == (await bench.heard())[1].number - 1 and told[OPERATOR] == (await bench.heard())[0].number - 1


async def test_everybody_on_duty_hears(bench: Bench) -> None:
    async with bench.store.write() as tables:
        await tables.staff.set_duty(OPERATOR_2, True, bench.now)
        await bench.desk.read_people(tables)
    bench.writes("hello")
    await bench.read()
    assert await who(bench) == [GROUP, OPERATOR, OPERATOR_2]


async def test_words_of_an_order_that_came_while_they_were_switched_off_are_all_told_later(bench: Bench) -> None:
    await alerts.choose(bench.desk, OPERATOR, AlertKind.CHAT, Loudness.OFF)
    for text in ("one", "two"):
        bench.writes(text)
        await bench.read()
    assert await who(bench) == [GROUP]
    await alerts.choose(bench.desk, OPERATOR, AlertKind.CHAT, Loudness.ON)
    bench.writes("three")
    await bench.read()
    assert await who(bench) == [GROUP, OPERATOR]
    async with bench.store.read() as tables:
        assert await tables.chats.told(OPERATOR, ORDER.id) == (await bench.heard())[0].number - 1


async def test_who_switched_words_off_counts_as_none_who_was_told_of_what_waits_for_somebody_away(bench: Bench) -> None:
    await alerts.choose(bench.desk, OPERATOR, AlertKind.CHAT, Loudness.OFF)
    await claim(bench, AGENT)
    bench.writes("one")
    await bench.read()
    async with bench.store.write() as tables:
        await tables.chats.begin_telling(OPERATOR, ORDER.id, 0)
        await tables.staff.set_reachable(AGENT, False)
        await tables.staff.set_duty(LEAD, True, bench.now)
        await bench.desk.read_people(tables)
    bench.writes("two")
    await bench.read()
    async with bench.store.read() as tables:
        told = await tables.chats.tellings(ORDER.id)
    assert told[LEAD] == told[AGENT] == (await bench.heard())[0].number - 1
