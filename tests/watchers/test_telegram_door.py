"""Telegram at the door, on a real socket: stored before it is acknowledged, handled once, in order."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.flows import admit
from bot.watchers.arrivals import HOLD_SECONDS
from bot.watchers.http import MOST_UPDATE_BYTES, SECRET_HEADER, HttpDoor
from tests.flows.bench import LEAD, OPERATOR
from tests.watchers.brought import SECRET, Brought, brought, message


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Brought]:
    async with brought(tmp_path) as made:
        yield made


async def test_an_update_is_stored_before_it_is_acknowledged_and_handled_once(desk: Brought) -> None:
    desk.gates[5] = asyncio.Event()
    answer = await desk.post(message(5))
    assert (answer.status_code, answer.content) == (200, b"")
    assert await desk.kept() == [5] and desk.handled == []
    desk.gates[5].set()
    assert await desk.until_handled(1) == [5]


async def test_what_telegram_brings_again_is_acknowledged_and_stays_one(desk: Brought) -> None:
    at_once = await asyncio.gather(*(desk.post(message(5)) for _ in range(10)))
    assert {answer.status_code for answer in at_once} == {200}
    await desk.until_handled(1)
    assert (await desk.post(message(5))).status_code == 200
    await asyncio.sleep(0.05)
    assert desk.handled == [5] and await desk.kept() == [5]


async def test_what_comes_in_the_wrong_turn_is_stored_and_handled_in_the_right_one(desk: Brought) -> None:
    await desk.post(message(100))
    late = [asyncio.create_task(desk.post(message(number))) for number in (104, 103, 102)]
    await asyncio.sleep(HOLD_SECONDS / 3)
    assert await desk.kept() == [100] and not any(one.done() for one in late), "not acknowledged before it is stored"
    commits = desk.bench.store.commits
    await desk.post(message(101))
    assert {(await one).status_code for one in late} == {200}
    assert desk.bench.store.commits - commits < 8, "stored together"
    assert await desk.until_handled(5) == [100, 101, 102, 103, 104] == await desk.kept()


async def test_an_update_that_never_comes_holds_up_the_others_only_for_a_moment(desk: Brought) -> None:
    await desk.post(message(100))
    async with asyncio.timeout(HOLD_SECONDS * 8):
        await desk.post(message(107))
        await asyncio.gather(*(desk.post(message(number)) for number in (110, 109)))
    assert await desk.until_handled(4) == [100, 107, 109, 110]


async def test_numbers_that_begin_anew_and_lower_are_taken(desk: Brought) -> None:
    for number in (9_000, 17, 18, 19):
        assert (await desk.post(message(number))).status_code == 200
    assert await desk.until_handled(4) == [9_000, 17, 18, 19]


async def test_one_person_waits_for_nobody_elses_handler(desk: Brought) -> None:
    desk.gates[1] = asyncio.Event()
    for number, person in ((1, OPERATOR), (2, OPERATOR), (3, LEAD)):
        assert (await desk.post(message(number, person))).status_code == 200
    async with asyncio.timeout(5):
        while desk.handled != [3]:  # noqa: ASYNC110 # a list is no event
            await asyncio.sleep(0.01)
    desk.gates[1].set()
    assert await desk.until_handled(3) == [3, 1, 2]


async def test_a_hundred_at_once_are_each_handled_once_and_in_order(desk: Brought) -> None:
    await desk.post(message(1000))
    numbers = list(range(1001, 1101))
    shuffled = sorted(numbers, key=lambda number: number * 37 % 101)
    limit = asyncio.Semaphore(10)

    async def bring(number: int) -> int:
        async with limit:
            return (await desk.post(message(number))).status_code

    assert set(await asyncio.gather(*map(bring, shuffled))) == {200}
    handled = await desk.until_handled(101)
    assert sorted(handled) == [1000, *numbers] == sorted(await desk.kept())


BAD_BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "no JSON": (b"update_id=5", 400),
    "half": (json.dumps(message(5)).encode()[:-1], 400),
    "no text": (b"\xff\xfe\x00", 400),
    "a list": (b"[]", 400),
    "a number": (b"5", 400),
    "no number": (b'{"message": {}}', 400),
    "a number in words": (b'{"update_id": "5"}', 400),
    "no whole number": (b'{"update_id": 5.5}', 400),
    "yes": (b'{"update_id": true}', 400),
    "depth": (b'{"update_id":5,"a":' + b"[" * 200_000, 400),
    "size": (b'{"update_id":5,"a":"' + b"x" * MOST_UPDATE_BYTES + b'"}', 413),
}


@pytest.mark.parametrize("what", BAD_BODIES)
async def test_a_body_that_is_no_update_is_refused_and_leaves_nothing(desk: Brought, what: str) -> None:
    raw, status = BAD_BODIES[what]
    answer = await desk.post(raw)
    assert (answer.status_code, answer.content) == (status, b"")
    assert await desk.kept() == [] and (await desk.post(message(6))).status_code == 200


async def test_the_largest_update_telegram_sends_is_taken(desk: Brought) -> None:
    assert (await desk.post(message(5, text="x" * 900_000))).status_code == 200
    assert await desk.until_handled(1) == [5]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_every_other_method_is_refused(desk: Brought, method: str) -> None:
    assert (await desk.post(message(5), method=method)).status_code == 405
    assert await desk.kept() == []


async def test_an_update_that_cannot_be_kept_is_left_out_and_not_brought_for_ever(desk: Brought) -> None:
    odd = b'{"update_id": 5, "message": {"message_id": 1, "from": {"id": 3}, "chat": {"id": 3, "type": "private"},'
    assert (await desk.post(odd + b'"text": "\\ud800"}}')).status_code == 200
    assert (await desk.post(message(6) | {"update_id": 2**70})).status_code == 200
    assert (await desk.post(message(7))).status_code == 200
    assert await desk.until_handled(2) == [5, 7] == await desk.kept()


async def test_what_cannot_be_stored_is_refused_until_it_can_and_owners_hear_of_it_once(desk: Brought) -> None:
    desk.bench.broken.add("before:commit")
    for _ in range(3):
        answer = await desk.post(message(5))
        assert (answer.status_code, answer.headers["retry-after"], answer.content) == (503, "1", b"")
    desk.bench.broken.clear()
    assert (await desk.post(message(5))).status_code == 200
    assert await desk.until_handled(1) == [5]
    assert len(desk.cried) == 1


async def test_a_connection_that_breaks_half_way_leaves_nothing(desk: Brought) -> None:
    raw = json.dumps(message(5)).encode()
    _, writer = await asyncio.open_connection("127.0.0.1", desk.door.port)
    head = f"POST /telegram HTTP/1.1\r\nhost: x\r\n{SECRET_HEADER}: {SECRET}\r\ncontent-length: {len(raw)}\r\n\r\n"
    writer.write(head.encode() + raw[: len(raw) // 2])
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await asyncio.sleep(0.05)
    assert await desk.kept() == []
    assert (await desk.post(raw)).status_code == 200 and await desk.until_handled(1) == [5]


async def test_nothing_is_taken_before_the_desk_listens_and_after_it_ends(tmp_path: Path) -> None:
    async with brought(tmp_path, is_listening=False) as desk:
        assert (await desk.post(message(5))).status_code == 503
        await desk.listen()
        assert (await desk.post(message(5))).status_code == 200
        waiting = asyncio.create_task(desk.post(message(8)))
        await asyncio.sleep(HOLD_SECONDS / 3)
        desk.inbox.close()
        assert (await waiting).status_code == 503, "it waited for one before it, and was not stored"
        assert (await desk.post(message(9))).status_code == 503
        assert await desk.kept() == [5]


async def test_what_the_last_process_left_is_handled_before_what_is_brought(tmp_path: Path) -> None:
    async with brought(tmp_path, is_listening=False) as desk:
        await admit.admit(desk.bench.desk, [message(1), message(2)])
        await admit.handled(desk.bench.desk, 1)
        desk.gates[2] = asyncio.Event()
        await desk.listen()
        for number in (2, 3):
            assert (await desk.post(message(number))).status_code == 200
        desk.gates[2].set()
        assert await desk.until_handled(2) == [2, 3]


async def test_who_asks_again_after_a_webhook_skips_nothing_that_waits(desk: Brought) -> None:
    """The last one brought may be newer than one that was refused: its number must not confirm that one."""
    assert (await desk.post(message(12))).status_code == 200
    await desk.until_handled(1)
    assert await admit.next_offset(desk.bench.desk) is None
    desk.telegram.batches = [[message(11)], []]
    running = asyncio.create_task(desk.inbox.run())
    await desk.until_handled(2)
    async with asyncio.timeout(5):
        while len(desk.telegram.offsets) < 2:  # noqa: ASYNC110 # a list is no event
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert desk.handled == [12, 11] and desk.telegram.offsets[:2] == [None, 12]
    assert await admit.next_offset(desk.bench.desk) == 12, "from now on asking goes on where it was"


async def test_without_a_webhook_there_is_nothing_for_telegram(desk: Brought) -> None:
    door = HttpDoor(desk.bench.desk, "127.0.0.1", 0)
    await door.start()
    async with httpx.AsyncClient(trust_env=False) as client:
        url, headers = f"http://127.0.0.1:{door.port}/telegram", {SECRET_HEADER: SECRET}
        answer = await client.post(url, json=message(5), headers=headers)
    await door.stop()
    assert answer.status_code == 404 and await desk.kept() == []


async def test_no_answer_names_the_server_or_what_it_knows(desk: Brought) -> None:
    cases: list[dict[str, Any]] = [{}, {"secret": None}, {"secret": "wrong"}]
    for case in cases:
        answer = await desk.post(message(5), **case)
        assert answer.content == b"" and "server" not in answer.headers and SECRET not in str(answer.headers)
