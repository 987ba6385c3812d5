"""The crash sweep of the buyer chat: `python -m tests.crash.chat_sweep --minutes 30` goes on where it ended."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from tests.crash.chat_cells import Act, ChatCell, all_kills, numbering
from tests.crash.chat_run import ChatVerdict, run_chat_cell
from tests.crash.nursery import Nursery, nursery
from tests.crash.stage import NotSeen, make_template
from tests.crash.sweep import quiet

AT_ONCE = 6
BATCH = 40
STATE = Path("var/chat-sweep.json")


@dataclass
class ChatResults:
    """What came of the cells so far."""

    verdicts: list[ChatVerdict] = field(default_factory=list)
    traces: dict[ChatCell, list[str]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def broken(self) -> list[str]:
        return [f"{one.cell.name}: {one.broken}" for one in self.verdicts if one.broken]


async def run_chat_cells(
    cells: Iterable[ChatCell],
    found: Nursery,
    folder: Path,
    results: ChatResults,
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
            place = folder / f"chat{next(results.numbers)}"
            try:
                verdict, trace = await run_chat_cell(found, folder / "template.db", place, cell)
            except NotSeen as odd:
                verdict, trace = ChatVerdict(cell, {"not finished": [str(odd)[:3000]]}), []
            results.verdicts.append(verdict)
            if not cell.kill:
                results.traces[cell] = trace
            if not verdict.broken:
                shutil.rmtree(place, ignore_errors=True)

    await asyncio.gather(*(work() for _ in range(at_once)))


@dataclass
class Memory:
    """What a long sweep has done: kept in a file, so that the next run goes on there."""

    path: Path
    traces: dict[str, list[str]] = field(default_factory=dict)
    done: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    unreached: int = 0

    @classmethod
    def read(cls, path: Path) -> Memory:
        return cls(path, **json.loads(path.read_text())) if path.exists() else cls(path)

    def take(self, results: ChatResults) -> None:
        for verdict in results.verdicts:
            self.done[_key(verdict.cell)] = verdict.broken
            self.unreached += not verdict.reached
        for cell, trace in results.traces.items():
            self.traces[_key(cell)] = trace
        results.verdicts.clear()
        results.traces.clear()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        half = self.path.with_suffix(".half")
        half.write_text(json.dumps({"traces": self.traces, "done": self.done, "unreached": self.unreached}))
        half.replace(self.path)

    def left(self) -> list[ChatCell]:
        """By lot, so that a short run sees a bit of everything."""
        kills = [kill for key, trace in self.traces.items() for kill in all_kills(_cell(key), trace)]
        found = [kill for kill in kills if _key(kill) not in self.done]
        Random(len(self.done)).shuffle(found)
        return found

    def table(self) -> int:
        counts: Counter[str] = Counter()
        for key, broken in self.done.items():
            for rule, found in broken.items():
                counts[rule] += len(found)
                print(f"{rule} {key}: {'; '.join(found)}")
        print(f"\n{'cells run':40} {len(self.done)}")
        for rule, number in sorted(counts.items()):
            print(f"{rule:40} {number}")
        print(f"{'broken':40} {sum(counts.values())}")
        print(f"{'kill point not passed that time':40} {self.unreached}")
        print(f"{'not run yet':40} {len(self.left())}")
        return sum(counts.values())


def _key(cell: ChatCell) -> str:
    return json.dumps(asdict(cell))


def _cell(key: str) -> ChatCell:
    found = json.loads(key)
    return ChatCell(**(found | {"act": Act(found["act"])}))


async def long_sweep(minutes: float, path: Path, at_once: int) -> int:
    """Bounded by `minutes`. Returns the number of broken promises known so far."""
    quiet()
    until = time.monotonic() + minutes * 60
    memory, results = Memory.read(path), ChatResults()
    with tempfile.TemporaryDirectory(prefix="c2c-desk-chat-sweep-") as name:
        folder = Path(name)
        await make_template(folder)
        async with nursery() as found:
            first = [cell for cell in numbering() if _key(cell) not in memory.traces]
            await run_chat_cells(first, found, folder, results, at_once=at_once, until=until)
            memory.take(results)
            while time.monotonic() < until and (batch := memory.left()[:BATCH]):
                await run_chat_cells(batch, found, folder, results, at_once=at_once, until=until)
                memory.take(results)
                broken = sum(1 for found_broken in memory.done.values() if found_broken)
                print(f"{len(memory.done)} cells, {broken} broken, {len(memory.left())} left", flush=True)
    return memory.table()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.chat_sweep", description="The sweep of the chat.")
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
