"""The answer to an off-ramp is lost: unknown is said, the desk looks by our number, and nothing is ever sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.journeys.teller import PEOPLE, Teller, close_teller, labels, open_teller
from tests.support.sandbox import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
OFFERED = {
    "en": ["Look now", "Gate Pay has it…", "Nothing happened"],
    "zh": ["立即查询", "Gate Pay 里有…", "没有成交"],
}
UNKNOWN = {
    "en": ("❓ No answer from Gate", "may be done, or not", "Do not sell it in Gate Pay."),
    "zh": ("❓", "结果未知", "先不要在 Gate Pay 再卖"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("teller")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(folder: Path) -> AsyncIterator[Teller]:
    """A minute takes three seconds; Gate Pay tells nothing by itself."""
    async with open_teller(folder, speed=20.0, callbacks=False) as teller:
        yield teller


@pytest_asyncio.fixture(loop_scope="module")
async def teller(opened: Teller) -> AsyncIterator[Teller]:
    yield opened
    await close_teller(opened, callbacks=False)


async def lost(teller: Teller, fault: str, *, language: str = "en") -> tuple[Message, str, int]:
    """An off-ramp whose answer does not come: its card, our id, and how many requests there were before."""
    person = PEOPLE[language]
    card, off_ramp = await teller.quote("55 USDT", person=person)
    posts = len(await teller.posts())
    await teller.box.pay.fault("otc_create", fault)
    await teller.sell(card, person=person, language=language)
    return card, off_ramp, posts


@pytest.mark.parametrize(
    ("language", "fault", "venue"),
    [
        ("en", "act_and_drop", {}),
        ("zh", "act_and_500", {}),
        ("en", "act_and_500", {"list_id": "order_id", "details": "older"}),
        ("zh", "act_and_drop", {"list_id": "order_id", "details": "older"}),
    ],
)
async def test_what_was_done_is_found_by_our_number_and_told(
    teller: Teller, language: str, fault: str, venue: dict[str, Any]
) -> None:
    person, before = PEOPLE[language], await teller.usdt()
    await teller.otc.variants(**venue)
    card, off_ramp, posts = await lost(teller, fault, language=language)
    record = await teller.record("❓ No answer to an off-ramp")
    assert "55.00 USDT" in record.text and not record.silent
    done = await teller.shows(card, "✅", person=person, timeout=20)
    assert ("49.45" in done.text) == (venue == {}), "an older contract tells neither fee nor final amount"
    if venue:
        assert {"en": "not told by Gate", "zh": "平台未告知"}[language] in done.text
    assert len(await teller.posts()) == posts + 1, "never a second request"
    assert await teller.orders_made(off_ramp) == 1 and await teller.usdt() - before == -55
    outcomes = [line.outcome for line in await teller.journal(off_ramp)]
    assert outcomes[:2] == ["sent", "unknown"] and outcomes[-1] == "done" and outcomes.count("done") == 1


@LANGUAGES
async def test_unknown_says_what_is_known_and_three_looks_end_it(teller: Teller, language: str) -> None:
    person, before = PEOPLE[language], await teller.usdt()
    card, off_ramp, posts = await lost(teller, "drop_before", language=language)
    unknown = await teller.shows(card, *UNKNOWN[language][:1], person=person)
    assert all(words in unknown.text for words in UNKNOWN[language]), unknown.text
    assert labels(unknown) == OFFERED[language], "a look and a lead's word, and nothing that sends"
    counted = await teller.shows(card, "(1 of 3)", "(2 of 3)", "（1/3）", "（2/3）", person=person)
    assert "✅" not in counted.text
    void = await teller.shows(card, "↩", person=person, timeout=20)
    assert await teller.state(off_ramp) == "void" and await teller.usdt() == before
    assert len(await teller.posts()) == posts + 1
    assert {"en": "Nothing was sold.", "zh": "没有卖出"}[language] in void.text and len(labels(void)) == 1
    intent = await teller.intent(off_ramp)
    assert intent is not None and intent.looks >= 3 and intent.first_look_at is not None
    assert (intent.settled_at or 0) - intent.first_look_at >= 60_000, "over more than a minute"


@pytest.mark.parametrize(("mode", "code"), [("refused", "5502761"), ("idempotency", "550314")])
async def test_a_number_that_gate_has_seen_means_look_and_not_refused(teller: Teller, mode: str, code: str) -> None:
    card, off_ramp = await teller.quote("56 USDT")
    posts = len(await teller.posts())
    await teller.box.pay.refuse("otc_create", code)
    await teller.sell(card)
    await teller.reaches(off_ramp, "unknown")
    unknown = await teller.shows(card, "❓ No answer from Gate")
    assert labels(unknown) == OFFERED["en"]
    await teller.press(unknown, "Look now")
    await teller.shows(card, "↩ Nothing happened", timeout=20)
    assert len(await teller.posts()) == posts + 1 and (await teller.stored(off_ramp)).order_id == ""


async def test_where_gate_cannot_be_read_nothing_counts_as_a_look(teller: Teller) -> None:
    for endpoint in ("otc_list", "otc_order"):
        await teller.box.pay.fault(endpoint, "error_500", times=-1)
    card, off_ramp, posts = await lost(teller, "act_and_drop")
    await teller.reaches(off_ramp, "unknown")
    looks = (await teller.intent(off_ramp) or pytest.fail("no intent")).looks
    await asyncio.sleep(2)
    intent = await teller.intent(off_ramp)
    assert intent is not None and intent.state.value == "unknown" and intent.looks == looks
    await teller.box.pay.clear_faults()
    await teller.shows(card, "✅ Off-ramp done", timeout=20)
    assert len(await teller.posts()) == posts + 1 and await teller.orders_made(off_ramp) == 1


async def test_a_detail_that_lags_behind_is_not_the_end_and_not_backwards(teller: Teller) -> None:
    card, off_ramp = await teller.quote("57 USDT")
    await teller.sell(card)
    await teller.box.pay.fault("otc_order", "stale", times=2)
    await teller.shows(card, "✅ Off-ramp done", timeout=20)
    assert await teller.orders_made(off_ramp) == 1 and await teller.state(off_ramp) == "done"
