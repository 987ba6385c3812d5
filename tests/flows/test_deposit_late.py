"""Reports of MTPay that are truly signed, but long ago: kept, told to leads, and nothing of a link moves by them."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.deposits import Phase
from bot.domain.intents import State
from bot.flows import callbacks, deposit_hooks, housekeeping
from bot.flows.receipts import Receipt
from tests.flows.bench import LEAD, OWNER
from tests.flows.deposit_bench import PAYER, Links, open_links
from tests.support.fake_mtpay import LOST

OLD_MS = 300_001
DAY_SECONDS = 86_400
REPORTS = ("InProgress", "Finished", "Failed", "Cancelled")


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    async with open_links(tmp_path) as opened:
        yield opened


async def late(links: Links, status: str = "Finished", ago_ms: int = OLD_MS, **changes: Any) -> Receipt:
    return await links.report(status, ago_ms=ago_ms, **changes)


@pytest.mark.parametrize("status", REPORTS)
async def test_a_true_report_of_long_ago_is_kept_and_told_to_leads_and_moves_nothing(links: Links, status: str) -> None:
    made = await links.act()
    before, rows = await links.standing(made), str(links.rows())
    assert await late(links, status, ago_ms=3_600_000) is Receipt.KEPT
    assert await links.standing(made) == before and str(links.rows()) == rows and await links.waiting() == []
    told = await links.notices("deposit_too_old")
    assert {one.chat_id for one in told} == {OWNER, LEAD} and all(one.ring for one in told)
    facts = told[0].facts
    assert (facts["label"], facts["status"], facts["deposit"]) == ((await links.stored(made)).label, status, made)
    assert facts["at"] == str(links.bench.now - 3_600_000) and PAYER not in str(facts)
    assert await links.outcomes() == ["sent", "done", "too_old"] and await links.notices("deposit_reported") == []
    (kept,) = links.rows("callbacks")
    assert kept["outcome"] == "too_old" and PAYER not in kept["body"]


@pytest.mark.parametrize(("ago_ms", "is_late"), [(0, False), (300_000, False), (300_001, True), (86_400_000, True)])
async def test_it_is_late_from_five_minutes_on(links: Links, ago_ms: int, is_late: bool) -> None:
    made = await links.act()
    await late(links, ago_ms=ago_ms)
    assert await links.phase(made) is (Phase.WAITING if is_late else Phase.FINISHED)
    assert bool(await links.notices("deposit_too_old")) is is_late


async def test_however_often_a_late_report_comes_it_is_told_once(links: Links) -> None:
    await links.act()
    for minute in range(5):
        await late(links, ago_ms=OLD_MS + minute)
        links.bench.pass_(60)
        await late(links, receivedAmount=Decimal(minute))  # the same word over other numbers is no more news
    assert len(await links.notices("deposit_too_old", LEAD)) == 1
    assert (await links.outcomes()).count("too_old") == 1


async def test_not_even_after_its_copy_was_forgotten_is_a_late_report_told_again(links: Links) -> None:
    await links.act()
    await late(links)
    links.bench.pass_(40 * DAY_SECONDS)
    await housekeeping.purge(links.desk)
    assert links.rows("callbacks") == []
    await late(links)
    assert len(await links.notices("deposit_too_old", LEAD)) == 1


async def test_a_replay_of_a_report_that_was_taken_in_time_says_nothing_new(links: Links) -> None:
    made = await links.act()
    raw = links.mtpay.report("Finished")
    await links.report("InProgress")
    for _ in range(3):
        assert await links.receive(raw) is Receipt.KEPT
        await callbacks.round_(links.desk)
        links.bench.pass_(600)
    links.write("DELETE FROM callbacks")
    assert await links.receive(raw) is Receipt.KEPT
    await late(links, "InProgress")
    assert await links.phase(made) is Phase.FINISHED and await links.notices("deposit_too_old") == []
    assert await links.outcomes() == ["sent", "done", "reported_InProgress", "reported_Finished"]


async def test_the_same_report_signed_anew_still_counts_after_a_late_one(links: Links) -> None:
    made = await links.act()
    await late(links)
    await links.report()
    assert await links.phase(made) is Phase.FINISHED
    assert len(await links.notices("deposit_reported", LEAD)) == 1


@pytest.mark.parametrize("how", ["unknown", "ended"])
async def test_a_late_report_settles_no_order_and_revives_no_link(links: Links, how: str) -> None:
    made = await links.fail(LOST) if how == "unknown" else await links.act()
    if how == "ended":
        await links.look(7200)
    await late(links)
    assert await links.phase(made) is (Phase.UNKNOWN if how == "unknown" else Phase.OVER)
    assert await links.state(made) is (State.UNKNOWN if how == "unknown" else State.DONE)
    assert len(await links.notices("deposit_too_old", LEAD)) == 1


async def test_late_reports_that_do_not_fit_are_told_once_and_without_their_word(links: Links) -> None:
    made = await links.act()
    for number in range(5):
        await late(links, requestAmount=Decimal(number))
    (told,) = await links.notices("deposit_too_old", LEAD)
    assert told.facts["status"] == "" and await links.phase(made) is Phase.WAITING
    await late(links)
    assert len(await links.notices("deposit_too_old", LEAD)) == 2, "and the one that fits is news of its own"


async def test_many_late_reports_never_keep_one_of_now_out(links: Links) -> None:
    made = await links.act()
    most = deposit_hooks.MOST_LATE
    receipts = [await links.receive(links.mtpay.report(ago_ms=OLD_MS, requestAmount=n)) for n in range(most + 1)]
    assert receipts == [Receipt.KEPT] * most + [Receipt.TOO_MANY]
    assert await late(links) is Receipt.KEPT, "one that fits does not stand behind those that do not"
    await links.report()
    assert await links.phase(made) is Phase.FINISHED


async def test_a_late_report_before_the_answer_waits_for_it(links: Links) -> None:
    async def report() -> None:
        assert await late(links) is Receipt.KEPT

    links.mtpay.during = report
    made = await links.act()
    assert len(await links.waiting()) == 1 and await links.notices("deposit_too_old") == []
    links.bench.pass_(callbacks.RETRY_SECONDS[0])
    await callbacks.round_(links.desk)
    assert len(await links.notices("deposit_too_old", LEAD)) == 1 and await links.phase(made) is Phase.WAITING


async def test_what_nobody_signed_is_forged_however_old_it_says_it_is(links: Links) -> None:
    await links.act()
    raw = links.mtpay.report(ago_ms=3_600_000)
    moved = raw.replace(str(links.bench.now - 3_600_000).encode(), str(links.bench.now - 3_600_001).encode())
    assert await links.receive(moved) is Receipt.FORGED
    assert await links.receive(links.mtpay.report(ago_ms=-300_001)) is Receipt.FORGED
    assert links.rows("callbacks") == []


async def test_a_replay_of_what_was_told_in_time_as_not_fitting_is_not_told_as_late(links: Links) -> None:
    await links.act()
    raw = links.mtpay.report(requestAmount=Decimal(7))
    for _ in range(2):
        assert await links.receive(raw) is Receipt.KEPT
        await callbacks.round_(links.desk)
        links.bench.pass_(600)
    assert len(await links.notices("deposit_mismatch", LEAD)) == 1 and await links.notices("deposit_too_old") == []
    assert [row["times"] for row in links.rows("callbacks")] == [2]
