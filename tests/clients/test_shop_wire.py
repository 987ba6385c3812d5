"""Profiles with everything the contract gives, with nothing, and with what it never gives."""

from typing import Any

import pytest

from bot.clients.gate_c2c.wire_accounts import read_own_profile, read_profile
from bot.domain.accounts import WorkHours
from tests.clients.test_gate_wire_orders import answer

BARE = {"biz_uid": "them"}


def test_a_counterparty_is_read_whole() -> None:
    found = read_profile(answer("get_counterparty_user_info"))
    assert (found.registered_on, found.registered_days, found.first_trade_days) == ("2025/06/18", 95, 40)
    assert (found.completed, found.completed_month, found.as_buyer, found.as_seller) == (9, 3, 8, 1)
    assert (found.confirm_time, found.cancels_month) == ("410", "2")
    assert (found.has_email, found.has_phone, found.is_verified) == (True, True, True)
    assert (found.is_followed, found.has_traded, found.note) == (False, False, "")


def test_what_is_not_there_is_not_taken_for_no_or_nought() -> None:
    found = read_profile(BARE)
    assert (found.first_trade_days, found.as_buyer, found.as_seller) == (None, None, None)
    assert (found.has_email, found.has_phone, found.is_followed) == (None, None, None)
    assert (found.registered_on, found.confirm_time, found.cancels_month) == ("", "", "")


@pytest.mark.parametrize(
    "odd", [{"first_trade_days": "many"}, {"has_phone": "maybe"}, {"transactions_used_time": {}}, {"user_note": []}]
)
def test_an_odd_figure_hides_no_profile(odd: dict[str, Any]) -> None:
    assert read_profile(BARE | odd).id == "them"


def test_of_ourselves_what_gate_does_not_say_is_unsaid() -> None:
    own = read_own_profile({"biz_uid": "us"})
    assert (own.working, own.is_online, own.needs_margin, own.hours) == (-1, None, None, None)
    odd = read_own_profile({"biz_uid": "us", "work_status": "later", "online_status": "?", "need_replenish": []})
    assert (odd.working, odd.is_online, odd.needs_margin) == (-1, None, None)


@pytest.mark.parametrize("needs", [1, "1", True, 2])
def test_a_margin_that_is_needed_is_seen_however_it_is_written(needs: Any) -> None:
    assert read_own_profile({"biz_uid": "us", "need_replenish": needs}).needs_margin is True


@pytest.mark.parametrize("layout", [{}, [], None, {"from": 9}, {"start_time": ""}])
def test_hours_of_another_layout_are_none(layout: Any) -> None:
    assert read_own_profile({"biz_uid": "us", "work_status": 3, "work_hours": layout}).hours is None


def test_hours_are_read_as_they_are_set() -> None:
    hours = {"cycle_type": "Daily", "day_of_week": "", "time_zone": "+8", "start_time": "09:00", "end_time": "18:00"}
    own = read_own_profile({"biz_uid": "us", "work_hours": hours})
    assert own.hours == WorkHours("Daily", (), "+8", "09:00", "18:00")
