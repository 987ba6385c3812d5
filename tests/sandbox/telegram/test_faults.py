"""Ordered faults, flood limits, and Telegram being away."""

from __future__ import annotations

import time

import httpx
import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from bot.sandbox.telegram.flood import FloodLimits
from bot.sandbox.telegram.refusals import Refusal
from tests.sandbox.telegram.conftest import DESK, OPERATOR, Local


async def _order(local: Local, kind: str, **more: object) -> None:
    await local.post("faults", {"method": "sendMessage", "kind": kind, **more})


async def test_a_429_names_its_seconds_and_strikes_as_often_as_ordered(local: Local) -> None:
    await _order(local, "429", seconds=3)
    with pytest.raises(RetryAfter) as refused:
        await local.bot.send_message(OPERATOR, "x")
    assert refused.value.retry_after == 3
    assert (await local.bot.send_message(OPERATOR, "x")).text == "x"


@pytest.mark.parametrize(
    ("kind", "sent"), [("drop_before", 0), ("drop_after", 1), ("reset", 0), ("502", 0), ("500", 0)]
)
async def test_a_lost_answer_leaves_the_world_as_it_says(local: Local, kind: str, sent: int) -> None:
    await _order(local, kind)
    with pytest.raises(NetworkError):
        await local.bot.send_message(OPERATOR, "x")
    assert len(await local.seen(OPERATOR, OPERATOR)) == sent


async def test_texts_of_refusals_can_be_ordered_and_slow_answers_come(local: Local) -> None:
    await _order(local, "bad_request:message thread not found")
    with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
        await local.bot.send_message(OPERATOR, "x")
    await _order(local, "forbidden:bot was blocked by the user")
    with pytest.raises(Forbidden):
        await local.bot.send_message(OPERATOR, "x")
    await _order(local, "slow", seconds=0.5)
    begin = time.monotonic()
    await local.bot.send_message(OPERATOR, "x")
    assert time.monotonic() - begin >= 0.5
    assert local.violated() == []


async def test_faults_for_all_methods_spare_the_poll_and_can_be_cleared(local: Local) -> None:
    await local.post("faults", {"method": "*", "kind": "500", "times": -1})
    for _ in range(2):
        with pytest.raises(NetworkError):
            await local.bot.get_me()
    await local.bot.get_updates()
    assert len((await local.get("state"))["faults"]) == 1
    await local.client.delete(f"{local.control_url}/faults")
    assert (await local.bot.get_me()).username == "c2c_desk_sandbox_bot"
    assert "unknown fault" in await local.refused("faults", {"method": "*", "kind": "earthquake"})


async def test_away_means_the_port_refuses_and_what_was_known_stays(local: Local) -> None:
    await local.act("write", OPERATOR, OPERATOR, text="before")
    await local.listener.go_away()
    with pytest.raises(httpx.ConnectError):
        await local.client.post(f"{local.url}/bot{local.world.token}/getMe")
    await local.listener.come_back()
    assert len(await local.bot.get_updates()) == 1


async def test_sends_and_edits_share_the_flood_limits_of_a_group(local: Local) -> None:
    await local.post("flood", {"enforce": True})
    await local.post("clock", {"offset": 0})
    sent = await local.bot.send_message(DESK, "0")
    for number in range(1, 20):
        await local.post("clock", {"offset": number * 1.5})
        await local.bot.edit_message_text(str(number), DESK, sent.message_id)
    await local.post("clock", {"offset": 20 * 1.5})
    with pytest.raises(RetryAfter) as refused:
        await local.bot.create_forum_topic(DESK, "0417")
    assert refused.value.retry_after in (29, 30, 31)
    await local.bot.delete_message(DESK, sent.message_id)


def test_a_chat_takes_a_burst_of_five_and_then_one_a_second() -> None:
    now = 1000.0
    limits = FloodLimits(lambda: now)
    for _ in range(5):
        limits.take(1)
    with pytest.raises(Refusal) as refused:
        limits.take(1)
    assert refused.value.parameters == {"retry_after": 1}
    now += 1
    limits.take(1)


def test_everything_together_takes_thirty_a_second() -> None:
    limits = FloodLimits(lambda: 1000.0)
    for chat in range(30):
        limits.take(chat)
    with pytest.raises(Refusal):
        limits.take(31)
