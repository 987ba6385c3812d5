"""Reports of MTPay about orders whose own answer is missing, late or held to be nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.deposits import Phase
from bot.domain.intents import State
from bot.flows import deposit_follow
from bot.flows.callbacks import RETRY_SECONDS
from bot.flows.receipts import Receipt
from tests.flows.bench import LEAD, OWNER
from tests.flows.deposit_bench import REPORTS, WRONG, Links, handle, open_links
from tests.support.fake_mtpay import AWAY, LOST, NO


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    async with open_links(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("status", REPORTS)
async def test_a_report_settles_an_order_whose_answer_was_lost(links: Links, status: str) -> None:
    made = await links.fail(LOST)
    assert await links.report(status) is Receipt.KEPT
    intent, stored = await links.bench.intent(made), await links.stored(made)
    assert intent.state is State.DONE and intent.answer == f"reported by MTPay: {status}"
    assert (stored.report, stored.request_code) == (status, links.mtpay.asked[0].code), "the code is learnt"
    assert await links.notices("deposit_late") == [] and len(links.mtpay.asked) == 1
    await links.look(3600)
    assert await links.notices("deposit_unknown_long") == []


async def test_a_code_that_was_learnt_is_what_the_next_report_must_have(links: Links) -> None:
    made = await links.fail(LOST)
    await links.report("InProgress")
    await links.report("Finished", requestCode="f" * 32)
    assert await links.phase(made) is Phase.IN_PROGRESS and len(await links.notices("deposit_mismatch", LEAD)) == 1
    await links.report("Finished")
    assert await links.phase(made) is Phase.FINISHED


@pytest.mark.parametrize("what", ["requestAmount", "requestCurrency", "tradeType", "missing requestCode"])
async def test_a_report_that_does_not_fit_settles_nothing(links: Links, what: str) -> None:
    made = await links.fail(LOST)
    await links.report(**WRONG[what])
    assert await links.state(made) is State.UNKNOWN and (await links.stored(made)).request_code == ""


@pytest.mark.parametrize("how", ["refused", "never left", "settled as nothing", "settled as made"])
async def test_a_report_of_what_was_held_to_be_nothing_is_told_to_leads(links: Links, how: str) -> None:
    made = await links.fail({"refused": NO, "never left": AWAY}.get(how, LOST))
    if how.startswith("settled"):
        outcome = how.rpartition(" ")[2]
        await deposit_follow.settle(links.desk, OWNER, made, outcome)
    await links.report("InProgress")
    is_late = how != "settled as made"
    assert await links.state(made) is State.DONE and await links.phase(made) is Phase.IN_PROGRESS
    assert {one.chat_id for one in await links.notices("deposit_late")} == ({OWNER, LEAD} if is_late else set())
    await links.report("Finished")
    assert await links.phase(made) is Phase.FINISHED
    assert len(await links.notices("deposit_late")) == (2 if is_late else 0), "told once"


async def test_a_report_before_the_answer_waits_for_it(links: Links) -> None:
    early: list[Receipt] = []

    async def report() -> None:
        early.append(await links.report("InProgress"))

    links.mtpay.during = report
    made = await links.act()
    assert early == [Receipt.KEPT] and await links.phase(made) is Phase.WAITING
    (waiting,) = await links.waiting()
    assert waiting.attempts == 1
    await handle(links, RETRY_SECONDS[0])
    assert await links.phase(made) is Phase.IN_PROGRESS and await links.waiting() == []
    assert (await links.stored(made)).url != "" and await links.outcomes() == ["sent", "done", "reported_InProgress"]


async def test_a_report_before_a_lost_answer_settles_it_then(links: Links) -> None:
    async def report() -> None:
        await links.report()

    links.mtpay.during = report
    made = await links.fail(LOST)
    assert await links.state(made) is State.UNKNOWN
    await handle(links, RETRY_SECONDS[0])
    assert await links.phase(made) is Phase.FINISHED


async def test_a_code_that_the_answer_tells_otherwise_than_an_early_report_is_a_mismatch(links: Links) -> None:
    async def report() -> None:
        await links.report(requestCode="f" * 32)

    links.mtpay.during = report
    made = await links.act()
    await handle(links, RETRY_SECONDS[0])
    assert await links.phase(made) is Phase.WAITING and len(await links.notices("deposit_mismatch", LEAD)) == 1


@pytest.mark.parametrize("status", ["InProgress", "Finished"])
async def test_a_report_after_the_links_end_still_counts(links: Links, status: str) -> None:
    made = await links.act()
    await links.look(7200)
    assert await links.phase(made) is Phase.OVER
    await links.report(status)
    assert (await links.stored(made)).report == status
