"""The whole desk as a contestant: the same `Application` that `run` starts, with open confirms to be tapped.

Arguments: one JSON object {"url", "database", "confirms", "poll", "is_quick", "runs"}. Says one JSON line when it is
ready, then answers commands from stdin: `events`, `tick`, `known`, `parse`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from bot.app import Application, Client, assemble
from bot.clients.gate_c2c.wire_orders import read_order, read_rows
from bot.demo import ON_DUTY, seed
from bot.domain.intents import Action
from bot.flows import approve, deliver
from bot.flows.deliver import CONFIRM, Shown
from bot.flows.watch import Watch
from bot.settings import build
from bot.views.buttons import Tap, Verb
from bot.watchers.pace import Pace
from tests.bench import venue_shapes
from tests.bench.stand import TOKEN

FIRST_ORDER, FIRST_MESSAGE = 61_000_000, 10_000
TALK = 50

Json = dict[str, Any]


class Diary:
    """What happened when: commits with the tables they touched, and looks at the venue. perf_counter seconds."""

    def __init__(self) -> None:
        self.commits: list[Json] = []
        self.looks: list[Json] = []
        self._statements: list[str] = []
        self._began = 0.0

    def probe(self, point: str) -> None:
        when, _, what = point.partition(":")
        if when != "after":
            self._began = time.perf_counter()
            return
        if what == "begin":
            self._statements = []
        elif what == "commit":
            now = time.perf_counter()
            self.commits.append({"at": now, "took": now - self._began, "did": self._statements})
        else:
            self._statements.append(what)

    def around(self, name: str, client: Client) -> Client:
        return _TimedGate(client, self) if name == "gate" else client  # type: ignore[return-value]


class _TimedGate:
    """The Gate client, with a stopwatch at its looks."""

    def __init__(self, gate: Any, diary: Diary) -> None:
        self._gate, self._diary = gate, diary

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gate, name)

    async def order(self, *, order_id: str) -> Any:
        started = time.perf_counter()
        found = await self._gate.order(order_id=order_id)
        self._diary.looks.append({"order": order_id, "from": started, "to": time.perf_counter()})
        return found


async def main(options: Json) -> None:
    diary = Diary()
    application = await _assemble(options, diary)
    taps = [await _open_confirm(application, number) for number in range(options["confirms"])]
    await _forget_news(application)
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(application.run(stop, ready.set)) if options["runs"] else None
    if running is not None:
        await ready.wait()
        await _looked_at_every_order(application)
    _say({"taps": taps})
    program = _Program(application, diary)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = json.loads(line)
        _say(await getattr(program, command.pop("do"))(**command))


async def _looked_at_every_order(application: Application) -> None:
    """Until then every release is refused: the barrier after a start."""
    while application.desk.starting.is_waiting:  # noqa: ASYNC110 # the barrier is a set, no event
        await asyncio.sleep(0.05)


async def _assemble(options: Json, diary: Diary) -> Application:
    settings = build(
        {
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": options["url"],
            "GATE_API_URL": f"{options['url']}/api/v4",
            "GATE_API_KEY": "bench-key",
            "GATE_API_SECRET": "bench-secret",
            "DESK_OWNERS": "1001",
            "DESK_CHAT_ID": "-1001000000001",
            "DESK_TOPICS": "off",
            "DESK_MARKETS": "USDT/CNY",
            "DATABASE_URL": f"sqlite:///{options['database']}",
            "POLL_SECONDS": str(options["poll"]),
            "APPROVAL_SECONDS": "600",
        }
    )
    application = await assemble(settings, probe=diary.probe, around=diary.around)
    await seed(application, "en")
    if options["is_quick"]:
        application.relay.pace = Pace(lambda: time.monotonic() * TALK, lambda seconds: asyncio.sleep(seconds / TALK))
    return application


async def _open_confirm(application: Application, number: int) -> Json:
    """A sealed step as the operator's tap on Release… leaves it, shown under a message of its own."""
    desk, order_id, message_id = application.desk, str(FIRST_ORDER + number), FIRST_MESSAGE + number
    _, seal = await approve.open_step(desk, ON_DUTY, order_id, Action.RELEASE)
    first, step = Tap(Verb.RELEASE, (order_id,)).data, Tap(Verb.YES, (seal.id,)).data
    shown = Shown(ON_DUTY, message_id, CONFIRM, order_id, ON_DUTY, (first, step), desk.now(), "")
    await deliver.remember(desk, shown, seal.id)
    return {"order": order_id, "message": message_id, "data": step, "first": first}


async def _forget_news(application: Application) -> None:
    """The cards of the prepared orders were 'shown' by hand."""
    for delivery in await deliver.due(application.desk):
        async with application.store.write() as tables:
            await tables.outbox.drop(delivery.id, application.desk.now(), "prepared")


class _Program:
    """The commands."""

    def __init__(self, application: Application, diary: Diary) -> None:
        self._application, self._diary = application, diary
        self._watch = Watch(application.desk)

    async def events(self) -> Json:
        """Commits and looks since the last time."""
        found: Json = {"commits": self._diary.commits, "looks": self._diary.looks}
        self._diary.commits, self._diary.looks = [], []
        return found

    async def known(self, orders: list[str]) -> Json:
        """Let these orders be known already, as after a day's work, without asking for each."""
        desk = self._application.desk
        async with desk.store.write() as tables:
            for order_id in orders:
                await tables.orders.put(read_order(venue_shapes.details(order_id, {})), desk.now())
                (listed,) = read_rows({"list": [venue_shapes.row(order_id, {})]}, "pending")
                await tables.orders.set_row(order_id, listed.signature)
        return {"known": len(orders)}

    async def tick(self) -> Json:
        """One round of the watcher; CPU seconds of the whole process."""
        before = time.process_time()
        await self._watch.round()
        return {"cpu": time.process_time() - before}

    async def parse(self, orders: int) -> Json:
        """Reading a list answer of that many rows and comparing each with the last: seconds per row."""
        rows = [venue_shapes.row(str(FIRST_ORDER + number), {}) for number in range(orders)]
        data = {"list": rows, "count": orders}
        seen = {found.id: found.signature for found in read_rows(data, "pending")}
        before = time.process_time()
        moved = [found.id for found in read_rows(data, "pending") if seen.get(found.id) != found.signature]
        spent = time.process_time() - before
        return {"seconds": spent / orders, "moved": len(moved)}


def _say(what: Json) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    given: Json = json.loads(sys.argv[1])
    given["database"] = str(Path(given["database"]))
    asyncio.run(main(given))
