"""The day and its close over real memory: what belongs to it, who may know what, and nothing is closed unread."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.attachments import BadFile
from bot.domain.day import Account
from bot.domain.day_chart import ChartPlan, Drawn
from bot.domain.day_close import Closing, credit_key, span_of
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, Event, Intent, State
from bot.domain.orders import Payee, Side
from bot.domain.seals import Choice
from bot.domain.situations import LockReason
from bot.flows import bank, day_close, housekeeping, today
from storage.store import Store
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, ORDER, OWNER, VIEWER, Bench, notices

DAY_S = 86_400
SECOND = replace(
    ORDER, id="61000002", counterparty_id="c2", counterparty_name="李四",
    payees=(Payee("bank", "CCB", "张三丰", "6217003300000042"),),
)  # fmt: skip
PURCHASE = replace(ORDER, id="61000003", side=Side.BUY, status="unpay", total=Decimal("720.00"), amount=Decimal(100))


async def sold(bench: Bench, order_id: str = ORDER.id) -> None:
    """A sale that the operator released and the desk saw end."""
    await bench.see(order_id, unread=0)
    await bench.act(order_id)
    await bench.see(order_id, status="finished")


async def ended(bench: Bench, order_id: str, status: str) -> None:
    bench.add(replace(ORDER, id=order_id))
    await bench.see(order_id, unread=0)
    await bench.see(order_id, status=status)


async def asked(bench: Bench, who: int = LEAD) -> Closing:
    return await day_close.begin(bench.desk, who)


async def answered(bench: Bench, closing: Closing, typed: str, who: int = LEAD) -> Closing:
    assert closing.asked is not None
    return await day_close.answer(bench.desk, who, closing.form.id, credit_key(closing.asked), typed)


async def refusal(work: Awaitable[object]) -> str:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value.reason


async def closes(bench: Bench) -> int:
    """How often the running day was closed."""
    async with bench.store.read() as tables:
        return len(await tables.days.of_day(today.today_of(bench.desk)))


async def test_a_sale_counts_for_its_account_and_for_who_released_it(bench: Bench) -> None:
    await sold(bench)
    found = await today.show(bench.desk, LEAD)
    assert found.report is not None and (found.counts.sold, found.counts.bought) == (1, 0)
    (tally,) = found.report.accounts
    assert tally.account == Account("bank", "ICBC", "6222020200008821")
    assert (tally.money, tally.coins, str(tally.average)) == (Decimal("7200.00"), Decimal("1000.00"), "7.2000")
    (person,) = found.report.people
    assert (person.person, person.action, person.money, person.count) == (OPERATOR, Action.RELEASE, Decimal(7200), 1)


async def test_an_order_belongs_to_the_day_in_which_the_desk_saw_it_end(bench: Bench) -> None:
    """Created a minute before midnight, ended a second after it: of the new day, in the desk's zone."""
    bench.desk.policy = replace(bench.desk.policy, timezone="Asia/Shanghai")
    span = span_of(today.today_of(bench.desk), "Asia/Shanghai")
    bench.seconds = span.ends_at / 1000 - 60
    await ended(bench, "61000011", "finished")
    bench.seconds = span.ends_at / 1000 + 1
    await ended(bench, "61000012", "finished")
    new, old = await today.show(bench.desk, LEAD), await today.show(bench.desk, LEAD, span.day)
    assert new.span.day == (date.fromisoformat(span.day) + timedelta(days=1)).isoformat()
    assert (new.counts.sold, old.counts.sold) == (1, 1)
    assert (new.counts.outside, old.counts.outside) == (("61000012",), ("61000011",))
    assert (new.is_running, old.is_running) == (True, False)


async def test_cancels_purchases_locks_and_open_orders_are_told_apart(bench: Bench) -> None:
    await bench.see(unread=0)
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    await ended(bench, "61000021", "cancel")
    await ended(bench, "61000022", "expired")
    bench.add(PURCHASE)
    await bench.see(PURCHASE.id, unread=0)
    await bench.act(PURCHASE.id, Action.MARK_PAID)
    await bench.see(PURCHASE.id, status="finished")
    found = await today.show(bench.desk, LEAD)
    counts = found.counts
    assert (counts.cancels_ours, counts.cancels_theirs, counts.expired) == (0, 1, 1)
    assert (counts.open, counts.paid, counts.locked) == (1, (ORDER.id,), (ORDER.id,))
    assert (counts.sold, counts.bought, counts.outside) == (0, 1, ())
    assert found.report is not None
    assert [(one.action, one.money) for one in found.report.people] == [(Action.MARK_PAID, Decimal(720))]
    assert [(one.side, one.account) for one in found.report.accounts] == [(Side.BUY, Account("bank"))]


async def test_a_cancel_by_the_desk_is_ours(bench: Bench) -> None:
    bench.add(replace(PURCHASE, is_cancelable=True))
    await bench.see(PURCHASE.id, unread=0)
    await bench.act(PURCHASE.id, Action.CANCEL, Choice(reason="1"))
    await bench.see(PURCHASE.id, status="cancel")
    counts = (await today.show(bench.desk, LEAD)).counts
    assert (counts.cancels_ours, counts.cancels_theirs) == (1, 0)


async def test_an_outcome_that_is_unknown_is_named_and_stays_in_the_close(bench: Bench) -> None:
    await bench.see(unread=0)
    intent = await _unknown(bench)
    closing = await asked(bench)
    assert closing.standing.counts.unknown == (intent,) and closing.asked is None
    closed = await day_close.close(bench.desk, LEAD, closing.form.id, closing.read)
    assert closed.close is not None and closed.close.counts.unknown == (ORDER.id,)
    told = [one for one in await bench.told() if one.notice == "day_closed"]
    assert {one.facts["unknown"] for one in told} == {ORDER.id}


async def _unknown(bench: Bench) -> str:
    """A release without an answer, written as the ledger does."""
    seal = await bench.open_step()
    async with bench.store.write() as tables:
        intent = Intent(
            "i1", Action.RELEASE, ORDER.id, State.PLANNED, OPERATOR, "operator", None, seal, Decimal(1000), "USDT", {},
            bench.now, None, None, 0, None, None, "",
        )  # fmt: skip
        assert await tables.intents.plan(intent) is None
        await tables.intents.move("i1", frm=State.PLANNED, event=Event.SENDING, at=bench.now)
        await tables.intents.move("i1", frm=State.SENT, event=Event.NO_ANSWER, at=bench.now)
    return ORDER.id


async def test_those_who_may_only_read_learn_numbers_and_no_sums(bench: Bench) -> None:
    await sold(bench)
    for who in (VIEWER, AGENT, OPERATOR):
        found = await today.show(bench.desk, who)
        assert found.report is None and found.close is None and found.counts.sold == 1
        for work in (
            today.sheet(bench.desk, who), today.draw(bench.desk, who, ChartPlan("", "", "", "", "", ())),
            day_close.begin(bench.desk, who), day_close.go_on(bench.desk, who, "id1"),
            day_close.close(bench.desk, who, "id1", "x"),
        ):  # fmt: skip
            assert await refusal(work) == "role_too_low"


async def test_the_bank_is_asked_account_by_account_and_the_difference_is_kept(bench: Bench) -> None:
    bench.add(SECOND)
    await sold(bench)
    await sold(bench, SECOND.id)
    closing = await asked(bench)
    assert (closing.number, closing.of, closing.lines[0].bank) == (1, 2, None)
    closing = await answered(bench, closing, "7,200.00")
    assert (closing.number, closing.asked is not None) == (2, True)
    closing = await answered(bench, closing, "７,３００ CNY")
    assert closing.asked is None and [line.difference for line in closing.lines] == [Decimal("100.00"), Decimal(0)]
    bench.pass_(5)
    closed = await day_close.close(bench.desk, LEAD, closing.form.id, closing.read)
    made = closed.close
    assert made is not None and (made.person, made.closed_at, closed.closes) == (LEAD, bench.now, 1)
    assert [line.account.number for line in made.lines] == ["··8821", "··0042"]
    assert await closes(bench) == 1


async def test_a_close_is_told_quietly_and_journalled(bench: Bench) -> None:
    await sold(bench)
    closing = await answered(bench, await asked(bench), "7100")
    await bench.told()
    await day_close.close(bench.desk, LEAD, closing.form.id, closing.read)
    told = await bench.told()
    assert notices(told, "day_closed") == [GROUP, OWNER] and not any(one.ring for one in told)
    facts = told[0].facts
    assert (facts["sold"], facts["sold_count"], facts["differing"]) == ("7200.00 CNY", "1", "1")
    assert facts["differences"] == '[["bank", "ICBC", "\\u00b7\\u00b78821", "-100.00", "CNY"]]'
    async with bench.store.read() as tables:
        (line, *_) = await tables.journal.page(limit=5, offset=0)
    assert (line.action, line.actor, line.outcome) == ("day_close", LEAD, "done")
    assert line.facts["sold"] == "7200.00 CNY" and "6222020200008821" not in str(line.facts)


@pytest.mark.parametrize(
    ("typed", "reason"), [("some", "day_number"), ("-5", "day_negative"), ("9" * 20, "day_digits"), ("", "day_number")]
)
async def test_an_answer_that_is_no_sum_changes_nothing(bench: Bench, typed: str, reason: str) -> None:
    await sold(bench)
    closing = await asked(bench)
    assert await refusal(answered(bench, closing, typed)) == reason
    assert (await day_close.go_on(bench.desk, LEAD, closing.form.id)).form.answers == {}


@pytest.mark.parametrize(
    ("typed", "reason"), [("2099-12-31", "day_future"), ("2020-01-01", "day_too_old"), ("x", "day_bad")]
)
async def test_a_day_that_is_none_of_ours_opens_no_close(bench: Bench, typed: str, reason: str) -> None:
    with pytest.raises(NotAllowed) as no:
        await day_close.begin(bench.desk, LEAD, typed)
    assert no.value.reason == reason
    assert await closes(bench) == 0


async def test_nothing_is_closed_that_was_not_read(bench: Bench) -> None:
    """A sale ends between the summary and the tap: in a known account it must be read, in a new one asked about."""
    bench.add(replace(ORDER, id="61000004", counterparty_id="c4", counterparty_name="王五"))
    bench.add(SECOND)
    await sold(bench)
    closing = await answered(bench, await asked(bench), "7200")
    await sold(bench, "61000004")
    assert await refusal(day_close.close(bench.desk, LEAD, closing.form.id, closing.read)) == "day_moved"
    again = await day_close.go_on(bench.desk, LEAD, closing.form.id)
    assert [line.difference for line in again.lines] == [Decimal("-7200.00")]
    # Looking again is not reading the old summary: its button stays dead
    assert await refusal(day_close.close(bench.desk, LEAD, closing.form.id, closing.read)) == "day_moved"
    await sold(bench, SECOND.id)
    assert await refusal(day_close.close(bench.desk, LEAD, closing.form.id, again.read)) == "day_unasked"
    assert await closes(bench) == 0


async def test_an_order_that_is_locked_since_the_summary_must_be_read_too(bench: Bench) -> None:
    bench.add(replace(ORDER, id="61000004"))
    await sold(bench)
    await bench.see("61000004", unread=0)
    closing = await answered(bench, await asked(bench), "7200")
    await bank.stop_release(bench.desk, OPERATOR, "61000004", LockReason.OTHER_PAYER)
    assert await refusal(day_close.close(bench.desk, LEAD, closing.form.id, closing.read)) == "day_moved"
    again = await day_close.go_on(bench.desk, LEAD, closing.form.id)
    assert again.standing.counts.locked == ("61000004",)
    await day_close.close(bench.desk, LEAD, closing.form.id, again.read)


async def test_after_midnight_yesterday_is_offered_until_it_is_closed(bench: Bench) -> None:
    yesterday = today.today_of(bench.desk)
    assert (await asked(bench)).unclosed == "", "a day before without a sale"
    await sold(bench)
    assert (await asked(bench)).unclosed == ""
    bench.pass_(DAY_S)
    late = await asked(bench)
    assert (late.form.day != yesterday, late.asked, late.unclosed) == (True, None, yesterday)
    older = await day_close.begin(bench.desk, LEAD, yesterday)
    assert older.unclosed == "", "asked of the running day only"
    older = await answered(bench, older, "7200")
    await day_close.close(bench.desk, LEAD, older.form.id, older.read)
    assert (await day_close.go_on(bench.desk, LEAD, late.form.id)).unclosed == ""


async def test_a_close_is_parked_and_goes_on_after_a_start(bench: Bench, tmp_path: Path) -> None:
    bench.add(SECOND)
    await sold(bench)
    await sold(bench, SECOND.id)
    closing = await answered(bench, await asked(bench), "7200")
    again = await asked(bench)
    assert (again.is_resumed, again.number, again.form.id) == (True, 2, closing.form.id)
    reopened = await Store.open(f"sqlite:///{tmp_path / 'desk.db'}")
    try:
        bench.desk.store = reopened
        resumed = await day_close.go_on(bench.desk, LEAD, closing.form.id)
        assert resumed.form.answers == closing.form.answers and resumed.number == 2
    finally:
        bench.desk.store = bench.store
        await reopened.close()


async def test_a_skipped_account_is_closed_without_the_banks_word(bench: Bench) -> None:
    await sold(bench)
    closing = await asked(bench)
    assert closing.asked is not None
    skipped = await day_close.skip(bench.desk, LEAD, closing.form.id, credit_key(closing.asked))
    assert skipped.asked is None and skipped.lines[0].bank is None
    assert (await day_close.anew(bench.desk, LEAD, closing.form.id)).asked is not None
    await day_close.skip(bench.desk, LEAD, closing.form.id, credit_key(closing.asked))
    noted = await day_close.note(bench.desk, LEAD, closing.form.id, "bank app was down")
    closed = await day_close.close(bench.desk, LEAD, closing.form.id, noted.read)
    assert closed.close is not None and closed.close.note == "bank app was down"
    assert {one.facts["skipped"] for one in await bench.told() if one.notice == "day_closed"} == {"1"}


async def test_a_day_may_be_closed_again_and_all_closes_are_kept(bench: Bench) -> None:
    await sold(bench)
    for typed in ("7000", "7200"):
        closing = await answered(bench, await asked(bench), typed)
        found = await day_close.close(bench.desk, LEAD, closing.form.id, closing.read)
    assert found.closes == 2 and found.close is not None and found.close.lines[0].difference == 0
    sheet = await today.sheet(bench.desk, OWNER)
    assert [close.lines[0].bank for close in sheet.closes] == [Decimal(7200), Decimal(7000)]
    assert {one.facts["again"] for one in await bench.told() if one.notice == "day_closed"} == {"1"}


async def test_the_same_close_is_closed_once_and_only_by_who_began_it(bench: Bench) -> None:
    await sold(bench)
    closing = await answered(bench, await asked(bench), "7200")
    assert await refusal(day_close.close(bench.desk, OWNER, closing.form.id, closing.read)) == "day_form_over"
    assert await refusal(answered(bench, await asked(bench, OWNER), "1")) == "day_form_over"
    await day_close.close(bench.desk, LEAD, closing.form.id, closing.read)
    assert await refusal(day_close.close(bench.desk, LEAD, closing.form.id, closing.read)) == "day_form_over"
    assert await closes(bench) == 1


async def test_leaving_closes_nothing(bench: Bench) -> None:
    await sold(bench)
    closing = await asked(bench)
    assert await day_close.drop(bench.desk, LEAD, closing.form.id) == closing.form.day
    assert await refusal(answered(bench, closing, "7200")) == "day_form_over"
    assert await closes(bench) == 0


async def test_a_failed_write_closes_and_tells_nothing(bench: Bench) -> None:
    await sold(bench)
    closing = await answered(bench, await asked(bench), "7200")
    await bench.told()
    bench.broken.add("before:insert journal")
    with pytest.raises(Exception, match="full"):
        await day_close.close(bench.desk, LEAD, closing.form.id, closing.read)
    bench.broken.clear()
    assert await closes(bench) == 0 and await bench.told() == []
    assert (await day_close.go_on(bench.desk, LEAD, closing.form.id)).asked is None


async def test_the_file_is_handed_to_leads_and_that_is_journalled(bench: Bench) -> None:
    await sold(bench)
    sheet = await today.sheet(bench.desk, LEAD)
    assert [order.id for order in sheet.ledger.ended] == [ORDER.id]
    async with bench.store.read() as tables:
        (line, *_) = await tables.journal.page(limit=1, offset=0)
    assert (line.action, line.target, line.facts["rows"]) == ("export", "day", "1")


class Easel:
    def __init__(self, trouble: bool = False) -> None:
        self.trouble = trouble

    async def draw(self, plan: ChartPlan) -> Drawn:
        if self.trouble:
            raise BadFile("file_slow")
        return Drawn(plan.title.encode())


async def test_a_picture_that_cannot_be_drawn_is_a_refusal(bench: Bench) -> None:
    plan = ChartPlan("11-21", "", "", "", "", ())
    assert await refusal(today.draw(bench.desk, LEAD, plan)) == "day_no_picture"
    bench.desk.talk.easel = Easel()
    assert (await today.draw(bench.desk, LEAD, plan)).content == b"11-21"
    bench.desk.talk.easel = Easel(trouble=True)
    assert await refusal(today.draw(bench.desk, LEAD, plan)) == "day_no_picture"


async def test_forms_and_notes_are_forgotten_in_time(bench: Bench) -> None:
    await sold(bench)
    closing = await answered(bench, await asked(bench), "7200")
    noted = await day_close.note(bench.desk, LEAD, closing.form.id, "张三丰 paid late")
    closed = await day_close.close(bench.desk, LEAD, closing.form.id, noted.read)
    left = await asked(bench)
    bench.pass_(8 * DAY_S)
    await housekeeping.purge(bench.desk)
    assert await refusal(day_close.go_on(bench.desk, LEAD, left.form.id)) == "day_form_over"
    bench.pass_(90 * DAY_S)
    await housekeeping.purge(bench.desk)
    async with bench.store.read() as tables:
        (kept,) = await tables.days.of_day(closed.span.day)
    assert kept.note == "" and kept.lines[0].bank == Decimal(7200)
