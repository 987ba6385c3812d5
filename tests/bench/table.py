"""The rows of the table, and how it is shown and written down."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HEAD = ("id", "what", "ours", "peer", "ratio", "target", "holds?")


@dataclass(frozen=True)
class Row:
    """One measure. `figures` are the bare numbers behind the words, by name."""

    id: str
    what: str
    ours: str
    peer: str
    ratio: str
    target: str
    holds: bool
    figures: dict[str, float]
    note: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.id, self.what, self.ours, self.peer, self.ratio, self.target, "yes" if self.holds else "**no**")


@dataclass(frozen=True)
class Effort:
    """How much is measured: `rounds` interleaved rounds of `taps`, hanging answers of `hang` seconds.

    `quiet` seconds without a message come before the burst.
    """

    rounds: int
    taps: int
    hang: float
    orders: int
    alerts: int
    burst: int
    quiet: float
    starts: int
    flood: int
    growth: int
    chats: int
    words: int
    photos: int


FULL = Effort(
    rounds=5,
    taps=6,
    hang=10.0,
    orders=200,
    alerts=10,
    burst=40,
    quiet=22.0,
    starts=5,
    flood=3000,
    growth=50_000,
    chats=30,
    words=60,
    photos=5,
)
QUICK = Effort(rounds=1, taps=3, hang=1.0, orders=200, alerts=2, burst=40, quiet=6.0, starts=1, flood=300, growth=600,
    chats=8, words=10, photos=1,
)  # fmt: skip


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def mib(size: float) -> str:
    return f"{size / 2**20:.1f} MiB"


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def as_text(rows: Sequence[Row]) -> str:
    """Columns for a terminal."""
    lines = [HEAD, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def as_markdown(rows: Sequence[Row], effort: Effort, seconds: float) -> str:
    """The whole document."""
    table = [f"| {' | '.join(cells)} |" for cells in (HEAD, ("---",) * len(HEAD), *(row.cells for row in rows))]
    notes = [f"- **{row.id}**: {row.note}" for row in rows if row.note]
    return "\n".join(["# Benchmarks", "", *table, "", "## What stands behind the figures", "", *notes, "", *_how(effort, seconds)]) + "\n"  # fmt: skip  # noqa: E501


def _how(effort: Effort, seconds: float) -> list[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        "## How it was taken",
        "",
        f"`make bench`, {datetime.now(UTC):%B %Y}, {seconds:.0f} s in all. Ours and the peers ran in the same run,",
        "each in a process of its own, in turn; everything is on loopback. Figures are medians of "
        f"{max(5, effort.rounds)} or more",
        "interleaved rounds, P10 is one burst; absolute times drift on a shared machine, ratios less.",
        "Unless the note says otherwise both sides talk to the same bare server that only answers and remembers when",
        "it was asked. P10 runs against the sandbox with Telegram's flood limits enforced.",
        "The peers are small programs in `tests/bench/peers/`: python-telegram-bot with httpx, a bare aiohttp loop,",
        "bare python-telegram-bot and aiogram applications, and the obvious ways to watch orders and to tell a burst.",
        "",
        f"Machine: {os.cpu_count()} virtual cores of a shared x86-64 server, {memory:.0f} GiB of memory, Linux, "
        "local disk; load average",
        f"{os.getloadavg()[0]:.1f} when the run ended.",
    ]


def write(path: Path, rows: Sequence[Row], effort: Effort, seconds: float) -> None:
    path.write_text(as_markdown(rows, effort, seconds), encoding="utf-8")
