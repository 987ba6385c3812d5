"""All ads moved at once when some cannot be read, when Gate is away, when the desk has only just started."""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.ad_edits import Wanted
from bot.domain.ad_views import MoveStanding
from bot.domain.ads import AdStatus
from bot.domain.errors import NotAllowed, Refused, Unreachable
from bot.flows import ads_all, ads_watch
from bot.flows.ads_watch import AdsWatch
from tests.flows.ad_bench import AD, BUYING, RIVAL, SECOND, Shelf, open_shelf
from tests.flows.bench import GROUP, LEAD, OWNER, notices

AWAY = Unreachable("gate", "my_ads", "away")
UNCLEAR = "A STATE NOBODY KNOWS"


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with open_shelf(tmp_path) as opened:
        yield opened


async def refused(work: Awaitable[object]) -> NotAllowed:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value


async def move(shelf: Shelf, way: str) -> MoveStanding:
    """Asked, looked at, confirmed, and carried out."""
    asked = await ads_all.begin(shelf.desk, LEAD, way)
    shelf.bench.pass_(2)
    assert asked.open_seal is not None
    try:
        await ads_all.move(shelf.desk, LEAD, asked.open_seal.id, shelf.bench.clock.now())
    finally:
        await shelf.desk.drain(10)
    return await ads_all.show(shelf.desk, LEAD, asked.move.id)


async def watch(shelf: Shelf, guard: AdsWatch, seconds: float) -> None:
    for _ in range(int(seconds // 5)):
        shelf.bench.pass_(5)
        await guard.round()
        await shelf.desk.drain(5)


def online(shelf: Shelf) -> list[str]:
    return [ad.id for ad in shelf.gate.mine if ad.status == "OPEN"]


async def test_what_cannot_be_read_is_named_in_the_question_in_the_result_and_to_the_group(shelf: Shelf) -> None:
    shelf.elsewhere(SECOND, status=UNCLEAR)
    shelf.gate.unread_ads = ("99", "")
    done = await move(shelf, "off")
    assert done.move.unread == ("", SECOND, "99") and online(shelf) == []
    assert [ad.id for ad in done.move.ads] == [AD, BUYING]
    (told,) = [one for one in await shelf.told() if one.notice == "ads_moved_all"]
    assert (told.facts["done"], told.facts["unread"]) == ("2", "3")


async def test_an_ad_that_cannot_be_read_any_more_makes_it_another_question(shelf: Shelf) -> None:
    asked = await ads_all.begin(shelf.desk, LEAD, "off")
    shelf.bench.pass_(2)
    shelf.gate.unread_ads = ("99",)
    assert asked.open_seal is not None
    tap = ads_all.move(shelf.desk, LEAD, asked.open_seal.id, shelf.bench.clock.now())
    assert (await refused(tap)).reason == "ads_moved" and shelf.posts() == []


async def test_where_none_can_be_read_none_is_called_offline(shelf: Shelf) -> None:
    for ad in list(shelf.gate.mine):
        shelf.elsewhere(ad.id, status="OFFLIN")
    assert (await refused(ads_all.begin(shelf.desk, LEAD, "off"))).reason == "ads_none_online"
    shelf.elsewhere(AD, status=UNCLEAR)
    no = await refused(ads_all.begin(shelf.desk, LEAD, "off"))
    assert (no.reason, no.facts["count"]) == ("ads_none_readable", "1")


@pytest.mark.parametrize("words", ["off", "both"])
async def test_the_watch_tells_leads_of_ads_that_it_cannot_read(shelf: Shelf, words: str) -> None:
    await ads_watch.auto(shelf.desk, OWNER, [words])
    shelf.gate.mine, shelf.gate.unread_ads = [], (AD,)
    shelf.desk.blind_since = shelf.bench.now
    await watch(shelf, AdsWatch(shelf.desk), 120)
    told = [one for one in await shelf.told() if one.notice == "ads_off_offered"]
    assert [(one.facts["online"], one.facts["unread"]) for one in told] == [("", "1")] * 2


async def test_ads_that_come_from_before_a_start_go_offline_before_every_order_was_looked_at(shelf: Shelf) -> None:
    await ads_watch.auto(shelf.desk, OWNER, ["blind"])
    shelf.desk.starting.arm({"1"}, ())
    shelf.desk.blind_since = shelf.bench.now
    await watch(shelf, AdsWatch(shelf.desk), 120)
    assert online(shelf) == [] and len(shelf.posts()) == 2
    assert notices(await shelf.told(), "ads_moved_all") == [GROUP, OWNER, LEAD]


async def test_right_after_a_start_a_lead_takes_all_offline_and_brings_none_back(shelf: Shelf) -> None:
    shelf.desk.starting.arm({"1"}, ())
    await move(shelf, "off")
    assert online(shelf) == []
    assert (await refused(ads_all.begin(shelf.desk, LEAD, "on"))).reason == "starting"


async def test_a_gate_that_is_wholly_away_is_told_once_and_tried_until_it_answers(shelf: Shelf) -> None:
    await ads_watch.auto(shelf.desk, OWNER, ["blind"])
    shelf.desk.blind_since = shelf.bench.now
    guard = AdsWatch(shelf.desk)
    shelf.gate.errors["my_ads"] = [AWAY] * 40
    await watch(shelf, guard, 120)
    assert notices(await shelf.told(), "ads_off_waits") == [OWNER, LEAD]
    await watch(shelf, AdsWatch(shelf.desk), 120)
    assert notices(await shelf.told(), "ads_off_waits") == [], "not again after a restart"
    shelf.gate.errors["my_ads"] = []
    await watch(shelf, guard, 10)
    assert online(shelf) == [] and notices(await shelf.told(), "ads_moved_all") == [GROUP, OWNER, LEAD]
    shelf.desk.blind_since = None
    await watch(shelf, guard, 10)
    shelf.desk.blind_since = shelf.bench.now
    shelf.gate.errors["my_ads"] = [AWAY] * 40
    await watch(shelf, guard, 120)
    assert notices(await shelf.told(), "ads_off_waits") == [OWNER, LEAD], "the next absence is another one"


async def test_all_that_moves_took_offline_since_the_last_one_back_come_back(shelf: Shelf) -> None:
    await move(shelf, "off")
    shelf.elsewhere(AD, status="OPEN")
    last = await move(shelf, "off")
    assert [ad.id for ad in last.move.ads] == [AD]
    back = await move(shelf, "on")
    assert [ad.id for ad in back.move.ads] == [AD, BUYING] and online(shelf) == [AD, BUYING]


async def test_who_was_taken_offline_by_hand_since_then_stays_there(shelf: Shelf) -> None:
    await move(shelf, "off")
    await move(shelf, "on")
    await shelf.act(Wanted(AD, status=AdStatus.DELISTED))
    await move(shelf, "off")
    back = await move(shelf, "on")
    assert [ad.id for ad in back.move.ads] == [BUYING]


async def test_what_could_not_be_brought_back_is_brought_back_by_the_next_one(shelf: Shelf) -> None:
    await move(shelf, "off")
    shelf.gate.errors["set_ad_status"] = [Refused("gate", "set_ad_status", code="1", detail="no", status=200)]
    await move(shelf, "on")
    (left,) = {AD, BUYING} - set(online(shelf))
    assert [ad.id for ad in (await ads_all.begin(shelf.desk, LEAD, "on")).move.ads] == [left]
    (other,) = online(shelf)
    await move(shelf, "off")
    back = await ads_all.begin(shelf.desk, LEAD, "on")
    assert {ad.id for ad in back.move.ads} == {left, other}


async def test_what_could_not_be_read_when_the_others_came_back_comes_back_later(shelf: Shelf) -> None:
    await move(shelf, "off")
    shelf.elsewhere(AD, status=UNCLEAR)
    back = await move(shelf, "on")
    assert back.move.unread == (AD,) and online(shelf) == [BUYING]
    await move(shelf, "off")
    shelf.elsewhere(AD, status="OFFLIN")
    assert [ad.id for ad in (await ads_all.begin(shelf.desk, LEAD, "on")).move.ads] == [AD, BUYING]


async def test_a_price_that_went_stale_offline_is_shown_beside_the_market(shelf: Shelf) -> None:
    await move(shelf, "off")
    shelf.gate.market = {RIVAL.side: [replace(RIVAL, price=Decimal("7.90"))]}
    asked = await ads_all.begin(shelf.desk, LEAD, "on")
    assert asked.move.far == {AD: "-8.9"}, "nobody else buys"
    assert (await ads_all.show(shelf.desk, LEAD, asked.move.id)).move == asked.move
    shelf.gate.errors["market_ads"] = [Unreachable("gate", "market_ads", "away")] * 2
    assert (await ads_all.begin(shelf.desk, LEAD, "on")).move.far == {}
