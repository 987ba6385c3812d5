"""/price in both languages: one ad, several, a cent down or up or the market's first, and a price that cannot be meant.

From the words to the request it takes two taps at most.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.ad_window import FLOATING, SELLING, AdWindow, labels, open_window
from tests.journeys.shop import Shop
from tests.support.sandbox import OPERATOR, STRANGER, VIEWER

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = {"fiat_min_amount": "360.50", "fiat_max_amount": "3605.00"}
"""of an ad at 7.21; what the venue works out anew with every price"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_window(tmp_path_factory.mktemp("ads")) as shop:
        yield shop


def at(price: str) -> dict[str, str]:
    """All that is different of our ad at that price."""
    return {
        "price": price,
        "fiat_min_amount": f"{50 * float(price):.2f}",
        "fiat_max_amount": f"{500 * float(price):.2f}",
    }


STEPS = {"down": ("−0.01", "7.23"), "up": ("+0.01", "7.25"), "rank": ("", "7.19")}


async def test_words_and_one_tap_set_the_price_of_the_only_ad_online(window: AdWindow) -> None:
    ad_id = await window.begin()
    card = await window.say("/price 7.24", "7.21 → 7.24 CNY")
    await window.untouched()
    await window.confirmed(card)
    await window.only(ad_id, **at("7.24"))


@pytest.mark.parametrize("way", STEPS)
async def test_a_step_is_another_diff_in_its_place_and_the_second_tap_sends_it(window: AdWindow, way: str) -> None:
    ad_id = await window.begin()
    label, price = STEPS[way]
    card = await window.say("/price 7.24", "7.21 → 7.24 CNY")
    old = card.buttons[-1][-1].data or ""
    await window.press(card, label or window.label("rank"))
    stepped = await window.shows(card, f"7.21 → {price} CNY")
    await window.considered()
    await window.forge(stepped, old)
    await window.untouched()
    stepped = await window.shows(card, button=price)
    await window.confirmed(stepped)
    await window.only(ad_id, **at(price))


async def test_several_ads_online_are_asked_about_by_button(window: AdWindow) -> None:
    first, second = await window.begin(), await window.begin(price="7.30")
    card = await window.say("/price 7.24", "··" + first[-4:])
    assert any(second[-4:] in label for label in labels(card)) and len(labels(card)) == 3
    await window.press(card, second[-4:])
    card = await window.shows(card, "7.30 → 7.24 CNY")
    await window.untouched()
    await window.confirmed(card)
    await window.only(second, **at("7.24"))


async def test_an_ad_is_named_by_its_number_even_while_it_is_offline(window: AdWindow) -> None:
    await window.begin()
    card = await window.say(f"/price 7.21 {SELLING}", "7.20 → 7.21 CNY")
    await window.confirmed(card)
    await window.only(SELLING, price="7.21", fiat_min_amount="72.10", fiat_max_amount="360500.00")
    await window.ads.edit_from_app(SELLING, price="7.20")


FAR = {"en": "Far off the market: ", "zh": "偏离行情过大"}


async def test_a_price_far_off_the_market_asks_twice(window: AdWindow) -> None:
    ad_id = await window.begin()
    card = await window.say("/price 9.99", FAR[window.language])
    assert "+" in card.text and "🔴" in card.text and not any("9.99" in label for label in labels(card))
    assert not any((button.data or "").startswith("ey:") for row in card.buttons for button in row)
    card = await window.tap(card, "meant", button="9.99")
    await window.untouched()
    await window.confirmed(card)
    await window.only(ad_id, **at("9.99"))


async def test_a_step_back_to_the_market_asks_no_second_time(window: AdWindow) -> None:
    ad_id = await window.begin()
    card = await window.say("/price 0.1", FAR[window.language])
    assert "−" in card.text
    await window.press(card, window.label("rank"))
    card = await window.shows(card, "7.21 → 7.19 CNY")
    assert FAR[window.language] not in card.text
    await window.confirmed(card)
    await window.only(ad_id, **at("7.19"))


NO_MARKET = {"en": "The market cannot be read now", "zh": "行情"}


async def test_a_market_that_cannot_be_read_asks_twice_and_matches_no_rank(window: AdWindow) -> None:
    ad_id = await window.begin()
    await window.box.gate.fault("ads_list", "error_500", times=-1)
    card = await window.say("/price 7.24", NO_MARKET[window.language])
    assert window.label("rank") not in labels(card) and window.label("meant") in labels(card)
    card = await window.tap(card, "meant", button="7.24")
    await window.confirmed(card)
    await window.only(ad_id, **at("7.24"))


async def test_of_a_floating_ad_the_number_is_its_offset(window: AdWindow) -> None:
    ad_id = await window.begin(**FLOATING)
    card = await window.say("/price +0.8%", "+0.50% → +0.80%")
    assert "+0.01" not in labels(card)
    await window.confirmed(card)
    await window.only(ad_id, rate_offset="0.8", **at("7.21"))


BARE = {"en": "may be a price or percent", "zh": "可能是价格也可能是百分比"}
OFFSET_MEANT = {"en": "I mean this offset", "zh": "确认就是这个比例"}


async def test_a_price_typed_for_a_floating_ad_is_no_offset_and_a_large_one_has_to_be_meant(window: AdWindow) -> None:
    ad_id = await window.begin(**FLOATING)
    said = await window.say("/price 7.21", BARE[window.language])
    assert labels(said) == []
    await window.untouched()
    card = await window.say("/price +7.21%", "+0.50% → +7.21%")
    assert labels(card)[-1] == OFFSET_MEANT[window.language] and FAR[window.language] in card.text
    await window.press(card, OFFSET_MEANT[window.language])
    card = await window.shows(card, button="+7.21%")
    await window.untouched()
    await window.confirmed(card)
    await window.only(ad_id, rate_offset="7.21", **at("7.67"))


NOBODY = {"en": "None of our ads is online", "zh": "没有我方已上架的广告"}


async def test_without_an_ad_online_the_price_is_for_none(window: AdWindow) -> None:
    await window.say(f"/language {window.language}")
    await window.remember()
    said = await window.say("/price 7.24", NOBODY[window.language])
    assert "/ads all" in said.text
    await window.untouched()


@pytest.mark.parametrize("who", [OPERATOR, VIEWER])
async def test_who_may_only_look_sets_no_price(window: AdWindow, who: int) -> None:
    ad_id = await window.begin()
    await window.say(f"/language {window.language}", person=who)
    for words in ("/price 7.24", f"/price 7.24 {ad_id}"):
        said = await window.say(words, MAY_NOT[window.language], person=who)
        assert labels(said) == []
    card = await window.say(f"/ads {ad_id}", ad_id, person=who)
    assert len(labels(card)) == 2, "all ads and refresh"
    await window.say("/language en", person=who)
    await window.untouched()


MAY_NOT = {"en": "may not do this", "zh": "不能执行此操作"}


async def test_a_stranger_hears_nothing(window: AdWindow) -> None:
    ad_id = await window.begin()
    before = await window.shop.newest(STRANGER)
    for words in ("/ads", f"/ads {ad_id}", "/price 7.24", "/ads off"):
        await window.box.telegram.write(STRANGER, STRANGER, words)
    await window.say("/ads", ad_id[-4:])
    told = [one for one in await window.box.telegram.messages(STRANGER) if one.id > before and one.sender.get("is_bot")]
    assert not any("USDT" in one.text or "7.2" in one.text or ad_id[-4:] in one.text for one in told)
    await window.untouched()
