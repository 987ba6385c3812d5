"""What the OTC desk says and settles nothing by: refusals without proof, words nobody knows, orders without an end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import Refused, Unreachable
from bot.domain.intents import State
from bot.flows import off_ramp_follow, off_ramp_view
from bot.flows.following import FAILED_LOOKS, RETRY_AFTER_SECONDS, STUCK_SECONDS
from tests.flows.bench import GROUP, LEAD, OWNER, VIEWER
from tests.flows.off_ramp_bench import SUCCESS, Sale, open_sale, refusal
from tests.support.fake_otc import LOST_ORDER

AWAY = Unreachable("gate_pay", "off_ramp_order", "x")


@pytest.fixture
async def sale(tmp_path: Path) -> AsyncIterator[Sale]:
    async with open_sale(tmp_path) as opened:
        yield opened


async def taken(sale: Sale) -> str:
    intent = await sale.act()
    assert intent.state is State.TAKEN
    return intent.id


@pytest.mark.parametrize("code", ["550311", "550018", "400003", "400020", "5503001", "999999"])
async def test_a_detail_that_refuses_for_another_reason_proves_no_absence(sale: Sale, code: str) -> None:
    intent = await sale.fail(LOST_ORDER, acts=False)
    sale.otc.errors["order"] = [refusal(code)] * 100
    for _ in range(10):
        await sale.look(62)
    assert await sale.state(intent.id) is State.UNKNOWN and (await sale.bench.intent(intent.id)).looks == 0


@pytest.mark.parametrize("code", ["550175", "400001"])
async def test_a_detail_that_knows_none_or_not_our_number_counts_behind_a_whole_list(sale: Sale, code: str) -> None:
    intent = await sale.fail(LOST_ORDER, acts=False)
    sale.otc.errors["order"] = [refusal(code)] * 100
    for _ in range(4):
        await sale.look(62)
    assert await sale.state(intent.id) is State.VOID


async def test_a_throttled_detail_proves_no_absence(sale: Sale) -> None:
    intent = await sale.fail(LOST_ORDER, acts=False)
    throttled = Refused("gate_pay", "off_ramp_order", code="400001", detail="slow down", status=429)
    sale.otc.errors["order"] = [throttled] * 100
    for _ in range(6):
        await sale.look(62)
    assert await sale.state(intent.id) is State.UNKNOWN


@pytest.mark.parametrize("word", ["REFUNDED", "CANCELLED"])
@pytest.mark.parametrize("before", ["PROCESSING", "DISPATCHED"])
async def test_a_word_nobody_knows_is_shown_beside_the_status_and_told_to_owners_once(
    sale: Sale, before: str, word: str
) -> None:
    sale.otc.status = before
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status=word)
    for _ in range(3):
        await sale.look(3600)
    standing = await off_ramp_view.show(sale.desk, VIEWER, off_ramp_id)
    assert (standing.off_ramp.status, standing.odd_status) == (before, word)
    assert await sale.state(off_ramp_id) is State.TAKEN, "and it is followed on"
    told = await sale.notices("otc_odd")
    assert sorted(one.chat_id for one in told) == sorted((GROUP, OWNER)) and told[0].facts["status"] == word
    (line,) = await sale.lines("otc_odd")
    assert line.facts["status"] == word


async def test_a_word_that_gate_takes_back_is_shown_no_more_and_not_told_again(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    for word in ("REFUNDED", "PROCESSING", "REFUNDED", "DISPATCHED"):
        sale.otc.order_is(status=word)
        await off_ramp_follow.look_now(sale.desk, LEAD, off_ramp_id)
        shown = (await off_ramp_view.show(sale.desk, LEAD, off_ramp_id)).odd_status
        assert shown == (word if word == "REFUNDED" else "")
    assert len(await sale.notices("otc_odd", OWNER)) == 1
    sale.otc.order_is(status="RETURNED")
    await off_ramp_follow.look_now(sale.desk, LEAD, off_ramp_id)
    assert [one.facts["status"] for one in await sale.notices("otc_odd", OWNER)] == ["REFUNDED", "RETURNED"]


async def test_an_odd_first_word_is_told_to_owners_too(sale: Sale) -> None:
    sale.otc.status = "REJECTED"
    await taken(sale)
    (told,) = await sale.notices("otc_odd", OWNER)
    assert told.facts["status"] == "REJECTED"


@pytest.mark.parametrize("word", ["REFUNDED", "FAIL"])
async def test_another_word_after_the_end_is_told_and_takes_nothing_back(sale: Sale, word: str) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status="DONE")
    await sale.look(10)
    order = sale.otc.order_is(status=word)
    await off_ramp_follow.hinted(sale.desk, order_id=order.id, client_order_id=order.client_order_id)
    assert await sale.state(off_ramp_id) is State.DONE and (await sale.stored(off_ramp_id)).status == "DONE"
    (told,) = await sale.notices("otc_odd", OWNER)
    assert told.facts["status"] == word


async def test_what_gate_says_later_than_it_was_is_not_odd(sale: Sale) -> None:
    await taken(sale)
    for word in ("DISPATCHED", "PROCESSING", "DONE", "DISPATCHED"):
        sale.otc.order_is(status=word)
        await sale.call(SUCCESS)
        await sale.look(3600)
    assert await sale.notices("otc_odd") == []


async def test_owners_hear_once_of_an_order_that_gate_ends_not_for_a_day(sale: Sale) -> None:
    intent = await sale.act()
    await sale.look(STUCK_SECONDS - 10)
    assert await sale.notices("otc_stuck") == []
    for _ in range(3):
        await sale.look(3600)
    told = await sale.notices("otc_stuck")
    assert sorted(one.chat_id for one in told) == sorted((GROUP, OWNER))
    assert (told[0].facts["since"], told[0].facts["status"]) == (str(intent.sent_at), "PROCESSING")


async def test_owners_hear_once_of_an_order_that_cannot_be_looked_at(sale: Sale) -> None:
    await taken(sale)
    sale.otc.errors["order"] = [refusal("5503001")] * 100
    for number in range(FAILED_LOOKS):
        assert await sale.notices("otc_stuck") == [], number
        await sale.look(1801)
    for _ in range(5):
        await sale.look(1801)
    assert len(await sale.notices("otc_stuck", OWNER)) == 1


async def test_a_look_between_failures_begins_the_count_anew(sale: Sale) -> None:
    await taken(sale)
    for _ in range(2):
        sale.otc.errors["order"] = [AWAY] * (FAILED_LOOKS - 1)
        for _ in range(FAILED_LOOKS):
            await sale.look(1801)
    assert await sale.notices("otc_stuck") == []


async def test_looks_that_fail_come_at_growing_pauses(sale: Sale) -> None:
    await taken(sale)
    sale.otc.errors["order"] = [AWAY] * 1000
    waits, since = [], sale.bench.now + 5000
    for _ in range(500):
        looks = sale.otc.count("order")
        await sale.look(5)
        if sale.otc.count("order") > looks:
            waits.append((sale.bench.now - since) // 1000)
            since = sale.bench.now
    assert waits[1:7] == list(RETRY_AFTER_SECONDS[:6])


async def test_looks_for_an_outcome_nobody_knows_stay_a_minute_apart_though_they_fail(sale: Sale) -> None:
    intent = await sale.fail(LOST_ORDER, acts=False)
    sale.otc.errors["find"] = [AWAY] * 1000
    for _ in range(200):
        await sale.look(60)
    assert sale.otc.count("find") > 150 and await sale.state(intent.id) is State.UNKNOWN
