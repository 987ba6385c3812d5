"""The confirming tap: this quote and these amounts, once, or nothing; and what every answer becomes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable, VenueError
from bot.domain.intents import State
from bot.domain.money import Money
from bot.domain.quotes import OWN, ConvertOrder, Fixed, Standing, Wish
from bot.domain.staff import Limit, Role
from bot.flows import confirm, convert, convert_again, convert_follow, convert_quote, convert_view, freeze, people
from bot.flows.exchange import Exchange
from storage.store import StoreError
from tests.flows.bench import LEAD, OPERATOR, OPERATOR_2, OWNER
from tests.flows.convert_bench import REFUSAL, WISH, Deal, no, open_deal
from tests.support.fake_pay import LOST

Change = Callable[[Deal], Awaitable[object]]


@pytest.fixture
async def deal(tmp_path: Path) -> AsyncIterator[Deal]:
    async with open_deal(tmp_path) as opened:
        yield opened


def sent(deal: Deal) -> dict[str, str]:
    """The one request, as its fields."""
    ((_, body),) = deal.pay.posts
    fields: dict[str, str] = json.loads(body)
    return fields


@pytest.mark.parametrize("fixed", Fixed)
async def test_a_confirmed_quote_is_one_request_with_the_amounts_that_were_shown(deal: Deal, fixed: Fixed) -> None:
    wish = replace(WISH, fixed=fixed, amount=Decimal("100.10") if fixed is Fixed.SELL else Decimal("0.00100100"))
    standing = await deal.quote(wish)
    deal.pay.price = Decimal("0.5")
    await deal.tap(standing)
    quote, asked = standing.conversion.quote, sent(deal)
    assert (asked["sellAmount"], asked["sellCurrency"]) == (f"{quote.sell.amount:f}", "USDT")
    assert (asked["buyAmount"], asked["buyCurrency"]) == (f"{quote.buy.amount:f}", "BTC")
    assert asked["quoteId"] == quote.id
    intent = await deal.bench.intent(standing.conversion.id)
    assert intent.state is State.DONE and intent.arguments["body"].encode() == deal.pay.posts[0][1]
    assert intent.arguments["client_req_id"] == asked["clientReqId"] and asked["clientReqId"].isdigit()
    assert await deal.outcomes() == ["sent", "done"]
    assert (intent.amount, intent.asset) == (quote.sell.amount, "USDT")


async def test_two_conversions_have_two_request_ids_even_in_one_millisecond(deal: Deal) -> None:
    first, second = await deal.quote(), await deal.quote(by=LEAD)
    await asyncio.gather(deal.tap(first), deal.tap(second, by=LEAD))
    ids = {json.loads(body)["clientReqId"] for _, body in deal.pay.posts}
    assert len(ids) == len(deal.pay.posts) == 2


async def test_many_taps_at_once_are_one_request(deal: Deal) -> None:
    standing = await deal.quote()
    ended = await asyncio.gather(*(deal.tap(standing) for _ in range(8)), return_exceptions=True)
    assert len(deal.pay.posts) == 1
    assert [one.reason for one in ended if isinstance(one, NotAllowed)] == ["quote_used"] * 7
    assert (await no(deal.tap(standing))).reason == "quote_used" and len(deal.pay.posts) == 1


async def lower(deal: Deal) -> None:
    await people.set_limit(deal.desk, OWNER, Role.OPERATOR, "convert", Limit(Decimal(99), Decimal(99)))


async def forget_deadlines(deal: Deal) -> None:
    deal.desk.exchange = Exchange(pay=deal.pay, accounts=(OWN,))


async def set_back(deal: Deal) -> None:
    """Twelve seconds pass, but the wall clock is put back by eleven of them."""
    deal.bench.pass_(1)
    deal.bench.clock.monotonic = lambda: deal.bench.seconds + 11  # type: ignore[method-assign]


async def pass_by(deal: Deal, seconds: float) -> None:
    deal.bench.pass_(seconds)


async def halt(deal: Deal) -> None:
    deal.desk.is_halted = True


CHANGES: dict[str, tuple[Change, str]] = {
    "desk frozen": (lambda deal: freeze.freeze_desk(deal.desk, LEAD), "desk_frozen"),
    "person frozen": (lambda deal: people.freeze_person(deal.desk, LEAD, OPERATOR, True), "person_frozen"),
    "removed": (lambda deal: people.remove(deal.desk, OWNER, OPERATOR), "no_right_here"),
    "role lowered": (lambda deal: people.change_role(deal.desk, OWNER, OPERATOR, Role.AGENT), "role_too_low"),
    "role raised": (lambda deal: people.change_role(deal.desk, OWNER, OPERATOR, Role.LEAD), "quote_changed"),
    "limit lowered": (lower, "over_limit"),
    "limit raised": (
        lambda deal: people.set_limit(deal.desk, OWNER, Role.OPERATOR, "convert", Limit(Decimal(9999), Decimal(9999))),
        "quote_changed",
    ),
    "its time is over": (lambda deal: pass_by(deal, 10), "quote_ended"),
    "the clock was set back": (set_back, "quote_ended"),
    "the clock is before the question": (lambda deal: pass_by(deal, -3), "too_quick"),
    "a restart": (forget_deadlines, "quote_ended"),
    "stepped back": (lambda deal: convert_quote.step_back(deal.desk, OPERATOR, "id1"), "quote_ended"),
    "a newer quote": (lambda deal: deal.quote(), "quote_ended"),
    "the memory is halted": (halt, "halted"),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_what_changed_between_quote_and_tap_sends_nothing(deal: Deal, what: str) -> None:
    change, why = CHANGES[what]
    standing = await deal.quote()
    assert standing.conversion.id == "id1"
    await change(deal)
    found = await no(deal.tap(standing))
    expected = {why, "quote_used"} if why == "quote_ended" else {why}
    assert found.reason in expected and deal.pay.posts == []
    async with deal.bench.store.read() as tables:
        assert await tables.intents.get("id1") is None
    assert "not_allowed" in await deal.outcomes()


@pytest.mark.parametrize("seconds", [9.999, 10])
async def test_the_last_millisecond_of_a_quote_counts(deal: Deal, seconds: float) -> None:
    standing = await deal.quote()
    deal.bench.pass_(seconds)
    if seconds < 10:
        await deal.tap(standing)
    else:
        assert (await no(deal.tap(standing))).reason == "quote_ended"
    assert len(deal.pay.posts) == (1 if seconds < 10 else 0)


async def test_a_thumb_that_is_too_quick_leaves_the_quote_open(deal: Deal) -> None:
    standing = await deal.quote(read_for=1)
    assert (await no(deal.tap(standing))).reason == "too_quick" and deal.pay.posts == []
    deal.bench.pass_(1)
    await deal.tap(standing)
    assert len(deal.pay.posts) == 1


@pytest.mark.parametrize("by", [OPERATOR_2, LEAD, OWNER])
async def test_nobody_takes_another_persons_quote(deal: Deal, by: int) -> None:
    standing = await deal.quote()
    assert (await no(deal.tap(standing, by=by))).reason == "not_your_quote" and deal.pay.posts == []
    await deal.tap(standing)
    assert len(deal.pay.posts) == 1, "and it is not spoilt for its owner"


async def test_every_step_has_one_door(deal: Deal) -> None:
    order_seal = await deal.bench.open_step()
    assert (await no(convert.convert(deal.desk, OPERATOR, order_seal, deal.bench.now))).reason == "stale_button"
    assert (await no(convert_again.ask_again(deal.desk, OPERATOR, order_seal, deal.bench.now))).reason == "stale_button"
    standing = await deal.quote()
    assert standing.open_seal is not None
    seal = standing.open_seal.id
    assert (await no(confirm.confirm(deal.desk, OPERATOR, seal, deal.bench.now))).reason == "stale_button"
    assert (await no(convert_again.ask_again(deal.desk, OPERATOR, seal, deal.bench.now))).reason == "stale_button"
    assert deal.pay.posts == [] and deal.bench.gate.count("release") == 0
    intent = await deal.lose()
    _, again = await convert_again.open_again(deal.desk, OPERATOR, intent.id)
    deal.bench.pass_(2)
    for door in (convert.convert, confirm.confirm):
        assert (await no(door(deal.desk, OPERATOR, again.id, deal.bench.now))).reason == "stale_button"
    assert len(deal.pay.posts) == 1
    assert (await no(convert.convert(deal.desk, OPERATOR, "nothing", deal.bench.now))).reason == "stale_button"


def refusal(code: str = "400622") -> Refused:
    return Refused("gate_pay", "convert", code=code, detail="no", status=400)


OUTCOMES: list[tuple[str, Exception | None, int, State]] = [
    ("success", None, 3, State.DONE),
    ("failed", None, 6, State.REFUSED),
    ("created", None, 1, State.TAKEN),
    ("nothing known", None, 0, State.TAKEN),
    ("another number", None, 36, State.TAKEN),
    ("refused", refusal(), 3, State.REFUSED),
    ("unknown code", refusal("999999"), 3, State.REFUSED),
    ("never left", Unreachable("gate_pay", "convert", "no route"), 3, State.VOID),
    ("skew", NotAllowed("clock_skew", {"seconds": "+11", "limit": "8"}), 3, State.VOID),
    ("time-out", LOST, 3, State.UNKNOWN),
    ("server error", Unknown("gate_pay", "convert", why="server_error", status=500), 3, State.UNKNOWN),
    ("unreadable", Unknown("gate_pay", "convert", why="unreadable"), 3, State.UNKNOWN),
    ("odd", VenueError("gate_pay", "convert", "odd"), 3, State.UNKNOWN),
    ("a defect", RuntimeError("defect"), 3, State.UNKNOWN),
]


@pytest.mark.parametrize(("name", "error", "status", "state"), OUTCOMES, ids=[row[0] for row in OUTCOMES])
async def test_every_answer_has_its_state_and_nothing_is_sent_twice(
    deal: Deal, name: str, error: Exception | None, status: int, state: State
) -> None:
    deal.pay.status = status
    deal.pay.errors["convert"] = [error] if error is not None else []
    intent = await deal.act()
    assert intent.state is state and len(deal.pay.posts) == 1
    assert await deal.outcomes() == ["sent", state.value]
    made = await deal.stored(intent.id)
    assert (made.order_id, made.status) == (("o1", status) if error is None else ("", None))
    await deal.look(1)
    await deal.look(3600)
    assert len(deal.pay.posts) == 1


async def test_swapped_names_of_coins_are_seen_as_our_sides(deal: Deal) -> None:
    deal.pay.answer = lambda order: replace(order, sell=order.buy, buy=order.sell)
    made = await deal.stored((await deal.act()).id)
    assert made.executed == (made.quote.sell, made.quote.buy) and not made.differs


@pytest.mark.parametrize("sides", [("DOGE", "BTC"), ("USDT", "USDT"), ("USDC", "ETH")])
async def test_foreign_coins_in_the_answer_are_not_taken_for_ours(deal: Deal, sides: tuple[str, str]) -> None:
    def foreign(order: ConvertOrder) -> ConvertOrder:
        return replace(order, sell=Money(Decimal(1), sides[0]), buy=Money(Decimal(2), sides[1]))

    deal.pay.answer = foreign
    intent = await deal.act()
    assert intent.state is State.DONE and (await deal.stored(intent.id)).executed is None


async def test_other_amounts_in_the_answer_are_kept_and_journalled(deal: Deal) -> None:
    deal.pay.answer = lambda order: replace(order, buy=Money(Decimal("0.00099"), "BTC"))
    made = await deal.stored((await deal.act()).id)
    assert made.differs and (await deal.lines("convert"))[-1].facts["executed"] == "100 USDT / 0.00099 BTC"


async def test_a_refusal_gives_a_fresh_quote_with_the_change_that_nobody_sends(deal: Deal) -> None:
    standing = await deal.quote()
    deal.pay.errors["convert"], deal.pay.price = [REFUSAL], Decimal("0.000009")
    await deal.tap(standing)
    (fresh,) = await deal.live()
    shown = await convert_view.show(deal.desk, OPERATOR, fresh.id)
    assert fresh.instead_of == standing.conversion.id and fresh.change_percent == Decimal(-10)
    assert shown.refusal == "400622: quote expired" and shown.open_seal is not None and shown.intent is None
    await deal.look(60)
    assert len(deal.pay.posts) == 1 and await deal.live() == []


async def test_a_fresh_quote_that_nobody_asked_for_does_not_end_a_newer_one(deal: Deal) -> None:
    """The person was quicker than the venue's answer to the desk, and looks at a quote of their own."""
    standing, newer = await deal.quote(), list[Standing]()

    async def quicker() -> None:
        del deal.pay.during["preview"]
        newer.append(await convert_quote.take_quote(deal.desk, OPERATOR, replace(WISH, amount=Decimal("50"))))

    deal.pay.errors["convert"], deal.pay.during = [REFUSAL], {"preview": quicker}
    await deal.tap(standing)
    assert [one.id for one in await deal.live()] == [newer[0].conversion.id]
    assert (await convert_view.show(deal.desk, OPERATOR, standing.conversion.id)).intent is not None
    deal.bench.pass_(2)
    await deal.tap(newer[0])
    assert [json.loads(body)["sellAmount"] for _, body in deal.pay.posts] == ["100", "50"]
    assert await deal.outcomes() == ["sent", "refused", "sent", "done"], "nothing that was not done is journalled"


async def test_after_a_refusal_a_fresh_quote_is_not_owed(deal: Deal) -> None:
    standing = await deal.quote()
    deal.pay.errors["convert"] = [REFUSAL]
    deal.pay.errors["preview"] = [Unreachable("gate_pay", "preview", "no route")]
    await deal.tap(standing)
    assert (await deal.bench.intent(standing.conversion.id)).state is State.REFUSED and await deal.live() == []


async def test_a_failed_order_is_no_question_of_the_rate(deal: Deal) -> None:
    deal.pay.status = 6
    await deal.act()
    assert deal.pay.count("preview") == 1 and len(await deal.notices("convert_failed")) == 1


async def test_one_quote_of_the_venue_is_executed_once_even_if_it_gives_it_twice(deal: Deal) -> None:
    deal.pay.offer = lambda quote: replace(quote, id="same")
    first, second = await deal.quote(), await deal.quote(by=LEAD)
    await deal.tap(first)
    found = await no(deal.tap(second, by=LEAD))
    assert found.reason == "quote_used" and "operator" in found.facts["who"] and len(deal.pay.posts) == 1


async def test_two_leads_carry_one_request_out_once(deal: Deal) -> None:
    await lower(deal)
    asked = (await no(deal.quote())).facts["conversion"]
    await convert_quote.ask_lead(deal.desk, OPERATOR, asked)
    leads = [(by, await convert_quote.quote_for(deal.desk, by, asked)) for by in (LEAD, OWNER)]
    deal.bench.pass_(2)
    ended = await asyncio.gather(*(deal.tap(one, by=by) for by, one in leads), return_exceptions=True)
    assert len(deal.pay.posts) == 1 and [one.reason for one in ended if isinstance(one, NotAllowed)] == ["quote_used"]
    assert (await no(convert_quote.quote_for(deal.desk, OWNER, asked))).reason == "quote_used"
    (told,) = [one for one in await deal.notices("converted") if one.chat_id == OPERATOR]
    assert told.facts["asked"] == "operator 3"


async def test_a_request_that_was_refused_may_be_taken_by_another_lead(deal: Deal) -> None:
    await lower(deal)
    asked = (await no(deal.quote())).facts["conversion"]
    deal.pay.errors["convert"] = [REFUSAL]
    for by in (LEAD, OWNER):
        standing = await convert_quote.quote_for(deal.desk, by, asked)
        deal.bench.pass_(2)
        await deal.tap(standing, by=by)
    intent = await deal.bench.intent(standing.conversion.id)
    assert (intent.actor, intent.requester, intent.state) == (OWNER, OPERATOR, State.DONE)


async def test_the_daily_limit_counts_what_was_done_and_what_may_have_been(deal: Deal) -> None:
    await people.set_limit(deal.desk, OWNER, Role.OPERATOR, "convert", Limit(Decimal(100), Decimal(250)))
    await deal.act()
    await deal.lose()
    assert (await no(deal.quote())).reason == "over_daily_limit"
    assert (await deal.quote(by=OPERATOR_2)).open_seal is not None, "everybody has a day of their own"
    assert (await deal.quote(replace(WISH, amount=Decimal(50)))).open_seal is not None


async def test_what_the_venue_refused_does_not_count_against_the_day(deal: Deal) -> None:
    await people.set_limit(deal.desk, OWNER, Role.OPERATOR, "convert", Limit(Decimal(100), Decimal(100)))
    deal.pay.errors["convert"] = [REFUSAL]
    await deal.act()
    assert (await deal.act()).state is State.DONE


async def test_a_pair_without_usdt_is_not_confirmed_by_a_lead_who_is_one_no_longer(deal: Deal) -> None:
    deal.pay.price = Decimal("30")
    standing = await deal.quote(Wish(OWN, "BTC", "ETH", Fixed.SELL, Decimal("0.01")), by=LEAD)
    await people.change_role(deal.desk, OWNER, LEAD, Role.OPERATOR)
    assert (await no(deal.tap(standing, by=LEAD))).reason == "limit_needs_usdt" and deal.pay.posts == []


async def test_a_memory_that_fails_at_the_outcome_halts_the_desk_and_sends_nothing_again(deal: Deal) -> None:
    standing, failures, halted = await deal.quote(), [1, 2], list[bool]()
    cried = list[str]()

    def fail(point: str) -> None:
        if point == "before:commit" and deal.pay.posts and failures:
            failures.pop()
            raise StoreError("full", "no space")

    async def sleep(seconds: float) -> None:
        halted.append(deal.desk.is_halted)

    async def alarm(why: str) -> None:
        cried.append(why)

    deal.desk.clock.sleep = sleep  # type: ignore[method-assign]
    deal.desk.alarm, deal.bench.store._probe = alarm, fail
    await deal.tap(standing)
    assert halted == [True, True] and len(cried) == 1 and not deal.desk.is_halted
    assert (await deal.bench.intent(standing.conversion.id)).state is State.DONE and len(deal.pay.posts) == 1


async def test_without_a_durable_intent_nothing_is_sent(deal: Deal) -> None:
    standing = await deal.quote()
    deal.bench.broken.add("before:commit")
    with pytest.raises(StoreError):
        await deal.tap(standing)
    deal.bench.broken.clear()
    assert deal.pay.posts == []
    await convert_follow.adopt(deal.desk)
    assert deal.pay.posts == []
