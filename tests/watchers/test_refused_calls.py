"""Calls that the door refused are counted and told to owners, seldom, and with no word of whoever called."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.flows.receipts import Receipt
from bot.flows.refused_calls import HOUR_MS, NOTICE, RefusedCalls
from bot.watchers.http import HttpDoor
from storage.outbox import Delivery
from storage.store import StoreError
from tests.flows.bench import OWNER
from tests.flows.deposit_bench import Links, open_links
from tests.support.fake_mtpay import HOOKS, signed


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    async with open_links(tmp_path) as opened:
        await opened.act()
        await opened.bench.told()
        yield opened


async def told(links: Links) -> list[Delivery]:
    return [one for one in await links.bench.told() if one.notice == NOTICE]


async def journalled(links: Links) -> list[dict[str, str]]:
    return [dict(line.facts) for line in await links.bench.journal("callbacks") if line.action == NOTICE]


async def test_what_the_door_refuses_is_one_line_for_owners(links: Links) -> None:
    door = HttpDoor(links.desk, "127.0.0.1", 0)
    await door.start()
    forged = signed({"tradeType": "attacker's words"}, links.bench.now, "other")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.port}", timeout=10, trust_env=False) as client:
        for _ in range(3):
            await client.post(HOOKS + links.mtpay.asked[0].token, content=forged)
        await client.post("/callbacks/gatepay", content=b"{}", headers={"x-gatepay-signature": "attacker's words"})
        await client.post(HOOKS + "x" * 32, content=forged)
        await client.post(HOOKS + links.mtpay.asked[0].token, content=links.mtpay.report())
    await door.stop()
    await door.refused.round(links.desk)
    (line,) = await told(links)
    assert (line.chat_id, line.ring) == (OWNER, False)
    assert line.facts == {"gate_pay": "1", "mtpay": "3", "count": "4"}
    assert await journalled(links) == [line.facts]


async def test_owners_hear_of_it_once_an_hour_and_then_of_all(links: Links) -> None:
    refused = RefusedCalls()
    for minute in range(61):
        refused.count("mtpay", Receipt.FORGED)
        await refused.round(links.desk)
        assert len(await told(links)) == (1 if minute in (0, 60) else 0), minute
        links.bench.pass_(60)
    assert [facts["count"] for facts in await journalled(links)] == ["60", "1"]


async def test_what_was_counted_before_a_restart_is_told_after_it(links: Links) -> None:
    first, second = RefusedCalls(), RefusedCalls()
    for _ in range(2):
        first.count("gate_pay", Receipt.UNREADABLE)
        await first.round(links.desk)
    await second.round(links.desk)
    assert len(await told(links)) == 1
    links.bench.pass_(HOUR_MS / 1000)
    await second.round(links.desk)
    assert [one.facts["count"] for one in await told(links)] == ["1"]


async def test_a_minute_of_many_calls_is_one_write_and_a_quiet_one_none(links: Links) -> None:
    refused = RefusedCalls()
    await refused.round(links.desk)
    before = links.bench.store.commits
    for _ in range(10_000):
        refused.count("mtpay", Receipt.FORGED)
    await refused.round(links.desk)
    assert links.bench.store.commits == before + 1
    links.bench.pass_(HOUR_MS / 1000)
    await refused.round(links.desk)
    assert links.bench.store.commits == before + 1


async def test_what_cannot_be_stored_is_counted_on(links: Links) -> None:
    refused = RefusedCalls()
    refused.count("mtpay", Receipt.FORGED)
    links.bench.broken.add("before:insert journal")
    with pytest.raises(StoreError):
        await refused.round(links.desk)
    links.bench.broken.clear()
    await refused.round(links.desk)
    assert [one.facts["count"] for one in await told(links)] == ["1"]


@pytest.mark.parametrize("receipt", [Receipt.KEPT, Receipt.NOT_OURS])
async def test_what_says_nothing_is_not_counted(links: Links, receipt: Receipt) -> None:
    refused = RefusedCalls()
    refused.count("mtpay", receipt)
    refused.count("somebody", Receipt.FORGED)
    await refused.round(links.desk)
    assert await told(links) == []
