"""/market on the sandbox: our rank among the others, read again, other pairs, and everything that is none."""

import asyncio

import pytest

from tests.journeys.shop import Shop
from tests.support.sandbox import VIEWER, Message, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

EN = ("/language en", "USDT/CNY market", "Ours: rank", "They sell")
ZH = ("/language zh", "USDT/CNY 行情", "我方排名", "卖出 USDT 的广告")


@pytest.mark.parametrize("words", [EN, ZH], ids=["en", "zh"])
async def test_everybody_of_the_staff_sees_our_rank_and_reads_it_again(shop: Shop, words: tuple[str, ...]) -> None:
    chosen, title, *shown = words
    await shop.say(chosen, person=VIEWER, contains="")
    card = await shop.say("/market", person=VIEWER, contains=title)
    assert all(text in card.text for text in shown) and card.text.count(" · ") >= 6
    await asyncio.sleep(1.1 / shop.speed)  # the moment of reading is told in seconds of the desk's clock
    await shop.box.telegram.press(VIEWER, VIEWER, card, text=card.labels[0][0])

    async def changed() -> Message | None:
        found = [one for one in await shop.box.telegram.messages(VIEWER) if one.id == card.id]
        return found[0] if found and found[0].text != card.text else None

    again = await until(changed, "another moment of reading")
    assert again.text.splitlines()[:-1] == card.text.splitlines()[:-1]


async def test_a_pair_that_nobody_trades_is_shown_empty_and_no_pair_is_answered_with_an_example(shop: Shop) -> None:
    await shop.say("/language en", person=VIEWER, contains="")
    empty = await shop.say("/market BTC/HKD", person=VIEWER, contains="BTC/HKD market")
    assert empty.text.count("nobody") == 2 and "Spread" not in empty.text
    for odd in ("/market USDT", "/market USDT USDT", "/market 🙈 CNY", "/market USDT CNY now"):
        assert "/market USDT CNY" in (await shop.say(odd, person=VIEWER, contains="Write /market")).text


async def test_a_market_that_cannot_be_read_is_said(shop: Shop) -> None:
    await shop.box.gate.fault("ads_list", "error_500", times=-1)
    told = await shop.say("/market", person=VIEWER, contains="Gate")
    assert "market" not in told.text.partition("\n")[0]
