"""A copy that was put back forgot who stopped what: no money moves on it before an owner says so (R11)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.clock import Clock
from bot.domain.staff import Role
from bot.flows import own_settings, people
from bot.texts import texts_for
from tests.journeys.shop import TALK, Shop, tidy
from tests.support.desk import DESK_GROUP, running_desk
from tests.support.sandbox import LEAD, OPERATOR, OPERATOR_2, OWNER, Sandbox, running_sandbox, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPEED = 5.0
PUT_BACK = "🧊 Desk frozen: a copy was put back"
SOLO: dict[str, Any] = {
    "desk_two_people_above": "500",
    "solo_release": "delay",
    "solo_stop_seconds": "90",
    "solo_daily_cap": "2500",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as sandbox:
        await sandbox.telegram.flood(False)
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def box(opened: Sandbox) -> AsyncIterator[Sandbox]:
    yield opened
    for order in await opened.gate.orders():
        if order.status not in ("finished", "cancel"):
            await opened.gate.act(order.id, "cancel_elsewhere")
    await tidy(opened)


@pytest.fixture
def clock() -> Clock:
    """One for both lives, or the second would begin before the first."""
    return Clock(SPEED)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "restored").mkdir()
    return tmp_path / "restored" / "desk.db"


@asynccontextmanager
async def life(
    box: Sandbox, database: Path, clock: Clock, *, is_first: bool = False, **changes: str
) -> AsyncIterator[Shop]:
    settings: dict[str, Any] = {
        "desk_markets": "USDT/CNY", "poll_seconds": str(0.25 * SPEED), "escalate_minutes": "60,90,120",
    } | changes  # fmt: skip
    async with running_desk(box, database, speed=SPEED, clock=clock, talk=TALK, seeded=is_first, **settings) as desk:
        yield Shop(box, desk, SPEED)


async def backup(shop: Shop, copy: Path) -> None:
    await shop.desk.application.store.backup(str(copy))


async def test_an_armed_release_that_was_stopped_since_the_copy_does_not_go_out(
    box: Sandbox, tmp_path: Path, copy: Path, clock: Clock
) -> None:
    async with life(box, tmp_path / "desk.db", clock, is_first=True, **SOLO) as shop:
        desk = shop.desk.application.desk
        for person in (LEAD, OPERATOR, OPERATOR_2):
            await people.change_role(desk, OWNER, person, Role.AGENT)
        await own_settings.set_language(desk, OWNER, "en")
        order = await shop.sale("801.00")
        await shop.card(order)
        await shop.say(f"/order {order}", person=OWNER, contains=order[-4:])
        await shop.tap(order, "Release…", person=OWNER)
        await shop.confirm(order, "I saw it: release later", person=OWNER)
        await shop.card(order, "Armed, can be stopped", person=OWNER, button="Stop")
        await backup(shop, copy)
        await shop.tap(order, "Stop", person=OWNER)
        await shop.journalled(order, "armed_end", "stopped")
    async with life(box, copy, clock, **SOLO) as shop:

        async def has_ended() -> bool | None:
            async with shop.desk.application.store.read() as tables:
                return await tables.approvals.open_for(order) is None or None

        await until(has_ended, "the end of what the copy holds armed", 40)
        assert await shop.posts(order) == []
        await shop.journalled(order, "armed_end", "frozen")


@pytest.mark.parametrize(("language", "amount"), [("en", "802.00"), ("zh", "804.00")])
async def test_a_freeze_since_the_copy_holds_and_everybody_is_told_what_to_put_right(
    box: Sandbox, tmp_path: Path, copy: Path, clock: Clock, language: str, amount: str
) -> None:
    words = texts_for(language)
    yes = words("I saw it: release {coins}", coins=f"{amount} USDT")
    async with life(box, tmp_path / "desk.db", clock, is_first=True) as shop:
        for person in (LEAD, OPERATOR, OWNER):
            await own_settings.set_language(shop.desk.application.desk, person, language)
        order = await shop.sale(amount)
        await shop.tap(order, words("Release…"))
        confirm = await shop.card(order, button=yes)
        await shop.desk.considered()
        await backup(shop, copy)
        await box.telegram.write(LEAD, LEAD, "/freeze")
        await box.telegram.wait_for_message(OPERATOR, contains=words("🧊 Desk frozen: no money moves"))
    before = {chat: await shop.newest(chat) for chat in (OPERATOR, LEAD, OWNER, DESK_GROUP)}
    async with life(box, copy, clock) as shop:
        for chat, newest in before.items():
            heading = PUT_BACK if chat == DESK_GROUP else words(PUT_BACK)
            told = await box.telegram.wait_for_message(chat, contains=heading, after=newest)
            assert "/unfreeze" in told.text and not told.silent
        data = confirm.button(yes).data
        await box.telegram.press(OPERATOR, OPERATOR, confirm.id, data=str(data), forged=True)
        await shop.tap(order, words("Release…"))
        assert await shop.posts(order) == []
        await shop.journalled("desk", "restored", "frozen")
    async with life(box, copy, clock) as shop:
        await box.telegram.write(OWNER, OWNER, "/unfreeze")
        await box.telegram.wait_for_message(OPERATOR, contains=words("✅ Desk unfrozen: money may move"))
    async with life(box, copy, clock) as shop:
        await shop.tap(order, words("Release…"))
        await shop.confirm(order, yes)
        await shop.journalled(order, "release", "done")
        assert len(await shop.posts(order)) == 1, "a copy freezes once, not at each start"


async def test_a_credit_that_was_used_since_the_copy_releases_no_second_order(
    box: Sandbox, tmp_path: Path, copy: Path, clock: Clock
) -> None:
    async with life(box, tmp_path / "desk.db", clock, is_first=True) as shop:
        orders = [await shop.sale("803.00") for _ in range(3)]
        for order in orders:
            await shop.card(order, "Same total")
        await backup(shop, copy)
        await shop.tap(orders[0], "Release…")
        await shop.prompted(orders[0], "Names cannot tell them apart", "448821")
        await shop.confirm(orders[0], "I saw it: release")
        await shop.card(orders[0], "Released 803.00 USDT")
    async with life(box, copy, clock) as shop:
        await shop.tap(orders[1], "Release…")
        await shop.card(orders[1], "The desk is frozen")
        assert await shop.posts(orders[1]) == []
