"""Runs one cell of the buyer chat: something is said, the desk dies where it should, comes back, and all is judged."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.gate.faults import fault_from
from bot.sandbox.gate.rate_limit import RateLimit
from tests.crash.cells import AWAY, AWAY_SECONDS, NONE
from tests.crash.chat_cells import DURING, Act, ChatCell
from tests.crash.chat_judge import judge
from tests.crash.chat_plan import BUYER, Plan, Word
from tests.crash.chat_play import Play
from tests.crash.chat_quiet import is_quiet, settle
from tests.crash.nursery import Nursery
from tests.crash.stage import OPERATOR, NotSeen, Stage, stage

SETTLE_SECONDS = 20.0
PLENTY = 1_000_000
NO_PLAN = Plan((), (), (), {}, 0.0)
ACTS: dict[Act, tuple[Word, ...]] = {
    Act.TEXTS_IN: (Word(0, 0, BUYER, ("are you there?", "hello?", "hello?")), Word(0, 1, BUYER, ("and me?",))),
    Act.FILE_IN: (Word(0, 0, BUYER, ("my receipt",)), Word(0, 0, BUYER, pictures=(7,)), Word(0, 1, BUYER, ("hm",))),
    Act.TEXT_OUT: (Word(0, 0, OPERATOR, ("one moment",)), Word(0, 0, OPERATOR, ("here I am",))),
    Act.PHOTO_OUT: (Word(0, 0, OPERATOR, ("our proof",), (8,)),),
    Act.ALBUM_OUT: (Word(0, 0, OPERATOR, ("our proofs",), (8, 9, 10)), Word(0, 0, OPERATOR, ("that is all",))),
}


@dataclass
class ChatVerdict:
    """`broken` is empty when all is well. `reached`: whether the desk passed the point where it should die."""

    cell: ChatCell
    broken: dict[str, list[str]]
    reached: bool = True
    counts: dict[str, int] = field(default_factory=dict)


async def run_chat_cell(found: Nursery, template: Path, folder: Path, cell: ChatCell) -> tuple[ChatVerdict, list[str]]:
    """The verdict, and the points that were passed from the act on."""
    async with stage(found, template, folder, POLL_SECONDS="5") as made:
        made.box.venue.rate_limit = RateLimit(PLENTY)
        orders = [made.open_order("sell", paid=True, name="", expire_min=1_000_000) for _ in range(2)]
        kill = "" if cell.kill == DURING else cell.kill
        await made.open_desk(kill=kill)
        play = Play(made, orders, NO_PLAN)
        await _begin(play)
        run = _Run(play, cell)
        async with run.trouble():
            for word in ACTS[cell.act]:
                play.do(word)
            is_settled = await settle(play, SETTLE_SECONDS, run.keep_alive)
        judgement = judge(play, made.lives - 1)
        if not is_settled:
            judgement.bad("not settled", made.log()[-1500:])
        reached = not cell.kill or made.lives > 1
        return ChatVerdict(cell, judgement.broken, reached, dict(judgement.counts)), made.trace()


async def _begin(play: Play) -> None:
    """Both buyers have said something, and everybody has read it."""
    made = play.stage
    await made.until(lambda: len(made.ask("SELECT * FROM orders")) == len(play.orders) or None, "the orders")
    for number in range(len(play.orders)):
        play.do(Word(0, number, BUYER, ("good morning",)))
    await made.until(lambda: is_quiet(play) or None, "a quiet desk")


@dataclass
class _Run:
    """What the outside does meanwhile."""

    play: Play
    cell: ChatCell

    @property
    def made(self) -> Stage:
        return self.play.stage

    @contextlib.asynccontextmanager
    async def trouble(self) -> AsyncIterator[None]:
        """From now on the endpoint fails as it should, points are counted, and people decide."""
        venue = self.made.box.venue
        if self.cell.fault not in (NONE, AWAY):
            venue.faults.add(fault_from({"endpoint": self.cell.endpoint, **self.cell.facts}, venue.now()))
        assert self.made.desk is not None
        self.made.desk.arm()
        deciding = [asyncio.create_task(self.play.decide()), asyncio.create_task(self._outside())]
        try:
            yield
        finally:
            for task in deciding:
                task.cancel()

    async def _outside(self) -> None:
        """The port that closes, and the kill in flight."""
        if self.cell.fault == AWAY:
            await self.made.venue_away(True)
            await asyncio.sleep(AWAY_SECONDS)
            await self.made.venue_away(False)
        sends = self.made.box.venue.chat_sends
        while self.cell.kill == DURING:
            if any(call.endpoint == self.cell.endpoint for call in sends.calls):
                await self.made.kill_desk()
                return
            await asyncio.sleep(0.001)

    async def keep_alive(self) -> None:
        """One death is planned; a second one is the desk's own."""
        assert self.made.desk is not None
        if self.made.desk.is_gone:
            if self.made.lives > 1:
                raise NotSeen(f"the desk ended by itself: {self.made.shown()}")
            await self.made.open_desk()
