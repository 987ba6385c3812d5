"""Whom the bell rings at and how loudly: the whole desk in minutes of a second, and a bell outside Telegram."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.clock import Clock
from tests.journeys.shop import Shop, open_desk_by, open_shop, tidy
from tests.support.desk import DESK_GROUP
from tests.support.outside import Outside, listening
from tests.support.sandbox import LEAD, OPERATOR, OWNER, Message, running_sandbox, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPEED = 60.0
"""a minute of the desk is a second"""
QUICK = {"escalate_minutes": "1,2,4"}
ANSWERS = 5.0
PATIENCE = 30.0
"""a machine may have much else to do"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outside() -> AsyncIterator[Outside]:
    async with listening() as heard:
        yield heard


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick_shop(tmp_path_factory: pytest.TempPathFactory, outside: Outside) -> AsyncIterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    async with open_shop(folder, speed=SPEED, bell_url=outside.url, **QUICK) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(quick_shop: Shop, outside: Outside) -> AsyncIterator[Shop]:
    outside.told.clear()
    yield quick_shop
    await quick_shop.end_all()
    await tidy(quick_shop.box)


async def rings(outside: Outside, kind: str, count: int = 1) -> list[dict[str, object]]:
    async def look() -> list[dict[str, object]] | None:
        found = outside.of(kind)
        return found if len(found) >= count else None

    async def seen() -> list[dict[str, object]]:
        return outside.told

    return await until(look, f"{count} rings of {kind}", PATIENCE, seen)


async def notices(shop: Shop, order: str, words: str, person: int) -> list[Message]:
    return [
        message
        for message in await shop.box.telegram.messages(person)
        if words in message.text and order[-4:] in message.text.partition("\n")[0]
    ]


async def answered(shop: Shop, order: str) -> None:
    """The operator writes to the buyer, which is a tap that no newer copy of a card can take away from under it."""
    await shop.box.telegram.write(OPERATOR, OPERATOR, f"/say {order[-4:]} One moment please")

    async def look() -> bool | None:
        return "One moment please" in await shop.sent(order) or None

    await until(look, "words to the buyer", PATIENCE)


async def test_nobody_answers_and_it_rings_ever_wider_and_at_last_outside_until_somebody_taps(
    shop: Shop, outside: Outside
) -> None:
    order = await shop.sale("701.00", name="张三丰")
    first = await shop.card(order, "Paid – check the bank")
    said = await shop.card(order, "All on duty are rung.", timeout=PATIENCE)
    again = await shop.card(order, "Paid – check the bank", after=said, button="Release…")
    assert not said.silent and not again.silent and again.id > first.id
    await shop.card(order, "The leads are rung.", person=LEAD, timeout=PATIENCE)
    await shop.card(order, "已提醒所有老板", person=OWNER, timeout=PATIENCE)
    (ring, *_) = await rings(outside, "paid_order_unanswered")
    assert ring["last_digits"] == [order[-4:]] and ring["orders"] == 1
    assert "张三丰" not in json.dumps(ring, ensure_ascii=False) and order not in json.dumps(ring)
    for words, person in (("All on duty", OPERATOR), ("The leads", LEAD), ("已提醒所有老板", OWNER)):
        assert len(await notices(shop, order, words, person)) == 1, "each stage once"
    await answered(shop, order)
    rung = len(outside.told)
    await asyncio.sleep(ANSWERS + 1)
    assert len(outside.told) == rung, "it is answered"
    assert await notices(shop, order, "is rung", DESK_GROUP) == []


async def test_who_took_it_over_is_rung_first(shop: Shop) -> None:
    order = await shop.sale("702.00", name="李四", paid=False)
    await shop.card(order, "New order")
    await answered(shop, order)
    await shop.box.gate.act(order, "pay")
    await shop.card(order, "Your order waits", timeout=PATIENCE)


async def test_telegram_is_away_and_the_bell_outside_rings_until_it_is_back(shop: Shop, outside: Outside) -> None:
    await shop.box.telegram.away()
    order = await shop.sale("703.00", name="王五")
    (ring, *_) = await rings(outside, "telegram_away")
    assert ring["ring"] == 1 and "王五" not in json.dumps(ring, ensure_ascii=False)
    await shop.box.telegram.away(False)
    card = await shop.card(order, "Paid – check the bank", timeout=PATIENCE)
    assert not card.silent


async def test_a_venue_that_cannot_be_seen_rings_outside(shop: Shop, outside: Outside) -> None:
    await shop.box.gate.away()
    await rings(outside, "gate_not_seen")
    await shop.box.gate.away(False)
    await shop.box.telegram.wait_for_message(LEAD, contains="Gate can be read again", timeout=PATIENCE)


async def test_what_nobody_taps_in_time_is_not_rung_outside_when_the_bell_says_no_but_tried_again(
    shop: Shop, outside: Outside
) -> None:
    outside.status = 500
    await shop.box.gate.away()
    await rings(outside, "gate_not_seen", 2)
    outside.status = 204
    taken = len(outside.told)
    await rings(outside, "gate_not_seen", taken + 1)
    assert [ring["ring"] for ring in outside.told] == [1] * (taken + 1), "nobody took the others"
    await shop.box.gate.away(False)
    await shop.box.telegram.wait_for_message(LEAD, contains="Gate can be read again", timeout=PATIENCE)


async def test_what_somebody_switched_off_makes_no_message_but_stays_in_the_group(shop: Shop) -> None:
    card = await shop.say("/alerts", contains="What rings at you")
    assert "Unpaid: silent" in card.text and "Paid: rings" in card.text
    assert not any("Paid: off" in label for row in card.labels for label in row), "on duty it rings"
    await shop.box.telegram.press(OPERATOR, OPERATOR, card, text="Unpaid: off")
    await shop.box.telegram.wait_for_message(OPERATOR, contains="Unpaid: off")
    at = await shop.newest(OPERATOR)
    order = await shop.sale("704.00", paid=False)
    await shop.record(order, "New order")
    paid = await shop.sale("705.00")
    await shop.card(paid, "Paid – check the bank", after=at)
    assert await notices(shop, order, "", OPERATOR) == []
    await shop.box.gate.act(order, "pay")
    assert not (await shop.card(order, "Paid – check the bank")).silent
    await shop.say("/alerts unpaid silent", contains="Unpaid: silent")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/alerts paid", "Write just /alerts"),
        ("/alerts quiet", "Write just /alerts"),
        ("/alerts money off", "“money” is none of them"),
        ("/alerts unpaid loud", "“loud” is no state"),
        ("/alerts quiet 25:00", "“25:00” are no quiet hours"),
        ("/alerts quiet 7", "“7” are no quiet hours"),
        ("/alerts quiet 07:00-07:00", "begins when it ends"),
        ("/alerts paid off", "On duty this rings in any case"),
    ],
)
async def test_what_cannot_be_meant_is_a_sentence_and_changes_nothing(shop: Shop, words: str, answer: str) -> None:
    await shop.say(words, contains=answer)
    async with shop.desk.application.store.read() as tables:
        wishes = (await tables.alerts.wishes()).get(OPERATOR)
    assert wishes is None or (wishes.quiet is None and set(wishes.choices) <= {"unpaid"})


async def test_quiet_hours_are_set_and_taken_away(shop: Shop) -> None:
    card = await shop.say("/alerts quiet 23:00-07:00", contains="Quiet 23:00–07:00")
    await shop.box.telegram.press(OPERATOR, OPERATOR, card, text="No quiet hours")
    await shop.box.telegram.wait_for_message(OPERATOR, contains="You have no quiet hours.")


async def test_in_chinese_and_over_a_restart(tmp_path: Path) -> None:
    clock = Clock(SPEED)
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        async with open_desk_by(clock, box, tmp_path, SPEED, "zh", **QUICK) as shop:
            order = await shop.sale("706.00")
            said = await shop.card(order, "已提醒所有值班人", timeout=PATIENCE)
            await shop.card(order, "买家已付款", after=said)
            await shop.say("/alerts quiet 7", contains="不是免打扰时段")
            await shop.say("/alerts", contains="你的提醒设置")
        async with open_desk_by(clock, box, tmp_path, SPEED, "zh", **QUICK) as shop:
            await shop.card(order, "仍无人处理", person=LEAD, timeout=PATIENCE)
            assert len(await notices(shop, order, "已提醒所有值班人", OPERATOR)) == 1
            await shop.end_all()
        assert await box.telegram.violations() == []
