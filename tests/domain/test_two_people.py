"""When one yes is not enough, and whose second yes counts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.policy import Policy
from bot.domain.seals import Choice
from bot.domain.two_people import (
    Approval,
    Waiting,
    Way,
    answered_otherwise,
    check_alone,
    check_cap,
    check_second,
    due_at,
    needs_two,
    way_of,
)  # fmt: skip

POLICY = Policy(owners=frozenset({1}), markets=(("USDT", "CNY"),), two_people_above=Decimal("500"))
ALONE = replace(POLICY, solo_release="delay", solo_daily_cap=Decimal(2000))
ONE = Approval(
    "a1", "1", Action.RELEASE, 7, "s1", Decimal(1000), "USDT", 1_000, 601_000, None, Choice(method="bank"), {}
)


def refused(work: object, *args: object) -> str:
    with pytest.raises(NotAllowed) as no:
        work(*args)  # type: ignore[operator]
    return no.value.reason


@pytest.mark.parametrize(
    ("amount", "needed"), [("500.000000000000000001", True), ("500", False), ("500.00", False), ("499", False)]
)
def test_two_are_needed_strictly_above_the_amount(amount: str, needed: bool) -> None:
    assert needs_two(POLICY, Action.RELEASE, Decimal(amount)) is needed
    assert needs_two(POLICY, Action.MARK_PAID, Decimal(amount)) is needed
    assert not needs_two(replace(POLICY, two_people_above=None), Action.RELEASE, Decimal(amount))


@pytest.mark.parametrize("action", [one for one in Action if one not in (Action.RELEASE, Action.MARK_PAID)])
def test_nothing_else_needs_two(action: Action) -> None:
    assert not needs_two(POLICY, action, Decimal(10**9))


def test_how_it_goes_out() -> None:
    much, little = Decimal(501), Decimal(500)
    for has_others in (True, False):
        assert way_of(ALONE, Action.RELEASE, little, has_others=has_others) is Way.AT_ONCE
        assert way_of(ALONE, Action.CANCEL, much, has_others=has_others) is Way.AT_ONCE
    assert way_of(ALONE, Action.RELEASE, much, has_others=True) is Way.SECOND
    assert way_of(ALONE, Action.RELEASE, much, has_others=False) is Way.DELAY
    assert way_of(POLICY, Action.RELEASE, much, has_others=False) is Way.NOBODY


def test_an_asker_never_decides_alone() -> None:
    for way in Way:
        if way in (Way.AT_ONCE, Way.DELAY):
            assert refused(check_alone, POLICY, way, True) == "asked_by_you"
            check_alone(POLICY, way, False)
        elif way is Way.SECOND:
            check_alone(POLICY, way, True)
        else:
            assert refused(check_alone, POLICY, way, True) == "nobody_second"
            assert refused(check_alone, POLICY, way, False) == "nobody_second"


def test_the_second_is_somebody_else_in_time() -> None:
    check_second(ONE, 8, 1_000)
    check_second(ONE, 8, 600_999)
    assert refused(check_second, ONE, 7, 1_000) == "own_approval"
    assert refused(check_second, ONE, 8, 601_000) == "approval_expired"
    assert refused(check_second, ONE, 8, 999) == "approval_expired"  # a clock that was set back
    assert refused(check_second, replace(ONE, ended_at=2_000, why="refused"), 8, 3_000) == "approval_over"
    assert refused(check_second, replace(ONE, due_at=5_000), 8, 3_000) == "already_armed"
    assert refused(check_second, replace(ONE, due_at=5_000), 7, 3_000) == "already_armed"


def test_the_second_says_the_same_or_nothing() -> None:
    assert answered_otherwise(ONE, Choice()) == ()
    assert answered_otherwise(ONE, Choice(method="bank", requester=4)) == ()
    assert answered_otherwise(ONE, Choice(method="alipay")) == ("method",)
    assert answered_otherwise(ONE, Choice(reason="1")) == ("reason",)


def test_the_cap_is_kept_to_the_last_digit() -> None:
    check_cap(ALONE, Decimal(1000), Decimal(1000))
    assert refused(check_cap, ALONE, Decimal(1000), Decimal("1000.000000000000000001")) == "solo_cap"
    assert refused(check_cap, POLICY, Decimal("0.01"), Decimal(0)) == "solo_cap"


def test_when_what_is_armed_goes_out() -> None:
    now = 1_000_000
    assert due_at(ALONE, Action.RELEASE, now, 1_001) == now + 300_000
    assert due_at(ALONE, Action.MARK_PAID, now, 0) == now + 300_000
    assert due_at(ALONE, Action.MARK_PAID, now, 1_200) == 1_140_000
    assert due_at(ALONE, Action.MARK_PAID, now, 1_001) == now + 10_000


def test_what_a_confirm_led_to_is_about_an_order() -> None:
    assert Waiting(ONE).target == "1"
    assert replace(POLICY, approval_seconds=90).second_seconds == 450
