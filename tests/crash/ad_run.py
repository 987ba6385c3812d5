"""Runs one cell of ads: a lead changes or publishes, the desk dies where it should, comes back, and is judged."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.telegram.acts import act
from bot.sandbox.telegram.model import Message
from bot.views.buttons import Tap, Verb
from tests.crash.ad_cells import DURING, AdCell, Scene
from tests.crash.ad_judge import VOID, AdVerdict, deals, judge, wrong_now
from tests.crash.ad_stage import AD, PRICE, Shop
from tests.crash.cells import AWAY
from tests.crash.convert_judge import Pressed
from tests.crash.convert_run import (
    BUSY,
    BUSY_MACHINE_SECONDS,
    LINGER_DESK_SECONDS,
    MINUTE,
    PATIENCE_SECONDS,
    THUMB_SECONDS,
    WAKING_SECONDS,
)
from tests.crash.nursery import Nursery
from tests.crash.outside import go_on
from tests.crash.stage import LEAD, LOOK_SECONDS, NotSeen, Stage, stage

LAST = frozenset({Verb.AD_YES, Verb.AL_YES, Verb.NA_SEND})
OFFLINE = "3"
LATE = "acted late"
WALK_SECONDS = 60.0
"""a question that died with its desk has to be asked anew, on a busy machine, too"""
# The most advanced button first: what a person would press next; before any, what is written.
WAYS: dict[Scene, tuple[str, tuple[Verb, ...]]] = {
    Scene.PRICE: (f"/price {PRICE} {AD}", (Verb.AD_YES,)),
    Scene.STATUS: (f"/ads {AD}", (Verb.AD_YES, Verb.AD_STATUS)),
    Scene.OFF: ("/ads off", (Verb.AL_YES,)),
    Scene.NEW: (f"/ads {AD}", (Verb.NA_SEND, Verb.NA_GO_ON, Verb.NA_LIKE)),
}


@dataclass
class AdRun:
    """A cell while it runs. `wrong`: things go wrong on purpose, and nobody waits for them to become right."""

    stage: Stage
    shop: Shop
    cell: AdCell
    wrong: str = ""
    yes: list[Pressed] = field(default_factory=list)
    last_birth: float = field(default_factory=time.monotonic)
    away_until: float = 0.0
    is_opened: bool = False

    async def walk(self) -> None:
        """The next button of the way, again when nothing comes of it, the last one once."""
        await self.stage.until(self._is_awake, "a desk that talks to Telegram")
        await asyncio.sleep(THUMB_SECONDS)
        command, done, end = WAYS[self.cell.scene][0], dict[str, float](), time.monotonic() + WALK_SECONDS
        while time.monotonic() < end:
            await self.keep_alive()
            if self._has_intent():
                return  # it was sent by the first tap; only its button died
            found = self._button()
            what = found[1] if found is not None else command
            if time.monotonic() - done.get(what, 0.0) < PATIENCE_SECONDS:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            await asyncio.sleep(THUMB_SECONDS)
            if self._button() != found:
                continue  # the card moved under the thumb
            done[what] = time.monotonic()
            if found is None:
                self._write(command)
            elif await self._tap(*found):
                return
        told = [one.text for one in self.stage.messages(LEAD)[-4:]]
        raise NotSeen(f"the way of {self.cell.name}; {told}; {self.stage.shown()}")

    def _button(self) -> tuple[Message, str] | None:
        for verb in WAYS[self.cell.scene][1]:
            for message in reversed(self.stage.messages(LEAD)):
                for button in (one for row in message.inline_keyboard for one in row):
                    tap = Tap.parse(button.get("callback_data", ""))
                    is_it = tap is not None and tap.verb is verb
                    if is_it and (verb is not Verb.AD_STATUS or button["callback_data"].endswith(OFFLINE)):
                        return message, button["callback_data"]
        return None

    def _write(self, text: str) -> None:
        act(self.stage.box.world, "write", {"user_id": LEAD, "chat_id": LEAD, "text": text})

    async def _tap(self, message: Message, data: str) -> bool:
        """True when it was the last button, and something came of it."""
        tap = Tap.parse(data)
        assert tap is not None
        is_last = tap.verb in LAST
        if is_last and not self.yes and self.stage.desk is not None:
            self.shop.set_trap()
            self.stage.desk.arm()
        at = time.time()
        callback = self.stage.tap(LEAD, message, data)
        if is_last:
            self.yes.append(Pressed(at, callback))
        return is_last and await self._came_to_something(callback)

    async def _came_to_something(self, callback: str) -> bool:
        """Else the thumb was too quick, or the step died with its desk: a person goes on."""
        query, answered = self.stage.box.world.callbacks[callback], 0.0
        end = time.monotonic() + WALK_SECONDS
        while time.monotonic() < end and not self._has_intent():
            await self.keep_alive()
            answered = answered or (time.monotonic() if query.answered_at is not None else 0.0)
            is_over = answered and time.monotonic() - answered > PATIENCE_SECONDS
            if query.text or is_over or self._button() is None:
                break
            await asyncio.sleep(LOOK_SECONDS)
        return self._has_intent()

    def _has_intent(self) -> bool:
        return bool(self.stage.ask("SELECT 1 FROM intents"))

    def _is_awake(self) -> bool | None:
        """Whether this life has reached Telegram: a process of a busy machine takes its time to be born."""
        calls = sum(1 for call in self.stage.box.world.calls if call.method == "getMe")
        return calls >= self.stage.lives or None

    async def keep_alive(self) -> None:
        """What the outside does meanwhile: the kill in flight, the venue's port, the next life, a curious lead."""
        cell = self.cell
        dies = cell.kill == DURING and bool(self.shop.posts)
        await go_on(self, dies=dies, closes=cell.fault == AWAY, again=cell.again, wrong=self.wrong)

    def _open_what_came_late(self) -> None:
        """An edit that came long after all looks is seen when somebody opens the ad."""
        if self.is_opened or not any(post.outcome == LATE for post in self.shop.posts):
            return
        for deal in deals(self.stage):
            if deal.state == VOID and deal.is_change and self.shop.acted(deal.ad_id):
                self._write(f"/ads {deal.ad_id}")
                self.is_opened = True

    async def settle(self) -> None:
        """Until everything is told, or the time for that is over; then a while more, in which nothing may be sent."""
        await self._until_settled()
        await asyncio.sleep(self.stage.desk_seconds(LINGER_DESK_SECONDS))
        await self._until_settled()

    async def _until_settled(self) -> None:
        limit = self.stage.desk_seconds(MINUTE) + (0.0 if self.wrong else BUSY_MACHINE_SECONDS)
        moved_at, state = max(time.monotonic() - limit / 2, self.last_birth), self._outside()
        while time.monotonic() - max(self.last_birth, moved_at) < limit:
            await self.keep_alive()
            self._open_what_came_late()
            if not self._is_awake() and time.monotonic() - self.last_birth < WAKING_SECONDS:
                moved_at = time.monotonic()
            if state != self._outside():
                moved_at, state = time.monotonic(), self._outside()
            if self._is_settled():
                return
            await asyncio.sleep(LOOK_SECONDS * 3)

    def _outside(self) -> list[object]:
        """How far the venue is, some requests it carries out late; and whether somebody has opened such an ad."""
        return [*(post.outcome for post in self.shop.posts), self.is_opened]

    def _is_settled(self) -> bool:
        made = self.stage
        if self.shop.is_at_work or made.box.world.updates.pending or made.ask(BUSY)[0]["busy"]:
            return False
        return not wrong_now(made, self.shop)


async def run_ad_cell(
    found: Nursery, template: Path, folder: Path, cell: AdCell, *, wrong: str = ""
) -> tuple[AdVerdict, list[str]]:
    """The verdict, and the points that were passed from the trap on. `wrong`: how the desk is to misbehave."""
    # A diff that lives long enough for a busy machine, and nothing of Gate Pay beside it
    beside = stage(found, template, folder, APPROVAL_SECONDS="600", GATEPAY_CLIENT_ID="", GATEPAY_SECRET="")
    async with beside as made:
        shop = Shop.on(made, cell)
        hold = cell.post_point if cell.fault == AWAY else ""
        await made.open_desk(kill="" if cell.kill == DURING else cell.kill, hold=hold, wrong=wrong)
        run = AdRun(made, shop, cell, wrong)
        await run.walk()
        run.last_birth = time.monotonic()
        await run.settle()
        return judge(made, shop, cell, run.yes), made.trace()
