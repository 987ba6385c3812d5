"""A shop at work: one sandbox and one desk for several orders, with the steps people repeat all day.

The desk's minutes are `speed` times shorter, and so is the pace in which it may talk to Telegram.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.clock import Clock
from bot.domain.journal import Entry
from tests.support.desk import DESK_GROUP, RunningDesk, running_desk
from tests.support.sandbox import LEAD, OPERATOR, Json, Message, Sandbox, SandboxError, running_sandbox, until

READ = "get_transaction_details"
ENDED = ("finished", "cancel", "bcancel", "scancel", "expired", "closed")
BELLS = 3
TALK = 5.0
"""so many times quicker than its clock lets it does a shop's desk talk: a test has more news than a day"""
STEP_SECONDS = 0.3
"""what a tap changes is looked at before the same button is tapped again"""
_QUOTE = re.compile(r"<blockquote>(.*?)</blockquote>", re.DOTALL)


@dataclass(frozen=True)
class Shop:
    """`desk` runs against `box`; orders are told apart by their last four digits."""

    box: Sandbox
    desk: RunningDesk
    speed: float

    async def sale(self, amount: str, *, name: str = "张三丰", paid: bool = True, **facts: Any) -> str:
        return await self.box.gate.open_order("sell", amount=amount, name=name, paid=paid, **facts)

    async def purchase(self, amount: str, *, name: str = "李四", **facts: Any) -> str:
        return await self.box.gate.open_order("buy", amount=amount, name=name, **facts)

    async def card(
        self,
        order: str,
        contains: str = "",
        *,
        person: int = OPERATOR,
        button: str | None = None,
        after: int | Message = 0,
        timeout: float = 20,
    ) -> Message:
        """The newest message about the order with these words and this button, as the person sees it."""
        return await self.box.telegram.wait_for_message(
            person,
            contains=contains,
            button=button,
            after=after,
            where=lambda message: is_about(message, order),
            timeout=timeout,
        )

    async def record(self, order: str, contains: str = "", timeout: float = 20) -> Message:
        """The same in the desk group."""
        return await self.card(order, contains, person=DESK_GROUP, timeout=timeout)

    async def tap(
        self, order: str, label: str, *, contains: str = "", person: int = OPERATOR, after: int | Message = 0
    ) -> str:
        """Press the button on the order's newest card that has it; what the small window said."""
        card = await self.card(order, contains, person=person, button=label, after=after)
        return (await self.box.telegram.press(person, person, card, text=label)).text

    async def walk(self, order: str, *labels: str, leads_to: str, person: int = OPERATOR) -> Message:
        """Tap the farthest of these buttons until these words are there: news may put the card back meanwhile."""

        async def look() -> Message | None:
            about = [one for one in await self.box.telegram.messages(person) if is_about(one, order)]
            if found := next((one for one in reversed(about) if leads_to in one.text), None):
                return found
            for label in reversed(labels):
                if card := next((one for one in reversed(about) if any(label in text for text in texts(one))), None):
                    with suppress(SandboxError):  # it was put back in this very moment
                        await self.box.telegram.press(person, person, card, text=label)
                    await asyncio.sleep(STEP_SECONDS)
                    return None
            return None

        return await until(look, f"the way to {leads_to!r}", 20, lambda: self.box.telegram.messages(person))

    async def confirm(self, order: str, label: str, *, person: int = OPERATOR) -> str:
        """Read the confirm as long as the desk asks for, then press its last button."""
        card = await self.card(order, button=label, person=person)
        await self.desk.considered()
        return (await self.box.telegram.press(person, person, card, text=label)).text

    async def release(self, order: str, *, person: int = OPERATOR, payer: str = "") -> None:
        """Both steps of a release; with a `payer` between them the one whom the bank shows."""
        await self.tap(order, "Release…", person=person)
        if payer:
            await self.tap(order, payer, contains="Which payer does the bank show?", person=person)
        await self.confirm(order, "I saw it: release", person=person)

    async def prompted(self, order: str, contains: str, words: str, *, person: int = OPERATOR) -> int:
        """Reply to the newest question about the order with these words; the number of the reply."""
        prompt = await self.card(order, contains, person=person)
        return await self.box.telegram.reply(person, person, prompt, words)

    async def unlock(self, order: str, reason: str, *, person: int = LEAD) -> None:
        """A lead says why, and presses the second step."""
        await self.tap(order, "Unlock…", person=person)
        await self.prompted(order, "Unlock: why?", reason, person=person)
        await self.tap(order, "Unlock order", contains=reason, person=person)

    async def say(self, text: str, *, person: int = OPERATOR, contains: str) -> Message:
        """Write a command in the direct message; the answer."""
        before = await self.newest(person)
        await self.box.telegram.write(person, person, text)
        return await self.box.telegram.wait_for_message(
            person, contains=contains, after=before, where=lambda message: bool(message.sender.get("is_bot"))
        )

    async def go_on_duty(self, person: int = OPERATOR, *, contains: str = "") -> Message:
        """Ask for the test bell and hear it; the card of whoever is on duty. Nothing rings for somebody who is."""
        for _ in range(BELLS):
            bell = await self.say("/duty on", person=person, contains="🔔")
            heard = next((data for data in taps(bell) if data.startswith("dh:")), None)
            if heard is None:
                return bell
            assert not bell.silent, "a test bell that cannot be heard"
            if (await self.box.telegram.press(person, person, bell, data=heard)).text:
                continue  # a minute is short on a machine that is busy
            return await self.box.telegram.wait_for_message(
                person, contains=contains, after=bell.id - 1, where=lambda one: "d:off" in taps(one), timeout=20
            )
        raise AssertionError("no bell was heard in time")

    async def go_off_duty(self, person: int = OPERATOR, *, contains: str = "🔕") -> Message:
        """Off, and anyway where open money is left behind."""
        card = await self.say("/duty off", person=person, contains="")
        if "dx" in taps(card):
            await self.box.telegram.press(person, person, card, data="dx")
        return await self.box.telegram.wait_for_message(person, contains=contains, after=card.id - 1)

    async def talk(self, order: str, chat: int = OPERATOR) -> list[Message]:
        """Every message there that shows words of this order's chat, oldest first."""
        return [
            message
            for message in await self.box.telegram.messages(chat)
            if message.text.startswith("💬 ") and is_about(message, order)
        ]

    async def quotes(self, order: str, chat: int = OPERATOR) -> list[str]:
        """What stands in quotes there, in the order in which it is read."""
        return [quote for message in await self.talk(order, chat) for quote in quoted(message)]

    async def quoted(self, order: str, expected: Sequence[str], chat: int = OPERATOR, timeout: float = 20) -> None:
        """Wait until exactly these words stand in quotes there, each once and in this order."""

        async def look() -> bool | None:
            return await self.quotes(order, chat) == list(expected) or None

        await until(look, f"the quotes {list(expected)}", timeout, lambda: self.quotes(order, chat))

    async def heard(
        self, order: str, contains: str = "", chat: int = OPERATOR, *, after: int | Message = 0, timeout: float = 20
    ) -> Message:
        """The newest message there that shows such words of the order's chat."""
        return await self.box.telegram.wait_for_message(
            chat,
            contains=contains,
            after=after,
            where=lambda message: message.text.startswith("💬 ") and is_about(message, order),
            timeout=timeout,
        )

    async def under(
        self, number: int, contains: str = "", chat: int = OPERATOR, *, button: str | None = None, timeout: float = 20
    ) -> Message:
        """What the desk answers under somebody's own message."""
        return await self.box.telegram.wait_for_message(
            chat,
            contains=contains,
            button=button,
            where=lambda message: message.reply_to == number and bool(message.sender.get("is_bot")),
            timeout=timeout,
        )

    async def marked(self, number: int, emoji: str, chat: int = OPERATOR, timeout: float = 20) -> None:
        """The desk's mark on somebody's own message."""
        viewer = chat if chat > 0 else OPERATOR
        await self.box.telegram.wait_for_reaction(chat, number, emoji, viewer=viewer, timeout=timeout)

    async def asked(self, order: str, words: str) -> Message:
        """The buyer asks, and the phone shows it: what a reply goes to."""
        await self.box.gate.buyer_says(order, words)
        return await self.heard(order, words)

    async def sent(self, order: str) -> list[str]:
        """The texts that reached the venue for this order, delivered or not; a file by its key."""
        return [send.text or send.file_key for send in await self.box.gate.chat_sends(order)]

    async def end_all(self) -> None:
        """No order stays open: what a shop at a higher speed reads in a second must not grow with every journey."""
        for order in await self.box.gate.orders():
            if order.status not in ENDED:
                await self.box.gate.act(order.id, "cancel_elsewhere")

    async def newest(self, person: int) -> int:
        return max((message.id for message in await self.box.telegram.messages(person)), default=0)

    async def posts(self, order: str) -> list[Json]:
        """The money requests the venue received for this order."""
        return await self.box.gate.money_calls(order_id=order)

    async def journal(self, order: str) -> list[Entry]:
        async with self.desk.application.store.read() as tables:
            return await tables.journal.page(limit=100, offset=0, target=order)

    async def journalled(self, order: str, action: str, outcome: str) -> Entry:
        async def look() -> Entry | None:
            lines = await self.journal(order)
            return next((line for line in lines if (line.action, line.outcome) == (action, outcome)), None)

        return await until(look, f"a journal line {action} {outcome}", shown=lambda: self.journal(order))

    async def gone(self, order: str, label: str, *, person: int = OPERATOR) -> None:
        """Wait until no card of the order carries the button any more."""

        async def look() -> bool | None:
            for message in await self.box.telegram.messages(person):
                if order[-4:] in message.text.partition("\n")[0] and any(
                    label in one for row in message.labels for one in row
                ):
                    return None
            return True

        await until(look, f"no button {label!r} for {order}")


def is_about(message: Message, order: str) -> bool:
    """The first line names the order; further down stand its twins."""
    return order[-4:] in message.text.partition("\n")[0]


def texts(message: Message) -> list[str]:
    """What stands on its buttons."""
    return [label for row in message.labels for label in row]


def taps(message: Message) -> list[str]:
    """What its buttons would say."""
    return [button.data for row in message.buttons for button in row if button.data]


def quoted(message: Message) -> list[str]:
    """The words in quotes, as they are read."""
    return [html.unescape(re.sub(r"<[^>]*>", "", found)) for found in _QUOTE.findall(message.html)]


def unquoted(message: Message) -> str:
    """Everything that does not stand in a quote."""
    return html.unescape(re.sub(r"<[^>]*>", "", _QUOTE.sub("", message.html)))


@asynccontextmanager
async def open_shop(folder: Path, *, speed: float = 8.0, language: str = "en", **changes: str) -> AsyncIterator[Shop]:
    """`changes` are settings."""
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        async with open_desk(box, folder, speed=speed, language=language, **changes) as shop:
            yield shop


@asynccontextmanager
async def open_desk(
    box: Sandbox, folder: Path, *, speed: float = 1.0, language: str = "en", **changes: str
) -> AsyncIterator[Shop]:
    """A desk of the shop in this folder; polls the venue four times a second, whatever the speed, and talks quickly.

    People are as slow as ever, so that nobody is reminded of an order after minutes that are seconds.
    """
    async with open_desk_by(Clock(speed), box, folder, speed, language, **changes) as shop:
        yield shop


@asynccontextmanager
async def open_desk_by(
    clock: Clock, box: Sandbox, folder: Path, speed: float, language: str, **changes: str
) -> AsyncIterator[Shop]:
    """The same by a clock of its own: a desk that starts anew at a speed must not fall back behind the one before."""
    settings: dict[str, Any] = {
        "desk_markets": "USDT/CNY", "poll_seconds": str(0.25 * speed), "escalate_minutes": "60,90,120",
    } | changes  # fmt: skip
    async with running_desk(box, folder / "desk.db", language=language, clock=clock, talk=TALK, **settings) as desk:
        yield Shop(box, desk, speed)


async def tidy(box: Sandbox) -> None:
    """What every journey must leave behind: nothing broken, nothing open, no wrong call."""
    await box.gate.clear_faults()
    await box.telegram.clear_faults()
    assert await box.telegram.violations() == []
