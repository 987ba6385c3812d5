"""Runs one cell of payment links: a lead asks, MTPay reports, the desk dies where it should, comes back, is judged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
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
    PATIENCE_SECONDS,
    THUMB_SECONDS,
    WAKING_SECONDS,
    WALK_SECONDS,
)
from tests.crash.deposit_cells import DURING, OF_REPORTS, DepositCell
from tests.crash.deposit_judge import DepositVerdict, Kept, judge, reports_kept, wrong_now
from tests.crash.deposit_stage import Deposits
from tests.crash.nursery import Nursery
from tests.crash.otc_run import BUSY_TELLING, UNHANDLED
from tests.crash.otc_stage import free_port
from tests.crash.outside import go_on
from tests.crash.stage import LEAD, LOOK_SECONDS, NotSeen, Stage, stage

PAYER = "张三丰"
COMMAND = f"/deposit 5500.20 CNY {PAYER}"
WAY = (Verb.DP_YES, Verb.DP_NEW)

Between = Callable[[Stage, int], AbstractAsyncContextManager[dict[str, str]]]
"""Something between the desk on that port and MTPay; gives the settings by which the desk goes through it."""


@dataclass
class DepositRun:
    """A cell while it runs. `is_misled`: things go wrong on purpose, and nobody waits for them to become right."""

    stage: Stage
    deposits: Deposits
    cell: DepositCell
    is_misled: bool = False
    yes: list[Pressed] = field(default_factory=list)
    kept: Kept = field(default_factory=Kept)
    last_birth: float = field(default_factory=time.monotonic)
    is_set: bool = False
    away_until: float = 0.0

    async def walk(self) -> None:
        """What the lead does until the link is asked for; then the payment, where the scene leaves that to us."""
        await self.stage.until(self._is_awake, "a desk that talks to Telegram")
        await asyncio.sleep(THUMB_SECONDS)
        await self._ask()
        if self.cell.scene in OF_REPORTS:
            await self.stage.until(self._is_quiet, "an order with an outcome, or known to have none")
            self._set_trap()
            self.deposits.tell()

    async def _ask(self) -> None:
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
        is_last = tap.verb is Verb.DP_YES
        if is_last:
            if not self.yes:
                self.deposits.set_trap()
            if self.cell.scene not in OF_REPORTS:
                self._set_trap()
        at = time.time()
        callback = self.stage.tap(LEAD, message, data)
        if is_last:
            self.yes.append(Pressed(at, callback))
        return is_last and await self._came_to_something(callback)

    async def _came_to_something(self, callback: str) -> bool:
        """Else the thumb was too quick, or the step died with its desk: a person goes on."""
        query = self.stage.box.world.callbacks[callback]
        end = time.monotonic() + WALK_SECONDS
        while time.monotonic() < end and not self._has_intent():
            await self.keep_alive()
            if query.text or self.stage.newest(LEAD, [Verb.DP_YES]) is None:
                return self._has_intent()
            await asyncio.sleep(LOOK_SECONDS)
        return True

    def _has_intent(self) -> bool:
        return bool(self.stage.ask("SELECT 1 FROM intents"))

    def _is_quiet(self) -> bool | None:
        """The answer, or its loss, is told, and the venue has what it will have."""
        is_known = self.stage.ask("SELECT 1 FROM intents WHERE state NOT IN ('planned', 'sent')")
        is_told = is_known and not self.stage.ask(BUSY_TELLING)[0]["busy"]
        return True if is_told and self.deposits.orders and not self.deposits.is_at_work else None

    def _is_awake(self) -> bool | None:
        """Whether this life has reached Telegram: a process of a busy machine takes its time to be born."""
        calls = sum(1 for call in self.stage.box.world.calls if call.method == "getMe")
        return calls >= self.stage.lives or None

    def _set_trap(self) -> None:
        if not self.is_set and self.stage.desk is not None:
            self.is_set = True
            self.stage.desk.arm()

    async def keep_alive(self) -> None:
        """What the outside does meanwhile: the customer, the kill in flight, the venue's port, the next life."""
        cell, deposits = self.cell, self.deposits
        deposits.customer_acts()
        await go_on(
            self, dies=cell.kill == DURING and bool(deposits.posts), closes=cell.fault == AWAY, port=deposits.away,
            venue=deposits.venue, between=self._look_into_the_memory,
        )  # fmt: skip

    def _look_into_the_memory(self) -> None:
        """Between two lives: every report that was acknowledged must be there now."""
        self.kept.acknowledged |= self.deposits.acknowledged
        self.kept.lost |= self.deposits.acknowledged - reports_kept(self.stage)

    async def settle(self) -> None:
        """Until everything is told, or the time for that is over; then a while more, in which nothing may be sent."""
        await self._until_settled()
        await asyncio.sleep(self.stage.desk_seconds(LINGER_DESK_SECONDS))
        await self._until_settled()

    async def _until_settled(self) -> None:
        limit = self.stage.desk_seconds(MINUTE) + (0.0 if self.is_misled else BUSY_MACHINE_SECONDS)
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
        """How far the venue is: some requests it carries out late, payments end, and reports are told again."""
        posts = [call.outcome for call in self.deposits.posts]
        return [*posts, *(order.status for order in self.deposits.orders), len(self.deposits.undelivered)]

    def _is_settled(self) -> bool:
        made = self.stage
        is_waiting = self.deposits.is_at_work or self.deposits.awaits_payer or made.box.world.updates.pending
        if is_waiting or made.ask(BUSY)[0]["busy"] or made.ask(UNHANDLED)[0]["open"]:
            return False
        return not wrong_now(made, self.deposits)


def _nothing(_stage: Stage, _port: int) -> AbstractAsyncContextManager[dict[str, str]]:
    return nullcontext(dict[str, str]())


async def run_deposit_cell(
    found: Nursery, template: Path, folder: Path, cell: DepositCell, *, between: Between = _nothing
) -> tuple[DepositVerdict, list[str]]:
    """The verdict, and the points that were passed from the trap on. `between`: what misleads the desk."""
    port = free_port()
    # Nothing but links beside it
    beside = stage(
        found, template, folder, GATE_API_KEY="", GATE_API_SECRET="", GATEPAY_CLIENT_ID="", GATEPAY_SECRET=""
    )
    async with beside as made, between(made, port) as settings:
        made.settings |= {
            "HTTP_PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "MTPAY_API_URL": made.box.mtpay.url,
            "MTPAY_ACCESS_KEY": made.box.keys.mtpay_access_key,
            "MTPAY_SECRET_KEY": made.box.keys.mtpay_secret,
        } | settings
        deposits = Deposits.on(made, cell)
        hold = cell.post_point if cell.fault == AWAY else ""
        await made.open_desk(kill="" if cell.kill == DURING else cell.kill, hold=hold)
        run = DepositRun(made, deposits, cell, is_misled=between is not _nothing)
        await run.walk()
        run.last_birth = time.monotonic()
        await run.settle()
        return judge(made, deposits, cell, run.yes, run.kept), made.trace()
