"""The answer to a change of an ad is lost, or Gate is away: looks settle it, nothing is ever sent a second time.

Minutes are three seconds here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.ad_window import LANGUAGES, AdWindow, labels, open_window
from tests.journeys.shop import Shop
from tests.support.desk import DESK_GROUP

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOTH = pytest.mark.parametrize("language", LANGUAGES)
EDIT, STATUS = "place_biz_push_order", "ads_update_status"
NEW = {"price": "7.24", "fiat_min_amount": "362.00", "fiat_max_amount": "3620.00"}
LOST = {"en": "Gate's answer was lost.", "zh": "Gate 的答复已丢失"}
UNKNOWN = {"en": "Not known whether it is changed.", "zh": "尚不清楚是否已修改"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_window(tmp_path_factory.mktemp("ads"), speed=20.0) as shop:
        yield shop


@pytest.mark.parametrize("kind", ["act_and_drop", "act_and_500", "truncated"])
async def test_what_arrived_without_an_answer_is_found_and_told(window: AdWindow, kind: str) -> None:
    ad_id = await window.begin()
    card = await window.say("/price 7.24", "7.21 → 7.24")
    await window.box.gate.fault(EDIT, kind)
    done = await window.confirmed(card)
    assert LOST[window.language] in done.text
    await window.only(ad_id, **NEW)


async def test_what_never_arrived_is_unknown_until_looks_prove_it_and_may_then_be_asked_again(
    window: AdWindow,
) -> None:
    ad_id = await window.begin()
    group = await window.shop.newest(DESK_GROUP)
    card = await window.say("/price 7.24", "7.21 → 7.24")
    await window.box.gate.fault(EDIT, "drop_before")
    await window.confirm(card)
    unknown = await window.shows(card, window.title("unknown"), button=window.label("look"))
    record = await window.record("❓", group)
    assert f"··{ad_id[-4:]}" in record.text and not record.silent
    await window.press(unknown, window.label("look"))
    await window.say(f"/price 7.25 {ad_id}", BUSY[window.language])
    void = await window.shows(card, VOID[window.language], timeout=15)
    assert window.label("look") not in labels(void) and await window.changed() == {}
    assert [post.acted for post in await window.sent()] == [False]
    await window.remember()
    again = await window.say("/price 7.24", "7.21 → 7.24")
    await window.confirmed(again)
    await window.only(ad_id, **NEW)


BUSY = {"en": "its result is not known yet", "zh": "结果尚未知"}
VOID = {"en": "↩ Nothing was changed", "zh": "↩ 未作修改"}


async def test_what_arrives_later_than_its_answer_is_found_by_looks(one: AdWindow) -> None:
    ad_id = await one.begin()
    card = await one.say("/price 7.24", "7.21 → 7.24")
    await one.box.gate.fault(EDIT, "act_late", seconds=0.8)
    await one.confirm(card)
    await one.shows(card, one.title("unknown"))
    await one.shows(card, one.title("changed"), LOST["en"])
    await one.only(ad_id, **NEW)


async def test_a_state_whose_answer_is_lost_is_found_as_well(one: AdWindow) -> None:
    ad_id = await one.begin()
    card = await one.state_step(await one.card(ad_id), "close")
    await one.box.gate.fault(STATUS, "act_and_drop")
    await one.confirmed(card)
    await one.only(ad_id, status=4, status_text="CLOSED")


async def test_an_answer_that_says_yes_while_gate_shows_the_old_price_is_told_to_leads(window: AdWindow) -> None:
    ad_id = await window.begin()
    await window.box.gate.variants(ad_price_moved=True)
    card = await window.say("/price 7.24", "7.21 → 7.24")
    await window.confirm(card)
    shown = await window.shows(card, DIFFERS[window.language], "7.25")
    assert "🔴" in shown.text
    bell = await window.hears(DIFFERS[window.language], after=card)
    assert not bell.silent and bell.id != card.id
    await window.box.gate.variants(ad_price_moved=False)
    assert [post.ad_id for post in await window.sent()] == [ad_id]


DIFFERS = {"en": "🔴 Gate shows otherwise", "zh": "🔴 Gate 显示"}


async def test_a_stale_list_after_the_yes_is_looked_at_again_before_anything_is_told(one: AdWindow) -> None:
    ad_id = await one.begin()
    group = await one.shop.newest(DESK_GROUP)
    card = await one.say("/price 7.24", "7.21 → 7.24")
    await one.considered()
    for endpoint in ("ads_detail", "my_ads_list"):
        await one.box.gate.fault(endpoint, "stale", times=-1, seconds=0.15)
    await one.press(card, "Set price 7.24")
    await one.shows(card, one.title("changed"))
    assert not any("🔴" in told.text for told in await one.box.telegram.messages(DESK_GROUP) if told.id > group)
    await one.only(ad_id, **NEW)


AWAY = {"en": "cannot be reached", "zh": "连不上 Gate"}


async def test_while_gate_is_away_nothing_is_shown_as_known_and_nothing_is_sent(window: AdWindow) -> None:
    ad_id = await window.begin()
    card = await window.say("/price 7.24", "7.21 → 7.24")
    await window.considered()
    await window.box.gate.away(True)
    try:
        said = await window.answered(card, "7.24 CNY", AWAY[window.language])
        assert AWAY[window.language] in said
        for words in ("/ads", f"/ads {ad_id}", "/price 7.3", "/ads off", "/ads on"):
            told = await window.say(words, AWAY[window.language])
            assert "ey:" not in str(told.buttons) and "7.21" not in told.text
    finally:
        await window.box.gate.away(False)
    await window.untouched()


@pytest.mark.parametrize("endpoint", ["ads_detail", "my_ads_list"])
async def test_an_ad_of_which_only_a_half_can_be_read_is_not_changed(one: AdWindow, endpoint: str) -> None:
    ad_id = await one.begin()
    card = await one.say(f"/price 7.24 {ad_id}", "7.21 → 7.24")
    await one.box.gate.fault(endpoint, "error_500", times=-1)
    await one.considered()
    assert "othing" in await one.answered(card, "Set price 7.24", "othing")
    await one.box.gate.clear_faults()
    await one.untouched()
    await one.confirmed(card)
    await one.only(ad_id, **NEW)
