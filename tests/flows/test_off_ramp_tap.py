"""The confirming tap: this token, these amounts, this account, once, or nothing; and what every answer becomes."""

import asyncio
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import NotAllowed, Unknown, Unreachable, VenueError
from bot.domain.intents import State
from bot.domain.off_ramps import OffRampStanding
from bot.domain.quotes import OWN, Fixed, Wish
from bot.domain.staff import Role
from bot.flows import confirm, convert, convert_quote, freeze, off_ramp, off_ramp_quote, off_ramp_view, people
from bot.flows.exchange import Exchange
from bot.logs import QUIET
from storage.store import StoreError
from tests.flows.bench import LEAD, OPERATOR, OWNER, VIEWER
from tests.flows.off_ramp_bench import Sale, asked_by_operator, no, open_sale, refusal
from tests.support.fake_otc import CHASE, LOST_ORDER, TOKEN
from tests.support.fake_pay import FakePay

Change = Callable[[Sale], Awaitable[object]]


@pytest.fixture
async def sale(tmp_path: Path) -> AsyncIterator[Sale]:
    async with open_sale(tmp_path) as opened:
        yield opened


def sent(sale: Sale) -> dict[str, Any]:
    """The one request, as its fields."""
    (body,) = sale.otc.posts
    fields: dict[str, Any] = json.loads(body)
    return fields


@pytest.mark.parametrize("typed", ["1000.10 USDT", "5000.50 USD USDC"])
async def test_a_confirmed_quote_is_one_request_with_what_was_shown(sale: Sale, typed: str) -> None:
    standing = await sale.quote(typed)
    sale.otc.price = Decimal("0.5")
    await sale.tap(standing)
    quote, asked = standing.off_ramp.quote, sent(sale)
    assert (asked["cryptoAmount"], asked["cryptoCurrency"]) == (f"{quote.sell.amount:f}", quote.sell.code)
    assert (asked["fiatAmount"], asked["fiatCurrency"]) == (f"{quote.get.amount:f}", "USD")
    assert asked["quoteToken"] == quote.token == f"{TOKEN}-1"
    intent, made = await sale.bench.intent(standing.off_ramp.id), await sale.stored(standing.off_ramp.id)
    assert intent.arguments["client_order_id"] == made.client_order_id == asked["clientOrderId"]
    assert asked["clientOrderId"].isdigit() and (intent.amount, intent.asset) == (quote.sell.amount, quote.sell.code)
    assert await sale.outcomes() == ["sent", "taken"] and (await sale.lines())[0].actor == LEAD


@pytest.mark.parametrize("sent_id", [501, "501"])
async def test_the_account_is_sent_in_the_form_of_the_list(sale: Sale, sent_id: str | int) -> None:
    sale.otc.listed = [replace(CHASE, sent_id=sent_id)]
    await sale.act()
    assert sent(sale)["bankAccountId"] == sent_id and type(sent(sale)["bankAccountId"]) is type(sent_id)


async def test_our_number_is_stored_before_the_request_leaves(sale: Sale) -> None:
    seen: list[tuple[str, State, str]] = []

    async def look_inside() -> None:
        (row,) = [one async for one in rows(sale)]
        seen.append((row["client_order_id"], (await sale.bench.intent(row["id"])).state, row["token"]))

    sale.otc.during["create"] = look_inside
    await sale.act()
    assert seen == [(sent(sale)["clientOrderId"], State.SENT, "")], "and the token is forgotten by then"


async def rows(sale: Sale, table: str = "off_ramps") -> AsyncIterator[dict[str, Any]]:
    with closing(sqlite3.connect(sale.database)) as connection:
        connection.row_factory = sqlite3.Row
        for row in connection.execute(f"SELECT * FROM {table}"):
            yield dict(row)


async def test_two_off_ramps_have_two_numbers_even_in_one_millisecond(sale: Sale) -> None:
    first, second = await sale.quote(), await sale.quote(by=OWNER)
    await asyncio.gather(sale.tap(first), sale.tap(second, by=OWNER))
    assert len({json.loads(body)["clientOrderId"] for body in sale.otc.posts}) == len(sale.otc.posts) == 2


async def test_many_taps_at_once_are_one_request(sale: Sale) -> None:
    standing = await sale.quote()
    ended = await asyncio.gather(*(sale.tap(standing) for _ in range(8)), return_exceptions=True)
    assert len(sale.otc.posts) == 1
    assert [one.reason for one in ended if isinstance(one, NotAllowed)] == ["quote_used"] * 7
    assert (await no(sale.tap(standing))).reason == "quote_used" and len(sale.otc.posts) == 1


async def forget_deadlines(sale: Sale) -> None:
    sale.desk.exchange = Exchange(otc=sale.otc)


async def set_back(sale: Sale) -> None:
    """31 seconds pass, but the wall clock is put back by 30 of them."""
    sale.bench.pass_(1)
    sale.bench.clock.monotonic = lambda: sale.bench.seconds + 30  # type: ignore[method-assign]


async def pass_by(sale: Sale, seconds: float) -> None:
    sale.bench.pass_(seconds)


async def halt(sale: Sale) -> None:
    sale.desk.is_halted = True


CHANGES: dict[str, tuple[Change, str]] = {
    "desk frozen": (lambda sale: freeze.freeze_desk(sale.desk, OWNER), "desk_frozen"),
    "person frozen": (lambda sale: people.freeze_person(sale.desk, OWNER, LEAD, True), "person_frozen"),
    "removed": (lambda sale: people.remove(sale.desk, OWNER, LEAD), "no_right_here"),
    "role lowered": (lambda sale: people.change_role(sale.desk, OWNER, LEAD, Role.OPERATOR), "role_too_low"),
    "its time is over": (lambda sale: pass_by(sale, 28), "quote_ended"),
    "the clock was set back": (set_back, "quote_ended"),
    "the clock is before the question": (lambda sale: pass_by(sale, -3), "too_quick"),
    "a restart": (forget_deadlines, "quote_ended"),
    "stepped back": (lambda sale: off_ramp_quote.step_back(sale.desk, LEAD, "id2"), "quote_ended"),
    "a newer quote": (lambda sale: sale.quote(), "quote_ended"),
    "the memory is halted": (halt, "halted"),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_what_changed_between_quote_and_tap_sends_nothing(sale: Sale, what: str) -> None:
    change, why = CHANGES[what]
    standing = await sale.quote()
    assert standing.off_ramp.id == "id2"
    await change(sale)
    found = await no(sale.tap(standing))
    assert found.reason in ({why, "quote_used"} if why == "quote_ended" else {why}) and sale.otc.posts == []
    async with sale.bench.store.read() as tables:
        assert await tables.intents.get("id2") is None
    assert (await sale.outcomes())[-1] == "not_allowed"


@pytest.mark.parametrize("seconds", [27.999, 28])
@pytest.mark.parametrize("life", [30, 5])
async def test_the_last_millisecond_of_the_valid_period_counts(sale: Sale, seconds: float, life: int) -> None:
    sale.otc.valid_seconds = life
    standing = await sale.quote()
    sale.bench.pass_(seconds - 30 + life)
    if seconds < 28:
        await sale.tap(standing)
    else:
        assert (await no(sale.tap(standing))).reason == "quote_ended"
    assert len(sale.otc.posts) == (1 if seconds < 28 else 0)
    assert (await sale.stored(standing.off_ramp.id)).quote.token == ""


async def test_a_thumb_that_is_too_quick_leaves_the_quote_open(sale: Sale) -> None:
    standing = await sale.quote(read_for=1)
    assert (await no(sale.tap(standing))).reason == "too_quick" and sale.otc.posts == []
    sale.bench.pass_(1)
    await sale.tap(standing)
    assert len(sale.otc.posts) == 1


@pytest.mark.parametrize("by", [OWNER, OPERATOR, VIEWER])
async def test_nobody_takes_another_persons_quote(sale: Sale, by: int) -> None:
    standing = await sale.quote()
    assert (await no(sale.tap(standing, by=by))).reason == ("not_your_quote" if by == OWNER else "role_too_low")
    assert sale.otc.posts == []
    await sale.tap(standing)
    assert len(sale.otc.posts) == 1, "and it is not spoilt for its owner"


async def test_every_step_has_one_door(sale: Sale) -> None:
    sale.desk.exchange.pay, sale.desk.exchange.accounts = (pay := FakePay()), (OWN,)
    doors = {"order": confirm.confirm, "convert": convert.convert, "otc": off_ramp.sell}
    quoted = await sale.quote()
    converted = await convert_quote.take_quote(sale.desk, LEAD, Wish(OWN, "USDT", "BTC", Fixed.SELL, Decimal("100")))
    assert quoted.open_seal is not None and converted.open_seal is not None
    seals = {
        "order": await sale.bench.open_step(by=LEAD),
        "convert": converted.open_seal.id,
        "otc": quoted.open_seal.id,
    }
    for kind, seal in [*seals.items(), ("none", "nothing")]:
        for door, enter in doors.items():
            if kind != door:
                assert (await no(enter(sale.desk, LEAD, seal, sale.bench.now))).reason == "stale_button", (kind, door)
    assert sale.otc.posts == [] and pay.posts == [] and sale.bench.gate.count("release") == 0
    for kind, enter in doors.items():
        await enter(sale.desk, LEAD, seals[kind], sale.bench.now)
    await sale.desk.drain(5)
    assert (len(sale.otc.posts), len(pay.posts), sale.bench.gate.count("release")) == (1, 1, 1)


OUTCOMES: list[tuple[str, Exception | None, str, State]] = [
    ("processing", None, "PROCESSING", State.TAKEN),
    ("dispatched", None, "DISPATCHED", State.TAKEN),
    ("done", None, "DONE", State.DONE),
    ("failed", None, "FAIL", State.REFUSED),
    ("an odd word", None, "HALTED", State.TAKEN),
    ("no word", None, "", State.TAKEN),
    ("refused", refusal(), "DONE", State.REFUSED),
    ("unknown code", refusal("999999"), "DONE", State.REFUSED),
    ("never left", Unreachable("gate_pay", "off_ramp", "no route"), "DONE", State.VOID),
    ("skew", NotAllowed("clock_skew", {"seconds": "+11", "limit": "8"}), "DONE", State.VOID),
    ("our number again", refusal("5502761"), "DONE", State.UNKNOWN),
    ("idempotency", refusal("550314"), "DONE", State.UNKNOWN),
    ("time-out", LOST_ORDER, "DONE", State.UNKNOWN),
    ("server error", Unknown("gate_pay", "off_ramp", why="server_error", status=500), "DONE", State.UNKNOWN),
    ("unreadable", Unknown("gate_pay", "off_ramp", why="unreadable"), "DONE", State.UNKNOWN),
    ("odd", VenueError("gate_pay", "off_ramp", "odd"), "DONE", State.UNKNOWN),
    ("a defect", RuntimeError("defect"), "DONE", State.UNKNOWN),
]


@pytest.mark.parametrize(("name", "error", "status", "state"), OUTCOMES, ids=[row[0] for row in OUTCOMES])
async def test_every_answer_has_its_state_and_nothing_is_sent_twice(
    sale: Sale, name: str, error: Exception | None, status: str, state: State
) -> None:
    sale.otc.status = status
    sale.otc.errors["create"] = [error] if error is not None else []
    intent = await sale.act()
    made = await sale.stored(intent.id)
    assert intent.state is state and len(sale.otc.posts) == 1 and await sale.outcomes() == ["sent", state.value]
    assert (made.order_id != "", made.status) == ((True, status) if error is None else (False, ""))
    for seconds in (1, 60, 60, 3600):
        await sale.look(seconds)
    assert len(sale.otc.posts) == 1 and len(await sale.notices("otc_done", LEAD)) <= 1


@pytest.mark.parametrize("error", [refusal(), Unreachable("gate_pay", "off_ramp", "x"), LOST_ORDER, None])
async def test_nothing_of_the_token_is_left_anywhere_after_the_end(
    sale: Sale, error: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sale.otc.errors["create"] = [error] if error is not None else []
    sale.otc.errors["quote"] = []
    ended, left = await sale.quote(), await sale.quote(by=OWNER)
    await sale.tap(ended)
    await sale.look(60)
    assert (await sale.stored(left.off_ramp.id)).ended_at is not None
    assert [json.loads(body)["quoteToken"] for body in sale.otc.posts] == [f"{TOKEN}-1"]
    with closing(sqlite3.connect(sale.database)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = [table for table in tables if [row async for row in rows(sale, table) if TOKEN in repr(row)]]
    logged = "".join(line.getMessage() for line in caplog.records if line.name.split(".")[0] not in QUIET)
    assert found == [] and TOKEN not in logged and TOKEN not in repr(sale.desk.exchange)
    assert TOKEN not in repr(await off_ramp_view.show(sale.desk, LEAD, ended.off_ramp.id))
    assert TOKEN not in repr(ended), "not even while it lived"


async def test_a_refusal_gives_a_fresh_quote_with_the_change_that_nobody_sends(sale: Sale) -> None:
    sale.otc.price = Decimal("1")
    standing = await sale.quote()
    sale.otc.errors["create"], sale.otc.price = [refusal("550315")], Decimal("0.9")
    await sale.tap(standing)
    (fresh,) = await sale.live()
    shown = await off_ramp_view.show(sale.desk, LEAD, fresh.id)
    assert fresh.instead_of == standing.off_ramp.id and fresh.change_percent == Decimal(-10)
    assert shown.refusal == "550315: no" and shown.open_seal is not None and shown.intent is None
    assert await sale.notices("otc_failed") == [], "a refused quote moved nothing"
    await sale.look(60)
    assert len(sale.otc.posts) == 1 and await sale.live() == []


async def test_a_fresh_quote_that_nobody_asked_for_does_not_end_a_newer_one(sale: Sale) -> None:
    """The person was quicker than the venue's answer to the desk, and looks at a quote of their own."""
    standing, newer = await sale.quote(), list[OffRampStanding]()

    async def quicker() -> None:
        del sale.otc.during["quote"]
        newer.append(await sale.quote("500 USDT", read_for=0))

    sale.otc.errors["create"], sale.otc.during = [refusal("550315")], {"quote": quicker}
    await sale.tap(standing)
    assert [one.id for one in await sale.live()] == [newer[0].off_ramp.id]
    sale.bench.pass_(2)
    await sale.tap(newer[0])
    assert len(sale.otc.posts) == 2 and await sale.state(newer[0].off_ramp.id) is State.TAKEN


async def test_a_new_attempt_after_a_refusal_has_a_new_number_and_token(sale: Sale) -> None:
    standing = await sale.quote()
    sale.otc.errors["create"] = [refusal()]
    await sale.tap(standing)
    (fresh,) = await sale.live()
    sale.bench.pass_(2)
    await sale.tap(await off_ramp_view.show(sale.desk, LEAD, fresh.id))
    first, second = (json.loads(body) for body in sale.otc.posts)
    assert first["clientOrderId"] != second["clientOrderId"] and first["quoteToken"] != second["quoteToken"]
    assert await sale.state(fresh.id) is State.TAKEN


@pytest.mark.parametrize("trouble", ["venue", "account", "frozen", "defect"])
async def test_after_a_refusal_a_fresh_quote_is_not_owed(sale: Sale, trouble: str) -> None:
    standing = await sale.quote()

    async def meanwhile() -> None:
        sale.otc.listed = [] if trouble == "account" else sale.otc.listed
        if trouble == "frozen":
            await freeze.freeze_desk(sale.desk, OWNER)

    sale.otc.during["create"], sale.otc.errors["create"] = meanwhile, [refusal()]
    if trouble in ("venue", "defect"):
        error = RuntimeError("odd") if trouble == "defect" else Unreachable("gate_pay", "off_ramp_quote", "no route")
        sale.otc.errors["quote"] = [error]
    await sale.tap(standing)
    assert await sale.state(standing.off_ramp.id) is State.REFUSED and await sale.live() == []


async def test_a_failed_order_is_no_question_of_the_rate(sale: Sale) -> None:
    sale.otc.status = "FAIL"
    await sale.act()
    assert sale.otc.count("quote") == 1 and len(await sale.notices("otc_failed", LEAD)) == 1


async def test_one_token_is_sold_once_even_if_the_venue_gives_it_twice(sale: Sale) -> None:
    sale.otc.offer = lambda quote: replace(quote, token="same")
    first, second = await sale.quote(), await sale.quote(by=OWNER)
    await sale.tap(first)
    found = await no(sale.tap(second, by=OWNER))
    assert found.reason == "quote_used" and "lead" in found.facts["who"] and len(sale.otc.posts) == 1


async def test_two_leads_carry_one_request_out_once(sale: Sale) -> None:
    request = await asked_by_operator(sale)
    leads = [(by, await sale.quote(by=by, request=request, read_for=1)) for by in (LEAD, OWNER)]
    sale.bench.pass_(1)
    ended = await asyncio.gather(*(sale.tap(one, by=by) for by, one in leads), return_exceptions=True)
    assert len(sale.otc.posts) == 1 and [one.reason for one in ended if isinstance(one, NotAllowed)] == ["quote_used"]
    for work in (
        off_ramp_quote.take_up(sale.desk, OWNER, request),
        off_ramp_quote.take_quote(sale.desk, OWNER, request, CHASE.id),
        off_ramp_quote.new_quote(sale.desk, LEAD, leads[0][1].off_ramp.id),
    ):
        assert (await no(work)).reason == "quote_used"
    sale.otc.order_is(status="DONE")
    await sale.look(10)
    (told,) = await sale.notices("otc_done", OPERATOR)
    assert told.facts["asked"] == "operator 3"


async def test_a_request_that_was_refused_may_be_taken_by_another_lead(sale: Sale) -> None:
    request = await asked_by_operator(sale)
    sale.otc.errors["create"] = [refusal()]
    for by in (LEAD, OWNER):
        standing = await sale.quote(by=by, request=request)
        await sale.tap(standing, by=by)
    intent = await sale.bench.intent(standing.off_ramp.id)
    assert (intent.actor, intent.requester, intent.state) == (OWNER, OPERATOR, State.TAKEN)


async def test_an_outcome_that_cannot_be_stored_halts_and_is_kept_once_it_can(sale: Sale) -> None:
    standing = await sale.quote()
    alarms: list[str] = []
    failures, halted = [1, 2, 3], []

    async def cry(why: str) -> None:
        alarms.append(why)

    def fail(point: str) -> None:
        if point == "before:commit" and sale.otc.posts and failures:
            halted.append(sale.desk.is_halted)
            failures.pop()
            raise StoreError("full", "no space")

    sale.desk.alarm, sale.bench.store._probe = cry, fail
    await sale.tap(standing)
    assert await sale.state(standing.off_ramp.id) is State.TAKEN
    assert len(sale.otc.posts) == 1 and halted == [False, True, True] and not sale.desk.is_halted
    assert len(alarms) == 1


async def test_a_memory_that_fails_before_the_request_sends_nothing(sale: Sale) -> None:
    standing = await sale.quote()
    sale.bench.broken.add("before:commit")
    with pytest.raises(StoreError):
        await sale.tap(standing)
    assert sale.otc.posts == []
    sale.bench.broken.clear()
    await sale.tap(standing)
    assert len(sale.otc.posts) == 1, "and the quote is as good as it was"
