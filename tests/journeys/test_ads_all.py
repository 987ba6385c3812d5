"""/ads off and /ads on in both languages: every ad named, one confirm, one request and one line for each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.ad_window import BUYING, SELLING, AdWindow, labels, open_window, yes_of
from tests.journeys.shop import Shop
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OPERATOR, OWNER, VIEWER

pytestmark = pytest.mark.asyncio(loop_scope="module")

STATUS = "ads_update_status"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_window(tmp_path_factory.mktemp("ads")) as shop:
        yield shop


OFF = {"en": "Offline now: {} of {} ads", "zh": "现已下架 {}/{} 条广告"}
ON = {"en": "Online now: {} of {} ads", "zh": "现已上架 {}/{} 条广告"}
RECORD = {"off": "📴 Offline: Gate accepted {} of {}", "on": "📢 Online: Gate accepted {} of {}"}


def told(words: dict[str, str], language: str, *numbers: int) -> str:
    return words[language].format(*numbers)


async def states(window: AdWindow) -> dict[str, str]:
    return {ad.id: ad.status for ad in await window.ads.mine() if ad.id in window.made}


async def test_all_go_offline_and_come_back_by_two_taps_each_and_nothing_else_moves(window: AdWindow) -> None:
    made = [await window.begin("buy" if number == 2 else "sell") for number in range(3)]
    group = await window.shop.newest(DESK_GROUP)
    card = await window.say("/ads off", made[0][-4:])
    assert all(f"··{ad_id[-4:]}" in card.text for ad_id in made) and f"··{SELLING[-4:]}" not in card.text
    await window.untouched()
    await window.confirm(card)
    card = await window.shows(card, told(OFF, window.language, 3, 3))
    assert await states(window) == dict.fromkeys(made, "OFFLIN") and len(await window.sent()) == 3
    gone = {"status": 3, "status_text": "OFFLIN"}
    assert await window.changed() == dict.fromkeys(made, gone)
    record = await window.record(RECORD["off"].format(3, 3), group)
    assert record.silent
    card = await window.say("/ads", made[0][-4:])
    await window.press(card, window.label("all on"))
    card = await window.shows(card, made[1][-4:], made[2][-4:], button="3")
    assert f"··{SELLING[-4:]}" not in card.text, "what was offline before is not brought online"
    await window.confirm(card)
    await window.shows(card, told(ON, window.language, 3, 3))
    await window.record(RECORD["on"].format(3, 3), group)
    assert await window.changed() == {} and len(await window.sent()) == 6
    assert {post.endpoint for post in await window.sent()} == {STATUS}


NONE_ON, NONE_OFF = (
    {"en": "None of the ads that /ads off took offline", "zh": "/ads off"},
    {"en": "None of our ads is online", "zh": "没有我方已上架的广告"},
)


async def test_with_nothing_to_move_that_is_said(window: AdWindow) -> None:
    await window.say(f"/language {window.language}")
    await window.remember()
    await window.say("/ads off", NONE_OFF[window.language])
    await window.say("/ads on", NONE_ON[window.language])
    await window.untouched()


async def test_each_ad_has_its_own_result(window: AdWindow) -> None:
    """One is refused, one has no answer but is there, one is done."""
    made = [await window.begin() for _ in range(3)]
    card = await window.say("/ads off", made[0][-4:])
    await window.box.gate.fault(STATUS, "refuse")
    await window.box.gate.fault(STATUS, "act_and_drop")
    await window.confirm(card)
    card = await window.shows(card, told(OFF, window.language, 2, 3))
    assert card.text.count("❌") == 1 and card.text.count("✅") >= 2 and "❓" not in card.text
    assert sorted((await states(window)).values()) == ["OFFLIN", "OFFLIN", "OPEN"]
    refused = next(ad_id for ad_id, status in (await states(window)).items() if status == "OPEN")
    await window.press(card, f"··{refused[-4:]}")
    assert f"··{refused[-4:]}" in (await window.hears(window.title("refused"), after=card)).text


async def test_an_ad_that_a_colleague_moved_meanwhile_makes_a_fresh_question(window: AdWindow) -> None:
    first, second = await window.begin(), await window.begin()
    card = await window.say("/ads off", first[-4:])
    old = yes_of(card).data or ""
    await window.ads.set_status_from_app(second, 3)
    await window.remember()
    await window.confirm(card)
    fresh = await window.shows(card, f"··{first[-4:]}", MOVED[window.language])
    assert f"··{second[-4:]}" not in fresh.text
    await window.considered()
    await window.forge(fresh, old)
    await window.untouched()
    await window.confirm(fresh)
    await window.shows(card, told(OFF, window.language, 1, 1))
    await window.only(first, status=3, status_text="OFFLIN")


MOVED = {"en": "Our ads changed meanwhile", "zh": "我方广告期间有变动"}


async def test_an_order_meanwhile_does_not_stop_it(one: AdWindow) -> None:
    ad_id = await one.begin()
    card = await one.say("/ads off", ad_id[-4:])
    await one.shop.sale("100.00", paid=False)
    await one.remember()
    await one.confirm(card)
    await one.shows(card, OFF["en"].format(1, 1))
    await one.only(ad_id, status=3, status_text="OFFLIN")
    await one.shop.end_all()


async def test_back_changes_nothing_and_its_confirm_is_dead(one: AdWindow) -> None:
    ad_id = await one.begin()
    card = await one.say("/ads off", ad_id[-4:])
    old = yes_of(card).data or ""
    card = await one.tap(card, "back", "📢 Ads")
    await one.considered()
    await one.forge(card, old)
    await one.untouched()


async def test_a_double_tap_sends_each_request_once(one: AdWindow) -> None:
    made = [await one.begin() for _ in range(2)]
    card = await one.say("/ads off", made[0][-4:])
    await one.considered()
    data = yes_of(card).data
    for _ in range(2):
        await one.box.telegram.tap(LEAD, LEAD, card.id, data=data, forged=True)
    await one.shows(card, OFF["en"].format(2, 2))
    assert sorted(post.ad_id for post in await one.sent()) == sorted(made)


@pytest.mark.parametrize("who", [OPERATOR, VIEWER])
async def test_who_may_only_look_moves_none(one: AdWindow, who: int) -> None:
    ad_id = await one.begin()
    card = await one.say("/ads off", ad_id[-4:])
    for words in ("/ads off", "/ads on", "/ads auto both"):
        assert labels(await one.say(words, "may not do this", person=who)) == []
    mine = await one.say("/ads", ad_id[-4:], person=who)
    assert not any("…" in label for label in labels(mine))
    await one.considered()
    for data in ("eq:off", yes_of(card).data or ""):
        await one.forge(mine, data, person=who)
    await one.untouched()


AUTO = {
    "en": ("No ad goes offline unasked", "Ads go offline unasked"),
    "zh": ("不会自动下架广告", "自动下架"),
}


async def test_an_owner_switches_on_what_happens_unasked_and_everybody_reads_it(window: AdWindow) -> None:
    off, on = AUTO[window.language]
    await window.say(f"/language {window.language}")
    await window.say(f"/language {window.language}", person=OWNER)
    await window.remember()
    await window.say("/ads auto", off)
    card = await window.say("/ads auto both", on if window.language == "zh" else "", person=OWNER)
    assert off not in card.text
    assert off not in (await window.say("/ads auto")).text
    await window.say("/ads auto off", off, person=OWNER)
    await window.untouched()


async def test_when_the_last_one_goes_off_duty_leads_are_offered_it_with_a_button(one: AdWindow) -> None:
    ad_id = await one.begin()
    before = await one.shop.newest(LEAD)
    await one.shop.go_off_duty(OPERATOR)
    try:
        bell = await one.box.telegram.wait_for_message(LEAD, contains="🙈", after=before, timeout=20)
        assert not bell.silent and "nobody on duty" in bell.text
        await one.untouched()
        await one.press(bell, one.label("all off"))
        card = await one.hears(ad_id[-4:], after=before)
        await one.confirm(card)
        await one.shows(card, OFF["en"].format(1, 1))
        await one.only(ad_id, status=3, status_text="OFFLIN")
    finally:
        await one.shop.go_on_duty(OPERATOR)


async def test_done_unasked_where_an_owner_switched_it_on_and_told_to_leads_and_group(one: AdWindow) -> None:
    ad_id = await one.begin()
    await one.say("/language en", person=OWNER)
    await one.say("/ads auto duty", person=OWNER)
    before, group = await one.shop.newest(LEAD), await one.shop.newest(DESK_GROUP)
    await one.shop.go_off_duty(OPERATOR)
    try:
        await one.ads.wait_for_ad(ad_id, lambda ad: ad.status == "OFFLIN", "an ad taken offline", timeout=20)
        bell = await one.box.telegram.wait_for_message(LEAD, contains="📴", after=before)
        record = await one.record("📴", group)
        assert not bell.silent and "nobody on duty" in bell.text and "nobody on duty" in record.text
        await one.only(ad_id, status=3, status_text="OFFLIN")
    finally:
        await one.shop.go_on_duty(OPERATOR)
        await one.say("/ads auto off", person=OWNER)
    card = await one.say("/ads on", ad_id[-4:])
    assert f"··{BUYING[-4:]}" not in card.text
