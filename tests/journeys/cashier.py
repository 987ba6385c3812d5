"""The cashier of a shop: payment links that leads ask for, and what MTPay and the payer made of them."""

from __future__ import annotations

import io
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image

from bot.domain.deposits import Deposit
from bot.domain.intents import Intent
from bot.domain.journal import Entry
from tests.journeys.shop import Shop, open_shop, tidy
from tests.support.desk import DESK_GROUP
from tests.support.mtpay_control import Answered, MtPayControl, MtPayOrder
from tests.support.sandbox import LEAD, OWNER, Json, Message, Sandbox, until

PLAIN: dict[str, bool | float | str] = {
    "repeat": "refused",
    "refusal_status": 400,
    "available": True,
    "unavailable_url": False,
    "odd_answer": "",
    "life_seconds": 7200.0,
    "match_on_open": True,
    "rate_cny": "7.2",
    "rate_hkd": "7.8",
    "fee_percent": "3.5",
    "finish_seconds": 0.3,
    "ends_as": "Finished",
    "end_webhook": "",
    "unknown_numbers": "zero",
    "timestamp_as": "number",
    "signs_body": False,
    "log_extras": False,
    "tries": 6,
    "gap_seconds": 0.2,
    "retry_stamp": "new",
    "answer_seconds": 5.0,
}
LANGUAGES = ("en", "zh")
PEOPLE = {"en": LEAD, "zh": OWNER}
"""who speaks which language here"""
NAMES = {"en": "Lead", "zh": "Owner"}
PAYER = "张三丰"
MAKE = {"en": "Make", "zh": "创建链接"}
WAITING = {"en": "waiting", "zh": "待付款"}
FINISHED = {"en": "Reported finished", "zh": "上报已完成"}
FAILED = {"en": "Reported failed", "zh": "上报失败"}
CANCELLED = {"en": "Reported cancelled", "zh": "上报已取消"}
UNKNOWN = {"en": "No answer from MTPay", "zh": "MTPay 未回应"}
NEW = {"en": "New link", "zh": "新建链接"}


@dataclass(frozen=True)
class Cashier:
    """Links are known by the desk's own id, which the buttons carry, and by `code`, MTPay's."""

    shop: Shop

    @property
    def box(self) -> Sandbox:
        return self.shop.box

    @property
    def mtpay(self) -> MtPayControl:
        return self.shop.box.mtpay

    async def ask(
        self, words: str, *, person: int = LEAD, chat: int | None = None, contains: str = "", button: str | None = None
    ) -> Message:
        """Write a command; the answer to it."""
        where = person if chat is None else chat
        before = await self.shop.newest(where)
        await self.box.telegram.write(person, where, words)
        return await self.bot_says(where, after=before, contains=contains, button=button)

    async def answer(self, prompt: Message, words: str, *, person: int = LEAD) -> Message:
        """Reply to a question; what comes back."""
        number = await self.box.telegram.reply(person, person, prompt, words)
        return await self.bot_says(person, after=number)

    async def bot_says(
        self, chat: int, *, after: int | Message = 0, contains: str = "", button: str | None = None
    ) -> Message:
        """The newest message of the desk there with these words."""
        return await self.box.telegram.wait_for_message(
            chat,
            contains=contains,
            button=button,
            after=after,
            where=lambda message: bool(message.sender.get("is_bot")),
        )

    async def said(self, words: str, *, person: int = LEAD) -> str:
        """What a command is answered with."""
        return (await self.ask(words, person=person)).text

    async def summary(self, words: str, *, language: str = "en") -> tuple[Message, str]:
        """Write a command: the summary with its confirm, and our id of it."""
        card = await self.ask(f"/deposit {words}", person=PEOPLE[language], button=MAKE[language])
        return card, id_on(card)

    async def press(self, card: Message, label: str, *, person: int = LEAD) -> str:
        """Tap a button; what the small window said."""
        return (await self.box.telegram.press(person, person, card.id, text=label)).text

    async def answered(self, card: Message, label: str, *, person: int = LEAD) -> str:
        """Tap a button that leads to a sentence: in the small window, or as a message of its own."""
        before = await self.shop.newest(person)
        said = await self.press(card, label, person=person)
        return said or (await self.bot_says(person, after=before)).text

    async def considered(self) -> None:
        """As long as a confirm wants to be read."""
        await self.shop.desk.considered()

    def life(self, seconds: float) -> float:
        """How long MTPay must let a link live for it to end after so many of the desk's faster seconds."""
        return self.shop.desk.application.desk.now() / 1000 - time.time() + seconds

    async def confirm(self, card: Message, *, language: str = "en") -> str:
        """The confirming tap, after the moment it needs."""
        await self.considered()
        return await self.press(card, MAKE[language], person=PEOPLE[language])

    async def link(self, words: str = f"5500.20 CNY {PAYER}", *, language: str = "en") -> tuple[Message, str]:
        """Ask for a link and get it: its card, and our id of it."""
        card, deposit = await self.summary(words, language=language)
        await self.confirm(card, language=language)
        return await self.shows(card, WAITING[language], person=PEOPLE[language]), deposit

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

    async def now(self, card: Message, *, person: int = LEAD) -> Message:
        return await self.box.telegram.message(person, person, card.id)

    async def record(self, contains: str, *, after: int | Message = 0) -> Message:
        """The newest message of the desk group with these words."""
        return await self.bot_says(DESK_GROUP, contains=contains, after=after)

    async def picture(self, message: Message) -> str:
        """What a telephone reads out of a message's picture."""
        with Image.open(io.BytesIO(await self.box.telegram.file_of(message))) as image:
            (found,) = zxingcpp.read_barcodes(image)
        return str(found.text)

    async def posts(self) -> list[Json]:
        """Every deposit call that MTPay received."""
        return await self.mtpay.posts()

    async def stored(self, deposit: str) -> Deposit:
        """What the desk keeps of it."""
        async with self.shop.desk.application.store.read() as tables:
            found = await tables.deposits.get(deposit)
        assert found is not None
        return found

    async def newest_stored(self) -> Deposit | None:
        """The last summary or link."""
        async with self.shop.desk.application.store.read() as tables:
            rows = await tables.deposits._session.rows("SELECT id FROM deposits ORDER BY number DESC LIMIT 1")
            return await tables.deposits.get(rows[0]["id"]) if rows else None

    async def intent(self, deposit: str) -> Intent | None:
        async with self.shop.desk.application.store.read() as tables:
            return await tables.intents.get(deposit)

    async def state(self, deposit: str) -> str:
        """The ledger's word; empty for a summary that nobody confirmed."""
        intent = await self.intent(deposit)
        return intent.state.value if intent is not None else ""

    async def reaches(self, deposit: str, state: str, timeout: float = 20) -> None:
        async def look() -> bool | None:
            return await self.state(deposit) == state or None

        await until(look, f"{deposit} {state}", timeout, lambda: self.stored(deposit))

    async def order(self, deposit: str) -> MtPayOrder:
        """The order that MTPay made of it."""
        return await self.mtpay.order(order_no=(await self.stored(deposit)).order_no)

    async def orders_made(self, deposit: str) -> int:
        return len(await self.mtpay.created((await self.stored(deposit)).order_no))

    async def journal(self, deposit: str) -> list[Entry]:
        """Oldest first."""
        return (await self.shop.journal(f"deposit/{deposit}"))[::-1]

    async def outcomes(self, deposit: str) -> list[str]:
        return [line.outcome for line in await self.journal(deposit)]

    async def journalled(self, deposit: str, outcome: str) -> Entry:
        return await self.shop.journalled(f"deposit/{deposit}", "deposit", outcome)

    async def handled(self, deposit: str) -> None:
        """Wait until every report that was kept of it was looked at."""

        async def look() -> bool | None:
            async with self.shop.desk.application.store.read() as tables:
                rows = await tables.deposits._session.rows(
                    "SELECT number FROM callbacks WHERE venue = 'mtpay' AND event LIKE :event AND handled_at IS NULL",
                    event=f"{deposit}/%",
                )
            return not rows or None

        await until(look, f"reports of {deposit} handled")

    async def told_to_group(self, since: int = 0) -> str:
        """All words and labels of the desk that the group can read."""
        told = [one for one in await self.box.telegram.messages(DESK_GROUP) if one.id > since]
        return "\n".join("\n".join([one.text, *labels(one)]) for one in told if one.sender.get("is_bot"))


def id_on(card: Message) -> str:
    """Our id of the link, from its way back."""
    return (card.buttons[0][0].data or "").split(":")[1]


def labels(card: Message) -> list[str]:
    return [label for row in card.labels for label in row]


def yes_of(card: Message) -> str:
    """What the confirming button carries."""
    return card.buttons[-1][0].data or ""


def all_well(answers: list[Answered]) -> bool:
    """MTPay was told that each of these is stored."""
    return all(answer.status == 200 and answer.body == '{"success":true}' for answer in answers)


@asynccontextmanager
async def open_cashier(folder: Path, *, speed: float = 8.0, **changes: str) -> AsyncIterator[Cashier]:
    """A shop whose lead reads English and whose owner reads Chinese cards."""
    async with open_shop(folder, speed=speed, **changes) as shop:
        cashier = Cashier(shop)
        await prepare(cashier)
        yield cashier


async def prepare(cashier: Cashier) -> None:
    await as_it_was(cashier.box)
    for person in PEOPLE.values():
        before = await cashier.shop.newest(person)
        await cashier.box.telegram.start(person)
        await cashier.bot_says(person, contains="/orders", after=before)


async def as_it_was(box: Sandbox) -> None:
    """MTPay without faults, and quick."""
    await box.mtpay.clear_faults()
    await box.mtpay.variants(**PLAIN)
    await box.mtpay.clock(0)
    await box.mtpay.turn_webhooks(True)


async def close_cashier(cashier: Cashier) -> None:
    """What every journey must leave behind."""
    await as_it_was(cashier.box)
    await tidy(cashier.box)
