"""The desk, Telegram or the group are away, or there is no group: a buyer's words wait, and none of them is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.pictures import receipt
from tests.journeys.shop import open_desk
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import AGENT, OPERATOR, OWNER, Sandbox, running_sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPEED = 6.0


@pytest_asyncio.fixture(loop_scope="module")
async def box() -> AsyncIterator[Sandbox]:
    """Desks come and go in front of it."""
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        yield box
        assert await box.telegram.violations() == []


async def test_words_and_pictures_written_while_the_desk_was_down_come_in_order(box: Sandbox, tmp_path: Path) -> None:
    async with open_desk(box, tmp_path) as shop:
        order = await shop.sale("5001")
        await shop.asked(order, "before")
        await shop.heard(order, "before", DESK_GROUP)
        await shop.desk.settle(0.7)
    said = ["one", "two", "two", "three"]
    await box.gate.buyer_says(order, *said)
    picture = receipt("1", "CNY", order)
    await box.gate.buyer_sends(order, picture, "image/png")
    await box.gate.buyer_says(order, "last")
    new = await box.gate.open_order("sell", amount="5002", name="李四", paid=True)
    await box.gate.buyer_says(new, "a new order, a first word")
    async with open_desk(box, tmp_path) as shop:
        for chat in (OPERATOR, DESK_GROUP):
            await shop.quoted(order, ["before", *said, "last"], chat, timeout=20)
            await shop.quoted(new, ["a new order, a first word"], chat, timeout=20)
            shown = await shop.talk(order, chat)
            places = [place for place, message in enumerate(shown) if message.medium]
            assert len(places) == 1 and "last" in shown[places[0] + 1].text
            assert await box.telegram.file_of(shown[places[0]]) == picture
        assert {message.thread_id for message in await shop.talk(order, DESK_GROUP)} != {None}


async def test_words_said_while_the_desk_was_down_go_if_fresh_and_ask_first_if_old(
    box: Sandbox, tmp_path: Path
) -> None:
    async with open_desk(box, tmp_path) as shop:
        order = await shop.sale("5003")
        seen = await shop.asked(order, "hello")
        await shop.desk.settle(0.7)
    await box.controls.post("telegram/clock", {"offset": -400})
    old = await box.telegram.reply(OPERATOR, OPERATOR, seen, "an old answer")
    await box.controls.post("telegram/clock", {"offset": 0})
    fresh = await box.telegram.reply(OPERATOR, OPERATOR, seen, "a fresh answer")
    async with open_desk(box, tmp_path) as shop:
        await shop.marked(fresh, "👌", timeout=15)
        held = await shop.under(old, "Not sent yet")
        assert "Written 6 min ago: does it still fit?" in held.text
        assert await shop.sent(order) == ["a fresh answer"]
        await box.telegram.press(OPERATOR, OPERATOR, held, text="Send anyway")
        await shop.marked(old, "👌")
        assert await shop.sent(order) == ["a fresh answer", "an old answer"]


async def test_words_wait_in_order_while_telegram_is_away(box: Sandbox, tmp_path: Path) -> None:
    async with open_desk(box, tmp_path, speed=SPEED) as shop:
        order = await shop.sale("5004")
        await shop.asked(order, "before")
        await box.telegram.away()
        said = [f"unseen {number}" for number in range(5)]
        for words in said:
            await box.gate.buyer_says(order, words)
            await asyncio.sleep(0.3)
        await box.telegram.away(False)
        for chat in (OPERATOR, DESK_GROUP):
            await shop.heard(order, said[-1], chat, timeout=25)
            told = await shop.quotes(order, chat)
            assert list(dict.fromkeys(told)) == ["before", *said]
            repeats = [m for m in await shop.talk(order, chat) if "may be a repeat" in m.text]
            assert len(told) == len(said) + 1 or repeats, "what comes twice is marked"


async def test_a_deleted_topic_is_made_anew_and_nothing_is_lost(box: Sandbox, tmp_path: Path) -> None:
    async with open_desk(box, tmp_path, speed=SPEED) as shop:
        order = await shop.sale("5005")
        await shop.asked(order, "before")
        first = (await shop.heard(order, "before", DESK_GROUP)).thread_id
        await box.telegram.act("topic", OWNER, DESK_GROUP, op="delete", thread_id=first)
        await box.gate.buyer_says(order, "after it", "and more")
        again = await shop.heard(order, "and more", DESK_GROUP, timeout=15)
        assert again.thread_id not in (None, first)
        number = await box.telegram.reply(AGENT, DESK_GROUP, again, "from the new topic")
        await shop.marked(number, "👌", DESK_GROUP)
        assert (await shop.quotes(order, DESK_GROUP))[-2:] == ["after it", "and more"]
        await shop.quoted(order, ["before", "after it", "and more"])


async def test_without_topics_the_words_hang_on_the_orders_card(box: Sandbox, tmp_path: Path) -> None:
    async with open_desk(box, tmp_path, speed=SPEED, desk_topics="off") as shop:
        order = await shop.sale("5006")
        card = await shop.record(order, "Paid – check the bank")
        await box.gate.buyer_says(order, "no topic here")
        told = await shop.heard(order, "no topic here", DESK_GROUP)
        assert told.thread_id is None and told.reply_to == card.id
        number = await box.telegram.reply(AGENT, DESK_GROUP, told, "answered in the thread")
        await shop.marked(number, "👌", DESK_GROUP)
        sent = await box.telegram.write(AGENT, DESK_GROUP, "/say without a number", reply_to=told.id)
        await shop.marked(int(sent["message_id"]), "👌", DESK_GROUP)
        assert await shop.sent(order) == ["answered in the thread", "without a number"]


async def test_without_a_group_everything_happens_in_direct_messages(box: Sandbox, tmp_path: Path) -> None:
    async with open_desk(box, tmp_path, speed=SPEED, desk_chat_id="") as shop:
        order = await shop.sale("5007")
        seen = await shop.asked(order, "only you and me")
        await box.gate.buyer_sends(order, receipt("1", "CNY", order), "image/png")
        picture = await shop.heard(order, "Picture")
        assert picture.medium is not None
        for message, words in ((seen, "to the words"), (picture, "to the picture")):
            number = await box.telegram.reply(OPERATOR, OPERATOR, message, words)
            await shop.marked(number, "👌")
        assert await shop.sent(order) == ["to the words", "to the picture"]
        assert await box.telegram.messages(DESK_GROUP, OWNER) == []
