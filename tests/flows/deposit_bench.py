"""A bench with a fake MTPay: summaries, confirming taps, reports and rounds, in the words of a test."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.deposit_wishes import read_deposit_wish
from bot.domain.deposits import Deposit, DepositStanding, Phase
from bot.domain.errors import NotAllowed
from bot.domain.intents import Intent, State
from bot.domain.journal import Entry
from bot.flows import callbacks, deposit, deposit_follow, deposit_hooks, deposit_view
from bot.flows.exchange import Exchange
from bot.flows.receipts import Receipt
from storage.callbacks import Callback
from storage.outbox import Delivery
from tests.flows.bench import LEAD, Bench, open_bench
from tests.support.fake_mtpay import FakeMtPay

PUBLIC = "https://desk.example"
PAYER = "张三丰"
PAYS, RECEIVES = f"5500.20 CNY {PAYER}", f"5000 MTC HKD {PAYER}"
REPORTS = ("InProgress", "Finished", "Failed", "Cancelled")
WRONG: dict[str, dict[str, Any]] = {
    "tradeType": {"tradeType": "Withdraw"},
    "merchantOrderNo": {"merchantOrderNo": "D0001-id2"},
    "requestCode": {"requestCode": "f" * 32},
    "requestAmount": {"requestAmount": Decimal("5500.21")},
    "requestCurrency": {"requestCurrency": "MTC"},
    "requestStatus": {"requestStatus": "Paid"},
    "fiatCurrency": {"fiatCurrency": "HKD"},
    "missing requestAmount": {"requestAmount": None},
    "missing requestCode": {"requestCode": None},
    "missing tradeType": {"tradeType": None},
    "nonsense requestAmount": {"requestAmount": "NaN"},
    "endless requestAmount": {"requestAmount": "1e99"},
}
"""reports with one other field"""


class Links:
    """One bench with MTPay switched on."""

    def __init__(self, bench: Bench, database: Path) -> None:
        self.bench, self.desk, self.database = bench, bench.desk, database
        self.mtpay = FakeMtPay(lambda: self.bench.now)
        self.switch_on()

    def switch_on(self) -> None:
        """As after a start: nothing is remembered but what is stored."""
        self.desk.exchange = Exchange(mtpay=self.mtpay, proof_of_report=self.mtpay.hears, public_url=PUBLIC)

    async def ask(self, typed: str = PAYS, by: int = LEAD, *, read_for: float = 2) -> DepositStanding:
        """A summary, looked at for some seconds."""
        standing = await deposit.begin(self.desk, by, read_deposit_wish(typed.split()))
        self.bench.pass_(read_for)
        return standing

    async def tap(self, standing: DepositStanding, by: int = LEAD) -> DepositStanding:
        """Press *Make link*, and wait until the request has an outcome."""
        assert standing.open_seal is not None
        try:
            return await deposit.make(self.desk, by, standing.open_seal.id, self.bench.now)
        finally:
            await self.desk.drain(5)

    async def act(self, typed: str = PAYS, by: int = LEAD) -> str:
        """A link that was asked for; its id."""
        standing = await self.ask(typed, by)
        await self.tap(standing, by)
        return standing.deposit.id

    async def fail(self, error: Exception, typed: str = PAYS) -> str:
        self.mtpay.errors = [error]
        return await self.act(typed)

    async def receive(self, raw: bytes, of: int = -1) -> Receipt:
        """The venue posts this to the address of that order."""
        return await deposit_hooks.receive(self.desk, token=self.mtpay.asked[of].token, raw=raw)

    async def report(self, status: str = "Finished", *, of: int = -1, **changes: Any) -> Receipt:
        """A genuine report that is kept and, as far as it can be, handled."""
        receipt = await self.receive(self.mtpay.report(status, of=of, **changes), of)
        await callbacks.round_(self.desk)
        return receipt

    async def look(self, seconds: float = 0) -> None:
        """Time passes, and one round goes over everything that is open."""
        self.bench.pass_(seconds)
        await deposit_follow.round_(self.desk)

    async def standing(self, deposit_id: str) -> DepositStanding:
        async with self.bench.store.read() as tables:
            return await deposit_view.standing_of(
                self.desk, tables, await deposit_view.stored_deposit(tables, deposit_id)
            )

    async def stored(self, deposit_id: str) -> Deposit:
        return (await self.standing(deposit_id)).deposit

    async def phase(self, deposit_id: str) -> Phase:
        return (await self.standing(deposit_id)).phase

    async def intent(self, deposit_id: str) -> Intent | None:
        return (await self.standing(deposit_id)).intent

    async def state(self, deposit_id: str) -> State:
        return (await self.bench.intent(deposit_id)).state

    async def waiting(self) -> list[Callback]:
        """Reports that are not handled yet."""
        async with self.bench.store.read() as tables:
            return await tables.callbacks.due(10**18, limit=1000)

    async def lines(self, action: str = "deposit") -> list[Entry]:
        """The journal's lines of an action, oldest first."""
        return [line for line in reversed(await self.bench.journal()) if line.action == action]

    async def outcomes(self, action: str = "deposit") -> list[str]:
        return [line.outcome for line in await self.lines(action)]

    async def notices(self, kind: str, chat_id: int | None = None) -> list[Delivery]:
        told = [one for one in await self.bench.outbox() if one.notice == kind]
        return [one for one in told if chat_id in (None, one.chat_id)]

    async def cards(self, deposit_id: str) -> list[int]:
        """The chats whose card of it is to be brought up to date; taken out."""
        return sorted(one.chat_id for one in await self.bench.told() if one.order_id == deposit_id)

    def rows(self, table: str = "deposits") -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.database)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]

    def write(self, statement: str) -> None:
        """Into the memory past the desk: what it would hold had the process died there."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement)


def seal(standing: DepositStanding) -> str:
    assert standing.open_seal is not None
    return standing.open_seal.id


async def restart(links: Links) -> None:
    links.switch_on()


async def handle(links: Links, seconds: float = 0) -> None:
    links.bench.pass_(seconds)
    await callbacks.round_(links.desk)


async def no(work: Awaitable[object]) -> NotAllowed:
    """The refusal that it ends in."""
    with pytest.raises(NotAllowed) as caught:
        await work
    return caught.value


@asynccontextmanager
async def open_links(folder: Path) -> AsyncIterator[Links]:
    async with open_bench(folder) as bench:
        yield Links(bench, folder / "desk.db")
