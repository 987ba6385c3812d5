"""The paper card's page on a real socket (R7): looked at it does nothing, pressed it freezes once, after the commit."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.flows import freeze_card
from bot.flows.freeze_card import WRONG_PER_MINUTE
from bot.watchers.freeze_page import MOST_BYTES
from bot.watchers.http import HttpDoor
from tests.flows.bench import GROUP, OWNER, Bench, notices


@pytest.fixture
async def door(bench: Bench) -> AsyncIterator[HttpDoor]:
    opened = HttpDoor(bench.desk, "127.0.0.1", 0)
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
async def browser(door: HttpDoor) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.port}", timeout=10, trust_env=False) as client:
        yield client


@pytest.fixture
async def address(bench: Bench) -> str:
    bench.desk.exchange.public_url = "https://desk.example"
    return (await freeze_card.make(bench.desk, OWNER)).url.removeprefix("https://desk.example")


async def is_frozen(bench: Bench) -> bool:
    async with bench.store.read() as tables:
        return await tables.desk.get("frozen") is not None


async def test_looking_at_it_freezes_nothing_and_shows_one_button_in_both_languages(
    bench: Bench, browser: httpx.AsyncClient, address: str
) -> None:
    for method in ("GET", "HEAD", "GET"):
        answer = await browser.request(method, address)
        assert answer.status_code == 200
    text = answer.text
    assert text.count("<button") == 1 == text.count("<form") and 'method="post"' in text and "action=" not in text
    assert "Stop the desk&#x27;s money?" in text and "停止全部资金操作" in text
    assert "<script" not in text and "http" not in text and address not in text
    assert not await is_frozen(bench)
    assert (await browser.head(address)).content == b""


async def test_nothing_keeps_frames_or_passes_on_the_address(browser: httpx.AsyncClient, address: str) -> None:
    for method in ("GET", "POST"):
        headers = (await browser.request(method, address)).headers
        assert headers["cache-control"] == "no-store" and headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY" and "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"] and "noindex" in headers["x-robots-tag"]


async def test_pressed_it_freezes_tells_owners_and_group_and_again_changes_nothing(
    bench: Bench, browser: httpx.AsyncClient, address: str
) -> None:
    answer = await browser.post(address)
    assert answer.status_code == 200 and "Frozen: no money moves" in answer.text and "已冻结" in answer.text
    assert await is_frozen(bench)
    assert {OWNER, GROUP} <= set(notices(await bench.outbox(), "frozen_by_card"))
    again = await browser.post(address)
    assert again.status_code == 200 and "Frozen already" in again.text
    assert notices(await bench.outbox(), "frozen_by_card").count(OWNER) == 1
    assert await bench.outcomes("freeze", "desk") == ["done"]


async def test_a_hundred_at_once_freeze_once(bench: Bench, browser: httpx.AsyncClient, address: str) -> None:
    limit = asyncio.Semaphore(20)

    async def press() -> int:
        async with limit:
            return (await browser.post(address)).status_code

    assert set(await asyncio.gather(*(press() for _ in range(100)))) == {200}
    assert await bench.outcomes("freeze", "desk") == ["done"]
    assert notices(await bench.outbox(), "frozen_by_card").count(GROUP) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("kind", ["tampered", "cut", "longer", "empty", "huge", "odd", "deeper", "encoded"])
async def test_another_secret_is_like_any_unknown_address(
    bench: Bench, browser: httpx.AsyncClient, address: str, method: str, kind: str
) -> None:
    path = {
        "tampered": address[:-1] + ("A" if address[-1] != "A" else "B"), "cut": address[:-1], "longer": address + "A",
        "empty": "/freeze/", "huge": "/freeze/" + "x" * 4000, "odd": "/freeze/%00%ff%F0%9F%98%80",
        "deeper": address + "/x", "encoded": "/freeze/..%2f..%2fetc",
    }[kind]  # fmt: skip
    answer, unknown = await browser.request(method, path), await browser.request(method, "/nowhere")
    kept = {"date"}
    assert (answer.status_code, answer.content) == (404, unknown.content)
    assert {k: v for k, v in answer.headers.items() if k not in kept} == {
        k: v for k, v in unknown.headers.items() if k not in kept
    }
    assert not await is_frozen(bench)


async def test_a_replaced_card_is_no_page_any_more(bench: Bench, browser: httpx.AsyncClient, address: str) -> None:
    await freeze_card.make(bench.desk, OWNER)
    assert (await browser.get(address)).status_code == 404 == (await browser.post(address)).status_code
    assert not await is_frozen(bench)


async def test_other_ways_of_asking_freeze_nothing(bench: Bench, browser: httpx.AsyncClient, address: str) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        assert (await browser.request(method, address)).status_code == 405
    assert not await is_frozen(bench)


async def test_a_great_body_is_refused_and_freezes_nothing(
    bench: Bench, browser: httpx.AsyncClient, address: str
) -> None:
    assert (await browser.post(address, content=b"x" * (MOST_BYTES + 1))).status_code == 413
    assert not await is_frozen(bench)
    assert (await browser.post(address, content=b"x" * MOST_BYTES)).status_code == 200


async def test_it_says_frozen_only_after_the_commit(bench: Bench, browser: httpx.AsyncClient, address: str) -> None:
    bench.broken.add("before:commit")
    answer = await browser.post(address)
    assert answer.status_code == 500 and "NOT frozen" in answer.text and "<button" in answer.text
    bench.broken.clear()
    assert not await is_frozen(bench) and notices(await bench.outbox(), "frozen_by_card") == []
    assert (await browser.post(address)).status_code == 200 and await is_frozen(bench)


async def test_who_tries_many_is_sent_away_and_the_card_still_works(
    bench: Bench, browser: httpx.AsyncClient, address: str
) -> None:
    found = [(await browser.get(f"/freeze/{number}")).status_code for number in range(WRONG_PER_MINUTE + 5)]
    assert found == [404] * WRONG_PER_MINUTE + [429] * 5
    assert (await browser.get(address)).status_code == 200 and (await browser.post(address)).status_code == 200
    bench.pass_(61)
    assert (await browser.get("/freeze/x")).status_code == 404


async def test_a_body_that_never_comes_whole_freezes_nothing(bench: Bench, door: HttpDoor, address: str) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(f"POST {address} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".encode())
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    await asyncio.sleep(0.2)
    assert not await is_frozen(bench)


async def test_wrong_and_right_secrets_of_one_length_take_the_same_time(
    browser: httpx.AsyncClient, address: str
) -> None:
    """Roughly: what is compared are two hashes of equal length."""
    took: dict[str, list[float]] = {address: [], address[:-1] + "~": [], "/freeze/" + "~" * 32: []}
    for _ in range(9):
        for path, times in took.items():
            began = time.perf_counter()
            await browser.get(path)
            times.append(time.perf_counter() - began)
    best = [min(times) for times in took.values()]
    assert max(best) < 5 * min(best) + 0.005
