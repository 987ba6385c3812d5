"""The venue acts, or not, and does not say: unknown is a state, and it is looked at until it is settled."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.journeys.shop import READ, Shop, open_shop, tidy
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import OPERATOR, OWNER

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """A minute takes three seconds."""
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=20.0) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(quick_shop: Shop) -> AsyncIterator[Shop]:
    yield quick_shop
    await tidy(quick_shop.box)


async def test_an_action_that_happened_without_an_answer_is_found_done(shop: Shop) -> None:
    order = await shop.sale("301.00")
    await shop.tap(order, "Release…")
    await shop.box.gate.fault("confirm-receipt", "act_and_drop")
    await shop.confirm(order, "I saw it: release")
    await shop.card(order, "Released 301.00 USDT")
    await shop.journalled(order, "release", "unknown")
    await shop.journalled(order, "release", "done")
    assert len(await shop.posts(order)) == 1
    assert (await shop.box.gate.order(order)).coins_released == Decimal("301.00")


async def test_an_action_that_never_happened_is_unknown_until_three_looks_then_free_for_a_new_step(shop: Shop) -> None:
    order = await shop.sale("302.00")
    await shop.tap(order, "Release…")
    await shop.box.gate.fault("confirm-receipt", "drop_before")
    await shop.confirm(order, "I saw it: release")
    unknown = await shop.card(order, "No answer from Gate")
    assert "Do not release it in the Gate app" in unknown.text
    assert [label for row in unknown.labels for label in row] == ["Look now"]
    in_group = shop.box.telegram.wait_for_message(
        DESK_GROUP, contains="No answer from Gate", where=lambda m: order[-4:] in m.text and m.thread_id is not None
    )
    group, _ = await asyncio.gather(in_group, shop.card(order, "(1 of 3)"))
    assert not group.silent, "an unknown outcome rings in the group, too"
    assert len(await shop.posts(order)) == 1
    free = await shop.card(order, "release: nothing happened", button="Release…", timeout=15)
    assert free.text
    await shop.journalled(order, "release", "void")
    assert len(await shop.posts(order)) == 1, "nobody sends again but a person"
    await shop.release(order)
    await shop.card(order, "Released 302.00 USDT")
    assert len(await shop.posts(order)) == 2
    assert (await shop.box.gate.order(order)).released_times == 1


async def test_a_release_carried_out_after_three_looks_is_called_done_and_not_done_elsewhere(shop: Shop) -> None:
    order = await shop.sale("303.00")
    await shop.tap(order, "Release…")
    await shop.box.gate.fault("confirm-receipt", "act_late", seconds=7)
    await shop.confirm(order, "I saw it: release")
    await shop.card(order, "No answer from Gate")
    await shop.card(order, "release: nothing happened", timeout=15)
    done = await shop.card(order, "Released 303.00 USDT", timeout=15)
    assert "Done outside" not in done.text and "by Operator 1" in done.text
    assert len(await shop.posts(order)) == 1
    late = await shop.journalled(order, "release", "done")
    assert late.facts["answer"].startswith("late")


async def test_look_now_asks_at_once_and_nobody_may_act_meanwhile(shop: Shop) -> None:
    order = await shop.sale("304.00")
    bell = await shop.card(order, button="Release…")
    await shop.tap(order, "Release…")
    await shop.box.gate.fault("confirm-receipt", "drop_before")
    await shop.confirm(order, "I saw it: release")
    await shop.card(order, "No answer from Gate")
    answer = await shop.box.telegram.press(OPERATOR, OPERATOR, bell.id, data=f"r:{order}", forged=True)
    assert answer.answered
    looks = (await shop.box.gate.state())["calls"][READ]
    await shop.tap(order, "Look now", contains="No answer from Gate")
    assert (await shop.box.gate.state())["calls"][READ] > looks
    await shop.box.gate.act(order, "close_elsewhere")
    await shop.card(order, "Released 304.00 USDT", timeout=15)
    assert len(await shop.posts(order)) == 1


async def test_owners_hear_of_an_outcome_that_stays_unknown_for_long(shop: Shop) -> None:
    order = await shop.sale("305.00")
    await shop.tap(order, "Release…")
    # Carried out only seconds later, so that no look can see the end before looking is made impossible
    await shop.box.gate.fault("confirm-receipt", "act_late", seconds=4)
    confirm = asyncio.create_task(shop.confirm(order, "I saw it: release"))
    await shop.box.gate.wait_for_money_call("confirm-receipt", order)
    await shop.box.gate.fault(READ, "error_500", times=-1)
    await confirm
    notice = await shop.card(order, "平台仍未回应", person=OWNER, timeout=20)
    assert "Operator 1" in notice.text and not notice.silent
    await shop.box.gate.clear_faults()
    await shop.card(order, "Released 305.00 USDT", timeout=15)
    told = [m for m in await shop.box.telegram.messages(OWNER) if "平台仍未回应" in m.text and order[-4:] in m.text]
    assert len(told) == 1 and len(await shop.posts(order)) == 1


async def test_marking_paid_without_an_answer_is_settled_by_looking(shop: Shop) -> None:
    order = await shop.purchase("306.00", supported_pay_types=["bank"], pay_type="bank")
    await shop.tap(order, "Mark paid…")
    await shop.box.gate.fault("confirm-payment", "act_and_drop")
    await shop.confirm(order, "I paid: mark")
    await shop.card(order, "We paid, coins to come")
    await shop.journalled(order, "mark_paid", "unknown")
    await shop.journalled(order, "mark_paid", "done")
    assert len(await shop.posts(order)) == 1


async def test_a_cancel_without_an_answer_that_ended_otherwise_is_not_called_done(shop: Shop) -> None:
    order = await shop.purchase("307.00")
    await shop.tap(order, "Cancel…")
    await shop.tap(order, "No longer wanted")
    await shop.box.gate.fault("cancel", "drop_before")
    await shop.confirm(order, "Cancel order")
    await shop.card(order, "No answer from Gate")
    await shop.box.gate.act(order, "expire")
    await shop.card(order, "Expired", timeout=15)
    await shop.journalled(order, "cancel", "refused")
    assert len(await shop.posts(order)) == 1


async def test_an_expired_step_gives_the_card_back_by_itself(shop: Shop) -> None:
    order = await shop.sale("410.00")
    await shop.tap(order, "Release…")
    confirm = await shop.card(order, button="I saw it: release")
    back = await shop.card(order, "Paid – check the bank", button="Release…", timeout=25)
    assert back.id == confirm.id
    late = await shop.box.telegram.press(
        OPERATOR, OPERATOR, confirm.id, data=confirm.button("I saw it").data, forged=True
    )
    assert "old" in late.text and await shop.posts(order) == []
    await shop.box.gate.act(order, "cancel_elsewhere")
