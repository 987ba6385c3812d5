"""S4: `python -m tests.histories --count 10000` plays that many random histories and prints what they came to."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from pathlib import Path

from tests.flows.bench import open_bench
from tests.histories.play import Figures, play
from tests.histories.test_histories import MEMORY

CHUNK = 250


def chunk(seed: str, count: int) -> Figures:
    return asyncio.run(_chunk(seed, count))


async def _chunk(seed: str, count: int) -> Figures:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        async with open_bench(Path(folder)) as bench:
            return await play(bench, count, seed=seed)


def added(parts: list[Figures]) -> Figures:
    total = Figures()
    for part in parts:
        for one in fields(Figures):
            setattr(total, one.name, getattr(total, one.name) + getattr(part, one.name))
    return total


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.histories", description="Limits and approvals at length.")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", default="8")
    parser.add_argument("--at-once", type=int, default=2)
    given = parser.parse_args()
    counts = [min(CHUNK, given.count - begun) for begun in range(0, given.count, CHUNK)]
    began = time.monotonic()
    with ProcessPoolExecutor(given.at_once) as pool:
        seeds = [f"{given.seed}.{number}" for number in range(len(counts))]
        total = added(list(pool.map(chunk, seeds, counts)))
    for one in fields(Figures):
        value = getattr(total, one.name)
        print(f"{one.name:12} {len(value) if isinstance(value, list) else value}")
    print(f"{'seconds':12} {time.monotonic() - began:.0f}")
    print("\n".join([*total.mismatches, *total.alone]))
    return 1 if total.mismatches or total.alone else 0


if __name__ == "__main__":
    sys.exit(main())
