"""A change of an ad, from the diff to what the venue shows: once, whole, and only as it was seen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.ad_changes import Phase
from bot.domain.ad_edits import Wanted, draft_of
from bot.domain.ads import AdStatus, Floating, Reference
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable, VenueError
from bot.domain.intents import Action, State
from bot.flows import ad_change, ad_follow, freeze
from storage.store import Tables
from tests.flows.ad_bench import AD, BUYING, OURS, SECOND, Shelf, open_shelf
from tests.flows.bench import GROUP, LEAD, OPERATOR, OWNER, notices

LOST = Unknown("gate", "publish_ad", why="timeout")
PRICE = Wanted(AD, price=Decimal("7.21"))


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with open_shelf(tmp_path) as opened:
        yield opened


async def refused(work: Awaitable[object]) -> NotAllowed:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value


async def test_a_confirmed_price_is_sent_once_with_everything_else_as_it_was_and_looked_at_again(shelf: Shelf) -> None:
    standing = await shelf.act(PRICE)
    assert shelf.gate.drafts == [replace(draft_of(OURS), price=Decimal("7.21"))]
    assert (standing.phase, standing.change.differs, standing.change.found) == (Phase.DONE, False, {"price": "7.21"})
    told = await shelf.told()
    assert notices(told, "ad_changed") == [GROUP] and notices(told, "ad_differs") == []
    outcomes = [entry.outcome for entry in await shelf.journal() if entry.target == f"ad/{AD}"]
    assert outcomes == ["looked_again", "done", "sent"]


@pytest.mark.parametrize(
    ("wanted", "call"),
    [
        (Wanted(AD, status=AdStatus.DELISTED), ("set_ad_status", f"{AD}/3")),
        (Wanted(AD, status=AdStatus.CLOSED), ("set_ad_status", f"{AD}/4")),
        (Wanted(SECOND, status=AdStatus.LISTED), ("set_ad_status", f"{SECOND}/1")),
        (Wanted(AD, amount=Decimal(2000)), ("publish_ad", AD)),
        (Wanted(AD, limits=(Decimal(20), Decimal(400))), ("publish_ad", AD)),
        (Wanted(AD, terms=""), ("publish_ad", AD)),
        (Wanted(AD, auto_reply="您好"), ("publish_ad", AD)),
        (Wanted(AD, window=30), ("publish_ad", AD)),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else ",".join(value.parts),
)
async def test_every_part_is_changed_by_one_request_and_found_afterwards(
    shelf: Shelf, wanted: Wanted, call: tuple[str, str]
) -> None:
    standing = await shelf.act(wanted)
    assert shelf.posts() == [call]
    assert standing.phase is Phase.DONE and standing.change.found is not None and not standing.change.differs


async def test_a_double_tap_and_two_leads_make_one_request(shelf: Shelf) -> None:
    standing = await shelf.ask(PRICE)
    other = await shelf.ask(Wanted(AD, price=Decimal("7.22")), OWNER)
    seal = standing.open_seal.id if standing.open_seal else ""
    now = shelf.bench.clock.now()
    taps = [ad_change.change(shelf.desk, LEAD, seal, now) for _ in range(3)]
    ended = await asyncio.gather(*taps, return_exceptions=True)
    await shelf.desk.drain(5)
    assert len([one for one in ended if not isinstance(one, Exception)]) == 1 and len(shelf.posts()) == 1
    no = await refused(shelf.tap(other, OWNER))
    assert no.reason == "ad_moved" and "price" in no.facts["parts"] and len(shelf.posts()) == 1


async def test_while_one_change_has_no_outcome_no_other_is_sent(shelf: Shelf) -> None:
    shelf.gate.errors["publish_ad"] = [LOST]
    await shelf.act(PRICE)
    assert (await refused(shelf.ask(Wanted(AD, window=30), OWNER))).reason == "ad_busy"
    assert len(shelf.posts()) == 1


@pytest.mark.parametrize(
    "moved", [{"price": Decimal("7.25")}, {"terms": "others"}, {"status": "OFFLIN"}, {"expire_minutes": 20}]
)
async def test_an_ad_that_is_not_what_was_shown_any_more_is_not_changed(shelf: Shelf, moved: dict[str, Any]) -> None:
    standing = await shelf.ask(PRICE)
    shelf.elsewhere(**moved)
    no = await refused(shelf.tap(standing))
    assert no.reason == "ad_moved" and shelf.posts() == []
    assert (await shelf.now(standing)).phase is Phase.LEFT


async def test_orders_that_take_from_the_amount_meanwhile_do_not_stop_a_price(shelf: Shelf) -> None:
    standing = await shelf.ask(PRICE)
    shelf.elsewhere(amount=Decimal(700), locked=Decimal(300))
    await shelf.tap(standing)
    assert shelf.gate.drafts[0].amount == Decimal(700)
    amount = await shelf.ask(Wanted(AD, amount=Decimal(2000)))
    shelf.elsewhere(amount=Decimal(600))
    assert (await refused(shelf.tap(amount))).reason == "ad_moved"


async def test_a_wanted_amount_of_which_an_order_holds_a_part_already_is_there(shelf: Shelf) -> None:
    standing = await shelf.ask(Wanted(AD, amount=Decimal(2000)))
    shelf.gate.after_ad = lambda: shelf.elsewhere(amount=Decimal(1500), locked=Decimal(500))
    assert not (await shelf.tap(standing)).change.differs


async def test_coins_that_a_venue_takes_off_a_wanted_amount_for_older_orders_are_missing(shelf: Shelf) -> None:
    shelf.elsewhere(locked=Decimal(300))
    standing = await shelf.ask(Wanted(AD, amount=Decimal(2000)))
    shelf.gate.after_ad = lambda: shelf.elsewhere(amount=Decimal(1700))
    settled = await shelf.tap(standing)
    assert settled.change.differs and settled.change.found == {"amount": "1700"}


async def test_while_a_diff_waits_another_change_may_take_its_turn_first(shelf: Shelf) -> None:
    waiting = await shelf.ask(Wanted(AD, window=30), OWNER)
    shelf.gate.errors["publish_ad"] = [LOST]
    await shelf.act(PRICE)
    assert (await refused(shelf.tap(waiting, OWNER))).reason == "ad_busy"
    assert len(shelf.posts()) == 1


async def test_a_lost_answer_is_settled_by_looks_and_never_sent_again(shelf: Shelf) -> None:
    shelf.gate.lost_after.add("publish_ad")
    standing = await shelf.act(PRICE)
    assert standing.phase is Phase.UNKNOWN and LEAD in notices(await shelf.told(), "ad_unknown")
    await shelf.rounds(3)
    assert (await shelf.now(standing)).phase is Phase.DONE and len(shelf.posts()) == 1
    assert notices(await shelf.told(), "ad_changed") == [GROUP]


async def test_a_request_that_never_arrived_is_void_after_three_equal_looks_over_a_minute(shelf: Shelf) -> None:
    shelf.gate.errors["publish_ad"] = [LOST]
    standing = await shelf.act(PRICE)
    await shelf.rounds(55)
    assert (await shelf.now(standing)).phase is Phase.UNKNOWN
    await shelf.rounds(30)
    assert (await shelf.now(standing)).phase is Phase.VOID and len(shelf.posts()) == 1
    shelf.elsewhere(price=Decimal("7.21"))
    assert await ad_follow.seen(shelf.desk, (await shelf.now(standing)).change)
    assert (await shelf.now(standing)).phase is Phase.DONE
    assert notices(await shelf.told(), "ad_changed_late") == [GROUP, OWNER, LEAD]


async def test_looks_that_differ_prove_nothing_and_a_third_value_is_told_as_another(shelf: Shelf) -> None:
    shelf.gate.errors["publish_ad"] = [LOST]
    standing = await shelf.act(PRICE)
    await shelf.rounds(50)
    shelf.elsewhere(price=Decimal("7.33"))
    await shelf.rounds(60)
    assert (await shelf.now(standing)).phase is Phase.UNKNOWN, "the looks began anew"
    await shelf.rounds(130)
    settled = await shelf.now(standing)
    assert settled.intent is not None and (settled.phase, settled.intent.answer) == (
        Phase.REFUSED, "look: another value"
    )  # fmt: skip


async def test_what_the_venue_accepted_and_does_not_show_is_told_to_leads(shelf: Shelf) -> None:
    shelf.gate.acts = False
    standing = await shelf.act(PRICE)
    assert standing.phase is Phase.DONE and standing.change.differs
    assert notices(await shelf.told(), "ad_differs") == [GROUP, OWNER, LEAD]


async def test_an_edit_that_changed_something_else_is_told_to_leads(shelf: Shelf) -> None:
    standing = await shelf.ask(PRICE)
    shelf.gate.after_ad = lambda: shelf.elsewhere(terms="")
    settled = await shelf.tap(standing)
    assert settled.change.moved == ("terms",) and settled.change.differs


async def test_a_venue_that_shows_no_limits_afterwards_shows_something_else(shelf: Shelf) -> None:
    shelf.gate.after_ad = lambda: shelf.elsewhere(least=None)
    settled = await shelf.act(Wanted(AD, limits=(Decimal(20), Decimal(400))))
    assert settled.change.found == {"limits": ""} and settled.change.differs


async def test_a_look_that_fails_afterwards_is_made_up_for(shelf: Shelf) -> None:
    standing = await shelf.ask(PRICE)
    away: list[VenueError] = [Unreachable("gate", "ad", "away")] * 3
    shelf.gate.after_ad = lambda: shelf.gate.errors["ad"].extend(away)
    assert (await shelf.tap(standing)).change.checked_at is None
    await shelf.rounds(12)
    assert (await shelf.now(standing)).change.found == {"price": "7.21"}
    assert notices(await shelf.told(), "ad_changed") == [GROUP]


async def test_an_accepted_change_whose_ad_cannot_be_read_any_more_is_told_to_leads_once(shelf: Shelf) -> None:
    standing = await shelf.ask(PRICE)
    ours = shelf.gate.mine
    shelf.gate.after_ad = lambda: setattr(shelf.gate, "mine", [])
    await shelf.tap(standing)
    await shelf.rounds(25)
    assert notices(await shelf.told(), "ad_unseen") == []
    await shelf.rounds(200)
    assert notices(await shelf.told(), "ad_unseen") == [GROUP, OWNER, LEAD]
    shelf.gate.mine = [replace(ad, price=Decimal("7.21")) for ad in ours]
    await shelf.rounds(12)
    assert (await shelf.now(standing)).change.found == {"price": "7.21"}
    told = await shelf.told()
    assert (notices(told, "ad_changed"), notices(told, "ad_unseen")) == ([GROUP], [])


async def test_a_gate_that_is_away_is_told_as_such_and_not_for_each_change(shelf: Shelf) -> None:
    standing = await shelf.ask(PRICE)
    shelf.gate.after_ad = lambda: setattr(shelf.gate, "mine", [])
    await shelf.tap(standing)
    shelf.desk.blind_since = shelf.bench.now
    await shelf.rounds(200)
    assert notices(await shelf.told(), "ad_unseen") == []


async def test_a_refusal_is_kept_in_the_venues_words_and_nothing_is_looked_at(shelf: Shelf) -> None:
    shelf.gate.errors["publish_ad"] = [Refused("gate", "publish_ad", code="70305102", detail="contact", status=200)]
    standing = await shelf.act(Wanted(AD, terms="call me"))
    assert standing.phase is Phase.REFUSED and standing.intent is not None
    assert standing.intent.answer == "70305102: contact"
    again = await shelf.act(Wanted(AD, terms="own name only"))
    assert again.phase is Phase.DONE, "a new attempt is a new decision"


async def test_the_same_state_may_be_left_again_by_the_same_change(shelf: Shelf) -> None:
    for price in ("7.21", "7.20", "7.21"):
        assert (await shelf.act(Wanted(AD, price=Decimal(price)))).phase is Phase.DONE
    intents = await shelf.intents()
    assert len(intents) == 3 and len({intent.base for intent in intents}) == 3


async def test_a_price_far_off_the_market_is_asked_twice(shelf: Shelf) -> None:
    far = await shelf.ask(Wanted(AD, price=Decimal("72.1")))
    assert far.open_seal is None and far.change.far_percent == "902.8"
    meant = await ad_change.mean(shelf.desk, LEAD, far.change.id)
    shelf.bench.pass_(2)
    assert meant.open_seal is not None
    assert (await shelf.tap(meant)).phase is Phase.DONE


async def test_a_market_that_cannot_be_read_asks_twice_as_well(shelf: Shelf) -> None:
    shelf.gate.errors["market_ads"] = [Unreachable("gate", "market_ads", "away")]
    standing = await shelf.ask(PRICE)
    assert (standing.change.far_percent, standing.open_seal) == ("", None)


async def test_a_market_of_our_own_ads_only_is_no_market(shelf: Shelf) -> None:
    shelf.gate.market = {}
    standing = await shelf.ask(Wanted(AD, price=Decimal(70)))
    assert standing.change.far_percent is None and standing.change.best is None


async def test_steps_lead_to_another_diff_and_the_old_one_is_dead(shelf: Shelf) -> None:
    first = await shelf.ask(PRICE)
    prices, standing = [], first
    for way in ("up", "up", "down", "rank"):
        standing = await ad_change.step(shelf.desk, LEAD, standing.change.id, way)
        prices.append(str(standing.change.wanted.price))
    assert prices == ["7.22", "7.23", "7.22", "7.19"]
    assert (await refused(shelf.tap(first))).reason in ("ad_step_over", "ad_step_used")
    assert (await refused(ad_change.step(shelf.desk, OWNER, standing.change.id, "up"))).reason == "not_your_step"
    assert (await refused(ad_change.step(shelf.desk, LEAD, standing.change.id, "away"))).reason == "stale_button"
    assert shelf.posts() == []


async def test_a_step_to_the_price_that_is_there_already_is_said(shelf: Shelf) -> None:
    standing = await shelf.ask(PRICE)
    assert (await refused(ad_change.step(shelf.desk, LEAD, standing.change.id, "down"))).reason == "ad_same"


async def test_nobody_below_a_lead_changes_an_ad_and_a_frozen_desk_does_not(shelf: Shelf) -> None:
    assert (await refused(ad_change.begin(shelf.desk, OPERATOR, PRICE))).reason == "role_too_low"
    standing = await shelf.ask(PRICE)
    await freeze.freeze_desk(shelf.desk, OWNER)
    assert (await refused(shelf.tap(standing))).reason == "desk_frozen"
    assert (await refused(ad_change.begin(shelf.desk, LEAD, PRICE))).reason == "desk_frozen"
    assert shelf.posts() == []


async def test_a_step_ends_by_itself_and_by_its_back_button(shelf: Shelf) -> None:
    late = await shelf.ask(PRICE)
    await shelf.rounds(125, every=5)
    assert (await shelf.now(late)).phase is Phase.LEFT
    assert (await refused(shelf.tap(late))).reason in ("ad_step_over", "ad_step_used")
    left = await shelf.ask(PRICE)
    await ad_change.back(shelf.desk, LEAD, left.change.id)
    assert (await refused(shelf.tap(left))).reason in ("ad_step_over", "ad_step_used")
    assert shelf.posts() == []


async def test_a_tap_within_the_moment_of_its_appearance_changes_nothing(shelf: Shelf) -> None:
    standing = await shelf.ask(PRICE, read_for=0)
    assert (await refused(shelf.tap(standing))).reason == "too_quick" and shelf.posts() == []


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (Wanted(AD, price=Decimal(0)), "ad_not_positive"),
        (Wanted(AD, price=Decimal("7.12345")), "ad_too_precise"),
        (Wanted(AD, price=Decimal("1e16")), "ad_too_much"),
        (Wanted(AD, price=Decimal("7.200")), "ad_same"),
        (Wanted(AD, offset=Decimal("0.5")), "ad_fixed"),
        (Wanted(AD, amount=Decimal(100)), "ad_limits_beyond"),
        (Wanted(AD, limits=(Decimal(500), Decimal(10))), "ad_limits_order"),
        (Wanted(AD, limits=(Decimal(10), Decimal(5000))), "ad_limits_beyond"),
        (Wanted(AD, terms="x" * 1001), "ad_text_long"),
        (Wanted(AD, window=0), "ad_window"),
        (Wanted(AD, window=100_000), "ad_window"),
        (Wanted("99", price=Decimal(7)), "not_our_ad"),
    ],
)
async def test_what_cannot_be_is_said_before_anything_is_shown(shelf: Shelf, wanted: Wanted, reason: str) -> None:
    assert (await refused(ad_change.begin(shelf.desk, LEAD, wanted))).reason == reason
    assert shelf.posts() == [] and await shelf.intents() == []


async def test_somebody_elses_ad_and_a_closed_one_are_left_alone(shelf: Shelf) -> None:
    shelf.gate.closed = [replace(OURS, id="77"), replace(OURS, id="78", status="CLOSED")]
    assert (await refused(ad_change.begin(shelf.desk, LEAD, Wanted("77", price=Decimal(7))))).reason == "not_our_ad"
    assert (await refused(ad_change.begin(shelf.desk, LEAD, Wanted("78", price=Decimal(7))))).reason == "ad_closed"


async def test_an_ad_of_which_a_part_cannot_be_read_keeps_it_because_it_is_not_edited(shelf: Shelf) -> None:
    shelf.elsewhere(method_count=3)
    assert (await refused(ad_change.begin(shelf.desk, LEAD, PRICE))).facts["parts"] == "methods"
    assert (await shelf.act(Wanted(AD, status=AdStatus.DELISTED))).phase is Phase.DONE


async def test_a_floating_ad_changes_its_offset_and_its_price_may_move_meanwhile(shelf: Shelf) -> None:
    floating = Floating(Reference.GATE, Decimal("0.5"), is_discount=False)
    shelf.elsewhere(floating=floating)
    assert (await refused(ad_change.begin(shelf.desk, LEAD, PRICE))).reason == "ad_floats"
    standing = await shelf.ask(Wanted(AD, offset=Decimal("-0.3")))
    shelf.elsewhere(price=Decimal("7.31"))
    settled = await shelf.tap(standing)
    assert settled.phase is Phase.DONE and settled.change.moved == () and not settled.change.differs
    assert shelf.ad().floating == Floating(Reference.GATE, Decimal("0.3"), is_discount=True)
    assert notices(await shelf.told(), "ad_differs") == []


async def test_a_floating_ad_whose_reference_moved_with_its_offset_is_told_to_leads(shelf: Shelf) -> None:
    shelf.elsewhere(floating=Floating(Reference.GATE, Decimal("0.5"), is_discount=False))
    standing = await shelf.ask(Wanted(AD, offset=Decimal("-0.3")))
    other = Floating(Reference.SPOT, Decimal("0.3"), is_discount=True)
    shelf.gate.after_ad = lambda: shelf.elsewhere(floating=other)
    settled = await shelf.tap(standing)
    assert settled.change.moved == ("floating",) and settled.change.differs


async def test_a_rule_sends_under_the_seal_that_armed_it_once_and_is_refused_like_a_person(shelf: Shelf) -> None:
    lead = shelf.desk.people[LEAD]
    holds = True

    async def check(_tables: Tables) -> None:
        if not holds:
            raise NotAllowed("rule_over")

    standing = await ad_change.send_by_rule(shelf.desk, lead, "seal", OURS, PRICE, "rule1", check)
    assert standing.phase is Phase.DONE and standing.change.rule == "rule1"
    with pytest.raises(NotAllowed):
        await ad_change.send_by_rule(shelf.desk, shelf.desk.people[OPERATOR], "seal", OURS, PRICE, "rule1", check)
    holds = False
    with pytest.raises(NotAllowed, match="rule_over"):
        await ad_change.send_by_rule(
            shelf.desk, lead, "seal", shelf.ad(BUYING), Wanted(BUYING, price=Decimal(7)), "rule1", check
        )
    holds = True
    await freeze.freeze_desk(shelf.desk, OWNER)
    with pytest.raises(NotAllowed, match="desk_frozen"):
        await ad_change.send_by_rule(shelf.desk, lead, "seal", OURS, Wanted(BUYING, price=Decimal(7)), "rule1", check)
    assert len(shelf.posts()) == 1
    assert {intent.action for intent in await shelf.intents()} == {Action.AD}


async def test_what_was_on_its_way_when_the_desk_died_has_no_outcome_until_it_is_looked_at(shelf: Shelf) -> None:
    standing = await shelf.ask(PRICE)
    assert standing.open_seal is not None
    shelf.gate.ads_hang = asyncio.Event()
    await ad_change.change(shelf.desk, LEAD, standing.open_seal.id, shelf.bench.clock.now())
    await shelf.gate.ads_hang.wait()
    await shelf.desk.drain(0.01)
    assert [intent.state for intent in await shelf.intents()] == [State.SENT]
    assert await ad_follow.adopt(shelf.desk) == 1
    assert (await shelf.now(standing)).phase is Phase.UNKNOWN
