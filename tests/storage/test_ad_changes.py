"""Moves of all ads in the memory: what they were asked of, also as an older desk has kept it."""

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from bot.domain.ad_views import AdMove
from storage.store import Store
from tests.flows.ad_bench import OURS

MOVE = AdMove(
    "m1", "on", (OURS, replace(OURS, id="7", price=Decimal("7.2000"))), 2, "", 1_000, 2_000, None, None,
    unread=("", "9"), far={"7": "-9.6"},
)  # fmt: skip


async def test_a_move_comes_back_with_what_could_not_be_read_and_what_is_far(store: Store) -> None:
    async with store.write() as tables:
        await tables.ad_changes.add_move(MOVE)
    async with store.read() as tables:
        assert await tables.ad_changes.move("m1") == MOVE


async def test_a_move_that_an_older_desk_has_kept_is_read_as_its_ads(store: Store, tmp_path: Path) -> None:
    async with store.write() as tables:
        await tables.ad_changes.add_move(MOVE)
    with sqlite3.connect(tmp_path / "desk.db") as raw:
        raw.execute("UPDATE ad_moves SET ads = json_extract(ads, '$.ads'), way = 'off', sent_at = 1500")
    async with store.read() as tables:
        assert await tables.ad_changes.move("m1") == replace(MOVE, way="off", sent_at=1500, unread=(), far={})
        assert await tables.ad_changes.taken_off() == {OURS.id, "7"}
