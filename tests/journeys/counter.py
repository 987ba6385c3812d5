"""The exchange counter of a shop: what people ask, read and press about conversions, and what Gate Pay saw of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.journal import Entry
from bot.domain.quotes import Conversion
from tests.journeys.shop import Shop, open_shop, tidy
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import OPERATOR, OPERATOR_2, Json, Message, Sandbox, until

ZONE = ZoneInfo("Asia/Shanghai")
PLAIN: dict[str, bool | float | str] = {
    "steady": True,
    "settle_seconds": 0.3,
    "ends_as": 3,
    "slip": "0",
    "quote_seconds": 60,
    "duplicate_code": "400201",
}
PEOPLE = {"en": OPERATOR, "zh": OPERATOR_2}
"""who speaks which language here"""
CONVERT = {"en": "Convert ", "zh": "兑换 "}
NEW_QUOTE = {"en": "New quote", "zh": "换报价"}


@dataclass(frozen=True)
class Counter:
    """Conversions are told apart by the last four letters or digits of the venue's quote id."""

    shop: Shop
    seen: dict[str, str] = field(default_factory=dict)
    """our ids of the quotes that were shown, by the venue's"""

    @property
    def box(self) -> Sandbox:
        return self.shop.box

    async def ask(self, words: str, *, person: int = OPERATOR, contains: str = "") -> Message:
        """Write a command; the answer to it."""
        return await self.shop.say(words, person=person, contains=contains)

    async def preview(self, words: str, *, person: int = OPERATOR) -> tuple[Message, str]:
        """Write a command that leads to a quote: its card, and the venue's id of the quote."""
        card = await self.ask(words, person=person, contains="··")
        quote = await self.newest_quote()
        self.seen[quote] = (card.buttons[0][0].data or "").partition(":")[2]
        return card, quote

    async def press(self, card: Message, label: str, *, person: int = OPERATOR) -> str:
        """Tap a button; what the small window said."""
        return (await self.box.telegram.press(person, person, card.id, text=label)).text

    async def forge(self, card: Message, data: str, *, person: int = OPERATOR) -> str:
        """Tap with words that no button of this message says any more."""
        return (await self.box.telegram.press(person, person, card.id, data=data, forged=True)).text

    async def considered(self) -> None:
        """As long as a confirm wants to be read."""
        await self.shop.desk.considered()

    async def take(self, card: Message, *, person: int = OPERATOR, language: str = "en") -> str:
        """The confirming tap, after the moment it needs."""
        await self.considered()
        return await self.press(card, CONVERT[language], person=person)

    async def shows(self, card: Message, contains: str, *, person: int = OPERATOR, timeout: float = 20) -> Message:
        """Wait until this very message says so."""

        async def look() -> Message | None:
            now = await self.box.telegram.message(person, person, card.id)
            return now if contains in "\n".join([now.text, *(label for row in now.labels for label in row)]) else None

        async def shown() -> str:
            now = await self.box.telegram.message(person, person, card.id)
            return f"{now.text!r} {now.labels}"

        return await until(look, f"{contains!r} in message {card.id}", timeout, shown)

    async def record(self, contains: str, *, timeout: float = 20) -> Message:
        """The newest message of the desk group with these words."""
        return await self.box.telegram.wait_for_message(DESK_GROUP, contains=contains, timeout=timeout)

    async def newest_quote(self) -> str:
        return str((await self.box.pay.quotes())[-1]["id"])

    async def posts(self, quote: str | None = None) -> list[Json]:
        """The convert requests that Gate Pay received, of this quote or of all."""
        calls = await self.box.pay.convert_calls()
        return [call for call in calls if quote in (None, call["body"]["quoteId"])]

    async def executions(self, quote: str) -> int:
        """How often Gate Pay moved coins for this quote."""
        return sum(one.quote_id == quote for one in await self.box.pay.executions())

    async def stored(self, quote: str) -> Conversion:
        """What the desk keeps of the quote."""
        async with self.shop.desk.application.store.read() as tables:
            rows = await tables.conversions._session.rows(
                "SELECT id FROM conversions WHERE quote_id = :quote ORDER BY number DESC", quote=quote
            )
            found = await tables.conversions.get(rows[0]["id"])
        assert found is not None and found.quote.id == quote
        return found

    async def state(self, quote: str) -> str:
        """The ledger's word; empty for a quote that nobody took."""
        conversion = await self.stored(quote)
        async with self.shop.desk.application.store.read() as tables:
            intent = await tables.intents.get(conversion.id)
        return intent.state.value if intent is not None else ""

    async def reaches(self, quote: str, state: str, timeout: float = 20) -> None:
        async def look() -> bool | None:
            return await self.state(quote) == state or None

        await until(look, f"{quote} {state}", timeout, lambda: self.state(quote))

    async def journal(self, quote: str, account: str = "own") -> list[Entry]:
        """Oldest first."""
        return (await self.shop.journal(f"{account}/{quote}"))[::-1]

    async def journalled(self, quote: str, action: str, outcome: str, account: str = "own") -> Entry:
        return await self.shop.journalled(f"{account}/{quote}", action, outcome)


def tail(venue_id: str) -> str:
    """What a card shows of a quote or an order."""
    return f"··{venue_id[-4:]}"


def clock(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, ZONE).strftime("%H:%M:%S")


def labels(card: Message) -> list[str]:
    return [label for row in card.labels for label in row]


def moved(before: dict[str, Decimal], after: dict[str, Decimal]) -> dict[str, Decimal]:
    """What changed, by coin."""
    codes = before.keys() | after.keys()
    changes = {code: after.get(code, Decimal(0)) - before.get(code, Decimal(0)) for code in codes}
    return {code: change for code, change in changes.items() if change}


@asynccontextmanager
async def open_counter(
    folder: Path, *, speed: float = 8.0, quote_seconds: str = "120", language: str = "en", **changes: str
) -> AsyncIterator[Counter]:
    """A shop with rates that stand still, Operator 1 with English and Operator 2 with Chinese cards."""
    async with open_shop(folder, speed=speed, quote_seconds=quote_seconds, language=language, **changes) as shop:
        await prepare(shop)
        yield Counter(shop)


async def prepare(shop: Shop) -> None:
    await as_it_was(shop.box)
    await shop.box.telegram.start(OPERATOR_2)
    for language, person in PEOPLE.items():
        await shop.say(f"/language {language}", person=person, contains="")


async def as_it_was(box: Sandbox) -> None:
    """Gate Pay without faults, at its first prices, with plenty of coins."""
    await box.pay.clear_faults()
    await box.pay.variants(**PLAIN)
    await box.pay.repeat("same")
    await box.pay.clock(0)
    await box.pay.set_price("BTC", "68250")
    await box.pay.set_balance("USDT", "50000")
    await box.pay.set_balance("BTC", "1")


async def close_counter(counter: Counter) -> None:
    """What every journey must leave behind."""
    await as_it_was(counter.box)
    await tidy(counter.box)
