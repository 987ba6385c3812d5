"""What calls the desk is believed for where to look and for nothing else: every event once, and no forged one."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.journeys.teller import Teller, close_teller, open_teller
from tests.support.sandbox import LEAD, OWNER, Message, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Teller]:
    async with open_teller(tmp_path_factory.mktemp("teller"), speed=4.0) as teller:
        yield teller


@pytest_asyncio.fixture(loop_scope="module")
async def teller(opened: Teller) -> AsyncIterator[Teller]:
    yield opened
    await close_teller(opened)


async def taken(teller: Teller) -> tuple[Message, str, str]:
    """An off-ramp that Gate Pay works on and tells nothing of: its card, our id, Gate's order."""
    await teller.otc.variants(ends_as="PROCESSING")
    card, off_ramp = await teller.quote("25 USDT")
    await teller.sell(card)
    await teller.reaches(off_ramp, "taken")
    await teller.shows(card, "Gate works on it")
    return card, off_ramp, (await teller.order(off_ramp)).id


async def kept(teller: Teller) -> list[dict[str, Any]]:
    """The callbacks that the desk has stored."""
    with closing(sqlite3.connect(f"file:{teller.shop.desk.database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM callbacks ORDER BY number")]


async def handled(teller: Teller) -> None:
    async def look() -> bool | None:
        return all(row["handled_at"] is not None for row in await kept(teller)) or None

    await until(look, "callbacks handled", shown=lambda: kept(teller))


async def done_lines(teller: Teller, off_ramp: str) -> int:
    return sum(line.outcome == "done" for line in await teller.journal(off_ramp))


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"callback_data": "object", "callback_client": "client_id", "callback_time": "s"},
        {"callback_client": "absent", "details": "older"},
    ],
)
async def test_an_event_that_comes_ten_times_has_one_effect(teller: Teller, shape: dict[str, Any]) -> None:
    card, off_ramp, order = await taken(teller)
    await teller.otc.variants(**shape)
    await teller.otc.turn_callbacks(False)
    await teller.otc.move(order, "DONE")
    await teller.otc.turn_callbacks(True)
    rows = len(await kept(teller))
    sent = await teller.otc.call_back(order, "replayed", times=2) + await teller.otc.call_back(order, "twice", times=3)
    assert len(sent) == 10 and all(one.is_acknowledged for one in sent)
    await teller.shows(card, "✅ Off-ramp done")
    await handled(teller)
    await teller.hears("✅ Off-ramp done", after=card)
    await asyncio.sleep(0.3)
    assert len(await kept(teller)) - rows == 1 and await done_lines(teller, off_ramp) == 1
    bells = [one for one in await teller.box.telegram.messages(LEAD) if one.id > card.id and "✅" in one.text]
    assert len(bells) == 1, "told once"


async def test_the_end_before_the_dispatch_never_goes_backwards(teller: Teller) -> None:
    card, off_ramp, order = await taken(teller)
    await teller.otc.turn_callbacks(False)
    sent = await teller.otc.call_back(order, "reordered")
    assert [one.event for one in sent] == ["WITHDRAW_SUCCESS", "WITHDRAW_DISPATCHED"]
    assert all(one.is_acknowledged for one in sent)
    done = await teller.shows(card, "✅ Off-ramp done")
    await handled(teller)
    await asyncio.sleep(0.3)
    assert (await teller.stored(off_ramp)).status == "DONE" and await teller.state(off_ramp) == "done"
    assert (await teller.box.telegram.message(LEAD, LEAD, card.id)).text == done.text
    assert await done_lines(teller, off_ramp) == 1


async def test_a_late_dispatch_of_the_venue_itself_does_not_reopen_an_end(teller: Teller) -> None:
    card, off_ramp, order = await taken(teller)
    await teller.otc.move(order, "DONE")
    await teller.shows(card, "✅ Off-ramp done")
    await teller.otc.move(order, "DISPATCHED")
    await handled(teller)
    await asyncio.sleep(0.3)
    assert (await teller.stored(off_ramp)).status == "DONE" and await teller.state(off_ramp) == "done"
    assert "✅ Off-ramp done" in (await teller.box.telegram.message(LEAD, LEAD, card.id)).text
    await teller.otc.turn_callbacks(False)
    await teller.otc.move(order, "DONE")


async def test_an_event_alone_proves_nothing_the_order_itself_is_looked_at(teller: Teller) -> None:
    """Truly signed, but Gate Pay's own order says that it is still being worked on."""
    card, off_ramp, order = await taken(teller)
    for event in ("WITHDRAW_SUCCESS", "WITHDRAW_FAIL", "WITHDRAW_DISPATCHED"):
        (sent,) = await teller.otc.call_back(order, "now", event=event)
        assert sent.is_acknowledged
    await handled(teller)
    await asyncio.sleep(0.3)
    assert await teller.state(off_ramp) == "taken" and (await teller.stored(off_ramp)).status == "PROCESSING"
    assert "Gate works on it" in (await teller.box.telegram.message(LEAD, LEAD, card.id)).text


async def test_a_callback_before_the_answer_to_the_create_is_matched_by_our_number(teller: Teller) -> None:
    await teller.otc.variants(early_callback=True, done_seconds=0.1)
    await teller.box.pay.fault("otc_create", "delay", seconds=1.5, acts=True)
    card, off_ramp = await teller.quote("26 USDT")
    posts = len(await teller.posts())
    await teller.sell(card)
    await teller.shows(card, "✅ Off-ramp done")
    await asyncio.sleep(0.5)
    assert await teller.state(off_ramp) == "done" and len(await teller.posts()) == posts + 1
    assert await done_lines(teller, off_ramp) == 1 and await teller.orders_made(off_ramp) == 1


BAD = {
    "forged": 401,
    "unsigned": 401,
    "tampered": 401,
    "huge": 413,
    "not_json": 400,
}


async def test_what_is_not_gates_is_refused_and_leaves_no_trace(teller: Teller) -> None:
    card, off_ramp, order = await taken(teller)
    rows = len(await kept(teller))
    for act, status in BAD.items():
        (sent,) = await teller.otc.call_back(order, act)
        assert sent.status == status or (act == "huge" and sent.error), (act, sent)
        assert sent.return_code != "SUCCESS" and "Traceback" not in sent.answer, sent.answer
    async with httpx.AsyncClient() as client:
        get = await client.get(teller.address)
        empty = await client.post(teller.address, content=b"")
        health = await client.get(teller.address.replace("/callbacks/gatepay", "/healthz"))
        other = await client.get(teller.address.replace("/callbacks/gatepay", "/"))
    assert (get.status_code, empty.status_code, health.status_code, other.status_code) == (405, 401, 200, 404)
    assert health.json() == {"status": "ok"}
    await asyncio.sleep(0.5)
    assert len(await kept(teller)) == rows and await teller.state(off_ramp) == "taken"
    assert "Gate works on it" in (await teller.box.telegram.message(LEAD, LEAD, card.id)).text


async def test_one_of_yesterday_is_as_good_as_any_because_the_order_is_looked_at(teller: Teller) -> None:
    card, off_ramp, order = await taken(teller)
    await teller.otc.turn_callbacks(False)
    await teller.otc.move(order, "DONE")
    (sent,) = await teller.otc.call_back(order, "old")
    assert sent.is_acknowledged
    await teller.shows(card, "✅ Off-ramp done")
    await handled(teller)
    assert await teller.state(off_ramp) == "done" and (await kept(teller))[-1]["outcome"] == "looked"


async def test_other_business_is_acknowledged_and_owners_hear_of_it_once(teller: Teller) -> None:
    _, _, order = await taken(teller)
    before = await teller.shop.newest(OWNER)
    for act in ("other_type", "recharge", "unknown"):
        sent = await teller.otc.call_back(order, act, times=3)
        assert len(sent) == 3 and all(one.is_acknowledged for one in sent), act
    await handled(teller)

    async def news() -> list[str]:
        said = [one for one in await teller.box.telegram.messages(OWNER) if one.id > before]
        return [one.text for one in said if one.text.startswith("📨")]

    async def three() -> bool | None:
        return len(await news()) >= 3 or None

    await until(three, "news of three", shown=news)
    await asyncio.sleep(0.3)
    told = await news()
    assert len(told) == 3, told
    assert sum("PAY_REFUND" in text for text in told) == 1 and sum("RECHARGE_SUCCESS" in text for text in told) == 1
    lead = [one.text for one in await teller.box.telegram.messages(LEAD) if one.text.startswith("📨 Gate Pay")]
    assert lead == [], "owners only"


async def test_a_desk_that_was_away_gets_what_is_sent_again(teller: Teller) -> None:
    """Refused at first, because nobody listens where Gate Pay calls; the documented schedule brings it back."""
    card, _, order = await taken(teller)
    await teller.otc.aim_callbacks("http://127.0.0.1:9/callbacks/gatepay")
    await teller.otc.variants(retry_stamp="old", compress=30.0)
    await teller.otc.move(order, "DONE")

    async def tried() -> bool | None:
        return any(one.status == 0 for one in await teller.otc.attempts(order)) or None

    await until(tried, "a first try")
    await teller.otc.aim_callbacks(teller.address)
    await teller.shows(card, "✅ Off-ramp done", timeout=10)
    assert any(one.is_acknowledged and one.tries > 1 for one in await teller.otc.attempts(order))


async def test_the_secret_decides_and_not_the_shape(teller: Teller) -> None:
    """A correct body under the sandbox's own headers but another order of bytes is forged."""
    async with httpx.AsyncClient() as client:
        headers = {"X-GatePay-Timestamp": "1", "X-GatePay-Nonce": "n", "X-GatePay-Signature": "0" * 128}
        rows = len(await kept(teller))
        answers = [
            await client.post(teller.address, content=body, headers=headers)
            for body in (b"{}", b'{"bizType":"OTC"}', "{“}".encode(), b"\xff\xfe", b"[" * 5000)
        ]
    assert [one.status_code for one in answers] == [401] * 5
    assert all(one.json()["returnCode"] == "FAIL" for one in answers) and len(await kept(teller)) == rows
