"""Runs one cell of off-ramps: a lead sells, the venue calls, the desk dies where it should, comes back, is judged."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.telegram.acts import act
from bot.sandbox.telegram.model import Message
from bot.views.buttons import Tap, Verb
from tests.crash.cells import AWAY
from tests.crash.convert_judge import Pressed
from tests.crash.convert_run import (
    BUSY,
    BUSY_MACHINE_SECONDS,
    LINGER_DESK_SECONDS,
    MINUTE,
    THUMB_SECONDS,
    WAKING_SECONDS,
    WALK_SECONDS,
)
from tests.crash.nursery import Nursery
from tests.crash.otc_cells import DURING, OF_CALLBACKS, OtcCell, Scene
from tests.crash.otc_judge import Kept, OtcVerdict, judge, wrong_now
from tests.crash.otc_stage import Otc, free_port
from tests.crash.outside import go_on
from tests.crash.stage import LEAD, LOOK_SECONDS, NotSeen, Stage, stage

COMMAND = "/otc 100 USDT"
WAY = (Verb.OT_YES, Verb.OT_NEW, Verb.OT_BANK)
PATIENCE_SECONDS = 1.5
UNHANDLED = "SELECT COUNT(*) AS open FROM callbacks WHERE handled_at IS NULL"


@dataclass
class OtcRun:
    """A cell while it runs."""

    stage: Stage
    otc: Otc
    cell: OtcCell
    wrong: str = ""
    yes: list[Pressed] = field(default_factory=list)
    kept: Kept = field(default_factory=Kept)
    last_birth: float = field(default_factory=time.monotonic)
    is_set: bool = False
    away_until: float = 0.0

    async def walk(self) -> None:
        """What the lead does until *Sell* is pressed; then the order's way, where the scene leaves that to us."""
        await self.stage.until(self._is_awake, "a desk that talks to Telegram")
        await asyncio.sleep(THUMB_SECONDS)
        if self.cell.scene is Scene.QUOTE:
            self.set_trap()
        await self._sell()
        if self.cell.scene in OF_CALLBACKS:
            await self.stage.until(self._is_taken, "an order that the desk knows")
            self.set_trap()
            self.otc.tell()

    async def _sell(self) -> None:
        """The next button of the way, again when nothing comes of it, the last one once."""
        done: dict[str, float] = {}
        end = time.monotonic() + WALK_SECONDS
        while time.monotonic() < end:
            await self.keep_alive()
            if self._has_intent():
                return  # it was sent by the first tap; only its button died
            found = self.stage.newest(LEAD, WAY)
            what = found[1] if found is not None else COMMAND
            if time.monotonic() - done.get(what, 0.0) < PATIENCE_SECONDS:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            await asyncio.sleep(THUMB_SECONDS)
            if self.stage.newest(LEAD, WAY) != found:
                continue  # the card moved under the thumb
            done[what] = time.monotonic()
            if found is None:
                act(self.stage.box.world, "write", {"user_id": LEAD, "chat_id": LEAD, "text": COMMAND})
            elif await self._tap(*found):
                return
        raise NotSeen(f"the way of {self.cell.name}; {self.stage.shown()}")

    async def _tap(self, message: Message, data: str) -> bool:
        """True when it was the last button, and something came of it."""
        tap = Tap.parse(data)
        assert tap is not None
        if tap.verb is Verb.OT_YES and self.cell.scene not in OF_CALLBACKS:
            self.set_trap()
        at = time.time()
        callback = self.stage.tap(LEAD, message, data)
        if tap.verb is not Verb.OT_YES:
            return False
        self.yes.append(Pressed(at, callback))
        return not await self._came_to_nothing(callback)

    async def _came_to_nothing(self, callback: str) -> bool:
        """The thumb was too quick, or the quote died with its desk: a person goes on."""
        query = self.stage.box.world.callbacks[callback]
        end = time.monotonic() + WALK_SECONDS
        while time.monotonic() < end and not self._has_intent():
            await self.keep_alive()
            if query.text or self.stage.newest(LEAD, [Verb.OT_YES]) is None:
                return not self._has_intent()
            await asyncio.sleep(LOOK_SECONDS)
        return False

    def _has_intent(self) -> bool:
        return bool(self.stage.ask("SELECT 1 FROM intents"))

    def _is_taken(self) -> bool | None:
        is_known = self.stage.ask("SELECT 1 FROM intents WHERE state = 'taken'")
        return True if is_known and not self.stage.ask(BUSY_TELLING)[0]["busy"] else None

    def _is_awake(self) -> bool | None:
        """Whether this life has reached Telegram: a process of a busy machine takes its time to be born."""
        calls = sum(1 for call in self.stage.box.world.calls if call.method == "getMe")
        return calls >= self.stage.lives or None

    def set_trap(self) -> None:
        if self.is_set or self.stage.desk is None:
            return
        self.is_set = True
        self.otc.set_trap(self.cell)
        self.stage.desk.arm()

    async def keep_alive(self) -> None:
        """What the outside does meanwhile: the kill in flight, the venue's port, the next life."""
        cell, otc = self.cell, self.otc
        await go_on(
            self, dies=cell.kill == DURING and self.is_set and bool(otc.posts), closes=cell.fault == AWAY,
            port=otc.away, venue=otc.venue, between=self._look_into_the_memory, wrong=self.wrong,
        )  # fmt: skip
        self._watch_status()

    def _look_into_the_memory(self) -> None:
        """Between two lives: every callback that was acknowledged must be there now."""
        events = {f"OTC/{each.order_id}/{each.event}" for each in self.otc.attempts if each.is_acknowledged}
        stored = {row["event"] for row in self.stage.ask("SELECT event FROM callbacks")}
        self.kept.acknowledged |= events
        self.kept.lost |= events - stored

    def _watch_status(self) -> None:
        with contextlib.suppress(sqlite3.OperationalError):  # the desk's own writing comes first
            for row in self.stage.ask("SELECT status FROM off_ramps WHERE client_order_id <> ''")[:1]:
                if self.kept.statuses[-1:] != [row["status"]]:
                    self.kept.statuses.append(row["status"])

    async def settle(self) -> None:
        """Until everything is told, or the time for that is over; then a while more, in which nothing may be sent."""
        await self._until_settled()
        await asyncio.sleep(self.stage.desk_seconds(LINGER_DESK_SECONDS))
        await self._until_settled()

    async def _until_settled(self) -> None:
        limit = self.stage.desk_seconds(MINUTE) + (BUSY_MACHINE_SECONDS if not self.wrong else 0.0)
        moved_at, state = max(time.monotonic() - limit / 2, self.last_birth), self._outside()
        while time.monotonic() - max(self.last_birth, moved_at) < limit:
            await self.keep_alive()
            if not self._is_awake() and time.monotonic() - self.last_birth < WAKING_SECONDS:
                moved_at = time.monotonic()
            if state != self._outside():
                moved_at, state = time.monotonic(), self._outside()
            if self._is_settled():
                return
            await asyncio.sleep(LOOK_SECONDS * 3)

    def _outside(self) -> list[object]:
        """How far the venue is: some requests it carries out late, orders end, and callbacks are told again."""
        self.otc.venue.tick()
        posts = [call.outcome for call in self.otc.posts]
        return [*posts, *(order.status for order in self.otc.orders), len(self.otc.undelivered)]

    def _is_settled(self) -> bool:
        made = self.stage
        if self.otc.is_at_work or made.box.world.updates.pending or made.ask(BUSY)[0]["busy"]:
            return False
        return not made.ask(UNHANDLED)[0]["open"] and not wrong_now(made, self.otc)


BUSY_TELLING = "SELECT COUNT(*) AS busy FROM outbox WHERE state IN ('pending', 'sending')"


async def run_otc_cell(
    found: Nursery, template: Path, folder: Path, cell: OtcCell, *, wrong: str = ""
) -> tuple[OtcVerdict, list[str]]:
    """The verdict, and the points that were passed from the trap on. `wrong`: how the desk is to misbehave."""
    port = free_port()
    # No orders of the market beside it
    async with stage(found, template, folder, HTTP_PORT=str(port), GATE_API_KEY="", GATE_API_SECRET="") as made:
        otc = Otc.on(made, cell, port)
        hold = cell.post_point if cell.fault == AWAY else ""
        await made.open_desk(kill="" if cell.kill == DURING else cell.kill, hold=hold, wrong=wrong)
        run = OtcRun(made, otc, cell, wrong)
        await run.walk()
        run.last_birth = time.monotonic()
        await run.settle()
        return judge(made, otc, cell, run.yes, run.kept), made.trace()
