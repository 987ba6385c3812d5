"""The door for venues on a real socket: what is genuine is stored, then acknowledged; nothing else changes anything."""

import asyncio
import hashlib
import hmac
import json
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.flows.desk import Desk
from bot.watchers.http import MOST_BYTES, HttpDoor
from storage.callbacks import Callback
from tests.flows.bench import Bench, open_bench

SECRET = "gp-test-secret_0123456789-ABCDEFGHIJKLMNOPQRS="
BODY = {
    "bizType": "OTC",
    "bizId": "2016768770965639168",
    "bizStatus": "WITHDRAW_SUCCESS",
    "clientId": "demoClient0001",
    "data": json.dumps({"orderId": "2016768770965639168", "clientOrderId": "7490324045"}),
}
ACKNOWLEDGED = {"returnCode": "SUCCESS", "returnMessage": ""}


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as opened:
        opened.desk.exchange.callback_secret = SECRET
        yield opened


@pytest.fixture
async def door(bench: Bench) -> AsyncIterator[HttpDoor]:
    opened = HttpDoor(bench.desk, "127.0.0.1", 0)
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
async def venue(door: HttpDoor) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.port}", timeout=10, trust_env=False) as client:
        yield client


def signed(raw: bytes, *, secret: str = SECRET, timestamp: str = "", nonce: str = "cb0Nonce42") -> dict[str, str]:
    """The headers of §5."""
    timestamp = timestamp or str(int(time.time() * 1000))
    text = b"\n".join((timestamp.encode(), nonce.encode(), raw, b""))
    signature = hmac.new(secret.encode(), text, hashlib.sha512).hexdigest()
    return {"X-GatePay-Timestamp": timestamp, "X-GatePay-Nonce": nonce, "X-GatePay-Signature": signature}


async def send(venue: httpx.AsyncClient, raw: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    return await venue.post("/callbacks/gatepay", content=raw, headers=signed(raw) if headers is None else headers)


async def stored(desk: Desk) -> list[Callback]:
    async with desk.store.read() as tables:
        return await tables.callbacks.due(desk.now() + 10_000_000)


async def test_a_genuine_callback_is_stored_as_it_came_and_acknowledged(bench: Bench, venue: httpx.AsyncClient) -> None:
    raw = json.dumps(BODY).encode()
    answer = await send(venue, raw)
    assert (answer.status_code, answer.json()) == (200, ACKNOWLEDGED)
    (kept,) = await stored(bench.desk)
    assert (kept.body, kept.event, kept.times) == (raw.decode(), "OTC/2016768770965639168/WITHDRAW_SUCCESS", 1)


async def test_the_same_event_again_is_acknowledged_and_stays_one(bench: Bench, venue: httpx.AsyncClient) -> None:
    raw = json.dumps(BODY).encode()
    answers = await asyncio.gather(*(send(venue, raw) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    (kept,) = await stored(bench.desk)
    assert kept.times == 10


async def test_an_old_time_and_a_used_nonce_are_no_reason_to_refuse_a_retry(
    bench: Bench, venue: httpx.AsyncClient
) -> None:
    raw = json.dumps(BODY).encode()
    answer = await send(venue, raw, signed(raw, timestamp="1690000000000"))
    assert (answer.status_code, answer.json()) == (200, ACKNOWLEDGED)
    assert len(await stored(bench.desk)) == 1


@pytest.mark.parametrize("kind", ["wrong secret", "tampered", "no headers", "half a signature", "other time", "umlaut"])
async def test_what_is_not_genuine_is_refused_and_changes_nothing(
    bench: Bench, venue: httpx.AsyncClient, kind: str
) -> None:
    raw = json.dumps(BODY).encode()
    headers = {
        "wrong secret": signed(raw, secret="other"),
        "tampered": signed(raw.replace(b"SUCCESS", b"FAIL")),
        "no headers": {},
        "half a signature": signed(raw) | {"X-GatePay-Signature": signed(raw)["X-GatePay-Signature"][:64]},
        "other time": signed(raw) | {"X-GatePay-Timestamp": "1690000000000"},
        "umlaut": signed(raw) | {"X-GatePay-Nonce": "n\u00f6nce".encode("latin-1").decode("latin-1")},
    }[kind]
    coded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    answer = await venue.post("/callbacks/gatepay", content=raw, headers=coded)
    assert answer.status_code == 401
    assert answer.json()["returnCode"] == "FAIL"
    assert await stored(bench.desk) == []


async def test_without_a_secret_nothing_is_genuine(bench: Bench, venue: httpx.AsyncClient) -> None:
    bench.desk.exchange.callback_secret = ""
    raw = json.dumps(BODY).encode()
    assert (await send(venue, raw, signed(raw, secret=""))).status_code == 401


@pytest.mark.parametrize("raw", [b"", b"no json", b"[1, 2]", b"\xff\xfe", b'{"bizType": ', b"null"])
async def test_a_genuine_body_that_is_no_event_gets_a_clear_no(
    bench: Bench, venue: httpx.AsyncClient, raw: bytes
) -> None:
    answer = await send(venue, raw)
    assert (answer.status_code, answer.json()["returnCode"]) == (400, "FAIL")
    assert await stored(bench.desk) == []


async def test_a_huge_body_is_refused_before_it_is_read_whole(bench: Bench, venue: httpx.AsyncClient) -> None:
    answer = await send(venue, b"x" * (MOST_BYTES + 1))
    assert answer.status_code == 413
    assert await stored(bench.desk) == []


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/callbacks/gatepay", 405), ("PUT", "/callbacks/gatepay", 405), ("POST", "/healthz", 405),
    ("POST", "/callbacks/other", 404), ("GET", "/", 404), ("GET", "/docs", 404),
])  # fmt: skip
async def test_every_other_way_in_is_closed(venue: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await venue.request(method, path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


async def test_what_cannot_be_stored_is_not_acknowledged(bench: Bench, venue: httpx.AsyncClient) -> None:
    bench.broken.add("before:insert callbacks")
    answer = await send(venue, json.dumps(BODY).encode())
    assert (answer.status_code, answer.json()["returnCode"]) == (500, "FAIL")


async def test_health_says_whether_the_desk_can_act_and_nothing_else(bench: Bench, venue: httpx.AsyncClient) -> None:
    well = await venue.get("/healthz")
    assert (well.status_code, well.json()) == (200, {"status": "ok"})
    bench.desk.is_halted = True
    ill = await venue.get("/healthz")
    assert (ill.status_code, ill.json()) == (503, {"status": "halted"})


async def test_a_taken_address_is_told(bench: Bench, door: HttpDoor) -> None:
    with pytest.raises(OSError, match="in use"):
        await HttpDoor(bench.desk, "127.0.0.1", door.port).start()


async def test_callbacks_are_acknowledged_quickly(bench: Bench, venue: httpx.AsyncClient) -> None:
    took = []
    for number in range(200):
        raw = json.dumps(BODY | {"bizId": str(number)}).encode()
        began = time.perf_counter()
        assert (await send(venue, raw)).status_code == 200
        took.append((time.perf_counter() - began) * 1000)
    p99 = statistics.quantiles(took, n=100)[98]
    print(f"callback acknowledged after its commit: p50 {statistics.median(took):.1f} ms, p99 {p99:.1f} ms")
    assert statistics.median(took) <= 25  # with Nagle's delay it would be over 40
    async with bench.desk.store.read() as tables:
        assert len(await tables.callbacks.due(bench.desk.now() + 1, limit=1000)) == 200
