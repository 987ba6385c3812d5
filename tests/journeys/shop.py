"""A shop at work: one sandbox and one desk for several orders, with the steps people repeat all day.

The desk's minutes are `speed` times shorter, and so is the pace in which it may talk to Telegram.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.journal import Entry
from tests.support.desk import DESK_GROUP, RunningDesk, running_desk
from tests.support.sandbox import OPERATOR, Json, Message, Sandbox, running_sandbox, until

READ = "get_transaction_details"


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
        timeout: float = 10,
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

    async def record(self, order: str, contains: str = "", timeout: float = 10) -> Message:
        """The same in the desk group."""
        return await self.card(order, contains, person=DESK_GROUP, timeout=timeout)

    async def tap(
        self, order: str, label: str, *, contains: str = "", person: int = OPERATOR, after: int | Message = 0
    ) -> str:
        """Press the button on the order's newest card that has it; what the small window said."""
        card = await self.card(order, contains, person=person, button=label, after=after)
        return (await self.box.telegram.press(person, person, card, text=label)).text

    async def confirm(self, order: str, label: str, *, person: int = OPERATOR) -> str:
        """Read the confirm as long as the desk asks for, then press its last button."""
        card = await self.card(order, button=label, person=person)
        await asyncio.sleep(1.4 / self.speed + 0.05)
        return (await self.box.telegram.press(person, person, card, text=label)).text

    async def release(self, order: str, *, person: int = OPERATOR) -> None:
        """Both steps of a release."""
        await self.tap(order, "Release…", person=person)
        await self.confirm(order, "I saw it: release", person=person)

    async def say(self, text: str, *, person: int = OPERATOR, contains: str) -> Message:
        """Write a command in the direct message; the answer."""
        before = await self.newest(person)
        await self.box.telegram.write(person, person, text)
        return await self.box.telegram.wait_for_message(
            person, contains=contains, after=before, where=lambda message: bool(message.sender.get("is_bot"))
        )

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


@asynccontextmanager
async def open_shop(folder: Path, *, speed: float = 8.0, language: str = "en") -> AsyncIterator[Shop]:
    """Polls the venue four times a second, whatever the speed."""
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        async with running_desk(
            box,
            folder / "desk.db",
            language=language,
            speed=speed,
            desk_markets="USDT/CNY",
            poll_seconds=str(0.25 * speed),
        ) as desk:
            yield Shop(box, desk, speed)
