"""The market of others: it stands still, moves by a seed, is bent by hand, and answers what it is told to answer."""

from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.gate import GateVenue
from bot.sandbox.gate.market import MOST_STEPS_AT_ONCE
from bot.sandbox.gate.market_walk import FEWEST, MOST
from tests.sandbox.gate.ads_hand import NEW, PUBLISH, SALE, detail, hand_of, prices, rows
from tests.sandbox.gate.desk import Desk
from tests.support.controls import SandboxError

MARKET = {"asset": "USDT", "fiat_unit": "CNY", "trade_type": "sell"}


def walked(seed: int, steps: int) -> list[tuple[str, str, str]]:
    venue = GateVenue(wall_clock=lambda: 1790000000.0)
    venue.market.reseed(seed)
    venue.market.move(steps)
    return [(event["kind"], event["nick"], event["price"]) for event in venue.market.events]


def test_the_same_seed_gives_the_same_steps_and_another_seed_others() -> None:
    assert walked(7, 50) == walked(7, 50) != walked(8, 50)


@pytest.mark.parametrize("seed", range(20))
def test_a_long_walk_keeps_a_market_that_one_can_trade_in(seed: int) -> None:
    venue = GateVenue()
    venue.market.reseed(seed)
    kinds = set()
    for _ in range(200):
        venue.market.move(1)
        kinds |= {event["kind"] for event in venue.market.events}
        reference = venue.market.references["USDT", "CNY"]
        for side in ("sell", "buy"):
            others = venue.market.others(side, "USDT", "CNY")
            assert FEWEST - 1 <= len(others) <= MOST + 1
            honest = [ad for ad in others if ad.id not in venue.market.traps]
            assert all(abs(Decimal(ad.price) / reference - 1) < Decimal("0.05") for ad in honest)
            assert all(Decimal(ad.min_amount) > 0 and Decimal(ad.amount) > 0 for ad in others)
    assert kinds >= {"price", "trade", "join", "leave", "sold_out", "undercut"}
    assert all(ad.nick != "desk_one" for ad in venue.market.rivals.values())


def test_the_market_stands_still_until_it_has_a_pace_and_stops_when_it_has_none() -> None:
    moment = [1790000000.0]
    venue = GateVenue(wall_clock=lambda: moment[0])
    for pace, seconds, steps in ((0, 60, 0), (5, 4, 0), (5, 22, 4), (0, 600, 4), (1, 100_000, 4 + MOST_STEPS_AT_ONCE)):
        venue.market.set_pace(pace)
        moment[0] += seconds
        venue.tick()
        assert venue.market.steps == steps


async def test_both_sides_are_sorted_by_price_as_their_advertisers_side_says(desk: Desk) -> None:
    hand = hand_of(desk)
    await hand.move(30)
    selling, buying = [[Decimal(each) for each in await prices(desk, side)] for side in ("sell", "buy")]
    assert selling == sorted(selling) and buying == sorted(buying, reverse=True)
    assert [row["index"] for row in await desk.call("ads_list", MARKET)] == list(range(1, len(selling) + 1))
    assert len({row.nick for row in await hand.side()}) > 3


async def test_rivals_are_added_changed_and_removed_by_hand(desk: Desk) -> None:
    hand = hand_of(desk)
    one = await hand.add_rival(price="7.15", nick="jade_12", amount="300.00", max_amount="300", pay_types=["wechat"])
    top = (await desk.call("ads_list", MARKET))[0]
    assert (top["nick_name"], top["surplus_amount"], top["fiat_max_amount"]) == ("jade_12", "300.00", "2145.00")
    assert [each["pay_type"] for each in top["trade_methods"]] == ["wechat"]
    await hand.change_rival(one.id, price="7.30")
    assert (await hand.rivals())[-1].id == one.id
    await hand.remove_rival(one.id)
    assert one.id not in [row.id for row in await hand.rivals()]
    for wrong in ({"colour": "red"}, {"price": "0"}, {"price": "cheap"}):
        with pytest.raises(SandboxError):
            await hand.add_rival(**{"price": "7.15", **wrong})


async def test_newcomers_cross_the_width_of_an_int32(desk: Desk) -> None:
    hand = hand_of(desk)
    ids = [int((await hand.add_rival()).id) for _ in range(10)]
    assert min(ids) < 2**31 <= max(ids)


async def test_a_rival_undercuts_us_and_a_trap_lures(desk: Desk) -> None:
    hand = hand_of(desk)
    assert [str((await hand.undercut(side)).price) for side in ("sell", "buy")] == ["7.19", "7.11"]
    await hand.clear_rivals()
    assert (await hand.undercut(ad_id=SALE)).price == Decimal("7.19")
    trap = await hand.trap()
    assert (trap.is_trap, trap.amount) == (True, Decimal(3)) and trap.price < Decimal("6.5")
    assert (await hand.trap("buy", price="9.99", amount="0.5")).price == Decimal("9.99")
    assert await prices(desk) == [str(trap.price), "7.19", "7.20"]


async def test_an_answer_may_be_old_or_empty_while_the_truth_moves(desk: Desk) -> None:
    hand = hand_of(desk)
    before = await prices(desk)
    await hand.answers("stale")
    await hand.add_rival(price="7.01")
    await hand.edit_from_app(SALE, price="7.02")
    assert await prices(desk) == before
    assert [str(row.price) for row in await hand.side()][:2] == ["7.01", "7.02"]
    await hand.answers("empty")
    assert await prices(desk) == []
    await hand.answers("live")
    assert (await prices(desk))[:2] == ["7.01", "7.02"]
    with pytest.raises(SandboxError):
        await hand.answers("asleep")


async def test_floating_ads_follow_the_reference(desk: Desk) -> None:
    hand = hand_of(desk)
    floating = {"rateFixed": "0", "rateReferenceId": "3", "rateOffset": "1", "float_trend": "0"}
    await desk.call(PUBLISH, {**NEW, **floating})
    number = max(await rows(desk))
    assert (await rows(desk))[number]["rate"] == "7.22"
    await hand.reference("7.30")
    shown: Any = await detail(desk, number)
    assert (shown["rate"], shown["fiat_min_amount"], shown["rate_offset"]) == ("7.37", "368.50", 1)
    assert (await rows(desk))[SALE]["rate"] == "7.20"


async def test_a_market_may_be_cut_off_after_some_rows(desk: Desk) -> None:
    await desk.control("variants", {"market_rows": 1})
    assert await prices(desk) == ["7.19"]
