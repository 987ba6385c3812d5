"""A copy of the memory put back while the venue went on; an end with everything hanging (R11)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from bot.flows.starting import Waits
from tests.journeys.shop import ENDED, Shop, open_desk
from tests.support.sandbox import OPERATOR, Sandbox, running_sandbox, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPEED = 2.0
MONEY = ("r:", "y:", "mp:", "me:", "c:", "rn:", "b:", "cl:")


@dataclass
class Life:
    """Orders at several moments of their lives; `taps`: the buttons to money on the operator's phone, and where."""

    paid: str = ""
    opened: str = ""
    lost: str = ""
    unpaid: str = ""
    cancelling: str = ""
    done: str = ""
    taps: dict[str, int] = field(default_factory=dict)

    @property
    def orders(self) -> tuple[str, ...]:
        return self.paid, self.opened, self.lost, self.unpaid, self.cancelling, self.done


@pytest_asyncio.fixture(loop_scope="module")
async def box() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as sandbox:
        await sandbox.telegram.flood(False)
        yield sandbox


async def remember(shop: Shop, life: Life) -> None:
    for message in await shop.box.telegram.messages(OPERATOR):
        callbacks = {str(one.data) for row in message.buttons for one in row if one.kind == "callback"}
        life.taps |= {data: message.id for data in callbacks if data.startswith(MONEY)}


async def lead_to_the_copy(shop: Shop, life: Life, copy: Path) -> None:
    """The copy is made while a request of ours has no outcome yet."""
    life.done = await shop.sale("506.00", name="张三丰")
    await shop.release(life.done)
    await shop.card(life.done, "Released 506.00 USDT")
    life.paid = await shop.sale("501.00", name="李四")
    await shop.card(life.paid, button="Release…")  # each before the next comes, or they are told in one message
    life.opened = await shop.sale("502.00", name="王五")
    await shop.tap(life.opened, "Release…")
    await shop.card(life.opened, button="I saw it: release")
    life.unpaid = await shop.purchase("504.00", supported_pay_types=["bank"], pay_type="bank")
    await shop.tap(life.unpaid, "Mark paid…")
    await shop.card(life.unpaid, button="I paid: mark")
    life.cancelling = await shop.purchase("505.00", name="张三丰")
    await shop.tap(life.cancelling, "Cancel…")
    await shop.tap(life.cancelling, "No longer wanted")
    await shop.card(life.cancelling, button="Cancel order")
    life.lost = await shop.sale("503.00", name="李四")
    await shop.box.gate.fault("confirm-receipt", "act_and_drop")
    await shop.release(life.lost)
    await until(lambda: _was_posted(shop, life.lost), "the request that gets no answer")
    await remember(shop, life)
    await shop.desk.application.store.backup(str(copy))


async def go_on_without_it(shop: Shop, life: Life) -> None:
    await shop.confirm(life.opened, "I saw it: release")
    await shop.confirm(life.unpaid, "I paid: mark")
    await shop.confirm(life.cancelling, "Cancel order")
    await shop.release(life.paid)
    for order, words in (
        (life.opened, "Released"), (life.unpaid, "We paid"), (life.cancelling, "Cancelled"), (life.paid, "Released"),
        (life.lost, "Released"),
    ):  # fmt: skip
        await shop.card(order, words)
    await remember(shop, life)


async def tap_everything(shop: Shop, life: Life) -> None:
    """Telegram brings every tap that leads to money again, old and new."""
    telegram = shop.box.telegram
    callbacks = [
        await telegram.tap(OPERATOR, OPERATOR, message, data=data, forged=True)
        for data, message in sorted(life.taps.items())
    ]
    for callback in callbacks:
        assert (await telegram.answer_to(callback, 20)).answered


async def test_a_restored_copy_and_every_tap_once_more_send_nothing_twice(box: Sandbox, tmp_path: Path) -> None:
    life, copy = Life(), tmp_path / "restored" / "desk.db"
    copy.parent.mkdir()
    async with open_desk(box, tmp_path, speed=SPEED) as shop:
        await lead_to_the_copy(shop, life, copy)
        await go_on_without_it(shop, life)
        before = {order: len(await shop.posts(order)) for order in life.orders}
    assert before == dict.fromkeys(life.orders, 1)
    async with open_desk(box, copy.parent, speed=SPEED) as shop:
        await tap_everything(shop, life)
        await until(lambda: _knows_all(shop, life), "a desk that knows how everything ended", 20)
        await tap_everything(shop, life)
        after = {order: len(await shop.posts(order)) for order in life.orders}
        done = [line for line in await shop.journal(life.lost) if (line.action, line.outcome) == ("release", "done")]
    assert after == before
    assert len(done) == 1, "the request without an outcome was looked up, not sent again"


async def _knows_all(shop: Shop, life: Life) -> bool | None:
    async with shop.desk.application.store.read() as tables:
        stored = {order: await tables.orders.get(order) for order in life.orders}
        is_open = await tables.intents.all_open()
    shown = {order.id: order.status for order in await shop.box.gate.orders()}
    is_known = all(one is not None and one.order.status == shown[order] for order, one in stored.items())
    return (is_known and not is_open and not shop.desk.application.desk.starting.is_waiting) or None


async def test_a_venue_that_shows_an_old_state_after_the_restore_gets_nothing_twice_either(
    box: Sandbox, tmp_path: Path
) -> None:
    copy = tmp_path / "restored" / "desk.db"
    copy.parent.mkdir()
    async with open_desk(box, tmp_path, speed=SPEED) as shop:
        order = await shop.sale("511.00")
        await shop.tap(order, "Release…")
        confirm = await shop.card(order, button="I saw it: release")
        await shop.box.gate.fault("confirm-receipt", "act_and_drop")
        await shop.confirm(order, "I saw it: release")
        await until(lambda: _was_posted(shop, order), "the request that gets no answer")
        await shop.desk.application.store.backup(str(copy))
    await box.gate.fault("get_transaction_details", "stale", times=-1)
    await box.gate.fault("get_pending_transaction_list", "stale", times=-1)
    async with open_desk(box, copy.parent, speed=SPEED) as shop:
        data = str(confirm.button("I saw it: release").data)
        await shop.box.telegram.press(OPERATOR, OPERATOR, confirm.id, data=data, forged=True)
        assert len(await shop.posts(order)) == 1
        await box.gate.clear_faults()
        await shop.card(order, "Released 511.00 USDT", timeout=20)
        assert len(await shop.posts(order)) == 1


async def test_a_normal_restart_with_open_orders_is_ready_within_a_few_seconds(box: Sandbox, tmp_path: Path) -> None:
    async with open_desk(box, tmp_path) as shop:
        orders = [await shop.sale(f"{600 + number}.00") for number in range(12)]
        await until(lambda: _has_seen(shop, orders), "a desk that knows its orders", 20)
    began = time.monotonic()
    async with open_desk(box, tmp_path) as shop:
        starting = shop.desk.application.desk.starting

        async def is_ready() -> bool | None:
            return not starting.is_waiting or None

        await until(is_ready, "the end of the barrier", 10)
        took = time.monotonic() - began
        starting.check(Waits.FOR_ORDERS)
        assert await shop.posts(orders[0]) == []
    assert took < 5, took


async def test_a_desk_with_a_hanging_venue_and_open_handlers_ends_within_ten_seconds(
    box: Sandbox, tmp_path: Path
) -> None:
    async with open_desk(box, tmp_path, poll_seconds="0.25") as shop:
        sent, asked = await shop.sale("701.00"), await shop.sale("702.00", name="李四")
        await shop.tap(sent, "Release…")
        confirm = await shop.card(sent, button="I saw it: release")
        await shop.desk.considered()
        await box.gate.fault("confirm-receipt", "delay", seconds=60, acts=True)
        await box.telegram.tap(OPERATOR, OPERATOR, confirm, text="I saw it: release")
        await until(lambda: _was_posted(shop, sent), "the request on its way")
        for call in ("get_transaction_details", "get_pending_transaction_list", "get_chats_list"):
            await box.gate.fault(call, "delay", seconds=60, times=-1)
        card = await shop.card(asked, button="Release…")
        await box.telegram.tap(OPERATOR, OPERATOR, card, text="Release…")  # a handler that waits for a look
        await asyncio.sleep(0.5)
        began = time.monotonic()
    took = time.monotonic() - began
    print(f"ended after {took:.1f} s")
    assert took < 10
    await box.gate.clear_faults()
    async with open_desk(box, tmp_path) as shop:
        await until(lambda: _ended(shop, sent), "the release looked up", 20)
        assert len(await shop.posts(sent)) == 1 and await shop.posts(asked) == []


async def _has_seen(shop: Shop, orders: list[str]) -> bool | None:
    async with shop.desk.application.store.read() as tables:
        return {one.order.id for one in await tables.orders.open_orders()} >= set(orders) or None


async def _was_posted(shop: Shop, order: str) -> bool | None:
    return bool(await shop.posts(order)) or None


async def _ended(shop: Shop, order: str) -> bool | None:
    async with shop.desk.application.store.read() as tables:
        stored = await tables.orders.get(order)
        intent = await tables.intents.latest_for(order)
    is_final = stored is not None and stored.order.status in ENDED
    return (is_final and intent is not None and not intent.is_open) or None
