"""Price rules in the memory: every digit kept, one alive per ad, every race won by exactly one."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.ad_rules import AdRule
from bot.domain.orders import Side
from bot.domain.repricing import Aim, Rule
from storage.errors import StoreError
from storage.store import Store

LONG = Decimal("123456789012.1234")
RULE = AdRule(
    id="r1", number=0, ad_id="2147483650", side=Side.BUY, asset="USDT", fiat="CNY",
    rule=Rule(
        Aim.UNDERCUT, Decimal("7.10"), LONG, 1, Decimal("0.0001"), Decimal("500.00000001"), Decimal("1000.50"),
        Decimal("2.5"), 3600, Decimal("0.75"),
    ),
    person=2, made_at=1_000, is_meant=True, ours=Decimal("7.2000"),
)  # fmt: skip


async def add(store: Store, *rules: AdRule) -> None:
    async with store.write() as tables:
        for rule in rules:
            await tables.ad_rules.add(rule)


async def get(store: Store, rule_id: str = "r1") -> AdRule:
    async with store.read() as tables:
        found = await tables.ad_rules.get(rule_id)
    assert found is not None
    return found


async def test_a_rule_comes_back_digit_by_digit(store: Store) -> None:
    await add(store, RULE)
    assert await get(store) == replace(RULE, number=1)
    assert str((await get(store)).ours) == "7.2000"
    async with store.read() as tables:
        assert await tables.ad_rules.of_ad("2147483650") == await get(store)
        assert await tables.ad_rules.get("r9") is None and await tables.ad_rules.of_ad("1") is None


async def test_of_an_ad_one_rule_is_alive_and_any_number_is_asked_about(store: Store) -> None:
    asked = replace(RULE, id="r2", is_meant=False)
    await add(store, RULE, asked, replace(asked, id="r3"))
    with pytest.raises(StoreError):
        await add(store, replace(RULE, id="r4"))
    async with store.write() as tables:
        assert [rule.id for rule in await tables.ad_rules.live()] == ["r1"]
        await tables.ad_rules.drop_asked(RULE.ad_id, 5)
        assert not await tables.ad_rules.mean("r2")
        assert await tables.ad_rules.end("r1", 6) and not await tables.ad_rules.end("r1", 7)
    await add(store, replace(RULE, id="r5", is_meant=False))
    async with store.write() as tables:
        assert await tables.ad_rules.mean("r5") and not await tables.ad_rules.mean("r5")
        assert [rule.id for rule in await tables.ad_rules.live()] == ["r5"]
    assert ((await get(store)).ended_at, (await get(store, "r3")).ended_at) == (6, 5)


async def test_of_many_who_arm_or_stop_a_rule_at_once_one_does(store: Store) -> None:
    await add(store, RULE)

    async def arm(person: int) -> bool:
        async with store.write() as tables:
            return await tables.ad_rules.arm("r1", by=person, at=10, until=20, seal_id=f"s{person}", price=LONG)

    async def disarm(why: str) -> bool:
        async with store.write() as tables:
            return await tables.ad_rules.disarm("r1", why, 15)

    assert sorted(await asyncio.gather(*map(arm, range(5)))) == [False] * 4 + [True]
    armed = await get(store)
    assert armed.is_armed and armed.seal_id == f"s{armed.armed_by}" and armed.armed_price == LONG
    assert sorted(await asyncio.gather(*map(disarm, ("stale", "edited", "ended")))) == [False, False, True]
    assert not (await get(store)).is_armed and (await get(store)).stopped_at == 15


async def test_a_rule_that_is_not_alive_cannot_be_armed(store: Store) -> None:
    await add(store, RULE, replace(RULE, id="r2", is_meant=False))
    async with store.write() as tables:
        await tables.ad_rules.end("r1", 2)
        for rule_id in ("r1", "r2", "r9"):
            assert not await tables.ad_rules.arm(rule_id, by=1, at=1, until=9, seal_id="s", price=LONG)


async def test_an_ended_rule_is_armed_no_more(store: Store) -> None:
    await add(store, RULE)
    async with store.write() as tables:
        assert await tables.ad_rules.arm("r1", by=1, at=1, until=9, seal_id="s", price=LONG)
        await tables.ad_rules.end("r1", 2)
        assert await tables.ad_rules.live() == []
    assert not (await get(store)).is_armed and (await get(store)).armed_until is None


async def test_what_was_seen_and_told_is_kept(store: Store) -> None:
    await add(store, RULE)
    async with store.write() as tables:
        await tables.ad_rules.keep_look("r1", 30, why="aim", wished=LONG, ours=Decimal("7.1"), best=None)
        await tables.ad_rules.told("r1", LONG)
        await tables.ad_rules.drift("r1", is_adrift=True, at=40)
        assert await tables.ad_rules.open_step("r1", 50) and not await tables.ad_rules.open_step("r1", 50)
    rule = await get(store)
    assert (rule.last, rule.decided_at, rule.told_price) == (("aim", LONG, Decimal("7.1"), None), 30, LONG)
    assert (rule.is_adrift, rule.adrift_told_at, rule.step_ends_at) == (True, 40, 50)
