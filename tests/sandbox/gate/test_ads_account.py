"""The own account: work, margin and payment methods are set by hand, and shown as the contract says."""

import pytest

from tests.sandbox.gate.ads_hand import hand_of
from tests.sandbox.gate.desk import Desk
from tests.support.controls import SandboxError


async def test_margin_and_online_state_are_bent(desk: Desk) -> None:
    hand = hand_of(desk)
    await hand.profile(need_replenish=1, online_status=0, complete_rate_month=91.5)
    await hand.work(0)
    info = await desk.call("get_user_info")
    assert (info["need_replenish"], info["online_status"], info["work_status"]) == (1, 0, 0)
    await hand.work(2, {"odd": ["layout"]})
    assert (await desk.call("get_user_info"))["work_hours"] == {"odd": ["layout"]}


async def test_custom_hours_end_by_themselves(desk: Desk) -> None:
    monday_noon = 1789992000 - desk.venue.wall_clock()
    desk.venue.offset = monday_noon
    hours = {"cycle_type": "Weekly", "day_of_week": "1", "time_zone": "0", "start_time": "11:00", "end_time": "13:00"}
    await hand_of(desk).work(3, {"work_status": 2, **hours})
    venue = desk.venue
    for shift, status in ((0, 3), (2 * 3600, 2), (24 * 3600, 2)):
        venue.offset = monday_noon + shift
        answer = await desk.post("get_user_info", at=venue.now())
        assert answer.json()["data"]["work_status"] == status


async def test_own_methods_are_set_masked_and_may_be_of_a_kind_nobody_knows(desk: Desk) -> None:
    hand = hand_of(desk)
    await hand.set_methods({"id": 31, "pay_type": "bank", "account": "6222020000001111", "bank_name": "ICBC"})
    await hand.add_method(32, "bank", "6222020000002222")
    await hand.add_method(2147483650, "paylah", "88887777", fiats=["SGD"])
    bank, odd = await desk.call("get_myself_payment", {})
    assert (bank["ids"], [each["bankaddr"] for each in bank["list"]]) == ([31, 32], ["****1111", "****2222"])
    assert (odd["pay_type"], odd["pay_name"], odd["ids"]) == ("paylah", "paylah", [2147483650])
    assert [row["pay_type"] for row in await desk.call("get_myself_payment", {"fiat": "CNY"})] == ["bank"]
    await desk.control("variants", {"ids_as_strings": True})
    assert (await desk.call("get_myself_payment", {}))[1]["ids"] == ["2147483650"]
    for wrong in ({"methods": [{"id": 1}]}, {"colour": "red"}, {"work_status": "x"}):
        with pytest.raises(SandboxError):
            await hand._controls.post("gate/account", wrong)
