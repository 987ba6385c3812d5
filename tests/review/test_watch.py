"""One odd order, one stale answer, one set clock: none of them may cost the desk its sight."""

from dataclasses import replace

import pytest

from bot.domain.errors import Refused, Unknown, Unreachable, VenueError
from bot.flows.watch import Watch
from tests.review.stand import AT, FIRST, OPERATOR, SECOND, THIRD, Stand, an_order, row_of


def _unknown(why: str) -> Unknown:
    return Unknown("gate", "order", why=why)  # type: ignore[arg-type]


async def _known(stand: Stand, order_id: str) -> str | None:
    async with stand.desk.store.read() as tables:
        stored = await tables.orders.get(order_id)
    return stored.order.status if stored else None


@pytest.mark.parametrize("trouble", [_unknown("unreadable"), _unknown("server_error"), RuntimeError("odd")])
async def test_an_order_whose_details_cannot_be_read_hides_no_other_and_is_said_once(
    stand: Stand, trouble: Exception
) -> None:
    stand.venue.put(an_order(FIRST))
    stand.venue.put(an_order(SECOND))
    stand.venue.trouble[FIRST] = trouble
    watch = Watch(stand.desk)
    for _ in range(20):
        await watch.round()
        stand.clock.go_on(3)
    assert await _known(stand, SECOND) == "paid"
    assert stand.desk.blind_since is None and not await stand.notices("blind")
    told = {one.chat_id for one in await stand.notices("unreadable_order")}
    assert OPERATOR in told and len(await stand.notices("unreadable_order")) == len(told)
    assert stand.venue.looks.count(FIRST) < 8
    stand.venue.trouble.clear()
    stand.clock.go_on(31)
    await watch.round()
    assert await _known(stand, FIRST) == "paid"


async def test_details_that_fail_for_all_orders_are_the_venues_trouble(stand: Stand) -> None:
    for order_id in (FIRST, SECOND, THIRD):
        stand.venue.put(an_order(order_id))
        stand.venue.trouble[order_id] = _unknown("timeout")
    watch = Watch(stand.desk)
    for _ in range(8):
        await watch.round()
        stand.clock.go_on(3)
    assert stand.desk.blind_since is not None


async def test_details_that_lag_behind_the_list_do_not_swallow_the_payment(stand: Stand) -> None:
    stand.venue.put(an_order(status="unpay", paid_at=0))
    watch = Watch(stand.desk)
    await watch.round()
    await stand.hush()
    stand.venue.listed[FIRST] = row_of(an_order())  # the list says paid, the details do not yet
    await watch.round()
    assert await _known(stand, FIRST) == "unpay"
    stand.venue.put(an_order())
    await watch.round()
    assert [one.ring for one in await stand.pending(OPERATOR)] == [True]


async def test_a_list_that_disagrees_for_good_is_not_asked_about_for_ever(stand: Stand) -> None:
    stand.venue.put(an_order(status="locked"))
    stand.venue.listed[FIRST] = row_of(an_order())
    watch = Watch(stand.desk)
    for _ in range(60):
        await watch.round()
    assert len(stand.venue.looks) <= 20


@pytest.mark.parametrize("step", [-3600.0, 3600.0])
async def test_blindness_is_told_by_what_passed_and_not_by_a_clock_that_was_set(stand: Stand, step: float) -> None:
    watch = Watch(stand.desk)
    await watch.round()
    stand.venue.trouble["list"] = Unreachable("gate", "pending_orders", "ConnectError")
    stand.clock.wall += step
    await watch.round()
    assert stand.desk.blind_since is None
    stand.clock.go_on(16)
    await watch.round()
    assert stand.desk.blind_since is not None
    assert OPERATOR in {one.chat_id for one in await stand.notices("blind")}


async def test_an_order_that_left_the_list_is_asked_for_though_the_clock_was_set_back(stand: Stand) -> None:
    stand.venue.put(an_order())
    watch = Watch(stand.desk)
    await watch.round()
    stand.clock.wall -= 3600
    stand.venue.put(an_order(status="finished"))
    await watch.round()
    assert await _known(stand, FIRST) == "finished"


async def test_a_restart_does_not_forget_that_blindness_was_said(stand: Stand) -> None:
    watch = Watch(stand.desk)
    await watch.round()
    stand.venue.trouble["list"] = Unreachable("gate", "pending_orders", "ConnectError")
    stand.clock.go_on(16)
    await watch.round()
    stand.desk.blind_since, stand.desk.looked_at = None, None
    stand.venue.trouble.clear()
    again = Watch(stand.desk)
    await again.round()
    assert await stand.notices("blind_over")
    stand.desk.blind_since = None
    await stand.hush()
    await Watch(stand.desk).round()
    assert not await stand.notices("blind_over")


@pytest.mark.parametrize(
    "where, trouble", [("history", _unknown("timeout")), (SECOND, _unknown("timeout")), (SECOND, _unknown("dropped"))]
)
async def test_what_ended_while_nobody_looked_is_told_though_the_first_try_fails(
    stand: Stand, where: str, trouble: VenueError
) -> None:
    await Watch(stand.desk).round()
    stand.desk.looked_at = None
    ended = an_order(SECOND, status="cancel", created_at=AT - 10)
    stand.venue.put(ended)
    stand.venue.history = [row_of(ended)]
    stand.venue.trouble[where] = trouble
    watch = Watch(stand.desk)
    await watch.round()
    assert await _known(stand, SECOND) is None
    stand.venue.trouble.clear()
    stand.clock.go_on(3)
    await watch.round()
    assert await _known(stand, SECOND) == "cancel"


async def test_a_history_that_is_refused_does_not_keep_the_desk_blind(stand: Stand) -> None:
    watch = Watch(stand.desk)
    await watch.round()
    stand.venue.trouble["list"] = Unreachable("gate", "pending_orders", "ConnectError")
    stand.clock.go_on(16)
    await watch.round()
    stand.venue.trouble = {"history": Refused("gate", "completed_orders", code="1", detail="no", status=200)}
    await watch.round()
    assert stand.desk.blind_since is None


async def test_one_market_that_cannot_be_read_does_not_hide_the_next(stand: Stand) -> None:
    stand.desk.policy = replace(stand.desk.policy, markets=(("BTC", "CNY"), ("USDT", "CNY")))
    stand.venue.trouble["BTC"] = Refused("gate", "pending_orders", code="7", detail="no such market", status=200)
    stand.venue.put(an_order())
    await Watch(stand.desk).round()
    assert await _known(stand, FIRST) == "paid"


async def test_an_appeal_long_after_the_end_is_told_and_an_old_answer_is_not(stand: Stand) -> None:
    stand.venue.put(an_order())
    watch = Watch(stand.desk)
    await watch.round()
    stand.clock.go_on(3)
    stand.venue.put(an_order(status="finished"))
    await watch.round()
    await stand.hush()
    appealed = an_order(status="locked", in_appeal=True)
    stand.venue.put(appealed)
    stand.clock.go_on(30)
    await watch.round()
    assert await _known(stand, FIRST) == "finished" and not await stand.pending()
    stand.clock.go_on(3600)
    await watch.round()
    assert await _known(stand, FIRST) == "locked"
    assert any(one.ring for one in await stand.pending(OPERATOR))


async def test_an_order_that_left_the_list_is_asked_for_until_it_can_be_read(stand: Stand) -> None:
    stand.venue.put(an_order())
    watch = Watch(stand.desk)
    await watch.round()
    stand.venue.put(an_order(status="finished"))
    stand.venue.trouble[FIRST] = _unknown("server_error")
    for _ in range(60):
        stand.clock.go_on(3)
        await watch.round()
    stand.venue.trouble.clear()
    for _ in range(11):
        stand.clock.go_on(3)
        await watch.round()
    assert await _known(stand, FIRST) == "finished"
