"""R9, scaled down: orders live through a bad day, the desk dies again and again, and staff see how each one ends."""

import asyncio
import re
import time
from random import Random

import pytest

from bot.sandbox.gate.faults import fault_from
from bot.sandbox.gate.orders import Order
from tests.crash.conftest import Ground
from tests.crash.stage import GROUP, OPERATOR, Stage, stage

SEED = 9
ORDERS = 50
KILLS = 8
SPEED = 15.0
SHORT = re.compile(r"\b(\d{4})\b")

# What a card, a digest line or a notice says of an order that stands there.
WORDS = {
    "finished": ("Released", "Bought", "finished", "✅"),
    "cancel": ("Cancelled", "cancelled", "🚫"),
    "expired": ("Expired", "expired", "⌛"),
    "appeal": ("⚖",),
    "paid": ("💰", "We paid"),
}
LIVES = (
    ("pay", "close_elsewhere", "finished"),
    ("pay", "appeal", "appeal"),
    ("pay", "", "paid"),
    ("cancel", "", "cancel"),
    ("expire", "", "expired"),
)


async def _live(made: Stage, lot: Random, expected: dict[str, str]) -> int:
    """Opens orders and lets two more things happen to most of them; how many events there were."""
    events = 0
    coming: list[tuple[Order, str]] = []
    for number in range(ORDERS):
        order = made.open_order("sell", amount=f"{100 + number}.00", expire_min=60)
        first, second, end = LIVES[number % len(LIVES)]
        expected[str(order.id)[-4:]] = end
        coming += [(order, first)] + ([(order, second)] if second else [])
        events += 1
        while coming and lot.random() < 0.6:
            one, kind = coming.pop(0)
            made.venue_act(one, kind)
            events += 1
        await asyncio.sleep(lot.uniform(0.1, 0.3))
    for one, kind in coming:
        made.venue_act(one, kind)
        events += 1
        await asyncio.sleep(0.02)
    return events


async def _disturb(made: Stage, lot: Random) -> None:
    """Kills, Telegram that refuses, fails or is gone, and a venue that answers badly."""
    for number in range(KILLS):
        made.box.world.faults.order("*", lot.choice(("429", "500", "502", "drop_before")), times=2, seconds=1)
        kind = lot.choice(("error_500", "drop_before", "html", "429", "reset"))
        made.box.venue.faults.add(fault_from({"endpoint": "*", "kind": kind, "times": 2}, made.box.venue.now()))
        await asyncio.sleep(lot.uniform(0.2, 0.6))
        if number == KILLS // 2:
            await made.box.telegram.go_away()
        await made.kill_desk()
        await made.open_desk()
        await asyncio.sleep(lot.uniform(0.4, 1.2))
        await made.box.telegram.come_back()


def _untold(made: Stage, chat: int, expected: dict[str, str]) -> dict[str, str]:
    """Orders whose end cannot be read in this chat."""
    told: dict[str, str] = {}
    for message in made.messages(chat):
        for line in (message.text or "").split("\n"):
            for short in SHORT.findall(line):
                told[short] = told.get(short, "") + (message.text or "")
    return {
        short: end for short, end in expected.items() if not any(word in told.get(short, "") for word in WORDS[end])
    }


def _twice(made: Stage, chat: int) -> int:
    """New messages whose very words stood in the chat already."""
    words = [
        str(call.params.get("text"))
        for call in made.box.world.calls
        if call.method == "sendMessage" and call.ok and str(call.params.get("chat_id")) == str(chat)
    ]
    return len(words) - len(set(words))


@pytest.mark.timeout(300)
async def test_every_order_of_a_bad_day_is_told_and_nothing_more_than_once_per_kill(ground: Ground) -> None:
    lot, expected = Random(SEED), dict[str, str]()
    async with stage(ground.nursery, ground.template, ground.folder / "cell", speed=SPEED, POLL_SECONDS="5") as made:
        await made.open_desk()
        made.open_order("sell", amount="99.00")
        await made.until(lambda: made.messages(GROUP) or None, "the first look of the day")
        _, events = await asyncio.gather(_disturb(made, lot), _live(made, Random(SEED + 1), expected))
        assert events >= 120
        began = time.monotonic()
        quiet = "SELECT COUNT(*) AS due FROM outbox WHERE state IN ('pending', 'sending')"
        while time.monotonic() - began < 60:
            await asyncio.sleep(0.2)
            untold = _untold(made, OPERATOR, expected) | _untold(made, GROUP, expected)
            if not untold and not made.ask(quiet)[0]["due"]:
                break
        assert untold == {}
        assert _twice(made, OPERATOR) <= KILLS
        assert _twice(made, GROUP) <= KILLS
        assert made.box.world.violations == []
