"""A topic from its birth to the line that stays: by need, renamed at most twice, gone with its order, chat kept."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, open_shop, tidy
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import AGENT, OPERATOR, OWNER, Json, Message, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
ALL_RIGHTS = (
    "can_manage_topics",
    "can_pin_messages",
    "can_delete_messages",
    "can_restrict_members",
    "can_invite_users",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """A desk that keeps no topic of an order that is over."""
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=25.0, topic_keep_hours="0") as shop:
        await shop.say("/language en", person=OWNER, contains="English")
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(room_shop: Shop) -> AsyncIterator[Shop]:
    yield room_shop
    await tidy(room_shop.box)


async def topics(shop: Shop) -> list[Json]:
    group = next(chat for chat in (await shop.box.telegram.state())["chats"] if chat["id"] == DESK_GROUP)
    return list(group["topics"])


async def topic_of(shop: Shop, order: str) -> Json | None:
    return next((topic for topic in await topics(shop) if order[-4:] in topic["name"]), None)


async def named(shop: Shop, order: str, mark: str) -> Json:
    async def look() -> Json | None:
        topic = await topic_of(shop, order)
        return topic if topic is not None and topic["name"].startswith(mark) else None

    return await until(look, f"a topic {mark} of {order}", 20, lambda: topics(shop))


async def gone(shop: Shop, order: str) -> None:
    async def look() -> bool | None:
        return await topic_of(shop, order) is None or None

    await until(look, f"no topic of {order}", 20, lambda: topics(shop))


async def line(shop: Shop, order: str, contains: str = "/chat", timeout: float = 20) -> Message:
    return await shop.box.telegram.wait_for_message(
        DESK_GROUP, contains=f"{contains} {order[-4:]}" if contains == "/chat" else contains,
        where=lambda message: message.thread_id is None and f"/chat {order[-4:]}" in message.text, timeout=timeout,
    )  # fmt: skip


async def test_a_sold_order_leaves_one_line_and_its_chat_and_no_topic(shop: Shop) -> None:
    order = await shop.sale("1000.00")
    await shop.card(order, "Paid – check the bank")
    await shop.asked(order, "hello, are you there")
    await shop.heard(order, "hello, are you there", DESK_GROUP)
    assert await topic_of(shop, order) is not None
    await shop.release(order)
    told = await line(shop, order)
    assert told.silent and "released 1,000.00 USDT for 7,200.00 CNY" in told.text and "\n" not in told.text
    assert "张" not in told.text and "operator 1" in told.text.lower()
    await gone(shop, order)
    lines = [message for message in await shop.box.telegram.messages(DESK_GROUP) if message.text == told.text]
    assert len(lines) == 1
    await shop.say(f"/chat {order[-4:]}", contains="hello, are you there")
    await shop.journalled(order, "topic_removed", "done")


async def test_late_words_of_an_order_whose_topic_is_gone_are_told_in_the_main_view(shop: Shop) -> None:
    order = await shop.sale("1001.00")
    await shop.asked(order, "first words")
    await shop.box.gate.act(order, "cancel_elsewhere")
    await line(shop, order)
    await gone(shop, order)
    await shop.box.gate.buyer_says(order, "one more thing")
    told = await shop.heard(order, "one more thing", DESK_GROUP, timeout=20)
    assert told.thread_id is None and await topic_of(shop, order) is None


async def test_an_appeal_renames_the_topic_once_and_nothing_ever_a_third_time(shop: Shop) -> None:
    order = await shop.sale("1002.00")
    await shop.asked(order, "please hurry")
    await shop.heard(order, "please hurry", DESK_GROUP)
    await shop.box.gate.act(order, "appeal")
    renamed = await named(shop, order, "⚖ ")
    await shop.box.gate.act(order, "verdict", **{"for": "seller"})
    await shop.card(order, "Cancelled")
    await gone(shop, order)
    calls = [call for call in await shop.box.telegram.calls() if call.method == "editForumTopic" and call.ok]
    assert [call.params["name"] for call in calls if int(call.params["message_thread_id"]) == renamed["thread_id"]] == [
        renamed["name"]
    ]


async def test_a_note_under_the_card_in_the_group_makes_the_topic_and_stands_there(shop: Shop) -> None:
    order = await shop.sale("1003.00")
    card = await shop.record(order, "Paid – check the bank")
    assert card.thread_id is None
    number = await shop.box.telegram.reply(AGENT, DESK_GROUP, card, "his sister pays, look at her name")
    await shop.under(number, "This stays inside", DESK_GROUP)
    note = await shop.box.telegram.wait_for_message(DESK_GROUP, contains="📝 Note by")
    topic = await topic_of(shop, order)
    assert topic is not None and note.thread_id == topic["thread_id"]
    assert "his sister pays, look at her name" in note.text and "<blockquote" not in note.html
    assert await shop.sent(order) == []


async def test_without_the_right_to_delete_it_is_closed_and_owners_hear_it_once(shop: Shop) -> None:
    telegram = shop.box.telegram
    rights = dict.fromkeys(ALL_RIGHTS, True) | {"can_delete_messages": False}
    await telegram.act("member", OWNER, DESK_GROUP, target="bot", status="administrator", rights=rights)
    before = await shop.newest(OWNER)
    orders = [await shop.sale("1004.00"), await shop.sale("1005.00")]
    for order in orders:
        await shop.asked(order, f"words of {order[-4:]}")
        await shop.heard(order, f"words of {order[-4:]}", DESK_GROUP)
        await shop.box.gate.act(order, "cancel_elsewhere")
    for order in orders:
        await line(shop, order)

        async def is_closed(order: str = order) -> bool | None:
            topic = await topic_of(shop, order)
            return (topic is not None and topic["is_closed"]) or None

        await until(is_closed, f"a closed topic of {order}", 20, lambda: topics(shop))
    said = [m for m in await telegram.messages(OWNER) if "Topics of ended orders stay" in m.text and m.id > before]
    assert len(said) == 1
    rights["can_delete_messages"] = True
    await telegram.act("member", OWNER, DESK_GROUP, target="bot", status="administrator", rights=rights)
    for order in orders:
        await gone(shop, order)


async def test_the_line_in_chinese(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> None:
    async with open_shop(tmp_path_factory.mktemp("zh"), speed=25.0, language="zh", topic_keep_hours="0") as other:
        order = await other.sale("1000.00")
        await other.box.gate.buyer_says(order, "在吗")
        await other.heard(order, "在吗", DESK_GROUP)
        card = await other.card(order, button="放币…")
        await other.box.telegram.press(OPERATOR, OPERATOR, card, text="放币…")
        await other.confirm(order, "已看到，放币")
        told = await other.box.telegram.wait_for_message(
            DESK_GROUP, contains=f"聊天已存：/chat {order[-4:]}", timeout=20
        )
        assert "已放币 1,000.00 USDT，收 7,200.00 CNY" in told.text
