"""The queue in the group: one silent, pinned, edited message that people cannot lose and a restart does not repeat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, open_desk, open_shop, tidy
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import OPERATOR, OWNER, Message, running_sandbox, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
SPEED = 25.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=SPEED) as shop:
        await shop.say("/language en", person=OWNER, contains="English")
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(room_shop: Shop) -> AsyncIterator[Shop]:
    yield room_shop
    await tidy(room_shop.box)


async def queue(shop: Shop, contains: str = "", *, after: int = 0, is_pinned: bool = True) -> Message:
    return await shop.box.telegram.wait_for_message(
        DESK_GROUP, contains=contains, after=after, timeout=20,
        where=lambda message: is_queue(message) and message.pinned is is_pinned,
    )  # fmt: skip


def is_queue(message: Message) -> bool:
    return message.text.startswith(("Now ", "待办 "))


async def queues(shop: Shop) -> list[Message]:
    return [message for message in await shop.box.telegram.messages(DESK_GROUP) if is_queue(message)]


async def test_one_message_is_pinned_without_a_sound_and_edited_as_orders_come_and_go(shop: Shop) -> None:
    order = await shop.sale("700.00")
    first = await queue(shop, f"{order[-4:]} +")
    assert first.silent and first.thread_id is None and "张三丰" not in first.text and "张**" in first.text
    other = await shop.sale("701.00")
    again = await queue(shop, f"{other[-4:]} +")
    assert again.id == first.id, "the same message, edited"
    labels = [label for row in again.labels for label in row]
    assert labels == [order[-4:], other[-4:], "↻"], "cards are opened, nothing is done"

    async def line_is_gone() -> bool | None:
        service = [message.raw["service"] or {} for message in await shop.box.telegram.messages(DESK_GROUP)]
        return not any("pinned_message" in one for one in service) or None

    await until(line_is_gone, "Telegram's own line about the pinning deleted")
    await shop.box.gate.act(order, "cancel_elsewhere")
    await shop.box.gate.act(other, "cancel_elsewhere")
    await queue(shop, "Now 0")


async def test_its_buttons_open_the_card_in_the_direct_message_and_nothing_in_the_group(shop: Shop) -> None:
    order = await shop.sale("702.00")
    card = await shop.card(order, "Paid – check the bank")
    pinned = await queue(shop, f"{order[-4:]} +")
    await shop.box.telegram.press(OPERATOR, DESK_GROUP, pinned, text=order[-4:])
    opened = await shop.card(order, button="Release…", after=card)
    assert opened.id > card.id
    await shop.box.telegram.press(OPERATOR, DESK_GROUP, pinned, text="↻")
    await shop.box.telegram.wait_for_message(OPERATOR, contains="Now 1", after=opened)
    assert len(await queues(shop)) == 1


async def test_unpinned_it_is_pinned_again_and_deleted_it_comes_anew(shop: Shop) -> None:
    await shop.sale("703.00")
    pinned = await queue(shop)
    await shop.box.telegram.act("pin", OWNER, DESK_GROUP, message_id=pinned.id, pinned=False)
    await queue(shop, is_pinned=False)
    assert (await queue(shop)).id == pinned.id
    await shop.box.telegram.act("delete", OWNER, DESK_GROUP, message_id=pinned.id)
    again = await queue(shop, after=pinned.id)
    assert again.silent and len(await queues(shop)) == 1


async def test_a_restart_keeps_the_one_and_without_a_right_to_pin_owners_hear_it_once(tmp_path: Path) -> None:
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        rights = dict.fromkeys(("can_manage_topics", "can_delete_messages", "can_restrict_members"), True)
        await box.telegram.act("member", OWNER, DESK_GROUP, target="bot", status="administrator", rights=rights)
        async with open_desk(box, tmp_path, speed=SPEED, language="zh") as shop:
            order = await shop.sale("704.00")
            first = await queue(shop, order[-4:], is_pinned=False)
            await box.telegram.wait_for_message(OWNER, contains="待办无法置顶")
        async with open_desk(box, tmp_path, speed=SPEED, language="zh") as shop:
            other = await shop.sale("705.00")
            again = await queue(shop, other[-4:], is_pinned=False)
            assert again.id == first.id and len(await queues(shop)) == 1
            said = [one for one in await box.telegram.messages(OWNER) if "待办无法置顶" in one.text]
            assert len(said) == 1
            rights["can_pin_messages"] = True
            await box.telegram.act("member", OWNER, DESK_GROUP, target="bot", status="administrator", rights=rights)
            assert (await queue(shop)).id == first.id


async def test_a_desk_without_a_group_pins_nothing_anywhere(tmp_path: Path) -> None:
    async with running_sandbox() as box, open_desk(box, tmp_path, speed=SPEED, desk_chat_id="") as shop:
        order = await shop.sale("706.00")
        await shop.card(order, "Paid – check the bank")
        await shop.box.gate.act(order, "cancel_elsewhere")
        await shop.card(order, "Cancelled")

        async def quiet() -> bool | None:
            methods = {call.method for call in await box.telegram.calls()}
            return not methods & {"pinChatMessage", "createForumTopic"} or None

        await until(quiet, "nothing pinned")
