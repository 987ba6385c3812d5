"""Runs one cell: a person walks to the confirming tap, the desk dies where it should, comes back, and is judged."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.intents import Action
from bot.sandbox.gate.faults import fault_from
from bot.sandbox.gate.orders import Order
from bot.views.buttons import Tap, Verb
from tests.crash import judge
from tests.crash.cells import AWAY, DURING, ENDPOINTS, FAULTS, FIRST, NONE, STALE_SECONDS, TWINS, Cell
from tests.crash.judge import Verdict
from tests.crash.nursery import Nursery
from tests.crash.outside import go_on
from tests.crash.stage import LOOK_SECONDS, OPERATOR, NotSeen, Stage, stage

WALK_SECONDS = 15.0
PATIENCE_SECONDS = 1.0
SETTLE_DESK_SECONDS = 100.0
BUSY_MACHINE_SECONDS = 10.0
THUMB_SECONDS = 0.1


@dataclass
class Run:
    """A cell while it runs."""

    stage: Stage
    cell: Cell
    order: Order
    yes_taps: list[tuple[float, str]] = field(default_factory=list)
    last_birth: float = field(default_factory=time.monotonic)
    is_set: bool = False
    away_until: float = 0.0

    async def walk(self) -> None:
        """What the operator does: the next button of the way, again when nothing comes of it, the last one once."""
        done: dict[str, float] = {}
        end = time.monotonic() + WALK_SECONDS * (2 if self.cell.way else 1)
        while time.monotonic() < end:
            await self.keep_alive()
            next_button = self.stage.newest(OPERATOR, self.cell.steps)
            if next_button is None:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            message, data = next_button
            tap = Tap.parse(data)
            assert tap is not None
            if time.monotonic() - done.get(data, 0.0) < PATIENCE_SECONDS:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            await asyncio.sleep(THUMB_SECONDS)
            if self.stage.newest(OPERATOR, self.cell.steps) != next_button:
                continue  # the card moved under the thumb
            if tap.verb is Verb.YES or self.cell.begin == FIRST:
                self.set_trap()
            done[data] = time.monotonic()
            callback = self.stage.tap(OPERATOR, message, data)
            if tap.verb is Verb.YES:
                self.yes_taps.append((time.time(), callback))
                if not await self.was_too_quick(callback):
                    return
                done.pop(data)
        raise NotSeen(f"the way to the confirm of {self.cell.name}; {self.stage.shown()}")

    async def was_too_quick(self, callback_id: str) -> bool:
        """The desk's answer to a thumb that may not have read yet; on a busy machine the card comes late."""
        query = self.stage.box.world.callbacks[callback_id]
        while query.answered_at is None and not self.stage.posts(self.order) and self.stage.lives == 1:
            await self.keep_alive()
            await asyncio.sleep(LOOK_SECONDS)
        return "very quick" in (query.text or "")

    def set_trap(self) -> None:
        if self.is_set or self.stage.desk is None:
            return
        self.is_set = True
        venue, endpoint = self.stage.box.venue, ENDPOINTS[self.cell.action]
        if self.cell.fault not in (NONE, AWAY):
            venue.faults.add(fault_from({"endpoint": endpoint, **FAULTS[self.cell.fault]}, venue.now()))
        if self.cell.reads == "stale":
            stale = {"endpoint": "*", "kind": "stale", "seconds": STALE_SECONDS}
            venue.faults.add(fault_from(stale, venue.now()))
        self.stage.desk.arm()

    async def keep_alive(self) -> None:
        """What the outside does meanwhile: the kill in flight, the venue's port, the next life."""
        cell = self.cell
        dies = cell.kill.startswith(DURING) and bool(self.stage.posts(self.order))
        await go_on(self, dies=dies, closes=cell.fault == AWAY, again=cell.again)

    async def settle(self) -> None:
        """Until everything is told, or the time for that is over."""
        limit = self.stage.desk_seconds(SETTLE_DESK_SECONDS) + BUSY_MACHINE_SECONDS
        moved_at, outcomes = time.monotonic(), self.outcomes()
        while time.monotonic() - max(self.last_birth, moved_at) < limit:
            await self.keep_alive()
            if outcomes != self.outcomes():
                moved_at, outcomes = time.monotonic(), self.outcomes()
            if judge.is_settled(self.stage, self.order, self.cell, self.yes_taps):
                return
            await asyncio.sleep(LOOK_SECONDS * 3)

    def outcomes(self) -> list[str]:
        """How far the venue is with our requests: some of them it carries out late."""
        return [call.outcome for call in self.stage.posts(self.order)]


async def run_cell(nursery: Nursery, template: Path, folder: Path, cell: Cell) -> tuple[Verdict, list[str]]:
    """The verdict, and the points that were passed from the trap on."""
    async with stage(nursery, template, folder) as made:
        order = made.open_order("sell", paid=True) if cell.action is Action.RELEASE else made.open_order("buy")
        if cell.way == TWINS:
            made.open_order("sell", name="李四")
        hold = cell.post_point if cell.fault == AWAY else ""
        await made.open_desk(kill="" if cell.kill.startswith(DURING) else cell.kill, hold=hold)
        run = Run(made, cell, order)
        await run.walk()
        run.last_birth = time.monotonic()
        await run.settle()
        return judge.judge(made, order, cell, run.yes_taps), made.trace()
