"""Runs one cell of a lock: an operator doubts the payer, a lead says why it may go on, the desk dies at its point."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.gate.orders import Order
from bot.sandbox.telegram.acts import act
from bot.views.buttons import Verb
from tests.crash.nursery import Nursery
from tests.crash.outside import go_on
from tests.crash.stage import LEAD, LOOK_SECONDS, OPERATOR, NotSeen, Stage, stage
from tests.crash.unlock_cells import Scene, UnlockCell
from tests.crash.unlock_judge import UnlockVerdict, is_locked, is_settled, judge

SPEED = 10.0
WALK_SECONDS, SETTLE_SECONDS = 30.0, 15.0
PATIENCE_SECONDS, THUMB_SECONDS = 1.5, 0.2
MOST_TRIES = 2
ASKED, REASON = "Unlock: why?", "his wife paid"


@dataclass(frozen=True)
class Deed:
    """What a person would do next. `data` is the button's; "" for the reply with the reason."""

    person: int
    message: int
    data: str
    scene: Scene | None


@dataclass
class Run:
    """A cell while it runs."""

    stage: Stage
    cell: UnlockCell
    order: Order
    last_birth: float = field(default_factory=time.monotonic)
    away_until: float = 0.0
    is_set: bool = False
    tried: Counter[Deed] = field(default_factory=Counter)

    async def walk(self) -> None:
        """Until the lock has come and gone: what did not help is done once more, then another way is tried."""
        end, acted_at, last = time.monotonic() + WALK_SECONDS, 0.0, None
        while time.monotonic() < end:
            await go_on(self)
            if self._is_over():
                return
            deed = self._next()
            waits = deed == last and time.monotonic() - acted_at < PATIENCE_SECONDS
            if deed is None or waits:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            await asyncio.sleep(THUMB_SECONDS)
            if self._next() != deed:
                continue  # the card moved under the thumb
            self._do(deed)
            last, acted_at = deed, time.monotonic()
        raise NotSeen(f"the way of {self.cell.name}; {self.stage.shown()}")

    def _is_over(self) -> bool:
        asked = "SELECT 1 FROM unlocks WHERE order_id = ? AND done_at IS NOT NULL"
        return bool(self.stage.ask(asked, str(self.order.id))) and not is_locked(self.stage, self.order)

    def _next(self) -> Deed | None:
        if not is_locked(self.stage, self.order):
            return self._button(OPERATOR, Verb.OTHER_PAYER, Scene.DOUBT)
        found = [
            self._button(LEAD, Verb.UNLOCK_YES, Scene.YES), self._prompt(), self._button(LEAD, Verb.UNLOCK, None),
            self._button(LEAD, Verb.OPEN, None),
        ]  # fmt: skip
        return next((deed for deed in found if deed is not None and self.tried[deed] < MOST_TRIES), None)

    def _button(self, person: int, verb: Verb, scene: Scene | None) -> Deed | None:
        found = self.stage.newest(person, [verb])
        return Deed(person, found[0].id, found[1], scene) if found is not None else None

    def _prompt(self) -> Deed | None:
        asked = [one.id for one in self.stage.messages(LEAD) if ASKED in (one.text or "")]
        return Deed(LEAD, asked[-1], "", Scene.REASON) if asked else None

    def _do(self, deed: Deed) -> None:
        made = self.stage
        if deed.scene is self.cell.scene and not self.is_set and made.desk is not None:
            self.is_set = True
            made.desk.arm()
        self.tried[deed] += 1
        if deed.data:
            message = next(one for one in made.messages(deed.person) if one.id == deed.message)
            made.tap(deed.person, message, deed.data)
            return
        body = {"user_id": LEAD, "chat_id": LEAD, "reply_to": deed.message, "text": REASON}
        act(made.box.world, "write", body)

    async def settle(self) -> None:
        """Until everything is told, or the time for that is over."""
        while time.monotonic() - self.last_birth < SETTLE_SECONDS:
            await go_on(self)
            if is_settled(self.stage, self.order, self.cell):
                return
            await asyncio.sleep(LOOK_SECONDS * 3)


async def run_unlock_cell(
    found: Nursery, template: Path, folder: Path, cell: UnlockCell
) -> tuple[UnlockVerdict, list[str]]:
    """The verdict, and the points that were passed from the trap on."""
    async with stage(found, template, folder, speed=SPEED) as made:
        order = made.open_order("sell", paid=True)
        await made.open_desk(kill=cell.kill)
        await made.until(lambda: made.newest(OPERATOR, [Verb.OTHER_PAYER]), "a card to doubt")
        run = Run(made, cell, order)
        await run.walk()
        run.last_birth = time.monotonic()
        await run.settle()
        return judge(made, order, cell), made.trace()
