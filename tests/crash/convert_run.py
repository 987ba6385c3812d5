"""Runs one cell of conversions: a person converts, the desk dies where it should, comes back, and is judged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.telegram.acts import act
from bot.sandbox.telegram.model import Message
from bot.views.buttons import Tap, Verb
from tests.crash.cells import AWAY
from tests.crash.convert_cells import AGAIN, DURING, ConvertCell, Scene
from tests.crash.convert_judge import ConvertVerdict, Pressed, judge, wrong_now
from tests.crash.convert_stage import Pay
from tests.crash.nursery import Nursery
from tests.crash.outside import go_on
from tests.crash.stage import LOOK_SECONDS, OPERATOR, NotSeen, Stage, stage

COMMAND = "/convert 100 USDT BTC"
QUOTE = (Verb.CV_YES, Verb.CV_NEW)
ASK = (Verb.CV_AGAIN_YES, Verb.CV_AGAIN)
LAST = frozenset({Verb.CV_YES, Verb.CV_AGAIN_YES})
WALK_SECONDS = 20.0
PATIENCE_SECONDS = 1.5
THUMB_SECONDS = 0.1
MINUTE = 60.0
BUSY_MACHINE_SECONDS = 6.0
WAKING_SECONDS = 30.0
LINGER_DESK_SECONDS = 10.0
BUSY = (
    "SELECT (SELECT COUNT(*) FROM inbox WHERE handled_at IS NULL)"
    " + (SELECT COUNT(*) FROM outbox WHERE state IN ('pending', 'sending'))"
    " + (SELECT COUNT(*) FROM intents WHERE state IN ('planned', 'sent', 'taken', 'asked')) AS busy"
)


@dataclass
class Run:
    """A cell while it runs."""

    stage: Stage
    pay: Pay
    cell: ConvertCell
    yes: list[Pressed] = field(default_factory=list)
    again: list[Pressed] = field(default_factory=list)
    last_birth: float = field(default_factory=time.monotonic)
    is_set: bool = False
    away_until: float = 0.0
    posts_before: int = 0

    async def walk(self) -> None:
        """What the operator does until the last button is pressed."""
        await self.stage.until(self._is_awake, "a desk that talks to Telegram")
        await asyncio.sleep(THUMB_SECONDS)
        if self.cell.scene is Scene.QUOTE:
            self.set_trap()
        if self.cell.scene in AGAIN:
            repeat, first = AGAIN[self.cell.scene]
            self.stage.box.pay_venue.repeat = repeat
            self.pay.add_fault({"endpoint": "convert", "kind": first})
        await self._press(QUOTE, self.yes, command=COMMAND)
        if self.cell.scene in AGAIN:
            await self.stage.until(lambda: self.stage.newest(OPERATOR, ASK), "*Ask Gate again*")
            # A person looks into Gate Pay first; the desk asks for that much time, too
            await asyncio.sleep(self.stage.desk_seconds(21))
            self.posts_before = len(self.pay.posts)
            await self._press(ASK, self.again)

    async def _press(self, steps: Sequence[Verb], pressed: list[Pressed], *, command: str = "") -> None:
        """The next button of the way, again when nothing comes of it, the last one once."""
        done: dict[str, float] = {}
        end = time.monotonic() + WALK_SECONDS
        while time.monotonic() < end:
            await self.keep_alive()
            found = self.stage.newest(OPERATOR, steps)
            what = found[1] if found is not None else command
            if not what and self.stage.lives > 1 and self._is_asked():
                return  # it was sent by the first tap; only its button died
            if not what or time.monotonic() - done.get(what, 0.0) < PATIENCE_SECONDS:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            await asyncio.sleep(THUMB_SECONDS)
            if self.stage.newest(OPERATOR, steps) != found:
                continue  # the card moved under the thumb
            done[what] = time.monotonic()
            if found is None:
                act(self.stage.box.world, "write", {"user_id": OPERATOR, "chat_id": OPERATOR, "text": command})
            elif await self._tap(*found, pressed):
                return
        raise NotSeen(f"the way of {self.cell.name}; {self.stage.shown()}")

    async def _tap(self, message: Message, data: str, pressed: list[Pressed]) -> bool:
        """True when it was the last button, and not pressed too quickly."""
        tap = Tap.parse(data)
        assert tap is not None
        if tap.verb in (Verb.CV_AGAIN, Verb.CV_AGAIN_YES) or self.cell.scene not in AGAIN:
            self.set_trap()
        at = time.time()
        callback = self.stage.tap(OPERATOR, message, data)
        if tap.verb not in LAST:
            return False
        pressed.append(Pressed(at, callback))
        is_sent = self._has_intent if tap.verb is Verb.CV_YES else self._is_asked
        return not await self._came_to_nothing(callback, is_sent)

    async def _came_to_nothing(self, callback: str, is_sent: Callable[[], bool]) -> bool:
        """The thumb was too quick, or a busy machine too slow for the quote: a person goes on."""
        query, lives = self.stage.box.world.callbacks[callback], self.stage.lives
        end = time.monotonic() + WALK_SECONDS
        while self.stage.lives == lives and time.monotonic() < end and not is_sent():
            await self.keep_alive()
            if query.text or (not self._has_intent() and self._is_quote_over()):
                return not is_sent() and ("very quick" in (query.text or "") or self._is_quote_over())
            await asyncio.sleep(LOOK_SECONDS)
        return False

    def _has_intent(self) -> bool:
        return bool(self.stage.ask("SELECT 1 FROM intents"))

    def _is_quote_over(self) -> bool:
        is_open = self.stage.newest(OPERATOR, [Verb.CV_YES]) is not None
        return self.stage.lives == 1 and not is_open and self.stage.newest(OPERATOR, [Verb.CV_NEW]) is not None

    def _is_awake(self) -> bool | None:
        """Whether this life has reached Telegram: a process of a busy machine takes its time to be born."""
        calls = sum(1 for call in self.stage.box.world.calls if call.method == "getMe")
        return calls >= self.stage.lives or None

    def _is_asked(self) -> bool:
        return bool(self.stage.ask("SELECT 1 FROM conversions WHERE asked_again_at IS NOT NULL"))

    def set_trap(self) -> None:
        if self.is_set or self.stage.desk is None:
            return
        self.is_set = True
        self.pay.set_trap(self.cell)
        self.stage.desk.arm()

    async def keep_alive(self) -> None:
        """What the outside does meanwhile: the kill in flight, the venue's port, the next life."""
        cell, venue = self.cell, self.stage.box.pay_venue
        dies = cell.kill == DURING and self.is_set and len(self.pay.posts) > self.posts_before
        await go_on(self, dies=dies, closes=cell.fault == AWAY, port=self.pay.away, venue=venue)

    async def settle(self) -> None:
        """Until everything is told, or the time for that is over; then a while more, in which nothing may be sent."""
        limit = self.stage.desk_seconds(MINUTE) + BUSY_MACHINE_SECONDS
        moved_at, state = time.monotonic(), self._outside()
        while time.monotonic() - max(self.last_birth, moved_at) < limit:
            await self.keep_alive()
            if not self._is_awake() and time.monotonic() - self.last_birth < WAKING_SECONDS:
                moved_at = time.monotonic()
            if state != self._outside():
                moved_at, state = time.monotonic(), self._outside()
            if self._is_settled():
                break
            await asyncio.sleep(LOOK_SECONDS * 3)
        await asyncio.sleep(self.stage.desk_seconds(LINGER_DESK_SECONDS))

    def _outside(self) -> list[object]:
        """How far the venue is: some requests it carries out late, and orders end in their own time."""
        self.stage.box.pay_venue.tick()
        orders = self.stage.box.pay_venue.orders.values()
        return [*(call.outcome for call in self.pay.posts), *(order.status for order in orders)]

    def _is_settled(self) -> bool:
        made = self.stage
        if self.pay.is_at_work or made.box.world.updates.pending or made.ask(BUSY)[0]["busy"]:
            return False
        return not wrong_now(made, self.pay)


async def run_convert_cell(
    found: Nursery, template: Path, folder: Path, cell: ConvertCell, *, wrong: str = ""
) -> tuple[ConvertVerdict, list[str]]:
    """The verdict, and the points that were passed from the trap on. `wrong`: how the desk is to misbehave."""
    # A quote that lives long enough for a busy machine, and no orders beside it
    async with stage(found, template, folder, QUOTE_SECONDS="120", GATE_API_KEY="", GATE_API_SECRET="") as made:
        pay = Pay.on(made, cell)
        hold = cell.post_point if cell.fault == AWAY else ""
        await made.open_desk(kill="" if cell.kill == DURING else cell.kill, hold=hold, wrong=wrong)
        run = Run(made, pay, cell)
        await run.walk()
        run.last_birth = time.monotonic()
        await run.settle()
        return judge(made, pay, cell, run.yes, run.again), made.trace()
