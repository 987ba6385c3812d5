"""Runs one cell of two people: one confirms, another confirms, the desk dies where it should, and all is judged."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.gate.faults import fault_from
from bot.sandbox.gate.orders import Order
from bot.sandbox.telegram.acts import act
from bot.views.buttons import Tap, Verb
from tests.crash.cells import AWAY, FAULTS, NONE, STALE_SECONDS
from tests.crash.judge import NOTHING
from tests.crash.nursery import Nursery
from tests.crash.outside import go_on
from tests.crash.second_cells import DURING, Scene, SecondCell
from tests.crash.second_judge import Pressed, SecondVerdict, is_settled, judge
from tests.crash.stage import LEAD, LOOK_SECONDS, OPERATOR, OWNER, NotSeen, Stage, stage

FIRST_WAY = (Verb.YES, Verb.RELEASE)
SECOND_WAY = (Verb.YES, Verb.SECOND)
WALK_SECONDS = 20.0
PATIENCE_SECONDS = 1.2
THUMB_SECONDS = 0.1
SETTLE_DESK_SECONDS = 100.0
BUSY_MACHINE_SECONDS = 12.0
STOP_DESK_SECONDS = 30


@dataclass
class Run:
    """A cell while it runs."""

    stage: Stage
    cell: SecondCell
    order: Order
    pressed: list[Pressed] = field(default_factory=list)
    last_birth: float = field(default_factory=time.monotonic)
    is_set: bool = False
    away_until: float = 0.0

    @property
    def first(self) -> int:
        return OWNER if self.cell.scene is Scene.ARMED else OPERATOR

    async def walk(self) -> None:
        """The first person's way, and the second's when a first yes stands."""
        await self._person(self.first, FIRST_WAY, sets_trap=self.cell.scene is not Scene.SECOND)
        if self.cell.scene is Scene.ARMED or not await self._stands():
            return
        await self._person(LEAD, SECOND_WAY, sets_trap=True)

    async def _stands(self) -> bool:
        """Whether the first yes became an approval; when it did not, the person was told so."""
        end = time.monotonic() + WALK_SECONDS
        while time.monotonic() < end:
            await self.keep_alive()
            if self._approvals():
                return True
            is_quiet = not self.stage.ask("SELECT 1 FROM inbox WHERE handled_at IS NULL")
            query = self.stage.box.world.callbacks[self.pressed[-1].callback]
            if is_quiet and query.answered_at is not None and query.text:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return False

    def _approvals(self) -> list[sqlite3.Row]:
        return self.stage.ask("SELECT * FROM approvals WHERE order_id = ?", str(self.order.id))

    async def _person(self, person: int, way: Sequence[Verb], *, sets_trap: bool) -> None:
        """The next button of the way, again when nothing comes of it, the last one once."""
        done: dict[str, float] = {}
        end = time.monotonic() + WALK_SECONDS
        command = f"/order {self.order.id}"
        while time.monotonic() < end:
            await self.keep_alive()
            found = self.stage.newest(person, way)
            what = found[1] if found is not None else command
            patience = PATIENCE_SECONDS if found is not None else 2.5
            if time.monotonic() - done.get(what, 0.0) < patience or (found is None and not self._is_known()):
                await asyncio.sleep(LOOK_SECONDS)
                continue
            await asyncio.sleep(THUMB_SECONDS)
            if self.stage.newest(person, way) != found:
                continue  # the card moved under the thumb
            done[what] = time.monotonic()
            if found is None:
                act(self.stage.box.world, "write", {"user_id": person, "chat_id": person, "text": command})
                continue
            message, data = found
            tap = Tap.parse(data)
            assert tap is not None
            if tap.verb is Verb.YES and sets_trap:
                self.set_trap()
            at = time.time()
            callback = self.stage.tap(person, message, data)
            if tap.verb is Verb.YES:
                self.pressed.append(Pressed(person, callback, at))
                if not await self._came_to_nothing(callback):
                    return
                self.pressed.pop()
                done.pop(data)
        raise NotSeen(f"the way of {person} in {self.cell.name}; {self.stage.shown()}")

    def _is_known(self) -> bool:
        return bool(self.stage.ask("SELECT 1 FROM orders WHERE id = ?", str(self.order.id)))

    async def _came_to_nothing(self, callback: str) -> bool:
        """The thumb was too quick, or on a busy machine the card moved or the step ended: a person goes on."""
        query, lives = self.stage.box.world.callbacks[callback], self.stage.lives
        while query.answered_at is None and self.stage.lives == lives:
            await self.keep_alive()
            await asyncio.sleep(LOOK_SECONDS)
        return self.stage.lives == lives and any(words in (query.text or "") for words in ("very quick", NOTHING))

    def set_trap(self) -> None:
        if self.is_set or self.stage.desk is None:
            return
        self.is_set = True
        venue = self.stage.box.venue
        if self.cell.fault not in (NONE, AWAY):
            venue.faults.add(fault_from({"endpoint": "confirm-receipt", **FAULTS[self.cell.fault]}, venue.now()))
        if self.cell.reads == "stale":
            venue.faults.add(fault_from({"endpoint": "*", "kind": "stale", "seconds": STALE_SECONDS}, venue.now()))
        self.stage.desk.arm()

    async def keep_alive(self) -> None:
        """What the outside does meanwhile: the kill in flight, the venue's port, the next life."""
        cell = self.cell
        dies = cell.kill == DURING and bool(self.stage.posts(self.order))
        await go_on(self, dies=dies, closes=cell.fault == AWAY)

    async def settle(self) -> None:
        """Until everything is told, or the time for that is over."""
        limit = self.stage.desk_seconds(SETTLE_DESK_SECONDS) + BUSY_MACHINE_SECONDS
        moved_at, state = time.monotonic(), self._outside()
        while time.monotonic() - max(self.last_birth, moved_at) < limit:
            await self.keep_alive()
            if state != self._outside():
                moved_at, state = time.monotonic(), self._outside()
            if is_settled(self.stage, self.order, self.cell, self.pressed):
                return
            await asyncio.sleep(LOOK_SECONDS * 3)

    def _outside(self) -> list[object]:
        calls = [call.outcome for call in self.stage.posts(self.order)]
        return [*calls, *(row["why"] for row in self._approvals())]


def leave_alone(database: Path) -> None:
    """A shop of one: everybody but the owner may only talk."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE staff SET role = 'agent' WHERE id <> ?", (OWNER,))
        connection.execute("UPDATE staff SET language = 'en' WHERE id = ?", (OWNER,))


async def run_second_cell(
    found: Nursery, template: Path, folder: Path, cell: SecondCell
) -> tuple[SecondVerdict, list[str]]:
    """The verdict, and the points that were passed from the trap on."""
    changes: dict[str, Any] = {"DESK_TWO_PEOPLE_ABOVE": "500"}
    if cell.scene is Scene.ARMED:
        stop = {"SOLO_RELEASE": "delay", "SOLO_STOP_SECONDS": str(STOP_DESK_SECONDS), "SOLO_DAILY_CAP": "5000"}
        changes |= stop
    async with stage(found, template, folder, **changes) as made:
        if cell.scene is Scene.ARMED:
            leave_alone(made.database)
        order = made.open_order("sell", paid=True)
        hold = cell.post_point if cell.fault == AWAY else ""
        await made.open_desk(kill="" if cell.kill == DURING else cell.kill, hold=hold)
        run = Run(made, cell, order)
        await run.walk()
        run.last_birth = time.monotonic()
        await run.settle()
        return judge(made, order, cell, run.pressed), made.trace()
