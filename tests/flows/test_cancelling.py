"""How often the desk cancelled today: by the desk's own midnight, and as the card of the next cancel says it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.intents import Action, State
from bot.domain.orders import Side
from bot.domain.seals import Choice
from bot.domain.situations import Reader
from bot.flows import approve, cancelling
from bot.views.confirms import cancel_reasons
from tests.flows.bench import LEAD, OPERATOR, OPERATOR_2, ORDER, Bench

BUY = replace(ORDER, side=Side.BUY, status="unpay", is_cancelable=True)
SHANGHAI = "Asia/Shanghai"
WORDS = {
    "en": ("Cancelled by us today: {today}", "In a row, none completed: {row}"),
    "zh": ("我方今日已取消 {today} 单", "连续取消（期间无成交）：{row}"),
}


async def cancel(bench: Bench, number: int, by: int = LEAD) -> None:
    order_id = bench.add(replace(BUY, id=f"6100010{number}", side=Side.BUY if number % 2 else Side.SELL))
    intent = await bench.act(order_id, Action.CANCEL, Choice(reason="1"), by)
    assert intent.state is State.DONE


def at(hour: int, minute: int, day: int = 21) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(SHANGHAI)).timestamp()


@pytest.mark.parametrize("zone", [SHANGHAI, "UTC"])
async def test_the_day_of_the_cancels_begins_at_midnight_of_the_desks_time_zone(bench: Bench, zone: str) -> None:
    bench.desk.policy = replace(bench.desk.policy, timezone=zone)
    bench.seconds = at(23, 50)
    assert datetime.fromtimestamp(bench.seconds, UTC).day == 21
    await cancel(bench, 1)
    await cancel(bench, 2, by=OPERATOR_2)
    assert await cancelling.cancels(bench.desk) == (2, 2), "whoever cancelled, and on either side"
    bench.seconds = at(0, 5, day=22)
    assert await cancelling.cancels(bench.desk) == ((0, 0) if zone == SHANGHAI else (2, 2))
    await cancel(bench, 3)
    assert await cancelling.cancels(bench.desk) == ((1, 1) if zone == SHANGHAI else (3, 3))


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_card_of_the_next_cancel_shows_both_numbers(bench: Bench, language: str) -> None:
    for number in (1, 2):
        await cancel(bench, number)
    await bench.see(ORDER.id)
    await bench.see(ORDER.id, status="finished")
    for number in (3, 4, 5):
        await cancel(bench, number)
    situation = await approve.prepare(bench.desk, OPERATOR, bench.add(replace(BUY, id="61000109")), Action.CANCEL)
    today, row = await cancelling.cancels(bench.desk)
    assert (today, row) == (5, 3)
    reader = Reader(language, "UTC", bench.desk.people[OPERATOR])
    shown = cancel_reasons(situation, reader, more=False, cancels_today=today, in_a_row=row).plain
    for words, number in zip(WORDS[language], (today, row), strict=True):
        assert words.format(today=number, row=number) in shown
