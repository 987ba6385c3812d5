"""What the door says of topics and pins: what was refused, what is gone, what is so already."""

import pytest

from bot.clients.telegram import Telegram
from bot.domain.reach import Blocked, MessageGone, NoRight, Offline, Slow, TopicGone
from bot.views.card import Card
from tests.clients.telegram.telegram_box import Box
from tests.support.sandbox import DESK, OWNER

CARD = Card("queue")


async def rights(box: Box, *given: str) -> None:
    body = {"target": "bot", "status": "administrator", "rights": dict.fromkeys(given, True)}
    await box.telegram.act("member", OWNER, DESK, **body)


async def test_a_topic_is_renamed_closed_opened_and_deleted_and_what_is_so_already_is_fine(telegram: Telegram) -> None:
    topic = await telegram.make_topic(DESK, "0417")
    for _ in range(2):
        await telegram.rename_topic(DESK, topic, "⚖ 0417")
        await telegram.close_topic(DESK, topic)
    for _ in range(2):
        await telegram.reopen_topic(DESK, topic)
    await telegram.delete_topic(DESK, topic)
    for call in (telegram.close_topic, telegram.reopen_topic, telegram.delete_topic):
        with pytest.raises(TopicGone):
            await call(DESK, topic)
    with pytest.raises(TopicGone):
        await telegram.rename_topic(DESK, topic, "✅ 0417")


async def test_a_right_that_is_lacking_is_told_from_a_group_that_is_lost(telegram: Telegram, box: Box) -> None:
    topic, queue = await telegram.make_topic(DESK, "0417"), await telegram.send(DESK, CARD)
    await rights(box, "can_manage_topics")
    with pytest.raises(NoRight):
        await telegram.delete_topic(DESK, topic)
    with pytest.raises(NoRight):
        await telegram.pin(DESK, queue)
    await telegram.send(DESK, CARD)
    await box.telegram.act("member", OWNER, DESK, target="bot", status="kicked")
    with pytest.raises(Blocked):
        await telegram.delete_topic(DESK, topic)
    with pytest.raises(Blocked):
        await telegram.pin(DESK, queue)


async def test_the_newest_pinned_message_is_known_and_a_deleted_one_is_gone(telegram: Telegram, box: Box) -> None:
    assert await telegram.newest_pinned(DESK) is None
    queue = await telegram.send(DESK, CARD)
    for _ in range(2):
        await telegram.pin(DESK, queue)
    assert await telegram.newest_pinned(DESK) == queue
    shown = await box.telegram.message(DESK, OWNER, queue)
    assert shown.pinned
    await box.telegram.delete_message(OWNER, DESK, queue)
    assert await telegram.newest_pinned(DESK) is None
    with pytest.raises(MessageGone):
        await telegram.pin(DESK, queue)


async def test_telegrams_own_line_can_be_deleted_once(telegram: Telegram, box: Box) -> None:
    await telegram.pin(DESK, await telegram.send(DESK, CARD))
    (line,) = [one for one in await box.telegram.messages(DESK, OWNER) if one.raw["service"]]
    assert line.silent
    await telegram.delete(DESK, line.id)
    with pytest.raises(MessageGone):
        await telegram.delete(DESK, line.id)


@pytest.mark.parametrize(("fault", "kind"), [("429:3", Slow), ("502", Offline), ("drop_after", Offline)])
async def test_a_telegram_in_trouble_is_told_as_ever(
    telegram: Telegram, box: Box, fault: str, kind: type[Exception]
) -> None:
    topic = await telegram.make_topic(DESK, "0417")
    await box.telegram.fault("deleteForumTopic", fault)
    with pytest.raises(kind):
        await telegram.delete_topic(DESK, topic)
