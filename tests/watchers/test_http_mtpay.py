"""MTPay at the door for venues, on a real socket: `{"success": true}` only for what is stored, whatever is sent."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.flows import callbacks
from bot.watchers.http import MOST_BYTES, HttpDoor
from tests.flows.deposit_bench import Links, open_links
from tests.support.fake_mtpay import HOOKS, signed

ACKNOWLEDGED = {"success": True}


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    async with open_links(tmp_path) as opened:
        await opened.act()
        yield opened


@pytest.fixture
async def venue(links: Links) -> AsyncIterator[httpx.AsyncClient]:
    door = HttpDoor(links.desk, "127.0.0.1", 0)
    await door.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.port}", timeout=10, trust_env=False) as client:
        yield client
    await door.stop()


async def send(venue: httpx.AsyncClient, links: Links, raw: bytes, path: str = "") -> httpx.Response:
    return await venue.post(path or HOOKS + links.mtpay.asked[0].token, content=raw)


async def test_a_genuine_report_is_stored_then_acknowledged(links: Links, venue: httpx.AsyncClient) -> None:
    answer = await send(venue, links, links.mtpay.report())
    assert (answer.status_code, answer.json()) == (200, ACKNOWLEDGED)
    (kept,) = await links.waiting()
    assert kept.venue == "mtpay" and json.loads(kept.body)["status"] == "Finished"


async def test_repeats_are_acknowledged_and_stay_one(links: Links, venue: httpx.AsyncClient) -> None:
    raw = links.mtpay.report()
    answers = await asyncio.gather(*(send(venue, links, raw) for _ in range(10)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, '{"success":true}')}
    await callbacks.round_(links.desk)
    assert (await send(venue, links, raw)).json() == ACKNOWLEDGED and await links.waiting() == []
    assert (await links.outcomes())[-1] == "reported_Finished" and len(await links.outcomes()) == 3


@pytest.mark.parametrize(
    ("what", "status", "words"),
    [
        ("another secret", 401, "signature"),
        ("of tomorrow", 401, "signature"),
        ("unsigned", 401, "signature"),
        ("no JSON", 400, "not JSON"),
        ("empty", 400, "not JSON"),
        ("huge", 413, "body too large"),
        ("unknown address", 404, "not found"),
    ],
)
async def test_what_is_not_acknowledged_says_so_and_leaves_nothing(
    links: Links, venue: httpx.AsyncClient, what: str, status: int, words: str
) -> None:
    genuine = links.mtpay.report()
    raw = {
        "another secret": signed({"tradeType": "Deposit"}, links.bench.now, "other"),
        "of tomorrow": links.mtpay.report(ago_ms=-86_400_000),
        "unsigned": b'{"data": {}}',
        "no JSON": b"status=Finished",
        "empty": b"",
        "huge": b"x" * (MOST_BYTES + 1),
    }.get(what, genuine)
    path = HOOKS + "x" * 32 if what == "unknown address" else ""
    answer = await send(venue, links, raw, path)
    assert (answer.status_code, answer.json()) == (status, {"success": False, "message": words})
    assert await links.waiting() == []


async def test_a_genuine_report_that_comes_too_late_is_acknowledged_and_kept(
    links: Links, venue: httpx.AsyncClient
) -> None:
    answer = await send(venue, links, links.mtpay.report(ago_ms=301_000))
    assert (answer.status_code, answer.json()) == (200, ACKNOWLEDGED)
    await callbacks.round_(links.desk)
    assert (await links.outcomes())[-1] == "too_old"


async def test_what_cannot_be_stored_is_not_acknowledged(links: Links, venue: httpx.AsyncClient) -> None:
    raw = links.mtpay.report()
    links.bench.broken.add("before:commit")
    answer = await send(venue, links, raw)
    assert (answer.status_code, answer.json()["success"]) == (500, False)
    links.bench.broken.clear()
    assert (await send(venue, links, raw)).json() == ACKNOWLEDGED


async def test_too_many_reports_that_do_not_fit_a_link_are_refused(links: Links, venue: httpx.AsyncClient) -> None:
    (row,) = links.rows()
    for number in range(200):
        links.write(
            "INSERT INTO callbacks (venue, event, timestamp, nonce, body, received_at, next_at, handled_at, outcome)"
            f" VALUES ('mtpay', '{row['id']}/{number}', '', '', '', 1, 1, 1, '')"
        )
    answer = await send(venue, links, links.mtpay.report(requestAmount=7))
    assert (answer.status_code, answer.json()) == (429, {"success": False, "message": "too many"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", HOOKS + "x", 405),
        ("PUT", HOOKS + "x", 405),
        ("POST", HOOKS, 404),
        ("POST", "/callbacks/mtpay", 404),
        ("POST", HOOKS + "x/y", 404),
        ("POST", HOOKS + "%2e%2e/gatepay", 404),
        ("POST", HOOKS + "x" * 3000, 404),
    ],
)
async def test_every_other_way_in_is_closed(venue: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await venue.request(method, path, content=b"{}")
    assert answer.status_code == status and "Traceback" not in answer.text


async def test_no_answer_names_the_server_or_what_it_knows(links: Links, venue: httpx.AsyncClient) -> None:
    for raw in (links.mtpay.report(), b"{}"):
        answer = await send(venue, links, raw)
        assert "server" not in answer.headers and links.mtpay.asked[0].code not in answer.text
