"""The tap that confirms a summary: this wish, once, or nothing; and what every answer becomes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.deposits import Link, Phase, hash_of_hook
from bot.domain.errors import NotAllowed, Unknown, VenueError
from bot.domain.intents import State
from bot.domain.staff import Role
from bot.flows import confirm, deposit, freeze, off_ramp, people
from storage.store import StoreError
from tests.flows.bench import GROUP, LEAD, OPERATOR, OWNER, VIEWER
from tests.flows.deposit_bench import PAYER, PAYS, PUBLIC, RECEIVES, Links, no, open_links, restart, seal
from tests.support.fake_mtpay import AWAY, HOOKS, LOST, NO


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    async with open_links(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(("typed", "amount"), [(PAYS, b"5500.20"), (RECEIVES, b"5000"), ("0.10 CNY 李四", b"0.10")])
async def test_a_confirmed_summary_is_one_order_with_what_was_shown(links: Links, typed: str, amount: bytes) -> None:
    standing = await links.ask(typed)
    shown = await links.tap(standing)
    (asked,), wish = links.mtpay.asked, standing.deposit.wish
    assert b'"depositAmount":' + amount + b"," in asked.raw, "to the digit, and a number"
    wanted = {
        "client": {"realName": wish.payer}, "depositCurrency": wish.currency, "fiatCurrency": wish.fiat,
        "language": wish.language, "paymentMethod": {"method": 7}, "depositAmount": wish.amount,
        "merchantOrderNo": f"{standing.deposit.label}-{standing.deposit.id}",
    }  # fmt: skip
    assert {key: asked.fields[key] for key in wanted} == wanted and "registeredAt" not in asked.raw.decode()
    made = await links.stored(standing.deposit.id)
    assert asked.fields["webhookUrl"] == f"{PUBLIC}{HOOKS}{asked.token}" and len(asked.token) == 32
    assert made.hook_hash == hash_of_hook(asked.token) and asked.token not in str(links.rows())
    assert (made.request_code, made.expires_at) == (asked.code, links.bench.now + 7_200_000)
    assert shown.phase in (Phase.SENDING, Phase.WAITING) and await links.phase(made.id) is Phase.WAITING
    assert await links.outcomes() == ["sent", "done"]
    intent = await links.bench.intent(made.id)
    assert (intent.amount, intent.asset, intent.actor) == (wish.amount, wish.currency, LEAD)


async def test_no_name_and_no_address_stands_in_journal_ledger_or_news(links: Links) -> None:
    await links.act()
    await links.fail(LOST)
    stored = "".join(str(links.rows(table)) for table in ("journal", "intents", "seals", "outbox"))
    for secret in (PAYER, links.mtpay.asked[0].token, "checkout.mtpay.example"):
        assert secret not in stored and secret.encode("unicode_escape").decode() not in stored


async def test_our_number_is_stored_before_the_request_leaves(links: Links) -> None:
    seen: list[tuple[str, str, State]] = []

    async def look_inside() -> None:
        (row,) = links.rows()
        seen.append((row["order_no"], row["hook_hash"], await links.state(row["id"])))

    links.mtpay.during = look_inside
    await links.act()
    (asked,) = links.mtpay.asked
    assert seen == [(asked.fields["merchantOrderNo"], hash_of_hook(asked.token), State.SENT)]


async def test_many_taps_at_once_are_one_order(links: Links) -> None:
    standing = await links.ask()
    ended = await asyncio.gather(*(links.tap(standing) for _ in range(8)), return_exceptions=True)
    assert len(links.mtpay.asked) == 1
    refused = [one for one in ended if isinstance(one, NotAllowed)]
    assert [one.reason for one in refused] == ["deposit_step_used"] * 7
    assert {one.facts["who"] for one in refused} == {"lead 2"}
    assert (await no(links.tap(standing))).reason == "deposit_step_used" and len(links.mtpay.asked) == 1
    assert await links.phase(standing.deposit.id) is Phase.WAITING


async def test_two_links_have_two_numbers_and_two_addresses(links: Links) -> None:
    first, second = await links.ask(), await links.ask(by=OWNER)
    await asyncio.gather(links.tap(first), links.tap(second, by=OWNER))
    asked = links.mtpay.asked
    assert len({one.token for one in asked}) == len({one.fields["merchantOrderNo"] for one in asked}) == 2


async def pass_by(links: Links, seconds: float) -> None:
    links.bench.pass_(seconds)


async def set_back(links: Links) -> None:
    """120 seconds pass, but the wall clock is put back by 110 of them."""
    links.bench.pass_(10)
    links.bench.clock.monotonic = lambda: links.bench.seconds + 110  # type: ignore[method-assign]


async def become(links: Links, role: Role) -> None:
    links.desk.people[LEAD] = replace(links.desk.people[LEAD], role=role)


async def overwrite(links: Links, what: str) -> None:
    links.write(f"UPDATE deposits SET {what}")


Change = Callable[[Links], Awaitable[object]]
CHANGES: dict[str, tuple[Change, str]] = {
    "desk frozen": (lambda links: freeze.freeze_desk(links.desk, OWNER), "desk_frozen"),
    "person frozen": (lambda links: people.freeze_person(links.desk, OWNER, LEAD, True), "person_frozen"),
    "removed": (lambda links: people.remove(links.desk, OWNER, LEAD), "no_right_here"),
    "role lowered": (lambda links: people.change_role(links.desk, OWNER, LEAD, Role.OPERATOR), "role_too_low"),
    "role raised": (lambda links: become(links, Role.OWNER), "deposit_step_over"),
    "its time is over": (lambda links: pass_by(links, 118), "deposit_step_over"),
    "the clock was set back": (set_back, "deposit_step_over"),
    "the clock is before the question": (lambda links: pass_by(links, -3), "too_quick"),
    "a restart": (restart, "deposit_step_over"),
    "stepped back": (lambda links: deposit.step_back(links.desk, LEAD, "id1"), "deposit_step_over"),
    "a newer summary": (lambda links: links.ask(), "deposit_step_over"),
    "another amount": (lambda links: overwrite(links, "amount = '5500.21'"), "deposit_step_over"),
    "another payer": (lambda links: overwrite(links, "payer = '李四'"), "deposit_step_over"),
    "a forgotten payer": (lambda links: overwrite(links, "payer = ''"), "deposit_step_over"),
    "other methods": (lambda links: overwrite(links, "methods = 1"), "deposit_step_over"),
    "another mode": (lambda links: overwrite(links, "mode = 'receives'"), "deposit_step_over"),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_what_changed_between_summary_and_tap_sends_nothing(links: Links, what: str) -> None:
    change, why = CHANGES[what]
    standing = await links.ask()
    assert standing.deposit.id == "id1"
    await change(links)
    assert (await no(links.tap(standing))).reason == why
    assert links.mtpay.asked == [] and await links.intent("id1") is None
    assert (await links.stored("id1")).order_no == "" and (await links.outcomes())[-1] == "not_allowed"
    assert (await links.phase("id1") is Phase.LEFT) is (why == "deposit_step_over")


async def test_a_right_that_goes_while_the_tap_is_looked_at_sends_nothing(links: Links) -> None:
    standing = await links.ask()

    async with links.bench.store.write():
        tapping = asyncio.create_task(links.tap(standing))
        await asyncio.sleep(0.05)
        del links.desk.people[LEAD]
    assert (await no(tapping)).reason == "no_right_here"
    assert links.mtpay.asked == [] and await links.intent(standing.deposit.id) is None


@pytest.mark.parametrize("seconds", [117.999, 118])
async def test_the_last_millisecond_of_the_step_counts(links: Links, seconds: float) -> None:
    standing = await links.ask()
    links.bench.pass_(seconds)
    if seconds < 118:
        await links.tap(standing)
    else:
        assert (await no(links.tap(standing))).reason == "deposit_step_over"
    assert len(links.mtpay.asked) == (1 if seconds < 118 else 0)


async def test_a_frozen_desk_leaves_the_step_open(links: Links) -> None:
    standing = await links.ask()
    await freeze.freeze_desk(links.desk, OWNER)
    assert (await no(links.tap(standing))).reason == "desk_frozen"
    await freeze.unfreeze_desk(links.desk, OWNER)
    await links.tap(standing)
    assert len(links.mtpay.asked) == 1


async def test_a_thumb_that_is_too_quick_leaves_the_summary_open(links: Links) -> None:
    standing = await links.ask(read_for=1)
    assert (await no(links.tap(standing))).reason == "too_quick" and links.mtpay.asked == []
    links.bench.pass_(1)
    await links.tap(standing)
    assert len(links.mtpay.asked) == 1


@pytest.mark.parametrize("by", [OWNER, OPERATOR, VIEWER])
async def test_nobody_takes_another_persons_step(links: Links, by: int) -> None:
    standing = await links.ask()
    refused = await no(links.tap(standing, by=by))
    assert refused.reason == ("not_your_step" if by == OWNER else "role_too_low") and links.mtpay.asked == []
    assert refused.facts["deposit"] == standing.deposit.id and "order" not in refused.facts
    await links.tap(standing)
    assert len(links.mtpay.asked) == 1, "and it is not spoilt for its owner"


async def test_every_step_has_one_door(links: Links) -> None:
    standing, order = await links.ask(), await links.bench.open_step(by=LEAD)
    for enter, step in ((confirm.confirm, seal(standing)), (off_ramp.sell, seal(standing)), (deposit.make, order),
                        (deposit.make, "nothing")):  # fmt: skip
        assert (await no(enter(links.desk, LEAD, step, links.bench.now))).reason == "stale_button"
    assert links.mtpay.asked == [] and links.bench.gate.count("release") == 0
    await links.tap(standing)
    assert len(links.mtpay.asked) == 1


OUTCOMES: list[tuple[str, Exception, str, State]] = [
    ("refused", NO, "INVALID_AMOUNT: too small", State.REFUSED),
    ("nothing left", AWAY, "", State.VOID),
    ("no right to send", NotAllowed("deposit_off"), "", State.VOID),
    ("lost", LOST, "timeout", State.UNKNOWN),
    ("server error", Unknown("mtpay", "deposit", why="server_error"), "server_error", State.UNKNOWN),
    ("odd", VenueError("mtpay", "deposit", "odd"), "", State.UNKNOWN),
    ("a defect", RuntimeError("odd"), "RuntimeError", State.UNKNOWN),
]


@pytest.mark.parametrize(("name", "error", "answer", "state"), OUTCOMES, ids=[one[0] for one in OUTCOMES])
async def test_every_answer_but_a_link_has_its_end_and_nothing_is_sent_again(
    links: Links, name: str, error: Exception, answer: str, state: State
) -> None:
    made = await links.fail(error)
    await links.look(3600)
    intent = await links.bench.intent(made)
    assert intent.state is state and answer in intent.answer and len(links.mtpay.asked) == 1
    assert await links.outcomes() == ["sent", state.value]
    stored = await links.stored(made)
    assert (stored.request_code, stored.url, stored.is_available) == ("", "", None) and stored.order_no != ""
    told = {one.chat_id for one in await links.notices("deposit_unknown")}
    assert told == ({LEAD, GROUP} if state is State.UNKNOWN else set())


async def test_a_made_link_is_the_groups_record_and_rings_nobody(links: Links) -> None:
    made = await links.act()
    (told,) = await links.notices("deposit_made")
    facts = {"deposit": made, "label": "D0001", "amount": "5500.20 CNY", "who": "lead 2", "why": "ok"}
    assert (told.chat_id, told.ring, told.facts) == (GROUP, False, facts)
    assert await links.cards(made) == [LEAD]


@pytest.mark.parametrize("url", ["", "https://checkout.mtpay.example/x"])
async def test_a_link_that_nobody_can_take_is_made_and_said_so(links: Links, url: str) -> None:
    links.mtpay.answer = lambda link: replace(link, is_available=False, url=url)
    made = await links.act()
    assert await links.phase(made) is Phase.UNAVAILABLE
    assert (await links.lines())[-1].facts["available"] == "no"
    await links.look(10_000)
    assert await links.phase(made) is Phase.UNAVAILABLE


@pytest.mark.parametrize(
    ("url", "host"), [("https://www.pay.example/a", "pay.example"), ("http://127.0.0.1:99/a", "127.0.0.1"), ("", None)]
)
async def test_where_links_lead_is_learnt(links: Links, url: str, host: str | None) -> None:
    links.mtpay.answer = lambda link: replace(link, url=url, is_available=bool(url))
    await links.act()
    assert links.desk.exchange.checkout_hosts == ({host} if host else set())


async def test_a_slow_answer_keeps_nobody_waiting(links: Links) -> None:
    go_on = asyncio.Event()
    links.mtpay.during = go_on.wait
    standing = await links.ask()
    shown = await deposit.make(links.desk, LEAD, seal(standing), links.bench.now)
    assert shown.phase is Phase.SENDING
    go_on.set()
    await links.desk.drain(5)
    assert await links.phase(standing.deposit.id) is Phase.WAITING


async def test_an_outcome_that_cannot_be_stored_stops_all_money_and_is_kept_in_the_end(links: Links) -> None:
    cries: list[str] = []

    async def cry(why: str) -> None:
        cries.append(why)
        links.bench.broken.clear()

    async def break_down() -> None:
        links.bench.broken.add("before:commit")

    links.desk.alarm, links.mtpay.during = cry, break_down
    standing = await links.ask()
    shown = await links.tap(standing)
    await links.desk.drain(5)
    assert cries and len(links.mtpay.asked) == 1 and not links.desk.is_halted and shown.deposit.id == "id1"
    assert await links.phase("id1") is Phase.WAITING and (await links.stored("id1")).url != ""
    assert await links.outcomes() == ["sent", "done"]


@pytest.mark.parametrize("point", ["before:commit", "before:insert intents", "before:update deposits"])
async def test_a_decision_that_cannot_be_stored_sends_nothing(links: Links, point: str) -> None:
    standing = await links.ask()
    links.bench.broken.add(point)
    with pytest.raises(StoreError):
        await links.tap(standing)
    links.bench.broken.clear()
    assert links.mtpay.asked == [] and await links.phase("id1") is Phase.SUMMARY
    await links.tap(standing)
    assert len(links.mtpay.asked) == 1


async def test_a_ledger_that_knows_it_already_sends_nothing(links: Links) -> None:
    standing = await links.ask()
    first = await links.act("1 CNY 李四", by=OWNER)
    links.write(f"UPDATE intents SET target = 'deposit/id1' WHERE id = '{first}'")
    refused = await no(links.tap(standing))
    assert (refused.reason, refused.facts["who"]) == ("deposit_step_used", "owner 1")
    assert len(links.mtpay.asked) == 1 and await links.phase("id1") is Phase.SUMMARY


async def test_what_is_sent_is_exact_json_without_a_float(links: Links) -> None:
    await links.act("90071992.01 CNY 李四")
    seen: list[str] = []

    def exactly(text: str) -> Decimal:
        seen.append(text)
        return Decimal(text)

    fields: dict[str, Any] = json.loads(links.mtpay.asked[0].raw, parse_float=exactly)
    assert seen == ["90071992.01"] and fields["depositAmount"] == Decimal("90071992.01")


async def test_an_answer_without_an_end_is_waited_for_without_one(links: Links) -> None:
    links.mtpay.answer = lambda link: Link(link.request_code, link.url)
    made = await links.act()
    await links.look(10_000_000)
    assert await links.phase(made) is Phase.WAITING
