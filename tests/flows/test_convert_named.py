"""An answer of which only the order's number can be read: that order is followed, and no repeat is offered."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import Refused, Unknown, Unreachable, VenueError
from bot.domain.intents import State
from bot.flows import convert_again, convert_follow, convert_view
from tests.flows.bench import LEAD, OPERATOR
from tests.flows.convert_bench import Deal, no, open_deal
from tests.support.fake_pay import LOST

DETAIL = "order o1 cannot be read"
NAMED = Unknown("gate_pay", "convert", why="unreadable", detail=DETAIL, order_id="o1")
UNREAD = Unknown("gate_pay", "order", why="unreadable", detail=DETAIL, order_id="o1")
NOT_FOUND = Refused("gate_pay", "order", code="400202", detail="no such order", status=200)
BUSY = Refused("gate_pay", "order", code="5503001", detail="slow down", status=200)
LOOKS = (5, 10, 30, 60)


@pytest.fixture
async def deal(tmp_path: Path) -> AsyncIterator[Deal]:
    async with open_deal(tmp_path) as opened:
        yield opened


async def named(deal: Deal) -> str:
    """A conversion of whose answer only the order's number was read; Gate has that order."""
    deal.pay.errors["convert"] = [NAMED]
    standing = await deal.quote()
    await deal.tap(standing)
    return standing.conversion.id


def gate_has(deal: Deal, status: int, conversion_quote: str = "q1") -> None:
    """What Gate says of order o1 when asked for it."""
    deal.pay.orders["o1"] = deal.pay.order_of(deal.pay.posts[0][1], "o1", status, conversion_quote)


async def state(deal: Deal, conversion_id: str) -> State:
    return (await deal.bench.intent(conversion_id)).state


async def unread(deal: Deal, errors: list[Exception]) -> str:
    """One that is followed, and whose order cannot be read then either."""
    made = await named(deal)
    deal.pay.errors["order"] = list(errors)
    for seconds in LOOKS[: len(errors)]:
        await deal.look(seconds + 5)
    return made


async def test_an_order_whose_number_was_read_is_followed_and_journalled(deal: Deal) -> None:
    made = await named(deal)
    stored = await deal.stored(made)
    assert await state(deal, made) is State.TAKEN and (stored.order_id, stored.status) == ("o1", None)
    assert await deal.outcomes() == ["sent", "taken"] and await deal.notices("convert_unknown") == []
    line = (await deal.lines("convert"))[-1]
    assert (line.facts["order"], line.facts["detail"]) == ("o1", DETAIL) and "status" not in line.facts
    assert (await no(convert_again.open_again(deal.desk, OPERATOR, made))).reason == "not_unknown"
    assert len(deal.pay.posts) == 1


@pytest.mark.parametrize(("status", "end"), [(3, State.DONE), (6, State.REFUSED), (1, State.TAKEN)])
async def test_what_gate_says_of_that_order_settles_it(deal: Deal, status: int, end: State) -> None:
    made = await named(deal)
    gate_has(deal, status)
    await deal.look(5)
    stored = await deal.stored(made)
    assert await state(deal, made) is end and (stored.order_id, stored.status) == ("o1", status)
    assert stored.executed == (stored.quote.sell, stored.quote.buy) and len(deal.pay.posts) == 1


async def test_an_order_that_turns_out_to_be_of_another_quote_is_dropped_and_the_outcome_is_unknown(
    deal: Deal,
) -> None:
    made = await named(deal)
    gate_has(deal, 3, "q9")
    await deal.look(5)
    stored, intent = await deal.stored(made), await deal.bench.intent(made)
    assert intent.state is State.UNKNOWN and (stored.order_id, stored.status, stored.executed) == ("", None, None)
    assert intent.answer == "order o1 of another quote" and await deal.outcomes() == ["sent", "taken", "unknown"]
    assert await deal.notices("convert_unknown")


async def test_an_answer_with_another_quotes_order_is_unknown_and_names_it(deal: Deal) -> None:
    deal.pay.answer = lambda order: replace(order, quote_id="q9")
    intent = await deal.act()
    assert intent.state is State.UNKNOWN and intent.answer == "order o1 of another quote"
    assert (await deal.stored(intent.id)).order_id == ""
    assert (await deal.lines("convert"))[-1].facts["answer"] == "order o1 of another quote"
    for _ in range(5):
        await deal.look(600)
    assert await state(deal, intent.id) is State.UNKNOWN and deal.pay.count("order") == 0


@pytest.mark.parametrize("error", [UNREAD, NOT_FOUND])
async def test_an_order_that_can_never_be_read_is_unknown_after_three_looks_and_a_lead_settles_it(
    deal: Deal, error: VenueError
) -> None:
    made = await unread(deal, [error] * 2)
    assert await state(deal, made) is State.TAKEN
    deal.pay.errors["order"] = [error]
    await deal.look(LOOKS[2] + 5)
    assert await state(deal, made) is State.UNKNOWN and (await deal.stored(made)).order_id == "o1"
    assert await deal.outcomes() == ["sent", "taken", "unknown"] and await deal.notices("convert_unknown")
    await convert_again.settle(deal.desk, LEAD, made, "done")
    assert await state(deal, made) is State.DONE


async def test_no_repeat_is_sent_while_gate_has_named_an_order(deal: Deal) -> None:
    made = await unread(deal, [UNREAD] * 3)
    assert await state(deal, made) is State.UNKNOWN
    deal.bench.pass_(3600)
    for by in (OPERATOR, LEAD):
        found = await no(convert_again.open_again(deal.desk, by, made))
        assert (found.reason, found.facts) == ("order_named", {"conversion": made})
    assert len(deal.pay.posts) == 1


@pytest.mark.parametrize(("status", "end"), [(3, State.DONE), (6, State.REFUSED), (1, State.TAKEN), (36, State.TAKEN)])
async def test_an_unknown_one_is_looked_at_by_its_number_and_settles_as_soon_as_it_can_be_read(
    deal: Deal, status: int, end: State
) -> None:
    made = await unread(deal, [UNREAD] * 3)
    gate_has(deal, status)
    await deal.look(1801)
    assert await state(deal, made) is end and (await deal.stored(made)).status == status
    assert deal.pay.count("balances") == 1, "only those before the quote"


@pytest.mark.parametrize("error", [LOST, Unreachable("gate_pay", "order", "no route"), BUSY])
async def test_a_venue_that_is_away_says_nothing_of_the_order(deal: Deal, error: VenueError) -> None:
    made = await unread(deal, [error] * 4)
    assert await state(deal, made) is State.TAKEN
    gate_has(deal, 3)
    await deal.look(1801)
    assert await state(deal, made) is State.DONE


async def test_a_person_who_looks_is_told_that_it_cannot_be_read(deal: Deal) -> None:
    made = await named(deal)
    deal.pay.errors["order"] = [UNREAD]
    with pytest.raises(Unknown):
        await convert_follow.look_now(deal.desk, OPERATOR, made)
    assert await state(deal, made) is State.TAKEN and (await deal.stored(made)).looks == 2


@pytest.mark.parametrize(("status", "end"), [(3, State.DONE), (6, State.UNKNOWN)])
async def test_the_number_in_the_answer_to_the_repeat_is_followed_too(deal: Deal, status: int, end: State) -> None:
    intent = await deal.lose(acts=False)
    deal.pay.errors["convert"] = [Unknown("gate_pay", "convert", why="unreadable", detail="order o2", order_id="o2")]
    assert (await deal.again(intent.id)).state is State.TAKEN
    order = deal.pay.order_of(deal.pay.posts[1][1], "o2", status, "q1")
    deal.pay.orders["o2"] = replace(order, created_at=deal.bench.now)
    await deal.look(5)
    assert await state(deal, intent.id) is end
    looks = deal.pay.count("order")
    await deal.look(1801)
    assert deal.pay.count("order") == looks, "and once it is known it is not asked about again"


async def test_the_repeats_own_order_that_failed_while_unknown_leaves_the_first_unknown(deal: Deal) -> None:
    intent = await deal.lose(acts=False)
    deal.pay.errors["convert"] = [Unknown("gate_pay", "convert", why="unreadable", detail="order o2", order_id="o2")]
    await deal.again(intent.id)
    deal.pay.errors["order"] = [UNREAD] * 3
    for seconds in LOOKS[:3]:
        await deal.look(seconds + 5)
    assert await state(deal, intent.id) is State.UNKNOWN
    order = deal.pay.order_of(deal.pay.posts[1][1], "o2", 6, "q1")
    deal.pay.orders["o2"] = replace(order, created_at=deal.bench.now)
    await deal.look(1801)
    assert await state(deal, intent.id) is State.UNKNOWN
    assert "of the repeat: status 6" in (await deal.stored(intent.id)).again_answer
    looks = deal.pay.count("order")
    await deal.look(1801)
    assert deal.pay.count("order") == looks


@pytest.mark.parametrize("status", [1, 3])
async def test_after_a_restart_a_named_order_is_followed_on(deal: Deal, status: int) -> None:
    made = await named(deal)
    assert await convert_follow.adopt(deal.desk) == 0
    gate_has(deal, status)
    await deal.look(5)
    assert await state(deal, made) is (State.DONE if status == 3 else State.TAKEN)


@pytest.mark.parametrize("error", [LOST, Unknown("gate_pay", "convert", why="unreadable", detail="no order in data")])
async def test_an_answer_without_a_number_stays_unknown_and_its_detail_is_journalled(
    deal: Deal, error: Unknown
) -> None:
    deal.pay.errors["convert"] = [error]
    intent = await deal.act()
    assert intent.state is State.UNKNOWN and intent.answer == error.why
    facts = (await deal.lines("convert"))[-1].facts
    assert facts.get("detail", "") == ("" if error is LOST else "no order in data")


async def test_whoever_was_rung_for_an_unknown_one_hears_that_nothing_happened(deal: Deal) -> None:
    intent = await deal.lose()
    await convert_again.settle(deal.desk, LEAD, intent.id, "nothing")
    told = await deal.notices("convert_void")
    rung = await deal.notices("convert_unknown")
    assert sorted(one.chat_id for one in told) == sorted(one.chat_id for one in rung) and len(told) == 2
    assert not any(one.ring for one in told) and told[0].facts["give"] == "100 USDT"


async def test_what_never_left_was_never_doubted_and_is_told_by_its_card_alone(deal: Deal) -> None:
    deal.pay.errors["convert"] = [Unreachable("gate_pay", "convert", "no route")]
    assert (await deal.act()).state is State.VOID
    assert await deal.notices("convert_void") == [] and await deal.notices("convert_unknown") == []


async def test_what_did_not_happen_stands_under_failed_in_the_list(deal: Deal) -> None:
    intent = await deal.lose()
    assert await convert_view.history(deal.desk, OPERATOR, "failed", 0) == ([], False)
    await convert_again.settle(deal.desk, LEAD, intent.id, "nothing")
    for wanted in ("failed", "all"):
        listed, _ = await convert_view.history(deal.desk, OPERATOR, wanted, 0)
        assert [one.conversion.id for one in listed] == [intent.id], wanted
    for wanted in ("done", "open"):
        assert await convert_view.history(deal.desk, OPERATOR, wanted, 0) == ([], False), wanted
