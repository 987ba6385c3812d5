"""P12, P13, P14: cold start, memory, and updates per second through the whole gate, beside bare frameworks."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.child import Child, start
from tests.bench.people import OWNER, spam, talk, tap, text
from tests.bench.stand import TOKEN, Stand, open_stand
from tests.bench.table import Effort, Row, mib, middle

IDLE_SECONDS = 1.5
CHUNK = 5000
STAFF_EVERY = 25
NAMES = {"ours": "the desk", "ptb": "bare PTB", "aiogram": "aiogram"}
_callbacks = itertools.count(1)


@dataclass
class Bot:
    stand: Stand
    child: Child
    seconds: float
    """from the start of the process to its first answer"""

    async def swallow(self, count: int, *, staff: bool = False) -> float:
        """Seconds for so many updates, until the tap behind them is answered."""
        updates = spam(count)
        if staff:
            updates[::STAFF_EVERY] = [talk(OWNER, "lunch?", n + 1) for n in range(len(updates[::STAFF_EVERY]))]
        callback = f"m{next(_callbacks)}"
        answered = self.stand.expect("answerCallbackQuery", lambda hit: hit.fields.get("callback_query_id") == callback)
        began = self.stand.give(*updates, tap(OWNER, 1, "o:61000001", callback))
        return (await asyncio.wait_for(answered, 120)).at - began


@contextlib.asynccontextmanager
async def bot(name: str) -> AsyncIterator[Bot]:
    """A contestant that has answered the /help which waited for it."""
    async with open_stand() as stand:
        with tempfile.TemporaryDirectory(prefix="c2c-desk-bench-") as folder:
            stand.give(text(OWNER, "/help"))
            answered = stand.expect("sendMessage", lambda hit: hit.fields.get("chat_id") == str(OWNER))
            began = time.perf_counter()
            async with _started(name, stand, Path(folder)) as child:
                yield Bot(stand, child, (await asyncio.wait_for(answered, 60)).at - began)


def _started(name: str, stand: Stand, folder: Path) -> contextlib.AbstractAsyncContextManager[Child]:
    if name != "ours":
        return start(f"tests.bench.peers.{name}_bare", stand.url)
    environment = {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_URL": stand.url,
        "GATE_API_URL": stand.gate_url,
        "GATE_API_KEY": "bench-key",
        "GATE_API_SECRET": "bench-secret",
        "DESK_OWNERS": str(OWNER),
        "DESK_CHAT_ID": "-1001000000001",
        "DATABASE_URL": "sqlite:///desk.db",
    }
    return start("bot", "--log", "WARNING", "run", folder=folder, environment=environment)


async def measure(effort: Effort, wanted: set[str]) -> list[Row]:
    rows = []
    if wanted & {"P12", "P13"}:
        seconds, memory = await _starts(effort)
        rows += [_p12(seconds)]
    if wanted & {"P13", "P14"}:
        rates, growth = await _floods(effort, grows="P13" in wanted)
        if "P13" in wanted:
            rows.append(_p13(memory, growth, effort))
        rows.append(_p14(rates, effort))
    return [row for row in rows if row.id in wanted]


async def _starts(effort: Effort) -> tuple[dict[str, float], dict[str, float]]:
    """Medians: seconds to the first answer, and resident bytes when idle."""
    seconds: dict[str, list[float]] = {name: [] for name in NAMES}
    memory: dict[str, list[float]] = {name: [] for name in NAMES}
    for _ in range(effort.starts):
        for name in NAMES:
            async with bot(name) as one:
                seconds[name].append(one.seconds)
                await asyncio.sleep(IDLE_SECONDS)
                memory[name].append(one.child.memory)
    return {name: middle(all_) for name, all_ in seconds.items()}, {name: middle(all_) for name, all_ in memory.items()}


def _p12(seconds: dict[str, float]) -> Row:
    ours, ptb, aiogram = seconds["ours"], seconds["ptb"], seconds["aiogram"]
    return Row(
        "P12",
        "cold start to first handled update / bare PTB application",
        f"{ours:.2f} s",
        f"bare PTB {ptb:.2f} s; aiogram {aiogram:.2f} s ({aiogram / ptb:.1f})",
        f"{ours / ptb:.2f}",
        "≤ 2",
        ours / ptb <= 2,
        {"ours": ours, "ptb": ptb, "aiogram": aiogram, "ratio": ours / ptb},
        "From the start of the process to the answer to a /help that waited. Ours is `bot run` on a new database: "
        "settings, migrations, both clients, what the last process left, the first look at the venue.",
    )


async def _floods(effort: Effort, grows: bool) -> tuple[dict[str, float], float]:
    """Median updates per second of each, and the bytes that ours grew."""
    rates: dict[str, list[float]] = {name: [] for name in NAMES}
    async with bot("ours") as ours, bot("ptb") as ptb, bot("aiogram") as aiogram:
        for stand in (ours.stand, ptb.stand, aiogram.stand):
            stand.keeps_hits = False
        for one in (ours, ptb, aiogram):
            await one.swallow(200)
        for _ in range(effort.rounds):
            for name, one in (("ours", ours), ("ptb", ptb), ("aiogram", aiogram)):
                rates[name].append(effort.flood / await one.swallow(effort.flood))
        grown = await _growth(ours, effort.growth) if grows else 0.0
    return {name: middle(all_) for name, all_ in rates.items()}, grown


async def _growth(ours: Bot, updates: int) -> float:
    await ours.swallow(min(updates, 1000), staff=True)
    await asyncio.sleep(IDLE_SECONDS)
    before = ours.child.memory
    for given in range(0, updates, CHUNK):
        await ours.swallow(min(CHUNK, updates - given), staff=True)
    await asyncio.sleep(IDLE_SECONDS)
    return ours.child.memory - before


def _p13(memory: dict[str, float], growth: float, effort: Effort) -> Row:
    ours, ptb, aiogram = memory["ours"], memory["ptb"], memory["aiogram"]
    return Row(
        "P13",
        f"idle memory / bare PTB; growth after {effort.growth:,} updates",
        f"{mib(ours)}; {mib(growth)}",
        f"bare PTB {mib(ptb)}; aiogram {mib(aiogram)} ({aiogram / ptb:.1f})",
        f"{ours / ptb:.2f}",
        "≤ 1.8; ≤ 5 MiB",
        ours / ptb <= 1.8 and growth <= 5 * 2**20,
        {"ours": ours, "ptb": ptb, "aiogram": aiogram, "ratio": ours / ptb, "growth": growth},
        f"Resident memory {IDLE_SECONDS} s after the first answer. The updates come over the wire: strangers who are "
        f"dropped, and every {STAFF_EVERY}th is staff talk in the desk group, which is stored and handled.",
    )


def _p14(rates: dict[str, float], effort: Effort) -> Row:
    ours, ptb, aiogram = rates["ours"], rates["ptb"], rates["aiogram"]
    return Row(
        "P14",
        "updates per second through the whole gate, strangers dropped / bare PTB",
        f"{ours:,.0f}/s",
        f"bare PTB {ptb:,.0f}/s; aiogram {aiogram:,.0f}/s ({aiogram / ptb:.2f})",
        f"{ours / ptb:.2f}",
        "≥ 0.6",
        ours / ptb >= 0.6,
        {"ours": ours, "ptb": ptb, "aiogram": aiogram, "ratio": ours / ptb},
        f"{effort.flood:,} messages of fifty strangers over long polling in batches of 100, until the tap of the owner "
        "behind them is answered. Ours counts every stranger durably before the batch is confirmed.",
    )
