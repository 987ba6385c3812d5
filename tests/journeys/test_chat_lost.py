"""The venue takes words and does not say so, says no, or is away: settled by reading the chat, never said twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, open_desk, open_shop, tidy
from tests.journeys.test_chat_files import picture
from tests.support.sandbox import OPERATOR, Sandbox, running_sandbox, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEND = "send_chat_message"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def real_time_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Our words are known by their moment at the venue, whose clock no speed changes."""
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=1.0, desk_follow_hours="0") as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(real_time_shop: Shop) -> AsyncIterator[Shop]:
    yield real_time_shop
    await real_time_shop.end_all()
    await tidy(real_time_shop.box)


@pytest.mark.parametrize("kind", ["act_and_drop", "act_and_500"])
async def test_words_that_arrived_without_an_answer_are_found_in_the_chat(shop: Shop, kind: str) -> None:
    order = await shop.sale("4001")
    seen = await shop.asked(order, "hello")
    await shop.box.gate.fault(SEND, kind)
    first = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "said without an answer")
    second = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "the next words")
    await shop.marked(first, "👌", timeout=15)
    await shop.marked(second, "👌", timeout=15)
    texts = [line.text for line in await shop.box.gate.from_desk(order)]
    assert texts == ["said without an answer", "the next words"] == await shop.sent(order)
    await shop.journalled(order, "say", "unknown")
    await shop.journalled(order, "say", "delivered")


async def test_a_refusal_of_the_venue_is_said_with_its_words_and_the_rest_goes_on(shop: Shop) -> None:
    order = await shop.sale("4002")
    seen = await shop.asked(order, "hello")
    await shop.box.gate.fault(SEND, "refuse", message="MESSAGE_FORBIDDEN", code=70305999)
    first = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "refused words")
    second = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "taken words")
    await shop.marked(first, "💔")
    told = await shop.under(first)
    assert told.text.split("\n")[:2] == [
        f"💔 Not sent: 张三丰 · {order[-4:]}",
        "Gate said no: “MESSAGE_FORBIDDEN”. Nothing was sent.",
    ]
    await shop.marked(second, "👌")
    assert [line.text for line in await shop.box.gate.from_desk(order)] == ["taken words"]
    await shop.box.telegram.edit_message(OPERATOR, OPERATOR, first, "better words")
    edited = await shop.under(first, "✏")
    assert edited.text == "✏ This was not sent: write it anew. Edits do not reach Gate."


async def test_throttled_words_wait_and_arrive_once(shop: Shop) -> None:
    order = await shop.sale("4003")
    seen = await shop.asked(order, "hello")
    await shop.box.gate.fault(SEND, "429", times=2, seconds=0.5)
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "patient words")
    await shop.box.gate.wait_for_text(order, "patient words", timeout=20)
    await shop.marked(number, "👌")
    assert len(await shop.box.gate.from_desk(order)) == 1


async def test_words_wait_while_the_venue_is_away_and_arrive_once(shop: Shop) -> None:
    order = await shop.sale("4004")
    seen = await shop.asked(order, "hello")
    await shop.box.gate.away()
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "words for later")
    await asyncio.sleep(1.0)
    await shop.box.gate.away(False)
    await shop.marked(number, "👌", timeout=15)
    assert await shop.sent(order) == ["words for later"]


async def test_a_picture_whose_upload_and_sending_had_no_answer_stands_there_once(shop: Shop) -> None:
    order = await shop.sale("4005")
    seen = await shop.asked(order, "show me")
    await shop.box.gate.fault("upload_chat_file", "act_and_drop")
    await shop.box.gate.fault(SEND, "act_and_drop")
    number = await shop.box.telegram.send_photo(
        OPERATOR, OPERATOR, picture(exif=False), caption="this one", reply_to=seen.id
    )
    await shop.box.gate.wait_for_text(order, "this one", timeout=20)
    await shop.marked(number, "👌", timeout=15)
    lines = await shop.box.gate.from_desk(order)
    assert [bool(line.file) for line in lines] == [True, False]


async def test_a_venue_that_refuses_the_upload_is_quoted_and_the_caption_is_not_sent_alone(shop: Shop) -> None:
    order = await shop.sale("4006")
    seen = await shop.asked(order, "show me")
    await shop.box.gate.fault("upload_chat_file", "refuse", message="FILE_NOT_ALLOWED")
    number = await shop.box.telegram.send_photo(OPERATOR, OPERATOR, picture(exif=False), reply_to=seen.id)
    await shop.marked(number, "💔")
    told = await shop.under(number)
    assert "Gate did not take the file: “FILE_NOT_ALLOWED”. Nothing was sent." in told.text
    await shop.box.gate.fault("upload_chat_file", "refuse", message="FILE_NOT_ALLOWED")
    number = await shop.box.telegram.send_photo(
        OPERATOR, OPERATOR, picture("blue", exif=False), caption="words below", reply_to=seen.id
    )
    held = await shop.under(number, "Not sent yet")
    assert "FILE_NOT_ALLOWED" in held.text
    await asyncio.sleep(0.3)
    assert await shop.box.gate.from_desk(order) == []


async def test_words_that_never_arrived_are_missing_after_three_looks_and_sent_again_by_a_tap(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A minute takes three seconds here."""
    async with open_shop(tmp_path_factory.mktemp("quick"), speed=20.0, desk_follow_hours="0") as shop:
        order = await shop.sale("4007")
        seen = await shop.asked(order, "hello")
        await shop.box.gate.fault(SEND, "drop_before")
        number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "lost words")
        later = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "words behind them")
        unknown = await shop.under(number, "No answer from Gate")
        assert "The chat is read before any resend." in unknown.text
        missing = await shop.under(number, button="Send again", timeout=20)
        assert f"❗ Not in the chat: 张三丰 · {order[-4:]}" in missing.text
        assert "looks did not show it" in missing.text and "“lost words”" in missing.text
        await shop.marked(number, "💔")
        await shop.marked(later, "👌")
        assert await shop.sent(order) == ["lost words", "words behind them"], "nobody sends again but a person"
        for _ in range(2):
            await shop.box.telegram.press(
                OPERATOR, OPERATOR, missing.id, data=missing.button("Send again").data, forged=True
            )
        await shop.marked(number, "👌")
        texts = [line.text for line in await shop.box.gate.from_desk(order)]
        assert texts == ["words behind them", "lost words"]
        assert await shop.box.telegram.violations() == []


async def test_words_on_their_way_when_the_desk_ended_are_found_and_not_said_twice(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("restart")
    async with running_sandbox() as box:
        async with open_desk(box, folder) as first:
            order = await first.sale("4008")
            seen = await first.asked(order, "hello")
            await box.gate.fault(SEND, "act_late", seconds=1.0)
            number = await box.telegram.reply(OPERATOR, OPERATOR, seen, "sent and then the end")
            await until(lambda: _sent_once(box, order), "the request")
        await box.gate.wait_for_text(order, "sent and then the end")
        async with open_desk(box, folder) as again:
            await again.marked(number, "👌", timeout=15)
        assert await _sent_once(box, order)
        assert [line.text for line in await box.gate.from_desk(order)] == ["sent and then the end"]
        assert await box.telegram.violations() == []


async def _sent_once(box: Sandbox, order: str) -> bool | None:
    return len(await box.gate.chat_sends(order, SEND)) == 1 or None
