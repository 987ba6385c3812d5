"""`python -m tests.simulated_day`: a whole day of 200 orders against the sandbox, in Telegram's own pace."""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import sys
from collections import Counter
from collections.abc import Sequence

from tests.simulated_day.day import Report, play


def main() -> int:
    """0 when everything that is promised of a day held."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulated_day", description=__doc__)
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    report = asyncio.run(play(options.orders, options.seed))
    return judged(report)


def judged(report: Report) -> int:
    """Told, and the exit code."""
    print(as_text(report))
    return 1 if wrong(report) else 0


def as_text(report: Report) -> str:
    lines = [
        f"{report.orders} orders in {report.seconds:.0f} s; released {report.released} of {report.to_release}",
        f"taps per release: median {_median(report.taps)}, {_counts(report.taps)}",
        f"taps per release of a twin: median {_median(report.twin_taps)}, {_counts(report.twin_taps)}",
        f"posted twice: {len(report.posted_twice)}; released wrongly: {len(report.released_wrongly)}; "
        f"left open: {len(report.left_open)}",
        f"Telegram: {report.refused} times 429, {report.violations} violations, {report.to_group} calls to the group",
    ]
    for person, rings in report.rings.items():
        lines.append(f"rings at {person}: {rings.all}, of orders {rings.of_orders}; others: {_counts(rings.others)}")
    return "\n".join([*lines, *(f"WRONG: {what}" for what in wrong(report))])


def wrong(report: Report) -> list[str]:
    """What of the promises did not hold, in words."""
    held = {
        f"released {report.released} of {report.to_release}": report.released == report.to_release,
        f"posted twice: {report.posted_twice}": not report.posted_twice,
        f"released wrongly: {report.released_wrongly}": not report.released_wrongly,
        f"left open: {report.left_open}": not report.left_open,
        f"median of a release {_median(report.taps)}": _median(report.taps) == 3,
        f"median of a twin {_median(report.twin_taps)}": not report.twin_taps or _median(report.twin_taps) == 4,
        f"429: {report.refused}": report.refused == 0,
        f"violations: {report.violations}": report.violations == 0,
        f"rung without being on duty: {report.strangely_rung}": not report.strangely_rung,
        f"rung by what does not concern them: {report.rung_astray}": not report.rung_astray,
    }
    return [what for what, holds in held.items() if not holds]


def _median(taps: list[int]) -> float:
    return statistics.median(taps) if taps else 0.0


def _counts(seen: Sequence[int] | Sequence[str]) -> str:
    return ", ".join(f"{number} × {what}" for what, number in sorted(Counter(map(str, seen)).items())) or "none"


if __name__ == "__main__":
    sys.exit(main())
