"""A bench with rules: a market that is set by hand, rounds, and arming in the words of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from bot.domain.ad_rules import AdRule, RuleStanding
from bot.domain.ads import MarketAd
from bot.domain.orders import Side
from bot.flows import ad_follow, ad_rule, rule_view
from bot.flows.reprice import Repricing
from storage.outbox import Delivery
from tests.flows.ad_bench import AD, RIVAL, Shelf, open_shelf
from tests.flows.bench import LEAD

RANK_1 = "rank 1 floor 7.10 ceiling 7.30 every 60"


class Rules(Shelf):
    """Our ad at 7.20 among others at 7.22, 7.23 and 7.24, unless a test says otherwise."""

    repricing: Repricing

    def open(self) -> None:
        self.repricing = Repricing(self.desk)
        self.others("7.22", "7.23", "7.24")

    def others(self, *prices: str, side: Side = Side.SELL, ours: tuple[str, ...] = (AD,)) -> None:
        """The market from now on: these, and ours."""
        rows = [_row(str(number), price, side) for number, price in enumerate(prices, start=1)]
        mine = [_row(ad.id, str(ad.price), side) for ad in self.gate.mine if ad.id in ours]
        self.gate.market = {side: [*rows, *mine]}

    async def make(self, words: str = RANK_1, ad_id: str = AD, by: int = LEAD) -> RuleStanding:
        return await ad_rule.make(self.desk, by, ad_id, words.split())

    async def arm(self, standing: RuleStanding, hours: str = "1", by: int = LEAD) -> RuleStanding:
        """Both steps, the second after some seconds."""
        asked = await ad_rule.ask(self.desk, by, standing.rule.id, hours)
        assert asked.open_seal is not None
        self.bench.pass_(2)
        return await ad_rule.arm(self.desk, by, asked.open_seal.id, self.bench.clock.now())

    async def armed(self, words: str = RANK_1, hours: str = "1") -> str:
        """An armed rule; its id. What was told until then is taken out."""
        standing = await self.arm(await self.make(words), hours)
        await self.told()
        return standing.rule.id

    async def turn(self, seconds: float = 1) -> None:
        """Time passes, then one round, and whatever it sends comes to its end."""
        self.bench.pass_(seconds)
        await self.repricing.round()
        await self.desk.drain(5)

    async def turns(self, seconds: float, every: float = 1) -> None:
        passed = 0.0
        while passed < seconds:
            await self.turn(every)
            await ad_follow.round_(self.desk)
            passed += every

    async def rule(self, rule_id: str) -> AdRule:
        return (await rule_view.show(self.desk, LEAD, rule_id)).rule

    async def notices(self, *kinds: str) -> list[Delivery]:
        """What is told of rules since the last call."""
        return [
            one
            for one in await self.told()
            if one.notice.startswith("rule_") and one.notice in (kinds or (one.notice,))
        ]

    def edits(self) -> list[Decimal]:
        """The prices that were sent."""
        return [draft.price for draft in self.gate.drafts]

    @property
    def price(self) -> Decimal:
        return self.ad().price


def _row(ad_id: str, price: str, side: Side) -> MarketAd:
    return replace(RIVAL, id=ad_id, price=Decimal(price), side=side, amount=Decimal(1000))


@asynccontextmanager
async def open_rules(folder: Path) -> AsyncIterator[Rules]:
    async with open_shelf(folder) as shelf:
        rules = Rules(shelf.bench)
        rules.open()
        yield rules
