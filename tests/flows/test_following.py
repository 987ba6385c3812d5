"""Conversions that come to no end are told to owners, as off-ramps are."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import Refused
from bot.domain.intents import State
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.following import FAILED_LOOKS, STUCK_SECONDS
from bot.views.card import width
from bot.views.notices import notice_card
from tests.flows.bench import OWNER
from tests.flows.convert_bench import Deal, open_deal
from tests.views import samples

THROTTLED = Refused("gate_pay", "order", code="5503001", detail="too many", status=200)


@pytest.fixture
async def deal(tmp_path: Path) -> AsyncIterator[Deal]:
    async with open_deal(tmp_path) as opened:
        yield opened


async def taken(deal: Deal, status: int) -> str:
    deal.pay.status = status
    standing = await deal.quote()
    await deal.tap(standing)
    made = standing.conversion.id
    assert (await deal.bench.intent(made)).state is State.TAKEN
    return made


@pytest.mark.parametrize("status", [1, 7])
async def test_owners_hear_once_of_a_conversion_that_gate_ends_not_for_a_day(deal: Deal, status: int) -> None:
    made = await taken(deal, status)
    await deal.look(STUCK_SECONDS - 10)
    assert await deal.notices("convert_stuck") == []
    for _ in range(3):
        await deal.look(3600)
    (told,) = [one for one in await deal.notices("convert_stuck") if one.chat_id == OWNER]
    assert told.facts["since"] == str((await deal.bench.intent(made)).sent_at)


async def test_owners_hear_once_of_a_conversion_that_cannot_be_looked_at(deal: Deal) -> None:
    await taken(deal, 1)
    deal.pay.errors["order"] = [THROTTLED] * 100
    for number in range(FAILED_LOOKS):
        assert await deal.notices("convert_stuck") == [], number
        await deal.look(1801)
    for _ in range(5):
        await deal.look(1801)
    assert len([one for one in await deal.notices("convert_stuck") if one.chat_id == OWNER]) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_news_fits_a_phone_and_opens_the_conversion(language: str) -> None:
    facts = {
        "conversion": "0ff4a3b5", "who": "operator 2", "asked": "", "give": "123456 USDT", "get": "1.5 BTC",
        "account": "own", "why": "", "since": str(samples.NOW),
    }  # fmt: skip
    card = notice_card(Notice("convert_stuck", facts), samples.reader(language, Role.LEAD))
    assert len(card.plain.split("\n")) <= 8 and max(map(width, card.plain.split("\n"))) <= 36
    assert card.data == ("vo:0ff4a3b5",)
