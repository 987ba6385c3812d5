"""`python -m tests.bench`: the table of `docs/benchmarks.md`, measured now, ours and the peers in one run."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from tests.bench import burst, starts, talk, taps, ticks
from tests.bench.table import FULL, QUICK, Effort, Row, as_text, write

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
IDS = ("P1", "P1w", "P3", "P5", "P6", "P7", "P9", "P10", "P10c", "P11", "P12", "P13", "P14", "P15")


async def measure(effort: Effort, wanted: set[str]) -> list[Row]:
    """The rows of these ids, in the order of the table."""
    needs_naive = "P10" in wanted and effort is FULL
    naive = asyncio.create_task(burst.naive_burst(effort)) if needs_naive else None
    parts: tuple[tuple[Callable[[Effort, set[str]], Awaitable[list[Row]]], set[str]], ...] = (
        (taps.measure, {"P1", "P1w", "P3", "P5", "P11"}),
        (ticks.measure, {"P6", "P7", "P9"}),
        (partial(burst.measure, naive=naive), {"P10"}),
        (talk.measure, {"P10c", "P15"}),
        (starts.measure, {"P12", "P13", "P14"}),
    )
    rows: list[Row] = []
    for part, ids in parts:
        if wanted & ids:
            rows += await part(effort, wanted & ids)
    return sorted(rows, key=lambda row: IDS.index(row.id))


def main(arguments: Sequence[str] | None = None) -> int:
    """0 whatever the figures are: a table is no test."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", help="some ids, separated by commas, e.g. P5,P6; nothing is written then")
    parser.add_argument("--quick", action="store_true", help="one small round of each; nothing is written")
    options = parser.parse_args(arguments)
    wanted = set(options.only.split(",")) if options.only else set(IDS)
    if unknown := wanted - set(IDS):
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(IDS)}")
    logging.disable(logging.WARNING)
    began = time.monotonic()
    effort = QUICK if options.quick else FULL
    rows = asyncio.run(measure(effort, wanted))
    print(as_text(rows))
    for row in rows:
        print(f"{row.id}: {row.note}")
    if not options.only and not options.quick:
        write(DOCUMENT, rows, effort, time.monotonic() - began)
        print(f"written to {DOCUMENT.relative_to(DOCUMENT.parents[1])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
