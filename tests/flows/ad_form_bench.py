"""A bench on which new ads are made: a form filled in, confirmed, sent, and looked for, in the words of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain.accounts import PayAccount, PaymentMethod
from bot.domain.ad_asking import DONE, Asking, Summary, digest_of
from bot.domain.ad_forms import AdForm, Step
from bot.domain.ad_sendings import AdSending, FormStanding
from bot.domain.ads import Ad, AdDraft, LimitBasis
from bot.domain.errors import Unknown
from bot.domain.intents import Intent
from bot.domain.journal import Entry
from bot.domain.listing import Listing
from bot.domain.orders import Side
from bot.flows import ad_form, ad_publish, ad_publish_follow, ad_publish_view
from storage.outbox import Delivery
from tests.flows.ad_bench import OURS, RIVAL
from tests.flows.bench import LEAD, Bench, open_bench
from tests.support.fake_gate import FakeGate

LOST = Unknown("gate", "publish_ad", why="timeout")
BANK = PaymentMethod("bank", "Bank card", ("20011", "20012"), (
    PayAccount("20011", "李四", "6222020200008821", bank="ICBC"),
    PayAccount("20012", "李四", "6222020200001234", bank="ABC"),
))  # fmt: skip
ALIPAY = PaymentMethod("alipay", "Alipay", ("30001",), (PayAccount("30001", "李四", "desk-two@example.invalid"),))
ANSWERS = {
    Step.SIDE: "sell",
    Step.PAIR: "USDT CNY",
    Step.PRICING: "fixed",
    Step.OFFSET: "+0.5",
    Step.PRICE: "7.25",
    Step.AMOUNT: "1,000",
    Step.BASIS: "fiat",
    Step.LIMITS: "100-5000",
    Step.METHODS: "ICBC ··8821",
    Step.WINDOW: "15",
    Step.TERMS: "own accounts only",
    Step.AUTO_REPLY: "hello",
}
"""what is not in it is passed over"""


class StallGate(FakeGate):
    """`unreadable`: ids of ads in the list that nobody can read; `before` is awaited before a call is carried out."""

    def __init__(self) -> None:
        super().__init__()
        self.unreadable: tuple[str, ...] = ()
        self.before: dict[str, Callable[[], Awaitable[None]]] = {}

    async def my_ads(
        self, *, asset: str | None = None, fiat: str | None = None, side: Side | None = None
    ) -> Listing[Ad]:
        if "my_ads" in self.before:
            await self.before["my_ads"]()
        found = await super().my_ads(asset=asset, fiat=fiat, side=side)
        return Listing(found, unreadable=self.unreadable)

    async def publish_ad(self, *, draft: AdDraft) -> None:
        if "publish_ad" in self.before:
            await self.before["publish_ad"]()
        await super().publish_ad(draft=draft)


class Stall:
    """One bench whose lead makes new ads. The market's middle is 7.22."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.desk, self.gate = bench, bench.desk, StallGate()
        self.gate.seconds = bench.gate.seconds
        bench.gate = bench.desk.gate = self.gate
        self.gate.methods = Listing([BANK, ALIPAY])
        prices = ("7.20", "7.22", "7.24")
        self.gate.market = {
            side: [replace(RIVAL, id=str(rank), rank=rank, side=side, price=Decimal(price))
                   for rank, price in enumerate(prices, start=1)]
            for side in Side
        }  # fmt: skip
        bench.clock.is_moved_by_sleep = True

    async def fill(self, upto: Step = Step.CONFIRM, by: int = LEAD, **answers: str) -> AdForm:
        """A form with these answers (else the usual ones), standing at that question."""
        form, _ = await ad_form.begin(self.desk, by)
        given = {step.value: text for step, text in ANSWERS.items()} | answers
        while form.step is not upto:
            form = (await self.answer(form, given.get(form.step.value, ""), by)).form
        return form

    async def answer(self, form: AdForm, text: str, by: int = LEAD) -> Asking:
        """Nothing written passes the question over."""
        if not text:
            return await ad_form.skip(self.desk, by, form.id, form.step)
        return await ad_form.answer(self.desk, by, form.id, form.step, text)

    async def tick(self, form: AdForm, *shown: str, by: int = LEAD) -> AdForm:
        """Press the buttons of these accounts, then *Done*."""
        for name in shown:
            asking = await ad_form.asking(self.desk, form)
            method = next(one for one in asking.offered if one.shown == name)
            form = (await ad_form.choose(self.desk, by, form.id, Step.METHODS, digest_of(method))).form
        return (await ad_form.choose(self.desk, by, form.id, Step.METHODS, DONE)).form

    async def confirm(self, form: AdForm, by: int = LEAD, read_for: float = 2) -> Summary:
        """The last step, looked at for some seconds."""
        summary = await ad_publish.to_confirm(self.desk, by, form.id)
        self.bench.pass_(read_for)
        return summary

    async def send(self, form: AdForm, by: int = LEAD) -> FormStanding:
        """Confirm, and wait until the request has an outcome."""
        summary = await self.confirm(form, by)
        assert summary.seal is not None
        try:
            await ad_publish.send(self.desk, by, summary.seal.id, self.bench.clock.now())
        finally:
            await self.desk.drain(5)
        return await self.now(form.id)

    async def lose(self, *, acts: bool, **answers: str) -> FormStanding:
        """A form whose answer was lost."""
        self.gate.acts = acts
        self.gate.lost_after = {"publish_ad"} if acts else set()
        self.gate.errors["publish_ad"] = [] if acts else [LOST]
        return await self.send(await self.fill(Step.CONFIRM, LEAD, **answers))

    async def now(self, form_id: str) -> FormStanding:
        async with self.bench.store.read() as tables:
            return await ad_publish_view.standing_of(self.desk, tables, form_id)

    async def rounds(self, seconds: float = 1, every: float = 5) -> None:
        """Time passes, and the desk looks at what is due."""
        passed, every = 0.0, min(every, seconds)
        while passed < seconds:
            self.bench.pass_(every)
            passed += every
            await ad_publish_follow.round_(self.desk)

    def elsewhere(self, ad_id: str = "2147483990", **changes: Any) -> Ad:
        """A colleague publishes one in Gate's own app, just like the usual draft."""
        plain = replace(
            OURS, id=ad_id, price=Decimal("7.25"), fiat_least=Decimal("100"), fiat_most=Decimal("5000"),
            basis=LimitBasis.FIAT, methods=("bank",), method_count=1,
        )  # fmt: skip
        ad = replace(plain, **changes)
        self.gate.mine = [*self.gate.mine, ad]
        return ad

    async def intents(self, form_id: str) -> list[Intent]:
        """Every request of a form, oldest first."""
        async with self.bench.store.read() as tables:
            sendings = await tables.ad_forms.sendings_of(form_id)
            found = [await tables.intents.get(one.id) for one in reversed(sendings)]
        return [one for one in found if one is not None]

    async def sendings(self, form_id: str) -> list[AdSending]:
        async with self.bench.store.read() as tables:
            return (await tables.ad_forms.sendings_of(form_id))[::-1]

    async def notices(self, kind: str) -> list[Delivery]:
        return [one for one in await self.bench.outbox() if one.notice == kind]

    async def lines(self, form_id: str, action: str = "publish_ad") -> list[Entry]:
        return [line for line in reversed(await self.bench.journal(f"ad/new/{form_id}")) if line.action == action]

    async def outcomes(self, form_id: str, action: str = "publish_ad") -> list[str]:
        return [line.outcome for line in await self.lines(form_id, action)]


@asynccontextmanager
async def open_stall(folder: Path) -> AsyncIterator[Stall]:
    async with open_bench(folder) as bench:
        yield Stall(bench)
