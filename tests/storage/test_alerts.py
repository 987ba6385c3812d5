"""What the bell remembers."""

from dataclasses import replace

import pytest

from bot.domain.alerts import AlertKind, Loudness, QuietHours
from bot.domain.escalation import Stage
from bot.domain.outside import OutsideRing
from storage.store import Store
from tests.storage.examples import order as an_order

UNPAID, ENDED = AlertKind.UNPAID, AlertKind.ENDED


async def test_choices_and_quiet_hours_are_kept_by_person_and_the_newest_counts(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.alerts.wishes() == {}
        await tables.alerts.choose(5, UNPAID, Loudness.ON, 1)
        await tables.alerts.choose(5, UNPAID, Loudness.OFF, 2)
        await tables.alerts.choose(6, ENDED, Loudness.ON, 2)
        await tables.alerts.set_quiet(5, QuietHours(60, 120), 1)
        await tables.alerts.set_quiet(5, QuietHours(1380, 420), 2)
        await tables.alerts.set_quiet(7, QuietHours(1, 2), 2)
        await tables.alerts.set_quiet(7, None, 3)
    async with store.read() as tables:
        wishes = await tables.alerts.wishes()
    assert wishes[5].choices == {UNPAID: Loudness.OFF} and wishes[5].quiet == QuietHours(1380, 420)
    assert wishes[6].choices == {ENDED: Loudness.ON} and wishes[6].quiet is None and set(wishes) == {5, 6}


async def test_an_order_waits_from_its_first_sight_as_paid(store: Store) -> None:
    order = an_order(status="paid")
    async with store.write() as tables:
        await tables.orders.put(order, 10)
        assert [paid.seen_at for paid in await tables.alerts.paid()] == [None]
        await tables.alerts.note_paid(order.id, 20)
        await tables.alerts.note_paid(order.id, 30)
        (paid,) = await tables.alerts.paid()
    assert (paid.seen_at, paid.tapped_at, paid.snoozed_until, paid.is_acting) == (20, None, None, False)
    async with store.write() as tables:
        await tables.orders.claim(order.id, 5, 40)
        await tables.orders.look(order.id, 5, 60)
        await tables.alerts.woke(order.id, 70)
        (paid,) = await tables.alerts.paid()
        assert (paid.claimed_by, paid.tapped_at, paid.snoozed_until, paid.woken_at) == (5, 60, None, 70)
        assert [paid.tapped_at for paid in await tables.alerts.paid(50)] == [40], "a tap that is to come is none"
        assert await tables.alerts.paid_since(order.id) == 20 and await tables.alerts.paid_since("another") is None
        await tables.alerts.note_paid(order.id, 5)
        assert await tables.alerts.paid_since(order.id) == 5, "on a clock that was set back"
        await tables.orders.put(an_order(status="finished"), 80)
        assert await tables.alerts.paid() == []


@pytest.mark.parametrize(
    ("status", "in_appeal", "waits"),
    [
        ("paid", False, True), ("unconfirmed", True, True), ("locked", False, True), ("locked", True, True),
        ("in_dispute", True, True), ("in_dispute", False, False), ("unpay", True, False), ("finished", True, False),
    ],
)  # fmt: skip
async def test_what_is_paid_or_in_an_appeal_about_that_waits(
    store: Store, status: str, in_appeal: bool, waits: bool
) -> None:
    async with store.write() as tables:
        await tables.orders.put(replace(an_order(status=status), in_appeal=in_appeal), 10)
        assert bool(await tables.alerts.paid()) is waits
        assert ("paid" in await tables.going.kinds()) is waits


async def test_the_last_ring_is_kept_and_forgotten_only_when_the_order_is_over(store: Store) -> None:
    order = an_order(status="paid")
    async with store.write() as tables:
        await tables.orders.put(order, 10)
        await tables.alerts.note_paid(order.id, 10)
        for at in (10, 11):
            await tables.alerts.ring(order.id, Stage.DUTY, 5, at)
        await tables.alerts.ring(order.id, Stage.LEADS, 5, 12)
        await tables.alerts.purge(100)
        assert await tables.alerts.rung(order.id, 11, 99) == {(Stage.DUTY, 5): 11, (Stage.LEADS, 5): 12}
        assert await tables.alerts.rung(order.id, 12, 99) == {(Stage.LEADS, 5): 12}
        assert await tables.alerts.rung(order.id, 0, 11) == {(Stage.DUTY, 5): 11}, "what is to come counts for nothing"
        await tables.orders.put(an_order(status="finished"), 20)
        await tables.alerts.purge(12)
        assert await tables.alerts.rung(order.id, 0, 99) == {(Stage.LEADS, 5): 12}
        await tables.alerts.purge(13)
        assert await tables.alerts.rung(order.id, 0, 99) == {}


async def test_loud_messages_for_people_that_wait_are_found_by_the_oldest(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.alerts.ringing_since() is None
        for chat, ring, at in ((5, False, 1), (-100, True, 2), (5, True, 7), (6, True, 9)):
            await tables.outbox.put_notice(
                chat_id=chat, person_id=None, notice="started", facts={}, ring=ring, priority=1, at=at
            )
        assert await tables.alerts.ringing_since() == 7
        oldest = next(one for one in await tables.outbox.due(100) if one.created_at == 7)
        await tables.outbox.take([oldest.id])
        assert await tables.alerts.ringing_since() == 7, "being sent is not shown yet"
        await tables.outbox.sent([oldest.id], 10)
        assert await tables.alerts.ringing_since() == 9


async def test_what_was_rung_outside_is_kept_by_cause(store: Store) -> None:
    ring = OutsideRing("telegram_away", 5)
    taken = ring.after(9, is_taken=True)
    async with store.write() as tables:
        await tables.alerts.put_outside(ring)
        await tables.alerts.put_outside(taken)
        await tables.alerts.put_outside(OutsideRing("gate_not_seen", 6).after(7, is_taken=False))
    async with store.read() as tables:
        kept = await tables.alerts.outside()
    assert kept["telegram_away"] == taken and kept["gate_not_seen"].failed == 1
    async with store.write() as tables:
        await tables.alerts.end_outside("telegram_away")
        assert set(await tables.alerts.outside()) == {"gate_not_seen"}
