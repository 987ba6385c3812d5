"""The frame of every crash sweep: cells side by side, and a long run that goes on where it ended.

Most of a cell's time is the desk's waiting, which passes 25 times as fast.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Generic, Protocol, TypeVar

from tests.crash.nursery import Nursery, nursery
from tests.crash.stage import NotSeen, make_template

AT_ONCE = 6
BATCH = 40
NOT_FINISHED = "not finished"


class AnyCell(Protocol):
    """One run. `kill` is empty for those whose passed points become the kills."""

    @property
    def kill(self) -> str: ...
    @property
    def name(self) -> str: ...


Cell = TypeVar("Cell", bound=AnyCell)


class AnyVerdict(Protocol):
    """`broken` is empty when all is well. `reached`: whether the desk passed the point where it should die."""

    @property
    def broken(self) -> Mapping[str, list[str]]: ...
    @property
    def reached(self) -> bool: ...


Judged = TypeVar("Judged", bound=AnyVerdict)


@dataclass(frozen=True)
class Kind(Generic[Cell, Judged]):
    """What one sweep is about. `rules`: what a broken promise is called; all are printed, those kept as 0.

    `run` takes the nursery, the template database, an own folder and the cell. `cell_of` reads what JSON kept of one.
    """

    name: str
    rules: Mapping[str, str]
    numbering: Callable[[], list[Cell]]
    all_kills: Callable[[Cell, list[str]], list[Cell]]
    run: Callable[[Nursery, Path, Path, Cell], Awaitable[tuple[Judged, list[str]]]]
    cell_of: Callable[[dict[str, Any]], Cell]


@dataclass
class Results(Generic[Cell, Judged]):
    """What came of the cells so far."""

    verdicts: list[tuple[Cell, Judged]] = field(default_factory=list)
    traces: dict[Cell, list[str]] = field(default_factory=dict)
    failed: dict[Cell, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def broken(self) -> list[str]:
        told = [f"{cell.name}: {dict(one.broken)}" for cell, one in self.verdicts if one.broken]
        return told + [f"{cell.name}: {NOT_FINISHED}: {why}" for cell, why in self.failed.items()]

    @property
    def died(self) -> int:
        """How many desks were killed where they should be."""
        return sum(1 for cell, one in self.verdicts if cell.kill and one.reached)


async def run_cells(
    kind: Kind[Cell, Judged],
    cells: Iterable[Cell],
    found: Nursery,
    folder: Path,
    results: Results[Cell, Judged],
    *,
    at_once: int = AT_ONCE,
    until: float | None = None,
) -> None:
    """All cells, some at a time; none is begun after `until` (monotonic seconds)."""
    waiting = iter(cells)

    async def work() -> None:
        for cell in waiting:
            if until is not None and time.monotonic() > until:
                return
            place = folder / f"{kind.name}{next(results.numbers)}"
            try:
                verdict, trace = await kind.run(found, folder / "template.db", place, cell)
            except NotSeen as odd:
                results.failed[cell] = str(odd)
                continue
            results.verdicts.append((cell, verdict))
            if not cell.kill:
                results.traces[cell] = trace
            if not verdict.broken:
                shutil.rmtree(place, ignore_errors=True)

    await asyncio.gather(*(work() for _ in range(at_once)))


def quiet() -> None:
    """Requests that die with their desk are what this is about; the venue's server need not cry over each."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)


@dataclass
class Memory(Generic[Cell, Judged]):
    """What a long sweep has done: kept in a file, so that the next run goes on there."""

    kind: Kind[Cell, Judged]
    path: Path
    traces: dict[str, list[str]] = field(default_factory=dict)
    done: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    unreached: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, kind: Kind[Cell, Judged], path: Path) -> Memory[Cell, Judged]:
        return cls(kind, path, **json.loads(path.read_text())) if path.exists() else cls(kind, path)

    def take(self, results: Results[Cell, Judged]) -> None:
        for cell, verdict in results.verdicts:
            self.done[_key(cell)] = dict(verdict.broken)
            if not verdict.reached:
                self.unreached.append(_key(cell))
        for cell, why in results.failed.items():
            self.done[_key(cell)] = {NOT_FINISHED: [why[:3000]]}
        for cell, trace in results.traces.items():
            self.traces[_key(cell)] = trace
        for kept in (results.verdicts, results.traces, results.failed):
            kept.clear()
        self._write()

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        half = self.path.with_suffix(".half")
        half.write_text(json.dumps({"traces": self.traces, "done": self.done, "unreached": self.unreached}))
        half.replace(self.path)

    def unnumbered(self) -> list[Cell]:
        return [cell for cell in self.kind.numbering() if _key(cell) not in self.done]

    def left(self) -> list[Cell]:
        """By lot, so that a short run sees a bit of everything."""
        kills = [
            kill
            for key, trace in self.traces.items()
            for kill in self.kind.all_kills(self.kind.cell_of(json.loads(key)), trace)
        ]
        found = [kill for kill in kills if _key(kill) not in self.done]
        Random(len(self.done)).shuffle(found)
        return found

    def say(self) -> None:
        broken = sum(1 for found in self.done.values() if found)
        print(f"{len(self.done)} cells, {broken} broken, {len(self.left())} left", flush=True)

    def table(self) -> int:
        """Prints the figures. Returns the number of broken promises."""
        counts: Counter[str] = Counter()
        for key, broken in self.done.items():
            for rule, found in broken.items():
                counts[rule] += len(found)
                print(f"{rule} {key}: {'; '.join(found)}")
        print(f"\n{'cells run':42} {len(self.done)}")
        for rule in dict.fromkeys([*self.kind.rules, *sorted(counts)]):
            print(f"{rule + ' ' + self.kind.rules.get(rule, ''):42} {counts[rule]}")
        print(f"{'kill point not passed that time':42} {len(self.unreached)}")
        print(f"{'not run yet':42} {len(self.unnumbered()) + len(self.left())}", flush=True)
        return sum(counts.values())


def _key(cell: Any) -> str:
    return json.dumps(asdict(cell))


async def long_sweep(kind: Kind[Cell, Judged], minutes: float, path: Path, at_once: int) -> int:
    """Bounded by `minutes`. Returns the number of broken promises known so far."""
    quiet()
    until = time.monotonic() + minutes * 60
    memory, results = Memory.read(kind, path), Results[Cell, Judged]()
    with tempfile.TemporaryDirectory(prefix=f"c2c-desk-{kind.name}-") as name:
        folder = Path(name)
        await make_template(folder)
        async with nursery() as found:
            await run_cells(kind, memory.unnumbered(), found, folder, results, at_once=at_once, until=until)
            memory.take(results)
            while time.monotonic() < until and (batch := memory.left()[:BATCH]):
                await run_cells(kind, batch, found, folder, results, at_once=at_once, until=until)
                memory.take(results)
                memory.say()
    return memory.table()


def main(kind: Kind[Cell, Judged], prog: str) -> int:
    parser = argparse.ArgumentParser(prog=f"python -m {prog}", description=f"The long crash sweep: {kind.name}.")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--state", type=Path, default=Path(f"var/{kind.name}.json"))
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--anew", action="store_true", help="forget what earlier runs did")
    given = parser.parse_args()
    if given.anew:
        given.state.unlink(missing_ok=True)
    return 1 if asyncio.run(long_sweep(kind, given.minutes, given.state, given.at_once)) else 0
