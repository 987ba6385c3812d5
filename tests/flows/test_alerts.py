"""Choices and quiet hours act on direct messages only, never on the record, and never on whoever is on duty."""

from dataclasses import replace

import pytest

from bot.domain.alerts import AlertKind, Loudness, QuietHours
from bot.domain.errors import NotAllowed
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows import alerts, bank, freeze, own_settings, people
from bot.flows.announce import announce_now
from storage.messages import Shown
from tests.flows.bench import AGENT, GROUP, LEAD, NOW, OPERATOR, ORDER, OWNER, Bench, cards, notices
from tests.flows.test_looking import BUY, lost_release

ON, SILENT, OFF = Loudness.ON, Loudness.SILENT, Loudness.OFF
PAID, UNPAID, ENDED, NOTICE = AlertKind.PAID, AlertKind.UNPAID, AlertKind.ENDED, AlertKind.NOTICE
NEW = replace(ORDER, status="unpay", paid_at=0)
ALL_DAY = QuietHours(1, 0)


async def duty(bench: Bench, person: int, on: bool) -> None:
    async with bench.store.write() as tables:
        await tables.staff.set_duty(person, on, bench.now)
        await bench.desk.read_people(tables)


async def off_duty(bench: Bench) -> None:
    await duty(bench, OPERATOR, False)


async def show_cards(bench: Bench) -> None:
    """As if the relay had shown what waits."""
    for delivery in await bench.told():
        if delivery.kind == "card" and delivery.order_id is not None:
            async with bench.store.write() as tables:
                await tables.messages.remember(
                    Shown(delivery.chat_id, 7, "card", delivery.order_id, delivery.person_id, (), bench.now, "")
                )


async def test_without_a_choice_everything_is_as_the_event_asks(bench: Bench) -> None:
    assert await alerts.show(bench.desk, OPERATOR) == await alerts.show(bench.desk, OWNER)
    bench.add(NEW)
    await bench.see()
    assert not cards(await bench.told())[OPERATOR].ring
    await bench.see(status="paid")
    assert cards(await bench.told())[OPERATOR].ring


async def test_who_wants_unpaid_orders_to_ring_is_rung_and_others_are_not(bench: Bench) -> None:
    await alerts.choose(bench.desk, OPERATOR, UNPAID, ON)
    await duty(bench, AGENT, True)
    bench.add(NEW)
    await bench.see()
    told = cards(await bench.told())
    assert told[OPERATOR].ring and not told[AGENT].ring and not told[GROUP].ring


async def test_off_is_no_message_but_the_group_has_it(bench: Bench) -> None:
    await alerts.choose(bench.desk, OPERATOR, UNPAID, OFF)
    bench.add(NEW)
    await bench.see()
    assert set(cards(await bench.told())) == {GROUP}
    await bench.see(unread=3)
    assert set(cards(await bench.told())) == {GROUP}, "a change makes no message of what is switched off"


async def test_the_card_that_is_already_there_is_still_edited(bench: Bench) -> None:
    bench.add(NEW)
    await bench.see()
    await show_cards(bench)
    await alerts.choose(bench.desk, OPERATOR, UNPAID, OFF)
    await bench.see(unread=3)
    told = cards(await bench.told())
    assert not told[OPERATOR].repost and not told[OPERATOR].ring


async def test_an_end_that_somebody_wants_to_hear_rings_once_and_only_there(bench: Bench) -> None:
    await alerts.choose(bench.desk, OPERATOR, ENDED, ON)
    await duty(bench, AGENT, True)
    bench.add(NEW)
    await bench.see()
    await show_cards(bench)
    await bench.see(status="expired")
    told = cards(await bench.told())
    assert told[OPERATOR].repost and told[OPERATOR].ring and not told[AGENT].repost
    await bench.see(unread=2)
    assert not cards(await bench.told())[OPERATOR].ring


@pytest.mark.parametrize("wish", [SILENT, OFF])
async def test_on_duty_a_paid_order_rings_whatever_was_chosen_before(bench: Bench, wish: Loudness) -> None:
    await off_duty(bench)
    for kind in (PAID, AlertKind.APPEAL, AlertKind.UNKNOWN):
        await alerts.choose(bench.desk, OPERATOR, kind, wish)
    await duty(bench, OPERATOR, True)
    await bench.see()
    assert cards(await bench.told())[OPERATOR].ring
    await lost_release(bench)
    assert cards(await bench.told())[OPERATOR].ring
    await bench.see(in_appeal=True)
    assert cards(await bench.told())[OPERATOR].ring


async def test_quiet_hours_do_not_count_on_duty_and_are_those_of_the_own_clock(bench: Bench) -> None:
    await alerts.set_quiet(bench.desk, OPERATOR, ALL_DAY)
    await bench.see()
    assert cards(await bench.told())[OPERATOR].ring
    await off_duty(bench)
    minute = NOW // 60 % 1440
    around = QuietHours((minute - 30) % 1440, (minute + 30) % 1440)
    await alerts.set_quiet(bench.desk, OWNER, around)
    await own_settings.set_timezone(bench.desk, OWNER, "UTC")
    bench.add(replace(ORDER, id="61000002"))
    await bench.see("61000002")
    silent = cards(await bench.told(), "61000002")[OWNER]
    assert silent.repost and not silent.ring
    await own_settings.set_timezone(bench.desk, OWNER, "Asia/Shanghai")
    bench.add(replace(ORDER, id="61000003"))
    await bench.see("61000003")
    assert cards(await bench.told(), "61000003")[OWNER].ring


async def test_an_owner_who_stands_in_for_duty_can_be_quiet_about_paid_orders_but_not_without_them(
    bench: Bench,
) -> None:
    await off_duty(bench)
    await alerts.choose(bench.desk, OWNER, PAID, OFF)
    await bench.see()
    told = cards(await bench.told())[OWNER]
    assert told.repost and not told.ring


async def test_a_purchase_that_we_have_to_pay_rings_as_paid_does(bench: Bench) -> None:
    await alerts.choose(bench.desk, OPERATOR, UNPAID, OFF)
    bench.add(BUY)
    await bench.see()
    assert cards(await bench.told())[OPERATOR].ring


async def test_on_duty_nobody_switches_off_what_must_ring(bench: Bench) -> None:
    for kind in (PAID, AlertKind.APPEAL, AlertKind.UNKNOWN):
        for wish in (SILENT, OFF):
            with pytest.raises(NotAllowed, match="alert_on_duty"):
                await alerts.choose(bench.desk, OPERATOR, kind, wish)
        await alerts.choose(bench.desk, OPERATOR, kind, ON)
    assert [line.action for line in await bench.journal(str(OPERATOR))] == ["alerts"] * 3
    async with bench.store.read() as tables:
        assert set((await tables.alerts.wishes())[OPERATOR].choices.values()) == {ON}


async def test_a_stranger_and_a_frozen_person_choose_nothing(bench: Bench) -> None:
    with pytest.raises(NotAllowed):
        await alerts.choose(bench.desk, 999, UNPAID, OFF)
    with pytest.raises(NotAllowed):
        await alerts.set_quiet(bench.desk, 999, ALL_DAY)
    async with bench.store.read() as tables:
        assert await tables.alerts.wishes() == {}


@pytest.mark.parametrize(("wish", "told"), [(ON, [True]), (SILENT, [False]), (OFF, [])])
async def test_notices_come_as_each_wants_them(bench: Bench, wish: Loudness, told: list[bool]) -> None:
    await alerts.choose(bench.desk, LEAD, NOTICE, wish)
    await announce_now(bench.desk, Notice("started", {}), [bench.desk.people[LEAD]], group=True)
    heard = {one.chat_id: one.ring for one in await bench.told()}
    assert [heard[LEAD]] == told if told else LEAD not in heard
    assert heard[GROUP]


async def test_what_the_group_does_not_have_comes_silently_to_who_switched_notices_off(bench: Bench) -> None:
    await alerts.choose(bench.desk, LEAD, NOTICE, OFF)
    await announce_now(bench.desk, Notice("ask_lead", {}), [bench.desk.people[LEAD]])
    assert [(one.chat_id, one.ring) for one in await bench.told()] == [(LEAD, False)]
    bench.desk.desk_chat_id = None
    await announce_now(bench.desk, Notice("started", {}), [bench.desk.people[LEAD]], group=True)
    assert [(one.chat_id, one.ring) for one in await bench.told()] == [(LEAD, False)]


async def test_freezes_and_unknown_outcomes_are_never_silenced(bench: Bench) -> None:
    for person in (OWNER, LEAD):
        for kind in (NOTICE, AlertKind.UNKNOWN):
            await alerts.choose(bench.desk, person, kind, OFF)
        await alerts.set_quiet(bench.desk, person, ALL_DAY)
    await freeze.freeze_desk(bench.desk, None)
    told = await bench.told()
    assert {OWNER, LEAD} <= set(notices(told, "desk_frozen"))
    assert all(one.ring for one in told if one.notice == "desk_frozen")
    await announce_now(bench.desk, Notice("unknown_long", {"order": ORDER.id}), [bench.desk.people[OWNER]])
    assert [one.ring for one in await bench.told() if one.notice == "unknown_long"] == [True]


@pytest.mark.parametrize(("wish", "rings"), [(ON, True), (SILENT, False), (OFF, None)])
async def test_a_buyers_words_come_as_the_hearer_wants_them(bench: Bench, wish: Loudness, rings: bool | None) -> None:
    await alerts.choose(bench.desk, OPERATOR, AlertKind.CHAT, wish)
    await bench.see()
    await bench.told()
    bench.writes("hello")
    await bench.read()
    lines = await bench.lines()
    assert GROUP in lines
    assert (lines[OPERATOR].ring if OPERATOR in lines else None) is rings
    if rings is None:
        await alerts.choose(bench.desk, OPERATOR, AlertKind.CHAT, ON)
        bench.writes("are you there")
        await bench.read()
        assert OPERATOR in await bench.lines()


async def test_words_that_the_claimer_does_not_want_are_heard_by_the_others_on_duty(bench: Bench) -> None:
    await duty(bench, AGENT, True)
    await alerts.choose(bench.desk, OPERATOR, AlertKind.CHAT, OFF)
    await bench.see()
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    await bench.told()
    bench.writes("hello")
    await bench.read()
    assert set(await bench.lines()) == {AGENT, GROUP}


async def test_a_choice_survives_a_new_desk_and_leaves_with_its_person(bench: Bench) -> None:
    await alerts.choose(bench.desk, AGENT, UNPAID, OFF)
    await alerts.set_quiet(bench.desk, AGENT, ALL_DAY)
    async with bench.store.read() as tables:
        kept = (await tables.alerts.wishes())[AGENT]
    assert kept.choices == {UNPAID: OFF} and kept.quiet == ALL_DAY
    await people.remove(bench.desk, OWNER, AGENT)
    async with bench.store.read() as tables:
        assert AGENT not in await tables.alerts.wishes()
    assert bench.desk.people[OWNER].role is Role.OWNER
