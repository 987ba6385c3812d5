"""The proof of the buyer chat: thousands of words both ways on a bad day, each of them counted.

`python -m tests.crash.chat_proof --messages 2000 --orders 50 --kills 20 --seed 1`: the desk is killed again and again,
the venue and Telegram fail and go away, and in the end every word is looked for on both sides. The desk lives
`--speed` times as fast. The same seed is the same plan.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.gate.faults import fault_from
from bot.sandbox.gate.rate_limit import RateLimit
from tests.crash.chat_judge import Judgement, judge
from tests.crash.chat_plan import Plan, Trouble, make_plan
from tests.crash.chat_play import Play
from tests.crash.chat_quiet import settle
from tests.crash.frame import quiet
from tests.crash.nursery import Nursery, nursery
from tests.crash.stage import NotSeen, make_template, stage

SPEED = 20.0
POLL_SECONDS = "8"
SETTLE_SECONDS = 150.0
GRACE_SECONDS = 2.0
KILLED = 9
PLENTY = 1_000_000  # requests: the venue's limit is in real seconds, of which a fast desk has too few


@dataclass(frozen=True)
class Wanted:
    messages: int
    orders: int
    kills: int
    seed: int
    speed: float = SPEED
    settle: float = SETTLE_SECONDS


@dataclass
class Proof:
    plan: Plan
    judgement: Judgement
    kills: int
    seconds: float
    is_settled: bool

    @property
    def is_proven(self) -> bool:
        return self.is_settled and not self.judgement.broken

    def summary(self) -> str:
        counts = {name: count for name, count in sorted(self.judgement.counts.items()) if "repeats in" not in name}
        facts = [f"{name} {count}" for name, count in counts.items()]
        troubles = len(self.plan.troubles)
        broken = sum(map(len, self.judgement.broken.values()))
        how = "PROVEN" if self.is_proven else "BROKEN" if self.is_settled else "NOT SETTLED"
        words = sum(word.size for word in self.plan.words)
        head = f"{how}: {words} words in {self.seconds:.0f} s, kills {self.kills}, faults {troubles}, broken {broken}"
        return "; ".join([head, *facts])


async def prove(found: Nursery, template: Path, folder: Path, wanted: Wanted) -> Proof:
    """Plays the plan to its end, waits until all is settled, and judges."""
    plan = make_plan(wanted.messages, wanted.orders, wanted.kills, wanted.seed)
    began = time.monotonic()
    async with stage(found, template, folder, speed=wanted.speed, POLL_SECONDS=POLL_SECONDS) as made:
        made.box.venue.variants.switch(dict(plan.variants))
        made.box.venue.rate_limit = RateLimit(PLENTY)
        orders = [
            made.open_order(
                "sell", amount=f"{100 + number}.00", paid=number in plan.paid, expire_min=1_000_000, name=""
            )
            for number in range(wanted.orders)
        ]
        await made.open_desk()
        await made.until(lambda: made.ask("SELECT * FROM orders") or None, "the first orders")
        play = Play(made, orders, plan)
        killer = Killer(play)
        deciding = asyncio.create_task(play.decide())
        try:
            await asyncio.gather(play.talk(), killer.run(), *(_trouble(play, one) for one in plan.troubles))
            box = made.box
            box.venue.faults.clear()
            box.world.faults.ordered.clear()
            is_settled = await settle(play, wanted.settle)
        finally:
            deciding.cancel()
        cuts = sum(one.answers_lost for one in plan.troubles)
        return Proof(plan, judge(play, killer.kills + cuts), killer.kills, time.monotonic() - began, is_settled)


class Killer:
    """Ends the desk's lives as planned, and begins the next ones."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self.kills = 0

    async def run(self) -> None:
        made = self._play.stage
        for death in self._play.plan.deaths:
            await self._live_until(death.at)
            assert made.desk is not None
            if death.point and not made.desk.is_gone:
                await self._die_at(death.point)
            await made.kill_desk()
            self.kills += 1
            await asyncio.sleep(death.away)
            await made.open_desk()

    async def _live_until(self, seconds: float) -> None:
        await self._play.at(seconds)
        desk = self._play.stage.desk
        assert desk is not None
        if desk.is_gone and await desk.gone() != KILLED:
            raise NotSeen(f"the desk ended by itself: {self._play.stage.log()[-3000:]}")

    async def _die_at(self, point: str) -> None:
        """The desk learns of its point by a file beside it, as its work goes on."""
        desk = self._play.stage.desk
        assert desk is not None
        (self._play.stage.folder / "kill").write_text(point)
        desk.arm()
        with contextlib.suppress(TimeoutError):
            await desk.gone(GRACE_SECONDS)


async def _trouble(play: Play, one: Trouble) -> None:
    await play.at(one.at)
    box = play.stage.box
    if one.side == "gate":
        box.venue.faults.add(fault_from(one.facts, box.venue.now()))
    elif one.side == "telegram":
        box.world.faults.order(one.facts["method"], one.facts["kind"], one.facts["times"])
    else:
        listener = box.gate if one.side == "gate_away" else box.telegram
        await listener.go_away()
        await asyncio.sleep(one.facts["seconds"])
        await listener.come_back()


async def main(wanted: Wanted, folder: Path) -> Proof:
    quiet()
    await make_template(folder)
    async with nursery() as found:
        return await prove(found, folder / "template.db", folder / "proof", wanted)


def _wanted() -> tuple[Wanted, bool]:
    parser = argparse.ArgumentParser(
        prog="python -m tests.crash.chat_proof", description="The proof of the buyer chat."
    )
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--orders", type=int, default=50)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=SPEED)
    parser.add_argument("--keep", action="store_true", help="leave the database and the log of the desk")
    given = parser.parse_args()
    return Wanted(given.messages, given.orders, given.kills, given.seed, given.speed), given.keep


def _say(proof: Proof) -> int:
    for rule, found in proof.judgement.broken.items():
        print(f"{rule}: {len(found)}")
        print("\n".join(f"    {what}" for what in found[:12]))
    print(proof.summary())
    return 0 if proof.is_proven else 1


if __name__ == "__main__":
    wanted, is_kept = _wanted()
    if is_kept:
        folder = Path(tempfile.mkdtemp(prefix="c2c-desk-proof-"))
        print(folder)
        sys.exit(_say(asyncio.run(main(wanted, folder))))
    with tempfile.TemporaryDirectory(prefix="c2c-desk-proof-") as name:
        sys.exit(_say(asyncio.run(main(wanted, Path(name)))))
