"""What people do to the desk's messages and its group: healed or said, nothing lost."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, open_shop, tidy
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import OPERATOR, OWNER, STRANGER

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def english_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=20.0) as shop:
        await shop.say("/language en", person=OWNER, contains="English")
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(english_shop: Shop) -> AsyncIterator[Shop]:
    yield english_shop
    await tidy(english_shop.box)


async def test_a_deleted_card_is_shown_anew_when_the_order_moves(shop: Shop) -> None:
    order = await shop.purchase("901.00")
    card = await shop.card(order, "We buy: pay the seller")
    record = await shop.record(order, "We buy")
    await shop.box.telegram.act("delete", OPERATOR, OPERATOR, message_id=card.id)
    await shop.box.telegram.act("delete", OWNER, DESK_GROUP, message_id=record.id)
    await shop.box.gate.act(order, "pay_elsewhere")
    again = await shop.card(order, "We paid, coins to come")
    assert again.id > card.id
    assert (await shop.record(order, "We paid")).id > record.id


async def test_a_deleted_topic_is_made_again(shop: Shop) -> None:
    order = await shop.sale("902.00")
    await shop.card(order, "Paid – check the bank")
    await shop.box.gate.act(order, "appeal")
    first = await shop.box.telegram.wait_for_message(
        DESK_GROUP, contains="Appeal open", where=lambda m: m.thread_id is not None and order[-4:] in m.text
    )
    await shop.box.telegram.act("topic", OWNER, DESK_GROUP, op="delete", thread_id=first.thread_id)
    await shop.box.gate.act(order, "change", is_show_receive=1)
    again = await shop.box.telegram.wait_for_message(
        DESK_GROUP,
        contains="Appeal open",
        where=lambda m: m.thread_id not in (None, first.thread_id) and order[-4:] in m.text,
    )
    assert again.thread_id != first.thread_id
    await shop.card(order, button="Release…")
    await shop.release(order)
    await shop.card(order, "Released 902.00 USDT")


async def test_somebody_who_is_not_staff_in_the_group_is_reported_to_owners(shop: Shop) -> None:
    await shop.box.telegram.act("member", OWNER, DESK_GROUP, target=STRANGER, status="member")
    notice = await shop.box.telegram.wait_for_message(OWNER, contains="Not staff, but in the desk group")
    assert str(STRANGER) in notice.text and not notice.silent
    await shop.box.telegram.act("member", OWNER, DESK_GROUP, target=STRANGER, status="left")


async def test_a_group_without_a_right_to_make_topics_still_gets_its_record(shop: Shop) -> None:
    await shop.box.telegram.fault("createForumTopic", "bad_request:not enough rights to create a topic", times=1)
    order = await shop.sale("903.00")
    await shop.card(order, "Paid – check the bank")
    await shop.box.gate.act(order, "appeal")
    record = await shop.record(order, "Appeal open")
    assert record.thread_id is None
    await shop.box.gate.act(order, "verdict", **{"for": "seller"})
    await shop.card(order, "Cancelled")
    rights = dict.fromkeys(
        ("can_manage_topics", "can_pin_messages", "can_delete_messages", "can_restrict_members"), True
    )
    await shop.box.telegram.act("member", OWNER, DESK_GROUP, target="bot", status="administrator", rights=rights)
    await shop.box.telegram.wait_for_message(OWNER, contains="The desk group is back")
    again = await shop.sale("903.50")
    await shop.box.gate.act(again, "appeal")
    assert (await shop.record(again, "Appeal open")).thread_id is not None, "asked again when the standing changed"


async def test_the_bot_out_of_the_group_is_said_and_the_record_follows_when_it_is_back(shop: Shop) -> None:
    await shop.box.telegram.act("member", OWNER, DESK_GROUP, target="bot", status="kicked")
    notice = await shop.box.telegram.wait_for_message(OWNER, contains="The desk group is lost")
    assert not notice.silent
    order = await shop.sale("904.00")
    bell = await shop.card(order, "Paid – check the bank")
    assert not bell.silent, "direct messages go on"
    await shop.release(order)
    await shop.card(order, "Released 904.00 USDT")
    await shop.box.telegram.act("member", OWNER, DESK_GROUP, target="bot", status="administrator")
    await shop.box.telegram.wait_for_message(OWNER, contains="The desk group is back")
    await shop.record(order, "Released 904.00 USDT", timeout=20)


async def test_an_upgraded_group_goes_on_under_its_new_id(shop: Shop) -> None:
    before = await shop.sale("905.00", paid=False)
    await shop.record(before, "New order")
    new = int((await shop.box.telegram.act("migrate", OWNER, DESK_GROUP))["chat_id"])
    notice = await shop.box.telegram.wait_for_message(OWNER, contains="has a new id")
    assert str(new) in notice.text
    order = await shop.sale("906.00")
    await shop.card(order, "Paid – check the bank")
    record = await shop.box.telegram.wait_for_message(new, OWNER, contains="Paid – check the bank", timeout=15)
    assert order[-4:] in record.text
    await shop.box.gate.act(order, "cancel_elsewhere")
