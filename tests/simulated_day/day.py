"""The day itself: orders come, people are on duty, and at the end everything is counted."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.journeys.shop import Shop
from tests.simulated_day.bank import Bank
from tests.simulated_day.plan import Customer, Kind, day
from tests.simulated_day.robot import Robot
from tests.support.desk import DESK_GROUP, RunningDesk, running_desk
from tests.support.sandbox import (
    AGENT,
    LEAD,
    OPERATOR,
    OPERATOR_2,
    OWNER,
    VIEWER,
    Call,
    running_sandbox,
    until,
)

EARLY, LATE = (OPERATOR, OPERATOR_2), (OPERATOR, LEAD)
"""who is on duty before the handover, and after it"""
EVERYBODY = (OWNER, LEAD, OPERATOR, OPERATOR_2, AGENT, VIEWER)
OF_AN_ORDER = ("💰", "🛒", "⏳", "🔔")
OF_TALK = "💬"
OF_SOME = {"🔒": (LEAD, OWNER), "🤝": (LEAD,), "has taken over": (OPERATOR_2, LEAD)}
"""whom else something rings, whoever is on duty: what only leads may lift; those who hand over"""
OF_WHAT_IS_STOPPED = "⏰"
"""nobody answers: in a day without trouble only what leads have not let go on"""
ENDED = ("finished", "cancel", "bcancel", "scancel", "expired", "closed", "bclosed", "sclosed")
GAP_SECONDS = 3.5
"""between groups of orders: twelve hours in some minutes, in which two people can still tap it all"""
PAYS_AFTER_SECONDS = 3.0
SETTLING_SECONDS, HANDING_SECONDS, STEP_SECONDS = 3.0, 3.0, 30.0
END_SECONDS = 240.0


@dataclass(frozen=True)
class Rings:
    """Messages with a sound on one phone; `of_orders`: bells of an order, `strange` those while somebody else was on
    duty; `others`: first lines of the rest, `astray` those of them that do not concern this person."""

    all: int
    of_orders: int
    strange: int
    others: list[str]
    astray: list[str]


@dataclass(frozen=True)
class Report:
    """`taps` and `twin_taps`: per finished release, from the bell on. `refused`: Telegram's 429."""

    orders: int
    seconds: float
    taps: list[int]
    twin_taps: list[int]
    to_release: int
    released: int
    posted_twice: list[str]
    released_wrongly: list[str]
    left_open: list[str]
    rings: dict[int, Rings]
    refused: int
    violations: int
    to_group: int

    @property
    def strangely_rung(self) -> dict[int, int]:
        """Whoever was not on duty and heard the bell of an order; how often."""
        return {person: rings.strange for person, rings in self.rings.items() if rings.strange}

    @property
    def rung_astray(self) -> dict[int, list[str]]:
        """Whoever heard something else that does not concern them; its first lines."""
        return {person: rings.astray for person, rings in self.rings.items() if rings.astray}


@asynccontextmanager
async def open_day() -> AsyncIterator[RunningDesk]:
    """A desk at Telegram's real pace, with Telegram's limits enforced."""
    with tempfile.TemporaryDirectory(prefix="c2c-desk-day-") as folder:
        opening = partial(running_desk, database=Path(folder) / "desk.db", poll_seconds="1", desk_markets="USDT/CNY")
        async with running_sandbox() as box, opening(box) as desk:
            await box.telegram.flood(True)
            yield desk


async def play(orders: int, seed: int) -> Report:
    async with open_day() as desk:
        return await _Day(desk, orders, seed).run()


class _Day:
    def __init__(self, desk: RunningDesk, orders: int, seed: int) -> None:
        self._shop, self._box = Shop(desk.box, desk, 1.0), desk.box
        self._wanted, self._seed = orders, seed
        self._bank = Bank()
        self._customers: dict[str, Customer] = {}
        self._short: dict[str, str] = {}
        self._shift, self._handover = EARLY, (float("inf"), float("inf"))
        self._robots = [
            Robot(self._box, self._bank, person, self._short, partial(self._is_of, person))
            for person in (OPERATOR, OPERATOR_2, LEAD)
        ]

    async def run(self) -> Report:
        began, since = time.monotonic(), max((call.n for call in await self._box.telegram.calls()), default=0)
        for person in EARLY:
            await self._shop.go_on_duty(person)
        async with asyncio.TaskGroup() as people:
            working = [people.create_task(robot.work()) for robot in self._robots]
            for together in day(self._wanted, self._seed):
                for customer in together:
                    people.create_task(self._comes(customer))
                await asyncio.sleep(GAP_SECONDS)
                if self._shift is EARLY and len(self._customers) >= self._wanted // 2:
                    await self._hand_over()
            await self._ends()
            for task in working:
                task.cancel()
        return await self._report(time.monotonic() - began, since)

    def _is_of(self, person: int, order: str) -> bool:
        """Who looks at an order first; the other one's phone shows it, too."""
        return self._shift[int(order[-1]) % len(self._shift)] == person

    async def _hand_over(self) -> None:
        """In the middle of everything the second operator goes and the lead comes."""
        telegram, before = self._box.telegram, await self._shop.newest(LEAD)
        chosen = await self._shop.say("/duty over", person=OPERATOR_2, contains="Hand over to whom?")
        await telegram.press(OPERATOR_2, OPERATOR_2, chosen, data=f"dt:{LEAD}")
        draft = await telegram.wait_for_message(OPERATOR_2, button="Offer it", timeout=STEP_SECONDS)
        await telegram.press(OPERATOR_2, OPERATOR_2, draft, text="Offer it")
        offer = await telegram.wait_for_message(LEAD, contains="hands over to you", after=before, timeout=STEP_SECONDS)
        began = time.time()
        await telegram.press(LEAD, LEAD, offer, text="Accept")
        await telegram.wait_for_message(OPERATOR_2, contains="has taken over", timeout=STEP_SECONDS)
        self._shift, self._handover = LATE, (began, time.time())

    async def _comes(self, customer: Customer) -> None:
        """The counterparty opens an order, then pays, walks away, or waits for our money and releases."""
        gate, side = self._box.gate, "buy" if customer.kind is Kind.PURCHASE else "sell"
        order = await gate.open_order(side, amount=customer.amount, name=customer.name)
        self._customers[order], self._short[order[-4:]] = customer, order
        if customer.kind is Kind.PURCHASE:
            await gate.wait_for_status(order, "paid", timeout=END_SECONDS)
            await gate.act(order, "release")
            return
        await asyncio.sleep(PAYS_AFTER_SECONDS)
        if customer.kind is Kind.WALKS_AWAY:
            await gate.act(order, "cancel")
        else:
            self._bank.credit(order, customer.paid_by)
            await gate.act(order, "pay")

    async def _ends(self) -> None:
        """Everything that may be released is; what somebody else paid for stays stopped."""

        async def look() -> bool | None:
            came = len(self._customers) >= self._wanted
            left = [order for order in await self._open() if self._customers[order].kind is not Kind.OTHER_PAYER]
            return (came and not left) or None

        await until(look, "the end of the day", END_SECONDS, self._left)
        await asyncio.sleep(SETTLING_SECONDS)

    async def _left(self) -> list[str]:
        """For whoever wonders why a day does not end."""
        seen = [one for robot in self._robots for one in await self._box.telegram.messages(robot.person)]
        return [
            f"{order} {self._customers[order].kind}: {[(m.text[:60], m.labels) for m in seen if order[-4:] in m.text]}"
            for order in await self._open()
        ]

    async def _open(self) -> list[str]:
        return [order.id for order in await self._box.gate.orders() if order.status not in ENDED]

    async def _report(self, seconds: float, since: int) -> Report:
        by_kind: dict[str, list[int]] = {kind: [] for kind in Kind}
        wrong, doubled, released = [], [], 0
        taps = {order: robot.taps_of(order) for robot in self._robots for order in robot.released}
        asked = {order for robot in self._robots for order in robot.asked}
        for order, customer in self._customers.items():
            posts = await self._box.gate.money_calls(order_id=order)
            doubled += [order] if len(posts) > 1 else []
            is_sale = customer.kind in (Kind.SALE, Kind.TWINS)
            released += is_sale and bool(posts)
            wrong += [order] if customer.kind in (Kind.OTHER_PAYER, Kind.WALKS_AWAY) and posts else []
            if is_sale and order in taps:
                by_kind[Kind.TWINS if order in asked else Kind.SALE].append(taps[order])
        calls = await self._box.telegram.calls(since=since)
        stays = {order for order, customer in self._customers.items() if customer.kind is Kind.OTHER_PAYER}
        return Report(
            orders=len(self._customers),
            seconds=seconds,
            taps=by_kind[Kind.SALE],
            twin_taps=by_kind[Kind.TWINS],
            to_release=sum(one.kind in (Kind.SALE, Kind.TWINS) for one in self._customers.values()),
            released=released,
            posted_twice=doubled,
            released_wrongly=wrong,
            left_open=sorted(set(await self._open()) - stays),
            rings={person: rings_of(calls, person, self._handover, stays) for person in EVERYBODY},
            refused=sum(not call.ok and "Too Many Requests" in str(call.error) for call in calls),
            violations=len(await self._box.telegram.violations()),
            to_group=sum(call.ok and _is_to(call, DESK_GROUP) for call in calls),
        )


def rings_of(
    calls: list[Call], person: int, handover: tuple[float, float], stopped: Collection[str] = frozenset()
) -> Rings:
    """What made a sound on this phone, as it was when it came; `stopped` are orders that only leads may let go on."""
    sent = [call for call in calls if call.ok and call.method.startswith("send") and _is_to(call, person)]
    loud = [call for call in sent if not _is_silent(call)]
    orders = [call for call in loud if any(sign in _first(call) for sign in OF_AN_ORDER)]
    strange = [call for call in orders if person not in _on_duty(float(call.raw["at"]), handover)]
    others = [call for call in loud if call not in orders]
    astray = [call for call in others if person not in _concerned(call, handover, stopped)]
    return Rings(len(loud), len(orders), len(strange), _lines(others), _lines(astray))


def _concerned(call: Call, handover: tuple[float, float], stopped: Collection[str]) -> tuple[int, ...]:
    """Nobody, for a ring that a day without trouble has no need of."""
    if OF_WHAT_IS_STOPPED in _first(call):
        return (LEAD, OWNER) if any(order[-4:] in _first(call) for order in stopped) else ()
    if OF_TALK in _first(call):
        return _on_duty(float(call.raw["at"]), handover)
    return next((people for sign, people in OF_SOME.items() if sign in _first(call)), ())


def _lines(calls: list[Call]) -> list[str]:
    return sorted(_first(call)[:40] for call in calls)


def _on_duty(at: float, handover: tuple[float, float]) -> tuple[int, ...]:
    """Around the handover a bell may still be on its way to who has gone."""
    began, ended = handover
    if at < began:
        return EARLY
    return LATE if at > ended + HANDING_SECONDS else (*EARLY, *LATE)


def _first(call: Call) -> str:
    return call.text.partition("\n")[0]


def _is_to(call: Call, chat: int) -> bool:
    return str(call.params.get("chat_id")) == str(chat)


def _is_silent(call: Call) -> bool:
    """A form carries the switch as text."""
    return str(call.params.get("disable_notification", False)).lower() == "true"
