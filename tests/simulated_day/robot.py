"""One person of the desk as they work: reads the phone, taps what it offers, knows the bank and nothing else."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.journeys.shop import is_about
from tests.simulated_day.bank import Bank
from tests.support.sandbox import Message, Sandbox, SandboxError

LOOK_SECONDS = 0.25
STEP_SECONDS = 30.0
STAYS_SECONDS = 6.0
TRY_AGAIN_SECONDS = 5.0
CONSIDER_SECONDS = 1.3
"""a confirm wants to be read"""
OPENING = 1
"""from the bell to the card is a tap, too"""

RELEASE, SAW, DIFFERS = "Release…", "I saw it", "Name differs"
MARK, PAID = "Mark paid…", "I paid"
HOW, BY_BANK = "How was it paid?", "Bank card"
WHICH, PURCHASE = "Which payer", "🛒"
OVER = ("✅", "🚫", "⌛", "🔒")
"""how a card begins on which this person has nothing to do: it ended, or only a lead may let it go on"""


@dataclass
class Robot:
    """`mine` tells whether an order is this person's to begin with; they help with the others' when it lasts."""

    box: Sandbox
    bank: Bank
    person: int
    orders: dict[str, str]
    """by the last four digits"""
    is_mine: Callable[[str], bool]
    taps: Counter[str] = field(default_factory=Counter)
    released: set[str] = field(default_factory=set)
    marked: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    """which payer the bank shows; not of the last of equal totals, when the others are done"""
    stopped: set[str] = field(default_factory=set)
    over: set[str] = field(default_factory=set)
    """somebody else has ended or stopped it, says its card"""
    lost: Counter[str] = field(default_factory=Counter)
    _tried: dict[str, float] = field(default_factory=dict)

    async def work(self) -> None:
        """Until cancelled: what is open on the phone, again and again."""
        while True:
            messages = await self.box.telegram.messages(self.person)
            open_ = [one for one in (self._on_a_card(messages), self._in_a_digest(messages)) if one is not None]
            # What was tried longest ago, or a full phone starves digests and one odd order all others
            found = min(open_, key=lambda one: (self._tried.get(one[0], 0.0), one[0]), default=None)
            if found is None:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            order, message, label = found
            try:
                await self._handle(order, message, label)
            except SandboxError:
                self.lost[order] += 1  # somebody else was quicker, or the card has moved on: looked at again later
            self._tried[order] = time.monotonic()

    def _on_a_card(self, messages: list[Message]) -> tuple[str, Message, str] | None:
        for message in messages:
            label = next((one for one in (RELEASE, MARK) if one in _labels(message)), None)
            order = self._order_of(message)
            if label is None or order is None or not self._is_worth_it(order):
                continue
            if label == MARK or self.bank.has_paid(order):
                return order, message, label
        return None

    def _in_a_digest(self, messages: list[Message]) -> tuple[str, Message, str] | None:
        """A burst came as one message: each order opens from its button."""
        for message in messages:
            for label in _labels(message):
                order = self.orders.get(label)
                if order is None or order in self.released | self.stopped | self.over:
                    continue
                if self._is_worth_it(order) and (self.bank.has_paid(order) or self._is_ours_to_pay(message, label)):
                    return order, message, label
        return None

    def _is_ours_to_pay(self, digest: Message, short: str) -> bool:
        """A purchase that nobody has marked as paid yet."""
        is_purchase = any(PURCHASE in line and short in line for line in digest.text.splitlines())
        return is_purchase and self.orders[short] not in self.marked

    def _is_worth_it(self, order: str) -> bool:
        return self.is_mine(order) and time.monotonic() - self._tried.get(order, -99.0) >= TRY_AGAIN_SECONDS

    def _order_of(self, message: Message) -> str | None:
        first = message.text.partition("\n")[0]
        return next((order for short, order in self.orders.items() if short in first), None)

    async def _handle(self, order: str, message: Message, label: str) -> None:
        await self._press(order, message, label)
        if label in self.orders:
            card = await self._shows(order, RELEASE, MARK, *OVER)
            if card.text.startswith(OVER):
                self.over.add(order)
                return
            label = MARK if MARK in _labels(card) else RELEASE
            await self._press(order, card, label)
        if label == MARK:
            shown = await self._shows(order, HOW, PAID)
            if HOW in shown.text:
                await self._press(order, shown, BY_BANK)
            await self._confirm(order, PAID)
            self.marked.add(order)
            return
        shown = await self._shows(order, WHICH, SAW)
        if WHICH in shown.text:
            self.asked.add(order)
            await self._press(order, shown, self.bank.payer(order))
            shown = await self._shows(order, SAW)
        if self.bank.payer(order) not in shown.text:
            await self._press(order, shown, DIFFERS)
            self.stopped.add(order)
            return
        await self._confirm(order, SAW)
        self.released.add(order)

    async def _confirm(self, order: str, label: str) -> None:
        """A confirm that was tapped too soon after it appeared is shown again: so the tap is, too."""
        for _ in range(3):
            shown = await self._shows(order, label)
            await asyncio.sleep(CONSIDER_SECONDS)
            await self._press(order, shown, label)
            if await self._is_gone(shown, label):
                return
        raise SandboxError(f"{order} cannot be confirmed")

    async def _is_gone(self, shown: Message, label: str) -> bool:
        end = time.monotonic() + STAYS_SECONDS
        while time.monotonic() < end:
            messages = await self.box.telegram.messages(self.person)
            now = next((one for one in messages if one.id == shown.id), None)
            if now is None or not any(label in one for one in _labels(now)):
                return True
            await asyncio.sleep(LOOK_SECONDS)
        return False

    async def _press(self, order: str, message: Message, label: str) -> None:
        self.taps[order] += 1
        await self.box.telegram.press(self.person, self.person, message, text=label, timeout=STEP_SECONDS)

    async def _shows(self, order: str, *words: str) -> Message:
        """The newest message about the order with any of these in its text or on its buttons."""

        def fits(message: Message) -> bool:
            whole = "\n".join([message.text, *_labels(message)])
            return is_about(message, order) and any(word in whole for word in words)

        return await self.box.telegram.wait_for_message(self.person, where=fits, timeout=STEP_SECONDS)

    def taps_of(self, order: str) -> int:
        """From the bell to the last tap."""
        return self.taps[order] + OPENING


def _labels(message: Message) -> list[str]:
    return [label for row in message.labels for label in row]
