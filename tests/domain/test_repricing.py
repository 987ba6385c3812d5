"""Where a rule puts a price: cases that people would argue about, one by one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.ads import Ad, Demands, Floating, LimitBasis, MarketAd, Reference
from bot.domain.orders import Side
from bot.domain.repricing import Aim, Decision, Rule, Why, decide, drift, is_adrift, largest_order, price_step

NOW = 1_790_000_000_000
OURS = Ad(
    id="2130000011", side=Side.SELL, asset="USDT", fiat="CNY", price=Decimal("7.25"), amount=Decimal(1000),
    total=Decimal(1000), locked=Decimal(0), least=Decimal(10), most=Decimal(500), fiat_least=None, fiat_most=None,
    basis=LimitBasis.CRYPTO, status="OPEN", created_at=0, method_ids={}, floating=None, expire_minutes=15, terms="",
    auto_reply="", demands=Demands(),
)  # fmt: skip
BUYING = replace(OURS, side=Side.BUY, price=Decimal("7.10"))
FOLLOW = Rule(Aim.RANK, Decimal("7.00"), Decimal("7.50"))
CUT = replace(FOLLOW, aim=Aim.UNDERCUT, step=Decimal("0.01"))


def other(price: str, number: int = 0, **facts: object) -> MarketAd:
    plain = MarketAd(
        str(number or int(Decimal(price) * 10_000)), 1, Side.SELL, "USDT", "CNY", Decimal(price), Decimal(1000),
        Decimal(10), Decimal(500), None, None, "nick", (),
    )  # fmt: skip
    return replace(plain, **facts)  # type: ignore[arg-type]


def ours(ad: Ad = OURS) -> MarketAd:
    return other(str(ad.price), int(ad.id), side=ad.side)


def decided(rule: Rule, *prices: str, ad: Ad = OURS) -> Decision:
    market = [ours(ad), *(other(price, number, side=ad.side) for number, price in enumerate(prices, start=1))]
    return decide(rule, ad, market, {ad.id}, NOW)


def test_rank_one_is_the_price_of_the_best_other_and_rank_three_that_of_the_third() -> None:
    assert decided(FOLLOW, "7.21", "7.20", "7.22") == Decision(
        Decimal("7.20"), Why.AIM, decided(FOLLOW, "7.22", "7.21", "7.20").seen
    )
    assert decided(replace(FOLLOW, rank=3), "7.21", "7.20", "7.22").price == Decimal("7.22")


def test_a_buyers_best_is_the_highest_and_undercutting_pays_more() -> None:
    assert decided(FOLLOW, "7.12", "7.15", "7.14", ad=BUYING).price == Decimal("7.15")
    assert decided(CUT, "7.12", "7.15", "7.14", ad=BUYING).price == Decimal("7.16")


def test_undercutting_is_better_than_the_best_by_the_step_and_goes_back_up_when_the_best_does() -> None:
    assert decided(CUT, "7.20", "7.22").price == Decimal("7.19")
    assert decided(CUT, "7.40", "7.42").price == Decimal("7.39")
    assert decided(CUT, "7.26", "7.27").why is Why.THERE


def test_who_is_ahead_already_gives_nothing_more_away_for_the_whole_step() -> None:
    wide = replace(CUT, step=Decimal("0.05"))
    assert decided(wide, "7.27", "7.28").why is Why.THERE
    assert decided(wide, "7.25", "7.28").price == Decimal("7.20")


def test_the_bound_holds_and_a_price_at_it_is_only_given_for_a_better_place() -> None:
    bound = replace(CUT, floor=Decimal("7.22"))
    assert decided(bound, "7.10", "7.23") == Decision(Decimal("7.22"), Why.BOUND, decided(bound, "7.10", "7.23").seen)
    assert decided(bound, "7.10", "7.12").why is Why.NO_GAIN
    assert decided(bound, "7.10", "7.12", ad=replace(OURS, price=Decimal("7.22"))).why is Why.AT_BOUND
    assert decided(replace(CUT, ceiling=Decimal("7.30")), "7.40", "7.42").price == Decimal("7.30")


def test_a_buyer_is_bound_above() -> None:
    bound = replace(CUT, ceiling=Decimal("7.12"))
    assert decided(bound, "7.20", "7.11", ad=BUYING).price == Decimal("7.12")
    assert decided(bound, "7.20", "7.19", ad=BUYING).why is Why.NO_GAIN


def test_a_price_outside_its_bounds_is_brought_into_them() -> None:
    assert decided(replace(FOLLOW, floor=Decimal("7.30")), "7.20", "7.21").price == Decimal("7.30")
    assert decided(replace(FOLLOW, ceiling=Decimal("7.15")), "7.40", "7.41").price == Decimal("7.15")


def test_traps_small_surpluses_narrow_limits_and_our_own_ads_do_not_count() -> None:
    rule = replace(CUT, least_surplus=Decimal(100), least_order=Decimal(1000))
    market = [
        ours(),
        other("6.50"),
        other("7.19", amount=Decimal("99.99")),
        other("7.18", amount=None),
        other("7.17", fiat_most=Decimal("999.99")),
        other("7.16", 777),
        other("7.21"),
        other("7.22"),
        other("7.23"),
    ]
    found = decide(rule, OURS, market, {OURS.id, "777"}, NOW)
    assert (found.price, found.seen.best) == (Decimal("7.20"), Decimal("7.21"))
    assert (found.seen.traps, found.seen.small, found.seen.narrow, found.seen.counted) == (1, 2, 1, 3)


def test_two_others_who_are_far_apart_are_both_no_market() -> None:
    assert decided(FOLLOW, "5.00", "7.20").why is Why.TOO_FEW


def test_fewer_others_than_the_rank_move_nothing() -> None:
    assert decided(replace(FOLLOW, rank=3), "7.20", "7.21").why is Why.TOO_FEW


def test_a_market_without_others_or_without_our_ad_is_none_to_rest_on() -> None:
    assert decided(FOLLOW).why is Why.EMPTY
    assert decide(FOLLOW, OURS, [], {OURS.id}, NOW).why is Why.NOT_LISTED
    assert decide(FOLLOW, OURS, [other("7.20")], {OURS.id}, NOW).why is Why.NOT_LISTED


@pytest.mark.parametrize("status", ["OFFLIN", "CLOSED", "3", "odd"])
def test_an_ad_that_is_not_online_or_floats_is_left_alone(status: str) -> None:
    assert decided(FOLLOW, "7.20", ad=replace(OURS, status=status)).why is Why.OFFLINE
    floating = Floating(Reference.GATE, Decimal(1), False)
    assert decided(FOLLOW, "7.20", ad=replace(OURS, floating=floating)).why is Why.FLOATS


def test_ads_of_another_pair_side_or_without_a_price_do_not_count() -> None:
    odd = [other("7.20", fiat="HKD"), other("7.20", asset="BTC"), other("7.20", side=Side.BUY), other("0")]
    assert decide(FOLLOW, OURS, [ours(), *odd], {OURS.id}, NOW).why is Why.EMPTY


def test_within_the_interval_nothing_moves_and_a_clock_set_back_holds_nothing_up() -> None:
    just = replace(FOLLOW, moved_at=NOW - 59_999)
    assert decided(just, "7.20").why is Why.TOO_SOON
    assert decided(replace(just, moved_at=NOW - 60_000), "7.20").price == Decimal("7.20")
    assert decided(replace(just, moved_at=NOW + 1), "7.20").price == Decimal("7.20")


def test_a_price_between_two_steps_is_followed_towards_the_better_place() -> None:
    assert decided(FOLLOW, "7.2068").price == Decimal("7.20")
    assert decided(FOLLOW, "7.1568", ad=BUYING).price == Decimal("7.16")
    fine = replace(OURS, price=Decimal("7.2510"))
    assert decided(FOLLOW, "7.2068", ad=fine).price == Decimal("7.206")
    narrow = replace(FOLLOW, floor=Decimal("7.2001"), ceiling=Decimal("7.2009"))
    assert decided(narrow, "7.20").why is Why.NO_PLACE


@pytest.mark.parametrize(("price", "step"), [("7.2", "0.01"), ("7", "0.01"), ("7.2500", "0.01"), ("7.251", "0.001"),
                                             ("70000", "0.01"), ("0.00012345", "0.00000001")])  # fmt: skip
def test_a_step_is_a_cent_or_the_finest_place_of_our_price(price: str, step: str) -> None:
    assert price_step(Decimal(price)) == Decimal(step)


def test_the_largest_order_is_the_narrowest_of_what_is_told() -> None:
    assert largest_order(other("7", most=Decimal(100), amount=Decimal(50), fiat_most=Decimal(400))) == 350
    assert largest_order(other("7", most=Decimal(100), amount=Decimal(500), fiat_most=Decimal(600))) == 600
    assert largest_order(other("7", most=None, amount=None)) is None


def test_how_far_our_price_is_from_the_best_is_told_with_its_sign() -> None:
    rule = replace(FOLLOW, band_percent=Decimal("0.5"))
    market = [ours(), other("7.20"), other("7.21"), other("5.00")]
    off = drift(rule, OURS, market, {OURS.id})
    assert off == Decimal("0.69") and is_adrift(rule, off)
    assert drift(rule, replace(OURS, price=Decimal("7.18")), market, {OURS.id}) == Decimal("-0.28")
    assert not is_adrift(rule, Decimal("-0.50")) and not is_adrift(FOLLOW, Decimal(90))
    assert drift(rule, OURS, [ours()], {OURS.id}) is None
