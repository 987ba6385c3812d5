"""How many people a release needs: checked at start, in one line that names the setting."""

from decimal import Decimal

import pytest

from bot.settings import SettingsError, build

GOOD = {"TELEGRAM_TOKEN": "1:token", "DESK_OWNERS": "1,2"}
ALONE = GOOD | {"DESK_TWO_PEOPLE_ABOVE": "500", "SOLO_RELEASE": "delay", "SOLO_DAILY_CAP": "2000"}


def test_one_person_is_enough_until_somebody_says_otherwise() -> None:
    policy = build(GOOD).policy()
    assert policy.two_people_above is None
    assert (policy.solo_release, policy.solo_stop_seconds, policy.solo_daily_cap) == ("off", 300, Decimal(0))


def test_what_is_set_reaches_the_flows_to_the_last_digit() -> None:
    policy = build(ALONE | {"DESK_TWO_PEOPLE_ABOVE": "500.000000000000000001", "SOLO_STOP_SECONDS": "60"}).policy()
    assert policy.two_people_above == Decimal("500.000000000000000001")
    assert (policy.solo_release, policy.solo_stop_seconds, policy.solo_daily_cap) == ("delay", 60, Decimal(2000))
    assert build(GOOD | {"DESK_TWO_PEOPLE_ABOVE": "0"}).policy().two_people_above == 0


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"DESK_TWO_PEOPLE_ABOVE": ""}, "DESK_TWO_PEOPLE_ABOVE is missing"),
        ({"DESK_TWO_PEOPLE_ABOVE": "-1"}, "DESK_TWO_PEOPLE_ABOVE"),
        ({"DESK_TWO_PEOPLE_ABOVE": "many"}, "DESK_TWO_PEOPLE_ABOVE"),
        ({"DESK_TWO_PEOPLE_ABOVE": "NaN"}, "DESK_TWO_PEOPLE_ABOVE"),
        ({"SOLO_DAILY_CAP": ""}, "SOLO_DAILY_CAP"), ({"SOLO_DAILY_CAP": "500"}, "SOLO_DAILY_CAP"),
        ({"SOLO_DAILY_CAP": "-5"}, "SOLO_DAILY_CAP"), ({"SOLO_RELEASE": "now"}, "SOLO_RELEASE"),
        ({"SOLO_STOP_SECONDS": "29"}, "SOLO_STOP_SECONDS"), ({"SOLO_STOP_SECONDS": "3601"}, "SOLO_STOP_SECONDS"),
    ],
)  # fmt: skip
def test_what_could_never_work_refuses_to_start(changes: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        build(ALONE | changes)
