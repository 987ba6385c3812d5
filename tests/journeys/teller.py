"""The OTC desk of a shop: what leads ask, read and press about off-ramps, and what Gate Pay saw of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bot.domain.intents import Intent
from bot.domain.journal import Entry
from bot.domain.off_ramps import OffRamp
from tests.journeys.shop import Shop, open_shop, tidy
from tests.support.desk import DESK_GROUP
from tests.support.otc_control import OtcControl, OtcOrder
from tests.support.sandbox import LEAD, OWNER, Json, Message, Sandbox, until

PLAIN: dict[str, bool | float | str] = {
    "quote_seconds": 120,
    "quote_answers": "asked",
    "repeat": "refused",
    "dispatch_seconds": 0.4,
    "done_seconds": 0.4,
    "ends_as": "DONE",
    "fail_words": "bank rejected the transfer",
    "detail_by": "both",
    "details": "newer",
    "fees": "end",
    "list_id": "orderId",
    "calls_per_second": 0.0,
    "bank_ids": "text",
    "bank_status": True,
    "masked_iban": False,
    "supplement": "no",
    "review_as": 2,
    "callback_data": "text",
    "callback_client": "clientId",
    "callback_time": "ms",
    "retry_stamp": "new",
    "compress": 50.0,
    "early_callback": False,
}
PEOPLE = {"en": LEAD, "zh": OWNER}
"""who speaks which language here"""
SELL = {"en": "Sell ", "zh": "卖出 "}
NEW_QUOTE = {"en": "New quote", "zh": "换报价"}
FIRST_BANK = "Demo Ltd · Demo Bank ··2345"
SECOND_BANK = "Demo Ltd · Muster Bank ··2051"


@dataclass(frozen=True)
class Teller:
    """Off-ramps are known by the desk's own id, which the quote's buttons carry."""

    shop: Shop

    @property
    def box(self) -> Sandbox:
        return self.shop.box

    @property
    def otc(self) -> OtcControl:
        return self.shop.box.pay.otc

    @property
    def address(self) -> str:
        """Where this desk takes callbacks."""
        door = self.shop.desk.application.door
        assert door is not None
        return f"http://127.0.0.1:{door.port}/callbacks/gatepay"

    async def ask(self, words: str, *, person: int = LEAD, contains: str = "", button: str | None = None) -> Message:
        """Write a command; the answer to it."""
        before = await self.shop.newest(person)
        await self.box.telegram.write(person, person, words)
        return await self.box.telegram.wait_for_message(
            person,
            contains=contains,
            button=button,
            after=before,
            where=lambda message: bool(message.sender.get("is_bot")),
        )

    async def quote(self, words: str, *, person: int = LEAD, bank: str = "··2345") -> tuple[Message, str]:
        """Write a command and choose the account: the quote's card, and our id of it."""
        choosing = await self.ask(f"/otc {words}", person=person, button=bank)
        await self.press(choosing, bank, person=person)
        card = await self.shows(choosing, "Until", "前有效", person=person)
        return card, id_on(card)

    async def press(self, card: Message, label: str, *, person: int = LEAD) -> str:
        """Tap a button; what the small window said."""
        return (await self.box.telegram.press(person, person, card.id, text=label)).text

    async def answered(self, card: Message, label: str, *, person: int = LEAD) -> str:
        """Tap a button that leads to a sentence: in the small window, or as a message of its own."""
        before = await self.shop.newest(person)
        said = await self.press(card, label, person=person)
        return said or (await self.hears("", person=person, after=before)).text

    async def considered(self) -> None:
        """As long as a confirm wants to be read."""
        await self.shop.desk.considered()

    async def sell(self, card: Message, *, person: int = LEAD, language: str = "en") -> str:
        """The confirming tap, after the moment it needs."""
        await self.considered()
        return await self.press(card, SELL[language], person=person)

    async def shows(
        self, card: Message, *any_of: str, also: str = "", person: int = LEAD, timeout: float = 20
    ) -> Message:
        """Wait until this very message says one of these, and `also`."""

        async def look() -> Message | None:
            now = await self.box.telegram.message(person, person, card.id)
            whole = "\n".join([now.text, *labels(now)])
            return now if also in whole and any(words in whole for words in any_of) else None

        async def shown() -> str:
            now = await self.box.telegram.message(person, person, card.id)
            return f"{now.text!r} {now.labels}"

        return await until(look, f"{any_of} in message {card.id}", timeout, shown)

    async def hears(
        self, contains: str, *, person: int = LEAD, after: int | Message = 0, button: str | None = None
    ) -> Message:
        """The newest message there with these words."""
        return await self.box.telegram.wait_for_message(person, contains=contains, after=after, button=button)

    async def record(self, contains: str, *, after: int | Message = 0) -> Message:
        """The newest message of the desk group with these words."""
        return await self.hears(contains, person=DESK_GROUP, after=after)

    async def posts(self) -> list[Json]:
        """Every order/create that Gate Pay received."""
        return await self.otc.create_calls()

    async def stored(self, off_ramp: str) -> OffRamp:
        """What the desk keeps of it."""
        async with self.shop.desk.application.store.read() as tables:
            found = await tables.off_ramps.get(off_ramp)
        assert found is not None
        return found

    async def intent(self, off_ramp: str) -> Intent | None:
        async with self.shop.desk.application.store.read() as tables:
            return await tables.intents.get(off_ramp)

    async def state(self, off_ramp: str) -> str:
        """The ledger's word; empty for a quote that nobody took."""
        intent = await self.intent(off_ramp)
        return intent.state.value if intent is not None else ""

    async def reaches(self, off_ramp: str, state: str, timeout: float = 20) -> None:
        async def look() -> bool | None:
            return await self.state(off_ramp) == state or None

        await until(look, f"{off_ramp} {state}", timeout, lambda: self.stored(off_ramp))

    async def order(self, off_ramp: str) -> OtcOrder:
        """The order that Gate Pay made of it."""
        return await self.otc.order(client_order_id=(await self.stored(off_ramp)).client_order_id)

    async def orders_made(self, off_ramp: str) -> int:
        return len(await self.otc.created((await self.stored(off_ramp)).client_order_id))

    async def journal(self, off_ramp: str) -> list[Entry]:
        """Oldest first."""
        return (await self.shop.journal((await self.stored(off_ramp)).target))[::-1]

    async def usdt(self) -> Decimal:
        return (await self.box.pay.balances())["USDT"]


def id_on(card: Message) -> str:
    """Our id of the quote, from its way back."""
    return (card.buttons[0][0].data or "").partition(":")[2]


def labels(card: Message) -> list[str]:
    return [label for row in card.labels for label in row]


@asynccontextmanager
async def open_teller(folder: Path, *, speed: float = 8.0, callbacks: bool = True) -> AsyncIterator[Teller]:
    """A shop with rates that stand still; the lead reads English and the owner Chinese cards."""
    async with open_shop(folder, speed=speed) as shop:
        teller = Teller(shop)
        await prepare(teller, callbacks=callbacks)
        yield teller


async def prepare(teller: Teller, *, callbacks: bool = True) -> None:
    await as_it_was(teller.box)
    await teller.otc.aim_callbacks(teller.address, on=callbacks)
    for person in PEOPLE.values():
        await teller.box.telegram.start(person)
        await teller.hears("/orders", person=person)


async def as_it_was(box: Sandbox) -> None:
    """Gate Pay without faults, at its first rates, with plenty of coins."""
    await box.pay.clear_faults()
    await box.pay.variants(steady=True)
    await box.pay.clock(0)
    await box.pay.otc.variants(**PLAIN)
    await box.pay.otc.set_rate("USDT", "0.99")
    await box.pay.set_balance("USDT", "50000")


async def close_teller(teller: Teller, *, callbacks: bool = True) -> None:
    """What every journey must leave behind."""
    await as_it_was(teller.box)
    await teller.otc.turn_callbacks(callbacks)
    await tidy(teller.box)
