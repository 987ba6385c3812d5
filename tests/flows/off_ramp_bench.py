"""A bench with a fake OTC desk: quotes, confirming taps, looks and callbacks, in the words of a test."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from bot.clients.gate_pay.signing import signed_text
from bot.domain.errors import NotAllowed, Refused
from bot.domain.intents import Intent, State
from bot.domain.journal import Entry
from bot.domain.off_ramp_wishes import read_off_ramp_wish
from bot.domain.off_ramps import OffRamp, OffRampStanding
from bot.flows import callbacks, off_ramp, off_ramp_follow, off_ramp_quote
from bot.flows.exchange import Exchange
from bot.flows.receipts import Receipt
from storage.callbacks import Callback
from storage.outbox import Delivery
from tests.flows.bench import LEAD, OPERATOR, Bench, open_bench
from tests.support.fake_otc import CHASE, FakeOtc

SECRET = "canary-callback-secret"
SUCCESS, DISPATCHED, FAIL = "WITHDRAW_SUCCESS", "WITHDRAW_DISPATCHED", "WITHDRAW_FAIL"


def refusal(code: str = "550312") -> Refused:
    return Refused("gate_pay", "off_ramp", code=code, detail="no", status=200)


class Sale:
    """One bench with the OTC desk switched on and one approved account."""

    def __init__(self, bench: Bench, database: Path) -> None:
        self.bench, self.desk, self.otc, self.database = bench, bench.desk, FakeOtc(CHASE), database
        self.desk.exchange = Exchange(otc=self.otc, callback_secret=SECRET)

    async def ask(self, typed: str = "1000 USDT", by: int = LEAD) -> str:
        """The wish is kept; its request."""
        try:
            return (await off_ramp_quote.begin(self.desk, by, read_off_ramp_wish(typed.split())))[0]
        except NotAllowed as only:
            if only.reason != "otc_for_leads":
                raise
            return only.facts["request"]

    async def quote(
        self, typed: str = "1000 USDT", by: int = LEAD, *, bank: str = CHASE.id, request: str = "", read_for: float = 2
    ) -> OffRampStanding:
        """A fresh quote, looked at for some seconds."""
        request = request or await self.ask(typed, by)
        standing = await off_ramp_quote.take_quote(self.desk, by, request, bank)
        self.bench.pass_(read_for)
        return standing

    async def tap(self, standing: OffRampStanding, by: int = LEAD) -> OffRampStanding:
        """Press *Sell*, and wait until the request has an outcome."""
        assert standing.open_seal is not None
        try:
            return await off_ramp.sell(self.desk, by, standing.open_seal.id, self.bench.now)
        finally:
            await self.desk.drain(5)

    async def act(self, typed: str = "1000 USDT", by: int = LEAD) -> Intent:
        standing = await self.quote(typed, by)
        await self.tap(standing, by)
        return await self.bench.intent(standing.off_ramp.id)

    async def fail(self, *errors: Exception, acts: bool = True) -> Intent:
        """An off-ramp whose create raised these, one after the other."""
        self.otc.acts, self.otc.errors["create"] = acts, list(errors)
        return await self.act()

    async def look(self, seconds: float = 0) -> None:
        """Time passes, and one round goes over everything that is open."""
        self.bench.pass_(seconds)
        await off_ramp_follow.round_(self.desk)

    async def call(self, status: str = SUCCESS, order_id: str = "", number: str = "", **more: Any) -> Receipt:
        """The venue calls with an event about that order (else the newest it made)."""
        if not order_id and not number and self.otc.made:
            order = list(self.otc.made.values())[-1]
            order_id, number = order.id, order.client_order_id
        data = {"orderId": order_id, "clientOrderId": number}
        body = {"bizType": "OTC", "bizId": order_id, "bizStatus": status, "clientId": "c", "data": json.dumps(data)}
        return await self.receive(body | more)

    async def receive(self, body: Mapping[str, Any], nonce: str = "nonce") -> Receipt:
        raw, stamp = json.dumps(body).encode(), str(self.bench.now)
        text = signed_text(timestamp=stamp, nonce=nonce, body=raw)
        signature = hmac.new(SECRET.encode(), text, hashlib.sha512).hexdigest()
        return await callbacks.receive(self.desk, timestamp=stamp, nonce=nonce, signature=signature, raw=raw)

    async def handle(self, seconds: float = 0) -> None:
        self.bench.pass_(seconds)
        await callbacks.round_(self.desk)

    async def waiting(self) -> list[Callback]:
        """Callbacks that are not handled yet."""
        async with self.bench.store.read() as tables:
            return await tables.callbacks.due(10**18)

    def write(self, statement: str) -> None:
        """Into the memory past the desk: what it would hold had the process died there."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement)

    async def state(self, off_ramp_id: str) -> State:
        return (await self.bench.intent(off_ramp_id)).state

    async def stored(self, off_ramp_id: str) -> OffRamp:
        async with self.bench.store.read() as tables:
            found = await tables.off_ramps.get(off_ramp_id)
        assert found is not None
        return found

    async def live(self, person: int = LEAD) -> list[OffRamp]:
        async with self.bench.store.read() as tables:
            return await tables.off_ramps.live(person)

    async def lines(self, action: str = "otc") -> list[Entry]:
        """The journal's lines of an action, oldest first."""
        return [line for line in reversed(await self.bench.journal()) if line.action == action]

    async def outcomes(self, action: str = "otc") -> list[str]:
        return [line.outcome for line in await self.lines(action)]

    async def notices(self, kind: str, chat_id: int | None = None) -> list[Delivery]:
        told = [one for one in await self.bench.outbox() if one.notice == kind]
        return [one for one in told if chat_id in (None, one.chat_id)]


async def no(work: Awaitable[object]) -> NotAllowed:
    """The refusal that it ends in."""
    with pytest.raises(NotAllowed) as caught:
        await work
    return caught.value


async def asked_by_operator(sale: Sale) -> str:
    """An operator has asked the leads; the request."""
    request = await sale.ask(by=OPERATOR)
    await off_ramp_quote.ask_lead(sale.desk, OPERATOR, request)
    return request


async def taken(sale: Sale) -> str:
    intent = await sale.act()
    assert intent.state is State.TAKEN
    return intent.id


@asynccontextmanager
async def open_sale(folder: Path) -> AsyncIterator[Sale]:
    async with open_bench(folder) as bench:
        yield Sale(bench, folder / "desk.db")
