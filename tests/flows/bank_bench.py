"""A bench with bank accounts: a form filled in, sent, looked for and reviewed, in the words of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.domain.bank_fields import Draft, Step
from bot.domain.journal import Entry
from bot.domain.sayings import PhoneFile
from bot.domain.seals import Seal
from bot.flows import bank_add, bank_form
from bot.flows.exchange import Exchange
from storage.outbox import Delivery
from tests.flows.bench import OWNER, Bench, open_bench
from tests.support.fake_otc import CHASE, FakeOtc

IBAN = "DE89370400440532013000"
ANSWERS = {
    Step.HOLDER: "ACME LTD",
    Step.BANK: "Commerzbank",
    Step.COUNTRY: "germany",
    Step.ADDRESS: "Kaiserplatz 1, Frankfurt",
    Step.ACCOUNT: "de89 3704 0044 0532 0130 00",
    Step.SWIFT: "cobadeff",
    Step.REMITTANCE: "",
    Step.AGENT: "",
    Step.STATEMENT: "statement.jpg",
}


class Counter:
    """One bench whose owner adds bank accounts."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.desk, self.otc = bench, bench.desk, FakeOtc(CHASE)
        self.desk.exchange = Exchange(otc=self.otc)

    async def fill(self, upto: Step = Step.CONFIRM, by: int = OWNER, **answers: str) -> Draft:
        """A form with these answers (else the usual ones), standing at that question."""
        draft, _ = await bank_form.begin(self.desk, by)
        given = {step.value: text for step, text in ANSWERS.items()} | answers
        while draft.step is not upto:
            draft = await self.answer(draft, given.get(draft.step.value, ""), by)
        return draft

    async def answer(self, draft: Draft, text: str, by: int = OWNER) -> Draft:
        if draft.step is Step.STATEMENT:
            return await bank_form.give_statement(self.desk, by, draft.id, draft.step, self.picture(text))
        if not text:
            return await bank_form.skip(self.desk, by, draft.id, draft.step)
        return (await bank_form.answer(self.desk, by, draft.id, draft.step, text)).draft

    def picture(self, name: str = "statement.jpg", content: bytes | None = None, size: int = 10) -> PhoneFile:
        return self.bench.picture(name, content, size)

    async def confirm(self, draft: Draft, by: int = OWNER, read_for: float = 2) -> Seal:
        """The last step, looked at for some seconds."""
        _, seal = await bank_form.to_confirm(self.desk, by, draft.id)
        self.bench.pass_(read_for)
        return seal

    async def send(self, draft: Draft, by: int = OWNER) -> Draft:
        """Confirm, and wait until the request has an outcome."""
        seal = await self.confirm(draft, by)
        try:
            return await bank_add.send(self.desk, by, seal.id, self.bench.now)
        finally:
            await self.desk.drain(5)

    async def look(self, seconds: float) -> None:
        """Time passes, and one round goes over everything that is open."""
        self.bench.pass_(seconds)
        await bank_add.round_(self.desk)

    async def stored(self, form_id: str) -> Draft:
        async with self.bench.store.read() as tables:
            found = await tables.bank_forms.get(form_id)
        assert found is not None
        return found

    async def kept(self) -> set[str]:
        """The files in the room."""
        return await self.bench.store.files.all()

    async def notices(self, kind: str) -> list[Delivery]:
        return [one for one in await self.bench.outbox() if one.notice == kind]

    async def lines(self, action: str = "bank_add") -> list[Entry]:
        """The journal's lines of an action, oldest first."""
        return [line for line in reversed(await self.bench.journal()) if line.action == action]

    async def outcomes(self, action: str = "bank_add") -> list[str]:
        return [line.outcome for line in await self.lines(action)]


@asynccontextmanager
async def open_counter(folder: Path) -> AsyncIterator[Counter]:
    async with open_bench(folder) as bench:
        yield Counter(bench)
