"""Words both ways: what a buyer writes is seen, what staff answer arrives, and each of it once."""

from __future__ import annotations

import pytest

from tests.journeys.shop import Shop
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import OPERATOR

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_question_reaches_the_phone_and_the_reply_reaches_the_buyer(shop: Shop) -> None:
    order = await shop.sale("1000")
    await shop.card(order, "Paid – check the bank")
    await shop.box.gate.buyer_says(order, "I have paid, please look")

    seen = await shop.box.telegram.wait_for_message(OPERATOR, contains="I have paid, please look")
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "Thank you, one moment")

    await shop.box.gate.wait_for_text(order, "Thank you, one moment")
    await shop.box.telegram.wait_for_reaction(OPERATOR, number, "👌", viewer=OPERATOR)
    record = await shop.box.telegram.wait_for_message(DESK_GROUP, contains="I have paid, please look")
    assert record.thread_id
    assert len(await shop.box.gate.chat_sends(order)) == 1
