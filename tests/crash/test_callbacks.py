"""R7: no callback that was acknowledged is lost, each event has one effect, and nothing forged has any."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

import httpx
import pytest

from bot.clients.gate_pay.signing import signed_text
from bot.domain.intents import State
from bot.flows import callbacks
from bot.watchers.http import HttpDoor
from tests.crash.conftest import Ground
from tests.crash.frame import run_cells
from tests.crash.otc_cells import OtcCell, Scene, choose_receive
from tests.crash.otc_sweep import OFF_RAMPS, OtcResults
from tests.flows.off_ramp_bench import SECRET, Sale, open_sale

SEED = 7
KILLS = 12
ALL_AT_ONCE = 8
ORDERS = 5
TIMES = 4
AT_ONCE = 50
DISPATCHED, SUCCESS, FAIL = "WITHDRAW_DISPATCHED", "WITHDRAW_SUCCESS", "WITHDRAW_FAIL"


@pytest.mark.timeout(360)
async def test_wherever_a_callback_is_killed_it_is_kept_once_it_was_acknowledged_and_handled_once(
    ground: Ground,
) -> None:
    results = OtcResults()
    without = [OtcCell(scene) for scene in (Scene.TWICE, Scene.REORDERED, Scene.EARLY)]
    await run_cells(OFF_RAMPS, without, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    assert results.broken() == []
    kills = choose_receive(results.traces, KILLS, SEED)
    assert any(kill.kill.startswith("after:insert callbacks") for kill in kills)
    await run_cells(OFF_RAMPS, kills, ground.nursery, ground.folder, results, at_once=ALL_AT_ONCE)
    events = sum(verdict.events for _, verdict in results.verdicts)
    print(f"\ncallbacks: {len(results.verdicts)} cells, {results.died} kills, {events} events, 0 lost, 0 twice")
    assert results.broken() == []
    assert results.died >= len(kills) * 0.8


@dataclass(frozen=True)
class Message:
    """One HTTP message to the door; `is_genuine`: whether Gate Pay could have sent it."""

    raw: bytes
    headers: dict[str, str]
    is_genuine: bool


def _message(body: dict[str, object], *, late_by: float = 0.0, nonce: str, secret: str = SECRET) -> Message:
    raw, stamp = json.dumps(body).encode(), str(int((time.time() - late_by) * 1000))
    signature = hmac.new(secret.encode(), signed_text(timestamp=stamp, nonce=nonce, body=raw), hashlib.sha512)
    headers = {"X-GatePay-Timestamp": stamp, "X-GatePay-Nonce": nonce, "X-GatePay-Signature": signature.hexdigest()}
    return Message(raw, headers, secret == SECRET)


def _genuine(order_id: str, number: str, status: str) -> list[Message]:
    """The same event in the five shapes that a contract's ages and retries give it; one has yesterday's time."""
    data = {"orderId": order_id, "clientOrderId": number}
    body: dict[str, object] = {"bizType": "OTC", "bizId": order_id, "bizStatus": status}
    text: dict[str, object] = body | {"data": json.dumps(data)}
    return [
        _message(text | {"clientId": "c"}, nonce=f"{order_id}{status}a"),
        _message(text | {"client_id": "c"}, nonce=f"{order_id}{status}b"),
        _message(body | {"clientId": "c", "data": data}, nonce=f"{order_id}{status}c"),
        _message(text | {"clientId": "c"}, nonce=f"{order_id}{status}d", late_by=86_400),
        _message(text, nonce="the same nonce every time".replace(" ", "-")),
    ]


def _forged(order_id: str, number: str) -> list[Message]:
    """Of an event that never happened, so that whatever comes of it is seen."""
    data = {"clientOrderId": number}
    body: dict[str, object] = {"bizType": "OTC", "bizId": order_id, "bizStatus": FAIL, "clientId": "c", "data": data}
    true = _genuine(order_id, number, SUCCESS)[0]
    stolen = _message(body, nonce="stolen", secret="another")
    return [
        stolen,
        Message(stolen.raw, true.headers, is_genuine=False),
        Message(true.raw.replace(b"SUCCESS", b"FAIL"), true.headers, is_genuine=False),
        Message(stolen.raw, {}, is_genuine=False),
        Message(stolen.raw, true.headers | {"X-GatePay-Nonce": "other"}, is_genuine=False),
    ]


async def _orders(sale: Sale) -> list[tuple[str, str, str]]:
    """Five off-ramps that the venue has dispatched: ours, the venue's number, our number."""
    made = []
    for amount in range(ORDERS):
        standing = await sale.quote(f"{1000 + amount} USDT")
        await sale.tap(standing)
        stored = await sale.stored(standing.off_ramp.id)
        made.append((stored.id, stored.order_id, stored.client_order_id))
    return made


async def _post(door: HttpDoor, messages: list[Message]) -> tuple[list[tuple[Message, int]], list[float]]:
    """All of them, so many at once; each with the status of its answer, and how long the answers took."""
    waiting, answers, seconds = iter(messages), [], []
    url = f"http://127.0.0.1:{door.port}/callbacks/gatepay"
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)

    async with httpx.AsyncClient(timeout=20, trust_env=False, limits=limits) as venue:

        async def work() -> None:
            for message in waiting:
                began = time.perf_counter()
                answer = await venue.post(url, content=message.raw, headers=message.headers)
                seconds.append(time.perf_counter() - began)
                answers.append((message, answer.status_code))

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return answers, sorted(seconds)


async def _handling(sale: Sale) -> None:
    """Two loops at once: more than the desk has, so that being quicker is no matter of luck."""

    async def loop() -> None:
        while True:
            await callbacks.round_(sale.desk)
            await asyncio.sleep(0.005)

    await asyncio.gather(loop(), loop())


@pytest.mark.timeout(240)
async def test_fifty_callbacks_at_once_in_any_order_have_one_effect_per_event_and_forged_ones_none(
    tmp_path: Path,
) -> None:
    async with open_sale(tmp_path) as sale:
        orders = await _orders(sale)
        for _, order_id, _ in orders:
            sale.otc.order_is(order_id, status="DONE", fee=Decimal(5), final=Decimal(990))
        genuine = [
            message
            for _, order_id, number in orders
            for status in (DISPATCHED, SUCCESS)
            for message in _genuine(order_id, number, status)
        ]
        forged = [message for _, order_id, number in orders for message in _forged(order_id, number)]
        assert len(genuine) == AT_ONCE
        mixed = (genuine + forged) * TIMES
        Random(SEED).shuffle(mixed)
        door = HttpDoor(sale.desk, "127.0.0.1", 0)
        await door.start()
        handling = asyncio.create_task(_handling(sale))
        answers, seconds = await _post(door, mixed)
        handling.cancel()
        await asyncio.gather(handling, return_exceptions=True)
        await sale.handle()
        await door.stop()
        accepted = Counter((message.is_genuine, status) for message, status in answers)
        assert accepted == {(True, 200): AT_ONCE * TIMES, (False, 401): len(forged) * TIMES}
        await _check_effects(sale, [off_ramp for off_ramp, _, _ in orders])
        p50, p99 = (seconds[int(len(seconds) * part)] * 1000 for part in (0.5, 0.99))
        print(
            f"\ncallbacks at once: {len(mixed)} messages of {ORDERS * 2} events, {AT_ONCE} at a time;"
            f" effects per event 1, forged accepted 0; answered p50 {p50:.0f} ms, p99 {p99:.0f} ms in that crowd"
        )


async def _check_effects(sale: Sale, off_ramps: list[str]) -> None:
    with closing(sqlite3.connect(sale.database)) as connection:
        rows = connection.execute("SELECT event, outcome, times FROM callbacks").fetchall()
    kept = [event for event, _, _ in rows]
    assert len(kept) == len(set(kept)) == ORDERS * 2
    assert not [event for event in kept if FAIL in event]
    assert {outcome for _, outcome, _ in rows} == {"looked"}
    assert sum(times for _, _, times in rows) == AT_ONCE * TIMES
    for off_ramp in off_ramps:
        assert await sale.state(off_ramp) is State.DONE
    told = Counter((one.facts["off_ramp"], one.chat_id) for one in await sale.notices("otc_done"))
    assert len({off_ramp for off_ramp, _ in told}) == ORDERS
    assert set(told.values()) == {1}
    ends = Counter(line.target for line in await sale.lines() if line.outcome == "done")
    assert len(ends) == ORDERS
    assert set(ends.values()) == {1}
