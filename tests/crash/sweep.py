"""The crash sweep. `python -m tests.crash.sweep --minutes 30` goes on where it ended, and says what was not run.

Cells are run side by side: most of a cell's time is the desk's waiting, which passes 25 times as fast.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from bot.domain.intents import Action
from tests.crash.cells import CONFIRM, FIRST, Cell, all_kills, numbering
from tests.crash.judge import Verdict
from tests.crash.nursery import Nursery, nursery
from tests.crash.run import run_cell
from tests.crash.stage import NotSeen, make_template

AT_ONCE = 6
STATE = Path("var/sweep.json")
RULES = ("R1", "R2", "R3", "R4")


@dataclass
class Results:
    """What came of the cells so far."""

    verdicts: list[Verdict] = field(default_factory=list)
    traces: dict[Cell, list[str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def broken(self) -> list[str]:
        told = [f"{one.cell.name}: {one.broken}" for one in self.verdicts if one.broken]
        return told + [f"{name}: not finished: {why}" for name, why in self.failed.items()]


async def run_cells(
    cells: Iterable[Cell],
    found: Nursery,
    folder: Path,
    results: Results,
    *,
    at_once: int = AT_ONCE,
    until: float | None = None,
    told: Callable[[Cell], None] = lambda _: None,
) -> None:
    """All cells, some at a time; none is begun after `until` (monotonic seconds)."""
    template = folder / "template.db"
    waiting, numbers = iter(cells), results.numbers

    async def work() -> None:
        for cell in waiting:
            if until is not None and time.monotonic() > until:
                return
            place = folder / f"cell{next(numbers)}"
            try:
                verdict, trace = await run_cell(found, template, place, cell)
            except NotSeen as odd:
                results.failed[cell.name] = str(odd)
            else:
                results.verdicts.append(verdict)
                if not cell.kill:
                    results.traces[cell] = trace
                if not verdict.broken:
                    shutil.rmtree(place, ignore_errors=True)
            told(cell)

    await asyncio.gather(*(work() for _ in range(at_once)))


def quiet() -> None:
    """Requests that die with their desk are what this is about; the venue's server need not cry over each."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)


@dataclass
class Memory:
    """What a long sweep has done: kept in a file, so that the next run goes on there."""

    path: Path
    traces: dict[str, list[str]] = field(default_factory=dict)
    done: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    unreached: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Memory:
        return cls(path, **json.loads(path.read_text())) if path.exists() else cls(path)

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"traces": self.traces, "done": self.done, "unreached": self.unreached}
        half = self.path.with_suffix(".half")
        half.write_text(json.dumps(kept))
        half.replace(self.path)

    def take(self, results: Results) -> None:
        for verdict in results.verdicts:
            self.done[_key(verdict.cell)] = verdict.broken
            if not verdict.reached:
                self.unreached.append(_key(verdict.cell))
        for name, why in results.failed.items():
            self.done[f"failed {name}"] = {"R2": [why[:500]]}
        for cell, trace in results.traces.items():
            self.traces[_key(cell)] = trace
        results.verdicts.clear()
        results.traces.clear()
        results.failed.clear()
        self.write()


def _key(cell: Cell) -> str:
    return json.dumps(asdict(cell))


def _cell(key: str) -> Cell:
    found = json.loads(key)
    return Cell(**(found | {"action": Action(found["action"])}))


async def long_sweep(minutes: float, path: Path, at_once: int) -> int:
    """Bounded by `minutes`. Returns the number of broken promises known so far."""
    quiet()
    until = time.monotonic() + minutes * 60
    memory = Memory.read(path)
    results = Results()
    with tempfile.TemporaryDirectory(prefix="c2c-desk-sweep-") as name:
        folder = Path(name)
        await make_template(folder)
        async with nursery() as found:
            first = [cell for cell in numbering((CONFIRM, FIRST)) if _key(cell) not in memory.traces]
            await run_cells(first, found, folder, results, at_once=at_once, until=until)
            memory.take(results)
            while time.monotonic() < until and (batch := _next(memory, 40)):
                await run_cells(batch, found, folder, results, at_once=at_once, until=until)
                memory.take(results)
                _say(memory)
    return _table(memory)


def _next(memory: Memory, most: int) -> list[Cell]:
    """By lot from what is left, so that a short run sees a bit of everything."""
    left = _left(memory)
    Random(len(memory.done)).shuffle(left)
    return left[:most]


def _left(memory: Memory) -> list[Cell]:
    kills = [kill for key, trace in memory.traces.items() for kill in all_kills(_cell(key), trace)]
    return [kill for kill in kills if _key(kill) not in memory.done]


def _say(memory: Memory) -> None:
    broken = sum(1 for found in memory.done.values() if found)
    print(f"{len(memory.done)} cells, {broken} broken, {len(_left(memory))} left", flush=True)


def _table(memory: Memory) -> int:
    counts: Counter[str] = Counter()
    for key, broken in memory.done.items():
        for rule, found in broken.items():
            counts[rule] += len(found)
            print(f"{rule} {key}: {'; '.join(found)}")
    print(f"\n{'cells run':40} {len(memory.done)}")
    words = ("second POST for one intent", "outcome not told", "false statement", "sent again by itself")
    for rule, word in zip(RULES, words, strict=True):
        print(f"{rule} {word:37} {counts[rule]}")
    print(f"{'kill point not passed that time':40} {len(memory.unreached)}")
    print(f"{'not run yet':40} {len(_left(memory))}")
    return sum(counts.values())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.sweep", description="The long crash sweep.")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--anew", action="store_true", help="forget what earlier runs did")
    given = parser.parse_args()
    if given.anew:
        given.state.unlink(missing_ok=True)
    return 1 if asyncio.run(long_sweep(given.minutes, given.state, given.at_once)) else 0


if __name__ == "__main__":
    sys.exit(main())
