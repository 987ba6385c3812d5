"""Every fault does its work on what changes ads, and the log of ad posts tells what came and what became of it."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.sandbox.gate.ads_hand import NEW, PUBLISH, SALE, detail, hand_of, rows
from tests.sandbox.gate.desk import Desk

STATUS = "ads_update_status"
EDIT = {**NEW, "type": "2", "oid": SALE, "unitPrice": "7.33"}
BODIES: dict[str, dict[str, Any]] = {
    "new": {**NEW, "unitPrice": "7.33"},
    "edit": EDIT,
    "status": {"adv_no": int(SALE), "adv_status": 3},
}


async def fault(desk: Desk, endpoint: str, kind: str, **more: Any) -> None:
    await desk.control("faults", {"endpoint": endpoint, "kind": kind, **more})


async def changes(desk: Desk, what: str) -> int:
    """How often the venue did it."""
    ads = await hand_of(desk).mine()
    if what == "status":
        return sum(ad.status == "OFFLIN" for ad in ads)
    return sum(ad.price == "7.33" for ad in ads)


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize(
    ("kind", "error", "status", "times", "outcome"),
    [
        ("drop_before", httpx.RemoteProtocolError, 0, 0, "dropped"),
        ("act_and_drop", httpx.RemoteProtocolError, 0, 1, "acted and dropped"),
        ("reset", httpx.ReadError, 0, 0, "reset"),
        ("error_500", None, 500, 0, "answered 500"),
        ("act_and_500", None, 500, 1, "acted and answered 500"),
        ("429", None, 429, 0, "answered 429"),
        ("html", None, 502, 0, "answered html"),
        ("truncated", None, 200, 1, "acted and answered truncated"),
        ("refuse", None, 200, 0, "refused"),
        ("label:READ_ONLY", None, 403, 0, "answered label:READ_ONLY"),
    ],
)
async def test_a_spoilt_answer(
    desk: Desk, what: str, kind: str, error: type[Exception] | None, status: int, times: int, outcome: str
) -> None:
    endpoint = STATUS if what == "status" else PUBLISH
    await fault(desk, endpoint, kind)
    if error is not None:
        with pytest.raises(error):
            await desk.post(endpoint, BODIES[what])
    else:
        assert (await desk.post(endpoint, BODIES[what])).status_code == status
    (post,) = await hand_of(desk).posts()
    assert (await changes(desk, what), post.acted, post.outcome) == (times, bool(times), outcome)
    assert (post.endpoint, post.body, json.loads(post.raw)) == (endpoint, BODIES[what], BODIES[what])


@pytest.mark.parametrize("what", BODIES)
async def test_an_act_may_come_late_or_the_answer_slowly(desk: Desk, what: str) -> None:
    endpoint = STATUS if what == "status" else PUBLISH
    await fault(desk, endpoint, "act_late", seconds=0.2)
    with pytest.raises(httpx.RemoteProtocolError):
        await desk.post(endpoint, BODIES[what])
    assert await changes(desk, what) == 0
    await asyncio.sleep(0.3)
    (post,) = await hand_of(desk).posts()
    assert (await changes(desk, what), post.outcome) == (1, "acted late")
    await fault(desk, endpoint, "delay", seconds=0.2)
    waiting = asyncio.create_task(desk.post(endpoint, BODIES[what]))
    await asyncio.sleep(0.1)
    assert (await hand_of(desk).posts())[-1].outcome == "waiting"
    assert (await waiting).json()["code"] == 0


async def test_the_log_names_the_ad_that_was_made_or_changed(desk: Desk) -> None:
    hand = hand_of(desk)
    for name, what in ((PUBLISH, "new"), (PUBLISH, "edit"), (STATUS, "status")):
        await desk.call(name, BODIES[what])
    await desk.call("set_merchant_work_hours", {"work_status": 0})
    new = max(await rows(desk))
    assert [(post.id, post.ad_id) for post in await hand.posts()] == [("", new), (SALE, SALE), (SALE, SALE)]
    assert [post.n for post in await hand.posts(ad_id=new)] == [1]
    (hours,) = await hand.posts("set_merchant_work_hours")
    assert hours.body == {"work_status": 0}
    assert [post.endpoint for post in await hand.posts(STATUS)] == [STATUS]


@pytest.mark.parametrize("of", ["desk", "anyone"])
async def test_a_replica_may_lag_behind_a_change_or_a_new_ad(desk: Desk, of: str) -> None:
    await hand_of(desk).edit_from_app(SALE, trade_tips="by a colleague")
    await desk.call(PUBLISH, EDIT)
    await desk.call(PUBLISH, NEW)
    new = max(await rows(desk))
    for endpoint in ("ads_detail", "my_ads_list"):
        await fault(desk, endpoint, "stale", of=of, times=1)
    seen = await rows(desk)
    assert (new in seen, seen[SALE]["rate"], seen[SALE]["trade_tips"]) == (False, "7.20", "by a colleague")
    assert (await detail(desk, SALE))["rate"] == "7.20"
    assert (await detail(desk, SALE))["rate"] == (await rows(desk))[SALE]["rate"] == "7.33"  # used up


async def test_a_colleagues_change_is_no_past_of_the_desk(desk: Desk) -> None:
    await hand_of(desk).edit_from_app(SALE, price="7.40")
    await fault(desk, "ads_detail", "stale", of="desk")
    assert (await detail(desk, SALE))["rate"] == "7.40"
    await desk.client.delete(f"{desk.control_url}/control/gate/faults")
    await fault(desk, "ads_detail", "stale", of="anyone")
    assert (await detail(desk, SALE))["rate"] == "7.20"
