"""A bench with ads of ours and of others: diffs, confirming taps and rounds, in the words of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain.ad_changes import AdStanding
from bot.domain.ad_edits import Wanted
from bot.domain.ads import Ad, Demands, LimitBasis, MarketAd
from bot.domain.errors import DeskError
from bot.domain.intents import Intent
from bot.domain.journal import Entry
from bot.domain.orders import Side
from bot.flows import ad_change, ad_follow, ad_view, ads_all
from storage.outbox import Delivery
from tests.flows.bench import LEAD, Bench, open_bench

AD, SECOND, BUYING = "2147483640", "2147483650", "2147483660"
OURS = Ad(
    id=AD, side=Side.SELL, asset="USDT", fiat="CNY", price=Decimal("7.20"), amount=Decimal("1000"),
    total=Decimal("7200"), locked=Decimal(0), least=Decimal("10"), most=Decimal("500"), fiat_least=None,
    fiat_most=None, basis=LimitBasis.CRYPTO, status="OPEN", created_at=1_789_000_000,
    method_ids={"bank": "20011"}, floating=None, expire_minutes=15, terms="own accounts only", auto_reply="hello",
    demands=Demands(vip_tier=1, registered_days=30, least_completed=5, completion_percent=Decimal("80.5")),
    methods=("bank", "alipay"), method_count=2,
)  # fmt: skip
RIVAL = MarketAd("5", 1, Side.SELL, "USDT", "CNY", Decimal("7.19"), Decimal(10), None, None, None, None, "x", ())


class Shelf:
    """One bench with three ads of ours: two that sell, one that buys."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.desk, self.gate = bench, bench.desk, bench.gate
        self.gate.mine = [OURS, replace(OURS, id=SECOND, status="OFFLIN"), replace(OURS, id=BUYING, side=Side.BUY)]
        self.gate.market = {Side.SELL: [RIVAL, replace(RIVAL, id=AD, rank=2, price=Decimal("7.20"))]}
        bench.clock.is_moved_by_sleep = True

    def ad(self, ad_id: str = AD) -> Ad:
        return next(ad for ad in self.gate.mine if ad.id == ad_id)

    def elsewhere(self, ad_id: str = AD, **changes: Any) -> None:
        """A colleague edits it in Gate's own app, or an order takes from it."""
        self.gate.mine = [replace(ad, **changes) if ad.id == ad_id else ad for ad in self.gate.mine]

    async def ask(self, wanted: Wanted | None = None, by: int = LEAD, *, read_for: float = 2) -> AdStanding:
        """A diff, looked at for some seconds."""
        standing = await ad_change.begin(self.desk, by, wanted or Wanted(AD, price=Decimal("7.21")))
        self.bench.pass_(read_for)
        return standing

    async def tap(self, standing: AdStanding, by: int = LEAD) -> AdStanding:
        """Press the confirm, and wait until everything it started has ended."""
        assert standing.open_seal is not None
        try:
            await ad_change.change(self.desk, by, standing.open_seal.id, self.bench.clock.now())
        except DeskError:
            raise
        finally:
            await self.desk.drain(5)
        return await self.now(standing)

    async def act(self, wanted: Wanted | None = None, by: int = LEAD) -> AdStanding:
        return await self.tap(await self.ask(wanted, by), by)

    async def now(self, standing: AdStanding) -> AdStanding:
        return await ad_view.show(self.desk, LEAD, standing.change.id)

    async def rounds(self, seconds: float, every: float = 1.0) -> None:
        passed = 0.0
        while passed < seconds:
            self.bench.pass_(every)
            passed += every
            await ad_follow.round_(self.desk)
            await ads_all.round_(self.desk)

    async def intents(self) -> list[Intent]:
        async with self.desk.store.read() as tables:
            return await tables.intents.recent(50, 0)

    async def journal(self) -> list[Entry]:
        async with self.desk.store.read() as tables:
            return await tables.journal.page(50, 0)

    async def told(self) -> list[Delivery]:
        return await self.bench.told()

    def posts(self) -> list[tuple[str, str]]:
        return [call for call in self.gate.calls if call[0] in ("publish_ad", "set_ad_status")]


@asynccontextmanager
async def open_shelf(folder: Path) -> AsyncIterator[Shelf]:
    async with open_bench(folder) as bench:
        yield Shelf(bench)
