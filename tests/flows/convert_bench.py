"""A bench with a fake Gate Pay: quotes, confirming taps and what came of them, in the words of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed, Refused
from bot.domain.intents import Intent, State
from bot.domain.journal import Entry
from bot.domain.quotes import OWN, Conversion, Fixed, Standing, Wish
from bot.flows import convert, convert_again, convert_follow, convert_quote
from bot.flows.exchange import Exchange
from storage.outbox import Delivery
from tests.flows.bench import OPERATOR, Bench, open_bench
from tests.support.fake_pay import LOST, FakePay

WISH = Wish(OWN, "USDT", "BTC", Fixed.SELL, Decimal("100"))
REFUSAL = Refused("gate_pay", "convert", code="400622", detail="quote expired", status=200)


class Deal:
    """One bench with conversions switched on for the given accounts."""

    def __init__(self, bench: Bench, *accounts: str) -> None:
        self.bench, self.desk, self.pay = bench, bench.desk, FakePay()
        self.desk.exchange = Exchange(pay=self.pay, accounts=accounts or (OWN,))

    async def quote(self, wish: Wish = WISH, by: int = OPERATOR, read_for: float = 2) -> Standing:
        """A fresh quote, looked at for some seconds."""
        standing = await convert_quote.take_quote(self.desk, by, wish)
        self.bench.pass_(read_for)
        return standing

    async def tap(self, standing: Standing, by: int = OPERATOR) -> Standing:
        """Press *Convert*, and wait until the request has an outcome."""
        assert standing.open_seal is not None
        try:
            return await convert.convert(self.desk, by, standing.open_seal.id, self.bench.now)
        finally:
            await self.desk.drain(5)

    async def act(self, wish: Wish = WISH, by: int = OPERATOR) -> Intent:
        standing = await self.quote(wish, by)
        await self.tap(standing, by)
        return await self.bench.intent(standing.conversion.id)

    async def lose(self, by: int = OPERATOR, *, acts: bool = True) -> Intent:
        """A conversion whose answer was lost, old enough to be asked about again."""
        self.pay.acts = acts
        self.pay.errors["convert"] = [LOST]
        intent = await self.act(by=by)
        assert intent.state is State.UNKNOWN
        self.bench.pass_(convert_again.AGAIN_AFTER_SECONDS + 1)
        return intent

    async def again(self, conversion_id: str, by: int = OPERATOR) -> Intent:
        """*Ask Gate again*, both steps, until it was answered."""
        _, seal = await convert_again.open_again(self.desk, by, conversion_id)
        self.bench.pass_(2)
        await convert_again.ask_again(self.desk, by, seal.id, self.bench.now)
        await self.desk.drain(5)
        return await self.bench.intent(conversion_id)

    async def look(self, seconds: float) -> None:
        """Time passes, and one round goes over everything that is open."""
        self.bench.pass_(seconds)
        await convert_follow.round_(self.desk)

    async def stored(self, conversion_id: str) -> Conversion:
        async with self.bench.store.read() as tables:
            found = await tables.conversions.get(conversion_id)
        assert found is not None
        return found

    async def live(self, person: int = OPERATOR) -> list[Conversion]:
        async with self.bench.store.read() as tables:
            return await tables.conversions.live(person)

    async def lines(self, action: str) -> list[Entry]:
        """The journal's lines of an action, oldest first."""
        return [line for line in reversed(await self.bench.journal()) if line.action == action]

    async def outcomes(self, action: str = "convert") -> list[str]:
        return [line.outcome for line in await self.lines(action)]

    async def notices(self, kind: str) -> list[Delivery]:
        return [one for one in await self.bench.outbox() if one.notice == kind]


async def no(work: Awaitable[object]) -> NotAllowed:
    """The refusal that it ends in."""
    with pytest.raises(NotAllowed) as caught:
        await work
    return caught.value


@asynccontextmanager
async def open_deal(folder: Path, *accounts: str) -> AsyncIterator[Deal]:
    async with open_bench(folder) as bench:
        yield Deal(bench, *accounts)
