"""After the tap: looks, lost answers, orders that move, the two ends, and a restart."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from bot.domain.errors import Unknown, Unreachable
from bot.domain.intents import State
from bot.domain.money import Money
from bot.domain.off_ramps import OffRampOrder, is_newer
from bot.flows import off_ramp, off_ramp_follow
from bot.flows.off_ramp_quote import new_quote
from tests.flows.bench import GROUP, LEAD, OPERATOR, OWNER, VIEWER
from tests.flows.off_ramp_bench import FAIL, SUCCESS, Sale, asked_by_operator, no, open_sale, refusal, taken
from tests.support.fake_otc import LOST_ORDER

WORDS = ("PROCESSING", "DISPATCHED", "DONE", "FAIL")


@pytest.fixture
async def sale(tmp_path: Path) -> AsyncIterator[Sale]:
    async with open_sale(tmp_path) as opened:
        yield opened


async def test_an_order_is_followed_at_growing_pauses_and_sent_once(sale: Sale) -> None:
    await taken(sale)
    waits, since = [], sale.bench.now
    for _ in range(130):
        looks = sale.otc.count("order")
        await sale.look(10)
        if sale.otc.count("order") > looks:
            waits.append((sale.bench.now - since) // 1000)
            since = sale.bench.now
    assert waits == [10, 30, 60, 180, 300, 600] and len(sale.otc.posts) == 1


@pytest.mark.parametrize(("end", "notice"), [("DONE", "otc_done"), ("FAIL", "otc_failed")])
async def test_an_end_is_told_once_with_final_amount_fee_and_error(sale: Sale, end: str, notice: str) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status=end, final=Decimal("996.50"), fee=Decimal("1.50"), error="bank said no")
    for _ in range(4):
        await sale.look(3600)
    told = await sale.notices(notice)
    assert sorted(one.chat_id for one in told) == [GROUP, LEAD]
    facts = told[0].facts
    assert (facts["final"], facts["fee"], facts["why"]) == ("996.50 USD", "1.50 USD", "bank said no")
    assert {one.ring for one in told if one.chat_id == LEAD} == {end == "FAIL"}
    state = State.DONE if end == "DONE" else State.REFUSED
    assert await sale.state(off_ramp_id) is state and await sale.outcomes() == ["sent", "taken", state.value]
    assert (await sale.lines())[-1].facts["final"] == "996.50 USD"
    assert sale.otc.count("order") == 1, "what has ended is not looked at by itself"


async def test_only_the_documented_words_end_an_order(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    for word in ("done", "SUCCESS", "FAILED", "", "REFUNDED"):
        sale.otc.order_is(status=word)
        await sale.look(3600)
        assert await sale.state(off_ramp_id) is State.TAKEN
        assert (await sale.stored(off_ramp_id)).status == "PROCESSING"


async def test_an_odd_first_word_is_kept_and_followed_to_its_end(sale: Sale) -> None:
    sale.otc.status = "AUDITING"
    off_ramp_id = await taken(sale)
    assert (await sale.stored(off_ramp_id)).status == "AUDITING"
    sale.otc.order_is(status="DISPATCHED")
    await sale.look(10)
    assert (await sale.stored(off_ramp_id)).status == "DISPATCHED"


@pytest.mark.parametrize("code", ["lost", "5502761", "550314"])
@pytest.mark.parametrize(
    ("status", "end"), [("PROCESSING", State.TAKEN), ("DONE", State.DONE), ("FAIL", State.REFUSED)]
)
async def test_a_lost_answer_is_found_by_our_number(sale: Sale, code: str, status: str, end: State) -> None:
    sale.otc.status = status
    intent = await sale.fail(LOST_ORDER if code == "lost" else refusal(code))
    if code != "lost":  # the venue says that the order is there already
        body_number = intent.arguments["client_order_id"]
        sale.otc.made["o1"] = OffRampOrder("o1", status, body_number)
    assert intent.state is State.UNKNOWN and len(await sale.notices("otc_unknown", LEAD)) == 1
    await sale.look(60)
    assert await sale.state(intent.id) is end and (await sale.stored(intent.id)).order_id in sale.otc.made
    assert len(sale.otc.posts) == 1 and sale.otc.count("find") == 1


async def test_an_order_that_the_list_hides_is_found_in_the_detail(sale: Sale) -> None:
    intent = await sale.fail(LOST_ORDER)
    sale.otc.order_is(status="DONE")
    sale.otc.find = lambda **_: _nothing()  # type: ignore[method-assign]
    await sale.look(60)
    assert await sale.state(intent.id) is State.DONE and sale.otc.calls[-1][0] == "order"


async def test_an_order_is_found_in_the_detail_although_the_list_cannot_be_read(sale: Sale) -> None:
    intent = await sale.fail(LOST_ORDER)
    sale.otc.errors["find"] = [Unknown("gate_pay", "off_ramp_find", why="unreadable")] * 9
    await sale.look(60)
    assert await sale.state(intent.id) is State.TAKEN and sale.otc.calls[-1][0] == "order"


async def _nothing() -> OffRampOrder | None:
    return None


async def test_an_order_of_another_number_is_not_taken_for_ours(sale: Sale) -> None:
    intent = await sale.fail(LOST_ORDER, acts=False)
    sale.otc.made["x"] = OffRampOrder("x", "DONE", "another")
    for _ in range(5):
        await sale.look(30)
    assert await sale.state(intent.id) is State.VOID and (await sale.stored(intent.id)).order_id == ""


async def test_not_found_three_times_over_more_than_a_minute_means_that_nothing_happened(sale: Sale) -> None:
    intent = await sale.fail(LOST_ORDER, acts=False)
    for _ in range(5):
        await off_ramp_follow.look_now(sale.desk, LEAD, intent.id)
        sale.bench.pass_(12)
    assert await sale.state(intent.id) is State.UNKNOWN, "48 seconds from the first look to the fifth"
    sale.bench.pass_(1)
    await off_ramp_follow.look_now(sale.desk, LEAD, intent.id)
    assert await sale.state(intent.id) is State.VOID, "61 seconds"
    await sale.look(3600)
    assert len(sale.otc.posts) == 1 and await sale.outcomes() == ["sent", "unknown", "void"]


async def test_whoever_heard_that_the_answer_was_lost_hears_that_nothing_happened(sale: Sale) -> None:
    sale.otc.acts, sale.otc.errors["create"] = False, [LOST_ORDER]
    standing = await sale.quote(request=await sale.ask(by=OPERATOR))
    await sale.tap(standing)
    for _ in range(4):
        await sale.look(70)
    assert await sale.state(standing.off_ramp.id) is State.VOID
    chats = [sorted(one.chat_id for one in await sale.notices(kind)) for kind in ("otc_unknown", "otc_void")]
    assert chats[0] == chats[1] == sorted((GROUP, LEAD, OPERATOR))
    assert not any(one.ring for one in await sale.notices("otc_void"))


async def test_two_looks_however_far_apart_prove_nothing(sale: Sale) -> None:
    intent = await sale.fail(LOST_ORDER, acts=False)
    for _ in range(2):
        await off_ramp_follow.look_now(sale.desk, LEAD, intent.id)
        sale.bench.pass_(600)
    assert await sale.state(intent.id) is State.UNKNOWN


@pytest.mark.parametrize("error", [Unreachable("g", "f", "x"), Unknown("g", "f", why="timeout"), refusal("550311"),
                                   RuntimeError("odd")])  # fmt: skip
async def test_a_look_that_fails_counts_for_nothing(sale: Sale, error: Exception) -> None:
    intent = await sale.fail(LOST_ORDER, acts=False)
    sale.otc.errors["find"] = [error] * 100
    for _ in range(20):
        await sale.look(30)
    assert await sale.state(intent.id) is State.UNKNOWN and (await sale.bench.intent(intent.id)).looks == 0


@pytest.mark.parametrize(
    ("status", "end"), [("DONE", State.DONE), ("PROCESSING", State.TAKEN), ("DISPATCHED", State.TAKEN)]
)
@pytest.mark.parametrize("how", ["callback", "person"])
async def test_an_order_found_late_takes_back_that_nothing_happened(
    sale: Sale, status: str, end: State, how: str
) -> None:
    sale.otc.hides = True
    intent = await sale.fail(LOST_ORDER)
    for _ in range(6):
        await sale.look(30)
    assert await sale.state(intent.id) is State.VOID
    sale.otc.hides = False
    sale.otc.order_is(status=status)
    if how == "callback":
        await sale.call()
        await sale.handle()
    else:
        await off_ramp_follow.look_now(sale.desk, LEAD, intent.id)
    assert await sale.state(intent.id) is end and len(sale.otc.posts) == 1
    if end is State.TAKEN:
        sale.otc.order_is(status="DONE")
        await sale.look(10)
    assert len(await sale.notices("otc_done", LEAD)) == 1


async def test_an_order_that_failed_late_still_means_that_nothing_was_sold(sale: Sale) -> None:
    sale.otc.hides = True
    intent = await sale.fail(LOST_ORDER)
    for _ in range(6):
        await sale.look(30)
    sale.otc.hides = False
    sale.otc.order_is(status="FAIL")
    await off_ramp_follow.look_now(sale.desk, LEAD, intent.id)
    assert await sale.state(intent.id) is State.VOID and (await sale.stored(intent.id)).status == "FAIL"


async def test_one_odd_order_keeps_the_others_from_nothing(sale: Sale) -> None:
    first = await taken(sale)
    second = await taken(sale)
    sale.otc.errors["order"] = [RuntimeError("odd")]
    sale.otc.order_is(status="DONE")
    await sale.look(12)
    assert [await sale.state(one) for one in (first, second)] == [State.TAKEN, State.DONE]
    looks = sale.otc.count("order")
    await sale.look(1)
    assert sale.otc.count("order") == looks, "and it is not asked about at once again"
    await sale.look(5)
    assert sale.otc.count("order") == looks + 1


async def test_anybody_who_reads_may_look_at_once(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status="DONE")
    standing = await off_ramp_follow.look_now(sale.desk, VIEWER, off_ramp_id)
    assert standing.intent is not None and standing.intent.state is State.DONE
    assert (await no(off_ramp_follow.look_now(sale.desk, VIEWER, "never"))).reason == "stale_button"
    assert (await no(off_ramp_follow.look_now(sale.desk, 999, off_ramp_id))).reason == "no_right_here"
    quote = await sale.quote()
    assert (await off_ramp_follow.look_now(sale.desk, VIEWER, quote.off_ramp.id)).intent is None


@pytest.mark.parametrize("order", list(permutations(WORDS)), ids="-".join)
async def test_a_status_never_goes_back_whatever_tells_it_in_whatever_order(sale: Sale, order: tuple[str, ...]) -> None:
    """The first word comes as the answer; the others by looks and callbacks in turn."""
    sale.otc.status = order[0]
    intent = await sale.act()
    held, end = order[0], order[0] if order[0] in ("DONE", "FAIL") else ""
    for number, word in enumerate(order[1:]):
        sale.otc.order_is(status=word, final=Decimal("1"))
        if number % 2:
            await sale.call(FAIL if word == "FAIL" else SUCCESS)
            await sale.handle()
        else:
            await off_ramp_follow.look_now(sale.desk, LEAD, intent.id)
        held = word if is_newer(word, held) else held
        end = end or (word if word in ("DONE", "FAIL") else "")
        assert (await sale.stored(intent.id)).status == held
    wanted = {"DONE": State.DONE, "FAIL": State.REFUSED}[end]
    assert await sale.state(intent.id) is wanted and held == end
    assert (len(await sale.notices("otc_done", LEAD)), len(await sale.notices("otc_failed", LEAD))) == (
        (1, 0) if end == "DONE" else (0, 1)
    )
    assert [one for one in await sale.outcomes() if one in ("done", "refused")] == [wanted.value]


@pytest.mark.parametrize("first", [State.SENT, State.UNKNOWN, State.TAKEN])
@pytest.mark.parametrize("end", ["DONE", "FAIL"])
async def test_the_same_end_from_everywhere_at_once_is_told_once(sale: Sale, first: State, end: str) -> None:
    if first is State.UNKNOWN:
        intent = await sale.fail(LOST_ORDER)
    else:
        intent = await sale.act()
    if first is State.SENT:
        sale.write("UPDATE intents SET state = 'sent'")
    order = sale.otc.order_is(status=end)

    async def answer() -> None:
        async with sale.bench.store.write() as tables:
            await off_ramp.apply(sale.desk, tables, intent.id, order)

    hint = {"order_id": order.id, "client_order_id": order.client_order_id}
    await asyncio.gather(
        answer(), off_ramp_follow.look_now(sale.desk, LEAD, intent.id), off_ramp_follow.hinted(sale.desk, **hint),
        answer(), off_ramp_follow.hinted(sale.desk, **hint), sale.look(10),
    )  # fmt: skip
    told = [*await sale.notices("otc_done", LEAD), *await sale.notices("otc_failed", LEAD)]
    assert len(told) == 1 and (await sale.outcomes())[-1] == ("done" if end == "DONE" else "refused")


@pytest.mark.parametrize("end", ["DONE", "FAIL", "DISPATCHED"])
async def test_a_callback_that_overtakes_our_own_answer_stands(sale: Sale, end: str) -> None:
    standing = await sale.quote()

    async def overtake() -> None:
        sale.otc.order_is(status=end)
        await sale.call()
        await sale.handle()

    sale.otc.during["create"] = overtake
    await sale.tap(standing)
    state = {"DONE": State.DONE, "FAIL": State.REFUSED}.get(end, State.TAKEN)
    assert await sale.state(standing.off_ramp.id) is state
    assert (await sale.stored(standing.off_ramp.id)).status == end, "the older answer does not take it back"
    assert await sale.outcomes() == ["sent", state.value] and len(sale.otc.posts) == 1


@pytest.mark.parametrize("error", [LOST_ORDER, refusal("5502761"), refusal("550312"), Unreachable("g", "c", "x")])
async def test_a_callback_that_overtakes_a_bad_answer_stands(sale: Sale, error: Exception) -> None:
    standing = await sale.quote()
    number = []

    async def overtake() -> None:
        made = await sale.stored(standing.off_ramp.id)
        number.append(made.client_order_id)
        sale.otc.made["o1"] = OffRampOrder("o1", "DONE", made.client_order_id)
        await sale.call(order_id="o1", number=made.client_order_id)
        await sale.handle()

    sale.otc.during["create"], sale.otc.errors["create"] = overtake, [error]
    await sale.tap(standing)
    assert await sale.state(standing.off_ramp.id) is State.DONE and await sale.outcomes() == ["sent", "done"]
    assert await sale.live() == [], "what was sold is not quoted anew"


async def orphan(sale: Sale) -> str:
    """The process died while the request was on its way."""
    intent = await sale.act()
    sale.write("UPDATE intents SET state = 'sent'")
    sale.write("UPDATE off_ramps SET order_id = '', status = '', looks = 0, looked_at = NULL")
    return intent.id


async def test_after_a_restart_what_was_on_its_way_is_looked_for_and_not_sent(sale: Sale) -> None:
    off_ramp_id = await orphan(sale)
    assert await off_ramp_follow.adopt(sale.desk) == 1
    assert await sale.state(off_ramp_id) is State.UNKNOWN and await off_ramp_follow.adopt(sale.desk) == 0
    sale.otc.order_is(status="DONE")
    await sale.look(60)
    assert await sale.state(off_ramp_id) is State.DONE and len(sale.otc.posts) == 1


async def test_after_a_restart_what_never_arrived_did_not_happen(sale: Sale) -> None:
    off_ramp_id = await orphan(sale)
    sale.otc.made.clear()
    await off_ramp_follow.adopt(sale.desk)
    for _ in range(6):
        await sale.look(30)
    assert await sale.state(off_ramp_id) is State.VOID and len(sale.otc.posts) == 1


async def test_after_a_restart_an_order_is_followed_on_and_others_are_left_alone(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    other = replace(await sale.bench.act(), id="r", target="62", state=State.SENT)
    async with sale.bench.store.write() as tables:
        await tables.intents.plan(other)
    assert await off_ramp_follow.adopt(sale.desk) == 0
    sale.otc.order_is(status="DONE")
    await sale.look(10)
    assert await sale.state(off_ramp_id) is State.DONE


async def test_owners_hear_once_of_what_stays_unknown_for_long(sale: Sale) -> None:
    sale.otc.errors["find"] = [Unreachable("gate_pay", "find", "x")] * 500
    intent = await sale.fail(LOST_ORDER)
    await sale.look(119.999)
    assert await sale.notices("otc_unknown_long") == []
    for _ in range(5):
        await sale.look(60)
    (told,) = await sale.notices("otc_unknown_long", OWNER)
    assert told.facts["since"] == str(intent.sent_at)


async def test_what_is_found_after_long_is_not_called_unknown_any_more(sale: Sale) -> None:
    await sale.fail(LOST_ORDER)
    await sale.look(600)
    assert await sale.notices("otc_unknown_long") == []


async def test_an_unknown_outcome_rings_the_lead_and_the_operator_who_asked(sale: Sale) -> None:
    standing = await sale.quote(request=await asked_by_operator(sale))
    sale.otc.errors["create"] = [LOST_ORDER]
    await sale.tap(standing)
    told = await sale.notices("otc_unknown")
    assert {one.chat_id for one in told if one.ring} >= {LEAD, OPERATOR}
    assert (await no(new_quote(sale.desk, LEAD, standing.off_ramp.id))).reason == "quote_used"


async def test_a_venue_that_is_switched_off_is_not_looked_at(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    sale.desk.exchange.otc = None
    await sale.look(60)
    assert await sale.state(off_ramp_id) is State.TAKEN and sale.otc.count("order") == 0


async def test_a_number_the_venue_does_not_know_any_more_ends_nothing(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.hides = True
    for _ in range(5):
        await sale.look(1801)
    assert await sale.state(off_ramp_id) is State.TAKEN


async def test_an_order_over_other_amounts_than_the_quote_is_said_on_its_card(sale: Sale) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status="DONE", get=Money(Decimal("1.00"), "USD"))
    await sale.look(3600)
    async with sale.bench.store.read() as tables:
        kept = await tables.off_ramps.get(off_ramp_id)
    assert kept is not None and "→ 1.00 USD" in kept.error and kept.status == "DONE"


@pytest.mark.parametrize("status", ["PROCESSING", "DONE"])
async def test_an_order_that_gate_had_refused_and_yet_made_is_not_called_failed(sale: Sale, status: str) -> None:
    off_ramp_id = await taken(sale)
    sale.otc.order_is(status=status)
    async with sale.bench.store.write() as tables:
        await tables.intents._session.rows("UPDATE intents SET state = 'refused' WHERE id = :id", id=off_ramp_id)
    await off_ramp_follow.look_now(sale.desk, LEAD, off_ramp_id)
    assert await sale.state(off_ramp_id) is (State.DONE if status == "DONE" else State.TAKEN)


async def test_a_detail_that_refuses_our_number_behind_an_empty_list_counts_as_a_look(sale: Sale) -> None:
    sale.otc.acts = False
    sale.otc.errors["create"] = [LOST_ORDER]
    intent = await sale.act()
    for _ in range(4):
        sale.otc.errors["order"] = [refusal("400001")]
        await sale.look(62)
    assert await sale.state(intent.id) is State.VOID
