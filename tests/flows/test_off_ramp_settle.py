"""The way out of an off-ramp that no look settles: a lead names its order, or says that there is none."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed, Unknown, Unreachable
from bot.domain.intents import Intent, State
from bot.domain.money import Money
from bot.domain.off_ramps import OffRampOrder
from bot.flows import off_ramp_quote, off_ramp_settle
from bot.flows.off_ramp_settle import OLDER_MS
from tests.flows.bench import GROUP, LEAD, OPERATOR, OWNER, VIEWER
from tests.flows.off_ramp_bench import Sale, no, open_sale, refusal
from tests.support.fake_otc import LOST_ORDER

UNCLEAR = Unknown("gate_pay", "off_ramp_find", why="unreadable")


@pytest.fixture
async def sale(tmp_path: Path) -> AsyncIterator[Sale]:
    async with open_sale(tmp_path) as opened:
        yield opened


async def stuck(sale: Sale, *, acts: bool = True) -> Intent:
    """An off-ramp without an answer; every look by our number leaves it open."""
    intent = await sale.fail(LOST_ORDER, acts=acts)
    sale.otc.errors["find"] = [UNCLEAR] * 1000
    sale.otc.hides_numbers = True
    for _ in range(6):
        await sale.look(62)
    assert await sale.state(intent.id) is State.UNKNOWN
    return intent


async def settle(sale: Sale, intent: Intent, outcome: str, by: int = LEAD) -> None:
    await off_ramp_settle.settle(sale.desk, by, intent.id, outcome)


@pytest.mark.parametrize(
    ("status", "end"), [("DONE", State.DONE), ("PROCESSING", State.TAKEN), ("FAIL", State.REFUSED)]
)
async def test_a_lead_names_the_order_which_is_looked_at_and_taken_as_it_is(
    sale: Sale, status: str, end: State
) -> None:
    intent = await stuck(sale)
    order = sale.otc.order_is(status=status)
    standing, seen = await off_ramp_settle.look_up(sale.desk, LEAD, intent.id, order.id)
    assert (standing.off_ramp.id, seen.id) == (intent.id, order.id)
    assert await sale.state(intent.id) is State.UNKNOWN, "looking it up settles nothing"
    await settle(sale, intent, order.id)
    assert await sale.state(intent.id) is end and (await sale.stored(intent.id)).order_id == order.id
    (line,) = await sale.lines("settle")
    assert (line.actor, line.target, line.outcome) == (LEAD, intent.target, "done")
    assert (line.facts["order"], line.facts["looked_by"]) == (order.id, str(LEAD))
    assert len(sale.otc.posts) == 1


async def test_an_order_without_our_number_is_followed_by_its_own_afterwards(sale: Sale) -> None:
    intent = await stuck(sale)
    order = sale.otc.order_is(client_order_id="")
    await settle(sale, intent, order.id)
    sale.otc.order_is(status="DONE")
    await sale.look(3600)
    assert await sale.state(intent.id) is State.DONE


async def test_a_lead_says_that_nothing_happened_and_the_same_may_be_sold_anew(sale: Sale) -> None:
    sale.otc.acts, sale.otc.errors["create"] = False, [LOST_ORDER]
    standing = await sale.quote(request=await sale.ask(by=OPERATOR))
    await sale.tap(standing)
    intent = await sale.bench.intent(standing.off_ramp.id)
    sale.otc.errors["find"] = [UNCLEAR] * 1000
    sale.otc.hides_numbers = True
    await sale.look(600)
    await settle(sale, intent, "nothing")
    assert await sale.state(intent.id) is State.VOID
    (line,) = await sale.lines("settle")
    assert (line.actor, line.outcome) == (LEAD, "nothing")
    told = await sale.notices("otc_void")
    assert sorted(one.chat_id for one in told) == sorted((GROUP, LEAD, OPERATOR)) and told[0].facts["by_word"] == "yes"
    sale.otc.acts = True
    again = await off_ramp_quote.new_quote(sale.desk, LEAD, intent.id)
    sale.bench.pass_(2)
    await sale.tap(again)
    assert len(sale.otc.posts) == 2 and len(sale.otc.made) == 1


async def test_an_order_that_the_desk_finds_after_all_outweighs_the_word(sale: Sale) -> None:
    intent = await stuck(sale)
    sale.otc.errors["find"] = []
    await settle(sale, intent, "nothing")
    assert await sale.state(intent.id) is State.TAKEN and await sale.notices("otc_void") == []
    (line,) = await sale.lines("settle")
    assert (line.outcome, line.facts["said"]) == ("seen", "nothing")


@pytest.mark.parametrize("after", ["the request", "the quote"])
async def test_that_nothing_happened_is_believed_only_when_nothing_can_happen_any_more(sale: Sale, after: str) -> None:
    if after == "the quote":
        sale.otc.valid_seconds = 900
    intent = await sale.fail(LOST_ORDER, acts=False)
    made, sale.otc.errors["find"] = await sale.stored(intent.id), [UNCLEAR] * 9
    assert intent.sent_at is not None
    free_at = made.ends_at if after == "the quote" else intent.sent_at + sale.desk.policy.unknown_long_seconds * 1000
    sale.bench.pass_((free_at - sale.bench.now) / 1000 - 0.001)
    early = await no(off_ramp_settle.settle(sale.desk, LEAD, intent.id, "nothing"))
    assert (early.reason, early.facts["at"]) == ("otc_settle_early", str(free_at))
    assert await sale.state(intent.id) is State.UNKNOWN
    sale.bench.pass_(0.001)
    await settle(sale, intent, "nothing")
    assert await sale.state(intent.id) is State.VOID


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"client_order_id": "another"}, "otc_order_of_another"),
        ({"client_order_id": "", "sell": Money(Decimal("999"), "USDT")}, "otc_order_differs"),
        ({"client_order_id": "", "get": Money(Decimal("997"), "USD")}, "otc_order_differs"),
        ({"client_order_id": "", "get": None}, "otc_order_differs"),
        ({"client_order_id": "", "bank_account": "502"}, "otc_order_differs"),
        ({"client_order_id": "", "created_at": 1_700_000_000_000}, "otc_order_differs"),
    ],
)
async def test_an_order_that_cannot_be_the_one_is_not_taken(
    sale: Sale, changes: dict[str, object], reason: str
) -> None:
    intent = await stuck(sale)
    order = sale.otc.order_is(list(sale.otc.made)[-1], **changes)
    for look in (off_ramp_settle.look_up, off_ramp_settle.settle):
        assert (await no(look(sale.desk, LEAD, intent.id, order.id))).reason == reason
    assert await sale.state(intent.id) is State.UNKNOWN and await sale.lines("settle") == []


async def test_an_order_of_about_that_moment_may_be_the_one(sale: Sale) -> None:
    intent = await stuck(sale)
    assert intent.sent_at is not None
    order = sale.otc.order_is(client_order_id="", created_at=intent.sent_at - OLDER_MS)
    await settle(sale, intent, order.id)
    assert await sale.state(intent.id) is State.TAKEN


async def test_the_order_of_another_off_ramp_is_not_taken_for_this_one(sale: Sale) -> None:
    await sale.act()
    first = next(iter(sale.otc.made))
    sale.otc.order_is(first, client_order_id="")
    intent = await stuck(sale, acts=False)
    assert (await no(off_ramp_settle.settle(sale.desk, LEAD, intent.id, first))).reason == "otc_order_of_another"


@pytest.mark.parametrize("number", ["", "12", "a b c d", "1" * 41, "../detail", "20167687709656٣"])
async def test_what_is_no_number_is_not_asked_about(sale: Sale, number: str) -> None:
    intent = await stuck(sale)
    looks = sale.otc.count("order")
    assert (await no(off_ramp_settle.look_up(sale.desk, LEAD, intent.id, number))).reason == "otc_order_number"
    assert sale.otc.count("order") == looks


async def test_a_number_that_gate_does_not_know_changes_nothing(sale: Sale) -> None:
    intent = await stuck(sale)
    assert (await no(off_ramp_settle.settle(sale.desk, LEAD, intent.id, "999999"))).reason == "otc_order_unknown"
    sale.otc.errors["order"] = [Unreachable("gate_pay", "off_ramp_order", "x"), refusal("550311")]
    for _ in range(2):
        with pytest.raises(Exception, match="off_ramp"):
            await settle(sale, intent, "999999")
    assert await sale.state(intent.id) is State.UNKNOWN


@pytest.mark.parametrize("by", [VIEWER, OPERATOR])
async def test_only_leads_settle(sale: Sale, by: int) -> None:
    intent = await stuck(sale)
    order = next(iter(sale.otc.made))
    for work in (
        off_ramp_settle.may_settle(sale.desk, by, intent.id),
        off_ramp_settle.look_up(sale.desk, by, intent.id, order),
        off_ramp_settle.settle(sale.desk, by, intent.id, "nothing"),
        off_ramp_settle.settle(sale.desk, by, intent.id, order),
    ):
        assert (await no(work)).reason == "role_too_low"
    assert await sale.state(intent.id) is State.UNKNOWN


async def test_a_right_that_went_during_the_look_settles_nothing(sale: Sale) -> None:
    intent = await stuck(sale)

    async def demote() -> None:
        sale.desk.people[LEAD] = replace(sale.desk.people[LEAD], role=sale.desk.people[OPERATOR].role)

    sale.otc.during["order"] = demote
    with pytest.raises(NotAllowed):
        await settle(sale, intent, next(iter(sale.otc.made)))
    assert await sale.state(intent.id) is State.UNKNOWN


async def test_what_has_its_answer_is_settled_by_nobody(sale: Sale) -> None:
    intent = await sale.act()
    for outcome in ("nothing", next(iter(sale.otc.made))):
        assert (await no(off_ramp_settle.settle(sale.desk, OWNER, intent.id, outcome))).reason == "otc_not_unknown"
    assert (await no(off_ramp_settle.may_settle(sale.desk, OWNER, intent.id))).reason == "otc_not_unknown"
    assert (await no(off_ramp_settle.may_settle(sale.desk, OWNER, "never"))).reason == "stale_button"


async def test_an_answer_that_comes_during_the_look_stands(sale: Sale) -> None:
    intent = await stuck(sale)
    order = sale.otc.order_is(status="DONE")

    async def overtake() -> None:
        sale.otc.during.clear()
        await sale.call(order_id=order.id, number=order.client_order_id)
        await sale.handle()

    sale.otc.during["find"] = overtake
    assert (await no(off_ramp_settle.settle(sale.desk, LEAD, intent.id, "nothing"))).reason == "otc_not_unknown"
    assert await sale.state(intent.id) is State.DONE


async def test_an_order_found_after_a_leads_word_takes_it_back(sale: Sale) -> None:
    intent = await stuck(sale)
    await settle(sale, intent, "nothing")
    assert await sale.state(intent.id) is State.VOID
    sale.otc.order_is(status="DONE")
    order = next(iter(sale.otc.made.values()))
    await sale.call(order_id=order.id, number=order.client_order_id)
    await sale.handle()
    assert await sale.state(intent.id) is State.DONE and isinstance(order, OffRampOrder)
