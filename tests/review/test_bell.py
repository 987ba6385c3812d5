"""A bell that nobody can hear is rung somewhere else, and nothing that waits is thrown away for a passing trouble."""

import asyncio
from dataclasses import replace

from bot.domain.reach import Blocked, NoAccess, NotReached, Rejected
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows import duty, people
from bot.flows.absorb import look
from bot.flows.announce import announce_now
from bot.watchers.relay import Relay
from storage.store import StoreError
from tests.review.stand import FIRST, OPERATOR, OWNER, SECOND, Stand, an_order
from tests.review.wire import Wire, relaying, until


async def _paid(stand: Stand, order_id: str = FIRST) -> None:
    stand.venue.put(an_order(order_id))
    await look(stand.desk, order_id)


async def test_a_paid_order_rings_at_the_owners_when_the_only_one_on_duty_cannot_be_reached(stand: Stand) -> None:
    wire = Wire(refuse=lambda chat_id, text: Blocked("bot was blocked") if chat_id == OPERATOR else None)
    async with relaying(stand, wire):
        await _paid(stand)
        await until(stand, lambda: any("Paid" in text for text in wire.to(OWNER)))
        assert [silent for chat, text, silent in wire.sent if chat == OWNER and "Paid" in text] == [False]
        await until(stand, lambda: any("did not arrive" in text and "operator" in text for text in wire.to(OWNER)))
        await _paid(stand, SECOND)  # from now on at once
        await until(stand, lambda: sum("Paid" in text for text in wire.to(OWNER)) == 2)


async def test_who_can_be_reached_again_is_rung_again(stand: Stand) -> None:
    async with stand.desk.store.write() as tables:
        await tables.staff.set_reachable(OPERATOR, False)
    await duty.set_duty(stand.desk, OPERATOR, True)
    await _paid(stand)
    assert await stand.pending(OPERATOR) and not await stand.pending(OWNER)


async def test_somebody_on_duty_who_may_only_read_any_more_does_not_keep_the_bell_for_himself(stand: Stand) -> None:
    await people.change_role(stand.desk, OWNER, OPERATOR, Role.VIEWER)
    await _paid(stand)
    assert [one.ring for one in await stand.pending(OWNER)] == [True]


async def test_a_token_that_is_not_accepted_for_a_while_costs_no_news(stand: Stand) -> None:
    trouble: list[NotReached] = [NoAccess("no token")]
    wire = Wire(refuse=lambda chat_id, text: trouble[0] if trouble else None)
    async with relaying(stand, wire):
        await _paid(stand)
        await until(stand, lambda: wire.tries >= 4)
        trouble.clear()
        await until(stand, lambda: any("Paid" in text for text in wire.to(OPERATOR)))


async def test_owners_hear_of_a_card_that_telegram_does_not_take(stand: Stand) -> None:
    wire = Wire(refuse=lambda chat_id, text: Rejected("BUTTON_INVALID") if chat_id == OPERATOR else None)
    async with relaying(stand, wire):
        await _paid(stand)
        await until(stand, lambda: any("BUTTON_INVALID" in text and "operator" in text for text in wire.to(OWNER)))


async def test_a_notice_that_cannot_be_drawn_does_not_hold_up_the_chat_and_is_said_to_owners(stand: Stand) -> None:
    wire = Wire()
    operator = stand.desk.people[OPERATOR]
    await announce_now(stand.desk, Notice("welcome", {"role": "emperor"}), [operator])
    async with relaying(stand, wire):
        await _paid(stand)
        await until(stand, lambda: any("Paid" in text for text in wire.to(OPERATOR)))
        await until(stand, lambda: any("did not arrive" in text for text in wire.to(OWNER)))
    assert not [one for one in await stand.pending(OPERATOR) if one.notice == "welcome"]


async def test_news_that_was_begun_when_the_memory_failed_is_told_without_a_restart(stand: Stand) -> None:
    trouble = [StoreError("locked")]
    wire = Wire(refuse=lambda chat_id, text: trouble.pop() if chat_id == OPERATOR and trouble else None)
    async with relaying(stand, wire):
        await _paid(stand)
        await until(stand, lambda: any("Paid" in text for text in wire.to(OPERATOR)))


async def test_news_written_before_the_clock_was_set_back_is_told_at_once(stand: Stand) -> None:
    await _paid(stand)
    stand.clock.wall -= 3600
    wire = Wire()
    async with relaying(stand, wire):
        await until(stand, lambda: any("Paid" in text for text in wire.to(OPERATOR)))


async def test_a_chat_with_a_thousand_rows_does_not_crowd_out_the_others(stand: Stand) -> None:
    stand.desk.policy = replace(stand.desk.policy, desk_chat_id=None)
    async with stand.desk.store.write() as tables:
        for number in range(700):
            await tables.outbox.put_notice(
                chat_id=-5, person_id=None, notice="group_back", facts={}, ring=False, priority=0,
                at=stand.desk.now(), key=str(number),
            )  # fmt: skip
    wire = Wire(refuse=lambda chat_id, text: NoAccess("away") if chat_id == -5 else None)
    async with relaying(stand, wire):
        await _paid(stand)
        await until(stand, lambda: any("Paid" in text for text in wire.to(OPERATOR)))


async def test_a_relay_that_is_ended_in_the_moment_it_is_woken_does_end(stand: Stand) -> None:
    relay = Relay(stand.desk, Wire(), stand.clock.monotonic)
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0.1)
    stand.desk.wake_relay.set()
    await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=3)
    assert done
