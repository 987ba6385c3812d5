"""The contestants of the tap measures: the desk, the same without promises, and the least that could do it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.child import Child, start
from tests.bench.people import OPERATOR, tap
from tests.bench.stand import RELEASE, Hit, Stand, open_stand

SETTLE_SECONDS = 0.25
READ_SECONDS = 1.3
"""how long a confirm must have been open before its last button counts"""

Json = dict[str, Any]
_numbers = itertools.count(1)


@dataclass
class Contestant:
    """Something that turns a tap into a release. `taps` are the prepared confirms of the desk, for peers none."""

    stand: Stand
    child: Child
    taps: list[Json] = field(default_factory=list)

    def next_tap(self) -> Json:
        """An order whose release was not tapped yet."""
        if self.taps:
            return self.taps.pop(0)
        order = str(70_000_000 + next(_numbers))
        return {"order": order, "message": 1, "data": f"y:{order}", "first": f"r:{order}"}

    async def release(self, chosen: Json | None = None) -> tuple[float, float]:
        """Tap the confirm of the next order; when the tap was available, when the POST was on the wire."""
        chosen = chosen or self.next_tap()
        posted = self.stand.expect(RELEASE, lambda hit: hit.order == chosen["order"])
        tapped = self.stand.give(tap(OPERATOR, chosen["message"], chosen["data"], f"c{next(_numbers)}"))
        return tapped, (await asyncio.wait_for(posted, 60)).at

    async def acknowledged(self, chosen: Json, data: str) -> float:
        """Seconds until the button's spinner stops."""
        callback = f"c{next(_numbers)}"

        def fits(hit: Hit) -> bool:
            return hit.fields.get("callback_query_id") == callback

        answered = self.stand.expect("answerCallbackQuery", fits)
        tapped = self.stand.give(tap(OPERATOR, chosen["message"], data, callback))
        return (await asyncio.wait_for(answered, 60)).at - tapped


@contextlib.asynccontextmanager
async def desk(
    confirms: int = 0, *, poll: float = 60, is_quick: bool = True, runs: bool = True
) -> AsyncIterator[Contestant]:
    """The desk with so many open confirms. `is_quick`: Telegram's pace does not bind."""
    async with open_stand() as stand:
        stand.orders |= {str(61_000_000 + number): {} for number in range(confirms)}
        with tempfile.TemporaryDirectory(prefix="c2c-desk-bench-") as folder:
            options = {
                "url": stand.url, "database": str(Path(folder) / "desk.db"), "confirms": confirms, "poll": poll,
                "is_quick": is_quick, "runs": runs,
            }  # fmt: skip
            async with start("tests.bench.desk_program", json.dumps(options)) as child:
                ready = await child.hear()
                yield Contestant(stand, child, ready["taps"])


@contextlib.asynccontextmanager
async def peer(module: str, *arguments: str) -> AsyncIterator[Contestant]:
    async with open_stand() as stand, start(f"tests.bench.peers.{module}", stand.url, *arguments) as child:
        yield Contestant(stand, child)


@dataclass
class Arena:
    ours: Contestant
    plain: Contestant
    looking: Contestant
    bare: Contestant


@contextlib.asynccontextmanager
async def open_arena(confirms: int) -> AsyncIterator[Arena]:
    """Everybody warm: each has released twice."""
    async with (
        desk(confirms + 2) as ours,
        peer("ptb_tap") as plain,
        peer("ptb_tap", "look") as looking,
        peer("aiohttp_tap") as bare,
    ):
        await asyncio.sleep(READ_SECONDS)
        for contestant in (ours, plain, looking, bare):
            for _ in range(2):
                await contestant.release()
        await asyncio.sleep(1)
        await ours.child.ask("events")
        yield Arena(ours, plain, looking, bare)
