"""The venue or Telegram are away for a while, or the desk itself: nothing is missed and nothing is told twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, open_shop, tidy
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OPERATOR

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=15.0) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(quick_shop: Shop) -> AsyncIterator[Shop]:
    yield quick_shop
    await tidy(quick_shop.box)


async def test_a_venue_that_is_away_is_said_and_what_ended_meanwhile_is_told(shop: Shop) -> None:
    before = await shop.sale("801.00", paid=False)
    await shop.card(before, "New order, not paid yet")
    await shop.box.gate.away()
    blind = await shop.box.telegram.wait_for_message(LEAD, contains="Blind: Gate cannot be read", timeout=15)
    assert not blind.silent
    await shop.box.telegram.wait_for_message(DESK_GROUP, contains="Blind: Gate cannot be read")
    assert "🙈" in (await shop.say("/orders", contains="Now")).text
    ended = await shop.sale("802.00", paid=True)
    await shop.box.gate.act(ended, "close_elsewhere")
    lapsed = await shop.sale("803.00", paid=False)
    await shop.box.gate.act(lapsed, "expire")
    await shop.box.gate.act(before, "pay")
    waiting = await shop.sale("804.00", paid=True)
    await shop.box.gate.away(False)
    await shop.box.telegram.wait_for_message(LEAD, contains="Gate can be read again", timeout=15)
    for order in (before, ended, lapsed, waiting):
        await shop.box.telegram.wait_for_message(OPERATOR, contains=order[-4:], timeout=15)
    await shop.say(f"/order {before}", contains="Paid – check the bank")
    await shop.say(f"/order {ended}", contains="Done outside the desk")
    await shop.say(f"/order {lapsed}", contains="Expired")
    told = [m for m in await shop.box.telegram.messages(LEAD) if "Blind" in m.text]
    assert len(told) == 1
    await shop.box.gate.act(before, "cancel_elsewhere")
    await shop.box.gate.act(waiting, "cancel_elsewhere")


async def test_everything_waits_while_telegram_is_away(shop: Shop) -> None:
    await shop.box.telegram.away()
    orders = [await shop.sale(f"81{number}.00", paid=True) for number in range(3)]
    await asyncio.sleep(1.5)
    await shop.box.telegram.away(False)
    for order in orders:
        await shop.card(order, timeout=20)
        await shop.box.telegram.wait_for_message(
            DESK_GROUP, contains=order[-4:], where=lambda message: not message.pinned, timeout=20
        )
    bells = [m for m in await shop.box.telegram.messages(OPERATOR) if orders[0][-4:] in m.text.partition("\n")[0]]
    assert len(bells) == 1 and not bells[0].silent
    for order in orders:
        await shop.box.gate.act(order, "cancel_elsewhere")
        await shop.card(order, "Cancelled")


async def test_a_burst_becomes_a_digest_with_a_button_per_order(shop: Shop) -> None:
    at = await shop.newest(OPERATOR)
    await shop.box.gate.fault("get_pending_transaction_list", "error_500", times=-1)
    orders = [await shop.sale(f"9{number:02}.00", paid=True, name=f"买家{number}") for number in range(40)]
    await shop.box.gate.clear_faults()
    seen: set[str] = set()
    for _ in range(300):
        messages = [m for m in await shop.box.telegram.messages(OPERATOR) if m.id > at]
        seen = {order for order in orders if any(order[-4:] in "\n".join([m.text, str(m.labels)]) for m in messages)}
        if len(seen) == 40:
            break
        await asyncio.sleep(0.1)
    assert len(seen) == 40, "every order is told"
    digest = await shop.box.telegram.wait_for_message(OPERATOR, contains="orders have news", after=at)
    assert not digest.silent and len(messages) < 30
    inside = next(order for order in orders if any(order[-4:] in label for row in digest.labels for label in row))
    await shop.box.telegram.press(OPERATOR, OPERATOR, digest, text=inside[-4:])
    await shop.release(inside)
    await shop.card(inside, "Released")
    assert len(await shop.posts(inside)) == 1
