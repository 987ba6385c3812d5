"""R7 for payment links, in small: a crowd of reports, each acknowledged only once it is stored, each effect once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from random import Random

import httpx
import pytest

from bot.domain.deposits import Phase
from bot.flows import callbacks
from bot.watchers.http import HttpDoor
from tests.flows.deposit_bench import Links, open_links
from tests.support.fake_mtpay import HOOKS

SEED = 7
DEPOSITS = 25
TIMES = 2
AT_ONCE = 30


async def _crowd(links: Links) -> tuple[list[str], list[tuple[int, str, bytes]]]:
    """The deposits, and each one's two reports more than once, in any order: (which, status, body)."""
    made = [await links.act() for _ in range(DEPOSITS)]
    reports = [
        (of, status, links.mtpay.report(status, of=of, ago_ms=again))
        for of in range(DEPOSITS)
        for status in ("InProgress", "Finished")
        for again in range(TIMES)
    ]
    Random(SEED).shuffle(reports)
    return made, reports


async def _post(links: Links, door: HttpDoor, reports: list[tuple[int, str, bytes]]) -> Counter[int]:
    """So many at once. Whatever is acknowledged stands in the memory that very moment, for every other reader."""
    waiting, answers = iter(reports), Counter[int]()

    async def work(venue: httpx.AsyncClient) -> None:
        for of, status, raw in waiting:
            asked = links.mtpay.asked[of]
            answer = await venue.post(HOOKS + asked.token, content=raw)
            answers[answer.status_code] += 1
            kept = [json.loads(row["body"]) for row in links.rows("callbacks")]
            is_kept = (asked.code, status) in {(body["request_code"], body["status"]) for body in kept}
            assert is_kept or answer.json().get("success") is not True

    limits = httpx.Limits(max_connections=AT_ONCE)
    url = f"http://127.0.0.1:{door.port}"
    async with httpx.AsyncClient(base_url=url, timeout=20, trust_env=False, limits=limits) as venue:
        await asyncio.gather(*(work(venue) for _ in range(AT_ONCE)))
    return answers


async def _handling(links: Links) -> None:
    """Two loops at once: more than the desk has, so that being quicker is no matter of luck."""

    async def loop() -> None:
        while True:
            await callbacks.round_(links.desk)
            await asyncio.sleep(0.005)

    await asyncio.gather(loop(), loop())


@pytest.mark.timeout(120)
async def test_thirty_reports_at_once_are_kept_before_they_are_acknowledged_and_have_one_effect(
    tmp_path: Path,
) -> None:
    async with open_links(tmp_path) as links:
        made, reports = await _crowd(links)
        assert len(reports) == 100
        door = HttpDoor(links.desk, "127.0.0.1", 0)
        await door.start()
        links.bench.broken.add("before:commit")
        refused = await _post(links, door, reports[:AT_ONCE])
        assert refused == {500: AT_ONCE}
        assert links.rows("callbacks") == []
        links.bench.broken.clear()
        handling = asyncio.create_task(_handling(links))
        answers = await _post(links, door, reports)
        handling.cancel()
        await asyncio.gather(handling, return_exceptions=True)
        await door.stop()
        while await links.waiting():
            await callbacks.round_(links.desk)
        assert answers == {200: len(reports)}
        await _check_effects(links, made)
        print(f"\nreports at once: {len(reports)}, {AT_ONCE} in flight, acknowledged before kept 0, effects twice 0")


async def _check_effects(links: Links, made: list[str]) -> None:
    assert sum(row["times"] for row in links.rows("callbacks")) == DEPOSITS * 2 * TIMES
    assert len(links.rows("callbacks")) == DEPOSITS * 2
    for deposit in made:
        assert await links.phase(deposit) is Phase.FINISHED
    journal = Counter((row["target"], row["outcome"]) for row in links.rows("journal"))
    assert set(journal.values()) == {1}
    assert sum(1 for _, outcome in journal if outcome == "reported_Finished") == DEPOSITS
    told = Counter(
        (row["chat_id"], row["facts"]) for row in links.rows("outbox") if row["notice"] == "deposit_reported"
    )
    assert set(told.values()) == {1}
    assert len({facts for _, facts in told if json.loads(facts)["status"] == "Finished"}) == DEPOSITS
    assert len(links.mtpay.asked) == DEPOSITS
