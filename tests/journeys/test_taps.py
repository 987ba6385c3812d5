"""Taps that come too quickly, too late, twice, or after the order moved: a sentence, a fresh card, no request."""

import pytest

from tests.journeys.shop import Shop
from tests.support.sandbox import OPERATOR, OPERATOR_2, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHANGES = {
    "amount": ("9.00", "the amount of coins"),
    "name": ("王五", "the verified name"),
    "sel_paytype": ("alipay", "the payment method"),
}


@pytest.mark.parametrize("fact", CHANGES)
async def test_an_order_that_changed_between_card_and_tap_is_not_released(shop: Shop, fact: str) -> None:
    order = await shop.sale(f"40{list(CHANGES).index(fact)}.00")
    await shop.tap(order, "Release…")
    confirm = await shop.card(order, button="I saw it: release")
    value, words = CHANGES[fact]
    await shop.desk.considered()
    await shop.box.gate.fault("get_pending_transaction_list", "stale", times=-1, of="anyone")
    await shop.box.gate.act(order, "change", **{fact: value})
    toast = await shop.box.telegram.press(
        OPERATOR, OPERATOR, confirm.id, data=confirm.button("I saw it").data, forged=True
    )
    assert toast.answered
    await shop.desk.settle(0.8)
    changed = await shop.card(order, "Nothing done. Changed", timeout=1)
    assert words in changed.text
    assert await shop.posts(order) == []
    refused = await shop.journalled(order, "release", "not_allowed")
    assert refused.facts["reason"] == "order_changed"
    await shop.box.gate.clear_faults()
    await shop.box.gate.act(order, "cancel_elsewhere")
    await shop.card(order, "Cancelled")


async def test_a_status_that_moved_meanwhile_is_said_and_nothing_is_sent(shop: Shop) -> None:
    order = await shop.sale("405.00")
    await shop.tap(order, "Release…")
    confirm = await shop.card(order, button="I saw it: release")
    await shop.desk.considered()
    await shop.box.gate.act(order, "appeal")
    await shop.box.telegram.press(OPERATOR, OPERATOR, confirm.id, data=confirm.button("I saw it").data, forged=True)
    await shop.card(order, "Appeal open")
    assert await shop.posts(order) == []
    await shop.box.gate.act(order, "verdict", **{"for": "seller"})
    await shop.card(order, "Cancelled 405.00 USDT")


async def test_two_taps_on_the_same_confirm_send_one_request(shop: Shop) -> None:
    order = await shop.sale("407.00")
    await shop.tap(order, "Release…")
    confirm = await shop.card(order, button="I saw it: release")
    await shop.desk.considered()
    taps = [
        await shop.box.telegram.tap(OPERATOR, OPERATOR, confirm.id, data=confirm.button("I saw it").data, forged=True)
        for _ in range(4)
    ]
    answers = [await shop.box.telegram.answer_to(tap) for tap in taps]
    assert all(answer.answered for answer in answers)
    await shop.card(order, "Released 407.00 USDT")
    assert len(await shop.posts(order)) == 1
    assert (await shop.box.gate.order(order)).released_times == 1


async def test_a_step_belongs_to_who_opened_it(shop: Shop) -> None:
    order = await shop.sale("408.00")
    await shop.tap(order, "Release…")
    confirm = await shop.card(order, button="I saw it: release")
    await shop.desk.considered()
    await shop.box.telegram.start(OPERATOR_2)
    mine = await shop.say(f"/order {order}", person=OPERATOR_2, contains="Paid – check the bank")
    stolen = await shop.box.telegram.press(
        OPERATOR_2, OPERATOR_2, mine, data=confirm.button("I saw it").data, forged=True
    )
    assert stolen.answered and await shop.posts(order) == []
    await shop.confirm(order, "I saw it: release")
    await shop.card(order, "Released 408.00 USDT")
    assert len(await shop.posts(order)) == 1


async def test_the_button_of_a_finished_order_shows_what_became_of_it(shop: Shop) -> None:
    order = await shop.sale("409.00")
    bell = await shop.card(order, button="Release…")
    await shop.release(order)
    await shop.card(order, "Released 409.00 USDT")
    old = await shop.box.telegram.press(OPERATOR, OPERATOR, bell.id, data=f"r:{order}", forged=True)
    assert "old" in old.text
    await shop.card(order, "Released 409.00 USDT")
    assert len(await shop.posts(order)) == 1


async def test_a_button_that_was_never_given_does_nothing(shop: Shop) -> None:
    order = await shop.sale("411.00")
    bell = await shop.card(order, button="Release…")
    for forged in ("y:AAAAAAAAAAAA", "y:", "", "r:1", "no such verb", "r:" + "9" * 40, f"uy:{order}", "x" * 64):
        answer = await shop.box.telegram.press(OPERATOR, OPERATOR, bell.id, data=forged, forged=True)
        assert answer.answered, forged

    async def usable() -> bool | None:
        return True if (await shop.card(order, button="Release…")).labels else None

    await until(usable, "the card still works")
    assert await shop.posts(order) == []
    await shop.box.gate.act(order, "cancel_elsewhere")
