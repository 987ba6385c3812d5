"""The story of the shop window: others come, one goes past us, and after our new price a trap and a colleague."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.sandbox.running import Sandbox
from tests.sandbox.gate.ads_hand import SALE
from tests.support.controls import until


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox()
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


def told(box: Sandbox, words: str) -> bool:
    return any(words in line["en"] and line["zh"] for line in box.stage.told)


async def test_the_shop_waits_for_our_price_and_then_goes_on(box: Sandbox) -> None:
    venue = box.venue
    await box.stage.play("shop", pace=0.0)

    async def asked() -> bool | None:
        return True if told(box, "/price 7.18") else None

    await until(asked, "the story's wish")
    best = venue.market.others("sell", "USDT", "CNY")[0]
    assert (best.price, venue.market.pace) == ("7.19", 4.0)
    assert len(venue.market.rivals) == 8 and not venue.market.traps
    venue.ads.add(replace(venue.ads.get(int(SALE)), price="7.18"))

    async def over() -> bool | None:
        return True if box.stage.running is None else None

    await until(over, "the end of the story")
    assert told(box, "Our ad is now at 7.18") and told(box, "A trap: 3 USDT")
    assert "own-name accounts only" in venue.ads.get(int(SALE)).trade_tips
    assert venue.ad_posts.calls == []


async def test_without_a_sale_online_the_story_says_so(box: Sandbox) -> None:
    box.venue.ads.set_status(int(SALE), 3)
    await box.stage.play("shop", pace=0.0)

    async def said() -> bool | None:
        return True if told(box, "No sale of ours") else None

    await until(said, "the story's end")
